"""PDFs as programs really write them: what a reader sees is read, in the order of the page, and nothing else."""

from collections.abc import Callable
from io import BytesIO

import pypdfium2
import pytest
from PIL import Image
from reportlab.lib.colors import Color, white
from reportlab.lib.pagesizes import A4
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas

import extract
from extract import form, readers
from extract.report import Status

pdfmetrics.registerFont(UnicodeCIDFont("STSong-Light"))
FONT = "STSong-Light"
WIDTHS = (150.0, *(45.0,) * 7)
HEADER = ("申请人情况", "自然人", "商业企业", "科研机构", "社会公\n益组织", "法律服\n务机构", "其他", "总计")
RECEIVED = ("一、本年新收政府信息公开申请数量", "12", "3", "0", "0", "0", "1", "16")
CARRIED = ("二、上年结转政府信息公开申请数量", "2", "0", "0", "0", "0", "0", "2")
Draw = Callable[[Canvas], None]


def put(canvas: Canvas, x: float, y: float, text: str, size: float = 8) -> None:
    canvas.setFont(FONT, size)
    canvas.drawString(x, y, text)


def row(
    canvas: Canvas,
    y: float,
    texts: tuple[str, ...],
    widths: tuple[float, ...] = WIDTHS,
    height: float = 30,
    x: float = 50,
) -> None:
    """A ruled row from `x`, with its lower edge at `y`; a text of several lines hangs from its upper edge."""
    for text, width in zip(texts, widths, strict=True):
        canvas.rect(x, y, width, height)
        for number, line in enumerate(text.split("\n")):
            put(canvas, x + 2, y + height - 10 - 10 * number, line)
        x += width


def prose(canvas: Canvas, page: int) -> None:
    if page == 1:
        put(canvas, 120, 780, "清溪镇人民政府2024年政府信息公开工作年度报告", 16)
        put(canvas, 60, 740, "一、总体情况", 11)
        put(canvas, 60, 720, "2024年，清溪镇人民政府依法公开政府信息，全年公开信息312条。", 11)
        put(canvas, 60, 700, "三、收到和处理政府信息公开申请情况", 11)
    else:
        put(canvas, 60, 500, "五、存在的主要问题及改进情况", 11)
        put(canvas, 60, 480, "公开的深度不够，下一步将改进。", 11)
        put(canvas, 60, 460, "六、其他需要报告的事项", 11)
        put(canvas, 60, 440, "无。", 11)
        put(canvas, 400, 400, "清溪镇人民政府", 11)
        put(canvas, 400, 380, "2025年1月10日", 11)


def pdf(*pages: Draw) -> bytes:
    out = BytesIO()
    canvas = Canvas(out, pagesize=A4, invariant=1)
    for number, draw in enumerate(pages, 1):
        prose(canvas, number)
        draw(canvas)
        canvas.showPage()
    canvas.save()
    return out.getvalue()


def table(canvas: Canvas) -> None:
    for number, texts in enumerate((HEADER, RECEIVED, CARRIED)):
        row(canvas, 640 - 30 * number, texts)


def nothing(_: Canvas) -> None:
    """A page of prose only."""


def total(data: bytes) -> object:
    return extract.read(data).cells["requests.new_received.total"].value


def test_white_and_invisible_letters_are_not_read() -> None:
    def draw(canvas: Canvas) -> None:
        table(canvas)
        canvas.setFillColor(white)
        put(canvas, 400, 660, "7777777777777777777777")
        text = canvas.beginText(60, 655)
        text.setFont(FONT, 8)
        text.setTextRenderMode(3)
        text.textLine("99999999999999999999999999999999999999999999999999999999999999")
        canvas.drawText(text)

    assert total(pdf(draw, nothing)) == 16


def test_white_letters_on_a_coloured_ground_are_read() -> None:
    def draw(canvas: Canvas) -> None:
        canvas.setFillColorRGB(0.1, 0.2, 0.5)
        canvas.rect(50, 580, sum(WIDTHS), 90, stroke=0, fill=1)
        canvas.setFillColor(white)
        table(canvas)

    assert total(pdf(draw, nothing)) == 16


def test_what_is_cut_at_the_edge_of_a_cell_is_not_read() -> None:
    """A spreadsheet prints a long text in a narrow cell and cuts it there: the rest would stand in the next cell."""

    def draw(canvas: Canvas) -> None:
        table(canvas)
        edge = canvas.beginPath()
        edge.rect(200, 610, 45, 30)
        canvas.clipPath(edge, stroke=0)
        put(canvas, 220, 632, "0.4567890123456")

    cell = extract.read(pdf(draw, nothing)).cells["requests.new_received.commercial"]
    assert (cell.status, cell.raw) == (Status.NUMBER, "3")


