"""Spreadsheets, Word files, what LibreOffice converts, and archives: read as a person sees them, or a reason given."""

import os
import re
import shutil
import subprocess
import time
import zipfile
from base64 import b64encode
from collections.abc import Callable
from datetime import date
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText
from http.server import BaseHTTPRequestHandler, HTTPServer
from io import BytesIO
from pathlib import Path
from struct import pack, pack_into, unpack_from
from threading import Thread
from typing import Any
from zlib import crc32

import docx
import openpyxl
import PIL.Image
import pytest
from docx.enum.style import WD_STYLE_TYPE
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl.drawing.image import Image

import extract
from extract import readers
from extract.document import Document, Grid, Paragraph
from extract.readers import archives, office
from extract.report import Status

needs_soffice = pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice（soffice）没有安装")
needs_bsdtar = pytest.mark.skipif(shutil.which("bsdtar") is None, reason="bsdtar（libarchive-tools）没有安装")

HEADINGS = [
    "总体情况",
    "主动公开政府信息情况",
    "收到和处理政府信息公开申请情况",
    "政府信息公开行政复议、行政诉讼情况",
    "存在的主要问题及改进情况",
    "其他需要报告的事项",
]
TITLE = "清溪镇人民政府2024年政府信息公开工作年度报告"
REPORT_HTML = (
    f"<html><body><h1>{TITLE}</h1><p>一、总体情况</p><p>2024年，清溪镇依法公开政府信息。</p>"
    "<p>二、主动公开政府信息情况</p><table><tr><td>信息内容</td><td>本年制发件数</td><td>本年废止件数</td>"
    "<td>现行有效件数</td></tr><tr><td>规章</td><td>0</td><td>0</td><td>0</td></tr>"
    "<tr><td>行政规范性文件</td><td>7</td><td>1</td><td>23</td></tr></table>"
    "<p>三、收到和处理政府信息公开申请情况</p><p>四、政府信息公开行政复议、行政诉讼情况</p>"
    "<p>五、存在的主要问题及改进情况</p><p>公开的深度不够。</p><p>六、其他需要报告的事项</p><p>无。</p></body></html>"
)


def saved(file: Any) -> bytes:
    out = BytesIO()
    file.save(out)
    return out.getvalue()


def texts(document: Document) -> list[str]:
    return [paragraph.text for paragraph in document.paragraphs]


def rows(document: Document) -> list[list[str]]:
    return [[cell.text if cell else "" for cell in row] for grid in document.grids for row in grid.rows]


# --- Spreadsheets ----------------------------------------------------------------------------------------------------


def book_of(*table: list[Any], merged: tuple[str, ...] = ()) -> openpyxl.Workbook:
    book = openpyxl.Workbook()
    assert book.active is not None
    for row in table:
        book.active.append(row)
    for one in merged:
        book.active.merge_cells(one)
    return book


def report_book() -> openpyxl.Workbook:
    """Title and prose merged over the width, two tables with merged labels and headers."""
    wide = [None] * 9
    applicants = ["自然人", "商业企业", "科研机构", "社会公益组织", "法律服务机构", "其他", "总计"]
    return book_of(
        [TITLE, *wide],
        ["一、总体情况", *wide],
        ["2024年，清溪镇依法公开政府信息。", *wide],
        ["二、主动公开政府信息情况", *wide],
        ["第二十条第（一）项", *wide],
        ["信息内容", "本年制发件数", "本年废止件数", "现行有效件数"],
        ["规章", 0, 0, 0],
        ["行政规范性文件", 7, 1, 23],
        ["三、收到和处理政府信息公开申请情况", *wide],
        ["（本列数据的勾稽关系为……）", None, None, *applicants],
        ["一、本年新收政府信息公开申请数量", None, None, 3, 1, 0, 0, 0, 0, 4],
        ["三、本年度办理结果", "（一）予以公开", None, 3, 0, 0, 0, 0, 0, 3],
        [None, "（三）不予公开", "1.属于国家秘密", 0, 1, 0, 0, 0, 0, 1],
        ["六、其他需要报告的事项", *wide],
        ["无", *wide],
        merged=(*(f"A{n}:J{n}" for n in (1, 2, 3, 4, 5, 9, 14, 15)), "A10:C10", "A11:C11", "A12:A13", "B12:C12"),
    )


def test_a_report_in_a_spreadsheet() -> None:
    report = extract.read(saved(report_book()))
    assert (report.format, report.identity.title, report.identity.year) == ("xlsx", TITLE, 2024)
    assert report.chapters["overview"] == "2024年，清溪镇依法公开政府信息。"
    assert report.cells["disclosure.normative_docs.in_force"].value == 23
    assert report.cells["requests.denied_state_secret.commercial"].value == 1
    assert report.cells["requests.granted.total"].value == 3


def test_chapters_on_a_sheet_before_the_tables_are_kept() -> None:
    book = report_book()
    tables = book.active
    assert tables is not None
    for line in (1, 2, 3, 14, 15):
        tables.cell(line, 1).value = None
    prose = book.create_sheet("正文", 0)
    for text in (
        TITLE, "一、总体情况", "2024年，清溪镇依法公开政府信息。", "五、存在的主要问题及改进情况", "人手不足。",
        "六、其他需要报告的事项", "收取信息处理费0元。", "清溪镇人民政府", "2025年1月14日",
    ):  # fmt: skip
        prose.append([text])
    report = extract.read(saved(book))
    assert report.chapters["overview"] == "2024年，清溪镇依法公开政府信息。"
    assert report.chapters["problems"] == "人手不足。"
    assert report.chapters["other_matters"] == "收取信息处理费0元。"
    assert report.identity.signed_date == date(2025, 1, 14)
    assert report.cells["requests.granted.total"].value == 3


def test_a_strict_spreadsheet_is_read() -> None:
    strict = "http://purl.oclc.org/ooxml/"
    data = rewritten(
        saved(report_book()),
        rels=("http://schemas.openxmlformats.org/officeDocument/2006/", f"{strict}officeDocument/"),
        **{"xl/": ("http://schemas.openxmlformats.org/spreadsheetml/2006/", f"{strict}spreadsheetml/")},
    )
    assert extract.read(data).cells["requests.granted.total"].value == 3


