"""The file of an archive: opened, told whether it is one of ours, and what is wrong with it in one line."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from urllib.parse import quote

from sqlite_utils import Database

from archive import schema

PATIENCE = 300.0  # seconds to wait for another writer, or for a snapshot that is being taken (publish)


class ArchiveError(RuntimeError):
    """The archive cannot be opened or written; str() is one clear line in Chinese."""


@contextmanager
def told(path: Path) -> Iterator[None]:
    """Turn what SQLite and the disk complain of into one line."""
    try:
        yield
    except sqlite3.DatabaseError as error:
        said = str(error)
        if "locked" in said:
            raise ArchiveError(f"{path} 正被另一个程序写入，请等它结束后再试。") from error
        if "full" in said:
            raise ArchiveError(f"磁盘已满，无法写入 {path}；腾出空间后再次运行即可继续。") from error
        if "readonly" in said or "unable to open" in said:
            raise ArchiveError(f"无法写入 {path}，请检查文件夹是否存在、是否有写入权限。") from error
        raise ArchiveError(f"{path} 不是可用的年报库（{said}）。如是本程序所建，请删除后重建。") from error
    except OSError as error:
        raise ArchiveError(f"无法写入 {path}：{error.strerror or error}") from error


@contextmanager
def opened(archive: Path) -> Iterator[sqlite3.Connection]:
    """The archive, open for writing; an empty one is made. The caller's work is committed by the writer."""
    with told(archive), closing(sqlite3.connect(archive, isolation_level=None, timeout=PATIENCE)) as db:
        empty = db.execute("SELECT count(*) FROM sqlite_master").fetchone()[0] == 0
        if empty and db.execute("PRAGMA application_id").fetchone()[0] == 0:
            with Database(db).atomic():
                schema.create(db)
        _judge(archive, db)
        yield db


def _judge(archive: Path, db: sqlite3.Connection) -> None:
    signed, version = (db.execute(f"PRAGMA {name}").fetchone()[0] for name in ("application_id", "user_version"))
    if signed != schema.APPLICATION_ID:
        raise ArchiveError(f"{archive} 不是 nianbao 的年报库，未作任何改动。")
    if version > schema.VERSION:
        raise ArchiveError(
            f"{archive} 由更新版本的 nianbao 建成（格式 {version}，本程序只认识 {schema.VERSION}），请先升级。"
        )
    if version < schema.VERSION:
        raise ArchiveError(f"{archive} 是旧格式（{version}，现为 {schema.VERSION}），请运行 nianbao rebuild 重建。")


def check(archive: Path) -> None:
    """Raises ArchiveError where `archive` is not one of ours that this program can read."""
    if not archive.is_file():
        raise ArchiveError(f"没有年报库 {archive}；请先运行 nianbao crawl 或 nianbao demo。")
    with told(archive), closing(sqlite3.connect(f"file:{quote(str(archive))}?mode=ro", uri=True)) as db:
        _judge(archive, db)


def settle(archive: Path) -> None:
    """See that the file to be replaced is ours and that no journal of an interrupted write is left beside it."""
    if not archive.exists() or archive.stat().st_size == 0:
        return
    with told(archive), closing(sqlite3.connect(archive, isolation_level=None, timeout=PATIENCE)) as db:
        if db.execute("PRAGMA application_id").fetchone()[0] != schema.APPLICATION_ID:
            raise ArchiveError(f"{archive} 不是 nianbao 的年报库，未作任何改动。")
        db.execute("BEGIN EXCLUSIVE")  # rolls a hot journal back, which would else be applied to the new file
        db.execute("ROLLBACK")
