"""The reading that needs no grid: words and numbers in the order in which they stand.

A row is the label in front of its numbers. It serves text that lost its cells (tabs, one cell a line, Markdown,
the text layer of a PDF) and is the second, independent reading of everything that has a grid.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from extract import form, labels, runs, values
from extract.fitting import adds_up, fit, is_moved, torn
from extract.labels import Row
from extract.reading import Heap, Reading, Torn
from extract.report import Place
from extract.runs import Run, Token

_LOST = 2
"""How many values a row may have too few or too many and still be one that was torn."""
_FEW = 4
"""How many times as many rows must be short for the others to be so too."""
_SIDE_BY_SIDE = re.compile(
    "自然[^,]*法人|商业[^,]*科研|科研[^,]*社会|社会[^,]*法律|结果[^,]*(?:结果|尚未)|尚未[^,]*[总合]"
)
"""Headers of two columns on one line. Where values then stand one a line, the columns were torn apart, and the order
of the values is that of no row (pdftotext's reading order). Prose puts commas between them (淮安 2024: 结果维持 72
件，…)."""
_STAGE_WORDS = re.compile(r"结果维持|结果纠正|尚未审结|复议后起诉")
_STAGE_HEADER = sorted("行政复议行政诉讼未经复议直接起诉复议后起诉" + 3 * "结果维持结果纠正其他结果尚未审结总计")
"""The letters of the whole header of chapter four: where no lines part its words, they wrap side by side, 结果结果其他
above 维持纠正结果."""
_STAGE_NAMES = {stage: [label for label, named in form.STAGE_LABELS.items() if named == stage] for stage in form.STAGES}


def read(lines: list[str]) -> Reading:
    """The reading of a document's lines."""
    walk = _Walk()
    for run in runs.read(lines):
        walk.take(run)
    reading = walk.reading
    if len(walk.headless) == 1 and not reading.has("disputes") and adds_up(_texts(walk.headless[0])):
        _disputes(reading, walk.headless[0], "")  # chapter four without its header
    for disordered in (("disclosure",), ("requests", "disputes")):
        if not _is_in_order(reading, disordered[0]):
            reading.forget({row for row in walk.loose | set(reading.torn) if row[0] in disordered})
            reading.heap = _heap(lines) if "requests" in disordered else reading.heap
    _place_short_rows(reading, walk.applicants if walk.applicants and walk.is_understood else [])
    reading.settle()
    return reading


@dataclass(frozen=True, slots=True)
class _Said:
    """What the words of a run say: they themselves, cut headers in full; whether headers of two columns stand on one
    line; all of them without spaces where they name the `stages` of chapter four, else ""; the rows that they name,
    whether or not numbers follow; and the columns, each with its table."""

    words: tuple[str, ...]
    side_by_side: bool
    stages: str
    rows: frozenset[Row]
    columns: frozenset[tuple[str, str]]


