"""The sample sites are what other tests judge by: so their sums, their bytes and their addresses are tested here."""

import csv
import re
import socket
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Iterator
from html.parser import HTMLParser
from io import BytesIO
from typing import Any
from urllib.parse import urlencode, urljoin

import docx
import pypdfium2
import pytest

import samples
from samples import world
from samples.sites import ADDRESSES, Row

Truth = dict[str, dict[str, Any]]
REPORTS = list(world.all_reports())


@pytest.fixture(scope="module")
def rows() -> Iterator[list[Row]]:
    with samples.serve() as started:
        yield started


@pytest.fixture(scope="module")
def truth(rows: list[Row]) -> Truth:
    return samples.truth(rows)


def fetch(
    url: str, data: bytes | None = None, headers: dict[str, str] | None = None
) -> tuple[int, bytes, dict[str, str]]:
    request = urllib.request.Request(url, data, headers or {})
    try:
        with urllib.request.urlopen(request, timeout=20) as answer:
            return answer.status, answer.read(), dict(answer.headers.items())
    except urllib.error.HTTPError as error:
        return error.code, error.read(), dict(error.headers.items())


def text_of(data: bytes) -> str:
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("gb18030")


def text_in(report: world.Report) -> str:
    return "".join(paragraph for paragraphs in report.chapters.values() for paragraph in paragraphs)


