"""What people decide reaches every table, is public, and is the same after an update and after a rebuild."""

import hashlib
import re
from pathlib import Path

import pytest
from test_archive import Evidence, dump, found, query, township

from archive import decisions, store
from archive.file import ArchiveError

HEAD = "decided_on,decided_by,what,target,cell,value,sha256,why"


@pytest.fixture
def evidence(tmp_path: Path) -> Evidence:
    return Evidence(tmp_path / "captures")


def decide(evidence: Evidence, *lines: str) -> None:
    (evidence.folder / "decisions.csv").write_text("\n".join([HEAD, *lines]), "utf-8")


def both_ways(archive: Path, evidence: Evidence) -> None:
    """An update of `archive`, which must come to what a rebuild does."""
    store.update(archive, evidence.folder)
    fresh = archive.with_name("fresh.db")
    store.rebuild(fresh, evidence.folder)
    assert dump(archive) == dump(fresh)


def taken(evidence: Evidence, tmp_path: Path, body: str | None = None) -> tuple[Path, str, str]:
    html, _ = township()
    html = body or html
    evidence.visit(("a.html", html, "ok", "report"))
    archive = tmp_path / "a.db"
    store.update(archive, evidence.folder)
    (row,) = query(archive, "SELECT report_id FROM reports")
    return archive, row["report_id"], hashlib.sha256(html.encode()).hexdigest()


CELL = "requests.granted.commercial"


def test_a_corrected_cell_reaches_tables_and_figures_and_says_who_and_why(evidence: Evidence, tmp_path: Path) -> None:
    archive, report_id, sha256 = taken(evidence, tmp_path)
    (before,) = query(archive, "SELECT commercial, total FROM requests WHERE outcome = 'granted'")
    decide(evidence, f"2026-02-01,张三,cell,{report_id},{CELL},{before['commercial'] + 7},{sha256},对照原件")
    both_ways(archive, evidence)
    assert query(archive, "SELECT commercial FROM requests WHERE outcome = 'granted'")[0]["commercial"] == (
        before["commercial"] + 7
    )
    assert query(archive, "SELECT cell, status FROM cell_notes") == [{"cell": CELL, "status": "corrected"}]
    (row,) = query(archive, "SELECT decided_by, why, report_id FROM decisions")
    assert row == {"decided_by": "张三", "why": "对照原件", "report_id": report_id}
    # The sums no longer hold: a doubt, since nobody has compared the other cells with the original.
    assert {
        one["publishable"] for one in query(archive, "SELECT publishable FROM findings WHERE cells LIKE ?", f"%{CELL}%")
    } == {0}
    decide(evidence)
    both_ways(archive, evidence)
    assert query(archive, "SELECT commercial, total FROM requests WHERE outcome = 'granted'") == [before]


def test_a_correction_holds_for_the_original_it_was_made_on(evidence: Evidence, tmp_path: Path) -> None:
    archive, report_id, _ = taken(evidence, tmp_path)
    before = query(archive, "SELECT * FROM requests ORDER BY outcome")
    decide(evidence, f"2026-02-01,张三,cell,{report_id},{CELL},99999,{'0' * 64},别的文件")
    both_ways(archive, evidence)
    assert query(archive, "SELECT * FROM requests ORDER BY outcome") == before


def test_a_corrected_place_gives_a_new_id_and_the_old_one_leads_there(evidence: Evidence, tmp_path: Path) -> None:
    archive, report_id, _ = taken(evidence, tmp_path)
    (other,) = query(
        archive, "SELECT division_code, name FROM places WHERE level = 4 AND division_code <> ? LIMIT 1", report_id[:9]
    )
    decide(evidence, f"2026-02-01,张三,place,{report_id},,{other['division_code']},,落款为证")
    both_ways(archive, evidence)
    (row,) = query(archive, "SELECT report_id, division_code, township FROM reports")
    assert (row["division_code"], row["township"]) == (other["division_code"], other["name"])
    assert query(archive, "SELECT * FROM redirects") == [{"old_id": report_id, "report_id": row["report_id"]}]
    assert query(archive, "SELECT report_id FROM decisions") == [{"report_id": row["report_id"]}]
    decide(evidence)
    both_ways(archive, evidence)
    assert query(archive, "SELECT report_id FROM reports") == [{"report_id": report_id}]
    assert query(archive, "SELECT * FROM redirects") == []


