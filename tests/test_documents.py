"""Every file of tests/documents is read as its .json says: a document and its expectation are a test.

An expectation names fields of `nianbao extract`'s line. `cells` must be complete: a number, a status, or [status,
value]. `findings` are the kinds expected, each once or more; `findings_mention` kind → class. `problems_mention` are
words of which each must stand in a problem.
"""

import json
from pathlib import Path
from typing import Any

import pytest

import extract

FOLDER = Path(__file__).parent / "documents"
EXPECTATIONS = sorted(FOLDER.glob("*.json"))
OWN = {"cells", "findings", "findings_mention", "problems_mention"}


def document_of(expectation: Path) -> Path:
    (document,) = (p for p in FOLDER.glob(f"{expectation.stem}.*") if p != expectation)
    return document


def as_expected(wanted: Any) -> tuple[str, Any]:
    if isinstance(wanted, list):
        return str(wanted[0]), wanted[1]
    return (wanted, None) if isinstance(wanted, str) else ("number", wanted)


def test_every_document_has_an_expectation() -> None:
    documents = {p.stem for p in FOLDER.iterdir() if p.suffix != ".json"}
    assert documents == {p.stem for p in EXPECTATIONS}


@pytest.mark.parametrize("expectation", EXPECTATIONS, ids=lambda path: str(path.stem))
def test_document(expectation: Path) -> None:
    wanted = json.loads(expectation.read_text("utf-8"))
    document = document_of(expectation)
    line = extract.read(document.read_bytes()).as_json(document.name)
    assert {key: line[key] for key in wanted if key not in OWN} == {k: v for k, v in wanted.items() if k not in OWN}
    assert {key: (str(cell["status"]), cell["value"]) for key, cell in line["cells"].items()} == {
        key: as_expected(value) for key, value in wanted["cells"].items()
    }
    if "findings" in wanted:
        assert sorted({finding["kind"] for finding in line["findings"]}) == wanted["findings"]
    for kind, class_ in wanted.get("findings_mention", {}).items():
        assert class_ in {str(finding["class"]) for finding in line["findings"] if finding["kind"] == kind}
    for words in wanted.get("problems_mention", []):
        assert any(words in problem for problem in line["problems"]), line["problems"]


@pytest.mark.parametrize("name", ["truncated.pdf", "broken.docx"])
def test_a_file_of_which_nothing_can_be_read_is_kept_under_the_name_of_its_link(name: str) -> None:
    data = (FOLDER / name).read_bytes()
    words = "石磴镇人民政府2023年政府信息公开工作年度报告.pdf"
    report = extract.read(data, words=words)
    assert report.identity.is_report
    assert (report.identity.office, report.identity.year) == ("石磴镇人民政府", 2023)
    assert report.cells == {}
    assert report.problems
    assert not extract.read(data, words="石磴镇2023年部门预算.pdf").identity.is_report
    assert extract.identify(data, words=words).is_report
