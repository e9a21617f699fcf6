"""What is still to do: the tasks of every visit, kept in the ledger and not in memory."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from evidence import moments
from evidence.journal import Journal


@dataclass(frozen=True, slots=True)
class Task:
    """Something still to be asked in a visit.

    `stage`, `priority` (higher first) and `words` are the crawl's own; `site` is the row (Recorder.site) that it is
    done for, `hops` the redirects that led here, `not_before` Unix time. `listed`: a page of this visit names the
    address; else it is only known from earlier. `spelling` is the same address as a page has it, where that is another.
    `id` is 0 before it is stored.
    """

    url: str
    stage: str
    site: int
    priority: int = 0
    words: str = ""
    found_on: str | None = None
    hops: int = 0
    tries: int = 0
    not_before: float = 0
    listed: bool = True
    id: int = 0
    spelling: str = ""


@dataclass(frozen=True, slots=True)
class Visit:
    """A walk through a site; `resumed` where an earlier run was interrupted and this one goes on."""

    id: int
    site: str
    started: str
    resumed: bool


_ADD = """
    INSERT INTO tasks (visit, site_id, url, stage, priority, words, found_on, hops, not_before, listed)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (visit, url) DO UPDATE SET
    listed = max(listed, excluded.listed),
    (stage, priority, words, found_on) = (
        SELECT iif(better, excluded.stage, stage), iif(better, excluded.priority, priority),
               iif(better, excluded.words, words), iif(better, excluded.found_on, found_on)
        FROM (SELECT done = 0 AND priority < excluded.priority AS better))
"""
_ANSWERED = {"ok": False, "unchanged": False, "gone": True, "soft_404": True}
"""Outcomes by which a page was seen, and whether it was not there."""
_SPELLED = """
    INSERT INTO spellings (url, spelling, first_seen, last_seen) VALUES (?, ?, ?, ?)
    ON CONFLICT (url, spelling) DO UPDATE SET last_seen = excluded.last_seen
"""


class Agenda:
    """The tasks of visits, each address once in a visit."""

    def __init__(self, journal: Journal) -> None:
        """Writes within the journal's transaction."""
        self._journal = journal
        self._connection = journal.connection

    def add(self, visit: Visit, tasks: Iterable[Task]) -> None:
        """Stores tasks, each address once in a visit; one that is still to do takes the more important reason."""
        tasks, now = list(tasks), moments.now()
        spelled = [(one.url, one.spelling, now, now) for one in tasks if one.spelling not in {"", one.url}]
        rows = [
            (
                visit.id, task.site, task.url, task.stage, task.priority, task.words, task.found_on, task.hops,
                task.not_before, task.listed,
            )
            for task in tasks
        ]  # fmt: skip
        with self._journal.writing():
            self._connection.executemany(_ADD, rows)
            self._connection.executemany(_SPELLED, spelled)

    def _first(self, where: str, *values: object) -> Task | None:
        row = self._connection.execute(
            f"""SELECT url, stage, site_id, priority, words, found_on, hops, tries, not_before, listed, id
                FROM tasks
                WHERE done = 0 AND {where} LIMIT 1""",  # noqa: S608 - our own words
            values,
        ).fetchone()
        return Task(*row) if row else None

    def next(self, visit: Visit) -> Task | None:
        """The most important task of a visit that may be done by now or first of all later, or None."""
        first = "ORDER BY priority DESC, id"  # as the index has them: no list of thousands is sorted for each request
        now = datetime.now(UTC).timestamp()
        return self._first(f"visit = ? AND not_before <= ? {first}", visit.id, now) or self._first(
            f"visit = ? {first}", visit.id
        )

    def task(self, visit: Visit, url: str) -> Task | None:
        """The task for this address, None where there is none or it is done."""
        return self._first("visit = ? AND url = ?", visit.id, url)

    def come_by(self, visit: Visit, url: str) -> tuple[str, str | None] | None:
        """The stage of an address of a visit and the page that led there; None where it is no address of the visit."""
        row = self._connection.execute(
            "SELECT stage, found_on FROM tasks WHERE visit = ? AND url = ?", (visit.id, url)
        ).fetchone()
        return row and (row[0], row[1])

    def pending(self, visit: Visit, priority: int) -> int:
        """How many tasks of a visit with at least this priority are still to do."""
        query = "SELECT count(*) FROM tasks WHERE visit = ? AND done = 0 AND priority >= ?"
        return int(self._connection.execute(query, (visit.id, priority)).fetchone()[0])

    def postpone(self, task: Task, not_before: float) -> None:
        """Puts a task off (to Unix time), counting the try."""
        with self._journal.writing():
            self._connection.execute(
                "UPDATE tasks SET tries = tries + 1, not_before = ? WHERE id = ?", (not_before, task.id)
            )

    def drop(self, task: Task) -> None:
        """Takes a task off the list for good: it is not asked and not counted among what was left over."""
        with self._journal.writing():
            self._connection.execute("UPDATE tasks SET done = 1 WHERE id = ?", (task.id,))

    def revisit(self, visit: Visit, stage: str, priority: int) -> None:
        """Stores a task for every address of the site that was a report when last seen, for the row that led to it."""
        rows = self._connection.execute(
            """SELECT c.url, c.site_id, c.words, c.found_on FROM captures c JOIN sites s ON s.id = c.site_id
               JOIN (SELECT max(id) AS id FROM captures WHERE outcome IN ('ok', 'gone', 'soft_404') GROUP BY url) l
               ON l.id = c.id WHERE s.site = ? AND c.kind = 'report' ORDER BY c.id""",
            (visit.site,),
        ).fetchall()
        known = [Task(url, stage, site, priority, words, found_on, listed=False) for url, site, words, found_on in rows]
        self.add(visit, known)

    def fruitless(self, visit: Visit, is_lasting: Callable[[str, bool], bool]) -> set[str]:
        """Addresses of the site that answered in earlier finished visits for the same year and never led to a report,
        nor to where one may come to stand: `is_lasting` tells that of a link's words, and whether there was nothing."""
        rows = self._connection.execute(
            """SELECT c.url, c.words, c.found_on, c.kind, c.outcome FROM captures c
               JOIN visits o ON o.id = c.visit JOIN visits v ON v.id = ? AND o.site = v.site AND o.year IS v.year
               WHERE o.finished IS NOT NULL AND c.kind NOT IN ('robots', 'attachment')""",
            (visit.id,),
        ).fetchall()
        above: dict[str, set[str]] = {}
        fruitful, left, answered = set[str](), list[str](), set[str]()
        for url, words, found_on, kind, outcome in rows:
            above.setdefault(url, set()).add(found_on or "")
            if outcome in _ANSWERED:
                answered.add(url)
            if kind == "report" or (outcome in _ANSWERED and is_lasting(words, _ANSWERED[outcome])):
                left.append(url)
        while left:
            url = left.pop()
            if url not in fruitful:
                fruitful.add(url)
                left += above.get(url, ())
        return answered - fruitful
