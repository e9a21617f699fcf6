"""What makes a site hard to crawl, whatever its content system: traps for whoever follows every link, and bad weather.

A trap is a function of a content's links and a published site; `imitation.json` names those of each site.
"""

import gzip
import re
from collections.abc import Callable

from samples.content import Content, number
from samples.publishing import Answer, Asked, Built

Trap = Callable[[Content, Built], None]
LINKS: dict[str, list[tuple[str, str]]] = {
    "calendar": [("政务日历", "/calendar/?day=2025-03-01")],
    "search": [("高级搜索", "/search/?q=年报&p=1"), ("年报检索", "/search/?q=政府信息公开年报&p=1")],
    "forbidden": [("历年政府信息公开年报（旧版）", "/old/nb/index.html")],
    "bad_links": [
        ("联系我们", "mailto:zwgk@example.test"), ("政府信息公开年报", "javascript:void(0)"),
        ("年报", "http://[bad/x"),
        ("信息公开年报", "#"), ("电话", "tel:000"),
        ("政府信息公开年度报告", "http://elsewhere.example.test/zfxxgk/nb/"),
        ("年度报告", "http:///nohost"), ("上级年报", "https://203.0.113.7/zfxxgknb/"),
    ],
    "changing": [("信息公开年报（动态）", "/portal/go?k=0")],
    "loop": [("政府信息公开年报（新版）", "/loop/1")],
    "huge": [("历年年报下载", "/down/all.zip")],
}  # fmt: skip
"""Links of the home page that lead into a trap."""
CHALLENGE = (
    "<html><head><meta http-equiv='Content-Type' content='text/html;charset=utf-8'></head><body><script>"
    "var _0x4f=['cookie'];(function(){document.cookie='__jsl_clearance='+_0x4f;location.reload();})();</script>"
    "</body></html>"
)
CAPTCHA = (
    "<html><head><title>安全验证</title></head><body><h3>访问过于频繁，请输入验证码后继续访问</h3>"
    "<form><img src='/captcha.jpg'><input name='captcha'></form></body></html>"
)


def page(title: str, links: list[tuple[str, str]]) -> bytes:
    """A page of links."""
    items = "".join(f'<li><a href="{href}">{words}</a></li>' for words, href in links)
    return (
        f'<html><head><meta charset="utf-8"><title>{title}</title></head><body><ul>{items}</ul></body></html>'.encode()
    )


def calendar(_content: Content, site: Built) -> None:
    """Every day links to the next and the one before, for ever."""

    def answer(asked: Asked) -> Answer:
        found = re.fullmatch(r"(\d{4})-(\d\d)-(\d\d)", asked.query.get("day", ""))
        year, month, day = map(int, found.groups()) if found else (2025, 3, 1)
        after = f"{year + month // 12}-{month % 12 + 1:02}-{day:02}"
        before = f"{year - (month == 1)}-{(month - 2) % 12 + 1:02}-{day:02}"
        links = [("下一页", f"/calendar/?day={after}"), ("上一页", f"/calendar/?day={before}")]
        return Answer(page("政务日历", links), label="trap:calendar")

    site.pages["/calendar/"] = answer


def search(_content: Content, site: Built) -> None:
    """A search that always has a next page, and the same reports under addresses of its own."""

    def answer(asked: Asked) -> Answer:
        at = int(asked.query.get("p") or 1) if (asked.query.get("p") or "1").isdigit() else 1
        some = [paths[0] for paths in list(site.entries.values())[at * 3 : at * 3 + 3]]
        links = [
            (f"政府信息公开工作年度报告（{n}）", f"/search/go?u={path}&s={asked.token}") for n, path in enumerate(some)
        ]
        links.append(("下一页", f"/search/?q={asked.query.get('q', '')}&p={at + 1}"))
        return Answer(page("年报检索结果", links), label="trap:search")

    def go(asked: Asked) -> Answer:
        return Answer(b"", status=302, headers=(("Location", asked.query.get("u", "/")),), label="trap:search")

    site.pages |= {"/search/": answer, "/search/go": go}


def changing(_content: Content, site: Built) -> None:
    """Addresses that are others at every request."""

    def answer(asked: Asked) -> Answer:
        links = [(f"{n}年政府信息公开年报", f"/portal/go?k={asked.token}{n}") for n in range(2020, 2025)]
        return Answer(page("信息公开年报", links), label="trap:changing")

    site.pages["/portal/go"] = answer


