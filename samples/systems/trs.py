"""TRS WCM: folders as columns, further list pages by script only, files beside the article (platforms.md §3).

Style: `first_page` (1: `index_1` is page 2; 2: `index_2` is), `dated` (False: `t17860899.shtml`), `extension`, `stem`
of list pages, `charset`, `address` (in the footer), `pager` (prefix: `Pager({…})`).
"""

from collections.abc import Callable
from functools import partial
from html import escape
from posixpath import relpath

from samples.content import PAGE_BREAK, Column, Content, Entry, number, pages_of
from samples.publishing import Answer, Asked, Built, anchors, entry_label, label_of, lasting, metas

PAGER = """function createPageHTML(_nPageCount, _nCurrIndex, _sPageName, _sPageExt){
  if(_nPageCount == null || _nPageCount <= 1) return;
  for(var i = 0; i < _nPageCount; i++)
    document.write("<a href='" + _sPageName + (i ? "_" + i : "") + "." + _sPageExt + "'>" + (i + 1) + "</a> ");
}
"""


def publish(content: Content) -> Built:
    """The site of a content in this system."""
    site = Built()
    extension = content.style.get("extension", "html")
    first = content.style.get("first_page", 1)
    stem = content.style.get("stem", "index")
    folders: dict[int, str] = {}

    def put(path: str, make: Callable[[Asked], str], label: str) -> None:
        encoding = "gb18030" if content.style.get("charset") == "gb2312" else "utf-8"
        site.pages[path] = lambda asked: Answer(make(asked).encode(encoding), "text/html", label=label)

    for column, above in content.walk():
        folder = (folders[id(above[-1])] if above else "/") + column.slug + "/"
        folders[id(column)] = folder
        paths = {entry.key: _place(site, put, content, column, entry, folder) for entry in column.entries}
        pages = pages_of(column.listed, column.size)
        for index, some in enumerate(pages):
            path = f"{folder}{stem}_{index - 1 + first}.{extension}" if index else folder
            shown = [(entry.link, "./" + relpath(paths[entry.key], folder), str(entry.day)) for entry in some]
            put(path, partial(_list, content, column, shown, len(pages), index, stem, extension), label_of(column))
        site.pages[f"{folder}{stem}.{extension}"] = site.pages[folder]
    put("/", partial(_home, content), "home:")
    site.pages["/images/page.js"] = lambda _asked: Answer(PAGER.encode(), "application/javascript")
    return site


def _place(site: Built, put, content: Content, column: Column, entry: Entry, folder: str) -> str:  # type: ignore[no-untyped-def]
    """Gives an entry its addresses; returns the one that a list links to."""
    extension = content.style.get("extension", "html")
    serial = number(entry.key)
    if content.style.get("dated", True):
        base = f"{folder}{entry.day:%Y%m}/t{entry.day:%Y%m%d}_{serial}"
    else:
        base = f"{folder}t{serial}"
    beside = base.rpartition("/")[0]
    files = []
    for index, file in enumerate(entry.files):
        sign = "W0" if file.picture else "P0"
        path = f"{beside}/{sign}{entry.day:%Y%m%d}{number(f'{entry.key} {index}', 15)}.{file.extension}"
        site.pages[path] = partial(lasting, entry, file)
        files.append(path)
    site.files[entry.key] = files
    path = files[0] if entry.direct else f"{base}.{extension}"
    site.entries.setdefault(entry.key, []).append(path)
    if entry.state in ("gone", "removed"):
        return path
    if entry.state == "soft":
        put(path, lambda _asked: _page(content, "页面不存在", "<p>您访问的页面已被删除或不存在。</p>", ""), "gone:")
        return path
    if not entry.direct:
        for index in range(entry.pages):
            here = f"{base}_{index}.{extension}" if index else path
            label = entry_label(entry, "more" if index else "entry")
            hrefs = ["./" + file.rpartition("/")[2] for file in files]
            put(here, partial(_article, content, column, entry, hrefs, index, base.rpartition("/")[2]), label)
    return path


