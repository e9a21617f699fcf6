"""What a visitor takes home: the files of a snapshot, and feeds of what is new, edited or gone."""

import csv
import io
import sqlite3
import xml.etree.ElementTree as ET
from contextlib import closing
from pathlib import Path

import pytest
from serve_samples import HOSTILE, TOWN_2023, make
from test_serve import ask, front, page

from archive import publish

ATOM = "{http://www.w3.org/2005/Atom}"


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    return make(tmp_path / "archive.db")


def titles(archive: Path, query: str) -> list[str]:
    answer = ask(front(archive), f"/feed.atom{query}")
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("application/atom+xml")
    feed = ET.fromstring(answer.text)  # noqa: S314 - our own answer
    return [entry.findtext(f"{ATOM}title") or "" for entry in feed.findall(f"{ATOM}entry")]


def test_csv_for_people_needs_no_other_table(archive: Path) -> None:
    """Codes in words, and behind each row whose it is: an id in pinyin says little to who opens the file."""
    listed = page(front(archive), f"/archive/requests?outcome=granted&report_id={TOWN_2023}")
    (link,) = listed.xpath("//a[text()='中文 CSV']/@href")
    (row,) = csv.DictReader(io.StringIO(ask(front(archive), link).text.lstrip("\ufeff")))
    assert (row["范围"], row["办理情况"]) == ("本机关", "（一）予以公开")
    assert (row["机关"], row["年份"], row["区县"]) == ("白露县松溪镇人民政府", "2023", "白露县")
    assert row["总计"].isdecimal()
    cells = ask(front(archive), f"/archive/findings.csv?_header=zh&kind=row_sum&report_id={TOWN_2023}").text
    assert "新收" in cells
    assert "requests." not in cells


def test_feed_of_a_place_or_a_search_holds_its_reports_only(archive: Path) -> None:
    every = titles(archive, "")
    assert len(every) > 5
    here = titles(archive, "?county=白露县&year=2023")
    assert any("松溪镇" in title for title in here)
    assert 0 < len(here) < len(every)
    assert all("松溪镇" in title for title in titles(archive, "?q=征地补偿"))
    assert titles(archive, "?county=没有这个县") == []
    assert titles(archive, "?q=，。") == []


def test_hostile_title_is_text_in_a_feed(archive: Path) -> None:
    with closing(sqlite3.connect(archive)) as db, db:
        db.execute("UPDATE reports SET township = '独此' WHERE report_id = ?", [HOSTILE])
    (title, *_) = titles(archive, "?township=独此")
    assert "<script>" in title


def test_list_of_reports_is_subscribed_with_its_filters(archive: Path) -> None:
    (link,) = page(front(archive), "/archive/reports?q=信访&year=2023").xpath("//a[text()='订阅']/@href")
    assert ask(front(archive), link).status_code == 200
    assert "q=" in link
    assert "year=2023" in link


def test_files_of_a_snapshot_are_handed_out_and_nothing_else(archive: Path) -> None:
    folder = archive.parent / publish.DOWNLOADS
    assert "nianbao publish" in page(front(archive), "/downloads").text_content()
    folder.mkdir()
    (folder / "nianbao.zip").write_bytes(b"PK zip")
    (archive.parent / "secret.txt").write_text("secret")
    (link,) = page(front(archive), "/downloads").xpath("//a[@download]/@href")
    answer = ask(front(archive), link)
    assert answer.content == b"PK zip"
    assert "attachment" in answer.headers["content-disposition"]
    for path in ("/downloads/..%2Fsecret.txt", "/downloads/../secret.txt", "/downloads/archive.db", "/downloads/x"):
        answer = ask(front(archive), path)
        assert answer.status_code == 404, path
        assert b"secret" not in answer.content


def test_masked_numbers_and_compared_reports_are_told(archive: Path) -> None:
    with closing(sqlite3.connect(archive)) as db, db:
        db.execute("INSERT INTO masked VALUES (?, 'overview', 'mobile', 2)", [TOWN_2023])
        db.execute("UPDATE findings SET other_report_id = ? WHERE report_id = ? AND number = 1", [HOSTILE, TOWN_2023])
    document = page(front(archive), f"/archive/reports/{TOWN_2023}")
    assert "正文中有 2 处身份证号或手机号" in document.text_content()
    assert document.xpath(f"//section[@id='findings']//a[@href='/archive/reports/{HOSTILE}']")
