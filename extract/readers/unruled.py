"""Tables without lines, or with lines between the rows only: where ruling lines would stand, told by the white between
the words. Blank cells can only be told so: behind a label are three numbers, but under which of seven headers?"""

import math
import re
from collections.abc import Iterator
from itertools import pairwise
from statistics import median
from typing import NamedTuple

from extract import values
from extract.readers import grids
from extract.readers.chars import Char, Line, are_apart
from extract.readers.ruling import Ruling, Rulings

_NARROW = 0.3
"""Of the height of letters, the white between two that stand in two cells: within a word there is a tenth."""
_TOUCHING = 0.12
"""The same between a label and the number behind it: no label ends in digits."""
_SPREAD = frozenset(("总计", "合计"))
"""Words of a header that are printed with a space within."""
_SHORT = 5
"""Characters of what is left of the group 三、本年度办理结果 in its narrow column: no heading of a chapter."""
_LONG = 30
"""Characters of a line without gaps from which on it is prose."""
_LEAST = 3
"""Values that a table has."""
_MOST = 5_000
"""Words that a table has: the form has some 600, a yearbook has pages of numbers."""
_EDGE = 3.0
"""Points between the words and the edge of a table."""
_NEAR = 20.0
"""Points above and below the words of a table within which its outer lines are."""
_WIDE = 0.4
"""Of a table's width, what a line between two of its rows is long at least: it may end at a label of several rows."""
_SAME = 0.9
"""Of the white between two rows of values, what parts rows at least: between the lines of a label there is less."""
_ITEM = re.compile(r"[(（][一二三四五六七]|\d[.．、]")
"""How the labels of two rows begin, （一） and 1.: not both of a kind stand in one."""
_ON_LINE = 2.0
"""Points by which the values of a line are higher or lower at most."""


class _Word(NamedTuple):
    """Characters without a gap, and the box of their ink."""

    chars: list[Char]
    left: float
    top: float
    right: float
    bottom: float
    base: float
    is_value: bool  # it may stand in a cell for numbers


def rulings(pages: list[tuple[list[Line], list[Ruling]]]) -> list[list[Rulings]]:
    """The lines that the tables of each page would have among its printed lines outside the ruled ones, given with the
    level ruling lines that are there."""
    tables: list[dict[int, list[list[_Word]]]] = []  # the lines of each table by page
    is_inside = False
    for number, (prose, _) in enumerate(pages):
        for line in prose:
            words = list(_words(line))
            was_inside, is_inside = is_inside, not _is_prose(words)
            if is_inside:
                if not was_inside:
                    tables.append({})
                tables[-1].setdefault(number, []).append(words)
    found: list[list[Rulings]] = [[] for _ in pages]
    for table in tables:
        for number, lines in _table(table, [across for _, across in pages]):
            found[number].append(lines)
    return found


def _is_prose(words: list[_Word]) -> bool:
    """Whether a line is none of a table: a heading, long without a gap, with the end of a sentence, or a number before
    words (自 2024 年起)."""
    text = "".join(char.text for word in words for char in word.chars)
    if len(words) == 1:
        return len(text) > _LONG or (len(text) > _SHORT and grids.is_heading(text))
    return "。" in text or any(one.is_value and not two.is_value for one, two in pairwise(words))


def _words(line: Line) -> Iterator[_Word]:
    start = 0
    for at, (before, char) in enumerate(pairwise(line), 1):
        if before.text + char.text in _SPREAD and char.left - before.right < 2 * line.height:
            continue
        if are_apart(before, char, line.height) or _is_beside(before, char, line.height):
            yield _word(line[start:at])
            start = at
    yield _word(line[start:])


def _is_beside(before: Char, char: Char, high: float) -> bool:
    """Whether two characters stand in two cells, though near each other: letters fill squares side by side."""
    if not (before.text.isalnum() and char.text.isalnum()):
        return False
    if _is_letter(before) and _is_letter(char):
        return char.centre - before.centre > (1 + _NARROW) * high
    white = (char.left - before.right) / high
    return (_is_letter(before) and white > _TOUCHING) or (_is_letter(char) and white > _NARROW)


