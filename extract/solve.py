"""Gaps that the form's sums fill: torn rows and single unreadable cells. One solution or none.

The sums: R1 each row of `requests` (six applicants = total), R2 一 + 二 = （七） + 四 and R3 Σ outcomes = （七） in
each column, R4 each stage of `disputes` (four results = total).
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations

from extract import form
from extract.labels import Row
from extract.reading import Torn
from extract.report import Cell, Status

MOST_PAGES = 4
_SEVERAL = 3
_MOST_LOST = 2
_MOST_WAYS = 400
"""Ways to part a table beyond which nothing is told of it."""
GAPS = frozenset((Status.MISSING, Status.UNREADABLE))
_EMPTY = frozenset((Status.BLANK, Status.SLASH, Status.DASH, Status.TEXT))


@dataclass(frozen=True, slots=True)
class Sum:
    """`sum(left) = sum(right)` over cell keys; `kind` is the finding that breaks it."""

    kind: str
    left: tuple[str, ...]
    right: tuple[str, ...]

    @property
    def keys(self) -> tuple[str, ...]:
        """All the cells of the sum."""
        return self.left + self.right


@lru_cache
def sums(edition: str | None, has_disputes: bool) -> tuple[Sum, ...]:
    """Every sum of the form for an edition of `requests` (None: table not there) and for `disputes`."""
    found: list[Sum] = []
    if edition is not None:
        rows = form.FORM["requests"]["layout"][edition]
        outcomes = [row for row in rows if row not in ("new_received", "carried_in", "total_handled", "carried_out")]
        kinds, total = form.APPLICANTS[:-1], form.APPLICANTS[-1]
        for row in rows:
            found.append(Sum("row_sum", tuple(f"requests.{row}.{k}" for k in kinds), (f"requests.{row}.{total}",)))
        for column in form.APPLICANTS:
            found.append(
                Sum(
                    "balance",
                    (f"requests.new_received.{column}", f"requests.carried_in.{column}"),
                    (f"requests.total_handled.{column}", f"requests.carried_out.{column}"),
                )
            )
            found.append(
                Sum(
                    "outcome_sum",
                    tuple(f"requests.{row}.{column}" for row in outcomes),
                    (f"requests.total_handled.{column}",),
                )
            )
    if has_disputes:
        results, total = form.RESULTS[:-1], form.RESULTS[-1]
        for stage in form.STAGES:
            found.append(
                Sum("disputes_sum", tuple(f"disputes.{stage}.{r}" for r in results), (f"disputes.{stage}.{total}",))
            )
    return tuple(found)


def fill(cells: dict[str, Cell], torn: dict[Row, Torn], edition: str | None, has_disputes: bool) -> None:
    """Fill in `cells` what the sums leave one value for, as `derived`; the rest stays as it was.

    Of a torn row a cell counts as solved only if every way to place the row's values that satisfies the sums gives it
    the same value (design.md, what must always be true, 2).
    """
    if not any(cell.status in GAPS for cell in cells.values()):
        return
    every = sums(edition, has_disputes)
    rows = torn
    wrong = {key for one in every if _is_broken(cells, one) for key in one.keys}
    # Where zeros are printed as a dash, or not at all, a 0 that nobody printed may be one of those.
    with_blanks = {_table(key) for key, cell in cells.items() if cell.status in _EMPTY}
    with_blanks |= {row[0] for row, part in torn.items() if _has_empty(part.values)}
    for table in with_blanks:
        of_table = [one for one in every if _table(one.keys[0]) == table]
        if not _empty_are_zeros(cells, of_table):
            unsure = [one for one in of_table if _has_empty(cells[key] for key in one.keys)]
            every = tuple(one for one in every if one not in unsure)
            torn = {row: part for row, part in torn.items() if row[0] != table or not _has_empty(part.values)}
    # A cell of a sum that is wrong in print may be the wrong one: no other sum with it tells what a gap holds.
    every = tuple(one for one in every if wrong.isdisjoint(one.keys))
    _fill_torn(cells, torn, every, edition, with_blanks)
    barred: set[str] = set()
    while True:
        filled = _fill_gaps(cells, every, with_blanks, barred)
        against = {key for row, part in rows.items() for key in _against(filled, row, part)} - barred
        if not against:
            break
        barred |= against
    cells |= filled


def _fill_gaps(
    cells: dict[str, Cell], every: tuple[Sum, ...], with_blanks: set[str], barred: set[str]
) -> dict[str, Cell]:
    """The cells with each gap filled, but for `barred` ones, that is the only one of a sum and agrees with its other
    sums; a zero only where no empty cell could be meant."""
    cells = dict(cells)
    changed = True
    while changed:
        changed = False
        for one in every:
            gaps = [key for key in one.keys if cells[key].status in GAPS]
            if len(gaps) != 1 or gaps[0] in barred or any(_number(cells[k]) is None for k in one.keys if k != gaps[0]):
                continue
            value = _missing_part(cells, one, gaps[0])
            if value == 0 and _table(gaps[0]) in with_blanks:
                continue
            if value >= 0 and all(_holds(cells, other, gaps[0], value) for other in every if gaps[0] in other.keys):
                cells[gaps[0]] = Cell(value, cells[gaps[0]].raw, Status.DERIVED, cells[gaps[0]].place)
                changed = True
    return cells


def _against(cells: dict[str, Cell], row: Row, part: Torn) -> set[str]:
    """The cells of a torn row if what was derived for them leaves no place for what is printed there, in its order."""
    keys = [key for key in _torn_keys(row)[0] if key in cells] if row[0] != "disclosure" else []
    whole = [cells[key].value if cells[key].status is Status.DERIVED else None for key in keys]
    printed: list[int | float | None] = [cell.value or 0 for cell in part.values]
    longer, shorter = (whole, printed) if len(whole) >= len(printed) else (printed, whole)
    if len(longer) - len(shorter) > _MOST_LOST:
        return set()
    ways = combinations(longer, len(shorter))
    fits = any(all(None in pair or pair[0] == pair[1] for pair in zip(way, shorter, strict=True)) for way in ways)
    return set() if fits else set(keys)


def _has_empty(some: Iterable[Cell]) -> bool:
    return any(cell.status in _EMPTY for cell in some)


def _empty_are_zeros(cells: dict[str, Cell], every: Iterable[Sum]) -> bool:
    """Whether the empty cells of a table stand for zeros: none of its sums with such is wrong, and some other than 0 is
    right. 驼峰路 2020 has totals only, and leaves their parts empty."""
    whole = [
        one
        for one in every
        if _has_empty(cells[key] for key in one.keys) and all(_number(cells[key]) is not None for key in one.keys)
    ]
    counted = any(_number(cells[key]) for one in whole for key in one.keys)
    return counted and not any(_is_broken(cells, one) for one in whole)


def doubt(cells: dict[str, Cell], edition: str | None, has_disputes: bool) -> None:
    """Take back in `cells` of a scan what breaks every sum it stands in (two at least) though all other cells of these
    are known: one misread cell shows so.

    Where its sums agree what it should be, it is `disputed` between what was read and that, since a publisher's slip
    looks the same; else `unreadable` (which `fill` may then solve), unless another cell in dispute breaks its sums.
    """
    every = sums(edition, has_disputes)
    for agreeing in (True, False):
        known = [one for one in every if all(_number(cells[key]) is not None for key in one.keys)]
        broken = [one for one in known if _is_broken(cells, one)]
        sound = {key for one in known if one not in broken for key in one.keys}
        of_cell: dict[str, set[int | float]] = {}
        crossed: Counter[str] = Counter()
        for one in broken:
            for key in one.keys:
                of_cell.setdefault(key, set()).add(_missing_part(cells, one, key))
                crossed[key] += 1
        for key, wanted in of_cell.items():
            if crossed[key] < 2 or key in sound:
                continue
            if agreeing and len(wanted) == 1 and min(wanted) >= 0:
                raw = f"{cells[key].raw}｜{wanted.pop()}"
                cells[key] = Cell(None, raw, Status.DISPUTED, cells[key].place)
            elif not agreeing:
                cells[key] = Cell(None, cells[key].raw, Status.UNREADABLE, cells[key].place)


def _number(cell: Cell) -> int | float | None:
    """The number a cell stands for in a sum: what is printed, 0 for an empty one, None where nobody knows."""
    if cell.value is not None:
        return cell.value
    return 0 if cell.status in _EMPTY else None


def _missing_part(cells: dict[str, Cell], one: Sum, gap: str) -> int | float:
    left = sum(_number(cells[key]) or 0 for key in one.left if key != gap)
    right = sum(_number(cells[key]) or 0 for key in one.right if key != gap)
    return right - left if gap in one.left else left - right


def _is_broken(cells: dict[str, Cell], one: Sum) -> bool:
    """Whether a sum of which all cells are known is wrong."""
    number = _number(cells[one.keys[0]])
    return number is not None and not _holds(cells, one, one.keys[0], number)


def _holds(cells: dict[str, Cell], one: Sum, gap: str, value: float) -> bool:
    """Whether `value` for `gap` leaves a sum right, or open because other cells of it are unknown."""
    others = [key for key in one.keys if key != gap]
    if any(_number(cells[key]) is None for key in others):
        return True
    return _missing_part(cells, one, gap) == value


def placements(printed: list[int | float | None], widths: tuple[int, ...]) -> Iterator[tuple[int | float, ...]]:
    """Every way to lay `printed` numbers, in order, over parts of `widths` cells, each with its sum in the last cell.

    One cell may be lost, or one number too many (a page number, a column printed twice); more would leave the row to
    guesswork. None is an empty cell and counts as 0.
    """
    numbers = [number or 0 for number in printed]
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
    if not 0 <= extra <= MOST_PAGES or any(_number(cell) is None for cell in printed):
        return {}
    columns = [one for one in sums(edition, has_disputes=False) if one.kind != "row_sum"]
    right: list[dict[str, Cell]] = []
    in_rows = False
    for number, pages in enumerate(_page_numbers(printed, ends, extra)):
        kept = [cell for at, cell in enumerate(printed) if at not in pages]
        ways = _ways(kept, {end - sum(at < end for at in pages) for end in ends}, len(rows))
        if ways is None or number > _MOST_WAYS:
            return {}
        for way in ways:
            cells = dict(zip(keys, way, strict=True))
            if all(_holds(cells, one, one.keys[0], _count(cells[one.keys[0]])) for one in columns):
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
        for number in range(first, first + count):
            places = [at for at in alone if printed[at].value == number]
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
    return _number(cell) or 0


def _table(key: str) -> str:
    return key.split(".", 1)[0]


def _fill_torn(
    cells: dict[str, Cell], torn: dict[Row, Torn], every: tuple[Sum, ...], edition: str | None, with_blanks: set[str]
) -> None:
    choices: dict[Row, set[tuple[int | float, ...]]] = {}
    for row, part in torn.items():
        keys, widths = _torn_keys(row)
        if edition is None and row[0] == "requests":
            continue
        if (
            row[0] == "disclosure"
            or (row[0] == "disputes" and row[1])
            or any(key not in cells or cells[key].status not in GAPS for key in keys)
        ):
            continue
        if any(cell.status not in _EMPTY and cell.value is None for cell in part.values):
            continue
        if not any(cell.value is not None for cell in part.values):
            continue  # a row without a number has no zeros either
        if found := set(placements([cell.value for cell in part.values], widths)):
            choices[row] = found
    choices = _prune(choices, cells, every)
    before = dict(cells)
    printed = {row: tuple(cell.value or 0 for cell in torn[row].values) for row in choices}
    together = _lost_together(choices, printed)
    for row, found in choices.items():
        ways: set[tuple[int | float | None, ...]] = set(found)
        # Where no way does without a number that nobody printed, the sum of the row may be wrong in print as well.
        if needs_more := min(map(sum, found)) > sum(printed[row]):
            ways = {_lost(way, at) for way in found for at in together if _without(way, at) == printed[row]}
        for at, key in enumerate(_torn_keys(row)[0]):
            possible = {way[at] for way in ways}
            value = possible.pop() if len(possible) == 1 else None
            if value is None and needs_more:
                (one, *others) = {way[at] for way in found}
                value = one if not others and _confirmed(before, every, key, one) else None
            if value or (value == 0 and row[0] not in with_blanks):
                cells[key] = Cell(value, "", Status.DERIVED, torn[row].place)


def _lost(way: tuple[int | float, ...], at: int) -> tuple[int | float | None, ...]:
    """A way without the value that was lost, but for a total."""
    return way if at == len(way) - 1 else (*way[:at], None, *way[at + 1 :])


def _without(way: tuple[int | float, ...], at: int) -> tuple[int | float, ...]:
    return (*way[:at], *way[at + 1 :])


def _lost_together(
    choices: dict[Row, set[tuple[int | float, ...]]], printed: dict[Row, tuple[int | float, ...]]
) -> set[int]:
    """The columns of `requests` of which every torn row that counts anything may have lost its cell, if several are."""
    rows = [row for row in choices if row[0] == "requests" and any(printed[row])]
    if len(rows) < _SEVERAL:
        return set()
    return {
        at
        for at in range(len(form.APPLICANTS))
        if all(any(_without(way, at) == printed[row] for way in choices[row]) for row in rows)
    }


def _confirmed(cells: dict[str, Cell], every: tuple[Sum, ...], key: str, value: float) -> bool:
    """Whether a sum of which all other cells are known asks for `value` in a cell."""
    for one in every:
        if key in one.keys and all(_number(cells[other]) is not None for other in one.keys if other != key):
            return _missing_part(cells, one, key) == value
    return False


def _torn_keys(row: Row) -> tuple[list[str], tuple[int, ...]]:
    """The cells over which a torn row's values lie, and the widths of its parts that add up."""
    if row[0] == "disputes":
        return list(form.keys("disputes", None)), (len(form.RESULTS),) * len(form.STAGES)
    return [f"{row[0]}.{row[1]}.{column}" for column in form.APPLICANTS], (len(form.APPLICANTS),)


