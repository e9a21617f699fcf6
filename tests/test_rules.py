"""What a report's tables and prose contradict, and all that is no contradiction though it looks like one.

tests/rules/sentences.json holds the cases: a sentence, the cells beside it, the findings expected of the two.
"""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import extract
from extract import form, numerals, rules
from extract.report import Cell, Finding, Identity, OfficeKind, Status
from extract.tables import Tables

FOLDER = Path(__file__).parent
CASES: dict[str, list[dict[str, Any]]] = {
    group: cases for group, cases in json.loads((FOLDER / "rules/sentences.json").read_text("utf-8")).items()
    if group != "about"
}  # fmt: skip
SHORT = {"new": "new_received", "in": "carried_in", "out": "carried_out", "done": "total_handled"}
OFFICES = {
    "township": "松溪镇人民政府",
    "county": "白露县人民政府",
    "prefecture": "白露市人民政府",
    "department": "教育局",
    "street": "松溪街道办事处",
    "zone": "白露高新区管委会",
    "government_office": "白露县人民政府办公室",
}
EDITION: dict[str, str | None] = {"disclosure": "2021", "requests": "2021"}
SUMS = {"row_sum", "balance", "outcome_sum", "disputes_sum"}  # the cells of a case are those that matter to it


def number(value: float, status: Status = Status.NUMBER) -> Cell:
    return Cell(value, str(value), status)


def cells_of(given: dict[str, float]) -> dict[str, Cell]:
    cells = {
        key: number(0)
        for table in form.TABLES
        for key in form.keys(table, EDITION.get(table))
    }  # fmt: skip
    for name, value in given.items():
        cells[f"requests.{SHORT[name]}.total" if name in SHORT else name] = number(value)
    return cells


def findings_of(case: dict[str, Any]) -> list[Finding]:
    name = case.get("kind", "township")
    kind = OfficeKind(name) if name else None
    office = case.get("office", OFFICES.get(kind or ""))
    identity = Identity(True, office=office, office_kind=kind, year=case.get("year", 2024), scope=case.get("scope"))
    agreed = set(form.TABLES) if case.get("agreed", True) else set()
    tables = Tables(EDITION, cells_of(case.get("cells", {})), [], agreed)
    found = rules.check(tables, {case.get("chapter", "overview"): case["text"]}, identity)
    return [one for one in found if one.kind not in SUMS]


@pytest.mark.parametrize(
    "case",
    [pytest.param(case, id=f"{group}-{number}") for group, cases in CASES.items() for number, case in enumerate(cases)],
)
def test_sentence(case: dict[str, Any]) -> None:
    # Of several findings of a kind the first is the surest.
    assert {one.kind: str(one.class_) for one in reversed(findings_of(case))} == case["finds"]


SENTENCES = json.loads((FOLDER / "rules/true_sentences.json").read_text("utf-8"))
FILLINGS = [(3, 0, 0, 2), (12, 1, 2, 1), (57, 34, 19, 40), (3119, 34, 103, 1500)]  # new, carried in and out, some
UNITS = ("township", "street", "department", "zone", "government_office")
AREAS = ("county", "prefecture")


def filled(text: str, filling: tuple[int, int, int, int], none: list[str]) -> tuple[str, dict[str, float]]:
    """A sentence with numbers, and the cells that agree with them."""
    new, carried_in, carried_out, some = filling
    carried_out = 0 if "out" in none else carried_out
    r, corrected, lawsuits = (0, 0, 0) if "disputes" in none else (5, 0 if none else 2, 4)
    docs = 0 if "无新增行政规范性文件" in text else 1
    numbers = {
        "n": new, "i": carried_in, "o": carried_out, "d": new + carried_in - carried_out, "t": new + carried_in,
        "a": some, "b": new - some, "z": 0, "p": new + 7, "x": 7, "y": 38, "q": new * 3 + 911,
        "r": r, "rc": corrected, "rm": r - corrected, "l": lawsuits,
        "g": 2 * docs, "h": docs, "k": 17 * docs, "s": 263, "u": 31, "v": 6,
    }  # fmt: skip
    cells: dict[str, float] = {
        "new": new, "in": carried_in, "out": carried_out, "done": numbers["d"],
        "disputes.reconsideration.total": r, "disputes.reconsideration.corrected": corrected,
        "disputes.litigation_direct.total": lawsuits, "disclosure.normative_docs.issued": numbers["g"],
        "disclosure.normative_docs.repealed": numbers["h"], "disclosure.normative_docs.in_force": numbers["k"],
        "disclosure.licences.decisions": 263, "disclosure.penalties.decisions": 31,
        "disclosure.compulsory_measures.decisions": 6,
    }  # fmt: skip
    return text.format(**numbers), cells