def _is_letter(char: Char) -> bool:
    return char.is_chinese and not char.text.isdigit()


def _word(chars: list[Char]) -> _Word:
    tops, bottoms = [char.top for char in chars], [char.bottom for char in chars]
    is_value = values.is_value("".join(char.text for char in chars))
    return _Word(
        chars, chars[0].left, min(tops), max(char.right for char in chars), max(bottoms), chars[0].base, is_value
    )


def _table(parts: dict[int, list[list[_Word]]], across: list[list[Ruling]]) -> Iterator[tuple[int, Rulings]]:
    by_page: dict[int, list[_Word]] = {}
    for number, lines in parts.items():
        # What stands above a table is one word a line.
        start = 0 if by_page else next((at for at, words in enumerate(lines) if len(words) > 1), len(lines))
        if found := [word for line in lines[start:] for word in line]:
            by_page[number] = found
    words = [word for part in by_page.values() for word in part]
    printed = [word for word in words if word.is_value]
    if len(printed) < _LEAST or len(words) > _MOST:
        return
    first = next(iter(by_page.values()))
    top = min((word.top for word in first if word.is_value), default=math.inf)
    lines_with_values = (line for lines in parts.values() for line in lines if any(word.is_value for word in line))
    beside = [word for line in lines_with_values for word in line if not word.is_value]
    columns = _headed(_columns(words), [word for word in first if word.bottom < top], printed, beside)
    if not columns:
        return
    # Chapter four has no labels, and perhaps no value in its first columns.
    held = (at for at, column in enumerate(columns) if any(_overlap(word, column) for word in printed))
    first_of_values = next(held, 0) if beside else 0
    labels = columns[max(first_of_values - 1, 0)]
    left, right = min(word.left for word in words) - _EDGE, max(word.right for word in words) + _EDGE
    for number, part in by_page.items():
        ys = _ruled(part, across[number], left, right) or _parted([word for word in part if word.right > labels[0]])
        bands = [[word for word in part if low < (word.top + word.bottom) / 2 < high] for low, high in pairwise(ys)]
        if any(map(_is_mixed, bands)):
            continue
        down = [Ruling(x, ys[0], ys[-1]) for x in (left, right) if ys]
        for at, (one, two) in enumerate(pairwise(columns), 1):
            x = two[0] - min((two[0] - one[1]) / 2, _EDGE)
            for (low, high), band in zip(pairwise(ys), bands, strict=True):
                # A label of a row may begin under that of a group: the empty rest is no cell of its own.
                is_rest = at < first_of_values and not any(x < word.left < labels[1] for word in band)
                if not is_rest and not any(word.left < x < word.right for word in band):
                    down.append(Ruling(x, low, high))
        yield number, ([Ruling(y, left, right) for y in ys], down)


def _is_mixed(band: list[_Word]) -> bool:
    """Whether labels of two rows stand in what was taken for one: rows without values leave no white to tell them."""
    texts = ("".join(char.text for char in word.chars[:2]) for word in band if not word.is_value)
    begun = [text[0].isdigit() for text in texts if _ITEM.match(text)]
    return len(set(begun)) < len(begun)


_Span = tuple[float, float]


def _overlap(word: _Word, span: _Span) -> bool:
    return word.left < span[1] and span[0] < word.right


def _columns(words: list[_Word]) -> list[_Span]:
    """The columns in which the words stand, the narrow ones first: a wide one that lies over two is that of a merged
    cell."""
    columns: list[_Span] = []
    for word in sorted(words, key=lambda word: word.right - word.left):
        over = [column for column in columns if _overlap(word, column)]
        if len(over) < 2:
            columns = [column for column in columns if column not in over]
            ends = [(word.left, word.right), *over]
            columns.append((min(start for start, _ in ends), max(end for _, end in ends)))
    return sorted(columns)


