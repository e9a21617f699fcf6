"""What reports say about each other: an office's year against the year before, an office against its neighbours.

Written into `findings` after every update, with the cells of both reports (form.md §2: X1, X2, X4–X6, A1).
A finding is published only where both reports were read whole and the cells that prove it are printed.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from sqlite3 import Connection

from archive.copies import LEAST
from extract import form
from extract.numerals import shown
from extract.report import FindingClass

KINDS: dict[str, str] = {
    "carried_over": "上年结转与上一年报告的结转下年度不同",
    "in_force_chain": "现行有效件数与上一年加制发减废止不同",
    "items_chain": "上一年项目数量与上一年报告不同",
    "pending_gone": "上一年有尚未审结的案件，这一年的复议诉讼表全为0",
    "same_figures": "依申请公开和复议诉讼各格与另一份报告完全相同",
    "same_text": "第五部分与另一份报告逐字相同",
    "area_below_units": "全区域的新收申请少于所属单位之和",
}
"""Every kind of finding between reports, with its meaning for readers."""

SAME_CELLS, SAME_VALUES = 8, 4  # fewer non-zero cells, or fewer different values, are alike by chance


@dataclass(frozen=True, slots=True)
class _Found:
    report_id: str
    kind: str
    class_: FindingClass
    cells: tuple[str, ...]
    detail: str
    other_report_id: str | None
    other_cells: tuple[str, ...] = ()
    evidence: str = ""


def write(db: Connection, *, whole: bool = True) -> None:
    """Find what the reports of the archive `db` say about each other, and count each report's findings again.

    All anew, or (not `whole`) where a report of the table `changed` is one of the two.
    """
    _concern(db, whole=whole)
    db.execute("ANALYZE temp.concerned")  # else SQLite takes it for large, and looks at every report
    ours = f"kind IN ({', '.join(map(repr, KINDS))}) AND report_id IN (SELECT report_id FROM concerned)"  # noqa: S608
    counted = {row[0] for row in db.execute(f"SELECT report_id FROM findings WHERE {ours}")}  # noqa: S608
    db.execute(f"DELETE FROM findings WHERE {ours}")  # noqa: S608
    _pair(db)
    db.execute("ANALYZE temp.pairs")
    for ways in (_carried_over, _in_force, _items, _pending, _same_figures, _same_text, _area):
        for found in ways(db):
            _insert(db, found)
            counted.add(found.report_id)
    for table in ("pairs", "concerned"):
        db.execute(f"DROP TABLE temp.{table}")
    db.executemany(_COUNT, ((report_id,) for report_id in sorted(counted)))


def _concern(db: Connection, *, whole: bool) -> None:
    """`concerned`: the reports whose findings are sought; of what changed, county by county, that year and the next."""
    db.execute("CREATE TEMP TABLE concerned (report_id TEXT PRIMARY KEY)")
    if whole:
        db.execute("INSERT INTO concerned SELECT report_id FROM reports")
        return
    # CROSS JOIN: in this order, from few to few.
    own = "SELECT r.* FROM changed c JOIN reports r ON r.office_id = c.office_id AND r.year IN (c.year, c.year + 1)"
    db.execute(
        f"""INSERT OR IGNORE INTO concerned
        SELECT report_id FROM ({own})
        UNION SELECT r.report_id
        FROM (SELECT province, county, year FROM changed UNION SELECT province, county, year FROM ({own})) c
        CROSS JOIN offices o ON o.county = c.county
        CROSS JOIN reports r ON r.office_id = o.office_id AND r.year = c.year
        WHERE r.county = c.county AND r.province = c.province"""  # noqa: S608
    )


_COUNT = """UPDATE reports SET (findings_count, worst_finding) = (
    SELECT count(*), CASE min(CASE class WHEN 'always' THEN 1 WHEN 'strong' THEN 2 WHEN 'suspicious' THEN 3
        WHEN 'weak' THEN 4 ELSE 5 END)
        WHEN 1 THEN 'always' WHEN 2 THEN 'strong' WHEN 3 THEN 'suspicious' WHEN 4 THEN 'weak' WHEN 5 THEN 'format' END
    FROM findings WHERE findings.report_id = reports.report_id AND publishable
) WHERE report_id = ?"""


def _insert(db: Connection, one: _Found) -> None:
    db.execute(
        """INSERT INTO findings (report_id, number, kind, class, publishable, cells, detail, evidence,
            other_report_id, other_cells)
        SELECT ?, coalesce(max(number), 0) + 1, ?, ?, ?, ?, ?, ?, ?, ? FROM findings WHERE report_id = ?""",
        (
            *(one.report_id, one.kind, one.class_, int(one.class_ is not FindingClass.SUSPICIOUS)),
            *(json.dumps(one.cells), one.detail, one.evidence, one.other_report_id, json.dumps(one.other_cells)),
            one.report_id,
        ),
    )


def _pair(db: Connection) -> None:
    """`pairs`: every report with its office's report of the year before, and whether both were read whole."""
    db.execute(
        """CREATE TEMP TABLE pairs AS SELECT r.report_id AS report, p.report_id AS before,
            r.reading = 'whole' AND p.reading = 'whole' AS whole, r.year AS year
        FROM concerned JOIN reports r USING (report_id)
        JOIN reports p ON p.office_id = r.office_id AND p.year = r.year - 1 AND p.scope IS r.scope
        WHERE r.body_sha256 IS NOT p.body_sha256 ORDER BY r.report_id"""
    )


