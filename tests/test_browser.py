"""A journalist's way in headless Chromium: home page, facet, report, CSV; and captured scripts that must not run."""

import csv
import os
import shutil
import socket
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright
from serve_samples import FILLERS, HOSTILE, TOWN_2020, TOWN_2023, make

import serve

CHROMIUM = shutil.which("chromium") or "/usr/bin/chromium"
ARGUMENTS = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync"
).split()

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not Path(CHROMIUM).exists() and not os.environ.get("CI"), reason="no Chromium on this machine"),
]


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The archive of the samples, served by the very command that `nianbao serve` runs."""
    archive = make(tmp_path_factory.mktemp("browser") / "archive.db")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    # The archive's folder holds no `captures`: originals are not to be had here.
    root = serve.FOLDER.parent
    with subprocess.Popen(
        serve.command(archive, port), cwd=root, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    ) as server:
        try:
            for _ in range(150):
                try:
                    urllib.request.urlopen(f"http://127.0.0.1:{port}/robots.txt")
                    break
                except OSError:
                    time.sleep(0.2)
            else:
                server.kill()
                assert server.stdout
                pytest.fail(server.stdout.read().decode())
            yield f"http://127.0.0.1:{port}"
        finally:
            server.kill()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield chromium
        chromium.close()


@pytest.fixture
def page(browser: Browser, address: str) -> Iterator[Page]:
    page = browser.new_page(viewport={"width": 1280, "height": 900}, base_url=address)
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    yield page
    assert complaints == []
    page.close()


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
    "path", [f"/archive/reports/{HOSTILE}", "/archive/reports?q=恶意", "/archive/findings", "/archive/chapters"]
)
def test_script_in_a_report_does_not_run(page: Page, path: str) -> None:
    page.goto(path)
    page.wait_for_load_state("networkidle")
    assert page.title() != "执行了"
    assert page.locator("main img, main script, main iframe").count() == 0
    assert "<script>" in page.locator("main").inner_text() or "恶意" in page.locator("main").inner_text()


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
@pytest.mark.parametrize("width", [390, 1280])
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
