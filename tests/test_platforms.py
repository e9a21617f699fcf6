import json
import re
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from loopback import Answer, Asked, page, report, serving

import crawler
import extract
from archive import reading
from crawler import Site, links, platforms, scope
from evidence import Captures

YEARS = range(2000, 2024)
PER_PAGE = 5
TITLE = "匡堰镇{}年政府信息公开工作年度报告"


def articles() -> dict[str, Any]:
    return {f"/art/{year}.html": report("匡堰镇人民政府", year) for year in YEARS}


def shown(number: int) -> list[tuple[str, str]]:
    """The links of a page of the list, counted from 1."""
    years = list(YEARS)[::-1][(number - 1) * PER_PAGE : number * PER_PAGE]
    return [(f"/art/{year}.html", TITLE.format(year)) for year in years]


PAGES = -(-len(YEARS) // PER_PAGE)


def trs() -> dict[str, Any]:
    """No anchors between pages; the function that would draw them is defined in the page too."""
    script = (
        "<script>function createPageHTML(_nPageCount, _nCurrIndex, _sPageName, _sPageExt){{}}"
        'createPageHTML({total}, {current}, "index", "html");</script>'
    )
    names = ["/nb/", *(f"/nb/index_{number}.html" for number in range(1, PAGES))]
    return {
        name: page(*shown(number + 1), more=script.format(total=PAGES, current=number))
        for number, name in enumerate(names)
    }


def records(number: int, following: str | None) -> str:
    items = "".join(f"<record><![CDATA[<li><a href='{a}' title='{w}'>…</a></li>]]></record>" for a, w in shown(number))
    group = f'<nextgroup><![CDATA[<a href="{following}"></a>]]></nextgroup>' if following else ""
    return (
        f"<datastore>{group}<totalrecord>{len(YEARS)}</totalrecord><totalpage>{PAGES}</totalpage>"
        f"<recordset>{items}</recordset></datastore>"
    )


PROXY = "/module/web/jpage/dataproxy.jsp"


def hanweb(literal: bool) -> dict[str, Any]:
    """The first records in the page, the rest from the proxy; with `literal`, its links can only be followed."""

    class Pages(dict[str, Any]):
        def get(self, path: str, default: Any = None) -> Any:
            return proxied if path.startswith(PROXY) else super().get(path, default)

    def proxied(asked: Asked) -> Answer:
        query = parse_qs(urlsplit(asked.path).query)
        number = int(query["page"][0])
        if literal and query.get("key") != [f"k{number}"]:
            return Answer("<datastore></datastore>")
        following = f"{PROXY}?page={number + 1}&amp;key=k{number + 1}" if literal and number < PAGES else None
        return Answer(records(number, following), headers={"Content-Type": "text/xml"})

    first = f"{PROXY}?page=2&amp;key=k2" if literal else f"{PROXY}?page=1&amp;appid=1&amp;columnid=7"
    return Pages({"/nb/": page(more=f'<script type="text/xml">{records(1, first)}</script>')})


def following_links() -> dict[str, Any]:
    """下一页 on the first pages, on the later ones only numbers."""
    pages = {}
    for number in range(1, PAGES + 1):
        numbers = [(f"/nb/?p={other}", str(other)) for other in range(1, PAGES + 1)]
        pager = [(f"/nb/?p={number + 1}", "下一页")] if number < 3 else numbers
        pages["/nb/" if number == 1 else f"/nb/?p={number}"] = page(*shown(number), *pager)
    return pages


def framed() -> dict[str, Any]:
    return {
        "/nb/": page(more='<iframe src="/inner/list.html"></iframe>'),
        "/inner/list.html": page(*[link for number in range(1, PAGES + 1) for link in shown(number)]),
    }


def sent_on() -> dict[str, Any]:
    return {
        "/nb/": '<html><head><meta http-equiv="refresh" content="0;url=/nb/real.html"></head></html>',
        "/nb/real.html": "<html><script>window.location.href = '/nb/last.html';</script></html>",
        "/nb/last.html": framed()["/inner/list.html"],
    }


@pytest.mark.parametrize(
    ("pages", "lists"),
    [
        pytest.param(trs(), PAGES, id="trs"),
        pytest.param(hanweb(literal=True), PAGES, id="hanweb, literal links"),
        pytest.param(hanweb(literal=False), PAGES + 1, id="hanweb, page only"),
        pytest.param(following_links(), PAGES, id="next and numbers"),
        pytest.param(framed(), 2, id="iframe"),
        pytest.param(sent_on(), 3, id="meta refresh and script"),
    ],
)
def test_every_report_of_a_paged_list_is_found_with_no_request_to_spare(
    tmp_path: Path, pages: dict[str, Any], lists: int
) -> None:
    pages.update({"/": page(("/nb/", "政府信息公开年报"))} | articles())
    with serving(pages) as server:
        summary = crawler.crawl([Site(server.url + "/")], captures=tmp_path, delay=0.0, progress=lambda _: None)
        assert len(server.log) == len(YEARS) + lists + 2  # robots.txt and the home page
    found = {urlsplit(capture.url).path for capture in Captures(tmp_path).reports()}
    assert found == set(articles())
    assert summary.sites[0].outcome == "完成"


def test_a_column_that_a_person_names_is_walked_like_one_that_was_found(tmp_path: Path) -> None:
    column = page(("/c/7.html", "2023年"), ("/c/8.html", "匡堰镇")).replace("页面", "政府信息公开年报_某县人民政府")
    year = page(("/art/2023.html", TITLE.format(2023)))
    pages = {"/c/1.html": column, "/c/7.html": year, "/c/8.html": page(("/art/2022.html", TITLE.format(2022)))}
    with serving(pages | articles()) as server:
        crawler.crawl([Site(server.url + "/c/1.html")], captures=tmp_path, delay=0.0, progress=lambda _: None)
    found = {urlsplit(capture.url).path for capture in Captures(tmp_path).reports()}
    assert found == {"/art/2023.html", "/art/2022.html"}


def test_an_article_over_several_pages_is_one_report(tmp_path: Path) -> None:
    whole = report("匡堰镇人民政府", 2023)
    first, rest = whole.split("<p>三、", 1)
    script = '<script>createPageHTML(2, 0, "t20240115_67430", "html");</script>'

    def around(visits: int) -> tuple[str, str]:
        """What each page has above and below its part."""
        others = "".join(
            f"<li><a href=/xw/{at}.html>我镇召开第{at}次工作推进会议</a> 2024-01-1{at}</li>" for at in (1, 2)
        )
        return f"<p>发布时间：2024-01-15 浏览次数：{visits}</p>", f"<h3>相关阅读</h3><ul>{others}</ul>"

    above, below = around(12)
    again, beneath = around(13)
    rest = rest.replace("</body>", f"{beneath}</body>")
    pages: dict[str, Any] = {
        "/": page(("/nb/", "政府信息公开年报")),
        "/nb/": page(("/nb/202401/t20240115_67430.html", TITLE.format(2023))),
        "/nb/202401/t20240115_67430.html": first.replace("</h1>", f"</h1>{above}")
        + f"{script}</div>{below}</body></html>",
        "/nb/202401/t20240115_67430_1.html": f"<html><meta charset=utf-8><body><div>{again}<p>三、{rest}",
    }
    with serving(pages) as server:
        crawler.crawl([Site(server.url + "/")], captures=tmp_path, delay=0.0, progress=lambda _: None)
        assert server.paths.count("/nb/202401/t20240115_67430_1.html") == 1
    (capture,) = Captures(tmp_path).reports()
    read = reading.read((tmp_path, capture)).report
    assert read is not None
    assert set(read.chapters) >= {"overview", "disclosure", "problems", "other_matters"}
    words = "".join(read.chapters.values())
    assert [one for one in ("浏览", "相关阅读", "推进会议") if one in words] == []


def test_a_link_that_only_a_click_runs_is_seen_and_mere_script_is_not() -> None:
    text = page(
        more="<a href='javascript:;' onclick=\"jumpToDetail('./1.html')\">甲镇</a><a href='javascript:void(0)'>乙</a>"
    )
    assert [link.url for link in platforms.read(text, "http://a.gov.cn/x/").links] == ["http://a.gov.cn/x/1.html"]


@pytest.mark.parametrize(
    ("words", "stage", "expected"),
    [
        ("匡堰镇人民政府2024年政府信息公开工作年度报告", "home", "item"),
        ("2022年政府信息公开工作年度报告", "column", "item"),
        ("南源街道2020年政府信息公开年报", "column", "item"),
        ("匡堰镇政府信息公开工作2025年度报告", "column", "item"),
        ("政府信息公开年度工作报告", "seed", "column"),
        ("政府信息公开年报", "seed", "column"),
        ("2024年", "column", "group"),
        ("匡堰镇", "column", "group"),
        ("县直部门", "column", "group"),
        ("政府信息公开", "seed", "entry"),
        ("政务公开", "seed", "entry"),
        ("法治政府建设2024年度报告", "column", None),
        ("2024年政府网站工作年度报表", "column", None),
        ("关于做好2024年政府信息公开工作年度报告编制工作的通知", "column", None),
        ("图解：匡堰镇2024年政府信息公开工作年度报告", "column", None),
        ("政府信息公开指南", "entry", None),
        ("恩格贝生态示范区召开2020年度工作会暨党风廉政建设会议", "column", None),
        ("恩格贝生态示范区：栽下梧桐引凤来", "column", None),
        ("匡堰镇", "seed", "office"),
        ("县融媒体中心", "seed", "office"),
        ("新闻中心", "seed", None),
        ("匡堰镇2023年政务公开工作总结", "column", None),
        ("", "column", None),
    ],
)
def test_the_words_of_a_link_say_where_it_leads(words: str, stage: str, expected: str | None) -> None:
    step = links.step(words, "http://a.gov.cn/1.html", stage, "http://a.gov.cn/nb/")
    assert (step and step.stage) == expected


@pytest.mark.parametrize(
    ("words", "follows"),
    [
        ("甲镇2023年政府信息公开年报", False),
        ("甲镇2024年政府信息公开年报", True),
        ("甲镇政府信息公开工作年度报告", True),
        ("2025年", True),
        ("2021年", False),
    ],
)
def test_what_names_another_year_is_left_out(words: str, follows: bool) -> None:
    step = links.step(words, "http://a.gov.cn/1.html", "column", "http://a.gov.cn/nb/", 2024)
    assert (step is not None) == follows


def test_both_sample_sites_are_found_whole_with_few_requests(tmp_path: Path) -> None:
    samples = pytest.importorskip("samples")
    with samples.serve() as rows:
        sites = [Site(row.url, row.division_code, row.name) for row in rows]
        crawler.crawl(sites, captures=tmp_path, delay=0.0, progress=lambda _: None)
        truth = samples.truth(rows)
        asked = [request for row in rows for request in samples.requests(row.url)]
    captures = Captures(tmp_path)
    assert {capture.url for capture in captures.reports()} == set(truth)
    assert len(asked) <= 1.6 * len(truth)  # attachments and robots.txt included


# --- what each content system hides from plain HTML: shapes as documented, invented ids

HEX = "0123456789abcdef0123456789abcdef"
UNIT = "/api-gateway/jpaas-publish-server/front/page/build/unit"
TREE = (
    'window._CONFIG = {SID: \'755325\', TREE: [{"id": 7, "name": "政府信息公开年报", "post_count": 9, "jump_url": "",'
    ' "children": [{"id": 8, "name": "2024年", "post_count": 3}]}, {"id": 9, "name": "别处", "jump_url": "/x"}]};'
)
UCAP = "_isAgg=true&_isJson=true&_pageSize=20&_template=index&_rangeTimeGte=&_channelName="
EPOINT = {"deptcode": "033", "categorynum": "002", "siteGuid": "g", "pageIndex": 0, "pageSize": 15}
ROWS = [{"id": 5, "title": TITLE.format(2024), "url": "/c/5.html", "publishTime": "2025-01-20"}]


def asked_next(text: str, url: str, *above: str) -> list[str]:
    listing = platforms.read(text, url, lambda: above)
    return [*listing.frames, *listing.pages]


@pytest.mark.parametrize(
    ("text", "url", "following"),
    [
        pytest.param(
            f"<div url=\"{UNIT}\" querydata=\"{{'webId':'w','pageType':'column','tagId':'t','pageId':'p'}}\"></div>",
            "http://a.gov.cn/nb/",
            [f"{UNIT}?webId=w&pageType=column&tagId=t&pageId=p&paramJson=%7B%22pageNo%22%3A1%2C%22pageSize%22%3A15%7D"],
            id="jpaas, first",
        ),
        pytest.param(
            json.dumps({"data": {"html": "<a href=/1.html>1</a>" * 1 + "<i data-x='totalPage=3'></i>"}}),
            f"http://a.gov.cn{UNIT}?webId=w&paramJson=%7B%22pageNo%22%3A1%2C%22pageSize%22%3A15%7D",
            [f"{UNIT}?webId=w&paramJson=%7B%22pageNo%22%3A2%2C%22pageSize%22%3A15%7D"],
            id="jpaas, next",
        ),
        pytest.param(
            f"<script>$.get('/common/search/{HEX}?_isAgg=true&_isJson=true&_pageSize=20&page=1')</script>",
            "http://a.gov.cn/x/c1/list.shtml",
            [f"/common/search/{HEX}?_isAgg=true&_isJson=true&_pageSize=20&page=1"],
            id="ucap, first",
        ),
        pytest.param(
            json.dumps({"data": {"page": 1, "rows": 1, "total": 2, "results": ROWS}}),
            f"http://a.gov.cn/common/search/{HEX}?_isJson=true&page=1",
            [f"/common/search/{HEX}?_isJson=true&page=2"],
            id="ucap, next",
        ),
        pytest.param(
            json.dumps({"classify": {"post_count": 1}, "articles": ROWS}),
            "http://a.gov.cn/t/gkmlpt/api/all/7?page=1&sid=755325",
            [],
            id="gkmlpt, the last",
        ),
        pytest.param(
            "<script>var pageCount:3</script><a href=/public/1/2.html>x</a>",
            "http://a.gov.cn/site/label/8888?labelName=publicInfoList&pageIndex=2&organId=5",
            ["/site/label/8888?labelName=publicInfoList&pageIndex=3&organId=5"],
            id="lonsun, next",
        ),
        pytest.param(
            json.dumps({"classify": {"post_count": 25}, "articles": ROWS}),
            "http://a.gov.cn/t/gkmlpt/api/all/7?page=2&sid=755325",
            [],
            id="gkmlpt, a later page with few is the last",
        ),
        pytest.param(
            f"<script>var channelId='{HEX}'; $.get('/searchList/' + channelId + '?_isAgg=true&page=' + n)</script>",
            "http://a.gov.cn/x/c1/list.shtml",
            [f"/searchList/{HEX}?{UCAP}&page=1"],
            id="ucap, by the list's own address",
        ),
        pytest.param(
            'cb({"data": "<datastore><totalrecord>3</totalrecord><recordset><record><![CDATA['
            '<li><a href=\\"/1.html\\">\\u53bf</a></li>]]></record></recordset></datastore>"});',
            "http://a.gov.cn/messageController/getMessage.do?startrecord=1&endrecord=1&perpage=1&callback=cb",
            ["/messageController/getMessage.do?startrecord=2&endrecord=2&perpage=1&callback=cb"],
            id="truecms, XML as a string of JSONP",
        ),
        pytest.param(
            "<script>$.getScript('/messageController/getMessage.do?startrecord='+((n-1)*perpage+1)+'&endrecord='+n*perpage"
            "+'&columnId=77&callback=show'); var perpage=30;</script>",
            "http://a.gov.cn/nb/",
            [
                "/messageController/getMessage.do?startrecord=1&endrecord=30&perpage=30&columnId=77&callback=callback",
            ],
            id="truecms, numbers that a script puts together",
        ),
        pytest.param(
            f"<script>var channelId='{HEX}'; $.post('http://a.gov.cn/search/common/search/'+channelId,"
            " {'datas[0][key]':'status','datas[0][value]':'1','page':n})</script>",
            "http://b.gov.cn/nb/",
            [f"/search/common/search/{HEX}#datas%5B0%5D%5Bkey%5D=status&datas%5B0%5D%5Bvalue%5D=1&page=1"],
            id="ucap, a host of all lists that is posted to",
        ),
        pytest.param(
            json.dumps({"data": {"page": 1, "rows": 1, "total": 2, "results": ROWS}}),
            f"http://a.gov.cn/search/common/search/{HEX}#datas%5B0%5D%5Bkey%5D=status&page=1",
            [f"/search/common/search/{HEX}#datas%5B0%5D%5Bkey%5D=status&page=2"],
            id="ucap, on by POST",
        ),
        pytest.param(
            "<a href=/1.html>x</a>&nbsp;&nbsp;共3页&nbsp;",
            "http://a.gov.cn/module/xxgk/search.jsp?texttype=0&currpage=#infotypeId=A08",
            ["/module/xxgk/search.jsp?texttype=0&currpage=2#infotypeId=A08"],
            id="search.jsp, whose script puts the number behind",
        ),
        pytest.param(
            "共 4 页",
            "http://a.gov.cn/XxgkContent/showList/996/0/page_1.html",
            ["/XxgkContent/showList/996/0/page_2.html"],
            id="showList, next",
        ),
        pytest.param(
            "<script>var siteGuid='g'; var deptcode='033'; var categorynum='002'; "
            "post('/EWB/rest/lightfrontaction/getgovinfolist')</script>",
            "http://a.gov.cn/govxxgk/",
            ["/EWB/rest/lightfrontaction/getgovinfolist#" + json.dumps(EPOINT)],
            id="epoint, by POST",
        ),
        pytest.param(
            "<script src='/js/webBuilderCommon.js'></script><script>var deptcode='033'; var categorynum='002'; "
            "post(siteInfo.projectName + '/rest/lightfrontaction/getgovinfolist', {s: siteInfo.siteGuid})</script>",
            "http://a.gov.cn/govxxgk/",
            ["/js/webBuilderCommon.js?deptcode=033&categorynum=002&action=%2Frest%2Flightfrontaction%2Fgetgovinfolist"],
            id="epoint, which does not know its site",
        ),
        pytest.param(
            "var siteInfo = {'projectName': '/EWB', 'siteGuid': 'g'};",
            "http://a.gov.cn/js/webBuilderCommon.js?deptcode=033&categorynum=002"
            "&action=%2Frest%2Flightfrontaction%2Fgetgovinfolist",
            ["/EWB/rest/lightfrontaction/getgovinfolist#" + json.dumps(EPOINT)],
            id="epoint, the script that knows",
        ),
        pytest.param(
            "<script>var id = getParam('id'); axios.get('/api/page', {params: {columnId: id, pageNo: pageNo}});"
            " function go(one) { location.href = '/detail.html?id=' + one.id }</script>",
            "http://a.gov.cn/list.html?id=33",
            ["/api/page?columnId=33&pageNo=1"],
            id="shell, whose address says which column",
        ),
        pytest.param(
            "<div id=app></div><script>fetch('/api/list?channel=12&page=1&size=20')</script>",
            "http://a.gov.cn/nb/",
            ["/api/list?channel=12&page=1&size=20"],
            id="shell, first",
        ),
        pytest.param(
            json.dumps({"total": 30, "list": ROWS * 20}),
            "http://a.gov.cn/api/list?channel=12&page=1&size=20",
            ["/api/list?channel=12&page=2&size=20"],
            id="shell, next",
        ),
        pytest.param(
            "<script>var channelId='5f9a1c2e5f9a1c2e5f9a1c2e5f9a1c2e';"
            "$.ajax({url:'/search/'+channelId+'?'+getToken()+'&_isAgg=true&_isJson=true&page='+p})</script>",
            "http://a.gov.cn/nb/",
            [],
            id="ucap, a token that a browser makes is not made up",
        ),
        pytest.param(
            "<script>var currentPage = 0; var countPage = 2;</script>",
            "http://a.gov.cn/nb/index.html",
            ["/nb/index_1.html"],
            id="trs, countPage",
        ),
        pytest.param(
            "<a href='./202201/t20220114_1698599.htm'>x</a><script>var currentPage = 0; var countPage = 2;</script>",
            "http://a.gov.cn/nb/",
            ["/nb/index_1.htm"],
            id="trs, pages are named as articles are",
        ),
        pytest.param(
            "<script>createPageHTML(3, 0, 'index', 'html')</script>",
            "http://a.gov.cn/nb/index_1.html",
            ["/nb/index_2.html"],
            id="trs, index_1 is the first page once more",
        ),
        pytest.param(
            "<a href=\"javascript:__doPostBack('AspNetPager1','2')\">2</a>",
            "http://a.gov.cn/List.aspx?id=3",
            ["/List.aspx?id=3&page=2"],
            id="aspx, the form is not posted",
        ),
        pytest.param(
            '<a href="javascript:__doPostBack(&#39;ctl00$Pager&#39;,&#39;3&#39;)">下一页</a>',
            "http://a.gov.cn/List.aspx?id=3&page=2",
            ["/List.aspx?id=3&page=3"],
            id="aspx, on from the second page",
        ),
        pytest.param(
            "<a href=\"javascript:__doPostBack('Pager','2')\">下一页</a>",
            "http://a.gov.cn/List.aspx?id=3&page=2",
            [],
            id="aspx, a list that does not heed the number",
        ),
        pytest.param(
            "<form><input type=hidden name=__VIEWSTATE value='s+1'>"
            "<a href=\"javascript:__doPostBack('lbNext','')\">下一页</a>"
            "<a href=\"javascript:__doPostBack('lbLast','')\">尾页</a></form>",
            "http://a.gov.cn/List.aspx?id=3",
            ["/List.aspx?id=3#__VIEWSTATE=s%2B1&__EVENTTARGET=lbNext&__EVENTARGUMENT="],
            id="aspx, a form with a state is posted",
        ),
        pytest.param(
            "<input type=hidden name=__VIEWSTATE value='s2'><a href=\"javascript:__doPostBack('G','Page$1')\">1</a>"
            "<span>2</span><a href=\"javascript:__doPostBack('G','Page$3')\">3</a>",
            "http://a.gov.cn/List.aspx?id=3#__VIEWSTATE=s1&__EVENTTARGET=G&__EVENTARGUMENT=Page%242",
            ["/List.aspx?id=3#__VIEWSTATE=s2&__EVENTTARGET=G&__EVENTARGUMENT=Page%243"],
            id="aspx, numbers to post",
        ),
        pytest.param(
            "<input type=hidden name=__VIEWSTATE value='s2'><a href=\"javascript:__doPostBack('P','1')\">1</a>"
            "<span>2</span><a href=\"javascript:__doPostBack('Next','')\">下一页</a>",
            "http://a.gov.cn/List.aspx?id=3#__VIEWSTATE=s1&__EVENTTARGET=Next&__EVENTARGUMENT=",
            ["/List.aspx?id=3#__VIEWSTATE=s2&__EVENTTARGET=Next&__EVENTARGUMENT="],
            id="aspx, on without a number",
        ),
        pytest.param(
            "<input type=hidden name=__VIEWSTATE value='s1'><span>1</span>"
            "<a href=\"javascript:__doPostBack('G','2')\">2</a><a href=\"javascript:__doPostBack('G','2')\">下一页</a>",
            "http://a.gov.cn/List.aspx?id=3#__VIEWSTATE=s1&__EVENTTARGET=G&__EVENTARGUMENT=2",
            ["/List.aspx?id=3&page=2"],
            id="aspx, what was posted is not heeded",
        ),
        pytest.param(
            "<a class=next rel=next href='?p=2'><img src=/i/arrow.gif></a>",
            "http://a.gov.cn/nb/",
            ["/nb/?p=2"],
            id="an arrow without words",
        ),
        pytest.param(
            "<a href='/nb/?p=1'>[1]</a><a href='/nb/?p=2'>[2]</a><a href='/nb/?p=2'>下一页</a>",
            "http://a.gov.cn/nb/",
            ["/nb/?p=2"],
            id="numbers in brackets",
        ),
        pytest.param(
            "<a href='/nb/all.html'>更多&gt;&gt;</a><a href='/news/'>更多</a>",
            "http://a.gov.cn/nb/",
            ["/nb/all.html"],
            id="the column's own 更多",
        ),
    ],
)
def test_what_a_script_would_ask_for_is_asked(text: str, url: str, following: list[str]) -> None:
    assert asked_next(text, url) == [f"http://a.gov.cn{address}" for address in following]


TREE_OF_NODES = (
    "<script>var nodes = [{id:2, pId:0, name:'政府信息公开年报', open:true},"
    ' {id:21, pId:2, name:"匡堰镇"%s}];%s</script>'
)
NODE = ("http://a.gov.cn/list.do?cid=21", "匡堰镇", "政府信息公开年报")


@pytest.mark.parametrize(
    ("text", "leads"),
    [
        pytest.param(TREE_OF_NODES % (", url:'/list.do?cid=21'", ""), [NODE], id="zTree, nodes with addresses"),
        pytest.param(
            TREE_OF_NODES % ("", "function onClick(e, t, treeNode){$('#r').load('/list.do?cid=' + treeNode.id);}"),
            [("http://a.gov.cn/list.do?cid=2", "政府信息公开年报", ""), NODE],
            id="zTree, a click loads the list of an id",
        ),
        pytest.param(
            "<script>document.write('<li><a href=\"/1.html\">匡堰镇年报<\\/a><\\/li>');</script>",
            [("http://a.gov.cn/1.html", "匡堰镇年报", "")],
            id="links that a script writes",
        ),
        pytest.param(
            "<select onchange=\"location.href='/list.php?unit=' + this.value\"><option value=''>请选择</option>"
            "<option value='21'>匡堰镇</option></select>",
            [("http://a.gov.cn/list.php?unit=21", "匡堰镇", "")],
            id="offices to choose from",
        ),
        pytest.param(
            "<script>function see(unit, name){ window.open('/list.php?unit=' + unit); }</script>"
            "<span onclick=\"see(21, '匡堰镇')\">匡堰镇</span>",
            [("http://a.gov.cn/list.php?unit=21", "匡堰镇", "")],
            id="a click that calls a function of the page",
        ),
        pytest.param(
            "<script>function see(area, name){ $.post('/list.jsp?page=1', {kind: 'A08', area: area}, function(d){"
            "if (d) { show(name) }}); }</script><span onclick=\"see('21', '匡堰镇')\">匡堰镇</span>",
            [("http://a.gov.cn/list.jsp?page=1#kind=A08&area=21", "匡堰镇", "")],
            id="a click that posts what it is given",
        ),
        pytest.param(
            "<div><b>信息公开年报</b><a href='/nb/'><img src='/images/more.gif'></a></div>",
            [("http://a.gov.cn/nb/", "更多", "信息公开年报")],
            id="更多 as a picture, beside the column's name",
        ),
        pytest.param(
            "<a href='/nb/8.html'>8</a><a href='/nb/8.html'>末页</a>",
            [("http://a.gov.cn/nb/8.html", "8", "")],
            id="the last page's number",
        ),
        pytest.param(
            "<ul><li>指南</li><li><a>政府信息公开年报</a>"
            "<ul><li><a href=/23/>2023年</a></li><li><a href=/22/>2022年</a></li></ul></ul>",
            [(f"http://a.gov.cn/{year}/", f"20{year}年", "政府信息公开年报") for year in (23, 22)],
            id="years in the menu of their column",
        ),
        pytest.param(
            "<b>信息公开年报</b><p><a href=/23/>2023年</a> | <a href=/22/>2022年</a></p>",
            [(f"http://a.gov.cn/{year}/", f"20{year}年", "信息公开年报") for year in (23, 22)],
            id="years in a row behind their column",
        ),
    ],
)
def test_what_a_script_puts_on_a_page_is_seen(text: str, leads: list[tuple[str, str, str]]) -> None:
    listing = platforms.read(f"<html><body>{text}</body></html>", "http://a.gov.cn/zfxxgk/")
    assert [(link.url, link.words, link.under) for link in listing.links] == leads
    assert not listing.frames


def test_what_a_callback_is_given_is_no_page() -> None:
    records = (
        "<recordset><record><![CDATA[<li><a href='/1.html' title='匡堰镇年报'>年报</a></li>]]></record></recordset>"
    )
    url = "http://a.gov.cn/messageController/getMessage.do?startrecord=1&callback=cb"
    (link,) = platforms.read(f"cb({json.dumps(records)})", url).links  # 匡 is written \\u5321
    assert link.words == "匡堰镇年报"


def test_a_list_of_all_that_a_site_has_is_turned_though_a_page_has_no_report(tmp_path: Path) -> None:
    search = "/module/xxgk/search.jsp?texttype=0&currpage="
    news = [(f"/art/2024/1/1/art_9_{n}.html", f"第{n}号公告") for n in range(20)]
    pages: dict[str, Any] = {
        "/": page(("/nb/", "政府信息公开年报")),
        "/nb/": page(more=f"<script>$.post('{search}1', {{infotypeId: 'A'}})</script>"),
        f"{search}1": page(*news, more="共3页"),
        f"{search}2": page(*news, more="共3页"),
        f"{search}3": page(("/1.html", TITLE.format(2023)), more="共3页"),
        "/1.html": report("匡堰镇人民政府", 2023),
    }
    with serving(pages) as server:
        crawler.crawl([Site(server.url + "/")], captures=tmp_path, delay=0.0, progress=lambda _: None)
    assert [capture.url for capture in Captures(tmp_path).reports()] == [f"{server.url}/1.html"]


def _turned(at: int, more: str, method: str = "post") -> str:
    turn = "<script>function turn(n){document.list.pageNo.value=n;document.list.submit();}</script>"
    form = f"<form name=list method={method} action=/a.do><input type=hidden name=pageNo value={at}>"
    return f"<html>{form}<input type=hidden name=col value=8></form>{more}{turn}</html>"


@pytest.mark.parametrize(
    ("page_of_list", "url", "following"),
    [
        (_turned(1, "<a href='javascript:turn(2)'>下一页</a>"), "/a.do", ["/a.do#pageNo=2&col=8"]),
        (
            _turned(2, "<a onclick='turn(1)'>1</a><a onclick='turn(3)'>3</a>"),
            "/a.do#pageNo=2&col=8",
            ["/a.do#pageNo=3&col=8"],
        ),
        (_turned(1, "<a href='javascript:turn(2)'>2</a>", "get"), "/a.do", ["/a.do?pageNo=2&col=8"]),
        (_turned(1, "<a href='javascript:turn(2)'>2</a>"), "/a.do#pageNo=2&col=8", []),  # not heeded
        (_turned(1, "<a href='javascript:turn(5)'>末页</a>"), "/a.do", []),
    ],
)
def test_a_pager_that_submits_a_form_is_followed(page_of_list: str, url: str, following: list[str]) -> None:
    pages = platforms.read(page_of_list, f"http://a.gov.cn{url}").pages
    assert pages == [f"http://a.gov.cn{one}" for one in following]


def test_more_of_each_sort_of_offices_is_asked_and_of_others_one() -> None:
    def boxes(*headings: str) -> list[str]:
        html = "".join(f"<div><h3>{one}</h3><a href={n}.html>更多&gt;&gt;</a></div>" for n, one in enumerate(headings))
        return [url[-6:] for url in platforms.read(page(more=html), "http://a.gov.cn/nb/").pages]

    assert boxes("通知公告", "乡镇（街道）", "县直部门") == ["1.html", "2.html"]
    assert boxes("通知公告", "政策文件") == ["0.html"]


def test_a_splash_and_a_button_are_ways_too() -> None:
    splash = platforms.read("<html><a href=main.html><img src=enter.jpg></a></html>", "http://a.gov.cn/")
    assert splash.frames == ["http://a.gov.cn/main.html"]
    button = "<input type=button value=下一页 onclick=\"location.href='list_2.html'\">"
    assert platforms.read(page(more=button), "http://a.gov.cn/nb/list_1.html").pages == [
        "http://a.gov.cn/nb/list_2.html"
    ]


def test_a_server_that_insists_on_a_session_is_asked_under_it_and_its_pages_keep_their_address(tmp_path: Path) -> None:
    """Every request without a session is given another one; what is posted is posted again."""

    class Insisting(dict[str, Any]):
        given = 0

        def get(self, path: str, missing: Any = None) -> Any:
            bare = re.sub(r"/\(S\(\w+\)\)", "", path)
            if path != bare or not path.endswith(".aspx"):
                return super().get(bare, missing)
            self.given += 1
            return Answer(status=302, headers={"Location": path.replace("/gk/", f"/gk/(S(a{self.given}b))/")})

    def listed(asked: Asked) -> Answer:
        number = 2 if b"Next" in asked.body else 1
        pager = "<input type=hidden name=__VIEWSTATE value=s><a href=\"javascript:__doPostBack('Next','')\">下一页</a>"
        return Answer(page((f"{number}.aspx", TITLE.format(2020 + number)), more=pager if number == 1 else ""))

    reports = {f"/gk/{n}.aspx": Answer(report("匡堰镇人民政府", 2020 + n), headers={"ETag": '"1"'}) for n in (1, 2)}
    pages = Insisting(reports | {"/": page(("/gk/nb.aspx", "政府信息公开年报")), "/gk/nb.aspx": listed})
    with serving(pages) as server:
        for _ in range(2):
            crawler.crawl([Site(server.url + "/")], captures=tmp_path, delay=0.0, progress=lambda _: None)
        asked_again = [one for one in server.log if "If-None-Match" in one.headers]
    assert {capture.url for capture in Captures(tmp_path).reports()} == {server.url + path for path in reports}
    assert (pages.given, len(asked_again)) == (2, 2)


def test_a_shell_is_read_by_its_own_script_and_what_that_posts_is_posted() -> None:
    shell = (
        "<html><body><div id=app></div><script src=/js/vue.js></script><script src=/js/app.1.js></script></body></html>"
    )
    script = (
        'var api="/gov-api";function tree(){return http.get(api+"/column/tree")}'
        'function list(e,t){return http.post(api+"/page",{columnId:e,pageNum:t,pageSize:10})}'
        'function one(e){return http.get(api+"/article?articleId="+e)}'
    )
    assert platforms.read(shell, "http://a.gov.cn/").frames == ["http://a.gov.cn/js/app.1.js"]
    assert platforms.read(script, "http://a.gov.cn/js/app.1.js").frames == ["http://a.gov.cn/gov-api/column/tree"]
    tree = json.dumps([{"columnId": 4, "columnName": "政府信息公开年报"}])
    (column,) = platforms.read(tree, "http://a.gov.cn/gov-api/column/tree", lambda: [script]).links
    assert column.url == 'http://a.gov.cn/gov-api/page#{"columnId":"4","pageNum":"1","pageSize":"10"}'
    rows = json.dumps({"total": 21, "rows": [{"articleId": 7, "title": TITLE.format(2024), "time": "2025-01-20"}] * 10})
    listing = platforms.read(rows, column.url, lambda: [script])
    assert listing.links[0].url == "http://a.gov.cn/gov-api/article?articleId=7"
    assert listing.pages == [column.url.replace('"pageNum":"1"', '"pageNum":"2"')]


def test_the_tree_of_gkmlpt_leads_to_the_lists_of_its_columns() -> None:
    listing = platforms.read(f"<script>{TREE}</script>", "http://a.gov.cn/town/gkmlpt/index")
    assert [(link.url, link.words, link.under) for link in listing.links] == [
        ("http://a.gov.cn/gkmlpt/api/all/7?page=1&sid=755325", "政府信息公开年报", ""),
        ("http://a.gov.cn/gkmlpt/api/all/8?page=1&sid=755325", "2024年", "政府信息公开年报"),
    ]
    own = "http://a.gov.cn/town/gkmlpt/api/all/7?page=1&sid=755325"
    assert platforms.instead(listing.links[0].url, "http://a.gov.cn/town/gkmlpt/index") == own


def test_an_entry_that_has_only_an_id_gets_its_address_from_the_script() -> None:
    shell = "<script>function one(id){ return fetch('/api/article/' + id) }</script>"
    answer = json.dumps([{"id": 77, "title": TITLE.format(2024), "date": "2025-01-20"}])
    listing = platforms.read(answer, "http://a.gov.cn/api/list?page=1", lambda: [shell])
    assert [link.url for link in listing.links] == ["http://a.gov.cn/api/article/77"]


def test_an_article_that_a_click_opens_is_not_looked_for_where_lists_are() -> None:
    shell = (
        "<script>fetch('/api/page?page=' + page); function go(a) { location.href = '/detail.html?id=' + a.id }</script>"
    )
    answer = json.dumps({"records": [{"id": 77, "title": TITLE.format(2024), "publishTime": "2025-01-20"}]})
    listing = platforms.read(answer, "http://a.gov.cn/api/page?page=1", lambda: [shell])
    assert [link.url for link in listing.links] == ["http://a.gov.cn/detail.html?id=77"]


def test_an_article_that_is_but_a_link_to_its_file_leads_not_back_to_its_shell() -> None:
    shell = "<script>function go(a) { location.href = '/detail.html?id=' + a.id }</script>"
    article = {"id": 77, "title": TITLE.format(2024), "content": "<a href='/f/77.pdf'>附件</a>"}
    listing = platforms.read(json.dumps({"data": article}), "http://a.gov.cn/api/article?id=77", lambda: [shell])
    assert listing.links == []


@pytest.mark.parametrize(
    ("markup", "words"),
    [
        ("<a href=/1 title='{0}'>县农业农村局2024年政府信息公开2025-01-20</a>", "{0}"),
        ("<table><tr><td>12</td><td>{0}</td><td>2025-01-20</td><td><a href=/1>查看</a></td></tr></table>", "{0}"),
        ("<ul><li>{0}<a href=/1>[查看]</a></li></ul>", "{0}"),
        ("<ul><li><!-- 标题 -->{0}<!-- 链接 --><a href=/1><!-- 图 -->[查看]</a></li></ul>", "{0}"),
        ("<map><area href=/1 alt='信息公开年报'></map>", "信息公开年报"),
    ],
)
def test_a_link_is_called_what_stands_beside_it(markup: str, words: str) -> None:
    title = "云溪县农业农村局2024年政府信息公开工作年度报告"
    listing = platforms.read(markup.format(title), "http://a.gov.cn/nb/")
    assert [link.words for link in listing.links] == [words.format(title)]


@pytest.mark.parametrize(
    ("url", "tidied"),
    [
        ("http://a.gov.cn/x;jsessionid=A1B2?id=1", "http://a.gov.cn/x?id=1"),
        ("http://a.gov.cn/(S(abc123))/l.aspx?id=1", "http://a.gov.cn/l.aspx?id=1"),
        (
            "http://a.gov.cn/t/gkmlpt/content/2/mpost_23.html?jump=true",
            "http://a.gov.cn/t/gkmlpt/content/2/post_23.html",
        ),
        ("http://a.gov.cn/x?sid=755325&page=2&_=1737000000000", "http://a.gov.cn/x?sid=755325&page=2"),
        ("http://a.gov.cn/x?_t=31&id=7&rnd=5", "http://a.gov.cn/x?id=7"),
    ],
)
def test_what_changes_at_every_visit_is_no_part_of_an_address(url: str, tidied: str) -> None:
    assert scope.tidy(url) == tidied


@pytest.mark.parametrize(
    ("host", "held"),
    [("kyz.cixi.gov.cn:8080", True), ("cixi.gov.cn", True), ("www.yuyao.gov.cn:8080", False), ("cixi.cn", False)],
)
def test_a_townships_host_below_the_countys_is_of_its_site_whatever_the_port(host: str, held: bool) -> None:
    assert scope.Scope("http://www.cixi.gov.cn:8080/").holds(f"http://{host}/nb/") == held


def test_an_article_that_is_a_shell_is_asked_for_once_and_its_likes_for_what_is_in_them(tmp_path: Path) -> None:
    shell = "<div id=app></div><script>fetch('/api/article?id=' + getParam('id'))</script>"
    years = range(2018, 2024)
    pages: dict[str, Any] = {
        "/": page(("/nb/", "政府信息公开年报")),
        "/nb/": page(*[(f"/detail.html?id={year}77", TITLE.format(year)) for year in years]),
    }
    for year in years:
        body = {"title": TITLE.format(year), "content": report("匡堰镇人民政府", year)}
        pages |= {f"/detail.html?id={year}77": shell, f"/api/article?id={year}77": json.dumps({"data": body})}
    with serving(pages) as server:
        for _ in range(2):
            crawler.crawl([Site(server.url + "/")], captures=tmp_path, delay=0.0, progress=lambda _: None)
    found = {capture.year: capture.url for capture in Captures(tmp_path).reports()}
    assert found.keys() == set(years)
    assert len([path for path in server.paths if path.startswith("/detail")]) == 2
    assert len([path for path in server.paths if path.startswith("/api")]) == 2 * len(years)
    (spelling, _, _), *_ = Captures(tmp_path).spellings(found[2019])
    assert spelling == f"{server.url}/detail.html?id=201977"


def test_a_trap_takes_no_more_than_its_patience(tmp_path: Path) -> None:
    def maze(asked: Asked) -> Answer:
        here = int(parse_qs(urlsplit(asked.path).query).get("k", ["0"])[0])
        links = [(f"/go?k={here * 3 + n}", f"20{10 + n}年政府信息公开年报") for n in (1, 2, 3)]
        return Answer(page(*links))

    class Pages(dict[str, Any]):
        def get(self, path: str, default: Any = None) -> Any:
            return maze if path.startswith("/go") else super().get(path, default)

    home = page(("/go?k=0", "信息公开年报（动态）"), ("/nb/", "政府信息公开年报"))
    pages = Pages(
        {"/": home, "/nb/": page(("/nb/1.html", TITLE.format(2023))), "/nb/1.html": report("匡堰镇人民政府", 2023)}
    )
    with serving(pages) as server:
        crawler.crawl([Site(server.url + "/")], captures=tmp_path, delay=0.0, progress=lambda _: None)
        assert len([path for path in server.paths if path.startswith("/go")]) <= 16
    assert len(list(Captures(tmp_path).reports())) == 1


def test_a_report_that_came_as_json_is_read_as_its_page_would_be() -> None:
    body = (Path(__file__).parent / "documents" / "mixture_of_editions.html").read_text("utf-8")
    about = {"title": TITLE.format(2024), "publishTime": "2025-01-20 10:00", "content": body}
    answer = extract.read(json.dumps({"code": 0, "data": about}).encode())
    assert answer.cells == extract.read(body.encode()).cells != {}
    assert str(answer.identity.published_date) == "2025-01-20"


def test_an_answer_that_is_nothing_but_a_table_is_a_page_too() -> None:
    rows = "".join(f"<tr><td>{part}</td></tr>" for part in ("匡堰镇人民政府政府信息公开工作年度报告", "（2021年度）"))
    rest = report("匡堰镇人民政府", 2021).partition("</h1>")[2].partition("</body>")[0]
    body = f"<table>{rows}<tr><td>{rest}</td></tr></table>"
    answer = {"data": {"id": 7, "title": "匡堰镇人民政府政府信息公开工作年度报告", "content": body}}
    assert extract.identify(json.dumps(answer).encode()).year == 2021


def test_a_picture_that_stands_in_a_script_is_the_report_of_its_page() -> None:
    told = json.dumps({"DETAIL": {"title": TITLE.format(2024), "content": '<p><img src="/attachment/7/7124.png"></p>'}})
    head = f"<html><head><title>{TITLE.format(2024)}</title></head><body><div id=app></div>"
    text = f"{head}<script>window._CONFIG = {told.replace('<', chr(92) + 'u003C')};</script></body></html>"
    found = extract.identify(text.encode(), url="http://a.gov.cn/t/gkmlpt/content/7/7124/post_7124.html")
    assert (found.is_report, found.year, found.attachments) == (True, 2024, ["/attachment/7/7124.png"])
