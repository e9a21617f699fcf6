"""A site as TRS WCM publishes it: folders as columns, pages declared gb2312, further list pages by script only.

Shapes from platforms.md §3: `…/202501/t20250116_15326892.html`, attachments `./P0….pdf` beside the article,
`createPageHTML(total, 0, "index", "html")` where page 2 is `index_1.html`, bodies in `.TRS_Editor`.
"""

from collections import defaultdict
from collections.abc import Callable
from datetime import date
from functools import partial
from hashlib import sha256
from html import escape
from itertools import count
from posixpath import relpath
from typing import Any

from samples.documents import editor_html, word_html
from samples.published import GIF, Answer, Built, Item, Place, articles, file_of, media_type
from samples.world import Report, reports

NB = "/zwgk/zfxxgk/zfxxgknb/"
COLUMNS: dict[str, tuple[str, str, int]] = {
    # where: path, name, entries a page
    "government": (f"{NB}xzf_1021/", "县政府及办公室年报", 20),
    "departments": (f"{NB}bm_1022/", "县直部门年报", 5),
    "towns": (f"{NB}xzjd_1023/", "乡镇（街道）年报", 20),
    "earlier": (f"{NB}xzjd_1023/lnnb/", "历年年报", 4),
    # These columns are named by the year of publication, as on many sites: the name lies about the report's year.
    "2023": (f"{NB}xzjd_1023/2023n/", "2023年", 20),
    "2024": (f"{NB}xzjd_1023/2024n/", "2024年", 20),
    "2025": (f"{NB}xzjd_1023/2025n/", "2025年", 20),
    "tangwu": ("/xzjd/tangwu_2107/zfxxgknb_2110/", "鄌坞镇政府信息公开年报", 20),
    "guide": ("/zwgk/zfxxgk/zfxxgkzn/", "政府信息公开指南", 20),
    "rules": ("/zwgk/zfxxgk/zfxxgkzd/", "政府信息公开制度", 20),
    "law": ("/zwgk/fzzfjs/", "法治政府建设", 20),
    "notices": ("/zwgk/tzgg/", "通知公告", 20),
    "news": ("/xwzx/zwyw/", "政务要闻", 10),
}
MENU = (
    ("首页", "/"),
    ("政务要闻", "/xwzx/zwyw/"),
    ("通知公告", "/zwgk/tzgg/"),
    ("政府信息公开", "/zwgk/zfxxgk/"),
    ("法治政府建设", "/zwgk/fzzfjs/"),
    ("乡镇街道", "/xzjd/"),
)


def _column_of(report: Report) -> str:
    if report.office.kind in ("county", "government_office"):
        return "government"
    if report.office.kind in ("department", "zone"):
        return "departments"
    return "earlier" if report.year < 2022 else str(report.year + 1)


