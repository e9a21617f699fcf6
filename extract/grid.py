"""The reading by row label and column header, for tables that kept their cells."""

import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field

from extract import form, labels, values
from extract.document import Grid, GridCell, distinct
from extract.labels import Row
from extract.reading import Reading, Torn
from extract.report import Cell, Place, Status

_HEADER_DEPTH = 4
_YEAR = re.compile(r"20\d\d(?=年)")
_SHARED = frozenset(("其他", "其它", "总计", "合计"))
"""Words that are both a column header and a row label."""
_HEADERS = form.HEADER_WORDS - _SHARED
_SHARED_ROWS = frozenset((("requests", "other_other"), ("requests", "total_handled")))


@dataclass(slots=True)
class _Header:
    """The columns of a table from left to right, each with its positions, and all positions over which words stand."""

    columns: dict[str, list[int]] = field(default_factory=dict)
    named: set[int] = field(default_factory=set)


@dataclass(slots=True)
class _Line:
    """A row of a grid: its number, its cells by position and once each, the plain words of these, and the row of the
    form that it is, with how many of its cells are labels."""

    number: int
    row: list[GridCell | None]
    cells: list[GridCell]
    words: list[str]
    label: tuple[labels.Match, int] | None

    @property
    def is_header(self) -> bool:
        """Whether column headers of the form stand in it, or several that may be headers of any table."""
        return self.has_headers or (
            not _SHARED.isdisjoint(self.words) and sum(word in _SHARED for word in self.words) > 1
        )

    @property
    def has_headers(self) -> bool:
        """Whether column headers of the form alone stand in it."""
        return not _HEADERS.isdisjoint(self.words)


def _line(number: int, row: list[GridCell | None], cells: list[GridCell]) -> _Line:
    if not any(map(_is_number, cells)) and (full := _in_full(row, cells)) is not row:
        row, cells = full, distinct(full)
    words = [form.plain(cell.text) for cell in cells]
    return _Line(number, row, cells, words, _label(cells, words))


def read(grids: list[Grid], year: int | None = None) -> Reading:
    """The reading of a document's grids, in order: a table split over grids keeps the header of its first part.

    `year` is the one reported on: of columns that name years, only its own are read.
    """
    reading = Reading()
    headers: dict[str, _Header] = {}
    before = False
    pending: list[_Line] = []
    for grid in grids:
        # 其他 and 总计 are rows of any table: they count beside other rows of `requests`, or below a part with such.
        upright = _turned(grid) if _lies_on_its_side(grid) else grid
        lines = list(_mended(upright))
        before, shared_too = any(map(_is_of_requests, lines)), before
        shared_too = shared_too or before
        for line in lines:
            place = Place(grid.number, line.number)
            labelled = line.label
            if labelled is not None and labelled[0].row in _SHARED_ROWS and not shared_too:
                labelled = None
            if labelled is not None or line.has_headers:
                reading.grids.add(grid.number)
            if labelled is not None and not line.is_header:
                match, count = labelled
                table = match.row[0]
                _resolve(pending, table, headers, reading, year)
                pending = []
                if not match.exact:
                    words = "".join(cell.text for cell in line.cells[:count])
                    reading.problems.append(f"{place}：行名“{_short(words)}”按近似读作“{_name(match.row)}”")
                _row(reading, match.row, line, count, headers.get(table), place, typed=grid.typed)
            elif (stage := _stage(line)) is not None and (_names_results(pending) or "results" in headers):
                _resolve(pending, "results", headers, reading, year)
                pending = []
                _row(reading, ("disputes", stage[0]), line, stage[1], headers.get("results"), place, typed=grid.typed)
            elif pending and _is_disputes_row(line, pending):
                _resolve(pending, "disputes", headers, reading, year)
                header_lines, pending = pending, []
                _disputes(reading, line, headers.get("disputes", _Header()), place, typed=grid.typed)
                if not _has_text(line.row):
                    pending = [*header_lines, line]  # a page may break below the upper edge of the row
            else:
                _note_unknown(reading, line, place)
                if _has_text(line.row):
                    pending = [*pending, line][-_HEADER_DEPTH:]
        if upright is not grid:
            _turn_back(reading, grid.number)
    reading.settle()
    return reading


