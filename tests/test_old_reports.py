"""Reports of before 2019 in the formats they come in: free prose, and statistics that are no tables of the form."""

import io
from collections.abc import Callable
from random import Random
from typing import Any

import docx
import openpyxl
import pytest
from reportlab.lib.styles import ParagraphStyle
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.platypus import Paragraph, SimpleDocTemplate, Table, TableStyle

import extract

PROSE = """根据《中华人民共和国政府信息公开条例》要求，特向社会公布本年度报告，全文包括概述、收费及减免情况等。
一、概述
{y}年，我镇认真贯彻落实条例，明确分管领导和专职人员，健全工作制度，政府信息公开工作有序推进。
二、主动公开政府信息的情况
（一）公开的内容。全年主动公开政府信息{a}条，其中机构职能类{b}条。
1．通过县政府门户网站公开信息{b}条。
三、依申请公开政府信息和不予公开政府信息的情况
{y}年未收到公民、法人和其他组织的政府信息公开申请，没有不予公开的情况。
四、咨询处理情况
全年接受群众现场咨询{b}人次。
五、收费及减免情况
没有收取任何费用。
六、因政府信息公开申请行政复议、提起行政诉讼的情况
未发生针对本单位的行政复议案、行政诉讼案。
七、存在的主要问题及改进措施
一是公开的内容还不够全面；二是公开的形式有待进一步丰富。""".split("\n")
TABLES: dict[str, tuple[str, list[str], list[str]]] = {
    "none": ("", [], []),
    "national": (  # 国办发〔2014〕32号
        "附件：政府信息公开情况统计表（{y}年度）",
        ["统计指标", "单位", "统计数"],
        """一、主动公开情况 （一）主动公开政府信息数（不同渠道和方式公开相同信息计1条） 其中：主动公开规范性文件数
        制发规范性文件总数 2.政府网站公开政府信息数 （一）收到申请数 1.当面申请数 （二）申请办结数 1.按时办结数
        （三）申请答复数 2.同意公开答复数 4.不同意公开答复数 其中：涉及国家秘密 6.申请信息不存在数 四、行政复议数量
        （一）维持具体行政行为数 五、行政诉讼数量 七、依申请公开信息收取的费用 1.专职人员数""".split(),
    ),
    "coded": (  # 定西: indicators with codes
        "{y}年政府信息公开情况统计表",
        ["指标名称", "代码", "本年数"],
        (
            "主动公开信息数 概况信息 申请总数 当面申请数 申请答复总数 "
            "同意公开答复数 否决公开答复总数 重复申请数 复议数 维持数 行政诉讼数"
        ).split(),
    ),
    "two_columns": (  # 莆田 2009
        "附表：政府信息公开情况统计表",
        ["指标", "{y}年度", "历年累计"],
        (
            "主动公开政府信息数 受理申请总数 对申请的答复总数 其中：同意公开 "
            "不予公开 不予公开答复数 行政复议数 行政诉讼数 收费金额"
        ).split(),
    ),
}
OFFICES = [
    ("青溪县白石镇", "青溪县白石镇人民政府"),
    ("红河乡人民政府", "红河乡人民政府"),
    ("青溪县教育局", "青溪县教育局"),
]
TITLES = ["{t}{y}年政府信息公开工作年度报告", "{y}年{t}政府信息公开年度报告", "{t}{y}年政府信息公开工作总结"]


def invent(kind: str, number: int) -> dict[str, Any]:
    """An old report: its parts in order (text, or rows of a table) and what it says."""
    random = Random(f"{kind}{number}")  # noqa: S311  # invented numbers, no secrets
    year = random.randint(2008, 2018)
    town, office = random.choice(OFFICES)
    numbers = {"y": year, "a": random.randint(100, 999), "b": random.randint(10, 99)}
    prose = [PROSE[0].format(**numbers), *(text.format(**numbers) for text in PROSE[1:] if random.random() < 0.9)]
    caption, head, labels = TABLES[kind]
    values = [[str(random.choice((0, 0, 7, 345, "1,204"))) for _ in head[1:]] for _ in labels]
    rows = [[cell.format(y=year) for cell in head]] if head else []
    rows += [[label, *row] for label, row in zip(labels, values, strict=True)]
    signature = [office, f"{year + 1}年3月{random.randint(1, 28)}日"]
    table: list[Any] = [caption.format(y=year), rows] if rows else []
    place = random.choice(("inside", "before", "behind"))
    parts = {
        "inside": [*prose[:-1], *table, prose[-1], *signature],
        "before": [*prose, *table, *signature],
        "behind": [*prose, *signature, *table],
    }[place]
    title = random.choice(TITLES).format(t=town, y=year)
    return {"title": title, "office": office, "year": year, "prose": prose, "rows": rows, "parts": [title, *parts]}


