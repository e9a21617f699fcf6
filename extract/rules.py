"""What must add up inside one report (form.md §2): R1–R6, X3, P1, P3, the order of rows, and with `claims` the prose.

A finding carries the cells or the sentence that prove it.
"""

import re
from collections.abc import Iterator

from extract import claims, form, prose, slips, sums
from extract.numerals import shown
from extract.report import Cell, Finding, FindingClass, Identity, OfficeKind, Status
from extract.tables import Tables
from extract.titles import office_kind

KINDS: dict[str, str] = {
    "row_sum": "一行六类申请人之和不等于总计",
    "balance": "新收加结转不等于办结加结转下年度",
    "outcome_sum": "各项办理结果之和不等于（七）总计",
    "disputes_sum": "复议或诉讼各结果之和不等于总计",
    "not_a_count": "应为非负整数的格子不是",
    "blank_cells": "表中有空格或斜线",
    "in_force_too_few": "现行有效件数少于本年制发减去废止的件数",
    "rules_not_theirs": "县级及以下机关无权制定规章，表中规章却不是0",
    "fee_implausible": "乡镇、街道的收费金额大得不合常理，可能把元写成了万元",
    "fee_in_yuan": "收费金额以万元为单位，填的却像是元",
    "fee_missing": "正文说收了信息处理费，表中的行政事业性收费却没有包括",
    "row_order": "表中行的次序与格式不同，可能行名互换，也可能是没有读对",
    "all_zero": "正文说收到了申请，表中却全为0，可能是没有读对",
    "requests_prose": "正文的申请件数与表中不同",
    "disputes_prose": "正文的复议或诉讼件数与表中不同",
    "normative_prose": "正文的规范性文件件数与表中不同",
    "decisions_prose": "正文的许可、处罚或强制件数与表中不同",
    "prose_denies": "正文说没有，表中却有",
    "breakdown": "正文中各项之和不等于所说的总数",
    "enumeration_gap": "列举缺一项",
    "template_text": "格式样本的话留在了报告里",
    "number_missing": "正文该写数字的地方没有数字",
    "impossible_period": "统计期限的起止颠倒",
    "legal_basis": "引用的是已经失效的依据",
    "year_conflict": "标题、正文统计期限与落款所说的年度不一致",
    "signed_year": "落款日期与报告年度不相称",
    "office_conflict": "标题与落款的单位不一致",
}
"""Every kind of finding of one report, with its meaning for readers (the last three are found by `identity`)."""

_HOLES = (*sums.GAPS, Status.DISPUTED)


def check(tables: Tables, chapters: dict[str, str], identity: Identity) -> list[Finding]:
    """The findings about a report's tables and about what its chapters say.

    What cells prove is the publisher's only where their tables were read whole and two readings agree; else it may be
    our reading, and the finding is `suspicious` at most. Sums with a cell that nobody could read are not judged; where
    blanks taken as 0 make a sum right, nothing is found.
    """
    cells = tables.cells
    holed = {key.split(".")[0] for key, cell in cells.items() if cell.status in _HOLES}

    def grade(class_: FindingClass, keys: tuple[str, ...]) -> FindingClass:
        plain = all(cells[key].status is Status.NUMBER for key in keys)
        certain = plain and {key.split(".")[0] for key in keys} <= tables.agreed - holed
        return class_ if certain else FindingClass.SUSPICIOUS

    has_disputes = any(key.startswith("disputes.") for key in cells)
    every = sums.sums(tables.editions.get("requests"), has_disputes)
    findings = [finding for one in every if (finding := _broken(one, cells, grade)) is not None]
    findings.extend(_not_counts(cells, grade))
    findings.extend(_blanks(cells))
    findings.extend(_in_force(cells, grade))
    findings.extend(_rules(cells, identity, grade))
    findings.extend(_fees(cells, identity, grade))
    findings.extend(_order(tables))
    texts = {key: prose.of(chapter) for key, chapter in chapters.items() if chapter}
    findings.extend(slips.check(texts, identity.year))
    findings.extend(claims.check(texts, cells, identity, grade))
    return findings


def _broken(one: sums.Sum, cells: dict[str, Cell], grade: claims.Grade) -> Finding | None:
    if not one.is_broken(cells):
        return None
    left, right = (sum(cells[key].value or 0 for key in side) for side in (one.left, one.right))
    class_ = grade(FindingClass.ALWAYS, one.keys)
    return Finding(one.kind, class_, one.keys, f"{_where(one)}：{KINDS[one.kind]}（{shown(left)}，{shown(right)}）")


def _where(one: sums.Sum) -> str:
    table, row, column = one.keys[0].split(".")
    if one.kind in ("row_sum", "disputes_sum"):
        return _label(table, "rows", row)
    return _label(table, "columns", column) + "一列"


def _label(table: str, part: str, key: str) -> str:
    return str(form.FORM[table][part][key]["zh"])


def _name(key: str) -> str:
    table, row, column = key.split(".")
    return f"{_label(table, 'rows', row)}·{_label(table, 'columns', column)}"


