"""How a report looks: its tables as cells with spans, and these as Word's HTML, a web editor's, and plain HTML.

The habits are those seen on real sites: Word leaves `MsoNormalTable`, `o:p`, a hidden row of widths between
`<![if !supportMisalignedColumns]>` and numbers cut over spans; UEditor and WPS leave `selectTdClass`, inline styles
and nested spans. `samples/make.py` turns the plain HTML into files by real programs.
"""

from collections.abc import Callable, Iterable
from html import escape
from random import Random
from typing import NamedTuple

from samples.world import COLUMNS, FORM, OUTCOMES_OF_A_DISPUTE, STAGES, Report, handled


class TableCell(NamedTuple):
    """A cell of a table: what is printed, and how many columns and rows it covers."""

    text: str
    cols: int = 1
    rows: int = 1


Row = list[TableCell]


def disclosure_table(report: Report) -> list[Row]:
    """The table of chapter 二, four columns wide."""
    rows: list[Row] = []
    for head, labels, lines in FORM["disclosure"][report.disclosure_edition]:
        rows.append([TableCell(head, 4)])
        rows.append(_filled([TableCell(label) for label in labels]))
        for label, keys in lines:
            if label == "行政规范性文件" and "normative_short" in report.habits:
                label = "规范性文件"
            values = [TableCell(report.cells[f"disclosure.{key}"].raw) for key in keys]
            rows.append(_filled([TableCell(label), *values]))
    return rows


def _filled(row: Row) -> Row:
    """The row with its last cell widened to four columns."""
    return [*row[:-1], row[-1]._replace(cols=5 - len(row))]


def requests_table(report: Report) -> list[Row]:
    """The table of chapter 三: three columns of labels, seven of numbers."""

    def numbers(row: str) -> Row:
        return [TableCell(report.cells[f"requests.{row}.{column}"].raw) for column in COLUMNS]

    labels = FORM["column_labels"]
    rows: list[Row] = [
        [TableCell(FORM["corner"], 3, 3), TableCell("申请人情况", 7)],
        [TableCell(labels[0], 1, 2), TableCell("法人或其他组织", 5), TableCell(_label(report, labels[6]), 1, 2)],
        [TableCell(label) for label in labels[1:6]],
    ]
    rows += [[TableCell(_label(report, text), 3), *numbers(key)] for key, text in FORM["received"]]
    groups = handled(report.requests_edition)
    stub = [TableCell(FORM["handled_label"], 1, sum(len(lines) for _, lines in groups))]
    for group, lines in groups:
        for index, (key, text) in enumerate(lines):
            if not text:
                label = [TableCell(_label(report, group), 2)]
            elif index == 0:
                label = [TableCell(_label(report, group), 1, len(lines)), TableCell(_label(report, text))]
            else:
                label = [TableCell(_label(report, text))]
            rows.append([*stub, *label, *numbers(key)])
            stub = []
    key, text = FORM["carried_out"]
    return [*rows, [TableCell(_label(report, text), 3), *numbers(key)]]


def disputes_table(report: Report) -> list[Row]:
    """The table of chapter 四: one row of fifteen numbers under three rows of headings."""
    labels = [_label(report, label) for label in FORM["disputes"]["labels"]]
    return [
        [TableCell("行政复议", 5), TableCell("行政诉讼", 10)],
        [*(TableCell(label, 1, 2) for label in labels), TableCell("未经复议直接起诉", 5), TableCell("复议后起诉", 5)],
        [TableCell(label) for label in labels * 2],
        [
            TableCell(report.cells[f"disputes.{stage}.{column}"].raw)
            for stage in STAGES
            for column in OUTCOMES_OF_A_DISPUTE
        ],
    ]


TABLES: dict[str, Callable[[Report], list[Row]]] = {
    "disclosure": disclosure_table,
    "requests": requests_table,
    "disputes": disputes_table,
}


