"""What is wrong in a report's prose by itself: lists that do not add up or skip a point, words of the template
(form.md §2: T4; §3)."""

import json
import re
from collections.abc import Iterator
from importlib.resources import files
from itertools import islice
from typing import Any

from extract import numerals
from extract.numerals import shown
from extract.prose import NUMBERS, Prose, optional
from extract.report import Finding, FindingClass

_FACTS: dict[str, Any] = json.loads(files(__package__).joinpath("slips.json").read_text("utf-8"))

_TOTAL = re.compile(_FACTS["breakdown"]["total"].replace("{n}", numerals.PATTERN))
_PART = re.compile(_FACTS["breakdown"]["part"].replace("{n}", numerals.PATTERN))
_OVERLAPPING = re.compile(_FACTS["breakdown"]["overlapping"])
_MANY_PARTS = 5
_SLIP = 2
"""So little short of the whole that a list of many parts was meant to be complete (中山市自然资源局 2022: 406 of 16887
are other news, no mistake)."""


def check(chapters: dict[str, Prose], year: int | None) -> list[Finding]:
    """The findings about chapters of a report of `year` that need no table."""
    found = list(_phrases(chapters, year))
    for key, text in chapters.items():
        found.extend(_enumerations(text))
        if key in NUMBERS:
            found.extend(_breakdowns(text))
    return list({(one.kind, one.detail): one for one in found}.values())


def _breakdowns(text: Prose) -> Iterator[Finding]:
    """T4: 共N条，其中a…b…. Parts may overlap and be a selection, so only these are found: more than the whole, or of
    five parts and more nearly the whole."""
    if "其中" not in text.folded:
        return
    for match in _TOTAL.finditer(text.folded):
        _, end = text.sentence(match.start())
        rest = text.folded[match.end() : end].rstrip("。!?")
        if "(" in match[0]:
            rest = rest.partition(")")[0]
        if ";" in rest and ("," in rest[: rest.index(";")] or "、" in rest[: rest.index(";")]):
            rest = rest[: rest.index(";")]
        found = list(_PART.finditer(rest))
        numbers = [numerals.read(one["n"]) for one in found]
        total = numerals.read(match["n"])
        if total is None or len(found) < 2 or None in numbers or any(one["unit"] != match["unit"] for one in found):
            continue
        if _OVERLAPPING.search(rest[: found[-1].end() + 2]) or "其中" in rest or "(" in rest:
            continue
        said = sum(number or 0 for number in numbers)
        nearly = len(found) >= _MANY_PARTS and 0 < total - said <= _SLIP
        if said > total or nearly:
            detail = f"正文说共{shown(total)}{match['unit']}，其中各项相加为{shown(said)}"
            yield Finding("breakdown", FindingClass.WEAK, (), detail, text.quote(match.start()))


_NUMERALS = "一二三四五六七八九十"
_POINT = re.compile(rf"(?<![{_NUMERALS}第唯统之专单万])(?P<number>[{_NUMERALS}])是")
_NESTED = 5
_BEGINS = frozenset("。;；,，:：、！？)）")


def _enumerations(text: Prose) -> Iterator[Finding]:
    """一是…三是 without 二是 (马振抚镇 2024). Lists may be nested: a number that goes on with any open one is right."""
    waiting: list[int] = []
    last = 0
    for match in _POINT.finditer(text.folded):
        number = _NUMERALS.index(match["number"]) + 1
        if number == 1:
            waiting = [*waiting[-_NESTED:], 2]
        elif number in waiting:
            del waiting[waiting.index(number) :]
            waiting.append(number + 1)
        else:
            at = match.start()
            missing = _NUMERALS[number - 2]
            opens = at == 0 or text.folded[at - 1] in _BEGINS
            skipped = waiting and waiting[-1] == number - 1
            elsewhere = re.search(rf"(?:[其第。;,:、)]){missing}|\({missing}\)", text.folded[last:at])
            if opens and skipped and not elsewhere:
                detail = f"列举中有“{_NUMERALS[number - 3]}是”“{match['number']}是”，没有“{missing}是”"
                yield Finding("enumeration_gap", FindingClass.WEAK, (), detail, text.quote(at))
            waiting = [*waiting[:-1], number + 1]
        last = match.end()


_PHRASES = [
    (entry, re.compile(entry["pattern"]), optional(entry.get("needs")), optional(entry.get("unless")))
    for entry in _FACTS["phrases"]
]


def _phrases(texts: dict[str, Prose], year: int | None) -> Iterator[Finding]:
    """What should not stand in a report: one finding of a kind and meaning, with the first passage."""
    for entry, pattern, needs, unless in _PHRASES:
        if entry.get("since", 0) <= (year or 0):
            quotes = (quote for text in texts.values() for quote in _quotes(text, pattern, needs, unless))
            for quote in islice(quotes, 1):
                yield Finding(entry["kind"], FindingClass(entry["class"]), (), entry["detail"], quote)


def _quotes(
    text: Prose, pattern: re.Pattern[str], needs: re.Pattern[str] | None, unless: re.Pattern[str] | None
) -> Iterator[str]:
    """The sentences of a text with what a pattern finds: those that have up to there what it `needs`, and nowhere what
    rules it out; of periods those that end before they begin."""
    for match in pattern.finditer(text.folded):
        start, end = text.sentence(match.start())
        is_meant = needs is None or needs.search(text.folded, start, match.end())
        is_other = unless is not None and unless.search(text.folded, start, end)
        is_in_order = "from" in pattern.groupindex and match["from"] <= match["to"]
        if is_meant and not is_other and not is_in_order:
            yield text.quote(match.start())