def _headed(columns: list[_Span], head: list[_Word], printed: list[_Word], labels: list[_Word]) -> list[_Span]:
    """The columns, each of `printed` values with the words of the `head` over it; [] where nobody knows which words are
    whose.

    Values at one edge of their cells stand beside the words in the middle: then each has such words on that side.
    """
    holding = {column for column in columns if any(_overlap(word, column) for word in printed)}
    over = [[column for column in columns if _overlap(word, column)] for word in head]
    named = {column for some in over for column in some if len(some) == 1 or not holding.intersection(some)}
    alone = [at for at, column in enumerate(columns) if column in holding - named]
    if not alone or not named:
        return columns
    bare = {column for column in named - holding if not any(_overlap(word, column) for word in labels)}
    beside = [column in bare for column in columns]
    before = all(at and beside[at - 1] for at in alone)
    behind = all(beside[at + 1 : at + 2] == [True] for at in alone)
    if before == behind:
        return []
    pairs = [(at - 1, at) if before else (at, at + 1) for at in alone]
    joined = {one: (columns[one][0], columns[two][1]) for one, two in pairs}
    gone = {two for _, two in pairs}
    return [joined.get(at, column) for at, column in enumerate(columns) if at not in gone]


def _ruled(words: list[_Word], across: list[Ruling], left: float, right: float) -> list[float]:
    """The borders of the rows where lines are drawn between them, [] where none are."""
    top, bottom = min(word.top for word in words), max(word.bottom for word in words)
    drawn = [
        line.at
        for line in across
        if top - _NEAR < line.at < bottom + _NEAR
        and min(line.end, right) - max(line.start, left) > _WIDE * (right - left)
    ]
    if len(drawn) <= _LEAST:
        return []
    return sorted({*drawn, min(top - _EDGE, *drawn), max(bottom + _EDGE, *drawn)})


def _parted(words: list[_Word]) -> list[float]:
    """The borders of the rows by the white between them, [] where that does not tell: between two lines of values the
    widest is one, and what is nearly as wide."""
    if not any(word.is_value for word in words):
        return []
    # Digits are lower than letters: their lines count as high as those, or the white beside them would be wider.
    letters = [word for word in words if not word.is_value] or words
    up, down = median(word.base - word.top for word in letters), median(word.bottom - word.base for word in letters)
    words = [one._replace(top=min(one.top, one.base - up), bottom=max(one.bottom, one.base + down)) for one in words]
    white: list[_Span] = []
    bottom = math.inf
    for word in sorted(words, key=lambda word: word.top):
        if word.top > bottom:
            white.append((bottom, word.top))
        bottom = max(bottom, word.bottom) if bottom < math.inf else word.bottom
    lines = _value_lines(words)
    between = [[one for one in white if above[1] <= one[0] and one[1] <= below[0]] for above, below in pairwise(lines)]
    between = between or [[one for one in white if one[1] <= lines[0][0]][-1:]]
    widest = [max(some, key=_length) for some in between if some]
    if not widest:
        return []
    least = _SAME * median(map(_length, widest))
    borders = {*widest, *(one for one in white if _length(one) >= least)}
    # Where labels reach over into the rows beside them there is no white.
    borders |= {
        (above[1], below[0]) for (above, below), some in zip(pairwise(lines), between, strict=False) if not some
    }
    top = min(word.top for word in words)
    return [top - _EDGE, *((start + end) / 2 for start, end in sorted(borders)), bottom + _EDGE]


def _length(span: _Span) -> float:
    return span[1] - span[0]


def _value_lines(words: list[_Word]) -> list[_Span]:
    """Top and bottom of the lines of values."""
    lines: list[list[_Word]] = []
    for word in sorted((word for word in words if word.is_value), key=lambda word: word.base):
        if lines and word.base - lines[-1][-1].base < _ON_LINE:
            lines[-1].append(word)
        else:
            lines.append([word])
    return [(min(word.top for word in line), max(word.bottom for word in line)) for line in lines]
