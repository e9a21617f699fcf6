"""A site as Hanweb JCMS publishes it: numbered columns, lists as XML inside the page and from `dataproxy.jsp`.

Shapes from platforms.md §1: `/col/col…/index.html` with an empty container, page 1 as `<script type="text/xml">`,
`/module/web/jpage/dataproxy.jsp` by GET and POST, articles `/art/2025/1/19/art_{column}_{id}.html`, attachments
`/module/download/downfile.jsp?classid=0&showname=…&filename=….docx`.
"""

from collections import defaultdict
from collections.abc import Callable
from datetime import date
from functools import partial
from hashlib import md5
from html import escape
from itertools import count
from typing import Any
from urllib.parse import quote, urlencode

from samples.documents import editor_html, word_html
from samples.published import GIF, Answer, Asked, Built, Item, Place, articles, file_of, media_type
from samples.world import Report, reports

COLUMNS: dict[str, tuple[int, str, int]] = {
    # where: number of the column, name, entries a page
    "home_open": (1229214350, "政府信息公开", 15),
    "annual": (1229214360, "政府信息公开年报", 15),
    "government": (1229214361, "区政府", 15),
    "departments": (1229214362, "区级部门", 6),
    "towns": (1229214363, "镇乡街道", 10),
    # Named by the year of publication: they hold the reports of the year before.
    "2020": (1229214364, "2020年", 15),
    "2021": (1229214365, "2021年", 15),
    "chaoyin": (1229215120, "潮音镇政府信息公开年报", 15),
    "guide": (1229214351, "政府信息公开指南", 15),
    "rules": (1229214352, "政府信息公开制度", 15),
    "law": (1229214371, "法治政府建设年度报告", 15),
    "notices": (1229214372, "公示公告", 15),
    "news": (1229214310, "鹭汀要闻", 8),
}
PROXY = "/module/web/jpage/dataproxy.jsp"
DOWNLOAD = "/module/download/downfile.jsp"
ROBOTS = "User-agent: *\nDisallow: /zfxxgk_old/\nDisallow: /module/search/\n"
UNIT = 5407721


def column_path(where: str) -> str:
    """Address of a column."""
    return f"/col/col{COLUMNS[where][0]}/index.html"


def _column_of(report: Report) -> str:
    if report.office.kind in ("county", "government_office"):
        return "government"
    if report.office.kind in ("department", "zone"):
        return "departments"
    return "towns" if report.year > 2020 else str(report.year + 1)