def test_a_watermark_is_no_text() -> None:
    def draw(canvas: Canvas) -> None:
        table(canvas)
        canvas.saveState()
        canvas.translate(200, 500)
        canvas.rotate(40)
        put(canvas, 0, 0, "内部资料888严禁外传", 40)
        canvas.restoreState()
        canvas.setFillColor(Color(0, 0, 0, alpha=0.2))
        put(canvas, 150, 620, "样稿555", 60)

    report = extract.read(pdf(draw, nothing))
    assert report.cells["requests.new_received.total"].value == 16
    assert "888" not in "".join(report.chapters.values())


def test_bold_printed_twice_is_one_number() -> None:
    def draw(canvas: Canvas) -> None:
        table(canvas)
        canvas.translate(0.3, 0)
        table(canvas)

    assert total(pdf(draw, nothing)) == 16


def test_heads_that_run_through_the_pages_are_no_text() -> None:
    def head(canvas: Canvas) -> None:
        put(canvas, 60, 815, "清溪镇政务公开 第1页" if not canvas.getPageNumber() - 1 else "清溪镇政务公开 第2页")
        put(canvas, 60, 20, "http://www.qingxi.example/1.html")

    def draw(canvas: Canvas) -> None:
        head(canvas)
        table(canvas)

    report = extract.read(pdf(draw, head))
    assert report.chapters["other_matters"] == "无。"
    assert report.identity.signed_date is not None
    assert not any("example" in text or "政务公开 第" in text for text in report.chapters.values())


def test_numbers_written_before_all_labels_keep_their_places() -> None:
    def draw(canvas: Canvas) -> None:
        for only_numbers in (True, False):
            for number, texts in enumerate((HEADER, RECEIVED, CARRIED)):
                row(canvas, 640 - 30 * number, tuple(t if t.isdigit() == only_numbers else "" for t in texts))

    report = extract.read(pdf(draw, nothing))
    assert total(pdf(draw, nothing)) == 16
    assert report.cells["requests.carried_in.natural_person"].value == 2
    assert all(cell.status is not Status.DISPUTED for cell in report.cells.values())


@pytest.mark.parametrize(
    ("above", "below", "value", "status"),
    [
        (("12", "3", "0", "0", "0", "1", "1"), ("", "", "", "", "", "", "6"), 16, Status.NUMBER),
        (("12", "3", "0", "0", "0", "1", "16"), ("", "", "", "", "", "", "5"), 16, Status.DERIVED),
    ],
    ids=["cut in two", "a page number in the cell"],
)
def test_a_number_at_the_edge_of_a_page(
    above: tuple[str, ...], below: tuple[str, ...], value: int, status: Status
) -> None:
    def first(canvas: Canvas) -> None:
        row(canvas, 80, HEADER)
        row(canvas, 50, (RECEIVED[0], *above))

    def second(canvas: Canvas) -> None:
        row(canvas, 780, ("", *below))
        row(canvas, 750, CARRIED)

    cell = extract.read(pdf(first, second)).cells["requests.new_received.total"]
    assert (cell.value, cell.status) == (value, status)


def test_a_number_wrapped_in_a_narrow_column() -> None:
    def draw(canvas: Canvas) -> None:
        narrow = (150.0, *(13.0,) * 7)
        row(canvas, 610, (HEADER[0], *("\n".join(text.replace("\n", "")) for text in HEADER[1:])), narrow, 70)
        row(canvas, 570, (RECEIVED[0], "12\n34", "0", "0", "0", "0", "0", "12\n34"), narrow, 40)

    assert total(pdf(draw, nothing)) == 1234


def test_a_wrapped_number_is_one_for_both_readings() -> None:
    """A row of one line, whose total wraps above and below it: its last line alone is no number beside the label."""

    def draw(canvas: Canvas) -> None:
        widths = (*WIDTHS[:-1], 13.0)
        row(canvas, 640, (*HEADER[:-1], "总\n计"), widths)
        row(canvas, 610, ("",) * 8, widths)
        put(canvas, 472, 626, "38")
        put(canvas, 52, 616, "一、本年新收政府信息公开申请数量")
        for number, text in enumerate(("380", "0", "0", "0", "0", "9")):
            put(canvas, 202 + 45 * number, 616, text)
        put(canvas, 472, 616, "9")

    cell = extract.read(pdf(draw, nothing)).cells["requests.new_received.total"]
    assert (cell.status, cell.value) == (Status.NUMBER, 389)


def test_a_download_that_broke_off_is_read_as_far_as_it_goes() -> None:
    data = pdf(table, nothing)
    report = extract.read(data[: data.rindex(b"trailer")])
    assert report.cells["requests.new_received.total"].value == 16
    assert any("不完整" in problem for problem in report.problems)


def test_radicals_that_look_like_characters_are_these() -> None:
    data = pdf(lambda canvas: put(canvas, 60, 600, "⼈⺠政府⽆⽉⼾"), nothing)
    assert any(paragraph.text == "人民政府无月户" for paragraph in readers.read(data).paragraphs)


def test_a_rare_character_is_one() -> None:
    data = pdf(lambda canvas: put(canvas, 60, 600, "阳西县织𬕂镇人民政府"), nothing)
    assert "阳西县织𬕂镇人民政府" in readers.read(data).lines


