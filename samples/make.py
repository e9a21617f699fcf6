"""Makes `samples/files`, the reports that are files, each by a real program, and `samples/divisions.csv`.

Run `python -m samples.make` after a change of numbers or words (needs soffice with Noto Serif CJK SC, reportlab and
python-docx); the results are committed, so that serving the samples needs nothing but Python.
"""

import csv
import shutil
import subprocess
import tempfile
from html import escape
from pathlib import Path

import docx
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml.ns import qn
from reportlab.lib import colors
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.platypus import Flowable, Paragraph, SimpleDocTemplate, Table

from samples.counties import FILES
from samples.documents import Row, parts, plain_html, width
from samples.world import HERE, Report, all_reports, division_rows

CONVERSIONS = {"pdf_office": "pdf:writer_pdf_Export", "docx_office": "docx:MS Word 2007 XML"}
SONG = "STSong-Light"  # not embedded, as the PDF exports of many content systems have it


def grid(rows: list[Row]) -> list[list[tuple[str, int, int] | None]]:
    """The table position by position: a cell's text, columns and rows at its first position, None where it covers."""
    wide = width(rows)
    free = [[True] * wide for _ in rows]
    found: list[list[tuple[str, int, int] | None]] = [[None] * wide for _ in rows]
    for r, row in enumerate(rows):
        for cell in row:
            c = free[r].index(True)
            found[r][c] = (cell.text, cell.cols, cell.rows)
            for covered in free[r : r + cell.rows]:
                covered[c : c + cell.cols] = [False] * cell.cols
    return found


def by_office(report: Report, folder: Path) -> None:
    """PDF or DOCX by LibreOffice, which imports the plain HTML."""
    source = folder / f"{report.key}.html"
    source.write_text(plain_html(report), "utf-8")
    soffice = shutil.which("soffice") or "soffice"
    # A profile of its own: a second soffice on one profile exits without writing anything.
    command = [
        soffice, "--headless", f"-env:UserInstallation=file://{folder}/profile", "--infilter=HTML (StarWriter)",
        "--convert-to", CONVERSIONS[report.rendering], "--outdir", str(folder), str(source),
    ]  # fmt: skip
    subprocess.run(command, check=True, capture_output=True, timeout=180)  # noqa: S603
    assert report.filename is not None  # noqa: S101 - only called for reports that are files
    shutil.copyfile(folder / report.filename, FILES / report.filename)


def by_reportlab(report: Report, target: Path) -> None:
    """PDF by reportlab, tables over page ends with their head not repeated."""
    pdfmetrics.registerFont(UnicodeCIDFont(SONG))
    style = ParagraphStyle("body", fontName=SONG, fontSize=10, leading=15, wordWrap="CJK", firstLineIndent=20)
    small = ParagraphStyle("cell", fontName=SONG, fontSize=7.5, leading=10, wordWrap="CJK")
    flow: list[Flowable] = []
    for part in parts(report):
        if part.rows is None:
            centred = part.kind in ("title", "subtitle")
            look = style.clone("line", alignment=1 if centred else 2 if part.kind == "signature" else 0)
            flow.append(Paragraph(escape(part.text), look))
            continue
        cells = grid(part.rows)
        spans = [
            ("SPAN", (c, r), (c + cell[1] - 1, r + cell[2] - 1))
            for r, row in enumerate(cells)
            for c, cell in enumerate(row)
            if cell and (cell[1] > 1 or cell[2] > 1)
        ]
        wide = len(cells[0])
        widths = [46, 60, 110, *[38.0] * 7] if wide == 10 else [482 / wide] * wide
        text = [[Paragraph(escape(cell[0]), small) if cell else "" for cell in row] for row in cells]
        lines = [("GRID", (0, 0), (-1, -1), 0.5, colors.black), ("VALIGN", (0, 0), (-1, -1), "MIDDLE")]
        edges = [("LEFTPADDING", (0, 0), (-1, -1), 2), ("RIGHTPADDING", (0, 0), (-1, -1), 2)]
        flow.append(Table(text, colWidths=widths, style=[*lines, *edges, *spans], spaceBefore=4, spaceAfter=8))
    SimpleDocTemplate(str(target), pagesize=A4, invariant=1, title=report.title, leftMargin=56, rightMargin=56).build(
        flow
    )


def by_python_docx(report: Report, target: Path) -> None:
    """DOCX by python-docx, spans as merged cells."""
    document = docx.Document()
    normal = document.styles["Normal"]
    normal.font.name = "宋体"
    normal.element.rPr.rFonts.set(qn("w:eastAsia"), "宋体")
    document.core_properties.title = report.title
    for part in parts(report):
        if part.rows is None:
            paragraph = document.add_paragraph(part.text)
            if part.kind in ("title", "subtitle"):
                paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
            if part.kind == "signature":
                paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
            continue
        cells = grid(part.rows)
        table = document.add_table(len(cells), len(cells[0]), style="Table Grid")
        positions = [list(row.cells) for row in table.rows]
        for r, row in enumerate(cells):
            for c, cell in enumerate(row):
                if cell:
                    merged = positions[r][c]
                    if cell[1] > 1 or cell[2] > 1:
                        merged = merged.merge(positions[r + cell[2] - 1][c + cell[1] - 1])
                    merged.text = cell[0]
    document.save(str(target))


def main() -> None:
    """Makes every file anew and removes those that no report has any more."""
    FILES.mkdir(exist_ok=True)
    wanted = {report.filename for report in all_reports() if report.filename}
    for file in FILES.iterdir():
        if file.name not in wanted:
            file.unlink()
    rows = division_rows()
    with (HERE / "divisions.csv").open("w", encoding="utf-8", newline="") as table:
        writer = csv.DictWriter(table, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    with tempfile.TemporaryDirectory() as folder:
        for report in all_reports():
            if report.filename is None:
                continue
            if report.rendering == "pdf_reportlab":
                by_reportlab(report, FILES / report.filename)
            elif report.rendering == "docx_python":
                by_python_docx(report, FILES / report.filename)
            else:
                by_office(report, Path(folder))
            print(report.filename, (FILES / report.filename).stat().st_size)


if __name__ == "__main__":
    main()