def _not_counts(cells: dict[str, Cell], grade: claims.Grade) -> list[Finding]:
    """R5: non-negative integers; only 万元 has decimals, only 2019's 本年增/减 a sign."""
    findings = []
    for key, cell in cells.items():
        if cell.value is None or cell.status is not Status.NUMBER or (isinstance(cell.value, int) and cell.value >= 0):
            continue
        kind = form.kind_of_number(key)
        if (cell.value < 0 and kind != "signed") or (not float(cell.value).is_integer() and kind not in form.AMOUNTS):
            detail = f"{_name(key)}：{KINDS['not_a_count']}（{cell.raw}）"
            findings.append(Finding("not_a_count", grade(FindingClass.ALWAYS, (key,)), (key,), detail))
    return findings


def _blanks(cells: dict[str, Cell]) -> list[Finding]:
    """R6: zero is "0"; a blank, "/" or "—" is a fault of format, not of arithmetic."""
    empty = tuple(key for key, cell in cells.items() if cell.status in sums.EMPTY)
    if not empty:
        return []
    return [Finding("blank_cells", FindingClass.FORMAT, empty, f"{len(empty)}格没有数字（空白、“/”、“—”或文字）")]


def _in_force(cells: dict[str, Cell], grade: claims.Grade) -> Iterator[Finding]:
    """X3: what was issued this year and not repealed is in force."""
    for row in ("rules", "normative_docs"):
        keys = tuple(f"disclosure.{row}.{column}" for column in ("in_force", "issued", "repealed"))
        values = [cells[key].value if key in cells else None for key in keys]
        in_force, issued, repealed = values
        if in_force is None or issued is None or repealed is None or in_force >= issued - repealed:
            continue
        numbers = f"制发{shown(issued)}件、废止{shown(repealed)}件，现行有效只有{shown(in_force)}件"
        detail = f"{_label('disclosure', 'rows', row)}：{numbers}"
        yield Finding("in_force_too_few", grade(FindingClass.STRONG, keys), keys, detail)


_NO_RULES = (OfficeKind.COUNTY, OfficeKind.TOWNSHIP, OfficeKind.STREET)
_SOMEBODYS = (OfficeKind.DEPARTMENT, OfficeKind.GOVERNMENT_OFFICE)


def _rules(cells: dict[str, Cell], identity: Identity, grade: claims.Grade) -> Iterator[Finding]:
    """P1: only provinces, 设区的市 and bodies above make 规章; a bureau's level shows where it names its county."""
    kind, office = identity.office_kind, identity.office or ""
    whose = office_kind(_county_in(office)) if kind in _SOMEBODYS else kind
    found = tuple(key for key, cell in cells.items() if key.startswith("disclosure.rules.") and cell.value)
    if found and whose in _NO_RULES:
        numbers = "、".join(
            f"{_label('disclosure', 'columns', key.rsplit('.', 1)[1])}{cells[key].raw}" for key in found
        )
        detail = f"{office}无权制定规章，表中规章一行为：{numbers}"
        yield Finding("rules_not_theirs", grade(FindingClass.STRONG, found), found, detail)


_COUNTY = re.compile(r"(?:[^省市州盟县区旗]{2,8}[省市州盟])*(?P<county>[^省市州盟县区旗]{1,7}(?:县|旗|区))")
_OTHER_AREAS = re.compile(
    "(?:自治|开发|新|园|地|社|示范|[景库灌矿林片城牧港农校军市郊辖街特小]|管理|保护|度假|保税|合作|试验|功能)区$"
)
_CITY = re.compile("[^省市州盟县区旗]{2,8}市")


def _county_in(office: str) -> str | None:
    """The county that a bureau's name begins with, None where it names none: 慈溪市财政局, 淮安市洪泽区教育局."""
    if (found := _COUNTY.match(office)) and not _OTHER_AREAS.search(found["county"]):
        return found["county"]
    city = _CITY.match(office)
    return city[0] if city else None


_IMPLAUSIBLE_10K = 1000
"""万元 of fees that no township collects in a year."""


def _fees(cells: dict[str, Cell], identity: Identity, grade: claims.Grade) -> Iterator[Finding]:
    """P3: yuan written as 万元."""
    key = "disclosure.admin_fees.amount_10k_cny"
    amount = cells[key].value if key in cells else None
    if identity.office_kind in (OfficeKind.TOWNSHIP, OfficeKind.STREET) and (amount or 0) >= _IMPLAUSIBLE_10K:
        class_ = grade(FindingClass.WEAK, (key,))
        yield Finding("fee_implausible", class_, (key,), f"收费金额{shown(amount or 0)}万元，是否把元写成了万元？")


def _order(tables: Tables) -> Iterator[Finding]:
    """Rows that stand in another order than the form's: two labels may have been exchanged, here or in our reading."""
    for table in ("disclosure", "requests"):
        official = [row for row, _ in form.rows(table, tables.editions.get(table))]
        printed = [row for of, row in tables.order if of == table and row in official]
        moved = [row for row, due in zip(printed, sorted(printed, key=official.index), strict=True) if row != due]
        if moved:
            keys = tuple(key for row in moved for key in tables.cells if key.startswith(f"{table}.{row}."))
            names = "、".join(_label(table, "rows", row) for row in moved[:4])
            detail = f"这些行的次序与格式不同：{names}；行名可能写反，也可能是没有读对"
            yield Finding("row_order", FindingClass.SUSPICIOUS, keys, detail)
