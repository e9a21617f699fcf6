"""What is worked out over several reports is the same after an update of some as if all had been worked out anew."""

import random
import sqlite3
from typing import Any

import archives
import pytest

from archive import changed, comparisons, copies, facets, summaries
from extract import form

OFFICES = [(f"{county}{number}", county) for county in ("甲县", "乙县", "丙县") for number in range(4)]
YEARS = (2021, 2022, 2023, 2024)
TEXTS = [
    f"主动公开的深度和广度有待加强，第{word}项解读形式较为单一，工作人员业务水平有待提高。" * 2 for word in "甲乙丙"
]
WORKED_OUT = ("findings", "copies", "sums", "firsts", "counts", "events", "coverage_by_place")


def write(db: sqlite3.Connection, pick: random.Random, report_id: str) -> None:
    """A report of these words and numbers, now and then those of its neighbour."""
    office, year = report_id.split("/")
    (county,) = (one for name, one in OFFICES if name == office)
    received = pick.choice((0, 0, 3, 12))
    cells: dict[str, float | None] = {
        "requests.new_received.total": received,
        "requests.new_received.natural_person": received,
        "requests.carried_in.total": pick.choice((0, 1)),
        "requests.carried_out.total": pick.choice((0, 1)),
        "disputes.reconsideration.pending": pick.choice((0, 1)),
        "disputes.reconsideration.total": pick.choice((0, 1)),
    }
    if pick.random() < 0.5:
        kinds = ("granted", "partial", "denied_state_secret", "total_handled")
        for at, outcome in enumerate(kinds, 2):
            cells |= {f"requests.{outcome}.{kind}": at for kind in form.APPLICANTS}
    text = pick.choice(TEXTS)
    place: dict[str, Any] = {"county": county, "division_code": f"99010{'甲乙丙'.index(county[0])}"}
    more: dict[str, Any] = {"scope": "area", "office_kind": "county"} if office.endswith("0") else {}
    archives.put(db, office, int(year), cells, text=text, report_id=report_id, **place, **more)
    db.execute("UPDATE offices SET county = ? WHERE office_id = ?", (county, office))
    db.execute("UPDATE figures SET county = ? WHERE report_id = ?", (county, report_id))
    for row in copies.paragraphs({"problems": text}, [office]):
        archives.insert(db, "paragraphs", report_id=report_id, **row)


def work_out(db: sqlite3.Connection, *, whole: bool) -> None:
    comparisons.write(db, whole=whole)
    copies.write(db, whole=whole)
    summaries.write(db, whole=whole)
    changed.clear(db)


def told(db: sqlite3.Connection) -> dict[str, list[tuple[Any, ...]]]:
    found = {table: sorted(map(tuple, db.execute(f"SELECT * FROM {table}")), key=repr) for table in WORKED_OUT}  # noqa: S608
    found["reports"] = list(map(tuple, db.execute("SELECT report_id, findings_count FROM reports ORDER BY 1")))
    found["facets"] = [(name, *column) for name, column in facets.read(db).items()]
    return found


@pytest.mark.parametrize("seed", range(12))
def test_an_update_comes_to_what_all_anew_would(seed: int) -> None:
    pick = random.Random(seed)  # noqa: S311 — the same every time
    db = archives.empty()
    every = [f"{office}/{year}" for office, _ in OFFICES for year in YEARS]
    there = set(pick.sample(every, len(every) // 2))
    for report_id in sorted(there):
        write(db, pick, report_id)
    work_out(db, whole=True)
    kinds = {row[0] for row in db.execute("SELECT kind FROM findings")}
    assert {"carried_over", "same_text"} <= kinds
    for _ in range(4):
        for report_id in pick.sample(every, 3):
            if report_id in there:
                changed.note(db, [report_id])
                for table in (
                    "reports",
                    "figures",
                    "requests",
                    "disputes",
                    "disclosure",
                    "chapters",
                    "paragraphs",
                    "findings",
                ):
                    db.execute(f"DELETE FROM {table} WHERE report_id = ?", (report_id,))  # noqa: S608
                there.discard(report_id)
            if pick.random() < 0.7:
                write(db, pick, report_id)
                changed.note(db, [report_id])
                there.add(report_id)
        work_out(db, whole=False)
        updated = told(db)
        work_out(db, whole=True)
        assert updated == told(db)
