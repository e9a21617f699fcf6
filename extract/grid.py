"""The reading by row label and column header, for tables that kept their cells."""

from dataclasses import dataclass, field

from extract import form, gridrows, labels, ordered, placing, values
from extract.document import Grid, GridCell, distinct
from extract.fitting import adds_up, stripped
from extract.gridrows import RESULTS, Line
from extract.labels import Match, Row
from extract.placing import Header, Placed
from extract.reading import Reading, Torn
from extract.report import Cell, Place, Status

_HEADER_DEPTH = 4
_DISPUTES = [f"{stage}.{result}" for stage in form.STAGES for result in form.RESULTS]


def read(grids: list[Grid], year: int | None = None) -> Reading:
    """The reading of a document's grids, in order: a table split over grids keeps the header of its first part.

    `year` is the one reported on: of columns that name years, only its own are read.
    """
    parts = [gridrows.read(grid) for grid in grids]
    turned = {number for number, lines in enumerate(parts) if gridrows.lies_on_its_side(lines)}
    for number in turned:
        parts[number] = gridrows.read(gridrows.turned(grids[number]))
    ordered.name([line for lines in parts for line in lines])
    walk = _Walk(year)
    for number, (grid, lines) in enumerate(zip(grids, parts, strict=True)):
        walk.take(grid, lines)
        if number in turned:
            _turn_back(walk.reading, grid.number)
    walk.reading.settle()
    return walk.reading


@dataclass(slots=True)
class _Walk:
    """A pass over the rows of grids, with what those above tell of those below.

    `pending` are the last rows that may be a header, `headers` those found, by table; `in_requests`: the grid before
    had rows of `requests`.
    """

    year: int | None
    reading: Reading = field(default_factory=Reading)
    headers: dict[str, Header] = field(default_factory=dict)
    pending: list[Line] = field(default_factory=list)
    in_requests: bool = False

    def take(self, grid: Grid, lines: list[Line]) -> None:
        """Note what the rows of a grid hold."""
        # 其他 and 总计 are rows of any table: they count beside other rows of `requests`, or below a part with such.
        below, self.in_requests = self.in_requests, any(line.is_of_requests for line in lines)
        for line in lines:
            match = line.match if below or self.in_requests or not line.is_shared else None
            if match is None and not line.has_headers and _is_page_number(line):
                continue
            if match is not None or line.has_headers:
                self.reading.grids.add(grid.number)
            place = Place(grid.number, line.number)
            if match is None or line.is_header:
                self._unnamed(grid, line, place)
            else:
                self._named(grid, line, match, place)

    def _named(self, grid: Grid, line: Line, match: Match, place: Place) -> None:
        """Note a row with a label of the form."""
        if not match.exact:
            words = "".join(cell.text for cell in line.cells[: line.labels])
            self.reading.problems.append(f"{place}：行名“{_short(words)}”按近似读作“{_name(match.row)}”")
            is_part = len(form.plain(words)) < len(form.plain(_name(match.row)))
            if is_part and not any(cell.text for cell in line.cells[line.labels :]):
                # The numbers may stand beside the other part of the label: no blanks.
                self.reading.rows.add(match.row)
                return
        _row(self.reading, match.row, line, self._header(match.row[0]), place, typed=grid.typed)

    def _unnamed(self, grid: Grid, line: Line, place: Place) -> None:
        """Note a row of chapter four, of which only the header tells what it is; any other may be part of a header."""
        above = self.pending
        if (stage := _stage(line)) is not None and (_names_results(above) or "results" in self.headers):
            _row(self.reading, ("disputes", stage), line, self._header("results"), place, typed=grid.typed)
        elif _is_whole_disputes_row(line) or (above and _is_disputes_row(line, above)):
            _disputes(self.reading, line, self._header("disputes") or Header(), place, typed=grid.typed)
            if not line.has_text:
                self.pending = [*above, line]  # a page may break below the upper edge of the row
        else:
            _note_unknown(self.reading, line, place)
            if line.has_text:
                self.pending = [*above, line][-_HEADER_DEPTH:]

    def _header(self, table: str) -> Header | None:
        """The header of a table: the rows above its first row, where they hold one, else that of its part before."""
        if self.pending and (found := placing.header(self.pending, table, self.year)) is not None:
            self.headers[table] = found
            if table == "disclosure":
                self.reading.columns[table] |= found.columns.keys()
        self.pending = []
        return self.headers.get(table)


def _turn_back(reading: Reading, number: int) -> None:
    """Name rows and columns as they stand in the document."""
    for key, cell in reading.cells.items():
        if cell.place is not None and cell.place.grid == number:
            place = cell.place._replace(row=cell.place.column, column=cell.place.row)
            reading.cells[key] = cell._replace(place=place)


def _short(words: str) -> str:
    words = "".join(words.split())
    return words if len(words) <= 30 else words[:30] + "…"


def _name(row: Row) -> str:
    return str(form.FORM[row[0]]["rows"][row[1]]["zh"])


def _stage(line: Line) -> str | None:
    """The stage of `disputes` that a row with values names (where the stages are rows)."""
    words = [word for cell, word in zip(line.cells[: line.labels], line.words, strict=False) if cell.text]
    has_values = any(cell.text for cell in line.cells[line.labels :])
    return form.STAGE_LABELS.get(words[-1]) if has_values and 0 < len(words) < 3 else None


def _names_results(pending: list[Line]) -> bool:
    return any(RESULTS.issubset(line.words) for line in pending)


