"""A chapter's prose as rules look at it: without spaces, by sentences and sections."""

import re
from bisect import bisect_right
from dataclasses import dataclass

from extract.lines import compact
from extract.titles import fold

NUMBERS = ("overview", "disclosure", "requests", "disputes", "other_matters")
"""The chapters whose numbers are about the year reported on."""
_END = "。！？!?"
_SECTION = re.compile(r"(?<!第)(?=\([一二三四五六七八九十]{1,2}\))")
_QUOTE = 300
"""Letters of a sentence that are quoted at most."""
_SENTENCE = 500
"""Letters on either side beyond which nothing belongs to a sentence (text without full stops)."""
_CHAPTER = 50_000
"""Letters of a chapter that are looked at; real ones have a few thousand."""


@dataclass(frozen=True, slots=True)
class Prose:
    """A chapter without spaces: `printed` for quoting, `folded` (as long) for patterns, where its sections begin."""

    printed: str
    folded: str
    sections: list[int]

    def section(self, at: int) -> int:
        """Where the section around a position begins."""
        return self.sections[bisect_right(self.sections, at) - 1]

    def sentence(self, at: int) -> tuple[int, int]:
        """Where the sentence around a position begins and ends; a section's heading begins one too."""
        left, right = max(0, at - _SENTENCE), at + _SENTENCE
        section = bisect_right(self.sections, at)
        edges = [s for s in self.sections[section - 1 : section + 1] if left <= s <= right]
        start = max([left, *(self.folded.rfind(mark, left, at) + 1 for mark in _END), *(s for s in edges if s <= at)])
        ends = [end + 1 for mark in _END if (end := self.folded.find(mark, at, right)) >= 0]
        return start, min([right, len(self.folded), *ends, *(s for s in edges if s > at)])

    def quote(self, at: int) -> str:
        """The sentence around a position as printed."""
        start, end = self.sentence(at)
        whole = self.printed[start:end]
        return whole if len(whole) <= _QUOTE else "…" + self.printed[max(start, at - 60) : at + _QUOTE - 60] + "…"


def of(chapter: str) -> Prose:
    """The prose of a chapter."""
    printed = compact(chapter)[:_CHAPTER]
    folded = fold(printed)
    return Prose(printed, folded, [0, *(found.start() for found in _SECTION.finditer(folded))])


def optional(pattern: str | None) -> re.Pattern[str] | None:
    """The pattern that an entry of claims.json or slips.json may have."""
    return re.compile(pattern) if pattern else None
