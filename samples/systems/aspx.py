"""An old ASP.NET site: `List.aspx?cid=`, paging by __doPostBack with a plain link beside, session ids in addresses.

Style: `session` (True: whoever comes without a session gets links with a new one, at every request another).
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


def publish(content: Content) -> Built:
    """The site of a content in this system."""
    site = Built()
    columns: dict[str, Column] = {}
    articles: dict[str, tuple[Column, Entry, list[str]]] = {}
    for column, above in content.walk():
        serial = _serial(content, column, above)
        columns[serial] = column
        for entry in column.entries:
            article = str(number(f"{entry.key} {serial}", 6))
            hrefs = place(site, entry, f"/Show.aspx?id={article}", partial(_file, entry))
            articles[article] = (column, entry, hrefs)

    def listing(asked: Asked) -> Answer:
        column = columns.get(asked.query.get("cid", ""))
        if column is None:
            return _error("栏目不存在")
        wanted = asked.query.get("page") or asked.query.get("__EVENTARGUMENT") or "1"
        return _list(content, site, columns, column, int(wanted) if wanted.isdigit() else 1, asked)

    def show(asked: Asked) -> Answer:
        found = articles.get(asked.query.get("id", ""))
        if found is None or not there(found[1]):
            return _error("该信息不存在或已被删除")
        column, entry, hrefs = found
        main = f"""<div id="title">{escape(entry.title)}</div><div>发布时间：{entry.day}　点击数：{asked.serial}</div>
<div id="Content">{entry.html(hrefs)}</div>"""
        text = _page(content, entry.title, main, metas(content, column, entry), asked)
        return Answer(text, label=entry_label(entry))

    def home(asked: Asked) -> Answer:
        main = home_blocks(content, lambda column, above: _session(content, asked) + _link(content, column, above))
        return Answer(_page(content, content.name, main, metas(content), asked), label="home:")

    site.pages |= {"/": home, "/Default.aspx": home, "/List.aspx": listing, "/Show.aspx": show}

    def sessioned(asked: Asked) -> Answer:
        """The same pages below a session: `/(S(x))/List.aspx`."""
        path = "/" + asked.path.split("/", 2)[2]
        handler = site.pages.get(path)
        return handler(asked) if handler else _error("页面不存在")

    site.prefixes.append(("/(S(", sessioned))
    return site


def _serial(content: Content, column: Column, above: tuple[Column, ...]) -> str:
    return str(number(f"{content.code} {[part.slug for part in (*above, column)]}", 5))


def _link(content: Content, column: Column, above: tuple[Column, ...]) -> str:
    return f"/List.aspx?cid={_serial(content, column, above)}"


def _session(content: Content, asked: Asked) -> str:
    """What comes before a path: the visitor's session, or a new one."""
    if not content.style.get("session"):
        return ""
    if asked.path.startswith("/(S("):
        return "/" + asked.path.split("/", 2)[1]
    return f"/(S({asked.token:0>24}))"


def _file(entry: Entry, index: int, file: File) -> str:
    return f"/UploadFile/{entry.day:%Y}/{entry.day.month}/{number(f'{entry.key}{index}', 14)}.{file.extension}"


def _error(words: str) -> Answer:
    text = f"<html><head><title>提示信息</title></head><script>alert('{words}');</script><p>{words}！</p></html>"
    return Answer(text.encode("gb18030"), "text/html; charset=gb2312", label="gone:")


def _page(content: Content, title: str, main: str, meta: str, asked: Asked) -> bytes:
    return f"""<html><head><meta http-equiv="Content-Type" content="text/html; charset=gb2312">
{meta}<title>{escape(title)}</title></head><body><form name="form1" method="post" action="" id="form1">
<input type="hidden" name="__VIEWSTATE" value="/wEPDwUK{asked.token * 40}" />
<input type="hidden" name="__EVENTVALIDATION" value="/wEW{asked.token * 9}" />
<table><tr><td><a href="{_session(content, asked)}/Default.aspx">首页</a></td></tr></table>
{main}
</form><p>{content.name} {content.code} 您是第{asked.serial}位访客</p></body></html>""".encode("gb18030")


def _list(
    content: Content, site: Built, columns: dict[str, Column], column: Column, index: int, asked: Asked
) -> Answer:
    serials = {id(known): serial for serial, known in columns.items()}
    session, serial = _session(content, asked), serials[id(column)]
    pages = pages_of(column.listed, column.size)
    some = pages[index - 1] if 1 <= index <= len(pages) else []
    below = anchors([(sub.name, f"{session}/List.aspx?cid={serials[id(sub)]}") for sub in column.columns])
    items = [(entry, own(site, entry, f"id={number(f'{entry.key} {serial}', 6)}")) for entry in some]
    rows = "".join(
        f'<tr><td>·<a href="{session}{escape(path)}" target="_blank">{escape(entry.link)}</a></td>'
        f"<td>{entry.day}</td></tr>"
        for entry, path in items
    )
    pager = "".join(
        f"<a href=\"javascript:__doPostBack('AspNetPager1','{n}')\">{n}</a> "
        for n in range(1, len(pages) + 1)
        if n != index
    )
    if index < len(pages):
        pager += f"<a href=\"javascript:__doPostBack('AspNetPager1','{index + 1}')\">下一页</a>"
        pager += f'<noscript><a href="{session}/List.aspx?cid={serial}&amp;page={index + 1}">下一页</a></noscript>'
    main = f'<h3>{escape(column.name)}</h3><ul>{below}</ul><table>{rows}</table><div id="AspNetPager1">{pager}</div>'
    text = _page(content, column.name, main, metas(content, column), asked)
    return Answer(text, "text/html; charset=gb2312", label=label_of(column))
