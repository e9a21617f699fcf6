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
from operator import itemgetter
from sqlite3 import Connection
from typing import Any

from archive.places import Place

LEAST = 60  # characters without punctuation; a shorter text is a phrase that anyone may write
EXCERPT = 200  # characters of a paragraph that the list shows
_KIND = re.compile(r"(?:人民政府|街道办事处|办事处|街道|管理委员会|管委会|自治[州县旗]|[省市州盟县区旗镇乡])$")
_OWN = "□"
_NUMBER = re.compile(r"\d+")
_NO_WORD = re.compile(r"\W+")
# Counties of one name stand in several prefectures, and those of the four municipalities in none.
_PREFECTURES = "count(DISTINCT r.province || '/' || r.prefecture)"
_COUNTIES = "count(DISTINCT r.province || '/' || coalesce(r.prefecture, '') || '/' || r.county)"


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


def write(db: Connection) -> None:
    """Write `copies` of the archive `db` anew from its `paragraphs`: what stands in two offices' reports and more."""
    db.execute("DELETE FROM copies")
    # Only what stands twice is looked up: most paragraphs stand once, and the index alone tells.
    levels = {"province": "count(DISTINCT r.province)", "prefecture": _PREFECTURES, "county": _COUNTIES}
    shared = ", ".join(
        f"iif(count(*) = count(r.{one}) AND {counted} = 1, group_concat(DISTINCT r.{one}), NULL)"
        for one, counted in levels.items()
    )
    # The one min() says which row the bare columns are of (SQLite's rule), so that there must be no other.
    found = db.execute(
        f"""SELECT p.fingerprint, r.year, min(p.report_id), p.chapter, p.number, p.chars,
            count(DISTINCT r.office_id), {_COUNTIES}, {shared}
        FROM paragraphs p JOIN reports r USING (report_id)
        WHERE p.fingerprint IN (SELECT fingerprint FROM paragraphs GROUP BY 1 HAVING count(*) > 1)
            AND r.year NOT NULL AND r.office_id NOT NULL
        GROUP BY p.fingerprint, r.year HAVING count(DISTINCT r.office_id) > 1
        ORDER BY 3, 4"""  # noqa: S608
    )
    for (report_id, chapter), group in groupby(found, key=itemgetter(2, 3)):
        lines = text_of(db, report_id, chapter)
        for fingerprint_, year, _, _, number, chars, offices, counties, province, prefecture, county in group:
            db.execute(
                """INSERT INTO copies (fingerprint, year, chapter, offices, counties, province, prefecture, county,
                    chars, report_id, number, text) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)""",
                (
                    *(fingerprint_, year, chapter, offices, counties, province, prefecture, county, chars),
                    *(report_id, number, _excerpt(lines[number - 1])),
                ),
            )


def text_of(db: Connection, report_id: str, chapter: str) -> list[str]:
    """The lines of a chapter; none where it is not there."""
    row = db.execute("SELECT text FROM chapters WHERE report_id = ? AND chapter = ?", (report_id, chapter)).fetchone()
    return str(row[0]).splitlines() if row else []


def _excerpt(line: str) -> str:
    text = line.strip()
    return text if len(text) <= EXCERPT else text[:EXCERPT] + "……"
