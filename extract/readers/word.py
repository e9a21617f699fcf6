"""DOCX → Document by python-docx, with its merged cells."""

from collections.abc import Iterator
from io import BytesIO
from typing import Any

import docx
from docx.text.paragraph import Paragraph as WordParagraph

from extract.document import Document, Grid, GridCell, Paragraph
from extract.readers import grids


def read(data: bytes) -> Document:
    """The body of a DOCX: paragraphs and tables in order. Raises what python-docx raises on a broken file."""
    source = docx.Document(BytesIO(data))
    document = Document("docx")
    title = source.core_properties.title
    if title:
        document.meta["title"] = title
    for element in _inside(source.element.body, "p", "tbl"):
        if element.tag == f"{_W}tbl":
            document.blocks.extend(grids.blocks(_grid(element)))
        else:
            style = WordParagraph(element, source._body).style
            heading = style is not None and (style.name or "").startswith(("Heading", "Title", "标题"))
            for line in _text(element).split("\n"):
                if line.strip():
                    document.blocks.append(Paragraph(line.strip(), heading=heading))
                    document.lines.append(line.rstrip())
    for number, grid in enumerate(document.grids, 1):
        grid.number = number
    return document


_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


def _inside(parent: Any, *names: str) -> Iterator[Any]:
    """The children of these names, content controls (w:sdt, as forms have them) looked through, in order."""
    for child in parent:
        if child.tag == f"{_W}sdt":
            for content in child.iterchildren(f"{_W}sdtContent"):
                yield from _inside(content, *names)
        elif child.tag in {f"{_W}{name}" for name in names}:
            yield child


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
    for tr in _inside(table, "tr"):
        line: list[GridCell | None] = [None] * tr.grid_before
        for tc in _inside(tr, "tc"):
            column = len(line)
            above = rows[-1][column] if rows and tc.vMerge == "continue" and column < len(rows[-1]) else None
            cell = above or GridCell(_cell_text(tc))
            line.extend([cell] * tc.grid_span)
        rows.append(line)
    width = max((len(line) for line in rows), default=0)
    for line in rows:
        line.extend([None] * (width - len(line)))
    return Grid(rows)
