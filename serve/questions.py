"""The questions of the home page: each a list with conditions, an order and the columns that answer it (words.json)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from urllib.parse import urlencode

from datasette.database import Database, QueryInterrupted
from datasette.filters import Filters

from serve import words


def address(
    table: str, where: Mapping[str, object], *, sort: str = "", columns: Sequence[str] = (), facets: Sequence[str] = ()
) -> str:
    """A list's address below /archive/: conditions as Datasette writes them, the greatest of `sort` first."""
    pairs = [
        *where.items(),
        *([("_sort_desc", sort)] if sort else []),
        *(("_col", column) for column in columns),
        *(("_facet_tally", facet) for facet in facets),
    ]
    return f"{table}?{urlencode(pairs)}" if pairs else table


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked, a sentence on what the list holds and what not to conclude, and the list that answers it."""

    ask: str
    told: str
    table: str
    unit: str
    where: dict[str, str]
    sort: str = ""
    columns: list[str] = field(default_factory=list)
    facets: list[str] = field(default_factory=list)

    @property
    def link(self) -> str:
        """The address of the list, below /archive/."""
        return address(self.table, self.where, sort=self.sort, columns=self.columns, facets=self.facets)

    async def count(self, db: Database) -> int | None:
        """How long the list is; None where that takes too long to count (the list itself is fast)."""
        conditions, values = Filters(list(self.where.items())).build_where_clauses(self.table)
        sql = f"SELECT count(*) FROM {self.table} WHERE {' AND '.join(conditions) or '1'}"  # noqa: S608
        try:
            return int((await db.execute(sql, values)).first()[0])
        except QueryInterrupted:
            return None


@cache
def questions() -> tuple[Question, ...]:
    """All of them, in the order of the home page."""
    return tuple(Question(**told) for told in words.words()["questions"])


def asked(table: str, arguments: Iterable[tuple[str, str]]) -> Question | None:
    """The question that a list answers, whatever further conditions a visitor has set; None where it is none."""
    given = set(arguments)
    fitting = [one for one in questions() if one.table == table and set(one.where.items()) <= given]
    return max(fitting, key=lambda one: len(one.where), default=None)
