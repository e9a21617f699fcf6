"""What one way of reading a document's tables yields, before editions are told and gaps are filled."""

from collections import Counter
from dataclasses import dataclass, field

from extract import form, values
from extract.labels import Row
from extract.report import Cell, Place, Status


@dataclass(slots=True)
class Torn:
    """A row whose printed values do not fill its columns: the values in order, to be placed by the form's sums."""

    values: list[Cell]
    place: Place | None = None


@dataclass(slots=True)
class Heap:
    """The values of a table in the order of the text, its rows and columns mixed up; `ends` are the places (how many
    values came before) where a box of the page ends."""

    values: list[Cell] = field(default_factory=list)
    ends: set[int] = field(default_factory=set)


@dataclass(slots=True)
class Reading:
    """Cells by canonical key as far as one reading could place them.

    `placed` are the rows that have cells, in the document's order, `rows` those whose labels were seen, `columns` the
    column headers seen per table, `torn` rows that wait for the sums, `stray` the values of what
    may be rows of `requests` without a label, `heap` the values of `requests` where nothing
    tells their rows, `grids` the numbers of the grids in which something of the form stands, `again` the cells met
    more than once, `alike` those of them with the same number each time. A key may belong to either edition.
    """

    cells: dict[str, Cell] = field(default_factory=dict)
    placed: dict[Row, None] = field(default_factory=dict)
    again: set[str] = field(default_factory=set)
    alike: set[str] = field(default_factory=set)
    heap: Heap = field(default_factory=Heap)
    rows: set[Row] = field(default_factory=set)
    columns: dict[str, set[str]] = field(default_factory=lambda: {table: set() for table in form.TABLES})
    torn: dict[Row, Torn] = field(default_factory=dict)
    stray: list[list[Cell]] = field(default_factory=list)
    grids: set[int] = field(default_factory=set)
    problems: list[str] = field(default_factory=list)

    def has(self, table: str) -> bool:
        """Whether any row or header of the table was seen."""
        return any(row[0] == table for row in self.rows)

    def put(self, row: Row, column: str, text: str, place: Place | None) -> None:
        """Note what stands in a cell. A second, different text for the same cell leaves it disputed."""
        key = f"{row[0]}.{row[1]}.{column}"
        value, raw, status, _ = values.read(text, form.kind_of_number(key))
        self._put(row, key, Cell(value, raw, status, place))

    def put_cell(self, row: Row, column: str, cell: Cell) -> None:
        """The same for a cell that was judged already."""
        self._put(row, f"{row[0]}.{row[1]}.{column}", cell)

    def _put(self, row: Row, key: str, cell: Cell) -> None:
        self.placed[row] = None
        before = self.cells.setdefault(key, cell)
        if before is cell:
            return
        if before.status is cell.status is Status.NUMBER and before.value == cell.value and key not in self.again:
            self.alike.add(key)
        elif (before.status, before.value) != (cell.status, cell.value):
            self.alike.discard(key)
        self.again.add(key)
        if before.status is Status.DISPUTED:
            return  # a third number settles nothing
        if before.status is Status.BLANK or (before.status is not Status.NUMBER and cell.status is Status.NUMBER):
            self.cells[key] = cell  # above may be the empty rest of a row that a page cut
        elif cell.status is Status.NUMBER and before.value != cell.value:
            self.cells[key] = Cell(None, f"{before.raw}｜{cell.raw}", Status.DISPUTED, before.place)
            self.problems.append(f"{key} 在文中出现两次，数字不同：{before.raw}、{cell.raw}")

    def forget(self, rows: set[Row]) -> None:
        """Take back what was read of some rows."""
        for row in rows:
            self.torn.pop(row, None)
            self.placed.pop(row, None)
            for key in [key for key in self.cells if key.startswith(f"{row[0]}.{row[1]}.")]:
                del self.cells[key]

    def tables(self) -> set[str]:
        """The tables of which some row has cells or waits for the sums."""
        return {table for table, _ in (*self.placed, *self.torn)}

    def copies_differ(self) -> bool:
        """Whether a table of the form stands in the document twice, with different numbers."""
        return bool(self._twice()) and any(cell.status is Status.DISPUTED for cell in self.cells.values())

    def settle(self) -> None:
        """Disbelieve what only one of two differing places has: nobody knows whose it is.

        Two rows got one label (a scan that lost the line between them).
        """
        differing = {_row(key) for key in self.cells.keys() & self.again if self.cells[key].status is Status.DISPUTED}
        for key, cell in self.cells.items() if differing else ():
            if _row(key) in differing and key not in self.alike and cell.value is not None:
                self.cells[key] = Cell(None, cell.raw, Status.DISPUTED, cell.place)

    def _twice(self) -> set[str]:
        """The tables most of whose cells were met more than once."""
        if not self.again:
            return set()
        met = Counter(key.split(".")[0] for key in self.cells)
        again = Counter(key.split(".")[0] for key in self.again)
        return {table for table, times in met.items() if again[table] * 2 > times}


def _row(key: str) -> str:
    return key.rsplit(".", 1)[0]
