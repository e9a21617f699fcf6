"""The archive holds what the evidence shows: every cell, every version, every absence with its reason."""

import json
import re
import sqlite3
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import workers
from archive import schema, search, store
from archive.file import ArchiveError
from evidence import Exchange, Recorder
from samples import world
from samples.documents import editor_html

HOST = "127.0.0.11:8011"
HOME = f"http://{HOST}/"


def page(key: str, year: int, county: str = "chenglan") -> tuple[str, world.Report]:
    report = next(one for one in world.reports(county) if one.office.key == key and one.year == year)
    return whole_page(report), report


def whole_page(report: world.Report) -> str:
    head = f"<head><title>{report.title}</title></head>"
    return f"<html>{head}<body><h1>{report.title}</h1>{editor_html(report)}</body></html>"


def printing(report: world.Report, key: str, raw: str) -> str:
    """The page of the report with something else in one cell."""
    return whole_page(replace(report, cells=report.cells | {key: world.Printed(None, raw)}))


def township() -> tuple[str, world.Report]:
    """A township's report of 2023 in which every cell holds a number."""
    for report in world.reports("chenglan"):
        if (
            report.office.kind == "township"
            and report.year == 2023
            and len(report.cells) == 200
            and not report.has_blanks
        ):
            return whole_page(report), report
    raise AssertionError


class Evidence:
    """A folder of evidence, filled by hand."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.clock = 0
        # The divisions of the sample counties are invented: they lie beside the evidence.
        folder.mkdir()
        rows = [",".join(row.values()) for row in (world.division_rows())]
        (folder / "divisions.csv").write_text("\n".join([",".join(world.division_rows()[0]), *rows]), "utf-8")

    def visit(
        self, *answers: tuple[str, str | bytes | None, str, str], url: str = HOME, stopped: str | None = None
    ) -> None:
        """One visit of the sample county's site: (path, body, outcome, kind) of each answer; why it broke off."""
        with Recorder(self.folder, vantage="测试") as recorder:
            host = url.split("/")[2]
            site = recorder.site(url, host, "880121", "澄岚县")
            visit = recorder.visit(host)
            for path, body, came, kind in answers:
                self.clock += 1
                data = body.encode() if isinstance(body, str) else body or b""
                recorder.record(
                    Exchange(
                        url=f"http://{host}/{path}",
                        captured_at=f"2026-01-{self.clock:02}T08:00:00Z",
                        status=200 if body else 404 if came == "gone" else None,
                        headers=[(b"Content-Type", b"text/html; charset=utf-8")],
                        body=data,
                    ),
                    came,
                    kind=kind,
                    site=site,
                    visit=visit,
                    words="年度报告",
                )
            recorder.finish(visit, "未完成" if stopped else "完成", stopped=stopped)


@pytest.fixture
def evidence(tmp_path: Path) -> Evidence:
    return Evidence(tmp_path / "captures")


Rows = Callable[..., list[dict[str, Any]]]


def query(archive: Path, sql: str, *values: object) -> list[dict[str, Any]]:
    db = sqlite3.connect(archive)
    db.row_factory = sqlite3.Row
    try:
        return [dict(row) for row in db.execute(sql, values)]
    finally:
        db.close()


def dump(archive: Path) -> dict[str, list[dict[str, Any]]]:
    """All rows of all tables but the numbers of reports, which every rebuild gives anew in the order of years."""
    dumped = {
        table.name: query(archive, f'SELECT * FROM "{table.name}" ORDER BY {", ".join(table.key) or "1, 2, 3, 4"}')  # noqa: S608
        for table in schema.TABLES
    }
    for report in dumped["reports"]:
        del report["number"]
    return dumped


def found(archive: Path, words: str) -> list[str]:
    sql = "SELECT report_id FROM search JOIN reports ON number = search.rowid WHERE search MATCH ? ORDER BY report_id"
    return [row["report_id"] for row in query(archive, sql, search.match(words))]


