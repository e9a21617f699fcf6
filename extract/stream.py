"""The reading that needs no grid: words and numbers in the order in which they stand.

A row is the label in front of its numbers. It serves text that lost its cells (tabs, one cell a line, Markdown,
the text layer of a PDF) and is the second, independent reading of everything that has a grid.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache

from extract import form, labels, values
from extract.labels import Row
from extract.reading import Heap, Reading, Torn
from extract.report import Cell, Place

_RULE = re.compile(r"^[\s|:\-—=+]*$")
_VALUE = re.compile(
    r"(?<![^\s|])"
    r"(?:[+-]?(?:\d{1,3}(?:,\s?\d{3})+|\d+)(?:\.\d+)?(?:件次|件|条|个|宗|起|次|项|份|人|万元|元)?(?:\s*[(\[][^)\]]*[)\]])?"
    r"|(?:增加?|减少?)\d+|[/\\╱╲∕⁄]|[-—–]{1,3}|\.\d+|无(?=\s+[\d/无])|(?<=[\d/无]\s)无)"
    r"(?=$|[\s|])(?!\s*[年月日])"
)
_LOST = 2
"""How many values a row may have too few or too many and still be one that was torn."""
_SIDE_BY_SIDE = re.compile(r"自然.*法人|商业.*科研|科研.*社会|社会.*法律|结果.*结果|结果.*尚未|尚未.*[总合]")
"""Headers of two columns on one line. Where values then stand one a line, the columns were torn apart, and the order
of the values is that of no row (pdftotext's reading order)."""
_STAGE_WORDS = re.compile(r"结果维持|结果纠正|尚未审结|复议后起诉")


@dataclass(slots=True)
class _Token:
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


def _fields(line: str) -> list[str]:
    if "|" in line and line.count("|") >= 2:
        return [part.strip() for part in line.strip().strip("|").split("|")]
    return [part.strip() for part in line.split("\t")] if "\t" in line else []


def _tokens(lines: Iterable[str]) -> Iterator[_Token]:
    for number, line in enumerate(lines):
        if "|" in line and _RULE.match(line):
            continue
        fields = _fields(line)
        # A file of one cell a line starts each with a tab: a tab alone is an empty cell there.
        # In a line of several, those before the first words are label columns of merged cells.
        while len(fields) > 1 and not fields[0]:
            del fields[0]
        tokens = [
            _Token(number, words, value, cell=bool(fields))
            for text in fields or [line]
            for words, value in words_and_values(text, bool(fields))
        ]
        if tokens:
            tokens[0].first = tokens[-1].last = True
        yield from tokens


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
            found.append((before, None))
        found.append(("", match.group()))
        at = match.end()
    if rest := folded[at:].strip():
        found.append((rest, None))
    return found


@dataclass(slots=True)
class _Run:
    """Words, and the values that follow them until other words come."""

    words: list[_Token] = field(default_factory=list)
    values: list[_Token] = field(default_factory=list)


def _runs(lines: Iterable[str]) -> Iterator[_Run]:
    run = _Run()
    for token in _tokens(lines):
        if token.value is None:
            if run.values and not any(value.value for value in run.values) and not _is_blank_row(run):
                run.values.clear()  # the empty cells between the headers of merged columns
            if run.values:
                yield run
                run = _Run()
            run.words.append(token)
        elif run.words:
            run.values.append(token)
    if run.words:
        yield run


def _is_blank_row(run: _Run) -> bool:
    label = run.words[-1]
    row = labels.exactly(label.words)
    if row is None:
        return False
    # 其他 is a header too, with empty cells behind it; no row of `disclosure` is.
    on_one_line = label.line == run.values[0].line and (len(run.values) > 2 or row[0] == "disclosure")
    return on_one_line or (row[0] == "requests" and len(run.values) == len(form.APPLICANTS))


_STAGE_NAMES = {stage: [label for label, named in form.STAGE_LABELS.items() if named == stage] for stage in form.STAGES}


def read(lines: list[str]) -> Reading:
    """The reading of a document's lines."""
    reading = Reading()
    stages_seen = ""
    in_disputes = False
    named_before: set[str] | None = None
    side_by_side = False
    loose: set[Row] = set()
    for run in _runs(lines):
        words = list(form.in_full(tuple(token.words for token in run.words)))
        side_by_side = side_by_side or any(map(_SIDE_BY_SIDE.search, words))
        joined = "".join(words)
        spaceless = "".join(joined.split())
        stages_seen = spaceless if _STAGE_WORDS.search(spaceless) else stages_seen
        if _STAGE_WORDS.search(spaceless):
            in_disputes = True
        same_line = [t.words for t in run.words if run.values and t.line == run.values[0].line]
        row = _row_of(words, same_line)
        if row is not None and row[1] in ("total_handled", "other_other") and in_disputes:
            row = None
        if row is not None:
            in_disputes = False
        if named_before is None or row is None or row[0] != "requests":
            _note_columns(words, spaceless, reading)
        if row is not None and row[0] == "requests" and named_before is None:
            named_before = set(reading.columns["requests"]) if _is_understood(words) else set()
        for match in _named(words):
            reading.rows.add(match)
        apart = side_by_side and _is_scattered(run)
        if row is not None:
            reading.rows.add(row)
            # Before other words on its line a row with empty cells in front may lack as many at its end (306注).
            ends = run.values and (run.values[-1].last or (run.values[-1].cell and run.values[0].value))
            if ends and not apart and (len(run.values) > 1 or run.words[-1].first or not same_line):
                _place(reading, row, run.values)
                loose |= set() if _is_on_one_line(run) else {row}
        elif stages_seen and not apart and (stage := _stage_of(run)) is not None:
            reading.rows.add(("disputes", stage))
            results = _fit(run.values, len(form.RESULTS))
            for result, text in zip(form.RESULTS, results or (), strict=False):
                reading.put(("disputes", stage), result, text, _line(run.values))
            loose |= set() if _is_on_one_line(run) else {("disputes", stage)}
        elif in_disputes and run.values and not apart:
            _disputes(reading, run.values, stages_seen)
            in_disputes = not any(key.startswith("disputes.") for key in reading.cells)
            loose |= {("disputes", stage) for stage in form.STAGES} if _one_a_line(run.values) else set()
    for disordered in (("disclosure",), ("requests", "disputes")):
        if not _is_in_order(reading, disordered[0]):
            reading.forget({row for row in loose | set(reading.torn) if row[0] in disordered})
            reading.heap = _heap(lines) if "requests" in disordered else reading.heap
    _place_short_rows(reading, named_before or set())
    reading.settle()
    return reading


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
    for token in _tokens(lines):
        if token.value is None or token.line > below + 1:
            heap.ends.add(len(heap.values))
        below = token.line
        if token.value is None:
            inside = "收到和处理" in token.words or (inside and "行政诉讼" not in token.words)
        elif inside:
            heap.values.append(values.read(token.value))
    heap.ends.add(len(heap.values))
    return heap


def _is_understood(words: list[str]) -> bool:
    """Whether the form knows all words of a header (小计 above a column that no word of the form names)."""
    start = next((at for at, word in enumerate(words) if form.plain(word) in _HEADS), len(words))
    return all(labels.known(word) for word in words[start:])


_HEADS = frozenset(("申请人情况", "自然人"))


def _place_short_rows(reading: Reading, named: set[str]) -> None:
    """Rows that all have as many values as the header has names stand under these names: a converter lost a column."""
    columns = [column for column in form.APPLICANTS if column in named]
    torn = {row: part for row, part in reading.torn.items() if row[0] == "requests"}
    if len(columns) != len(form.APPLICANTS) - 1 or any(len(part.values) != len(columns) for part in torn.values()):
        return
    if any(key.startswith("requests.") for key in reading.cells):
        return
    for row, part in torn.items():
        del reading.torn[row]
        for column, cell in zip(columns, part.values, strict=True):
            reading.put_cell(row, column, cell._replace(place=part.place))


_COLUMN_WORDS = {label: column for label, column in form.COLUMN_LABELS["disclosure"].items() if len(label) >= 5}


def _note_columns(words: list[str], spaceless: str, reading: Reading) -> None:
    """Note the column headers among the words, each by itself or, of `disclosure`, run together."""
    for piece in {*words, *" ".join(words).split()}:
        key = form.plain(piece)
        for table in ("disclosure", "requests"):
            if (column := form.COLUMN_LABELS[table].get(key)) is not None:
                reading.columns[table].add(column)
    together = re.sub(r"[^\w/]", "", spaceless)
    reading.columns["disclosure"] |= {column for label, column in _COLUMN_WORDS.items() if label in together}


def _named(words: list[str]) -> Iterator[Row]:
    """Rows whose labels stand among the words, whether or not numbers follow."""
    for piece in words:
        row = labels.exactly(piece)
        if row is not None and row[1] not in ("other_single", "other_other", "total_handled"):
            yield row


def _row_of(words: list[str], same_line: list[str]) -> Row | None:
    """The row that a run of words names: by the words on the values' own line, else by the words just before them."""
    if same_line:
        if (match := labels.find(same_line)) is not None and (match.exact or len(words) == len(same_line)):
            return match.row
        if match is not None:
            whole = labels.at_end("".join(words))
            return whole if whole is not None else match.row
    for count in range(1, min(len(words), 6) + 1):
        if (row := labels.exactly("".join(words[-count:]))) is not None:
            # Labels that follow each other without a number are a column of labels: nobody knows whose the numbers are.
            return row if same_line or not any(one != row for one in _named(words[:-count])) else None
    named = set(_named(words[:-1]))
    row = labels.at_end("".join(words))
    if row is not None:
        return row
    if named or same_line:
        return None
    match = labels.resembling(words[-1])
    return match.row if match is not None else None


def _place(reading: Reading, row: Row, tokens: list[_Token]) -> None:
    table, name = row
    columns = _columns(table, name, reading)
    if columns is None:
        reading.torn.setdefault(row, Torn([values.read(t.value or "") for t in tokens]))
        return
    texts = _fit(tokens, len(columns))
    if texts is None:
        torn = _strip(tokens, len(columns))
        if row not in reading.torn and abs(len(torn) - len(columns)) <= _LOST:
            reading.torn[row] = Torn(torn, _line(tokens))
        return
    line = _line(tokens)
    for column, text in zip(columns, texts, strict=True):
        reading.put(row, column, text, line)


def _line(tokens: list[_Token]) -> Place:
    return Place(line=tokens[0].line + 1)


def _columns(table: str, name: str, reading: Reading) -> list[str] | None:
    """The printed columns of a row; of `disclosure` by the headers that were seen, None where they do not tell."""
    if table == "requests":
        return list(form.APPLICANTS)
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


def _fit(tokens: list[_Token], count: int) -> list[str] | None:
    """The texts of the values of a row of `count` columns, or None where they do not fit one way only."""
    first_line = [t.value or "" for t in tokens if t.line == tokens[0].line]
    everything = [t.value or "" for t in tokens]
    one_a_line = _one_a_line(tokens)
    for texts in (everything,) if one_a_line else (first_line, everything):
        alone = one_a_line or len(first_line) == len(everything)
        # The lines below may hold the ends of numbers that a narrow column wrapped: 12 and 34 for 1234. No number
        # begins with 0, so that a 0 takes no end (上海市府办 2025: a line of zeros below a row).
        takers = sum(text != "0" for text in texts)
        may_be_ends = 1 < len(everything) - len(texts) <= takers
        if len(texts) == count and not alone and (may_be_ends or not _stands_alone(texts)):
            continue
        if len(texts) == count:
            # Where tabs part the cells, one empty field at the edge may be a lost cell (坎苏镇 2024: six of seven).
            if one_a_line or bool(texts[0]) + bool(texts[-1]) != 1 or texts.count("") > 1:
                return texts
            return None
        left = next((i for i, text in enumerate(texts) if text), len(texts))
        right = next((i for i, text in enumerate(reversed(texts)) if text), len(texts))
        spare = len(texts) - count
        if spare > 0 and left + right >= spare and left < len(texts):
            ways = [texts[i : i + count] for i in range(max(0, spare - right), min(left, spare) + 1)]
            ways = [way for way in ways if (way[0] and way[-1]) or way.count("") > 1]
            if len(ways) == 1:
                return ways[0]
            right_sum = [way for way in ways if _adds_up(way)]
            if count == len(form.APPLICANTS) and len(right_sum) == 1:
                return right_sum[0]
    # Merged cells repeat their number. Between spaces 2 2 may be 22, and below may stand the end of a number; no number
    # begins with 0.
    if count == 1 and len(first_line) <= 3 and len({*first_line} - {""}) == 1:
        text = max(first_line)
        whole = len(first_line) == len(everything) and all(token.cell for token in tokens)
        return [text] if whole or (text == "0" and {*everything} <= {"0", ""}) else None
    # A page number between two parts of a row stands alone on its line where the row's own numbers do not.
    by_line: dict[int, list[str]] = {}
    for token in tokens:
        by_line.setdefault(token.line, []).append(token.value or "")
    if len(by_line) > 1 and max(len(part) for part in by_line.values()) > 1:
        kept = [part for part in by_line.values() if len(part) > 1]
        texts = [text for part in kept for text in part]
        if len(texts) == count and count >= len(form.APPLICANTS) and _adds_up(texts):
            return texts
    return None


def _one_a_line(tokens: list[_Token]) -> bool:
    return len({token.line for token in tokens}) == len(tokens)


def _is_on_one_line(run: _Run) -> bool:
    return run.words[-1].line == run.values[-1].line


def _is_scattered(run: _Run) -> bool:
    """Whether the values of a row stand one a line, some of them not right below what is before them."""
    tokens = run.values
    many = len(tokens) >= len(form.RESULTS) and _one_a_line(tokens)
    return many and tokens[-1].line - run.words[-1].line > len(tokens)


def _stands_alone(texts: list[str]) -> bool:
    """Whether the sums of the form vouch for a row; a row without sums is trusted."""
    if len(texts) == len(form.APPLICANTS):
        return _adds_up(texts)
    width = len(form.RESULTS)
    return len(texts) % width > 0 or all(_adds_up(texts[at : at + width]) for at in range(0, len(texts), width))


def _adds_up(texts: list[str]) -> bool:
    if len(texts) == len(form.STAGES) * len(form.RESULTS):
        return all(_adds_up(texts[at : at + len(form.RESULTS)]) for at in range(0, len(texts), len(form.RESULTS)))
    numbers = [values.read(text).value or 0 for text in texts]
    return sum(numbers[:-1]) == numbers[-1]


def _strip(tokens: list[_Token], count: int) -> list[Cell]:
    texts = [t.value or "" for t in tokens]
    if len(texts) > count + 1:
        texts = [t.value or "" for t in tokens if t.line == tokens[0].line]
    while texts and not texts[-1]:
        texts.pop()
    while texts and not texts[0]:
        texts.pop(0)
    return [values.read(text) for text in texts]


def _stage_of(run: _Run) -> str | None:
    """The stage whose name stands right before five values (where the stages are rows), or before the empty field of a
    merged cell and these; else None."""
    words = form.plain(run.words[-1].words)
    stage = next((stage for label, stage in form.STAGE_LABELS.items() if words.endswith(label)), None)
    printed = run.values[1:] if run.values and not run.values[0].value else run.values
    return stage if len(form.RESULTS) in (len(printed), len(run.values)) else None


def _disputes(reading: Reading, tokens: list[_Token], header: str) -> None:
    # 行政复议 and 行政诉讼 may be tables of their own: then the header names just their columns, and each adds up.
    stages = [stage for stage in form.STAGES if any(words in header for words in _STAGE_NAMES[stage])]
    named = all(header.count(form.FORM["disputes"]["columns"][result]["zh"]) == len(stages) for result in form.RESULTS)
    printed = [token.value or "" for token in tokens]
    width = len(form.RESULTS)
    parts = [printed[at : at + width] for at in range(0, len(printed), width)]
    if not named or len(parts) != len(stages) or not all(len(part) == width and _adds_up(part) for part in parts):
        stages = list(form.STAGES)
    columns = [(stage, result) for stage in stages for result in form.RESULTS]
    for stage in stages:
        reading.rows.add(("disputes", stage))
    texts = _fit(tokens, len(columns))
    if texts is None:
        reading.torn[("disputes", "")] = Torn(_strip(tokens, len(columns)), _line(tokens))
        return
    line = _line(tokens)
    for (stage, result), text in zip(columns, texts, strict=True):
        reading.put(("disputes", stage), result, text, line)