@dataclass(slots=True)
class _Walk:
    """A pass over the runs of a text, with what those before tell of those to come.

    `above` are the words above the first row of `requests`, each with its line, `applicants` the columns that they name
    (None before that row), and `is_understood`: the form knows all of them. `side_by_side`: headers of two columns
    stood on one line. `stages` is the header of chapter four, and `in_disputes`: its numbers are still to come. `loose`
    are the rows with numbers on other lines than their labels, `headless` what may be chapter four without its header.
    """

    reading: Reading = field(default_factory=Reading)
    above: list[tuple[int, str]] = field(default_factory=list)
    applicants: list[str] | None = None
    is_understood: bool = False
    side_by_side: bool = False
    stages: str = ""
    in_disputes: bool = False
    loose: set[Row] = field(default_factory=set)
    headless: list[list[Token]] = field(default_factory=list)

    def take(self, run: Run) -> None:
        """Note what a run holds."""
        before = self._noted()
        said = _said(tuple([token.words for token in run.words]))
        self.side_by_side = self.side_by_side or said.side_by_side
        if said.stages:
            self.stages, self.in_disputes = said.stages, True
        same_line = tuple([t.words for t in run.words if run.values and t.line == run.values[0].line])
        match = _row_of(said.words, same_line)
        if match is not None and match.is_shared and self.in_disputes:
            match = None  # a column of that table
        self._note_header(run, said, match)
        self.reading.rows |= said.rows
        apart = self.side_by_side and run.is_scattered
        if match is not None:
            self._take_row(run, match, apart=apart, is_alone=not same_line)
        elif self.stages and not apart and (stage := _stage_of(run)) is not None:
            self._take_stage(run, ("disputes", stage))
        elif self.in_disputes and run.values and not apart:
            _disputes(self.reading, run.values, self.stages)
            self.in_disputes = not any(key.startswith("disputes.") for key in self.reading.cells)
            self.loose |= {("disputes", stage) for stage in form.STAGES} if runs.one_a_line(run.values) else set()
        elif len(run.values) == len(form.STAGES) * len(form.RESULTS) and run.has_number:
            self.headless.append(run.values)
        if before == self._noted() and abs(len(run.values) - len(form.APPLICANTS)) <= 1:
            self.reading.stray.append([values.read(text) for text in _texts(run.values)])

    def _noted(self) -> tuple[int, int]:
        return len(self.reading.cells), len(self.reading.torn)

    def _note_header(self, run: Run, said: _Said, match: labels.Match | None) -> None:
        is_of_requests = match is not None and match.row[0] == "requests"
        if self.applicants is None or not is_of_requests:
            for table, column in said.columns:
                self.reading.columns[table].add(column)
        if self.applicants is None:
            for token, text in zip(run.words, said.words, strict=True):
                parts = [text] if form.plain(text) in form.COLUMN_LABELS["requests"] else text.split()
                self.above += [(token.line, part) for part in parts]
            if is_of_requests:
                self.applicants, self.is_understood = _applicants(self.above), _is_understood(said.words)

    def _take_row(self, run: Run, match: labels.Match, *, apart: bool, is_alone: bool) -> None:
        """Note the values of a row of the form; `is_alone`: no label stands on their line."""
        row, reading = match.row, self.reading
        self.in_disputes = False
        reading.rows.add(row)
        # 其他 or 总计 above all other rows are the last words of the header, and the first row lost its label.
        if apart or not run.values or (match.is_shared and "requests" not in reading.tables()):
            return
        # Before other words on its line a row with empty cells in front may lack as many at its end (306注).
        ends = run.values[-1].last or (run.values[-1].cell and run.values[0].value)
        if ends and (len(run.values) > 1 or run.words[-1].first or is_alone):
            _place(reading, row, run.values, self.applicants or [], exact=match.exact)
            self.loose |= set() if run.is_on_one_line else {row}

    def _take_stage(self, run: Run, row: Row) -> None:
        """Note the five results of a stage."""
        self.reading.rows.add(row)
        results = fit(run.values, len(form.RESULTS))
        for result, text in zip(form.RESULTS, results or (), strict=False):
            self.reading.put(row, result, text, _line(run.values))
        self.loose |= set() if run.is_on_one_line else {row}


def _texts(tokens: list[Token]) -> list[str]:
    return [token.value or "" for token in tokens]


def _ends_with_stages(spaceless: str) -> bool:
    length = len(_STAGE_HEADER)
    return len(spaceless) >= length and sorted(spaceless[-length:]) == _STAGE_HEADER


def _is_in_order(reading: Reading, table: str) -> bool:
    """Whether the numbers of most rows of a table follow their label. Else the text was torn into columns, and what
    follows a label may be any column's numbers."""
    rows = sum(row[0] == table for row in reading.placed.keys() | reading.torn.keys())
    return not reading.has(table) or rows * 2 > len(form.rows(table, "2019"))


def _heap(lines: list[str]) -> Heap:
    """All values between the headings of the chapters three and four."""
    heap = Heap()
    inside = False
    below = 0
    for token in runs.tokens(lines):
        if token.value is None or token.line > below + 1:
            heap.ends.add(len(heap.values))
        below = token.line
        if token.value is None:
            inside = "收到和处理" in token.words or (inside and "行政诉讼" not in token.words)
        elif inside:
            heap.values.append(values.read(token.value))
    heap.ends.add(len(heap.values))
    return heap


