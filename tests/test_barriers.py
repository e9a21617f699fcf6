"""What is no answer, whatever its status says. The pages are invented after the kinds that platforms.md §11 names."""

import time
from email.utils import formatdate

import pytest
from loopback import page, report

from crawler import barriers
from evidence import OUTCOMES, Exchange

URL = "http://www.example.gov.cn/xxgk/2023.html"
REFRESH = "请开启JavaScript并刷新该页."
COOKIE = "<html><head><script>document.cookie='{}=1';location.reload()</script></head><body></body></html>"
MENUS = [(f"/c{n}/", f"栏目{n}的名称") for n in range(80)]
NOTICE = "<html><head><title>{0}</title></head><body><div><p>{0}</p><p>请求编号 7f3a。</p></div></body></html>"


def came(body: str, status: int = 200, url: str = URL, stage: str = "item", **headers: str) -> str:
    lines = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    data = body.encode()
    outcome = barriers.outcome(url, Exchange(url, status=status, headers=lines, body=data), data, body, stage)
    assert outcome in OUTCOMES
    return outcome


CHALLENGES = {
    "瑞数 412": ("<html><script>$_ts=window['$_ts'];</script></html>", 412),
    "瑞数 202": ("<html><head><script>$_ts=window['$_ts'];if(!$_ts)$_ts={};</script></head><body></body></html>", 202),
    "加速乐 521": ("<script>eval(1)</script>", 521),
    "加速乐 200": (COOKIE.format("__jsl_clearance_s"), 200),
    "acw_sc__v2": ("<html><script>var arg1='3F5A5F0B3D9C4E2B8A7C6D5E4F3A2B1C0D9E8F7A';go()</script></html>", 200),
    "云锁": (COOKIE.format("security_session_mid_verify"), 200),
    "a cookie and again": (COOKIE.format("token"), 200),
    "WZWS": ("<html><head><script src='/WZWSREL3d3d/wzwschallenge.js'></script></head><body></body></html>", 200),
    "WZWS in words": (NOTICE.format("WZWS-RAY: 1123-1700000000 您的访问行为异常，请完成验证"), 200),
    "noscript": (f"<html><noscript>{REFRESH}</noscript><script>var a=1</script></html>", 200),
    "captcha": ("<html><title>安全验证</title><body>请完成安全验证后继续访问<input name=code></body></html>", 200),
    "captcha under 403": ("<html><title>访问验证</title><body>请输入验证码</body></html>", 403),
    "slider under 405": (NOTICE.format("请拖动滑块完成验证"), 405),
    "geetest": ("<html><script src='https://static.geetest.com/gt.js'></script><body></body></html>", 200),
}  # fmt: skip


@pytest.mark.parametrize("name", CHALLENGES)
def test_a_challenge_is_known_under_any_status(name: str) -> None:
    assert came(*CHALLENGES[name]) == "challenge"
    assert came(*CHALLENGES[name], url="http://www.example.gov.cn/robots.txt", stage="robots") == "challenge"


NOTICES = {
    "refused": [
        "您的访问请求被拦截", "当前访问疑似攻击行为", "知道创宇云安全提示：您的IP已被限制", "403 Forbidden",
        "Access Denied",
    ],
    "throttled": ["您的访问过于频繁，请稍后再试", "操作太频繁", "访问频率超出限制", "服务器繁忙，请稍候重试"],
    "soft_404": [
        "您访问的页面不存在或已删除", "404 Not Found", "抱歉，您要查看的文章找不到", "该信息已过保留时限",
        "文章不存在或已被删除", "你所访问的栏目已下线",
    ],
}  # fmt: skip


@pytest.mark.parametrize(("outcome", "words"), [(kind, words) for kind, many in NOTICES.items() for words in many])
def test_a_notice_served_with_200_is_what_it_says(outcome: str, words: str) -> None:
    assert came(NOTICE.format(words)) == outcome


