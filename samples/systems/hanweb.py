"""Hanweb JCMS: numbered columns, lists as XML inside the page and from `dataproxy.jsp` (platforms.md §1).

Style: `proxy` (path of dataproxy.jsp), `only_page` (True: the server ignores startrecord), `most` (entries an answer
holds at most), `session` (True: links carry ;jsessionid), `soft` (True: what is not there is answered with 200).
"""

from functools import partial
from html import escape
from urllib.parse import quote, urlencode

from samples.content import Column, Content, Entry, hexadecimal, number
from samples.publishing import (
    GONE,
    Answer,
    Asked,
    Built,
    anchors,
    entry_label,
    file_answer,
    label_of,
    lasting,
    metas,
    own,
)

DOWNLOAD = "/module/download/downfile.jsp"


def publish(content: Content) -> Built:
    """The site of a content in this system."""
    site = Built()
    columns = {column_number(content, column): column for column, _ in content.walk()}
    files = {}
    for serial, column in columns.items():
        for entry in column.entries:
            path = _address(serial, entry)
            names = []
            for index, file in enumerate(entry.files):
                stored = f"{hexadecimal(f'{entry.key} {index}')}.{file.extension}"
                if file.picture:
                    name = f"/picture/0/{stored}"
                    site.pages[name] = partial(lasting, entry, file)
                else:
                    name = f"{DOWNLOAD}?{urlencode({'classid': 0, 'showname': file.name, 'filename': stored})}"
                    files[stored] = (entry, file)
                names.append(name)
            site.files[entry.key] = names
            site.entries.setdefault(entry.key, []).append(names[0] if entry.direct else path)
            if not entry.direct and not entry.absent:
                site.pages[path] = partial(_article, content, column, entry, names)
        site.pages[f"/col/col{serial}/index.html"] = partial(_column, content, site, column, serial)

    def download(asked: Asked) -> Answer:
        found = files.get(asked.query.get("filename", ""))
        if found is None or found[0].absent:
            return Answer("<html><body>文件不存在！</body></html>".encode(), label="gone:")
        entry, file = found
        name = quote(file.name)
        return file_answer(entry, file)._replace(
            media_type="application/octet-stream", headers=(("Content-Disposition", f"attachment;filename={name}"),)
        )

    def proxy(asked: Asked) -> Answer:
        column = columns.get(int(asked.query.get("columnid", "0") or 0))
        if column is None:
            return Answer("参数错误".encode(), status=500, label="gone:")
        size = min(int(asked.query.get("perpage") or column.size), content.style.get("most", 100))
        if "startrecord" in asked.query and not content.style.get("only_page"):
            first, last = int(asked.query["startrecord"]), int(asked.query.get("endrecord", "0") or 0)
            last = min(last, first + content.style.get("most", 100) - 1)
        else:
            size = column.size
            page = max(int(asked.query.get("page") or 1), 1)
            first, last = (page - 1) * size + 1, page * size
        text = "<?xml version='1.0' encoding='utf-8' ?>" + _datastore(content, site, column, first, last)
        return Answer(text.encode(), "text/xml;charset=UTF-8", label=label_of(column))

    site.pages[proxy_of(content)] = proxy
    site.pages[DOWNLOAD] = download
    site.pages["/"] = site.pages["/index.html"] = partial(_home, content)
    if content.style.get("soft"):
        site.missing = lambda _asked: Answer(page(content, "页面不存在", GONE, ""), label="gone:")
    return site


def proxy_of(content: Content) -> str:
    """The path of the list server."""
    return str(content.style.get("proxy", "/module/web/jpage/dataproxy.jsp"))


def column_number(content: Content, column: Column) -> int:
    """The number of a column."""
    return column.serial or 1229 * 10**6 + number(f"{content.code} {column.body} {column.slug} {column.name}", 6)


def _address(serial: int, entry: Entry) -> str:
    day = entry.day
    return f"/art/{day.year}/{day.month}/{day.day}/art_{serial}_{number(f'{entry.key}', 7)}.html"


