"""Pictures of pages: what is printed is read, what cannot be read is said to be so, and nothing is fetched for it."""

import socket
import subprocess
import sys
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest

import extract
from benchmarks.renderings import printable
from benchmarks.reports import invent
from extract import readers, tables, values
from extract.document import Document, Grid, GridCell, distinct
from extract.readers import image
from extract.readers.chars import A4

np = pytest.importorskip("numpy")
pytest.importorskip("PIL")
from PIL import Image, ImageDraw  # noqa: E402

try:
    from benchmarks import scans
    from extract.readers import scan

    WHY = ""
except ImportError as error:
    WHY = f"the extra [ocr] is not installed ({error})"
needs_ocr = pytest.mark.skipif(bool(WHY), reason=WHY)
# A machine that does other work as well must not fail a test by its clock: a page takes 4–9 s of a core.
pytestmark = pytest.mark.timeout(500)

HEADER = ["信息内容", "本年制发件数", "本年废止件数", "现行有效件数"]
ROWS = [["规章", "", "—", "0"], ["行政规范性文件", "127", "0", "1135"], ["许可", "11", "100", "36"]]
PROSE = "本表反映主动公开政府信息的情况。"
SCALE, WIDE = 200 / 72, 75


@pytest.fixture(autouse=True)
def offline(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: Any) -> None:
        raise AssertionError("reading a picture asked the network")

    monkeypatch.setattr(socket.socket, "connect", refuse)


@pytest.fixture(scope="module")
def page() -> Any:
    """A page with a line of prose and a ruled table, drawn with a Chinese font that is installed."""
    import pypdfium2
    from reportlab.lib import colors
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.cidfonts import UnicodeCIDFont
    from reportlab.pdfgen.canvas import Canvas
    from reportlab.platypus import Table

    pdfmetrics.registerFont(UnicodeCIDFont("STSong-Light"))
    out = BytesIO()
    canvas = Canvas(out, pagesize=(360, 220))
    canvas.setFont("STSong-Light", 12)
    canvas.drawString(30, 190, PROSE)
    style: list[Any] = [("GRID", (0, 0), (-1, -1), 0.6, colors.black), ("FONT", (0, 0), (-1, -1), "STSong-Light", 9)]
    style += [("ALIGN", (0, 0), (-1, -1), "CENTER"), ("VALIGN", (0, 0), (-1, -1), "MIDDLE")]
    table = Table([HEADER, *ROWS], colWidths=WIDE, rowHeights=26, style=style)
    table.wrapOn(canvas, 300, 150)
    table.drawOn(canvas, 30, 50)
    canvas.save()
    picture = pypdfium2.PdfDocument(out.getvalue())[0].render(scale=SCALE).to_numpy()[:, :, :3].copy()
    if (picture[:120] < 128).sum() < 200:
        pytest.skip("no Chinese font is installed to draw a page with")
    return picture


def saved(*pictures: Any, kind: str = "png") -> bytes:
    pages = [Image.fromarray(np.ascontiguousarray(picture[:, :, ::-1])) for picture in pictures]
    out = BytesIO()
    more: dict[str, Any] = {"save_all": True, "append_images": pages[1:]} if len(pages) > 1 else {}
    pages[0].save(out, kind, **more)
    return out.getvalue()


def texts(document: Document) -> list[list[str]]:
    (grid,) = document.grids
    return [[cell.text for cell in distinct(row)] for row in grid.rows]


def cell_at(row: int, column: int) -> tuple[slice, slice]:
    """The pixels inside a cell of the drawn table."""
    top, left = (220 - 50 - 26 * (4 - row)) * SCALE, (30 + WIDE * column) * SCALE
    return slice(int(top) + 8, int(top + 26 * SCALE) - 8), slice(int(left) + 8, int(left + WIDE * SCALE) - 8)


@needs_ocr
def test_a_crooked_scan_is_read_cell_by_cell(page: Any) -> None:
    crooked = Image.fromarray(page[:, :, ::-1]).rotate(1.2, Image.Resampling.BICUBIC, fillcolor="white")
    document = image.read(saved(np.asarray(crooked)[:, :, ::-1], kind="jpeg"))
    assert texts(document) == [HEADER, *ROWS]
    assert [paragraph.text for paragraph in document.paragraphs] == [PROSE]
    assert document.format == "image"
    assert not document.problems


