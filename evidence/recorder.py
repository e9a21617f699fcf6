"""Writing the evidence: the one process that holds the lock records answers and keeps what is still to do."""

import errno
import fcntl
import hashlib
import os
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self

from evidence import warc
from evidence.captures import APPLICATION_ID, LEDGER, VERSION, Capture, Captures, connect
from evidence.errors import Busy, DiskFull, Locked, Unusable
from evidence.outcomes import KINDS, OUTCOMES
from evidence.warc import Exchange, Original

ROTATE_BYTES = 1 << 30
"""A WARC file is closed at about this size: the size that archives exchange."""

KEPT = frozenset({"report", "attachment", "roster"})
"""Kinds whose records stand in reports-*.warc.gz, which are kept; pages-* may be expired by age."""


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


@dataclass(frozen=True, slots=True)
class Validators:
    """What a site gave to ask conditionally with, and the capture whose body it validates."""

    etag: str | None
    last_modified: str | None
    capture: Capture


@dataclass(frozen=True, slots=True)
class About:
    """What the crawl says of an answer beside its outcome and kind; the words are those of Capture.

    `fingerprint` is a hash of a page's own words, without what changes at every visit (None: its bytes count).
    """

    fingerprint: str | None = None
    office: str | None = None
    year: int | None = None
    system: str | None = None
    transport: str = ""


NOTHING = About()

_ADD = """
    INSERT INTO tasks (visit, site_id, url, stage, priority, words, found_on, hops, not_before, listed)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (visit, url) DO UPDATE SET
    listed = max(listed, excluded.listed),
    (stage, priority, words, found_on) = (
        SELECT iif(better, excluded.stage, stage), iif(better, excluded.priority, priority),
               iif(better, excluded.words, words), iif(better, excluded.found_on, found_on)
        FROM (SELECT done = 0 AND priority < excluded.priority AS better))
"""
_SPELLED = """
    INSERT INTO spellings (url, spelling, first_seen, last_seen) VALUES (?, ?, ?, ?)
    ON CONFLICT (url, spelling) DO UPDATE SET last_seen = excluded.last_seen
"""

_SCHEMA = Path(__file__).with_name("ledger.sql")


