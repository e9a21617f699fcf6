import errno
import gzip
import os
import signal
import sqlite3
import subprocess
import sys
import textwrap
from contextlib import closing
from pathlib import Path

import pytest
from warcio.archiveiterator import ArchiveIterator

from evidence import About, Busy, Captures, DiskFull, Exchange, Locked, Lost, Recorder, Task, Unusable

URL = "http://127.0.0.9/a.html"


def answer(body: bytes = b"<p>text</p>", url: str = URL, status: int = 200, **headers: str) -> Exchange:
    lines = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    return Exchange(
        url, status=status, reason="OK", headers=lines, body=body, request_headers=[(b"Host", b"127.0.0.9")]
    )


def record(recorder: Recorder, exchange: Exchange, outcome: str = "ok", kind: str = "report") -> str:
    site = recorder.site("http://127.0.0.9/", "127.0.0.9", "330282", "慈溪市")
    return recorder.record(exchange, outcome, kind=kind, site=site).outcome


def records(folder: Path) -> list[tuple[str, str]]:
    found = []
    for path in sorted(folder.glob("*.warc.gz")):
        with path.open("rb") as stream:
            found += [
                (r.rec_type, r.rec_headers.get_header("WARC-Target-URI"))
                for r in ArchiveIterator(stream)
                if r.rec_type in {"response", "revisit"}
            ]
    return found


def test_what_came_over_the_wire_is_what_another_library_reads(tmp_path: Path) -> None:
    body = gzip.compress("<p>年报</p>".encode())
    disposition = "attachment; filename=年报.doc".encode("gb18030")
    exchange = Exchange(
        URL,
        status=200,
        reason="Fine",
        headers=[
            (b"content-TYPE", b"text/html"),
            (b"Content-Encoding", b"gzip"),
            (b"Transfer-Encoding", b"chunked"),
            (b"Content-Disposition", disposition),
            (b"Set-Cookie", b"a=1"),
            (b"Set-Cookie", b"b=2"),
        ],
        body=body,
        ip="127.0.0.9",
    )
    with Recorder(tmp_path, contact="a@example.org") as recorder:
        record(recorder, exchange)
    (path,) = tmp_path.glob("reports-*.warc.gz")
    raw = gzip.decompress(path.read_bytes())
    assert b"HTTP/1.1 200 Fine\r\ncontent-TYPE: text/html\r\n" in raw
    assert b"Content-Disposition: " + disposition + b"\r\n" in raw
    assert b"\r\nTransfer-Encoding: chunked" not in raw  # the chunks are gone, so must be the promise of them
    with path.open("rb") as stream:
        kinds = []
        for item in ArchiveIterator(stream, check_digests="raise"):
            kinds.append(item.rec_type)
            content = item.content_stream().read()
            if item.rec_type == "response":
                assert content == "<p>年报</p>".encode()
                assert item.rec_headers.get_header("WARC-IP-Address") == "127.0.0.9"
    assert kinds == ["warcinfo", "response", "request"]
    captures = Captures(tmp_path)
    (capture,) = captures.reports()
    assert captures.body(capture) == "<p>年报</p>".encode()
    assert [name for name, _ in captures.headers(capture)][-2:] == ["Set-Cookie", "Set-Cookie"]


def test_no_body_is_stored_twice(tmp_path: Path) -> None:
    with Recorder(tmp_path) as recorder:
        assert record(recorder, answer(ETag='"1"')) == "ok"
        assert record(recorder, answer()) == "unchanged"  # the same bytes again
        assert record(recorder, answer(b"", status=304), "unchanged") == "unchanged"
        assert record(recorder, answer(url=URL + "?twin")) == "ok"  # the same bytes elsewhere
        assert record(recorder, answer(b"<p>edited</p>")) == "ok"
        assert record(recorder, answer()) == "ok"  # back to what it was: a new version, not a new body
    assert [kind for kind, _ in records(tmp_path)] == [
        "response",
        "revisit",
        "revisit",
        "revisit",
        "response",
        "revisit",
    ]
    captures = Captures(tmp_path)
    assert [captures.body(c) for c in captures.sightings(URL)] == [
        b"<p>text</p>", b"<p>text</p>", b"<p>text</p>", b"<p>edited</p>", b"<p>text</p>"
    ]  # fmt: skip
    assert len(list(captures.reports())) == 4