def _page(content: Content, title: str, main: str, meta: str) -> str:
    menu = "".join(
        f'<td class="menu"><a href="/{column.slug}/">{escape(column.name)}</a></td>' for column in content.columns
    )
    charset = content.style.get("charset", "utf-8")
    return f"""<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Transitional//EN" "http://www.w3.org/TR/xhtml1/DTD/xhtml1-transitional.dtd">
<html xmlns="http://www.w3.org/1999/xhtml"><head>
<meta http-equiv="Content-Type" content="text/html; charset={charset}" />
{meta}
<title>{escape(title)}_{content.name}</title>
<script type="text/javascript" src="/images/page.js"></script>
</head><body>
<table width="1000" align="center" id="menu"><tr><td class="menu"><a href="/">首页</a></td>{menu}</tr></table>
<div class="main" style="width:1000px;margin:0 auto">
{main}
</div>
<div class="footer">主办：{content.name}办公室　{content.style.get("address", "")}　网站标识码：{content.code}</div>
</body></html>
"""


def _article(
    content: Content, column: Column, entry: Entry, hrefs: list[str], index: int, base: str, asked: Asked
) -> str:
    bodies = entry.html(hrefs).split(PAGE_BREAK)
    body = bodies[index] if entry.pages > 1 else "".join(bodies)
    pager = ""
    if entry.pages > 1:
        extension = content.style.get("extension", "html")
        pager = (
            f'<div class="fy"><script>createPageHTML({entry.pages}, {index}, "{base}", "{extension}");</script></div>'
        )
    table = ""
    if entry.index:
        table = f"""<table class="xxgk_table" width="100%">
<tr><td>索 引 号：</td><td>{entry.index}</td><td>信息分类：</td><td>{escape(column.name)}</td></tr>
<tr><td>发布机构：</td><td>{escape(entry.office)}</td><td>生成日期：</td><td>{entry.day}</td></tr></table>
"""
    main = f"""<div class="position">您现在的位置：<a href="/">首页</a> &gt; {escape(column.name)}</div>
{table}<h1 class="title">{escape(entry.title)}</h1>
<div class="info">发布时间：{entry.day} 09:12　来源：{content.name}　浏览：<span>{asked.serial}</span></div>
<div class="TRS_Editor">{body}</div>{pager}
<div class="close"><a href="javascript:window.print()">打印</a> <a href="javascript:window.close()">关闭</a></div>"""
    return _page(content, entry.title, main, metas(content, column, entry))


def _list(
    content: Content, column: Column, shown: list[tuple[str, str, str]], total: int, index: int, stem: str,
    extension: str, _asked: Asked,
) -> str:  # fmt: skip
    below = anchors([(sub.name, f"./{sub.slug}/") for sub in column.columns]) if index == 0 else ""
    rows = "\n".join(
        f'<li><a href="{href}" target="_blank" title="{escape(words)}">{escape(words)}</a><span>{day}</span></li>'
        for words, href, day in shown
    )
    pager = f'<div class="page"><script>createPageHTML({total}, {index}, "{stem}", "{extension}");</script></div>'
    if content.style.get("pager") == "prefix":
        pager = f"<script>Pager({{size:{total}, current:{index}, prefix:'{stem}', suffix:'{extension}'}});</script>"
    main = f'<div class="position">{escape(column.name)}</div><ul class="sub">{below}</ul><ul class="list">{rows}</ul>'
    return _page(content, column.name, main + pager, metas(content, column))


def _home(content: Content, asked: Asked) -> str:
    blocks = []
    for column in content.columns:
        inner = anchors([(sub.name, f"/{column.slug}/{sub.slug}/") for sub in column.columns[:12]])
        blocks.append(
            f'<div class="block"><h3><a href="/{column.slug}/">{escape(column.name)}</a></h3><ul>{inner}</ul></div>'
        )
    links = anchors(content.links)
    main = f'{"".join(blocks)}<ul class="links">{links}</ul><p>今日访问 {asked.token}</p>'
    return _page(content, content.name, main, metas(content))
