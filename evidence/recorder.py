"""Writing the evidence: the one process that holds the folder records answers and keeps what is still to do."""

import hashlib
import sqlite3
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from evidence import moments, warc
from evidence.agenda import Agenda, Task, Visit
from evidence.captures import Capture, Captures
from evidence.journal import Journal
from evidence.outcomes import KINDS, OUTCOMES
from evidence.warc import Exchange, Original

KEPT = frozenset({"report", "attachment", "roster"})
"""Kinds whose records stand in reports-*.warc.gz, which are kept; pages-* may be expired by age."""


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


class Recorder:
    """The writer of a folder of evidence; created where absent. `agenda` holds what is still to do.

    Nothing is safe before flush() returned, and then all of it is. Raises Busy, Locked, Unusable, DiskFull.
    """

    def __init__(self, folder: Path, vantage: str = "", software: str = "nianbao", contact: str = "") -> None:
        """Takes the lock, opens the ledger, mends torn files. `vantage` names the place that asks."""
        self.vantage = vantage
        info = {"software": software, "format": "WARC File Format 1.1", "robots": "obey", "operator": contact}
        self._journal = Journal(folder, info)
        self._connection = self._journal.connection
        self.agenda = Agenda(self._journal)
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
        self._journal.close(save)

    def flush(self) -> None:
        """Acknowledges everything so far."""
        self._journal.flush()

    def _insert(self, into: str, **row: object) -> sqlite3.Cursor:
        marks = ", ".join("?" * len(row))
        statement = f"INSERT {into} ({', '.join(row)}) VALUES ({marks})"  # noqa: S608 - names of our own
        return self._connection.execute(statement, tuple(row.values()))

    def site(self, url: str, site: str, division_code: str = "", name: str = "") -> int:
        """The number of the row for this address, added or brought up to date."""
        with self._journal.writing():
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
        started = moments.now()
        with self._journal.writing():
            cursor = self._insert("INTO visits", site=site, year=year, started=started)
        return Visit(int(cursor.lastrowid or 0), site, started, False)

    def finish(
        self, visit: Visit, outcome: str, *, stopped: str | None = None, believed: bool = True, left_over: int = 0
    ) -> None:
        """Ends a visit: what is still to do in it is given up, of which `left_over` tasks matter.

        `stopped` is the outcome for which the site was left alone. Only of a visit that looked for all years and is
        `believed` is it noted which reports no page names any more.
        """
        with self._journal.writing():
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
                (moments.now(), outcome, stopped, believed, left_over, visit.id),
            )

    def previous(self, visit: Visit) -> int | None:
        """The visit of the same site and year that was finished before this one."""
        row = self._connection.execute(
            """SELECT max(p.id) FROM visits p JOIN visits v ON v.id = ? AND p.site = v.site AND p.year IS v.year
               WHERE p.finished IS NOT NULL AND p.id < v.id""",
            (visit.id,),
        ).fetchone()
        return row[0] if row else None

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
        url = exchange.url
        if task is not None:  # its address is that without the session under which a server insists on being asked
            url, found_on, words = task.url, task.found_on, task.words
        encoding = (exchange.header("Content-Encoding") or "").lower()
        latest = self.captures.latest(url)
        sha256 = hashlib.sha256(warc.decode(exchange.body, encoding)).hexdigest() if exchange.body else None
        alike: int | None = None  # the capture whose page says the same in other bytes
        if outcome == "ok" and latest is not None and latest.kind == kind:
            alike = self._alike(latest, about.fingerprint) if latest.sha256 != sha256 else None
            outcome = "unchanged" if alike or latest.sha256 == sha256 else "ok"
        with self._journal.writing():
            holder, original = alike, None
            if outcome == "unchanged" and latest is not None and not exchange.body:
                sha256 = latest.sha256
            kept = kind in KEPT and not alike
            if sha256 and not alike:
                holder, original = self._holder(sha256, encoding if exchange.status != 304 else None, kept)
                original = original if url == exchange.url else None  # a revisit names the address that was asked
            file = written = None
            if exchange.status is not None:
                file, stream = self._journal.stream("reports" if kept else "pages")
                written = warc.write(stream, exchange, original)
            cursor = self._insert(
                "INTO captures",
                visit=visit.id if visit else None,
                site_id=site,
                url=url,
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
            path = self._journal.folder / name
            files, size = files + 1, size + (path.stat().st_size if path.exists() else 0)
            # The file first: should we be killed in between, the next start notes that it is gone.
            path.unlink(missing_ok=True)
            with self._journal.writing():
                self._connection.execute(
                    "UPDATE captures SET body_in = NULL WHERE body_in IN (SELECT id FROM captures WHERE file = ?)",
                    (number,),
                )
                self._connection.execute("UPDATE captures SET file = NULL, offset = NULL WHERE file = ?", (number,))
                self._connection.execute("DELETE FROM files WHERE id = ?", (number,))
            self.flush()
        return files, size
