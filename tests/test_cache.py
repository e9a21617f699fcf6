"""What was read once is not read again, and an archive never shows whether it was."""

import pickle
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from test_archive import Evidence, dump, page, query

import extract
import workers
from archive import cache, store
from evidence import Captures
from samples import world

HOSTILE = b"cos\nsystem\n(S'touch %s'\ntR."


@pytest.fixture
def evidence(tmp_path: Path) -> Evidence:
    """A county's reports, one of them in an attachment."""
    made = Evidence(tmp_path / "captures")
    reports = [page(one.office.key, one.year) for one in world.reports("chenglan")[::9]]
    made.visit(
        *((f"{n}.html", html, "ok", "report") for n, (html, _) in enumerate(reports)),
        ("report.html", reports[0][0], "ok", "attachment"),
        ("cover.html", cover(reports[0][1].title), "ok", "report"),
    )
    return made


def cover(title: str) -> str:
    link = f'<a href="report.html">{title}</a>'
    return f"<html><head><title>{title}</title></head><body><h1>{title}</h1><p>附件：{link}</p></body></html>"


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The addresses that were really read."""
    addresses: list[str] = []
    each = workers.each

    def noting(function: Callable[[Any], Any], items: Sequence[Any], **more: Any) -> Iterator[tuple[Any, Any]]:
        addresses.extend(capture.url for _, capture in items)
        return each(function, items, **more)

    monkeypatch.setattr(workers, "each", noting)
    return addresses


def bytes_of(archive: Path, evidence: Evidence) -> bytes:
    store.rebuild(archive, evidence.folder, workers=1)
    return archive.read_bytes()


def test_a_rebuild_reads_nothing_again_and_comes_to_the_same_bytes(
    evidence: Evidence, tmp_path: Path, read: list[str]
) -> None:
    first = bytes_of(tmp_path / "1.db", evidence)
    count = len(read)
    assert count > 4
    assert bytes_of(tmp_path / "2.db", evidence) == first
    assert len(read) == count
    (evidence.folder / cache.FILE).unlink()
    assert bytes_of(tmp_path / "3.db", evidence) == first
    assert len(read) == 2 * count


def test_another_attachment_is_read(evidence: Evidence, tmp_path: Path, read: list[str]) -> None:
    archive = tmp_path / "archive.db"
    store.rebuild(archive, evidence.folder)
    html, other = page(world.reports("chenglan")[1].office.key, world.reports("chenglan")[1].year)
    evidence.visit(("report.html", html, "ok", "attachment"), ("cover.html", cover(other.title), "ok", "report"))
    read.clear()
    store.rebuild(archive, evidence.folder)
    assert [address for address in read if not address.endswith("cover.html")] == []
    assert len(read) == 1
    with_cache = dump(archive)
    (evidence.folder / cache.FILE).unlink()
    store.rebuild(archive, evidence.folder)
    assert dump(archive) == with_cache


def test_a_body_that_was_lost_since_is_told(evidence: Evidence, tmp_path: Path) -> None:
    archive = tmp_path / "archive.db"
    store.rebuild(archive, evidence.folder)
    for file in evidence.folder.glob("reports-*.warc.gz"):
        file.unlink()
    store.rebuild(archive, evidence.folder)
    assert {row["role"] for row in query(archive, "SELECT role FROM captures")} == {"unread"}


def torn(path: Path) -> None:
    """The middle of the file is overwritten."""
    data = bytearray(path.read_bytes())
    data[100:] = b"\x01" * (len(data) - 100)
    path.write_bytes(data)


def foreign(path: Path) -> None:
    """It is something else."""
    path.write_bytes(b"no database" * 1000)


def folder(path: Path) -> None:
    """Nothing can be written there."""
    path.unlink()
    path.mkdir()


@pytest.mark.parametrize("harm", [torn, foreign, folder])
def test_a_spoilt_file_of_readings_harms_nothing(
    evidence: Evidence, tmp_path: Path, harm: Callable[[Path], None]
) -> None:
    first = bytes_of(tmp_path / "1.db", evidence)
    harm(evidence.folder / cache.FILE)
    assert bytes_of(tmp_path / "2.db", evidence) == first


def test_a_full_disk_ends_the_keeping_only(evidence: Evidence, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    opened = cache.Cache._opened

    def small(one: cache.Cache) -> Any:
        connection = opened(one)
        connection.execute("PRAGMA max_page_count = 4")
        return connection

    first = bytes_of(tmp_path / "1.db", evidence)
    (evidence.folder / cache.FILE).unlink()
    monkeypatch.setattr(cache.Cache, "_opened", small)
    assert bytes_of(tmp_path / "2.db", evidence) == first


def test_a_strange_reading_runs_nothing(evidence: Evidence, tmp_path: Path) -> None:
    first = bytes_of(tmp_path / "1.db", evidence)
    mark = tmp_path / "ran"
    kept = cache.Cache(evidence.folder)
    assert kept._connection is not None
    kept._connection.execute("UPDATE readings SET report = ?", (zlib.compress(HOSTILE % str(mark).encode()),))
    kept.close()
    assert bytes_of(tmp_path / "2.db", evidence) == first
    assert not mark.exists()
    with pytest.raises(pickle.UnpicklingError):
        cache._unpacked(zlib.compress(HOSTILE % str(mark).encode()))


def test_a_reading_given_up_for_want_of_time_is_tried_again(evidence: Evidence) -> None:
    with closing(Captures(evidence.folder)) as captures:
        capture = next(iter(captures.reports()))
    report = extract.read(b"<h1>x</h1>")
    report.problems = ["第1页识别超过30秒，已放弃"]
    kept = cache.Cache(evidence.folder)
    kept.keep(capture, [], report)
    assert kept.find(capture) == []
    report.problems = []
    kept.keep(capture, [], report)
    assert [found for _, found in kept.find(capture)] == [report]
    kept.close()


def test_readings_that_took_long_go_along_to_where_only_visitors_read(evidence: Evidence, tmp_path: Path) -> None:
    report = extract.read(b"<h1>x</h1>")
    with closing(Captures(evidence.folder)) as captures, closing(cache.Cache(evidence.folder)) as kept:
        quick, dear = list(captures.reports())[:2]
        kept.keep(quick, [], report, seconds=0.01)
        kept.keep(dear, [], report, seconds=60)
    with closing(cache.Cache(evidence.folder, writes=False)) as kept:
        kept.copy(tmp_path)
        kept.keep(quick, [["x", None]], report)
        assert len(kept.find(quick)) == 1
    with closing(cache.Cache(tmp_path, writes=False)) as there:
        assert there.find(quick) == []
        assert [found for _, found in there.find(dear)] == [report]