def _prune(
    choices: dict[Row, set[tuple[int | float, ...]]], cells: dict[str, Cell], every: tuple[Sum, ...]
) -> dict[Row, set[tuple[int | float, ...]]]:
    """The placements that the column sums allow, where all the other cells of that column are known. Rows of a sum that
    allows none keep all of theirs: something in print is wrong, and nobody knows what."""
    doubtful: set[Row] = set()
    while True:
        kept, against = _pruned(choices, cells, every, doubtful)
        if not against:
            return kept
        doubtful |= against


def _pruned(
    choices: dict[Row, set[tuple[int | float, ...]]],
    cells: dict[str, Cell],
    every: tuple[Sum, ...],
    doubtful: set[Row],
) -> tuple[dict[Row, set[tuple[int | float, ...]]], set[Row]]:
    """The placements left, those of `doubtful` rows untouched; and the rows of which a sum allows none."""
    most = 4  # rows open in a column beyond which the sums say too little to be worth the search
    choices = dict(choices)
    changed = bool(choices)
    while changed:
        changed = False
        for one in every:
            if one.kind == "row_sum" or not one.left[0].startswith("requests."):
                continue
            column = form.APPLICANTS.index(one.left[0].rsplit(".", 1)[1])
            rows = {key: ("requests", key.split(".")[1]) for key in one.keys}
            sign = {row: 1 if key in one.left else -1 for key, row in rows.items()}
            open_rows = [row for row in rows.values() if row in choices]
            known = [(key, row) for key, row in rows.items() if row not in choices]
            if not open_rows or len(open_rows) > most or any(_number(cells[key]) is None for key, _ in known):
                continue
            fixed = sum(sign[row] * (_number(cells[key]) or 0) for key, row in known)
            for row in open_rows:
                others = [other for other in open_rows if other != row]
                reach = {fixed}
                for other in others:
                    reach = {total + sign[other] * way[column] for total in reach for way in choices[other]}
                kept = {way for way in choices[row] if -sign[row] * way[column] in reach}
                if not kept and not doubtful.issuperset(open_rows):
                    return choices, set(open_rows)
                if kept and len(kept) < len(choices[row]) and row not in doubtful:
                    choices[row] = kept
                    changed = True
    return choices, set()
