"""Guangdong's gkmlpt: one instance for each body, categories and articles from `api/all` (platforms.md §4).

The county's own columns stand on a portal of plain pages (`/zwgk/…/content/post_1234567.html`). Every body's section is
an instance `/{body}/gkmlpt/`, whose index holds `_CONFIG` with SID and TREE; past the last page the answer is empty.
"""

import json
from datetime import UTC, datetime, time
from functools import partial
from html import escape
from typing import Any

from samples.content import Column, Content, Entry, hexadecimal, number, pages_of
from samples.publishing import (
    MEDIA_TYPES,
    Answer,
    Asked,
    Built,
    anchors,
    entry_label,
    label_of,
    lasting,
    metas,
)

SIZE = 10


def publish(content: Content) -> Built:
    """The site of a content in this system."""
    site = Built()
    for column, above in content.walk():
        if column.body and not any(upper.body for upper in above):
            _instance(content, site, column)
        elif not any(upper.body for upper in above):
            path = "/" + "/".join(part.slug for part in (*above, column)) + "/"
            _portal(content, site, column, path)
    site.pages["/"] = site.pages["/index.html"] = partial(_home, content)
    return site


def _files(site: Built, entry: Entry) -> list[str]:
    paths = []
    for index, file in enumerate(entry.files):
        serial = number(f"{entry.key} {index}", 7)
        stored = f"{number(f'{entry.key}{index}', 7)}.{file.extension}"
        path = f"/attachment/{serial // 10**6}/{serial // 10**3}/{serial}/{stored}"
        site.pages[path] = partial(lasting, entry, file)
        paths.append(path)
    site.files[entry.key] = paths
    return paths


def _instance(content: Content, site: Built, section: Column) -> None:
    """One body's own platform."""
    base = f"/{_code(content, section)}/gkmlpt"
    sid = str(number(f"{content.code} {section.slug}", 6))
    nodes: dict[int, Column] = {}
    tree = [_node(content, base, nodes, column) for column in section.columns]
    tree.append({"id": 1, "name": "政务微博", "post_count": 0, "children": [], "jump_url": "http://www.example.test/"})
    config = {"SID": sid, "SITE_ID": sid, "TREE": tree, "SERVICE_AREA_ID": 1, "BASE_URL": base}
    known: dict[str, tuple[Column, Entry]] = {}
    for column in nodes.values():
        for entry in column.entries:
            serial = number(entry.key, 7)
            files = _files(site, entry)
            tail = f"content/{serial // 10**6}/{serial // 10**3}/post_{serial}.html"
            path = f"{base}/{tail}"
            twin = path.replace("/post_", "/mpost_")
            site.entries[entry.key] = [path, twin] if not entry.direct else [files[0]]
            known[site.entries[entry.key][0]] = (column, entry)
            if not entry.absent:
                site.pages[path] = site.pages[twin] = partial(_article, content, config, column, entry, files)

    def index(asked: Asked) -> Answer:
        script = f"<script>window._CONFIG = {json.dumps(config, ensure_ascii=False)};</script>"
        main = f'{script}<div id="app"></div><p class="t">{asked.token}</p>'
        title = f"{section.name}政府信息公开平台"
        return Answer(_page(content, title, main, metas(content)), label=label_of(section))

    def listing(asked: Asked) -> Answer:
        category = asked.path.rpartition("/")[2]
        if asked.query.get("sid") != sid or not category.isdigit():
            return Answer(b"", "application/json", label="gone:")
        chosen = list(nodes.values()) if category == "0" else [nodes[int(category)]] if int(category) in nodes else []
        entries = [entry for column in chosen for entry in column.listed]
        about = any(column.about for column in chosen)
        label = f"column:{section.slug}" if about else f"other:{section.slug}"
        pages = pages_of(entries, SIZE)
        page = int(asked.query.get("page") or 1)
        if not 1 <= page <= len(pages) or not entries:
            return Answer(b"", "application/json", label=label)
        host = f"http://{asked.headers.get('host', '')}"
        articles = [_row(content, site, entry, host) for entry in pages[page - 1]]
        answer = {"classify": {"id": int(category), "post_count": len(entries)}, "articles": articles}
        return Answer(json.dumps(answer, ensure_ascii=False).encode(), "application/json", label=label)

    site.pages[f"{base}/index"] = site.pages[f"{base}/"] = site.pages[f"{base}"] = index
    site.prefixes.append((f"{base}/api/all/", listing))


def _code(content: Content, section: Column) -> str:
    return f"g{hexadecimal(f'{content.code} {section.slug}', 7)}"


def _node(content: Content, base: str, nodes: dict[int, Column], column: Column) -> dict[str, Any]:
    serial = number(f"{content.code} {base} {column.slug}", 5)
    nodes[serial] = column
    children = [_node(content, base, nodes, sub) for sub in column.columns]
    return {"id": serial, "name": column.name, "post_count": len(column.listed), "children": children, "jump_url": ""}


