"""What people decided shows on the pages: replies beside the figures, ids that lead on, takedowns with their reason."""

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from datasette.app import Datasette
from serve_samples import TOWN_2023, make
from test_serve import ask, front, page


@pytest.fixture
def decided(tmp_path: Path) -> Datasette:
    file = make(tmp_path / "archive.db")
    rows = [
        (
            1,
            "2026-03-01",
            "编辑部",
            "reply",
            TOWN_2023,
            None,
            "我镇当年申请集中在<b>征地</b>。",
            None,
            "来函",
            TOWN_2023,
        ),
        (2, "2026-03-02", "编辑部", "takedown", "990102101-gone-2023", None, "report", None, "含个人信息", None),
    ]
    with closing(sqlite3.connect(file)) as db, db:
        db.executemany("INSERT INTO decisions VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", rows)
        db.execute("INSERT INTO redirects VALUES ('990102101-songxi-2023', ?)", [TOWN_2023])
    return front(file)


def test_reply_of_an_office_stands_on_its_report(decided: Datasette) -> None:
    section = page(decided, f"/archive/reports/{TOWN_2023}").xpath("//section[@id='decisions']")[0]
    assert "我镇当年申请集中在<b>征地</b>。" in section.text_content()
    assert "机关答复" in section.text_content()
    assert "来函" in page(decided, "/archive/decisions").text_content()


@pytest.mark.parametrize("ending", ["", ".json", "/requests.granted.total"])
def test_former_id_leads_to_the_present_one(decided: Datasette, ending: str) -> None:
    answer = asyncio.run(decided.client.get(f"/archive/reports/990102101-songxi-2023{ending}", follow_redirects=False))
    assert answer.status_code == 301
    assert answer.headers["location"] == f"/archive/reports/{TOWN_2023}{ending}"


def test_taken_down_report_says_when_and_why(decided: Datasette) -> None:
    text = page(decided, "/archive/reports/990102101-gone-2023", status=410).text_content()
    assert "2026-03-02" in text
    assert "含个人信息" in text
    assert ask(decided, "/archive/reports/990102101-never-2023").status_code == 404