def test_merged_cells_are_one_cell_at_every_position() -> None:
    book = book_of(["办理结果", "予以公开", 3], [None, "部分公开", 1], merged=("A1:A2",))
    (grid,) = readers.read(saved(book)).grids
    assert grid.rows[0][0] is grid.rows[1][0]
    assert rows(readers.read(saved(book)))[1] == ["办理结果", "部分公开", "1"]


@pytest.mark.parametrize(
    ("value", "picture", "seen"),
    [
        (5.0, "General", "5"),
        (0.092, "General", "0.092"),
        (0.1 + 0.2, "General", "0.3"),
        (0, "General", "0"),
        (0, "0;-0;;@", ""),  # a format that hides zeros: nothing is printed there
        (0, '_ * #,##0_ ;_ * -#,##0_ ;_ * "-"_ ;_ @_ ', "-"),
        (1234.5, "#,##0.00", "1,234.50"),
        (0.125, "0.0%", "12.5%"),
        (29, '0"件"', "29件"),
        (-3, "0_);[Red]\\(0\\)", "(3)"),
        (-3, "0", "-3"),
        (12345, "0.00E+00", "12345"),  # not a format of reports: the plain number
        (date(2025, 1, 4), 'yyyy"年"m"月"d"日"', "2025年1月4日"),
        (date(2025, 1, 4), "yyyy-mm-dd", "2025-01-04"),
        ("０", "General", "０"),
        (True, "General", "TRUE"),
    ],
)
def test_a_number_is_read_as_it_is_shown(value: Any, picture: str, seen: str) -> None:
    book = book_of(["规章", value, "末"])
    assert book.active is not None
    book.active["B1"].number_format = picture
    assert rows(readers.read(saved(book))) == [["规章", seen, "末"]]


def test_zeros_that_the_sheet_does_not_show_are_blank() -> None:
    book = book_of(["规章", 0, 7])
    assert book.active is not None
    book.active.sheet_view.showZeros = False
    assert rows(readers.read(saved(book))) == [["规章", "", "7"]]


def test_a_date_in_a_format_known_to_chinese_excel_only() -> None:
    book = book_of([date(2025, 1, 14)])
    assert book.active is not None
    book.active["A1"].number_format = "m/d/yy"
    parts = unpacked(saved(book))
    style = re.sub(rb"<numFmts.*?</numFmts>", b"", parts["xl/styles.xml"])
    parts["xl/styles.xml"] = re.sub(rb'numFmtId="16\d"', b'numFmtId="31"', style)
    assert texts(readers.read(repacked(parts))) == ["2025年1月14日"]


def test_a_formula_without_a_saved_result_is_not_an_empty_cell() -> None:
    book = report_book()
    assert book.active is not None
    book.active["D11"] = "=SUM(1,2)"
    report = extract.read(saved(book))
    assert report.cells["requests.new_received.natural_person"].status in (Status.UNREADABLE, Status.DERIVED)
    assert any("公式" in problem for problem in report.problems)


def test_what_is_hidden_is_left_out_and_said() -> None:
    book = book_of(["规章", 1, 1], ["旧行", 2, 2], ["行政规范性文件", 3, 3])
    assert book.active is not None
    book.active.row_dimensions[2].hidden = True
    book.active.column_dimensions["C"].hidden = True
    book.create_sheet("草稿").sheet_state = "hidden"
    document = readers.read(saved(book))
    assert rows(document) == [["规章", "1"], ["行政规范性文件", "3"]]
    told = "\n".join(document.problems)
    assert "草稿" in told
    assert "1行" in told
    assert "1列" in told


def test_text_boxes_on_a_sheet_are_read_where_they_lie_and_said_where_they_hide_cells() -> None:
    book = book_of(["二、主动公开政府信息情况"], [None], ["规章", "7"])
    picture = BytesIO()
    PIL.Image.new("L", (1, 1)).save(picture, "PNG")
    book.worksheets[0].add_image(Image(picture), "A1")  # for the sake of a drawing to put boxes in
    box = (
        '<xdr:twoCellAnchor xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main">'
        "<xdr:from><xdr:row>{0}</xdr:row></xdr:from><xdr:to><xdr:row>{0}</xdr:row></xdr:to><xdr:sp><xdr:txBody><a:p><a:r><a:t>{1}</a:t></a:r></a:p>"
        "</xdr:txBody></xdr:sp></xdr:twoCellAnchor>"
    )
    namespace = "http://schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing"
    drawing = f'<xdr:wsDr xmlns:xdr="{namespace}">{box.format(1, "框中的话")}{box.format(2, "盖住的话")}</xdr:wsDr>'
    parts = unpacked(saved(book))
    parts["xl/drawings/drawing1.xml"] = drawing.encode()
    document = readers.read(repacked(parts))
    assert texts(document) == ["二、主动公开政府信息情况", "框中的话"]
    assert any("盖住的话" in problem for problem in document.problems)


def test_sheets_are_read_in_order() -> None:
    book = book_of(["第一张表上的文字"])
    book.create_sheet("二、主动公开政府信息情况").append(["规章", 0, 1])
    assert texts(readers.read(saved(book))) == ["第一张表上的文字", "二、主动公开政府信息情况"]


def test_a_row_of_blanks_belongs_to_its_table() -> None:
    head = ["行政复议", None, None, None, None]
    names = ["结果维持", "结果纠正", "其他结果", "尚未审结", "总计"]
    document = readers.read(saved(book_of(head, names, [], ["五、存在的主要问题及改进情况"], merged=("A1:E1",))))
    assert rows(document)[-1] == [""] * 5
    label = readers.read(saved(book_of(["信息内容", "本年制发件数"], ["规章", 0], ["行政规范性文件", None])))
    assert rows(label)[-1] == ["行政规范性文件", ""]


def test_a_stray_cell_far_away_and_a_giant_merged_range() -> None:
    book = book_of(["规章", 1])
    assert book.active is not None
    book.active["XFD1048576"] = "x"
    document = readers.read(saved(book))
    assert rows(document) == [["规章", "1"]]
    assert any("过大" in problem for problem in document.problems)
    parts = unpacked(saved(book_of(["规章", 1, 2], merged=("A1:B1",))))
    parts["xl/worksheets/sheet1.xml"] = parts["xl/worksheets/sheet1.xml"].replace(b"A1:B1", b"A1:XFD1048576")
    assert "过大" in readers.read(repacked(parts)).problems[0]


