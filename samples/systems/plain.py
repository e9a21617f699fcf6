"""The long tail: systems that differ by their addresses and by how a list is shown (platforms.md §9).

Style: `scheme` (jinan, node, jhtml, date: see SCHEMES), `pager` (next: 下一页; numbers: 1 2 3 alone), `show` (anchors;
iframe: the list stands in a frame of the same host; onclick: `jumpToDetail('…')` instead of links), `enter` (meta: the
home page refreshes to another; script: `location.href=`), `charset` (gb2312: so declared; none: nothing declared).
"""

from collections.abc import Callable
from functools import partial
from html import escape

from samples.content import Column, Content, Entry, File, hexadecimal, number, pages_of
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


def _chain(content: Content, trail: tuple[Column, ...]) -> str:
    steps = [trail[: end + 1] for end in range(len(trail))]
    return "".join(f"/{number(f'{content.code} {[part.slug for part in step]}', 5)}" for step in steps)


def _words(trail: tuple[Column, ...]) -> str:
    return "/" + "/".join(part.slug for part in trail)


def _jinan(content: Content, trail: tuple[Column, ...], index: int) -> str:
    body = next((part.body for part in trail if part.body), "qzf")
    channel = hexadecimal(f"{content.code} {[part.slug for part in trail]}", 24)
    name = str(index + 1) if index else "index"
    return f"/gongkai/site_{hexadecimal(f'{content.code}{body}', 8)}/channel_{channel}/{name}.html"


Scheme = tuple[Callable[[Content, tuple[Column, ...], int], str], Callable[[Content, tuple[Column, ...], Entry], str]]
SCHEMES: dict[str, Scheme] = {
    "jinan": (_jinan, lambda c, t, e: f"{_jinan(c, t, 0).rpartition('/')[0]}/doc_{hexadecimal(e.key, 24)}.html"),
    "node": (
        lambda c, t, i: f"{_chain(c, t)}/index{f'_{i + 1}' if i else ''}.htm",
        lambda c, t, e: f"{_chain(c, t)}/content_{number(e.key, 7)}.html",
    ),
    "jhtml": (
        lambda _c, t, i: f"{_words(t)}/index{f'_{i + 1}' if i else ''}.jhtml",
        lambda _c, t, e: f"{_words(t)}/{number(e.key, 6)}.jhtml",
    ),
    "date": (
        lambda c, t, i: (
            f"/column/{number(f'{c.code} {[part.slug for part in t]}', 4)}/list{f'-{i + 1}' if i else ''}.shtml"
        ),
        lambda _c, _t, e: f"/c/{e.day}/{number(e.key, 7)}.shtml",
    ),
}
"""How a system makes the address of a list page and of an article."""


def publish(content: Content) -> Built:
    """The site of a content in this system."""
    site = Built()
    column_path, entry_path = SCHEMES[content.style["scheme"]]

    def link(column: Column, above: tuple[Column, ...]) -> str:
        return column_path(content, (*above, column), 0)

    for column, above in content.walk():
        trail = (*above, column)
        for entry in column.entries:
            page = link(column, above) if column.single else entry_path(content, trail, entry)
            hrefs = place(site, entry, page, partial(_file, entry))
            if column.single and entry.direct:
                site.entries[entry.key][-1] = page
            if there(entry) or (column.single and not entry.absent):
                site.pages[page] = partial(_article, content, column, entry, hrefs)
        if column.single:
            continue
        pages = pages_of(column.listed, column.size)
        for index, some in enumerate(pages):
            address = column_path(content, trail, index)
            rows = [(entry, own(site, entry, entry_path(content, trail, entry))) for entry in some]
            others = [column_path(content, trail, page) for page in range(len(pages))]
            below = [(sub.name, link(sub, trail)) for sub in column.columns] if not index else []
            frame = address.replace(".", "_list.", 1) if content.style.get("show") == "iframe" else ""
            if frame:
                site.pages[frame] = partial(_list, content, column, rows, [], index, others, True)
                site.pages[address] = partial(_framed, content, column, below, frame)
            else:
                site.pages[address] = partial(_list, content, column, rows, below, index, others, False)

    def home(asked: Asked) -> Answer:
        text = f"{home_blocks(content, link)}<i>{asked.token}</i>"
        return _answer(content, content.name, text, metas(content), "home:")

    site.pages["/"] = site.pages["/index.html"] = home
    match content.style.get("enter"):
        case "meta":
            site.pages["/"] = lambda _asked: Answer(
                b'<html><head><meta http-equiv="refresh" content="0;url=index.html"></head><body></body></html>',
                label="home:",
            )
        case "script":
            site.pages["/"] = lambda _asked: Answer(
                b'<html><head><script>window.location.href="/index.html";</script></head></html>', label="home:"
            )
    return site