def build(county: dict[str, Any]) -> Built:
    """The whole site of a county."""
    site = Built()
    lists: defaultdict[str, list[Item]] = defaultdict(list)
    serial = count(1714814, 53)

    def put(path: str, title: str, main: Callable[[], str], meta: dict[str, str]) -> None:
        site.pages[path] = lambda _asked: Answer(_page(county, title, main(), meta).encode(), "text/html;charset=UTF-8")

    def article_meta(column: str, title: str, day: date) -> dict[str, str]:
        return {
            "ColumnName": column, "ColumnType": "工作动态", "ArticleTitle": title, "PubDate": f"{day} 15:40:07",
            "ContentSource": county["site_name"],
        }  # fmt: skip

    def put_report(report: Report, where: str, again: bool = False) -> None:
        column, name, _ = COLUMNS[where]
        number, day = next(serial), report.published
        path = f"/art/{day.year}/{day.month}/{day.day}/art_{column}_{number}.html"
        attachment = None
        if report.filename:
            extension = report.filename.rpartition(".")[2]
            stored = f"{md5(str(number).encode(), usedforsecurity=False).hexdigest()}.{extension}"
            attachment = (
                f"{DOWNLOAD}?{urlencode({'classid': 0, 'showname': f'{report.title}.{extension}', 'filename': stored})}"
            )
            site.pages[f"{DOWNLOAD}#{stored}"] = lambda _asked: _download(report)
        if report.delivery == "direct" and attachment:
            path, attachment = attachment, None
        else:
            put(
                path,
                report.title,
                partial(_report, report, name, attachment, lists[where]),
                article_meta(name, report.title, day),
            )
        site.places.append(
            Place(report, path, attachment, column_path(where), None, day if path.startswith("/art/") else None, again)
        )
        lists[where].append(Item(report.title, path, day))

    for report in reports(county["key"]):
        put_report(report, _column_of(report))
        if report.twice:
            put_report(report, "chaoyin", again=True)

    for entry in articles(county):
        where = "government" if entry.where == "reports" else entry.where
        column, name, _ = COLUMNS[where]
        path = f"/art/{entry.day.year}/{entry.day.month}/{entry.day.day}/art_{column}_{next(serial)}.html"
        put(
            path,
            entry.title,
            partial(_article, entry.title, entry.day, name, entry.body, []),
            article_meta(name, entry.title, entry.day),
        )
        site.others.append(path)
        lists[where].append(Item(entry.title, path, entry.day))

    gone = Item(
        f"{county['name']}司法局2023年政府信息公开工作年度报告",
        "/art/2024/1/22/art_1229214362_1700001.html",
        date(2024, 1, 22),
    )
    lists["departments"].append(gone)
    site.gone.append(gone.path)
    # What is not there is answered with 200, as many such sites do.
    put(
        gone.path,
        "页面不存在",
        lambda: '<div class="error"><h2>页面不存在</h2><p>您访问的页面可能已经删除、更名或暂时不可用。</p></div>',
        {},
    )

    old = "/zfxxgk_old/2018nb.html"
    site.forbidden.append(old)
    put(old, "鹭汀区2018年政府信息公开年度报告", lambda: "<p>旧版网站的年度报告，已停止更新。</p>", {})

    for where, (_, name, size) in COLUMNS.items():
        lists[where].sort(key=lambda item: item.day, reverse=True)
        meta = {"ColumnName": name, "ColumnDescription": name, "ColumnKeywords": name, "ColumnType": "栏目"}
        put(column_path(where), name, partial(_column, where, name, lists[where], size), meta)

    put("/", county["site_name"], partial(_home, county), {})
    site.pages["/index.html"] = site.pages["/"]
    by_column = {str(number): (where, size) for where, (number, _, size) in COLUMNS.items()}

    def proxy(asked: Asked) -> Answer:
        where, size = by_column.get(asked.get("columnid", ""), ("", 15))
        items = lists[where] if where else []
        try:
            size = min(max(int(asked.get("perpage", size)), 1), 100)
            if "startrecord" in asked:
                first = max(int(asked["startrecord"]), 1)
                last = int(asked.get("endrecord", first + size - 1))
            else:
                page = max(int(asked.get("page", 1)), 1)
                first, last = (page - 1) * size + 1, page * size
        except ValueError:
            return Answer("参数错误".encode(), "text/html;charset=UTF-8", 500)
        return Answer(_datastore(where, items, first, last, size).encode(), "text/xml;charset=UTF-8")

    def download(asked: Asked) -> Answer:
        found = site.pages.get(f"{DOWNLOAD}#{asked.get('filename', '')}")
        # A wrong name is answered with a page and 200: the case of an error page served for a file.
        return (
            found(asked)
            if found
            else Answer("<html><body>文件不存在！</body></html>".encode(), "text/html;charset=UTF-8")
        )

    site.pages[PROXY] = proxy
    site.pages[DOWNLOAD] = download
    site.pages["/robots.txt"] = lambda _asked: Answer(ROBOTS.encode(), "text/plain")
    site.pages["/images/tujie.gif"] = lambda _asked: Answer(GIF, "image/gif")
    return site


def _download(report: Report) -> Answer:
    name = quote(f"{report.title}.{report.filename}"[-60:])
    kind = media_type(report) if report.rendering == "docx_python" else "application/octet-stream"
    return Answer(file_of(report), kind, headers=(("Content-Disposition", f"attachment;filename={name}"),))


def _page(county: dict[str, Any], title: str, main: str, meta: dict[str, str]) -> str:
    tags = {
        "SiteName": county["site_name"],
        "SiteDomain": "www.luting.example",
        "SiteIDCode": county["site_id_code"],
    } | meta
    head = "\n".join(f'<meta name="{name}" content="{escape(value)}">' for name, value in tags.items())
    menu = "".join(
        f'<li><a href="{column_path(where)}">{COLUMNS[where][1]}</a></li>'
        for where in ("news", "notices", "home_open", "annual", "law")
    )
    return f"""<!DOCTYPE html>
<html lang="zh-CN"><head><meta charset="UTF-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
{head}
<title>{escape(title)}</title>
</head><body>
<header><ul class="nav"><li><a href="/">网站首页</a></li>{menu}
<li><a href="/module/search/index.jsp">高级检索</a></li></ul></header>
<main>
{main}
</main>
<footer><p>主办单位：{county["site_name"]}　网站标识码：{county["site_id_code"]}</p></footer>
</body></html>
"""


