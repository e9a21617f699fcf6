"""Real reports, served on loopback as their sites would, crawled by address into an archive."""

import json
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from os import PathLike
from pathlib import Path

import pytest

CORPUS = Path(__file__).parents[2] / "shared" / "corpus"
pytestmark = [
    pytest.mark.corpus,
    pytest.mark.skipif(not CORPUS.exists(), reason="没有 ../shared/corpus（真实报告），跳过"),
]
ADDRESSES = {
    "sygfj/gknb/202401/2ecfb31a335f4d689220a3a23e24a986.shtml": "shuyang_fgj_2023.html",
    "files/hongze_2023.pdf": "hongze_2023.pdf",
    "files/huaian_2024.pdf": "huaian_2024.pdf",
    "zwgk/index.html": "engebei_gknb_list_page.html",
}


class Handler(SimpleHTTPRequestHandler):
    def guess_type(self, path: str | PathLike[str]) -> str:
        return "text/html" if str(path).endswith(".shtml") else super().guess_type(path)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        pass


@pytest.fixture
def site(tmp_path: Path) -> Iterator[str]:
    for address, name in ADDRESSES.items():
        file = tmp_path / "site" / address
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes((CORPUS / "documents" / name).read_bytes())
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Handler, directory=str(tmp_path / "site")))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}/"
    server.shutdown()
    server.server_close()


def test_real_reports_are_crawled_by_address_and_placed(site: str, tmp_path: Path) -> None:
    archive, summary = tmp_path / "archive.db", tmp_path / "summary.json"
    done = subprocess.run(
        [
            *(sys.executable, "-m", "nianbao", "crawl", *(site + address for address in ADDRESSES)),
            *("--delay", "0.02", "--archive", archive, "--captures", tmp_path / "captures", "--summary", summary),
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr
    assert json.loads(summary.read_text("utf-8"))["sites"][0]["reports"] == 3
    with sqlite3.connect(archive) as db:
        rows = db.execute(
            "SELECT office, year, division_code, county, reading, replace(source_url, ?, '') FROM reports",
            [site],
        ).fetchall()
        assert sorted(rows) == sorted(
            [
                ("沭阳县发展和改革局", 2023, "321322", "沭阳县", "whole", next(iter(ADDRESSES))),
                ("洪泽区人民政府", 2023, "320813", "洪泽区", "whole", "files/hongze_2023.pdf"),
                ("淮安市人民政府", 2024, "320800", None, "whole", "files/huaian_2024.pdf"),
            ]
        )
        truth = json.loads((CORPUS / "truth.json").read_text("utf-8"))
        for name, office in (("huaian_2024", "淮安市人民政府"), ("hongze_2023", "洪泽区人民政府")):
            found = db.execute(
                "SELECT outcome, natural_person, total FROM requests JOIN reports USING (report_id) WHERE office = ?",
                [office],
            ).fetchall()
            cells = truth[name]["cells"]
            assert found == [
                (row, cells[f"requests.{row}.natural_person"], cells[f"requests.{row}.total"]) for row, _, _ in found
            ]
            assert len(found) == sum(key.endswith(".natural_person") for key in cells)
        wrong = db.execute("SELECT stage, total FROM disputes JOIN reports USING (report_id) WHERE office LIKE '洪泽%'")
        assert dict(wrong.fetchall())["reconsideration"] == 0
