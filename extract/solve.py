"""Gaps that the form's sums fill: torn rows and single unreadable cells. One solution or none.

A torn row is laid over its cells in every way that adds up; what the columns rule out is dropped, and what the ways
left agree on is `derived` (`_lay`). A gap that is the only one of a sum is what the sum asks for (`_fill_gaps`). What
was derived is then held against all sums and against what is printed: a row that fails stays as it was, and all begins
anew without it (`fill`).
"""

from collections.abc import Iterable, Iterator, Sequence

from extract import form
from extract.labels import Row
from extract.reading import Torn
from extract.report import Cell, Status
from extract.sums import EMPTY, GAPS, Sum, number, sums

_MOST_OPEN = 4
"""Torn rows in a column beyond which its sum says too little to be worth the search."""

Way = tuple[int | float, ...]
"""One way to lay the values of a torn row over its cells."""
Part = Sequence[int | float]
"""What is printed of a row, in order."""


def fill(
    cells: dict[str, Cell],
    torn: dict[Row, Torn],
    stray: list[list[Cell]],
    edition: str | None,
    has_disputes: bool,
    *,
    paged: bool = False,
) -> None:
    """Fill in `cells` what the sums leave one value for, as `derived`; the rest stays as it was. `stray` are the values
    of rows whose labels were not read. Where a document is `paged`, its pages have all that was printed: a gap that can
    only be 0 may be an empty cell."""
    if not any(cell.status in GAPS for cell in cells.values()):
        return
    every = sums(edition, has_disputes)
    with_blanks = {_table(key) for key, cell in cells.items() if cell.status in EMPTY}
    with_blanks |= {row[0] for row, part in torn.items() if _has_empty(part.values)}
    unsure = {table for table in with_blanks if not _empty_are_zeros(cells, every, table)}
    with_blanks |= {_table(key) for key in cells if paged}
    telling = _telling(cells, every, unsure)
    open_rows = {row: part for row, part in torn.items() if row[0] not in unsure or not _has_empty(part.values)}
    refuted: set[str] = set()
    while True:
        filled = dict(cells)
        _lay(filled, open_rows, telling, with_blanks, refuted)
        _fill_gaps(filled, telling, with_blanks, refuted)
        against = (_broken_by(filled, every) | _unlike(filled, torn, stray)) - refuted
        if not against:
            break
        refuted |= against
    cells |= filled


def _table(key: str) -> str:
    return key.split(".", 1)[0]


def _telling(cells: dict[str, Cell], every: Iterable[Sum], unsure: set[str]) -> list[Sum]:
    """The sums that may say what a gap holds: none with a cell of a sum that is wrong in print, which may be the wrong
    one; of `unsure` tables, whose empty cells may be anything, none with such."""
    wrong = {key for one in every if one.is_broken(cells) for key in one.keys}
    return [
        one
        for one in every
        if wrong.isdisjoint(one.keys) and not (one.table in unsure and _has_empty(cells[key] for key in one.keys))
    ]


def _has_empty(some: Iterable[Cell]) -> bool:
    return any(cell.status in EMPTY for cell in some)


def _empty_are_zeros(cells: dict[str, Cell], every: Iterable[Sum], table: str) -> bool:
    """Whether the empty cells of a table stand for zeros: none of its sums with such is wrong, and some other than 0 is
    right. 驼峰路 2020 has totals only, and leaves their parts empty."""
    whole = [
        one
        for one in every
        if one.table == table and _has_empty(cells[key] for key in one.keys) and one.is_known(cells)
    ]
    return any(cells[key].value for one in whole for key in one.keys) and not any(one.is_broken(cells) for one in whole)


def placements(numbers: Part, widths: tuple[int, ...]) -> Iterator[Way]:
    """Every way to lay printed `numbers`, in order, over parts of `widths` cells, each with its sum in the last cell.

    One cell may be lost, or one number too many (a page number, a column printed twice); more would leave the row to
    guesswork.
    """
    width = sum(widths)
    ways: Iterable[list[int | float | None]]
    if len(numbers) == width + 1:
        ways = ([*numbers[:at], *numbers[at + 1 :]] for at in range(len(numbers)))
    elif len(numbers) == width - 1:
        ways = ([*numbers[:at], None, *numbers[at:]] for at in range(width))
    else:
        return
    for way in ways:
        whole: list[int | float] = []
        for size in widths:
            *parts, total = way[len(whole) : len(whole) + size]
            known = [part for part in parts if part is not None]
            rest = (sum(known) if total is None else total) - sum(known)
            if rest < 0 or (len(known) == len(parts) and rest):
                break
            whole += [*(rest if part is None else part for part in parts), sum(known) + rest]
        else:
            yield tuple(whole)


def _lay(
    cells: dict[str, Cell], torn: dict[Row, Torn], telling: Iterable[Sum], with_blanks: set[str], refuted: set[str]
) -> None:
    """Derive the cells of torn rows on which all ways to lay their values agree. Rows that can be laid in no way are
    wrong in print, or misread: they join the `refuted`."""
    choices: dict[Row, set[Way]] = {}
    for row, part in torn.items():
        keys, widths = _torn_keys(row)
        if row[0] == "disclosure" or (row[0] == "disputes" and row[1]) or not refuted.isdisjoint(keys):
            continue
        is_open = all(key in cells and cells[key].status in GAPS for key in keys)
        is_read = all(number(cell) is not None for cell in part.values)
        is_nearly_whole = abs(len(part.values) - len(keys)) <= 1
        # A row without a number has no zeros either.
        if is_open and is_read and is_nearly_whole and any(cell.value is not None for cell in part.values):
            choices[row] = set(placements(_numbers(part.values), widths))
    before = dict(cells)
    left = _pruned(choices, cells, telling)
    refuted.update(key for row in choices.keys() - left.keys() for key in _torn_keys(row)[0])
    for row, ways in left.items():
        # Where no way does without a number that nobody printed, the sum of the row may be wrong in print as well.
        is_sure = min(map(sum, ways)) <= sum(cell.value or 0 for cell in torn[row].values)
        for at, key in enumerate(_torn_keys(row)[0]):
            value, *others = {way[at] for way in ways}
            if others or not (is_sure or any(one.asks(before, key) == value for one in telling if key in one.keys)):
                continue
            if value or row[0] not in with_blanks:
                cells[key] = Cell(value, "", Status.DERIVED, torn[row].place)


