"""VSB of Xi'an Boda: `/info/{tree}/{id}.htm`, pages that count down, files that want a Referer (platforms.md §5).

A `single` column's own page is its article. Style: `captcha` (True: downloads ask for a code).
"""

from functools import partial
from html import escape

from samples.content import Column, Content, Entry, hexadecimal, number, pages_of
from samples.publishing import Answer, Asked, Built, anchors, entry_label, file_answer, label_of, lasting, metas, own

DOWNLOAD = "/system/_content/download.jsp"
REFUSED = (
    "<html><head><title>系统提示</title></head><body><div class='tip'>您访问的文件无法下载，请从页面中下载。</div>"
    + "<!-- padding -->" * 280
    + "</body></html>"
)


def publish(content: Content) -> Built:
    """The site of a content in this system."""
    site = Built()
    files: dict[str, tuple[Entry, int]] = {}
    paths: dict[int, str] = {}
    for column, above in content.walk():
        folder = paths[id(above[-1])] if above else ""
        path = paths[id(column)] = f"{folder}/{column.slug}"
        tree = number(f"{content.code}{path}", 5)
        for entry in column.entries:
            hrefs = []
            for index, file in enumerate(entry.files):
                if file.picture:
                    stored = hexadecimal(f"{entry.key}{index}", 30).upper()
                    href = f"/__local/{stored[0]}/{stored}.{file.extension}"
                    site.pages[href] = partial(lasting, entry, file)
                else:
                    serial = hexadecimal(f"{entry.key}{index}").upper()
                    files[serial] = (entry, index)
                    href = (
                        f"{DOWNLOAD}?urltype=news.DownloadAttachUrl&owner={number(content.code, 10)}&wbfileid={serial}"
                    )
                hrefs.append(href)
            site.files[entry.key] = hrefs
            address = f"{path}.htm" if column.single else f"/info/{tree}/{number(entry.key, 6)}.htm"
            site.entries.setdefault(entry.key, []).append(hrefs[0] if entry.direct and not column.single else address)
            if not entry.absent and (column.single or not entry.direct):
                site.pages[address] = partial(_article, content, column, entry, hrefs)
        if not column.single:
            pages = pages_of(column.listed, column.size)
            for index, some in enumerate(pages):
                # Page 2 of 9 is 8.htm, the last is 1.htm: new entries move every number.
                address = f"{path}/{len(pages) - index}.htm" if index else f"{path}.htm"
                site.pages[address] = partial(_list, content, site, column, path, some, index, len(pages))

    def download(asked: Asked) -> Answer:
        found = files.get(asked.query.get("wbfileid", ""))
        if found is None or found[0].absent:
            return Answer(REFUSED.encode(), label="gone:")
        entry, index = found
        if "referer" not in asked.headers:
            return Answer(REFUSED.encode(), label=f"refused:{entry.key}")
        file = entry.files[index]
        return file_answer(entry, file)._replace(
            media_type="application/octet-stream",
            headers=(("Content-Disposition", f'attachment; filename="{hexadecimal(file.name, 8)}.{file.extension}"'),),
        )

    site.pages[DOWNLOAD] = download
    site.pages["/"] = site.pages["/index.htm"] = partial(_home, content)
    site.pages["/system/resource/code/news/click/clicktimes.jsp"] = lambda asked: Answer(
        f'{{"wbshowtimes":{asked.serial}}}'.encode(), label="other:clicks"
    )
    return site


def _page(content: Content, title: str, main: str, meta: str) -> bytes:
    menu = anchors([("首页", "/index.htm"), *((column.name, f"/{column.slug}.htm") for column in content.columns)])
    return f"""<!DOCTYPE html><html><head><meta http-equiv="Content-Type" content="text/html; charset=UTF-8">
<title>{escape(title)}-{content.name}</title>
{meta}
<script language="javascript" src="/system/resource/js/dynclicks.js"></script></head><body>
<div class="nav"><ul>{menu}</ul></div>
{main}
<div class="foot">版权所有：{content.name}　{content.code}</div></body></html>""".encode()


def _article(content: Content, column: Column, entry: Entry, hrefs: list[str], _asked: Asked) -> Answer:
    attached = ""
    if entry.files and not entry.files[0].picture:
        attached = "".join(
            f'<li>附件【<a href="{escape(href)}" target="_blank">{escape(file.name)}</a>】已下载<span id="n{n}">'
            f'<script>getClickTimes({number(entry.key, 6)},"{n}","wbnewsfile","attach")</script></span>次</li>'
            for n, (file, href) in enumerate(zip(entry.files, hrefs, strict=True))
        )
    clicks = f'<script>_showDynClicks("wbnews", {number(content.code, 10)}, {number(entry.key, 6)})</script>'
    main = f"""<form name="_newscontent_fromname"><div class="title"><h2>{escape(entry.title)}</h2></div>
<div class="info">时间：{entry.day}　作者：　点击：{clicks}</div>
<div id="vsb_content_2"><div class="v_news_content">{entry.html(hrefs)}</div></div><ul>{attached}</ul></form>"""
    return Answer(_page(content, entry.title, main, metas(content, column, entry)), label=entry_label(entry))


def _list(
    content: Content, site: Built, column: Column, path: str, some: list[Entry], index: int, total: int, _asked: Asked
) -> Answer:
    below = anchors([(sub.name, f"{path}/{sub.slug}.htm") for sub in column.columns]) if not index else ""
    tree = number(f"{content.code}{path}", 5)
    rows = "".join(
        f'<li id="line_u8_{n}"><a href="{escape(own(site, entry, f"/info/{tree}/"))}" title="{escape(entry.link)}">'
        f"<em>{escape(entry.link)}</em></a><span>{entry.day}</span></li>"
        for n, entry in enumerate(some)
    )
    pager = ""
    if total > 1:
        after = f'<a href="{path}/{total - index - 1}.htm" class="Next">下页</a><a href="{path}/1.htm">尾页</a>'
        last = index + 1 == total
        links = f'<a href="{path}.htm">首页</a>{"" if last else after}'
        pager = f'<div class="pb_sys_common">共{len(column.listed)}条　{index + 1}/{total}　{links}</div>'
    main = (
        f'<div class="pos">{escape(column.name)}</div><ul class="sub">{below}</ul><ul class="list">{rows}</ul>{pager}'
    )
    return Answer(_page(content, column.name, main, metas(content, column)), label=label_of(column))


def _home(content: Content, asked: Asked) -> Answer:
    blocks = "".join(
        f"<div><h3><a href='/{column.slug}.htm'>{escape(column.name)}</a></h3><ul>"
        f"{anchors([(sub.name, f'/{column.slug}/{sub.slug}.htm') for sub in column.columns[:10]])}</ul></div>"
        for column in content.columns
    )
    main = f"{blocks}<ul>{anchors(content.links)}</ul><b>{asked.token}</b>"
    return Answer(_page(content, content.name, main, metas(content)), label="home:")