def _carried_over(db: Connection) -> Iterator[_Found]:
    """X1: what came over from last year is what last year's report carried out, column by column."""
    mine, theirs = (", ".join(f"{side}.{column}" for column in form.APPLICANTS) for side in ("a", "b"))
    differ = " OR ".join(f"a.{column} <> b.{column}" for column in form.APPLICANTS)
    for report, before, sure, *values in db.execute(
        f"""SELECT report, before, whole AND a.derived IS NULL AND b.derived IS NULL, {mine}, {theirs} FROM pairs
        JOIN requests a ON a.report_id = report AND a.outcome = 'carried_in'
        JOIN requests b ON b.report_id = before AND b.outcome = 'carried_out'
        WHERE {differ}"""  # noqa: S608
    ).fetchall():
        here, there = values[: len(form.APPLICANTS)], values[len(form.APPLICANTS) :]
        broken = [
            (column, a, b)
            for column, a, b in zip(form.APPLICANTS, here, there, strict=True)
            if a is not None and b is not None and a != b
        ]
        words = "，".join(f"{_column('requests', column)}{shown(a)}件，上年报告{shown(b)}件" for column, a, b in broken)
        yield _Found(
            report,
            "carried_over",
            FindingClass.STRONG if sure else FindingClass.SUSPICIOUS,
            tuple(f"requests.carried_in.{column}" for column, _, _ in broken),
            f"{KINDS['carried_over']}：{words}",
            before,
            tuple(f"requests.carried_out.{column}" for column, _, _ in broken),
        )


def _in_force(db: Connection) -> Iterator[_Found]:
    """X2: clean-ups and expiry explain a break as well, so it is never more than suspicious."""
    for report, before, item, mine, theirs, issued, repealed in db.execute(
        """SELECT report, before, a.item, a.in_force, b.in_force, a.issued, a.repealed FROM pairs
        JOIN disclosure a ON a.report_id = report JOIN disclosure b ON b.report_id = before AND b.item = a.item
        WHERE a.in_force <> b.in_force + a.issued - a.repealed ORDER BY report, a.item"""
    ).fetchall():
        here = tuple(f"disclosure.{item}.{column}" for column in ("in_force", "issued", "repealed"))
        numbers = f"{shown(mine)}件，上年{shown(theirs)}件，本年制发{shown(issued)}件、废止{shown(repealed)}件"
        detail = f"{_row('disclosure', item)}现行有效{numbers}"
        there = (f"disclosure.{item}.in_force",)
        yield _Found(report, "in_force_chain", FindingClass.SUSPICIOUS, here, detail, before, there)


