"""Lonsun's open-government columns: `/public/column/{organ}?type=…`, lists from `/site/label/8888` (platforms.md §7).

Bodies' annual columns are either a list or (`timeFrame=`) show a year's report in the column page itself.
"""

from functools import partial
from html import escape

from samples.content import Column, Content, Entry, File, number, pages_of
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
)

LABEL = "/site/label/8888"


def publish(content: Content) -> Built:
    """The site of a content in this system."""
    site = Built()
    by_organ: dict[tuple[str, str], Column] = {}
    frames: dict[tuple[str, str], tuple[Column, Entry, list[str]]] = {}
    county = str(number(f"{content.code} organ", 7))
    for column, above in content.walk():
        organ = _organ(content, column, above, county)
        category = str(number(f"{content.code} {[part.slug for part in (*above, column)]}", 6))
        by_organ[organ, category] = column
        for entry in column.entries:
            page = f"/public/{organ}/{number(f'{entry.key} {category}')}.html"
            if framed(column, above):
                page = f"/public/column/{organ}?type=3&nav=5&sub=1&timeFrame={entry.day.year - 1}&hasContent=true"
            hrefs = place(site, entry, page, partial(_file, entry))
            if framed(column, above):
                if entry.direct:
                    site.entries[entry.key][-1] = page
                frames[organ, str(entry.day.year - 1)] = (column, entry, hrefs)
            elif there(entry):
                site.pages[page] = partial(_article, content, column, entry, hrefs)
    names = {(organ, category): column for (organ, category), column in by_organ.items()}

    def column_page(asked: Asked) -> Answer:
        organ = asked.path.rpartition("/")[2]
        if asked.query.get("type") == "3":
            return _framed(content, frames, organ, asked)
        column = names.get((organ, asked.query.get("catId", "")))
        if column is None:
            return Answer(_page(content, "提示", "<p>栏目不存在</p>", ""), label="gone:")
        above = next(above for other, above in content.walk() if other is column)
        below = anchors([(sub.name, _link(content, county, sub, (*above, column))) for sub in column.columns])
        listing = ""
        if column.listed:
            values = _values(content, organ, asked.query["catId"])
            listing = f"""<div class="listnews" id="listnews"></div><script>
$(function(){{ var opts = {{ {", ".join(f"{name}:'{value}'" for name, value in values.items())} }};
Ls.pagination("{LABEL}", opts); }});</script>"""
            if column.size % 2:  # some templates hold the first page, and its count, already
                rows = _rows(site, organ, column.listed[: column.size])
                count = -(-len(column.listed) // column.size)
                listing = f'<div id="page">{rows}</div><script>var pageCount:{count};</script>' + listing
        main = f'<h2>{escape(column.name)}</h2><ul class="nav">{below}</ul>{listing}'
        return Answer(_page(content, column.name, main, metas(content, column)), label=label_of(column))

    def label(asked: Asked) -> Answer:
        column = names.get((asked.query.get("organId", ""), asked.query.get("catId", "")))
        if column is None or asked.query.get("labelName") != "publicInfoList":
            return Answer("参数错误".encode(), status=500, label="gone:")
        size = min(int(asked.query.get("pageSize") or 15), 50)
        pages = pages_of(column.listed, size)
        page = int(asked.query.get("pageIndex") or 1)
        some = pages[page - 1] if 1 <= page <= len(pages) else []
        rows = _rows(site, asked.query["organId"], some)
        text = (
            f"{rows}<script>Ls.page({{pageIndex:{page}, pageCount:{len(pages)}, total:{len(column.listed)}}});</script>"
        )
        return Answer(text.encode(), label=label_of(column))

    site.prefixes.append(("/public/column/", column_page))
    site.pages[LABEL] = label
    site.pages["/"] = lambda asked: Answer(
        _page(
            content, content.name, home_blocks(content, partial(_link, content, county)) + asked.token, metas(content)
        ),
        label="home:",
    )
    return site


def framed(column: Column, above: tuple[Column, ...]) -> bool:
    """Whether the column is a body's own for reports, shown in the column page: half of the bodies have it so."""
    return bool(above and above[-1].body and column.about and number(above[-1].body) % 2)


def _file(entry: Entry, index: int, file: File) -> str:
    stored = number(f"{entry.key}{index}", 12)
    return f"/group6/M00/0{index}/{stored % 90 + 10}/rBU{stored}.{file.extension}"


def _organ(content: Content, column: Column, above: tuple[Column, ...], county: str) -> str:
    body = next((part.body for part in (*above, column) if part.body), "")
    return str(number(f"{content.code} organ {body}", 7)) if body else county


def _link(content: Content, county: str, column: Column, above: tuple[Column, ...]) -> str:
    organ = _organ(content, column, above, county)
    if framed(column, above):
        return f"/public/column/{organ}?type=3&nav=5&sub=1"
    category = number(f"{content.code} {[part.slug for part in (*above, column)]}", 6)
    return f"/public/column/{organ}?type=4&catId={category}&action=list"


def _values(content: Content, organ: str, category: str) -> dict[str, str]:
    return {
        "IsAjax": "1", "dataType": "html", "labelName": "publicInfoList", "siteId": str(number(content.code, 7)),
        "pageSize": "15", "pageIndex": "1", "action": "list", "isDate": "true", "dateFormat": "yyyy-MM-dd",
        "length": "50", "organId": organ, "type": "4", "catId": category, "file": "/xxgk/publicInfoList_newest2020",
    }  # fmt: skip


def _rows(site: Built, organ: str, entries: list[Entry]) -> str:
    items = [(entry, escape(own(site, entry, f"/public/{organ}/"))) for entry in entries]
    return "".join(
        f'<div class="xxgk_navli"><ul><li class="mc"><a href="{path}" title="{escape(entry.link)}">'
        f'{escape(entry.link)}</a></li><li class="rq"><span class="date">{entry.day}</span></li></ul></div>'
        for entry, path in items
    )


def _framed(
    content: Content, frames: dict[tuple[str, str], tuple[Column, Entry, list[str]]], organ: str, asked: Asked
) -> Answer:
    years = sorted((year for known, year in frames if known == organ), reverse=True)
    if not years:
        return Answer(_page(content, "提示", "<p>栏目不存在</p>", ""), label="gone:")
    base = f"/public/column/{organ}?type=3&nav=5&sub=1"
    links = anchors([
        (f"{year}年", f"{base}&timeFrame={year}&hasContent=true") for year in years
        if frames[organ, year][1].state not in ("unlinked", "removed")
    ])  # fmt: skip
    wanted = asked.query.get("timeFrame")
    column = frames[organ, years[0]][0]
    if wanted is None:
        main = f'<h2>{escape(column.name)}</h2><ul class="year">{links}</ul><p>请选择年份</p>'
        return Answer(_page(content, column.name, main, metas(content, column)), label=label_of(column))
    if wanted not in years or frames[organ, wanted][1].absent:
        return Answer(_page(content, column.name, f"<ul>{links}</ul><p>暂无内容</p>", metas(content)), label="gone:")
    _, entry, hrefs = frames[organ, wanted]
    body = entry.html(hrefs)
    if entry.direct:
        body = anchors([(file.name, href) for file, href in zip(entry.files, hrefs, strict=True)])
    main = f"""<ul class="year">{links}</ul><h1 class="newstitle">{escape(entry.title)}</h1>
<p>发布日期：{entry.day}　阅读次数：{asked.serial}</p><div class="newscontnet minh300" id="zoom">{body}</div>"""
    return Answer(_page(content, column.name, main, metas(content, column)), label=entry_label(entry))


def _page(content: Content, title: str, main: str, meta: str) -> bytes:
    return f"""<!DOCTYPE html><html><head><meta charset="utf-8" />
{meta}<meta name="SiteId" content="{number(content.code, 7)}" />
<title>{escape(title)}-{content.name}</title></head><body>
<div class="top"><a href="/">网站首页</a></div>
{main}
<div class="bottom">主办单位：{content.name}办公室　{content.code}</div></body></html>""".encode()


def _article(content: Content, column: Column, entry: Entry, hrefs: list[str], asked: Asked) -> Answer:
    rows = (("索引号", f"{number(entry.key, 9)}/{entry.day:%Y%m}-{number(entry.key, 5)}"), ("信息分类", column.name),
            ("发布机构", entry.office or content.name), ("发布日期", str(entry.day)))  # fmt: skip
    table = "".join(f"<tr><th>{name}：</th><td>{escape(value)}</td></tr>" for name, value in rows)
    main = f"""<table class="xxgk_table">{table}</table><h1>{escape(entry.title)}</h1>
<p>阅读次数：{asked.serial}</p><div class="gzk-article" id="zoom">{entry.html(hrefs)}</div>"""
    return Answer(_page(content, entry.title, main, metas(content, column, entry)), label=entry_label(entry))