@needs_soffice
def test_an_excel_97_file_reads_like_its_xlsx(tmp_path: Path) -> None:
    book = report_book()
    assert book.active is not None
    book.active["B8"].number_format = '0"件"'
    book.active.row_dimensions[7].hidden = True
    new, old = readers.read(saved(book)), readers.read(by_soffice(saved(book), "xlsx", "xls", tmp_path))
    assert old.format == "xls"
    assert (rows(old), texts(old)) == (rows(new), texts(new))
    assert ["行政规范性文件", "7件", "1", "23", *[""] * 6] in rows(old)


# --- Word ------------------------------------------------------------------------------------------------------------


def box_of(content: str) -> str:
    """A paragraph with a text box as Word 2010 writes it: a drawing, and VML for older programs."""
    declared = nsdecls("w") + (
        ' xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"'
        ' xmlns:v="urn:schemas-microsoft-com:vml"'
        ' xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape"'
    )
    box = f"<w:txbxContent>{content}</w:txbxContent>"
    return (
        f"<w:p {declared}><w:r><w:t>正文</w:t></w:r><w:r><mc:AlternateContent>"
        f'<mc:Choice Requires="wps"><w:drawing><wps:txbx>{box}</wps:txbx></w:drawing></mc:Choice>'
        f"<mc:Fallback><w:pict><v:textbox>{box}</v:textbox></w:pict></mc:Fallback></mc:AlternateContent></w:r></w:p>"
    )


def with_paragraphs(*xml: str) -> bytes:
    document = docx.Document()
    for one in xml:
        document.element.body.insert(len(document.element.body) - 1, parse_xml(one))
    return saved(document)


def test_a_text_box_is_read_once() -> None:
    cell = "<w:tc><w:p><w:r><w:t>{}</w:t></w:r></w:p></w:tc>"
    table = f"<w:tbl><w:tr>{cell.format('规章')}{cell.format('7')}</w:tr></w:tbl>"
    document = readers.read(with_paragraphs(box_of(f"<w:p><w:r><w:t>框中的话</w:t></w:r></w:p>{table}<w:p/>")))
    assert texts(document) == ["正文", "框中的话"]
    assert rows(document) == [["规章", "7"]]


def rewritten(data: bytes, **changes: tuple[str, str]) -> bytes:
    """A DOCX with a text replaced by another in some of its parts, named by the ends of their names."""
    out = BytesIO()
    with zipfile.ZipFile(BytesIO(data)) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            content = old.read(name)
            for end, (before, after) in changes.items():
                if end in name.lower() or end == "all":
                    content = content.replace(before.encode(), after.encode())
            new.writestr(name, content)
    return out.getvalue()


@pytest.mark.parametrize(
    "changes",
    [
        {"content_types": ("wordprocessingml.document.main+xml", "wordprocessingml.template.main+xml")},
        {
            "content_types": (
                "vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml",
                "vnd.ms-word.document.macroEnabled.main+xml",
            )
        },
        {
            "all": (
                "http://schemas.openxmlformats.org/officeDocument/2006/",
                "http://purl.oclc.org/ooxml/officeDocument/",
            )
        },
    ],
    ids=["template", "macros", "strict"],
)
def test_a_word_file_of_another_kind(changes: dict[str, tuple[str, str]]) -> None:
    document = docx.Document()
    document.add_paragraph("一、总体情况")
    read = readers.read(rewritten(saved(document), **changes))
    assert [paragraph.text for paragraph in read.paragraphs] == ["一、总体情况"]


@pytest.mark.parametrize("name", ["page.html", "report.docx"])
def test_a_file_embedded_in_a_word_file_is_read(name: str) -> None:
    """Word says of a DOCX in a DOCX that it is the text of a document."""
    relation = 'Id="rIdA" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/aFChunk"'
    main = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
    data = rewritten(
        saved(docx.Document()),
        **{
            "word/document.xml": ("<w:body>", '<w:body><w:altChunk r:id="rIdA"/>'),
            "document.xml.rels": ("</Relationships>", f'<Relationship {relation} Target="{name}"/></Relationships>'),
            "content_types": ("</Types>", f'<Default Extension="docx" ContentType="{main}"/></Types>'),
        },
    )
    part = REPORT_HTML.encode()
    if name.endswith(".docx"):
        document = docx.Document()
        document.add_paragraph(TITLE)
        document.add_paragraph("二、主动公开政府信息情况")
        table = document.add_table(2, 4)
        for row, texts in zip(
            table.rows,
            (["信息内容", "本年制发件数", "本年废止件数", "现行有效件数"], ["行政规范性文件", "7", "1", "23"]),
            strict=True,
        ):
            for cell, text in zip(row.cells, texts, strict=True):
                cell.text = text
        part = saved(document)
    with zipfile.ZipFile(file := BytesIO(data), "a") as archive:
        archive.writestr(f"word/{name}", part)
    report = extract.read(file.getvalue())
    assert report.cells["disclosure.normative_docs.in_force"].value == 23


def test_a_note_mark_is_no_digit_and_a_deleted_row_no_row() -> None:
    document = docx.Document()
    table = document.add_table(2, 2)
    paragraph = table.cell(0, 0).paragraphs[0]
    paragraph.add_run("12")
    paragraph.add_run("1").font.superscript = True
    table.cell(1, 0).text = "99"
    row = table.rows[1]._tr.get_or_add_trPr()
    row.append(parse_xml(f'<w:del {nsdecls("w")} w:id="1" w:author="a"/>'))
    (grid,) = readers.read(saved(document)).grids
    assert [[cell.text for cell in row if cell] for row in grid.rows] == [["12", ""]]


def test_what_word_does_not_show_is_not_read() -> None:
    document = readers.read(
        with_paragraphs(
            f"<w:p {nsdecls('w')}><w:r><w:t>共公开7</w:t></w:r><w:del><w:r><w:delText>8</w:delText></w:r></w:del>"
            "<w:moveFrom><w:r><w:t>旧处</w:t></w:r></w:moveFrom><w:r><w:rPr><w:vanish/></w:rPr><w:t>隐藏</w:t></w:r>"
            "<w:ins><w:r><w:t>件</w:t></w:r></w:ins></w:p>"
        )
    )
    assert texts(document) == ["共公开7件"]


