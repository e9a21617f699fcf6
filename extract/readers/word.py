"""DOCX → Document by python-docx, with its merged cells."""

from io import BytesIO
from typing import Any

import docx
from docx.table import Table

from extract.document import Document, Grid, GridCell, Paragraph
from extract.readers import grids


def read(data: bytes) -> Document:
    """The body of a DOCX: paragraphs and tables in order. Raises what python-docx raises on a broken file."""
    source = docx.Document(BytesIO(data))
    document = Document("docx")
    title = source.core_properties.title
    if title:
        document.meta["title"] = title
    for item in source.iter_inner_content():
        if isinstance(item, Table):
            document.blocks.extend(grids.blocks(_grid(item._tbl)))
        else:
            style = (item.style.name or "") if item.style is not None else ""
            for line in _text(item._p).split("\n"):
                if line.strip():
                    document.blocks.append(
                        Paragraph(line.strip(), heading=style.startswith(("Heading", "Title", "标题")))
                    )
                    document.lines.append(line.rstrip())
    for number, grid in enumerate(document.grids, 1):
        grid.number = number
    return document


_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


def _text(element: Any) -> str:
    """The words of a paragraph or cell as a reader sees them: without deleted revisions, breaks as line breaks."""
    parts: list[str] = []
    for node in element.iter():
        tag = node.tag
        if tag == f"{_W}t":
            parts.append(node.text or "")
        elif tag == f"{_W}tab":
            if node.getparent().tag == f"{_W}r":
                parts.append("\t")
        elif tag in (f"{_W}br", f"{_W}cr") or (tag == f"{_W}p" and parts):
            parts.append("\n")
    return "".join(parts)


def _cell_text(cell: Any) -> str:
    lines = (" ".join(line.split()) for line in _text(cell).split("\n"))
    return "\n".join(line for line in lines if line)


def _grid(table: Any) -> Grid:
    """python-docx's `table.rows[i].cells` costs half a second a report, so the XML's spans are expanded here."""
    rows: list[list[GridCell | None]] = []
    for tr in table.tr_lst:
        line: list[GridCell | None] = [None] * tr.grid_before
        for tc in tr.tc_lst:
            column = len(line)
            above = rows[-1][column] if rows and tc.vMerge == "continue" and column < len(rows[-1]) else None
            cell = above or GridCell(_cell_text(tc))
            line.extend([cell] * tc.grid_span)
        rows.append(line)
    width = max((len(line) for line in rows), default=0)
    for line in rows:
        line.extend([None] * (width - len(line)))
    return Grid(rows)
