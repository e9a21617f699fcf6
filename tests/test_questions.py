"""What a journalist asks, answered by clicks and typing from the home page on, down to the figure and its source.

The archive is that of the sample sites, crawled, with one report edited since; what is expected is what the samples
say of themselves.
"""

import csv
import re
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from browsing import IN_CHROMIUM, browser, page, served
from playwright.sync_api import Page

import samples
import serve
from archive import store
from evidence import Captures, Exchange, Recorder

__all__ = ["browser", "page"]

pytestmark = [*IN_CHROMIUM, pytest.mark.timeout(300)]

ROOT = serve.FOLDER.parent
REPORTS: dict[str, dict[str, Any]] = {told["key"]: told for told in samples.truth().values()}
EDITED = "zhuhuang-2024"


def cell(report: str, key: str) -> int:
    """What the sample report prints there."""
    return int(REPORTS[report]["cells"][key]["value"])


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("questions")
    # A process of its own: Playwright and Scrapy each want the event loop for themselves.
    subprocess.run([sys.executable, "-m", "nianbao", "demo", "--no-serve", "--folder", folder], check=True, cwd=ROOT)
    archive = folder / "archive.db"
    with closing(sqlite3.connect(archive)) as db:
        told = db.execute("SELECT source_url FROM reports WHERE title = ?", [REPORTS[EDITED]["title"]]).fetchone()
    edit(folder / "captures", told[0])
    store.update(archive, folder / "captures")
    with served(archive) as running:
        yield running


def edit(captures: Path, url: str) -> None:
    """The next day the page says that there were ten licences more."""
    with closing(Captures(captures)) as evidence:
        body = evidence.body(evidence.sightings(url)[-1])
    licences = cell(EDITED, "disclosure.licences.decisions")
    assert body.count(b">%d<" % licences) == 1
    body = body.replace(b">%d<" % licences, b">%d<" % (licences + 10))
    tomorrow = datetime.now(UTC) + timedelta(days=1)
    headers = [(b"Content-Type", b"text/html; charset=utf-8")]
    with Recorder(captures) as recorder:
        site = recorder.site(url, url.split("/")[2])
        seen = Exchange(url, f"{tomorrow:%Y-%m-%dT%H:%M:%SZ}", status=200, headers=headers, body=body)
        recorder.record(seen, "ok", kind="report", site=site)


def number(text: str) -> int:
    """The first number of a text."""
    found = re.search(r"\d[\d,]*", text)
    assert found, text
    return int(found[0].replace(",", ""))


def shown(page: Page, key: str) -> int:
    """A cell of the report's page."""
    return number(page.locator(f"[id='{key}']").inner_text())


def ask(page: Page, question: str) -> None:
    page.goto("/")
    page.get_by_role("link", name=question).click()
    assert page.locator("h1").inner_text() == question


def search(page: Page, words: str) -> None:
    page.goto("/")
    page.get_by_role("searchbox").fill(words)
    page.get_by_role("button", name="检索").click()


def downloaded(page: Page, link: str, tmp_path: Path) -> list[dict[str, str]]:
    with page.expect_download() as download:
        page.get_by_role("link", name=link, exact=True).click()
    file = tmp_path / "download.csv"
    download.value.save_as(file)
    with file.open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.DictReader(stream))


def test_how_many_requests_did_a_township_receive_and_how_did_they_end(page: Page) -> None:
    search(page, "鄌坞镇")
    page.locator("details.facet", has_text="年份").get_by_role("link", name="2024").click()
    page.get_by_role("link", name=REPORTS["tangwu-2024"]["title"], exact=True).click()
    for row in ("new_received", "granted", "partial", "denied_third_party", "unable_not_held", "total_handled"):
        assert shown(page, f"requests.{row}.total") == cell("tangwu-2024", f"requests.{row}.total")
    assert page.get_by_text("下载原件").first.is_visible()