@needs_ocr
@pytest.mark.parametrize("quarters", [0, 2, 3])
def test_a_cell_is_shown_where_it_stands_on_the_page_as_scanned(page: Any, quarters: int) -> None:
    crooked = Image.fromarray(page[:, :, ::-1]).rotate(1.2, Image.Resampling.BICUBIC, fillcolor="white")
    marked = np.zeros(page.shape[:2], np.uint8)
    marked[cell_at(2, 3)] = 255  # the 1135
    where = np.rot90(np.asarray(Image.fromarray(marked).rotate(1.2)), quarters) > 0
    (grid,) = image.read(saved(np.rot90(np.asarray(crooked)[:, :, ::-1], quarters))).grids
    cell = grid.rows[2][3]
    assert cell is not None
    assert cell.text == "1135"
    assert cell.box is not None
    scale = where.shape[1] / A4
    rows, columns = np.nonzero(where)
    found = [value * scale for value in (cell.box.left, cell.box.top, cell.box.right, cell.box.bottom)]
    inside = [columns.min(), rows.min(), columns.max(), rows.max()]
    assert found == pytest.approx(inside, abs=20)
    assert (found[2] - found[0]) * (found[3] - found[1]) > np.count_nonzero(where)


@needs_ocr
def test_ink_that_is_no_text_is_marked_and_never_a_number(page: Any) -> None:
    scribbled = page.copy()
    place = scribbled[cell_at(2, 1)]
    rows, columns = np.indices(place.shape[:2])
    place[(rows * 7 + columns * 3) % 11 < 6] = 0  # a hatching over the 127
    read = texts(image.read(saved(scribbled)))
    assert values.UNSURE in read[2][1]
    assert [read[1], read[3]] == [ROWS[0], ROWS[2]]


@needs_ocr
def test_a_red_seal_hides_no_number(page: Any) -> None:
    sealed = page.copy().astype(np.float32)
    rows, columns = np.indices(page.shape[:2])
    distance = np.hypot(rows - 330, columns - 600)
    ring = (distance < 150) & (distance > 128) | (distance < 40)
    sealed[ring] *= np.array([0.25, 0.2, 0.85], np.float32)
    assert texts(image.read(saved(sealed.astype(np.uint8)))) == [HEADER, *ROWS]


@needs_ocr
def test_a_stroke_is_no_one_and_the_edge_of_a_shaded_cell_no_line(page: Any) -> None:
    drawn = page.copy()
    rows, columns = np.indices(drawn.shape[:2])
    top, left = cell_at(1, 1)
    middle, centre = (top.start + top.stop) / 2, (left.start + left.stop) / 2
    stroke = (abs(rows - middle) < 13) & (abs(columns - centre + 0.4 * (rows - middle)) < 1.5)
    drawn[stroke] = 0
    speck = (abs(rows - middle) + abs(columns - centre - 20)) < 5
    drawn[speck] = 0
    head, _ = cell_at(0, 0)
    drawn[head.start - 8 : head.stop + 8, cell_at(0, 1)[1].start - 8 :] //= 2
    assert texts(image.read(saved(drawn))) == [HEADER, ["规章", "/", "—", "0"], *ROWS[1:]]


@needs_ocr
def test_numbers_without_a_line_between_them_are_no_number(page: Any) -> None:
    open_rows, open_columns = page.copy(), page.copy()
    low, right = cell_at(2, 0)[0].stop + 8, cell_at(0, 1)[1].stop + 8
    for at in range(4):
        open_rows[low - 5 : low + 5, cell_at(2, at)[1]] = 255
        open_columns[cell_at(at, 0)[0], right - 5 : right + 5] = 255
    below = texts(image.read(saved(open_rows)))[2][1:]
    assert [values.UNSURE in text for text in below] == [True, True, True]
    beside = [row[1] for row in texts(image.read(saved(open_columns)))[2:]]
    assert [values.UNSURE in text for text in beside] == [True, True]


@needs_ocr
def test_dashed_lines_are_lines(page: Any) -> None:
    dashed = page.copy()
    across, down = (np.arange(length) % 7 > 4 for length in page.shape[1::-1])
    for at in range(5):
        y, x = int((220 - 50 - 26 * at) * SCALE), int((30 + WIDE * at) * SCALE)
        dashed[y - 3 : y + 4, across] = 255
        dashed[down, x - 3 : x + 4] = 255
    assert texts(image.read(saved(dashed))) == [HEADER, *ROWS]


