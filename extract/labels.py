"""Printed words → a row of the form. Every label that is not the form's own is reported, never guessed in silence."""

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import lru_cache

from extract.form import COLUMN_LABELS, GROUP_LABELS, HEADER_WORDS, IGNORED, LOCAL_ROWS, ROW_LABELS, plain

Row = tuple[str, str]
"""(table, row) of the form."""
SHARED = {"其他": "3", "其它": "3", "总计": "七", "合计": "七"}
"""Words that are both a column header and a row label; at the end of a longer run of words only their number tells."""
_SHARED_ROWS = frozenset(map(ROW_LABELS.__getitem__, SHARED))


@dataclass(frozen=True, slots=True)
class Match:
    """The row a label names. `exact` is False where it was recognised by resemblance (a typing or OCR error)."""

    row: Row
    exact: bool = True

    @property
    def is_shared(self) -> bool:
        """Whether its label is a column header, too."""
        return self.row in _SHARED_ROWS


_SINGLE = ("requests", "other_single")
_LONG_ENOUGH = 4
_ALIKE = 0.8
_MARGIN = 0.06
_BY_LENGTH = sorted(ROW_LABELS, key=len, reverse=True)


@lru_cache(maxsize=4096)
def exactly(label: str) -> Row | None:
    """The row that `label` (one cell or line) names word for word."""
    return ROW_LABELS.get(plain(label))


@lru_cache(maxsize=4096)
def at_end(words: str) -> Row | None:
    """The row whose label ends a run of words, such as the words before a number in text that lost its cells."""
    key = plain(words)
    if key in ROW_LABELS:
        return ROW_LABELS[key]
    for label in _BY_LENGTH:
        if key.endswith(label):
            number = SHARED.get(label)
            if number is not None:
                return ROW_LABELS[label] if key.endswith(number + label) else None
            if len(label) >= _LONG_ENOUGH or key[: -len(label)][-1:].isdigit():
                return ROW_LABELS[label]
    return None


@lru_cache(maxsize=4096)
def resembling(label: str) -> Match | None:
    """The row that a label resembles: part of one label only, or nearly one label and no other.

    "2.其他法律行政止公开" (洪泽区 2023, a typing error of the source) is 其他法律行政法规禁止公开.
    """
    key = plain(label)
    if len(key) < _LONG_ENOUGH or key in GROUP_LABELS or key in IGNORED or key in LOCAL_ROWS or key in HEADER_WORDS:
        return None
    if len(key) >= 6:
        holding = {row for name, row in ROW_LABELS.items() if key in name}
        if len(holding) == 1:
            return Match(holding.pop(), exact=False)
        if holding:
            return None
    # A letter of four misread leaves three quarters: 2.重复中请 in a scan is 2.重复申请.
    near = {row for name, row in ROW_LABELS.items() if _one_letter_off(key, name)}
    if len(near) == 1:
        return Match(near.pop(), exact=False)
    best: dict[Row, float] = {}
    for name, row in ROW_LABELS.items():
        if abs(len(name) - len(key)) <= max(3, len(name) // 3):
            matcher = SequenceMatcher(None, key, name, autojunk=False)
            if matcher.real_quick_ratio() >= _ALIKE and matcher.quick_ratio() >= _ALIKE:
                best[row] = max(best.get(row, 0.0), matcher.ratio())
    ranked = sorted(best.items(), key=lambda item: item[1], reverse=True)
    if ranked and ranked[0][1] >= _ALIKE and (len(ranked) == 1 or ranked[0][1] - ranked[1][1] >= _MARGIN):
        return Match(ranked[0][0], exact=False)
    return None


@lru_cache(maxsize=4096)
def column(table: str, label: str) -> str | None:
    """The column of a table that a header names word for word, or but for one letter (项日数量 in a scan)."""
    names, key = COLUMN_LABELS[table], plain(label)
    if key in names or len(key) <= _LONG_ENOUGH:
        return names.get(key)
    found = {one for name, one in names.items() if _one_letter_off(key, name)}
    return found.pop() if len(found) == 1 else None


def _one_letter_off(one: str, other: str) -> bool:
    return len(one) == len(other) and sum(a != b for a, b in zip(one, other, strict=True)) == 1


def find(labels: Sequence[str]) -> Match | None:
    """The row that the label cells of a row name, from left (group) to right (the row itself)."""
    joined = "".join(labels)
    if len(labels) > 1 and (row := exactly(joined)) is not None:
        return Match(row)  # one label over two cells: （六）其他｜处理
    for label in reversed(labels):
        # （六）其他处理 is a row of its own in 2019 only; before another label it is the group of 2021.
        if (row := exactly(label)) is not None and (row != _SINGLE or label is labels[-1]):
            return Match(row)
    if (row := at_end(joined)) is not None:
        return Match(row)
    for label in (*reversed(labels), joined):
        if (match := resembling(label)) is not None:
            return match
    return None


def known(label: str) -> bool:
    """Whether the form knows these words as a row, column, group, stage or fixed text."""
    key = plain(label)
    return not key or key in ROW_LABELS or key in GROUP_LABELS or key in IGNORED or key in HEADER_WORDS