def _article(title: str, day: date, column: str, body: str, beside: list[Item]) -> str:
    # The titles beside an article are those of other reports: a trap for whoever takes the first title.
    more = "".join(f'<li><a href="{item.path}">{escape(item.title)}</a></li>' for item in beside if item.title != title)
    side = f'<div class="xgxx"><h3>相关信息</h3><ul>{more}</ul></div>' if more else ""
    return f"""<div class="wz"><a href="/">首页</a> &gt; {column}</div>
<div class="article"><h2 class="bt">{escape(title)}</h2>
<p class="xx">发布日期：{day} 15:40:07　信息来源：本站　字号：[ 大 中 小 ]</p>
<!--ZJEG_RSS.content.begin--><div id="zoom" class="bt_content">{body}</div><!--ZJEG_RSS.content.end-->
</div>{side}"""


def _report(report: Report, column: str, attachment: str | None, items: list[Item]) -> str:
    if attachment:
        extension = attachment.rpartition(".")[2]
        link = f'<a href="{escape(attachment)}" target="_blank">{report.title}.{extension}</a>'
        body = f"<p>{report.title}</p><p>附件下载：{link}</p>"
    else:
        body = word_html(report) if report.rendering == "word" else editor_html(report)
    return _article(report.title, report.published, column, body, items[:3])


def _datastore(where: str, items: list[Item], first: int, last: int, size: int) -> str:
    pages = -(-len(items) // size)
    column = COLUMNS[where][0] if where else 0
    page = (last - 1) // size + 1
    group = ""
    if last < len(items):
        query = (
            f"page={page + 1}&appid=1&webid=3391&path=/&columnid={column}&unitid={UNIT}"
            f"&webname={quote('鹭汀区人民政府')}&permissiontype=0"
        )
        group = f'<nextgroup><![CDATA[<a href="{PROXY}?{query}"></a>]]></nextgroup>'
    records = "".join(f"<record><![CDATA[{_entry(item)}]]></record>" for item in items[first - 1 : last])
    return (
        f"<?xml version='1.0' encoding='utf-8' ?><datastore>{group}<totalrecord>{len(items)}</totalrecord>"
        f"<totalpage>{pages}</totalpage><recordset>{records}</recordset></datastore>"
    )


def _entry(item: Item) -> str:
    # The visible words are cut, the title attribute is whole.
    words = item.title if len(item.title) < 26 else item.title[:25] + "…"
    return (
        f'<li><a href="{item.path}" title="{escape(item.title)}" target="_blank">{escape(words)}</a>'
        f"<span>{item.day}</span></li>"
    )


BELOW = {
    "home_open": ("guide", "rules", "notices", "annual"),
    "annual": ("government", "departments", "towns", "chaoyin"),
    "towns": ("2021", "2020"),
}


def _column(where: str, name: str, items: list[Item], size: int) -> str:
    below = "".join(f'<li><a href="{column_path(key)}">{COLUMNS[key][1]}</a></li>' for key in BELOW.get(where, ()))
    if where == "annual":
        below += '<li><a href="/zfxxgk_old/2018nb.html">2018年及以前政府信息公开年报（旧版）</a></li>'
    below = f'<ul class="lm">{below}</ul>' if below else ""
    if not items:
        return f"<h2>{name}</h2>{below}"
    store = _datastore(where, items, 1, size, size).partition("?>")[2]
    # platforms.md: the group that page 1 names first is page=1, which repeats what the page already holds.
    store = store.replace("?page=2&", "?page=1&")
    settings = (
        f"col:1,appid:1,webid:3391,path:'/',columnid:{COLUMNS[where][0]},sourceContentType:1,unitid:'{UNIT}',"
        "webname:'鹭汀区人民政府',permissiontype:0"
    )
    page = f"perPage:{size},totalRecord:{len(items)},openCookies:false"
    return f"""<h2>{name}</h2>{below}
<div id="{UNIT}" class="list"><script type="text/xml">{store}</script></div>
<script>
$("#{UNIT}").jpage({{themeName:'default',proxyUrl:'{PROXY}',{page},ajaxParam:{{{settings}}}}});
</script>"""


def _home(county: dict[str, Any]) -> str:
    return f'<h1>{county["site_name"]}</h1><p><a href="{column_path("home_open")}">政府信息公开</a></p>'