def build(county: dict[str, Any]) -> Built:
    """The whole site of a county."""
    site = Built(validators=True)
    lists: defaultdict[str, list[Item]] = defaultdict(list)
    serial = count(15326892, 37)

    def page(title: str, main: str, meta: dict[str, str]) -> Answer:
        return Answer(_page(county, title, main, meta).encode("gb18030"), "text/html")

    def put(path: str, title: str, main: Callable[[], str], meta: dict[str, str]) -> None:
        site.pages[path] = lambda _asked: page(title, main(), meta)

    def article_meta(column: str, title: str, day: date) -> dict[str, str]:
        return {
            "ColumnName": column, "ColumnType": "政府信息公开", "ArticleTitle": title, "PubDate": f"{day} 09:12",
            "ContentSource": county["site_name"],
        }  # fmt: skip

    def put_report(report: Report, where: str, again: bool = False) -> None:
        folder, name, _ = COLUMNS[where]
        number, day = next(serial), report.published
        month = f"{folder}{day:%Y%m}/"
        path = f"{month}t{day:%Y%m%d}_{number}.html"
        index = f"{county['site_id_code']}/{day.year}-{number % 100000:05d}" if number % 2 else None
        attachment = None
        if report.filename:
            extension = report.filename.rpartition(".")[2]
            attachment = f"{month}P0{day:%Y%m%d}{number % 10**6:06d}{number * 7919 % 10**9:09d}.{extension}"
            site.pages[attachment] = lambda _asked: Answer(file_of(report), media_type(report))
        if report.delivery == "direct" and attachment:
            path, attachment, index = attachment, None, None
        else:
            put(
                path,
                report.title,
                partial(_report, report, name, attachment, index),
                article_meta(name, report.title, day),
            )
        site.places.append(
            Place(report, path, attachment, folder, index, day if path.endswith("html") else None, again)
        )
        lists[where].append(Item(report.title, path, day))

    for report in reports(county["key"]):
        put_report(report, _column_of(report))
        if report.twice:
            put_report(report, "tangwu", again=True)

    for entry in articles(county):
        where = "departments" if entry.where == "reports" else entry.where
        folder, name, _ = COLUMNS[where]
        path = f"{folder}{entry.day:%Y%m}/t{entry.day:%Y%m%d}_{next(serial)}.html"
        put(
            path,
            entry.title,
            partial(_article, entry.title, entry.day, name, entry.body),
            article_meta(name, entry.title, entry.day),
        )
        site.others.append(path)
        lists[where].append(Item(entry.title, path, entry.day))

    folder = COLUMNS["departments"][0]
    gone = Item(
        f"{county['name']}司法局2022年政府信息公开工作年度报告",
        f"{folder}202301/t20230117_15310001.html",
        date(2023, 1, 17),
    )
    lists["departments"].append(gone)
    site.gone.append(gone.path)

    for where, (folder, name, size) in COLUMNS.items():
        items = sorted(lists[where], key=lambda item: item.day, reverse=True)
        pages = [items[start : start + size] for start in range(0, len(items), size)] or [[]]
        for number, some in enumerate(pages):
            path = f"{folder}index_{number}.html" if number else folder
            meta = {"ColumnName": name, "ColumnDescription": name, "ColumnKeywords": name, "ColumnType": "政府信息公开"}
            put(path, name, partial(_list, name, folder, some, len(pages), number), meta)
        site.pages[f"{folder}index.html"] = site.pages[folder]

    put("/", county["site_name"], partial(_home, county, lists["news"]), {})
    put("/zwgk/zfxxgk/", "政府信息公开", _open_government, {"ColumnName": "政府信息公开", "ColumnType": "政府信息公开"})
    put(NB, "政府信息公开年报", _annual, {"ColumnName": "政府信息公开年报", "ColumnType": "政府信息公开"})
    put(
        "/xzjd/",
        "乡镇街道",
        _towns,
        {},
    )
    for path in ("/", "/zwgk/zfxxgk/", NB, "/xzjd/"):
        site.pages[f"{path}index.html"] = site.pages[path]
    site.pages["/images/tujie.gif"] = lambda _asked: Answer(GIF, "image/gif")
    site.pages["/images/page.js"] = lambda _asked: Answer(PAGE_SCRIPT.encode(), "application/javascript")
    return site


PAGE_SCRIPT = """function createPageHTML(_nPageCount, _nCurrIndex, _sPageName, _sPageExt){
  if(_nPageCount == null || _nPageCount <= 1) return;
  for(var i = 0; i < _nPageCount; i++)
    document.write("<a href='" + _sPageName + (i ? "_" + i : "") + "." + _sPageExt + "'>" + (i + 1) + "</a> ");
}
"""


def _page(county: dict[str, Any], title: str, main: str, meta: dict[str, str]) -> str:
    tags = {
        "SiteName": county["site_name"],
        "SiteDomain": "www.chenglan.example",
        "SiteIDCode": county["site_id_code"],
    } | meta
    head = "\n".join(f'<meta name="{name}" content="{escape(value)}">' for name, value in tags.items())
    menu = "".join(f'<td class="menu"><a href="{path}">{name}</a></td>' for name, path in MENU)
    return f"""<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Transitional//EN" "http://www.w3.org/TR/xhtml1/DTD/xhtml1-transitional.dtd">
<html xmlns="http://www.w3.org/1999/xhtml"><head>
<meta http-equiv="Content-Type" content="text/html; charset=gb2312" />
{head}
<title>{escape(title)}_{county["site_name"]}</title>
<script type="text/javascript" src="/images/page.js"></script>
</head><body>
<table width="1000" align="center" id="menu"><tr>{menu}</tr></table>
<div class="main" style="width:1000px;margin:0 auto">
{main}
</div>
<div class="footer">主办：{county["site_name"]}办公室　地址：澄岚县榴花街道㙟桥路1号
网站标识码：{county["site_id_code"]}</div>
</body></html>
"""


