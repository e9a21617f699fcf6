"""The command as a person meets it: what it prints, its exit status, and one clear line for what cannot be."""

import json
import os
import shutil
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

import samples

DOCUMENTS = Path(__file__).parent / "documents"


def run(*arguments: object, cwd: Path | None = None, **environment: str) -> subprocess.CompletedProcess[str]:
    clean = {name: value for name, value in os.environ.items() if name != "NIANBAO_CONTACT"}
    return subprocess.run(
        [sys.executable, "-m", "nianbao", *map(str, arguments)],
        capture_output=True,
        text=True,
        cwd=cwd,
        env={**clean, "PYTHONPATH": str(Path(__file__).parents[1]), **environment},
        check=False,
        timeout=100,
    )


def says_in_one_line(done: subprocess.CompletedProcess[str], words: str) -> None:
    assert done.returncode == 2, done.stderr
    assert words in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1, done.stderr
    assert done.stdout == ""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


# --- extract


def test_a_folder_is_read_recursively_in_order_one_line_each(tmp_path: Path) -> None:
    (tmp_path / "b").mkdir()
    shutil.copy(DOCUMENTS / "page_of_2019.html", tmp_path / "b" / "x.html")
    shutil.copy(DOCUMENTS / "truncated.pdf", tmp_path / "a.pdf")
    done = run("extract", tmp_path)
    assert done.returncode == 0
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert [Path(line["file"]).name for line in lines] == ["a.pdf", "x.html"]
    assert [line["is_report"] for line in lines] == [False, True]
    assert list(lines[1])[:6] == ["file", "sha256", "format", "is_report", "reason", "title"]


def test_the_command_s_file_may_be_run_itself(tmp_path: Path) -> None:
    script = Path(__file__).parents[1] / "nianbao.py"
    done = subprocess.run(
        [sys.executable, str(script), "extract", str(DOCUMENTS / "page_of_2019.html")],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        check=True,
        timeout=100,
    )
    assert json.loads(done.stdout)["is_report"]


def test_an_attachment_is_read_from_beside_its_page_and_nothing_from_elsewhere(tmp_path: Path) -> None:
    title = "石磴镇人民政府2023年政府信息公开工作年度报告"
    page = (
        '<html><head><meta charset="utf-8"><title>{0}</title></head><body><h1>{0}</h1><p><a href="{1}">{0}.txt</a></p>'
    )
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.html").write_text(page.format(title, "./files/r.docx"), "utf-8")
    (tmp_path / "in" / "b.html").write_text(page.format(title, "../secret.docx"), "utf-8")
    (tmp_path / "in" / "files").mkdir()
    shutil.copy(DOCUMENTS / "text_with_tabs.txt", tmp_path / "in" / "files" / "r.docx")  # told by its bytes
    shutil.copy(DOCUMENTS / "text_with_tabs.txt", tmp_path / "secret.docx")
    done = run("extract", tmp_path / "in" / "a.html", tmp_path / "in" / "b.html")
    inside, outside = (json.loads(line) for line in done.stdout.splitlines())
    assert inside["format"] == "text"
    assert len(inside["cells"]) == 200
    assert outside["cells"] == {}
    assert any("附件没有取到" in problem for problem in outside["problems"])


def test_explain_says_where_a_number_was_read() -> None:
    cell = "requests.denied_third_party.total"
    done = run("extract", DOCUMENTS / "page_of_2021.html", DOCUMENTS / "text_one_cell_lost.txt", "--explain", cell)
    grid, text = done.stdout.splitlines()
    assert f"{cell} = " in grid
    assert "表2第11行第10列" in grid
    assert "derived" in text
    assert "行文第" in text
    says_in_one_line(run("extract", DOCUMENTS, "--explain", "requests.nonsense"), "requests.nonsense")


def test_a_file_with_its_name_in_another_encoding(tmp_path: Path) -> None:
    name = os.fsdecode("年报.txt".encode("gbk"))
    (tmp_path / name).write_bytes(b"hello")
    done = run("extract", tmp_path, PYTHONUTF8="1", PYTHONIOENCODING="utf-8:strict")
    assert done.returncode == 0, done.stderr
    assert Path(json.loads(done.stdout)["file"]).name == name


