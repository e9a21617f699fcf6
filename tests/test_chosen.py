"""A list of reports, its count and every facet are those that a plain look at the rows gives, however it is chosen."""

import asyncio
import json
import random
import sqlite3
from collections import Counter
from typing import Any

import archives
import pytest
from datasette.app import Datasette

import serve
from archive import facets, index, schema, summaries
from serve import chosen

WORDS = ("信访", "复议", "征地补偿", "公开", "政府信息公开", "非法采砂")
REPORTS = 400


@pytest.fixture(scope="module")
def rows() -> list[dict[str, Any]]:
    """Reports with facets and words at random, some without a year, a place or a word."""
    pick = random.Random(5)  # noqa: S311 — the same every time
    return [
        {
            "report_id": f"r{number:03}",
            "title": pick.choice(("年报", "年报", "年报", "征地办公室年报")),
            "year": pick.choice((2021, 2022, 2023, 2024, None)),
            "province": pick.choice(("云州省", "海州省", None)),
            "county": pick.choice(("甲县", "乙县", "丙县")),
            "office_kind": pick.choice(("township", "street", "department")),
            "format": pick.choice(("html", "pdf")),
            "received": pick.choice((0, 3, 40, None)),
            "text": "，".join(pick.sample(WORDS, pick.randint(0, 4))),
        }
        for number in range(REPORTS)
    ]


@pytest.fixture(scope="module")
def site(rows: list[dict[str, Any]], tmp_path_factory: pytest.TempPathFactory) -> Datasette:
    path = tmp_path_factory.mktemp("chosen") / "archive.db"
    with sqlite3.connect(path) as db:
        schema.create(db)
        for row in rows:
            told = {"first_seen": "2026-01-01T00:00:00Z", "source_url": "http://x.gov.cn/"}
            archives.insert(db, "reports", **told, **{key: row[key] for key in row if key != "text"})
            archives.insert(db, "chapters", report_id=row["report_id"], chapter="overview", text=row["text"])
        index.anew(db)
        summaries.write(db)
    return Datasette(
        [str(path)],
        settings=serve.SETTINGS,
        metadata=json.loads(schema.metadata_text()),
        template_dir=str(serve.FOLDER / "templates"),
        plugins_dir=str(serve.FOLDER / "plugins"),
    )


def ask(site: Datasette, **asked: object) -> dict[str, Any]:
    told = {"_size": "1000", "_shape": "objects"} | {name: str(value) for name, value in asked.items()}
    answer = asyncio.run(site.client.get("/archive/reports.json", params=told))
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


CHOICES: list[dict[str, Any]] = [
    {}, {"year": 2023}, {"province": "云州省", "county": "甲县"}, {"year": 2023, "format": "pdf"}, {"year": 1999},
    {"office_kind": "street", "received__gte": 3}, {"received__gte": 3, "received__lte": 20}, {"year__isnull": 1},
    {"year__in": "2021,2022"}, {"county__contains": "甲"}, {"q": "信访"}, {"q": "信访", "year": 2022},
    {"q": "征地补偿 -公开", "office_kind": "department"}, {"q": "复议 OR 采砂", "received__gte": 40}, {"q": "没有这词"},
]  # fmt: skip


def fits(row: dict[str, Any], asked: dict[str, Any]) -> bool:
    """Whether a row is among those asked for, told without SQL."""
    for key, value in asked.items():
        name, _, lookup = key.partition("__")
        mine = row.get(name)
        match lookup:
            case "gte":
                good = mine is not None and mine >= value
            case "lte":
                good = mine is not None and mine <= value
            case "contains":
                good = value in (mine or "")
            case "in":
                good = str(mine) in value.split(",")
            case "isnull":
                good = mine is None
            case _ if key == "q":
                good = _found(row["title"] + "\n" + row["text"], value)
            case _:
                good = mine == value
        if not good:
            return False
    return True


def _found(text: str, query: str) -> bool:
    match query.split():
        case [one, "OR", other]:
            return one in text or other in text
        case [one, unwanted]:
            return one in text and unwanted.removeprefix("-") not in text
    return query in text


@pytest.mark.parametrize("asked", CHOICES, ids=str)
@pytest.mark.parametrize("cap", [20_000, 30], ids=["looked up", "walked"])
def test_rows_count_and_facets_are_those_that_fit(
    site: Datasette, rows: list[dict[str, Any]], asked: dict[str, Any], cap: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    if "q" not in asked:  # a search is cut there, which is told
        monkeypatch.setattr(chosen, "CAP", cap)
    chosen.forget()
    found = ask(site, **asked)
    wanted = [row for row in rows if fits(row, asked)]
    newest_first = sorted(wanted, key=lambda row: (-(row["year"] or 0), row["report_id"]))
    assert [row["report_id"] for row in found["rows"]] == [row["report_id"] for row in newest_first]
    assert found["filtered_table_rows_count"] == len(wanted)
    for facet in facets.NAMES:
        counted = {one["value"]: one["count"] for one in found["facet_results"][facet]["results"]}
        assert counted == Counter(row[facet] for row in wanted if row.get(facet) is not None), facet


def test_a_search_that_is_cut_says_so_and_takes_the_newest(site: Datasette, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chosen, "CAP", 10)
    chosen.forget()
    page = asyncio.run(site.client.get("/archive/reports?q=公开")).text
    assert "只统计最新的" in page
    found = ask(site, q="公开")
    assert len(found["rows"]) == 10
    assert {row["year"] for row in found["rows"]} == {2024}
    # A year of its own is looked through for itself: what is cut there is cut of that year.
    assert {row["year"] for row in ask(site, q="公开", year=2021)["rows"]} == {2021}


def test_by_relevance_what_is_named_so_comes_first_on_every_page(site: Datasette, rows: list[dict[str, Any]]) -> None:
    wanted = [row for row in rows if "征地" in row["text"] or "征地" in row["title"]]
    named = [row for row in wanted if "征地" in row["title"]]
    seen: list[str] = []
    following = None
    while True:
        more: dict[str, Any] = {"_next": following} if following else {}
        page = ask(site, q="征地", _order="relevance", _size=40, **more)
        seen += [row["report_id"] for row in page["rows"]]
        assert page["filtered_table_rows_count"] == len(wanted)
        if not (following := page["next"]):
            break
    newest_first = sorted(wanted, key=lambda row: (-(row["year"] or 0), row["report_id"]))
    assert sorted(seen) == sorted(row["report_id"] for row in newest_first)
    assert set(seen[: len(named)]) == {row["report_id"] for row in named}
    years = [next(row["year"] or 0 for row in rows if row["report_id"] == one) for one in seen]
    assert years[: len(named)] == sorted(years[: len(named)], reverse=True)
    assert years[len(named) :] == sorted(years[len(named) :], reverse=True)


def test_long_lists_of_other_tables_are_not_counted_to_the_end(
    site: Datasette, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("serve.listing.MOST", 100)
    page = asyncio.run(site.client.get("/archive/chapters")).text
    assert "共 <b>100</b> 行以上" in page
    assert "共 <b>100</b> 行以上" not in asyncio.run(site.client.get("/archive/measures")).text