def _items(db: Connection) -> Iterator[_Found]:
    """X4, of the form of 2019 only."""
    for report, before, item, mine, theirs, change in db.execute(
        """SELECT report, before, a.item, a.items_prev_year, b.items_prev_year, b.items_change FROM pairs
        JOIN disclosure a ON a.report_id = report JOIN disclosure b ON b.report_id = before AND b.item = a.item
        WHERE a.items_prev_year <> b.items_prev_year + b.items_change
        ORDER BY report, a.item"""
    ).fetchall():
        there = tuple(f"disclosure.{item}.{column}" for column in ("items_prev_year", "items_change"))
        detail = (
            f"{_row('disclosure', item)}上一年项目数量{shown(mine)}，上年报告为{shown(theirs)}、增减{shown(change)}"
        )
        here = (f"disclosure.{item}.items_prev_year",)
        yield _Found(report, "items_chain", FindingClass.SUSPICIOUS, here, detail, before, there)


def _pending(db: Connection) -> Iterator[_Found]:
    """X6: a case that was pending ends in some year."""
    for report, before, stages, cases in db.execute(
        """SELECT report, before, group_concat(b.stage), sum(b.pending) FROM pairs
        JOIN disputes b ON b.report_id = before AND b.pending > 0
        WHERE whole AND (SELECT sum(total) = 0 AND count(total) = 3 FROM disputes a WHERE a.report_id = report)
        GROUP BY report"""
    ).fetchall():
        named = stages.split(",")
        detail = f"上年报告有{shown(cases)}件尚未审结，本年复议、诉讼各组总计均为0"
        here = tuple(f"disputes.{stage}.total" for stage in form.STAGES)
        there = tuple(f"disputes.{stage}.pending" for stage in named)
        yield _Found(report, "pending_gone", FindingClass.WEAK, here, detail, before, there)


_ALIKE = (
    "received", "received_natural_person", "carried_in", "granted", "partial", "denied", "unable", "not_handled",
    "other_handled", "handled", "carried_out", "reconsideration", "litigation",
)  # fmt: skip


def _same_figures(db: Connection) -> Iterator[_Found]:
    """X5: chapters three and four are another report's, cell for cell, with figures enough not to be so by chance."""
    alike = " AND ".join(f"a.{name} = b.{name}" for name in _ALIKE)
    candidates = db.execute(
        f"""SELECT report, before, 0 FROM pairs
            JOIN figures a ON a.report_id = report JOIN figures b ON b.report_id = before
            WHERE whole AND a.handled >= {SAME_VALUES} AND {alike}
        UNION ALL SELECT a.report_id, b.report_id, 1 FROM concerned JOIN figures a USING (report_id)
            JOIN figures b ON b.county = a.county AND b.year = a.year AND b.province = a.province
                AND b.report_id < a.report_id AND b.office_id <> a.office_id
            JOIN reports r ON r.report_id = a.report_id AND r.reading = 'whole'
            JOIN reports s ON s.report_id = b.report_id AND s.reading = 'whole' AND s.body_sha256 <> r.body_sha256
            WHERE a.handled >= {SAME_VALUES} AND {alike} ORDER BY 1, 3, 2"""  # noqa: S608
    ).fetchall()
    for report, other, neighbour in candidates:
        here, there = _counted(db, report), _counted(db, other)
        if here == there and len(here) >= SAME_CELLS and len(set(here.values())) >= SAME_VALUES:
            whose = "同县另一机关同年" if neighbour else "本机关上一年"
            detail = f"第三、四部分的{len(here)}个非零数字与{whose}的报告逐格相同"
            yield _Found(report, "same_figures", FindingClass.STRONG, tuple(here), detail, other, tuple(there))