@needs_ocr
def test_a_line_that_a_copy_wore_away_is_one_line_and_its_crumbs_are_no_dashes(page: Any) -> None:
    worn = page.copy()
    for at in range(1, 4):
        y = int((220 - 50 - 26 * at) * SCALE)
        for column in range(4):
            middle = int((30 + WIDE * (column + 0.5)) * SCALE)
            worn[y - 4 : y + 5, middle - 45 : middle - 12] = worn[y - 4 : y + 5, middle + 12 : middle + 45] = 255
    assert texts(image.read(saved(worn))) == [HEADER, *ROWS]


@needs_ocr
def test_a_row_alone_has_its_columns_above_rows_without(page: Any) -> None:
    drawn = page.copy()
    top = cell_at(1, 0)[0].start
    for column in (1, 2):
        wall = cell_at(1, column)[1].stop + 8
        drawn[top - 4 : cell_at(3, 0)[0].stop + 4, wall - 6 : wall + 6] = 255
        # Below it a character of the next row begins: 第二十条第（五）项.
        drawn[top - 8 : top + 26, wall - 1 : wall + 1] = 0
        for stroke in (0, 8, 16):
            drawn[top + stroke : top + stroke + 4, wall - 16 : wall + 16] = 0
            drawn[top + stroke + 5 : top + stroke + 7, wall - 16 : wall + 16] = 255
    wide = np.pad(drawn, ((0, 0), (0, 1150), (0, 0)), constant_values=255)
    assert texts(image.read(saved(wide)))[0] == HEADER


@needs_ocr
@pytest.mark.parametrize(("bars", "is_wall"), [([], True), ([190, 200], False)])
def test_a_wall_of_a_low_row_alone_is_told_from_a_stroke_by_what_is_beside_it(bars: list[int], is_wall: bool) -> None:
    from extract.readers.scan.drawn import Drawn
    from extract.readers.scan.held import is_held

    wall, ink = Drawn(183, 100, 221, 107), np.zeros((200, 400), np.uint8)
    across = [Drawn(20, 178, 180, 186), Drawn(20, 218, 180, 225)]
    for at, thick in ((181, 4), (219, 4), *((bar, 3) for bar in bars)):
        ink[20:180, at : at + thick] = 255
    assert is_held(wall, True, ink, [wall], across, 8.27) is is_wall


@needs_ocr
def test_a_table_ends_at_its_last_line_whatever_stands_below_its_uprights(page: Any) -> None:
    drawn = page.copy()
    wall, bottom = cell_at(3, 1)[1].stop + 8, cell_at(3, 1)[0].stop + 8
    drawn[bottom + 4 : bottom + 54] = page[60:110]
    drawn[bottom : bottom + 46, wall - 1 : wall + 1] = 0
    drawn[bottom + 76 : bottom + 106, wall - 1 : wall + 1] = 0  # of the line below
    document = image.read(saved(drawn))
    assert texts(document) == [HEADER, *ROWS]
    assert document.paragraphs[1].text.startswith(PROSE[:3])


@needs_ocr
def test_a_stroke_between_two_tables_does_not_join_them(page: Any) -> None:
    drawn = np.vstack([page, page])
    wall, bottom, top = cell_at(3, 1)[1].stop + 8, cell_at(3, 1)[0].stop + 8, len(page) + cell_at(0, 1)[0].start - 8
    drawn[bottom - 4 : top + 4, wall - 1 : wall + 1] = 0
    document = image.read(saved(drawn))
    assert [len(grid.rows) for grid in document.grids] == [4, 4]
    assert [paragraph.text[:2] for paragraph in document.paragraphs] == [PROSE[:2]] * 2


@needs_ocr
def test_lines_that_shine_through_from_the_back_part_no_cells(page: Any) -> None:
    back = np.roll(page[:, ::-1], (30, 90), axis=(0, 1))
    seen = page - 0.07 * (255.0 - back)
    assert texts(image.read(saved(np.clip(seen, 0, 255).astype(np.uint8)))) == [HEADER, *ROWS]


