"""A share is what its definition says, of reports that have the numbers, and never of two scopes at once."""

import sqlite3
from typing import Any

import pytest

from archive import measures, schema
from extract import form
from extract.report import Cell, Status


def cells(edition: str = "2021", /, **some: Cell) -> dict[str, Cell]:
    """A report's cells: 0 everywhere but where told (granted__total for requests.granted.total)."""
    keys = [key for table in form.TABLES for key in form.keys(table, edition)]
    told = {name.replace("__", "."): cell for name, cell in some.items()}
    assert set(told) <= set(keys)
    return {key: told.get(key, number(0)) for key in keys}


def number(value: float) -> Cell:
    return Cell(value, str(value), Status.NUMBER)


BLANK = Cell(None, "", Status.BLANK)
EDITIONS = {"disclosure": "2021", "requests": "2021"}


@pytest.fixture
def db() -> sqlite3.Connection:
    connection = sqlite3.connect(":memory:")
    schema.create(connection)
    return connection


def put(db: sqlite3.Connection, number: int, scope: str, kind: str = "township", **figures: object) -> None:
    row = {"report_id": f"r{number}", "scope": scope, "office_kind": kind, "year": 2024, **figures}
    names = ", ".join(row)
    db.execute(f"INSERT INTO figures ({names}) VALUES ({', '.join('?' * len(row))})", list(row.values()))  # noqa: S608


def test_a_figure_adds_up_the_cells_of_the_reports_edition() -> None:
    some = {
        f"requests__{row}__total": number(n) for n, row in enumerate(("denied_third_party", "denied_deliberative"), 3)
    }
    figures, derived = measures.of_cells(cells(**some), EDITIONS)
    assert figures["denied"] == 3 + 4
    assert figures["denied_third_party"] == 3
    assert figures["received"] == 0
    assert derived == set()


def test_a_figure_with_a_cell_that_holds_no_number_is_unknown_and_not_zero() -> None:
    figures, _ = measures.of_cells(cells(requests__denied_third_party__total=BLANK), EDITIONS)
    assert figures["denied"] is None
    assert figures["unable"] == 0


def test_a_figure_that_rests_on_a_derived_cell_says_so() -> None:
    read = cells(requests__granted__total=Cell(5, "", Status.DERIVED))
    figures, derived = measures.of_cells(read, EDITIONS)
    assert (figures["granted"], derived) == (5, {"granted"})


def test_the_two_forms_of_chapter_two_share_no_figure() -> None:
    old, _ = measures.of_cells(cells("2019"), {"disclosure": "2019", "requests": "2019"})
    new, _ = measures.of_cells(cells(), EDITIONS)
    disclosure = {
        name for name, one in schema.FIGURES.items() if any(key.startswith("disclosure") for key in one.cells)
    }
    assert {name for name in disclosure if old[name] is not None}.isdisjoint(
        {name for name in disclosure if new[name] is not None}
    )
    assert all(schema.FIGURES[name].edition for name in disclosure)


def test_a_table_that_is_not_there_gives_no_figures() -> None:
    figures, _ = measures.of_cells({}, {"disclosure": None, "requests": None})
    assert set(figures.values()) == {None}


@pytest.mark.parametrize("name", schema.FIGURES)
def test_every_figure_stands_on_cells_of_the_form(name: str) -> None:
    figure = schema.FIGURES[name]
    editions = [figure.edition] if figure.edition else list(form.EDITIONS)
    for edition in editions:
        found = measures.cells(name, edition, edition)
        assert len(found) >= len(figure.cells), f"{name}: a pattern that finds no cell"


@pytest.mark.parametrize("name", schema.MEASURES)
def test_every_measure_is_made_of_figures_and_says_what_not_to_conclude(name: str) -> None:
    measure = schema.MEASURES[name]
    assert {*measure.numerator, *measure.denominator} <= set(schema.FIGURES)
    assert measure.denominator
    assert all((measure.meaning_zh, measure.meaning_en, measure.not_zh, measure.not_en))


def test_reports_of_two_scopes_are_never_added_up(db: sqlite3.Connection) -> None:
    put(db, 1, "own", received=3)
    put(db, 2, "area", "county", received=100)
    put(db, 3, "area", "prefecture", received=5000)
    assert measures.added_up(db, "received", scope="own").sum == 3
    assert measures.added_up(db, "received", scope="area", office_kind="county").sum == 100
    with pytest.raises(ValueError, match="one kind of office"):
        measures.added_up(db, "received", scope="area")
    with pytest.raises(ValueError, match="no scope"):
        measures.added_up(db, "received", scope="")


def test_a_report_without_the_numbers_is_left_out_of_both_sides_and_counted(db: sqlite3.Connection) -> None:
    put(db, 1, "own", denied=1, handled=10)
    put(db, 2, "own", denied=None, handled=1000)
    put(db, 3, "own", denied=2, handled=20, derived="granted,denied")
    value = measures.added_up(db, "denied_share", scope="own")
    assert (value.sum, value.n, value.reports, value.left_out, value.with_derived) == (3, 30, 2, 1, 1)
    assert value.share == pytest.approx(0.1)
    assert value.may_be_ranked
    assert not measures.added_up(db, "denied_share", scope="own", where="report_id = ?", values=("r1",)).may_be_ranked


def test_no_cases_no_share(db: sqlite3.Connection) -> None:
    put(db, 1, "own", denied=0, handled=0)
    assert measures.added_up(db, "denied_share", scope="own").share is None
    assert measures.added_up(db, "denied_share", scope="own", where="year = 1999").sum is None


def test_pending_cases_are_apart_from_the_share_of_lawsuits_lost() -> None:
    row: dict[str, Any] = dict.fromkeys(schema.FIGURES, 0)
    row |= {
        "derived": None,
        "litigation_upheld": 2,
        "litigation_corrected": 1,
        "litigation_other": 1,
        "litigation_pending": 96,
    }
    value = measures.of_report("litigation_lost_share", row)
    assert (value.sum, value.n, value.share) == (1, 4, 0.25)
    unknown = measures.of_report("litigation_lost_share", {**row, "litigation_other": None})
    assert (unknown.sum, unknown.share, unknown.left_out) == (None, None, 1)
