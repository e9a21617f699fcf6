import gzip
import json
import os
import signal
import sqlite3
import subprocess
import sys
import textwrap
import time
from collections import Counter
from contextlib import closing
from datetime import datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from loopback import Answer, Asked, Server, page, report, serving

import crawler
import evidence
import extract
from archive import store
from crawler import Hours, Site, Summary
from evidence import Captures
from evidence.moments import CHINA
from extract.report import Identity

ROOT = Path(__file__).parent.parent
COLUMN = "/zfxxgk/zfxxgknb/"


def crawl(folder: Path, *servers: Server, path: str = "/", delay: float = 0.02, **options: Any) -> Summary:
    sites = [Site(server.url + path, "330282", "慈溪市") for server in servers]
    return crawler.crawl(sites, captures=folder, delay=delay, progress=lambda _: None, **options)


def outcomes(folder: Path, server: Server, path: str) -> list[tuple[str, str]]:
    return [(c.outcome, c.kind) for c in Captures(folder).sightings(server.url + path)]


def reports(folder: Path) -> list[str]:
    return sorted(capture.url for capture in Captures(folder).reports())


def county(years: range = range(2020, 2025), **more: Any) -> dict[str, Any]:
    """A county: home page, column, a report of every year, and much that is none."""
    items = [(f"{COLUMN}{year}.html", f"匡堰镇{year}年政府信息公开工作年度报告") for year in years]
    return {
        "/": page(("/zwgk/", "政务公开"), (COLUMN, "政府信息公开年报"), ("/n/1.html", "召开大会"), ("/x/", "统计年报")),
        "/zwgk/": page((COLUMN, "政府信息公开年报")),
        COLUMN: page(
            *items,
            ("/fz.html", "法治政府建设2024年度报告"),
            ("/wz.html", "2024年政府网站工作年度报表"),
            ("/tz.html", "关于做好2024年政府信息公开工作年度报告编制工作的通知"),
            ("/tj.html", "图解：2024年政府信息公开工作年度报告"),
        ),
        **{path: report("匡堰镇人民政府", year) for (path, _), year in zip(items, years, strict=True)},
        **more,
    }  # fmt: skip


def test_from_the_home_page_to_every_report_and_nowhere_else(tmp_path: Path) -> None:
    with serving(county()) as server:
        summary = crawl(tmp_path, server)
        assert reports(tmp_path) == [f"{server.url}{COLUMN}{year}.html" for year in range(2020, 2025)]
        assert server.paths[0] == "/robots.txt"
        assert set(server.paths) - {"/robots.txt", "/", "/zwgk/", COLUMN} == {
            f"{COLUMN}{y}.html" for y in range(2020, 2025)
        }
        assert max(Counter(server.paths).values()) == 1
    (site,) = summary.sites
    assert (site.reports, site.new, site.outcome, site.believed) == (5, 5, "完成", True)
    assert summary.exit_status == 0
    assert json.loads(json.dumps(summary.as_json()))["sites"][0]["requests"] == len(server.paths)
    assert "慈溪市" in summary.rows()[1]


def test_only_the_reports_of_the_year_that_was_asked_for(tmp_path: Path) -> None:
    with serving(county()) as server:
        crawl(tmp_path, server, year=2023)
        assert reports(tmp_path) == [f"{server.url}{COLUMN}2023.html"]
        assert f"{COLUMN}2022.html" not in server.paths


@pytest.mark.parametrize("path", [f"{COLUMN}2023.html", COLUMN])
def test_a_report_or_a_column_may_be_named_itself(tmp_path: Path, path: str) -> None:
    with serving(county()) as server:
        crawl(tmp_path, server, path=path)
        assert f"{server.url}{COLUMN}2023.html" in reports(tmp_path)


def conditional(pages: dict[str, Any], tag: str = "v1") -> dict[str, Any]:
    """The same pages with an ETag each, answered 304 to who has it."""

    def give(body: str) -> Any:
        def answer(asked: Asked) -> Answer:
            if asked.headers.get("If-None-Match") == f'"{tag}"':
                return Answer(status=304, headers={"ETag": f'"{tag}"'})
            return Answer(body, headers={"ETag": f'"{tag}"'})

        return answer

    return {path: give(body) for path, body in pages.items()}


def test_a_second_crawl_asks_conditionally_and_stores_nothing_twice(tmp_path: Path) -> None:
    with serving(conditional(county())) as server:
        crawl(tmp_path, server)
        first = len(server.log)
        summary = crawl(tmp_path, server)
        second = server.log[first:]
    assert max(Counter(asked.path for asked in second).values()) == 1
    assert all(asked.headers.get("If-None-Match") == '"v1"' for asked in second if asked.path != "/robots.txt")
    led_nowhere = {"/zwgk/"}
    assert {asked.path for asked in second} == {asked.path for asked in server.log[:first]} - led_nowhere
    (site,) = summary.sites
    assert (site.reports, site.new, site.unchanged, site.outcome) == (5, 0, 5, "完成")
    assert outcomes(tmp_path, server, f"{COLUMN}2023.html") == [("ok", "report"), ("unchanged", "report")]
    bodies = Counter(captured_bodies(tmp_path))
    assert bodies
    assert max(bodies.values()) == 1


