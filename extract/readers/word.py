"""DOCX → Document by python-docx, with its merged cells, text boxes and automatic numbers."""

from collections.abc import Iterator
from io import BytesIO
from typing import Any

import docx
from docx.text.paragraph import Paragraph as WordParagraph

from extract.document import Document, Grid, GridCell, Paragraph
from extract.readers import charset, grids
from extract.readers.numbering import Numbering

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_BOX = f"{_W}txbxContent"
_UNSEEN = frozenset(
    (
        # Word 2010 writes a text box twice: as a drawing, and as VML for those before it.
        "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback",
        f"{_W}del",
        f"{_W}moveFrom",
        f"{_W}rt",  # pronunciation above a character
        _BOX,  # stands beside its paragraph: see _boxes
    )
)


def read(data: bytes) -> Document:
    """The body of a DOCX: paragraphs and tables in order. Raises what python-docx raises on a broken file."""
    source = docx.Document(BytesIO(data))
    document = Document("docx")
    title = source.core_properties.title
    if title:
        document.meta["title"] = title
    _Walk(source, document).inside(source.element.body)
    return document


class _Walk:
    """Adds the blocks of a body, a text box or a cell that lays out the page to a document, counting numbers."""

    def __init__(self, source: Any, document: Document) -> None:
        self.body = source._body
        self.document = document
        self.numbering = Numbering(source)

    def inside(self, parent: Any) -> None:
        for element in _children(parent, "p", "tbl"):
            if element.tag == f"{_W}p":
                self._paragraph(element)
            elif next(element.iterdescendants(f"{_W}tbl"), None) is not None:
                for cell in element.iterchildren(f"{_W}tr"):
                    for content in _children(cell, "tc"):
                        self.inside(content)  # a table around tables lays out the page
            else:
                self.document.blocks.extend(grids.blocks(self._grid(element)))

    def _paragraph(self, element: Any) -> None:
        style = WordParagraph(element, self.body).style
        heading = style is not None and (style.name or "").startswith(("Heading", "Title", "标题"))
        text = _text(element)
        if text.strip():
            text = self.numbering.number(element) + text
        for line in text.split("\n"):
            if line.strip():
                self.document.blocks.append(Paragraph(line.strip(), heading=heading))
                self.document.lines.append(line.rstrip())
        for box in _boxes(element):
            self.inside(box)

    def _grid(self, table: Any) -> Grid:
        """python-docx's `table.rows[i].cells` costs half a second a report, so the XML's spans are expanded here."""
        rows: list[list[GridCell | None]] = []
        for tr in _children(table, "tr"):
            line: list[GridCell | None] = [None] * tr.grid_before
            for tc in _children(tr, "tc"):
                column = len(line)
                above = rows[-1][column] if rows and tc.vMerge == "continue" and column < len(rows[-1]) else None
                cell = above or GridCell(self._cell_text(tc))
                line.extend([cell] * tc.grid_span)
            rows.append(line)
        width = max((len(line) for line in rows), default=0)
        for line in rows:
            line.extend([None] * (width - len(line)))
        return Grid(rows)

    def _cell_text(self, cell: Any) -> str:
        parts = []
        for paragraph in _children(cell, "p"):
            text = "\n".join([_text(paragraph), *map(_text, _boxes(paragraph))])
            parts.append(self.numbering.number(paragraph) + text if text.strip() else "")
        lines = (" ".join(line.split()) for line in "\n".join(parts).split("\n"))
        return "\n".join(line for line in lines if line)


def _children(parent: Any, *names: str) -> Iterator[Any]:
    """The children of these names, content controls (w:sdt, as forms have them) looked through, in order."""
    for child in parent:
        if child.tag == f"{_W}sdt":
            for content in child.iterchildren(f"{_W}sdtContent"):
                yield from _children(content, *names)
        elif child.tag in (f"{_W}ins", f"{_W}customXml", f"{_W}smartTag"):
            yield from _children(child, *names)
        elif child.tag in {f"{_W}{name}" for name in names}:
            yield child


def _seen(element: Any) -> Iterator[Any]:
    """All below an element that a reader sees, in order."""
    for node in element:
        if node.tag in _UNSEEN or (node.tag == f"{_W}r" and _is_hidden(node)):
            continue
        yield node
        yield from _seen(node)


def _is_hidden(run: Any) -> bool:
    mark = run.find(f"{_W}rPr/{_W}vanish")
    return mark is not None and mark.get(f"{_W}val") not in ("0", "false", "off")


def _text(element: Any) -> str:
    """The words of a paragraph or text box as a reader sees them: breaks as line breaks."""
    parts: list[str] = []
    for node in _seen(element):
        tag = node.tag
        if tag == f"{_W}t":
            parts.append(node.text or "")
        elif tag == f"{_W}tab":
            if node.getparent().tag == f"{_W}r":
                parts.append("\t")
        elif tag == f"{_W}noBreakHyphen":
            parts.append("-")
        elif tag in (f"{_W}br", f"{_W}cr") or (tag == f"{_W}p" and parts):
            parts.append("\n")
    return charset.clean("".join(parts))


def _boxes(paragraph: Any) -> Iterator[Any]:
    """The text boxes that hang on a paragraph, each once."""
    for box in paragraph.iterdescendants(_BOX):
        if not any(above.tag in _UNSEEN for above in box.iterancestors()):
            yield box
