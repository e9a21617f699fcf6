"""The imitated county sites judge the crawler: so what they serve, their traps and the judging are tested here."""

import http.client
import json
import re
import socket
import urllib.error
import urllib.request
from collections.abc import Iterator
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from urllib.error import URLError
from urllib.parse import quote

import pytest

from benchmarks import crawl, imitation, traps
from benchmarks.imitation import Imitation
from samples.content import Column, Content, Entry
from samples.publishing import Answer, Built, asked
from samples.server import Request, Sites, serving
from samples.systems import SYSTEMS

KEYS = [spec["key"] for spec in imitation.WORDS["sites"]]


@cache
def site(key: str, round_: int = 1) -> Imitation:
    (made,) = imitation.sites(round_, 0.1, [key])
    return made


def ask(key: str, address: str, headers: dict[str, str] | None = None, round_: int = 1) -> Answer:
    """The answer with whatever bad weather there is behind us."""
    request = asked(address, {"referer": "http://here/", **(headers or {})})
    answer = site(key, round_).built.answer(request)
    return site(key, round_).built.answer(request) if answer.label.startswith("busy:") else answer


def text(answer: Answer) -> str:
    try:
        return answer.body.decode()
    except UnicodeDecodeError:
        return answer.body.decode("gb18030")


@pytest.mark.parametrize("key", KEYS)
@pytest.mark.parametrize("round_", [1, 2])
def test_every_report_is_at_its_addresses_while_it_is_there(key: str, round_: int) -> None:
    here = site(key, round_)
    for number, truth in enumerate(here.truth.values()):
        if number % 4 and not truth.state:
            continue  # to render them all takes long
        gone = truth.state in ("gone", "soft", "removed")
        for address in here.built.entries[truth.key]:
            found = ask(key, address, round_=round_).label
            wanted = "gone:" if gone else f"{'file' if found.startswith('file') else 'entry'}:{truth.key}"
            assert found == wanted, address
        for address in here.built.files[truth.key]:
            assert (ask(key, address, round_=round_).label == f"file:{truth.key}") == (not gone), address
    assert ask(key, "/").label == "home:"


@pytest.mark.parametrize("key", KEYS)
def test_a_new_round_adds_a_year_and_changes_what_is_known(key: str) -> None:
    first, second = site(key).truth, site(key, 2).truth
    assert first.keys() < second.keys()
    assert {second[key].year for key in second.keys() - first.keys()} == {imitation.LAST_YEAR + 1}
    assert not any(truth.state or truth.edited or truth.replaced or truth.new for truth in first.values())


def test_an_edit_changes_the_cell_that_the_truth_names_and_no_address() -> None:
    for key in KEYS:
        for truth in site(key, 2).truth.values():
            if truth.edited and truth.delivery == "html":
                (address, *_) = site(key, 2).built.entries[truth.key]
                assert address in site(key).built.entries[truth.key]
                assert text(ask(key, address)) != text(ask(key, address, round_=2))
                return
    pytest.fail("no edit anywhere")


def test_truth_names_every_way_in_which_a_report_is_delivered() -> None:
    ways = {truth.delivery for key in KEYS for truth in site(key).truth.values()}
    assert ways == {delivery for _, delivery in imitation.DELIVERIES}
    assert any(truth.foreign for key in KEYS for truth in site(key).truth.values())


def entries(count: int) -> list[Entry]:
    first = date(2025, 1, 1)
    return [Entry(f"e{n}", f"第{n}篇", first - timedelta(days=n), lambda _: "正文", about=True) for n in range(count)]


def published(system: str, count: int = 47, **style: object) -> Built:
    """A site with one long list."""
    columns = [Column("nb", "年报", entries(count), about=True)]
    return SYSTEMS[system](Content("测试县", "测试县人民政府", "8800000001", columns, dict(style)))


def get(built: Built, address: str, **headers: str) -> str:
    return text(built.answer(asked(address, headers)))


def titles(page: str) -> set[str]:
    return set(re.findall(r"第\d+篇", page))


def test_pages_of_trs_are_named_by_script_only_and_the_second_may_be_index_2() -> None:
    for style, names in (({}, ["index_1.html", "index_2.html"]), ({"first_page": 2}, ["index_2.html", "index_3.html"])):
        built = published("trs", **style)
        page = get(built, "/nb/")
        assert 'createPageHTML(4, 0, "index", "html")' in page
        assert not any(f'href="{name}' in page for name in names)
        assert titles(get(built, f"/nb/{names[0]}")) == {f"第{n}篇" for n in range(15, 30)}


