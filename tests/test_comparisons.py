"""What reports say about each other is found with the cells of both, and never where our reading may be at fault."""

import json
import sqlite3
from typing import Any

import pytest
from archives import empty, put

from archive import comparisons

LONG = "主动公开的深度和广度有待加强，解读形式较为单一。" * 4


@pytest.fixture
def db() -> sqlite3.Connection:
    return empty()


def findings(db: sqlite3.Connection) -> list[dict[str, Any]]:
    comparisons.write(db)
    rows = db.execute("SELECT * FROM findings ORDER BY report_id, number")
    return [
        {**row, "cells": json.loads(row["cells"]), "other_cells": json.loads(row["other_cells"])}
        for row in map(dict, rows)
    ]


def test_what_was_carried_over_is_compared_column_by_column(db: sqlite3.Connection) -> None:
    put(db, "松溪镇", 2022, {"requests.carried_out.natural_person": 3, "requests.carried_out.total": 3})
    put(db, "松溪镇", 2023, {"requests.carried_in.natural_person": 2, "requests.carried_in.total": 3})
    (found,) = findings(db)
    assert (found["kind"], found["class"], found["publishable"]) == ("carried_over", "strong", 1)
    assert (found["report_id"], found["other_report_id"]) == ("990102-松溪镇-2023", "990102-松溪镇-2022")
    assert found["cells"] == ["requests.carried_in.natural_person"]
    assert found["other_cells"] == ["requests.carried_out.natural_person"]
    assert "2件" in found["detail"]
    assert "3件" in found["detail"]
    counted = db.execute("SELECT findings_count, worst_finding FROM reports WHERE year = 2023").fetchone()
    assert tuple(counted) == (1, "strong")


@pytest.mark.parametrize(
    "doubt", [{"reading": "partly"}, {"derived": ("requests.carried_in.total",)}], ids=["partly read", "derived"]
)
def test_a_doubt_about_our_reading_accuses_nobody(db: sqlite3.Connection, doubt: dict[str, Any]) -> None:
    put(db, "松溪镇", 2022, {"requests.carried_out.total": 3})
    put(db, "松溪镇", 2023, {"requests.carried_in.total": 2}, **doubt)
    (found,) = findings(db)
    assert (found["class"], found["publishable"]) == ("suspicious", 0)
    assert db.execute("SELECT findings_count FROM reports WHERE year = 2023").fetchone()[0] == 0


@pytest.mark.parametrize(
    ("year", "more"),
    [(2024, {}), (2023, {"scope": "area"}), (2023, {"office": "清水镇"})],
    ids=["a year between", "another scope", "another office"],
)
def test_only_an_offices_neighbouring_years_are_compared(
    db: sqlite3.Connection, year: int, more: dict[str, Any]
) -> None:
    put(db, "松溪镇", 2022, {"requests.carried_out.total": 3})
    put(db, more.pop("office", "松溪镇"), year, {"requests.carried_in.total": 2}, **more)
    assert findings(db) == []


def test_a_blank_is_compared_with_nothing(db: sqlite3.Connection) -> None:
    put(db, "松溪镇", 2022, {"requests.carried_out.total": 3})
    put(db, "松溪镇", 2023, {"requests.carried_in.total": None})
    assert findings(db) == []


def test_what_is_in_force_may_have_been_cleaned_up(db: sqlite3.Connection) -> None:
    put(db, "松溪镇", 2022, {"disclosure.normative_docs.in_force": 10})
    put(db, "松溪镇", 2023, {"disclosure.normative_docs.in_force": 5, "disclosure.normative_docs.issued": 1})
    (found,) = findings(db)
    assert (found["kind"], found["class"], found["publishable"]) == ("in_force_chain", "suspicious", 0)


def test_the_items_of_the_form_of_2019_are_a_chain(db: sqlite3.Connection) -> None:
    put(
        db,
        "松溪镇",
        2019,
        {"disclosure.licences.items_prev_year": 8, "disclosure.licences.items_change": -2},
        edition="2019",
    )
    put(db, "松溪镇", 2020, {"disclosure.licences.items_prev_year": 6}, edition="2019")
    assert findings(db) == []
    put(db, "松溪镇", 2020, {"disclosure.licences.items_prev_year": 7}, edition="2019")
    assert [one["kind"] for one in findings(db)] == ["items_chain"]


