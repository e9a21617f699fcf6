"""A report that stands in a page and in a file attached to it: the tables of both, compared."""

from collections import Counter

from extract import form
from extract.merging import disputed
from extract.report import Status
from extract.sums import GAPS
from extract.tables import Tables, not_there


def compare(tables: Tables, other: Tables, *, sure: bool) -> None:
    """Put a second document's reading of the same report (an attached file) beside the first, in place.

    Numbers alike are sure, different ones disputed; what only the second has fills a gap or adds a table. Where the
    second does not say of which year it is (not `sure`) and most numbers differ, it is taken for another report's.
    """
    both = {
        key: (one, two)
        for key, one in tables.cells.items()
        if (two := other.cells.get(key)) is not None and one.value is not None and two.value is not None
    }
    telling = [one.value == two.value for one, two in both.values() if one.value or two.value]
    if not sure and telling and sum(telling) * 2 < len(telling):
        tables.problems.append("附件中的表与网页上的多处不同，未知是否同一份报告，没有采用")
        return
    differing: Counter[str] = Counter()
    for table in form.TABLES:
        keys = [key for key in other.cells if key.startswith(f"{table}.")]
        if keys and not any(key.startswith(f"{table}.") for key in tables.cells):
            for key in keys:
                _take(key, tables, other)
            if table in other.editions:
                tables.editions[table] = other.editions[table]
            tables.problems.remove(not_there(table))
            tables.agreed |= other.agreed & {table}
            continue
        for key in keys:
            if key in both and (both[key][0].status is Status.NUMBER or both[key][0].value != both[key][1].value):
                one, two = both[key]
                if two.place is not None:
                    tables.again.setdefault(key, []).append((two.place, two.raw))
                if one.value != two.value:
                    tables.cells[key] = disputed(one, two)
                    differing[key.rsplit(".", 1)[0]] += 1
            elif key in tables.cells and (tables.cells[key].status in GAPS or key in both):
                _take(key, tables, other)
        if not any(row.startswith(f"{table}.") for row in differing) and any(key in both for key in keys):
            tables.agreed.add(table)
    if differing:
        rows = "、".join(f"{row}（{count}格）" for row, count in differing.items())
        tables.problems.append(f"网页与附件不一致：{rows}")


def _take(key: str, tables: Tables, other: Tables) -> None:
    """Believe the second document about a cell."""
    tables.cells[key] = other.cells[key]
    tables.again[key] = other.again.get(key, [])
