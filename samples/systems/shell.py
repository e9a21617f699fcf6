"""A site behind an empty shell: every column is a script that asks a JSON interface named in it (platforms.md §9).

Style: `home` (True: the home page is a shell too, its menu comes from `/api/menu`).
"""

import json
from functools import partial
from html import escape
from typing import Any

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

LIST = "/api/cms/content/list"


def publish(content: Content) -> Built:
    """The site of a content in this system."""
    site = Built()
    channels: dict[str, Column] = {}
    for column, above in content.walk():
        path = _path(column, above)
        channel = str(number(f"{content.code}{path}", 6))
        channels[channel] = column
        for entry in column.entries:
            page = f"{path}detail/{number(entry.key, 19)}.html"
            hrefs = place(site, entry, page, partial(_file, entry))
            if there(entry):
                site.pages[page] = partial(_article, content, column, entry, hrefs)
        site.pages[path] = partial(_column, content, channel, column, path)

    def listing(asked: Asked) -> Answer:
        column = channels.get(asked.query.get("channelId", ""))
        if column is None:
            return Answer(b'{"code":500,"msg":"channel"}', "application/json", label="gone:")
        size = min(int(asked.query.get("pageSize") or 10), 50)
        page = int(asked.query.get("pageNum") or 1)
        pages = pages_of(column.listed, size)
        rows = [
            {"id": str(number(entry.key, 19)), "title": entry.link, "publishTime": f"{entry.day} 10:00:00",
             "url": own(site, entry, f"/{column.slug}/detail/"), "source": entry.office}
            for entry in (pages[page - 1] if 1 <= page <= len(pages) else [])
        ]  # fmt: skip
        data = {"total": len(column.listed), "pageNum": page, "pages": len(pages), "list": rows}
        told = {"code": 200, "msg": "ok", "data": data, "timestamp": asked.token}
        return Answer(json.dumps(told, ensure_ascii=False).encode(), "application/json", label=label_of(column))

    def menu(_asked: Asked) -> Answer:
        told = {"code": 200, "data": [_node(column, ()) for column in content.columns]}
        return Answer(json.dumps(told, ensure_ascii=False).encode(), "application/json", label="home:")

    def home(asked: Asked) -> Answer:
        main = home_blocks(content, _path)
        if content.style.get("home"):
            script = 'axios.get("/api/menu").then(function(r){ app.menu = r.data.data; });'
            main = f'<div id="app"></div><script>{script}</script>'
        return Answer(_page(content.name, f"{main}<i>{asked.token}</i>", metas(content)), label="home:")

    site.pages |= {LIST: listing, "/api/menu": menu, "/": home}
    return site


def _path(column: Column, above: tuple[Column, ...]) -> str:
    return "/" + "/".join(part.slug for part in (*above, column)) + "/"


def _node(column: Column, above: tuple[Column, ...]) -> dict[str, Any]:
    children = [_node(sub, (*above, column)) for sub in column.columns]
    return {"name": column.name, "url": _path(column, above), "children": children}


def _file(entry: Entry, index: int, file: File) -> str:
    return f"/api/file/{number(f'{entry.key}{index}', 12)}.{file.extension}"


def _page(title: str, main: str, meta: str) -> bytes:
    return f"""<!DOCTYPE html><html lang="zh-CN"><head><meta charset="utf-8">
{meta}<title>{escape(title)}</title><script src="/static/js/chunk-vendors.js"></script></head><body>
{main}
</body></html>""".encode()


def _article(content: Content, column: Column, entry: Entry, hrefs: list[str], asked: Asked) -> Answer:
    main = f"""<div class="detail"><h1>{escape(entry.title)}</h1><p>{entry.day} 10:00　{content.name}</p>
<div class="rich-text">{entry.html(hrefs)}</div><span>{asked.serial}</span></div>"""
    return Answer(_page(entry.title, main, metas(content, column, entry)), label=entry_label(entry))


def _column(content: Content, channel: str, column: Column, path: str, _asked: Asked) -> Answer:
    below = anchors([(sub.name, f"{path}{sub.slug}/") for sub in column.columns])
    listing = ""
    if column.listed:
        listing = f"""<div id="app"></div><script>
var listApi = "{LIST}?channelId={channel}&pageNum=1&pageSize=20";
new Vue({{el: "#app", data: {{rows: [], total: 0}}, created: function(){{ this.load(listApi); }}}});
</script>"""
    main = f"<ul>{below}</ul>{listing}"
    return Answer(_page(column.name, main, metas(content, column)), label=label_of(column))
