"""Identity: whether a document is a report, whose, of which year."""

import json
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import extract
from extract import identity, misread, outline
from extract.document import Block, Document, Grid, GridCell, Link, Paragraph, Picture
from extract.identity import complete
from extract.readers import html, text
from extract.report import Fetched, Finding, Identity, OfficeKind
from extract.titles import office_kind, parse_title, same_office

CORPUS = Path(__file__).parents[2] / "shared" / "corpus"
needs_corpus = pytest.mark.skipif(not CORPUS.is_dir(), reason="需要 ../shared/corpus 里的真实文件")

TITLE = "青溪县白石镇人民政府2024年政府信息公开工作年度报告"
CHAPTERS = """一、总体情况
我镇按照条例的规定做好公开工作，全年主动公开信息31条。
二、主动公开政府信息情况
信息内容\t本年制发件数\t本年废止件数\t现行有效件数
规章\t0\t0\t0
三、收到和处理政府信息公开申请情况
一、本年新收政府信息公开申请数量\t2\t0\t0\t0\t0\t0\t2
四、政府信息公开行政复议、行政诉讼情况
0\t0\t0\t0\t0
五、存在的主要问题及改进情况
公开不够及时，下一步加强培训。
六、其他需要报告的事项
没有收取信息处理费。"""

HEADINGS = "\n".join(line for line in CHAPTERS.split("\n") if "、" in line[:3] and "\t" not in line)
BLANK = CHAPTERS.replace("0", "").replace("2", "").replace("31", "XX")


def identify(document: Document, *, url: str | None = None, words: str = "") -> Identity:
    return identity.identify(outline.read(document), url=url, words=words)


def conflicts(document: Document, found: Identity) -> list[Finding]:
    return identity.conflicts(outline.read(document), found)


def of(*lines: str, end: str = "", body: str = CHAPTERS) -> Identity:
    """The identity of a text: head lines, the chapters, the lines at the end."""
    return identify(text.read("\n".join([*lines, body, end]).encode()))


@pytest.mark.parametrize(
    ("head", "published", "index"),
    [
        ("来源:白石镇 发布时间:2025-03-26", date(2025, 3, 26), None),
        ("索引号: | 113308247743941119/2025-122331 | 公开方式: | 主动公开 |", None, "113308247743941119/2025-122331"),
        ("文号: | 公开日期: | 2025-01-26 | |", date(2025, 1, 26), None),
        ("索 引 号: 000014349/2025-05239 发布日期: 2025-01-17", date(2025, 1, 17), "000014349/2025-05239"),
        ("发布机构:白石镇 发文日期:2025年01月22日", date(2025, 1, 22), None),
        ("来源:区人民政府办公室 时间:2025-01-12 10:01", date(2025, 1, 12), None),
        ("会议时间：2025-01-17", None, None),
    ],
    ids=[
        "behind its source",
        "parted by bars",
        "date parted by bars",
        "both on a line",
        "sent",
        "time",
        "another date",
    ],
)
def test_what_a_page_says_of_itself_is_read_from_its_text_too(
    head: str, published: date | None, index: str | None
) -> None:
    """As copies of pages have it (杨林镇 2023, 中村乡 2023, 新下陆街道 2022)."""
    found = of(head, TITLE)
    assert (found.published_date, found.index_number) == (published, index)


def test_a_signature_may_stand_under_the_title() -> None:
    found = of("政府信息公开工作年度报告", "青溪经开区管委会(白石商务区管委会)", "2025年1月8日")
    assert (found.office, found.office_kind) == ("青溪经开区管委会", OfficeKind.ZONE)
    assert (found.signed_date, found.year) == (date(2025, 1, 8), 2024)


def test_a_date_that_a_machine_wrote_under_the_title_is_no_signature() -> None:
    assert of(TITLE, "2025年01月08日").signed_date is None


@pytest.mark.parametrize("verb", ["现公布", "现公开", "现向社会公布", "现将"])
@pytest.mark.parametrize("office", ["白石镇人民政府", "依安县根河镇人民政府"])
def test_without_a_title_the_sentence_that_publishes_the_report_names_the_office(verb: str, office: str) -> None:
    assert of(f"根据条例的规定，{verb}{office}2024年政府信息公开工作年度报告。").office == office


