"""Word's automatic numbers, which are no text: 一、 （一） 1., as numbering.xml says (ECMA-376 §17.9)."""

import re
from typing import Any

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_DIGITS = "〇一二三四五六七八九"
_PLACE = re.compile(r"%([1-9])")
_COUNTING = frozenset(
    "chineseCounting chineseCountingThousand chineseLegalSimplified taiwaneseCounting taiwaneseCountingThousand "
    "japaneseCounting ideographDigital ideographTraditional".split()
)


class Numbering:
    """The numbers of one document, given out paragraph by paragraph in reading order."""

    def __init__(self, source: Any) -> None:
        """For a document that python-docx opened."""
        self.styles = {style.style_id: style for style in source.styles}
        try:
            root = source.part.numbering_part.element
        except (KeyError, NotImplementedError):  # no numbering.xml
            root = []
        lists = {one.get(f"{_W}abstractNumId"): one for one in root if one.tag == f"{_W}abstractNum"}
        self.lists: dict[str, tuple[str, Any]] = {}  # numId → its list and the list's number
        for one in root:
            reference = one.find(f"{_W}abstractNumId") if one.tag == f"{_W}num" else None
            if reference is not None and reference.get(f"{_W}val") in lists:
                key = reference.get(f"{_W}val")
                restarts = one.find(f".//{_W}startOverride") is not None
                self.lists[one.get(f"{_W}numId")] = (one.get(f"{_W}numId") if restarts else key, lists[key])
        self.counts: dict[str, list[int]] = {}

    def number(self, paragraph: Any) -> str:
        """The number in front of a paragraph as printed, "" where it has none or only a bullet."""
        if not self.lists:
            return ""
        number, level = self._of(paragraph)
        if number not in self.lists:
            return ""
        key, definition = self.lists[number]
        levels = {int(one.get(f"{_W}ilvl") or 0): one for one in definition.iterchildren(f"{_W}lvl")}
        if level not in levels:
            return ""
        counts = self.counts.setdefault(key, [])
        while len(counts) <= level:
            counts.append(_start(levels.get(len(counts))) - (1 if len(counts) == level else 0))
        del counts[level + 1 :]
        counts[level] += 1
        pattern = value(levels[level], "lvlText") or ""
        if value(levels[level], "numFmt") in ("bullet", "none"):
            return ""
        depths = [int(place) - 1 for place in _PLACE.findall(pattern)]
        shown = {depth: _written(counts[depth], levels.get(depth)) for depth in depths if depth < len(counts)}
        if None in shown.values():
            return ""
        return _PLACE.sub(lambda place: shown.get(int(place[1]) - 1) or "", pattern)

    def _of(self, paragraph: Any) -> tuple[str | None, int]:
        """(numId, level) of a paragraph, its own or its style's."""
        number, level = _properties(paragraph)
        style = self.styles.get(paragraph.style) or self.styles.get("Normal")
        for _ in range(10):
            if style is None or (number is not None and level is not None):
                break
            its_number, its_level = _properties(style.element)
            number, level = number or its_number, its_level if level is None else level
            style = style.base_style
        return number, level or 0


def _properties(element: Any) -> tuple[str | None, int | None]:
    found = element.find(f"{_W}pPr/{_W}numPr")
    if found is None:
        return None, None
    level = value(found, "ilvl")
    return value(found, "numId"), int(level) if level is not None and level.isdecimal() else None


def value(element: Any, name: str) -> str | None:
    """What an element says by a child of this name, where it has one."""
    found = element.find(f"{_W}{name}") if element is not None else None
    return found.get(f"{_W}val") if found is not None else None


def _start(level: Any) -> int:
    start = value(level, "start") or "1"
    return int(start) if start.isdecimal() else 1


def _written(count: int, level: Any) -> str | None:
    """A count in the numerals of its level; None where we do not know them."""
    form = value(level, "numFmt") or "decimal"
    if form in _COUNTING:
        return _chinese(count)
    return str(count) if form in ("decimal", "decimalFullWidth", "decimalHalfWidth") else None


def _chinese(count: int) -> str:
    """1 to 99 as 一 … 十一 … 九十九."""
    tens, ones = divmod(count, 10)
    if not 0 < count < 100:
        return str(count)
    return ("" if tens < 2 else _DIGITS[tens]) + ("十" if tens else "") + (_DIGITS[ones] if ones else "")