def test_a_file_that_cannot_be_opened_is_a_line_with_its_reason(tmp_path: Path) -> None:
    (tmp_path / "gone.html").symlink_to(tmp_path / "nowhere")
    (tmp_path / "ok.txt").write_bytes(b"hello")
    done = run("extract", tmp_path / "ok.txt", tmp_path)
    assert done.returncode == 0
    assert [json.loads(line)["is_report"] for line in done.stdout.splitlines()] == [False, False]


def test_a_page_of_a_hundred_megabytes_is_given_up_with_its_reason(tmp_path: Path) -> None:
    with (tmp_path / "huge.html").open("wb") as stream:
        stream.write(b"<html><body>")
        for _ in range(100):
            stream.write(b"<p>0 0 0 0</p>" * 75_000)
    (line,) = run("extract", tmp_path / "huge.html").stdout.splitlines()
    assert "过大" in "".join(json.loads(line)["problems"])


def test_paths_that_are_not_there() -> None:
    says_in_one_line(run("extract", "没有.html"), "没有这个文件")


# --- crawl and rebuild


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["没有这个县"], "没有找到"),
        (["999999"], "999999"),
        (["ftp://x.gov.cn/"], "网址"),
        ([], "请给出"),
        (["--sites", "没有.csv"], "没有.csv"),
        (["330282"], "NIANBAO_CONTACT"),
        (["--delay", "x", "330282"], "delay"),
        (["--bogus"], "--bogus"),
    ],
)
def test_what_cannot_be_crawled(arguments: list[str], words: str, tmp_path: Path) -> None:
    says_in_one_line(run("crawl", *arguments, cwd=tmp_path), words)
    assert list(tmp_path.iterdir()) == []


def test_an_unreachable_host_is_an_outcome_and_not_a_traceback(tmp_path: Path) -> None:
    address = f"http://127.0.0.1:{free_port()}/"
    done = run("crawl", address, "--delay", "0", "--summary", "s.json", cwd=tmp_path)
    assert done.returncode == 3
    assert "Traceback" not in done.stderr
    (site,) = json.loads((tmp_path / "s.json").read_text("utf-8"))["sites"]
    assert (site["reports"], site["believed"]) == (0, False)
    with sqlite3.connect(tmp_path / "archive.db") as db:
        assert db.execute("SELECT state FROM sites").fetchall() == [("unreachable",)]


def test_a_foreign_database_is_left_alone(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "mine.db") as db:
        db.execute("CREATE TABLE diary (day)")
    (tmp_path / "text.db").write_text("no database")
    (tmp_path / "captures").mkdir()
    before = (tmp_path / "mine.db").read_bytes()
    says_in_one_line(run("serve", "--archive", "mine.db", cwd=tmp_path), "不是 nianbao 的年报库")
    says_in_one_line(run("serve", "--archive", "text.db", cwd=tmp_path), "text.db")
    says_in_one_line(run("rebuild", "--archive", "mine.db", cwd=tmp_path), "nianbao crawl")
    assert (tmp_path / "mine.db").read_bytes() == before


