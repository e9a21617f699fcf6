"""Ucap (开普) cloud sites: `/{site}/c{channel}/{YYYYMM}/{hex32}.shtml`, lists from a JSON search (platforms.md §6).

The column page is a shell: its script names the channel whose list `/common/search/{channel}` gives page by page.
"""

import json
from functools import partial
from html import escape

from samples.content import Column, Content, Entry, hexadecimal, number, pages_of
from samples.publishing import Answer, Asked, Built, anchors, entry_label, label_of, lasting, metas, own


def publish(content: Content) -> Built:
    """The site of a content in this system."""
    site = Built()
    base = f"/{content.style.get('site', 'qxzf')}"
    channels: dict[str, tuple[Column, str]] = {}
    for column, above in content.walk():
        folder = f"{base}/c{number(f'{content.code}{[part.slug for part in (*above, column)]}', 6)}"
        channels[hexadecimal(f"channel {content.code}{folder}")] = (column, folder)
        for entry in column.entries:
            page = f"{folder}/{entry.day:%Y%m}/{hexadecimal(entry.key)}.shtml"
            hrefs = []
            for index, file in enumerate(entry.files):
                stored = f"{hexadecimal(f'{entry.key}{index}')}.{file.extension}"
                href = f"{page.removesuffix('.shtml')}/files/{stored}"
                site.pages[href] = partial(lasting, entry, file)
                hrefs.append(href)
            site.files[entry.key] = hrefs
            site.entries.setdefault(entry.key, []).append(hrefs[0] if entry.direct else page)
            if not entry.direct and not entry.absent:
                site.pages[page] = partial(_article, content, column, entry, hrefs)
    paths = {
        id(column): f"{folder}/{'zfxxgk' if column.about else 'list'}_list.shtml"
        for column, folder in channels.values()
    }
    for channel, (column, _) in channels.items():
        site.pages[paths[id(column)]] = partial(_column, content, paths, channel, column)

    def search(asked: Asked) -> Answer:
        found = channels.get(asked.path.rpartition("/")[2])
        if found is None or asked.query.get("_isJson") != "true":
            return Answer(b'{"code":"404"}', "application/json", label="gone:")
        column, folder = found
        size = min(int(asked.query.get("_pageSize") or 20), 50)
        page = int(asked.query.get("page") or 1)
        pages = pages_of(column.listed, size)
        rows = [
            {
                "title": entry.link, "url": own(site, entry, folder + "/"), "publishedTimeStr": f"{entry.day} 09:12:00",
                "channelName": column.name, "content": "", "source": entry.office,
            }
            for entry in (pages[page - 1] if 1 <= page <= len(pages) else [])
        ]  # fmt: skip
        data = {"page": page, "rows": size, "total": len(column.listed), "results": rows, "time": asked.token}
        return Answer(
            json.dumps({"data": data}, ensure_ascii=False).encode(), "application/json", label=label_of(column)
        )

    site.prefixes.append(("/common/search/", search))
    site.pages["/"] = partial(_home, content, paths)
    return site


def _page(content: Content, title: str, main: str, meta: str) -> bytes:
    return f"""<!DOCTYPE html><html lang="zh"><head><meta charset="utf-8">
{meta}
<title>{escape(title)}_{content.name}</title></head><body><div class="header"><a href="/">首页</a></div>
{main}
<div class="footer">主办：{content.name}　网站标识码：{content.code}</div></body></html>""".encode()


def _article(content: Content, column: Column, entry: Entry, hrefs: list[str], asked: Asked) -> Answer:
    main = f"""<div class="article"><h1>{escape(entry.title)}</h1>
<p><span>发布日期：{entry.day} 09:12</span><span>来源：{content.name}</span><span>浏览量：{asked.serial}</span></p>
<div id="UCAP-CONTENT">{entry.html(hrefs)}</div></div><input type="hidden" id="token" value="{asked.token}">"""
    return Answer(_page(content, entry.title, main, metas(content, column, entry)), label=entry_label(entry))


def _column(content: Content, paths: dict[int, str], channel: str, column: Column, _asked: Asked) -> Answer:
    below = anchors([(sub.name, paths[id(sub)]) for sub in column.columns])
    listing = ""
    if column.listed:
        query = "_isAgg=true&_isJson=true&_pageSize=20&_template=index&_rangeTimeGte=&_channelName=&page="
        listing = f"""<ul id="list"></ul><div id="page"></div><script>
var channelId = "{channel}"; var pageSize = 20;
function load(page){{ $.getJSON("/common/search/" + channelId + "?{query}" + page, render); }}
$(function(){{ load(1); }});
</script>"""
    main = f'<div class="crumb">{escape(column.name)}</div><ul class="menu">{below}</ul>{listing}'
    return Answer(_page(content, column.name, main, metas(content, column)), label=label_of(column))


def _home(content: Content, paths: dict[int, str], asked: Asked) -> Answer:
    blocks = "".join(
        f'<div><h3><a href="{paths[id(column)]}">{escape(column.name)}</a></h3><ul>'
        f"{anchors([(sub.name, paths[id(sub)]) for sub in column.columns[:9]])}</ul></div>"
        for column in content.columns
    )
    main = f"{blocks}<ul>{anchors(content.links)}</ul><i>{asked.token}</i>"
    return Answer(_page(content, content.name, main, metas(content)), label="home:")