@needs_ocr
def test_lines_that_go_under_in_the_noise_part_rows(page: Any) -> None:
    """As LibreOffice draws the lower edges of a web page's cells: a hair wide, and pale once the scan is blurred."""
    pale = page.astype(np.float64)
    for row in range(1, 4):
        y, left = cell_at(row, 0)[0].start - 8, cell_at(row, 0)[1].start - 8
        across = slice(left + 4, cell_at(row, 3)[1].stop + 4)
        walls = pale[y - 12, across] < 128
        pale[y - 5 : y + 6, across] = np.where(walls, 0, 255)
        pale[y, across] = np.where(walls, 0, 237)
    noisy = pale - 10 + np.random.default_rng(1).normal(0, 3, page.shape[:2])[:, :, None]
    assert texts(image.read(saved(np.clip(noisy, 0, 255).astype(np.uint8)))) == [HEADER, *ROWS]


@needs_ocr
def test_a_header_in_white_on_blue_has_its_lines(page: Any) -> None:
    web = page[120:].copy()
    top, bottom = (int((220 - 50 - 26 * at) * SCALE) - 120 for at in (4, 3))
    left, right = int(30 * SCALE), int((30 + WIDE * 4) * SCALE)
    ink = 1 - web[top:bottom, left:right] / 255
    web[top:bottom, left:right] = np.array([189, 129, 79]) + ink * (220 - np.array([189, 129, 79]))
    assert texts(image.read(saved(web))) == [HEADER, *ROWS]


@needs_ocr
def test_a_hyphen_as_small_as_a_speck_is_not_told_blank(page: Any) -> None:
    drawn = page.copy()
    rows, columns = cell_at(1, 1)
    y, x = (rows.start + rows.stop) // 2, (columns.start + columns.stop) // 2
    drawn[y - 1 : y + 2, x - 3 : x + 4] = 0
    assert texts(image.read(saved(drawn)))[1] == ["规章", "—", "—", "0"]


def typeset(*words: tuple[float, float, str]) -> Any:
    """A picture of a page with some words, each at its x and y from the top in points. Skips as `page` does."""
    import pypdfium2
    from reportlab.pdfgen.canvas import Canvas

    out = BytesIO()
    canvas = Canvas(out, pagesize=(595, 842))
    canvas.setFont("STSong-Light", 11)
    for x, y, text in words:
        canvas.drawString(x, 842 - y, text)
    canvas.save()
    return pypdfium2.PdfDocument(out.getvalue())[0].render(scale=SCALE).to_numpy()[:, :, :3].copy()


@needs_ocr
@pytest.mark.usefixtures("page")
def test_words_that_run_down_narrow_columns_do_not_turn_the_page() -> None:
    heading = "四、政府信息公开行政复议、行政诉讼情况"
    columns = [(60 + 36 * column, 100 + 13 * at, char) for column in range(12) for at, char in enumerate("结果维持")]
    read = image.read(saved(typeset((60, 60, heading), *columns)))
    assert read.lines[0] == heading


@needs_ocr
@pytest.mark.usefixtures("page")
def test_dashes_of_a_table_without_lines_are_seen() -> None:
    labels = ["1.属于国家秘密", "4.保护第三方合法权益", "2.重复申请", "（七）总计", "7.属于行政执法案卷"]
    rows = [(label, ["0", "—", "17", "—", "0", "0", "17"]) for label in labels]
    marks = [
        (240 + 45 * column, 60 + 30 * at, mark) for at, (_, row) in enumerate(rows) for column, mark in enumerate(row)
    ]
    names = [(60.0, 60.0 + 30 * at, label) for at, (label, _) in enumerate(rows)]
    (grid,) = image.read(saved(typeset(*names, *marks, (290, 800, "12")))).grids
    assert [[cell.text for cell in distinct(row) if cell.text] for row in grid.rows] == [
        [label, *row] for label, row in rows
    ]


@needs_ocr
@pytest.mark.usefixtures("page")
def test_labels_of_a_table_without_upright_lines_stand_around_their_numbers() -> None:
    labels = [
        ("（一）予以公开",),
        ("1.属于国家秘密",),
        ("2.其他法律行政法规禁", "止公开"),
        ("3.危及“三安全一", "稳定”的"),
        ("（七）总计",),
    ]
    words: list[tuple[float, float, str]] = [(40, 133, "（三）不"), (40, 146, "予公开")]
    y, rules = 60.0, []
    for at, lines in enumerate(labels):
        rules.append(y - 13)
        words += [(110, y + 13 * line, text) for line, text in enumerate(lines)]
        if at != 1:  # an empty row
            words += [(260 + 40 * n, y + 6.5 * (len(lines) - 1), text) for n, text in enumerate("3100004")]
        y += 13 * len(lines) + 4
    drawn = typeset(*words)
    for rule in rules:
        drawn[int(rule * SCALE), int(35 * SCALE) : int(540 * SCALE)] = 0
    (grid,) = image.read(saved(drawn)).grids
    assert [[cell.text.replace(" ", "") for cell in distinct(row)] for row in grid.rows] == [
        ["".join(lines), *("" if at == 1 else text for text in "3100004")] for at, lines in enumerate(labels)
    ]


