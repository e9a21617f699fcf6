"""A report that the page and an attached file both hold is read twice, and the two readings are compared."""

from pathlib import Path

import pytest

import extract
from extract.report import Fetched, Report, Status

PAGE = (Path(__file__).parent / "documents" / "page_of_2021.html").read_text("utf-8")
LINK = '</p><p>附件：<a href="files/report.doc">{words}</a></p>'
RECEIVED = "requests.new_received.total"


def read(attached: str, page: str = PAGE, words: str = "2023年度报告.doc") -> Report:
    """The report on `page`, which links to `attached` (HTML under the name .doc, as content systems send it)."""

    def fetch(address: str) -> Fetched | None:
        return Fetched(attached.encode(), None, f"http://gov.example/{address}") if "report.doc" in address else None

    *body, rest = page.split("</p>")
    return extract.read(("</p>".join(body) + LINK.format(words=words) + rest).encode(), fetch=fetch)


def numbers(report: Report) -> dict[str, int | float | None]:
    return {key: cell.value for key, cell in report.cells.items()}


def altered(key: str, page: str = PAGE) -> tuple[str, int]:
    """The page with another number in a cell, and that number."""
    before = extract.read(PAGE.encode()).cells[key]
    assert before.value
    other = int(before.value) + 1000
    start = page.index("一、本年新收")
    return page[:start] + page[start:].replace(f">{before.raw}<", f">{other}<", 1), other


def test_two_that_agree_are_one_report_read_twice() -> None:
    alone, both = extract.read(PAGE.encode()), read(PAGE)
    assert numbers(both) == numbers(alone)
    assert "另读自附件 http://gov.example/files/report.doc 表2" in both.where(RECEIVED)
    assert both.problems == alone.problems


def test_a_number_that_differs_is_disputed_and_both_are_shown() -> None:
    key = "requests.new_received.natural_person"
    attached, other = altered(key)
    cell = read(attached).cells[key]
    printed = extract.read(PAGE.encode()).cells[key].raw
    assert (cell.value, cell.status, cell.raw) == (None, Status.DISPUTED, f"{printed}｜{other}")
    assert any("网页与附件不一致：requests.new_received" in problem for problem in read(attached).problems)


@pytest.mark.parametrize(("name", "other"), [("2023", "2022"), ("石磴镇人民政府", "龙门县水利局")])
def test_another_years_or_another_bodys_file_is_not_compared(name: str, other: str) -> None:
    attached, _ = altered("requests.new_received.natural_person")
    assert numbers(read(attached.replace(name, other))) == numbers(extract.read(PAGE.encode()))


def test_a_table_that_only_the_attachment_has_is_taken_from_it() -> None:
    start = PAGE.index("<table", PAGE.index("四、政府信息公开行政复议"))
    without = PAGE[:start] + PAGE[PAGE.index("</table>", start) + 8 :]
    alone, both = extract.read(without.encode()), read(PAGE, page=without)
    assert not any(key.startswith("disputes.") for key in alone.cells)
    assert numbers(both) == numbers(extract.read(PAGE.encode()))
    assert both.cells["disputes.reconsideration.total"].place.file == "http://gov.example/files/report.doc"  # type: ignore[union-attr]
    assert not any("行政复议" in problem for problem in both.problems)


def test_a_file_that_is_called_nothing_like_a_report_is_not_asked_for() -> None:
    attached, _ = altered("requests.new_received.natural_person")
    assert numbers(read(attached, words="附件1")) == numbers(extract.read(PAGE.encode()))
