"""What one way of reading a document's tables yields, before editions are told and gaps are filled."""

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
    the sums, `grids` the numbers of the grids in which something of the form stands. A key may belong to either
    edition.
    """

    cells: dict[str, Cell] = field(default_factory=dict)
    rows: set[Row] = field(default_factory=set)
    columns: dict[str, set[str]] = field(default_factory=lambda: {table: set() for table in form.TABLES})
    torn: dict[Row, Torn] = field(default_factory=dict)
    grids: set[int] = field(default_factory=set)
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
        before = self.cells.get(key)
        if before is None or (before.status is not Status.NUMBER and cell.status is Status.NUMBER):
            self.cells[key] = cell
        elif cell.status is Status.NUMBER and before.value != cell.value:
            self.cells[key] = Cell(None, f"{before.raw}｜{cell.raw}", Status.DISPUTED, before.place)
            self.problems.append(f"{key} 在文中出现两次，数字不同：{before.raw}、{cell.raw}")
