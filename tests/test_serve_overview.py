"""Home's charts and map, and the page of coverage: sums that may be added, dots without borders, neutral words."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from datasette.app import Datasette
from serve_samples import make
from test_serve import archive, ask, front, page, site

from archive import summaries

__all__ = ["archive", "site"]


def test_chart_leads_into_the_list_behind_each_bar(site: Datasette) -> None:
    (figure,) = [
        one for one in page(site, "/").xpath("//figure") if "各年新收申请" in one.xpath("figcaption")[0].text_content()
    ]
    bars = {a.get("aria-label"): a.get("href") for a in figure.xpath(".//*[local-name()='a'][@aria-label]")}
    assert set(bars) == {"2020：0", "2023：1,019"}
    assert figure.xpath(".//*[local-name()='line'][@class='break']")  # the form was redrawn between the two
    listed = page(site, bars["2023：1,019"])
    assert "1,019" in listed.text_content() or "1019" in listed.text_content()
    rows = [[cell.text_content().strip() for cell in row] for row in figure.xpath(".//tbody/tr")]
    assert rows == [["2020", "0", "1", "0"], ["2023", "1,019", "1", "0"]]
    assert ask(site, figure.xpath(".//a[contains(., 'CSV')]/@href")[0]).status_code == 200


def test_area_reports_are_in_no_chart(tmp_path: Path) -> None:
    file = make(tmp_path / "archive.db")
    with closing(sqlite3.connect(file)) as db, db:
        db.execute("UPDATE figures SET scope = 'area', office_kind = 'county' WHERE year = 2023")
        summaries.write(db)
    labels = page(front(file), "/").xpath("//figure//*[local-name()='a']/@aria-label")
    assert not any("2023" in label for label in labels)


@pytest.fixture
def in_cixi(tmp_path: Path) -> Datasette:
    """The sample office moved to a county that is on the map: found in two of the three years looked for."""
    file = make(tmp_path / "archive.db")
    with closing(sqlite3.connect(file)) as db, db:
        db.execute("UPDATE offices SET division_code = '330282110', province = '浙江省', county = '慈溪市'")
        summaries.write(db)
    return front(file)


def test_counties_are_dots_that_say_how_much_was_seen_and_lead_there(in_cixi: Datasette) -> None:
    (dot,) = page(in_cixi, "/").xpath("//*[@class='map']//*[local-name()='a']")
    assert dot.get("href") == "/archive/places/330282"
    assert dot.xpath("*[local-name()='title']")[0].text == "慈溪市：找过 3 份，见到 2 份"
    circle = dot.xpath("*[local-name()='circle']")[0]
    assert circle.get("class") == "half"
    assert 450 < float(circle.get("cx")) < 480  # the east coast
    assert 270 < float(circle.get("cy")) < 300


def test_map_of_a_year_and_a_province_shows_no_other(in_cixi: Datasette) -> None:
    seen, not_seen = page(in_cixi, "/coverage?year=2023&province=浙江省"), page(in_cixi, "/coverage?year=2022")
    assert seen.xpath("//*[@class='map']//*[local-name()='circle']/@class") == ["most"]
    assert not_seen.xpath("//*[@class='map']//*[local-name()='circle']/@class") == ["none"]
    whole, part = (len(one.xpath("//*[@class='ground']")[0].get("d")) for one in (not_seen, seen))
    assert part * 20 < whole  # ninety counties of 2,850


def test_coverage_tells_what_was_seen_in_neutral_words(site: Datasette) -> None:
    document = page(site, "/coverage?year=2022")
    head = [cell.text_content() for cell in document.xpath("//thead//th")]
    (row,) = [[cell.text_content().strip() for cell in row] for row in document.xpath("//tbody/tr")]
    shown = dict(zip(head[1:], row[1:], strict=True))
    assert shown["机关数"] == "1"
    assert shown["未见报告"] == "1"
    assert shown["已见报告"] == "0"
    for word in ("违法", "未公布", "瞒报"):
        assert word not in document.text_content().replace("不等于没有公布", "")


@pytest.mark.parametrize(
    "query", ["", "?year=1999", "?year=x", "?office_kind=x", "?province=没有这个省", "?year=2023&office_kind=township"]
)
def test_coverage_answers_whatever_is_asked(site: Datasette, query: str) -> None:
    assert ask(site, f"/coverage{query}").status_code == 200
