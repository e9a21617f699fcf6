"""archive.db from the evidence: brought up to date after a crawl, or made anew.

Both ways write the same rows: what a report comes to is always worked out from all captures of it, in the ledger's
order. Each batch is one transaction, so that an update that was killed is simply run again.
"""

import hashlib
import os
import re
import sqlite3
from collections.abc import Callable, Iterable, Sequence
from contextlib import closing
from dataclasses import asdict, dataclass, replace
from itertools import islice
from pathlib import Path
from urllib.parse import urlsplit

from sqlite_utils import Database

import divisions
from archive import (
    changed,
    comparisons,
    copies,
    coverage,
    decisions,
    index,
    places,
    privacy,
    rosters,
    rows,
    sightings,
    summaries,
)
from archive.decisions import Decision, DecisionError, Decisions
from archive.file import ArchiveError, opened, settle
from archive.reading import Reading, readings
from evidence import Capture, Captures
from extract.report import Identity, Report

Progress = Callable[[int, int], None]
"""Told how many captures are done, and of how many."""

BATCH = 200  # captures a transaction
# What a report's rows stand in; captures are replaced one by one, offices belong to many reports.
_OF_A_REPORT = (
    "reports", "figures", "chapters", "paragraphs", "disclosure", "requests", "disputes", "cell_notes", "other_tables",
    "findings", "masked", "versions", "changes", "addresses",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Summary:
    """What an update or rebuild came to: captures read, of these not reports and unread, and reports now there."""

    captures: int
    not_reports: int
    unread: int
    reports: int


def update(archive: Path, captures: Path, *, progress: Progress | None = None, workers: int | None = None) -> Summary:
    """Bring `archive` (made where there is none) up to date with the evidence in the folder `captures`.

    Only new captures are read; what was seen again or has vanished since is noted. A file `divisions.csv` in that
    folder adds to the known divisions. Raises ArchiveError, or evidence.EvidenceError where the folder is not evidence.
    """
    with closing(Captures(captures)) as evidence, opened(archive) as db:
        return _Writer(db, evidence, captures).run(progress, workers)


def rebuild(archive: Path, captures: Path, *, progress: Progress | None = None, workers: int | None = None) -> Summary:
    """Make `archive` anew from the evidence, beside the old one, and put it in its place when it is whole.

    Raises ArchiveError (a file that is not ours is never replaced) or evidence.EvidenceError.
    """
    with closing(Captures(captures)) as evidence:
        settle(archive)
        fresh = archive.with_name(f"{archive.name}.{os.getpid()}.new")
        try:
            with opened(fresh) as db:
                for pragma in ("journal_mode = OFF", "synchronous = OFF"):
                    db.execute(f"PRAGMA {pragma}")
                summary = _Writer(db, evidence, captures).run(progress, workers, whole=True)
            with fresh.open("rb") as written:
                os.fsync(written.fileno())
            fresh.replace(archive)
        finally:
            fresh.unlink(missing_ok=True)
    return summary


def _suffix(identity: Identity) -> str:
    """A government reports for its area as a matter of course; only where an office of its own does is it said."""
    return "-area" if identity.scope == "area" and rows.scope_of(replace(identity, scope=None)) != "area" else ""


class _Writer:
    """One run over the evidence, with the open archive."""

    def __init__(self, db: sqlite3.Connection, evidence: Captures, folder: Path) -> None:
        self.db = db
        self.tables = Database(db)
        self.evidence = evidence
        self.folder = folder
        extra = folder / "divisions.csv"
        self.divisions = divisions.load(extra if extra.exists() else None)
        try:
            self.decisions = Decisions(decisions.read(decisions.FILE, folder / "decisions.csv"))
        except DecisionError as error:
            raise ArchiveError(str(error)) from error
        unknown = [
            one for one in self.decisions.every if one.what == "place" and one.value not in self.divisions.by_code
        ]
        if unknown:
            raise ArchiveError(f"人工决定：没有区划代码“{unknown[0].value}”（{unknown[0].target}）。")

    def run(self, progress: Progress | None, workers: int | None, *, whole: bool = False) -> Summary:
        """Take in what the evidence has; `whole`: of an archive that is empty yet, of which nothing need be noted."""
        with self.tables.atomic():
            self._forget_what_was_decided_on()
        new = self._new_captures()
        read = readings(self.folder, new, workers)
        done = 0
        while batch := list(islice(read, BATCH)):
            with self.tables.atomic():
                self._take(batch)
            done += len(batch)
            if progress:
                progress(done, len(new))
        self._regroup(workers)
        with self.tables.atomic():
            sightings.note(self.db, self.evidence)
            self._write_decisions()
            rosters.read(self.tables, self.evidence)
            coverage.write(self.tables, self.evidence.sites(), self.divisions)
            comparisons.write(self.db, whole=whole)
            copies.write(self.db, whole=whole)
            summaries.write(self.db, whole=whole)
            changed.clear(self.db)
            if whole:
                index.anew(self.db)
        # After a rebuild all is measured and merged; an update of a few reports must not pay for a million.
        self.db.execute(f"PRAGMA analysis_limit = {0 if whole else 1000}")
        self.db.execute("ANALYZE")
        index.settle(self.db, whole=whole)
        counts = dict(self.db.execute("SELECT role, count(*) FROM captures GROUP BY role").fetchall())
        reports = self.db.execute("SELECT count(*) FROM reports").fetchone()[0]
        return Summary(len(new), counts.get("not_report", 0), counts.get("unread", 0), reports)

    def _new_captures(self) -> list[Capture]:
        """The reports of the ledger that the archive does not have; ArchiveError where it is of another ledger."""
        had = self.db.execute("SELECT capture, url, captured_at FROM captures WHERE role <> 'attachment'")
        known = {capture: (url, captured_at) for capture, url, captured_at in had}
        new = []
        for capture in self.evidence.reports():
            if capture.id not in known:
                new.append(capture)
            elif known[capture.id] != (capture.url, capture.captured_at):
                raise ArchiveError(f"这个年报库不是由 {self.folder} 中的采集建成的，请改用原来的文件夹，或另建一库。")
        return new

    # --- reports ---

    def _take(self, batch: Sequence[Reading]) -> None:
        """Write the reports of new captures; one that has others already is left for `_regroup`."""
        fresh: dict[str, rows.Rows] = {}
        waiting: list[rows.Row] = []
        for reading in batch:
            capture, report = reading.capture, reading.report
            if report is not None and not report.identity.is_report:
                privacy.mask(report)
                waiting.append(rows.capture_row(capture, "not_report", None, None, report))
                continue
            one, office_id, report_id, *former = self._filed(reading)
            if reason := self.decisions.refused(report_id, *former):
                waiting.append(rows.capture_row(capture, "not_report", None, None) | {"reason": reason})
                continue
            if report_id in fresh or self._exists(report_id):
                # No version yet: `_regroup` takes it up, also when the run is killed before it gets there.
                waiting.append(rows.observed_row(one, report_id, None))
            else:
                fresh[report_id] = rows.report_rows(report_id, office_id, [one])
        self._insert(rows.merge(fresh.values()))
        self._insert({"captures": waiting})
        changed.note(self.db, fresh)
        index.add(self.db, fresh)

    def _captures_of(self, report_id: str) -> list[Capture]:
        """Every capture of a report in the ledger's order, its attachments apart."""
        known = self.db.execute(
            "SELECT capture, url FROM captures WHERE report_id = ? AND role <> 'attachment'", (report_id,)
        ).fetchall()
        ids, urls = {capture for capture, _ in known}, sorted({url for _, url in known})
        captures = [one for url in urls for one in self.evidence.sightings(url) if one.id in ids]
        return sorted(captures, key=lambda one: one.id)

    def _regroup(self, workers: int | None) -> None:
        """Work out again every report that has got a further capture: those with one that belongs to no version yet."""
        rows_waiting = self.db.execute(
            "SELECT DISTINCT report_id FROM captures WHERE report_id > '' AND version IS NULL"
        ).fetchall()
        groups = [(report_id, self._captures_of(report_id)) for (report_id,) in rows_waiting]
        read = readings(self.folder, [capture for _, captures in groups for capture in captures], workers)
        for report_id, captures in groups:
            group = [self._filed(reading)[0] for reading in islice(read, len(captures))]
            office = self.db.execute("SELECT office_id FROM reports WHERE report_id = ?", (report_id,)).fetchone()
            with self.tables.atomic():
                self._take_out(report_id, _OF_A_REPORT)
                self._insert(rows.report_rows(report_id, office[0], group))
                changed.note(self.db, [report_id])
                index.add(self.db, [report_id])

    def _take_out(self, report_id: str, tables: Iterable[str]) -> None:
        if self._exists(report_id):
            changed.note(self.db, [report_id])
            index.remove(self.db, report_id)
        for table in tables:
            self.db.execute(f'DELETE FROM "{table}" WHERE report_id = ?', (report_id,))  # noqa: S608

    # --- decisions of people ---

    def _filed(self, reading: Reading) -> tuple[rows.Observed, str | None, str, *tuple[str, ...]]:
        """A reading with what people decided of it; the ids of its office and report, then the id it had before."""
        one = self._observed(reading)
        office_id, report_id = self._identify(one)
        former = report_id
        if code := self.decisions.place(office_id, report_id):
            place = places.at(code, one.place.office, self.divisions)
            one = replace(one, place=place or one.place)
            office_id, report_id = self._identify(one)
        ids = (report_id,) if former == report_id else (report_id, former)
        if former != report_id:
            self._insert({"redirects": [{"old_id": former, "report_id": report_id}]})
        corrected = self.decisions.apply(one.report, one.capture.sha256, *ids)
        withheld = self.decisions.withheld(*ids)
        if any(kind == privacy.IDENTITY for _, kind in one.masked):
            withheld = withheld or "原文中有身份证号，不提供下载"
        role = "withheld" if withheld and one.role == "report" else one.role
        return replace(one, role=role, reason=withheld, corrected=corrected), office_id, *ids

    def _forget_what_was_decided_on(self) -> None:
        """Take out the reports that a new, changed or withdrawn decision is about: they are read anew with the rest."""
        columns = list(Decision.__dataclass_fields__)
        old = self.db.execute(f"SELECT {', '.join(columns)} FROM decisions").fetchall()  # noqa: S608
        differing = [Decision(*one) for one in decisions.changed(old, self.decisions.every)]
        for one in differing:
            if one.what == "redirect":
                self.db.execute("DELETE FROM redirects WHERE old_id = ?", (one.target,))
        about = {one.target for one in differing if one.what not in ("reply", "redirect")}
        if about:  # refused documents have no report id to be found by: they are few
            self.db.execute("DELETE FROM captures WHERE reason LIKE ? AND report_id IS NULL", (decisions.MARK + "%",))
        for target in about:
            found = self.db.execute(
                """SELECT report_id FROM reports WHERE report_id = :target OR office_id = :target
                UNION SELECT report_id FROM redirects WHERE old_id = :target OR old_id GLOB :target || '-*'""",
                {"target": target},
            ).fetchall()
            for (report_id,) in found:
                self._take_out(report_id, (*_OF_A_REPORT, "captures", "redirects"))

    def _write_decisions(self) -> None:
        for one in self.decisions.every:
            if one.what == "redirect":
                self._insert({"redirects": [{"old_id": one.target, "report_id": one.value}]})
        self.db.execute("DELETE FROM decisions")
        self._insert(
            {"decisions": [{"number": number, **asdict(one)} for number, one in enumerate(self.decisions.every, 1)]}
        )
        self.db.execute(
            """UPDATE decisions SET report_id = coalesce(
                (SELECT report_id FROM reports WHERE report_id = target),
                (SELECT r.report_id FROM redirects d JOIN reports r USING (report_id) WHERE old_id = target))"""
        )

    def _exists(self, report_id: str) -> bool:
        return self.db.execute("SELECT 1 FROM reports WHERE report_id = ?", (report_id,)).fetchone() is not None

    def _observed(self, reading: Reading) -> rows.Observed:
        capture, report, role = reading.capture, reading.report, "report"
        if report is None:
            nothing = Identity(is_report=True)
            report, role = Report("unknown", capture.sha256 or "", nothing, problems=[reading.reason]), "unread"
        masked = privacy.mask(report)
        identity = report.identity
        place = places.resolve(
            identity.office,
            title=identity.title,
            year=identity.year,
            site_code=capture.division_code or None,
            site_name=capture.site_name,
            site_id_code=identity.site_id_code,
            index_number=identity.index_number,
            host=urlsplit(capture.url).hostname or "",
            text="\n".join(report.chapters.values()),
            divisions=self.divisions,
        )
        sightings, spellings = self.evidence.sightings(capture.url), self.evidence.spellings(capture.url)
        return rows.Observed(capture, report, reading.attachments, place, sightings, spellings, role, masked=masked)

    def _identify(self, one: rows.Observed) -> tuple[str | None, str]:
        """The ids of office and report: (place, office) and year, or else the address; whole-area reports apart."""
        identity, place, url = one.report.identity, one.place, one.capture.url
        host = re.sub(r"\W+", "-", one.capture.site)
        year = str(identity.year or hashlib.sha256(url.encode()).hexdigest()[:8])
        if not place.office:
            return None, f"{host}-{hashlib.sha256(url.encode()).hexdigest()[:8]}-{identity.year or 'undated'}"
        office_id = places.office_id(self.tables, place, one.capture.site)
        self._insert(
            {
                "offices": [
                    {
                        "office_id": office_id,
                        "name": place.office,
                        "office_kind": identity.office_kind,
                        "province": place.province,
                        "prefecture": place.prefecture,
                        "county": place.county,
                        "township": place.township,
                        "division_code": place.division_code,
                        "site_host": one.capture.site,
                    }
                ]
            }
        )
        return office_id, f"{office_id}-{year}" + _suffix(identity)

    def _insert(self, many: rows.Rows) -> None:
        for table, some in many.items():
            if some:
                self.tables.table(table).insert_all(some, replace=True)
