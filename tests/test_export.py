"""What is taken home opens in Excel, says what it is, and holds every row."""

import csv
import hashlib
import io
import json
import sqlite3
import subprocess
import sys
import zipfile
from pathlib import Path
from xml.etree import ElementTree

import frictionless
import pytest
from archives import empty, insert, put
from pyarrow import parquet

from archive import export, feed, schema, summaries

ROOT = Path(__file__).parent.parent


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    db = empty()
    put(db, "松溪镇", 2023, {"requests.granted.total": 5}, text="=1+1，第五部分。", derived=("requests.granted.total",))
    put(db, "松溪镇", 2024, {"requests.granted.total": None}, title="=HYPERLINK(1)", signed_date="2025-01-14")
    put(db, "清水镇", 2024, {"disclosure.admin_fees.amount_10k_cny": 0.092})
    insert(db, "disclosure", report_id="990102-松溪镇-2023", item="rules", items_change=-8)
    summaries.write(db)
    path = tmp_path / "archive.db"
    db.commit()
    db.execute("VACUUM INTO ?", (str(path),))
    db.close()
    return path


@pytest.fixture
def files(archive: Path, tmp_path: Path) -> Path:
    export.write(archive, tmp_path / "out")
    return tmp_path / "out"


def rows(file: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(file.read_text("utf-8-sig"))))


def test_every_row_of_every_table_is_there(archive: Path, files: Path) -> None:
    db = sqlite3.connect(archive)
    for table in schema.TABLES:
        (count,) = db.execute(f'SELECT count(*) FROM "{table.name}"').fetchone()  # noqa: S608
        mine = [*files.glob(f"{table.name}.csv"), *files.glob(f"{table.name}-[0-9u]*.csv")]
        there = parquet.read_table(files / "chapters.parquet").num_rows if table.name == "chapters" else 0
        assert there + sum(len(rows(file)) for file in mine) == count, table.name
    db.close()


def test_the_lines_of_requests_are_parted_by_year(files: Path) -> None:
    assert {file.name for file in files.glob("requests*")} == {"requests-2023.csv", "requests-2024.csv"}
    assert {row["year"] for row in rows(files / "requests-2024.csv")} == {"2024"}


def test_no_file_has_more_rows_than_a_sheet(archive: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(export, "SHEET", 20)
    export.write(archive, tmp_path / "out")
    parts = sorted(tmp_path.glob("out/requests-2024*.csv"))  # -2, -3, then the one without a number
    assert [len(rows(part)) for part in parts] == [20, 10, 20]


def test_excel_reads_the_letters_and_runs_no_formula(files: Path) -> None:
    for file in files.glob("*.csv"):
        assert file.read_bytes().startswith(b"\xef\xbb\xbf"), file.name
    titles = {row["title"] for row in rows(files / "reports.csv")}
    assert "'=HYPERLINK(1)" in titles
    assert {row["items_change"] for row in rows(files / "disclosure.csv")} == {"", "-8"}


def test_no_number_is_an_empty_cell_and_derived_ones_are_marked(files: Path) -> None:
    (this,) = (r for r in rows(files / "requests-2024.csv") if r["outcome"] == "granted" and "松溪" in r["report_id"])
    assert (this["total"], this["commercial"]) == ("", "0")
    (last,) = (row for row in rows(files / "requests-2023.csv") if row["outcome"] == "granted")
    assert (last["total"], last["derived"]) == ("5", "total")


def test_the_data_package_is_valid_and_describes_every_file(files: Path) -> None:
    package = json.loads((files / "datapackage.json").read_text("utf-8"))
    named = {one["path"] for one in package["resources"]}
    assert named == {file.name for file in files.iterdir()} - {
        "data-dictionary.csv", "datapackage.json", "README.txt", "SHA256SUMS",
    }  # fmt: skip
    codes = {f["name"]: f["type"] for one in package["resources"] for f in one["schema"]["fields"]}
    assert codes["division_code"] == "string"
    tabular = [one for one in package["resources"] if one["format"] == "csv"]
    for resource in tabular:
        checked = frictionless.validate(frictionless.Resource.from_descriptor(resource, basepath=str(files)))
        assert checked.valid, (resource["path"], checked.flatten(["type", "note"])[:3])


def test_checksums_and_dictionary_cover_everything(files: Path) -> None:
    lines = (files / "SHA256SUMS").read_text("utf-8").splitlines()
    sums = {name: sha256 for sha256, name in (line.split("  ") for line in lines)}
    assert set(sums) == {file.name for file in files.iterdir()} - {"SHA256SUMS"}
    for name, sha256 in sums.items():
        assert hashlib.sha256((files / name).read_bytes()).hexdigest() == sha256
    told = {(row["table"], row["column"]) for row in rows(files / "data-dictionary.csv")}
    assert told == {(table.name, column.name) for table in schema.TABLES for column in table.columns}


def nianbao(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "nianbao", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT)


def test_the_command_writes_one_zip(archive: Path, tmp_path: Path) -> None:
    done = nianbao("export", str(tmp_path / "all.zip"), "--archive", str(archive))
    assert done.returncode == 0, done.stderr
    with zipfile.ZipFile(tmp_path / "all.zip") as whole:
        assert whole.testzip() is None
        assert {"reports.csv", "requests-2024.csv", "chapters.parquet", "README.txt"} <= set(whole.namelist())
    assert sorted(path.name for path in tmp_path.iterdir()) == ["all.zip", "archive.db"]


@pytest.mark.parametrize("arguments", [["no/such/folder/x.zip"], ["x.zip", "--archive", "none.db"]])
def test_what_cannot_be_exported_is_told_in_a_line(archive: Path, arguments: list[str], tmp_path: Path) -> None:
    given = [str(tmp_path / arguments[0]), "--archive", str(archive), *arguments[1:]]
    done = nianbao("export", *given)
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1), done.stderr


def test_the_feed_tells_of_new_reports_of_a_place(archive: Path) -> None:
    db = sqlite3.connect(archive)
    found = feed.events(db, "r.county = ? AND r.year = ?", ("白露县", 2024))
    db.close()
    assert {entry["report_id"] for entry in found} == {"990102-松溪镇-2024", "990102-清水镇-2024"}
    text = feed.atom(found, title="白露县 & <新>", address="http://x/feed?a=1&b=2", site="http://x/")
    atom = "{http://www.w3.org/2005/Atom}"
    root = ElementTree.fromstring(text)  # noqa: S314
    assert root.findtext(f"{atom}title") == "白露县 & <新>"
    entries = root.findall(f"{atom}entry")
    assert len({entry.findtext(f"{atom}id") for entry in entries}) == 2
    assert all((entry.findtext(f"{atom}title") or "").startswith("新见报告") for entry in entries)
    assert feed.atom([], title="空", address="http://x/f", site="http://x/")