class Recorder:
    """The writer of a folder of evidence; created where absent.

    Everything since the last flush() is one transaction, committed after the WARC files are on disk: what flush()
    returned from is safe, the rest never happened. Raises Busy, Locked, Unusable, DiskFull.
    """

    def __init__(self, folder: Path, vantage: str = "", software: str = "nianbao", contact: str = "") -> None:
        """Takes the lock, opens the ledger, mends torn files. `vantage` names the place that asks."""
        self.folder = folder
        self.vantage = vantage
        self._info = {"software": software, "format": "WARC File Format 1.1", "robots": "obey", "operator": contact}
        self._open: dict[str, tuple[int, BinaryIO]] = {}
        try:
            with self._room():
                folder.mkdir(parents=True, exist_ok=True)
                self._lock = (folder / "lock").open("w")
        except OSError as error:
            raise Unusable(f"无法在 {folder} 保存采集结果：{error.strerror}。") from error
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            self._lock.close()
            raise Busy(folder) from error
        try:
            self._connection = connect(folder)
            with self._room():
                self._prepare()
                self._mend()
        except BaseException:
            self._lock.close()
            raise
        self.captures = Captures(folder, self._connection)

    def __enter__(self) -> Self:
        """The recorder itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Flushes (unless something went wrong), closes and gives the lock back."""
        self.close(save=error is None)

    def close(self, save: bool = True) -> None:
        """Ends writing; with `save` what is not yet flushed is, else it is undone."""
        try:
            if save:
                self.flush()
            else:
                self._undo()
        finally:
            for _, stream in self._open.values():
                stream.close()
            self._open.clear()
            self._connection.close()
            self._lock.close()

    @contextmanager
    def _room(self) -> Iterator[None]:
        """Turns "no space left" of the file system and of SQLite into DiskFull, after undoing what is not safe."""
        try:
            yield
        except OSError as error:
            if error.errno not in {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}:
                raise
            self._undo()
            raise DiskFull(self.folder) from error
        except sqlite3.OperationalError as error:
            if "locked" in str(error):
                self._undo()
                raise Locked(self.folder / LEDGER) from error
            if "full" not in str(error) and "disk I/O" not in str(error):
                raise
            self._undo()
            raise DiskFull(self.folder) from error

    def _prepare(self) -> None:
        connection = self._connection
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")  # a commit that is told of must outlive the power
        if not connection.execute("PRAGMA application_id").fetchone()[0]:
            connection.executescript(
                f"BEGIN; {_SCHEMA.read_text(encoding='utf-8')}"
                f"PRAGMA application_id = {APPLICATION_ID}; PRAGMA user_version = {VERSION}; COMMIT;"
            )

    def _mend(self) -> None:
        """Cuts what a killed process left behind a file's last whole record; notes what is no longer there."""
        self._begin()
        for number, name, size in self._connection.execute("SELECT id, name, size FROM files").fetchall():
            path = self.folder / name
            actual = path.stat().st_size if path.exists() else 0
            if actual == size:
                continue
            if actual < size:  # damaged from outside: ask again what is lost, instead of "not modified since"
                self._connection.execute(
                    "UPDATE captures SET body_in = NULL WHERE body_in IN "
                    "(SELECT id FROM captures WHERE file = ? AND offset + length > ?)",
                    (number, actual),
                )
            if path.exists():
                keep = warc.last_whole_member(path, size if actual > size else 0)
                os.truncate(path, keep)
                self._connection.execute("UPDATE files SET size = ? WHERE id = ?", (keep, number))
        known = {name for (name,) in self._connection.execute("SELECT name FROM files")}
        for path in self.folder.glob("*.warc.gz"):  # begun, and killed before anything in it was acknowledged
            if path.name not in known:
                keep = warc.last_whole_member(path, 0)
                os.truncate(path, keep)
        self.flush()

    # --- the transaction

    def _begin(self) -> None:
        if not self._connection.in_transaction:
            self._connection.execute("BEGIN IMMEDIATE")

    def flush(self) -> None:
        """Acknowledges everything so far: WARC files to disk first, then the ledger."""
        if not self._connection.in_transaction:
            return
        with self._room():
            for number, stream in self._open.values():
                stream.flush()
                os.fsync(stream.fileno())
                self._connection.execute("UPDATE files SET size = ? WHERE id = ?", (stream.tell(), number))
            self._connection.execute("COMMIT")

    def _undo(self) -> None:
        connection: sqlite3.Connection | None = getattr(self, "_connection", None)
        if connection is not None and connection.in_transaction:
            connection.execute("ROLLBACK")
        for number, stream in self._open.values():
            with suppress(OSError):  # closing writes out the buffer, for which there may be no room
                stream.close()
            row = connection and connection.execute("SELECT name, size FROM files WHERE id = ?", (number,)).fetchone()
            if row:
                os.truncate(self.folder / row[0], row[1])
            else:
                Path(stream.name).unlink(missing_ok=True)
        self._open.clear()

    def forget(self, before: str) -> tuple[int, int]:
        """Removes pages-* files whose answers were all captured before `before` (UTC); their hashes stay in the ledger.

        Returns how many files, and how many bytes. What is asked again is asked whole.
        """
        files = size = 0
        for number, name in self._connection.execute(
            """SELECT f.id, f.name FROM files f JOIN captures c ON c.file = f.id WHERE f.name LIKE 'pages-%'
               GROUP BY f.id HAVING max(c.captured_at) < ?""",
            (before,),
        ).fetchall():
            path = self.folder / name
            files, size = files + 1, size + (path.stat().st_size if path.exists() else 0)
            # The file first: should we be killed in between, the next start notes that it is gone.
            path.unlink(missing_ok=True)
            with self._room():
                self._begin()
                self._connection.execute(
                    "UPDATE captures SET body_in = NULL WHERE body_in IN (SELECT id FROM captures WHERE file = ?)",
                    (number,),
                )
                self._connection.execute("UPDATE captures SET file = NULL, offset = NULL WHERE file = ?", (number,))
                self._connection.execute("DELETE FROM files WHERE id = ?", (number,))
            self.flush()
        return files, size

    def _insert(self, into: str, **row: object) -> sqlite3.Cursor:
        marks = ", ".join("?" * len(row))
        statement = f"INSERT {into} ({', '.join(row)}) VALUES ({marks})"  # noqa: S608 - names of our own
        return self._connection.execute(statement, tuple(row.values()))

    # --- sites and visits

    def site(self, url: str, site: str, division_code: str = "", name: str = "") -> int:
        """The number of the row for this address, added or brought up to date."""
        with self._room():
            self._begin()
            self._connection.execute(
                """INSERT INTO sites (site, division_code, name, url) VALUES (?, ?, ?, ?)
                   ON CONFLICT (url) DO UPDATE SET site = excluded.site,
                   division_code = coalesce(nullif(excluded.division_code, ''), division_code),
                   name = coalesce(nullif(excluded.name, ''), name)""",
                (site, division_code, name, url),
            )
        return int(self._connection.execute("SELECT id FROM sites WHERE url = ?", (url,)).fetchone()[0])

    def visit(self, site: str, year: int | None = None) -> Visit:
        """The open visit of this site for this report year, else a new one."""
        row = self._connection.execute(
            "SELECT id, started FROM visits WHERE site = ? AND year IS ? AND finished IS NULL ORDER BY id DESC",
            (site, year),
        ).fetchone()
        if row is not None:
            return Visit(row[0], site, row[1], True)
        started = warc.now()
        with self._room():
            self._begin()
            cursor = self._insert("INTO visits", site=site, year=year, started=started)
        return Visit(int(cursor.lastrowid or 0), site, started, False)

    def finish(
        self, visit: Visit, outcome: str, *, stopped: str | None = None, believed: bool = True, left_over: int = 0
    ) -> None:
        """Ends a visit: what is still to do in it is given up, of which `left_over` tasks matter.

        `stopped` is the outcome for which the site was left alone. Only of a visit that looked for all years and is
        `believed` is it noted which reports no page names any more.
        """
        with self._room():
            self._begin()
            if believed:
                self._connection.execute(
                    """UPDATE captures SET listed = (SELECT max(listed) FROM tasks t
                           WHERE t.visit = captures.visit AND t.url = captures.url)
                       WHERE visit = (SELECT id FROM visits WHERE id = ? AND year IS NULL) AND kind = 'report'""",
                    (visit.id,),
                )
            self._connection.execute("DELETE FROM tasks WHERE visit = ?", (visit.id,))
            self._connection.execute(
                "UPDATE visits SET finished = ?, outcome = ?, stopped = ?, believed = ?, left_over = ? WHERE id = ?",
                (warc.now(), outcome, stopped, believed, left_over, visit.id),
            )

    def previous(self, visit: Visit) -> int | None:
        """The visit of the same site and year that was finished before this one."""
        row = self._connection.execute(
            """SELECT max(p.id) FROM visits p JOIN visits v ON v.id = ? AND p.site = v.site AND p.year IS v.year
               WHERE p.finished IS NOT NULL AND p.id < v.id""",
            (visit.id,),
        ).fetchone()
        return row[0] if row else None

    # --- what is still to do

    def add(self, visit: Visit, tasks: Iterable[Task]) -> None:
        """Stores tasks, each address once in a visit; one that is still to do takes the more important reason."""
        tasks, now = list(tasks), warc.now()
        spelled = [(one.url, one.spelling, now, now) for one in tasks if one.spelling not in {"", one.url}]
        rows = [
            (
                visit.id, task.site, task.url, task.stage, task.priority, task.words, task.found_on, task.hops,
                task.not_before, task.listed,
            )
            for task in tasks
        ]  # fmt: skip
        with self._room():
            self._begin()
            self._connection.executemany(_ADD, rows)
            self._connection.executemany(_SPELLED, spelled)

    def _task(self, where: str, *values: object) -> Task | None:
        row = self._connection.execute(
            f"""SELECT url, stage, site_id, priority, words, found_on, hops, tries, not_before, listed, id
                FROM tasks
                WHERE done = 0 AND {where} LIMIT 1""",  # noqa: S608 - our own words
            values,
        ).fetchone()
        return Task(*row) if row else None

    def next_task(self, visit: Visit) -> Task | None:
        """The most important task of a visit that may be done by now or first of all later, or None."""
        first = "ORDER BY priority DESC, id"  # as the index has them: no list of thousands is sorted for each request
        now = datetime.now(UTC).timestamp()
        return self._task(f"visit = ? AND not_before <= ? {first}", visit.id, now) or self._task(
            f"visit = ? {first}", visit.id
        )

    def task(self, visit: Visit, url: str) -> Task | None:
        """The task for this address, None where there is none or it is done."""
        return self._task("visit = ? AND url = ?", visit.id, url)

    def come_by(self, visit: Visit, url: str) -> tuple[str, str | None] | None:
        """The stage of an address of a visit and the page that led there; None where it is no address of the visit."""
        row = self._connection.execute(
            "SELECT stage, found_on FROM tasks WHERE visit = ? AND url = ?", (visit.id, url)
        ).fetchone()
        return row and (row[0], row[1])

    def robots(self, visit: Visit, origin: str) -> Capture | None:
        """What this visit was last told of the rules of an origin (the words of a robots task), redirects followed."""
        found = self.captures._select(
            """WHERE c.visit = ? AND c.kind = 'robots' AND c.words = ? AND c.outcome != 'redirect'
               ORDER BY c.id DESC LIMIT 1""",
            visit.id,
            origin,
        )
        return next(found, None)

    def pending(self, visit: Visit, priority: int) -> int:
        """How many tasks of a visit with at least this priority are still to do."""
        query = "SELECT count(*) FROM tasks WHERE visit = ? AND done = 0 AND priority >= ?"
        return int(self._connection.execute(query, (visit.id, priority)).fetchone()[0])

    def postpone(self, task: Task, not_before: float) -> None:
        """Puts a task off (to Unix time), counting the try."""
        with self._room():
            self._begin()
            self._connection.execute(
                "UPDATE tasks SET tries = tries + 1, not_before = ? WHERE id = ?", (not_before, task.id)
            )

    def drop(self, task: Task) -> None:
        """Takes a task off the list for good: it is not asked and not counted among what was left over."""
        with self._room():
            self._begin()
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

    def fruitless(self, visit: Visit) -> Iterator[tuple[str, str, bool]]:
        """Addresses of the site that answered in earlier finished visits for the same year and never led to a report,
        with the words of the link that led there and whether there was nothing at all."""
        rows = self._connection.execute(
            """SELECT c.url, c.words, c.found_on, c.kind, c.outcome FROM captures c
               JOIN visits o ON o.id = c.visit JOIN visits v ON v.id = ? AND o.site = v.site AND o.year IS v.year
               WHERE o.finished IS NOT NULL AND c.kind NOT IN ('robots', 'attachment')""",
            (visit.id,),
        ).fetchall()
        above: dict[str, set[str]] = {}
        for url, _, found_on, _, _ in rows:
            above.setdefault(url, set()).add(found_on or "")
        fruitful, left = set(), [url for url, _, _, kind, _ in rows if kind == "report"]
        while left:
            url = left.pop()
            if url not in fruitful:
                fruitful.add(url)
                left += above.get(url, ())
        answered = {"ok": False, "unchanged": False, "gone": True, "soft_404": True}
        for url, words, _, _, outcome in rows:
            if url not in fruitful and outcome in answered:
                yield url, words, answered[outcome]

    # --- what came back

    def validators(self, url: str) -> Validators | None:
        """What to ask for this address with, where its latest body is here and the site gave any validator."""
        capture = self.captures.latest(url)
        if capture is None:
            return None
        row = self._connection.execute(
            """SELECT etag, last_modified FROM captures WHERE url = ? AND outcome IN ('ok', 'unchanged')
               AND body_in = (SELECT body_in FROM captures WHERE id = ?) ORDER BY id DESC LIMIT 1""",
            (url, capture.id),
        ).fetchone()
        return Validators(row[0], row[1], capture) if row and (row[0] or row[1]) else None

    def _stream(self, family: str) -> tuple[int, BinaryIO]:
        if family in self._open:
            number, stream = self._open[family]
            if stream.tell() < ROTATE_BYTES:
                return number, stream
            self.flush()
            stream.close()
            self._begin()
        stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%S")
        taken = {path.name for path in self.folder.glob(f"{family}-{stamp}*")}
        taken |= {name for (name,) in self._connection.execute("SELECT name FROM files")}
        name = next(n for i in range(1000) if (n := f"{family}-{stamp}-{i:03}.warc.gz") not in taken)
        cursor = self._connection.execute("INSERT INTO files (name, size) VALUES (?, 0)", (name,))
        stream = (self.folder / name).open("wb")
        warc.write_info(stream, name, self._info)
        self._open[family] = int(cursor.lastrowid or 0), stream
        return self._open[family]

    def record(
        self,
        exchange: Exchange,
        outcome: str,
        *,
        kind: str,
        site: int,
        visit: Visit | None = None,
        task: Task | None = None,
        found_on: str | None = None,
        words: str = "",
        about: About = NOTHING,
    ) -> Capture:
        """Keeps an answer (or that there was none) and ends its task; safe once flush() returns.

        A 304 and a body that is already here become revisit records. An `ok` whose body is that of the latest capture
        of the same address becomes `unchanged`; so does one whose fingerprint is, and its bytes, which differ in
        counters and the like, go to the files that may expire.
        """
        if outcome not in OUTCOMES or kind not in KINDS:
            raise ValueError(f"no such outcome or kind: {outcome}, {kind}")
        if task is not None:
            found_on, words = task.found_on, task.words
        encoding = (exchange.header("Content-Encoding") or "").lower()
        latest = self.captures.latest(exchange.url)
        sha256: str | None = None
        if exchange.body:
            sha256 = hashlib.sha256(warc.decode(exchange.body, encoding)).hexdigest()
        alike: int | None = None  # the capture whose page says the same in other bytes
        if outcome == "ok" and latest is not None and latest.kind == kind:
            if latest.sha256 != sha256:
                alike = self._alike(latest, about.fingerprint)
            if alike or latest.sha256 == sha256:
                outcome = "unchanged"
        with self._room():
            self._begin()
            holder, original = alike, None
            if outcome == "unchanged" and latest is not None and not exchange.body:
                sha256 = latest.sha256
            kept = kind in KEPT and not alike
            if sha256 and not alike:
                holder, original = self._holder(sha256, encoding if exchange.status != 304 else None, kept)
            file = written = None
            if exchange.status is not None:
                file, stream = self._stream("reports" if kept else "pages")
                written = warc.write(stream, exchange, original)
            cursor = self._insert(
                "INTO captures",
                visit=visit.id if visit else None,
                site_id=site,
                url=exchange.url,
                captured_at=exchange.captured_at,
                outcome=outcome,
                status=exchange.status,
                media_type=exchange.header("Content-Type"),
                sha256=sha256,
                kind=kind,
                renewed=outcome == "ok",
                fingerprint=about.fingerprint,
                office=about.office,
                year=about.year,
                system=about.system,
                transport=about.transport,
                found_on=found_on,
                words=words,
                vantage=self.vantage,
                ip=exchange.ip,
                etag=exchange.header("ETag"),
                last_modified=exchange.header("Last-Modified"),
                file=file,
                offset=written and written.offset,
                length=written and written.length,
                record_id=written and written.record_id,
                payload_digest=written and written.payload_digest,
                content_encoding=encoding,
                body_in=holder,
            )
            number = int(cursor.lastrowid or 0)
            if holder is None and exchange.body:
                self._connection.execute("UPDATE captures SET body_in = id WHERE id = ?", (number,))
            if kind == "attachment" and outcome == "ok" and visit is not None:
                # The page says nothing of it: its report is another one all the same.
                self._connection.execute(
                    "UPDATE captures SET renewed = 1 WHERE visit = ? AND url = ? AND kind = 'report'",
                    (visit.id, found_on),
                )
            if task is not None:
                self._connection.execute("UPDATE tasks SET done = 1 WHERE id = ?", (task.id,))
        return next(self.captures._select("WHERE c.id = ?", number))

    def _alike(self, latest: Capture, fingerprint: str | None) -> int | None:
        """The capture that holds the body of `latest`, where that has this fingerprint."""
        row = self._connection.execute(
            "SELECT body_in FROM captures WHERE id = ? AND fingerprint = ?", (latest.id, fingerprint)
        ).fetchone()
        return row[0] if row else None

    def _holder(self, sha256: str, encoding: str | None, kept: bool) -> tuple[int | None, Original | None]:
        """The capture whose record holds this body under this content-encoding (None: any), where one does.

        With `kept`, only one in the files that never expire.
        """
        row = self._connection.execute(
            """SELECT c.id, url, captured_at, record_id, payload_digest FROM captures c JOIN files f ON f.id = c.file
               WHERE sha256 = ? AND body_in = c.id AND (? IS NULL OR content_encoding = ?)
               AND (NOT ? OR f.name LIKE 'reports-%') ORDER BY c.id LIMIT 1""",
            (sha256, encoding, encoding, kept),
        ).fetchone()
        return (row[0], Original(*row[1:])) if row else (None, None)