def test_every_cell_of_a_report_stands_in_its_table(evidence: Evidence, tmp_path: Path) -> None:
    html, report = township()
    evidence.visit(("a.html", html, "ok", "report"))
    summary = store.update(tmp_path / "a.db", evidence.folder)
    assert (summary.captures, summary.reports, summary.unread) == (1, 1, 0)
    (row,) = query(tmp_path / "a.db", "SELECT * FROM reports")
    assert row["report_id"] == f"{report.office.division_code}-{row['office_id'].split('-')[1]}-2023"
    assert (row["province"], row["prefecture"], row["county"]) == ("海岳省", "云泽市", "澄岚县")
    assert row["division_code"] == report.office.division_code
    assert (row["reading"], row["cells_read"], row["cells_expected"]) == ("whole", 200, 200)
    assert row["source_url"] == HOME + "a.html"
    for key, printed in report.cells.items():
        table, line, column = key.split(".")
        name = {"disclosure": "item", "requests": "outcome", "disputes": "stage"}[table]
        (values,) = query(tmp_path / "a.db", f'SELECT * FROM "{table}" WHERE {name} = ?', line)  # noqa: S608
        assert values[column] == printed.value, key
        assert values["year"] == 2023
    assert query(tmp_path / "a.db", "SELECT * FROM cell_notes") == []


def test_blank_is_null_with_a_note_and_never_zero(evidence: Evidence, tmp_path: Path) -> None:
    _, report = township()
    for raw, status in (("", "blank"), ("/", "slash"), ("—", "dash"), ("0", "number"), ("5（含撤回1件）", "number")):
        html = printing(report, "requests.granted.commercial", raw)
        evidence.visit((f"{status}{len(raw)}.html", html, "ok", "report"))
        archive = tmp_path / f"{status}{len(raw)}.db"
        store.update(archive, evidence.folder)
        current = query(archive, "SELECT commercial FROM requests WHERE outcome = 'granted'")[0]["commercial"]
        notes = query(archive, "SELECT cell, raw, status FROM cell_notes")
        assert current == ({"0": 0}.get(raw, 5) if status == "number" else None)
        noted = [] if raw == "0" else [{"cell": "requests.granted.commercial", "raw": raw, "status": status}]
        assert notes == noted


def test_an_update_and_a_rebuild_come_to_the_same(evidence: Evidence, tmp_path: Path) -> None:
    html, report = township()
    others = [page(one.office.key, one.year) for one in world.reports("chenglan")[::9]]
    archive = tmp_path / "archive.db"
    evidence.visit(
        ("a.html", html, "ok", "report"),
        *((f"{n}.html", body, "ok", "report") for n, (body, _) in enumerate(others)),
        ("not.html", "<p>政府信息公开年度报告制度</p>", "ok", "report"),
    )
    store.update(archive, evidence.folder)
    evidence.visit(
        ("a.html", printing(report, "requests.granted.total", "999"), "ok", "report"),
        ("0.html", None, "gone", "page"),
        ("1.html", others[1][0], "ok", "report"),
        ("twin.html", others[1][0], "ok", "report"),
    )
    store.update(archive, evidence.folder)
    store.update(archive, evidence.folder)
    fresh = tmp_path / "fresh.db"
    store.rebuild(fresh, evidence.folder, workers=2)
    assert dump(fresh) == dump(archive)
    assert len(found(fresh, "主动公开")) == len(others) + 1
    assert found(fresh, "主动公开") == found(archive, "主动公开")
    before = dump(fresh)
    store.rebuild(fresh, evidence.folder)
    assert dump(fresh) == before
    newest = query(fresh, "SELECT year FROM reports ORDER BY number DESC LIMIT 1")
    assert newest[0]["year"] == max(row["year"] for row in before["reports"])
    assert [path.name for path in tmp_path.iterdir() if path.suffix == ".new"] == []