def test_which_townships_of_a_county_dated_their_reports_after_january(page: Page) -> None:
    page.goto("/")
    page.get_by_role("link", name="各地情况").click()
    page.get_by_role("link", name="乡镇", exact=True).click()
    page.get_by_role("link", name="海岳省").click()
    late = page.locator("tr", has_text="澄岚县").locator("td").nth(2)
    assert late.inner_text() == "1"
    late.get_by_role("link").click()
    page.locator("ol.hits h2 a").click()
    assert page.locator("h1").inner_text() == REPORTS["louqiao-2024"]["title"]
    assert f"落款 {REPORTS['louqiao-2024']['signed_date']}" in page.locator("header.title").inner_text()


def test_whose_disputes_do_not_add_up(page: Page) -> None:
    ask(page, "哪些数字对不上？")
    page.locator("details.facet").get_by_role("link", name="复议或诉讼各结果之和不等于总计").click()
    wrong = [key for key, told in REPORTS.items() if told["findings"] == ["disputes_sum"]]
    assert number(page.locator(".tally b").inner_text()) >= len(wrong)
    page.locator("table.grid").get_by_role("link", name=REPORTS["jichuan-2022"]["office"][-5:]).first.click()
    proof = page.locator("#findings li", has_text="复议或诉讼各结果之和不等于总计").first
    proof.locator("summary, a").first.click()
    assert page.locator("td.proves").count() > 0


def test_which_reports_mention_petitions(page: Page) -> None:
    search(page, "信访")
    telling = [key for key, told in REPORTS.items() if "信访" in "".join(told["chapters"].values())]
    twice = len(samples.truth()) - len({told["title"] for told in samples.truth().values()})
    found = number(page.locator(".tally b").inner_text())
    assert len(telling) - twice <= found <= len(telling)
    assert page.locator("ol.hits > li").first.locator("mark").first.inner_text() == "信访"


def test_what_do_all_own_requests_of_a_year_add_up_to(page: Page, tmp_path: Path) -> None:
    page.goto("/")
    charted = number(page.get_by_role("link", name="2024：").get_attribute("aria-label").split("：")[1])  # type: ignore[union-attr]
    page.get_by_role("link", name="数据表").click()
    page.get_by_role("main").get_by_role("link", name="依申请公开").click()
    page.get_by_text("按条件筛选").click()
    page.get_by_label("范围").select_option(label="本机关")
    page.get_by_label("办理情况").select_option(label="一、本年新收政府信息公开申请数量")
    page.get_by_label("列", exact=True).select_option(label="年份")
    page.get_by_label("值", exact=True).fill("2024")
    page.get_by_role("button", name="筛选").click()
    rows = downloaded(page, "下载 CSV", tmp_path)
    own = {
        told["title"]: cell(key, "requests.new_received.total")
        for key, told in REPORTS.items()
        if told["year"] == 2024 and told["scope"] != "area" and told["office_kind"] != "county"
    }
    assert sum(int(row["total"]) for row in rows) == charted == sum(own.values())


@pytest.mark.parametrize(("report", "where"), [("zhenliu-2024", "table td.here"), ("caizhengju-2022", "svg rect")])
def test_where_in_the_original_does_a_number_stand(page: Page, report: str, where: str) -> None:
    """In a page the cell is marked in its table, in a PDF framed on its page."""
    search(page, REPORTS[report]["office"])
    page.get_by_role("link", name=REPORTS[report]["title"], exact=True).click()
    page.locator("[id='requests.granted.total'] a.cell").click()
    here = page.locator(where).first
    assert here.is_visible()
    expected = cell(report, "requests.granted.total")
    assert f"本库读作 {expected:,}" in page.get_by_role("main").inner_text()
    if where.endswith("here"):
        assert number(here.inner_text()) == expected
    else:
        picture = page.request.get(page.locator("svg image").get_attribute("href") or "")
        assert picture.headers["content-type"] == "image/png"
    page.get_by_role("link", name="回到年报中的这一格").click()
    assert page.locator("td:target").get_attribute("id") == "requests.granted.total"


