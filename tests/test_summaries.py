"""The precomputed tables say what a count over all reports would say."""

import sqlite3
from typing import Any

import pytest
from archives import empty, insert, put

from archive import schema, summaries


@pytest.fixture
def db() -> sqlite3.Connection:
    return empty()


def rows(db: sqlite3.Connection, sql: str) -> list[tuple[Any, ...]]:
    return [tuple(row) for row in db.execute(sql)]


def test_sums_keep_scopes_and_kinds_apart_and_say_how_many_were_left_out(db: sqlite3.Connection) -> None:
    put(db, "松溪镇", 2023, {"requests.total_handled.total": 20, "requests.denied_third_party.total": 4})
    put(db, "清水镇", 2023, {"requests.total_handled.total": 30, "requests.denied_third_party.total": None})
    put(db, "县政府", 2023, {"requests.total_handled.total": 500}, office_kind="county", scope="area")
    summaries.write(db)
    assert rows(db, "SELECT scope, reports, sum FROM sums WHERE name = 'handled' ORDER BY scope") == [
        ("area", 1, 500),
        ("own", 2, 50),
    ]
    own = rows(db, "SELECT reports, left_out, sum, n FROM sums WHERE name = 'denied_share' AND scope = 'own'")
    assert own == [(1, 1, 4, 20)]


def test_no_line_of_sums_joins_the_two_forms_of_chapter_two(db: sqlite3.Connection) -> None:
    put(db, "松溪镇", 2020, {"disclosure.licences.decisions": 7}, edition="2019")
    put(db, "松溪镇", 2021, {"disclosure.licences.decisions": 9})
    summaries.write(db)
    found = rows(db, "SELECT name, year, sum FROM sums WHERE name LIKE 'licences%' ORDER BY year")
    assert found == [("licences_2019", 2020, 7), ("licences", 2021, 9)]


def test_every_measure_is_a_row_that_says_what_not_to_conclude(db: sqlite3.Connection) -> None:
    summaries.write(db)
    assert {row[0] for row in rows(db, "SELECT measure FROM measures WHERE not_zh > '' AND not_en > ''")} == set(
        schema.MEASURES
    )


def cover(db: sqlite3.Connection, office: str, year: int, state: str, **report: Any) -> None:
    report_id = put(db, office, year, **report) if state == "found" else None
    insert(db, "offices", office_id=office, office_kind="township", division_code="990102101", county="白露县")
    insert(db, "coverage", office_id=office, year=year, state=state, report_id=report_id)


def test_coverage_counts_seen_late_undated_and_every_reason(db: sqlite3.Connection) -> None:
    cover(db, "早镇", 2023, "found", signed_date="2024-01-31")
    cover(db, "二月镇", 2023, "found", signed_date="2024-02-01")
    cover(db, "四月镇", 2023, "found", published_date="2024-04-01")
    cover(db, "迁站镇", 2023, "found", signed_date="2024-01-10", published_date="2025-07-27")
    cover(db, "无日期镇", 2023, "found")
    for state in ("no_report", "unreachable", "refused", "never_looked"):
        cover(db, f"{state}镇", 2023, state)
    summaries.write(db)
    (row,) = db.execute("SELECT * FROM coverage_by_place").fetchall()
    assert (row["division_code"], row["offices"], row["found"]) == ("990102", 9, 5)
    assert (row["after_31_january"], row["after_31_march"], row["undated"]) == (2, 1, 1)
    assert [row[state] for state in ("no_report", "unreachable", "refused", "never_looked")] == [1, 1, 1, 1]


def test_before_report_year_2019_the_day_was_31_march(db: sqlite3.Connection) -> None:
    cover(db, "松溪镇", 2017, "found", signed_date="2018-02-26")
    summaries.write(db)
    assert rows(db, "SELECT after_31_january, after_31_march FROM coverage_by_place") == [(None, 0)]


def test_a_first_needs_a_report_before_it_that_shows_zero(db: sqlite3.Connection) -> None:
    refusal: dict[str, float | None] = {"requests.denied_third_party.total": 2}
    put(db, "松溪镇", 2021)
    put(db, "松溪镇", 2022, {"requests.denied_third_party.total": None})
    put(db, "松溪镇", 2023, refusal)
    put(db, "松溪镇", 2024, refusal)
    put(db, "清水镇", 2023, refusal)
    summaries.write(db)
    found = rows(db, "SELECT office_id, year, value, zeros_before FROM firsts WHERE what = 'denied'")
    assert found == [("松溪镇", 2023, 2, 1)]


def test_requests_that_leapt_from_none(db: sqlite3.Connection) -> None:
    put(db, "松溪镇", 2022)
    put(db, "松溪镇", 2023, {"requests.new_received.total": 40})
    put(db, "清水镇", 2022)
    put(db, "清水镇", 2023, {"requests.new_received.total": 3})
    summaries.write(db)
    assert rows(db, "SELECT office_id, value FROM firsts WHERE what = 'from_zero'") == [("松溪镇", 40)]


def test_events_are_new_edited_and_vanished_and_a_twin_is_no_edit(db: sqlite3.Connection) -> None:
    report_id = put(db, "松溪镇", 2023)
    for version, url, seen in ((1, "a.html", "2026-01-01"), (2, "a.pdf", "2026-01-01"), (3, "a.html", "2026-02-01")):
        insert(db, "versions", report_id=report_id, version=version, source_url=url, seen_from=seen)
    insert(db, "addresses", report_id=report_id, url="a.html", gone_since="2026-03-01")
    insert(db, "addresses", report_id=report_id, url="a.pdf")
    summaries.write(db)
    assert rows(db, "SELECT what, at, url FROM events WHERE what <> 'new' ORDER BY at") == [
        ("edited", "2026-02-01", "a.html"),
        ("vanished", "2026-03-01", "a.html"),
    ]
    assert rows(db, "SELECT count(*) FROM events WHERE what = 'new'") == [(1,)]


def test_counts_add_up_to_all_reports(db: sqlite3.Connection) -> None:
    put(db, "松溪镇", 2023)
    put(db, "清水镇", 2023, reading="none")
    insert(db, "reports", report_id="x", title="无年份", first_seen="2026-01-01", source_url="http://x.gov.cn/")
    summaries.write(db)
    summaries.write(db)
    assert rows(db, "SELECT sum(reports), sum(read_whole) FROM counts") == [(3, 1)]