@pytest.mark.parametrize(
    ("title", "office", "year"),
    [
        ("落水镇人民政府2024年度政府信息公开工作年度报告", "落水镇人民政府", 2024),
        ("2025年白石镇政府信息公开工作年度报告", "白石镇", 2025),
        ("2024年青溪县白石镇人民政府信息公开工作年度报告", "青溪县白石镇人民政府", 2024),
        ("白石镇政府信息公开工作2023年度报告", "白石镇", 2023),
        ("白石镇政府信息公开工作年度报告（2024年度）", "白石镇", 2024),
        ("白石镇政府信息公开工作年度报告", "白石镇", None),
        ("2022年政府信息公开工作年度报告", None, 2022),
        ("青溪县政府2019年信息公开工作年度报告", "青溪县政府", 2019),
        ("凤鸣街道2016年度政府信息公开工作报告", "凤鸣街道", 2016),
        ("汤浦镇2009年政府信息公开工作年报", "汤浦镇", 2009),
        ("青溪县教育局2021年政务信息公开年度报告", "青溪县教育局", 2021),
        ("青溪县教育局2021年政府信息公开年度工作报告", "青溪县教育局", 2021),
        ("2025青溪县白石乡2025年度政府信息公开工作年度报告", "青溪县白石乡", 2025),
        ("２０２４年青溪县白石镇政府信息公开工作年度报告", "青溪县白石镇", 2024),
        ("二〇二四年青溪县白石镇政府信息公开工作年度报告", "青溪县白石镇", 2024),
        ("青溪县人民政府2024年度政府信息公开工作情况的报告", "青溪县人民政府", 2024),
        ("2024年度政府信息公开工作年度报告（青溪县教育局）", "青溪县教育局", 2024),
        ("青溪县人民政府关于2024年度政府信息公开工作年度报告的公告", "青溪县人民政府", 2024),
        ("青溪县财政局2024年度政府信息公开工作年度报告（修订）", "青溪县财政局", 2024),
        ("青溪县教育局2024年政府信息与政务公开工作年度报告", "青溪县教育局", 2024),
        ("2020年高新区（新市区）政府信息公开工作年度报告", "高新区（新市区）", 2020),
        ("2014年上海市政府信息公開工作年度報告", "上海市", 2014),
        ("青溪县水务局2023年政府信息公开工作年度报告-青溪县水务局", "青溪县水务局", 2023),
        ("青溪县人民政府关于2024年政府信息公开工作年度报告", "青溪县人民政府", 2024),
        ("青溪县人民政府办公室关于印发2024年政府信息公开工作年度报告的通知", "青溪县人民政府办公室", 2024),
        ("青溪县人民政府办公室关于印发青溪县2024年政府信息公开工作年度报告的通知", "青溪县", 2024),
        ("关于公布白石镇2024年政府信息公开工作年度报告的公告", "白石镇", 2024),
        ("白石镇2019年政府信息公开工作年度报告（图片版）", "白石镇", 2019),
        ("白石镇2023年政府信息公开工作年度报告.pdf", "白石镇", 2023),
        ("【年度报告】白石镇2023年政府信息公开工作年度报告", "白石镇", 2023),
        ("国家税务总局青溪县税务局2023年政府信息公开工作年度报告", "国家税务总局青溪县税务局", 2023),
        ("青溪县教育局2024年1-12月政府信息公开工作年度报告", "青溪县教育局", 2024),
        ("白石镇政府信息公开工作年度报告（2024年1月1日-2024年12月31日）", "白石镇", 2024),
        ("青溪县教育局关于报送2024年政府信息公开工作年度报告的报告", "青溪县教育局", 2024),
        ("白石镇2012年政府信息公开工作总结", "白石镇", 2012),
        ("白石镇2012年政府信息公开工作开展情况报告", "白石镇", 2012),
        ("青溪县教育局2012年度实施《中华人民共和国政府信息公开条例》情况报告", "青溪县教育局", 2012),
        ("首页 > 政府信息公开年报 > 白石镇2024年政府信息公开工作年度报告", "白石镇", 2024),
        ("2020-03-01 白石镇政府信息公开工作年度报告", "白石镇", None),
        (
            "青溪县财政局2023年政府信息公开工作年度报告2024-01-23",
            "青溪县财政局",
            2023,
        ),  # no 财政 report, as lists show it
        ("青溪县审计局2023年政府信息公开工作年度报告[2024/1/3]", "青溪县审计局", 2023),
        ("青溪县人民政府-白石镇政府信息公开工作年度报告", "白石镇", None),
        ("第一师阿拉尔市十六团新开岭镇2023年政府信息公开工作年度报告", "第一师阿拉尔市十六团新开岭镇", 2023),
    ],
)
def test_titles_of_reports(title: str, office: str | None, year: int | None) -> None:
    read = parse_title(title)
    assert (read.reason, read.office, read.year) == (None, office, year)


@pytest.mark.parametrize(
    ("title", "word"),
    [
        ("文字解读：白石镇2022年政府信息公开工作年度报告", "解读"),
        ("一图读懂白石镇2022年政府信息公开工作年度报告", "图解"),
        ("白石镇2022年政府信息公开工作年度报告图解", "图解"),
        ("白石镇人民政府信息公开年度报告制度", "制度"),
        ("关于做好2024年政府信息公开工作年度报告编制发布工作的通知", "通知"),
        ("关于印发《中华人民共和国政府信息公开工作年度报告格式》的通知", "格式"),
        ("青溪县2023年度政府网站工作年度报表", "政府网站"),
        ("白石镇2025年法治政府建设年度报告", "法治政府"),
        ("白石镇人民政府关于2025年法治政府建设情况的报告", "法治政府"),
        ("青溪县2023年度政府信息公开工作年度报告公布情况", "公布情况"),
        ("白石镇政府信息公开指南", "指南"),
        ("贵州省发布2016年政府信息公开工作年度报告", "消息"),
        ("青溪县召开2023年度政府信息公开工作年报编制和发布部署会", "会议"),
        ("白石镇2024年度政务公开工作总结", "总结"),
        ("关于正直镇2024年部门预算编制说明", "预算"),
        ("2023年镇政府工作报告", "政府工作报告"),
        ("白石镇2024年政府信息公开工作总结", "总结"),
        ("白石镇2012年上半年政府信息公开工作总结", "总结"),
        ("白石镇2024年第四季度政府信息公开工作报告", "计划"),
        ("白石镇2024年部门预算信息公开报告", "预算"),
        ("关于报送2024年政府信息公开工作年度报告的通知", "通知"),
        ("青溪县城投集团2024年年度报告", "不是"),
        ("", "不是"),
    ],
)
def test_titles_of_look_alikes_are_refused_with_the_reason(title: str, word: str) -> None:
    reason = parse_title(title).reason
    assert reason is not None
    assert word in reason


names = st.tuples(
    st.sampled_from(["", "江苏省", "淮安市", "青溪县", "科尔沁右翼中旗", "第一师阿拉尔市"]),
    st.sampled_from(
        [
            "白石镇",
            "白石镇人民政府",
            "红旗街道",
            "红旗街道办事处",
            "哈日苏木人民政府",
            "财政局",
            "高新区管委会",
            "水务局",
        ]
    ),
).map("".join)
patterns = st.sampled_from(
    [
        "{office}{year}年政府信息公开工作年度报告",
        "{office}{year}年度政府信息公开工作年度报告",
        "{year}年{office}政府信息公开工作年度报告",
        "{year}年度{office}政府信息公开年度报告",
        "{office}政府信息公开工作{year}年度报告",
        "{office}{year}年信息公开工作年度报告",
        "{office}{year}年政府信息公开年报",
        "{office} {year} 年 政府信息公开 工作年度报告",
    ]
)