def forbidden(_content: Content, site: Built) -> None:
    """robots.txt closes the old site."""
    rules = "User-agent: *\nDisallow: /old/\nDisallow: /search/\n"
    site.robots = Answer(rules.encode(), "text/plain")
    links = [(f"{year}年政府信息公开工作年度报告", f"/old/nb/{year}.html") for year in range(2012, 2019)]
    site.pages["/old/nb/index.html"] = lambda _asked: Answer(page("年报（旧版）", links), label="trap:forbidden")


def robots_page(_content: Content, site: Built) -> None:
    """The site's error page, with 200, where robots.txt should be: no robots file."""
    site.robots = Answer("<html><head><title>出错了</title></head><body>Disallow: /</body></html>".encode())


def crawl_delay(_content: Content, site: Built) -> None:
    """robots.txt asks for a pause that is longer than the crawl's own."""
    site.robots = Answer(b"User-agent: *\nCrawl-delay: 0.3\nDisallow: /admin/\n", "text/plain; charset=utf-8")


def loop(_content: Content, site: Built) -> None:
    """Redirects that come to no end."""

    def turn(asked: Asked) -> Answer:
        other = "/loop/2" if asked.path.endswith("1") else "/loop/1"
        return Answer(b"", status=302, headers=(("Location", other),), label="trap:loop")

    site.pages |= {"/loop/1": turn, "/loop/2": turn}


def huge(_content: Content, site: Built) -> None:
    """A file of gigabytes (by its header; the connection breaks soon)."""
    headers = (("Content-Length", str(3 << 30)),)
    site.pages["/down/all.zip"] = lambda _asked: Answer(
        b"PK" * 5000, "application/zip", headers=headers, label="trap:huge", cut=9000
    )


def bad_links(_content: Content, _site: Built) -> None:
    """Only links: see LINKS."""


def session(_content: Content, site: Built) -> None:
    """Links carry a session id that is another for whoever comes without one."""

    def rewrite(asked: Asked, answer: Answer) -> Answer:
        if not answer.media_type.startswith("text/html") or answer.status != 200:
            return answer
        mark = f";jsessionid={asked.token.upper():0>32}".encode()
        body = re.sub(rb'(<a href=")(/[^"?#]*)', rb"\g<1>\g<2>" + mark, answer.body)
        return answer._replace(body=body)

    site.filters.append(rewrite)


def busters(_content: Content, site: Built) -> None:
    """Links carry a number against caches, at every request another."""

    def rewrite(asked: Asked, answer: Answer) -> Answer:
        if not answer.media_type.startswith("text/html") or answer.status != 200:
            return answer
        mark = f"?_={asked.serial + 1700000000000}".encode()
        return answer._replace(body=re.sub(rb'(<a href="/[^"?#]+html?)(?=")', rb"\g<1>" + mark, answer.body))

    site.filters.append(rewrite)


def compressed(_content: Content, site: Built) -> None:
    """Pages are sent with gzip to whoever takes it."""

    def pack(asked: Asked, answer: Answer) -> Answer:
        if "gzip" not in asked.headers.get("accept-encoding", "") or not answer.media_type.startswith("text/html"):
            return answer
        return answer._replace(
            body=gzip.compress(answer.body, 1, mtime=0), headers=(*answer.headers, ("Content-Encoding", "gzip"))
        )

    site.filters.append(pack)


def busy(_content: Content, site: Built) -> None:
    """Some pages answer 503 with Retry-After the first time."""
    seen: set[str] = set()

    def first(asked: Asked, answer: Answer) -> Answer:
        if number(asked.path) % 30 or asked.path in seen or asked.path in ("/", "/robots.txt"):
            return answer
        seen.add(asked.path)
        return Answer(b"busy", "text/plain", 503, (("Retry-After", "1"),), label=f"busy:{answer.label}")

    site.filters.append(first)


def broken(_content: Content, site: Built) -> None:
    """Some answers break off the first time: before the first byte, or in the middle."""
    seen: set[str] = set()

    def first(asked: Asked, answer: Answer) -> Answer:
        if number(asked.path) % 30 > 1 or asked.path in seen or asked.path in ("/", "/robots.txt"):
            return answer
        seen.add(asked.path)
        return answer._replace(
            cut=-1 if number(asked.path) % 30 else len(answer.body) // 2, label=f"busy:{answer.label}"
        )

    site.filters.append(first)


def slow(_content: Content, site: Built) -> None:
    """Some answers take their time."""
    site.filters.append(lambda asked, answer: answer._replace(pause=0 if number(asked.path) % 20 else 1.5))


