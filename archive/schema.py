"""The tables of archive.db: SQL, Datasette metadata and data dictionary, all made from the one declaration schema.toml.

Labels of the form's rows and columns come from extract/form.json. `python -m archive.schema` writes
datasette-metadata.json.
"""

import csv
import io
import json
import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from sqlite3 import Connection
from typing import Any

from extract.form import AMOUNTS, FORM

METADATA = Path(__file__).resolve().parent.parent / "datasette-metadata.json"
SMALLEST_RANKED = 30
"""Under so many cases nothing is ranked (form.md §4: a single case would decide)."""

APPLICATION_ID = 0x4E42414F  # "NBAO": tells our archive from any other SQLite file
VERSION = 15  # raised whenever the declaration changes, so that an older archive is rebuilt and a newer one left alone


@dataclass(frozen=True, slots=True)
class Column:
    """A column: name, SQLite type, short labels, unit ("" where it has none), a key of SOURCES, and its meaning."""

    name: str
    type: str
    zh: str
    en: str
    unit: str
    source: str
    meaning_zh: str
    meaning_en: str


@dataclass(frozen=True, slots=True)
class Table:
    """A table: labels, what a row is, columns, primary key, foreign keys (column → table), indexes, facets, and the
    columns of numbers by which a list is narrowed and ordered (ranges).

    `rowid` False makes it WITHOUT ROWID: the rows of a report then lie together, without a second index. The rows of a
    `numbered` one have numbers, by which its lists are chosen and its facets counted (archive.facets). Without a key
    (any of its columns may be NULL) rows go as they were written.
    """

    name: str
    zh: str
    en: str
    meaning_zh: str
    meaning_en: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    refers: dict[str, str]
    indexes: tuple[tuple[str, ...], ...]
    facets: tuple[str, ...]
    ranges: tuple[str, ...]
    sort_desc: str | None
    rowid: bool
    numbered: bool


@dataclass(frozen=True, slots=True)
class Figure:
    """What is counted of a report: labels, the patterns of its cells, the only `edition` it is taken from (or None)."""

    name: str
    zh: str
    en: str
    cells: tuple[str, ...]
    edition: str | None

    @property
    def unit(self) -> str:
        """The unit of the form's column."""
        return "万元" if self.name.endswith("10k_cny") else "件"


@dataclass(frozen=True, slots=True)
class Measure:
    """A share of figures: names above and below the line, what it means, what not to conclude (zh, en)."""

    name: str
    zh: str
    en: str
    numerator: tuple[str, ...]
    denominator: tuple[str, ...]
    meaning_zh: str
    meaning_en: str
    not_zh: str
    not_en: str


def _figure_columns(figures: dict[str, Figure]) -> Iterator[Column]:
    for one in figures.values():
        cells = "＋".join(one.cells)
        yield Column(
            one.name,
            "NUMERIC" if one.name.endswith("10k_cny") else "INTEGER",
            one.zh,
            one.en,
            one.unit,
            "computed",
            f"所计单元格：{cells}" + (f"（只取{one.edition}年格式）" if one.edition else ""),
            f"Cells: {cells}" + (f" (form of {one.edition} only)" if one.edition else ""),
        )


def _measure_columns(measures: dict[str, Measure]) -> Iterator[Column]:
    for one in measures.values():
        yield Column(
            one.name,
            "NUMERIC",
            one.zh,
            one.en,
            "%",
            "computed",
            f"{one.meaning_zh}，以百分数计；分母不满 {SMALLEST_RANKED} 件的为空，因为一件就能左右比率。{one.not_zh}",
            f"{one.meaning_en}, in per cent; NULL under {SMALLEST_RANKED} cases: one would decide. {one.not_en}",
        )


def _form_columns(table: str) -> Iterator[Column]:
    chapter = {"disclosure": "第二部分", "requests": "第三部分", "disputes": "第四部分"}[table]
    for name, label in FORM[table]["columns"].items():
        yield Column(
            name,
            "NUMERIC" if FORM[table].get("types", {}).get(name) in AMOUNTS else "INTEGER",
            label["zh"],
            label["en"],
            # The form prints no unit for the amount of procurement (form.md §1b): none is claimed.
            {"amount_10k_cny": "万元", "procurement_amount": "", "items_prev_year": "项", "items_change": "项"}.get(
                name, "件"
            ),
            "printed",
            f"报告{chapter}“{label['zh']}”栏。空值表示那里没有数字（原因见单元格备注），绝不表示零",
            f"Column “{label['zh']}” of the form. NULL: no number there (cell_notes says why), never zero",
        )


