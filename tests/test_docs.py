"""Documentation that can't lie: what exists is documented, what is documented exists, what is claimed is measured."""

import ast
import json
import re
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from urllib.parse import unquote, urlsplit

import click
import pytest

from archive import comparisons, schema
from benchmarks.quality import FLOORS
from evidence import KINDS as ANSWERS
from evidence import OUTCOMES
from extract.report import FindingClass, OfficeKind, Report, Status
from extract.rules import KINDS
from nianbao import main

ROOT = Path(__file__).parents[1]
PAGES = {name: (ROOT / name).read_text("utf-8") for name in ("README.md", "README.en.md", "docs/architecture.md")}
READMES = ("README.md", "README.en.md")
ARCHITECTURE = PAGES["docs/architecture.md"]
COMMANDS: dict[str, click.Command] = getattr(main, "commands", {})


OPTIONS = [
    (name, option)
    for name, command in {"": main, **COMMANDS}.items()
    for parameter in command.params
    if isinstance(parameter, click.Option)
    for option in (*parameter.opts, *parameter.secondary_opts)
]
"""Every command with every option of it, as it is typed."""


def section(title: str) -> str:
    """The part of architecture.md under a heading."""
    (found,) = re.findall(rf"^## {re.escape(title)}\n(.*?)(?=^## |\Z)", ARCHITECTURE, re.M | re.S)
    return str(found)


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_is_named(command: str, page: str) -> None:
    assert f"nianbao {command}" in PAGES[page]


@pytest.mark.parametrize(("command", "option"), OPTIONS)
def test_every_option_is_named(command: str, option: str) -> None:
    """Beside its command: in the row of that command in architecture.md's table, or in README for all of them."""
    rows = [line for line in section("The command line").splitlines() if line.startswith(f"| `nianbao {command}")]
    told = "\n".join(rows) if command else ARCHITECTURE
    assert re.search(rf"(?<![\w-]){option}(?![\w-])", told)


def test_every_setting_of_the_environment_is_named() -> None:
    files = [*ROOT.glob("*.py"), *(file for room in ROOMS for file in (ROOT / room).rglob("*.py"))]
    settings = {name for file in files for name in re.findall(r"NIANBAO_[A-Z]+", file.read_text("utf-8"))}
    assert settings
    assert {name for name in settings if name not in ARCHITECTURE} == set()


@pytest.mark.parametrize("page", PAGES)
def test_no_command_is_named_that_does_not_exist(page: str) -> None:
    text = PAGES[page].split("\n## Planned")[0]
    named = set(re.findall(r"(?:`|^)nianbao ([a-z]+)", text, re.M))
    assert named
    assert named <= set(COMMANDS)


@pytest.mark.parametrize("page", PAGES)
def test_no_option_is_named_that_does_not_exist(page: str) -> None:
    known = {option for _, option in OPTIONS} | {"--help", "-h", "--no-serve", "--allow-regression"}
    text = PAGES[page].split("\n## Planned")[0]
    assert set(re.findall(r"(?<![\w-])--[a-z][a-z-]+", text)) <= known


CODES: dict[str, set[str]] = {
    "status of a cell": set(map(str, Status)),
    "kind of finding": {*KINDS, *comparisons.KINDS},
    "class of finding": set(map(str, FindingClass)),
    "kind of office": set(map(str, OfficeKind)),
    "outcome": set(OUTCOMES),
    "kind of answer": set(ANSWERS),
    "table": {table.name for table in schema.TABLES},
}


@pytest.mark.parametrize("what", CODES)
def test_every_code_is_documented(what: str) -> None:
    missing = {code for code in CODES[what] if f"`{code}`" not in ARCHITECTURE}
    assert missing == set()


@pytest.mark.parametrize("page", READMES)
@pytest.mark.parametrize("codes", [Status, FindingClass], ids=lambda codes: codes.__name__)
def test_readme_explains_what_a_reader_meets(page: str, codes: type[StrEnum]) -> None:
    assert {code for code in codes if f"`{code}`" not in PAGES[page]} == set()


def test_every_state_of_coverage_is_documented() -> None:
    (row,) = (line for line in ARCHITECTURE.splitlines() if line.startswith("| `coverage`"))
    assert {state for state in schema.VALUES["state"] if state not in row} == set()


def test_the_line_of_extract_has_the_fields_that_are_documented() -> None:
    from extract import read

    contract = re.search(r"^    \{.*?\}$", section("One line of `nianbao extract`"), re.M | re.S)
    assert contract
    depth, named = 0, []
    for key, bracket in re.findall(r'"(\w+)":|([{}\[\]])', contract[0]):
        depth += {"{": 1, "[": 1, "}": -1, "]": -1}.get(bracket, 0)
        if key and depth == 1:
            named.append(key)
    report: Report = read(b"")
    assert named == list(report.as_json("x"))


@pytest.mark.parametrize("page", PAGES)
def test_links_lead_somewhere(page: str) -> None:
    targets = re.findall(r"\]\(([^)\s]+)\)", PAGES[page])
    assert targets
    for target in targets:
        parts = urlsplit(target)
        if parts.scheme:
            continue
        file = (ROOT / page).parent / unquote(parts.path)
        assert file.exists(), target
        if parts.fragment:
            headings = re.findall(r"^#+ (.+)$", file.read_text("utf-8"), re.M)
            anchors = {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}
            assert parts.fragment in anchors, target