def _counted(db: Connection, report_id: str) -> dict[str, float]:
    """The cells of chapters three and four that are not zero, by their key."""
    found: dict[str, float] = {}
    for table, line, columns in (("requests", "outcome", form.APPLICANTS), ("disputes", "stage", form.RESULTS)):
        sql = f"SELECT {line}, {', '.join(columns)} FROM {table} WHERE report_id = ? ORDER BY 1"  # noqa: S608
        for row, *values in db.execute(sql, (report_id,)):
            found |= {f"{table}.{row}.{column}": v for column, v in zip(columns, values, strict=True) if v}
    return found


def _same_text(db: Connection) -> Iterator[_Found]:
    """内容雷同, an offence of its own (30号, 四): chapter five word for word that of last year, or of a neighbour."""
    db.execute(
        f"""CREATE TEMP TABLE alike AS SELECT c.text, r.province, r.county, r.year, min(r.report_id) AS one,
            max(r.report_id) AS another
        FROM concerned JOIN chapters c USING (report_id) JOIN reports r USING (report_id)
        WHERE c.chapter = 'problems' AND length(c.text) >= {LEAST} AND r.county NOT NULL AND r.year NOT NULL
        GROUP BY r.province, r.county, r.year, c.text HAVING count(DISTINCT r.office_id) > 1"""  # noqa: S608
    )
    db.execute("CREATE INDEX temp.alike_by ON alike (county, year)")
    db.execute("ANALYZE temp.alike")
    # CROSS JOIN: a rebuild knows nothing yet of how many reports a year has, and took all of it for each text alike.
    for report, other, neighbour, text in db.execute(
        f"""SELECT report, before, 0, a.text FROM pairs
            JOIN chapters a ON a.report_id = report AND a.chapter = 'problems' AND length(a.text) >= {LEAST}
            JOIN chapters b ON b.report_id = before AND b.chapter = 'problems' AND b.text = a.text
        UNION ALL SELECT r.report_id, o.report_id, 1, c.text FROM concerned CROSS JOIN reports r USING (report_id)
            CROSS JOIN alike ON r.county = alike.county AND r.year = alike.year AND r.province = alike.province
            CROSS JOIN chapters c ON c.report_id = r.report_id AND c.chapter = 'problems' AND c.text = alike.text
            JOIN reports o ON o.report_id = iif(r.report_id = one, another, one)
            WHERE o.office_id <> r.office_id AND o.body_sha256 <> r.body_sha256
        ORDER BY 1, 3, 2"""  # noqa: S608
    ).fetchall():
        whose = "同县另一机关同年" if neighbour else "本机关上一年"
        detail = f"{KINDS['same_text'].split('与')[0]}（{len(text)}字）与{whose}的报告逐字相同"
        yield _Found(report, "same_text", FindingClass.STRONG, (), detail, other, (), text[:200])
    db.execute("DROP TABLE temp.alike")


def _area(db: Connection) -> Iterator[_Found]:
    """A1: the whole of a county holds its units, so that it cannot be less than their sum."""
    for report, whole, units, number in db.execute(
        """SELECT a.report_id, a.received, sum(u.received), count(*) FROM concerned
        JOIN figures a USING (report_id)
        JOIN figures u ON u.county = a.county AND u.year = a.year AND u.province = a.province
            AND u.prefecture IS a.prefecture AND u.scope = 'own'
        WHERE a.scope = 'area' AND a.office_kind = 'county' AND a.received NOT NULL AND u.received NOT NULL
        GROUP BY a.report_id HAVING sum(u.received) > a.received"""
    ).fetchall():
        detail = f"全区域新收申请{shown(whole)}件，本库所见{number}个所属单位之和为{shown(units)}件"
        yield _Found(
            report, "area_below_units", FindingClass.SUSPICIOUS, ("requests.new_received.total",), detail, None
        )


def _row(table: str, key: str) -> str:
    return str(form.FORM[table]["rows"][key]["zh"])


def _column(table: str, key: str) -> str:
    return str(form.FORM[table]["columns"][key]["zh"])
