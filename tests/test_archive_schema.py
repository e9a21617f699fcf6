"""No column without its meaning, no code without its label, no generated file that is stale."""

import itertools
import json
import sqlite3
from enum import StrEnum

import pytest

from archive import schema
from extract import form
from extract.report import FindingClass, OfficeKind, Status


def tables_in(db: sqlite3.Connection) -> dict[str, list[str]]:
    names = [row[0] for row in db.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")]
    return {name: [row[1] for row in db.execute(f'PRAGMA table_info("{name}")')] for name in names}


@pytest.fixture
def db() -> sqlite3.Connection:
    connection = sqlite3.connect(":memory:")
    schema.create(connection)
    return connection


def test_the_metadata_in_the_repository_is_the_generated_one() -> None:
    assert schema.METADATA.read_text("utf-8") == schema.metadata_text(), "python -m archive.schema 写新"


def test_every_table_and_column_is_described_in_both_languages(db: sqlite3.Connection) -> None:
    described = schema.datasette_metadata()["databases"]["archive"]["tables"]
    dictionary = {(row["table"], row["column"]): row for row in schema.dictionary()}
    for table, columns in tables_in(db).items():
        if described[table].get("hidden") or table.startswith("sqlite_"):
            continue
        for column in columns:
            row = dictionary.pop((table, column))
            assert described[table]["columns"][column].startswith(row["label_zh"])
            assert all(row[name] for name in ("label_zh", "label_en", "meaning_zh", "meaning_en", "type")), row
    assert dictionary == {}, "declared, but not in the database"


def test_strangers_cannot_run_sql() -> None:
    assert json.loads(schema.METADATA.read_text("utf-8"))["allow_sql"] is False


def test_the_public_tables_keep_their_names() -> None:
    assert {
        "reports", "chapters", "disclosure", "requests", "disputes", "cell_notes", "other_tables", "findings",
        "versions", "changes", "offices", "places", "sites", "coverage",
    } <= {table.name for table in schema.TABLES}  # fmt: skip
    assert [column.name for column in schema.table("requests").columns][4:-1] == list(form.APPLICANTS)


@pytest.mark.parametrize(
    ("column", "codes"), [("office_kind", OfficeKind), ("class", FindingClass), ("status", Status)]
)
def test_every_code_that_can_stand_there_has_a_label(column: str, codes: type[StrEnum]) -> None:
    added = {"corrected"} if column == "status" else set()  # by a person, not by the reader
    assert set(schema.VALUES[column]) == set(codes) | added


def test_every_line_and_column_of_the_form_has_a_place(db: sqlite3.Connection) -> None:
    columns = tables_in(db)
    lines = {"disclosure": "item", "requests": "outcome", "disputes": "stage"}
    for table in form.TABLES:
        for edition in form.EDITIONS:
            for key in form.keys(table, edition):
                _, line, column = key.split(".")
                assert column in columns[table]
                assert line in schema.VALUES[lines[table]]


def test_counting_a_facet_while_filtering_by_another_stays_in_an_index(db: sqlite3.Connection) -> None:
    for table in schema.TABLES:
        for facet, other in itertools.product(table.facets, table.facets) if not table.numbered else ():
            plan = db.execute(
                f"EXPLAIN QUERY PLAN SELECT {facet}, count(*) FROM {table.name} WHERE {other} = ? GROUP BY {facet}",  # noqa: S608
                ("x",),
            ).fetchall()
            assert any("COVERING INDEX" in step[3] for step in plan), (table.name, facet, other, plan)


@pytest.mark.parametrize("table", schema.TABLES, ids=lambda table: table.name)
def test_what_refers_to_a_row_is_found_by_an_index(table: schema.Table) -> None:
    """The page of a row counts what refers to it: without an index every row of a table would be looked at."""
    begins = {table.key[:1], *(columns[:1] for columns in table.indexes)}
    assert {(column,) for column in table.refers} <= begins