@needs_ocr
def test_what_a_fold_may_hide_is_not_told_blank_nor_numbers_beside_it_as_one(page: Any) -> None:
    folded = page.astype(np.float32)
    rows, columns = cell_at(1, 1)  # a cell that is empty
    folded[rows, columns.start - 4 : columns.stop + 4] *= np.linspace(1, 0.6, columns.stop - columns.start + 8)[:, None]
    wall = cell_at(2, 2)[1].stop + 8
    folded[cell_at(2, 0)[0].start - 8 : cell_at(3, 0)[0].stop + 8, wall - 10 : wall + 10] *= 0.3
    read = texts(image.read(saved(folded.astype(np.uint8))))
    assert [values.UNSURE in text for text in (read[1][1], read[2][2], read[3][2])] == [True, True, True]
    assert [row[1] for row in read[2:]] == ["127", "11"]


@needs_ocr
def test_a_lone_line_on_an_empty_page_is_read(page: Any) -> None:
    sheet = np.full((2339, 1654, 3), 255, np.uint8)
    sheet[:120, : page.shape[1]] = page[:120]
    assert [paragraph.text for paragraph in image.read(saved(sheet)).paragraphs] == [PROSE]


@needs_ocr
def test_what_runs_around_a_grey_seal_is_no_prose(page: Any) -> None:
    sheet = np.full((2339, 1654, 3), 255, np.uint8)
    sheet[:120, : page.shape[1]] = page[:120]
    slanting = Image.fromarray(page[:120]).rotate(20, expand=True, fillcolor=(255, 255, 255))
    sheet[900 : 900 + slanting.height, 300 : 300 + slanting.width] = np.asarray(slanting)
    drawn = Image.fromarray(sheet)
    ImageDraw.Draw(drawn).ellipse((1000, 1000, 1330, 1330), outline="black", width=5)
    sheet = np.array(drawn)
    for x, y in ((1070, 1050), (1220, 1050), (1030, 1130), (1260, 1130)):
        sheet[y : y + 42, x : x + 35] = page[50:92, 83:118]
    assert [paragraph.text for paragraph in image.read(saved(sheet)).paragraphs] == [PROSE]


@needs_ocr
def test_a_speck_before_a_line_is_none_of_its_characters(page: Any) -> None:
    dirty = page.copy()
    dirty[78:83, 74:79] = 0
    assert [paragraph.text for paragraph in image.read(saved(dirty)).paragraphs] == [PROSE]


@needs_ocr
def test_pictures_in_a_row_and_pages_of_a_tiff_are_pages(page: Any) -> None:
    prose = page[:120]
    two = image.read(saved(prose, page, kind="tiff"))
    assert two.pages == 2
    assert [paragraph.page for paragraph in two.paragraphs] == [1, 2]
    assert texts(two) == [HEADER, *ROWS]


@needs_ocr
def test_a_page_that_takes_too_long_is_given_up_and_the_others_are_read(
    page: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    words, asked = scan.ocr.words, []

    def slow_at_first(picture: Any, boxes: Any, began: tuple[float, float]) -> list[scan.ocr.Word]:
        asked.append(picture)
        return words(picture, boxes, began if len(asked) > 1 else (-100.0, -100.0))

    monkeypatch.setattr(scan.ocr, "words", slow_at_first)
    document = image.read(saved(page[:120]), saved(page[:120]))
    assert document.problems == ["第1页识别超过30秒，已放弃"]
    assert [paragraph.page for paragraph in document.paragraphs] == [2]


def test_without_the_extra_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "extract.readers.scan", None)
    monkeypatch.delattr("extract.readers.scan", raising=False)
    document = image.read(saved(np.full((300, 300, 3), 255, np.uint8)))
    assert not document.blocks
    assert [problem for problem in document.problems if "pip install 'nianbao[ocr]'" in problem] == document.problems


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"\x89PNG\r\n\x1a\nnothing more", "损坏"),
        (saved(np.zeros((20, 400, 3), np.uint8)), "过小"),
        (saved(np.zeros((300, 300, 3), np.uint8))[:120], "损坏"),
    ],
    ids=["no picture", "an icon", "cut short"],
)
def test_what_is_no_page_is_named(data: bytes, words: str) -> None:
    (problem,) = image.read(data).problems
    assert words in problem


