"""The original of a report: a download with its own bytes, and never a page of this site."""

import asyncio
import json
import re
import sys
from contextlib import closing
from io import BytesIO
from pathlib import Path
from typing import Any

import httpx
import pypdfium2
import pytest
from PIL import Image
from serve_samples import TOWN_2023, make
from test_serve import front

from archive.cache import Cache
from evidence import Captures, Exchange, Recorder
from extract.document import Box
from extract.report import Cell, Identity, Place, Report, Status
from samples import counties, world

URL = f"http://www.bailu.example/{TOWN_2023}.html"
DOCUMENTS = Path(__file__).with_name("documents")
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


NUMBER = f"/archive/reports/{TOWN_2023}/requests.new_received.total"


def test_from_a_number_to_the_table_it_was_read_from(archive: Path) -> None:
    keep(archive.parent / "captures", URL, (DOCUMENTS / "page_of_2021.html").read_bytes())
    answer = ask(archive, NUMBER)
    assert answer.status_code == 200
    total = json.loads((DOCUMENTS / "page_of_2021.json").read_text("utf-8"))["cells"]["requests.new_received.total"]
    assert re.findall(r'<td class="here">(.*?)</td>', answer.text) == [str(total)]
    assert "一、本年新收政府信息公开申请数量" in answer.text
    assert '<li value="' in answer.text  # the second reading, by lines


def test_from_a_number_to_its_frame_on_the_page_of_a_pdf(archive: Path) -> None:
    report = next(one for one in world.all_reports() if one.rendering == "pdf_office")
    keep(archive.parent / "captures", URL, counties.bytes_of(report))
    answer = ask(archive, NUMBER)
    picture = re.search(r'<image href="(/-/page/1/(\d)\.png)" width="([\d.]+)" height="([\d.]+)"', answer.text)
    assert picture, answer.text
    frame = re.search(r'<rect x="(.+?)" y="(.+?)" width="(.+?)" height="(.+?)"', answer.text)
    assert frame
    x, y, width, height = map(float, frame.groups())
    drawn = ask(archive, picture[1])
    assert drawn.headers["content-type"] == "image/png"
    with pypdfium2.PdfDocument(counties.bytes_of(report)) as source:
        page = source[int(picture[2]) - 1]
        tall = page.get_height()
        framed = page.get_textpage().get_text_bounded(x, tall - y - height, x + width, tall - y)
    assert framed.strip() == report.cells["requests.new_received.total"].raw


def test_from_a_number_to_its_frame_on_a_scan_without_recognising_it_again(
    archive: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "extract.readers.scan", None)
    monkeypatch.delattr("extract.readers.scan", raising=False)
    captures, scanned = archive.parent / "captures", BytesIO()
    Image.new("RGB", (1190, 1680), "white").save(scanned, "png")
    keep(captures, URL, scanned.getvalue())
    cell = Cell(7, "7", Status.NUMBER, Place(1, 4, 10, box=Box(1, 400, 100, 440, 120)))
    report = Report("image", "", Identity(is_report=True), cells={"requests.new_received.total": cell})
    with closing(Captures(captures)) as evidence, closing(Cache(captures)) as cache:
        (capture,) = evidence.sightings(URL)
        cache.keep(capture, [], report)
    answer = ask(archive, NUMBER)
    assert '<image href="/-/page/1/1.png" width="595.0" height="840.0"' in answer.text
    assert '<rect x="398.5" y="98.5" width="43" height="23"' in answer.text
    drawn = ask(archive, "/-/page/1/1.png")
    assert Image.open(BytesIO(drawn.content)).size == (1190, 1680)
    assert ask(archive, "/-/page/1/2.png").status_code == 404


@pytest.mark.parametrize("path", ["/-/page/2/1.png", "/-/page/1/99.png", "/-/page/1/0.png", "/-/page/9/1.png"])
def test_pages_of_reports_only(archive: Path, path: str) -> None:
    keep(archive.parent / "captures", URL, BODY)
    keep(archive.parent / "captures", "http://www.bailu.example/news.html", b"%PDF-1.4 news")
    assert ask(archive, path).status_code == 404


def test_number_without_its_original_leads_to_the_source(archive: Path) -> None:
    answer = ask(archive, NUMBER)
    assert answer.status_code == 200
    assert "原件不在这台服务器上" in answer.text
    assert ask(archive, f"/archive/reports/{TOWN_2023}/requests.nonsense.total").status_code == 404
    assert ask(archive, "/archive/reports/nobody/requests.new_received.total").status_code == 404