def _in_full(row: list[GridCell | None], cells: list[GridCell]) -> list[GridCell | None]:
    """The row with its headers in full where they were cut short."""
    cells = [cell for cell in cells if cell.text]
    words = tuple(cell.text for cell in cells)
    whole = form.in_full(words)
    if whole == words:
        return row
    made = {cell: GridCell(text, cell.box) for cell, text in zip(cells, whole, strict=True)}
    return [cell and made.get(cell, cell) for cell in row]


def _lies_on_its_side(grid: Grid) -> bool:
    """Whether what the form prints as rows stands side by side: the outcomes in one row, or results in one column."""
    for cells in grid.cells[:_HEADER_DEPTH]:
        named = [form.ROW_LABELS.get(form.plain(cell.text)) for cell in cells if len(cell.text) > 2]
        if sum(match is not None and match[0] == "requests" for match in named) >= 5:
            return True
    columns = zip(*(row[:4] for row in grid.rows), strict=True)
    return any({form.plain(cell.text) for cell in distinct(column)} >= _RESULTS for column in columns)


_RESULTS = frozenset(map(form.plain, ("结果维持", "结果纠正", "尚未审结")))


def _turned(grid: Grid) -> Grid:
    return Grid([list(column) for column in zip(*grid.rows, strict=True)], number=grid.number)


def _turn_back(reading: Reading, number: int) -> None:
    """Name rows and columns as they stand in the document."""
    for key, cell in reading.cells.items():
        if cell.place is not None and cell.place.grid == number:
            place = cell.place._replace(row=cell.place.column, column=cell.place.row)
            reading.cells[key] = cell._replace(place=place)


def _is_of_requests(line: _Line) -> bool:
    return line.label is not None and line.label[0].row[0] == "requests" and line.label[0].row not in _SHARED_ROWS


def _mended(grid: Grid) -> Iterator[_Line]:
    """The rows of a grid, numbered from 1, those joined again that a page break cut in two: the label is only whole
    together, and no column has a value on both sides."""
    index, last = 0, len(grid.rows) - 1
    while index <= last:
        number, row, cells = index + 1, grid.rows[index], grid.cells[index]
        if index < last and index + 1 in grid.joints and (joined := _joined(row, grid.rows[index + 1])) is not None:
            row, cells = joined, distinct(joined)
            index += 1
        yield _line(number, row, cells)
        index += 1


def _joined(above: list[GridCell | None], below: list[GridCell | None]) -> list[GridCell | None] | None:
    """The row of which these are the two parts, None where they are rows of their own."""
    row = _together(above, below, "")
    whole = _line(0, row, distinct(row)).label
    if _is_rest(above) or _is_rest(below):
        # The header of chapter 四 and the values on the next page are two rows.
        if whole is None and _has_text(above) and _has_text(below):
            return None
    else:
        if whole is None or not whole[0].exact:
            return None
        parts = [_line(0, part, distinct(part)) for part in (above, below)]
        named = [part.row for part in parts if part.label is not None and part.label[0].exact]
        # A label may lie on one side alone, and the values on the other, perhaps beside the label of the group.
        apart = all(_is_empty(one) or _is_empty(two) for one, two in zip(above, below, strict=True))
        if named and not apart and (len(named) > 1 or _has_values(named[0])):
            return None
    if not any(_is_number(one) and _is_number(two) for one, two in zip(above, below, strict=True)):
        return row
    # Digits on both sides: one number went over the edge of the page, or another number stands there.
    if whole is not None:
        printed = [values.read(cell.text) for cell in distinct(row)[whole[1] :]]
        numbers = [cell.value for cell in printed if cell.value is not None]
        if len(numbers) == len(printed) == len(form.APPLICANTS) and sum(numbers[:-1]) == numbers[-1]:
            return row
    return _together(above, below, "\n")


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


def _short(words: str) -> str:
    words = "".join(words.split())
    return words if len(words) <= 30 else words[:30] + "…"


def _name(row: Row) -> str:
    return str(form.FORM[row[0]]["rows"][row[1]]["zh"])