@pytest.mark.parametrize("mark", ["<w:strike/>", "<w:dstrike/>", '<w:rStyle w:val="Hidden"/>'])
def test_a_number_struck_out_or_hidden_by_a_style_is_not_read(mark: str) -> None:
    document = docx.Document()
    base = document.styles.add_style("Base", WD_STYLE_TYPE.CHARACTER)
    base.font.hidden = True
    document.styles.add_style("Hidden", WD_STYLE_TYPE.CHARACTER).base_style = base
    runs = "".join(
        f"<w:r><w:rPr>{look}</w:rPr><w:t>{number}</w:t></w:r>"
        for look, number in ((mark, 12), ('<w:strike w:val="0"/>', 15))
    )
    document.element.body.insert(0, parse_xml(f"<w:p {nsdecls('w')}>{runs}</w:p>"))
    assert texts(readers.read(saved(document))) == ["15"]


def test_a_number_typed_as_a_formula_is_read() -> None:
    math = "http://schemas.openxmlformats.org/officeDocument/2006/math"
    number = f'<m:oMath xmlns:m="{math}"><m:r><m:t>7</m:t></m:r></m:oMath>'
    assert texts(readers.read(with_paragraphs(f"<w:p {nsdecls('w')}>{number}</w:p>"))) == ["7"]


def test_cells_merged_in_the_old_way_are_one() -> None:
    cell = "<w:tc><w:tcPr>{}</w:tcPr><w:p><w:r><w:t>{}</w:t></w:r></w:p></w:tc>"
    cells = cell.format('<w:hMerge w:val="restart"/>', "规章") + cell.format("<w:hMerge/>", "旧 9") + cell.format("", 7)
    table = f"<w:tbl {nsdecls('w')}><w:tr>{cells}</w:tr></w:tbl>"
    (grid,) = readers.read(with_paragraphs(table)).grids
    assert grid.rows[0][0] is grid.rows[0][1]
    assert [cell.text for cell in grid.cells[0]] == ["规章", "7"]


def test_a_word_file_saved_as_one_xml_file() -> None:
    parts = unpacked(with_paragraphs(box_of("<w:p><w:r><w:t>一、总体情况</w:t></w:r></w:p>")))
    types = dict(re.findall(r'PartName="(.+?)" ContentType="(.+?)"', parts.pop("[Content_Types].xml").decode()))
    package = "".join(
        f'<pkg:part pkg:name="/{name}" pkg:contentType="{types.get(f"/{name}", "application/xml")}">'
        + (
            f"<pkg:xmlData>{re.sub(r'^<[?].+?[?]>', '', data.decode())}</pkg:xmlData></pkg:part>"
            if name.endswith((".xml", ".rels"))
            else f"<pkg:binaryData>{b64encode(data).decode()}</pkg:binaryData></pkg:part>"
        )
        for name, data in parts.items()
    )
    head = '<?xml version="1.0"?><?mso-application progid="Word.Document"?>'
    namespace = 'xmlns:pkg="http://schemas.microsoft.com/office/2006/xmlPackage"'
    document = readers.read(f"{head}<pkg:package {namespace}>{package}</pkg:package>".encode())
    assert (document.format, texts(document)) == ("flat", ["正文", "一、总体情况"])


def numbered(document: Any, form: str, pattern: str) -> str:
    """The number of a new list of two levels in a document."""
    root = document.part.numbering_part.element
    level = '<w:lvl w:ilvl="{}"><w:start w:val="1"/><w:numFmt w:val="{}"/><w:lvlText w:val="{}"/></w:lvl>'
    first = root.find(qn("w:num"))
    first.addprevious(
        parse_xml(
            f'<w:abstractNum {nsdecls("w")} w:abstractNumId="90">{level.format(0, form, pattern)}'
            f"{level.format(1, 'decimal', '%2.')}</w:abstractNum>"
        )
    )
    root.append(parse_xml(f'<w:num {nsdecls("w")} w:numId="90"><w:abstractNumId w:val="90"/></w:num>'))
    return "90"


def put_in_list(properties: Any, number: str, level: int = 0) -> None:
    properties.append(
        parse_xml(f'<w:numPr {nsdecls("w")}><w:ilvl w:val="{level}"/><w:numId w:val="{number}"/></w:numPr>')
    )


@pytest.mark.parametrize("by_style", [False, True])
def test_chapter_numbers_that_word_counts_are_printed(by_style: bool) -> None:
    document = docx.Document()
    number = numbered(document, "chineseCounting", "%1、")
    document.add_paragraph(TITLE)
    if by_style:
        put_in_list(document.styles["Heading 1"].element.get_or_add_pPr(), number)
    for heading in HEADINGS:
        paragraph = document.add_paragraph(heading, style="Heading 1" if by_style else None)
        if not by_style:
            put_in_list(paragraph._p.get_or_add_pPr(), number)
        for words in ("坚持公开为常态。", "不公开为例外。"):
            put_in_list(document.add_paragraph(words)._p.get_or_add_pPr(), number, 1)
    report = extract.read(saved(document))
    assert list(report.headings.values()) == [f"{n}、{h}" for n, h in zip("一二三四五六", HEADINGS, strict=True)]
    assert report.chapters["problems"] == "1.坚持公开为常态。\n2.不公开为例外。"


def test_numbers_in_brackets_and_bullets() -> None:
    document = docx.Document()
    number = numbered(document, "chineseCountingThousand", "（%1）")
    for n in range(12):
        put_in_list(document.add_paragraph(f"第{n}段")._p.get_or_add_pPr(), number)
    document.add_paragraph("圆点", style="List Bullet")
    read = texts(readers.read(saved(document)))
    assert read[0] == "（一）第0段"
    assert read[9:] == ["（十）第9段", "（十一）第10段", "（十二）第11段", "圆点"]


def test_a_table_that_frames_the_page_is_looked_through() -> None:
    document = docx.Document()
    frame = document.add_table(1, 1).cell(0, 0)
    frame.paragraphs[0].text = TITLE
    inner = frame.add_table(1, 2)
    inner.cell(0, 0).text, inner.cell(0, 1).text = "规章", "7"
    found = readers.read(saved(document))
    assert (texts(found), rows(found)) == ([TITLE], [["规章", "7"]])


