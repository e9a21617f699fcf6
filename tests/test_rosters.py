"""Who must publish, as sites say themselves: pages 公布情况, from the link to the coverage."""

from pathlib import Path
from typing import Any

import pytest
from loopback import page, report, serving
from test_archive import query

import crawler
import extract
from archive import store
from crawler import Site
from evidence import Captures

NAMES = ["匡堰镇人民政府", "桥头镇人民政府", "宗汉街道办事处", "市教育局", "市发展和改革局", "市财政局"]
TITLE = "慈溪市2024年政府信息公开工作年度报告公布情况"
COLUMN = "/zfxxgk/zfxxgknb/"


def roster(names: list[str] = NAMES, title: str = TITLE, year: int = 2025) -> str:
    rows = "".join(
        f"<tr><td>{n}</td><td>{name}</td><td>{year}-01-2{n}</td><td>市政府办公室</td></tr>"
        for n, name in enumerate(names, 1)
    )
    head = "<tr><td>序号</td><td>单位名称</td><td>公布时间</td><td>审核单位</td></tr>"
    return (
        f'<html><head><meta charset="utf-8"><title>{title}</title></head><body><h1>{title}</h1>'
        f"<p>各单位均已公布。</p><table>{head}{rows}</table></body></html>"
    )


def test_names_and_year_of_a_table() -> None:
    found = extract.roster(roster().encode())
    assert found is not None
    assert (found.year, list(found.offices)) == (2024, NAMES)


def test_names_of_a_list() -> None:
    body = f"<html><body><h1>{TITLE}</h1><p>已公布单位：{'、'.join(NAMES)}。</p></body></html>"
    found = extract.roster(body.encode())
    assert found is not None
    assert list(found.offices) == NAMES


@pytest.mark.parametrize(
    "text",
    [
        roster(NAMES[:4]),
        roster(title="慈溪市政府信息公开工作年度报告公布情况"),
        roster(title="慈溪市2024年部门预算公布情况"),
        roster(year=2024),  # the title names the year of publication, or the dates are wrong: not certain
        "",
    ],
    ids=["few", "no year", "another subject", "another year", "nothing"],
)
def test_what_is_none(text: str) -> None:
    assert extract.roster(text.encode()) is None


def test_a_roster_beside_reports_says_who_is_missing(tmp_path: Path) -> None:
    reports = {f"{COLUMN}{n}.html": (name, report(name, 2024)) for n, name in enumerate(NAMES[:3])}
    pages: dict[str, Any] = {
        "/": page((COLUMN, "政府信息公开年报")),
        COLUMN: page(
            *((path, f"{name}2024年政府信息公开工作年度报告") for path, (name, _) in reports.items()),
            ("/gb.html", TITLE),
        ),
        "/gb.html": roster(),
        **{path: body for path, (_, body) in reports.items()},
    }
    captures, archive = tmp_path / "captures", tmp_path / "archive.db"
    with serving(pages) as server:
        site = Site(f"{server.url}/", "330282", "慈溪市")
        for _ in range(2):
            summary = crawler.crawl([site], captures=captures, delay=0.01, progress=lambda _: None)
            store.update(archive, captures, workers=1)
        assert server.paths.count("/gb.html") == 1
        assert [one.kind for one in Captures(captures).sightings(f"{server.url}/gb.html")] == ["roster"]
    assert summary.sites[0].believed
    rows = query(
        archive,
        """SELECT r.name, o.division_code, c.state, c.report_id FROM rosters r JOIN offices o USING (office_id)
        LEFT JOIN coverage c ON c.office_id = r.office_id AND c.year = r.year""",
    )
    states = {row["name"]: row["state"] for row in rows}
    assert states == {name: "found" if name in NAMES[:3] else "no_report" for name in NAMES}
    assert all(row["division_code"].startswith("330282") for row in rows)
    again = tmp_path / "again.db"
    store.rebuild(again, captures, workers=1)
    for table in ("rosters", "offices", "coverage"):
        sql = f"SELECT * FROM {table} ORDER BY 1, 2"  # noqa: S608
        assert query(again, sql) == query(archive, sql)


def test_a_site_with_less_than_half_of_its_roster_is_doubtful(tmp_path: Path) -> None:
    path = f"{COLUMN}1.html"
    pages: dict[str, Any] = {
        "/": page((COLUMN, "政府信息公开年报")),
        COLUMN: page((path, "匡堰镇2024年政府信息公开工作年度报告"), ("/gb.html", TITLE)),
        path: report(NAMES[0], 2024),
        "/gb.html": roster(),
    }
    with serving(pages) as server:
        summary = crawler.crawl(
            [Site(f"{server.url}/", "", "")], captures=tmp_path, delay=0.01, progress=lambda _: None
        )
    assert not summary.sites[0].believed
    assert "列有 6 个机关" in summary.sites[0].outcome
