"""What a visitor meets: pages in Chinese, cells told apart, everything but reading closed."""

import asyncio
import csv
import io
import json
import logging
import re
import shutil
import sqlite3
from pathlib import Path
from typing import Any

import httpx
import pytest
from datasette.app import Datasette
from datasette.database import Database
from datasette.facets import ColumnFacet
from lxml import html
from serve_samples import ATTACK, BUREAU, FILLERS, FREE, HOSTILE, TOWN_2020, TOWN_2023, make

import serve
from archive import schema

ENGLISH = re.compile(
    r"\b(rows?|where|sorted by|descending|Next page|Advanced export|This data as|Search|Apply|Custom SQL|View and edit"
    r"|CREATE TABLE|Powered by|Datasette|Menu|home|Error|records|facets?|Suggested|Links from|Data source|Data license"
    r"|Queries|Tables|Download SQLite|hidden|contains|starts with|remove filter|Not Found|Forbidden)\b"
)


def front(archive: Path, *, immutable: bool = False) -> Datasette:
    """The same Datasette that `serve.command` starts, in this process."""
    return Datasette(
        [] if immutable else [str(archive)],
        immutables=[str(archive)] if immutable else [],
        settings=serve.SETTINGS,
        metadata=json.loads(schema.metadata_text()),
        template_dir=str(serve.FOLDER / "templates"),
        plugins_dir=str(serve.FOLDER / "plugins"),
        static_mounts=[("static", str(serve.FOLDER / "static"))],
    )


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make(tmp_path_factory.mktemp("serve") / "archive.db")


@pytest.fixture(scope="module")
def site(archive: Path) -> Datasette:
    return front(archive)


def ask(site: Datasette, path: str, method: str = "GET", **more: Any) -> httpx.Response:
    answer: httpx.Response = asyncio.run(site.client.request(method, path, follow_redirects=True, **more))
    return answer


def page(site: Datasette, path: str, status: int = 200) -> html.HtmlElement:
    answer = ask(site, path)
    assert answer.status_code == status, answer.text[:2000]
    return html.document_fromstring(answer.text)


def words(element: html.HtmlElement) -> str:
    for code in element.xpath("//script | //style | //code"):
        code.drop_tree()
    return " ".join(element.text_content().split())


def titles(document: html.HtmlElement) -> list[str]:
    return [link.text_content() for link in document.xpath("//ol[@class='hits']//h2/a")]


PAGES = [
    "/",
    "/archive",
    "/archive/reports",
    "/archive/reports?year=2023&_sort=title",
    "/archive/reports?q=信访",
    "/archive/requests?outcome=new_received&total__gt=5",
    "/archive/findings",
    "/archive/cell_notes",
    "/archive/offices/990102101-songxizhen",
    f"/archive/reports/{TOWN_2023}",
    f"/archive/reports/{TOWN_2020}",
    f"/archive/reports/{FREE}",
]


@pytest.mark.parametrize("path", PAGES)
def test_page_is_chinese_and_accessible(site: Datasette, path: str) -> None:
    document = page(site, path)
    assert document.get("lang") == "zh-Hans"
    assert len(document.xpath("//main")) == len(document.xpath("//h1")) == 1
    for landmark in ("//header", "//footer", "//nav[@aria-label]"):
        assert document.xpath(landmark)
    assert not document.xpath("//th[not(@scope)]")
    assert not document.xpath("//table[not(caption) and not(ancestor::*[@aria-label])]")
    for field in document.xpath("//input[@type!='hidden'] | //select"):
        named = field.get("aria-label") or document.xpath(f"//label[@for='{field.get('id')}']")
        assert named or field.xpath("ancestor::label"), field.get("name")
    ids = [element.get("id") for element in document.xpath("//*[@id]")]
    assert len(ids) == len(set(ids))
    assert not document.xpath("//script[not(@src)] | //style | //*[@style] | //*[@onclick]")
    text = words(document)
    assert not ENGLISH.search(text), ENGLISH.search(text)


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/archive/nothing", 404),
        ("/archive/reports/nothing", 404),
        ("/nothing", 404),
        ("/archive/reports?_size=many", 400),
        ("/archive/reports?_col=nothing", 400),
        ("/archive/reports?_sort=nothing", 400),
        ("/archive?sql=select+1", 403),
        ("/-/settings", 404),
    ],
)
def test_error_pages_are_chinese(site: Datasette, path: str, status: int) -> None:
    answer = ask(site, path)
    assert answer.status_code == status
    document = html.document_fromstring(answer.text)
    assert document.get("lang") == "zh-Hans"
    assert not ENGLISH.search(words(document))
    assert "Traceback" not in answer.text