def _applicants(header: list[tuple[int, str]]) -> list[str]:
    """The columns of `requests` from left to right, as far as the words above it, each with its line, name them."""
    words = [form.plain(word) for _, word in header]
    start = words.index("申请人情况") if "申请人情况" in words else 0
    at: dict[str, int] = {}
    for number, word in enumerate(words[start:], start):
        if (column := form.COLUMN_LABELS["requests"].get(word)) is not None:
            at.setdefault(column, number)
    beside = words.index("法人或其他组织", start) if "法人或其他组织" in words[start:] else len(words)
    below = min((at[one] for one in at if one not in ("natural_person", "total")), default=0)
    is_first = {"natural_person", "total"} <= at.keys() and (
        at["total"] < at["natural_person"] and header[at["total"]][0] == header[at["natural_person"]][0]
    )

    def position(column: str) -> tuple[bool, bool, int]:
        # What stands to the right of merged words is to the right of all that is below these; on a line of its own it
        # may be a cell as high as both (a PDF has 自然人 between 法人或其他组织 and 商业企业).
        is_right = beside < at[column] < below and header[at[column]][0] == header[beside][0]
        return column == "total" and not is_first, is_right, at[column]

    return sorted(at, key=position)


def _is_understood(words: Sequence[str]) -> bool:
    """Whether the form knows all words of a header (小计 above a column that no word of the form names)."""
    start = next((at for at, word in enumerate(words) if form.plain(word) in _HEADS), len(words))
    return all(labels.known(word) for word in words[start:])


_HEADS = frozenset(("申请人情况", "自然人"))


def _place_short_rows(reading: Reading, columns: list[str]) -> None:
    """Where a converter lost a column, rows have as many values as the header has names, and stand under these. A row
    that had an empty cell more than the others seemed whole."""
    torn = {row: part for row, part in reading.torn.items() if row[0] == "requests"}
    if any(len(part.values) != len(form.APPLICANTS) - 1 for part in torn.values()):
        return
    whole = {row for row in reading.placed if row[0] == "requests"}
    if len(whole) * _FEW > len(torn):
        return
    reading.forget(whole)
    if len(columns) != len(form.APPLICANTS) - 1:
        return
    for row, part in torn.items():
        if "total" not in columns and is_moved([*(cell.raw for cell in part.values), ""]):
            continue
        del reading.torn[row]
        for column, cell in zip(columns, part.values, strict=True):
            reading.put_cell(row, column, cell._replace(place=part.place))


_COLUMN_WORDS = {label: column for label, column in form.COLUMN_LABELS["disclosure"].items() if len(label) >= 5}


@lru_cache(maxsize=1024)
def _said(printed: tuple[str, ...]) -> _Said:
    words = form.in_full(printed)
    spaceless = "".join("".join(words).split())
    names_stages = _STAGE_WORDS.search(spaceless) is not None or _ends_with_stages(spaceless)
    return _Said(
        words,
        any(map(_SIDE_BY_SIDE.search, words)),
        spaceless if names_stages else "",
        frozenset(_named(words)),
        frozenset(_named_columns(words, re.sub(r"[^\w/]", "", spaceless))),
    )


def _named_columns(words: Sequence[str], together: str) -> Iterator[tuple[str, str]]:
    """The column headers among the words, each by itself or, of `disclosure`, run together."""
    for piece in {*words, *" ".join(words).split()}:
        key = form.plain(piece)
        for table in ("disclosure", "requests"):
            if (column := form.COLUMN_LABELS[table].get(key)) is not None:
                yield table, column
    yield from (("disclosure", column) for label, column in _COLUMN_WORDS.items() if label in together)


def _named(words: Sequence[str]) -> Iterator[Row]:
    """Rows whose labels stand among the words, whether or not numbers follow."""
    for piece in words:
        row = labels.exactly(piece)
        if row is not None and row[1] not in ("other_single", "other_other", "total_handled"):
            yield row


