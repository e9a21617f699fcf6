"""The real reports of ../shared/corpus, read by the command as a user would, against what they say."""

import json
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Any

import pytest

CORPUS = Path(__file__).parents[2] / "shared" / "corpus"
pytestmark = [
    pytest.mark.corpus,
    pytest.mark.skipif(not CORPUS.exists(), reason="没有 ../shared/corpus（真实报告），跳过"),
]
SUMS = {"row_sum", "balance", "outcome_sum", "disputes_sum"}
TRUTH: dict[str, dict[str, Any]] = json.loads((CORPUS / "truth.json").read_text("utf-8")) if CORPUS.exists() else {}


@cache
def read() -> dict[str, dict[str, Any]]:
    files = sorted((CORPUS / "documents").iterdir())
    done = subprocess.run(
        [sys.executable, "-m", "nianbao", "extract", *map(str, files)], capture_output=True, text=True, check=True
    )
    assert not done.stderr
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    return {Path(line["file"]).stem: line for line in lines}


@pytest.mark.parametrize("name", TRUTH)
def test_no_number_is_false(name: str) -> None:
    truth, cells = TRUTH[name]["cells"], read()[name]["cells"]
    assert set(cells) == set(truth)
    false = {key: cell for key, cell in cells.items() if cell["value"] is not None and cell["value"] != truth[key]}
    assert false == {}
    for key, cell in cells.items():
        assert (cell["value"] is not None) == (cell["status"] in ("number", "derived")), key


@pytest.mark.parametrize("name", [name for name in TRUTH if not TRUTH[name].get("torn")])
def test_every_cell_of_a_whole_report_is_read(name: str) -> None:
    report, truth = read()[name], TRUTH[name]
    torn = set(truth.get("rows_with_one_cell_lost", ()))
    for key, value in truth["cells"].items():
        cell = report["cells"][key]
        if key.split(".")[1] in torn:
            assert cell["status"] in ("derived", "unreadable", "number"), key
        else:
            assert cell["value"] == value, key
            assert cell["status"] == ("blank" if value is None else "number"), key
    for row in torn:
        statuses = [cell["status"] for key, cell in report["cells"].items() if key.split(".")[1] == row]
        assert statuses.count("number") <= 6


@pytest.mark.parametrize("name", [name for name in TRUTH if TRUTH[name].get("torn")])
def test_what_is_torn_is_declared(name: str) -> None:
    report = read()[name]
    unread = [key for key, cell in report["cells"].items() if cell["status"] in ("unreadable", "missing", "disputed")]
    assert len(unread) <= 20
    for row in {key.rsplit(".", 1)[0] for key in unread}:
        assert any(row in problem for problem in report["problems"]), row


@pytest.mark.parametrize("name", TRUTH)
def test_identity(name: str) -> None:
    report, truth = read()[name], TRUTH[name]
    assert report["is_report"]
    for field in ("title", "office", "year", "scope", "signed_date", "editions"):
        assert report[field] == truth[field], field


def test_the_two_wrong_sums_of_hongze_are_found_and_no_other() -> None:
    found = {
        (name, finding["cells"][0].split(".")[1], finding["class"])
        for name in TRUTH
        for finding in read()[name]["findings"]
        if finding["kind"] in SUMS
    }
    assert found == {
        ("hongze_2023", "reconsideration", "always"),
        ("hongze_2023", "litigation_after_reconsideration", "always"),
    }


def test_a_typing_error_in_a_label_is_said_aloud() -> None:
    assert any("其他法律行政止公开" in problem for problem in read()["hongze_2023"]["problems"])


@pytest.mark.parametrize("name", ["gknb_template_2021", "engebei_gknb_list_page"])
def test_what_is_no_report_is_said_not_to_be_one(name: str) -> None:
    report = read()[name]
    assert not report["is_report"]
    assert report["reason"]
    assert report["cells"] == {}


@pytest.mark.parametrize("name", TRUTH)
def test_chapters_hold_prose_and_no_table(name: str) -> None:
    chapters = read()[name]["chapters"]
    assert set(chapters) == {"overview", "disclosure", "requests", "disputes", "problems", "other_matters"}
    for key in ("overview", "problems", "other_matters"):
        assert chapters[key].strip(), key
    for key in ("disclosure", "requests", "disputes"):
        assert "本年制发件数" not in chapters[key]
        assert "结果维持" not in chapters[key]