# --- LibreOffice -----------------------------------------------------------------------------------------------------


def ole(*streams: tuple[str, bytes]) -> bytes:
    """An OLE file with these streams (each padded to 4096 bytes, as smaller ones are kept elsewhere)."""
    free, end, fat = 0xFFFFFFFF, 0xFFFFFFFE, [0xFFFFFFFD, 0xFFFFFFFE]
    entries, body = [("Root Entry", 5, end, 0)], b""
    for name, content in streams:
        first = len(fat)
        fat += [*range(first + 1, first + 8), end]
        entries.append((name, 2, first, 4096))
        body += content.ljust(4096, b"\0")
    directory = b"".join(
        name.encode("utf-16-le").ljust(64, b"\0")
        + pack("<HBB3I", 2 * len(name) + 2, kind, 1, free, number + 1 if 0 < number < len(streams) else free,
               1 if kind == 5 and streams else free)
        + bytes(36)
        + pack("<IQ", start, size)
        for number, (name, kind, start, size) in enumerate(entries)
    )  # fmt: skip
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16) + pack("<5H", 0x3E, 3, 0xFFFE, 9, 6) + bytes(10)
    header += pack("<9I", 1, 1, 0, 4096, end, 0, end, 0, 0) + pack("<I", free) * 108
    table = b"".join(pack("<I", one) for one in fat).ljust(512, b"\xff")
    return header + table + directory.ljust(512, b"\0") + body


DOC = ole(("WordDocument", b"\xec\xa5"))
WPS = ole(("WordDocument", b"\xec\xa5"), ("\x05DocumentSummaryInformation", b"KSOProductBuildVer"))
RTF = rb"{\rtf1\ansi report\par}"


def by_soffice(data: bytes, extension: str, to: str, folder: Path) -> bytes:
    """A file of another format, as LibreOffice writes it."""
    source = folder / f"source.{extension}"
    source.write_bytes(data)
    profile = (folder / "profile").as_uri()
    filters = ["--infilter=HTML (StarWriter)"] if extension == "html" else []
    command = ["soffice", "--headless", f"-env:UserInstallation={profile}", *filters, "--convert-to", to, str(source)]
    subprocess.run([*command, "--outdir", str(folder / "out")], check=True, capture_output=True, timeout=100)
    return (folder / "out" / f"source.{to.split(':')[0]}").read_bytes()


@pytest.fixture
def as_soffice(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Path]:
    """Puts a shell script on PATH as soffice; gives the folder it may write to."""

    def put(script: str) -> Path:
        program = tmp_path / "bin" / "soffice"
        program.parent.mkdir(exist_ok=True)
        program.write_text(f"#!/bin/sh\ncd {tmp_path}\n{script}\n")
        program.chmod(0o755)
        monkeypatch.setenv("PATH", f"{program.parent}:{os.environ['PATH']}")
        return tmp_path

    return put