@pytest.mark.parametrize(
    "path",
    ["/", "/coverage", "/archive/reports", f"/archive/reports/{TOWN_2023}", "/archive/reports.json"],
)
def test_what_breaks_inside_is_told_in_chinese_and_no_more(
    archive: Path, path: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    site = front(Path(shutil.copy(archive, tmp_path / "archive.db")))  # of which no page has counted anything yet
    ask(site, "/robots.txt")

    def breaks(*_: object, **__: object) -> None:
        raise RuntimeError("/srv/内部/archive.db 损坏")

    monkeypatch.setattr(Database, "execute", breaks)
    answer = ask(site, path)
    assert answer.status_code == 500
    assert "网站出错了" in (answer.json()["error"] if path.endswith(".json") else answer.text)
    assert not re.search(r"/srv|损坏|Traceback|RuntimeError|\.py", answer.text)
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "损坏" in capfd.readouterr().err  # the log has it


def test_home_tells_how_much_there_is(site: Datasette) -> None:
    document = page(site, "/")
    text = words(document)
    assert str(FILLERS + 6) in text
    assert "2016–2023" in text.replace(" ", "")
    assert "最近一次采集（北京时间）2026-02-01 16:00" in text
    (year,) = document.xpath("//section[@aria-labelledby='by-year']//a[contains(@href, 'year=2020')]/@href")
    assert titles(page(site, year)) == ["松溪镇2020年政府信息公开工作年度报告"]
    (county,) = document.xpath("//a[contains(., '白露县')]/@href")
    assert len(titles(page(site, county))) == 6


def test_questions_lead_to_lists_of_that_length(site: Datasette) -> None:
    questions = page(site, "/").xpath("//ul[@class='questions']//a")
    assert len(questions) >= 10
    for link in questions:
        count = int(re.search(r"[\d,]+", link.xpath("span")[0].text_content())[0].replace(",", ""))  # type: ignore[index]
        listed = page(site, link.get("href"))
        assert re.search(rf"共 {count:,} ?\D", words(listed)), link.get("href")
        assert listed.xpath("//h1")[0].text_content() == link.xpath("strong")[0].text_content()


def test_every_facet_is_there_with_chinese_values(site: Datasette) -> None:
    document = page(site, "/archive/reports")
    facets = {
        f.xpath("summary")[0].text_content(): f.text_content() for f in document.xpath("//details[@class='facet']")
    }
    assert list(facets) == [
        *["年份", "省份", "地市", "区县", "机关类别", "范围", "表格版本", "文件格式", "读取情况", "最重问题"]
    ]
    assert "部门" in facets["机关类别"]
    assert "2019年格式" in facets["表格版本"]
    assert "部分读出" in facets["读取情况"]
    assert "department" not in document.text_content()
    (department,) = document.xpath("//details[@class='facet']//a[text()='部门']/@href")
    filtered = page(site, department)
    assert titles(filtered) == ["白露县教育局2023年政府信息公开工作年度报告"]
    (back,) = filtered.xpath("//ul[@class='chips']//a/@href")
    assert len(titles(page(site, back))) == 50


def test_a_facet_that_timed_out_is_named(archive: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def late(_: ColumnFacet) -> tuple[list[Any], list[str]]:
        return [], ["county"]

    monkeypatch.setattr(ColumnFacet, "facet_results", late)
    assert "没能在时限内数完：区县" in words(page(front(archive), "/archive/reports"))


@pytest.mark.parametrize("order", ["", "?_sort_desc=received", "?_sort_desc=denied_share"])
def test_pager_walks_through_all_reports_once(site: Datasette, order: str) -> None:
    path, seen = f"/archive/reports{order}", []
    while path:
        document = page(site, path)
        seen += document.xpath("//ol[@class='hits']//h2/a/@href")
        path = next(iter(document.xpath("//a[@rel='next']/@href")), "")
    assert len(seen) == len(set(seen)) == FILLERS + 6
    assert order or TOWN_2020 in seen[-2]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("信访", 3),
        ("征地补偿", 1),
        ("信访 补偿", 1),
        ("信访 -征地", 2),
        ("采砂", 0),
        ("“征地补偿和信访”", 1),
        ("政府信息公开", FILLERS),
        ("教育局", 1),
    ],
)
def test_search_finds_chinese_words(site: Datasette, query: str, found: int) -> None:
    answer = ask(site, "/archive/reports", params={"q": query})
    text = words(html.document_fromstring(answer.text))
    count = int(re.search(r"共 ([\d,]+) 份", text)[1])  # type: ignore[index]
    assert count >= found if query == "政府信息公开" else count == found