def test_a_page_with_too_much_on_it_is_named_and_the_others_are_read() -> None:
    def crowded(canvas: Canvas) -> None:
        for number in range(51_000):
            canvas.line(number % 500, 10, number % 500, 20)

    document = readers.read(pdf(table, crowded))
    assert any("第2页内容过多" in problem for problem in document.problems)
    assert document.grids


def saved(document: pypdfium2.PdfDocument) -> bytes:
    out = BytesIO()
    document.save(out)
    return out.getvalue()


@pytest.mark.parametrize("turn", [90, 180, 270])
@pytest.mark.parametrize("drawn", [True, False], ids=["drawn on its side", "shown on its side"])
def test_a_page_on_its_side(turn: int, drawn: bool) -> None:
    def lying(canvas: Canvas) -> None:
        for number, texts in enumerate((HEADER, RECEIVED, CARRIED)):
            row(canvas, 640 - 30 * number, texts)

    document = pypdfium2.PdfDocument(pdf(lying, nothing))
    width, height = document[0].get_size()
    if drawn:
        turned = pypdfium2.PdfMatrix().translate(-width / 2, -height / 2).rotate(turn)
        turned = turned.translate(*((height / 2, width / 2) if turn % 180 else (width / 2, height / 2)))
        for page in document:
            for one in page.get_objects(max_depth=1):
                one.transform(turned)
            page.set_mediabox(0, 0, *((height, width) if turn % 180 else (width, height)))
            page.gen_content()
    else:
        document[0].set_rotation(turn)
    report = extract.read(saved(document))
    cell = report.cells["requests.new_received.total"]
    assert (cell.value, report.chapters["other_matters"]) == (16, "无。")
    assert cell.place is not None
    assert cell.place.box is not None
    shown = pypdfium2.PdfDocument(saved(document))[0].get_size()
    assert 0 <= cell.place.box.left < cell.place.box.right <= shown[0]
    assert 0 <= cell.place.box.top < cell.place.box.bottom <= shown[1]


def test_a_sheet_printed_in_strips() -> None:
    """First all pages of the columns that find room, then those of the others."""

    def strip(canvas: Canvas, page: int, start: int, end: int) -> None:
        for number, texts in enumerate((HEADER, RECEIVED, CARRIED)):
            row(canvas, 640 - 30 * number, texts[start:end], WIDTHS[start:end])
        put(canvas, 290, 40, f"第{page}页 共3页")
        canvas.showPage()

    out = BytesIO()
    canvas = Canvas(out, pagesize=A4, invariant=1)
    prose(canvas, 1)
    strip(canvas, 1, 0, 5)
    prose(canvas, 2)
    canvas.showPage()
    strip(canvas, 3, 5, 8)
    canvas.save()
    report = extract.read(out.getvalue())
    cells = report.cells
    assert report.chapters["requests"] == ""
    assert [cells[f"requests.new_received.{column}"].raw for column in form.APPLICANTS] == [*RECEIVED[1:]]
    place = cells["requests.new_received.total"].place
    assert place is not None
    assert place.box is not None
    assert (place.box.page, round(place.box.left)) == (3, 140)


def test_two_pages_on_one_sheet() -> None:
    source = pypdfium2.PdfDocument(pdf(table, nothing))
    width, height = source[0].get_size()
    sheets = pypdfium2.raw.FPDF_ImportNPagesToOne(source, 2 * width, height, 2, 1)
    report = extract.read(saved(pypdfium2.PdfDocument(sheets)))
    assert report.cells["requests.new_received.total"].value == 16
    assert report.chapters["overview"].endswith("全年公开信息312条。")
    assert report.chapters["other_matters"] == "无。"


@pytest.mark.parametrize("scale", [0.4, 4.0])
def test_a_page_of_any_size(scale: float) -> None:
    source = pypdfium2.PdfDocument(pdf(table, nothing))
    width, height = (side * scale for side in source[0].get_size())
    pages = pypdfium2.raw.FPDF_ImportNPagesToOne(source, width, height, 1, 1)
    assert total(saved(pypdfium2.PdfDocument(pages))) == 16


def test_numbers_typed_into_a_form() -> None:
    def draw(canvas: Canvas) -> None:
        row(canvas, 640, HEADER)
        row(canvas, 610, (RECEIVED[0], *[""] * 7))
        for at, text in enumerate(RECEIVED[1:]):
            place = {"x": 202 + 45 * at, "y": 612, "width": 40, "height": 20, "borderWidth": 0}
            canvas.acroForm.textfield(value=text, name=f"field{at}", fontSize=9, **place)

    assert total(pdf(draw, nothing)) == 16


def test_a_row_cut_by_a_page_whose_table_repeats_its_head() -> None:
    def first(canvas: Canvas) -> None:
        row(canvas, 110, HEADER)
        row(canvas, 80, CARRIED)
        row(canvas, 50, (RECEIVED[0][:6], *RECEIVED[1:]))

    def second(canvas: Canvas) -> None:
        row(canvas, 780, HEADER)
        row(canvas, 750, (RECEIVED[0][6:], *[""] * 7))

    assert total(pdf(first, second)) == 16


