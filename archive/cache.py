"""Readings kept beside the evidence (readings.db), so that a rebuild repeats none: recognising a scan takes a minute.

The file may be deleted at any time and is never needed: what is wrong with it (a full disk, a torn page, no right to
write) only means that documents are read once more.
"""

import hashlib
import io
import json
import pickle
import shutil
import sqlite3
import zlib
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from datetime import date
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import extract
from evidence import Capture
from extract import document, report
from extract.report import Fetched, Report

FILE = "readings.db"
Asked = list[list[str | None]]
"""The addresses that a document asked for as it was read, each with the hash of what it was given (None: nothing)."""
_VERSION = 1  # of the table
_SCHEMA = f"""
DROP TABLE IF EXISTS readings;
CREATE TABLE readings (
    key TEXT NOT NULL, asked TEXT NOT NULL, reader TEXT NOT NULL, seconds REAL NOT NULL, report BLOB NOT NULL,
    PRIMARY KEY (key, asked)
) WITHOUT ROWID;
PRAGMA user_version = {_VERSION};
"""
DEAR = 1.0
"""Seconds from which on a reading is worth being copied to where only visitors read."""


def hash_of(given: Fetched | None) -> str | None:
    """What a document was given at an address, as one hash; None for nothing."""
    return None if given is None else _hash(hashlib.sha256(given.data).hexdigest(), given.media_type, given.url)


def reader() -> str:
    """What decides how bytes are read: the reader's version, and the programs it may ask."""
    helpers = [name for name in ("rapidocr", "rarfile") if find_spec(name)]
    return " ".join([extract.READER_VERSION, *helpers, *(["soffice"] if shutil.which("soffice") else [])])


class Cache:
    """The readings of the captures in a folder."""

    def __init__(self, folder: Path, *, writes: bool = True) -> None:
        """Opens the file, or makes it (anew where it is torn); where that fails, nothing is kept. One that does not
        write only finds what is there."""
        self.path = folder / FILE
        self.writes = writes
        self.reader = reader()
        self._connection: sqlite3.Connection | None = None
        for _ in range(2):
            try:
                self._connection = self._opened()
                return
            except sqlite3.OperationalError:  # no right to write, another writer, a full disk
                return
            except sqlite3.DatabaseError:
                self.remove()

    def _opened(self) -> sqlite3.Connection:
        if not self.writes:
            return sqlite3.connect(
                f"{self.path.absolute().as_uri()}?mode=ro", uri=True, isolation_level=None, timeout=5
            )
        connection = sqlite3.connect(self.path, isolation_level=None, timeout=5)
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = NORMAL")
            if connection.execute("PRAGMA user_version").fetchone()[0] != _VERSION:
                connection.executescript(_SCHEMA)
            connection.execute("DELETE FROM readings WHERE reader <> ?", (self.reader,))
        except sqlite3.Error:
            connection.close()
            raise
        return connection

    def close(self) -> None:
        """Closes the file."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def remove(self) -> None:
        """Deletes the file, if it is ours to write."""
        self.close()
        if not self.writes:
            return
        for end in ("", "-wal", "-shm"):
            with suppress(OSError):
                self.path.with_name(self.path.name + end).unlink(missing_ok=True)

    def find(self, capture: Capture) -> list[tuple[Asked, Report]]:
        """The readings of this capture that are kept, each with what it was given besides."""
        found: list[tuple[Asked, Report]] = []
        with self._failing():
            if self._connection is not None:
                kept = self._connection.execute(
                    "SELECT asked, report FROM readings WHERE key = ? ORDER BY asked", (self._key(capture),)
                ).fetchall()
                found = [(json.loads(asked), _unpacked(packed)) for asked, packed in kept]
        return found

    def keep(self, capture: Capture, asked: Asked, read: Report, seconds: float = 0.0) -> None:
        """Keep a reading and how long it took; one that was given up for want of time is not, since another time it may
        succeed."""
        if self._connection is None or not self.writes or any("放弃" in problem for problem in read.problems):
            return
        with self._failing():
            self._connection.execute(
                "INSERT OR REPLACE INTO readings VALUES (?, ?, ?, ?, ?)",
                (self._key(capture), json.dumps(asked), self.reader, seconds, zlib.compress(pickle.dumps(read, 5), 1)),
            )

    def copy(self, folder: Path) -> None:
        """Copy the readings that took long into the file of another folder, which need not be there."""
        with self._failing():
            if self._connection is not None:
                with closing(Cache(folder)):  # makes the file
                    self._connection.execute("ATTACH ? AS other", (str(folder / FILE),))
                self._connection.execute(
                    "INSERT INTO other.readings SELECT * FROM readings WHERE seconds >= ?", (DEAR,)
                )
                self._connection.execute("DETACH other")

    @contextmanager
    def _failing(self) -> Iterator[None]:
        """What goes wrong with the file ends its use, and nothing else; a torn one is deleted."""
        try:
            yield
        except sqlite3.OperationalError:
            self.close()
        except Exception:  # noqa: BLE001  pickle may raise anything on bytes that are not its own
            self.remove()

    def _key(self, capture: Capture) -> str:
        return _hash(self.reader, capture.sha256, capture.media_type, capture.url, capture.words)


def _hash(*parts: str | None) -> str:
    return hashlib.sha256(repr(parts).encode()).hexdigest()


class _Unpickler(pickle.Unpickler):
    """Makes nothing but the dataclasses of a report: a folder of evidence may come from anybody."""

    def find_class(self, module: str, name: str) -> Any:
        """The class of this name, where it is one of a report's."""
        if (module, name) == ("datetime", "date"):
            return date
        known = {report.__name__: report, document.__name__: document}.get(module)
        found = getattr(known, name, None)
        if not isinstance(found, type) or found.__module__ != module:
            raise pickle.UnpicklingError(f"{module}.{name}")
        return found


def _unpacked(packed: bytes) -> Any:
    return _Unpickler(io.BytesIO(zlib.decompress(packed))).load()