@given(names, st.integers(2008, 2060), patterns)
def test_composed_titles_are_read_back(office: str, year: int, pattern: str) -> None:
    read = parse_title(pattern.format(office=office, year=year))
    assert (read.reason, read.office, read.year) == (None, office, year)
    assert " " not in read.text


@given(
    st.text(
        st.sampled_from("白石镇人民政府信息公开工作年度报告关于印发的通知2024年（）《》- 解读") | st.characters(),
        max_size=60,
    )
)
def test_no_title_raises(title: str) -> None:
    parse_title(title)
    office_kind(title)
    same_office(title, "白石镇人民政府")


@pytest.mark.parametrize(
    ("office", "kind"),
    [
        ("上海市人民政府", "province"),
        ("内蒙古自治区", "province"),
        ("淮安市人民政府", "prefecture"),
        ("江苏省淮安市", "prefecture"),
        ("阿里地区行政公署", "prefecture"),
        ("慈溪市人民政府", "county"),
        ("镇宁自治县政府", "county"),
        ("淮安市洪泽区人民政府", "county"),
        ("上海市浦东新区政府", "county"),
        ("科尔沁右翼中旗", "county"),
        ("慈溪市匡堰镇人民政府", "township"),
        ("哈日诺尔苏木人民政府", "township"),
        ("沙沟回族乡", "township"),
        ("建章路街道", "street"),
        ("重庆市渝中区人民政府朝天门街道办事处", "street"),
        ("佳荣里街", "street"),
        ("北京市朝阳区南磨房地区", "street"),
        ("上海市人民政府办公厅", "government_office"),
        ("鄂尔多斯市人民政府办公室", "government_office"),
        ("山西省人民政府外事办公室", "department"),
        ("沭阳县发展和改革局", "department"),
        ("国家税务总局慈溪市税务局", "department"),
        ("慈溪市机关事务服务中心", "department"),
        ("厦门火炬高新区管委会", "zone"),
        ("恩格贝生态示范区", "zone"),
        ("天津滨海高新技术产业开发区", "zone"),
        ("慈溪市供电公司", "other"),
        ("慈溪市人民政府国有资产监督管理委员会", "department"),
        ("青溪县残疾人联合会", "department"),
        ("高新区（新市区）", "county"),
        ("第一师十六团", "township"),
    ],
)
def test_kinds_of_bodies(office: str, kind: str) -> None:
    assert office_kind(office) == OfficeKind(kind)


def test_the_fuller_name_of_title_and_signature_is_the_office() -> None:
    signature = "白石镇人民政府\n2025年1月14日"
    assert of("白石镇政府信息公开工作2024年度报告", end=signature).office == "白石镇人民政府"
    assert of("2024年青溪县白石镇人民政府信息公开工作", "年度报告", end=signature).office == "青溪县白石镇人民政府"
    assert of("2024年政府信息公开工作年度报告", end=signature).office == "白石镇人民政府"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("青溪县政府办", "青溪县人民政府办公室"),
        ("佳荣里街", "佳荣里街道办事处"),
        ("厦门火炬高新区管委会", "厦门火炬高技术产业开发区管理委员会"),
        ("青溪县发改局", "青溪县发展和改革局"),
    ],
)
def test_one_body_by_two_names(one: str, other: str) -> None:
    assert same_office(one, other)
    assert not same_office(one, other.replace("青溪", "红河").replace("佳荣", "东风").replace("厦门", "福州"))


def test_the_signature_of_the_office_that_drew_it_up_is_not_the_body() -> None:
    assert of("青溪县2024年政府信息公开工作年度报告", end="青溪县人民政府办公室\n2025年3月14日").office == "青溪县"


@pytest.mark.parametrize(
    "lines",
    [
        ["青溪县白石镇人民政府", "2024年政府信息公开工作年度报告"],
        ["青溪县白石镇人民政府2024年政府信息公开", "工作年度报告"],
        ["正文", "青溪县白石镇人民政府 2024 年政府信息公开工作", "年度报告"],
        ["首页", "信息公开年报", "青溪县白石镇人民政府2024年政府信息公开工作年度报告", "发布时间：2025-01-20"],
    ],
)
def test_titles_over_several_lines(lines: list[str]) -> None:
    found = of(*lines)
    assert (found.title, found.office, found.year) == (TITLE, "青溪县白石镇人民政府", 2024)


def test_the_year_in_a_subtitle_is_not_part_of_the_title() -> None:
    for lines in (["白石镇政府信息公开工作年度报告", "（2024年度）"], ["2024年度", "白石镇政府信息公开工作年度报告"]):
        found = of(*lines)
        assert found.year == 2024
        assert found.office == "白石镇"
    assert of("白石镇政府信息公开工作年度报告", "2024年度").title == "白石镇政府信息公开工作年度报告"
    assert of("白石镇政府信息公开工作年度报告（2024年", "度）").title == "白石镇政府信息公开工作年度报告（2024年度）"


@pytest.mark.parametrize(
    ("preamble", "end", "year"),
    [
        ("本报告中所列数据的统计期限自2023年1月1日至2023年12月31日。", "2025年1月4日", 2023),
        ("本报告统计期限为20231月1日起至12月31日止。", "", 2023),
        ("", "白石镇人民政府\n2024年1月17日", 2023),
        ("", "白石镇人民政府\n二〇二四年一月十七日", 2023),
        ("", "白石镇人民政府\n2023年12月28日", 2023),
        ("2023年，我镇认真做好公开工作。", "", 2023),
        ("", "", None),
    ],
)
def test_the_year_where_the_title_has_none(preamble: str, end: str, year: int | None) -> None:
    assert of("白石镇政府信息公开工作年度报告", preamble, end=end).year == year