@pytest.mark.parametrize("filling", FILLINGS)
def test_no_true_sentence_is_accused(filling: tuple[int, int, int, int]) -> None:
    accused = []
    for entry in SENTENCES["true"]:
        of = entry.get("of")
        text, cells = filled(entry["text"], filling, entry.get("none", []))
        for kind in (*(UNITS if of != "area" else ()), *(AREAS if of != "unit" else ())):
            found = findings_of({"text": text, "cells": cells, "kind": kind})
            accused += [(kind, text, one.kind, one.detail) for one in found]
    assert accused == []
    assert len(SENTENCES["true"]) > 200


@pytest.mark.parametrize("text", SENTENCES["wrong_with_another_n"])
def test_a_sentence_with_another_number_is_found(text: str) -> None:
    said, cells = filled(text, FILLINGS[1], [])
    assert findings_of({"text": said, "cells": cells}) == []
    found = findings_of({"text": said, "cells": cells | {"new": 7, "in": 0, "done": 5}})
    assert ("requests_prose", "strong") in {(one.kind, str(one.class_)) for one in found}


def test_a_finding_quotes_its_sentence_as_printed_and_names_the_cells() -> None:
    text = "（一）主动公开。公开信息8条。\n（二）依申请公开。2024年，我镇共收到政府信息公开申\n请 ３ 件，均已答复。"
    (finding,) = findings_of({"text": text, "cells": {"new": 2, "done": 2}})
    assert finding.evidence == "2024年，我镇共收到政府信息公开申请３件，均已答复。"
    assert "requests.new_received.total" in finding.cells
    assert "3" in finding.detail
    assert "2" in finding.detail


def test_a_cell_without_a_number_contradicts_nothing() -> None:
    cells = cells_of({})
    cells["requests.new_received.total"] = Cell(None, "", Status.BLANK)
    tables = Tables(EDITION, cells, [], set(form.TABLES))
    identity = Identity(True, office_kind=OfficeKind.TOWNSHIP, year=2024)
    found = rules.check(tables, {"overview": "2024年共收到政府信息公开申请3件。"}, identity)
    assert {one.kind for one in found} == {"blank_cells"}


def test_a_derived_cell_proves_no_mistake_of_the_publisher() -> None:
    cells = cells_of({})
    cells["disclosure.rules.in_force"] = number(6, Status.DERIVED)
    tables = Tables(EDITION, cells, [], set(form.TABLES))
    identity = Identity(True, office="松溪镇人民政府", office_kind=OfficeKind.TOWNSHIP, year=2024)
    assert [str(one.class_) for one in rules.check(tables, {}, identity)] == ["suspicious"]


def test_exchanged_labels_are_a_doubt_and_the_document_as_it_was_is_none() -> None:
    page = (FOLDER / "documents/page_of_2021.html").read_text("utf-8")
    one, other = "属于国家秘密", "其他法律行政法规禁止公开"
    assert page.count(one) == page.count(other) == 1
    swapped = page.replace(one, "\x00").replace(other, one).replace("\x00", other)
    kinds = {finding.kind for finding in extract.read(page.encode()).findings}
    assert "row_order" not in kinds
    (finding,) = (f for f in extract.read(swapped.encode()).findings if f.kind == "row_order")
    assert str(finding.class_) == "suspicious"
    rows = {key.split(".")[1] for key in finding.cells}
    assert rows == {"denied_state_secret", "denied_prohibited_by_law"}


def test_zeros_beside_prose_that_counts_requests_are_a_doubt() -> None:
    page = (FOLDER / "documents/page_of_2021.html").read_text("utf-8")
    said = page.replace("群众当面咨询由便民服务中心登记后转办。", "全年收到政府信息公开申请12件。")
    start, end = said.index("本年新收"), said.index("四、政府信息公开行政复议")
    zeros = said[:start] + re.sub(r">(\s*)\d+(\s*)<", r">\g<1>0\2<", said[start:end]) + said[end:]
    (finding,) = extract.read(zeros.encode()).findings
    assert (finding.kind, str(finding.class_)) == ("all_zero", "suspicious")
    assert "12件" in finding.evidence