class Links(HTMLParser):
    """The addresses and words of a page's anchors, inside XML islands too."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.hrefs: list[str] = []
        self.feed(re.sub(r"<!\[CDATA\[|\]\]>|<script[^>]*>|</script>", "", page))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.hrefs += [value for name, value in attrs if tag == "a" and name == "href" and value]


# --- what the reports say ---


def test_there_are_reports_of_every_year_kind_format_and_edition(truth: Truth) -> None:
    assert 60 <= len(REPORTS) <= 110
    assert {report.year for report in REPORTS} == set(range(2019, 2025))
    assert {report.office.kind for report in REPORTS} == {
        "county", "government_office", "department", "zone", "township", "street",
    }  # fmt: skip
    assert {entry["format"] for entry in truth.values()} == {"html", "pdf", "docx"}
    assert {entry["delivery"] for entry in truth.values()} == {"page", "attachment", "direct"}
    editions = {(entry["editions"]["disclosure"], entry["editions"]["requests"]) for entry in truth.values()}
    assert editions == {("2019", "2019"), ("2021", "2021"), ("2021", "2019")}
    assert any(report.year > 2020 and report.disclosure_edition == "2019" for report in REPORTS)


@pytest.mark.parametrize("report", REPORTS, ids=lambda report: report.key)
def test_the_sums_are_right_except_where_declared(report: world.Report) -> None:
    assert world.sums_broken(report.cells, report.requests_edition) == ({report.wrong} if report.wrong else set())


def test_the_numbers_are_as_offices_of_a_county_have_them() -> None:
    values = [
        cell.value for report in REPORTS for key, cell in report.cells.items() if not key.startswith("disclosure.")
    ]
    assert 0.7 < values.count(0) / len(values) < 0.9, "three quarters of the cells of real reports are 0"
    for report in REPORTS:
        rules = {cell.value for key, cell in report.cells.items() if key.startswith("disclosure.rules.")}
        assert rules <= {0, None}, "no body of a county makes 规章"
    received = {report.key: report.cells["requests.new_received.total"].value or 0 for report in REPORTS}
    assert min(received[f"chenglan-{year}"] for year in range(2019, 2025)) > 50
    assert sum(number <= 7 for number in received.values()) > len(REPORTS) / 3
    assert received["zhuhuang-2023"] == 0, "from none to many: a leap to be found"
    assert received["zhuhuang-2024"] > 40


def test_some_reports_are_wrong_and_some_have_blanks() -> None:
    wrong = Counter(report.wrong for report in REPORTS if report.wrong)
    assert set(wrong) == {"row_sum", "balance", "outcome_sum", "disputes_sum"}
    statuses = {cell.status for report in REPORTS for cell in report.cells.values()}
    assert statuses == {"number", "blank", "slash", "dash"}
    for cell in (cell for report in REPORTS for cell in report.cells.values()):
        assert (cell.value is None) == (cell.status != "number")


def test_cells_have_the_keys_of_their_edition() -> None:
    for report in REPORTS:
        count = {"2019": 22, "2021": 10}[report.disclosure_edition] + {"2019": 161, "2021": 175}[
            report.requests_edition
        ]
        assert len(report.cells) == count + 15
        assert ("requests.other_single.total" in report.cells) == (report.requests_edition == "2019")


def test_a_year_goes_on_where_the_year_before_ended() -> None:
    reports = {report.key: report for report in REPORTS}
    followed = 0
    for report in REPORTS:
        before = reports.get(f"{report.office.key}-{report.year - 1}")
        if before is None:
            continue
        for column in world.COLUMNS:
            carried_in = report.cells[f"requests.carried_in.{column}"]
            carried_out = before.cells[f"requests.carried_out.{column}"]
            assert carried_in == carried_out, (report.key, column)
        followed += 1
    assert followed > 20


def test_the_prose_gives_the_numbers_of_the_table() -> None:
    stated = 0
    for report in REPORTS:
        found = re.search(
            r"(?:收到政府信息公开申请|新收政府信息公开申请|收到申请|收到公开申请)(\d+)件",
            report.chapters["overview"][-4],
        )
        if found:
            assert int(found[1]) == report.cells["requests.new_received.total"].value
            stated += 1
    assert stated > 50


def test_two_townships_have_one_text_with_another_name() -> None:
    reports = {report.key: report for report in REPORTS}
    one, other = reports["baixian-2023"], reports["liziao-2023"]
    assert str(one.chapters).replace("白鹇", "栗子坳") == str(other.chapters)
    assert one.cells != other.cells
    texts = Counter(text_in(report) for report in REPORTS)
    assert max(texts.values()) == 1


def test_words_to_search_for_stand_in_some_reports_only() -> None:
    texts = [text_in(report) for report in REPORTS]
    for word in ("信访", "复议"):
        assert 5 < sum(word in text for text in texts) < len(texts) - 5


def test_the_invented_places_hang_together_and_are_committed() -> None:
    found = samples.division_rows()
    codes = {row["code"] for row in found}
    assert len(codes) == len(found)
    assert all(row["parent"] in codes for row in found if row["parent"])
    assert all(row["code"].startswith("88") for row in found), "no province has a code that begins with 88"
    assert {report.office.division_code for report in REPORTS} <= codes
    with (world.HERE / "divisions.csv").open(encoding="utf-8", newline="") as file:
        assert list(csv.DictReader(file)) == found, "run python -m samples.make"


# --- what the sites serve ---


def test_every_report_is_served_and_holds_its_numbers(truth: Truth) -> None:
    for url, entry in truth.items():
        status, body, _ = fetch(entry["attachment"] or url)
        assert status == 200
        printed = numbers_in(body, entry["format"])
        wanted = Counter(cell["raw"] for cell in entry["cells"].values() if cell["status"] == "number")
        assert not wanted - printed, url


def numbers_in(body: bytes, kind: str) -> Counter[str]:
    """Numbers of the tables as the file has them, read without knowing the form."""
    if kind == "pdf":
        document = pypdfium2.PdfDocument(body)
        text = "\n".join(page.get_textpage().get_text_range() for page in document)
        assert len(text) > 1000
    elif kind == "docx":
        tables = docx.Document(BytesIO(body)).tables
        assert len(tables) == 3
        text = "\n".join(cell.text for table in tables for row in table.rows for cell in row.cells)
    else:
        # Spans cut numbers in two: what is left between tags without spans is the number.
        page = re.sub(r"</?(?:span|o:p|b|strong)\b[^>]*>", "", text_of(body))
        text = re.sub(r"<[^>]+>", "\n", page)
    return Counter(re.findall(r"(?<![\d.])[+-]?\d+(?:\.\d+)?", text))


def test_a_page_declares_gb2312_and_holds_more_than_that(rows: list[Row], truth: Truth) -> None:
    pages = [url for url, entry in truth.items() if url.startswith(rows[0].url) and url.endswith(".html")]
    for url in pages:
        _, body, headers = fetch(url)
        assert b"charset=gb2312" in body
        assert "charset" not in headers["Content-Type"]
        with pytest.raises(UnicodeDecodeError):
            body.decode("gb2312")
        body.decode("gb18030")
    names = "".join(entry["office"] for url, entry in truth.items() if url.startswith(rows[0].url))
    assert all(sign in names for sign in "鄌㙟𠮷")


def test_later_pages_are_named_by_script_only(rows: list[Row]) -> None:
    folder = urljoin(rows[0].url, "/zwgk/zfxxgk/zfxxgknb/bm_1022/")
    page = text_of(fetch(folder)[1])
    total = int(re.search(r'createPageHTML\((\d+), 0, "index", "html"\)', page)[1])  # type: ignore[index]
    assert total >= 3
    assert not any("index_" in href for href in Links(page).hrefs)
    seen: set[str] = set()
    for number in range(total):
        links = Links(text_of(fetch(f"{folder}index_{number}.html" if number else folder)[1])).hrefs
        some = {href for href in links if href.startswith("./20")}
        assert some
        assert not some & seen
        seen |= some
    assert fetch(f"{folder}index_{total}.html")[0] == 404


def test_a_list_is_xml_inside_the_page_and_goes_on_at_the_proxy(rows: list[Row]) -> None:
    page = text_of(fetch(urljoin(rows[1].url, "/col/col1229214363/index.html"))[1])
    total = int(re.search(r"<totalrecord>(\d+)</totalrecord>", page)[1])  # type: ignore[index]
    first = re.findall(r"<record><!\[CDATA\[<li><a href=\"([^\"]+)\"", page)
    assert 0 < len(first) < total
    proxy = urljoin(rows[1].url, re.search(r'href="([^"]*dataproxy.jsp)', page)[1])  # type: ignore[index]
    form = urlencode({"col": 1, "webid": 3391, "columnid": 1229214363, "unitid": 5407721}).encode()
    posted = text_of(fetch(f"{proxy}?startrecord=1&endrecord=100&perpage=10", form)[1])
    everything = re.findall(r"<record><!\[CDATA\[<li><a href=\"([^\"]+)\"", posted)
    assert len(everything) == total
    assert everything[: len(first)] == first
    by_page: list[str] = []
    for number in (1, 2, 3):
        answer = text_of(fetch(f"{proxy}?page={number}&columnid=1229214363&unitid=5407721")[1])
        by_page += re.findall(r"<record><!\[CDATA\[<li><a href=\"([^\"]+)\"", answer)
        assert ("<nextgroup>" in answer) == (number < 3)
    assert by_page == everything
    assert fetch(f"{proxy}?page=x&columnid=1229214363")[0] == 500


def test_every_report_and_lookalike_can_be_reached_from_the_home_page(rows: list[Row], truth: Truth) -> None:
    """Follows every anchor, the scripts of one site and the proxy of the other."""
    reached: set[str] = set()
    waiting = [row.url for row in rows]
    while waiting:
        url = waiting.pop()
        if url in reached:
            continue
        reached.add(url)
        _, body, headers = fetch(url)
        if "text" not in headers["Content-Type"]:
            continue
        page = text_of(body)
        links = [href.replace("&amp;", "&") for href in Links(page).hrefs]
        paged = re.search(r'createPageHTML\((\d+), 0, "index", "html"\)', page)
        links += [f"index_{number}.html" for number in range(1, int(paged[1]))] if paged else []
        waiting += [urljoin(url, href) for href in links if not href.startswith("javascript")]
    wanted = {*truth, *(entry["attachment"] for entry in truth.values() if entry["attachment"])}
    wanted |= {*samples.not_reports(rows), *samples.gone(rows), *samples.forbidden(rows)}
    assert wanted - reached == set()
    assert len(reached) < 300, "a polite crawl of the samples must stay short"


def test_no_lookalike_is_among_the_reports(rows: list[Row], truth: Truth) -> None:
    lookalikes = samples.not_reports(rows)
    assert len(lookalikes) > 20
    assert not set(lookalikes) & set(truth)
    titles = [re.search(r"<title>([^<]*)", text_of(fetch(url)[1]))[1] for url in lookalikes]  # type: ignore[index]
    for words in ("法治政府建设年度报告", "政府网站工作年度报表", "图解", "编制发布工作的通知", "公开指南", "部门预算"):
        assert any(words in title for title in titles), words


def test_a_report_is_posted_twice(truth: Truth) -> None:
    again = [entry for entry in truth.values() if entry["again"]]
    assert len(again) == 2
    for entry in again:
        first = next(other for other in truth.values() if other["key"] == entry["key"] and not other["again"])
        assert first["cells"] == entry["cells"]
        assert first["chapters"] == entry["chapters"]


def test_a_column_named_by_a_year_holds_the_reports_of_another(rows: list[Row], truth: Truth) -> None:
    column = urljoin(rows[0].url, "/zwgk/zfxxgk/zfxxgknb/xzjd_1023/2024n/")
    named = [urljoin(column, href) for href in Links(text_of(fetch(column)[1])).hrefs]
    assert {truth[url]["year"] for url in named if url in truth} == {2023}
    assert "<title>2024年" in text_of(fetch(column)[1])


def test_one_site_answers_conditional_requests_and_the_other_has_no_validators(rows: list[Row], truth: Truth) -> None:
    url = next(url for url in truth if url.startswith(rows[0].url))
    _, body, headers = fetch(url)
    assert body
    for condition in ({"If-None-Match": headers["ETag"]}, {"If-Modified-Since": headers["Last-Modified"]}):
        status, body, _ = fetch(url, headers=condition)
        assert (status, body) == (304, b"")
    assert fetch(url, headers={"If-None-Match": '"another"'})[0] == 200
    assert fetch(url, headers={"If-Modified-Since": "no date"})[0] == 200
    _, _, headers = fetch(next(url for url in truth if url.startswith(rows[1].url)))
    assert not {"ETag", "Last-Modified"} & set(headers)


def test_robots_txt_is_there_on_one_site_only(rows: list[Row]) -> None:
    assert fetch(urljoin(rows[0].url, "/robots.txt"))[0] == 404
    status, body, _ = fetch(urljoin(rows[1].url, "/robots.txt"))
    assert status == 200
    closed = re.findall(r"Disallow: (\S+)", text_of(body))
    assert all(any(urljoin(rows[1].url, path) in url for path in closed) for url in samples.forbidden(rows))


def test_what_is_gone_is_404_on_one_site_and_a_notice_on_the_other(rows: list[Row]) -> None:
    answers = [fetch(url) for url in samples.gone(rows)]
    assert [status for status, _, _ in answers] == [404, 200]
    assert all("不存在" in text_of(body) for _, body, _ in answers)
    status, _, headers = fetch(urljoin(rows[1].url, "/module/download/downfile.jsp?filename=nothing.pdf"))
    assert status == 200
    assert headers["Content-Type"].startswith("text/html")


def test_requests_are_remembered(rows: list[Row]) -> None:
    before = len(samples.requests(rows[0].url))
    fetch(urljoin(rows[0].url, "/xwzx/zwyw/?a=1"), headers={"User-Agent": "somebody"})
    asked = samples.requests(rows[0].url)[before:]
    assert [(entry.method, entry.path, entry.status) for entry in asked] == [("GET", "/xwzx/zwyw/?a=1", 200)]
    assert asked[0].headers["user-agent"] == "somebody"


def test_sites_start_where_their_port_is_taken(rows: list[Row]) -> None:
    with samples.serve() as others:
        assert {row.url for row in others}.isdisjoint(row.url for row in rows)
        assert [fetch(row.url)[0] for row in others] == [200, 200]
        assert set(samples.truth(others)).isdisjoint(samples.truth(rows))
    with pytest.raises(urllib.error.URLError):
        urllib.request.urlopen(others[0].url, timeout=2)


def test_sites_have_an_address_each(rows: list[Row]) -> None:
    hosts = [socket.gethostbyname(row.url.split("/")[2].split(":")[0]) for row in rows]
    assert len(ADDRESSES) == len(rows)
    if any(host == "127.0.0.1" for host in hosts):
        pytest.skip("this machine has no loopback address but 127.0.0.1")
    assert len(set(hosts)) == len(rows)


def test_rows_are_written_as_a_list_of_sites(rows: list[Row], tmp_path: Any) -> None:
    samples.write_sites(rows, tmp_path / "sites.csv")
    with (tmp_path / "sites.csv").open(encoding="utf-8", newline="") as file:
        assert [Row(**line) for line in csv.DictReader(file)] == rows
