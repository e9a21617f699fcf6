"""DOCX → Document by python-docx, with its merged cells, text boxes and automatic numbers."""

import re
import zipfile
from collections.abc import Callable, Iterator
from io import BytesIO
from typing import Any

import docx
from docx.text.paragraph import Paragraph as WordParagraph

from extract.document import Document, Grid, GridCell, Paragraph, Picture
from extract.readers import charset, grids
from extract.readers.numbering import Numbering

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_R = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
_BOX = f"{_W}txbxContent"
_BLIP, _EMBED = "{http://schemas.openxmlformats.org/drawingml/2006/main}blip", f"{_R}embed"
_IMAGE_DATA, _ID = "{urn:schemas-microsoft-com:vml}imagedata", f"{_R}id"
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


_NOTE_MARK = re.compile(r"[\d\s*①-⑩\[\]]+")
_MAIN = b"application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
_OTHER_MAIN = re.compile(rb"application/vnd\.(?:ms-word\.document\.macroEnabled|ms-word\.template\.macroEnabledTemplate"
                         rb"|openxmlformats-officedocument\.wordprocessingml\.template)\.main\+xml")  # fmt: skip
_STRICT = {
    b"http://purl.oclc.org/ooxml/officeDocument/": b"http://schemas.openxmlformats.org/officeDocument/2006/",
    b"http://purl.oclc.org/ooxml/wordprocessingml/": b"http://schemas.openxmlformats.org/wordprocessingml/2006/",
    b"http://purl.oclc.org/ooxml/drawingml/": b"http://schemas.openxmlformats.org/drawingml/2006/",
}
"""Names of ISO 29500 Strict, which Word and WPS can save, for those of all other files."""


def read(data: bytes, part: Callable[[bytes], Document] | None = None) -> Document:
    """The body of a DOCX: paragraphs and tables in order. Raises what python-docx raises on a broken file.

    `part` reads a file that is embedded as a piece of the text (w:altChunk), as some generators of reports do.
    """
    try:
        source = docx.Document(BytesIO(data))
    except (KeyError, ValueError):
        source = docx.Document(BytesIO(_usual(data)))
    document = Document("docx")
    title = source.core_properties.title
    if title:
        document.meta["title"] = title
    _Walk(source, document, part).inside(source.element.body)
    return document


def _usual(data: bytes) -> bytes:
    """A document with macros, a template or a strict one as the document that python-docx opens."""
    out = BytesIO()
    with zipfile.ZipFile(BytesIO(data)) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            content = old.read(name)
            if name.endswith((".xml", ".rels")):
                content = _OTHER_MAIN.sub(_MAIN, content)
                for strict, usual in _STRICT.items():
                    content = content.replace(strict, usual)
            if name == "[Content_Types].xml":
                content = content.replace(b"</Types>", _declared(old.namelist(), content) + b"</Types>")
            new.writestr(name, content)
    return out.getvalue()


def _declared(names: list[str], types: bytes) -> bytes:
    """Types for the parts that have none, of which Word makes nothing and python-docx an error."""
    endings = {name.rsplit(".", 1)[-1].lower() for name in names if "." in name}
    known = {found.decode().lower() for found in re.findall(rb'Extension="([^"]+)"', types)}
    plain = '<Default Extension="{}" ContentType="application/octet-stream"/>'
    return "".join(plain.format(one) for one in sorted(endings - known - {"xml", "rels"}) if one.isalnum()).encode()


class _Walk:
    """Adds the blocks of a body, a text box or a cell that lays out the page to a document, counting numbers."""

    def __init__(self, source: Any, document: Document, part: Callable[[bytes], Document] | None) -> None:
        self.body = source._body
        self.files = source.part.related_parts
        self.part = part
        self.document = document
        self.numbering = Numbering(source)

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
        self.document.blocks.extend(self._pictures(element))

    def _pictures(self, element: Any) -> Iterator[Picture]:
        """The pictures of a paragraph or table, drawn as DrawingML or (by old programs) as VML."""
        for node in _seen(element):
            name = node.get(_EMBED) if node.tag == _BLIP else node.get(_ID) if node.tag == _IMAGE_DATA else None
            part = self.files.get(name) if name else None
            if part is not None:
                yield Picture(str(part.partname), part.blob)

    def _grid(self, table: Any) -> Grid:
        """python-docx's `table.rows[i].cells` costs half a second a report, so the XML's spans are expanded here."""
        rows: list[list[GridCell | None]] = []
        for tr in _children(table, "tr"):
            if tr.find(f"{_W}trPr/{_W}del") is not None:
                continue  # a row whose deletion is tracked
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
    """Whether a run is hidden, white on white, or the mark of a note: 12¹ is not 121."""
    properties = run.find(f"{_W}rPr")
    if properties is None:
        return False
    mark = properties.find(f"{_W}vanish")
    if mark is not None and mark.get(f"{_W}val") not in ("0", "false", "off"):
        return True
    if (_value(properties, "color") or "").upper() == "FFFFFF" and not _is_shaded(run):
        return True
    return _value(properties, "vertAlign") == "superscript" and bool(_NOTE_MARK.fullmatch(_text(run)))


def _is_shaded(run: Any) -> bool:
    around = (run, *run.iterancestors(f"{_W}p", f"{_W}tc", f"{_W}tbl"))
    fills = (shade.get(f"{_W}fill") for one in around for shade in one.iterfind(f"{_W}{_kind(one)}Pr/{_W}shd"))
    return any(fill not in (None, "auto", "FFFFFF", "ffffff") for fill in fills)


def _kind(element: Any) -> str:
    return str(element.tag).removeprefix(_W)


def _value(element: Any, name: str) -> str | None:
    found = element.find(f"{_W}{name}")
    return found.get(f"{_W}val") if found is not None else None


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