def test_every_kind_has_a_meaning() -> None:
    found = {one.kind for cases in CASES.values() for case in cases for one in findings_of(case)}
    assert found <= set(rules.KINDS)
    expected = {kind for cases in CASES.values() for case in cases for kind in case["finds"]}
    others = SUMS | {"blank_cells", "row_order", "year_conflict", "signed_year", "office_conflict"}
    assert expected == set(rules.KINDS) - others


CORPUS = FOLDER.parent.parent / "shared/corpus/documents"


@pytest.mark.skipif(not CORPUS.exists(), reason="the real documents of ../shared/corpus are not here")
def test_of_real_reports_only_what_is_true_is_said() -> None:
    found = {
        (path.stem, finding.kind)
        for path in CORPUS.iterdir()
        for finding in extract.read(path.read_bytes()).findings
        if finding.kind not in SUMS | {"blank_cells"}
    }
    assert found == {("kansu_2024", "template_text"), ("mazhenfu_2024", "enumeration_gap")}


WORDS = [
    *"未无共收到受理申请公开件元一二三是第，。；（）：0123456789万零",
    "政府信息公开申请",
    "其中",
    "行政复议",
    "结转",
    "2024年",
]


@settings(deadline=None)
@given(st.lists(st.sampled_from(WORDS), max_size=60))
def test_no_text_breaks_the_rules(words: list[str]) -> None:
    for finding in findings_of({"text": "".join(words), "cells": {"new": 3, "done": 3}}):
        assert finding.kind in rules.KINDS
        assert finding.detail


@pytest.mark.parametrize(
    "words", ["收到政府信息公开申请7件", "一是", "未", "政府信息公开", "1,", "共1条,其中", "（一）"]
)
def test_text_without_end_is_read_to_its_end(words: str) -> None:
    assert findings_of({"text": words * 20_000, "cells": {"new": 3, "done": 3}}) is not None


def test_a_number_without_end_is_none() -> None:
    assert not findings_of({"text": f"收到政府信息公开申请{'9' * 5000}件。", "cells": {"new": 3, "done": 3}})


# --- numbers in prose ------------------------------------------------------------------------------------------------

DIGITS = "零一二三四五六七八九"


def chinese(value: int) -> str:
    """`value` under 100 million as it is written, 十 for 一十 at the start."""
    if value >= 10_000:
        low = value % 10_000
        return chinese(value // 10_000) + "万" + (("零" if low < 1000 else "") + inner(low) if low else "")
    return inner(value) if value >= 20 or value < 10 else "十" + (DIGITS[value % 10] if value % 10 else "")


def inner(value: int) -> str:
    if value == 0:
        return "零"
    words, gap = "", False
    for power, unit in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit = value // power % 10
        if digit:
            words += ("零" if gap and words else "") + DIGITS[digit] + unit
            gap = False
        else:
            gap = True
    return words


@settings(deadline=None)
@given(st.integers(0, 99_999_999))
def test_a_chinese_numeral_is_its_number(value: int) -> None:
    assert numerals.read(chinese(value)) == value


@settings(deadline=None)
@given(st.integers(0, 10**11))
def test_an_arabic_number_is_the_same_with_and_without_commas(value: int) -> None:
    assert numerals.read(f"{value:,}") == numerals.read(str(value)) == value


@settings(deadline=None)
@given(st.integers(1, 99_999), st.integers(1, 9))
def test_ten_thousands(whole: int, tenths: int) -> None:
    assert numerals.read(f"{whole}.{tenths}万") == whole * 10_000 + tenths * 1000
    assert numerals.read(f"{whole}万") == whole * 10_000


@settings(deadline=None)
@given(st.text("〇零一二两三四五六七八九十百千万亿0123456789,.", max_size=8))
def test_any_text_is_a_number_or_none(text: str) -> None:
    value = numerals.read(text)
    assert value is None or value >= 0


@pytest.mark.parametrize("text", ["", "三百五", "一二", "百", "十十", "1,2", "1.2.3", "万", "二零零"])
def test_what_may_mean_two_numbers_is_none(text: str) -> None:
    assert numerals.read(text) is None


@pytest.mark.parametrize(("text", "value"), [("两百", 200), ("〇", 0), ("三万零八", 30_008), ("一千零二十", 1020)])
def test_spellings(text: str, value: int) -> None:
    assert numerals.read(text) == value