def test_both_readmes_say_the_same() -> None:
    def facts(page: str) -> dict[str, set[str]]:
        text = PAGES[page]
        return {
            "commands": set(re.findall(r"(?:`|^)nianbao ([a-z]+)", text, re.M)),
            "options": set(re.findall(r"(?<![\w-])--[a-z-]+", text)),
            "targets": set(re.findall(r"(?:`|^)make ([a-z]+)", text, re.M)),
            "modules": set(re.findall(r"python -m ([a-z.]+)", text)),
            "links": {target for target in re.findall(r"\]\(([^)#\s]+)", text) if not target.startswith("README")},
            "figures": set(map(str, claims(page))),
        }

    chinese, english = (facts(page) for page in READMES)
    assert chinese == english


def test_make_targets_exist() -> None:
    makefile = (ROOT / "Makefile").read_text("utf-8")
    for page in PAGES.values():
        for target in re.findall(r"(?:`|^)make ([a-z]+)", page, re.M):
            assert re.search(rf"^{target}:", makefile, re.M), target


def claims(page: str) -> Iterator[tuple[str, int, int, float, float]]:
    """The rows of a README's table of figures: group, documents, false numbers, per cent of cells, of documents."""
    pattern = r"^\|[^|]*`(\w+ \w+)` \| (\d+) \| (\d+) \| ([\d.]+) \| ([\d.]+) \|$"
    for group, documents, false, cells, whole in re.findall(pattern, PAGES[page], re.M):
        yield group, int(documents), int(false), float(cells), float(whole)


@pytest.mark.parametrize("page", READMES)
def test_readme_claims_no_more_than_the_floors(page: str) -> None:
    floors = json.loads(FLOORS.read_text("utf-8"))["floors"]
    claimed = {group: rest for group, *rest in claims(page)}
    assert set(claimed) == set(floors), "a row for every group that is measured, good or bad"
    for group, (documents, false, cells, whole) in claimed.items():
        floor = floors[group]
        assert documents <= floor["documents"], group
        assert false >= floor["false"], group
        assert cells <= floor["nonzero"], group
        assert whole <= floor["whole"], group


ROOMS: dict[str, set[str]] = {
    room: set(re.findall(r"`(\w+)`", may))
    for room, may in re.findall(r"^\| `(\w+)(?:/|\.py)` \| .*? \| (.*?) \| ", section("The rooms"), re.M)
}
TOP = {path.parent.name for path in ROOT.glob("*/__init__.py")} | {path.stem for path in ROOT.glob("*.py")}


def imports(file: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module or ""


def test_the_modules_that_are_listed_exist() -> None:
    (block,) = re.findall(r"^Modules, .*?:\n\n(.*?)\n\n", section("The rooms"), re.M | re.S)
    for room, listed in re.findall(r"^    (\w+)/ (.*?)(?=^    \w|\Z)", block, re.M | re.S):
        plain = re.sub(r"\([^)]*\)", "", listed)
        for name in re.findall(r"[\w.]+", plain):
            path = ROOT / room / name
            assert path.exists() or path.with_suffix(".py").exists(), f"{room}/{name}"


def test_every_room_is_in_the_picture() -> None:
    assert set(ROOMS) - {"data"} == TOP


@pytest.mark.parametrize("room", sorted(ROOMS))
def test_rooms_import_only_what_the_picture_allows(room: str) -> None:
    files = sorted((ROOT / room).rglob("*.py")) or [*ROOT.glob(f"{room}.py")]
    assert files or room == "data"
    for file in files:
        names = {name.split(".")[0] for name in imports(file)}
        assert names & TOP - {room} <= ROOMS[room], file
        if room not in {"crawler", "benchmarks"}:  # a bare spider is the yardstick of the load
            assert "scrapy" not in names, file
        if room != "serve":
            assert "datasette" not in names, file
        if room == "extract":
            assert not names & {"socket", "urllib3", "requests", "httpx", "aiohttp", "sqlite3", "sqlite_utils"}, file


def test_the_tests_that_are_named_exist() -> None:
    always = section("What must always be true")
    assert len(re.findall(r"^\d+\. ", always, re.M)) > 10
    for module in re.findall(r"\btest_\w+", always):
        assert (ROOT / "tests" / f"{module}.py").exists(), module
    for module, snippets in re.findall(r"(test_\w+)\s+\(([^)]*)\)", always):
        text = (ROOT / "tests" / f"{module}.py").read_text("utf-8")
        fixtures = {path.stem for path in (ROOT / "tests" / "documents").iterdir()}
        for snippet in re.findall(r"`([\w…]+)`", snippets):
            name = snippet.strip("…")
            assert name in text or name in fixtures, f"{module}: {snippet}"


def test_pictures_are_small_enough_for_slow_lines() -> None:
    shown = {name for page in READMES for name in re.findall(r"screenshots/[\w-]+\.webp", PAGES[page])}
    assert shown
    assert shown <= {f"screenshots/{file.name}" for file in (ROOT / "docs" / "screenshots").iterdir()}
    for picture in (ROOT / "docs" / "screenshots").glob("*.webp"):
        assert picture.stat().st_size < 100_000, picture.name
