"""The reading of the invented pages and texts stays above the pinned floors; benchmarks.quality has the rest."""

import json
from dataclasses import replace
from typing import Any

import pytest

import extract
from benchmarks import corpus, judging, quality, reports
from extract.report import Cell, Status
from samples.world import sums_broken


@pytest.fixture(scope="module")
def judged() -> list[judging.Judged]:
    return [judging.judge(item, extract.read(data)) for item, data in corpus.plan_here(("html", "text"))]


def pinned() -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(quality.FLOORS.read_text("utf-8"))
    return loaded


def test_no_format_reads_worse_than_its_floor(judged: list[judging.Judged]) -> None:
    assert quality.below(pinned(), judged) == []


def test_floors_are_those_of_this_corpus(judged: list[judging.Judged]) -> None:
    known = pinned()["corpus"]
    assert {name: known[name] for name in quality.hashes(judged)} == quality.hashes(judged)


def test_the_truth_adds_up_unless_it_is_torn() -> None:
    for number in range(30):
        made = reports.invent(f"sums-{number}")
        assert not sums_broken(made.report.cells, made.report.requests_edition), made.name


def _first() -> tuple[corpus.Item, bytes]:
    return next(iter(corpus.plan_here()))


def test_a_wrong_number_is_counted_and_breaks_the_floor() -> None:
    item, data = _first()
    report = extract.read(data)
    key = next(key for key, value in item.truth["cells"].items() if value)
    report.cells[key] = Cell(item.truth["cells"][key] + 1, "", Status.NUMBER)
    judged = judging.judge(item, report)
    assert judged.false == [key]
    assert judged.right["whole"] == 0
    floors: dict[str, Any] = {"corpus": {}, "floors": {quality.group(judged): {"false": 0, "whole": 100.0}}}
    assert len(quality.below(floors, [judged])) == 2


def test_a_number_for_an_empty_cell_is_false_and_none_for_a_number_is_only_missing() -> None:
    item, data = _first()
    key = next(key for key, value in item.truth["cells"].items() if value)
    report = extract.read(data)
    report.cells[key] = Cell(None, "", Status.UNREADABLE)
    unread = judging.judge(item, report)
    assert (unread.false, unread.of["nonzero"] - unread.right["nonzero"]) == ([], 1)
    empty = replace(item, truth=item.truth | {"cells": item.truth["cells"] | {key: None}, "marks": {key: "blank"}})
    assert judging.judge(empty, extract.read(data)).false == [key]


def test_update_lowers_no_floor_unasked() -> None:
    item, data = _first()
    report = extract.read(data)
    report.cells.clear()
    worse = [judging.judge(item, report)]
    name = quality.group(worse[0])
    floors: dict[str, Any] = {"corpus": {}, "floors": {name: {"false": 0, "whole": 100.0}}}
    assert quality.update(floors, worse, allow=False)
    assert floors["floors"][name]["whole"] == 100.0
    assert quality.update(floors, worse, allow=True)
    assert floors["floors"][name]["whole"] == 0


def test_the_corpus_is_the_same_in_every_run() -> None:
    first, second = ([(item, data) for item, data in corpus.plan_here(("text",))] for _ in range(2))
    assert first == second
