"""The rows of a grid as lines of the form: which row each is, those that a page cut in two joined, headers in full."""

from dataclasses import dataclass
from functools import lru_cache
from itertools import zip_longest

from extract import form, labels, values
from extract.document import Grid, GridCell, distinct
from extract.labels import Match

_HEADERS = form.HEADER_WORDS.difference(labels.SHARED)
_BEGINNINGS = frozenset(header[:end] for header in _HEADERS for end in range(1, len(header))) - _HEADERS
_OUTCOMES = {label for label, (table, _) in form.ROW_LABELS.items() if table == "requests"}.difference(labels.SHARED)
_TOP = 4
"""Rows, or columns, in which a grid shows that it lies on its side."""
_SIDE_BY_SIDE = 5
"""Labels of rows that do not stand in one by chance."""
RESULTS = frozenset(map(form.plain, ("结果维持", "结果纠正", "尚未审结")))


@dataclass(slots=True)
class Line:
    """A row of a grid: its number, its cells by position and once each, the plain words of these, how many of its cells
    are `labels`, and the row of the form that these name."""

    number: int
    row: list[GridCell | None]
    cells: list[GridCell]
    words: tuple[str, ...]
    labels: int
    match: Match | None

    @property
    def is_shared(self) -> bool:
        """Whether its label is a row of any table (其他, 总计), which counts beside other rows of `requests` only."""
        return self.match is not None and self.match.is_shared

    @property
    def is_of_requests(self) -> bool:
        """Whether it is a row of `requests` and of no other table."""
        return self.match is not None and self.match.row[0] == "requests" and not self.is_shared

    @property
    def has_text(self) -> bool:
        """Whether any of its cells has text."""
        return _has_text(self.row)

    @property
    def is_header(self) -> bool:
        """Whether column headers of the form stand in it, or several that may be headers of any table and no number
        (copies that repeat the words of merged cells have （七）总计 twice)."""
        return self.has_headers or (
            sum(word in labels.SHARED for word in self.words) > 1 and not any(map(_is_number, self.cells))
        )

    @property
    def has_headers(self) -> bool:
        """Whether column headers of the form alone stand in it."""
        return not _HEADERS.isdisjoint(self.words)


def read(grid: Grid) -> list[Line]:
    """The rows of a grid, numbered from 1, those joined again that a page break cut in two: the label is only whole
    together, and no column has a value on both sides."""
    _mend_headers(grid)
    lines: list[Line] = []
    index, last = 0, len(grid.rows) - 1
    while index <= last:
        number, row, cells = index + 1, grid.rows[index], grid.cells[index]
        if index < last and index + 1 in grid.joints and (joined := _joined(row, grid.rows[index + 1])) is not None:
            row, cells = joined, distinct(joined)
            index += 1
        lines.append(_line(number, row, cells))
        index += 1
    return lines


def _mend_headers(grid: Grid) -> None:
    """Put the ends of headers back, in place, that stand in the row of values below: a sheet's row printed too low for
    its two lines has 结果维 in it, and 持 above the number."""
    for number, cells in enumerate(grid.cells[:-1], 1):
        if number in grid.joints or _BEGINNINGS.isdisjoint([form.plain(cell.text) for cell in cells]):
            continue  # among them a header cut by a page
        for header, cell in zip(grid.rows[number - 1], grid.rows[number], strict=True):
            if header is None or cell is None or header is cell or form.plain(header.text) not in _BEGINNINGS:
                continue
            end, _, rest = cell.text.partition("\n")
            if form.plain(header.text) + end in _HEADERS:
                header.text, cell.text = header.text + end, rest


def _line(number: int, row: list[GridCell | None], cells: list[GridCell]) -> Line:
    texts = tuple([cell.text for cell in cells])
    full, words, count, match = _told(texts)
    if full != texts:
        made = {cell: GridCell(text, cell.box) for cell, text in zip(cells, full, strict=True)}
        row, cells = [cell and made[cell] for cell in row], list(made.values())
    return Line(number, row, cells, words, count, match)


@lru_cache(maxsize=4096)
def _told(texts: tuple[str, ...]) -> tuple[tuple[str, ...], tuple[str, ...], int, Match | None]:
    """What the texts of a row's cells tell: the same with headers in full where they were cut short, their plain words,
    how many are labels (with a running number before them), the row of the form that these name."""
    numbers = [text != "" and values.is_value(text) for text in texts]
    if True not in numbers:
        full = iter(form.in_full(tuple(filter(None, texts))))
        texts = tuple(text and next(full) for text in texts)
    words = tuple(map(form.plain, texts))
    first = numbers[:2] == [True, False]
    behind = (at for at in range(first, len(texts)) if numbers[at] or (at and words[at] in values.NOTHING))
    count = next(behind, len(texts))
    while count and not texts[count - 1]:
        count -= 1  # empty cells behind the label are values
    named = tuple(filter(None, texts[:count]))
    return texts, words, count, labels.find(named) if named else None