def test_an_edited_report_is_a_new_version_and_the_old_one_is_kept(evidence: Evidence, tmp_path: Path) -> None:
    html, report = township()
    archive = tmp_path / "archive.db"
    number = report.cells["requests.granted.total"].raw
    words = re.findall(r">([^<>]{8,})<", html[html.index("存在的主要问题") :])[0]
    evidence.visit(("a.html", html, "ok", "report"))
    evidence.visit(("a.html", html.replace("</body>", "<!-- 12:00 --></body>"), "ok", "report"))
    edited = printing(report, "requests.granted.total", "9999").replace(words, "后来改写的字")
    evidence.visit(("a.html", edited, "ok", "report"))
    store.update(archive, evidence.folder)
    one, two = query(archive, "SELECT * FROM versions ORDER BY version")
    assert (one["is_current"], two["is_current"]) == (0, 1)
    assert (one["seen_from"], one["seen_until"]) == ("2026-01-01T08:00:00Z", "2026-01-02T08:00:00Z")
    assert two["seen_from"] == "2026-01-03T08:00:00Z"
    kept = json.loads(one["content"])
    assert kept["cells"]["requests.granted.total"] == [int(number), number, "number"]
    assert two["content"] is None
    changes = query(archive, "SELECT version, cell, old, new FROM changes ORDER BY number")
    assert {"version": 2, "cell": "requests.granted.total", "old": number, "new": "9999"} in changes
    assert [one["cell"] for one in changes[1:]] == ["chapters.problems"]
    assert words in changes[1]["old"]
    assert changes[1]["new"] == changes[1]["old"].replace(words, "后来改写的字")
    assert query(archive, "SELECT total FROM requests WHERE outcome = 'granted'") == [{"total": 9999}]
    assert query(archive, "SELECT first_seen, version FROM reports") == [
        {"first_seen": "2026-01-01T08:00:00Z", "version": 2}
    ]
    assert found(archive, "后来改写的字")
    assert not found(archive, f'"{words}"')


@pytest.mark.parametrize("edited", ["2023.html", "corrected.html"])
def test_the_words_of_an_edit_are_told_at_whatever_address_it_stands(
    evidence: Evidence, tmp_path: Path, edited: str
) -> None:
    """The office's newest report also stands where its years are chosen; a corrected one may come back elsewhere."""
    html, _ = township()
    words = re.findall(r">([^<>]{8,})<", html[html.index("存在的主要问题") :])[0]
    evidence.visit(("newest.html", html, "ok", "report"), ("2023.html", html, "ok", "report"))
    evidence.visit((edited, html.replace(words, "后来改写的字"), "ok", "report"))
    store.update(tmp_path / "a.db", evidence.folder)
    (change,) = query(tmp_path / "a.db", "SELECT cell, old, new FROM changes")
    assert (change["cell"], words in change["old"]) == ("chapters.problems", True)
    assert change["new"] == change["old"].replace(words, "后来改写的字")


def test_of_two_pages_the_fuller_is_shown_and_both_are_kept(evidence: Evidence, tmp_path: Path) -> None:
    html, _ = township()
    poorer = html[: html.index("四、")] + "</body></html>"
    evidence.visit(("full.html", html, "ok", "report"), ("poor.html", poorer, "ok", "report"))
    store.update(tmp_path / "a.db", evidence.folder)
    (row,) = query(tmp_path / "a.db", "SELECT * FROM reports")
    assert row["source_url"] == HOME + "full.html"
    assert row["reading"] == "whole"
    assert [one["url"] for one in query(tmp_path / "a.db", "SELECT url FROM addresses ORDER BY url")] == [
        HOME + "full.html",
        HOME + "poor.html",
    ]
    assert len(query(tmp_path / "a.db", "SELECT * FROM versions")) == 2


def test_a_vanished_page_is_a_dated_observation(evidence: Evidence, tmp_path: Path) -> None:
    html, _ = township()
    archive = tmp_path / "archive.db"
    evidence.visit(("a.html", html, "ok", "report"))
    store.update(archive, evidence.folder)
    evidence.visit(("a.html", html, "ok", "report"), ("", "首页", "ok", "page"))
    store.update(archive, evidence.folder)
    evidence.visit(("a.html", None, "gone", "page"))
    store.update(archive, evidence.folder)
    (row,) = query(archive, "SELECT first_seen, last_seen, last_asked, last_outcome FROM addresses")
    assert row == {
        "first_seen": "2026-01-01T08:00:00Z",
        "last_seen": "2026-01-02T08:00:00Z",
        "last_asked": "2026-01-04T08:00:00Z",
        "last_outcome": "gone",
    }
    assert query(archive, "SELECT last_seen FROM reports") == [{"last_seen": "2026-01-02T08:00:00Z"}]
    assert query(archive, "SELECT count(*) AS n FROM versions") == [{"n": 1}]


def test_a_page_that_is_no_report_is_kept_with_the_reason(evidence: Evidence, tmp_path: Path) -> None:
    evidence.visit(("a.html", "<title>通知</title><p>关于编制政府信息公开工作年度报告的通知</p>", "ok", "report"))
    assert store.update(tmp_path / "a.db", evidence.folder).not_reports == 1
    (row,) = query(tmp_path / "a.db", "SELECT role, reason, report_id, url FROM captures")
    assert row["role"] == "not_report"
    assert row["reason"]
    assert row["report_id"] is None
    assert query(tmp_path / "a.db", "SELECT * FROM reports") == []


