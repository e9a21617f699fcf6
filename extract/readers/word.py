"""DOCX → Document by python-docx, with its merged cells, text boxes and automatic numbers."""

import re
from collections.abc import Callable, Iterator
from io import BytesIO
from typing import Any

import docx
from lxml import etree

from extract.document import Document, Grid, GridCell, Paragraph, Picture
from extract.readers import charset, grids, opc
from extract.readers.numbering import Numbering, value

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_R = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
_BOX = f"{_W}txbxContent"
_BLIP, _EMBED = "{http://schemas.openxmlformats.org/drawingml/2006/main}blip", f"{_R}embed"
_IMAGE_DATA, _ID = "{urn:schemas-microsoft-com:vml}imagedata", f"{_R}id"
_M_TEXT = "{http://schemas.openxmlformats.org/officeDocument/2006/math}t"
_UNSEEN = (
    # Word 2010 writes a text box twice: as a drawing, and as VML for those before it.
    "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback",
    f"{_W}del",
    f"{_W}moveFrom",
    f"{_W}rt",  # pronunciation above a character
)
_HEADINGS = ("Heading", "Title", "标题")
"""How the names of the styles of headings begin."""
_WORDS = (*(f"{_W}{name}" for name in ("t", "tab", "noBreakHyphen", "br", "cr", "p")), _M_TEXT)
"""What stands for letters in a paragraph or text box."""
_NOTE_MARK = re.compile(r"[\d\s*①-⑩\[\]]+")


def read(data: bytes, part: Callable[[bytes], Document] | None = None) -> Document:
    """The body of a DOCX: paragraphs and tables in order. Raises what python-docx raises on a broken file.

    `part` reads a file that is embedded as a piece of the text (w:altChunk), as some generators of reports do.
    """
    try:
        source = docx.Document(BytesIO(data))
    except (KeyError, ValueError, etree.XMLSyntaxError):
        source = docx.Document(BytesIO(opc.usual(data)))
    document = Document("docx")
    title = source.core_properties.title
    if title:
        document.meta["title"] = title
    _drop_unseen(source)
    _Walk(source, document, part).inside(source.element.body)
    return document


class _Walk:
    """Adds the blocks of a body, a text box or a cell that lays out the page to a document, counting numbers."""

    def __init__(self, source: Any, document: Document, part: Callable[[bytes], Document] | None) -> None:
        self.files = source.part.related_parts
        self.part = part
        self.document = document
        self.numbering = Numbering(source)
        styles = self.numbering.styles.items()
        self.headings = {name for name, style in styles if (style.name or "").startswith(_HEADINGS)}

    def inside(self, parent: Any) -> None:
        for element in _children(parent, "p", "tbl", "altChunk"):
            if element.tag == f"{_W}p":
                self._paragraph(element)
            elif element.tag == f"{_W}altChunk":
                self._file(element.get(_ID))
            elif next(element.iterdescendants(f"{_W}tbl"), None) is not None:
                for cell in element.iterchildren(f"{_W}tr"):
                    for content in _children(cell, "tc"):
                        self.inside(content)  # a table around tables lays out the page
            else:
                self.document.blocks.extend(grids.blocks(self._grid(element)))
                self.document.blocks.extend(self._pictures(element))

    def _file(self, reference: str) -> None:
        file = self.files.get(reference)
        if file is None or self.part is None:
            self.document.problems.append("文件中嵌入的部分未读取")
            return
        found = self.part(file.blob)
        self.document.blocks.extend(found.blocks)
        self.document.lines.extend(found.lines)
        self.document.problems.extend(found.problems)

    def _paragraph(self, element: Any) -> None:
        heading = element.style in self.headings
        text = _text(element)
        if text.strip():
            text = self.numbering.number(element) + text
        for line in text.split("\n"):
            if line.strip():
                self.document.blocks.append(Paragraph(line.strip(), heading=heading))
                self.document.lines.append(line.rstrip())
        for box in _boxes(element):
            self.inside(box)
        self.document.blocks.extend(self._pictures(element))

    def _pictures(self, element: Any) -> Iterator[Picture]:
        """The pictures of a paragraph or table, drawn as DrawingML or (by old programs) as VML."""
        for node in _within(element, _BLIP, _IMAGE_DATA):
            part = self.files.get(node.get(_EMBED if node.tag == _BLIP else _ID))
            if part is not None:
                yield Picture(str(part.partname), part.blob)

    def _grid(self, table: Any) -> Grid:
        """python-docx's `table.rows[i].cells` costs half a second a report, so the XML's spans are expanded here."""
        rows: list[list[GridCell | None]] = []
        for tr in _children(table, "tr"):
            line: list[GridCell | None] = [None] * tr.grid_before
            for tc in _children(tr, "tc"):
                column = len(line)
                above = rows[-1][column] if rows and _goes_on(tc, "vMerge") and column < len(rows[-1]) else None
                before = line[-1] if line and _goes_on(tc, "hMerge") else None
                cell = above or before or GridCell(self._cell_text(tc))
                line.extend([cell] * tc.grid_span)
            rows.append(line)
        return grids.padded(rows)

    def _cell_text(self, cell: Any) -> str:
        parts = []
        for paragraph in _children(cell, "p"):
            text = "\n".join([_text(paragraph), *map(_text, _boxes(paragraph))])
            parts.append(self.numbering.number(paragraph) + text if text.strip() else "")
        lines = (" ".join(line.split()) for line in "\n".join(parts).split("\n"))
        return "\n".join(line for line in lines if line)