def _numbers(some: list[Cell]) -> Part:
    """What some cells count in a sum: empty ones 0."""
    return [cell.value or 0 for cell in some]


def _torn_keys(row: Row) -> tuple[list[str], tuple[int, ...]]:
    """The cells over which a torn row's values lie, and the widths of its parts that add up."""
    if row[0] == "disputes":
        return list(form.keys("disputes", None)), (len(form.RESULTS),) * len(form.STAGES)
    return [f"{row[0]}.{row[1]}.{column}" for column in form.APPLICANTS], (len(form.APPLICANTS),)


def _pruned(choices: dict[Row, set[Way]], cells: dict[str, Cell], telling: Iterable[Sum]) -> dict[Row, set[Way]]:
    """The ways that the sums of the columns leave, where all but a few torn rows of a column are known; not the rows of
    a sum that leaves none, since something there is wrong in print."""
    columns = [one for one in telling if one.kind in ("balance", "outcome_sum")]
    changed = True
    while changed:
        changed = False
        choices = {row: ways for row, ways in choices.items() if ways}
        for one in columns:
            at = form.APPLICANTS.index(one.keys[0].rsplit(".", 1)[1])
            terms: dict[Row, tuple[int, set[int | float | None]]] = {}
            for key in one.keys:
                row = ("requests", key.split(".")[1])
                possible: set[int | float | None] = {way[at] for way in choices.get(row, ())} or {number(cells[key])}
                terms[row] = (1 if key in one.left else -1, possible)
            open_rows = terms.keys() & choices.keys()
            if not open_rows or len(open_rows) > _MOST_OPEN or any(None in possible for _, possible in terms.values()):
                continue
            for row in open_rows:
                reach: set[int | float] = {0}
                for sign, possible in (term for other, term in terms.items() if other != row):
                    reach = {total + sign * value for total in reach for value in possible if value is not None}
                kept = {way for way in choices[row] if -terms[row][0] * way[at] in reach}
                changed |= len(kept) < len(choices[row])
                choices[row] = kept
    return choices


def _fill_gaps(cells: dict[str, Cell], telling: Iterable[Sum], with_blanks: set[str], refuted: set[str]) -> None:
    """Derive each gap that is the only one of a sum and of which its other sums ask nothing else; a zero only where no
    empty cell could be meant."""
    changed = True
    while changed:
        changed = False
        for one in telling:
            gaps = [key for key in one.keys if cells[key].status in GAPS]
            if len(gaps) != 1 or gaps[0] in refuted or (value := one.asks(cells, gaps[0])) is None or value < 0:
                continue
            asked = {other.asks(cells, gaps[0]) for other in telling if gaps[0] in other.keys} - {None}
            if asked == {value} and (value or _table(gaps[0]) not in with_blanks):
                cells[gaps[0]] = Cell(value, cells[gaps[0]].raw, Status.DERIVED, cells[gaps[0]].place)
                changed = True


def _broken_by(cells: dict[str, Cell], every: Iterable[Sum]) -> set[str]:
    """What was derived in the rows of the derived cells of a sum that is wrong with them."""
    derived = {key for key, cell in cells.items() if cell.status is Status.DERIVED}
    rows = {key.rsplit(".", 1)[0] for one in every if one.is_broken(cells) for key in derived.intersection(one.keys)}
    return {key for key in derived if key.rsplit(".", 1)[0] in rows}


def _unlike(cells: dict[str, Cell], torn: dict[Row, Torn], stray: list[list[Cell]]) -> set[str]:
    """The cells of rows for which something else was derived than is printed there, in its order: of a torn row what it
    has, laid so that it adds up where that can be, of one that was not read at all any that lost its label."""
    printed: dict[tuple[str, ...], list[Part]] = {}
    for row, part in torn.items():
        if row[0] != "disclosure":
            keys, widths = _torn_keys(row)
            numbers = _numbers(part.values)
            printed[tuple(keys)] = list(placements(numbers, widths)) or [numbers]
    lines = {key.rsplit(".", 1)[0]: None for key in cells if key.startswith("requests.")} if stray else {}
    for line in lines:
        keys = [f"{line}.{column}" for column in form.APPLICANTS]
        if all(cells[key].status is Status.DERIVED for key in keys):
            printed.setdefault(tuple(keys), list(map(_numbers, stray)))
    return {
        key
        for keys, parts in printed.items()
        if not any(_fits([cells[key] for key in keys if key in cells], part) for part in parts)
        for key in keys
    }


def _fits(derived: list[Cell], printed: Part) -> bool:
    """Whether what was derived for a row leaves room for what is printed of it, in its order and below its total."""
    whole = [cell.value if cell.status is Status.DERIVED else None for cell in derived]
    if len(whole) == len(form.APPLICANTS) and whole[-1] is not None and whole[-1] < max(printed, default=0):
        return False
    longer, shorter = (iter(whole), printed) if len(whole) >= len(printed) else (iter(printed), whole)
    return all(any(None in (one, other) or one == other for other in longer) for one in shorter)
