"""The two dozen ways in which a report is written, by hand where the real program does not run here (Word, WPS).

Each rendering is a function from an invented report to the bytes of a file. Those that a real program makes start from
`docx`, `plain` or `xlsx` here and are converted in `programs`.
"""

import csv
from collections.abc import Callable, Iterable
from html import escape
from io import BytesIO, StringIO
from itertools import pairwise
from pathlib import Path
from string import Template
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

import docx
import openpyxl
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Pt
from openpyxl.styles import Alignment
from reportlab.lib import colors
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Flowable, Paragraph, SimpleDocTemplate, Spacer, Table

from benchmarks.reports import Invented, chance, without_header
from samples.documents import Part, Row, TableCell, width

PAGE = Template(Path(__file__).with_name("page.html").read_text("utf-8"))
Positions = list[list[tuple[str, int, int] | None]]


def positions(rows: list[Row]) -> Positions:
    """The table position by position: text, columns and rows of a cell where it begins, None where it covers."""
    wide = max(width(rows[:1]), max(sum(cell.cols for cell in row) for row in rows))
    free = [[True] * wide for _ in rows]
    found: Positions = [[None] * wide for _ in rows]
    for r, row in enumerate(rows):
        for cell in row:
            if True not in free[r]:
                break
            c = free[r].index(True)
            found[r][c] = (cell.text, cell.cols, cell.rows)
            for covered in free[r : r + cell.rows]:
                covered[c : c + cell.cols] = [False] * cell.cols
    return found


def _spans(cell: TableCell, quote: str = '"') -> str:
    cols = f" colspan={quote}{cell.cols}{quote}" if cell.cols > 1 else ""
    return cols + (f" rowspan={quote}{cell.rows}{quote}" if cell.rows > 1 else "")


def _lines(text: str, tag: str = "<br/>") -> str:
    return escape(text).replace("\n", tag)


def _is_number(text: str) -> bool:
    return text[:1].isdigit() or text[1:].isdigit()


# --- Pages: what stands around the body ------------------------------------------------------------------------------


def page(made: Invented, body: str, charset: str = "utf-8", chrome: bool = True) -> str:
    """A whole page as a content system serves it, or (without `chrome`) as a program saves it."""
    report = made.report
    title = escape(report.title)
    meta = f'<meta http-equiv="Content-Type" content="text/html; charset={charset}"/>' if charset else ""
    if not chrome:
        return f"<html><head>{meta}<title>{title}</title></head><body>{body}</body></html>"
    return PAGE.substitute(
        charset=meta, title=title, county=report.office.county, bare=report.office.bare, source=report.office.mid,
        day=report.published.isoformat(), body=body,
    )  # fmt: skip


def _html(made: Invented, body: str, chrome: bool = True) -> bytes:
    return page(made, body, chrome=chrome).encode()


# --- HTML bodies -----------------------------------------------------------------------------------------------------


def word(made: Invented) -> str:
    """What Word saves: MsoNormal, o:p, digits over spans, the hidden row of widths."""

    def run(text: str) -> str:
        if _is_number(text) and len(text) > 1:
            return (
                "".join(f"<span lang=EN-US style='font-size:9.0pt'>{escape(char)}</span>" for char in text)
                + "<o:p></o:p>"
            )
        # Word breaks the lines of its file in the middle of a word.
        broken = "\n".join(_lines(text[at : at + 31], "<br>") for at in range(0, len(text), 31))
        return f"<span style='font-size:9.0pt;font-family:仿宋_GB2312'>{broken}</span><o:p></o:p>"

    def cell(one: TableCell) -> str:
        inner = run(one.text) if one.text else "<span lang=EN-US><o:p>&nbsp;</o:p></span>"
        spans = _spans(one, "")
        style = "border:solid windowtext 1.0pt;padding:0cm 5.4pt"
        inner = f"<p class=MsoNormal align=center>{inner}</p>"
        return f"<td width={30 * one.cols} {spans} style='{style}'>\n  {inner}\n  </td>"

    out = ["<div class=WordSection1 style='layout-grid:15.6pt'>"]
    for part in made.parts:
        if part.rows is None:
            out.append(
                "<p class=MsoNormal style='text-indent:32.0pt'><b><span lang=EN-US><o:p></o:p></span></b>"
                f"{run(part.text)}</p>"
            )
            continue
        out.append("<table class=MsoNormalTable border=1 cellspacing=0 cellpadding=0 style='border-collapse:collapse'>")
        out += [
            f"<tr style='mso-yfti-irow:{n}'>{''.join(cell(c) for c in row)}</tr>" for n, row in enumerate(part.rows)
        ]
        wide = len(positions(part.rows)[0])
        blank = "".join("<td width=36 style='border:none'></td>" for _ in range(wide))
        out.append(f"<![if !supportMisalignedColumns]>\n<tr height=0>{blank}</tr>\n<![endif]>\n</table>")
    return "\n".join([*out, "</div>"])


