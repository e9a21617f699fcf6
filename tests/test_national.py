"""The invented national archive is one that real reports could make: sums add up but where it says so."""

import sqlite3
from pathlib import Path

from benchmarks import national
from extract import form

LINES = 10 * (2 * 23 + 5 * 25)  # of ten offices, two years on the form of 2019 and five on that of 2021


def test_an_invented_archive_adds_up(tmp_path: Path) -> None:
    national.make(tmp_path / "n.db", 70)
    db = sqlite3.connect(tmp_path / "n.db")

    def one(sql: str) -> int:
        return int(db.execute(sql).fetchone()[0])

    assert one("SELECT count(*) FROM reports WHERE reading = 'whole'") == 70
    assert one("SELECT count(DISTINCT year) FROM reports") == 7
    assert one("SELECT count(*) FROM requests JOIN reports USING (report_id)") == LINES
    # Blanks and strokes stand for zeros there.
    parts = " + ".join(f"coalesce({kind}, 0)" for kind in form.APPLICANTS[:-1])
    wrong = one(f"SELECT count(*) FROM requests WHERE {parts} <> total")  # noqa: S608
    assert wrong == one("SELECT count(*) FROM findings WHERE kind = 'row_sum'")
    assert one("SELECT sum(reports) FROM counts") == one("SELECT count(*) FROM coverage WHERE state = 'found'") == 70
    assert one("SELECT count(*) FROM search WHERE search MATCH '\"政府 府信 信息\"'") == 70
    db.close()