def _load() -> tuple[dict[str, Any], dict[str, Figure], dict[str, Measure], tuple[Table, ...]]:
    declared = tomllib.loads(files(__package__).joinpath("schema.toml").read_text("utf-8"))
    figures = {
        name: Figure(name, zh, en, tuple(cells), edition[0] if edition else None)
        for name, (zh, en, cells, *edition) in declared["figures"].items()
    }

    measures = {
        name: Measure(name, **told | {side: tuple(told[side]) for side in ("numerator", "denominator")})
        for name, told in declared["measures"].items()
    }

    def columns(entries: list[str | list[str]]) -> Iterator[Column]:
        for entry in entries:
            if isinstance(entry, str) and entry.startswith("form:"):
                yield from _form_columns(entry.removeprefix("form:"))
            elif entry == "figures:":
                yield from _figure_columns(figures)
            elif entry == "measures:":
                yield from _measure_columns(measures)
            else:
                yield Column(*(declared["shared"][entry] if isinstance(entry, str) else entry))

    def names(entries: list[str]) -> Iterator[str]:
        for entry in entries:
            yield from (one.name for one in columns([entry])) if ":" in entry else [entry]

    tables = tuple(
        Table(
            name=name,
            **{label: told[label] for label in ("zh", "en", "meaning_zh", "meaning_en")},
            key=tuple(told["key"]),
            columns=tuple(columns(told["columns"])),
            refers=told.get("refers", {}),
            indexes=tuple(map(tuple, told.get("indexes", []))),
            facets=tuple(told.get("facets", [])),
            ranges=tuple(names(told.get("ranges", []))),
            sort_desc=told.get("sort_desc"),
            rowid=told.get("rowid", True),
            numbered=told.get("numbered", False),
        )
        for name, told in declared["tables"].items()
    )
    return declared, figures, measures, tables


_DECLARED, FIGURES, MEASURES, TABLES = _load()
SOURCES: dict[str, tuple[str, str]] = {key: (zh, en) for key, (zh, en) in _DECLARED["sources"].items()}

VALUES: dict[str, dict[str, tuple[str, str]]] = {
    column: {key: (zh, en) for key, (zh, en) in codes.items()} for column, codes in _DECLARED["values"].items()
}
"""Column → code that may stand there → its labels (zh, en). No code is ever shown to a reader bare."""

for _table, _column in (("disclosure", "item"), ("requests", "outcome"), ("disputes", "stage")):
    VALUES[_column] = {key: (row["zh"], row["en"]) for key, row in FORM[_table]["rows"].items()}
VALUES["worst_finding"] = VALUES["class"]
VALUES["name"] = {key: (one.zh, one.en) for key, one in FIGURES.items()} | {
    key: (one.zh, one.en) for key, one in MEASURES.items()
}

# `search` holds the segmented names and prose of a report (archive.search) under its number, contentless: the text
# itself stays in `chapters`. After a rebuild newer years have higher numbers, so that "ORDER BY rowid DESC LIMIT n"
# caps a phrase that stands in every report. `facet_columns` has a row for each column of archive.facets, `changed` and
# `changed_words` what archive.changed says.
BESIDE = (
    "CREATE VIRTUAL TABLE search USING fts5 (names, text, content='', tokenize='unicode61 remove_diacritics 0')",
    "CREATE TABLE facet_columns (name TEXT PRIMARY KEY, labels TEXT, codes BLOB)",
    "CREATE TABLE changed (report_id, office_id, office_kind, scope, year INTEGER, province, county)",
    "CREATE TABLE changed_words (fingerprint, year INTEGER)",
)
HIDDEN = (
    *("search", "search_data", "search_idx", "search_docsize", "search_config", "facet_columns"),
    *("changed", "changed_words"),
)


def about() -> dict[str, str]:
    """Title, description, licence and source of the archive, in Chinese."""
    return dict(_DECLARED["about"])


def table(name: str) -> Table:
    """The declaration of the table `name`; KeyError where there is none."""
    return _BY_NAME[name]


_BY_NAME = {one.name: one for one in TABLES}


def table_statements() -> Iterator[str]:
    """The SQL that makes the empty tables."""
    for one in TABLES:
        # SQLite takes NULL for a key of its own each time: a row that nothing names.
        lines = [f'"{column.name}" {column.type}{" NOT NULL" * (column.name in one.key)}' for column in one.columns]
        lines += [f"PRIMARY KEY ({', '.join(one.key)})"] if one.key else []
        lines += [
            f"FOREIGN KEY ({column}) REFERENCES {other} ({_BY_NAME[other].key[0]})"
            for column, other in one.refers.items()
        ]
        yield f'CREATE TABLE "{one.name}" (\n  ' + ",\n  ".join(lines) + ("\n)" if one.rowid else "\n) WITHOUT ROWID")
    yield from BESIDE


