"""Numbers of persons in what the archive stores: identity cards and mobile telephones are masked and counted.

Only where and how many is kept, never which: there is no index of persons.
"""

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import date

from extract.report import OtherTable, Report

IDENTITY, MOBILE = "identity_card", "mobile"
_GAP = r"[ \t\u3000-]?"  # "138 0013 8000", "3301-…": layout parts long numbers
_CARD = re.compile(rf"(?<![0-9A-Za-z.])[1-8]\d(?:{_GAP}\d){{15}}{_GAP}[0-9Xx](?![0-9A-Za-z])")
_MOBILE = re.compile(rf"(?<![0-9A-Za-z.])1[3-9]\d{_GAP}\d{{4}}{_GAP}\d{{4}}(?![0-9A-Za-z.])")
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)  # GB 11643-1999
_CHECK = "10X98765432"


def _is_card(printed: str) -> bool:
    number = re.sub(r"[^0-9Xx]", "", printed).upper()
    try:
        born = date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        return False
    checked = _CHECK[sum(int(digit) * weight for digit, weight in zip(number, _WEIGHTS, strict=False)) % 11]
    return 1880 < born.year < 2100 and number[17] == checked


def masked(text: str, found: Counter[str]) -> str:
    """`text` without numbers of persons, each counted in `found` by its kind; all else stays as it is."""

    def card(hit: re.Match[str]) -> str:
        if not _is_card(hit[0]):
            return hit[0]
        found[IDENTITY] += 1
        return hit[0][:6] + "×" * (len(hit[0]) - 6)

    def mobile(hit: re.Match[str]) -> str:
        found[MOBILE] += 1
        return hit[0][:3] + "×" * (len(hit[0]) - 3)

    return _MOBILE.sub(mobile, _CARD.sub(card, text)) if re.search(r"\d{4}", text) else text


def mask(report: Report) -> dict[tuple[str, str], int]:
    """Mask every text of `report` in place; how many numbers stood where, by (place, kind).

    A place is a chapter, or title, other_tables.
    """
    counts: dict[tuple[str, str], int] = {}

    def within(place: str) -> Callable[[str], str]:
        def one(text: str) -> str:
            found: Counter[str] = Counter()
            clean = masked(text, found)
            for kind, number in found.items():
                counts[place, kind] = counts.get((place, kind), 0) + number
            return clean

        return one

    if report.identity.title:
        report.identity.title = within("title")(report.identity.title)
    report.chapters = {key: within(key)(text) for key, text in report.chapters.items()}
    in_tables = within("other_tables")
    report.other_tables = [
        OtherTable(in_tables(one.caption), tuple(tuple(map(in_tables, row)) for row in one.rows))
        for one in report.other_tables
    ]
    # What a finding quotes was counted in its chapter.
    report.findings = [
        replace(one, detail=masked(one.detail, Counter()), evidence=masked(one.evidence, Counter()))
        for one in report.findings
    ]
    return counts
