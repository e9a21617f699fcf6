"""Who must publish: the offices that a page 政府信息公开年度报告公布情况 names, and the year that it is about."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from extract import titles
from extract.document import Document, Grid
from extract.report import OfficeKind

FEWEST = 5
"""A page that names fewer offices tells of some reports; it is no list of all who must publish."""

_NUMBERED = re.compile(r"^[(（]?\d{1,3}[)）]?[、.．:：]?(?=\D)")
_DATE = re.compile(r"(?<!\d)(20\d\d)(?:年|[-./])\d{1,2}(?:月|[-./])\d{1,2}")
_NOT_THEIRS = re.compile(titles.FACTS["not_theirs"])


@dataclass(frozen=True, slots=True)
class Roster:
    """The report year, and the offices as printed, each once, in their order."""

    year: int
    offices: tuple[str, ...]


def read(document: Document) -> Roster | None:
    """The roster in a document; None where its title announces none, names no single year, or the page names few.

    Names are taken from tables, or where these have too few from lines that hold a name or a list of names and nothing
    else. Where the page is dated and no date lies in the year after the title's, the title may name the year of
    publication: then the year is not certain, and there is no roster.
    """
    lines = [one.text for one in document.paragraphs]
    heads = [document.meta.get("ArticleTitle", ""), document.meta.get("title", ""), *lines[:FEWEST]]
    year = next((year for head in heads if (year := titles.roster_year(head))), None)
    if year is None:
        return None
    cells = [cell.text for grid in document.grids for row in grid.rows for cell in row if cell]
    dated = {int(found) for text in [*lines, *cells, *document.meta.values()] for found in _DATE.findall(text)}
    if dated and year + 1 not in dated:
        return None
    for names in (_unique(_in_tables(document.grids)), _unique(name for line in lines for name in _in_line(line))):
        if len(names) >= FEWEST:
            return Roster(year, names)
    return None


def _unique(names: Iterator[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(names))


def _in_tables(grids: list[Grid]) -> Iterator[str]:
    for grid in grids:
        theirs = [cell is None or not _NOT_THEIRS.search(cell.text) for cell in grid.rows[0]] if grid.rows else []
        for row in grid.rows:
            for cell, wanted in zip(row, theirs, strict=True):
                if cell is not None and wanted:
                    yield from _in_line(cell.text)


def _in_line(text: str) -> list[str]:
    """The names in a cell or line that holds nothing else: one, or several parted by 、 behind 各单位：."""
    parts = re.split(r"[、，,；;]", re.sub(r"^.*[:：]|[。.]$", "", _NUMBERED.sub("", titles.tidy(text))))
    return parts if all(map(_is_named, parts)) else []


def _is_named(name: str) -> bool:
    return titles.is_office(name) and titles.office_kind(name) is not OfficeKind.OTHER
