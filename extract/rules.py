"""What must add up inside one report (form.md §2): R1–R6. A finding carries the cells that prove it."""

from extract import form, solve
from extract.report import Cell, Finding, FindingClass, Status

KINDS: dict[str, str] = {
    "row_sum": "一行六类申请人之和不等于总计",
    "balance": "新收加结转不等于办结加结转下年度",
    "outcome_sum": "各项办理结果之和不等于（七）总计",
    "disputes_sum": "复议或诉讼各结果之和不等于总计",
    "not_a_count": "应为非负整数的格子不是",
    "blank_cells": "表中有空格或斜线",
    "year_conflict": "标题、正文统计期限与落款所说的年度不一致",
    "signed_year": "落款日期与报告年度不相称",
    "office_conflict": "标题与落款的单位不一致",
}
"""Every kind of finding of one report, with its meaning for readers (the last three are found by `identity`)."""

_EMPTY = (Status.BLANK, Status.SLASH, Status.DASH, Status.TEXT)


def check(cells: dict[str, Cell], editions: dict[str, str | None], agreed: set[str]) -> list[Finding]:
    """The findings about a report's tables.

    A broken sum is the publisher's (class `always`) only where the table was read whole and two readings agree, else
    `suspicious`: it may be our reading. Sums with a cell that nobody could read are not judged; where blanks taken as
    0 make a sum right, nothing is found.
    """
    findings: list[Finding] = []
    has_disputes = any(key.startswith("disputes.") for key in cells)
    for one in solve.sums(editions.get("requests"), has_disputes):
        if (finding := _broken(one, cells, agreed)) is not None:
            findings.append(finding)
    findings.extend(_not_counts(cells))
    findings.extend(_blanks(cells))
    return findings


def _broken(one: solve.Sum, cells: dict[str, Cell], agreed: set[str]) -> Finding | None:
    involved = [cells[key] for key in one.keys]
    if any(cell.value is None and cell.status not in _EMPTY for cell in involved):
        return None
    left = sum(cells[key].value or 0 for key in one.left)
    right = sum(cells[key].value or 0 for key in one.right)
    if abs(left - right) < 1e-6:
        return None
    table = one.keys[0].split(".")[0]
    whole = not any(
        cell.status in solve.GAPS or cell.status is Status.DISPUTED
        for key, cell in cells.items()
        if key.startswith(f"{table}.")
    )
    plain = all(cell.status is Status.NUMBER for cell in involved)
    class_ = FindingClass.ALWAYS if whole and plain and table in agreed else FindingClass.SUSPICIOUS
    return Finding(one.kind, class_, one.keys, f"{_where(one)}：{KINDS[one.kind]}（{left:g}，{right:g}）")


def _where(one: solve.Sum) -> str:
    table, row, column = one.keys[0].split(".")
    if one.kind in ("row_sum", "disputes_sum"):
        return _label(table, "rows", row)
    return _label(table, "columns", column) + "一列"


def _label(table: str, part: str, key: str) -> str:
    return str(form.FORM[table][part][key]["zh"])


def _name(key: str) -> str:
    table, row, column = key.split(".")
    return f"{_label(table, 'rows', row)}·{_label(table, 'columns', column)}"


def _not_counts(cells: dict[str, Cell]) -> list[Finding]:
    """R5: non-negative integers; only 万元 has decimals, only 2019's 本年增/减 a sign."""
    findings = []
    for key, cell in cells.items():
        if cell.value is None or cell.status is not Status.NUMBER:
            continue
        kind = form.kind_of_number(key)
        if (cell.value < 0 and kind != "signed") or (not float(cell.value).is_integer() and kind != "decimal"):
            findings.append(
                Finding(
                    "not_a_count", FindingClass.ALWAYS, (key,), f"{_name(key)}：{KINDS['not_a_count']}（{cell.raw}）"
                )
            )
    return findings


def _blanks(cells: dict[str, Cell]) -> list[Finding]:
    """R6: zero is "0"; a blank, "/" or "—" is a fault of format, not of arithmetic."""
    empty = tuple(key for key, cell in cells.items() if cell.status in _EMPTY)
    if not empty:
        return []
    return [Finding("blank_cells", FindingClass.FORMAT, empty, f"{len(empty)}格没有数字（空白、“/”、“—”或文字）")]