def test_the_body_of_a_report_never_rests_in_a_file_that_may_expire(tmp_path: Path) -> None:
    with Recorder(tmp_path) as recorder:
        record(recorder, answer(), kind="page")
        record(recorder, answer(url=URL + "?report"), kind="report")
    (path,) = tmp_path.glob("reports-*.warc.gz")
    with path.open("rb") as stream:
        assert [r.rec_type for r in ArchiveIterator(stream)] == ["warcinfo", "response", "request"]


def test_a_file_is_the_one_that_belonged_to_its_page_at_that_visit(tmp_path: Path) -> None:
    file = URL + "a.docx"
    with Recorder(tmp_path) as recorder:
        site = recorder.site("http://127.0.0.9/", "127.0.0.9")
        for body in (None, b"old", b"new"):
            visit = recorder.visit("127.0.0.9:8000")
            recorder.record(answer(), "ok", kind="report", site=site, visit=visit)
            if body:
                recorder.record(answer(body, url=file), "ok", kind="attachment", site=site, visit=visit, found_on=URL)
            recorder.finish(visit, "完成")
    captures = Captures(tmp_path)
    pages = captures.sightings(URL)
    files = [captures.beside(page, file) for page in pages]
    assert [found and captures.body(found) for found in files] == [b"old", b"old", b"new"]
    assert [page.renewed for page in pages] == [True, True, True]  # the page says the same, its file does not
    assert len(list(captures.reports())) == 3
    assert captures.beside(pages[0], "http://127.0.0.9/none") is None


def test_a_page_that_differs_in_its_counter_only_is_no_new_version(tmp_path: Path) -> None:
    with Recorder(tmp_path) as recorder:
        site = recorder.site("http://127.0.0.9/", "127.0.0.9")
        for count, words in (("1", "a"), ("2", "a"), ("3", "b")):
            body = f"<p>{words}</p><i>{count}</i>".encode()
            recorder.record(answer(body), "ok", kind="report", site=site, about=About(fingerprint=words))
    captures = Captures(tmp_path)
    seen = captures.sightings(URL)
    assert [capture.outcome for capture in seen] == ["ok", "unchanged", "ok"]
    assert captures.body(seen[1]) == captures.body(seen[0])
    assert [f.name.split("-")[0] for f in sorted(tmp_path.glob("*.gz"))] == ["pages", "reports"]
    assert len({capture.sha256 for capture in seen}) == 3  # what came is known by its hash, and kept for a while


def test_pages_are_forgotten_by_age_and_reports_never(tmp_path: Path) -> None:
    for day in (1, 20):
        with Recorder(tmp_path) as recorder:
            for kind in ("page", "report"):
                exchange = answer(f"<p>{kind} of {day}</p>".encode(), url=f"{URL}?{kind}{day}", ETag=f"{kind}{day}")
                exchange.captured_at = f"2026-01-{day:02}T00:00:00Z"
                record(recorder, exchange, kind=kind)
    with Recorder(tmp_path) as recorder:
        files, size = recorder.forget("2026-01-10T00:00:00Z")
        assert (files, size > 0) == (1, True)
        assert recorder.forget("2026-01-10T00:00:00Z") == (0, 0)
        assert recorder.validators(f"{URL}?page1") is None  # asked again, it is asked for whole
        assert recorder.validators(f"{URL}?page20") is not None
    captures = Captures(tmp_path)
    seen = {capture.url.rpartition("?")[2]: capture for capture in captures.all()}
    with pytest.raises(Lost):
        captures.body(seen["page1"])
    assert seen["page1"].sha256
    assert [captures.body(seen[name]) for name in ("report1", "page20", "report20")] == [
        b"<p>report of 1</p>", b"<p>page of 20</p>", b"<p>report of 20</p>"
    ]  # fmt: skip