def page(content: Content, title: str, main: str, meta: str) -> bytes:
    """A page with the chrome of the site around it."""
    menu = anchors([(column.name, _link(content, column)) for column in content.columns])
    return f"""<!DOCTYPE html>
<html lang="zh-CN"><head><meta charset="UTF-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
{meta}
<title>{escape(title)}</title>
</head><body>
<header><ul class="nav"><li><a href="/">网站首页</a></li>{menu}
<li><a href="/module/search/index.jsp">高级检索</a></li></ul></header>
<main>
{main}
</main>
<footer><p>主办单位：{content.name}　网站标识码：{content.code}</p></footer>
</body></html>
""".encode()


def _link(content: Content, column: Column) -> str:
    return f"/col/col{column_number(content, column)}/index.html"


def _article(content: Content, column: Column, entry: Entry, files: list[str], asked: Asked) -> Answer:
    beside = anchors([(other.title, "#") for other in column.listed[:3] if other is not entry])
    attached = ""
    main = f"""<div class="wz"><a href="/">首页</a> &gt; {escape(column.name)}</div>
<div class="article"><h2 class="bt">{escape(entry.title)}</h2>
<p class="xx">发布日期：{entry.day} 15:40:07　信息来源：{content.name}　浏览次数：{asked.serial}　字号：[ 大 中 小 ]</p>
<!--ZJEG_RSS.content.begin--><div id="zoom" class="bt_content">{entry.html(files)}{attached}</div>
<!--ZJEG_RSS.content.end--></div><div class="xgxx"><h3>相关信息</h3><ul>{beside}</ul></div>"""
    return Answer(page(content, entry.title, main, metas(content, column, entry)), label=entry_label(entry))


def _datastore(content: Content, site: Built, column: Column, first: int, last: int) -> str:
    items = column.listed
    serial = column_number(content, column)
    page = (last - 1) // column.size + 1
    group = ""
    if last < len(items):
        query = (
            f"page={page + 1}&appid=1&webid=3391&path=/&columnid={serial}&unitid={number(f'{serial} unit', 7)}"
            f"&webname={quote(content.name)}&permissiontype=0"
        )
        group = f'<nextgroup><![CDATA[<a href="{proxy_of(content)}?{query}"></a>]]></nextgroup>'
    records = []
    for entry in items[first - 1 : last]:
        words = entry.link if len(entry.link) < 26 else entry.link[:25] + "…"
        path = own(site, entry, f"art_{serial}_")
        records.append(
            f'<record><![CDATA[<li><a href="{path}" title="{escape(entry.link)}" target="_blank">{escape(words)}</a>'
            f"<span>{entry.day}</span></li>]]></record>"
        )
    pages = -(-len(items) // column.size)
    return (
        f"<datastore>{group}<totalrecord>{len(items)}</totalrecord><totalpage>{pages}</totalpage>"
        f"<recordset>{''.join(records)}</recordset></datastore>"
    )


def _column(content: Content, site: Built, column: Column, serial: int, _asked: Asked) -> Answer:
    below = anchors([(sub.name, _link(content, sub)) for sub in column.columns])
    unit = number(f"{serial} unit", 7)
    store = ""
    if column.listed:
        # The group that page 1 names first is page=1, which repeats what the page already holds.
        text = _datastore(content, site, column, 1, column.size).replace("?page=2&", "?page=1&")
        settings = (
            f"col:1,appid:1,webid:3391,path:'/',columnid:{serial},sourceContentType:1,unitid:'{unit}',"
            f"webname:'{content.name}',permissiontype:0"
        )
        paging = f"perPage:{column.size},totalRecord:{len(column.listed)},openCookies:false"
        store = f"""<div id="{unit}" class="list"><script type="text/xml">{text}</script></div>
<script>$("#{unit}").jpage({{themeName:'default',proxyUrl:'{proxy_of(content)}',{paging},ajaxParam:{{{settings}}}}});</script>"""
    main = f'<h2>{escape(column.name)}</h2><ul class="lm">{below}</ul>{store}'
    return Answer(page(content, column.name, main, metas(content, column)), label=label_of(column))


def _home(content: Content, asked: Asked) -> Answer:
    blocks = "".join(
        f'<div><h3><a href="{_link(content, column)}">{escape(column.name)}</a></h3><ul>'
        f"{anchors([(sub.name, _link(content, sub)) for sub in column.columns[:8]])}</ul></div>"
        for column in content.columns
    )
    main = f"<h1>{content.name}</h1>{blocks}<ul>{anchors(content.links)}</ul><i>{asked.token}</i>"
    return Answer(page(content, content.name, main, metas(content)), label="home:")