@pytest.mark.parametrize(
    ("end", "day"),
    [
        ("白石镇人民政府\n2025年1月14日", date(2025, 1, 14)),
        ("白石镇人民政府\n2025年 2 月 18 日", date(2025, 2, 18)),
        ("白石镇人民政府\n2025-01-14", date(2025, 1, 14)),
        ("白石镇人民政府\n20 25.1.1 4", date(2025, 1, 14)),
        ("白石镇党政办公室\n2025年1月14日印发", date(2025, 1, 14)),
        ("白石镇人民政府 2025.1.14", date(2025, 1, 14)),
        ("白石镇人民政府（盖章）\n2025年1月14日", date(2025, 1, 14)),
        ("白石镇人民政府\n２０２５年１月１４日", date(2025, 1, 14)),
        ("白石镇人民政府\n二〇二五年一月二十四日", date(2025, 1, 24)),
        ("白石镇人民政府\n二○二五年十二月三十一日", date(2025, 12, 31)),
        ("白石镇人民政府\n二０二０年一月十四日", date(2020, 1, 14)),
        ("白石镇人民政府\n2025年元月14日", date(2025, 1, 14)),
        ("白石镇人民政府\n日期：2025年1月14日", date(2025, 1, 14)),
        ("发布日期：2025年1月14日", None),
        ("2025年1月14日", date(2025, 1, 14)),
        ("白石镇人民政府\n2025年13月41日", None),
        ("上一篇：白石镇2023年年报\n2024-01-17", None),
        ("白石镇人民政府\n2025年1月", None),
        ("第一师十六团\n2025.1.14", date(2025, 1, 14)),
        ("", None),
    ],
)
def test_the_date_of_the_signature(end: str, day: date | None) -> None:
    assert of(TITLE, end=end).signed_date == day


@pytest.mark.parametrize(
    "headline", ["青溪县财政局举办全民健身运动会", "白石镇召开专题民主生活会", "县领导走访慰问白石镇"]
)
def test_a_headline_below_a_report_is_nobody_s_signature(headline: str) -> None:
    assert of("2024年政府信息公开工作年度报告", end=headline).office is None


def test_witnesses_that_disagree_are_found() -> None:
    document = text.read(
        f"{TITLE}\n统计期限自2023年1月1日至2023年12月31日。\n{CHAPTERS}\n红河乡人民政府\n2023年1月4日".encode()
    )
    found = identify(document)
    assert found.year == 2024
    kinds = {finding.kind: finding for finding in conflicts(document, found)}
    assert set(kinds) == {"year_conflict", "signed_year", "office_conflict"}
    assert "2023年1月1日" in kinds["year_conflict"].evidence


def test_witnesses_that_agree_raise_nothing() -> None:
    for office in ("白石镇人民政府", "青溪县人民政府", "青溪县白石镇人民政府办公室"):
        document = text.read(f"{TITLE}\n统计期限自2024年1月1日起。\n{CHAPTERS}\n{office}\n2025年1月4日".encode())
        assert conflicts(document, identify(document)) == []


PAGE = """<html><head><title>{title}_青溪县人民政府</title><meta name="PubDate" content="{published}">
<meta name="SiteIDCode" content="{code}"></head><body><div class="nav"><a href="/">首页</a> &gt; 信息公开年报</div>
<h1>{heading}</h1><div>发布时间：2025-01-20 09:30 浏览次数：12</div><div id="zoom">{body}</div></body></html>"""


def page(
    body: str, title: str = TITLE, heading: str = TITLE, published: str = "2025-01-21 10:00", code: str = "9901230001"
) -> Identity:
    markup = PAGE.format(title=title, heading=heading, body=body, published=published, code=code)
    return identify(html.read(markup.encode(), "text/html; charset=utf-8"))


PARAGRAPHS = "".join(f"<p>{line}</p>" for line in CHAPTERS.split("\n"))


def test_what_a_page_says_of_itself() -> None:
    found = page(PARAGRAPHS + "<p>索引号：K12345678/2025-00012</p>")
    assert found.is_report
    assert (found.title, found.office, found.year) == (TITLE, "青溪县白石镇人民政府", 2024)
    assert found.published_date == date(2025, 1, 21)
    assert found.site_id_code == "9901230001"
    assert found.index_number == "K12345678/2025-00012"
    assert found.attachments == []


@pytest.mark.parametrize(
    "line",
    [
        "信息时间：2025-01-20",
        "发布于：2025/1/20",
        "[ 更新时间：2025年1月20日 ]",
        "来源：县政府办 2025-01-20 10:00",
        "2025年1月20日 作者：办公室 来源：县政府办 浏览次数：12",
        "2025-01-20 10:00",
        "发布时间：01/20/2025 03:15:00 PM",
    ],
)
def test_the_date_of_the_page(line: str) -> None:
    beside = '<ul><li><a href="a.html">白石镇2014年政府信息公开工作年度报告</a><span>2015-01-01</span></li></ul>'
    for info, outside in ((line, ""), ("", f"<p>{line}</p>")):
        body = f'{beside}<div class="info">{info}</div><div id="zoom">{outside}{PARAGRAPHS}</div>'
        found = identify(html.read(f"<title>{TITLE}</title><h1>{TITLE}</h1>{body}".encode()))
        assert found.published_date == date(2025, 1, 20)


def test_dates_of_a_list_beside_the_text_are_not_the_page_s() -> None:
    beside = '<ul><li><a href="a.html">白石镇2014年政府信息公开工作年度报告</a><span>2015-01-01</span></li></ul>'
    found = identify(html.read(f"<title>{TITLE}</title>{beside}<div>{PARAGRAPHS}</div>".encode()))
    assert found.published_date is None


def test_the_title_of_another_page_in_a_list_is_not_this_page_s() -> None:
    title, other = "白石镇政府信息公开工作年度报告", "白石镇2021年政府信息公开工作年度报告"
    body = f'<ul><li><a href="a.html">{other}</a></li></ul><h1>{title}</h1><div><p>统计期限自2019年1月1日起。</p>'
    found = identify(html.read(f"{body}{PARAGRAPHS}</div>".encode()))
    assert (found.title, found.year) == (title, 2019)