def test_a_ledger_of_the_first_format_is_taken_over(tmp_path: Path) -> None:
    with Recorder(tmp_path) as recorder:
        record(recorder, answer(), kind="report")
    with closing(sqlite3.connect(tmp_path / "ledger.db")) as ledger:
        for table, added in (
            ("visits", ["stopped", "believed"]),
            ("tasks", ["listed"]),
            ("captures", ["renewed", "fingerprint", "office", "year", "system", "listed", "transport"]),
        ):
            ledger.execute("DROP INDEX IF EXISTS captures_report")
            for column in added:
                ledger.execute(f"ALTER TABLE {table} DROP COLUMN {column}")
        ledger.execute("DROP TABLE spellings")
        ledger.execute("PRAGMA user_version = 1")
    (capture,) = Captures(tmp_path).reports()
    assert (capture.renewed, capture.office, capture.listed) == (1, None, None)
    with Recorder(tmp_path) as recorder:
        record(recorder, answer(b"<p>edited</p>"), kind="report")
    assert len(list(Captures(tmp_path).reports())) == 2


def test_a_second_writer_is_told_to_wait_and_a_reader_is_not(tmp_path: Path) -> None:
    with Recorder(tmp_path) as recorder:
        record(recorder, answer())
        recorder.flush()
        with pytest.raises(Busy, match="另一个采集进程"):
            Recorder(tmp_path)
        assert len(list(Captures(tmp_path).reports())) == 1
    Recorder(tmp_path).close()


@pytest.mark.parametrize("torn", [1, 20, 200])
def test_a_torn_tail_is_mended_and_nothing_acknowledged_is_lost(tmp_path: Path, torn: int) -> None:
    with Recorder(tmp_path) as recorder:
        record(recorder, answer())
    (path,) = tmp_path.glob("reports-*.warc.gz")
    whole = path.read_bytes()
    path.write_bytes(whole + gzip.compress(os.urandom(1000))[:torn])
    with Recorder(tmp_path) as recorder:
        assert path.read_bytes() == whole
        record(recorder, answer(url=URL + "?2", body=b"more"))
    captures = Captures(tmp_path)
    assert [captures.body(capture) for capture in captures.reports()] == [b"<p>text</p>", b"more"]
    assert len(records(tmp_path)) == 2


def test_a_body_that_was_cut_off_from_outside_is_asked_for_anew(tmp_path: Path) -> None:
    with Recorder(tmp_path) as recorder:
        record(recorder, answer(ETag='"1"'))
    (path,) = tmp_path.glob("reports-*.warc.gz")
    os.truncate(path, path.stat().st_size // 2)
    with Recorder(tmp_path) as recorder:
        assert recorder.validators(URL) is None
        assert record(recorder, answer(ETag='"1"')) == "ok"
    captures = Captures(tmp_path)
    (capture,) = captures.reports()
    assert captures.body(capture) == b"<p>text</p>"
    with pytest.raises(Lost, match="没有保存的内容"):
        captures.body(captures.sightings(URL)[0])


def test_killed_between_record_and_flush_the_task_is_still_to_do(tmp_path: Path) -> None:
    script = f"""
        import os, signal
        from pathlib import Path
        from evidence import Exchange, Recorder, Task
        recorder = Recorder(Path({str(tmp_path)!r}))
        site = recorder.site("http://127.0.0.9/", "127.0.0.9")
        visit = recorder.visit("127.0.0.9")
        tasks = [Task("http://127.0.0.9/" + path, "item", site, 3 - int(path)) for path in "12"]
        recorder.agenda.add(visit, tasks)
        for flush in (True, False):
            task = recorder.agenda.next(visit)
            exchange = Exchange(task.url, status=200, body=task.url.encode())
            recorder.record(exchange, "ok", kind="report", site=site, visit=visit, task=task)
            if flush:
                recorder.flush()
        os.kill(os.getpid(), signal.SIGKILL)
    """
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(script)], cwd=Path(__file__).parent.parent, check=False
    )
    assert done.returncode == -signal.SIGKILL
    with Recorder(tmp_path) as recorder:
        visit = recorder.visit("127.0.0.9")
        assert visit.resumed
        task = recorder.agenda.next(visit)
        assert isinstance(task, Task)
        assert task.url == "http://127.0.0.9/2"
        assert [recorder.captures.body(c) for c in recorder.captures.reports()] == [b"http://127.0.0.9/1"]