def _children(parent: Any, *names: str) -> Iterator[Any]:
    """The children of these names, content controls (w:sdt, as forms have them) looked through, in order."""
    wanted = {f"{_W}{name}" for name in names}
    for child in parent:
        if child.tag == f"{_W}sdt":
            for content in child.iterchildren(f"{_W}sdtContent"):
                yield from _children(content, *names)
        elif child.tag in (f"{_W}ins", f"{_W}customXml", f"{_W}smartTag"):
            yield from _children(child, *names)
        elif child.tag in wanted:
            yield child


def _within(element: Any, *tags: str) -> Iterator[Any]:
    """All of these tags below an element, in order, but for what is in a text box: that stands beside its paragraph."""
    box = element if element.tag == _BOX else next(element.iterancestors(_BOX), None)
    return (node for node in element.iterdescendants(*tags) if next(node.iterancestors(_BOX), None) is box)


def _boxes(paragraph: Any) -> Iterator[Any]:
    return _within(paragraph, _BOX)


def _drop_unseen(source: Any) -> None:
    """Take out what a reader does not see: tracked deletions, hidden and struck letters, the marks of notes."""
    body = source.element.body
    styles = _unseen_styles(source.styles.element)
    runs = [run for run in body.iter(f"{_W}r") if _is_hidden(run, styles)]
    for one in [*(row for row in body.iter(f"{_W}tr") if _is_deleted(row)), *body.iter(*_UNSEEN), *runs]:
        one.getparent().remove(one)
    for row in [row for row in body.iter(f"{_W}tr") if row.find(f"{_W}trPr/{_W}hidden") is not None]:
        if not _text(row).strip():
            row.getparent().remove(row)


def _unseen_styles(styles: Any) -> set[str]:
    """The names of the styles that hide their letters, and of those based on them."""
    bases = {style.get(f"{_W}styleId"): value(style, "basedOn") for style in styles.iterchildren(f"{_W}style")}
    found = {style.get(f"{_W}styleId") for style in styles if _is_off(_properties(style))}
    while more := {name for name, base in bases.items() if base in found} - found:
        found |= more
    return found


def _is_deleted(row: Any) -> bool:
    return row.find(f"{_W}trPr/{_W}del") is not None


def _properties(element: Any) -> dict[str, str]:
    """What a run or style says of its letters, by name; "" where the name says it all."""
    return {_kind(one): one.get(f"{_W}val", "") for part in element.iterchildren(f"{_W}rPr") for one in part}


def _is_off(properties: dict[str, str]) -> bool:
    """Whether letters with these properties are hidden, or struck out as no longer so."""
    return any(properties.get(name, "off") not in ("0", "false", "off") for name in ("vanish", "strike", "dstrike"))


def _is_hidden(run: Any, styles: set[str]) -> bool:
    """Whether a run is hidden, by itself or by one of `styles`, white on white, or the mark of a note: 12¹ is not 121.

    Word hides the 窗体顶端 of a form in a copied web page by the style of its paragraph.
    """
    if styles and value(next(run.iterancestors(f"{_W}p"), None), f"pPr/{_W}pStyle") in styles:
        return True
    properties = _properties(run)
    if _is_off(properties) or properties.get("rStyle") in styles:
        return True
    if properties.get("color", "").upper() == "FFFFFF" and not _is_shaded(run):
        return True
    return properties.get("vertAlign") == "superscript" and bool(_NOTE_MARK.fullmatch(_text(run)))


def _goes_on(cell: Any, merge: str) -> bool:
    """Whether a cell is part of the one above (`merge` "vMerge") or before it ("hMerge", of old)."""
    mark = cell.find(f"{_W}tcPr/{_W}{merge}")
    return mark is not None and mark.get(f"{_W}val") != "restart"


def _is_shaded(run: Any) -> bool:
    around = (run, *run.iterancestors(f"{_W}p", f"{_W}tc", f"{_W}tbl"))
    fills = (shade.get(f"{_W}fill") for one in around for shade in one.iterfind(f"{_W}{_kind(one)}Pr/{_W}shd"))
    return any(fill not in (None, "auto", "FFFFFF", "ffffff") for fill in fills)


def _kind(element: Any) -> str:
    return str(element.tag).removeprefix(_W)


def _text(element: Any) -> str:
    """The words of a paragraph or text box as a reader sees them: breaks as line breaks."""
    parts: list[str] = []
    for node in _within(element, *_WORDS):
        tag = node.tag
        if tag in (f"{_W}t", _M_TEXT):
            parts.append(node.text or "")
        elif tag == f"{_W}tab":
            if node.getparent().tag == f"{_W}r":
                parts.append("\t")
        elif tag == f"{_W}noBreakHyphen":
            parts.append("-")
        elif tag != f"{_W}p" or parts:
            parts.append("\n")
    return charset.clean("".join(parts))