def _label(report: Report, label: str) -> str:
    """A label in the spelling that this report keeps to."""
    if "half_width" in report.habits:
        label = label.replace("（", "(").replace("）", ") ")
        if label[:1].isdigit():
            label = label.replace(".", ". ", 1)
    if "spaced_total" in report.habits:
        label = label.replace("总计", "总 计")
    return label.strip()


class Part(NamedTuple):
    """A piece of the document: a kind (title, subtitle, heading, text, table, signature) and its text or rows."""

    kind: str
    text: str = ""
    rows: list[Row] | None = None


def parts(report: Report, with_title: bool = True) -> Iterable[Part]:
    """The report in reading order."""
    if with_title:
        yield Part("title", report.title)
    if report.subtitle:
        yield Part("subtitle", report.subtitle)
    for chapter, heading in FORM["chapters"].items():
        yield Part("heading", heading)
        for paragraph in report.chapters.get(chapter, []):
            yield Part("text", paragraph)
        if chapter in TABLES:
            yield Part("table", rows=TABLES[chapter](report))
    yield Part("signature", report.signature)
    yield Part("signature", report.signed_text)


def width(rows: list[Row]) -> int:
    """Columns of a table."""
    return sum(cell.cols for cell in rows[0])


def _spans(cell: TableCell) -> str:
    return (f" colspan={cell.cols}" if cell.cols > 1 else "") + (f" rowspan={cell.rows}" if cell.rows > 1 else "")


def word_html(report: Report) -> str:
    """The body as Word saves it as a web page and as the content system takes it over."""
    random = Random(f"{report.key} word")  # noqa: S311 - where to cut a number

    def run(text: str) -> str:
        """Latin and digits in spans of their own; now and then a number is cut in two, as smart tags leave it."""
        out, digits = "", ""
        for sign in text + "\0":
            if sign.isascii() and sign.isdigit():
                digits += sign
                continue
            if digits:
                cut = random.randint(1, len(digits) - 1) if len(digits) > 1 and random.random() < 0.3 else len(digits)
                out += f"<span lang=EN-US>{digits[:cut]}</span>"
                if cut < len(digits):
                    out += f"<span lang=EN-US style='mso-spacerun:no'>{digits[cut:]}</span>"
                digits = ""
            if sign != "\0":
                out += escape(sign)
        return f"<span style='font-size:16.0pt;font-family:仿宋_GB2312'>{out}<span lang=EN-US><o:p></o:p></span></span>"

    def cell_html(cell: TableCell) -> str:
        if cell.text:
            halves = [cell.text]
            if cell.text in FORM["column_labels"][:4]:
                middle = len(cell.text) // 2
                halves = [cell.text[:middle], cell.text[middle:]]
            inner = "".join(
                f"<p class=MsoNormal align=center style='text-align:center'>{run(half)}</p>" for half in halves
            )
        else:
            inner = "<p class=MsoNormal><span lang=EN-US><o:p>&nbsp;</o:p></span></p>"
        style = "border:solid windowtext 1.0pt;mso-border-alt:solid windowtext .5pt;padding:0cm 5.4pt 0cm 5.4pt"
        return f"<td width={36 * cell.cols}{_spans(cell)} style='{style}'>{inner}</td>"

    out = ["<div class=WordSection1 style='layout-grid:15.6pt'>"]
    for part in parts(report):
        if part.rows is not None:
            out.append(
                "<table class=MsoNormalTable border=1 cellspacing=0 cellpadding=0 style='border-collapse:collapse'>"
            )
            for index, row in enumerate(part.rows):
                cells = "".join(cell_html(cell) for cell in row)
                out.append(f" <tr style='mso-yfti-irow:{index};height:22.0pt'>{cells}</tr>")
            # Word for the web writes this row of widths; a browser does not show it and a parser may count it.
            widths = "<td width=36 style='border:none'></td>" * width(part.rows)
            out.append(f" <![if !supportMisalignedColumns]>\n <tr height=0>{widths}</tr>\n <![endif]>\n</table>")
        elif part.kind in ("title", "subtitle"):
            out.append(f"<p class=MsoNormal align=center style='text-align:center'><b>{run(part.text)}</b></p>")
        elif part.kind == "signature":
            out.append(f"<p class=MsoNormal align=right style='text-align:right'>{run(part.text)}</p>")
        else:
            out.append(f"<p class=MsoNormal style='text-indent:32.0pt;line-height:28.0pt'>{run(part.text)}</p>")
    return "\n".join([*out, "</div>"])


