"""Two readings of one document, by positions and without them, put together."""

from extract import form
from extract.reading import Reading
from extract.report import Cell, Seen, Status
from extract.sums import GAPS


def merge(first: Reading, second: Reading) -> tuple[dict[str, Cell], dict[str, list[Seen]], set[str]]:
    """The cells of both readings: alike they are sure, different they are disputed, alone they stand as read. With
    those that both have, and the tables on which they agree."""
    cells = dict(first.cells)
    again: dict[str, list[Seen]] = {}
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
        elif (
            mine.status is Status.UNREADABLE
            and other.status is Status.NUMBER
            and _digits(mine.raw) in ("", _digits(other.raw))
        ):
            cells[key] = other
        elif other.place is not None:
            again[key] = [(other.place, other.raw)]
    cells |= {key: disputed(cells[key], second.cells[key]) for key in apart}
    differing = {
        key.split(".")[0]
        for key, mine in first.cells.items()
        if mine.value is not None and ((found := second.cells.get(key)) is None or found.value != mine.value)
    }
    both = {table for table in form.TABLES if first.has(table) and second.has(table)}
    return cells, again, both - differing


def _is_open(reading: Reading, row: str) -> bool:
    """Whether a row of applicants begins or ends with an empty cell, as one does that lost a cell."""
    ends = (reading.cells.get(f"requests.{row}.{column}") for column in (form.APPLICANTS[0], form.APPLICANTS[-1]))
    return any(cell is not None and cell.status is Status.BLANK for cell in ends)


def _differ(one: Cell, two: Cell) -> bool:
    """Whether two readings of which the values differ saw two numbers, or one a number where the other saw none."""
    return not {one.status, two.status} & {*GAPS, Status.DISPUTED}


def _digits(raw: str) -> str:
    return "".join(char for char in raw if char.isdigit())


def disputed(one: Cell, two: Cell) -> Cell:
    """A cell of which two readings saw different things."""
    return Cell(None, f"{one.raw}｜{two.raw}", Status.DISPUTED, one.place)