def test_who_refused_and_on_what_ground(page: Page) -> None:
    ask(page, "谁不予公开，依据哪一条？")
    page.locator("details.facet", has_text="年份").get_by_role("link", name="2024").click()
    page.get_by_role("link", name="不予公开：三安全一稳定").click()
    page.get_by_role("link", name="不予公开：三安全一稳定 ▲").click()
    grounds = page.locator("thead th").all_inner_texts()
    at = next(at for at, text in enumerate(grounds) if "三安全一稳定" in text)
    row = page.locator("table.grid tbody tr").first
    refused = number(row.locator("td").nth(at).inner_text())
    row.get_by_role("link").click()
    assert shown(page, "requests.denied_security_stability.total") == refused > 0


def test_who_lost_a_lawsuit(page: Page) -> None:
    ask(page, "谁打输了官司？")
    lost = page.locator("thead th").all_inner_texts()
    at = next(at for at, text in enumerate(lost) if "纠正" in text)
    row = page.locator("table.grid tbody tr").first
    cases = number(row.locator("td").nth(at).inner_text())
    row.get_by_role("link").click()
    stages = ("litigation_direct", "litigation_after_reconsideration")
    assert sum(shown(page, f"disputes.{stage}.corrected") for stage in stages) == cases > 0


def test_what_was_changed_in_a_report_afterwards(page: Page) -> None:
    ask(page, "谁的年报后来改过？")
    page.locator("table.grid tbody tr").first.get_by_role("link").click()
    before = cell(EDITED, "disclosure.licences.decisions")
    change = page.get_by_role("region", name="后来的改动").locator("tbody tr").first.inner_text()
    assert change.split("\t")[1:] == ["行政许可 · 本年处理决定数量", str(before), str(before + 10)]
    assert shown(page, "disclosure.licences.decisions") == before + 10
    assert page.locator("ol.versions li").count() == 2


def test_how_did_an_office_do_over_the_years(page: Page, tmp_path: Path) -> None:
    search(page, "鄌坞镇")
    page.get_by_role("link", name="鄌坞镇人民政府").first.click()
    page.locator("header.title").get_by_role("link", name="鄌坞镇").first.click()
    years = page.locator("table.figures-table thead a").all_inner_texts()
    received = page.locator("tr", has=page.get_by_role("rowheader", name="新收申请", exact=True)).locator("td a")
    figures = dict(zip(map(int, years), map(number, received.all_inner_texts()), strict=True))
    assert figures == {
        told["year"]: cell(key, "requests.new_received.total")
        for key, told in REPORTS.items()
        if key.startswith("tangwu-")
    }
    rows = downloaded(page, "这张表 CSV", tmp_path)
    assert {int(row["year"]): int(row["received"]) for row in rows} == figures


def test_why_is_a_report_not_there(page: Page) -> None:
    page.goto("/")
    page.get_by_role("link", name="各地情况").click()
    page.get_by_role("link", name="海岳省").click()
    page.get_by_role("rowheader", name="澄岚县").get_by_role("link").click()
    row = page.locator("tr", has=page.get_by_role("rowheader", name="石楠畲族乡"))
    assert row.locator("td").last.inner_text() == "未见"
    row.get_by_role("link", name="石楠畲族乡").click()
    absent = page.locator("ol.timeline li", has_text="2024").inner_text()
    assert "已看网站，未见报告" in absent
    assert re.search(r"\d{4}-\d\d-\d\d 查看", absent)


def test_who_had_many_requests_and_refused_most_of_them(page: Page) -> None:
    page.goto("/")
    page.get_by_role("link", name="全部年报").first.click()
    page.get_by_label("新收申请从").fill("30")
    page.get_by_text("按比率筛选").click()
    page.get_by_label("不予公开占比从").fill("10")
    page.get_by_role("button", name="按数字筛选").click()
    assert page.url.endswith("/archive/reports?received__gte=30&denied_share__gte=10")
    for hit in page.locator("p.counts").all_inner_texts():
        received, *_, percent = (float(one.replace(",", "")) for one in re.findall(r"[\d,.]+", hit))
        assert received >= 30
        assert percent >= 10
    assert page.locator("p.counts").count() > 0