def _label(cells: list[GridCell], plain: list[str]) -> tuple[labels.Match, int] | None:
    """The row of the form that a grid row is, and how many of its cells are labels."""
    count = 0
    for cell, key in zip(cells, plain, strict=True):
        if (cell.text and values.is_value(cell.text)) or (count and key in values.NOTHING):
            break
        count += 1
    words = [cell.text for cell in cells[:count] if cell.text]
    while count and not cells[count - 1].text:
        count -= 1  # empty cells behind the label are values
    if not words:
        return None
    match = labels.find(words)
    return (match, count) if match is not None else None


def _chain(cells: list[GridCell]) -> list[str]:
    """The header words above a column, nearest first, then joined with those above them (商业 over 企业)."""
    texts = [cell.text for cell in cells if cell.text]
    return ["".join(texts[-count:]) for count in range(1, min(len(texts), 3) + 1)]


def _stage(line: _Line) -> tuple[str, int] | None:
    """The stage of `disputes` that a row with values names (where the stages are rows), and how many cells do so."""
    cells = line.cells
    count = next((n for n, cell in enumerate(cells) if cell.text and values.is_value(cell.text)), len(cells))
    words = [word for cell, word in zip(cells[:count], line.words, strict=False) if cell.text]
    if not words or words[-1] not in form.STAGE_LABELS or count == len(cells) or len(words) > 2:
        return None
    return form.STAGE_LABELS[words[-1]], max(n for n, cell in enumerate(cells[:count], 1) if cell.text)


def _names_results(pending: list[_Line]) -> bool:
    return any(_RESULTS.issubset(line.words) for line in pending)


def _resolve(
    pending: list[_Line],
    table: str,
    headers: dict[str, _Header],
    reading: Reading,
    year: int | None,
) -> None:
    """Turn the rows above a table's first row into its header, where they hold one. "results" is the header of
    `disputes` where its stages are rows."""
    if not pending:
        return
    # Over parts of different width no position means the same column.
    pending = [line for line in pending if len(line.row) == len(pending[-1].row)]
    header = _Header()
    named_by_table = "disputes" if table == "results" else table
    columns: dict[int, str] = {}
    stages = ["" for _ in pending]
    years: dict[int, set[int]] = {}
    for position, column_cells in enumerate(zip(*(line.row for line in pending), strict=True)):
        above = distinct(column_cells)
        if words := "".join(cell.text for cell in above):
            header.named.add(position)
            years[position] = {int(found) for found in _YEAR.findall(words)}
        for depth, cell in enumerate(column_cells):
            key = form.plain(cell.text) if cell is not None else ""
            if key in form.STAGE_LABELS:
                stages[depth] = form.STAGE_LABELS[key]
            elif key in form.IGNORED:
                stages[depth] = ""
        named = (labels.column(named_by_table, text) for text in _chain(above))
        column = next((one for one in named if one is not None), None)
        if column is None:
            continue
        if table == "disputes":
            stage = next((name for name in reversed(stages) if name), "")
            if not stage:
                continue
            column = f"{stage}.{column}"
        columns[position] = column
    if any(year in of for of in years.values()):
        columns = {at: name for at, name in columns.items() if not years[at] or year in years[at]}
    for position, column in columns.items():
        header.columns.setdefault(column, []).append(position)
    if not header.columns:
        return
    if table == "disclosure":
        reading.columns[table] |= header.columns.keys()
    headers[table] = header


def _is_disputes_row(line: _Line, pending: list[_Line]) -> bool:
    cells = line.cells
    if len(cells) < 3 or not all(not cell.text or values.is_value(cell.text) or len(cell.text) < 3 for cell in cells):
        return False
    found = {word for header in pending for word in header.words}
    return bool(found & _RESULTS) and bool(found & (form.STAGE_LABELS.keys() | {"行政诉讼"}))


def _the_one(cells: list[GridCell]) -> GridCell | None:
    """The one of some cells with text, the first where all are empty; None where no cell is or several texts differ."""
    if len(cells) == 1:
        return cells[0]
    printed = [cell for cell in cells if cell.text]
    if len({cell.text for cell in printed}) > 1:
        return None
    return next(iter((*printed, *cells)), None)