def test_a_taken_down_text_is_nowhere_and_the_numbers_stay(evidence: Evidence, tmp_path: Path) -> None:
    html, _ = township()
    archive, report_id, _ = taken(evidence, tmp_path)
    evidence.visit(("a.html", html.replace("<h1>", "<p>特有的一句话</p><h1>"), "ok", "report"))
    decide(evidence, f"2026-02-01,张三,takedown,{report_id},,text,,当事人要求")
    both_ways(archive, evidence)
    assert query(archive, "SELECT * FROM chapters") == []
    assert found(archive, "主动公开") == []
    assert all("特有" not in str(rows) for rows in dump(archive).values())
    assert {row["role"] for row in query(archive, "SELECT role FROM captures")} == {"withheld"}
    assert query(archive, "SELECT reading FROM reports") == [{"reading": "whole"}]


@pytest.mark.parametrize(("what", "extent"), [("takedown", "report"), ("not_report", "")])
def test_what_is_to_go_is_gone_and_comes_back_with_the_decision_withdrawn(
    evidence: Evidence, tmp_path: Path, what: str, extent: str
) -> None:
    archive, report_id, _ = taken(evidence, tmp_path)
    decide(evidence, f"2026-02-01,张三,{what},{report_id},,{extent},,理由如此")
    both_ways(archive, evidence)
    for table in ("reports", "chapters", "requests", "figures", "versions", "addresses", "events"):
        assert query(archive, f"SELECT * FROM {table}") == [], table  # noqa: S608
    assert found(archive, "主动公开") == []
    (row,) = query(archive, "SELECT role, reason, title FROM captures")
    assert row == {"role": "not_report", "reason": "决定：理由如此", "title": None}
    decide(evidence)
    both_ways(archive, evidence)
    assert query(archive, "SELECT report_id FROM reports") == [{"report_id": report_id}]


def test_a_reply_and_a_redirect_are_public(evidence: Evidence, tmp_path: Path) -> None:
    archive, report_id, _ = taken(evidence, tmp_path)
    decide(
        evidence,
        f"2026-02-01,某镇,reply,{report_id},,数字已核实无误。,,来函",
        f"2026-02-02,张三,redirect,old-id,,{report_id},,旧编号",
    )
    both_ways(archive, evidence)
    rows = query(archive, "SELECT what, value, report_id FROM decisions ORDER BY number")
    assert [row["report_id"] for row in rows] == [report_id, report_id]
    assert rows[0]["value"] == "数字已核实无误。"
    assert query(archive, "SELECT * FROM redirects") == [{"old_id": "old-id", "report_id": report_id}]


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("2026-02-01,张三,erase,x,,,,为何", "erase"),
        ("2026-02-01,,reply,x,,答,,为何", "decided_by"),
        ("昨天,张三,reply,x,,答,,为何", "第 2 行"),
        ("2026-02-01,张三,cell,x,requests.no.total,1,,为何", "requests.no.total"),
        (f"2026-02-01,张三,cell,x,{CELL},1,,为何", "sha256"),
        (f"2026-02-01,张三,cell,x,{CELL},壹,{'0' * 64},为何", "第 2 行"),
        ("2026-02-01,张三,takedown,x,,all,,为何", "original"),
        ("2026-02-01,张三,place,x,,123,,为何", "123"),
    ],
)
def test_a_decision_that_cannot_be_carried_out_is_told_in_a_line(
    evidence: Evidence, tmp_path: Path, line: str, said: str
) -> None:
    evidence.visit()
    decide(evidence, line)
    with pytest.raises(ArchiveError, match=said) as error:
        store.update(tmp_path / "a.db", evidence.folder)
    assert "\n" not in str(error.value)


def test_the_decisions_in_the_repository_can_be_carried_out() -> None:
    decisions.read(decisions.FILE)


CARD = "11010519491231002X"  # the example of GB 11643


def test_numbers_of_persons_are_masked_everywhere_and_counted(evidence: Evidence, tmp_path: Path) -> None:
    html, _ = township()
    words = f"联系人身份证{CARD}，手机138 0013 8000，总机010-62881234，文号202400138001380001。"
    sentence = re.findall(r">([^<>]{8,})<", html[html.index("存在的主要问题") :])[0]
    archive, report_id, _ = taken(evidence, tmp_path, html.replace(sentence, sentence + words))
    assert query(archive, 'SELECT masked, sum("count") AS n FROM masked GROUP BY masked ORDER BY 1') == [
        {"masked": "identity_card", "n": 1},
        {"masked": "mobile", "n": 1},
    ]
    everything = str(dump(archive))
    assert CARD not in everything
    assert "0013 8000" not in everything
    assert "010-62881234" in everything
    assert "202400138001380001" in everything
    assert found(archive, CARD) == []
    (row,) = query(archive, "SELECT role, personal_numbers, report_id FROM captures")
    assert row == {"role": "withheld", "personal_numbers": 2, "report_id": report_id}