def wps(made: Invented) -> str:
    """What WPS pastes: fragments, a span a digit with kai's marks, empty paragraphs in empty cells."""

    def run(text: str) -> str:
        pieces = list(text) if _is_number(text) else [text]
        return "".join(
            f"<span style=\"mso-spacerun:'yes';font-family:宋体;font-size:10.5pt;\">{_lines(piece)}</span>"
            for piece in pieces
        )

    def cell(one: TableCell) -> str:
        inner = (
            f'<p class="MsoNormal" align="center">{run(one.text)}</p>'
            if one.text
            else '<p class="MsoNormal"><span>&nbsp;</span></p>'
        )
        style = "width:30pt;border:1pt solid windowtext"
        return f'<td width="{40 * one.cols}" valign="center"{_spans(one)} style="{style}">{inner}</td>'

    out = ["<!--StartFragment-->"]
    for part in made.parts:
        if part.rows is None:
            out.append(
                f'<p class="MsoNormal" style="text-indent:32pt">{run(part.text)}<span><o:p></o:p></span></p>'
                '<p class="MsoNormal">&nbsp;</p>'
            )
        else:
            rows = "".join(f"<tr>{''.join(cell(c) for c in row)}</tr>" for row in part.rows)
            out.append(f'<table class="MsoTableGrid" border="1" cellspacing="0"><tbody>{rows}</tbody></table>')
    return "\n".join([*out, "<!--EndFragment-->"])


def ueditor(made: Invented) -> str:
    """What UEditor leaves: firstRow, selectTdClass, inline styles, <br/> in empty cells, titles in strong."""

    def run(text: str) -> str:
        half = len(text) // 2 if len(text) > 1 else 0
        pieces = [text[:half], text[half:]] if half else [text]
        return "".join(f'<span style="font-family: 仿宋; font-size: 21px;">{_lines(piece)}</span>' for piece in pieces)

    def cell(one: TableCell, n: int) -> str:
        chosen = ' class="selectTdClass"' if n % 5 == 0 else ""
        inner = f'<p style="text-align: center;">{run(one.text)}</p>' if one.text else "<br/>"
        style = "word-break: break-all; border-color: rgb(0, 0, 0);"
        return f'<td{chosen}{_spans(one)} style="{style}" valign="middle">{inner}</td>'

    out = []
    for part in made.parts:
        if part.kind in ("title", "subtitle"):
            continue  # the content system has its own field for the title
        if part.rows is None:
            strong = ("<strong>", "</strong>") if part.kind == "heading" else ("", "")
            out.append(
                f'<p style="text-indent: 2em; line-height: 2em;">{strong[0]}{run(part.text)}{strong[1]}</p><p><br/></p>'
            )
        else:
            rows = [
                ("<tr>" if n else '<tr class="firstRow">') + "".join(cell(c, i) for i, c in enumerate(row)) + "</tr>"
                for n, row in enumerate(part.rows)
            ]
            out.append(f'<table width="100%"><tbody>{"".join(rows)}</tbody></table>')
    if made.report.subtitle:
        out.insert(0, f'<p style="text-align: center;">{run(made.report.subtitle)}</p>')
    return "\n".join(out)


