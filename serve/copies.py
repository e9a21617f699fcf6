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


async def read(db: Database, fingerprint: str, year: int) -> Row:
    """A copied paragraph: whole, with the reports of that year that have it and how it reads there, and its years."""

    async def rows(sql: str, *values: object) -> list[Row]:
        return [dict(row) for row in (await db.execute(sql, list(values))).rows]

    (copy,) = await rows("SELECT * FROM copies WHERE fingerprint = ? AND year = ?", fingerprint, year)
    found = await rows(
        """SELECT r.report_id, r.office, r.title, r.province, r.prefecture, r.county, r.township, r.division_code,
            r.signed_date, r.published_date, p.chapter, p.number, c.text
        FROM paragraphs p JOIN reports r USING (report_id) JOIN chapters c USING (report_id, chapter)
        WHERE p.fingerprint = ? AND r.year = ? ORDER BY r.report_id <> ?, r.division_code, r.report_id LIMIT ?""",
        fingerprint, year, copy["report_id"], MOST,
    )  # fmt: skip
    lines = [one.pop("text").splitlines()[one["number"] - 1].strip() for one in found]
    for one, line in zip(found, lines, strict=True):
        one["words"] = marked(lines[0], line)
    years = await rows("SELECT year, offices FROM copies WHERE fingerprint = ? ORDER BY year", fingerprint)
    return {**copy, "example": lines[0], "reports": found, "years": years}


def marked(example: str, line: str) -> Markup:
    """`line` as safe HTML with what is not in `example` marked."""
    parts = []
    here, there = _PIECE.findall(line), _PIECE.findall(example)  # a number differs as a whole
    for what, _, _, start, end in SequenceMatcher(None, there, here, autojunk=False).get_opcodes():
        piece = escape("".join(here[start:end]))
        parts.append(piece if what == "equal" or not piece else Markup("<mark>{}</mark>").format(piece))
    return Markup("").join(parts)


async def of_report(db: Database, report: Row) -> dict[tuple[str, int], Row]:
    """What is known of a report's paragraphs, by chapter and line.

    Where other offices have it too (`offices` of that `year`, with the `fingerprint`); `before`: the office's other
    years that say the same.
    """
    mine = await db.execute(
        """SELECT p.chapter, p.number, p.fingerprint, c.year, c.offices FROM paragraphs p
        LEFT JOIN copies c ON c.fingerprint = p.fingerprint AND c.year = ? WHERE p.report_id = ?""",
        [report["year"], report["report_id"]],
    )
    again = await db.execute(
        """SELECT p.fingerprint, r.year FROM reports r JOIN paragraphs p USING (report_id)
        WHERE r.office_id = ? AND r.year NOT NULL AND r.year <> ? ORDER BY r.year""",
        [report["office_id"], report["year"]],
    )
    years: dict[str, list[int]] = {}
    for row in again.rows:
        years.setdefault(row["fingerprint"], []).append(row["year"])
    return {
        (row["chapter"], row["number"]): {**dict(row), "before": sorted(set(years.get(row["fingerprint"], [])))}
        for row in mine.rows
        if row["offices"] or row["fingerprint"] in years
    }


def lines(text: str, chapter: str, known: dict[tuple[str, int], Row]) -> Iterator[Row]:
    """The paragraphs of a chapter with what `of_report` says of each (None: nothing)."""
    for number, line in enumerate(text.splitlines(), 1):
        if line.strip():
            yield {"text": line.strip(), "copied": known.get((chapter, number))}


async def of_county(db: Database, place: Row) -> list[Row]:
    """The paragraphs that most offices of a county published in one year, none where the place is no county."""
    found = await db.execute(
        f"""SELECT * FROM copies WHERE county = ? AND prefecture IS ? AND province = ?
        ORDER BY offices DESC, year DESC, fingerprint LIMIT {IN_A_COUNTY}""",  # noqa: S608
        [place["county"], place["prefecture"], place["province"]],
    )
    return [dict(row) for row in found.rows]
