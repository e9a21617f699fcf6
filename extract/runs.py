"""Lines of text → labels with the values behind them, in the order in which they stand."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache

from extract import form, labels, values

RULE = re.compile(r"(?=.*[-=]|[^|]*\|?[^|]*$)(?:[\s|:+=]|-(?=[-:])|(?<=[-:])-)*")
"""The line of Markdown under a header. A row of dashes has one in each cell, or —; bars with nothing between
them are a row of blank cells."""
_VALUE = re.compile(
    r"(?<![^\s|])"
    r"(?:[+-]?(?:\d{1,3}(?:,\s?\d{3})+|\d+)(?:\.\d+)?(?:\s?(?:件次|件|条|个|宗|起|次|项|份|人|万元|元))?(?:\s*[(\[][^)\]]*[)\]])?"
    r"|(?:增加?|减少?)\d+|[/\\╱╲∕⁄]|[-—–]{1,3}|\.\d+|(?<!\. )无(?=\s+[\d/无])|(?<=[\d/无]\s)无)"
    r"(?=$|[\s|])(?!\s*[年月日])"
)
_GLUED = re.compile(r"(.*[^\d.,+-])(\d+(?:\.\d+)?)", re.DOTALL)


@dataclass(slots=True)
class Token:
    """Words of a label (`words`) or something that may be a value (`value`), with the line it stands on.

    `first` and `last` tell whether it begins and ends that line: prose never consists of a label and its numbers alone.
    `cell`: it stands between tabs or bars.
    """

    line: int
    words: str = ""
    value: str | None = None
    first: bool = False
    last: bool = False
    cell: bool = False


def tokens(lines: Iterable[str]) -> Iterator[Token]:
    """The words and values of lines, in order."""
    for number, line in enumerate(lines):
        parts, is_cell = _parts(line)
        found = [Token(number, words, value, cell=is_cell) for words, value in parts]
        if found:
            found[0].first = found[-1].last = True
        yield from found


@lru_cache(maxsize=4096)
def _parts(line: str) -> tuple[list[tuple[str, str | None]], bool]:
    """The words and values of a line, and whether they stand in fields: most rows of most reports are the same zeros
    behind the same label."""
    if "|" in line and RULE.fullmatch(line):
        return [], False
    fields = _fields(line)
    # A file of one cell a line starts each with a tab: a tab alone is an empty cell there.
    # In a line of several, those before the first words are label columns of merged cells.
    while len(fields) > 1 and not fields[0]:
        del fields[0]
    is_field = bool(fields)
    return [part for text in fields or [line] for part in words_and_values(text, is_field)], is_field


def _fields(line: str) -> list[str]:
    if line.count("|") >= 2:
        line = line.strip()
        # Between borders, or bars between the fields alone: then those at the end are of empty fields.
        return [part.strip() for part in (line[1:].removesuffix("|") if line[0] == "|" else line).split("|")]
    return [part.strip() for part in line.split("\t")] if "\t" in line else []


def one_a_line(some: list[Token]) -> bool:
    """Whether each stands on a line of its own."""
    return len({token.line for token in some}) == len(some)


@lru_cache(maxsize=4096)
def words_and_values(text: str, is_field: bool) -> list[tuple[str, str | None]]:
    """The parts of a text, each words of a label or a value; a field of a table may be a value without a digit."""
    folded = values.fold(text)
    if is_field and (not folded or folded.rstrip("。") in values.NOTHING):
        return [("", folded)]
    found: list[tuple[str, str | None]] = []
    at = 0
    for match in _VALUE.finditer(folded):
        if before := folded[at : match.start()].strip():
            found.extend(_parted(before))
        found.append(("", match.group()))
        at = match.end()
    if rest := folded[at:].strip():
        found.extend(_parted(rest))
    return found


def _parted(words: str) -> list[tuple[str, str | None]]:
    """Words, and the number that touches them where they are a row's label: a long label fills its column."""
    glued = _GLUED.fullmatch(words) if words[-1].isdigit() else None
    if glued is None or labels.exactly(glued[1]) is None:
        return [(words, None)]
    return [(glued[1], None), ("", glued[2])]


@dataclass(slots=True)
class Run:
    """Words, and the values that follow them until other words come."""

    words: list[Token] = field(default_factory=list)
    values: list[Token] = field(default_factory=list)

    @property
    def has_number(self) -> bool:
        """Whether any value is printed, be it a dash."""
        return any(value.value for value in self.values)

    @property
    def is_on_one_line(self) -> bool:
        """Whether the values stand on the line on which the words end."""
        return self.words[-1].line == self.values[-1].line

    @property
    def is_scattered(self) -> bool:
        """Whether the values stand one a line, some of them not right below what is before them."""
        many = len(self.values) >= len(form.RESULTS) and one_a_line(self.values)
        return many and self.values[-1].line - self.words[-1].line > len(self.values)


def read(lines: Iterable[str]) -> Iterator[Run]:
    """The runs of a text, in order, but for values before the first words."""
    run = Run()
    for token in tokens(lines):
        if token.value is None:
            if run.values and not run.has_number and not _is_blank_row(run):
                run.values.clear()  # the empty cells between the headers of merged columns
            if run.values:
                yield run
                run = Run()
            run.words.append(token)
        elif run.words and not (token.first and token.last and _is_below_cells(token, run)):
            run.values.append(token)
    if run.words:
        yield run


def _is_below_cells(token: Token, run: Run) -> bool:
    """Whether a value that has its line for itself stands below a row of cells: the number of a page, no cell."""
    return not token.cell and len(run.values) > 1 and run.values[-1].cell


def _is_blank_row(run: Run) -> bool:
    label = run.words[-1]
    row = labels.exactly(label.words)
    if row is None:
        return False
    # 其他 is a header too, with empty cells behind it; no row of `disclosure` is.
    on_one_line = label.line == run.values[0].line and (len(run.values) > 2 or row[0] == "disclosure")
    return on_one_line or (row[0] == "requests" and len(run.values) == len(form.APPLICANTS))