def test_tabs_and_columns_of_years_are_not_the_title_s() -> None:
    title = "白石镇政府信息公开工作年度报告"
    for column in ("2019年", "2025年2024年2023年2022年"):
        found = of(column, title, "统计期限自2020年1月1日至2020年12月31日。")
        assert (found.title, found.year) == (title, 2020)


def test_placeholders_of_site_templates_are_no_facts() -> None:
    found = page(PARAGRAPHS, published="发布时间", code="政府网站标识码")
    assert found.site_id_code is None
    assert found.published_date == date(2025, 1, 20)


def test_a_report_in_attached_files() -> None:
    found = page(
        '<p><a href="./P020250121.docx">白石镇2024年年度报告.docx</a></p>'
        '<p><a href="/module/download/downfile.jsp?filename=9f.pdf">附件</a></p>'
        '<p><a href="qa.docx">年报问答</a></p><p><a href="javascript:print()">a.pdf</a></p>'
    )
    assert found.is_report
    assert found.attachments == ["./P020250121.docx", "/module/download/downfile.jsp?filename=9f.pdf"]


@pytest.mark.parametrize(
    ("markup", "address"),
    [
        ('<embed src="/annualfile.jsp?id=7" type="application/pdf">', "/annualfile.jsp?id=7"),
        ('<object data="/upload/7.pdf" type="application/pdf"></object>', "/upload/7.pdf"),
        ('<iframe src="/pdfjs/web/viewer.html?file=/upload/7.pdf"></iframe>', "/upload/7.pdf"),
        ('<iframe src="/pdfjs/web/viewer.html?file=/annualfile.jsp%3Fid%3D7"></iframe>', "/annualfile.jsp?id=7"),
        ('<a href="javascript:;" onclick="window.open(\'/upload/7.pdf\')">查看</a>', "/upload/7.pdf"),
        (
            '<a href="#" onclick="window.open(\'/down.jsp?id=0&amp;name=7.docx\')">查看</a>',
            "/down.jsp?id=0&name=7.docx",
        ),
        ('<script>new PDFObject.embed("/upload/7.pdf", "#pdf");</script>', "/upload/7.pdf"),
        ('<script>var pdfUrl = "/upload/7.pdf"; PDFObject.embed(pdfUrl, "#pdf");</script>', "/upload/7.pdf"),
        ('<script>new Viewer({"el": "#pdf", "src": "/upload/7.pdf"});</script>', "/upload/7.pdf"),
        ('<a href="..\\..\\upload\\7.PDF">附件</a>', "../../upload/7.PDF"),
    ],
)
def test_a_report_that_is_nothing_but_a_file_shown_in_its_page(markup: str, address: str) -> None:
    menu = "<ul class=nav>" + "<li><a href=/x/>新闻中心</a></li>" * 10 + "</ul>"
    html = f"<html><body>{menu}<h2>{TITLE}</h2><p>发布时间：2025-01-17</p><div id=zoom>{markup}</div></body></html>"
    found = extract.identify(html.encode(), media_type="text/html; charset=utf-8")
    assert (found.is_report, found.attachments) == (True, [address])


def test_what_a_page_with_a_base_links_to_is_meant_from_there() -> None:
    base = '<base href="http://www.example.gov.cn/">'
    found = page(f'{base}<p><img src="upload/1.jpg"><img src="/upload/2.jpg"></p>')
    assert found.attachments == [f"http://www.example.gov.cn/upload/{number}.jpg" for number in (1, 2)]


def test_a_company_that_reports_in_a_column_of_offices_is_no_office() -> None:
    title = "白石县城市建设投资集团有限公司2023年度信息公开年报"
    text = "本公司为国有独资公司，2023年实现营业收入1.2亿元，资产负债情况、薪酬情况依法公开。" * 6
    assert (
        extract.identify(f"<html><h1>{title}</h1><p>{text}</p></html>".encode()).reason
        == "这是企业的报告，不是行政机关的"
    )
    assert of(title).reason == "这是企业的报告，不是行政机关的"  # though it fills in the form
    assert of("白石县烟草专卖局（公司）2023年政府信息公开工作年度报告").is_report


def test_an_attachment_completes_its_page() -> None:
    found = page(
        '<a href="a.pdf">a.pdf</a>',
        title="白石镇2024年政府信息公开工作年度报告",
        heading="白石镇2024年政府信息公开工作年度报告",
    )
    complete(found, of(TITLE, end="青溪县白石镇人民政府\n2025年1月14日"))
    assert (found.office, found.signed_date) == ("青溪县白石镇人民政府", date(2025, 1, 14))
    assert found.title == "白石镇2024年政府信息公开工作年度报告"
    complete(found, of("红河乡2023年政府信息公开工作年度报告"))
    assert (found.office, found.year) == ("青溪县白石镇人民政府", 2024)


def test_the_report_s_own_title_stands_below_that_of_the_notice_which_brings_it() -> None:
    notice = f"白石镇人民政府关于印发《{TITLE}》\n的通知\n各村：\n现将报告印发给你们。"
    assert of(notice, TITLE).title == TITLE


def test_beside_a_list_of_other_years_a_file_with_the_page_s_own_title_is_its_report() -> None:
    title = "青溪县白石镇人民政府政府信息公开工作年度报告"
    others = "".join(f'<p><a href="{y}.html">白石镇{y}年政府信息公开工作年度报告</a></p>' for y in range(2019, 2024))
    found = page(f'<p><a href="P1.zip">{title}.zip</a></p>{others}', title=title, heading=title)
    assert (found.is_report, found.attachments) == (True, ["P1.zip"])