def old(made: Invented) -> str:
    """Upper-case mark-up of the 1990s: FONT, no closing P, TD or TR."""
    out = []
    for part in made.parts:
        if part.rows is None:
            align = "CENTER" if part.kind in ("title", "subtitle") else "LEFT"
            out.append(
                f'<P ALIGN={align}><FONT FACE="宋体" SIZE=3>&nbsp;&nbsp;&nbsp;&nbsp;{_lines(part.text, "<BR>")}</FONT>'
            )
            continue
        out.append('<TABLE BORDER=1 CELLSPACING=0 BORDERCOLOR="#000000">')
        for row in part.rows:
            cells = "".join(
                f"<TD ALIGN=CENTER{_spans(c).upper()}><FONT SIZE=2>{_lines(c.text, '<BR>') or '&nbsp;'}</FONT>\n"
                for c in row
            )
            out.append(f"<TR>{cells}")
        out.append("</TABLE>")
    return "\n".join(out)


def plain(made: Invented) -> str:
    """Tables and paragraphs without ornament."""
    out = []
    for part in made.parts:
        if part.rows is None:
            align = {"title": "center", "subtitle": "center", "signature": "right"}.get(part.kind, "left")
            out.append(f'<p align="{align}">{_lines(part.text)}</p>')
        else:
            out.append(_plain_table(part.rows))
    return "\n".join(out)


