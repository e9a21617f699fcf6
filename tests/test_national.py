"""The invented national archive is one that real reports could make: its sums add up, its tables are filled."""

import sqlite3
from pathlib import Path

from benchmarks import national


def test_an_invented_archive_adds_up_and_can_be_measured(tmp_path: Path) -> None:
    national.make(tmp_path / "n.db", 70)
    db = sqlite3.connect(tmp_path / "n.db")
    assert db.execute("SELECT count(*), count(DISTINCT year) FROM reports WHERE reading = 'whole'").fetchone() == (
        70,
        7,
    )
    (lines,) = db.execute("SELECT count(*) FROM requests").fetchone()
    assert lines == 10 * (2 * 23 + 5 * 25)
    wrong = db.execute(
        """SELECT count(*) FROM requests WHERE natural_person + commercial + research + ngo + legal_service + other_org
        <> total"""
    ).fetchone()[0]
    unbalanced = db.execute(
        "SELECT count(*) FROM figures WHERE received <> handled OR granted + partial + denied + unable + not_handled"
        " + other_handled <> handled"
    ).fetchone()[0]
    assert (wrong, unbalanced) == (0, 0)
    assert db.execute("SELECT sum(reports) FROM counts").fetchone()[0] == 70
    db.close()
    national.measure(tmp_path / "n.db")