def test_a_report_in_pictures() -> None:
    found = page('<p><img src="./W0202501.png"></p><p><img src="/images/share_icon.png"></p>')
    assert found.is_report
    assert found.attachments == ["./W0202501.png"]


FORMAT = "关于印发《中华人民共和国政府信息公开工作年度报告格式》的通知"
NOTICE = (
    "".join(f"<p>{line}</p><p>这一部分要求内容真实准确，不能遗漏，也不宜泛化。</p>" for line in HEADINGS.split("\n"))
    * 2
)


@pytest.mark.parametrize(
    ("found", "word"),
    [
        (lambda: page("<p>附件正在上传。</p>"), "只有年度报告的标题"),
        (lambda: page("<p><img src='a.png'></p>", heading=f"一图读懂{TITLE}", title=f"一图读懂{TITLE}"), "图解"),
        (lambda: of("青溪县2024年法治政府建设年度报告", body="一、工作情况\n加强法治建设。"), "法治政府"),
        (lambda: of("政府信息公开工作年度报告格式模板", body=HEADINGS), "空白"),
        (lambda: of("XX镇2024年政府信息公开工作年度报告", body=BLANK), "空白"),
        (lambda: page(f"<p>{FORMAT}</p>{NOTICE}", heading="无标题文档", title="无标题文档"), "空白"),
        (lambda: of("365bet棋牌 2024年政府信息公开工作年度报告", "博彩 娱乐城 彩票网 365bet"), "垃圾"),
        (lambda: of(body=""), "没有可读"),
    ],
)  # fmt: skip
def test_what_is_no_report_says_why(found: object, word: str) -> None:
    assert callable(found)
    identity = found()
    assert not identity.is_report
    assert word in identity.reason


@pytest.mark.parametrize(
    ("title", "word"),
    [
        ("白石镇政府信息公开工作年度报告制度", "制度"),
        ("青溪县召开2024年政府信息公开工作年度报告编制培训会", "会议"),
        ("青溪县公布2024年政府信息公开工作年度报告", "消息"),
        ("青溪县2024年政府信息公开工作年度报告公布情况", "公布情况"),
        ("关于做好2024年政府信息公开年度报告编制工作的通知", "通知"),
        ("青溪县政府信息公开工作自查报告", "检查"),
    ],
)
def test_what_stands_in_the_column_of_the_reports_is_not_one_by_that(title: str, word: str) -> None:
    prose = "<p>各单位要高度重视，按照条例的规定认真做好政府信息公开的各项工作，确保按时完成。</p>" * 20
    body = f"{prose}<p><a href='a.html'>青溪县2024年政府信息公开工作年度报告</a></p>"
    markup = (
        f"<title>{title}-青溪县人民政府</title><div>首页 &gt; 政府信息公开年报</div><h1>{title}</h1><div>{body}</div>"
    )
    found = identify(html.read(markup.encode()))
    assert not found.is_report
    assert found.reason
    assert word in found.reason


def test_a_column_page_is_no_report() -> None:
    words = [f"青溪县白石镇20{year}年政府信息公开工作年度报告" for year in range(19, 24)]
    blocks: list[Block] = [Paragraph("政府信息公开年报", heading=True), *(Paragraph(line) for line in words)]
    links = [Link(f"t{number}.html", line) for number, line in enumerate(words)]
    found = identify(Document("html", blocks=blocks, links=links, meta={"title": "政府信息公开年报"}))
    assert not found.is_report
    assert found.reason
    assert "列表" in found.reason


def test_a_report_in_pictures_beside_a_list_of_others_is_a_report() -> None:
    others = [f"青溪县白石镇人民政府20{year}年政府信息公开工作年度报告" for year in range(19, 24)]
    blocks: list[Block] = [Paragraph(TITLE, heading=True), Picture("W1.png"), *(Paragraph(line) for line in others)]
    links = [Link(f"t{number}.html", line) for number, line in enumerate([*others, TITLE])]
    found = identify(Document("html", blocks=blocks, links=links, meta={"title": f"{TITLE}_青溪县人民政府"}))
    assert found.is_report
    assert (found.title, found.attachments) == (TITLE, ["W1.png"])


def test_the_name_of_the_site_is_not_the_body() -> None:
    lines = ["青溪县人民政府", "2024年政府信息公开工作年度报告"]
    found = of(*lines, end="白石镇人民政府\n2025年1月14日")
    assert (found.title, found.office) == (lines[1], "白石镇人民政府")
    assert of(*lines, end="青溪县人民政府办公室\n2025年1月14日").office == "青溪县人民政府"


def test_a_free_form_report_of_before_2019() -> None:
    prose = "我镇认真贯彻条例，全年公开信息12条，没有收到申请，也没有复议和诉讼，收费为零，工作平稳有序地推进。" * 4
    found = of("白石镇2010年政府信息公开工作年度报告", body=prose, end="白石镇人民政府\n2011年3月1日")
    assert found.is_report
    assert (found.office, found.year, found.signed_date) == ("白石镇人民政府", 2010, date(2011, 3, 1))


def test_scope_only_where_the_document_says_it() -> None:
    assert of(TITLE).scope is None
    assert of(TITLE, "2024年，全县共受理申请3119件。").scope is None
    assert of(TITLE, "本报告数据包括全县各镇、街道和县级部门。").scope == "area"
    assert of(TITLE, "本报告数据汇总了全县各乡镇、各部门的情况。").scope == "area"
    assert of(TITLE, "本报告数据仅统计本级，不含下属单位。").scope == "own"
    assert of(TITLE, "本报告所列数据为政府办公室数据，不含其他部门。").scope == "own"


words = st.text(
    st.sampled_from("白石镇人民政府信息公开工作年度报告一二三、总体情况2024年1月日：.pdf（）《》\t 0"), max_size=40
)
grids = st.lists(st.lists(words.map(GridCell) | st.none(), max_size=3), max_size=4).map(Grid)
documents = st.builds(
    Document,
    st.sampled_from(["text", "html", "pdf"]),
    blocks=st.lists(st.one_of(st.builds(Paragraph, words), st.builds(Picture, words), grids), max_size=15),
    meta=st.dictionaries(st.sampled_from(["title", "ArticleTitle", "PubDate", "SiteIDCode", "索引号", "时间"]), words),
    links=st.lists(st.builds(Link, words, words), max_size=5),
    html=st.none(),
)