def _by_position(
    row: list[GridCell | None], header: _Header, barred: Collection[GridCell]
) -> dict[str, GridCell] | None:
    """Column → cell by the header's positions; None where the row's cells do not lie under it: a number under no
    words at all shows that the row is longer than its header (a column copied twice)."""
    if not header.named.issuperset(range(len(row))):
        under = {row[at] for at in header.named if at < len(row)}
        outside = {cell for cell in row if cell is not None and cell not in under and cell not in barred}
        if any(cell.text and values.is_value(cell.text) for cell in outside):
            return None
    found: dict[str, GridCell] = {}
    owner: dict[GridCell, str] = {}
    for column, positions in header.columns.items():
        below = distinct([row[at] for at in positions if at < len(row)])
        cell = _the_one([one for one in below if one not in barred])
        if cell is None:
            return None
        for other in below:
            if other.text and owner.setdefault(other, column) != column:
                return None  # one number under two columns
        found[column] = cell
    return found


def _by_order(cells: list[GridCell], columns: list[str]) -> dict[str, GridCell] | None:
    """Column → cell by order, where the row has just as many cells as the header columns."""
    cells = list(cells)
    while len(cells) > len(columns) and not cells[-1].text:
        cells.pop()  # LibreOffice adds an empty column at the right edge
    return dict(zip(columns, cells, strict=True)) if len(cells) == len(columns) else None


def _may_be_shifted(cells: Iterable[GridCell]) -> bool:
    """Whether one cell at the edge is empty and all others are not: a cell was lost, and it need not be that one."""
    texts = [cell.text for cell in cells]
    return len(texts) > 1 and texts.count("") == 1 and not (texts[0] and texts[-1])


def _is_short(placed: dict[str, GridCell]) -> bool:
    """Whether a row of applicants lost a cell, and its others moved to the left: nothing stands under 总计, and the
    number before it is no less than all others together, as only the total is."""
    numbers = [values.read(placed[column].text).value for column in form.APPLICANTS if column in placed]
    if len(numbers) < len(form.APPLICANTS) or placed["total"].text or None in numbers[:-1]:
        return False
    *others, last = (number or 0 for number in numbers[:-1])
    return 0 < last >= sum(others)


def _stripped(cells: list[GridCell]) -> list[GridCell]:
    """The cells between the first and the last with text."""
    printed = [number for number, cell in enumerate(cells) if cell.text]
    return cells[printed[0] : printed[-1] + 1] if printed else []


def _texts(placed: dict[str, GridCell]) -> dict[str, str]:
    return {column: cell.text for column, cell in placed.items()}


def _agree_on_sum(placed: dict[str, GridCell]) -> bool:
    numbers = {column: values.read(cell.text).value or 0 for column, cell in placed.items()}
    return sum(number for column, number in numbers.items() if column != "total") == numbers.get("total")


def _place(row: list[GridCell | None], cell: GridCell, place: Place) -> Place:
    """Where a cell of this row stands."""
    return Place(place.grid, place.row, row.index(cell) + 1, box=cell.box)  # by identity, since cells do not compare