@pytest.mark.parametrize(("data", "kind"), [(DOC, "doc"), (WPS, "wps"), (RTF, "rtf")])
def test_without_libreoffice_the_reason_says_what_to_install(
    data: bytes, kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    report = extract.read(data)
    assert report.format == kind
    assert not report.identity.is_report
    assert any("需要安装 LibreOffice（soffice）" in problem for problem in report.problems)


def runs(process: int) -> bool:
    try:
        return Path(f"/proc/{process}/stat").read_text().split()[2] != "Z"
    except FileNotFoundError:
        return False


def test_a_hanging_libreoffice_is_ended_with_its_children(as_soffice: Callable[[str], Path]) -> None:
    folder = as_soffice("sleep 1000 &\necho $! > child\nwait")
    document = office.read(DOC, "doc", limit=1.0)
    assert "放弃" in document.problems[0]
    child = int((folder / "child").read_text())
    # A signal takes its time on a busy machine; a zombie whose parent is gone may wait for init.
    for _ in range(100):
        if not runs(child):
            break
        time.sleep(0.1)
    assert not runs(child)


def test_a_libreoffice_that_writes_nothing_and_ends_with_zero(as_soffice: Callable[[str], Path]) -> None:
    as_soffice("exit 0")
    document = readers.read(DOC)
    assert document.format == "doc"
    assert "无法转换" in document.problems[0]


def test_every_conversion_has_a_profile_of_its_own_and_leaves_nothing(as_soffice: Callable[[str], Path]) -> None:
    folder = as_soffice('echo "$@" >> calls')
    for _ in range(2):
        readers.read(DOC)
    calls = (folder / "calls").read_text().splitlines()
    profiles = [word for call in calls for word in call.split() if word.startswith("-env:UserInstallation=file://")]
    assert len(set(profiles)) == 2
    assert not any(Path(profile.split("file://")[1]).exists() for profile in profiles)


REPORT_DOC = (Path(__file__).parent / "readers" / "report.doc").read_bytes()
"""Two tables with merged cells, by LibreOffice."""


def docx_of_report(instead: dict[str, str] | None = None, *, tables: bool = True) -> bytes:
    """What a LibreOffice might make of REPORT_DOC, with other cell texts or its tables lost."""
    document = docx.Document()
    for block in readers.read(REPORT_DOC).blocks:
        if isinstance(block, Paragraph):
            document.add_paragraph(block.text)
        elif isinstance(block, Grid) and tables:
            table = document.add_table(len(block.rows), len(block.rows[0]))
            for r, row in enumerate(block.rows):
                for c, cell in enumerate(row):
                    text = cell.text if cell else ""
                    table.cell(r, c).text = (instead or {}).get(text, text)
    return saved(document)


def as_conversion(made: bytes, as_soffice: Callable[[str], Path]) -> None:
    """Let a fake LibreOffice convert everything into `made`."""
    find = 'for one; do [ "$before" = --outdir ] && out=$one; before=$one; done'
    folder = as_soffice(f'{find}\nmkdir -p "$out"\ncp made.docx "$out/source.docx"')
    (folder / "made.docx").write_bytes(made)


def test_word_97_is_read_from_its_bytes_where_libreoffice_is_absent(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    report = extract.read(REPORT_DOC)
    assert (report.identity.title, report.chapters["problems"]) == (TITLE, "公开的深度不够。")
    assert report.cells["disclosure.normative_docs.in_force"].value == 23
    assert report.cells["requests.new_received.total"].value == 4
    assert report.cells["requests.denied_state_secret.commercial"].value == 1
    assert report.cells["requests.denied_prohibited_by_law.research"].status is Status.BLANK
    assert report.cells["requests.denied_prohibited_by_law.ngo"].status is Status.SLASH
    assert any("LibreOffice" in problem for problem in report.problems)
    merged = readers.read(REPORT_DOC).grids[1].rows
    assert merged[2][0] is merged[4][0]


def test_letters_of_word_97_that_nobody_sees_are_no_digits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    document = readers.read((Path(__file__).parent / "readers" / "letters.doc").read_bytes())
    (grid,) = document.grids
    assert [paragraph.text for paragraph in document.paragraphs] == ["本年公开信息23条"]  # 100 was deleted
    # Beside 8 a deleted 36, behind 12 a hidden 77, behind 5 the mark of note 1.
    assert [[cell.text for cell in row if cell] for row in grid.rows] == [
        ["行政许可", "8"],
        ["行政处罚", "12"],
        ["行政强制", "5"],
    ]


@needs_soffice
def test_a_number_struck_out_in_word_97_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    document = docx.Document()
    paragraph = document.add_paragraph()
    for text, struck in (("公开", None), ("12", "strike"), ("15", None), ("7", "double_strike"), ("件", None)):
        run = paragraph.add_run(text)
        if struck:
            setattr(run.font, struck, True)
    data = by_soffice(saved(document), "docx", "doc", tmp_path)
    assert texts(readers.read(data)) == ["公开15件"]
    monkeypatch.setenv("PATH", "")
    assert texts(readers.read(data)) == ["公开15件"]


def test_a_file_whose_sectors_run_in_a_circle_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    data = bytearray(REPORT_DOC)
    (sector,) = unpack_from("<I", data, 0x3C)  # of the table of small streams
    for number in range(128):
        pack_into("<I", data, 512 * (sector + 1) + 4 * number, number)
    assert readers.read(bytes(data)).problems


def test_a_number_that_the_two_readings_of_a_word_97_file_differ_in(
    as_soffice: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as context:
        context.setenv("PATH", "")
        differing = docx_of_report({"23": "28"})
    as_conversion(differing, as_soffice)
    cells = extract.read(REPORT_DOC).cells
    assert cells["disclosure.normative_docs.in_force"].status is Status.DISPUTED
    assert cells["disclosure.normative_docs.issued"].value == 7


def test_a_table_that_libreoffice_lost_is_read_from_the_bytes(
    as_soffice: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as context:
        context.setenv("PATH", "")
        without = docx_of_report(tables=False)
    as_conversion(without, as_soffice)
    report = extract.read(REPORT_DOC)
    assert report.cells["disclosure.normative_docs.in_force"].value == 23
    assert report.chapters["overview"] == "2024年，清溪镇依法公开政府信息。"


@needs_soffice
@pytest.mark.parametrize("to", ["doc:MS Word 97", "rtf:Rich Text Format"])
def test_word_97_and_rtf_read_like_the_page_they_were_made_from(to: str, tmp_path: Path) -> None:
    report = extract.read(by_soffice(REPORT_HTML.encode(), "html", to, tmp_path))
    page = extract.read(REPORT_HTML.encode())
    assert report.format == to.split(":")[0]
    assert report.identity.title == TITLE
    assert report.chapters == page.chapters
    assert {key: cell.value for key, cell in report.cells.items()} == {k: c.value for k, c in page.cells.items()}


@needs_soffice
def test_a_word_file_cannot_make_us_fetch_its_pictures(tmp_path: Path) -> None:
    asked: list[str] = []

    class Site(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_error(404)

        do_HEAD = do_OPTIONS = do_PROPFIND = do_GET  # noqa: N815

        def log_message(self, *args: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Site) as site:
        Thread(target=site.serve_forever, daemon=True).start()
        page = f'<p>前</p><img src="http://127.0.0.1:{site.server_port}/x.png"><p>后</p>'
        data = by_soffice(page.encode(), "html", "doc:MS Word 97", tmp_path)
        assert asked  # making the file fetched it, so reading it could
        asked.clear()
        document = readers.read(data)
        site.shutdown()
    assert texts(document) == ["前", "后"]
    assert not asked


@needs_soffice
def test_a_broken_word_97_file_has_a_reason() -> None:
    document = readers.read(DOC)
    assert document.format == "doc"
    assert document.problems or document.blocks


# --- Archives and the rest -------------------------------------------------------------------------------------------


def zip_of(files: dict[str, bytes]) -> bytes:
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return out.getvalue()


def unpacked(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


repacked = zip_of


def test_a_format_is_told_without_the_mark_of_its_program() -> None:
    excel = b'<?xml version="1.0"?>\n<Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"></Workbook>'
    assert readers.format_of(excel) == "flat"
    sheet = {"content.xml": b"<x/>", "mimetype": b"application/vnd.oasis.opendocument.spreadsheet"}
    assert readers.format_of(zip_of(sheet)) == "ods"


def test_the_report_of_an_archive_is_found() -> None:
    files = {
        "说明.txt": "这里是说明。".encode() * 500,
        "../../etc/年报.html": REPORT_HTML.encode(),
        "图.png": b"\x89PNG",
    }
    report = extract.read(zip_of(files))
    assert report.format == "zip"
    assert report.identity.title == TITLE
    assert report.cells["disclosure.normative_docs.issued"].value == 7


def test_several_reports_in_an_archive_are_said() -> None:
    other = REPORT_HTML.replace("清溪镇", "白石镇")
    document = readers.read(zip_of({"清溪镇年报.html": REPORT_HTML.encode(), "白石镇年报.html": other.encode()}))
    assert any("2份报告" in problem for problem in document.problems)


def test_names_in_gbk() -> None:
    name = "清溪镇年报.html".encode("gbk")
    data = zip_of({"x" * len(name): REPORT_HTML.encode()}).replace(b"x" * len(name), name)
    assert readers.read(data).meta["member"] == "清溪镇年报.html"


def test_an_archive_with_a_password() -> None:
    data = bytearray(zip_of({"a.html": REPORT_HTML.encode()}))
    data[6] |= 1
    data[data.index(b"PK\x01\x02") + 8] |= 1
    assert "密码" in readers.read(bytes(data)).problems[0]


def with_size(data: bytes, size: int) -> bytes:
    """A ZIP whose directory says that its first file has this size."""
    changed = bytearray(data)
    pack_into("<I", changed, data.index(b"PK\x01\x02") + 24, size)
    return bytes(changed)


ONE_FILE = zip_of({"年报.html": REPORT_HTML.encode()})


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (zip_of({}), "没有能读取的文件"),
        (zip_of({"空/": b""}), "没有能读取的文件"),
        (ONE_FILE[:-60], "损坏"),
        (ONE_FILE[: len(ONE_FILE) // 2], "损坏"),
        (ONE_FILE[:60] + bytes(20) + ONE_FILE[80:], "已损坏"),
        (with_size(ONE_FILE, 10), "无法解开"),
        (zip_of({"年报.zip": ONE_FILE, "说明.txt": b""}), "压缩包中的压缩包"),
    ],
    ids=["empty", "folder", "end lost", "half lost", "broken", "size lies", "nested"],
)
def test_an_archive_of_no_use_has_a_reason(data: bytes, words: str) -> None:
    report = extract.read(data)
    assert not report.identity.is_report
    assert any(words in problem for problem in report.problems)


def test_the_report_among_a_hundred_files_and_what_a_mac_leaves_beside_them() -> None:
    files = {f"{number:03}.html": b"<p>x</p>" for number in range(100)}
    shadow = {"__MACOSX/附件/._清溪镇年报.html": b"\0\5\x16\7" * 20, ".DS_Store": b"\0\0\0\1Bud1" * 10}
    report = extract.read(zip_of(files | shadow | {"附件/清溪镇年报.html": REPORT_HTML.encode()}))
    assert report.identity.title == TITLE
    assert any("只读取" in problem for problem in report.problems)


def test_bombs_are_not_opened(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "压缩比" in readers.read(zip_of({"a.html": bytes(20_000_000)})).problems[0]
    assert "过多" in readers.read(zip_of({f"{n}.html": b"" for n in range(archives.MAX_MEMBERS + 1)})).problems[0]
    inside = zip_of({"a.html": REPORT_HTML.encode()})
    assert "压缩包中的压缩包" in readers.read(zip_of({"a.zip": inside})).problems[0]
    parts = unpacked(saved(docx.Document()))
    parts["word/document.xml"] = b" " * 20_000_000 + parts["word/document.xml"]
    assert "压缩比" in readers.read(repacked(parts)).problems[0]
    monkeypatch.setattr(archives, "MAX_TOTAL", 100)
    assert "过大" in readers.read(inside).problems[0]


def test_a_web_archive() -> None:
    message = MIMEMultipart("related")
    page = MIMEText(REPORT_HTML.replace("</h1>", '</h1><img src="a.png">'), "html", "gb18030")
    message.attach(page)
    data = b"From: <Saved>\r\n" + message.as_bytes()
    report = extract.read(data)
    assert report.format == "mht"
    assert report.identity.title == TITLE
    assert report.cells["disclosure.normative_docs.issued"].value == 7
    assert any("图片" in problem for problem in report.problems)


def rar_of(files: dict[bytes, bytes], *, encrypted: bool = False) -> bytes:
    """A RAR 4 of stored files, by its technical note: each header has the checksum of what follows in it."""

    def block(kind: int, flags: int, body: bytes) -> bytes:
        header = pack("<BHH", kind, flags, 7 + len(body)) + body
        return pack("<H", crc32(header) & 0xFFFF) + header

    out = b"Rar!\x1a\x07\x00" + block(0x73, 0, bytes(6))
    for name, data in files.items():
        size, packed = len(data), -(-len(data) // 16) * 16 if encrypted else len(data)
        sizes = pack("<IIBII", packed, size, 0, crc32(data), 0x58210000)
        header = sizes + pack("<BBHI", 29, 0x30, len(name), 0x20) + name
        out += block(0x74, 0x8004 if encrypted else 0x8000, header) + data.ljust(packed, b"\x00")
    return out + block(0x7B, 0x4000, b"")


def packed_of(files: dict[str, bytes], folder: Path, *options: str) -> bytes:
    for name, data in files.items():
        (folder / name).write_bytes(data)
    command = ["bsdtar", "-c", "-f", str(folder / "packed"), *options, "-C", str(folder), *files]
    subprocess.run(command, check=True, timeout=60, env=os.environ | {"LC_ALL": "C.UTF-8"})
    return (folder / "packed").read_bytes()


def seven_zip_of(files: dict[str, bytes], folder: Path) -> bytes:
    return packed_of(files, folder, "--format=7zip")


@needs_bsdtar
@pytest.mark.parametrize("kind", ["rar", "7z"])
def test_the_report_of_a_rar_or_7z_is_found(kind: str, tmp_path: Path) -> None:
    files = {"说明.txt": "这里是说明。".encode() * 500, "清溪镇年报.html": REPORT_HTML.encode()}
    in_gbk = {name.encode("gbk"): content for name, content in files.items()}
    data = rar_of(in_gbk) if kind == "rar" else seven_zip_of(files, tmp_path)
    report = extract.read(data)
    assert report.format == kind
    assert report.identity.title == TITLE
    assert report.cells["disclosure.normative_docs.issued"].value == 7
    document = readers.read(data)
    assert document.problems == []
    assert document.meta["member"] == "清溪镇年报.html"


@needs_bsdtar
@pytest.mark.parametrize("options", [(), ("--gzip",), ("--bzip2",), ("--xz",)])
def test_the_report_of_a_tar_is_found(options: tuple[str, ...], tmp_path: Path) -> None:
    report = extract.read(packed_of({"附图.pdf": b"%PDF-1.4", "年报.html": REPORT_HTML.encode()}, tmp_path, *options))
    assert report.format == "tar"
    assert report.identity.title == TITLE
    assert report.cells["disclosure.normative_docs.issued"].value == 7


@needs_bsdtar
def test_a_rar_that_cannot_be_opened_has_a_reason() -> None:
    inside = {b"a.html": REPORT_HTML.encode()}
    whole = rar_of(inside)
    assert "有密码" in readers.read(rar_of(inside, encrypted=True)).problems[0]
    assert "已损坏" in readers.read(whole[: len(whole) // 2]).problems[0]
    assert "压缩包中的压缩包" in readers.read(rar_of({b"a.rar": whole})).problems[0]
    assert "压缩包中的压缩包" in readers.read(zip_of({"a.rar": whole})).problems[0]


@needs_bsdtar
def test_bombs_of_7z_and_rar_are_not_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bomb = seven_zip_of({"a.html": bytes(20_000_000)}, tmp_path)
    assert len(bomb) < 10_000
    assert "压缩比" in readers.read(bomb).problems[0]
    many = rar_of({f"{n}.html".encode(): b"" for n in range(archives.MAX_MEMBERS + 1)})
    assert "过多" in readers.read(many).problems[0]
    monkeypatch.setattr(archives, "MAX_TOTAL", 100)
    assert "过大" in readers.read(rar_of({b"a.html": REPORT_HTML.encode()})).problems[0]


def test_a_hanging_bsdtar_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = tmp_path / "bsdtar"
    program.write_text(f"#!/bin/sh\necho $$ > {tmp_path}/process\nexec /bin/sleep 600\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(archives, "LIMIT", 1)
    assert "已放弃" in readers.read(rar_of({b"a.html": REPORT_HTML.encode()})).problems[0]
    assert not runs(int((tmp_path / "process").read_text()))


@pytest.mark.parametrize("kind", ["RAR", "7Z"])
def test_without_bsdtar_the_reason_says_what_to_install(
    kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    data = rar_of({b"a.html": b"x"}) if kind == "RAR" else b"7z\xbc\xaf\x27\x1c" + bytes(100)
    problem = readers.read(data).problems[0]
    assert "需要安装 bsdtar" in problem
    assert "libarchive-tools" in problem
    assert kind in problem


BIFF8_WITH_PASSWORD = pack("<2H8H", 0x0809, 16, 0x0600, 5, 0, 0, 0, 0, 0, 0) + pack("<2H3H", 0x2F, 6, 0, 1, 2)


@pytest.mark.parametrize(
    ("data", "kind", "words"),
    [
        (ole(("EncryptedPackage", b"")), "encrypted", "密码"),
        (ole(("Workbook", BIFF8_WITH_PASSWORD)), "xls", "密码"),
        (ole(("PowerPoint Document", b"")), "ppt", "PowerPoint"),
        (zip_of({"OFD.xml": b"<ofd"}), "ofd", "损坏"),
        (zip_of({"[Content_Types].xml": b"", "ppt/presentation.xml": b""}), "pptx", "PowerPoint"),
        (b"Rar!\x1a\x07\x01\x00" + bytes(100), "rar", "压缩包"),
        (b"7z\xbc\xaf\x27\x1c" + bytes(100), "7z", "压缩包"),
        (b"PK\x03\x04" + bytes(100), "zip", "损坏"),
        (zip_of({"a": b"a"}).replace(b"PK\x01\x02\x14\x03\x14", b"PK\x01\x02\x14\x03\xb9"), "zip", "损坏"),
    ],
)
def test_what_is_not_read_is_named(data: bytes, kind: str, words: str) -> None:
    report = extract.read(data)
    assert report.format == kind
    assert any(words in problem for problem in report.problems)


MHT = (
    b"MIME-Version: 1.0\r\nContent-Type: multipart/related; boundary=b\r\n\r\n"
    b"--b\r\nContent-Type: text/html\r\n\r\n<p>x</p>\r\n--b--"
)
FILES = {
    "xlsx": saved(report_book()),
    "docx": with_paragraphs(box_of(f"<w:p {nsdecls('w')}><w:r><w:t>话</w:t></w:r></w:p>")),
    "xls": ole(("Workbook", BIFF8_WITH_PASSWORD)),
    "zip": zip_of({"年报.html": REPORT_HTML.encode()}),
    "mht": MHT,
    "doc": REPORT_DOC,
}


@pytest.mark.parametrize("kind", FILES)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_broken_bytes_never_raise(kind: str, data: st.DataObject, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    parts = unpacked(FILES[kind]) if kind in ("xlsx", "docx") and data.draw(st.booleans()) else {}
    name = data.draw(st.sampled_from(sorted(parts))) if parts else ""
    broken = bytearray(parts.get(name) or FILES[kind])
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(broken) - 1))
        broken[at : at + data.draw(st.integers(0, 6))] = data.draw(st.binary(max_size=6))
        if not broken:
            break
    mutated = repacked(parts | {name: bytes(broken)}) if parts else bytes(broken)
    assert readers.read(mutated).format


def test_numbers_without_end_never_raise() -> None:
    page = (Path(__file__).parent / "documents" / "page_of_2021.html").read_text("utf-8")
    pager = '<script>createPageHTML(2, 0, "t20240115_67430", "html");</script>'
    assert extract.read(re.sub(r"\d+", "9" * 5000, page + pager).encode()).format == "html"


def test_a_column_that_the_form_does_not_know_is_said_aloud() -> None:
    page = (Path(__file__).parent / "documents" / "page_of_2021.html").read_text("utf-8")
    wide = page.replace('<td rowspan="2">总计</td>', '<td rowspan="2">总计</td><td rowspan="2">占比（%）</td>', 1)
    start = wide.index("一、本年新收")
    wide = wide[:start] + wide[start:].replace("</tr>", "<td>12</td></tr>", 1)
    alone, report = extract.read(page.encode()), extract.read(wide.encode())
    assert {k: c.value for k, c in report.cells.items()} == {k: c.value for k, c in alone.cells.items()}
    assert [problem for problem in report.problems if "表头不是官方格式的栏目" in problem and "12" in problem]


@pytest.mark.parametrize("typed", ["|复议|维持|纠正|\n|1|2|3|\n|  |  |  |", "复议\t维持\t纠正\n1\t2\t3\n\t\t"])
def test_bars_and_tabs_with_nothing_between_them_are_a_row_of_blank_cells(typed: str) -> None:
    (grid,) = readers.read(typed.encode()).grids
    assert [cell.text for cell in grid.cells[-1]] == ["", "", ""]
