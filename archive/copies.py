"""Copied words: a paragraph that stands in the reports of several offices of one year.

30号 (四) names 内容雷同 among the offences; which words are the form's, a superior's draft or a neighbour's is for the
reader to judge, so that nothing is accused here: every paragraph of some length gets a fingerprint that leaves out
numbers and the office's own names (横山镇's report of 2023 is a bureau's but for its name), and what stands in several
reports is listed with all of them.
"""

import hashlib
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby
from operator import attrgetter
from sqlite3 import Connection
from typing import Any, NamedTuple

from archive.places import Place

LEAST = 60  # characters without punctuation; a shorter text is a phrase that anyone may write
EXCERPT = 200  # characters of a paragraph that the list shows
ACROSS = ""  # the division code of what stands in several counties
_KIND = re.compile(r"(?:人民政府|街道办事处|办事处|街道|管理委员会|管委会|自治[州县旗]|[省市州盟县区旗镇乡])$")
_OWN = "□"
_NUMBER = re.compile(r"\d+")
_NO_WORD = re.compile(r"\W+")


def names(office: str | None, place: Place) -> list[str]:
    """What a report calls its own office and places by, with and without their kind, the longest first."""
    whole = {office, place.office, place.province, place.prefecture, place.county, place.township}
    found = {one for name in whole if name for one in (name, _KIND.sub("", name)) if len(one) > 1}
    return sorted(found, key=lambda one: (-len(one), one))


def fingerprint(paragraph: str, own: Iterable[str]) -> tuple[str, int] | None:
    """The fingerprint of a paragraph's words (16 hex digits) and their number; None where they are too few to tell.

    Width, spaces, punctuation and numbers make no difference, nor do the office's `own` names (longest first).
    """
    if len(paragraph) < LEAST:
        return None
    words = _NO_WORD.sub("", unicodedata.normalize("NFKC", paragraph))
    if len(words) < LEAST:
        return None
    chars = len(words)
    for name in own:
        words = words.replace(name, _OWN)
    masked = _NUMBER.sub("0", words)
    return hashlib.sha256(masked.encode("utf-8", "surrogatepass")).hexdigest()[:16], chars


def paragraphs(chapters: Mapping[str, str], own: Iterable[str]) -> Iterator[dict[str, Any]]:
    """A row for each paragraph of some length: chapter, its line in the chapter's text (from 1), fingerprint, chars."""
    own = list(own)
    for chapter, text in chapters.items():
        for number, line in enumerate(text.splitlines(), 1):
            if told := fingerprint(line, own):
                yield {"chapter": chapter, "number": number, "fingerprint": told[0], "chars": told[1]}


def write(db: Connection, *, whole: bool = True) -> None:
    """Write `copies` of the archive `db` from its `paragraphs`: all, or (not `whole`) of those in `changed_words`.

    A row for each county in which two offices and more have the paragraph, and one (division_code "") for all that
    have it where they are not of one county. The example is the report with the lowest id.
    """
    changed = "(fingerprint, year) IN (SELECT fingerprint, year FROM changed_words)"
    db.execute(f"DELETE FROM copies WHERE {whole or changed}")  # noqa: S608
    # Only what stands twice is looked up: most paragraphs stand once, and the index alone tells.
    twice = "fingerprint IN (SELECT fingerprint FROM paragraphs GROUP BY 1 HAVING count(*) > 1)"
    some = f"fingerprint IN (SELECT fingerprint FROM changed_words) AND {changed}"  # noqa: S608
    found = db.execute(
        f"""SELECT p.fingerprint, r.year, coalesce(substr(r.division_code, 1, 6), '') AS division, r.office_id,
            r.report_id, p.chapter, p.number, p.chars, r.province, r.prefecture, r.county
        FROM paragraphs p JOIN reports r USING (report_id)
        WHERE {twice if whole else some} AND r.year NOT NULL AND r.office_id NOT NULL
        ORDER BY 1, 2, 3, 5"""  # noqa: S608
    )
    for (fingerprint_, year), group in groupby(map(_Found._make, found), key=attrgetter("fingerprint", "year")):
        everywhere = list(group)
        divisions = {key: list(some) for key, some in groupby(everywhere, key=attrgetter("division"))}
        placed = [division for division in divisions if division]
        for division in placed:
            _insert(db, fingerprint_, year, division, divisions[division], 1)
        if len(divisions) > 1 or not placed:
            _insert(db, fingerprint_, year, ACROSS, everywhere, len(placed))


class _Found(NamedTuple):
    fingerprint: str
    year: int
    division: str
    office_id: str
    report_id: str
    chapter: str
    number: int
    chars: int
    province: str | None
    prefecture: str | None
    county: str | None


def _insert(db: Connection, fingerprint_: str, year: int, division: str, some: list[_Found], counties: int) -> None:
    offices = len({one.office_id for one in some})
    if offices < 2:
        return
    example = min(some, key=attrgetter("report_id", "chapter", "number"))
    shared = {level: {getattr(one, level) for one in some} for level in ("province", "prefecture", "county")}
    row = {
        "fingerprint": fingerprint_,
        "year": year,
        "division_code": division,
        "offices": offices,
        "counties": counties,
        **{level: next(iter(names)) if len(names) == 1 else None for level, names in shared.items()},
        **({"county": None} if division == ACROSS else {}),  # counties of one name are several counties
        "chapter": example.chapter,
        "chars": example.chars,
        "report_id": example.report_id,
        "number": example.number,
        "text": _excerpt(text_of(db, example.report_id, example.chapter)[example.number - 1]),
    }
    db.execute(f"INSERT INTO copies ({', '.join(row)}) VALUES ({', '.join('?' * len(row))})", list(row.values()))  # noqa: S608


def text_of(db: Connection, report_id: str, chapter: str) -> list[str]:
    """The lines of a chapter that is there."""
    row = db.execute("SELECT text FROM chapters WHERE report_id = ? AND chapter = ?", (report_id, chapter)).fetchone()
    return str(row[0]).splitlines()


def _excerpt(line: str) -> str:
    text = line.strip()
    return text if len(text) <= EXCERPT else text[:EXCERPT] + "……"