def _row(
    reading: Reading,
    row_key: Row,
    line: _Line,
    label_count: int,
    header: _Header | None,
    place: Place,
    *,
    typed: bool,
) -> None:
    table = row_key[0]
    reading.rows.add(row_key)
    row, cells = line.row, line.cells
    behind = cells[label_count:]
    by_position = _by_position(row, header, cells[:label_count]) if header is not None else None
    columns = list(header.columns) if header is not None else []
    under = list(by_position.values()) if by_position is not None else []
    unplaced = not under or any(cell.text and cell not in under for cell in behind)
    if table == "requests" and len(columns) < len(form.APPLICANTS) and len(behind) != len(columns) and unplaced:
        # Not all of the header's words were recognised.
        columns, by_position = list(form.APPLICANTS), None
    by_order = _by_order(behind, columns) if columns else None
    if table == "requests" and by_order is not None and by_position is None:
        edges = sum(bool(cell.text) for cell in (behind[0], behind[len(columns) - 1]))
        lost = edges == 1 and sum(not cell.text for cell in behind) == 1
        if lost or not _agree_on_sum(by_order):
            # Without a header over these cells only the sum of the row can vouch for their order, and an empty cell
            # at the edge may belong to the label.
            by_order = None
    placed = by_position or by_order
    if by_position is not None and by_order not in (None, by_position) and _texts(by_position) != _texts(by_order):
        if table == "requests" and _agree_on_sum(by_position) != _agree_on_sum(by_order):
            placed = by_position if _agree_on_sum(by_position) else by_order
        else:
            _dispute(reading, row_key, by_position, by_order, place)
            return
    if placed is None and table == "disputes":
        placed = _by_order(behind, list(form.RESULTS))
        placed = placed if placed is not None and _agree_on_sum(placed) else None
    # In a row that was cut the last cells are empty, also under a header that the form does not know (小计).
    named = [cell for at, cell in enumerate(row) if cell in behind and at in header.named] if typed and header else []
    ends = distinct(named) if table == "requests" else []
    shifted = typed and placed is not None and (_may_be_shifted(placed.values()) or _may_be_shifted(ends))
    shifted = shifted or (placed is not None and _is_short(placed))
    if placed is None or (shifted and not (table != "disclosure" and _agree_on_sum(placed))):
        printed = _stripped(behind) if typed or shifted else behind
        if printed and row_key not in reading.torn:
            reading.torn[row_key] = Torn([values.read(cell.text) for cell in printed], place)
        return
    for column, cell in placed.items():
        reading.put(row_key, column, cell.text, _place(row, cell, place))
    used = set(placed.values())
    for cell in behind:
        if cell.text and cell not in used:
            where = f"表{place.grid}第{_place(row, cell, place).column}列"
            problem = f"{where}：表头不是官方格式的栏目，数字没有采用（如“{_short(cell.text)}”）"
            if not any(known.startswith(f"{where}：表头") for known in reading.problems):
                reading.problems.append(problem)


def _dispute(reading: Reading, row_key: Row, one: dict[str, GridCell], two: dict[str, GridCell], place: Place) -> None:
    for column, cell in one.items():
        if cell.text == two[column].text:
            reading.put(row_key, column, cell.text, place)
        else:
            raw = f"{cell.text}｜{two[column].text}"
            reading.put_cell(row_key, column, Cell(None, raw, Status.DISPUTED, place))


def _disputes(reading: Reading, line: _Line, header: _Header, place: Place, *, typed: bool) -> None:
    row, cells = line.row, line.cells
    complete = [f"{stage}.{result}" for stage in form.STAGES for result in form.RESULTS]
    named = list(header.columns)
    reading.rows |= {("disputes", column.split(".")[0]) for column in named or complete}
    # 行政复议 and 行政诉讼 may be tables of their own: a stage counts when its five results are named.
    whole_stages = len(named) % len(form.RESULTS) == 0 and len(named) > 0
    placed = _by_position(row, header, ()) if whole_stages or len(named) == len(cells) else None
    placed = placed or _by_order(cells, named if whole_stages else complete)
    if placed is None or (typed and _may_be_shifted(placed.values())):
        if any(cell.text for cell in cells):
            printed = _stripped(cells) if typed else cells
            reading.torn[("disputes", "")] = Torn([values.read(cell.text) for cell in printed], place)
        return
    for column, cell in placed.items():
        stage, result = column.split(".")
        reading.put(("disputes", stage), result, cell.text, _place(row, cell, place))


def _note_unknown(reading: Reading, line: _Line, place: Place) -> None:
    """A row with a label that the form does not know and with numbers behind it is said aloud."""
    words = [cell.text for cell in line.cells if cell.text and not values.is_value(cell.text)]
    numbers = [cell.text for cell in line.cells if cell.text and values.is_value(cell.text)]
    is_header = not form.HEADER_WORDS.isdisjoint(line.words)
    if words and numbers and not is_header and not all(labels.known(word) for word in words):
        reading.problems.append(
            f"{place}：表中有官方格式以外的行“{_short(''.join(words))}”，数字为{'、'.join(numbers)[:60]}"
        )