def test_a_screenshot_of_the_flat_third_table_is_no_icon() -> None:
    assert not isinstance(next(image.frames(saved(np.full((90, 642, 3), 255, np.uint8)))), str)


def test_a_picture_that_unpacks_to_a_hundred_million_points_is_refused() -> None:
    out = BytesIO()
    Image.new("1", (12_000, 12_000)).save(out, "png")
    (problem,) = image.read(out.getvalue()).problems
    assert "图片过大（12000×12000 像素）" in problem


def test_importing_extract_loads_no_recognition() -> None:
    code = "import sys, extract; print(sorted({'cv2', 'rapidocr', 'onnxruntime', 'numpy'} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"


TITLE = "南湾子镇人民政府2024年政府信息公开工作年度报告"
CELLS = {"issued": (127, "number"), "repealed": (0, "number"), "in_force": (1135, "number")}


def normative_docs(report: extract.report.Report) -> dict[str, tuple[Any, str]]:
    cells = {key.split(".")[2]: cell for key, cell in report.cells.items() if ".normative_docs." in key}
    return {column: (cell.value, cell.status) for column, cell in cells.items()}


@needs_ocr
def test_a_page_of_pictures_is_read_with_its_prose(page: Any) -> None:
    lines = ["一、总体情况", "全年公开信息五百条。", "二、主动公开政府信息情况", "三、收到和处理政府信息公开申请情况"]
    lines += [
        "四、政府信息公开行政复议、行政诉讼情况",
        "五、存在的主要问题及改进情况",
        "人手不足。",
        "六、其他需要报告的事项",
        "无。",
    ]
    prose = "".join(f"<p>{text}</p>" for text in lines)
    html = f"<html><body><h1>{TITLE}</h1>{prose}<p><img src='1.png'></p><p><img src='2.png'></p></body></html>"
    files = {"1.png": saved(page[:120]), "2.png": saved(page)}
    report = extract.read(html.encode(), fetch=lambda address: extract.report.Fetched(files[address], None, address))
    assert normative_docs(report) == CELLS
    assert report.chapters["overview"] == "全年公开信息五百条。"
    place = report.cells["disclosure.normative_docs.issued"].place
    assert place is not None
    assert place.box is not None
    assert (place.file, place.box.page) == ("2.png", 1)


@needs_ocr
def test_a_table_without_upright_lines_in_a_page_of_text_is_read(page: Any) -> None:
    bare = page.copy()
    for upright in range(5):
        at = int((30 + WIDE * upright) * SCALE)
        bare[:, at - 3 : at + 4] = bare[:, at + 6 : at + 7] if upright < 4 else 255
    prose = f"<p>一、总体情况</p><p>{'全年公开信息五百条。' * 25}</p><p>二、主动公开政府信息情况</p>"
    rest = "<p>三、收到和处理政府信息公开申请情况</p><p>五、存在的主要问题及改进情况</p><p>人手不足。</p>"
    html = f"<html><body><h1>{TITLE}</h1>{prose}<p><img src='1.png'></p>{rest}</body></html>"
    report = extract.read(html.encode(), fetch=lambda address: extract.report.Fetched(saved(bare), None, address))
    assert normative_docs(report) == CELLS


@needs_ocr
@pytest.mark.parametrize("gap", [0, 6])
def test_where_print_is_broken_a_number_must_be_read_with_certainty(gap: int, monkeypatch: pytest.MonkeyPatch) -> None:
    from extract.readers.chars import Char
    from extract.readers.ruling import Table
    from extract.readers.scan import cells, ocr

    # Sevens of which a fax kept the bar and the foot, both times read as 1.
    table = Table([20.0 * at for at in range(9)], [0.0, 20.0], [list(range(8))], 1)
    ink = np.zeros((40, 320), np.uint8)
    for left in range(12, 320, 40):
        ink[8:11, left : left + 12], ink[11 + gap : 32, left + 8 : left + 11] = 255, 255
    chars = [Char("1", x - 2, 6, x + 2, 14, 14, 0.98) for x in (20.0 * at + 10 for at in range(8))]
    monkeypatch.setattr(ocr, "reread", lambda _tone, places: [("1", 0.98)] * len(places))
    read = {char.text for char in cells.judged(table, chars, [], 255 - ink, ink, 0.5)}
    assert read == ({f"1{values.UNSURE}1"} if gap else {"1"})