def test_merged_cells_that_go_on_over_pages_without_a_line() -> None:
    widths = (40.0, 40.0, 70.0, *WIDTHS[1:])

    def first(canvas: Canvas) -> None:
        row(canvas, 80, HEADER)
        row(canvas, 50, ("三", "（三）", "1.属于国\n家秘密", *RECEIVED[1:]), widths)

    def second(canvas: Canvas) -> None:
        row(canvas, 780, ("3.危及“三安\n全一稳定”", *RECEIVED[1:]), widths[2:], x=130)

    def third(canvas: Canvas) -> None:
        row(canvas, 780, ("（四）", "1.本机关不\n掌握", *RECEIVED[1:]), widths[1:], x=90)

    out = BytesIO()
    canvas = Canvas(out, pagesize=A4)
    for draw in (first, second, third):
        draw(canvas)
        canvas.showPage()
    canvas.save()
    assert [len(grid.rows) for grid in readers.read(out.getvalue()).grids] == [4]


def test_a_row_cut_by_a_page_with_another_margin() -> None:
    def first(canvas: Canvas) -> None:
        row(canvas, 80, HEADER)
        row(canvas, 50, (RECEIVED[0][:6], *RECEIVED[1:]))

    def second(canvas: Canvas) -> None:
        row(canvas, 780, (RECEIVED[0][6:], *[""] * 7), x=78)
        row(canvas, 750, CARRIED, x=78)

    data = pdf(first, second)
    assert total(data) == 16
    assert [len(grid.rows) for grid in readers.read(data).grids] == [4]


def test_a_row_cut_by_a_page_between_its_numbers_and_its_label() -> None:
    widths = (50.0, 100.0, *WIDTHS[1:])

    def first(canvas: Canvas) -> None:
        row(canvas, 140, HEADER)
        row(canvas, 110, RECEIVED)
        row(canvas, 80, CARRIED)
        row(canvas, 50, ("（六）其\n他处理", "", "3", "0", "0", "0", "0", "0", "3"), widths)

    def second(canvas: Canvas) -> None:
        row(
            canvas, 780, ("", "1.申请人无正当理由逾期\n不补正、行政机关不再处理\n其政府信息公开申请", *[""] * 7), widths
        )
        row(canvas, 750, ("", "3.其他", *["0"] * 7), widths)

    cells = extract.read(pdf(first, second)).cells
    columns = ("natural_person", "ngo", "total")
    assert [cells[f"requests.other_uncorrected.{column}"].value for column in columns] == [3, 0, 3]


def test_a_label_whose_lines_are_rows_of_their_own() -> None:
    def draw(canvas: Canvas) -> None:
        row(canvas, 640, HEADER)
        row(canvas, 610, RECEIVED)
        row(canvas, 580, CARRIED)
        row(canvas, 568, ("1.申请人无正当理由逾期不补正、", *[""] * 7), height=12)
        row(canvas, 556, ("行政机关不再处理其政府信息公开", *["0"] * 6, "5"), height=12)
        row(canvas, 544, ("申请", *[""] * 7), height=12)

    assert extract.read(pdf(draw, nothing)).cells["requests.other_uncorrected.total"].value == 5


def test_labels_of_two_lines_in_rows_that_are_one_line_high() -> None:
    """As LibreOffice prints a sheet: the lines of a label stand on the edges of its row, among those of the others."""

    def draw(canvas: Canvas) -> None:
        row(canvas, 640, HEADER)
        rows = (
            ("一、本年新收政府\n信息公开申请数量", "12", "3", "0", "0", "0", "1", "16"),
            ("二、上年结转政府\n信息公开申请数量", "2", "0", "0", "0", "0", "0", "2"),
            ("（一）\n予以公开", "9", "0", "0", "0", "0", "1", "10"),
        )
        for number, (label, *values) in enumerate(rows, 1):
            y = 640 - 9 * number
            row(canvas, y, ("",) * 8, height=9)
            for line, text in enumerate(label.split("\n")):
                put(canvas, 90 - 4 * len(text), y + 6.5 - 10 * line, text)
            for column, value in enumerate(values):
                put(canvas, 205 + 45 * column, y + 1, value)

    cells = extract.read(pdf(draw)).cells
    assert [cells[f"requests.new_received.{column}"].raw for column in form.APPLICANTS] == [*RECEIVED[1:]]
    assert [cells[f"requests.carried_in.{column}"].raw for column in form.APPLICANTS] == [*CARRIED[1:]]
    assert cells["requests.granted.total"].raw == "10"