def _is_page_number(line: Line) -> bool:
    """Whether a row of several cells has a number in its first and nothing else."""
    first, *others = line.cells or [GridCell("")]
    return len(others) > 1 and bool(first.text) and values.is_value(first.text) and not any(o.text for o in others)


def _is_disputes_row(line: Line, pending: list[Line]) -> bool:
    cells = line.cells
    if len(cells) < 3 or not all(not cell.text or values.is_value(cell.text) or len(cell.text) < 3 for cell in cells):
        return False
    found = {word for header in pending for word in header.words}
    return bool(found & RESULTS) and bool(found & (form.STAGE_LABELS.keys() | {"行政诉讼"}))


def _is_whole_disputes_row(line: Line) -> bool:
    """Whether a row without a header is that of chapter 四: as many numbers as no other table of the form has side by
    side, and all three sums right."""
    texts = [cell.text for cell in line.cells]
    return len(texts) == len(_DISPUTES) and all(map(values.is_value, texts)) and any(texts) and adds_up(texts)


def _place(line: Line, cell: GridCell, at: Place) -> Place:
    """Where a cell of this row stands."""
    return Place(at.grid, at.row, line.row.index(cell) + 1, None, cell.box)  # by identity, since cells do not compare


def _row(reading: Reading, key: Row, line: Line, header: Header | None, place: Place, *, typed: bool) -> None:
    """Note what a row of the form holds."""
    reading.rows.add(key)
    behind = line.cells[line.labels :]
    found = placing.ways(key[0], line, line.labels, header, typed=typed)
    if len(found) > 1:
        _dispute(reading, key, found[0], found[1], place)
        return
    placed = found[0] if found else None
    shifted = placed is not None and (
        placing.has_moved(placed, typed=typed) or (typed and _is_cut(key, line, placed, behind, header))
    )
    if placed is None or (shifted and not (key[0] != "disclosure" and placing.agree_on_sum(placed))):
        printed = [cell.text for cell in behind]
        printed = stripped(printed) if typed or shifted else printed
        is_own_order = header is None or key[0] != "requests" or placing.is_in_order(header)
        if printed and is_own_order and key not in reading.torn:
            reading.torn[key] = Torn(list(map(values.read, printed)), place)
        return
    for column, cell in placed.items():
        reading.put(key, column, cell.text, _place(line, cell, place))
    used = set(placed.values())
    for cell in behind:
        if cell.text and cell not in used:
            where = f"表{place.grid}第{_place(line, cell, place).column}列：表头"
            if not any(known.startswith(where) for known in reading.problems):
                reading.problems.append(f"{where}不是官方格式的栏目，数字没有采用（如“{_short(cell.text)}”）")


def _is_cut(key: Row, line: Line, placed: Placed, behind: list[GridCell], header: Header | None) -> bool:
    """Whether a row of typed cells may have lost one of them: then its last cells are empty, also under a header that
    the form does not know (小计)."""
    if placing.may_be_shifted(placed.values()):
        return True
    if key[0] != "requests" or header is None:
        return False
    return placing.may_be_shifted(
        distinct(cell for at, cell in enumerate(line.row) if cell in behind and at in header.named)
    )


def _dispute(reading: Reading, row_key: Row, one: Placed, two: Placed, place: Place) -> None:
    for column, cell in one.items():
        if cell.text == two[column].text:
            reading.put(row_key, column, cell.text, place)
        else:
            raw = f"{cell.text}｜{two[column].text}"
            reading.put_cell(row_key, column, Cell(None, raw, Status.DISPUTED, place))


def _disputes(reading: Reading, line: Line, header: Header, place: Place, *, typed: bool) -> None:
    cells = line.cells
    named = list(header.columns)
    reading.rows |= {("disputes", column.split(".")[0]) for column in named or _DISPUTES}
    # 行政复议 and 行政诉讼 may be tables of their own: a stage counts when its five results are named.
    whole_stages = len(named) % len(form.RESULTS) == 0 and len(named) > 0
    # Of all fifteen the order is sure, and a program may draw their borders a hair beside the header's.
    is_whole = len(cells) == len(_DISPUTES)
    by_header = whole_stages and not is_whole
    placed = placing.by_position(line.row, header, ()) if by_header else None
    placed = placed or placing.by_order(cells, named if by_header else _DISPUTES)
    # What a lost cell leaves empty is the last; no label stands before the first.
    printed = list(placed.values()) if placed is not None else cells
    lost = not printed[-1].text and (
        not adds_up([cell.text for cell in printed]) or (typed and placing.may_be_shifted(printed))
    )
    if placed is None or lost:
        texts = [cell.text for cell in cells]
        reading.torn[("disputes", "")] = Torn(list(map(values.read, stripped(texts) if typed else texts)), place)
        return
    for column, cell in placed.items():
        stage, result = column.split(".")
        reading.put(("disputes", stage), result, cell.text, _place(line, cell, place))


def _note_unknown(reading: Reading, line: Line, place: Place) -> None:
    """A row with a label that the form does not know and with numbers behind it is said aloud."""
    words = [cell.text for cell in line.cells if cell.text and not values.is_value(cell.text)]
    numbers = [cell.text for cell in line.cells if cell.text and values.is_value(cell.text)]
    is_header = not form.HEADER_WORDS.isdisjoint(line.words)
    if words and numbers and not is_header and not all(labels.known(word) for word in words):
        reading.problems.append(
            f"{place}：表中有官方格式以外的行“{_short(''.join(words))}”，数字为{'、'.join(numbers)[:60]}"
        )
