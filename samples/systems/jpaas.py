"""Hanweb jpaas: word folders as columns, lists are HTML in JSON that only `paramJson` turns (platforms.md §2)."""

import json
from functools import partial
from html import escape

from samples.content import Column, Content, Entry, File, hexadecimal, pages_of
from samples.publishing import (
    Answer,
    Asked,
    Built,
    anchors,
    entry_label,
    home_blocks,
    label_of,
    metas,
    own,
    place,
    there,
)  # fmt: skip

UNIT = "/api-gateway/jpaas-publish-server/front/page/build/unit"


def publish(content: Content) -> Built:
    """The site of a content in this system."""
    site = Built()
    columns: dict[str, tuple[Column, str]] = {}
    for column, above in content.walk():
        folder = _folder(column, above)
        columns[hexadecimal(f"page {content.code}{folder}")] = (column, folder)
        for entry in column.entries:
            page = f"{folder}art/{entry.day.year}/art_{hexadecimal(entry.key)}.html"
            hrefs = place(site, entry, page, partial(_file, entry))
            if there(entry):
                site.pages[page] = partial(_article, content, column, entry, hrefs)
        site.pages[f"{folder}index.html"] = site.pages[folder] = partial(_column, content, column, folder)

    def unit(asked: Asked) -> Answer:
        found = columns.get(asked.query.get("pageId", ""))
        if found is None or asked.query.get("parseType") != "bulidstatic":
            return Answer(b'{"success":false,"message":"error"}', "application/json", label="gone:")
        column, folder = found
        try:
            wanted = json.loads(asked.query.get("paramJson") or "{}")
        except ValueError:
            wanted = {}
        # A bare pageNo is not looked at.
        page, size = int(wanted.get("pageNo", 1)), min(int(wanted.get("pageSize", 15)), 50)
        pages = pages_of(column.listed, size)
        some = pages[page - 1] if 1 <= page <= len(pages) else []
        rows = "".join(
            f'<li><a href="{own(site, entry, f"{folder}art/")}" title="{escape(entry.link)}" target="_blank">'
            f"{escape(entry.link)}</a><span>{entry.day}</span></li>"
            for entry in some
        )
        total = len(column.listed)
        html = f'<div class="list"><ul>{rows}</ul></div><div class="pagination" count="{total}" rows="{size}"></div>'
        told = json.dumps({"success": True, "data": {"html": html}, "t": asked.token}, ensure_ascii=False)
        return Answer(told.encode(), "application/json;charset=UTF-8", label=label_of(column))

    site.pages[UNIT] = unit
    site.pages["/"] = site.pages["/index.html"] = lambda asked: Answer(
        _page(content, content.name, home_blocks(content, _folder) + f"<i>{asked.token}</i>", metas(content)),
        label="home:",
    )
    return site


def _file(entry: Entry, index: int, file: File) -> str:
    return f"/jpaas_web/attach/{hexadecimal(f'{entry.key}{index}')}.{file.extension}"


def _folder(column: Column, above: tuple[Column, ...]) -> str:
    return "/" + "/".join(part.slug for part in (*above, column)) + "/"


def _page(content: Content, title: str, main: str, meta: str) -> bytes:
    menu = anchors(
        [("首页", "/index.html"), *((column.name, f"/{column.slug}/index.html") for column in content.columns)]
    )
    return f"""<!DOCTYPE html><html><head><meta charset="UTF-8">
{meta}<title>{escape(title)}</title></head><body><div class="head"><ul>{menu}</ul></div>
{main}
<div class="foot">{content.name}版权所有　{content.code}</div></body></html>""".encode()


def _article(content: Content, column: Column, entry: Entry, hrefs: list[str], asked: Asked) -> Answer:
    main = f"""<div class="crumb">{escape(column.name)}</div><div class="main-txt"><h1>{escape(entry.title)}</h1>
<div class="time">发布时间：{entry.day} 16:20　来源：{content.name}　访问量：{asked.serial}</div>
<div id="zoom">{entry.html(hrefs)}</div></div>"""
    return Answer(_page(content, entry.title, main, metas(content, column, entry)), label=entry_label(entry))


def _column(content: Content, column: Column, folder: str, _asked: Asked) -> Answer:
    below = anchors([(sub.name, f"{folder}{sub.slug}/index.html") for sub in column.columns])
    listing = ""
    if column.listed:
        query = {
            "parseType": "bulidstatic", "webId": hexadecimal(content.code), "tplSetId": hexadecimal(f"{folder} set"),
            "pageType": "column", "tagId": "信息列表", "editType": "null",
            "pageId": hexadecimal(f"page {content.code}{folder}"),
        }  # fmt: skip
        told = escape(json.dumps(query, ensure_ascii=False).replace('"', "'"))
        listing = (
            f'<div class="page-list" id="list1"><script url="{UNIT}" querydata="{told}" pagesize="15"></script></div>'
        )
    main = f'<h2>{escape(column.name)}</h2><ul class="sub">{below}</ul>{listing}'
    return Answer(_page(content, column.name, main, metas(content, column)), label=label_of(column))