def test_headers_cut_by_a_page() -> None:
    results = ("结\n果\n", "结\n果\n", "其\n他\n", "尚\n未\n", "总\n计")
    rest = ("维\n持", "纠\n正", "结\n果", "审\n结", "")
    values = [str(number) for number in (1, 2, 3, 4, 10) * 3]

    def first(canvas: Canvas) -> None:
        row(canvas, 110, ("行政复议", "行政诉讼"), (150, 300))
        row(canvas, 90, ("", "未经复议直接起诉", "复议后起诉"), (150, 150, 150), 20)
        row(canvas, 50, results * 3, (30,) * 15, 40)

    def second(canvas: Canvas) -> None:
        row(canvas, 780, rest * 3, (30,) * 15)
        row(canvas, 750, tuple(values), (30,) * 15)

    cells = extract.read(pdf(first, second)).cells
    cell = cells["disputes.litigation_after_reconsideration.total"]
    assert cell.value == 10
    assert cell.place is not None
    assert cell.place.box is not None


@pytest.mark.parametrize(("printed", "status"), [("—", Status.DASH), ("3", Status.NUMBER), ("", Status.BLANK)])
def test_values_alone_on_the_next_page_below_the_rest_of_their_header(printed: str, status: Status) -> None:
    results = ("结果\n维持", "结果\n纠正", "其他\n结果", "尚未\n审结", "总计")

    def first(canvas: Canvas) -> None:
        table(canvas)
        row(canvas, 110, ("行政复议", "行政诉讼"), (150, 300))
        row(canvas, 90, ("", "未经复议直接起诉", "复议后起诉"), (150, 150, 150), 20)
        row(canvas, 50, results * 3, (30,) * 15, 40)

    def second(canvas: Canvas) -> None:
        row(canvas, 770, ("",) * 15, (30,) * 15, 10)
        row(canvas, 740, (printed,) * 15, (30,) * 15)

    cells = extract.read(pdf(first, second)).cells
    assert {cells[key].status for key in form.keys("disputes", None)} == {status}


def test_values_of_one_row_on_both_sides_of_a_page_s_edge() -> None:
    results = ("结果\n维持", "结果\n纠正", "其他\n结果", "尚未\n审结", "总计")
    values = [str(number) for number in (11, 2, 3, 4, 20) * 3]

    def first(canvas: Canvas) -> None:
        table(canvas)
        row(canvas, 130, ("行政复议", "行政诉讼"), (150, 300))
        row(canvas, 110, ("", "未经复议直接起诉", "复议后起诉"), (150, 150, 150), 20)
        row(canvas, 70, results * 3, (30,) * 15, 40)
        row(canvas, 50, tuple("" if at % 5 == 0 else value for at, value in enumerate(values)), (30,) * 15, 20)

    def second(canvas: Canvas) -> None:
        row(canvas, 750, tuple(value if at % 5 == 0 else "" for at, value in enumerate(values)), (30,) * 15)

    cells = extract.read(pdf(first, second)).cells
    assert [cells[f"disputes.reconsideration.{result}"].value for result in form.RESULTS] == [11, 2, 3, 4, 20]


def test_headers_cut_by_a_page_where_others_begin() -> None:
    halves = (("结", "果\n维\n持"), ("结", "果\n纠\n正"), ("其", "他\n结\n果"), ("尚", "未\n审\n结"), ("总", "计"))
    results = tuple("".join(half) for half in halves)
    values = tuple(str(number) for number in (1, 2, 3, 4, 10) * 3)

    def first(canvas: Canvas) -> None:
        row(canvas, 110, ("行政复议", "行政诉讼"), (150, 300))
        row(canvas, 80, (*(above for above, _ in halves), "未经复议直接起诉", "复议后起诉"), (*(30,) * 5, 150, 150))

    def second(canvas: Canvas) -> None:
        row(canvas, 740, (*(below for _, below in halves), *results, *results), (30,) * 15, 50)
        row(canvas, 710, values, (30,) * 15)

    cell = extract.read(pdf(first, second)).cells["disputes.litigation_after_reconsideration.total"]
    assert cell.value == 10
    assert cell.place is not None
    assert cell.place.box is not None


def test_a_frame_around_a_table_is_none() -> None:
    def draw(canvas: Canvas) -> None:
        table(canvas)
        for x in (40, 44.5, 520.5, 525):
            canvas.line(x, 570, x, 680)
        for y in (570, 574.5, 675.5, 680):
            canvas.line(40, y, 525, y)

    document = readers.read(pdf(draw, nothing))
    assert [len(grid.cells[0]) for grid in document.grids] == [8]


def test_office_and_date_alone_under_a_seal_are_no_scan() -> None:
    out = BytesIO()
    canvas = Canvas(out, pagesize=A4)
    prose(canvas, 1)
    table(canvas)
    canvas.showPage()
    put(canvas, 400, 400, "清溪镇人民政府", 11)
    put(canvas, 400, 380, "2025年1月10日", 11)
    canvas.drawInlineImage(Image.new("RGB", (40, 40), "red"), 400, 360, 100, 100)
    canvas.save()
    document = readers.read(out.getvalue())
    assert document.paragraphs[-1].text == "2025年1月10日"
    assert not document.problems