def test_pages_of_vsb_count_down() -> None:
    built = published("vsb")
    assert 'href="/nb/3.htm" class="Next"' in get(built, "/nb.htm")
    assert titles(get(built, "/nb/3.htm")) == {f"第{n}篇" for n in range(15, 30)}
    assert titles(get(built, "/nb/1.htm")) == {"第45篇", "第46篇"}


def test_a_hanweb_server_may_look_at_page_only() -> None:
    for only_page, wanted in ((False, 30), (True, 15)):
        built = published("hanweb", only_page=only_page)
        page = get(built, next(path for path in built.pages if path.startswith("/col/")))
        serial = re.search(r"columnid=(\d+)", page)
        assert serial
        proxy = f"/module/web/jpage/dataproxy.jsp?columnid={serial[1]}"
        assert len(titles(get(built, f"{proxy}&startrecord=1&endrecord=30&perpage=30"))) == wanted
        assert titles(get(built, f"{proxy}&page=4")) == {"第45篇", "第46篇"}
        assert built.answer(asked(f"{proxy}&page=x")).status == 500


def test_jpaas_looks_at_paramjson_only() -> None:
    built = published("jpaas")
    told = re.search(r'querydata="([^"]+)"', get(built, "/nb/"))
    assert told
    values = json.loads(told[1].replace("&#x27;", '"'))
    unit = "/api-gateway/jpaas-publish-server/front/page/build/unit?" + "&".join(
        f"{name}={quote(value)}" for name, value in values.items()
    )
    parameters = quote(json.dumps({"pageNo": 2, "pageSize": 15}))
    assert "第0篇" in json.loads(get(built, f"{unit}&pageNo=2"))["data"]["html"]
    assert "第15篇" in json.loads(get(built, f"{unit}&paramJson={parameters}"))["data"]["html"]


def test_ucap_lonsun_and_the_shell_give_their_lists_to_who_asks_as_their_script_does() -> None:
    ucap = published("ucap")
    channel = re.search(r'channelId = "(\w+)"', get(ucap, next(path for path in ucap.pages if "_list" in path)))
    assert channel
    told = json.loads(get(ucap, f"/common/search/{channel[1]}?_isJson=true&_pageSize=20&page=3"))
    assert [row["title"] for row in told["data"]["results"]] == [f"第{n}篇" for n in range(40, 47)]
    lonsun = published("lonsun")
    home = re.search(r'href="(/public/column/(\d+)\?type=4&amp;catId=(\d+)[^"]*)"', get(lonsun, "/"))
    assert home
    listed = f"/site/label/8888?labelName=publicInfoList&organId={home[2]}&catId={home[3]}&pageSize=15&pageIndex=4"
    assert titles(get(lonsun, listed)) == {"第45篇", "第46篇"}
    assert "pageCount:4" in get(lonsun, listed)
    shell = published("shell")
    interface = re.search(r'listApi = "([^"]+)"', get(shell, "/nb/"))
    assert interface
    assert json.loads(get(shell, interface[1]))["data"]["total"] == 47


def test_gkmlpt_is_silent_past_the_end_and_to_a_foreign_sid() -> None:
    key = "gkmlpt"
    index = next(path for path in site(key).built.pages if path.endswith("/gkmlpt/index"))
    told = re.search(r"window\._CONFIG = (\{.*?\});", text(ask(key, index)))
    assert told
    config = json.loads(told[1])
    node = next(node for node in config["TREE"] if "年报" in node["name"])
    base = f"{config['BASE_URL']}/api/all/{node['id']}"
    rows = json.loads(text(ask(key, f"{base}?page=1&sid={config['SID']}")))
    assert rows["classify"]["post_count"] == node["post_count"] >= len(rows["articles"]) > 0
    assert ask(key, f"{base}?page=99&sid={config['SID']}").body == b""
    assert ask(key, f"{base}?page=1&sid=1").body == b""
    twin = rows["articles"][0]["post_url"].replace("/post_", "/mpost_")
    assert ask(key, twin).label == ask(key, rows["articles"][0]["post_url"]).label


def test_a_file_of_vsb_is_an_error_page_with_200_to_who_names_no_page() -> None:
    built = site("vsb-list").built
    address = next(path for paths in built.files.values() for path in paths if "download.jsp" in path)
    refused = built.answer(asked(address))
    assert (refused.status, refused.label.partition(":")[0]) == (200, "refused")
    assert b"<html>" in refused.body
    assert built.answer(asked(address, {"referer": "http://here/"})).label.startswith("file:")