@given(documents, words)
def test_every_document_is_identified_without_an_error(document: Document, hint: str) -> None:
    found = identify(document, words=hint)
    conflicts(document, found)
    assert found.is_report == (found.reason is None)


@given(st.lists(st.sampled_from([*CHAPTERS.split("\n"), TITLE, "白石镇人民政府", "2025年1月14日"]), max_size=12))
def test_torn_reports_are_identified_without_an_error(lines: list[str]) -> None:
    blocks: list[Block] = [Paragraph(line) for line in lines]
    found = identify(Document("text", blocks=blocks))
    assert found.year in (None, 2024)


def _labelled() -> list[dict[str, object]]:
    files = [CORPUS / name for name in ("titles.jsonl", "list_page_links.jsonl")]
    return [json.loads(line) for file in files if file.exists() for line in file.read_text("utf-8").splitlines()]


@pytest.mark.corpus
@needs_corpus
def test_real_titles() -> None:
    wrong = []
    rows = _labelled()
    for row in rows:
        label, read = row["label"], parse_title(str(row["title"]))
        assert isinstance(label, dict)
        if label["is_report"] != (read.reason is None):
            wrong.append((row["title"], read))
        elif label["is_report"]:
            named = str(label["body_name"] or "")
            # A label names the body in full; a title may leave out the place above it, or 人民政府.
            if read.year != label["year"] or (
                named != (read.office or "") and not same_office(read.office or "", named)
            ):
                wrong.append((row["title"], read))
    assert len(rows) > 100
    # "2020年度" is the whole title of one page: its body alone can tell.
    assert [title for title, _ in wrong] == ["2020年度"]


@pytest.mark.corpus
@needs_corpus
@pytest.mark.parametrize(
    "name",
    [
        "mazhenfu_2024",
        "baiquan_2023",
        "kuangyan_2024",
        "pingyuan_2024",
        "kansu_2024",
        "shuyang_fgj_2023",
        "shanghai_office_2025",
    ],
)
def test_real_documents(name: str) -> None:
    truth = json.loads((CORPUS / "truth.json").read_text("utf-8"))[name]
    data = (CORPUS / "documents" / truth["file"]).read_bytes()
    document = html.read(data) if truth["file"].endswith("html") else text.read(data)
    found = identify(document)
    assert found.is_report
    for field in ("title", "office", "year", "scope"):
        assert getattr(found, field) == truth[field]
    assert (found.signed_date.isoformat() if found.signed_date else None) == truth["signed_date"]
    assert conflicts(document, found) == []


@pytest.mark.corpus
@needs_corpus
def test_the_real_column_page_is_no_report() -> None:
    found = identify(html.read((CORPUS / "documents" / "engebei_gknb_list_page.html").read_bytes()))
    assert not found.is_report
    assert found.reason
    assert "列表" in found.reason


@pytest.mark.parametrize(
    "above",
    [
        "<a href='?fbtime=2022'>2022年</a> <a href='?fbtime=2023'>2023年</a>",
        "<div>您现在的位置： <a href='/'>首页</a> &gt; 2024年</div>",
        "<ul><li>2024年度</li><li>2023年度</li></ul>",
        "<p>2024年 | 2023年 | 2022年</p>",
        "<select><option>2024年</option><option>2023年</option></select>",
    ],
    ids=["years to choose from", "the way to the page", "years below each other", "years on a line", "a select"],
)
def test_a_year_that_names_a_column_is_not_the_title_s(above: str) -> None:
    title = "匡堰镇人民政府政府信息公开工作年度报告"
    page = (
        f"<html><meta charset=utf-8><title>{title}</title><body><div>{above}<h1>{title}</h1><p>发布时间：2021-01-15</p>"
        f"<p>全文见附件。</p><p><a href='/f.docx'>{title}.docx</a></p></div></body></html>"
    )
    found = identify(html.read(page.encode()))
    assert (found.title, found.office, found.year) == (title, "匡堰镇人民政府", 2020)


YEARLESS = "匡堰镇人民政府政府信息公开工作年度报告"
BARE_PAGE = (
    f"<html><meta charset=utf-8><title>{YEARLESS}</title><body><h1>{YEARLESS}</h1>{{dated}}"
    "<p>全文见附件。</p><p><a href='/f.docx'>附件1.docx</a></p></body></html>"
)


@pytest.mark.parametrize(
    ("dated", "words", "url", "year"),
    [
        ("<p>发布时间：2022-01-21</p>", "2022年", None, 2021),  # fbtime=2022 of xxgkAnnualReport.jsp
        ("", "2022年", "http://x.example/zwgk/t20220121_123.html", 2021),
        ("", "2022年", "http://x.example/art/2022/1/21/art_1229_1.html", 2021),
        ("<p>发布时间：2022-12-29</p>", "2022年", None, 2022),
        ("<p>发布时间：2022-01-21</p>", "2021年", None, 2021),
        ("<p>发布时间：2024-09-03</p>", "2021年", None, 2021),  # moved from an older site
        ("", "2022年", None, 2022),
        ("<p>发布时间：2022-01-21</p>", "下载", None, 2021),
        ("", "下载", None, None),
    ],
)
def test_a_hint_of_the_site_is_not_believed_against_the_calendar(
    dated: str, words: str, url: str | None, year: int | None
) -> None:
    found = identify(html.read(BARE_PAGE.format(dated=dated).encode()), url=url, words=words)
    assert found.year == year
    assert found.year_is_hint == (year is not None)