def _article(title: str, day: date, column: str, body: str, table: str = "") -> str:
    return f"""<div class="position">您现在的位置：<a href="/">首页</a> &gt; {column}</div>
{table}<h1 class="title">{escape(title)}</h1>
<div class="info">发布时间：{day} 09:12　来源：本站　浏览次数：<script>document.write("")</script></div>
<div class="TRS_Editor">{body}</div>
<div class="close"><a href="javascript:window.print()">打印</a></div>"""


def _report(report: Report, column: str, attachment: str | None, index: str | None) -> str:
    table = ""
    if index:
        table = f"""<table class="xxgk_table" width="100%">
<tr><td>索 引 号：</td><td>{index}</td><td>信息分类：</td><td>政府信息公开年报</td></tr>
<tr><td>发布机构：</td><td>{report.office.full}</td><td>生成日期：</td><td>{report.signed}</td></tr></table>
"""
    if attachment:
        name = attachment.rpartition("/")[2]
        words = f"{report.title}.{name.rpartition('.')[2]}"
        body = f'<p>年度报告全文见附件。</p><p>附件：<a href="./{name}" target="_blank">{words}</a></p>'
    else:
        body = word_html(report) if report.rendering == "word" else editor_html(report)
    return _article(report.title, report.published, column, body, table)


def _list(name: str, folder: str, items: list[Item], total: int, number: int) -> str:
    rows = "\n".join(
        f'<li><a href="./{relpath(item.path, folder)}" target="_blank">{escape(item.title)}</a>'
        f"<span>{item.day}</span></li>"
        for item in items
    )
    below = ""
    if name == COLUMNS["towns"][1]:
        below = "".join(
            f'<li><a href="./{COLUMNS[key][0].split("/")[-2]}/">{COLUMNS[key][1]}</a></li>'
            for key in ("2025", "2024", "2023", "earlier")
        )
        below = f'<ul class="sub">{below}</ul>'
    script = f'<div class="page"><script>createPageHTML({total}, {number}, "index", "html");</script></div>'
    return f'<div class="position">{name}</div>{below}<ul class="list">\n{rows}\n</ul>{script}'


def _home(county: dict[str, Any], news: list[Item]) -> str:
    latest = "".join(f'<li><a href="{item.path}">{escape(item.title)}</a></li>' for item in news[:6])
    links = f'<a href="/zwgk/zfxxgk/">政府信息公开</a> <a href="{NB}">政府信息公开年报</a>'
    return f"<h2>{county['site_name']}</h2><ul>{latest}</ul><p>{links}</p>"


def _towns() -> str:
    folder, name, _ = COLUMNS["tangwu"]
    return f'<ul><li><a href="{folder}">{name}</a></li></ul>'


def _open_government() -> str:
    links = (
        ("政府信息公开指南", "./zfxxgkzn/"),
        ("政府信息公开制度", "./zfxxgkzd/"),
        ("法定主动公开内容", "/zwgk/tzgg/"),
        ("政府信息公开年报", "./zfxxgknb/"),
    )
    return '<ul class="left">' + "".join(f'<li><a href="{href}">{name}</a></li>' for name, href in links) + "</ul>"


def _annual() -> str:
    links = "".join(
        f'<li><a href="./{COLUMNS[key][0].split("/")[-2]}/">{COLUMNS[key][1]}</a></li>'
        for key in ("government", "departments", "towns")
    )
    return f'<div class="position">政府信息公开年报</div><ul class="sub">{links}</ul>'


def etag(body: bytes) -> str:
    """The validator that the site sends with a body."""
    return f'"{sha256(body).hexdigest()[:16]}"'
