"""A snapshot to put online: archive, originals, files to take home, and every number that differs from the last one.

DIR/current leads to the newest snapshot; it is put there at once when it is whole, so that a server that is started on
DIR/current never sees half of one. One older snapshot is kept, for servers that still have it open.
"""

import csv
import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

from archive import export, schema
from archive.cache import Cache
from archive.file import PATIENCE, ArchiveError, check, told
from evidence import Captures, EvidenceError

CURRENT = "current"
DOWNLOADS = "downloads"
LINES = {"disclosure": "item", "requests": "outcome", "disputes": "stage"}
WHY = {
    "source": "原文有变动",
    "reading": "本库读取有变动",
    "decision": "人工决定",
    "new": "新增的报告",
    "gone": "不再有的报告",
}
"""Why a number differs from the last snapshot."""

Inspect = Callable[[Path, Path], None]
"""Writes what Datasette wants to know of an immutable file (its first argument) into the second."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What was published: its folder, how many reports it has, and how many lines the list of differences."""

    folder: Path
    reports: int
    differences: int


def snapshot(
    archive: Path, captures: Path, folder: Path, inspect: Inspect, progress: Callable[[str], None] | None = None
) -> Snapshot:
    """Publish `archive` and the originals of its reports (from `captures`, where that is there) into `folder`.

    A crawl may go on meanwhile. Raises ArchiveError or evidence.EvidenceError; what was published stays then.
    """
    say = progress or (lambda _: None)
    check(archive)
    folder.mkdir(parents=True, exist_ok=True)
    made = datetime.now(UTC).strftime("%Y%m%dT%H%M%S%fZ")
    fresh = folder / f".{made}"
    fresh.mkdir()
    try:
        say("复制档案库")
        with told(archive), closing(_reading(archive)) as db:
            db.execute("VACUUM INTO ?", (str(fresh / "archive.db"),))
        last = folder / CURRENT / "archive.db"
        say("与上次比较")
        count = _write_differences(fresh, last if last.exists() else None)
        say("原件")
        if captures.is_dir():
            _originals(fresh / "archive.db", captures, fresh / "captures")
            with closing(Cache(captures, writes=False)) as cache:
                cache.copy(fresh / "captures")
        export.write(fresh / "archive.db", fresh / DOWNLOADS, say)
        export.pack(fresh / DOWNLOADS, fresh / "nianbao.zip")
        (fresh / "nianbao.zip").replace(fresh / DOWNLOADS / "nianbao.zip")
        say("统计行数")
        inspect(fresh / "archive.db", fresh / "inspect.json")
        with closing(_reading(fresh / "archive.db")) as db:
            reports = db.execute("SELECT count(*) FROM reports").fetchone()[0]
        done = folder / made
        fresh.rename(done)
    except OSError as error:
        raise ArchiveError(f"无法写入 {folder}：{error.strerror or error}") from error
    finally:
        shutil.rmtree(fresh, ignore_errors=True)
    _lead_to(folder, done)
    return Snapshot(done, reports, count)


def _reading(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"file:{quote(str(path))}?mode=ro", uri=True, isolation_level=None, timeout=PATIENCE)


def _lead_to(folder: Path, done: Path) -> None:
    before = (folder / CURRENT).resolve() if (folder / CURRENT).exists() else None
    fresh = folder / f".{CURRENT}"
    fresh.unlink(missing_ok=True)
    fresh.symlink_to(done.name)
    fresh.replace(folder / CURRENT)
    for old in folder.glob("2*T*Z"):
        if old.is_dir() and old not in (done, before and folder / before.name):
            shutil.rmtree(old, ignore_errors=True)


# --- originals ---


def _originals(archive: Path, captures: Path, folder: Path) -> None:
    """The evidence of reports only: their records, and a ledger that names no others.

    The files themselves are linked, not copied (records are only ever added behind what the ledger names).
    """
    with closing(Captures(captures)):  # raises where that is no evidence
        folder.mkdir()
        with closing(_reading(captures / "ledger.db")) as ledger:
            ledger.execute("VACUUM INTO ?", (str(folder / "ledger.db"),))
    with closing(sqlite3.connect(folder / "ledger.db", isolation_level=None)) as ledger:
        ledger.execute("ATTACH ? AS archive", (str(archive),))
        ledger.executescript(
            """
            BEGIN;
            CREATE TEMP TABLE kept AS SELECT capture AS id FROM archive.captures WHERE role IN ('report', 'attachment');
            INSERT INTO kept SELECT body_in FROM main.captures WHERE id IN kept AND body_in NOT NULL;
            DELETE FROM main.captures WHERE id NOT IN kept;
            DELETE FROM tasks;
            COMMIT;
            VACUUM main;
            """
        )
        names = [
            row[0] for row in ledger.execute("SELECT name FROM files WHERE id IN (SELECT file FROM main.captures)")
        ]
    for name in names:
        source = captures / name
        if not source.exists():
            raise EvidenceError(f"证据不完整：缺少 {source}。")
        try:
            os.link(source, folder / name)
        except OSError:  # another disk
            shutil.copyfile(source, folder / name)