def _file(entry: Entry, index: int, file: File) -> str:
    return f"/upload/{entry.day:%Y%m}/{number(f'{entry.key}{index}', 12)}.{file.extension}"


def _answer(content: Content, title: str, main: str, meta: str, label: str) -> Answer:
    charset = content.style.get("charset", "utf-8")
    declared = "" if charset == "none" else f'<meta charset="{charset}">'
    text = f"""<html><head>{declared}
{meta}<title>{escape(title)}</title></head><body><div id="top"><a href="/index.html">首页</a></div>
{main}
<div id="foot">{content.name}　{content.code}</div></body></html>"""
    return Answer(text.encode("utf-8" if charset == "utf-8" else "gb18030"), "text/html", label=label)


def _article(content: Content, column: Column, entry: Entry, hrefs: list[str], asked: Asked) -> Answer:
    body = entry.html(hrefs)
    if entry.direct:
        body = anchors([(file.name, href) for file, href in zip(entry.files, hrefs, strict=True)])
    main = f"""<div id="dqwz">当前位置：{escape(column.name)}</div><h1>{escape(entry.title)}</h1>
<div>日期：{entry.day}　阅读：{asked.serial}次</div><div class="content" id="content">{body}</div>"""
    return _answer(content, entry.title, main, metas(content, column, entry), entry_label(entry))


def _list(
    content: Content, column: Column, rows: list[tuple[Entry, str]], below: list[tuple[str, str]], index: int,
    others: list[str], bare: bool, _asked: Asked,
) -> Answer:  # fmt: skip
    if content.style.get("show") == "onclick":
        items = "".join(
            f"<li onclick=\"jumpToDetail('{path}')\"><span>{escape(entry.link)}</span><em>{entry.day}</em></li>"
            for entry, path in rows
        )
    else:
        items = "".join(
            f'<li><a href="{path}" target="_blank">{escape(entry.link)}</a><em>{entry.day}</em></li>'
            for entry, path in rows
        )
    if bare:
        others = [other.replace(".", "_list.", 1) for other in others]
    if content.style.get("pager") == "numbers":
        pager = "".join(f'<a href="{other}">{n}</a>' for n, other in enumerate(others, 1) if n != index + 1)
    else:
        pager = f'共{len(others)}页　<a href="{others[0]}">首页</a>'
        pager += f'<a href="{others[index + 1]}">下一页</a>' if index + 1 < len(others) else "<span>下一页</span>"
        pager += f'<a href="{others[-1]}">末页</a>'
    pager = f'<div class="page">{pager}</div>' if len(others) > 1 else ""
    main = f'<h3>{escape(column.name)}</h3><ul class="lm">{anchors(below)}</ul><ul class="list">{items}</ul>{pager}'
    return _answer(content, column.name, main, "" if bare else metas(content, column), label_of(column))


def _framed(content: Content, column: Column, below: list[tuple[str, str]], frame: str, _asked: Asked) -> Answer:
    main = f'<h3>{escape(column.name)}</h3><ul class="lm">{anchors(below)}</ul>'
    if column.listed:
        main += f'<iframe src="{frame}" width="100%" frameborder="0" scrolling="no"></iframe>'
    return _answer(content, column.name, main, metas(content, column), label_of(column))