def index_statements() -> Iterator[str]:
    """The SQL of all indexes: the declared ones, one from the highest for each range, and for each facet one that
    begins with it and holds all others.

    The lines of a form are mostly zeros: the index of a range of theirs holds what is above (serve/listing.py asks for
    it so); that of reports all that have a value, with their numbers.

    Counting one facet while filtering by another, or by what the list is sorted by, then never leaves the index
    (300,000 rows: 38–69 ms, against 212–823 with an index of one column). Facets of reports are counted from columns
    instead (archive.facets), and what a list of reports is chosen by is looked up as numbers.
    """
    for one in TABLES:
        for columns in one.indexes:
            yield _index(re.sub(r"\W+", "_", f"{one.name}_by_{'_'.join(columns)}"), one.name, columns)
        for column in one.ranges:
            first, more = (f"{column} desc not null", ("number",)) if one.numbered else (f"{column} desc > 0", ())
            if not any(columns[0] == first for columns in one.indexes):
                key = one.key if one.rowid else ()  # else SQLite puts it there itself
                yield _index(f"{one.name}_range_{column}", one.name, (first, *key, *more))
        for facet in () if one.numbered else one.facets:
            others = [other for other in (*one.facets, one.sort_desc) if other and other != facet]
            yield _index(f"{one.name}_facet_{facet}", one.name, (facet, *others))


def _index(name: str, table_name: str, columns: tuple[str, ...]) -> str:
    """`columns` in their order; "year desc" from the highest, "denied desc > 0" of rows above zero only."""
    parted = [re.fullmatch(r"(\w+)( desc)?(.*)", column) for column in columns]
    listed = ", ".join(f'"{one[1]}"{one[2] or ""}' for one in parted if one)
    some = f' WHERE "{parted[0][1]}"{parted[0][3]}' if parted[0] and parted[0][3] else ""
    return f'CREATE INDEX "{name}" ON "{table_name}" ({listed}){some}'


def create(db: Connection) -> None:
    """Make an empty archive in `db` (an empty database), signed with application id and version."""
    create_tables(db)
    create_indexes(db)


def create_tables(db: Connection) -> None:
    """The tables alone: where many rows are to come, indexes are made faster after them."""
    for statement in table_statements():
        db.execute(statement)
    db.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    db.execute(f"PRAGMA user_version = {VERSION}")


def create_indexes(db: Connection) -> None:
    """The indexes of an archive that `create_tables` made."""
    for statement in index_statements():
        db.execute(statement)


def datasette_metadata() -> dict[str, Any]:
    """What datasette-metadata.json holds: titles, descriptions, units and facets in Chinese; arbitrary SQL closed."""
    tables: dict[str, Any] = {name: {"hidden": True} for name in HIDDEN}
    for one in TABLES:
        tables[one.name] = {
            "title": one.zh,
            "description": one.meaning_zh,
            "columns": {
                c.name: f"{c.zh}：{c.meaning_zh}" + (f"（单位：{c.unit}）" if c.unit else "") for c in one.columns
            },
            **({"facets": [{"tally": facet} for facet in one.facets]} if one.facets else {}),
            **({"sort_desc": one.sort_desc} if one.sort_desc else {}),
        }
    return {
        **_DECLARED["about"],
        "allow_sql": False,
        "databases": {"archive": {"title": _DECLARED["about"]["title"], "tables": tables}},
    }


def metadata_text() -> str:
    """The text of datasette-metadata.json as it must stand in the repository."""
    return json.dumps(datasette_metadata(), ensure_ascii=False, indent=2) + "\n"


def dictionary() -> list[dict[str, str]]:
    """The data dictionary in Chinese and English: a row for each column, with the codes that may stand in it."""
    return [
        {
            "table": one.name,
            "table_zh": one.zh,
            "column": column.name,
            "type": column.type,
            "label_zh": column.zh,
            "label_en": column.en,
            "meaning_zh": column.meaning_zh,
            "meaning_en": column.meaning_en,
            "unit": column.unit,
            "source_zh": SOURCES[column.source][0],
            "source_en": SOURCES[column.source][1],
            "values": "; ".join(f"{key}={zh}/{en}" for key, (zh, en) in VALUES.get(column.name, {}).items()),
        }
        for one in TABLES
        for column in one.columns
    ]


def dictionary_csv() -> str:
    """`dictionary` as the text of a CSV file."""
    rows = dictionary()
    out = io.StringIO()
    writer = csv.DictWriter(out, fieldnames=list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


if __name__ == "__main__":
    METADATA.write_text(metadata_text(), encoding="utf-8")