def test_a_seal_over_a_table_rules_no_line() -> None:
    def draw(canvas: Canvas) -> None:
        table(canvas)
        canvas.circle(330, 600, 25)  # its uppermost point in the middle of a row

    document = readers.read(pdf(draw, nothing))
    assert [len(grid.rows) for grid in document.grids] == [3]


def test_a_last_page_of_short_lines_joins_none_of_them() -> None:
    def last(canvas: Canvas) -> None:
        for y, text in ((800, "本年度没有其他需要报告的事项。"), (780, "清溪镇人民政府"), (760, "2025年1月10日")):
            put(canvas, 60, y, text, 11)

    out = BytesIO()
    canvas = Canvas(out, pagesize=A4)
    prose(canvas, 1)
    put(canvas, 60, 660, "公开的深度不够，下一步将进一步拓宽公开渠道，提高政策解读的质量，办好每一件申请。", 11)
    canvas.showPage()
    last(canvas)
    canvas.save()
    texts = [paragraph.text for paragraph in readers.read(out.getvalue()).paragraphs]
    assert texts[-3:] == ["本年度没有其他需要报告的事项。", "清溪镇人民政府", "2025年1月10日"]


def test_the_foot_of_a_printed_page_is_no_title_whatever_its_size() -> None:
    def foot(page: int) -> Draw:
        def draw(canvas: Canvas) -> None:
            canvas.setFont("Helvetica", 24)
            canvas.drawString(60, 20, f"https://example.com/art_1.html {page}/2")

        return draw

    assert not any("example" in paragraph.text for paragraph in readers.read(pdf(foot(1), foot(2))).paragraphs)


def test_lines_drawn_as_dots() -> None:
    def draw(canvas: Canvas) -> None:
        for number, texts in enumerate((HEADER, RECEIVED, CARRIED)):
            y, x = 640 - 30 * number, 50.0
            for text, width in zip(texts, WIDTHS, strict=True):
                put(canvas, x + 2, y + 15, text.replace("\n", ""), 6)
                for at in range(0, int(width), 2):
                    canvas.rect(x + at, y, 0.7, 0.7, stroke=0, fill=1)
                    canvas.rect(x + at, y + 30, 0.7, 0.7, stroke=0, fill=1)
                for at in range(0, 30, 2):
                    canvas.rect(x, y + at, 0.7, 0.7, stroke=0, fill=1)
                    canvas.rect(x + width, y + at, 0.7, 0.7, stroke=0, fill=1)
                x += width

    document = readers.read(pdf(draw, nothing))
    assert [len(grid.rows) for grid in document.grids] == [3]


def test_a_page_number_over_a_number_makes_no_other() -> None:
    def draw(canvas: Canvas) -> None:
        table(canvas)
        canvas.setFont("Helvetica", 7)
        canvas.drawString(475, 628, "4")  # beside the 1 of 其他, a little lower

    cell = extract.read(pdf(draw, nothing)).cells["requests.new_received.other_org"]
    assert cell.value in (None, 1)


def test_a_year_in_two_sizes_is_one_number() -> None:
    def draw(canvas: Canvas) -> None:
        put(canvas, 60, 600, "20", 11)
        put(canvas, 60 + pdfmetrics.stringWidth("20", FONT, 11), 600, "24年公开信息312条。", 8)

    assert "2024年公开信息312条。" in readers.read(pdf(draw, nothing)).lines


def test_numbers_that_moved_under_other_words_are_not_believed() -> None:
    def draw(canvas: Canvas) -> None:
        moved = (RECEIVED[0], "12", "3", "0", "0", "1", "16", "")  # a 0 is gone, and the cells behind it moved up
        for number, texts in enumerate((HEADER, moved, CARRIED)):
            row(canvas, 640 - 30 * number, texts)

    cells = extract.read(pdf(draw, nothing)).cells
    truth = dict(
        zip(("natural_person", "commercial", "legal_service", "other_org", "total"), (12, 3, 0, 1, 16), strict=True)
    )
    assert all(cells[f"requests.new_received.{column}"].value in (None, value) for column, value in truth.items())


def test_the_number_of_a_page_within_the_frame_of_a_table_is_in_no_cell() -> None:
    def one(canvas: Canvas) -> None:
        row(canvas, 110, HEADER)
        row(canvas, 30, RECEIVED, height=80)  # the frame goes on to the foot of the page
        put(canvas, 290, 38, "- 1 -", 9)

    def two(canvas: Canvas) -> None:
        row(canvas, 780, CARRIED)
        put(canvas, 290, 38, "- 2 -", 9)

    report = extract.read(pdf(one, two))
    received = [report.cells[f"requests.new_received.{column}"] for column in form.APPLICANTS]
    assert [cell.raw for cell in received] == list(RECEIVED[1:])
    assert report.cells["requests.carried_in.total"].value == 2


