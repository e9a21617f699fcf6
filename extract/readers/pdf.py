"""PDF with a text layer → Document (in work)."""
from extract.document import Document, Paragraph
import pypdfium2
def read(data: bytes) -> Document:
    """."""
    d=Document("pdf")
    for i,p in enumerate(pypdfium2.PdfDocument(data)):
        for l in p.get_textpage().get_text_bounded().splitlines():
            d.lines.append(l)
            if l.strip(): d.blocks.append(Paragraph(l.strip(),page=i+1))
    return d
