"""Copied paragraphs as the pages show them: who published the words, and where they differ."""

import re
from collections.abc import Iterator
from difflib import SequenceMatcher
from typing import Any

from datasette.database import Database
from markupsafe import Markup, escape

MOST = 100  # reports on the page, each compared with the example; the rest are in the CSV
IN_A_COUNTY = 10

Row = dict[str, Any]
_PIECE = re.compile(r"\d+|\D")


async def read(db: Database, fingerprint: str, year: int, division: str) -> Row:
    """A copied paragraph, whole, with the reports of that year and county that have it and how it reads there.

    Without a county (`division` "") the reports of all. `years` are its years there, `places` its rows of that year
    for other counties.
    """

    async def rows(sql: str, *values: object) -> list[Row]:
        return [dict(row) for row in (await db.execute(sql, list(values))).rows]

    (copy,) = await rows(
        "SELECT * FROM copies WHERE (fingerprint, year, division_code) = (?, ?, ?)", fingerprint, year, division
    )
    found = await rows(
        """SELECT r.report_id, r.office, r.title, r.province, r.prefecture, r.county, r.township, r.division_code,
            r.signed_date, r.published_date, p.chapter, p.number, c.text
        FROM paragraphs p JOIN reports r USING (report_id) JOIN chapters c USING (report_id, chapter)
        WHERE p.fingerprint = ? AND r.year = ? AND r.office_id NOT NULL AND (? = '' OR r.division_code GLOB ? || '*')
        ORDER BY r.report_id <> ?, r.division_code, r.report_id LIMIT ?""",
        fingerprint, year, division, division, copy["report_id"], MOST,
    )  # fmt: skip
    lines = [one.pop("text").splitlines()[one["number"] - 1].strip() for one in found]
    for one, line in zip(found, lines, strict=True):
        one["words"] = marked(lines[0], line)
    years = await rows(
        "SELECT year, offices FROM copies WHERE fingerprint = ? AND division_code = ? ORDER BY year",
        fingerprint, division,
    )  # fmt: skip
    places = await rows(
        """SELECT * FROM copies WHERE fingerprint = ? AND year = ? AND division_code <> ?
        ORDER BY offices DESC, division_code LIMIT ?""",
        fingerprint, year, division, MOST,
    )  # fmt: skip
    return {**copy, "example": lines[0], "reports": found, "years": years, "places": places}


def key(row: Any) -> str:
    """The end of the address of a row of `copies`."""
    return f"{row['fingerprint']},{row['year']},{row['division_code']}"


def marked(example: str, line: str) -> Markup:
    """`line` as safe HTML with what is not in `example` marked."""
    parts = []
    here, there = _PIECE.findall(line), _PIECE.findall(example)  # a number differs as a whole
    for what, _, _, start, end in SequenceMatcher(None, there, here, autojunk=False).get_opcodes():
        piece = escape("".join(here[start:end]))
        parts.append(piece if what == "equal" or not piece else Markup("<mark>{}</mark>").format(piece))
    return Markup("").join(parts)


async def of_report(db: Database, report: Row) -> dict[tuple[str, int], Row]:
    """What is known of a report's paragraphs, by chapter and line; what stands nowhere else is left out.

    `copies` are the rows of its year for its county and for all; `before` the office's other years that say the same.
    """
    own = (report["division_code"] or "")[:6]
    mine = await db.execute(
        "SELECT chapter, number, fingerprint FROM paragraphs WHERE report_id = ?", [report["report_id"]]
    )
    # CROSS: else SQLite begins with the copies of all counties, and a report takes a second among 570,000 of them.
    shared = await db.execute(
        """SELECT c.* FROM paragraphs p CROSS JOIN copies c USING (fingerprint)
        WHERE p.report_id = ? AND c.year = ? AND c.division_code IN (?, '') ORDER BY c.division_code DESC""",
        [report["report_id"], report["year"], own],
    )
    again = await db.execute(
        """SELECT p.fingerprint, r.year FROM reports r JOIN paragraphs p USING (report_id)
        WHERE r.office_id = ? AND r.year NOT NULL AND r.year <> ? ORDER BY r.year""",
        [report["office_id"], report["year"]],
    )
    copies: dict[str, dict[str, Row]] = {}
    for row in shared.rows:
        copies.setdefault(row["fingerprint"], {})[row["division_code"]] = dict(row)
    years: dict[str, list[int]] = {}
    for row in again.rows:
        years.setdefault(row["fingerprint"], []).append(row["year"])
    return {
        (row["chapter"], row["number"]): {
            "copies": list(copies.get(row["fingerprint"], {}).values()),
            "before": sorted(set(years.get(row["fingerprint"], []))),
        }
        for row in mine.rows
        if row["fingerprint"] in copies or row["fingerprint"] in years
    }


def lines(text: str, chapter: str, known: dict[tuple[str, int], Row]) -> Iterator[Row]:
    """The paragraphs of a chapter with what `of_report` says of each (None: nothing)."""
    for number, line in enumerate(text.splitlines(), 1):
        if line.strip():
            yield {"text": line.strip(), "copied": known.get((chapter, number))}


async def of_county(db: Database, division: str) -> list[Row]:
    """The paragraphs that most offices of a county published in one year."""
    found = await db.execute(
        f"""SELECT * FROM copies WHERE division_code = ?
        ORDER BY offices DESC, year DESC, fingerprint LIMIT {IN_A_COUNTY}""",  # noqa: S608
        [division],
    )
    return [dict(row) for row in found.rows]
