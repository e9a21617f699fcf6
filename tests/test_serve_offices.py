"""The pages of an office and of a place: years side by side, shares with their cases, absences with their reasons."""

import sqlite3
from contextlib import closing
from pathlib import Path

from datasette.app import Datasette
from serve_samples import TOWN_2020, TOWN_2023, make
from test_serve import archive, front, page, site, words

from archive import coverage

__all__ = ["archive", "site"]

OFFICE = "/archive/offices/990102101-songxizhen"


def line(site: Datasette, label: str) -> list[str]:
    rows = page(site, OFFICE).xpath("//table[contains(@class, 'figures-table')]/tbody/tr[th[@scope='row']]")
    (found,) = [row for row in rows if row.xpath("th")[0].text_content() == label]
    return [" ".join(cell.text_content().split()) for cell in found.xpath("td")]


def test_years_of_an_office_stand_side_by_side(site: Datasette) -> None:
    heads = page(site, OFFICE).xpath("//table[contains(@class, 'figures-table')]/thead//th/a")
    assert [(head.text, head.get("href").rsplit("/")[-1]) for head in heads][-2:] == [
        ("2020", TOWN_2020),
        ("2023", TOWN_2023),
    ]
    assert line(site, "新收申请")[-2:] == ["0", "1,019"]  # 2021 and 2022 between: no change is told


def test_share_stands_with_its_cases_and_derived_numbers_with_a_mark(site: Datasette) -> None:
    assert line(site, "不予公开占比")[-2:] == ["没有案例", "40.0%10/25"]
    assert line(site, "办结总计")[-1] == "25推"


def test_chapter_two_of_2019_and_2021_is_never_one_line(site: Datasette) -> None:
    assert line(site, "行政许可")[-2:] == ["–", "37"]
    assert line(site, "行政许可（2019年格式）")[-2:] == ["7", "–"]


def test_firsts_tell_since_when_the_archive_looks(site: Datasette) -> None:
    told = [" ".join(one.text_content().split()) for one in page(site, OFFICE).xpath("//ul[@class='firsts']/li")]
    assert "2023年首次有“不予公开”：10 件（本库自 2020 年起有该机关数字，此前为 0）" in told


def test_years_without_a_report_say_why(site: Datasette) -> None:
    years = {
        one.xpath("b")[0].text: one.xpath("a|span")[0].text
        for one in page(site, OFFICE).xpath("//ol[@class='timeline']/li")
    }
    assert years == {"2020": "已见报告", "2022": "已看网站，未见报告", "2023": "已见报告"}


def test_the_day_of_a_look_is_the_day_in_china(site: Datasette, archive: Path) -> None:
    """On what day we looked is what a reader writes: an evening in UTC is the next morning there."""
    assert page(site, OFFICE).xpath("//ol[@class='timeline']//small/text()") == ["2026-02-01 查看"]
    (absent,) = page(site, "/archive/places/990102").xpath("//table[contains(@class, 'matrix')]//td[text()='未见']")
    assert absent.get("title") == "已看网站，未见报告，2026-02-01 查看"
    assert "2026-02-01" in coverage.of_year(archive, 2022, "白露县")[1]


def test_county_shows_its_offices_by_year(site: Datasette) -> None:
    document = page(site, "/archive/places/990102")
    head = [cell.text_content() for cell in document.xpath("//table[contains(@class, 'matrix')]/thead//th")]
    (row,) = document.xpath("//table[contains(@class, 'matrix')]/tbody/tr")
    cells = dict(zip(head[1:], [cell.text_content().strip() for cell in row.xpath("td")], strict=True))
    assert cells == {"2020": "0", "2022": "未见", "2023": "1,019"}
    assert row.xpath("th/a/@href") == [OFFICE]
    assert "云州省" in words(document)
    assert document.xpath("//ul[@class='inside']/li/a/@href") == ["/archive/places/990102101"]


def test_province_shows_what_lies_inside(site: Datasette) -> None:
    assert page(site, "/archive/places/990000").xpath("//ul[@class='inside']/li/a/text()") == ["青陵市"]


def test_an_office_in_a_list_is_named_with_its_county(site: Datasette) -> None:
    """There are thousands of 自然资源和规划局."""
    link = page(site, "/archive/coverage?state=no_report").xpath(
        "//table[@class='grid']//a[contains(@href, 'offices')]"
    )
    assert [one.text_content() for one in link] == ["松溪镇人民政府"]
    assert [one.text_content() for one in link[0].itersiblings()] == ["白露县"]


def test_a_report_in_a_list_is_named_with_its_county(site: Datasette) -> None:
    """A 民政局2022年 says nothing in a list of the whole country."""
    cells = page(site, "/archive/figures?received__gt=0").xpath("//td[@class='type-pk column-report_id']")
    assert [[part.text_content() for part in cell] for cell in cells] == [
        ["白露县松溪镇人民政府2023年", "云州省 青陵市 白露县"]
    ]


def test_a_report_that_another_was_compared_with_is_named_too(tmp_path: Path) -> None:
    file = make(tmp_path / "archive.db")
    with closing(sqlite3.connect(file)) as db, db:
        db.execute("UPDATE findings SET other_report_id = ? WHERE report_id = ?", [TOWN_2020, TOWN_2023])
    document = page(front(file), f"/archive/findings?report_id={TOWN_2023}&_col=other_report_id")
    cell = document.xpath("//td[contains(@class, 'column-other_report_id')]")[0]
    assert [part.text_content() for part in cell] == ["松溪镇2020年", "云州省 青陵市 白露县"]
    assert cell.xpath("a/@href") == [f"/archive/reports/{TOWN_2020}"]


def test_a_report_without_a_title_is_listed_by_its_id(tmp_path: Path) -> None:
    file = make(tmp_path / "archive.db")
    with closing(sqlite3.connect(file)) as db, db:
        db.execute("UPDATE reports SET title = NULL")
    names = page(front(file), "/archive/figures").xpath("//td[@class='type-pk column-report_id']/a/text()")
    assert names
    assert all(name[:2] == "99" for name in names)
