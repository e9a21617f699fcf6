"""Two readings of one document, by positions and without them, put together."""

from extract import form
from extract.reading import Reading
from extract.report import Cell, Place, Status
from extract.sums import GAPS


def merge(first: Reading, second: Reading) -> tuple[dict[str, Cell], set[str]]:
    """The cells of both readings: alike they are sure, different they are disputed, alone they stand as read."""
    cells = dict(first.cells)
    apart = {
        key
        for key, other in second.cells.items()
        if (mine := cells.get(key)) is not None and mine.value != other.value and _differ(mine, other)
    }
    moved = {key.rsplit(".", 1)[0] for key in apart}
    moved |= {f"{table}.{row}" for table, row in first.torn if table == "requests" and _is_open(second, row)}
    for key, other in second.cells.items():
        mine = cells.get(key)
        if mine is None:
            if key.rsplit(".", 1)[0] not in moved:  # else neither of the readings fills the gaps of the other
                cells[key] = other
        elif key in apart:
            cells[key] = Cell(None, f"{mine.raw}｜{other.raw}", Status.DISPUTED, beside(mine, other))
        elif (
            mine.status is Status.UNREADABLE
            and other.status is Status.NUMBER
            and _digits(mine.raw) in ("", _digits(other.raw))
        ):
            cells[key] = other
        else:
            cells[key] = Cell(mine.value, mine.raw, mine.status, beside(mine, other))
    differing = {
        key.split(".")[0]
        for key, mine in first.cells.items()
        if mine.value is not None and ((found := second.cells.get(key)) is None or found.value != mine.value)
    }
    both = {table for table in form.TABLES if first.has(table) and second.has(table)}
    return cells, both - differing


def _is_open(reading: Reading, row: str) -> bool:
    """Whether a row of applicants begins or ends with an empty cell, as one does that lost a cell."""
    ends = (reading.cells.get(f"requests.{row}.{column}") for column in (form.APPLICANTS[0], form.APPLICANTS[-1]))
    return any(cell is not None and cell.status is Status.BLANK for cell in ends)


def _differ(one: Cell, two: Cell) -> bool:
    """Whether two readings of which the values differ saw two numbers, or one a number where the other saw none."""
    return not {one.status, two.status} & {*GAPS, Status.DISPUTED}


def _digits(raw: str) -> str:
    return "".join(char for char in raw if char.isdigit())


def beside(one: Cell, two: Cell) -> Place | None:
    """The place of a cell that was found at another as well."""
    at, other = one.place, two.place
    if at is None or other is None:
        return at or other
    if other.again:
        other = other._replace(again=())
    return Place(at.grid, at.row, at.column, at.line, at.box, at.file, (*at.again, (other, two.raw)))