def _row(content: Content, site: Built, entry: Entry, host: str) -> dict[str, Any]:
    path = site.entries[entry.key][0]
    at = int(datetime.combine(entry.day, time(9), UTC).timestamp())
    return {
        "id": number(entry.key, 7), "title": entry.title, "url": host + path, "post_url": path, "date": at,
        "created_at": f"{entry.day} 09:12:33", "display_publish_time": at, "publisher": entry.office or content.name,
        "identifier": f"11440000MB2{number(entry.key, 6)}/{entry.day.year}-{number(entry.key, 5)}",
        "document_number": "", "is_expired": 0, "is_abolished": 0,
        "attachment": [
            {"name": file.name, "url": host + href, "ext": file.extension, "type": MEDIA_TYPES.get(file.extension, "")}
            for file, href in zip(entry.files, site.files[entry.key], strict=True)
        ],
    }  # fmt: skip


def _article(
    content: Content, config: dict[str, Any], column: Column, entry: Entry, files: list[str], asked: Asked
) -> Answer:
    body = entry.html(files)
    detail = {"id": number(entry.key, 7), "title": entry.title, "publisher": entry.office, "content": body}
    told = json.dumps(config | {"DETAIL": detail}, ensure_ascii=False).replace("<", "\\u003C").replace(">", "\\u003E")
    rows = (
        ("索引号", f"11440000MB2{number(entry.key, 6)}"), ("分类", column.name),
        ("发布机构", entry.office or content.name),
        ("成文日期", str(entry.day)), ("名称", entry.title), ("发布日期", str(entry.day)),
    )  # fmt: skip
    table = "".join(f"<tr><td>{name}：</td><td>{escape(value)}</td></tr>" for name, value in rows)
    main = f"""<script>window._CONFIG = {told};</script>
<table class="classify">{table}</table><h1 class="title">{escape(entry.title)}</h1><p>浏览次数：{asked.serial}</p>
<div class="article-content">{body}</div>"""
    return Answer(_page(content, entry.title, main, metas(content, column, entry)), label=entry_label(entry))


def _portal(content: Content, site: Built, column: Column, path: str) -> None:
    """A column of the county's portal."""
    pages = pages_of(column.listed, column.size)
    for entry in column.entries:
        files = _files(site, entry)
        address = files[0] if entry.direct else f"{path}content/post_{number(entry.key, 7)}.html"
        site.entries.setdefault(entry.key, []).append(address)
        if not entry.direct and not entry.absent:
            site.pages[address] = partial(_post, content, column, entry, files)
    for index, some in enumerate(pages):
        address = f"{path}index_{index + 1}.html" if index else path
        site.pages[address] = partial(_list, content, site, column, path, some, index, len(pages))
    site.pages[f"{path}index.html"] = site.pages[path]


def _href(content: Content, path: str, column: Column) -> str:
    return f"/{_code(content, column)}/gkmlpt/index" if column.body else f"{path}{column.slug}/"


def _list(
    content: Content, site: Built, column: Column, path: str, some: list[Entry], index: int, total: int, _asked: Asked
) -> Answer:
    below = anchors([(sub.name, _href(content, path, sub)) for sub in column.columns]) if not index else ""
    rows = anchors(
        [
            (entry.link, site.entries[entry.key][0] + ("?jump=true" if number(entry.key) % 4 == 0 else ""))
            for entry in some
        ]
    )
    pager = "".join(
        f'<a href="{path}index_{page + 1}.html">{page + 1}</a>' if page else f'<a href="{path}">1</a>'
        for page in range(total)
    )
    after = f'<a class="next" href="{path}index_{index + 2}.html">&gt;</a>' if index + 1 < total else ""
    main = f"<h2>{escape(column.name)}</h2><ul>{below}</ul><ul>{rows}</ul><div class=page>{pager}{after}</div>"
    return Answer(_page(content, column.name, main, metas(content, column)), label=label_of(column))


def _post(content: Content, column: Column, entry: Entry, files: list[str], asked: Asked) -> Answer:
    main = f"""<h1>{escape(entry.title)}</h1><p>来源：{content.name}　时间：{entry.day}　浏览：{asked.serial}</p>
<div class="news_cont_d_wrap">{entry.html(files)}</div>"""
    return Answer(_page(content, entry.title, main, metas(content, column, entry)), label=entry_label(entry))


def _page(content: Content, title: str, main: str, meta: str) -> bytes:
    menu = anchors([("首页", "/"), *((column.name, f"/{column.slug}/") for column in content.columns)])
    return (
        f'<!DOCTYPE html><html><head><meta charset="utf-8">{meta}<title>{escape(title)}</title></head><body>'
        f"<nav><ul>{menu}</ul></nav>{main}<footer>{content.name}办公室主办　{content.code}</footer></body></html>"
    ).encode()


def _home(content: Content, asked: Asked) -> Answer:
    blocks = "".join(
        f"<h3>{escape(column.name)}</h3><ul>"
        f"{anchors([(sub.name, _href(content, f'/{column.slug}/', sub)) for sub in column.columns[:6]])}</ul>"
        for column in content.columns
    )
    main = f"{blocks}<ul>{anchors(content.links)}</ul><i>{asked.token}</i>"
    return Answer(_page(content, content.name, main, metas(content)), label="home:")
