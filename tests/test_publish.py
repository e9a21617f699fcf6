"""A snapshot is whole, holds originals of reports only, and says what differs from the last one and why."""

import csv
import hashlib
import io
import os
import re
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from test_archive import Evidence, printing, query, township

from archive import publish, store
from archive.file import ArchiveError
from evidence import Captures
from serve import inspect_command


def inspect(archive: Path, counts: Path) -> None:
    subprocess.run(inspect_command(archive, counts), check=True)


@pytest.fixture
def evidence(tmp_path: Path) -> Evidence:
    return Evidence(tmp_path / "captures")


def published(evidence: Evidence, tmp_path: Path) -> publish.Snapshot:
    store.update(tmp_path / "a.db", evidence.folder)
    return publish.snapshot(tmp_path / "a.db", evidence.folder, tmp_path / "public", inspect)


def differences(snapshot: publish.Snapshot) -> list[dict[str, str]]:
    text = (snapshot.folder / "differences.csv").read_text("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text)))


def test_a_snapshot_is_whole_and_current_leads_to_it(evidence: Evidence, tmp_path: Path) -> None:
    evidence.visit(("a.html", township()[0], "ok", "report"), ("list.html", "列表", "ok", "page"))
    done = published(evidence, tmp_path)
    assert (done.reports, done.differences) == (1, 0)
    assert (tmp_path / "public" / "current").resolve() == done.folder.resolve()
    assert query(done.folder / "archive.db", "SELECT count(*) AS n FROM reports") == [{"n": 1}]
    assert '"reports": {' in (done.folder / "inspect.json").read_text()
    assert {"nianbao.zip", "reports.csv", "SHA256SUMS"} <= {file.name for file in (done.folder / "downloads").iterdir()}
    assert [path.name for path in (tmp_path / "public").iterdir() if path.name.startswith(".")] == []


def test_originals_are_those_of_reports_only(evidence: Evidence, tmp_path: Path) -> None:
    html, _ = township()
    evidence.visit(
        ("a.html", html, "ok", "report"),
        ("list.html", "列表页", "ok", "page"),
        ("not.html", "<p>政府信息公开年度报告制度</p>", "ok", "report"),
    )
    done = published(evidence, tmp_path)
    kept = Captures(done.folder / "captures")
    (capture,) = kept.reports()
    assert kept.body(capture).decode() == html
    kept.close()
    ledger = sqlite3.connect(done.folder / "captures" / "ledger.db")
    assert ledger.execute("SELECT count(*) FROM captures").fetchone()[0] == 1
    assert ledger.execute("SELECT count(*) FROM tasks").fetchone()[0] == 0
    ledger.close()
    assert list((done.folder / "captures").glob("pages-*")) == []


def test_every_number_that_differs_is_told_with_the_reason(evidence: Evidence, tmp_path: Path) -> None:
    html, report = township()
    number = report.cells["requests.granted.total"].raw
    evidence.visit(("a.html", html, "ok", "report"))
    published(evidence, tmp_path)
    edited = printing(report, "requests.granted.total", "999")
    evidence.visit(("a.html", edited, "ok", "report"))
    (row,) = differences(published(evidence, tmp_path))
    assert (row["cell"], row["old"], row["new"], row["why"]) == ("requests.granted.total", number, "999", "source")
    report_id = row["report_id"]
    # The same original, and another number: this reader reads it differently.
    current = tmp_path / "public" / "current" / "archive.db"
    with sqlite3.connect(current) as db:
        db.execute("UPDATE requests SET commercial = 77 WHERE outcome = 'granted'")
    (row,) = differences(published(evidence, tmp_path))
    assert (row["old"], row["why"]) == ("77", "reading")
    sha256 = hashlib.sha256(edited.encode()).hexdigest()
    (evidence.folder / "decisions.csv").write_text(
        "decided_on,decided_by,what,target,cell,value,sha256,why\n"
        f"2026-02-01,张三,cell,{report_id},requests.granted.commercial,55,{sha256},对照原件\n",
        "utf-8",
    )
    (row,) = differences(published(evidence, tmp_path))
    assert (row["new"], row["why"], row["why_zh"]) == ("55", "decision", "人工决定")
    (evidence.folder / "decisions.csv").write_text(
        f"decided_on,decided_by,what,target,cell,value,sha256,why\n2026-02-01,张三,takedown,{report_id},,report,,当事人要求\n",
        "utf-8",
    )
    gone = published(evidence, tmp_path)
    assert [(row["report_id"], row["why"]) for row in differences(gone)] == [(report_id, "decision")]
    assert list(Captures(gone.folder / "captures").reports()) == []
    assert len(list((tmp_path / "public").glob("2*Z"))) == 2


def test_a_new_report_is_one_line(evidence: Evidence, tmp_path: Path) -> None:
    html, _ = township()
    evidence.visit()
    published(evidence, tmp_path)
    evidence.visit(("a.html", html, "ok", "report"))
    (row,) = differences(published(evidence, tmp_path))
    assert (row["cell"], row["why"]) == ("", "new")


def test_what_was_published_stays_where_the_next_fails(evidence: Evidence, tmp_path: Path) -> None:
    evidence.visit(("a.html", township()[0], "ok", "report"))
    done = published(evidence, tmp_path)

    def breaks(_archive: Path, _counts: Path) -> None:
        raise OSError(28, "磁盘已满")

    with pytest.raises(ArchiveError, match="磁盘已满"):
        publish.snapshot(tmp_path / "a.db", evidence.folder, tmp_path / "public", breaks)
    assert sorted(path.name for path in (tmp_path / "public").iterdir()) == [done.folder.name, "current"]


# An older reader: it takes the total of the requests granted for one more than is printed.
OLDER = """
import extract
read, extract.READER_VERSION = extract.read, "0"
def older(*given, **more):
    report = read(*given, **more)
    cell = report.cells.get("requests.granted.total")
    if cell and "栗子坳" in (report.identity.title or ""):
        report.cells["requests.granted.total"] = cell._replace(value=cell.value + 1)
    return report
extract.read = older
"""


@pytest.mark.timeout(400)  # two rebuilds, two snapshots
def test_the_command_tells_why_each_number_differs(evidence: Evidence, tmp_path: Path) -> None:
    html, report = township()
    name, number = report.office.bare, report.cells["requests.granted.total"].raw
    edited = printing(report, "requests.granted.total", "999").replace(name, "鄌坞镇")
    pages = {f"{town}.html": html.replace(name, town) for town in ("鄌坞镇", "栗子坳镇", "白鹇镇", "㙟桥镇")}
    evidence.visit(*((path, page, "ok", "report") for path, page in pages.items() if "㙟桥" not in path))
    older = tmp_path / "older"
    older.mkdir()
    (older / "sitecustomize.py").write_text(OLDER, "utf-8")
    root = Path(__file__).parent.parent

    def nianbao(command: str, *given: object, reader: str = "") -> str:
        at = ["--archive", tmp_path / "a.db", "--captures", evidence.folder]
        called = [sys.executable, "-m", "nianbao", command, *map(str, (*given, *at))]
        env = {**os.environ, "PYTHONPATH": reader}
        done = subprocess.run(called, capture_output=True, text=True, check=False, cwd=root, env=env)
        assert done.returncode == 0, done.stderr
        return done.stderr

    nianbao("rebuild", reader=str(older))
    nianbao("publish", tmp_path / "public", reader=str(older))
    evidence.visit(
        ("鄌坞镇.html", edited, "ok", "report"),
        ("㙟桥镇.html", pages["㙟桥镇.html"], "ok", "report"),
    )
    found = query(tmp_path / "a.db", "SELECT report_id, body_sha256 FROM reports WHERE title LIKE '%白鹇镇%'")[0]
    (evidence.folder / "decisions.csv").write_text(
        "decided_on,decided_by,what,target,cell,value,sha256,why\n"
        f"2026-02-01,张三,cell,{found['report_id']},requests.granted.commercial,55,{found['body_sha256']},对照原件\n",
        "utf-8",
    )
    nianbao("rebuild")
    assert "不同之处 4 条" in nianbao("publish", tmp_path / "public")
    text = (tmp_path / "public" / "current" / "differences.csv").read_text("utf-8-sig")
    told = {}
    for row in csv.DictReader(io.StringIO(text)):
        (title,) = query(tmp_path / "a.db", "SELECT title FROM reports WHERE report_id = ?", row["report_id"])
        told[next(town for town in pages if town[:2] in title["title"])] = (
            row["cell"],
            row["old"],
            row["new"],
            row["why"],
        )
    printed = report.cells["requests.granted.commercial"].raw
    assert told == {
        "鄌坞镇.html": ("requests.granted.total", number, "999", "source"),
        "栗子坳镇.html": ("requests.granted.total", str(int(number) + 1), number, "reading"),
        "白鹇镇.html": ("requests.granted.commercial", printed, "55", "decision"),
        "㙟桥镇.html": ("", "", "", "new"),
    }


def test_the_command_and_serving_its_snapshot(evidence: Evidence, tmp_path: Path) -> None:
    evidence.visit(("a.html", township()[0], "ok", "report"))
    store.update(tmp_path / "a.db", evidence.folder)
    nianbao = [sys.executable, "-m", "nianbao"]
    root = Path(__file__).parent.parent
    given = ["publish", tmp_path / "public", "--archive", tmp_path / "a.db", "--captures", evidence.folder]
    done = subprocess.run([*nianbao, *map(str, given)], capture_output=True, text=True, check=False, cwd=root)
    assert done.returncode == 0, done.stderr
    assert re.search("报告 1 份", done.stderr)
    none = [*nianbao, "publish", str(tmp_path / "public"), "--archive", str(tmp_path / "none.db")]
    told = subprocess.run(none, capture_output=True, text=True, check=False, cwd=root)
    assert (told.returncode, told.stderr.count("\n")) == (2, 1)
    no = subprocess.run(
        [*nianbao, "serve", "--snapshot", str(tmp_path)], capture_output=True, text=True, check=False, cwd=root
    )
    assert (no.returncode, no.stderr.count("\n")) == (2, 1)
