"""A copied paragraph: from the report, the list and the home page to everybody who published it."""

from datasette.app import Datasette
from serve_samples import COPIED, COPIERS
from test_serve import archive, page, site, words

__all__ = ["archive", "site"]

LIST = "/archive/copies?_sort_desc=offices"


def test_the_list_leads_to_every_report_that_has_the_paragraph(site: Datasette) -> None:
    (link,) = page(site, LIST).xpath(
        "//a[starts-with(@href, '/archive/copies/') and contains(., '加强组织领导')]/@href"
    )
    copy = page(site, link)
    assert f"2022 年度，{COPIERS} 个机关的年报有同一段话" in words(copy)
    reports = copy.xpath("//ol[@class='hits']/li//a[starts-with(@href, '/archive/reports/')]/@href")
    assert len(reports) == COPIERS
    assert f"都在云州省 青陵市，分属 {COPIERS} 个区县" in words(copy)
    assert "不作判断" in words(copy)
    marked = ["".join(one.xpath("p[last()]/mark/text()")) for one in copy.xpath("//ol[@class='hits']/li")]
    assert marked[0] == ""
    assert all(marked[1:]), "where the others differ: their names and numbers"


def test_a_report_tells_how_many_wrote_the_same_and_only_at_that_paragraph(site: Datasette) -> None:
    report = page(site, "/archive/reports/990100000-zhen-2022")
    (note,) = report.xpath("//p[@class='copied']")
    assert f"{COPIERS} 个机关的年报有这一段" in note.text_content()
    assert note.getprevious().text_content() == COPIED.format(number=0)
    assert note.xpath("a/@href")[0].startswith("/archive/copies/")
    assert page(site, "/archive/reports/990102101-songxizhen-2023").xpath("//p[@class='copied']") == []


def test_the_home_page_asks_who_wrote_the_same(site: Datasette) -> None:
    (link,) = page(site, "/").xpath("//a[contains(., '哪些机关写了同样的话')]/@href")
    assert page(site, link).xpath("//a[starts-with(@href, '/archive/copies/')]")