@pytest.mark.parametrize(
    ("body", "year"),
    [
        (f"{YEARLESS}\n统计期限自2021年1月1日至2021年12月31日。\n{CHAPTERS}", 2021),
        (f"{YEARLESS}\n{CHAPTERS}\n匡堰镇人民政府\n2022年1月14日", 2021),
        (f"匡堰镇2021年政府信息公开工作年度报告\n{CHAPTERS}", 2021),
        (f"{YEARLESS}\n{CHAPTERS}", 2022),
    ],
    ids=["period", "signature", "title", "nothing"],
)
def test_what_the_attached_file_says_of_its_year_comes_before_the_site_s_hints(body: str, year: int) -> None:
    def fetch(url: str) -> Fetched:
        return Fetched(body.encode(), None, url)

    page = BARE_PAGE.format(dated="").encode()
    assert extract.read(page, words="2022年", fetch=fetch).identity.year == year


def test_who_signed_the_attached_file_comes_before_the_name_of_the_site_above_its_page() -> None:
    """A gkmlpt of a district: 政府信息公开工作年度报告 without a body, and every page is headed 南康区人民政府."""
    page = (
        "<div>南康区人民政府</div><ul><li>首页</li><li>政务公开</li></ul>"
        "<h1>2023年政府信息公开工作年度报告</h1><p><a href='/a.pdf'>2023年年度报告.pdf</a></p>"
    )
    signed = f"2023年政府信息公开工作年度报告\n{CHAPTERS}\n龙回镇人民政府\n2024年1月17日"
    report = extract.read(page.encode(), fetch=lambda url: Fetched(signed.encode(), None, url))
    assert (report.identity.office, report.identity.year) == ("龙回镇人民政府", 2023)
    assert report.cells
    assert report.identity.office_kind == "township"


def test_the_file_of_the_page_s_year_is_taken_and_another_year_is_told() -> None:
    page = PAGE.format(
        title=TITLE, heading=TITLE, published="2025-01-21", code="",
        body="<p><a href='/a.docx'>附件1.docx</a></p><p><a href='/b.docx'>附件2.docx</a></p>",
    ).encode()  # fmt: skip
    of_2023 = f"{TITLE}\n{CHAPTERS}".replace("2024", "2023").replace("\t2\t", "\t7\t")
    of_2024 = f"{TITLE}\n{CHAPTERS}".replace("\t2\t", "\t5\t")

    def year_conflicts(first: str, second: str) -> list[str]:
        files = {"/a.docx": first, "/b.docx": second}
        report = extract.read(page, fetch=lambda url: Fetched(files[url].encode(), None, url))
        assert report.identity.year == 2024
        assert report.cells
        return [finding.detail for finding in report.findings if finding.kind == "year_conflict"]

    assert year_conflicts(of_2023, of_2024) == []
    assert year_conflicts(of_2023, of_2023) == ["页面的标题为2024年，附件的标题为2023年"]


@pytest.mark.parametrize(
    "sentence",
    [
        "本报告所列数据截至2023年12月31日。",
        "2023年1月1日至12月31日，我镇公开信息12条。",
        "截至2023年12月31日，我镇公开信息12条。",
    ],
)
def test_a_sentence_gives_the_year_that_neither_title_nor_signature_has(sentence: str) -> None:
    page = f"{YEARLESS}\n{sentence}\n{CHAPTERS}".encode()
    found = identify(text.read(page), words="2024年")
    assert (found.year, found.year_is_hint) == (2023, False)


def test_a_place_that_no_registry_has_is_named() -> None:
    assert misread.unknown("乌兰浩特市坝坝乡人民政府") == ["坝坝乡"]
    assert misread.unknown("会东县鲹鱼河镇人民政府") == misread.unknown("横山县人民政府办公室") == []


@pytest.mark.parametrize(
    ("title", "signed", "acting", "words", "office"),
    [
        ("棠浦区云屏镇", "棠浦区云屏镇", "云屏镇", "", "棠浦区云屏镇"),
        ("棠浦区云屁镇", "棠浦区云屏镇", "云屏镇", "", "棠浦区云屏镇"),
        ("棠浦区云屁镇", "棠浦区云屏镇", "我镇", "", "棠浦区云屁镇"),
        ("棠浦区云屁镇", "云屏镇", "我镇", "云屏镇", "棠浦区云屏镇"),
        ("梧岭县头镇", "梧岭县坝头镇", "头镇", "梧岭县㙟头镇", "梧岭县㙟头镇"),
        ("东山镇", "东山镇", "东山镇", "西山镇", "东山镇"),
        ("会东县参鱼河镇", "会东县参鱼河镇", "我镇", "", "会东县鲹鱼河镇"),
        ("棠浦区云屏镇", "棠浦区云屏镇", "南湾子镇", "河口镇", "棠浦区云屏镇"),
    ],
    ids=[
        "alike",
        "two against one",
        "one against one",
        "the link decides",
        "a rare one",
        "a link's slip",
        "the registry",
        "others",
    ],
)
def test_a_misread_place_of_a_scan_is_as_most_witnesses_have_it(
    title: str, signed: str, acting: str, words: str, office: str
) -> None:
    lines = [
        f"{title}人民政府2021年政府信息公开工作年度报告",
        "一、总体情况",
        f"2021年，{acting}人民政府认真落实条例。",
    ]
    lines += [
        "二、主动公开政府信息情况",
        "三、收到和处理政府信息公开申请情况",
        "五、存在的主要问题及改进情况",
        "人手不足。",
    ]
    lines += ["六、其他需要报告的事项", "无。", f"{signed}人民政府", "2022年1月11日"]
    link = f"{words}人民政府2021年政府信息公开工作年度报告" if words else ""
    document = Document("image", [Paragraph(line) for line in lines], lines=lines, recognised=True)
    found = identify(document, words=link)
    assert found.office == f"{office}人民政府"
    assert found.title == f"{office}人民政府2021年政府信息公开工作年度报告"
    document.recognised = False
    assert identify(document, words=link).title == lines[0]