def test_fbtime_is_the_year_of_publication() -> None:
    for truth in site("annual").truth.values():
        (address,) = site("annual").built.entries[truth.key]
        told = re.search(r"fbtime=(\d+)", address)
        assert told is None or int(told[1]) == truth.year + 1


def test_an_article_over_two_pages_is_one_report() -> None:
    here = site("trs-years").built
    further = [path for path in here.pages if re.search(r"/t\d+_\d+_1\.shtml$", path)]
    assert further
    assert all(ask("trs-years", path).label.startswith("more:") for path in further)


def test_counters_change_unless_the_site_gives_validators() -> None:
    for key, same in (("trs-towns", False), ("trs-years", True)):
        built = site(key).built
        truth = next(truth for truth in site(key).truth.values() if truth.delivery == "html")
        bodies = {built.answer(asked(built.entries[truth.key][0], serial=serial)).body for serial in (1, 2)}
        assert (len(bodies) == 1) == same


def test_who_comes_without_a_session_gets_another_at_every_request() -> None:
    for key in ("aspx", "hanweb-page"):
        built = site(key).built
        pages = {text(built.answer(asked("/", serial=serial))) for serial in (1, 2)}
        sessions = {match[0] for page in pages for match in re.finditer(r"\(S\(\w+|;jsessionid=\w+", page)}
        assert len(sessions) == 2
    link = re.search(r'href="(/\(S\(\w+\)\)/List\.aspx\?cid=\d+)"', text(site("aspx").built.answer(asked("/"))))
    assert link
    assert site("aspx").built.answer(asked(link[1])).status == 200


# --- traps


def weather(name: str) -> Built:
    built = published("trs")
    traps.TRAPS[name](Content("", "", "", []), built)
    return built


@pytest.mark.parametrize(("name", "start"), [("calendar", "/calendar/?day=2025-12-01"), ("search", "/search/?q=a&p=1")])
def test_a_trap_has_no_end(name: str, start: str) -> None:
    built, seen = weather(name), {start}
    for _ in range(60):
        page = get(built, start)
        start = re.findall(r'href="([^"]+)">下一页', page)[0]
        assert start not in seen
        seen.add(start)


def test_bad_weather_passes() -> None:
    for name in ("busy", "broken"):
        built = weather(name)
        answers = [[built.answer(asked(f"/nb/x{n}.html")) for _ in range(2)] for n in range(200)]
        assert any(first != second for first, second in answers)
        bad = [first for first, _ in answers if first.label.startswith("busy:")]
        assert not any(second.label.startswith("busy:") for _, second in answers)
        assert all(first.status == 503 or first.cut is not None for first in bad)


@pytest.mark.parametrize("name", traps.CLOSED)
def test_a_closed_site_shows_no_report(name: str) -> None:
    built = Built()
    traps.CLOSED[name](built)
    answer = built.answer(asked("/nb/2020.html"))
    assert "总体情况" not in text(answer)
    assert not answer.label.startswith("entry:")


# --- the server


@pytest.fixture(scope="module")
def running() -> Iterator[Sites]:
    plain, tagged = Built(), Built(validators="both")
    for built in (plain, tagged):
        built.pages["/"] = lambda request: Answer(f"{request.serial}".encode(), "text/plain", label="home:")
    plain.pages["/cut"] = lambda _: Answer(b"x" * 1000, cut=10)
    plain.pages["/none"] = lambda _: Answer(b"", cut=-1)
    places = {"plain": ("127.0.4.1", 0), "tagged": ("127.0.4.1", 0)}
    with serving(Sites({"plain": plain, "tagged": tagged}), places, {"a.test": "plain", "b.test": "tagged"}) as sites:
        yield sites


def fetch(sites: Sites, name: str, path: str, **headers: str) -> tuple[int, bytes, dict[str, str]]:
    port = sites.urls["plain"].rstrip("/").rpartition(":")[2]
    host = next(address for address in ("127.0.4.1", "127.0.0.1") if listens(address, int(port)))
    request = urllib.request.Request(f"http://{host}:{port}{path}", headers={"Host": f"{name}:{port}", **headers})
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return answer.status, answer.read(), dict(answer.headers.items())
    except urllib.error.HTTPError as error:
        return error.code, error.read(), dict(error.headers.items())


