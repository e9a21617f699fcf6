"""XxgkContent: a content type of its own for annual reports, lists `page_N.html`, files without extension (§8)."""

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


def publish(content: Content) -> Built:
    """The site of a content in this system."""
    site = Built()
    for column, above in content.walk():
        base = _base(content, column, above)
        module = (
            "XxgkAnnualReport" if column.about and column.entries and not column.columns else _module(above, column)
        )
        for entry in column.entries:
            kind = module if entry.about else "XxgkContent"
            page = f"/{kind}/show/{number(f'{entry.key} {base}', 6)}.html"
            hrefs = place(site, entry, page, partial(_file, kind, entry))
            if there(entry):
                site.pages[page] = partial(_article, content, column, entry, hrefs)
        pages = pages_of(column.listed, column.size)
        for index, some in enumerate(pages):
            site.pages[f"{base}/page_{index + 1}.html"] = partial(
                _list, content, site, column, above, base, some, index, len(pages)
            )
    site.pages["/"] = lambda asked: Answer(
        _page(content, content.name, home_blocks(content, partial(_link, content)) + asked.token, metas(content)),
        label="home:",
    )
    return site


def _module(above: tuple[Column, ...], column: Column) -> str:
    return "XxgkContent" if column.about or any(part.about for part in above) else "News"


def _base(content: Content, column: Column, above: tuple[Column, ...]) -> str:
    body = next((part.body for part in (*above, column) if part.body), "")
    organ = number(f"{content.code} {body}", 4)
    category = number(f"{content.code} {[part.slug for part in (*above, column)]}", 5)
    if _module(above, column) == "News":
        return f"/News/showList/{category}"
    return f"/XxgkContent/showList/{organ}/{category}"


def _link(content: Content, column: Column, above: tuple[Column, ...]) -> str:
    return f"{_base(content, column, above)}/page_1.html"


def _file(kind: str, entry: Entry, index: int, file: File) -> str:
    if file.picture:
        return f"/uploads/image/{entry.day:%Y%m%d}/{number(f'{entry.key}{index}', 10)}.{file.extension}"
    return f"/{kind}/download/{number(f'{entry.key}{index}', 6)}.html"


def _page(content: Content, title: str, main: str, meta: str) -> bytes:
    return f"""<!DOCTYPE html><html><head><meta charset="utf-8">
{meta}<title>{escape(title)}_{content.name}</title></head><body><p><a href="/">首页</a></p>
{main}<p>主办：{content.name} {content.code}</p></body></html>""".encode()


def _article(content: Content, column: Column, entry: Entry, hrefs: list[str], asked: Asked) -> Answer:
    main = f"""<h1>{escape(entry.title)}</h1><div>发布时间：{entry.day} 11:04　来源：{entry.office or content.name}
　浏览次数：{asked.serial}</div><div class="is-newscontnet">{entry.html(hrefs)}</div>"""
    return Answer(_page(content, entry.title, main, metas(content, column, entry)), label=entry_label(entry))


def _list(
    content: Content, site: Built, column: Column, above: tuple[Column, ...], base: str, some: list[Entry],
    index: int, total: int, _asked: Asked,
) -> Answer:  # fmt: skip
    below = anchors([(sub.name, _link(content, sub, (*above, column))) for sub in column.columns]) if not index else ""
    items = [(entry.link, own(site, entry, f"/{number(f'{entry.key} {base}', 6)}.html")) for entry in some]
    rows = anchors(items, '<li><a href="{1}" title="{0}">{0}</a></li>')
    numbers = "".join(f'<a href="{base}/page_{page}.html">{page}</a>' for page in range(1, min(total, 5) + 1))
    after = f'<a href="{base}/page_{index + 2}.html">下一页</a>' if index + 1 < total else ""
    last = f'<a href="{base}/page_{total}.html">尾页</a>'
    main = (
        f'<h2>{escape(column.name)}</h2><ul>{below}</ul><ul>{rows}</ul><div class="pages">{numbers}{after}{last}</div>'
    )
    return Answer(_page(content, column.name, main, metas(content, column)), label=label_of(column))
