"""A table whose rows and columns a text has mixed up: its values laid over the form so that every sum holds."""

from collections.abc import Iterator

from extract import form
from extract.report import Cell, Status
from extract.sums import number, sums

MOST_PAGES = 4
_MOST_WAYS = 400
"""Ways to part a table beyond which nothing is told of it."""


def spread(printed: list[Cell], ends: set[int], edition: str) -> dict[str, Cell]:
    """The cells of `requests` from all its values in the order in which a text has them, rows and columns mixed up.

    Programs that read a page in boxes give some rows as they stand and others column by column: all the numbers of
    four rows under 自然人, then those under 商业企业. `ends` are the places (how many values came before) where a box
    ends. Rows that follow each other as they stand are believed where every sum of the form holds, and of their cells
    those on which all other ways to part the values (with numbers of pages between them) agree. Columns alone are not:
    no sum tells one kind of applicant from another, and boxes need not come from left to right (pdfminer's do not).
    """
    rows = form.FORM["requests"]["layout"][edition]
    keys = [f"requests.{row}.{column}" for row in rows for column in form.APPLICANTS]
    extra = len(printed) - len(keys)
    if not 0 <= extra <= MOST_PAGES or any(number(cell) is None for cell in printed):
        return {}
    columns = [one for one in sums(edition, has_disputes=False) if one.kind != "row_sum"]
    right: list[dict[str, Cell]] = []
    in_rows = False
    for tried, pages in enumerate(_page_numbers(printed, ends, extra)):
        kept = [cell for at, cell in enumerate(printed) if at not in pages]
        ways = _ways(kept, {end - sum(at < end for at in pages) for end in ends}, len(rows))
        if ways is None or tried > _MOST_WAYS:
            return {}
        for way in ways:
            cells = dict(zip(keys, way, strict=True))
            if not any(one.is_broken(cells) for one in columns):
                right.append(cells)
                in_rows = in_rows or list(way) == kept
    same = {
        key: cell for key, cell in (right if in_rows else [{}])[0].items() if all(other[key] == cell for other in right)
    }
    return {key: cell if cell.value is None else cell._replace(status=Status.DERIVED) for key, cell in same.items()}


def _page_numbers(printed: list[Cell], ends: set[int], count: int) -> Iterator[tuple[int, ...]]:
    """Every choice of `count` values that may be the numbers of consecutive pages: alone in their box, 1 or 2 first."""
    alone = [at for at in range(len(printed)) if {at, at + 1} <= ends]
    for first in (1, 2) if count else (1,):
        choices: list[tuple[int, ...]] = [()]
        for page in range(first, first + count):
            places = [at for at in alone if printed[at].value == page]
            choices = [(*some, at) for some in choices for at in places if not some or at > some[-1]][: _MOST_WAYS + 1]
        yield from choices


def _ways(printed: list[Cell], ends: set[int], rows: int) -> set[tuple[Cell, ...]] | None:
    """Every way to lay the values over the rows so that each adds up, rows and columns in order; None: too many."""
    width = len(form.APPLICANTS)
    ways: list[set[tuple[Cell, ...]]] = [{()}, *(set() for _ in range(rows))]
    for start in range(rows):
        for count in range(1, rows - start + 1):
            part = printed[start * width : (start + count) * width]
            if count > 1 and not all(start * width + count * n in ends for n in range(1, width + 1)):
                continue
            group = [part[n::count] for n in range(count)]
            if all(sum(map(_count, row[:-1])) == _count(row[-1]) for row in group):
                ways[start + count] |= {(*way, *(cell for row in group for cell in row)) for way in ways[start]}
                if len(ways[start + count]) > _MOST_WAYS:
                    return None
    return ways[-1]


def _count(cell: Cell) -> int | float:
    return number(cell) or 0
