"""Plain text and Markdown → Document: a paragraph for each line, the raw lines with their tabs beside them."""

import re

from extract.document import Document, Paragraph
from extract.readers import charset

_HEADING = re.compile(r"^\s*(#{1,6})\s+")
_EMPHASIS = re.compile(r"\*\*(.+?)\*\*")


def read(data: bytes, media_type: str | None = None) -> Document:
    """The text as a document; Markdown's # and ** are taken as mark-up, since converters of PDFs write them."""
    document = Document("text")
    for line in charset.clean(charset.decode(data, media_type)).splitlines():
        heading = bool(_HEADING.match(line))
        line = _EMPHASIS.sub(r"\1", _HEADING.sub("", line)).rstrip("\r\n ")
        document.lines.append(line)
        if line.strip():
            document.blocks.append(Paragraph(line.strip(), heading=heading))
    return document
