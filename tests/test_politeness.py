"""That the crawl is polite is proved from the servers' side: by their logs."""

import socket
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from loopback import Answer, Asked, Server, page, report, serving

import crawler
from crawler import Site

COLUMN = "/zfxxgk/zfxxgknb/"


def town(number: int) -> dict[str, Any]:
    office = f"第{'一二三'[number]}镇人民政府"
    links = [(f"{COLUMN}{year}.html", f"{office}{year}年政府信息公开工作年度报告") for year in (2022, 2023)]
    return {
        "/": page((COLUMN, "政府信息公开年报")),
        COLUMN: page(*links),
        **{path: report(office, year) for (path, _), year in zip(links, (2022, 2023), strict=True)},
    }


def gaps(server: Server) -> list[float]:
    times = sorted(asked.at for asked in server.log)
    return [later - earlier for earlier, later in pairwise(times)]


def test_one_at_a_time_per_address_behind_several_names(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Three counties in one data centre: one address, asked as politely as one site."""
    with serving(town(0)) as server:
        address, port = server.url.removeprefix("http://").split(":")
        looked_up = []

        def getaddrinfo(host: str, *_: object, **__: object) -> list[Any]:
            looked_up.append(host)
            return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, 0))]

        monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
        sites = [Site(f"http://www.{name}.gov.cn:{port}/", "330282", name) for name in ("jia", "yi", "bing")]
        summary = crawler.crawl(
            sites, captures=tmp_path, delay=0.15, contact="desk@example.org", progress=lambda _: None
        )
        hosts = [asked.headers["Host"] for asked in server.log]
    assert [site.reports for site in summary.sites] == [2, 2, 2]
    assert min(gaps(server)) >= 0.15
    assert len(set(hosts[:6])) == 3  # in turns: nobody waits until another is done
    assert sorted(looked_up) == sorted({host.split(":")[0] for host in hosts})  # each name once


@pytest.mark.parametrize("own", [False, True])
def test_a_platform_on_another_governments_host_is_asked_where_the_site_has_no_report(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, own: bool
) -> None:
    with serving(town(0)) as server:
        address, port = server.url.removeprefix("http://").split(":")
        found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, 0))]
        monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: found)
        platform = f"http://xxgk.city.gov.cn:{port}{COLUMN}"
        above = f"http://www.province.gov.cn:{port}/"
        links = [(platform, "政府信息公开年报"), (above, "省政府信息公开"), ("http://www.gov.cn/", "中国政府网")]
        server.pages["/"] = page(*([(COLUMN, "政府信息公开年报")] if own else []), *links)
        for _ in range(2):
            summary = crawler.crawl(
                [Site(f"http://www.county.gov.cn:{port}/", "330282", "县")],
                captures=tmp_path, delay=0.0, contact="desk@example.org", progress=lambda _: None,
            )  # fmt: skip
            assert summary.sites[0].reports == 2
        hosts = {asked.headers["Host"].split(":")[0] for asked in server.log}
    assert hosts == {"www.county.gov.cn"} | (set() if own else {"xxgk.city.gov.cn"})


def test_who_hangs_up_is_not_asked_again_at_once_nor_is_its_neighbour(tmp_path: Path) -> None:
    """A request that came to nothing counts like one that was answered, and stands in the evidence."""
    article = f"{COLUMN}2023.html"
    pages, tries = town(0), []

    def busy(_: Asked) -> Answer:
        tries.append(1)
        return Answer(raw=b"") if len(tries) == 1 else Answer(town(0)[article])

    with serving(pages | {article: busy}) as server:
        port = server.url.rpartition(":")[2]
        with pytest.MonkeyPatch.context() as patch:
            address = server.url.removeprefix("http://").partition(":")[0]
            found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, 0))]
            patch.setattr(socket, "getaddrinfo", lambda *_, **__: found)
            sites = [Site(f"http://www.{name}.gov.cn:{port}/", "330282", name) for name in ("jia", "yi")]
            summary = crawler.crawl(
                sites, captures=tmp_path, delay=0.1, contact="desk@example.org", progress=lambda _: None
            )
    assert [site.reports for site in summary.sites] == [2, 2]
    assert sum(site.errors for site in summary.sites) == 1
    assert len(server.log) == sum(site.requests for site in summary.sites)  # nothing was asked unseen
    assert min(gaps(server)) >= 0.1


def test_a_name_without_an_address_is_said_to_be_and_holds_nobody_up(tmp_path: Path) -> None:
    with serving(town(0)) as server:
        sites = [Site("http://nowhere.invalid/", "330281", "余姚市"), Site(server.url + "/", "330282", "慈溪市")]
        summary = crawler.crawl(
            sites, captures=tmp_path, delay=0.02, contact="desk@example.org", progress=lambda _: None
        )
    assert [(site.reports, site.outcome) for site in summary.sites] == [(0, "未完成：域名无法解析"), (2, "完成")]


def test_the_distance_is_kept_from_one_run_to_the_next(tmp_path: Path) -> None:
    with serving(town(0)) as server:
        for _ in range(2):
            crawler.crawl([Site(server.url + "/")], captures=tmp_path, delay=0.3, progress=lambda _: None)
        assert min(gaps(server)) >= 0.3