def test_sites_of_a_file_with_divisions_beside_it_are_placed_and_rebuilt_alike(tmp_path: Path) -> None:
    with samples.serve() as rows:
        samples.write_sites(rows[:1], tmp_path / "sites.csv")
        shutil.copy(Path(samples.__file__).with_name("divisions.csv"), tmp_path)
        done = run("crawl", "--sites", "sites.csv", "--delay", "0.01", "--year", "2024", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    query = "SELECT report_id, province, county, body_sha256, last_seen FROM reports ORDER BY 1"
    with sqlite3.connect(tmp_path / "archive.db") as db:
        crawled = db.execute(query).fetchall()
    assert crawled
    assert {row[1:3] for row in crawled} == {("海岳省", "澄岚县")}
    assert all("2024" in row[0] for row in crawled)
    assert run("rebuild", cwd=tmp_path).returncode == 0
    with sqlite3.connect(tmp_path / "archive.db") as db:
        assert db.execute(query).fetchall() == crawled


# --- serve


def test_what_is_due_is_crawled_and_who_has_published_is_told(tmp_path: Path) -> None:
    with samples.serve() as rows:
        listed = "".join(f"{row.division_code},{row.name},{row.url}\n" for row in rows[:1])
        (tmp_path / "mine.csv").write_text("division_code,name,url\n" + listed, "utf-8")
        shutil.copy(Path(samples.__file__).with_name("divisions.csv"), tmp_path / "divisions.csv")
        crawl = ("crawl", "--due", "--delay", "0.01")
        first = run(*crawl, "--sites", "mine.csv", "--vantage", "办公室", cwd=tmp_path)
        again = run(*crawl, cwd=tmp_path)
        checked = run("sites", "check", rows[0].url, "--delay", "0.01", cwd=tmp_path)
    assert (first.returncode, again.returncode) == (0, 0), first.stderr
    assert "没有到期的站点" in again.stderr
    code, name = rows[0].division_code, rows[0].name
    assert checked.returncode == 0
    assert checked.stdout.startswith(f"{code},")
    assert rows[0].url in checked.stdout
    assert "份报告" in checked.stderr
    with sqlite3.connect(tmp_path / "archive.db") as db:
        (year,) = db.execute("SELECT max(year) FROM coverage WHERE state = 'found'").fetchone()
        found = dict(db.execute("SELECT state, count(*) FROM coverage WHERE year = ? GROUP BY 1", (year,)).fetchall())
        assert db.execute("SELECT DISTINCT vantage FROM coverage").fetchall() == [("办公室",)]
        assert db.execute("SELECT believed, system IS NOT NULL, verified FROM sites").fetchall() == [(1, 1, 1)]
    counties = run("coverage", "--year", year, cwd=tmp_path)
    offices = run("coverage", "--year", year, "--county", name, cwd=tmp_path)
    assert str(found["found"]) in counties.stdout.splitlines()[1].split()
    assert len(offices.stdout.splitlines()) - 1 == sum(found.values())
    assert offices.stdout.count("已见报告") == found["found"]
    says_in_one_line(run("coverage", "--year", 1999, cwd=tmp_path), "没有 1999 年的覆盖情况")
    says_in_one_line(run("coverage", "--year", 2024, "--archive", "none.db", cwd=tmp_path), "没有年报库")
    forgotten = run("forget", "--older-than", 0, cwd=tmp_path)
    assert "删去" in forgotten.stderr
    says_in_one_line(run("forget", "--older-than", 1, "--captures", "none", cwd=tmp_path), "没有采集账本")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["crawl", "330282", "--hours", "late"], "不是一段时间"),
        (["crawl", "--due"], "没有采集账本"),
        (["sites", "check", "大西洋县"], "没有找到"),
        (["sites", "check", "http://www.example.gov.cn/"], "NIANBAO_CONTACT"),
        (["sites", "lost"], "没有命令 lost"),
    ],
)
def test_what_cannot_be_is_one_line(arguments: list[str], words: str, tmp_path: Path) -> None:
    says_in_one_line(run(*arguments, cwd=tmp_path), words)


def test_a_port_in_use(tmp_path: Path) -> None:
    from archive import schema

    with sqlite3.connect(tmp_path / "archive.db") as db:
        schema.create(db)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        says_in_one_line(run("serve", "--port", taken.getsockname()[1], cwd=tmp_path), "已被占用")


def test_serve_opens_the_archive_in_chinese(tmp_path: Path) -> None:
    from archive import schema

    with sqlite3.connect(tmp_path / "archive.db") as db:
        schema.create(db)
    port = free_port()
    server = subprocess.Popen(
        [sys.executable, "-m", "nianbao", "serve", "--port", str(port), "--archive", tmp_path / "archive.db"],
        stderr=subprocess.DEVNULL,
    )
    try:
        for _ in range(150):
            time.sleep(0.2)
            try:
                page = urllib.request.urlopen(f"http://127.0.0.1:{port}/").read().decode()
                break
            except OSError:
                assert server.poll() is None
        assert "年报" in page
    finally:
        server.terminate()
        server.wait(timeout=20)


# --- help


def test_help_is_in_chinese() -> None:
    for command in ([], ["crawl"], ["extract"], ["rebuild"], ["serve"], ["demo"]):
        text = run(*command, "--help").stdout
        assert text.startswith("用法：")
        assert "Options" not in text
        assert "Show this message" not in text


def test_an_unknown_command() -> None:
    says_in_one_line(run("nonsense"), "没有命令 nonsense")