def test_search_marks_the_words_and_keeps_its_address(site: Datasette) -> None:
    document = page(site, "/archive/reports?q=征地补偿")
    assert "".join(document.xpath("//p[@class='snippet']/mark/text()")) == "征地补偿"
    assert document.xpath("//input[@type='search']/@value") == ["征地补偿"]
    addresses = document.xpath("//main//a/@href")
    assert not [address for address in addresses if "_q=" in address]
    (facet,) = document.xpath("//details[@class='facet']//a[text()='2023']/@href")
    assert "q=" in facet
    assert "year=2023" in facet
    assert len(titles(page(site, facet))) == 1


@pytest.mark.parametrize("query", ["，。！", '"', "-", "OR", "(", "AND NOT *", "a" * 3000, "信访*", "title:x", "\x00"])
def test_search_survives_any_query(site: Datasette, query: str) -> None:
    assert ask(site, "/archive/reports", params={"q": query}).status_code == 200


def test_search_runs_once_for_rows_count_and_facets(site: Datasette, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    execute = Database.execute

    async def counting(self: Database, sql: str, *args: Any, **more: Any) -> Any:
        asked.append(sql)
        return await execute(self, sql, *args, **more)

    monkeypatch.setattr(Database, "execute", counting)
    page(site, "/archive/reports?q=更新栏目")
    assert len([sql for sql in asked if "MATCH" in sql.upper()]) == 1


def cells(document: html.HtmlElement) -> dict[str, html.HtmlElement]:
    return {cell.get("id"): cell for cell in document.xpath("//td[@id]")}


def test_report_page_has_the_official_tables_of_2021(site: Datasette) -> None:
    document = page(site, f"/archive/reports/{TOWN_2023}")
    found = cells(document)
    assert len([key for key in found if key.startswith("disclosure.")]) == 10
    assert len([key for key in found if key.startswith("requests.")]) == 175
    assert len([key for key in found if key.startswith("disputes.")]) == 15
    assert found["disclosure.rules.repealed"].text_content() == "1,001"
    text = words(document)
    assert "第二十条第（八）项" in text
    assert "2.申请人逾期未按收费通知要求缴纳费用" in text


def test_report_page_has_the_official_tables_of_2019(site: Datasette) -> None:
    document = page(site, f"/archive/reports/{TOWN_2020}")
    found = cells(document)
    assert len([key for key in found if key.startswith("disclosure.")]) == 22
    assert len([key for key in found if key.startswith("requests.")]) == 161
    text = words(document)
    assert "政府集中采购" in text
    assert "行政规范性文件" not in text


def test_report_page_of_two_editions(site: Datasette) -> None:
    found = cells(page(site, f"/archive/reports/{BUREAU}"))
    assert len(found) == 10 + 161 + 15


@pytest.mark.parametrize("report_id", [TOWN_2023, TOWN_2020])
def test_every_cell_stands_under_its_headings(site: Datasette, report_id: str) -> None:
    """Row and column spans add up: each row is as wide as its table."""
    for table in page(site, f"/archive/reports/{report_id}").xpath("//table[contains(@class, 'sheet ')]"):
        widths: set[int] = set()
        hanging: list[int] = []
        for row in table.xpath(".//tr"):
            width = len(hanging)
            hanging = [left - 1 for left in hanging if left > 1]
            for cell in row:
                columns, rows = int(cell.get("colspan", 1)), int(cell.get("rowspan", 1))
                width += columns
                hanging += [rows - 1] * columns if rows > 1 else []
            widths.add(width)
        assert len(widths) == 1, (table.get("class"), widths)


def test_cells_that_are_no_numbers_are_told_apart(site: Datasette) -> None:
    document = page(site, f"/archive/reports/{TOWN_2023}")
    found = cells(document)
    shown = {
        "disclosure.rules.issued": ("is-blank", "空"),
        "requests.new_received.ngo": ("is-slash", "/"),
        "requests.carried_in.natural_person": ("is-dash", "—"),
        "requests.carried_in.commercial": ("is-text", "“无”"),
        "requests.partial.total": ("is-missing", "缺"),
        "requests.denied_state_secret.total": ("is-unreadable", "？"),
        "requests.denied_third_party.total": ("is-disputed", "≠"),
    }
    for key, (name, text) in shown.items():
        assert (found[key].get("class").split()[0], found[key].text_content()) == (name, text)
    assert found["requests.granted.total"].text_content().endswith("推")
    assert found["disclosure.licences.decisions"].get("title").endswith("37（含自然失效3件）")
    assert "12 | 72" in found["requests.denied_third_party.total"].get("title")
    legend = document.xpath("//details[@class='legend']")[0].text_content()
    for mark in ("空", "/", "—", "推", "缺", "？", "≠"):
        assert mark in legend


def test_findings_lead_to_their_cells_and_doubts_stand_apart(site: Datasette) -> None:
    document = page(site, f"/archive/reports/{TOWN_2023}")
    findings = document.xpath("//section[@id='findings']")[0]
    assert "新收申请各类之和为6027" in findings.text_content()
    assert "可能是本站读错的地方" not in findings.text_content()
    (link,) = findings.xpath(".//a[@href='#requests.new_received.total']")
    assert "总计" in link.text_content()
    assert cells(document)["requests.new_received.total"].xpath("a[@class='proof']/@href") == ["#finding-1"]
    doubtful = page(site, f"/archive/reports/{BUREAU}").xpath("//section[@id='findings']")[0].text_content()
    assert "可能是本站读错的地方" in doubtful
    assert "请勿据此批评" in doubtful


def test_report_page_shows_where_it_comes_from(site: Datasette) -> None:
    document = page(site, f"/archive/reports/{TOWN_2023}")
    source = document.xpath("//section[@id='source']")[0]
    assert source.xpath(f".//a[@href='http://www.bailu.example/{TOWN_2023}.html']")
    assert source.xpath(".//a[@href='/-/original/1']")
    assert "ab" * 32 in source.text_content()
    assert "2026-01-31 16:00（北京时间）" in source.text_content()
    assert document.xpath("//nav[@class='years']/a/text()") == ["2016", "2020"]
    assert document.xpath("//table[@class='sheet other']//td/text()")[:3] == ["渠道", "条数", "网站"]


def test_prose_stands_paragraph_by_paragraph(site: Datasette) -> None:
    paragraphs = page(site, f"/archive/reports/{TOWN_2023}").xpath("//section[@id='overview']/p/text()")
    assert paragraphs == ["2023年，松溪镇围绕征地补偿和信访事项主动公开政府信息121条。", "全年更新栏目12个。"]


# --- CSV


def rows_of(answer: httpx.Response) -> list[dict[str, str]]:
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    return list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"), newline="")))


@pytest.mark.parametrize("table", [one.name for one in schema.TABLES])
def test_csv_of_every_table_is_whole_and_opens_in_excel(site: Datasette, table: str) -> None:
    answer = ask(site, f"/archive/{table}.csv")
    assert answer.content.startswith(b"\xef\xbb\xbf")
    rows = rows_of(answer)
    count = ask(site, f"/archive/{table}.json?_size=1").json()["filtered_table_rows_count"]
    assert len(rows) == count
    assert "filename*=UTF-8''" in answer.headers["content-disposition"]
    for row in rows:
        for value in row.values():
            assert not re.match(r"[=@\t\r]|[-+](?![\d.,]*$)", value), value


def test_csv_of_thousands_of_rows_has_each_once(site: Datasette) -> None:
    rows = rows_of(ask(site, "/archive/requests.csv"))
    keys = {(row["report_id"], row["outcome"]) for row in rows}
    assert len(rows) == len(keys) > 3000
    town = [r for r in rows if r["report_id"] == TOWN_2023 and r["outcome"] == "carried_in"]
    assert [town[0]["natural_person"], town[0]["total"]] == ["", "1023"]


def test_csv_keeps_filter_and_search(site: Datasette) -> None:
    document = page(site, "/archive/reports?q=信访&year=2023")
    links = document.xpath("//p[@class='take']/a/@href")
    rows = rows_of(ask(site, links[0]))
    assert sorted(row["report_id"] for row in rows) == sorted([TOWN_2023, HOSTILE])
    chinese = rows_of(ask(site, links[1]))
    assert {row["年份"] for row in chinese} == {"2023"}


def test_csv_neutralises_formulas_only(site: Datasette) -> None:
    notes = rows_of(ask(site, "/archive/cell_notes.csv"))
    raw = {(note["report_id"], note["cell"]): note["raw"] for note in notes}
    assert raw[HOSTILE, "requests.granted.total"].startswith("'=cmd|")
    assert raw[TOWN_2020, "disclosure.licences.items_change"] == "+19"
    chapters = rows_of(ask(site, f"/archive/chapters.csv?report_id={HOSTILE}"))
    assert chapters[0]["text"].startswith("'=HYPERLINK")


def test_csv_for_scripts_has_no_mark(site: Datasette) -> None:
    assert ask(site, "/archive/reports.csv?_bom=off").content.startswith(b"report_id,title,")


def test_csv_never_answers_with_a_page(site: Datasette) -> None:
    assert ask(site, "/archive/reports.csv?_trace=1").headers["content-type"] == "text/csv; charset=utf-8"
    assert ask(site, f"/archive/reports/{HOSTILE}.csv?_trace=1").headers["content-type"] == "text/csv; charset=utf-8"
    assert ask(site, "/archive.csv?sql=select+1").status_code == 404


def test_csv_error_is_an_error(site: Datasette) -> None:
    assert ask(site, "/archive/reports.csv?_sort=nothing").status_code >= 400
    assert ask(site, "/archive/nothing.csv").status_code == 404


# --- closed doors


CLOSED = [
    "/archive?sql=select+1",
    "/archive.json?sql=select+1",
    "/archive.csv?sql=select+1",
    "/archive/-/query?sql=select+1",
    "/_memory?sql=select+1",
    "/_internal",
    "/_internal/databases",
    "/archive/reports?_where=1=1",
    "/archive/reports.json?_where=1=1",
    "/archive/reports.csv?_where=1=1",
    "/archive.db",
    "/archive.db?x=1",
    "/-/permissions",
    "/-/allow-debug",
    "/-/messages",
    "/-/patterns",
    "/-/databases.json",
    "/-/threads.json",
    "/-/auth-token?token=x",
    "/-/settings.json",
    "/-/plugins.json",
    "/-/metadata.json",
    "/static/../__init__.py",
    "/static/%2e%2e/__init__.py",
]


@pytest.mark.parametrize("immutable", [False, True])
@pytest.mark.parametrize("path", CLOSED)
def test_closed(archive: Path, path: str, immutable: bool) -> None:
    answer = ask(front(archive, immutable=immutable), path)
    assert answer.status_code in {403, 404}, path
    assert b"SQLite format" not in answer.content
    assert '"rows"' not in answer.text


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"])
@pytest.mark.parametrize("path", ["/", "/archive", "/archive/reports", f"/archive/reports/{TOWN_2023}", "/-/messages"])
def test_nothing_can_be_written(site: Datasette, method: str, path: str) -> None:
    assert ask(site, path, method).status_code == 405


def test_debugging_arguments_show_nothing(site: Datasette) -> None:
    for argument in ("_context=1", "_trace=1"):
        text = ask(site, f"/archive/reports?{argument}").text
        assert "csrftoken" not in text
        assert "select " not in text
    assert "_trace" not in ask(site, "/archive/reports.json?_trace=1&_size=1").json()


@pytest.mark.parametrize(
    "path",
    [
        *PAGES,
        "/coverage",
        "/method",
        "/downloads",
        "/feed.atom",
        "/robots.txt",
        "/archive/reports.json",
        "/archive/reports.csv",
        "/archive/reports?_sort=nothing",
        f"/archive/reports/{TOWN_2023}/requests.granted.total",
        "/-/original/1",
        "/nothing",
        "/static/style.css",
    ],
)
def test_headers_keep_captured_text_from_running(site: Datasette, path: str) -> None:
    headers = ask(site, path).headers
    policy = headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"


@pytest.mark.parametrize(
    "path",
    [
        f"/archive/reports/{HOSTILE}",
        "/archive/reports?q=恶意",
        "/archive/reports?year=2023",
        "/archive/chapters",
        "/archive/findings",
        "/archive/cell_notes",
        "/archive/other_tables",
        "/archive/reports?office=" + ATTACK.replace("#", ""),
        "/archive/reports?q=" + ATTACK,
    ],
)
def test_hostile_text_stays_text(site: Datasette, path: str) -> None:
    document = page(site, path)
    assert not document.xpath("//img | //script[not(starts-with(@src, '/static/'))] | //iframe | //object | //embed")
    for element in document.iter():
        for name, value in element.attrib.items():
            assert not name.startswith("on"), (element.tag, name)
            assert not value.lower().strip().startswith("javascript:"), (element.tag, name)


def test_javascript_address_is_text(site: Datasette) -> None:
    source = page(site, f"/archive/reports/{HOSTILE}").xpath("//section[@id='source']")[0]
    assert "javascript:document.title" in source.text_content()


def test_robots_may_read_reports_but_not_lists(site: Datasette) -> None:
    text = ask(site, "/robots.txt").text
    assert "Disallow: /*?" in text
    assert "Disallow: /*.csv" in text
    assert "Disallow: /\n" not in text
    assert not page(site, f"/archive/reports/{TOWN_2023}").xpath("//meta[@name='robots']")
    assert "noindex" in page(site, "/archive/reports?year=2023").xpath("//meta[@name='robots']/@content")[0]


def test_any_file_name_is_served_as_the_archive(archive: Path, tmp_path: Path) -> None:
    other = tmp_path / "2026年快照.db"
    other.write_bytes(archive.read_bytes())
    assert ask(front(other), "/archive/reports").status_code == 200
    assert ask(front(other), "/archive.db").status_code in {403, 404}


def test_empty_archive_has_its_pages(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "archive.db") as db:
        schema.create(db)
    empty = front(tmp_path / "archive.db")
    assert "档案还是空的" in words(page(empty, "/"))
    assert "没有符合条件" in words(page(empty, "/archive/reports"))


def test_command_has_the_doors_closed(tmp_path: Path) -> None:
    line = serve.command(tmp_path / "archive.db", 8123)
    assert line[line.index("--port") + 1] == "8123"
    assert line[line.index("--host") + 1] == "127.0.0.1"
    for name in ("default_allow_sql", "allow_download", "trace_debug", "template_debug", "suggest_facets"):
        assert line[line.index(name) + 1] == "off"
    for option in ("--metadata", "--plugins-dir", "--template-dir"):
        assert Path(line[line.index(option) + 1]).exists()


@pytest.mark.parametrize(
    "order", ["_sort=total", "_sort_desc=total", "_sort=year", "_sort_desc=year", "_sort_desc=scope", ""]
)
def test_no_row_is_lost_between_pages(site: Datasette, order: str) -> None:
    for table, key in (("requests", "outcome"), ("disputes", "stage")):
        rows = rows_of(ask(site, f"/archive/{table}.csv?{order}"))
        keys = {(row["report_id"], row[key]) for row in rows}
        assert len(rows) == len(keys) == ask(site, f"/archive/{table}.json?_size=1").json()["filtered_table_rows_count"]


def test_facets_of_later_pages_count_the_whole_list(site: Datasette) -> None:
    first = page(site, "/archive/reports")
    second = page(site, first.xpath("//a[@rel='next']/@href")[0])
    facets = [d.xpath("//details[@class='facet']") for d in (first, second)]
    assert [f.text_content().split() for f in facets[0]] == [f.text_content().split() for f in facets[1]]
    assert not [link for link in second.xpath("//details[@class='facet']//a/@href") if "_next" in link]


@pytest.mark.parametrize("path", ["/archive/findings", "/archive/findings?kind=row_sum", "/archive/reports?q=信访"])
def test_what_is_asked_inside_stands_in_no_link(site: Datasette, path: str) -> None:
    """A list that a link led to without its count said “很多”."""
    links = [link for link in page(site, path).xpath("//main//a/@href") if "?" in link]
    assert links
    for link in links:
        assert not re.search(r"_nocount|_nofacet|[?&]_q=", link), link
    kind = next((link for link in links if "kind=row_sum" in link), path)
    assert re.search(r"共 \d", words(page(site, kind)))


def test_a_visitors_own_facet_is_shown_too(site: Datasette) -> None:
    facets = page(site, "/archive/reports?_facet=site_host").xpath("//details[@class='facet']/summary/text()")
    assert facets[-1] == "网站"
    assert len(facets) == 11


def test_a_range_of_numbers_narrows_the_list_with_everything_else(site: Datasette) -> None:
    """The form's state is the address: with search, facets and the CSV."""
    narrowed = "/archive/reports?received__gte=30&received__lte=39&year=2022&q=政府信息公开"
    document = page(site, narrowed)
    assert len(titles(document)) == 10
    form = document.xpath("//form[@class='between']")[0]
    fields = {field.get("name"): field.get("value") for field in form.xpath(".//input")}
    assert fields["received__gte"] == "30"
    assert fields["year"] == "2022"
    assert fields["q"] == "政府信息公开"
    assert "新收申请 不小于 30" in words(document)
    lines = list(csv.DictReader(io.StringIO(ask(site, narrowed.replace("?", ".csv?")).text.lstrip("\ufeff"))))
    assert sorted(int(line["received"]) for line in lines) == list(range(30, 40))


@pytest.mark.parametrize(
    ("query", "told"),
    [
        ("received__gte=许多", "“新收申请”要填数字，这里写的是“许多”。"),
        ("received__gte=１０", "“新收申请”要填数字"),
        ("denied_share__lte=5%25", "“不予公开占比”要填数字，这里写的是“5%”。"),
        ("received__gte=100&received__lte=9.5", "“新收申请”的下限 100 大于上限 9.5"),
    ],
)
@pytest.mark.parametrize("address", ["/archive/reports?", "/archive/reports.csv?"])
def test_what_is_no_range_is_told_in_chinese(site: Datasette, address: str, query: str, told: str) -> None:
    answer = ask(site, address + query)
    assert answer.status_code == 400
    assert told in answer.text


def test_no_share_is_ranked_under_thirty_cases(site: Datasette) -> None:
    document = page(site, "/archive/reports?year=2022&_sort_desc=denied_share&_size=max")
    hits = document.xpath("//ol[@class='hits']/li")
    handled = [int(re.search(r"办结 (\d+)", words(hit))[1]) for hit in hits]  # type: ignore[index]
    ranked = ["%" in words(hit) for hit in hits]
    assert ranked == sorted(ranked, reverse=True)
    assert [number >= 30 for number in handled] == ranked
    assert "分母不满 30 件的年报不算比率" in words(document)
    assert "30 件" in words(page(site, "/archive/reports?denied_share__gte=10"))


def test_an_open_choice_of_the_filter_form_is_no_condition(site: Datasette) -> None:
    """Nor does it stand in the address, which is sent to colleagues."""
    answer = ask(site, "/archive/reports?received__gte=&year=2023&q=")
    assert answer.url.query == b"year=2023"
    document = page(site, "/archive/requests?scope=&outcome=granted&_filter_column=&_filter_op=exact&_filter_value=")
    assert f"共 {FILLERS + 4} 行" in words(document)


def test_what_people_looked_for_is_not_logged(site: Datasette, caplog: pytest.LogCaptureFixture) -> None:
    ask(site, "/")  # the plugins are there
    line = ("127.0.0.1:1", "GET", "/archive/reports?q=%E4%BF%A1%E8%AE%BF", "1.1", 200)
    with caplog.at_level("INFO", logger="uvicorn.access"):
        logging.getLogger("uvicorn.access").info('%s - "%s %s HTTP/%s" %d', *line)
    assert caplog.messages == ['127.0.0.1:1 - "GET /archive/reports HTTP/1.1" 200']
