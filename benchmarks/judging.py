"""A reading beside its truth: which cells are false, what is right, and what some documents come to."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from benchmarks import corpus
from extract.report import Report, Status

MEASURES = ("nonzero", "whole", "chapters", "title", "office", "year", "signed_date", "published_date")


@dataclass(slots=True)
class Judged:
    """One document beside its truth: `right` and `of` by measure, `false` the cells with a wrong number, `wrong` all
    that differs, in words."""

    item: corpus.Item
    false: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    right: Counter[str] = field(default_factory=Counter)
    of: Counter[str] = field(default_factory=Counter)


def judge(item: corpus.Item, report: Report) -> Judged:
    """What `report` has right of the truth of `item`."""
    judged = Judged(item)
    whole = _judge_cells(judged, item.truth, report)
    _count(judged, "whole", whole)
    identity = report.identity
    if "chapters" in item.truth:
        for key, text in item.truth["chapters"].items():
            got = report.chapters.get(key, "")
            _count(judged, "chapters", identity.is_report and _same(text, got), f"{key}: {_difference(text, got)}")
    for name in ("title", "office", "year", "signed_date", "published_date"):
        if name in item.truth:
            got = getattr(identity, name)
            got = got if got is None or isinstance(got, int | str) else got.isoformat()
            truth = item.truth[name]
            _count(judged, name, identity.is_report and got == truth, f"{name}: truth {truth!r}, got {got!r}")
    return judged


def _count(judged: Judged, measure: str, right: bool, words: str = "") -> None:
    judged.of[measure] += 1
    judged.right[measure] += right
    if not right and words:
        judged.wrong.append(words)


def _judge_cells(judged: Judged, truth: dict[str, Any], report: Report) -> bool:
    whole = True
    lost, marks = set(truth.get("lost", ())), truth.get("marks", {})
    for key, value in truth["cells"].items():
        cell = report.cells.get(key)
        got = cell.value if cell is not None else None
        status = cell.status if cell is not None else Status.MISSING
        implied = value is None and truth.get("lossy") and status is Status.DERIVED and got == 0
        if got is not None and got != value and not implied:
            judged.false.append(key)
            judged.wrong.append(f"FALSE {key}: truth {value}, got {got} ({status}, {cell.raw if cell else ''!r})")
        right = got == value or implied or (key in lost and got is None)
        if right and value is None and key in marks and not truth.get("lossy") and status != marks[key]:
            right = False
        if not right and (got is None or got == value):
            judged.wrong.append(f"{key}: truth {value if value is not None else marks.get(key)}, got {status}")
        whole = whole and right
        if value and key not in lost:
            judged.of["nonzero"] += 1
            judged.right["nonzero"] += right
    extra = [key for key, cell in report.cells.items() if key not in truth["cells"] and cell.value is not None]
    judged.false += extra
    judged.wrong += [f"FALSE {key}: not in this edition, got {report.cells[key].value}" for key in extra]
    return whole and not extra


def _plain(text: str) -> str:
    return "".join(text.split())


def _same(truth: str, got: str) -> bool:
    return _plain(truth) == _plain(got)


def _difference(truth: str, got: str) -> str:
    """Where two texts part."""
    a, b = _plain(truth), _plain(got)
    at = next((i for i, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), min(len(a), len(b)))
    return f"truth …{a[max(0, at - 6) : at + 24]!r}, got …{b[max(0, at - 6) : at + 24]!r}"


def figures(judged: Iterable[Judged]) -> dict[str, Any]:
    """The figures of some documents: n, false values, and per cent right of each measure that occurs."""
    some = list(judged)
    out: dict[str, Any] = {"documents": len(some), "false": sum(len(one.false) for one in some)}
    for name in MEASURES:
        of = sum(one.of[name] for one in some)
        if of:
            # Rounded down, so that 100 means all.
            out[name] = sum(one.right[name] for one in some) * 10000 // of / 100
    return out
