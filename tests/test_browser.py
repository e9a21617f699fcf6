"""A journalist's way in headless Chromium: home page, facet, report, CSV; and captured scripts that must not run."""

import csv
from collections.abc import Iterator
from pathlib import Path

import pytest
from browsing import IN_CHROMIUM, NARROW, WIDE, browser, page, served
from playwright.sync_api import Browser, Page
from serve_samples import ATTACK, FILLERS, HOSTILE, TOWN_2020, TOWN_2023, make
from test_serve_originals import DOCUMENTS, NUMBER, URL, keep

__all__ = ["browser", "page"]

pytestmark = IN_CHROMIUM


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The archive of the samples, with a hostile original of the report of 松溪镇."""
    archive = make(tmp_path_factory.mktemp("browser") / "archive.db")
    original = (DOCUMENTS / "page_of_2021.html").read_text("utf-8")
    hostile = original.replace("</table>", f"<tr><td>{ATTACK}</td></tr></table>")
    keep(archive.parent / "captures", URL, hostile.encode())
    with served(archive) as running:
        yield running


def test_from_home_through_a_facet_to_a_report_and_its_csv(page: Page, tmp_path: Path) -> None:
    page.goto("/")
    page.get_by_role("link", name="2023", exact=True).click()
    page.locator("details.facet", has_text="机关类别").get_by_role("link", name="乡镇").click()
    page.get_by_role("link", name="白露县松溪镇人民政府2023年政府信息公开工作年度报告").click()
    assert page.locator("h1").inner_text() == "白露县松溪镇人民政府2023年政府信息公开工作年度报告"
    assert page.locator("[id='requests.carried_in.total']").inner_text() == "1,023"
    with page.expect_download() as download:
        page.get_by_role("link", name="依申请公开 CSV").click()
    file = tmp_path / "requests.csv"
    download.value.save_as(file)
    assert download.value.suggested_filename == "依申请公开（筛选）.csv"
    assert file.read_bytes().startswith(b"\xef\xbb\xbf")
    with file.open(encoding="utf-8-sig", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert len(rows) == 25
    assert {row["report_id"] for row in rows} == {TOWN_2023}


def test_search_from_the_home_page(page: Page) -> None:
    page.goto("/")
    page.get_by_role("searchbox").fill("征地补偿")
    page.get_by_role("button", name="检索").click()
    assert page.locator("ol.hits > li").count() == 1
    assert page.locator("mark").first.inner_text() == "征地补偿"


def test_filter_form_works_without_any_sql(page: Page) -> None:
    page.goto("/archive/requests")
    page.get_by_text("按条件筛选").click()
    page.get_by_label("办理情况").select_option(label="（一）予以公开")
    page.get_by_label("列", exact=True).select_option(label="总计")
    page.get_by_label("条件", exact=True).select_option(label="大于")
    page.get_by_label("值", exact=True).fill("1000")
    page.get_by_role("button", name="筛选").click()
    assert page.locator(".tally b").inner_text() == "3"
    page.get_by_label("去掉这个条件").last.click()
    assert page.locator(".tally b").inner_text() == str(FILLERS + 4)


@pytest.mark.parametrize(
    "path", [f"/archive/reports/{HOSTILE}", "/archive/reports?q=恶意", "/archive/findings", "/archive/chapters", NUMBER]
)
def test_nothing_of_a_captured_page_runs(page: Page, path: str) -> None:
    """Stored scripts, event handlers, javascript: links, SVG and frames are words, or are not there."""
    page.goto(path)
    page.wait_for_load_state("networkidle")
    main = page.locator("main")
    assert "点我" in main.inner_text()
    for word in page.get_by_text("点我").all():
        word.hover(force=True)
    assert page.title() != "执行了"
    assert main.locator("img, script, iframe, object, svg:not(.sheetpage), [onload], [onmouseover]").count() == 0
    assert main.locator("[href^='javascript' i], [*|href^='javascript' i]").count() == 0


def test_an_original_is_downloaded_and_never_opened(page: Page) -> None:
    page.goto(f"/archive/reports/{TOWN_2023}")
    with page.expect_download() as download:
        page.get_by_role("link", name="下载原件").click()
    assert download.value.suggested_filename == f"{TOWN_2023}-1.html"
    assert ATTACK in download.value.path().read_text("utf-8")
    assert page.title() != "执行了"


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/archive",
        "/archive/reports?q=信访&year=2023",
        f"/archive/reports/{TOWN_2023}",
        f"/archive/reports/{TOWN_2020}",
        "/archive/requests?outcome=granted&total__gt=1",
        "/archive/findings",
    ],
)
@pytest.mark.parametrize("width", [NARROW, WIDE])
def test_nothing_runs_off_the_screen(page: Page, path: str, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    page.goto(path)
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_filters_are_folded_on_a_phone_only(page: Page) -> None:
    page.goto("/archive/reports")
    assert page.get_by_role("link", name="乡镇", exact=True).is_visible()
    page.set_viewport_size({"width": 390, "height": 800})
    page.goto("/archive/reports")
    assert not page.get_by_role("link", name="乡镇", exact=True).is_visible()
    page.get_by_text("筛选", exact=True).click()
    assert page.get_by_role("link", name="乡镇", exact=True).is_visible()


def test_official_table_scrolls_by_keyboard(page: Page) -> None:
    page.set_viewport_size({"width": 390, "height": 800})
    page.goto(f"/archive/reports/{TOWN_2023}")
    region = page.get_by_role("region", name="收到和处理政府信息公开申请情况", exact=True)
    region.focus()
    for _ in range(4):
        page.keyboard.press("ArrowRight")
    page.wait_for_timeout(400)
    assert region.evaluate("element => element.scrollLeft") > 0


def test_page_works_without_javascript(browser: Browser, address: str) -> None:
    with browser.new_context(java_script_enabled=False) as context:
        page = context.new_page()
        page.goto(f"{address}/archive/reports?year=2023")
        assert page.locator("ol.hits > li").count() == 4