@pytest.mark.parametrize("acknowledged", [0, 1])
def test_a_full_disk_undoes_what_was_not_safe_and_keeps_the_rest(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, acknowledged: int
) -> None:
    recorder = Recorder(tmp_path)
    if acknowledged:
        record(recorder, answer())
        recorder.flush()

    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    record(recorder, answer(b"too much", url=URL + "?2"))
    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        with pytest.raises(DiskFull, match="磁盘已满"):
            recorder.flush()
    recorder.close()
    assert len(records(tmp_path)) == acknowledged
    with Recorder(tmp_path) as again:
        record(again, answer(b"room again", url=URL + "?3"))
    captures = Captures(tmp_path)
    assert [captures.body(c) for c in captures.reports()] == [b"<p>text</p>"] * acknowledged + [b"room again"]


@pytest.mark.parametrize("attempt", [Recorder, Captures])
@pytest.mark.parametrize("which", ["不是可用的数据库", "不是 nianbao", "更新版本"])
def test_a_foreign_or_newer_ledger_is_left_untouched(tmp_path: Path, which: str, attempt: type) -> None:
    ledger = tmp_path / "ledger.db"
    if which == "不是可用的数据库":
        ledger.write_bytes(b"no database at all" * 100)
    elif which == "不是 nianbao":
        with sqlite3.connect(ledger) as connection:
            connection.execute("CREATE TABLE mine (a)")
    else:
        Recorder(tmp_path).close()
        with sqlite3.connect(ledger) as connection:
            connection.execute("PRAGMA user_version = 99")
    before = ledger.read_bytes()
    with pytest.raises(Unusable, match=which):
        attempt(tmp_path)
    assert ledger.read_bytes() == before


def test_a_ledger_that_another_program_holds_is_said_to_be_locked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = sqlite3.connect
    monkeypatch.setattr(sqlite3, "connect", lambda path, **options: real(path, **(options | {"timeout": 0.01})))
    with Recorder(tmp_path) as recorder:
        record(recorder, answer())
        recorder.flush()
        other = real(tmp_path / "ledger.db", isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(Locked, match="锁定"):
            record(recorder, answer(b"more"))
        other.execute("ROLLBACK")
        other.close()
        record(recorder, answer(b"more"))
    assert len(list(Captures(tmp_path).reports())) == 2


def test_a_folder_that_cannot_be_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(Unusable, match="无法在"):
        Recorder(tmp_path / "file")


def test_where_nothing_was_crawled_the_reader_says_so_and_makes_nothing(tmp_path: Path) -> None:
    with pytest.raises(Unusable, match="请先运行 nianbao crawl"):
        Captures(tmp_path)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("encoding", "wire", "read"),
    [
        ("gzip", gzip.compress(b"text" * 1000, mtime=0)[:-8], b"text" * 1000),  # cut off
        ("gzip", b"text, and not gzip at all", b"text, and not gzip at all"),
        ("br", b"\x0b\x02\x80text\x03", b"\x0b\x02\x80text\x03"),  # not asked for, not understood
    ],
)
def test_a_body_that_is_not_encoded_as_it_says_is_kept(tmp_path: Path, encoding: str, wire: bytes, read: bytes) -> None:
    with Recorder(tmp_path) as recorder:
        record(recorder, answer(wire, Content_Encoding=encoding))
    captures = Captures(tmp_path)
    (capture,) = captures.reports()
    assert captures.body(capture) == read
    (path,) = tmp_path.glob("reports-*.warc.gz")
    assert wire in gzip.decompress(path.read_bytes())