def captured_bodies(folder: Path) -> list[str]:
    from warcio.archiveiterator import ArchiveIterator

    found = []
    for path in folder.glob("*.warc.gz"):
        with path.open("rb") as stream:
            found += [
                r.rec_headers.get_header("WARC-Payload-Digest")
                for r in ArchiveIterator(stream)
                if r.rec_type == "response"
            ]
    return found


def test_an_edit_is_a_new_version_and_a_report_that_left_its_list_is_still_asked_for(tmp_path: Path) -> None:
    with serving(county()) as server:
        crawl(tmp_path, server)
        server.pages[f"{COLUMN}2023.html"] = report("匡堰镇人民政府", 2023).replace("<td>3</td>", "<td>4</td>")
        server.pages[COLUMN] = page((f"{COLUMN}2023.html", "匡堰镇2023年政府信息公开工作年度报告"))
        del server.pages[f"{COLUMN}2021.html"]
        summary = crawl(tmp_path, server)
    assert outcomes(tmp_path, server, f"{COLUMN}2023.html") == [("ok", "report"), ("ok", "report")]
    assert outcomes(tmp_path, server, f"{COLUMN}2022.html") == [("ok", "report"), ("unchanged", "report")]
    assert outcomes(tmp_path, server, f"{COLUMN}2021.html") == [("ok", "report"), ("gone", "other")]
    assert "比上次少" in summary.sites[0].outcome
    assert summary.exit_status == 3


# --- robots.txt


ROBOTS = [
    (Answer("User-agent: *\nDisallow: /", headers={"Content-Type": "text/plain"}), False),
    (Answer("Forbidden", 403), False),
    (Answer("error", 500), False),
    (Answer("<!DOCTYPE html><html>首页 Disallow: /</html>"), True),
    (Answer("none", 404), True),
    (Answer("User-agent: *\nDisallow: /admin", headers={"Content-Type": "text/plain"}), True),
]


@pytest.mark.parametrize(("robots", "allowed"), ROBOTS, ids=["all", "403", "500", "html", "404", "some"])
def test_robots_txt_is_asked_first_and_obeyed(tmp_path: Path, robots: Answer, allowed: bool) -> None:
    with serving(county() | {"/robots.txt": robots}) as server:
        summary = crawl(tmp_path, server)
        assert server.paths[0] == "/robots.txt"
        assert (set(server.paths) != {"/robots.txt"}) == allowed
    assert (summary.exit_status == 0) == allowed
    if not allowed:
        assert "robots" in summary.sites[0].outcome or "服务器出错" in summary.sites[0].outcome


def test_a_closed_folder_is_left_alone_and_said_to_be(tmp_path: Path) -> None:
    robots = Answer(f"User-agent: nianbao\nDisallow: {COLUMN}2022.html", headers={"Content-Type": "text/plain"})
    with serving(county() | {"/robots.txt": robots}) as server:
        summary = crawl(tmp_path, server)
        assert f"{COLUMN}2022.html" not in server.paths
    assert outcomes(tmp_path, server, f"{COLUMN}2022.html") == [("robots", "other")]
    assert (summary.sites[0].reports, summary.sites[0].refused) == (4, 1)


@pytest.mark.parametrize(("delay", "robots", "least"), [(0.3, 404, 0.3), (0.05, 200, 0.4)])
def test_the_gap_between_requests_is_never_below_what_was_asked(
    tmp_path: Path, delay: float, robots: int, least: float
) -> None:
    crawl_delay = Answer("User-agent: *\nCrawl-delay: 0.4", robots, {"Content-Type": "text/plain"})
    moved = Answer("", 302, {"Location": f"{COLUMN}2020.html"})
    pages = county(range(2020, 2022), **{f"{COLUMN}2021.html": moved, "/robots.txt": crawl_delay})
    with serving(pages) as server:
        crawl(tmp_path, server, delay=delay)
        times = [asked.at for asked in server.log]
    assert len(times) >= 5
    assert min(later - earlier for earlier, later in pairwise(times)) >= least


