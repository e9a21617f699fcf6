"""Every page, wide and narrow: no serious fault that axe-core finds, nothing that the keyboard does not reach."""

from collections.abc import Iterator
from importlib.resources import files
from typing import Any

import pytest
from browsing import IN_CHROMIUM, NARROW, WIDE, browser, page, served
from playwright.sync_api import Page
from serve_samples import BUREAU, FREE, HOSTILE, TOWN_2020, TOWN_2023, make
from test_serve_originals import DOCUMENTS, NUMBER, URL, keep

__all__ = ["browser", "page"]

pytestmark = IN_CHROMIUM

AXE = files("axe_playwright_python").joinpath("axe.min.js").read_text("utf-8")
PAGES = [
    "/",
    "/archive/reports",
    "/archive/reports?q=信访&year=2023",
    "/archive/reports?q=没有这样的词",
    "/archive/reports?scope=own&denied_share__gt=0&_sort_desc=denied_share",
    "/archive/reports?_sort=nothing",
    "/archive/reports/nobody",
    f"/archive/reports/{TOWN_2023}",
    f"/archive/reports/{TOWN_2023}?with=last",
    f"/archive/reports/{TOWN_2020}",
    f"/archive/reports/{BUREAU}",
    f"/archive/reports/{HOSTILE}",
    f"/archive/reports/{FREE}",
    NUMBER,
    "/archive/offices/990102101-songxizhen",
    "/archive/places/990102",
    "/archive/places/990000",
    "/coverage",
    "/coverage?province=云州省",
    "/archive",
    "/archive?sql=select+1",
    "/archive/figures?scope=own&denied__gt=0&_sort_desc=denied&_col=year&_col=denied&_facet_tally=year",
    "/archive/requests?outcome=granted&total__gt=1",
    "/archive/findings",
    "/archive/changes",
    "/archive/copies",
    "/archive/measures/denied_share",
    "/method",
    "/api",
    "/downloads",
]


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    archive = make(tmp_path_factory.mktemp("accessibility") / "archive.db")
    keep(archive.parent / "captures", URL, (DOCUMENTS / "page_of_2021.html").read_bytes())
    with served(archive) as running:
        yield running


def faults(page: Page) -> list[str]:
    """What axe-core calls serious or critical: the rule and the first element that breaks it."""
    page.evaluate(AXE)
    found: list[dict[str, Any]] = page.evaluate("axe.run()")["violations"]
    return [
        f"{one['id']}: {one['help']} {one['nodes'][0]['html']} ({len(one['nodes'])})"
        for one in found
        if one["impact"] in ("serious", "critical")
    ]


@pytest.mark.parametrize("width", [WIDE, NARROW])
@pytest.mark.parametrize("path", PAGES)
def test_axe_finds_no_serious_fault(page: Page, path: str, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    page.goto(path)
    page.evaluate("for (const box of document.querySelectorAll('details')) box.open = true")
    assert faults(page) == []


def test_the_keyboard_comes_to_everything(page: Page) -> None:
    """Tab walks from the skip link through the whole page, always in sight; Enter opens what is folded."""
    page.goto("/archive/reports?year=2023")
    page.keyboard.press("Tab")
    assert page.locator(":focus").inner_text() == "跳到正文"
    assert page.locator(":focus").bounding_box()["y"] >= 0  # type: ignore[index]
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
    reached: list[str] = []
    for _ in range(250):
        page.keyboard.press("Tab")
        seen = page.evaluate(
            """() => { const one = document.activeElement, box = one.getBoundingClientRect();
            return [one.tagName + ":" + (one.getAttribute("name") || one.textContent.trim()), box.width * box.height,
            getComputedStyle(one).outlineStyle] }"""
        )
        if seen[0].startswith("BODY"):
            break
        reached.append(seen[0])
        assert seen[1] > 0, seen
        assert seen[2] != "none", seen
    for name in (
        "INPUT:q",
        "SUMMARY:年份",
        "A:乡镇",
        "INPUT:received__gte",
        "BUTTON:按数字筛选",
        "A:下载 CSV",
        "A:订阅",
    ):
        assert name in reached, name
    assert any(one.startswith("A:白露县松溪镇人民政府2023年") for one in reached)
    folded = page.locator("details.facet > summary").first
    folded.focus()
    page.keyboard.press("Enter")
    assert page.locator("details.facet").first.get_attribute("open") is None