@needs_ocr
def test_a_number_that_cannot_be_read_is_unreadable(page: Any) -> None:
    scribbled = page.copy()
    place = scribbled[cell_at(2, 1)]
    rows, columns = np.indices(place.shape[:2])
    place[(rows * 7 + columns * 3) % 11 < 6] = 0
    html = f"<html><body><h1>{TITLE}</h1><p><img src='1.png'></p></body></html>"
    data = saved(scribbled)
    report = extract.read(html.encode(), fetch=lambda address: extract.report.Fetched(data, None, address))
    assert normative_docs(report) == CELLS | {"issued": (None, "unreadable")}


@needs_ocr
def test_scanned_pages_of_a_pdf_are_read(page: Any) -> None:
    document = readers.read(saved(page, page[:120], kind="pdf"))
    assert texts(document) == [HEADER, *ROWS]
    assert [paragraph.page for paragraph in document.paragraphs] == [1, 2]
    quick = readers.read(saved(page[:120], page, kind="pdf"), quick=True)
    assert quick.blocks == []
    assert any("未读取" in problem for problem in quick.problems)


@needs_ocr
@pytest.mark.parametrize(
    ("typed", "printed"),
    [
        (["121", "0", "1135", "11", "100", "36"], [f"127{values.UNSURE}121", "0", "1135"]),
        (["121", "0", "1185", "17", "100", "86"], ["127", "0", "1135"]),
    ],
    ids=["of a second reading a difference tells", "a bad one tells nothing"],
)
def test_a_table_typed_below_the_picture_of_the_page(page: Any, typed: list[str], printed: list[str]) -> None:
    from reportlab.lib import colors
    from reportlab.lib.utils import ImageReader
    from reportlab.pdfgen.canvas import Canvas
    from reportlab.platypus import Table

    out = BytesIO()
    canvas = Canvas(out, pagesize=(360, 220))
    rows = [HEADER, ROWS[0], ["行政规范性文件", *typed[:3]], ["许可", *typed[3:]]]
    style: list[Any] = [("GRID", (0, 0), (-1, -1), 0.6, colors.black), ("FONT", (0, 0), (-1, -1), "STSong-Light", 9)]
    style += [("ALIGN", (0, 0), (-1, -1), "CENTER"), ("VALIGN", (0, 0), (-1, -1), "MIDDLE")]
    table = Table(rows, colWidths=WIDE, rowHeights=26, style=style)
    table.wrapOn(canvas, 300, 150)
    table.drawOn(canvas, 30, 50)
    canvas.drawImage(ImageReader(BytesIO(saved(page))), 0, 0, 360, 220)
    canvas.save()
    assert texts(readers.read(out.getvalue()))[2][1:] == printed


@pytest.mark.parametrize(
    ("printed", "status", "raw"),
    [
        ("-127", "unreadable", "-127"),
        (f"127{values.UNSURE}121", "disputed", "127｜121"),
        (f"127{values.UNSURE}", "unreadable", f"127{values.UNSURE}"),
    ],
    ids=["a speck read as a sign", "two readings differ", "one may be wrong"],
)
def test_a_doubtful_number_of_a_scan_is_no_number(printed: str, status: str, raw: str) -> None:
    rows = [HEADER, ["行政规范性文件", printed, "0", "1135"]]
    document = Document("image", [Grid([[GridCell(text) for text in row] for row in rows])], recognised=True)
    cells = tables.read(document).cells
    doubtful = cells["disclosure.normative_docs.issued"]
    assert (doubtful.value, doubtful.status, doubtful.raw) == (None, status, raw)
    assert cells["disclosure.normative_docs.in_force"].value == 1135


