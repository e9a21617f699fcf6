"""The evidence is worth something without us: other people's programs read it and show it.

pywb runs as a program of its own (it is under the GPL and asks for other versions than ours): `make replay` installs it
in .venv-replay; where it is not, its test is skipped. FastWARC is a reader that shares no code with warcio.
"""

import os
import shutil
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from fastwarc import ArchiveIterator, WarcRecordType
from loopback import Answer, page, report, serving

import crawler
from crawler import Site
from evidence import Captures

ROOT = Path(__file__).parents[1]
PROGRAMS = os.pathsep.join([os.environ["PATH"], str(ROOT / ".venv-replay" / "bin")])
COLUMN = "/zfxxgk/zfxxgknb/"
PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 8


def captured(folder: Path) -> dict[str, bytes]:
    """The evidence of two visits: a report in pictures, one in words; address → the body that its server gave."""
    title = "匡堰镇人民政府2022年政府信息公开工作年度报告"
    shown = "".join(f'<p><img src="./W{n}.png"></p>' for n in (1, 2))
    pictures = f"<html><title>{title}</title><body><h1>{title}</h1><div>{shown}</div></body></html>"
    bodies = {
        f"{COLUMN}2022.html": pictures.encode(),
        f"{COLUMN}W1.png": PNG + b"1",
        f"{COLUMN}W2.png": PNG + b"2",
        f"{COLUMN}2023.html": report("匡堰镇人民政府", 2023).encode("gb18030"),
    }
    links = [(path, f"匡堰镇{path[-9:-5]}年政府信息公开工作年度报告") for path in bodies if path.endswith("html")]
    pages = {"/": page((COLUMN, "政府信息公开年报")), COLUMN: page(*links)}
    chunked = Answer(bodies[f"{COLUMN}2023.html"], headers={"Content-Type": "text/html; charset=gb2312"})
    with serving({**pages, **bodies, f"{COLUMN}2023.html": chunked}) as server:
        for _ in range(2):
            summary = crawler.crawl([Site(server.url + "/")], captures=folder, delay=0.01, progress=lambda _: None)
        assert summary.sites[0].reports == 2
        return {server.url + path: body for path, body in bodies.items()}


def test_another_library_reads_every_record_and_finds_its_digest_right(tmp_path: Path) -> None:
    bodies = captured(tmp_path)
    read: dict[str, bytes] = {}
    repeats = set()
    for path in tmp_path.glob("reports-*.warc.gz"):
        with path.open("rb") as stream:
            assert all(record.verify_block_digest() for record in ArchiveIterator(stream, parse_http=False))
            stream.seek(0)
            for record in ArchiveIterator(stream):
                url = record.headers.get("WARC-Target-URI") or ""
                if record.record_type == WarcRecordType.response:
                    record.freeze()
                    assert record.verify_payload_digest()
                    read[url] = bytes(record.reader.read())
                elif record.record_type == WarcRecordType.revisit:
                    assert record.headers["WARC-Refers-To-Target-URI"] == url
                    repeats.add(url)
    assert read == bodies
    assert repeats == set(bodies)


@contextmanager
def replaying(folder: Path, captures: Path) -> Iterator[str]:
    """The address under which pywb replays the evidence."""
    manager, wayback = (shutil.which(name, path=PROGRAMS) for name in ("wb-manager", "wayback"))
    if not manager or not wayback:
        pytest.skip("pywb is not here: make replay")
    subprocess.run([manager, "init", "c"], cwd=folder, check=True, capture_output=True)
    files = sorted(str(path) for path in captures.glob("*.warc.gz"))
    subprocess.run([manager, "add", "c", *files], cwd=folder, check=True, capture_output=True)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = subprocess.Popen(
        [wayback, "--bind", "127.0.0.1", "--port", str(port)],
        cwd=folder,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        until = time.monotonic() + 60
        while True:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            assert time.monotonic() < until
            time.sleep(0.1)
        yield f"http://127.0.0.1:{port}/c"
    finally:
        server.terminate()
        server.wait()


def test_pywb_replays_a_report_with_its_pictures(tmp_path: Path) -> None:
    bodies = captured(tmp_path / "captures")
    last = {capture.url: capture for capture in Captures(tmp_path / "captures").all()}
    assert {last[url].outcome for url in bodies} == {"unchanged"}  # the second visit's are revisit records
    with replaying(tmp_path, tmp_path / "captures") as replay:
        for url, body in bodies.items():
            stamp = "".join(filter(str.isdigit, last[url].captured_at))
            with urllib.request.urlopen(f"{replay}/{stamp}id_/{url}") as answer:
                assert answer.read() == body
        with urllib.request.urlopen(f"{replay}/mp_/{next(iter(bodies))}") as answer:
            shown = answer.read().decode()
        assert "W1.png" in shown
        with pytest.raises(urllib.error.HTTPError, match="404"):
            urllib.request.urlopen(f"{replay}/id_/http://127.0.0.1/never")
