"""Reading the evidence: what was captured, when, with which outcome, and the bytes."""

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from evidence import warc
from evidence.errors import Locked, Lost, Unusable
from evidence.outcomes import FAILURES, REFUSALS

APPLICATION_ID = 0x6E69616E  # "nian"
VERSION = 4
LEDGER = "ledger.db"


@dataclass(frozen=True, slots=True)
class Capture:
    """One observation of an address.

    `site` is the host (with its port where not the default) of the site that was crawled, `division_code` and
    `site_name` those of its row ("" where unknown). `captured_at` is UTC, "2026-01-31T08:00:00Z". `outcome` is one of
    OUTCOMES, `kind` of KINDS. `status` and `media_type` as served, None where nothing was; `sha256` is of the body
    without content-encoding. `renewed`: it, or a file that belongs to it, is not what it was the last time. `office`
    and `year` are what the crawl took a report to be, `system` the content system of the page, `listed` whether a page
    of the same visit names this report (None: not known). `transport` is what the host was allowed ("" nothing, or one
    of TRANSPORTS). `found_on` and `words` are the page and the link that led here, `vantage` the name of the place
    that asked.
    """

    id: int
    url: str
    site: str
    division_code: str
    site_name: str
    captured_at: str
    outcome: str
    status: int | None
    media_type: str | None
    sha256: str | None
    kind: str
    renewed: bool
    office: str | None
    year: int | None
    system: str | None
    listed: bool | None
    transport: str
    found_on: str | None
    words: str
    vantage: str


@dataclass(frozen=True, slots=True)
class SiteState:
    """A site that was crawled, with what its latest visit came to.

    `finished` is None while a visit is open (or was interrupted); `outcome` is the visit's judgement, None before.
    The counts are of the latest visit: requests answered or failed, reports seen (new or unchanged), refusals,
    failures; `left_over` tasks were given up; `year` is the only one whose reports were wanted (None: all).
    `stopped` is the outcome for which the site was left alone (None: it was not), `believed` what the monitors say
    (None: not finished), `system` the content system met most, `vantage` the place that asked. `looks` are the last
    visits that went to their end: report year (None: all) → when it was finished.
    """

    site: str
    division_code: str
    name: str
    url: str
    first_visited: str
    started: str
    finished: str | None
    outcome: str | None
    requests: int
    reports: int
    refused: int
    failed: int
    left_over: int
    year: int | None
    stopped: str | None
    believed: bool | None
    system: str | None
    vantage: str
    looks: dict[int | None, str]


_COLUMNS = """c.id, c.url, s.site, s.division_code, s.name, c.captured_at, c.outcome, c.status, c.media_type,
    c.sha256, c.kind, c.renewed, c.office, c.year, c.system, c.listed, c.transport, c.found_on, c.words, c.vantage"""
_WITH_BODY = "WHERE c.url = ? AND c.outcome = 'ok' AND c.body_in IS NOT NULL"
_MEANT = """WITH RECURSIVE meant (url) AS
    (SELECT ? UNION SELECT s.url FROM spellings s JOIN meant ON s.spelling = meant.url) SELECT url FROM meant"""
_FROM = "FROM captures c JOIN sites s ON s.id = c.site_id"


def connect(folder: Path) -> sqlite3.Connection:
    """Opens the ledger for reading and writing; the caller commits. Raises Unusable where it is not ours, Locked."""
    path = folder / LEDGER
    try:
        connection = sqlite3.connect(path, isolation_level=None, timeout=10)
        application, version = (
            connection.execute(f"PRAGMA {p}").fetchone()[0] for p in ("application_id", "user_version")
        )
        tables = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
    except sqlite3.DatabaseError as error:
        if "locked" in str(error):
            raise Locked(path) from error
        raise Unusable(f"{path} 不是可用的数据库（{error}）。") from error
    if application == APPLICATION_ID and version > VERSION:
        connection.close()
        raise Unusable(f"{path} 由更新版本的 nianbao 写成（格式 {version}，本程序只认识 {VERSION}），请先升级。")
    if application != APPLICATION_ID and (tables or application):
        connection.close()
        raise Unusable(f"{path} 不是 nianbao 的采集账本，未作任何改动。")
    if application == APPLICATION_ID:
        for older in range(version, VERSION):
            connection.executescript(Path(__file__).with_name(f"upgrade_{older}.sql").read_text(encoding="utf-8"))
    return connection