def as_html(parts: list[Any]) -> bytes:
    def one(part: Any) -> str:
        if isinstance(part, str):
            return f"<p>　　{part}</p>"
        return "<table>" + "".join("<tr><td>" + "</td><td>".join(row) + "</td></tr>" for row in part) + "</table>"

    others = "".join(f'<li><a href="{y}.html">石桥乡{y}年政府信息公开工作年度报告</a></li>' for y in range(2009, 2017))
    body = "".join(map(one, parts[1:]))
    return f"""<title>{parts[0]}</title><div>首页 &gt; 政府信息公开年报</div><table><tr><td><ul>{others}</ul></td><td>
    <h1>{parts[0]}</h1><div>发布时间：2019-04-01 来源：县政府办</div>{body}
    <div>【打印本页】【关闭窗口】</div></td></tr></table>
    <div>主办单位：青溪县人民政府 网站标识码：9901230001</div>""".encode()


def as_docx(parts: list[Any]) -> bytes:
    document = docx.Document()
    for part in parts:
        if isinstance(part, str):
            document.add_paragraph(part)
        else:
            table = document.add_table(len(part), len(part[0]))
            for row, texts in zip(table.rows, part, strict=True):
                for cell, text in zip(row.cells, texts, strict=True):
                    cell.text = text
    return _saved(document)


def as_xlsx(parts: list[Any]) -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for part in parts:
        for row in [[part]] if isinstance(part, str) else part:
            sheet.append(row)
    return _saved(book)


def as_pdf(parts: list[Any]) -> bytes:
    pdfmetrics.registerFont(UnicodeCIDFont("STSong-Light"))
    text = ParagraphStyle("text", fontName="STSong-Light", fontSize=11, leading=18, wordWrap="CJK", firstLineIndent=22)
    right = ParagraphStyle("right", parent=text, alignment=2)
    cell = ParagraphStyle("cell", fontName="STSong-Light", fontSize=9, leading=12, wordWrap="CJK")
    ruled = TableStyle([("GRID", (0, 0), (-1, -1), 0.5, "black")])
    flow: list[Any] = []
    for part in parts:
        if isinstance(part, str):
            signature = part.endswith(("政府", "教育局", "日"))
            flow.append(Paragraph(part, right if signature else text))
        else:
            rows = [[Paragraph(one, cell) for one in row] for row in part]
            flow.append(Table(rows, colWidths=[240] + [60] * (len(part[0]) - 1), style=ruled))
    out = io.BytesIO()
    SimpleDocTemplate(out).build(flow)
    return out.getvalue()


def as_text(parts: list[Any]) -> bytes:
    lines = [[part] if isinstance(part, str) else ["\t".join(row) for row in part] for part in parts]
    return "\n".join(line for some in lines for line in some).encode()


def _saved(document: Any) -> bytes:
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


@pytest.mark.parametrize("kind", TABLES)
@pytest.mark.parametrize("render", [as_html, as_docx, as_xlsx, as_pdf])
def test_an_old_report_is_read_whole_and_clean(kind: str, render: Callable[[list[Any]], bytes]) -> None:
    for number in range(3):
        made = invent(kind, number)
        report = extract.read(render(made["parts"]))
        found = report.identity
        assert found.is_report
        assert (found.title, found.office, found.year) == (made["title"], made["office"], made["year"])
        assert found.signed_date is not None
        assert found.signed_date.year == made["year"] + 1
        assert report.chapters["whole"].split("\n") == made["prose"]
        read = [["".join(cell.split()) for cell in row] for table in report.other_tables for row in table.rows]
        assert [row for row in made["rows"] if row not in read] == []
        # 不予公开 and 行政复议数 are rows of these tables too, and no cell of the form's.
        assert report.cells == {}
        assert report.findings == []


def test_the_statistics_of_a_text_without_grids_are_no_cells_of_the_form() -> None:
    made = invent("two_columns", 1)
    report = extract.read(as_text(made["parts"]))
    assert report.identity.is_report
    assert report.cells == {}
    assert set(made["prose"]) <= set(report.chapters["whole"].split("\n"))
