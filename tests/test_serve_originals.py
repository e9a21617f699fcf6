"""The original of a report: a download with its own bytes, and never a page of this site."""

import asyncio
from pathlib import Path
from typing import Any

import httpx
import pytest
from serve_samples import TOWN_2023, make
from test_serve import front

from evidence import Exchange, Recorder

URL = f"http://www.bailu.example/{TOWN_2023}.html"
BODY = "<html><script>document.title='执行了'</script>年报</html>".encode()


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    return make(tmp_path / "archive.db")


def keep(folder: Path, url: str, body: bytes) -> None:
    with Recorder(folder) as recorder:
        site = recorder.site("http://www.bailu.example/", "www.bailu.example")
        answer = Exchange(url, "2026-01-31T08:00:00Z", status=200, headers=[(b"Content-Type", b"text/html")], body=body)
        recorder.record(answer, "ok", kind="report", site=site)


def ask(archive: Path, path: str) -> httpx.Response:
    async def asked() -> Any:
        return await front(archive).client.get(path)

    answer: httpx.Response = asyncio.run(asked())
    return answer


def test_original_is_a_download_of_the_bytes_as_captured(archive: Path) -> None:
    keep(archive.parent / "captures", URL, BODY)
    answer = ask(archive, "/-/original/1")
    assert answer.status_code == 200
    assert answer.content == BODY
    assert answer.headers["content-type"] == "application/octet-stream"
    assert answer.headers["content-disposition"] == f'attachment; filename="{TOWN_2023}-1.html"'
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["content-security-policy"].startswith("sandbox")


def test_captures_may_lie_elsewhere(archive: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    keep(tmp_path / "elsewhere", URL, BODY)
    monkeypatch.setenv("NIANBAO_CAPTURES", str(tmp_path / "elsewhere"))
    assert ask(archive, "/-/original/1").content == BODY


def test_absent_captures_are_told_in_chinese(archive: Path) -> None:
    answer = ask(archive, "/-/original/1")
    assert answer.status_code == 404
    assert "原件不在这台服务器上" in answer.text
    assert URL in answer.text
    assert answer.headers["content-type"].startswith("text/html")


def test_damaged_captures_are_told_in_chinese(archive: Path) -> None:
    keep(archive.parent / "captures", URL, BODY)
    for file in (archive.parent / "captures").glob("*.warc.gz"):
        file.write_bytes(b"")
    assert "原件不在这台服务器上" in ask(archive, "/-/original/1").text


@pytest.mark.parametrize(
    "path", ["/-/original/2", "/-/original/99", "/-/original/../1", "/-/original/1/x", "/-/original/x"]
)
def test_only_files_of_reports_are_given_out(archive: Path, path: str) -> None:
    keep(archive.parent / "captures", URL, BODY)
    keep(archive.parent / "captures", "http://www.bailu.example/news.html", b"news")
    answer = ask(archive, path)
    assert answer.status_code == 404
    assert b"news" not in answer.content