def _joined(above: list[GridCell | None], below: list[GridCell | None]) -> list[GridCell | None] | None:
    """The row of which these are the two parts, None where they are rows of their own."""
    if not _has_text(below):
        return None
    row = _together(above, below, "")
    if _completes_headers(above, below):
        return row
    headers = [_line(0, part, distinct(part)).has_headers for part in (above, below)]
    if all(headers):
        return None  # the stages above the edge, their results below
    whole = _line(0, row, distinct(row))
    apart = all(_is_empty(one) or _is_empty(two) for one, two in zip(above, below, strict=True))
    if _is_rest(above) or _is_rest(below):
        # The header of chapter 四 and the values on the next page are two rows; of its values some may stand above.
        are_values = _is_rest(above) and _is_rest(below)
        if (whole.match is None or headers[0]) and _has_text(above) and not (are_values and apart):
            return None
    else:
        if whole.match is None or not whole.match.exact:
            return None
        parts = [_line(0, part, distinct(part)) for part in (above, below)]
        if _cuts_other(above, below):  # the part above the edge is a label too, of another row
            parts = [part for part in parts if not part.is_shared]
        named = [part.row for part in parts if part.match is not None and part.match.exact]
        # A label may lie on one side alone, and the values on the other, perhaps beside the label of the group.
        if named and not apart and (len(named) > 1 or _has_values(named[0])):
            return None
    if not any(_is_number(one) and _is_number(two) for one, two in zip(above, below, strict=True)):
        return row
    # Digits on both sides: one number went over the edge of the page, or another number stands there.
    if whole.match is not None:
        printed = [values.read(cell.text) for cell in whole.cells[whole.labels :]]
        numbers = [cell.value for cell in printed if cell.value is not None]
        if len(numbers) == len(printed) == len(form.APPLICANTS) and sum(numbers[:-1]) == numbers[-1]:
            return row
    return _together(above, below, "\n")


def _cuts_other(above: list[GridCell | None], below: list[GridCell | None]) -> bool:
    """Whether the edge of the page cuts the name of the group （六）其他处理."""
    return any(
        one is not None and two is not None and one.text and two.text and form.plain(one.text + two.text) == "其他处理"
        for one, two in zip(above, below, strict=True)
    )


def _completes_headers(above: list[GridCell | None], below: list[GridCell | None]) -> bool:
    """Whether a row of headers goes on below the edge of the page: 结果 above, 维持 below."""
    pairs = {(one, two) for one, two in zip(above, below, strict=True) if not _is_empty(two)}
    return bool(pairs) and all(
        one is not None and two is not None and one.text and form.plain(one.text + two.text) in _HEADERS
        for one, two in pairs
    )


def _together(above: list[GridCell | None], below: list[GridCell | None], between: str) -> list[GridCell | None]:
    made = {}
    for one, two in dict.fromkeys(zip(above, below, strict=True)):
        texts = [cell.text for cell in (one, two) if cell is not None and cell.text]
        made[one, two] = GridCell(
            (between if all(map(values.is_value, texts)) else "").join(texts), (one or two or GridCell("")).box
        )
    return [made[pair] for pair in zip(above, below, strict=True)]


def _has_text(row: list[GridCell | None]) -> bool:
    return any(cell is not None and cell.text for cell in row)


def _is_empty(cell: GridCell | None) -> bool:
    return cell is None or not cell.text


def _is_number(cell: GridCell | None) -> bool:
    return cell is not None and bool(cell.text) and values.is_value(cell.text)


def _is_rest(row: list[GridCell | None]) -> bool:
    """Whether a part of a row has no label."""
    return not any(cell is not None and cell.text and not values.is_value(cell.text) for cell in row)


def _has_values(row: list[GridCell | None]) -> bool:
    return any(map(_is_number, row))


def lies_on_its_side(lines: list[Line]) -> bool:
    """Whether what the form prints as rows stands side by side: the outcomes in one row, or results in one column."""
    if any(len(_OUTCOMES.intersection(line.words)) >= _SIDE_BY_SIDE for line in lines[:_TOP]):
        return True
    return any(map(RESULTS.issubset, zip_longest(*(line.words[:_TOP] for line in lines))))


def turned(grid: Grid) -> Grid:
    """The grid with its rows as columns."""
    return Grid([list(column) for column in zip(*grid.rows, strict=True)], number=grid.number)