def listens(address: str, port: int) -> bool:
    with socket.socket() as tried:
        return tried.connect_ex((address, port)) == 0


def test_two_names_at_one_address_are_two_sites(running: Sites) -> None:
    assert "ETag" not in fetch(running, "a.test", "/")[2]
    assert "ETag" in fetch(running, "b.test", "/")[2]
    assert [request.site for request in running.log[-2:]] == ["plain", "tagged"]
    assert running.urls["plain"].startswith("http://a.test:")


def test_a_validator_is_honoured_until_the_page_changes(running: Sites) -> None:
    _, body, headers = fetch(running, "b.test", "/")
    assert body == b"0"
    for condition in ({"If-None-Match": headers["ETag"]}, {"If-Modified-Since": headers["Last-Modified"]}):
        assert fetch(running, "b.test", "/", **condition)[:2] == (304, b"")
    running.built["tagged"].pages["/"] = lambda _: Answer(b"edited", "text/plain")
    for condition in ({"If-None-Match": headers["ETag"]}, {"If-Modified-Since": headers["Last-Modified"]}):
        assert fetch(running, "b.test", "/", **condition)[:2] == (200, b"edited")


@pytest.mark.parametrize("path", ["/cut", "/none"])
def test_an_answer_can_break_off(running: Sites, path: str) -> None:
    with pytest.raises((URLError, http.client.HTTPException, ConnectionError)):
        fetch(running, "a.test", path)
    assert fetch(running, "a.test", "/")[0] == 200


# --- the judging


def request(path: str, at: float, answered: float | None = None, label: str = "other:", status: int = 200) -> Request:
    return Request(at, answered or at + 0.01, "x", "h", "GET", path, {}, status, label)


def judged(built: Built, *log: Request, truth: dict[str, imitation.Truth] | None = None) -> crawl.Score:
    here = Imitation("x", "trs", "测试县", "880000", built, truth or {}, [])
    return crawl.judge(here, 1, list(log), crawl.Archive(Path("nowhere.db"), lambda _: ""), set())


def test_what_robots_closes_counts_and_so_does_asking_before_robots() -> None:
    built = published("trs")
    built.robots = Answer(b"User-agent: *\nDisallow: /old/\n", "text/plain")
    robots = request("/robots.txt", 1, label="robots:")
    assert judged(built, robots, request("/nb/", 2), request("/old/1.html", 3)).violations == 1
    assert judged(built, request("/nb/", 1), robots).violations == 1
    closed = Built(robots=Answer(b"", status=403))
    assert judged(closed, robots, request("/", 2)).violations == 1


def test_a_retry_before_its_time_counts() -> None:
    log = [request("/robots.txt", 1), request("/a", 2, status=503), request("/a", 2.5), request("/a", 4)]
    assert judged(published("trs"), *log).violations == 1


def test_requests_after_a_challenge_are_counted() -> None:
    log = [request("/robots.txt", 1), request("/a", 2, label="challenge:"), request("/b", 3), request("/c", 4)]
    assert judged(published("trs"), *log).after_challenge == 2


def test_idle_requests_and_a_reports_own_files_are_told_apart() -> None:
    labels = [
        "robots:",
        "home:",
        "column:nb",
        "entry:a",
        "file:a",
        "more:a",
        "other:news",
        "trap:calendar",
        "busy:file:a",
    ]
    score = judged(published("trs"), *(request(f"/{n}", n, label=label) for n, label in enumerate(labels)))
    assert (score.requests, score.idle) == (6, 2)


def test_a_missed_report_a_wrong_year_and_a_short_gap_fail() -> None:
    score = crawl.Score("x", "trs", 1, open=10, found=10, right=10, requests=15, gap=0.5)
    assert crawl.failures([score]) == []
    for name, value in (
        ("found", 9),
        ("right", 9),
        ("kept_wrong", 1),
        ("requests", 21),
        ("idle", 3),
        ("violations", 1),
        ("falsely_changed", 1),
    ):
        worse = crawl.Score("x", "trs", 1, open=10, found=10, right=10, requests=15, gap=0.5)
        setattr(worse, name, value)
        assert crawl.failures([worse]), name
    score.pause = 1
    assert "gap" in crawl.failures([score])[0]


def test_two_at_a_time_is_a_gap_below_zero() -> None:
    assert crawl._gap(request("/a", 1, 3), request("/b", 2)) < 0
    assert crawl._gap(request("/a", 1, 3), request("/b", 4)) == 3