def _plain_table(rows: list[Row]) -> str:
    wide = len(positions(rows)[0])
    shares = [8, 12, 24, *[8] * (wide - 3)] if wide in (9, 10) else [100 // wide] * wide
    columns = "".join(f'<col width="{share}%"/>' for share in shares)
    body = "".join(f"<tr>{''.join(f'<td{_spans(c)}>{_lines(c.text)}</td>' for c in row)}</tr>\n" for row in rows)
    return f'<table border="1" cellspacing="0" cellpadding="2" width="100%">{columns}\n{body}</table>'


def nested(made: Invented) -> str:
    """Layout tables in layout tables, each part in a cell of its own."""
    rows = "".join(
        "<tr><td><table width=98% align=center><tr><td class=txt>"
        f"{plain(_one(made, [part]))}</td></tr></table></td></tr>"
        for part in made.parts
    )
    inner = f"<td width=12></td><td><table border=0>{rows}</table></td><td width=12>&nbsp;</td>"
    return f"<table width=960 align=center><tr>{inner}</tr></table>"


def _one(made: Invented, some: list[Part]) -> Invented:
    return Invented(made.name, made.report, some)


_SHARES = {3: [5] * 3, 4: [6, 3, 3, 3], 5: [3] * 5, 10: [1, 2, 5, *[1] * 7], 9: [1, 2, 6, *[1] * 6], 15: [1] * 15}


def merged(made: Invented) -> list[Row]:
    """Prose and all three tables as the rows of one table of fifteen columns."""
    rows: list[Row] = []
    for part in made.parts:
        if part.rows is None:
            rows.append([TableCell(part.text, 15)])
            continue
        grid = positions(part.rows)
        shares = _SHARES[len(grid[0])]
        rows += [
            [
                TableCell(cell[0], sum(shares[c : c + cell[1]]), cell[2])
                for c, cell in enumerate(row)
                if cell is not None
            ]
            for row in grid
        ]
    return rows


def one_table(made: Invented) -> str:
    """The whole report in one table."""
    return _plain_table(merged(made))


def twice(made: Invented) -> str:
    """The text for desktop and again for telephones, as some pages carry it."""
    return f'<div class="pc">{plain(made)}</div><div class="mobile">{ueditor(made)}</div>'


def cut(rows: list[Row], at: list[int]) -> list[list[Row]]:
    """The table cut in several before these rows; a cell over a cut goes on empty below it."""
    grid = positions(rows)
    pieces: list[list[Row]] = []
    edges = [0, *at, len(rows)]
    for start, end in pairwise(edges):
        piece: list[Row] = []
        for r in range(start, end):
            row: Row = []
            for c in range(len(grid[r])):
                top = next((t for t in range(r, -1, -1) if (one := grid[t][c]) is not None and t + one[2] > r), None)
                if top is None:
                    continue
                cell = grid[top][c]
                if cell is not None and r == max(top, start):
                    row.append(TableCell(cell[0] if top >= start else "", cell[1], min(top + cell[2], end) - r))
            piece.append(row)
        pieces.append(piece)
    return pieces


def split_tables(made: Invented) -> str:
    """The table of chapter 三 in two or three, 四、 often by itself, the header only over the first."""
    random = chance(made.name)
    out = []
    for part in made.parts:
        if part.rows is not None and len(part.rows) in range(10, 20) and random.random() < 0.5:
            heads = [r for r, row in enumerate(part.rows) if len(row) == 1]
            out += [_plain_table(piece) for piece in cut(part.rows, heads[1:])]
            continue
        if part.rows is None or len(part.rows) < 20:
            out.append(plain(_one(made, [part])))
            continue
        at = random.choice(([len(part.rows) - 1], [11, 20], [5, len(part.rows) - 2], [16]))
        out += [_plain_table(piece) for piece in cut(part.rows, at)]
    return "\n".join(out)


def no_header(made: Invented) -> str:
    """Chapter 三 without its header rows."""
    return plain(without_header(made))


def div_grid(made: Invented) -> str:
    """Rows and cells as div: cells that span rows stand in the first of them only."""
    out = []
    for part in made.parts:
        if part.rows is None:
            out.append(f'<div class="p">{_lines(part.text)}</div>')
        else:
            rows = "".join(
                '<div class="tr">'
                + "".join(f'<div class="td w{c.cols}">{_lines(c.text)}</div>' for c in row)
                + "</div>"
                for row in part.rows
            )
            out.append(f'<div class="table">{rows}</div>')
    return "\n".join(out)


def th_cells(made: Invented) -> str:
    """thead and th, a caption over each table, zero-width spaces in cells, a hidden copy of the text for sharing."""
    out = [f'<div style="display:none" class="share-text">{_lines(made.report.title)}</div>']
    for part in made.parts:
        if part.rows is None:
            out.append(f"<p>{_lines(part.text)}</p>")
            continue
        rows = []
        for row in part.rows:
            head = not any(c.text.isdigit() for c in row)
            tag = "th" if head else "td"
            rows.append(f"<tr>{''.join(f'<{tag}{_spans(c)}>&#8203;{_lines(c.text)}</{tag}>' for c in row)}</tr>")
        out.append(
            f"<table><caption>单位：件</caption><thead>{rows[0]}</thead><tbody>{''.join(rows[1:])}</tbody></table>"
        )
    return "\n".join(out)


def pre_text(made: Invented) -> str:
    """The whole text in one pre, columns kept apart by spaces."""
    lines = (text for _, text in text_lines(made, "    ", False))
    return f"<pre>{escape(chr(10).join(lines))}</pre>"


def _row_texts(rows: list[Row], empty_for_covered: bool) -> Iterable[list[str]]:
    """The rows as a clipboard gives them; a label over several rows leaves an empty field or nothing below itself."""
    for grid_row, row in zip(positions(rows), rows, strict=True):
        del row
        texts: list[str] = []
        skip = 0
        for cell in grid_row:
            if cell is not None:
                texts.append(" ".join(cell[0].split("\n")))
                skip = cell[1] - 1
            elif skip:
                skip -= 1
            elif empty_for_covered:
                texts.append("")
        yield texts


def text_lines(made: Invented, between: str, covered: bool) -> Iterable[tuple[str, str]]:
    """Kind and text of every line, a row of a table being one line with `between` between its cells."""
    page_lines = iter(made.page_lines)
    for part in made.parts:
        if part.rows is None:
            yield part.kind, part.text
            continue
        for n, texts in enumerate(_row_texts(part.rows, covered)):
            if n and n % 9 == 0 and (line := next(page_lines, None)):
                yield "page", line
            yield "row", between.join(texts)


def p_tabs(made: Invented) -> str:
    """A paragraph for every row, tabs between its cells."""
    return "\n".join(f"<p>{escape(text)}</p>" for _, text in text_lines(made, "\t", chance(made.name).random() < 0.5))


def p_spaces(made: Invented) -> str:
    """A paragraph for every row, spaces between its cells: empty cells leave no trace."""
    lines = (" ".join(text.split()) if kind == "row" else text for kind, text in text_lines(made, "   ", False))
    return "\n".join(f"<p>{escape(text).replace(' ', '&nbsp;&nbsp; ')}</p>" for text in lines)


def p_cells(made: Invented) -> str:
    """A paragraph for every cell."""
    out = []
    for kind, text in text_lines(made, "\t", False):
        out += [f"<p>{escape(one) or '&nbsp;'}</p>" for one in (text.split("\t") if kind == "row" else [text])]
    return "\n".join(out)


# --- Text ------------------------------------------------------------------------------------------------------------


def _markdown(made: Invented, pipes: bool) -> str:
    out = []
    marks = {"title": "# ", "subtitle": "## ", "heading": "#### "}
    for part in made.parts:
        if part.rows is None:
            out.append(marks.get(part.kind, "") + part.text + "\n")
            continue
        for n, texts in enumerate(_row_texts_wide(part.rows)):
            if pipes:
                out.append("| " + " | ".join(texts) + " |")
                if not n:
                    out.append("|" + " --- |" * len(texts))
            else:
                out.append("  ".join(text for text in texts if text))
        out.append("")
    return "\n".join(out)


def _row_texts_wide(rows: list[Row]) -> Iterable[list[str]]:
    """Every position of the grid, covered ones empty: what converters make of a table."""
    for row in positions(rows):
        yield [" ".join(cell[0].split("\n")) if cell else "" for cell in row]


def md_pipes(made: Invented) -> bytes:
    """Markdown with pipes, headings with #."""
    return _markdown(made, pipes=True).encode()


def md_plain(made: Invented) -> bytes:
    """Markdown headings, the tables as lines with spaces."""
    return _markdown(made, pipes=False).encode()


def md_html(made: Invented) -> bytes:
    """Markdown whose tables are HTML, with merged cells, as readers of scans write it."""
    out = []
    for part in made.parts:
        text = f"## {part.text}" if part.kind in ("title", "heading") else part.text
        out.append(text if part.rows is None else _plain_table(part.rows))
    return "\n\n".join(out).encode()


def txt_tabs(made: Invented) -> bytes:
    """Plain text, tabs between cells."""
    return "\n".join(text for _, text in text_lines(made, "\t", chance(made.name).random() < 0.5)).encode()


def txt_cells(made: Invented) -> bytes:
    """Plain text, a line for every cell behind a tab (as saved from a browser's page of cells)."""
    out = []
    for kind, text in text_lines(made, "\t", False):
        out += [f"\t{one}" for one in text.split("\t")] if kind == "row" else [text]
    return "\n".join(out).encode()


# --- Office files and PDF --------------------------------------------------------------------------------------------


def _field(paragraph: object, code: str) -> None:
    for kind, text in (("begin", ""), ("", code), ("end", "")):
        run = paragraph.add_run()  # type: ignore[attr-defined]
        element = OxmlElement("w:instrText" if text else "w:fldChar")
        if text:
            element.text = text
        else:
            element.set(qn("w:fldCharType"), kind)
        run._r.append(element)


def docx_file(made: Invented) -> bytes:
    """DOCX by python-docx: merged cells, a page number in the footer of every second report."""
    random = chance(made.name)
    document = docx.Document()
    normal = document.styles["Normal"]
    normal.font.name, normal.font.size = "Noto Serif CJK SC", Pt(random.choice((10, 12, 14)))
    normal.element.rPr.rFonts.set(qn("w:eastAsia"), "Noto Serif CJK SC")
    for section in document.sections:
        section.left_margin = section.right_margin = Cm(random.choice((1.8, 2.6)))
        if random.random() < 0.5:
            footer = section.footer.paragraphs[0]
            footer.alignment = WD_ALIGN_PARAGRAPH.CENTER
            _field(footer, "PAGE")
            if random.random() < 0.5:
                footer.add_run(" / ")
                _field(footer, "NUMPAGES")
    for part in made.parts:
        if part.rows is None:
            paragraph = document.add_paragraph(part.text)
            if part.kind in ("title", "subtitle"):
                paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
            elif part.kind == "signature":
                paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
            else:
                paragraph.paragraph_format.first_line_indent = Cm(0.74)
            continue
        grid = positions(part.rows)
        table = document.add_table(len(grid), len(grid[0]), style="Table Grid")
        slots = [list(row.cells) for row in table.rows]
        for r, row in enumerate(grid):
            for c, cell in enumerate(row):
                if cell:
                    slot = slots[r][c]
                    if cell[1] > 1 or cell[2] > 1:
                        slot = slot.merge(slots[r + cell[2] - 1][c + cell[1] - 1])
                    slot.text = cell[0]
                    for paragraph in slot.paragraphs:
                        for run in paragraph.runs:
                            run.font.size = Pt(8)
    out = BytesIO()
    document.save(out)
    return out.getvalue()


def docx_controls(made: Invented) -> bytes:
    """The same with every second table and paragraph in a content control, as forms filled in Word have them."""
    document = docx.Document(BytesIO(docx_file(made)))
    body = document.element.body
    for number, child in enumerate(list(body)):
        if child.tag == qn("w:tbl") or (number % 2 and child.tag == qn("w:p")):
            control, content = OxmlElement("w:sdt"), OxmlElement("w:sdtContent")
            child.addprevious(control)
            control.append(content)
            content.append(child)
    out = BytesIO()
    document.save(out)
    return out.getvalue()


def docx_one_table(made: Invented) -> bytes:
    """DOCX with the whole report in one table."""
    return docx_file(Invented(made.name, made.report, [Part("table", rows=merged(made))]))


def xlsx_file(made: Invented) -> bytes:
    """XLSX by openpyxl: one sheet, merged cells, numbers as numbers."""
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    line = 1
    for part in made.parts:
        if part.rows is None:
            sheet.cell(line, 1, part.text).alignment = Alignment(wrap_text=True)
            sheet.merge_cells(start_row=line, start_column=1, end_row=line, end_column=15)
            line += 1
            continue
        grid = positions(part.rows)
        for r, row in enumerate(grid):
            for c, cell in enumerate(row):
                if cell:
                    text = cell[0]
                    sheet.cell(line + r, c + 1, int(text) if text.isdecimal() and text.isascii() else text or None)
                    if cell[1] > 1 or cell[2] > 1:
                        sheet.merge_cells(
                            start_row=line + r,
                            start_column=c + 1,
                            end_row=line + r + cell[2] - 1,
                            end_column=c + cell[1],
                        )
        line += len(grid) + 1
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def csv_file(made: Invented) -> bytes:
    """CSV as a Chinese Excel saves it, of every second report with a byte-order mark instead of GB 18030."""
    out = StringIO()
    writer = csv.writer(out)
    for part in made.parts:
        if part.rows is None:
            writer.writerow([part.text])
        else:
            writer.writerows([cell[0] if cell else "" for cell in row] for row in positions(part.rows))
    return out.getvalue().encode("utf-8-sig" if chance(made.name).random() < 0.5 else "gb18030")


def reportlab_unruled(made: Invented) -> bytes:
    """The same without any line between cells."""
    return reportlab_file(made, ruled=False)


def reportlab_file(made: Invented, *, ruled: bool = True) -> bytes:
    """PDF by reportlab, Chinese font not embedded, page ends at many places, narrow columns in some."""
    random = chance(made.name)
    pdfmetrics.registerFont(UnicodeCIDFont("STSong-Light"))
    size = random.choice((9, 10.5, 12))
    style = ParagraphStyle(
        "body", fontName="STSong-Light", fontSize=size, leading=size * 1.6, wordWrap="CJK", firstLineIndent=2 * size
    )
    small = ParagraphStyle("cell", fontName="STSong-Light", fontSize=7.5, leading=10, wordWrap="CJK")
    narrow = random.random() < 0.4
    flow: list[Flowable] = []
    for part in made.parts:
        if part.rows is None:
            flat = part.kind in ("title", "subtitle", "signature")
            look = style.clone(
                "line", alignment=2 if part.kind == "signature" else int(flat), firstLineIndent=0 if flat else 2 * size
            )
            flow.append(Paragraph(escape(part.text), look))
            continue
        cells = positions(part.rows)
        wide = len(cells[0])
        spans = [
            ("SPAN", (c, r), (c + cell[1] - 1, r + cell[2] - 1))
            for r, row in enumerate(cells)
            for c, cell in enumerate(row)
            if cell and (cell[1] > 1 or cell[2] > 1)
        ]
        labels = [30.0, 42, 60] if narrow else [46.0, 60, 110]
        widths = [*labels, *[31.0 if narrow else 37.0] * (wide - 3)] if wide in (9, 10) else [470 / wide] * wide
        text = [[Paragraph(_lines(cell[0]), small) if cell else "" for cell in row] for row in cells]
        lines: list[tuple[object, ...]] = [("VALIGN", (0, 0), (-1, -1), "MIDDLE")]
        lines += [("GRID", (0, 0), (-1, -1), 0.5, colors.black)] if ruled else []
        edges = [("LEFTPADDING", (0, 0), (-1, -1), 2), ("RIGHTPADDING", (0, 0), (-1, -1), 2)]
        flow.append(Spacer(1, random.randint(0, 220)))
        flow.append(Table(text, colWidths=widths, style=[*lines, *edges, *spans], spaceBefore=4, spaceAfter=8))
    number = random.choice(("- {} -", "{}", "第{}页", ""))

    def footer(canvas: Canvas, document: SimpleDocTemplate) -> None:
        canvas.setFont("STSong-Light", 9)
        canvas.drawCentredString(A4[0] / 2, 36, number.format(document.page))

    out = BytesIO()
    frame = SimpleDocTemplate(out, pagesize=A4, invariant=1, title=made.report.title, leftMargin=56, rightMargin=56)
    frame.build(flow, onFirstPage=footer, onLaterPages=footer)
    return out.getvalue()


def printable(made: Invented) -> bytes:
    """The page that LibreOffice and Chromium print."""
    size = chance(made.name).choice((10, 12, 13))
    gap = chance(f"{made.name} gap").randint(0, 420)
    style = (
        f"table {{ margin-top: {gap}px !important }} "
        "@page { size: A4; margin: 2cm } "
        f"body {{ font-family: 'Noto Serif CJK SC'; font-size: {size}pt; line-height: 1.7 }} "
        "table { border-collapse: collapse; margin: 8pt 0 } "
        "td { font-size: 8pt; text-align: center; border: 1px solid black }"
    )
    text = page(made, plain(made), chrome=False).replace("</head>", f"<style>{style}</style></head>")
    return f"<!DOCTYPE html>{text}".encode()


def docx_by_hand(made: Invented) -> bytes:
    """The least that Word opens: merged cells, no styles; a hundred times quicker than python-docx."""

    def paragraph(text: str) -> str:
        return f'<w:p><w:r><w:t xml:space="preserve">{escape(text)}</w:t></w:r></w:p>'

    def table(rows: list[Row]) -> str:
        out = []
        for row in positions(rows):
            cells, at = [], 0
            while at < len(row):
                if (cell := row[at]) is None:
                    above = covering[at]
                    spans = f'<w:gridSpan w:val="{above}"/><w:vMerge/>'
                    cells.append(f"<w:tc><w:tcPr>{spans}</w:tcPr><w:p/></w:tc>")
                    at += above
                    continue
                text, cols, down = cell
                covering[at] = cols
                merge = '<w:vMerge w:val="restart"/>' if down > 1 else ""
                spans = f'<w:gridSpan w:val="{cols}"/>{merge}'
                cells.append(f"<w:tc><w:tcPr>{spans}</w:tcPr>{paragraph(text)}</w:tc>")
                at += cols
            out.append(f"<w:tr>{''.join(cells)}</w:tr>")
        return f"<w:tbl>{''.join(out)}</w:tbl>"

    covering: dict[int, int] = {}
    body = "".join(paragraph(part.text) if part.rows is None else table(part.rows) for part in made.parts)
    space = "http://schemas.openxmlformats.org"
    office = f"{space}/officeDocument/2006/relationships/officeDocument"
    main = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
    kinds = "application/vnd.openxmlformats-package.relationships+xml"
    head = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
    files = {
        "[Content_Types].xml": f'<Types xmlns="{space}/package/2006/content-types">'
        f'<Default Extension="rels" ContentType="{kinds}"/>'
        f'<Override PartName="/word/document.xml" ContentType="{main}"/></Types>',
        "_rels/.rels": f'<Relationships xmlns="{space}/package/2006/relationships">'
        f'<Relationship Id="r1" Type="{office}" Target="word/document.xml"/></Relationships>',
        "word/document.xml": f'<w:document xmlns:w="{space}/wordprocessingml/2006/main"><w:body>{body}</w:body>'
        "</w:document>",
    }
    out = BytesIO()
    with ZipFile(out, "w", ZIP_DEFLATED) as archive:
        for name, text in files.items():
            archive.writestr(ZipInfo(name), head + text)
    return out.getvalue()


# --- The list --------------------------------------------------------------------------------------------------------


def _in_page(body: Callable[[Invented], str], chrome: bool = True) -> Callable[[Invented], bytes]:
    return lambda made: _html(made, body(made), chrome)


def gb18030_as_gb2312(made: Invented) -> bytes:
    """Declared gb2312, with characters outside it."""
    return page(made, plain(made), "gb2312").encode("gb18030")


def gb18030_undeclared(made: Invented) -> bytes:
    """Bytes gb18030, no charset anywhere."""
    return page(made, ueditor(made), "").encode("gb18030")


def utf8_as_gb2312(made: Invented) -> bytes:
    """Bytes UTF-8, declared gb2312."""
    return page(made, plain(made), "gb2312").encode()


def gb18030_as_utf8(made: Invented) -> bytes:
    """Bytes gb18030, declared UTF-8."""
    return page(made, plain(made), "utf-8").encode("gb18030")


def html_doc(made: Invented) -> bytes:
    """HTML as Word and content systems send it under the name .doc."""
    return page(made, word(made), "gb2312", chrome=False).encode("gb18030")


HERE: dict[str, tuple[str, str, Callable[[Invented], bytes]]] = {
    "html-word": ("html", "html", _in_page(word)),
    "html-wps": ("html", "html", _in_page(wps)),
    "html-ueditor": ("html", "html", _in_page(ueditor)),
    "html-1990s": ("html", "html", _in_page(old, chrome=False)),
    "html-plain": ("html", "html", _in_page(plain)),
    "html-nested": ("html", "html", _in_page(nested)),
    "html-one-table": ("html", "html", _in_page(one_table)),
    "html-twice": ("html", "html", _in_page(twice)),
    "html-split": ("html", "html", _in_page(split_tables)),
    "html-no-header": ("html", "html", _in_page(no_header)),
    "html-divs": ("html", "html", _in_page(div_grid)),
    "html-p-tabs": ("html", "html", _in_page(p_tabs)),
    "html-p-spaces": ("html", "html", _in_page(p_spaces)),
    "html-p-cells": ("html", "html", _in_page(p_cells)),
    "html-th": ("html", "html", _in_page(th_cells)),
    "html-pre": ("html", "html", _in_page(pre_text)),
    "html-gb2312": ("html", "html", gb18030_as_gb2312),
    "html-no-charset": ("html", "html", gb18030_undeclared),
    "html-utf8-lie": ("html", "html", utf8_as_gb2312),
    "html-gb-lie": ("html", "html", gb18030_as_utf8),
    "html-doc": ("html", "doc", html_doc),
    "md-pipes": ("text", "md", md_pipes),
    "md-plain": ("text", "md", md_plain),
    "md-html": ("text", "md", md_html),
    "txt-tabs": ("text", "txt", txt_tabs),
    "txt-cells": ("text", "txt", txt_cells),
    "docx-python": ("docx", "docx", docx_file),
    "docx-one-table": ("docx", "docx", docx_one_table),
    "docx-controls": ("docx", "docx", docx_controls),
    "xlsx": ("xlsx", "xlsx", xlsx_file),
    "csv": ("csv", "csv", csv_file),
    "pdf-unruled": ("pdf", "pdf", reportlab_unruled),
    "pdf-reportlab": ("pdf", "pdf", reportlab_file),
}
"""Renderings that need no program: name → format, extension, function."""

NO_PUBLISHED = frozenset("html-1990s html-doc".split())
"""HTML without a page around it, where no date of publication stands."""

LOSSY = frozenset("pdf-unruled html-pre html-p-spaces md-plain txt-pdf txt-pdf-layout html-divs html-p-cells".split())
"""Renderings in which an empty cell or a merged label leaves no trace: an empty cell may be derived as 0 there."""