@lru_cache(maxsize=1024)
def _row_of(words: tuple[str, ...], same_line: tuple[str, ...]) -> labels.Match | None:
    """The row that a run of words names: by the words on the values' own line, else by the words just before them."""
    if same_line and (match := labels.find(same_line)) is not None:
        return match
    for count in range(1, min(len(words), 6) + 1):
        if (row := labels.exactly("".join(words[-count:]))) is not None:
            # Labels that follow each other without a number are a column of labels: nobody knows whose the numbers are.
            alone = same_line or not any(one != row for one in _named(words[:-count]))
            return labels.Match(row) if alone else None
    named = set(_named(words[:-1]))
    row = labels.at_end("".join(words))
    if row is not None:
        return labels.Match(row)
    return None if named or same_line else labels.resembling(words[-1])


def _place(reading: Reading, row: Row, tokens: list[Token], applicants: list[str], *, exact: bool) -> None:
    """Note the values of a row; one of `requests` lies over `applicants`, if these are all. Where a narrow column broke
    its label, as is to be feared where that is not `exact`, the numbers may have been broken too, and only their sum
    tells."""
    table, name = row
    columns = _columns(table, name, reading, applicants)
    if columns is None:
        reading.torn.setdefault(row, Torn([values.read(text) for text in _texts(tokens)]))
        return
    texts = fit(tokens, len(columns))
    if texts is None or not (exact or table == "disclosure" or adds_up(texts)):
        printed = torn(tokens, len(columns))
        if table == "requests" and columns != list(form.APPLICANTS):
            return  # the sums place a row in the form's own order
        if row not in reading.torn and abs(len(printed) - len(columns)) <= _LOST:
            reading.torn[row] = Torn(printed, _line(tokens))
        return
    line = _line(tokens)
    for column, text in zip(columns, texts, strict=True):
        reading.put(row, column, text, line)


def _line(tokens: list[Token]) -> Place:
    return Place(line=tokens[0].line + 1)


def _columns(table: str, name: str, reading: Reading, applicants: list[str]) -> list[str] | None:
    """The printed columns of a row; of `disclosure` by the headers that were seen, None where they do not tell."""
    if table == "requests":
        return applicants if len(applicants) == len(form.APPLICANTS) else list(form.APPLICANTS)
    seen = reading.columns["disclosure"]
    choices = [
        columns
        for edition in form.EDITIONS
        for row, columns in form.rows("disclosure", edition)
        if row == name and set(columns) <= seen
    ]
    if len(choices) == 2:
        # `decisions` alone is 2021; with the two columns of items beside it, 2019.
        choices = [max(choices, key=len)]
    return choices[0] if choices else None


def _stage_of(run: Run) -> str | None:
    """The stage whose name stands right before five values (where the stages are rows), or before the empty field of a
    merged cell and these; else None."""
    words = form.plain(run.words[-1].words)
    stage = next((stage for label, stage in form.STAGE_LABELS.items() if words.endswith(label)), None)
    printed = run.values[1:] if run.values and not run.values[0].value else run.values
    return stage if len(form.RESULTS) in (len(printed), len(run.values)) else None


def _disputes(reading: Reading, tokens: list[Token], header: str) -> None:
    first = [token for token in tokens if token.line == tokens[0].line]
    if len(first) > 1 and first[0].value and not any(token.value for token in first[1:]):
        tokens = tokens[len(first) :] or tokens  # the number of a page in a row of its own
    # 行政复议 and 行政诉讼 may be tables of their own: then the header names just their columns, and each adds up.
    stages = [stage for stage in form.STAGES if any(words in header for words in _STAGE_NAMES[stage])]
    named = all(header.count(form.FORM["disputes"]["columns"][result]["zh"]) == len(stages) for result in form.RESULTS)
    printed = _texts(tokens)
    width = len(form.RESULTS)
    parts = [printed[at : at + width] for at in range(0, len(printed), width)]
    if not named or len(parts) != len(stages) or not all(len(part) == width and adds_up(part) for part in parts):
        stages = list(form.STAGES)
    columns = [(stage, result) for stage in stages for result in form.RESULTS]
    for stage in stages:
        reading.rows.add(("disputes", stage))
    texts = fit(tokens, len(columns))
    if texts is None:
        reading.torn[("disputes", "")] = Torn(torn(tokens, len(columns)), _line(tokens))
        return
    line = _line(tokens)
    for (stage, result), text in zip(columns, texts, strict=True):
        reading.put(("disputes", stage), result, text, line)