def misread(changed: dict[str, str], *, recognised: bool = True) -> dict[str, extract.report.Cell]:
    """The cells of a typed page as if it were a scan, read with other numbers in some of its cells."""
    document = readers.read(printable(invent("misread", "busy")))
    cells = tables.read(document).cells
    for key, text in changed.items():
        place = cells[key].place
        assert place is not None
        grid = document.grids[(place.grid or 0) - 1]
        grid.rows[(place.row or 0) - 1][(place.column or 0) - 1] = GridCell(text)
    document.blocks = [replace(block) if isinstance(block, Grid) else block for block in document.blocks]
    document.recognised = recognised
    return tables.read(document).cells


def test_a_number_of_a_scan_that_breaks_row_and_column_is_taken_back() -> None:
    true, key, total = misread({}), "requests.granted.natural_person", "requests.granted.total"
    wrong = str((true[key].value or 0) + 500)
    read = misread({key: wrong})
    assert (read[key].value, read[key].status, read[key].raw) == (None, "disputed", f"{wrong}｜{true[key].value}")
    assert {other: cell.value for other, cell in read.items() if other != key} == {
        other: cell.value for other, cell in true.items() if other != key
    }
    assert misread({key: wrong}, recognised=False)[key].value == int(wrong)  # what is typed stands as printed
    # Of two in a row each column tells one, and the row confirms both.
    both = misread({key: wrong, total: str((true[total].value or 0) + 7)})
    assert [(both[one].value, both[one].status) for one in (key, total)] == [
        (true[one].value, "derived") for one in (key, total)
    ]


def test_a_number_of_a_scan_that_breaks_one_sum_stands() -> None:
    true, key = misread({}), "disputes.reconsideration.total"
    wrong = (true[key].value or 0) + 500
    assert misread({key: str(wrong)})[key].value == wrong


def test_a_row_with_unsure_numbers_that_add_up_has_its_others_without_a_header() -> None:
    row = [
        "一、本年新收政府信息公开申请数量",
        f"2,756{values.UNSURE}",
        "467",
        "161",
        "78",
        "235",
        "201",
        f"3,898{values.UNSURE}",
    ]
    grid = Grid(
        [
            [GridCell(text) for text in row],
            [GridCell(text) for text in ["二、上年结转政府信息公开申请数量", *"0000314"]],
        ]
    )
    cells = tables.read(Document("image", [grid], recognised=True)).cells
    assert [cells[f"requests.new_received.{kind}"].value for kind in ("commercial", "other_org")] == [467, 201]
    assert cells["requests.new_received.natural_person"].status == "unreadable"  # both may be wrong by as much


def test_of_two_readings_of_a_scan_that_differ_the_sums_choose() -> None:
    true = misread({})
    row = [f"requests.granted.{kind}" for kind in ("natural_person", "commercial", "total")]
    counts = {key: int(true[key].value or 0) for key in row}
    # A hidden layer with both parts and the total wrong: no sum of the row or of a column has one gap alone.
    read = misread({key: f"{count}{values.UNSURE}{count + 6}" for key, count in counts.items()})
    assert {key: (read[key].value, read[key].status) for key in row} == {
        key: (count, "derived") for key, count in counts.items()
    }
    # What the sums ask for was read by nobody, and the publisher may have added up wrong.
    neither = misread({row[0]: f"{counts[row[0]] + 1}{values.UNSURE}{counts[row[0]] + 3}"})[row[0]]
    assert (neither.value, neither.status) == (None, "disputed")


@needs_ocr
def test_a_page_put_in_head_down_into_word_is_read(page: Any) -> None:
    import docx

    source, out = docx.Document(), BytesIO()
    source.add_picture(BytesIO(saved(page[::-1, ::-1])))
    source.save(out)
    document = readers.read(out.getvalue())
    assert texts(document) == [HEADER, *ROWS]
    assert [paragraph.text for paragraph in document.paragraphs] == [PROSE]
    assert not any(readers.read(out.getvalue(), quick=True).blocks)


@needs_ocr
@pytest.mark.usefixtures("page")  # skips where no Chinese font is installed
def test_a_scanned_report_is_read_with_no_false_number_and_its_identity(tmp_path: Path) -> None:
    result = scans.read(scans.scan("read in every run", "skewed-200", 0, tmp_path))
    judged = result.judged
    assert judged.false == []
    assert judged.right["nonzero"] >= 0.98 * judged.of["nonzero"] > 20, judged.wrong
    assert judged.right["chapters"] >= judged.of["chapters"] - 1 > 4, judged.wrong
    for measure in ("title", "office", "year", "signed_date"):
        assert judged.right[measure] == judged.of[measure] == 1, judged.wrong