def test_the_two_forms_of_chapter_two_are_never_compared(db: sqlite3.Connection) -> None:
    put(db, "松溪镇", 2020, {"disclosure.normative_docs.total_published": 9}, edition="2019")
    put(db, "松溪镇", 2021, {"disclosure.normative_docs.in_force": 4})
    assert findings(db) == []


def test_a_pending_case_that_is_gone(db: sqlite3.Connection) -> None:
    put(db, "松溪镇", 2022, {"disputes.reconsideration.pending": 1, "disputes.reconsideration.total": 1})
    put(db, "松溪镇", 2023)
    (found,) = findings(db)
    assert (found["kind"], found["class"]) == ("pending_gone", "weak")
    put(db, "松溪镇", 2023, {"disputes.reconsideration.upheld": 1, "disputes.reconsideration.total": 1})
    assert findings(db) == []


MANY: dict[str, float | None] = {
    "requests.new_received.natural_person": 31, "requests.new_received.commercial": 4,
    "requests.new_received.total": 35,
    "requests.granted.natural_person": 20, "requests.granted.commercial": 4, "requests.granted.total": 24,
    "requests.denied_third_party.natural_person": 11, "requests.denied_third_party.total": 11,
    "requests.total_handled.natural_person": 31, "requests.total_handled.commercial": 4,
    "requests.total_handled.total": 35,
}  # fmt: skip


def test_the_figures_of_another_report_cell_for_cell(db: sqlite3.Connection) -> None:
    put(db, "松溪镇", 2022, MANY)
    put(db, "松溪镇", 2023, MANY)
    put(db, "清水镇", 2023, MANY)
    found = [(one["report_id"], one["other_report_id"]) for one in findings(db) if one["kind"] == "same_figures"]
    assert ("990102-松溪镇-2023", "990102-松溪镇-2022") in found
    assert {"990102-松溪镇-2023", "990102-清水镇-2023"} in [set(pair) for pair in found]
    assert len(found) == 2


def test_few_figures_are_alike_by_chance(db: sqlite3.Connection) -> None:
    one: dict[str, float | None] = {
        f"requests.{row}.{column}": 1
        for row in ("new_received", "granted", "total_handled")
        for column in ("natural_person", "total")
    }
    put(db, "松溪镇", 2022, one)
    put(db, "松溪镇", 2023, one)
    put(db, "清水镇", 2023, one)
    assert findings(db) == []


def test_one_document_filed_twice_is_no_copy(db: sqlite3.Connection) -> None:
    put(db, "松溪镇", 2022, MANY, text=LONG, body_sha256="same")
    put(db, "松溪镇", 2023, MANY, text=LONG, body_sha256="same")
    put(db, "清水镇", 2023, MANY, text=LONG, body_sha256="same")
    assert findings(db) == []


def test_chapter_five_word_for_word(db: sqlite3.Connection) -> None:
    put(db, "松溪镇", 2022, text=LONG)
    put(db, "松溪镇", 2023, text=LONG)
    put(db, "清水镇", 2023, text=LONG)
    put(db, "青石镇", 2023, text="无。")
    found = {(one["report_id"], one["other_report_id"]) for one in findings(db)}
    assert found == {
        ("990102-松溪镇-2023", "990102-松溪镇-2022"),
        ("990102-松溪镇-2023", "990102-清水镇-2023"),
        ("990102-清水镇-2023", "990102-松溪镇-2023"),
    }


def test_a_county_with_less_than_its_units(db: sqlite3.Connection) -> None:
    put(db, "县政府", 2023, {"requests.new_received.total": 5}, office_kind="county", scope="area")
    put(db, "松溪镇", 2023, {"requests.new_received.total": 4})
    assert findings(db) == []
    put(db, "清水镇", 2023, {"requests.new_received.total": 2})
    (found,) = findings(db)
    assert (found["kind"], found["report_id"], found["publishable"]) == ("area_below_units", "990102-县政府-2023", 0)


def test_what_is_no_longer_so_is_no_longer_said(db: sqlite3.Connection) -> None:
    put(db, "松溪镇", 2022, {"requests.carried_out.total": 3})
    put(db, "松溪镇", 2023, {"requests.carried_in.total": 2})
    assert len(findings(db)) == 1
    put(db, "松溪镇", 2023, {"requests.carried_in.total": 3})
    db.execute("UPDATE reports SET findings_count = 1")
    assert findings(db) == []
    assert db.execute("SELECT findings_count FROM reports WHERE year = 2023").fetchone()[0] == 0