class Captures:
    """The evidence in a folder, for reading; a crawl may go on meanwhile.

    Raises Unusable where there is no ledger, or not one of ours.
    """

    def __init__(self, folder: Path, connection: sqlite3.Connection | None = None) -> None:
        """Opens `folder`; `connection` is the writer's own, which sees what it has not yet committed."""
        self.folder = folder
        if connection is None:
            if not (folder / LEDGER).exists():
                raise Unusable(f"{folder} 里没有采集账本（{LEDGER}），请先运行 nianbao crawl。")
            connection = connect(folder)
            if not connection.execute("PRAGMA application_id").fetchone()[0]:
                raise Unusable(f"{folder / LEDGER} 是空的，请先运行 nianbao crawl。")
        self._connection = connection

    def close(self) -> None:
        """Closes the ledger."""
        self._connection.close()

    def _select(self, where: str, *values: object) -> Iterator[Capture]:
        for row in self._connection.execute(f"SELECT {_COLUMNS} {_FROM} {where}", values):
            yield Capture(*row)

    def reports(self) -> Iterator[Capture]:
        """Every report that was new or not what it had been, itself or a file of it, oldest first: no mere repeats."""
        return self._select("WHERE c.kind = 'report' AND c.renewed AND c.body_in IS NOT NULL ORDER BY c.id")

    def rosters(self, site: str | None = None) -> Iterator[Capture]:
        """The latest text of every list of who must publish, of one site or of all, oldest first."""
        yield from self._select(
            """JOIN (SELECT max(id) AS id FROM captures WHERE kind = 'roster' AND outcome = 'ok' GROUP BY url) l
               ON l.id = c.id WHERE c.body_in IS NOT NULL AND coalesce(s.site = ?, 1) ORDER BY c.id""",
            site,
        )

    def all(self) -> Iterator[Capture]:
        """Every observation, oldest first."""
        return self._select("ORDER BY c.id")

    def sightings(self, url: str) -> list[Capture]:
        """Every observation of an address, oldest first."""
        return list(self._select("WHERE c.url = ? ORDER BY c.id", url))

    def spellings(self, url: str) -> list[tuple[str, str, str]]:
        """Under what other addresses pages name this one: each with when it was first and last seen."""
        return self._connection.execute(
            "SELECT spelling, first_seen, last_seen FROM spellings WHERE url = ? ORDER BY first_seen, spelling", (url,)
        ).fetchall()

    def latest(self, url: str) -> Capture | None:
        """The latest capture of this address with a body of its own; None where there is none."""
        return next(self._select(f"{_WITH_BODY} ORDER BY c.id DESC LIMIT 1", url), None)

    def robots(self, visit: int, origin: str) -> Capture | None:
        """What a visit was last told of the rules of an origin (the words of a robots task), redirects followed."""
        found = self._select(
            """WHERE c.visit = ? AND c.kind = 'robots' AND c.words = ? AND c.outcome != 'redirect'
               ORDER BY c.id DESC LIMIT 1""",
            visit,
            origin,
        )
        return next(found, None)

    def beside(self, page: Capture, url: str) -> Capture | None:
        """The file at `url` as it belongs to a capture of a page: that of the same visit, or the last before it.

        `url` is the address as the page has it, which may name a session or be redirected. Where the file was only had
        later it is given all the same; None where it never was.
        """
        by_then = "c.visit <= (SELECT visit FROM captures WHERE id = ?)"
        for (address,) in self._connection.execute(_MEANT, (url,)).fetchall():
            for capture in self._select(f"{_WITH_BODY} AND {by_then} ORDER BY c.id DESC LIMIT 1", address, page.id):
                return capture
            for capture in self._select(f"{_WITH_BODY} ORDER BY c.id LIMIT 1", address):
                return capture
        return None

    def _record(self, capture: Capture, column: str) -> tuple[str, int, str]:
        row = self._connection.execute(
            f"""SELECT f.name, b.offset, b.content_encoding FROM captures c
                JOIN captures b ON b.id = c.{column} JOIN files f ON f.id = b.file WHERE c.id = ?""",  # noqa: S608
            (capture.id,),
        ).fetchone()
        if row is None:
            raise Lost(f"{capture.url}（{capture.captured_at}）没有保存的内容。")
        return row[0], row[1], row[2]

    def _read(self, capture: Capture, column: str) -> tuple[warc.RawHeaders, bytes, str]:
        name, offset, encoding = self._record(capture, column)
        try:
            return *warc.read(self.folder / name, offset), encoding
        except (OSError, StopIteration, ValueError) as error:
            raise Lost(f"{capture.url}（{capture.captured_at}）的内容读不出来：{name} 缺失或损坏。") from error

    def body(self, capture: Capture) -> bytes:
        """The body without its content-encoding; for a repeat, that of the capture that holds it. Raises Lost."""
        _, body, encoding = self._read(capture, "body_in")
        return warc.decode(body, encoding)

    def headers(self, capture: Capture) -> list[tuple[str, str]]:
        """The header lines of this answer as sent, in their order. Raises Lost where there was no answer."""
        headers, _, _ = self._read(capture, "id")
        return [(name.decode("latin-1"), value.decode("latin-1")) for name, value in headers]

    def sites(self) -> list[SiteState]:
        """The sites that were crawled, one entry for each row that a person gave."""
        rows = self._connection.execute(
            """
            SELECT s.site, s.division_code, s.name, s.url, min(v.started), max(v.id)
            FROM sites s JOIN visits v ON v.site = s.site GROUP BY s.id ORDER BY s.id
            """
        ).fetchall()
        return [self._state(*row) for row in rows]

    def _state(self, site: str, code: str, name: str, url: str, first: str, visit: int) -> SiteState:
        started, finished, outcome, left_over, year, stopped, believed = self._connection.execute(
            "SELECT started, finished, outcome, left_over, year, stopped, believed FROM visits WHERE id = ?", (visit,)
        ).fetchone()
        vantage = self._connection.execute(
            "SELECT vantage FROM captures WHERE visit = ? ORDER BY id DESC LIMIT 1", (visit,)
        ).fetchone()
        looks = self._connection.execute(
            """SELECT year, max(finished) FROM visits
               WHERE site = ? AND finished IS NOT NULL AND stopped IS NULL AND left_over = 0 GROUP BY year""",
            (site,),
        )
        requests, reports, refused, failed = self.counts(visit)
        return SiteState(
            site=site,
            division_code=code,
            name=name,
            url=url,
            first_visited=first,
            started=started,
            finished=finished,
            outcome=outcome,
            requests=requests,
            reports=reports,
            refused=refused,
            failed=failed,
            left_over=left_over,
            year=year,
            stopped=stopped,
            believed=None if believed is None else bool(believed),
            system=self.system(visit),
            vantage=vantage[0] if vantage else "",
            looks=dict(looks.fetchall()),
        )

    def system(self, visit: int) -> str | None:
        """The content system that most pages of a visit were made by, None where none was known."""
        row = self._connection.execute(
            """SELECT system FROM captures WHERE visit = ? AND system IS NOT NULL
               GROUP BY system ORDER BY count(*) DESC, system LIMIT 1""",
            (visit,),
        ).fetchone()
        return row[0] if row else None

    def offices(self, visit: int, year: int | None = None) -> int:
        """How many offices have a report of this year in a visit; without one, of the year with most of them."""
        row = self._connection.execute(
            """SELECT count(DISTINCT office) FROM captures WHERE visit = ? AND kind = 'report'
               AND outcome IN ('ok', 'unchanged') AND coalesce(year = ?, 1) GROUP BY year ORDER BY 1 DESC LIMIT 1""",
            (visit, year),
        ).fetchone()
        return int(row[0]) if row else 0

    def counts(self, visit: int) -> tuple[int, int, int, int]:
        """Requests, reports seen, refusals and failures of a visit."""
        requests = reports = refused = failed = 0
        for outcome, kind, number in self._connection.execute(
            "SELECT outcome, kind, count(*) FROM captures WHERE visit = ? GROUP BY outcome, kind", (visit,)
        ):
            requests += number if outcome != "robots" else 0
            reports += number if kind == "report" and outcome in {"ok", "unchanged"} else 0
            refused += number if outcome in REFUSALS else 0
            failed += number if outcome in FAILURES else 0
        return requests, reports, refused, failed

    def new_reports(self, visit: int) -> int:
        """How many reports of a visit were new or not what they had been."""
        query = "SELECT count(*) FROM captures WHERE visit = ? AND kind = 'report' AND renewed"
        return int(self._connection.execute(query, (visit,)).fetchone()[0])