def test_wrapped_totals_are_no_page_numbers() -> None:
    def draw(canvas: Canvas) -> None:
        widths = (*WIDTHS[:-1], 11.0)
        wrapped = (
            ("一、本年新收政府信息公开申请数量", "131", "0", "0", "0", "0", "0", "13\n1"),
            ("二、上年结转政府信息公开申请数量", "152", "0", "0", "0", "0", "0", "15\n2"),
        )
        for number, texts in enumerate((HEADER, *wrapped)):
            row(canvas, 640 - 30 * number, texts, widths)

    cells = extract.read(pdf(draw, nothing)).cells
    assert [cells[f"requests.{name}.total"].value for name in ("new_received", "carried_in")] == [131, 152]


def test_a_title_over_the_whole_page_is_not_joined_to_what_stands_below() -> None:
    def draw(canvas: Canvas) -> None:
        put(canvas, 60, 660, "清溪镇人民政府二〇二四年政府信息公开工作年度报告全文", 18)
        put(canvas, 60, 640, "发布时间：2025年1月10日  来源：清溪镇人民政府", 10)

    texts = [paragraph.text for paragraph in readers.read(pdf(draw, nothing)).paragraphs]
    assert "清溪镇人民政府二〇二四年政府信息公开工作年度报告全文" in texts


def test_a_page_of_outlines_is_named_unread_or_recognised() -> None:
    def outlines(canvas: Canvas) -> None:
        for at in range(200):
            canvas.line(50 + 2 * at, 700, 52 + 2 * at, 708)
        canvas.showPage()

    out = BytesIO()
    canvas = Canvas(out, pagesize=A4)
    outlines(canvas)
    canvas.save()
    assert any(problem.startswith("第1页没有可用的文字层") for problem in readers.read(out.getvalue()).problems)


def test_a_full_width_number_with_a_point_is_one() -> None:
    def draw(canvas: Canvas) -> None:
        row(canvas, 640, ("信息内容", "本年收费金额（单位：万元）"), (150, 200))
        row(canvas, 610, ("行政事业性收费", ""), (150, 200))
        for at, sign in enumerate("４２０８．９９"):
            put(canvas, 205 + 9.5 * at, 625, sign)

    assert readers.read(pdf(draw, nothing)).grids[0].cells[1][1].text == "４２０８．９９"


def test_a_struck_number_is_not_read() -> None:
    """Tracked deletions are printed with a line through them, and what was put in their place beside them."""

    def draw(canvas: Canvas) -> None:
        for number, texts in enumerate((HEADER, (RECEIVED[0], "93 12", *RECEIVED[2:]), CARRIED)):
            row(canvas, 640 - 30 * number, texts)
        canvas.line(202, 632.5, 210, 632.5)

    cells = extract.read(pdf(draw, nothing)).cells
    assert cells["requests.new_received.natural_person"].raw == "12"
    assert total(pdf(draw, nothing)) == 16


def test_the_outline_of_a_letter_does_not_strike_it() -> None:
    """cairo draws a bold that the font has not as outlines over the letters: their strokes are as long as their ink."""

    def draw(canvas: Canvas) -> None:
        table(canvas)
        outline = canvas.beginPath()
        outline.moveTo(202.6, 632.5)
        outline.lineTo(209, 632.5)
        outline.lineTo(209, 636)
        canvas.drawPath(outline)

    assert extract.read(pdf(draw, nothing)).cells["requests.new_received.natural_person"].status is Status.NUMBER


def test_letters_drawn_as_outlines_rule_no_table() -> None:
    """年 and 开 of a bold title were cells of small tables, and its words lost them."""

    def draw(canvas: Canvas) -> None:
        put(canvas, 60, 600, "政府信息公开条例", 22)
        outline = canvas.beginPath()
        for x in (148, 158, 168):
            outline.moveTo(x, 598)
            outline.lineTo(x, 620)
            outline.lineTo(x + 8, 620)
            for height in (615, 610, 605):
                outline.curveTo(x + 8, height + 4, x + 6, height + 2, x + 3, height)
        for y in (600, 609, 619):
            outline.moveTo(147, y)
            outline.lineTo(170, y)
        canvas.drawPath(outline)

    assert "政府信息公开条例" in [paragraph.text for paragraph in readers.read(pdf(draw, nothing)).paragraphs]


def test_a_page_cuts_a_row_within_the_name_of_its_group() -> None:
    widths = (50.0, 100.0, *(45.0,) * 7)
    label = "1.申请人无正当理由逾期不补正、行政机关不再处理其政府信息公开申请"

    def above(canvas: Canvas) -> None:
        row(canvas, 640, ("", *HEADER), widths)
        row(canvas, 610, ("", *RECEIVED), widths)
        row(canvas, 60, ("（六）其他", label[:10], *"0100001"), widths)

    def below(canvas: Canvas) -> None:
        row(canvas, 750, ("处理", "\n".join((label[10:22], label[22:])), *("",) * 7), widths, 40)
        row(canvas, 720, ("", "3.其他", *"2000002"), widths)

    cells = extract.read(pdf(above, below)).cells
    assert [cells[f"requests.{one}.total"].value for one in ("other_uncorrected", "other_other")] == [1, 2]