def test_a_soft_404_in_the_frame_of_the_site() -> None:
    assert came(page(*MENUS, more="<div>您访问的页面不存在，请返回<a href=/>首页</a></div>")) == "soft_404"


ANSWERS = {
    "a report": report("匡堰镇人民政府", 2023),
    "a report on requests that were refused": report("匡堰镇人民政府", 2023).replace(
        "<p>无。</p>", "<p>3件申请因信息不存在无法提供；网站访问频繁时增加了安全验证，页面不存在的链接已修复。</p>"
    ),
    "a list about such things": page(*MENUS, ("/a", "关于网站安全验证和页面不存在的整改"), ("/b", "访问被拒绝怎么办")),
    "a home page with a form": page(*MENUS, more="<form>留言：<input> 请输入验证码 <input></form>"),
    "a home page that sets a cookie": page(*MENUS, more="<script>document.cookie='a=1'</script>"),
    "an empty shell": "<html><title>政府网</title><body><div id=app></div><script src=/a.js></script></body></html>",
    "a redirect in plain sight": "<html><script>window.location.href='/xxgk/index.html'</script></html>",
    "an empty list": page(*MENUS, more="<div>共0条</div>"),
}  # fmt: skip


@pytest.mark.parametrize("name", ANSWERS)
def test_what_only_speaks_of_such_things_is_an_answer(name: str) -> None:
    assert came(ANSWERS[name]) == "ok"


STATUSES = {
    206: "bad_answer", 299: "bad_answer", 301: "redirect", 304: "unchanged", 400: "client_error", 401: "refused",
    403: "refused", 404: "gone", 405: "client_error", 410: "gone", 429: "throttled", 451: "refused",
    500: "server_error", 502: "server_error", 503: "server_error",
}  # fmt: skip


@pytest.mark.parametrize("status", STATUSES)
def test_every_status_has_its_outcome(status: int) -> None:
    assert came("<p>nothing to say</p>", status) == STATUSES[status]


def test_who_asks_to_be_left_alone_for_a_while_says_how_long() -> None:
    assert came("", 503, Retry_After="30") == "throttled"
    soon = Exchange(URL, headers=[(b"Retry-After", formatdate(time.time() + 60, usegmt=True).encode())])
    assert 50 < (barriers.retry_after(soon) or 0) <= 60
    assert barriers.retry_after(Exchange(URL, headers=[(b"Retry-After", b"later")])) is None


@pytest.mark.parametrize("body", ["<html><body>系统繁忙</body></html>", '{"code": 500, "msg": "文件不存在"}'])
@pytest.mark.parametrize(
    ("url", "stage"), [("http://a.gov.cn/f/a.pdf", "item"), ("http://a.gov.cn/down?id=1", "attachment")]
)
def test_an_error_dressed_as_a_file(url: str, stage: str, body: str) -> None:
    assert came(body, url=url, stage=stage) in {"wrong_type", "soft_404", "throttled"}
    assert came("%PDF-1.4 …", url=url, stage=stage) == "ok"


def test_a_report_saved_by_word_as_html_is_a_file() -> None:
    office = "<html xmlns:o='urn:schemas-microsoft-com:office:office'><body><p>甲镇2018年信息公开年报</p></body></html>"
    assert came(office, url="http://a.gov.cn/UploadFile/1.doc", stage="item") == "ok"


HOMES = [
    ("http://a.gov.cn", True),
    ("http://a.gov.cn/index.html", True),
    ("http://a.gov.cn/404.html", True),
    ("http://a.gov.cn/err/error.jsp", True),
]
PAGES = [("http://a.gov.cn/info/1/14043.htm", False), ("http://a.gov.cn/xxgk/index.html", False)]


@pytest.mark.parametrize(("url", "home"), HOMES + PAGES)
def test_where_servers_send_who_asks_for_what_is_gone(url: str, home: bool) -> None:
    assert barriers.leads_home(url) == home
