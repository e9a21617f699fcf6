"""Chapters: what belongs to which, and what is no prose."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extract import chapters, outline
from extract.chapters import TABLE_CHAPTERS
from extract.document import Block, Document, Grid, GridCell, Paragraph, Picture
from extract.outline import KEYS
from extract.readers import text

CORPUS = Path(__file__).parents[2] / "shared" / "corpus" / "documents"

HEADINGS = {
    "overview": "一、总体情况",
    "disclosure": "二、主动公开政府信息情况",
    "requests": "三、收到和处理政府信息公开申请情况",
    "disputes": "四、政府信息公开行政复议、行政诉讼情况",
    "problems": "五、存在的主要问题及改进情况",
    "other_matters": "六、其他需要报告的事项",
}
PROSE = {
    "overview": "（一）主动公开。2024年，我镇主动公开信息31条。\n（二）依申请公开。全年收到申请2件。",
    "disclosure": "",
    "requests": "",
    "disputes": "",
    "problems": "一是公开不够及时。\n二是下一步加强培训。",
    "other_matters": "本年度没有收取信息处理费。",
}
TITLE = "青溪县白石镇人民政府2024年政府信息公开工作年度报告"


def report(headings: dict[str, str] | None = None, prose: dict[str, str] | None = None, title: str = TITLE) -> Document:
    """A report as text, with some of its headings or prose replaced."""
    headings, prose = HEADINGS | (headings or {}), PROSE | (prose or {})
    lines = [title]
    for key in KEYS:
        lines += [line for line in (headings[key], *prose[key].split("\n")) if line]
    return text.read("\n".join(lines).encode())


def split(document: Document) -> chapters.Chapters:
    return chapters.split(outline.read(document))


def grid(*rows: str) -> Grid:
    return Grid([[GridCell(cell) for cell in row.split("|")] for row in rows])


def test_the_six_chapters_with_their_prose() -> None:
    found = split(report())
    assert found.texts == PROSE
    assert found.headings == HEADINGS
    assert found.problems == []


@pytest.mark.parametrize(
    ("key", "heading"),
    [
        ("overview", "一、 总 体 情 况"),
        ("overview", "## **一、概述**"),
        ("overview", "第一部分 政府信息公开工作的总体情况"),
        ("overview", "总体情况"),
        ("disclosure", "二、行政机关主动公开政府信息情况"),
        ("disclosure", "二、主动公开政府信息的情况："),
        ("requests", "三、行政机关收到和处理政府信息公开申请情况"),
        ("requests", "二、收到和处理政府信息公开申请的情况"),
        ("disputes", "四、因政府信息公开工作被申请行政复议、提起行政诉讼情况"),
        ("disputes", "四、政府信息公开行政复议及行政诉讼情况"),
        ("problems", "五、存在的主要问题及整改措施"),
        ("problems", "五、当前存在的主要问题及下一步改进措施"),
        ("problems", "五、政府信息公开工作中需要改进的情况"),
        ("overview", "1.总体情况"),
        ("overview", "一、我局2024年政府信息公开工作总体情况"),
        ("requests", "三、收到和处理政府信息依申请公开申请的情况"),
        ("disputes", "四、行政复议和行政诉讼"),
        ("problems", "五、问题与改进"),
        ("other_matters", "六、需要报告的其他事项"),
        ("other_matters", "六、其他报告事项"),
        ("other_matters", "六、其它需要报告事项"),
        ("other_matters", "七、其他需要报告的情况"),
    ],
)
def test_heading_variants(key: str, heading: str) -> None:
    found = split(report({key: heading}))
    assert found.texts == PROSE
    assert set(found.headings) == set(HEADINGS)


@pytest.mark.parametrize(
    "line", ["六、其他需要报告的事项：无。", "六、其他需要报告的事项 无。", "六、其他需要报告的事项无。"]
)
def test_prose_on_the_line_of_its_heading(line: str) -> None:
    found = split(report({"other_matters": line}, {"other_matters": ""}))
    assert found.texts["other_matters"] == "无。"
    assert found.headings["other_matters"] == "六、其他需要报告的事项"


@pytest.mark.parametrize("form", ["{0}、{1}", "{0}．{1}", "（{2}）{1}", "{0}. {1}", "第{2}部分：{1}"])
def test_chapters_numbered_in_another_way(form: str) -> None:
    words = {key: heading[2:] for key, heading in HEADINGS.items()} | {"overview": "基本情况", "problems": "存在的不足"}
    numbers = zip(KEYS, "１23456", "一二三四五六", strict=True)
    found = split(report({key: form.format(digit, words[key], numeral) for key, digit, numeral in numbers}))
    assert found.texts == PROSE


@pytest.mark.parametrize(
    ("key", "lines"),
    [
        ("problems", "五、存在的主要问题\n及改进情况"),
        ("problems", "五、存在的\n主要问题及改进情况"),
        ("other_matters", "六、其他需要\n报告的事项"),
        ("disputes", "四、政府信息公开行政复议、\n行政诉讼情况"),
    ],
)
def test_a_heading_broken_over_two_lines(key: str, lines: str) -> None:
    found = split(report({key: lines}))
    assert found.texts == PROSE
    assert found.headings[key] == lines.replace("\n", "")


def test_a_section_behind_a_heading_is_not_its_end() -> None:
    prose = {"problems": "存在的主要问题\n一是公开不够及时。"}
    assert split(report(prose=prose)).texts == PROSE | prose


@pytest.mark.parametrize(
    "end", ["白石镇人民政府\n（盖章）", "第一师十六团\n2025年1月", "青溪县档案馆\n（2025年1月4日）"]
)
def test_no_signature_belongs_to_the_last_chapter(end: str) -> None:
    found = split(report(prose={"other_matters": f"无。\n{end}"}))
    assert found.texts["other_matters"] == "无。"


def test_numbered_sections_of_a_chapter_are_no_chapters() -> None:
    prose = {
        "overview": "（一）主动公开政府信息情况\n公开9条。\n（二）收到和处理政府信息公开申请情况\n无申请。",
        "problems": "一、存在的主要问题\n不够及时。\n二、改进措施\n加强培训。",
    }
    found = split(report(prose=prose))
    assert found.texts == PROSE | prose


def test_rows_of_the_tables_are_no_headings() -> None:
    rows = "一、本年新收政府信息公开申请数量\t1\t0\n三、本年度办理结果\n四、结转下年度继续办理\t0\t0"
    found = split(report(prose={"requests": rows}))
    assert found.texts == PROSE
    assert found.headings == HEADINGS
    assert found.problems == []


def test_an_introduction_and_a_table_of_contents_are_no_headings() -> None:
    introduction = "本报告由总体情况、主动公开政府信息情况、收到和处理政府信息公开申请情况等六部分组成。"
    contents = "\n".join(["目录", *HEADINGS.values(), introduction])
    found = split(report(title=f"{TITLE}\n{contents}"))
    assert found.headings == HEADINGS
    assert found.texts["problems"] == PROSE["problems"]


def test_what_stands_before_the_first_heading_opens_the_overview() -> None:
    preamble = "根据《中华人民共和国政府信息公开条例》，现公布白石镇2024年政府信息公开工作年度报告。"
    found = split(report(title=f"首页\n{TITLE}\n发布时间：2025-01-20\n{preamble}"))
    assert found.texts["overview"] == f"{preamble}\n{PROSE['overview']}"


def test_a_report_that_stands_twice_is_not_its_own_preamble() -> None:
    twice = "\n".join(line.text for line in report().paragraphs)
    found = split(report(title=f"{twice}\n第二十条第（一）项\n{TITLE}"))
    assert found.texts == PROSE


def test_a_wrapped_line_that_names_the_form_is_no_second_title() -> None:
    """Shanghai 2025: the sentence before 一、 names the form's title at a line's end."""
    preamble = (
        "本年度报告根据《中华人民共和国政府信息公开条例》（以下简称《条\n"
        "例》）和《关于印发中华人民共和国政府信息公开工作年度报告\n格式的通知》的要求编制，数据统计期限为2024年。"
    )
    found = split(report(title=f"{TITLE}\n{preamble}"))
    assert found.texts["overview"].startswith("本年度报告根据")


def test_a_chapter_that_lost_its_heading_is_found_and_said() -> None:
    found = split(report({"problems": ""}, {"problems": "（一）工作中存在的主要问题\n不够及时。"}))
    assert found.texts["problems"] == "（一）工作中存在的主要问题\n不够及时。"
    assert "problems" not in found.headings
    assert any("没有标题" in problem for problem in found.problems)


def test_an_unknown_chapter_is_kept_and_reported() -> None:
    found = split(report(prose={"other_matters": "无。\n七、2025年工作思路\n继续做好公开。"}))
    assert found.texts["other_matters"] == "无。\n七、2025年工作思路\n继续做好公开。"
    assert any("2025年工作思路" in problem for problem in found.problems)


def test_a_missing_chapter_is_reported() -> None:
    found = split(report({"disputes": ""}))
    assert "disputes" not in found.texts
    assert any("行政复议" in problem for problem in found.problems)


@pytest.mark.parametrize(
    "ending",
    [
        "白石镇人民政府\n2025年1月14日",
        "                 白石镇人民政府\n        2025 年 1 月 14 日",
        "白石镇人民政府  2025-01-14",
        "（白石镇人民政府 2025年1月14日）",
        "二〇二五年一月十四日",
        "中共白石镇委员会\n白石镇人民政府\n二○二五年一月十四日",
    ],
)
def test_the_signature_and_the_page_below_it_are_no_prose(ending: str) -> None:
    chrome = "\n上一篇：白石镇2023年政府信息公开工作年度报告\n打印本页\n网站标识码：9901230001"
    found = split(report(prose={"other_matters": f"无。\n{ending}{chrome}"}))
    assert found.texts["other_matters"] == "无。"


@pytest.mark.parametrize("end", ["上一篇：白石镇2023年年报", "相关文档", "【打印本页】", "主办单位：青溪县人民政府"])
def test_without_a_signature_the_text_ends_where_the_page_goes_on(end: str) -> None:
    found = split(report(prose={"other_matters": f"无。\n{end}\n关于加强防汛工作的通知\n12"}))
    assert found.texts["other_matters"] == "无。"


def test_page_numbers_and_chrome_are_no_prose() -> None:
    chrome = "— 5 —\n-3－\n第 3 页 / 共 5 页\n5 / 6\n浏览次数：12\n【打印本页】\n扫一扫在手机打开当前页"
    prose = f"一是公开不够及时。\n{chrome}\n二是加强培训。"
    assert split(report(prose={"problems": prose})).texts["problems"] == "一是公开不够及时。\n二是加强培训。"


def test_words_that_begin_like_chrome_are_prose() -> None:
    prose = "打印申请材料费用按件计收，共收费12元。\n来源于群众的申请有3件。\n微信12条，微博3条。\n部门协作不够。"
    assert split(report(prose={"problems": prose})).texts["problems"] == prose


def test_a_heading_may_run_into_its_prose() -> None:
    heading = "五、政府信息公开工作存在的主要问题及改进情况"
    prose = "2024年，我镇的公开工作取得了一定成绩，但仍存在一些不足：一是公开不够及时，二是解读较少。"
    found = split(report({"problems": heading + prose}, {"problems": ""}))
    assert (found.headings["problems"], found.texts["problems"]) == (heading, prose)


def test_tables_as_lines_are_cut_out_and_notes_kept() -> None:
    table = (
        "申请人情况\n自然\n人\n总计商业\n企业\n科研\n机构\n（三）不\n予公开\n"
        "1.属于国家秘密 0 0 0 0 0 0 0\n3、其他 108 2 0 0 0 0 110\n"
        "（二）部分公开（区分处理的，只计这一情\n形，不计其他情形）\n（七）总计\t1\t0\n55\n（含自然失效29件）\n/\n—"
    )
    note = "注：含上年结转申请1件。"
    sentence = "2024年，我镇收到政府信息公开申请情况如下："
    found = split(report(prose={"requests": f"{sentence}\n{table}\n{note}"}))
    assert found.texts["requests"] == f"{sentence}\n{note}"


def test_a_report_inside_one_table() -> None:
    rows = [TITLE]
    for key, heading in HEADINGS.items():
        rows += [heading, *(PROSE[key].split("\n") if PROSE[key] else ["规章|0|0|0", "申请人情况|自然人|总计"])]
    found = split(Document("html", blocks=[grid(*rows)]))
    assert found.texts == PROSE


def test_a_free_form_report_is_kept_whole() -> None:
    lines = [
        "白石镇2010年政府信息公开工作年度报告",
        "一、概述",
        "我镇公开信息12条。",
        "二、依申请公开情况",
        "没有申请。",
        "三、收费及减免情况",
        "没有收费。",
        "四、存在的主要问题",
        "公开不够。",
        "打印本页",
    ]
    found = split(text.read("\n".join(lines).encode()))
    assert found.texts == {"whole": "\n".join(lines[1:-1])}


def test_nothing_gives_nothing() -> None:
    assert split(Document("html")).texts == {}


words = st.text(
    st.sampled_from(
        "一二三四五六、（）。总体情况主动公开政府信息申请行政复议诉讼存在问题其他需要报告的事项0 1\t年月日：|#*"
    ),
    max_size=40,
)
blocks_of = st.lists(
    st.one_of(
        st.builds(Paragraph, words | st.sampled_from([*HEADINGS.values(), TITLE]), st.booleans()),
        st.builds(Picture, words),
        st.builds(
            lambda rows: Grid([[GridCell(cell) for cell in row] for row in rows]),
            st.lists(st.lists(words, max_size=3), max_size=4),
        ),
    ),
    max_size=20,
)


@given(blocks_of)
def test_every_document_is_cut_without_an_error(blocks: list[Block]) -> None:
    document = Document("text", blocks=blocks)
    found = split(document)
    assert set(found.texts) <= {*KEYS, "whole"}


@given(
    st.dictionaries(
        st.sampled_from(["overview", "problems"]),
        st.sampled_from(["继续做好公开工作。", "（三）平台建设情况。有网站。"]),
    )
)
def test_prose_comes_back_as_it_was_written(prose: dict[str, str]) -> None:
    assert split(report(prose=prose)).texts == PROSE | prose


@pytest.mark.corpus
@pytest.mark.skipif(not CORPUS.is_dir(), reason="需要 ../shared/corpus 里的真实文件")
@pytest.mark.parametrize("name", ["mazhenfu_2024", "baiquan_2023", "kuangyan_2024", "pingyuan_2024", "kansu_2024"])
def test_real_texts(name: str) -> None:
    found = split(text.read((CORPUS / f"{name}.txt").read_bytes()))
    assert set(found.headings) == set(KEYS)
    assert len(found.texts["overview"]) > 300
    assert len(found.texts["problems"]) > 200
    assert found.problems == []
    for key in TABLE_CHAPTERS:
        assert "总计" not in found.texts[key]
        assert not any(char.isdigit() for char in found.texts[key])
    assert "镇人民政府" not in found.texts["other_matters"]


def test_prose_above_the_first_table_is_the_overview_where_its_heading_was_a_picture() -> None:
    """高楼乡 2023: the headings of 一 and 二 are pictures, the text goes on as if they stood there."""
    lines = [TITLE, PROSE["overview"], "第二十条第(一)项 | ||||", "规章 | 0 | 0 | 0 | |"]
    lines += [line for key in KEYS[2:] for line in (HEADINGS[key], PROSE[key]) if line]
    found = split(text.read("\n".join(lines).encode()))
    assert found.texts["overview"] == PROSE["overview"]
    assert any("“总体情况”一章没有标题" in problem for problem in found.problems)
    assert any("主动公开政府信息情况" in problem for problem in found.problems)


def test_a_row_of_numbers_is_no_prose_whatever_is_left_of_its_label() -> None:
    row = "理 2.重复申请 1115 79 0 0 0 81 1275"
    assert split(report(prose={"requests": row})).texts["requests"] == ""
