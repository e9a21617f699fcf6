"""What people decided (data/decisions.csv): corrections, replies, takedowns, redirects; replayed at every rebuild.

A line says who decided what, when and why. The whole list is public (table `decisions`).
"""

import csv
from collections.abc import Iterable
from dataclasses import astuple, dataclass, replace
from datetime import date
from pathlib import Path

from extract import form, rules
from extract.report import Cell, Finding, FindingClass, Report, Status
from extract.tables import Tables

FILE = Path(__file__).resolve().parent.parent / "data" / "decisions.csv"
KINDS = ("place", "cell", "not_report", "takedown", "reply", "redirect")
EXTENTS = ("original", "text", "report")
MARK = "决定："


class DecisionError(ValueError):
    """A line of a file of decisions that cannot be carried out; str() names file, line and fault in Chinese."""


@dataclass(frozen=True, slots=True)
class Decision:
    """One decision. `what` is of KINDS; `target` a report id, or for `place` and `reply` an office id as well.

    place: `value` is the division code that is right. cell: `cell` of the original with `sha256` holds `value`
    ("" for no number). takedown: `value` of EXTENTS. reply: `value` is the office's answer. redirect: `value` is the
    report id that `target` became. not_report: nothing more.
    """

    decided_on: str
    decided_by: str
    what: str
    target: str
    cell: str
    value: str
    sha256: str
    why: str


def read(*paths: Path) -> list[Decision]:
    """The decisions of those of the files that are there, in their order. Raises DecisionError."""
    found = []
    for path in paths:
        if path.exists():
            try:
                lines = list(csv.DictReader(path.read_text("utf-8-sig").splitlines()))
            except (OSError, UnicodeDecodeError) as error:
                raise DecisionError(f"无法读取 {path}：{error}") from error
            for number, line in enumerate(lines, 2):
                try:
                    found.append(_decision(line))
                except (KeyError, TypeError, ValueError, AttributeError) as error:
                    raise DecisionError(f"{path} 第 {number} 行：{error}") from error
    return found


def _decision(line: dict[str, str]) -> Decision:
    one = Decision(**{name: (line.get(name) or "").strip() for name in Decision.__dataclass_fields__})
    date.fromisoformat(one.decided_on)
    if one.what not in KINDS:
        raise ValueError(f"不认识的决定“{one.what}”（可用：{'、'.join(KINDS)}）")
    if not (one.target and one.why and one.decided_by):
        raise ValueError("缺少 target、decided_by 或 why")
    if one.what == "cell":
        if one.cell not in form.KEYS:
            raise ValueError(f"表中没有“{one.cell}”这一格")
        if len(one.sha256) != 64:
            raise ValueError("更正单元格须写明所依据原文的 sha256")
        _number(one.value)
    if one.what == "takedown" and one.value not in EXTENTS:
        raise ValueError(f"takedown 的 value 须为：{'、'.join(EXTENTS)}")
    if one.what in ("place", "reply", "redirect") and not one.value:
        raise ValueError("缺少 value")
    return one


def _number(value: str) -> int | float | None:
    if not value:
        return None
    number = float(value)
    return int(number) if number.is_integer() else number


class Decisions:
    """All decisions, asked for by what they are about."""

    def __init__(self, every: Iterable[Decision]) -> None:
        """`every` in their order: of two that contradict each other the later one holds."""
        self.every = list(every)

    def _of(self, what: str, *targets: str | None) -> list[Decision]:
        return [one for one in self.every if one.what == what and one.target in targets]

    def place(self, office_id: str | None, report_id: str) -> str | None:
        """The division code that was decided on for an office or a report; None where none was."""
        return next((one.value for one in reversed(self._of("place", office_id, report_id))), None)

    def refused(self, *report_ids: str) -> str | None:
        """Why a document is no report of the archive (any more); None where it is."""
        down = [one for one in self._of("takedown", *report_ids) if one.value == "report"]
        return next((MARK + one.why for one in (*down, *self._of("not_report", *report_ids))), None)

    def withheld(self, *report_ids: str) -> str | None:
        """Why the originals of a report are not handed out; None where they are."""
        return next((MARK + one.why for one in self._of("takedown", *report_ids)), None)

    def apply(self, report: Report, sha256: str | None, *report_ids: str) -> frozenset[str]:
        """Carry out what was decided on the texts and cells of `report`, in place; the keys of corrected cells.

        Corrections hold for the original with the hash that they name: an edited report is read as it stands.
        """
        if any(one.value == "text" for one in self._of("takedown", *report_ids)):
            report.chapters, report.other_tables = {}, []
            report.findings = [replace(one, evidence="") for one in report.findings]
            report.problems.append("正文和其他表格已按决定移除")
        corrected = {
            one.cell: _number(one.value)
            for one in self._of("cell", *report_ids)
            if one.sha256 == sha256 and one.cell in report.cells
        }
        for key, value in corrected.items():
            status = Status.UNREADABLE if value is None else Status.NUMBER
            report.cells[key] = Cell(value, report.cells[key].raw, status)
        if corrected:
            report.findings = list(_judged_again(report, set(corrected)))
        return frozenset(corrected)


def _judged_again(report: Report, corrected: set[str]) -> Iterable[Finding]:
    """The findings of a report with corrected cells: those that still hold, and new doubts (never accusations)."""
    tables = Tables(report.editions, report.cells, [])
    fresh = {(one.kind, one.cells): one for one in rules.check(tables, report.chapters, report.identity)}
    for one in report.findings:
        if not corrected & set(one.cells):
            yield one
        elif (again := fresh.pop((one.kind, one.cells), None)) is not None:
            yield replace(again, class_=one.class_)
    for one in fresh.values():
        if corrected & set(one.cells):
            yield replace(one, class_=FindingClass.SUSPICIOUS)


def changed(old: Iterable[tuple[str, ...]], new: Iterable[Decision]) -> set[tuple[str, ...]]:
    """The decisions (as tuples) that are in one of two lists only: what they are about is to be read anew."""
    return set(old) ^ {astuple(one) for one in new}