def editor_html(report: Report) -> str:
    """The body as UEditor leaves a text pasted from WPS."""
    family = "font-family: 仿宋, 仿宋_GB2312; font-size: 21px;"

    def run(text: str) -> str:
        half = len(text) // 3
        pieces = [text[:half], text[half:]] if len(text) > 12 else [text]
        inner = "".join(f'<span style="{family}">{escape(piece)}</span>' for piece in pieces)
        return f'<span style="letter-spacing: 0px;">{inner}</span>'

    def cell_html(cell: TableCell) -> str:
        inner = f'<p style="margin: 0px; text-align: center;">{run(cell.text)}</p>' if cell.text else "<p><br/></p>"
        chosen = ' class="selectTdClass"' if cell.text.isdigit() and int(cell.text) % 7 == 0 else ""
        spans = (f' colspan="{cell.cols}"' if cell.cols > 1 else "") + (
            f' rowspan="{cell.rows}"' if cell.rows > 1 else ""
        )
        style = "border: 1px solid rgb(0, 0, 0); word-break: break-all;"
        return f'<td{chosen}{spans} style="{style}" valign="middle">{inner}</td>'

    out = []
    for part in parts(report, with_title=False):
        if part.rows is not None:
            out.append('<table class="wps-table" style="border-collapse: collapse;"><tbody>')
            for index, row in enumerate(part.rows):
                first = ' class="firstRow"' if index == 0 else ""
                out.append(f"<tr{first}>{''.join(cell_html(cell) for cell in row)}</tr>")
            out.append("</tbody></table>")
        elif part.kind == "heading":
            out.append(f'<p style="text-indent: 43px;"><strong>{run(part.text)}</strong></p>')
        elif part.kind in ("subtitle", "signature"):
            side = "right" if part.kind == "signature" else "center"
            out.append(f'<p style="text-align: {side};">{run(part.text)}</p>')
        else:
            out.append(f'<p style="text-indent: 43px; line-height: 2em;">{run(part.text)}</p>')
    return "\n".join(out)


def plain_html(report: Report) -> str:
    """A whole page without ornament, from which LibreOffice makes PDF and Word files."""
    out = [
        f'<!DOCTYPE html><html lang="zh-CN"><head><meta charset="utf-8"><title>{escape(report.title)}</title>',
        "<style>@page { size: A4; margin: 2cm } body { font-family: 'Noto Serif CJK SC'; font-size: 10pt }",
        "td { font-family: 'Noto Serif CJK SC'; font-size: 8pt }</style>",
        "</head><body>",
    ]
    for part in parts(report):
        if part.rows is not None:
            wide = width(part.rows)
            # Numbers of four digits must not wrap in the seven columns beside the labels.
            columns = [8, 12, 24, *[8] * 7] if wide == 10 else [100 // wide] * wide
            out.append('<table border="1" cellspacing="0" cellpadding="2" width="100%">')
            out.append("".join(f'<col width="{share}%">' for share in columns))
            for row in part.rows:
                cells = "".join(f"<td{_spans(cell)}>{escape(cell.text)}</td>" for cell in row)
                out.append(f"<tr>{cells}</tr>")
            out.append("</table>")
        else:
            align = {"title": "center", "subtitle": "center", "signature": "right"}.get(part.kind, "left")
            out.append(f'<p align="{align}">{escape(part.text)}</p>')
    return "\n".join([*out, "</body></html>"])
