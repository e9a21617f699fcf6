"""A page that takes too long or too much memory, or ends the process, is given up; the others are read."""

import os
from pathlib import Path

import pytest
from reportlab.pdfgen.canvas import Canvas
from test_pdf import nothing, pdf, table

import workers
from extract.report import Report
from nianbao import read_file


def parts_of(item: str) -> list[str]:
    """Three parts, of which an item may have a bad one."""
    found = []
    for number in (1, 2, 3):
        reason = workers.part()
        if reason is None and item == f"abort {number}":
            os.abort()
        if reason is None and item == f"greedy {number}":
            found.append(str(len(bytearray(os.urandom(1 << 20)) * 400)))
            while True:
                pass
        while reason is None and item == f"endless {number}":
            pass
        found.append(reason or f"part {number}")
    return found


@pytest.mark.parametrize(
    ("item", "reason"),
    [("abort 2", "读取程序中途崩溃"), ("endless 2", "超过 1 秒"), ("greedy 2", "所需内存超过 0.125 GB")],
)
def test_a_bad_part_costs_itself(monkeypatch: pytest.MonkeyPatch, item: str, reason: str) -> None:
    monkeypatch.setattr(workers, "PART_SECONDS", 1.0 if item.startswith("endless") else 60.0)
    monkeypatch.setattr(workers, "PART_MEMORY", 1 << 27)
    results = [result for _, result in workers.each(parts_of, ["good", item, "good"], count=1)]
    good = ["part 1", "part 2", "part 3"]
    assert results == [good, ["part 1", reason, "part 3"], good]


def test_an_item_that_breaks_behind_its_parts_is_given_up_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workers, "SECONDS", 20)
    results = [result for _, result in workers.each(broken_at_the_end, ["bad", "good"], count=1)]
    assert results == [workers.Failure("读取程序中途崩溃"), "good"]


def broken_at_the_end(item: str) -> str:
    """Ends the process after its only part."""
    workers.part()
    if item == "bad":
        os.abort()
    return item


def test_a_page_of_millions_of_lines_costs_only_itself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def heavy(canvas: Canvas) -> None:
        canvas._code.append("0 0 m 9 9 l S\n" * 3_000_000)

    (tmp_path / "heavy.pdf").write_bytes(pdf(table, heavy, nothing))
    monkeypatch.setattr(workers, "PART_MEMORY", 1 << 28)
    ((_, report),) = workers.each(read_file, [tmp_path / "heavy.pdf"])
    assert isinstance(report, Report)
    assert report.cells["requests.new_received.total"].value == 16
    assert report.chapters["other_matters"] == "无。"
    assert "第2页所需内存超过 0.25 GB，已放弃" in report.problems