# --- differences ---


HEADS = ("report_id", "cell", "old", "new", "why", "why_zh")


def _write_differences(fresh: Path, last: Path | None) -> int:
    with (fresh / "differences.csv").open("w", encoding="utf-8", newline="") as file:
        file.write(export.BOM)
        out = csv.writer(file)
        out.writerow(HEADS)
        count = 0
        if last is not None:
            for *row, why in differences(fresh / "archive.db", last):
                out.writerow([*row, why, WHY[why]])
                count += 1
    return count


def differences(new: Path, old: Path) -> Iterator[tuple[str, str, object, object, str]]:
    """Every number that differs between two archives: (report id, cell, old, new, why), by table and report.

    `why` is a key of WHY. A report that only one of them has is one line without a cell.
    """
    with closing(_reading(new)) as db:
        db.execute("ATTACH ? AS old", (str(old),))
        decided = _decided(db)
        for report_id, is_new in db.execute(
            """SELECT report_id, 1 FROM main.reports WHERE report_id NOT IN (SELECT report_id FROM old.reports)
            UNION ALL SELECT report_id, 0 FROM old.reports WHERE report_id NOT IN (SELECT report_id FROM main.reports)
            ORDER BY 1"""
        ):
            by_decision = (report_id, "") in decided
            yield report_id, "", None, None, "decision" if by_decision else "new" if is_new else "gone"
        for table, line in LINES.items():
            columns = _common(db, table)
            for report_id, row, same_body, *values in _differing(db, table, line, columns):
                for at, column in enumerate(columns):
                    before, after = values[at], values[at + len(columns)]
                    if before == after:
                        continue
                    cell = f"{table}.{row}.{column}"
                    by_decision = (report_id, cell) in decided or (report_id, "") in decided
                    why = "decision" if by_decision else "reading" if same_body else "source"
                    yield report_id, cell, before, after, why


def _common(db: sqlite3.Connection, table: str) -> list[str]:
    """The columns of figures that both archives have: the older one may be of an older schema."""
    there = {row[1] for row in db.execute(f'PRAGMA old.table_info("{table}")')}
    text = {"report_id", "year", "scope", "edition", "derived", LINES[table]}
    return [one.name for one in schema.table(table).columns if one.name in there - text]


def _differing(db: sqlite3.Connection, table: str, line: str, columns: list[str]) -> Iterator[tuple[Any, ...]]:
    before, after = (", ".join(f'{side}."{name}"' for name in columns) for side in ("o", "n"))
    body = """(SELECT body_sha256 FROM main.reports m WHERE m.report_id = {0}.report_id) IS
        (SELECT body_sha256 FROM old.reports p WHERE p.report_id = {0}.report_id)"""
    both = (
        "{0}.report_id IN (SELECT report_id FROM main.reports) AND {0}.report_id IN (SELECT report_id FROM old.reports)"
    )
    sql = f"""SELECT n.report_id, n.{line}, {body.format("n")}, {before}, {after}
            FROM main."{table}" n LEFT JOIN old."{table}" o ON o.report_id = n.report_id AND o.{line} = n.{line}
            WHERE ({before}) IS NOT ({after}) AND {both.format("n")}
        UNION ALL SELECT o.report_id, o.{line}, {body.format("o")}, {before}, {after}
            FROM old."{table}" o LEFT JOIN main."{table}" n ON n.report_id = o.report_id AND n.{line} = o.{line}
            WHERE n.report_id IS NULL AND ({before}) IS NOT ({after}) AND {both.format("o")}"""  # noqa: S608
    yield from db.execute(sql)


def _decided(db: sqlite3.Connection) -> set[tuple[str, str]]:
    """(report id, cell) of decisions that only one of the two archives knows; "" for those about a whole report."""
    columns = "decided_on, decided_by, what, target, cell, value, sha256, why"
    if not db.execute("SELECT 1 FROM old.sqlite_master WHERE name = 'decisions'").fetchone():
        return set()
    found: set[tuple[str, str]] = set()
    for one, other in (("main", "old"), ("old", "main")):
        for report_id, target, cell in db.execute(
            f"""SELECT report_id, target, cell FROM {one}.decisions WHERE what NOT IN ('reply', 'redirect') AND
            ({columns}) NOT IN (SELECT {columns} FROM {other}.decisions)"""  # noqa: S608
        ):
            found |= {(target, cell or ""), (report_id or target, cell or "")}
    return found
