"""The page of methods says what every mark, measure and finding means; the examples of the interface work."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from urllib.parse import unquote

from datasette.app import Datasette
from serve_samples import TOWN_2020, TOWN_2023, make
from test_serve import archive, ask, cells, front, page, site

from archive import schema
from extract.report import Status
from extract.rules import KINDS
from serve.plugins import about

__all__ = ["archive", "site"]


def test_method_tells_every_status_measure_and_finding(site: Datasette) -> None:
    text = page(site, "/method").text_content()
    for code in (*Status, *schema.VALUES["class"], *KINDS, *schema.MEASURES):
        assert code in text, code
    for one in schema.MEASURES.values():
        assert one.meaning_zh in text
        assert one.not_zh in text


def test_method_states_the_pinned_figures_with_their_n(site: Datasette) -> None:
    floors = json.loads(about.FLOORS.read_text("utf-8"))["floors"]
    rows = [[cell.text_content() for cell in row] for row in page(site, "/method").xpath("//table[1]/tbody/tr")]
    shown = [row for row in rows if row[1] == "网页" and "真实年报" in row[0]]
    (real,) = shown
    floor = floors["real html"]
    assert real[2:] == [str(floor["documents"]), str(floor["false"]), str(floor["nonzero"]), str(floor["whole"])]


def test_examples_of_the_interface_work(site: Datasette) -> None:
    """As links, and as the addresses that a visitor copies."""
    links = page(site, "/api").xpath("//dl[@class='dictionary']//a")
    assert len(links) >= 4
    for link in links:
        address = unquote(link.get("href"))
        assert ask(site, address).status_code == 200, address
        assert link.text_content() == f"http://localhost{address}"


def test_last_years_number_stands_beside_each_on_wish(tmp_path: Path) -> None:
    file = make(tmp_path / "archive.db")
    with closing(sqlite3.connect(file)) as db, db:  # the report of 2020 becomes that of the year before
        db.execute("UPDATE reports SET year = 2022 WHERE report_id = ?", [TOWN_2020])
    site = front(file)
    address = f"/archive/reports/{TOWN_2023}"
    (link,) = page(site, address).xpath(
        "//p[@class='around']/a[contains(text(), '2022')][contains(@href, 'with=last')]/@href"
    )
    cell = "requests.granted.natural_person"
    before = cells(page(site, f"/archive/reports/{TOWN_2020}"))[cell].text_content()
    now = cells(page(site, address))[cell].text_content()
    assert not page(site, address).xpath("//small[@class='last']")
    beside = cells(page(site, link))[cell]
    assert [beside.xpath("a")[0].text_content(), beside.xpath("small")[0].text_content()] == [now, before]