BROKEN_READER = """
import os, time, extract
read = extract.read
def broken(data, **more):
    if data == b"crash":
        os._exit(3)
    if data == b"hang":
        time.sleep(60)
    if data == b"raise":
        raise RuntimeError("坏")
    return read(data, **more)
extract.read = broken
"""


def test_a_document_that_breaks_the_reader_costs_only_itself(
    evidence: Evidence, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    html, _ = township()
    # The reading processes are Pythons of their own: what they load first breaks the reader on some words.
    (tmp_path / "sitecustomize.py").write_text(BROKEN_READER, "utf-8")
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setattr(workers, "SECONDS", 4)  # what hangs has four times as long: a busy machine starts slowly
    evidence.visit(
        ("crash", "crash", "ok", "report"),
        ("a.html", html, "ok", "report"),
        ("hang", "hang", "ok", "report"),
        ("raise", "raise", "ok", "report"),
        ("lost", "lost", "ok", "report"),
    )
    assert store.update(tmp_path / "a.db", evidence.folder, workers=1).unread >= 3
    unread = query(tmp_path / "a.db", "SELECT url, reason FROM captures WHERE role = 'unread' ORDER BY capture")
    assert [(row["url"].removeprefix(HOME), row["reason"][:4]) for row in unread] == [
        ("crash", "读取程序"),
        ("hang", "读取超过"),
        ("raise", "读取出错"),
    ]
    rows = query(tmp_path / "a.db", "SELECT reading, year, problems FROM reports ORDER BY reading")
    assert [(row["reading"], row["year"]) for row in rows] == [("none", None)] * 3 + [("whole", 2023)]
    assert all(row["problems"] for row in rows[:3])


def test_a_body_that_is_lost_is_told(evidence: Evidence, tmp_path: Path) -> None:
    evidence.visit(("a.html", township()[0], "ok", "report"))
    for path in evidence.folder.glob("reports-*.warc.gz"):
        path.unlink()
    assert store.update(tmp_path / "a.db", evidence.folder).unread == 1
    assert "缺失" in query(tmp_path / "a.db", "SELECT problems FROM reports")[0]["problems"]


def test_every_township_of_a_county_has_a_state_for_every_year(evidence: Evidence, tmp_path: Path) -> None:
    html, report = township()
    evidence.visit(("a.html", html, "ok", "report"))
    store.update(tmp_path / "a.db", evidence.folder)
    due = {row["code"] for row in world.division_rows() if row["parent"] == "880121"}
    rows = query(
        tmp_path / "a.db", "SELECT division_code, year, state FROM coverage JOIN offices USING (office_id) ORDER BY 1"
    )
    assert {row["division_code"] for row in rows} == due
    states = {row["division_code"]: row["state"] for row in rows if row["year"] == report.year}
    assert states.pop(report.office.division_code) == "found"
    assert set(states.values()) == {"no_report"}
    # Of the years since then, whose reports were due when it was looked, there is none: that is an absence, too.
    later = {row["year"]: row["state"] for row in rows if row["year"] > report.year}
    assert {2024, 2025} <= later.keys()
    assert set(later.values()) == {"no_report"}


def test_a_report_under_another_name_of_the_office_is_no_absence(evidence: Evidence, tmp_path: Path) -> None:
    named = {2022: "发改局", 2023: "发展和改革局", 2024: "财政局"}
    pages = {year: page("caizhengju", year)[0].replace("财政局", name) for year, name in named.items()}
    evidence.visit(*((f"{year}.html", html, "ok", "report") for year, html in pages.items()))
    store.update(tmp_path / "a.db", evidence.folder)
    rows = query(
        tmp_path / "a.db",
        """SELECT name, c.year, state, r.office FROM coverage c JOIN offices USING (office_id)
        LEFT JOIN reports r USING (report_id) WHERE offices.township IS NULL ORDER BY c.year""",
    )
    told = {(row["name"], row["year"]): (row["state"], (row["office"] or "").removeprefix("澄岚县")) for row in rows}
    assert told["发改局", 2022] == ("found", "发改局")
    assert told["发改局", 2023] == ("other_name", "发展和改革局")
    assert told["发展和改革局", 2022] == ("other_name", "发改局")
    assert told["发展和改革局", 2024] == ("no_report", "")
    assert told["财政局", 2022] == ("no_report", "")


@pytest.mark.parametrize(("outcome", "state"), [("challenge", "refused"), ("timeout", "unreachable")])
def test_a_site_that_gave_nothing_says_why(evidence: Evidence, tmp_path: Path, outcome: str, state: str) -> None:
    evidence.visit(("", None, outcome, "page"), stopped=outcome)
    store.update(tmp_path / "a.db", evidence.folder)
    assert [row["state"] for row in query(tmp_path / "a.db", "SELECT state FROM sites")] == [state]
    townships = query(tmp_path / "a.db", "SELECT DISTINCT year, state FROM coverage")
    assert [one["state"] for one in townships] == [state]
    assert townships[0]["year"] >= 2025


# --- what a person can do wrong


def foreign(path: Path) -> None:
    with sqlite3.connect(path) as db:
        db.execute("CREATE TABLE mine (a)")


def newer(path: Path) -> None:
    with sqlite3.connect(path) as db:
        schema.create(db)
        db.execute(f"PRAGMA user_version = {schema.VERSION + 1}")


@pytest.mark.parametrize("way", [store.update, store.rebuild])
@pytest.mark.parametrize(
    ("make", "said"),
    [(foreign, "不是 nianbao 的年报库"), (lambda path: path.write_bytes(b"hello " * 999), "不是可用的年报库")],
)
def test_a_file_that_is_not_ours_is_left_alone(
    evidence: Evidence, tmp_path: Path, way: Callable[..., object], make: Callable[[Path], object], said: str
) -> None:
    evidence.visit(("a.html", township()[0], "ok", "report"))
    archive = tmp_path / "other.db"
    make(archive)
    before = archive.read_bytes()
    with pytest.raises(ArchiveError, match=said) as error:
        way(archive, evidence.folder)
    assert "\n" not in str(error.value)
    assert archive.read_bytes() == before


def test_an_archive_of_a_newer_program_is_left_alone(evidence: Evidence, tmp_path: Path) -> None:
    evidence.visit()
    newer(tmp_path / "a.db")
    with pytest.raises(ArchiveError, match="升级"):
        store.update(tmp_path / "a.db", evidence.folder)


def test_an_archive_of_other_evidence_is_left_alone(evidence: Evidence, tmp_path: Path) -> None:
    evidence.visit(("a.html", township()[0], "ok", "report"))
    store.update(tmp_path / "a.db", evidence.folder)
    other = Evidence(tmp_path / "other")
    other.visit(("b.html", township()[0], "ok", "report"))
    with pytest.raises(ArchiveError, match="不是由"):
        store.update(tmp_path / "a.db", other.folder)
    assert [row["url"] for row in query(tmp_path / "a.db", "SELECT url FROM captures")] == [HOME + "a.html"]


def test_a_locked_archive_is_told(evidence: Evidence, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    evidence.visit(("a.html", township()[0], "ok", "report"))
    monkeypatch.setattr("archive.file.PATIENCE", 0.1)
    store.update(tmp_path / "a.db", evidence.folder)
    other = sqlite3.connect(tmp_path / "a.db", isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    for way in (store.update, store.rebuild):
        with pytest.raises(ArchiveError, match="正被另一个程序"):
            way(tmp_path / "a.db", evidence.folder)
    other.close()


def test_a_full_disk_is_told_and_leaves_the_old_archive(
    evidence: Evidence, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    evidence.visit(("a.html", township()[0], "ok", "report"))
    archive = tmp_path / "a.db"
    store.update(archive, evidence.folder)
    before = archive.read_bytes()
    real = schema.create

    def create(db: sqlite3.Connection) -> None:
        real(db)
        db.execute("PRAGMA max_page_count = 1")  # no page more than there are

    monkeypatch.setattr(schema, "create", create)
    with pytest.raises(ArchiveError, match="磁盘已满"):
        store.rebuild(archive, evidence.folder)
    assert archive.read_bytes() == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.db", "captures"]


def test_a_folder_that_is_not_there_is_told(evidence: Evidence, tmp_path: Path) -> None:
    evidence.visit()
    with pytest.raises(ArchiveError, match="无法写入"):
        store.update(tmp_path / "no" / "a.db", evidence.folder)