def test_who_asks_is_said_and_beyond_loopback_must_be(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NIANBAO_CONTACT", raising=False)
    with pytest.raises(crawler.NoContact, match="NIANBAO_CONTACT"):
        crawler.crawl([Site("http://www.example.gov.cn/")], captures=tmp_path)
    monkeypatch.setenv("NIANBAO_CONTACT", "mailto:desk@example.org")
    with serving(county()) as server:
        crawl(tmp_path, server)
        assert {asked.headers["User-Agent"] for asked in server.log} == {
            "nianbao/0.1 (archive of annual open-government reports; mailto:desk@example.org)"
        }


# --- what sites do instead of answering


CHALLENGES = [
    Answer("<script>eval(1)</script>", 412),
    Answer("<script>document.cookie='__jsl_clearance=1';location.reload()</script>", 521),
    Answer("<html><script>document.cookie='__jsl_clearance=1';location.reload()</script></html>"),
    Answer("<html><title>安全验证</title><body>请完成安全验证后继续访问</body></html>"),
    Answer("Forbidden", 403),
    Answer("slow down", 429, {"Retry-After": "3600"}),
]


@pytest.mark.parametrize("challenge", CHALLENGES, ids=["412", "521", "script", "captcha", "403", "429"])
def test_a_site_that_says_no_is_left_alone(tmp_path: Path, challenge: Answer) -> None:
    with serving(county() | {"/": challenge}) as server:
        summary = crawl(tmp_path, server)
        assert server.paths == ["/robots.txt", "/"]
    (site,) = summary.sites
    assert (site.refused, site.believed) == (1, False)
    assert site.outcome.startswith("未完成")
    assert outcomes(tmp_path, server, "/")[0][0] in evidence.REFUSALS
    assert captured_bodies(tmp_path)  # the refusal is evidence too


def test_a_site_that_asks_to_wait_is_waited_for(tmp_path: Path) -> None:
    busy = [Answer("busy", 503, {"Retry-After": "1"})]

    def second_time(_: Asked) -> Answer:
        return busy.pop() if busy else Answer(report("匡堰镇人民政府", 2022))

    with serving(county() | {f"{COLUMN}2022.html": second_time}) as server:
        crawl(tmp_path, server)
        times = [asked.at for asked in server.log]
        said = next(asked.at for asked in server.log if asked.path == f"{COLUMN}2022.html")
    assert min(at for at in times if at > said) - said >= 1  # the whole site waits, not the one page
    assert len(reports(tmp_path)) == 5


def test_who_was_told_to_wait_asks_as_conditionally_as_before(tmp_path: Path) -> None:
    pages, path = conditional(county()), f"{COLUMN}2022.html"
    with serving(pages) as server:
        crawl(tmp_path, server)
        first, busy, given = len(server.log), [Answer("busy", 503, {"Retry-After": "1"})], pages[path]
        server.pages[path] = lambda asked: busy.pop() if busy else given(asked)
        crawl(tmp_path, server)
        asked = [one.headers.get("If-None-Match") for one in server.log[first:] if one.path == path]
    assert asked == ['"v1"', '"v1"']


def test_a_challenge_in_the_middle_ends_the_visit_and_keeps_what_was_had(tmp_path: Path) -> None:
    with serving(county() | {f"{COLUMN}2022.html": CHALLENGES[0]}) as server:
        crawl(tmp_path, server)
        assert server.paths[-1] == f"{COLUMN}2022.html"
    assert len(reports(tmp_path)) == 2


ODD = {
    "soft_404": Answer("<html><title>提示</title><body><p>您访问的页面不存在或已删除</p></body></html>"),
    "gone": Answer("gone", 410),
    "server_error": Answer("error", 500),
    "truncated": Answer(report("匡堰镇人民政府", 2022), length=100_000),
    "bad_answer": Answer(raw=b"no http at all\r\n\r\n"),
    "too_large": Answer(b"", length=1 << 30),
}


@pytest.mark.parametrize("outcome", ODD)
def test_one_bad_page_is_recorded_and_does_not_stop_the_rest(tmp_path: Path, outcome: str) -> None:
    with serving(county() | {f"{COLUMN}2022.html": ODD[outcome]}) as server:
        summary = crawl(tmp_path, server)
    seen = outcomes(tmp_path, server, f"{COLUMN}2022.html")
    assert set(seen) == {(outcome, "other")}
    assert len(seen) == server.paths.count(f"{COLUMN}2022.html") <= 3  # every try is evidence
    assert len(reports(tmp_path)) == 4
    assert summary.sites[0].reports == 4


def test_an_error_page_dressed_as_a_file_is_no_report(tmp_path: Path) -> None:
    items = (
        (f"{COLUMN}2022.pdf", "匡堰镇2022年政府信息公开工作年度报告"),
        (f"{COLUMN}2021.html", "匡堰镇2021年政府信息公开工作年度报告"),
    )
    with serving(
        county() | {COLUMN: page(*items), f"{COLUMN}2022.pdf": page(("/", "首页"), more="系统繁忙")}
    ) as server:
        crawl(tmp_path, server)
    assert outcomes(tmp_path, server, f"{COLUMN}2022.pdf") == [("wrong_type", "other")]
    assert reports(tmp_path) == [f"{server.url}{COLUMN}2021.html"]


def test_a_body_beyond_the_limit_is_not_kept_whatever_it_declared(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(crawler.run.SETTINGS, "DOWNLOAD_MAXSIZE", 50_000)
    bomb = Answer(gzip.compress(b"<p>0</p>" * 100_000), headers={"Content-Encoding": "gzip"})
    pages = {f"{COLUMN}2021.html": Answer("x" * 60_000), f"{COLUMN}2022.html": bomb}
    with serving(county() | pages) as server:
        crawl(tmp_path, server)
    for year in (2021, 2022):
        assert outcomes(tmp_path, server, f"{COLUMN}{year}.html") == [("too_large", "other")]
    assert len(reports(tmp_path)) == 3


def test_a_server_that_never_answers_is_a_timeout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(crawler.run.SETTINGS, "DOWNLOAD_TIMEOUT", 0.5)
    with serving(county() | {f"{COLUMN}2022.html": Answer("late", pause=1.5)}) as server:
        crawl(tmp_path, server)
    assert set(outcomes(tmp_path, server, f"{COLUMN}2022.html")) == {("timeout", "other")}
    assert len(reports(tmp_path)) == 4


def test_redirects_are_followed_within_reason(tmp_path: Path) -> None:
    pages = {
        f"{COLUMN}2020.html": Answer("", 302, {"Location": "/moved/2020.html"}),
        "/moved/2020.html": report("匡堰镇人民政府", 2020),
        f"{COLUMN}2021.html": Answer("", 302, {"Location": f"{COLUMN}2021.html?again"}),
        f"{COLUMN}2021.html?again": Answer("", 302, {"Location": f"{COLUMN}2021.html"}),
        f"{COLUMN}2022.html": Answer("", 302, {"Location": "/"}),
        f"{COLUMN}2023.html": Answer("", 302, {"Location": "http://127.0.0.250:9/elsewhere"}),
    }
    with serving(county() | pages) as server:
        crawl(tmp_path, server)
        assert max(Counter(server.paths).values()) == 1
    assert reports(tmp_path) == [f"{server.url}/moved/2020.html", f"{server.url}{COLUMN}2024.html"]
    assert outcomes(tmp_path, server, f"{COLUMN}2022.html") == [("soft_404", "other")]


def test_every_spelling_of_an_address_is_kept_and_one_is_asked(tmp_path: Path) -> None:
    path, title = "/t/gkmlpt/content/1/1/post_7.html", "匡堰镇2023年政府信息公开工作年度报告"
    twins = [f"{path}?jump=true", path.replace("/post_", "/mpost_"), f"{path}?_=1700000000000", "/old/7.html"]
    moved = Answer(status=302, headers={"Location": path})
    pages = county(range(2023, 2024), **{path: report("匡堰镇人民政府", 2023), "/old/7.html": moved})
    with serving(pages | {COLUMN: page(*((twin, title) for twin in twins))}) as server:
        crawl(tmp_path, server)
        asked = [one for one in server.paths if "7.html" in one]
    archive = tmp_path / "archive.db"
    store.update(archive, tmp_path)
    with closing(sqlite3.connect(archive)) as db:
        known = dict(db.execute("SELECT url, last_asked IS NOT NULL FROM addresses"))
    assert sorted(asked) == ["/old/7.html", path]
    assert known == {server.url + path: 1, **{server.url + twins[n]: 0 for n in (0, 1, 3)}}


@pytest.mark.parametrize("charset", ["gb2312", "utf-8", "iso-8859-1"])
def test_a_charset_that_lies_hides_no_link(tmp_path: Path, charset: str) -> None:
    header = {"Content-Type": f"text/html; charset={charset}"}
    pages = {path: Answer(body.encode("gb18030"), headers=header) for path, body in county().items()}
    with serving(dict(pages)) as server:
        crawl(tmp_path, server)
        assert {f"{COLUMN}{year}.html" for year in range(2020, 2025)} < set(server.paths)


def test_an_unreachable_host_is_said_to_be_and_the_others_are_visited(tmp_path: Path) -> None:
    with serving({}) as server:
        closed = server
    with serving(county()) as open_server:
        summary = crawl(tmp_path, closed, open_server)
    assert [site.outcome for site in summary.sites] == ["未完成：无法连接", "完成"]
    assert (summary.sites[0].reports, summary.sites[0].refused, summary.sites[0].errors) == (0, 0, 2)
    assert summary.exit_status == 3
    assert {state.outcome for state in Captures(tmp_path).sites()} == {"未完成：无法连接", "完成"}


def test_a_site_that_yields_nothing_is_not_a_success(tmp_path: Path) -> None:
    with serving({"/": page(("/news/", "新闻"))}) as server:
        summary = crawl(tmp_path, server)
    assert summary.sites[0].outcome == "可疑：没有找到报告"
    assert summary.exit_status == 3


def test_an_attachment_is_fetched_with_the_page_it_hangs_on(tmp_path: Path) -> None:
    title = "匡堰镇人民政府2022年政府信息公开工作年度报告"
    link = f'<p>附件：<a href="/f/2022.docx">{title}.docx</a></p>'
    body = f"<html><title>{title}</title><body><h1>{title}</h1>{link}</body></html>"
    with serving(county() | {f"{COLUMN}2022.html": body, "/f/2022.docx": b"PK\x03\x04 a file"}) as server:
        crawl(tmp_path, server)
        referers = [asked.headers.get("Referer") for asked in server.log if asked.path == "/f/2022.docx"]
    assert referers == [f"{server.url}{COLUMN}2022.html"]
    assert outcomes(tmp_path, server, "/f/2022.docx") == [("ok", "attachment")]


@pytest.mark.parametrize(
    "named", ["/f/2022.docx;jsessionid=1BAD0", "/old/2022.docx", "/old/2022.docx;jsessionid=1BAD0"]
)
def test_a_file_belongs_to_its_page_by_whatever_name_that_has_for_it(tmp_path: Path, named: str) -> None:
    title = "匡堰镇人民政府2022年政府信息公开工作年度报告"
    body = f"<html><title>{title}</title><body><h1>{title}</h1><a href='{named}'>{title}.docx</a></body></html>"
    moved = Answer(status=302, headers={"Location": "/f/2022.docx"})
    files = {"/f/2022.docx": b"PK\x03\x04 a file", "/old/2022.docx": moved}
    with serving(county() | {f"{COLUMN}2022.html": body, **files}) as server:
        crawl(tmp_path, server)
    captures = Captures(tmp_path)
    (report_page,) = (c for c in captures.reports() if c.url == f"{server.url}{COLUMN}2022.html")
    file = captures.beside(report_page, server.url + named)
    assert file is not None
    assert captures.body(file) == b"PK\x03\x04 a file"


def test_a_scan_that_was_replaced_is_a_new_version_though_nobody_can_read_it(tmp_path: Path) -> None:
    """Under its address, or as most systems have it under a new one behind the same words."""
    title, archive, seen = "匡堰镇2023年政府信息公开工作年度报告", tmp_path / "archive.db", []
    pages: dict[str, Any] = {"/": page((COLUMN, "政府信息公开年报")), COLUMN: page(("/1.html", title))}
    with serving(pages) as server:
        for file, scan in (("/f.pdf", b"one"), ("/f.pdf", b"one"), ("/f.pdf", b"two"), ("/g.pdf", b"three")):
            server.pages["/1.html"] = f"<title>{title}</title><h1>{title}</h1><a href='{file}'>{title}.pdf</a>"
            server.pages[file] = Answer(b"%PDF-1.4 " + scan, headers={"Content-Type": "application/pdf"})
            crawl(tmp_path, server)
            store.update(archive, tmp_path)
            with closing(sqlite3.connect(archive)) as db:
                seen += db.execute("SELECT version, reading FROM reports").fetchall()
    assert seen == [(1, "none"), (1, "none"), (2, "none"), (3, "none")]


def test_an_endless_search_does_not_take_more_than_its_budget(tmp_path: Path) -> None:
    def endless(asked: Asked) -> Answer:
        number = int(asked.path.rpartition("=")[2])
        links = [
            (f"/list?page={number * 2 + i}", f"匡堰镇{2000 + (number + i) % 25}年政府信息公开年报") for i in range(2)
        ]
        return Answer(page(*links))

    class Endless(dict[str, Any]):
        def get(self, path: str, default: Any = None) -> Any:
            return endless if path.startswith("/list?") else super().get(path, default)

    with serving(Endless({"/": page(("/list?page=1", "政府信息公开年报"))})) as server:
        summary = crawl(tmp_path, server, delay=0.0)
        assert len(server.paths) <= 62
    assert summary.exit_status == 3


def test_a_page_that_breaks_the_reader_is_kept_and_the_walk_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = extract.identify

    def identify(data: bytes, **about: Any) -> Identity:
        if "2022" in about["url"]:
            raise RecursionError("too deep")
        return real(data, **about)

    monkeypatch.setattr(extract, "identify", identify)
    with serving(conditional(county())) as server:
        crawl(tmp_path, server)
        assert outcomes(tmp_path, server, f"{COLUMN}2022.html") == [("ok", "other")]
        assert len(reports(tmp_path)) == 4
        monkeypatch.undo()  # the reader is mended: the next visit knows the report for what it is
        crawl(tmp_path, server)
    assert outcomes(tmp_path, server, f"{COLUMN}2022.html") == [("ok", "other"), ("ok", "report")]
    assert len(reports(tmp_path)) == 5


def test_where_the_stored_page_is_lost_it_is_asked_for_whole(tmp_path: Path) -> None:
    with serving(conditional(county())) as server:
        crawl(tmp_path, server)
        for path in tmp_path.glob("*.warc.gz"):
            path.unlink()
        summary = crawl(tmp_path, server)
    assert summary.sites[0].reports == 5
    captures = Captures(tmp_path)
    assert all(captures.body(c) for c in captures.reports())


# --- killed, interrupted, no room


SCRIPT = textwrap.dedent("""
    import sys
    sys.path.insert(0, {root!r})
    from pathlib import Path
    import crawler
    site = crawler.Site({url!r}, "330282", "慈溪市")
    summary = crawler.crawl([site], captures=Path({folder!r}), delay=0.05, progress=lambda _: None)
    print(summary.stopped)
    sys.exit(summary.exit_status)
""")


def start(folder: Path, server: Server, script: str = SCRIPT) -> "subprocess.Popen[str]":
    script = script.format(root=str(ROOT), url=server.url + "/", folder=str(folder))
    return subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def wait_for(server: Server, requests: int) -> None:
    until = time.monotonic() + 60
    while len(server.log) < requests:
        assert time.monotonic() < until
        time.sleep(0.005)


@pytest.mark.parametrize("after", [1, 3, 6])
def test_killed_at_any_moment_it_goes_on_where_it_was(tmp_path: Path, after: int) -> None:
    with serving(county(range(2012, 2025))) as server:
        killed = start(tmp_path, server)
        wait_for(server, after)
        killed.send_signal(signal.SIGKILL)
        killed.communicate()
        safe = {c.url for c in Captures(tmp_path).all()}
        before = len(server.log)
        assert before - len(safe) <= 1  # only the answer that was not yet acknowledged
        summary = crawl(tmp_path, server)
        again = {server.url + path for path in server.paths[before:]}
    assert not safe & again
    assert len(reports(tmp_path)) == 13
    assert (summary.sites[0].reports, summary.sites[0].outcome) == (13, "完成")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_interrupted_it_says_so_and_goes_on_next_time(tmp_path: Path, number: signal.Signals) -> None:
    with serving(county(range(2012, 2025))) as server:
        process = start(tmp_path, server)
        wait_for(server, 4)
        process.send_signal(number)
        out, err = process.communicate(timeout=60)
        assert process.returncode == 3
        assert "中断" in out
        assert "Traceback" not in err
        before = len(server.log)
        crawl(tmp_path, server)
        assert not set(server.paths[:before]) & set(server.paths[before:])
    assert len(reports(tmp_path)) == 13


def test_a_full_disk_stops_the_crawl_with_a_line_and_keeps_what_was_safe(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, calls = os.fsync, []

    def fsync(number: int) -> None:
        calls.append(number)
        if len(calls) > 6:
            raise OSError(28, "No space left on device")
        real(number)

    with serving(county()) as server:
        with monkeypatch.context() as patch:
            patch.setattr(os, "fsync", fsync)
            summary = crawl(tmp_path, server)
        assert summary.stopped is not None
        assert "磁盘已满" in summary.stopped
        assert summary.exit_status == 3
        safe = {c.url for c in Captures(tmp_path).all()}
        before = len(server.log)
        summary = crawl(tmp_path, server)
        assert not safe & {server.url + path for path in server.paths[before:]}
    assert len(reports(tmp_path)) == 5
    assert summary.exit_status == 0


# --- who is meant


REGISTRY = "division_code,name,url,site_id_code,note\n330282,慈溪市,http://www.cixi.gov.cn/,,\n330281,余姚市,http://www.yy.gov.cn/,,\n"
TWICE = "110105,朝阳区,http://www.bjchy.gov.cn/,,\n220104,朝阳区,http://www.ccchaoyang.gov.cn/,,\n"


@pytest.mark.parametrize(
    ("place", "told"),
    [
        ("慈溪县级市", "慈溪市（330282）"),
        ("330299", "余姚市（330281）"),
        ("朝阳区", "朝阳区（110105）、朝阳区（220104）"),
        ("ftp://example.gov.cn/", "不是可以访问的网址"),
        ("http://[broken", "不是可以访问的网址"),
        ("", "没有说明要采集哪里"),
    ],
)
def test_an_unknown_place_is_told_in_one_line_with_what_may_be_meant(tmp_path: Path, place: str, told: str) -> None:
    registry = tmp_path / "sites.csv"
    registry.write_text(REGISTRY + TWICE, encoding="utf-8-sig")
    with pytest.raises(crawler.UnknownPlace, match=told) as raised:
        crawler.resolve([place], registry)
    assert "\n" not in str(raised.value)


def test_a_place_is_found_by_code_name_or_address(tmp_path: Path) -> None:
    registry = tmp_path / "sites.csv"
    registry.write_text(REGISTRY, encoding="utf-8")
    cixi = Site("http://www.cixi.gov.cn/", "330282", "慈溪市")
    assert crawler.resolve(["330282", "慈溪市", "慈溪", "http://www.cixi.gov.cn"], registry) == [cixi]
    assert crawler.resolve(["http://127.0.0.1:8000/a.html"], registry) == [Site("http://127.0.0.1:8000/a.html")]


@pytest.mark.parametrize(
    ("text", "told"), [("code,url\n", "缺少列"), ("division_code,name,url\n1,a,ftp://x/\n", "第 2 行")]
)
def test_a_file_of_sites_that_cannot_be_used_says_why(tmp_path: Path, text: str, told: str) -> None:
    path = tmp_path / "mine.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(crawler.UnknownPlace, match=told):
        crawler.read(path)


# --- again and again


def counted(body: str) -> Any:
    """A page with what changes at every visit: a counter, a token."""
    visits = []

    def answer(_: Asked) -> Answer:
        visits.append(1)
        token = f'<input type="hidden" name="__VIEWSTATE" value="{len(visits) * 7919}">'
        shown = f"<p>浏览次数：{len(visits)}</p><span>{len(visits)}</span>"  # of some sites without a word
        return Answer(body.replace("</body>", f"{shown}{token}</body>"))

    return answer


def test_counters_and_tokens_are_no_edit_and_an_edit_between_them_is(tmp_path: Path) -> None:
    pages = {path: counted(body) for path, body in county().items()}
    with serving(pages) as server:
        crawl(tmp_path, server)
        second = crawl(tmp_path, server)
        edited = report("匡堰镇人民政府", 2023).replace("<td>3</td>", "<td>4</td>")
        server.pages[f"{COLUMN}2023.html"] = counted(edited)
        third = crawl(tmp_path, server)
    assert [(site.reports, site.new, site.unchanged) for site in (*second.sites, *third.sites)] == [
        (5, 0, 5),
        (5, 1, 4),
    ]
    assert outcomes(tmp_path, server, f"{COLUMN}2023.html") == [
        ("ok", "report"), ("unchanged", "report"), ("ok", "report")
    ]  # fmt: skip
    assert len(reports(tmp_path)) == 6


def test_what_stands_beside_a_report_in_pictures_is_no_edit(tmp_path: Path) -> None:
    title, visits = "匡堰镇人民政府2022年政府信息公开工作年度报告", iter("一二")

    def answer(_: Asked) -> Answer:
        visit = next(visits)
        shown = (
            f"<h1>{title}</h1><p>发布日期：2023-01-12</p><div><p><img src='/1.png'></p><p><img src='/2.png'></p></div>"
        )
        beside = f"<h3>热点信息</h3><ul><li><a href='/n.html'>匡堰镇召开第{visit}次会议</a></li></ul>"
        foot = f"<p>您是第{visit}位访客</p><p>主办：慈溪市人民政府办公室 网站标识码：3302820001</p>"
        return Answer(f"<title>{title}</title><div>{shown}</div><div>{beside}</div><div>{foot}</div>")

    with serving(county() | {f"{COLUMN}2022.html": answer}) as server:
        crawl(tmp_path, server)
        crawl(tmp_path, server)
    assert outcomes(tmp_path, server, f"{COLUMN}2022.html") == [("ok", "report"), ("unchanged", "report")]


def test_a_replaced_file_is_a_new_version_of_its_report(tmp_path: Path) -> None:
    title = "匡堰镇人民政府2022年政府信息公开工作年度报告"
    link = f'<p>附件：<a href="/f/2022.docx">{title}.docx</a></p>'
    body = f"<html><title>{title}</title><body><h1>{title}</h1>{link}</body></html>"
    with serving(county() | {f"{COLUMN}2022.html": body, "/f/2022.docx": b"PK\x03\x04 a file"}) as server:
        crawl(tmp_path, server)
        server.pages["/f/2022.docx"] = b"PK\x03\x04 another file"
        crawl(tmp_path, server)
    captures = Captures(tmp_path)
    versions = [c for c in captures.reports() if c.url == f"{server.url}{COLUMN}2022.html"]
    files = [captures.beside(page, f"{server.url}/f/2022.docx") for page in versions]
    assert [page.outcome for page in versions] == ["ok", "unchanged"]
    assert [captures.body(file)[5:] for file in files if file] == [b"a file", b"another file"]


def test_a_report_that_no_page_names_any_more_is_noted_and_still_there(tmp_path: Path) -> None:
    with serving(county()) as server:
        crawl(tmp_path, server)
        kept = [(f"{COLUMN}{year}.html", f"匡堰镇{year}年政府信息公开工作年度报告") for year in range(2021, 2025)]
        server.pages[COLUMN] = page(*kept)
        summary = crawl(tmp_path, server)
    listed = {c.url[-9:-5]: c.listed for c in Captures(tmp_path).all() if c.kind == "report"}
    assert listed == {"2020": 0, "2021": 1, "2022": 1, "2023": 1, "2024": 1}
    assert (summary.sites[0].reports, summary.exit_status) == (5, 0)


def test_a_report_whose_page_says_there_is_nothing_yet_is_gone(tmp_path: Path) -> None:
    path = f"{COLUMN}2022.html"
    with serving(county()) as server:
        crawl(tmp_path, server)
        server.pages[path] = page(("/zwgk/", "政务公开"), more="<p>暂无内容</p>")
        crawl(tmp_path, server)
        crawl(tmp_path, server)
    assert [outcome for outcome, _ in outcomes(tmp_path, server, path)] == ["ok", "soft_404", "soft_404"]


def test_a_dead_entry_of_a_list_is_asked_once_but_for_what_may_be_published_any_day(tmp_path: Path) -> None:
    dead = [
        (f"{COLUMN}d{year}.html", f"县气象局{year}年政府信息公开工作年度报告")
        for year in (2021, datetime.now(CHINA).year)
    ]
    with serving(county()) as server:
        server.pages[COLUMN] = str(server.pages[COLUMN]).replace("</ul>", f"{page(*dead)}</ul>")
        crawl(tmp_path, server)
        crawl(tmp_path, server)
        assert [server.paths.count(path) for path, _ in dead] == [1, 2]


def test_a_new_year_in_a_column_of_its_own_is_found(tmp_path: Path) -> None:
    with serving(conditional(county())) as server:
        crawl(tmp_path, server)
        path = "/zfxxgk/2025n/a.html"
        server.pages["/"] = page((COLUMN, "政府信息公开年报"), ("/zfxxgk/2025n/", "2025年政府信息公开年报"))
        server.pages["/zfxxgk/2025n/"] = page((path, "匡堰镇2025年政府信息公开工作年度报告"))
        server.pages[path] = report("匡堰镇人民政府", 2025)
        summary = crawl(tmp_path, server)
    assert (summary.sites[0].reports, summary.sites[0].new) == (6, 1)


# --- is it to be believed?


def test_an_office_that_had_no_report_is_looked_at_again(tmp_path: Path) -> None:
    ways = {
        "/zwgk/": page((COLUMN, "政府信息公开年报"), ("/town/", "匡堰镇")),
        "/town/": page(("/town/nb/", "信息公开年报"), ("/town/about/", "机构职能")),
        "/town/nb/": page(more="<p>暂无内容</p>"),
    }
    with serving(county() | ways) as server:
        crawl(tmp_path, server)
        server.pages["/town/nb/"] = page(("/town/nb/1.html", "匡堰镇人民政府2024年政府信息公开工作年度报告"))
        server.pages["/town/nb/1.html"] = report("匡堰镇人民政府", 2024)
        crawl(tmp_path, server)
    assert f"{server.url}/town/nb/1.html" in reports(tmp_path)


def test_a_sharp_drop_is_no_success_and_a_single_disappearance_is_news(tmp_path: Path) -> None:
    years = range(2013, 2025)
    with serving(county(years)) as server:
        crawl(tmp_path, server)
        del server.pages[f"{COLUMN}2013.html"]
        one_less = crawl(tmp_path, server)
        for year in range(2014, 2018):
            del server.pages[f"{COLUMN}{year}.html"]
        many_less = crawl(tmp_path, server)
    assert (one_less.sites[0].outcome, one_less.exit_status) == ("完成", 0)
    assert (many_less.sites[0].outcome, many_less.exit_status) == ("可疑：报告比上次少（上次 11）", 3)
    assert outcomes(tmp_path, server, f"{COLUMN}2013.html")[:2] == [("ok", "report"), ("gone", "other")]


def test_a_county_of_twenty_towns_with_reports_of_one_is_doubted(tmp_path: Path) -> None:
    with serving(county()) as server:
        site = Site(server.url + "/", "330282", "慈溪市", offices=20)
        summary = crawler.crawl([site], captures=tmp_path, delay=0.02, progress=lambda _: None)
    assert summary.sites[0].outcome == "可疑：应有 20 个乡镇街道，最多的一年只见到 1 个机关的报告"
    assert summary.exit_status == 3


def test_a_site_that_moved_to_another_system_is_looked_at_by_a_person(tmp_path: Path) -> None:
    paging = "<script>createPageHTML(1, 0, 'index', 'html');</script>"
    pages = county() | {COLUMN: county()[COLUMN].replace("</body>", f"{paging}</body>")}
    with serving(pages) as server:
        first = crawl(tmp_path, server)
        server.pages |= county()
        second = crawl(tmp_path, server)
        third = crawl(tmp_path, server)
    told = [summary.sites[0].outcome for summary in (first, second, third)]
    assert told == ["完成", "可疑：网站系统变了（trs → 未知）", "完成"]


# --- what a host says of itself


def test_pages_forbidden_one_after_another_are_the_will_of_the_site_and_a_single_one_is_not(tmp_path: Path) -> None:
    forbidden = {f"{COLUMN}{year}.html": Answer("Forbidden", 403) for year in range(2012, 2018)}
    with serving(county() | {f"{COLUMN}2022.html": Answer("Forbidden", 403)}) as server:
        one = crawl(tmp_path / "one", server)
    with serving(county(range(2012, 2025)) | forbidden) as server:
        many = crawl(tmp_path / "many", server)
        refused = [path for path in server.paths if path in forbidden]
    assert (one.sites[0].reports, one.sites[0].refused, one.sites[0].outcome) == (4, 1, "完成")
    assert (len(refused), many.sites[0].outcome) == (3, "未完成：拒绝访问（401、403）")


def test_a_captcha_before_a_file_closes_the_file_and_not_the_site(tmp_path: Path) -> None:
    gate = (
        "<html><title>附件下载</title><form>请输入验证码：<input name=codeValue><img src=createimage.jsp></form></html>"
    )
    pages = county()
    for year in range(2020, 2024):
        title = f"匡堰镇人民政府{year}年政府信息公开工作年度报告"
        files = "".join(f"<a href='/system/_content/download.jsp?wbfileid={year}{n}'>{title}.pdf</a>" for n in range(4))
        pages[f"{COLUMN}{year}.html"] = f"<html><title>{title}</title><body><h1>{title}</h1>{files}</body></html>"
        pages |= {f"/system/_content/download.jsp?wbfileid={year}{n}": gate for n in range(4)}
    with serving(pages) as server:
        summary = crawl(tmp_path, server)
    assert outcomes(tmp_path, server, "/system/_content/download.jsp?wbfileid=20200") == [("refused", "other")]
    assert (summary.sites[0].reports, summary.sites[0].outcome) == (5, "完成")


def test_the_home_page_in_the_place_of_articles_is_a_throttle_and_not_their_end(tmp_path: Path) -> None:
    home = page((COLUMN, "政府信息公开年报"), *((f"/n/{n}.html", f"召开第{n}次会议的新闻标题") for n in range(150)))
    asked = []

    def once(found: Asked) -> Answer:
        asked.append(found.path)
        return Answer(home if asked.count(found.path) == 1 else report("匡堰镇人民政府", 2022))

    gone = f"{COLUMN}2021.html"
    with serving(county() | {"/": home, f"{COLUMN}2022.html": once, gone: home}) as server:
        summary = crawl(tmp_path, server)
    assert outcomes(tmp_path, server, f"{COLUMN}2022.html") == [("throttled", "other"), ("ok", "report")]
    assert outcomes(tmp_path, server, gone)[-1] == ("soft_404", "other")
    assert summary.sites[0].reports == 4


def test_nothing_is_asked_outside_of_the_hours(tmp_path: Path) -> None:
    now = datetime.now(CHINA).hour
    with serving(county()) as server:
        closed = crawl(tmp_path, server, hours=Hours((now + 2) % 24, (now + 3) % 24))
        assert server.paths == []
        opened = crawl(tmp_path, server, hours=Hours(now, (now + 2) % 24))
    assert (closed.exit_status, opened.exit_status) == (3, 0)
    assert "时段" in str(closed.stopped)


def test_a_file_that_may_not_grow_is_a_full_disk(tmp_path: Path) -> None:
    """The system's own limit on the size of a file, which WARC and ledger both meet somewhere."""
    with serving(county(range(2000, 2025))) as server:
        limits = f"import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (400_000, 400_000))\n{SCRIPT}"
        done = start(tmp_path, server, limits)
        out, err = done.communicate(timeout=100)
        assert done.returncode == 3, err
        assert "磁盘已满" in out
        assert "Traceback" not in err
        safe = {c.url for c in Captures(tmp_path).all()}
        before = len(server.log)
        summary = crawl(tmp_path, server)
        assert not safe & {server.url + path for path in server.paths[before:]}
    assert len(reports(tmp_path)) == 25
    assert summary.exit_status == 0