def test_a_row_without_values_below_the_edge_of_a_page_is_one_of_its_own() -> None:
    def above(canvas: Canvas) -> None:
        row(canvas, 640, HEADER)
        row(canvas, 610, RECEIVED)
        row(canvas, 60, ("2.其他法律行政法规禁止公开", "2", *("",) * 5, "2"))

    def below(canvas: Canvas) -> None:
        row(canvas, 750, ("3.危及“三安全一稳定”", *("",) * 7))

    cells = extract.read(pdf(above, below)).cells
    assert cells["requests.denied_prohibited_by_law.total"].value == 2
    assert cells["requests.denied_security_stability.total"].status is Status.BLANK


def bare(canvas: Canvas, y: float, texts: tuple[str, ...], widths: tuple[float, ...] = WIDTHS) -> None:
    """A row without lines, each text in the middle of its cell."""
    x = 50.0
    for text, width in zip(texts, widths, strict=True):
        canvas.setFont(FONT, 7)
        canvas.drawCentredString(x + width / 2, y, text)
        x += width


def test_blank_cells_of_a_table_without_lines() -> None:
    """Of the headers 自然人 and 总计 stand on a line between merged ones and those below, as high as both."""
    received = (RECEIVED[0], "12", "3", "", "", "0", "1", "16")

    def draw(canvas: Canvas) -> None:
        bare(canvas, 660, ("", "", "", "法人或其他组织", "", "", "", ""))
        bare(canvas, 650, ("申请人情况", "自然人", "", "", "", "", "", "总计"))
        bare(canvas, 640, ("", "", "商业企业", "科研机构", "社会公益组织", "法律服务机构", "其他", ""))
        bare(canvas, 620, received)
        bare(canvas, 600, CARRIED)

    cells = extract.read(pdf(draw, nothing)).cells
    assert [cells[f"requests.new_received.{column}"].value for column in form.APPLICANTS] == [
        12,
        3,
        None,
        None,
        0,
        1,
        16,
    ]
    assert cells["requests.new_received.ngo"].status is Status.BLANK
    assert cells["requests.carried_in.natural_person"].value == 2


def test_rows_of_blanks_that_no_line_tells_apart_give_no_number_to_one_of_them() -> None:
    labels = (
        "（一）予以公开",
        "（二）部分公开",
        "1.属于国家秘密",
        "2.其他法律行政法规禁止公开",
        "3.危及“三安全一稳定”",
    )

    def draw(canvas: Canvas) -> None:
        bare(canvas, 650, tuple(text.replace("\n", "") for text in HEADER))
        bare(canvas, 630, (RECEIVED[0], "2", "", "", "", "", "", "2"))
        for at, label in enumerate(labels):
            bare(canvas, 610 - 12 * at, (label, *[""] * 7))
        bare(canvas, 590, ("", "2", "", "", "", "", "", "2"))  # between the two lines of （二）
        bare(canvas, 530, ("（七）总计", "2", "", "", "", "", "", "2"))

    cells = extract.read(pdf(draw, nothing)).cells
    read = {key for key, cell in cells.items() if cell.value is not None}
    assert {key.split(".")[1] for key in read} <= {"new_received", "total_handled"}


def test_a_table_without_lines_that_begins_on_the_next_page() -> None:
    def draw(canvas: Canvas) -> None:
        bare(canvas, 700, (*HEADER[:4], "社会公益组织", "法律服务机构", "其他", "总计"))
        bare(canvas, 680, RECEIVED)
        bare(canvas, 660, CARRIED)

    assert total(pdf(lambda canvas: put(canvas, 60, 680, "表格如下"), draw)) == 16


def test_a_running_head_is_none_where_it_stands_elsewhere() -> None:
    """The office runs through the pages as their head, and signs."""

    def draw(canvas: Canvas) -> None:
        put(canvas, 260, 820, "清溪镇人民政府")

    texts = [paragraph.text for paragraph in readers.read(pdf(draw, draw)).paragraphs]
    assert texts.count("清溪镇人民政府") == 1
    assert texts[-2:] == ["清溪镇人民政府", "2025年1月10日"]


def test_sentences_that_end_in_numbers_are_no_table() -> None:
    out = BytesIO()
    canvas = Canvas(out, pagesize=A4, invariant=1)
    lines = [
        ("（含上年结转", 60), ("189件），均在期限内答复。其中，予以公开", 130), ("208件", 400),
        ("（17.46%），不予公开20件（1.68%），因不掌握等原因无法提供", 60), ("564件", 400),
        ("（47.36%），属信访、重复申请等不予处理80件，其他处理", 60), ("319件", 400),
        ("（26.78%）。全年未发生被纠错的情形。", 60),
    ]  # fmt: skip
    y = 660
    for text, x in lines:
        y -= 20 if x == 60 else 0
        put(canvas, x, y, text, 11)
    prose(canvas, 1)
    canvas.save()
    assert not readers.read(out.getvalue()).grids
