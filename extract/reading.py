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
class Reading:
    """Cells by canonical key as far as one reading could place them.

    `rows` are the rows whose labels were seen, `columns` the column headers seen per table, `torn` rows that wait for
    the sums, `grids` the numbers of the grids in which something of the form stands, `times` how often a
    cell was met. A key may belong to either edition.
    """

    cells: dict[str, Cell] = field(default_factory=dict)
    rows: set[Row] = field(default_factory=set)
    columns: dict[str, set[str]] = field(default_factory=lambda: {table: set() for table in form.TABLES})
    torn: dict[Row, Torn] = field(default_factory=dict)
    grids: set[int] = field(default_factory=set)
    times: Counter[str] = field(default_factory=Counter)
    problems: list[str] = field(default_factory=list)

    def has(self, table: str) -> bool:
        """Whether any row or header of the table was seen."""
        return any(row[0] == table for row in self.rows)

    def put(self, row: Row, column: str, text: str, place: Place | None) -> None:
        """Note what stands in a cell. A second, different text for the same cell leaves it disputed."""
        key = f"{row[0]}.{row[1]}.{column}"
        cell = values.read(text, form.kind_of_number(key))
        self.put_cell(key, Cell(cell.value, cell.raw, cell.status, place))

    def put_cell(self, key: str, cell: Cell) -> None:
        """The same for a cell that was judged already."""
        self.times[key] += 1
        before = self.cells.get(key)
        if before is not None and before.status is Status.DISPUTED:
            return  # a third number settles nothing
        if before is None or (before.status is not Status.NUMBER and cell.status is Status.NUMBER):
            self.cells[key] = cell
        elif cell.status is Status.NUMBER and before.value != cell.value:
            self.cells[key] = Cell(None, f"{before.raw}｜{cell.raw}", Status.DISPUTED, before.place)
            self.problems.append(f"{key} 在文中出现两次，数字不同：{before.raw}、{cell.raw}")

    def tables(self) -> set[str]:
        """The tables of which some row has cells or waits for the sums."""
        return {key.split(".")[0] for key in self.cells} | {table for table, _ in self.torn}

    def copies_differ(self) -> bool:
        """Whether a table of the form stands in the document twice, with different numbers."""
        return any(cell.status is Status.DISPUTED for cell in self.cells.values()) and bool(self._twice())

    def settle(self) -> None:
        """Where two bodies' or years' tables stand in one document and differ, none of their numbers is believed that
        one of them alone has (a row of the other edition): nobody knows whose it is."""
        if not self.copies_differ():
            return
        for table in self._twice():
            for key, cell in list(self.cells.items()):
                if key.startswith(f"{table}.") and cell.value is not None and self.times[key] < 2:
                    self.cells[key] = Cell(None, cell.raw, Status.DISPUTED, cell.place)

    def _twice(self) -> set[str]:
        """The tables most of whose cells were met more than once."""
        found = set()
        for table in form.TABLES:
            met = [times for key, times in self.times.items() if key.startswith(f"{table}.")]
            if sum(times > 1 for times in met) * 2 > len(met):
                found.add(table)
        return found
