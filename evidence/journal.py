"""One transaction over the files and the ledger of a folder of evidence: safe together, or it never happened."""

import errno
import fcntl
import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

from evidence import warc
from evidence.captures import APPLICATION_ID, LEDGER, VERSION, connect
from evidence.errors import Busy, DiskFull, Locked, Unusable

ROTATE_BYTES = 1 << 30
"""A WARC file is closed at about this size: the size that archives exchange."""

_SCHEMA = Path(__file__).with_name("ledger.sql")


class Journal:
    """The files and the ledger of a folder, created where absent, held by one process at a time.

    Everything since the last flush() is one transaction, committed after the WARC files are on disk: what flush()
    returned from is safe, the rest never happened. Raises Busy, Locked, Unusable, DiskFull.
    """

    def __init__(self, folder: Path, info: dict[str, str]) -> None:
        """Takes the lock, opens the ledger, mends torn files. `info` stands in the first record of every file."""
        self.folder = folder
        self._info = info
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
            self.connection = connect(folder)
            with self._room():
                self._prepare()
                self._mend()
        except BaseException:
            self._lock.close()
            raise

    def close(self, save: bool) -> None:
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
            self.connection.close()
            self._lock.close()

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """The ledger within the transaction; where the disk is full, all since the last flush() is undone."""
        with self._room():
            self._begin()
            yield self.connection

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
        connection = self.connection
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
        for number, name, size in self.connection.execute("SELECT id, name, size FROM files").fetchall():
            path = self.folder / name
            actual = path.stat().st_size if path.exists() else 0
            if actual == size:
                continue
            if actual < size:  # damaged from outside: ask again what is lost, instead of "not modified since"
                self.connection.execute(
                    "UPDATE captures SET body_in = NULL WHERE body_in IN "
                    "(SELECT id FROM captures WHERE file = ? AND offset + length > ?)",
                    (number, actual),
                )
            if path.exists():
                keep = warc.last_whole_member(path, size if actual > size else 0)
                os.truncate(path, keep)
                self.connection.execute("UPDATE files SET size = ? WHERE id = ?", (keep, number))
        known = {name for (name,) in self.connection.execute("SELECT name FROM files")}
        for path in self.folder.glob("*.warc.gz"):  # begun, and killed before anything in it was acknowledged
            if path.name not in known:
                keep = warc.last_whole_member(path, 0)
                os.truncate(path, keep)
        self.flush()

    def _begin(self) -> None:
        if not self.connection.in_transaction:
            self.connection.execute("BEGIN IMMEDIATE")

    def flush(self) -> None:
        """Acknowledges everything so far: WARC files to disk first, then the ledger."""
        if not self.connection.in_transaction:
            return
        with self._room():
            for number, stream in self._open.values():
                stream.flush()
                os.fsync(stream.fileno())
                self.connection.execute("UPDATE files SET size = ? WHERE id = ?", (stream.tell(), number))
            self.connection.execute("COMMIT")

    def _undo(self) -> None:
        connection: sqlite3.Connection | None = getattr(self, "connection", None)
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

    def stream(self, family: str) -> tuple[int, BinaryIO]:
        """The file of a family (reports, pages) that is being written, and its number in the ledger."""
        if family in self._open:
            number, stream = self._open[family]
            if stream.tell() < ROTATE_BYTES:
                return number, stream
            self.flush()
            stream.close()
            self._begin()
        stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%S")
        taken = {path.name for path in self.folder.glob(f"{family}-{stamp}*")}
        taken |= {name for (name,) in self.connection.execute("SELECT name FROM files")}
        name = next(n for i in range(1000) if (n := f"{family}-{stamp}-{i:03}.warc.gz") not in taken)
        cursor = self.connection.execute("INSERT INTO files (name, size) VALUES (?, 0)", (name,))
        stream = (self.folder / name).open("wb")
        warc.write_info(stream, name, self._info)
        self._open[family] = int(cursor.lastrowid or 0), stream
        return self._open[family]