def octets(_content: Content, site: Built) -> None:
    """Files are announced as something else: a page, or nothing at all."""

    def lie(asked: Asked, answer: Answer) -> Answer:
        if not answer.label.startswith("file:") or answer.media_type.startswith("image/"):
            return answer
        return answer._replace(media_type="text/html" if number(asked.path) % 2 else "")

    site.filters.append(lie)


def soft(content: Content, site: Built) -> None:
    """What is not there is told with 200."""
    words = "抱歉，您访问的页面不存在或已被删除！"
    text = f"<html><head><title>{content.name}</title></head><body><p>{words}</p></body></html>"
    site.missing = lambda _asked: Answer(text.encode(), label="gone:")


def homeward(_content: Content, site: Built) -> None:
    """What is not there leads to the home page."""
    site.missing = lambda _asked: Answer(b"", status=302, headers=(("Location", "/"),), label="gone:")


def twins(_content: Content, site: Built) -> None:
    """The site answers with and without www., and links to both."""

    def rewrite(asked: Asked, answer: Answer) -> Answer:
        host = asked.headers.get("host", "")
        if not host.partition(":")[0].endswith(".test") or not answer.media_type.startswith("text/html"):
            return answer
        other = host.removeprefix("www.") if host.startswith("www.") else f"www.{host}"
        body = re.sub(rb'(<a href=")(?=/[^"]*[02468][^"]*\.)', rb"\g<1>http://" + other.encode(), answer.body)
        return answer._replace(body=body)

    site.filters.append(rewrite)


TRAPS: dict[str, Trap] = {
    trap.__name__: trap
    for trap in (
        bad_links, broken, busters, busy, calendar, changing, compressed, crawl_delay, forbidden, homeward, huge, loop,
        octets, robots_page, search, session, slow, soft, twins,
    )
}  # fmt: skip


# --- sites that are closed

Refusal = Callable[[Built], None]


def _all(site: Built, answer: Answer) -> None:
    site.missing = lambda _asked: answer


def challenge_412(site: Built) -> None:
    """An empty page with a script and a cookie, status 412."""
    _all(site, Answer(CHALLENGE.encode(), status=412, headers=(("Set-Cookie", "sdfgh=1"),), label="challenge:"))


def challenge_521(site: Built) -> None:
    """Status 521 and a script that makes a cookie."""
    _all(site, Answer(CHALLENGE.encode(), status=521, headers=(("Set-Cookie", "__jsluid_h=1"),), label="challenge:"))


def challenge_200(site: Built) -> None:
    """The same with 200."""
    _all(site, Answer(CHALLENGE.encode(), label="challenge:"))


def captcha(site: Built) -> None:
    """A form that asks for what a picture shows, with 200."""
    _all(site, Answer(CAPTCHA.encode(), label="challenge:"))


def refused(site: Built) -> None:
    """403 for everything."""
    _all(site, Answer(b"<h1>403 Forbidden</h1>", status=403, label="challenge:"))


def robots_403(site: Built) -> None:
    """robots.txt is refused: nothing may be asked."""
    site.robots = Answer(b"<h1>403 Forbidden</h1>", status=403)
    _all(site, Answer(page("首页", [("政府信息公开年报", "/nb/")]), label="trap:closed"))


def robots_all(site: Built) -> None:
    """robots.txt closes everything."""
    site.robots = Answer(b"User-agent: *\nDisallow: /\n", "text/plain")
    _all(site, Answer(page("首页", [("政府信息公开年报", "/nb/")]), label="trap:closed"))


def guarded(site: Built) -> None:
    """The lists are open, every article is a challenge."""
    links = [(f"无名县枫桥镇{year}年政府信息公开工作年度报告", f"/nb/{year}.html") for year in range(2010, 2025)]
    site.pages["/"] = lambda _asked: Answer(page("首页", [("政府信息公开年报", "/nb/")]), label="home:")
    site.pages["/nb/"] = lambda _asked: Answer(page("政府信息公开年报", links), label="column:nb")
    _all(site, Answer(CHALLENGE.encode(), label="challenge:"))


def failing(site: Built) -> None:
    """500 for everything."""
    _all(site, Answer(b"<h1>500</h1>", status=500, label="error:"))


def broken_site(site: Built) -> None:
    """The connection is closed without a word."""
    _all(site, Answer(b"", label="error:", cut=-1))


CLOSED: dict[str, Refusal] = {
    refusal.__name__: refusal
    for refusal in (
        broken_site, captcha, challenge_200, challenge_412, challenge_521, failing, guarded, refused, robots_403,
        robots_all,
    )
}  # fmt: skip
"""Sites that show nothing to a polite crawler."""
