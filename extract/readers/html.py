"""HTML → Document: the body of the page without its menus, every table as a grid, what the page says of itself."""

import re
from base64 import b64decode
from contextlib import suppress
from urllib.parse import unquote_to_bytes, urljoin

from lxml import etree

from extract.document import Block, Document, Link, Paragraph, Picture
from extract.readers import answers, body, card, charset, grids, shown, webtables
from extract.readers.markup import BLOCK_TAGS, FRAMES, HEADINGS, MAX_DEPTH, SKIPPED_TAGS, flat, line_of, text_of

_CONDITIONAL = re.compile(r"<!\[(?:if|endif)[^>]*(?<!--)>", re.IGNORECASE)
_XML_DECLARATION = re.compile(r"^\s*<\?xml[^>]*>")
_LINE_SPACE = re.compile(r"\s*\n\s*|[^\S\t]+")


def read(data: bytes, media_type: str | None = None) -> Document:
    """The page as a document. Never raises: a page without any element is an empty document with a problem."""
    return read_text(answers.put_in(charset.decode(data, media_type)))


def read_text(text: str) -> Document:
    """The same for text that was decoded already."""
    text = _XML_DECLARATION.sub("", text)
    text = _CONDITIONAL.sub("", text) if "<![" in text else text
    try:
        root = _parsed(text)
        if "\x00" in text or (root is not None and not charset.is_clean(text_of(root))):  # most of a page is mark-up
            text = charset.clean(text)
            root = _parsed(text)
    except (etree.XMLSyntaxError, ValueError) as error:
        return Document("html", html=text, problems=[f"页面无法解析：{error}"])
    document = Document("html", html=text)
    if root is None:
        document.problems.append("页面没有内容")
        return document
    _rebase(root)
    card.read_head(root, document)
    shown.leave_shown(root, text)
    content = body.find(root)
    body.read_outside(root, content, document)
    document.blocks.extend(_Walk(document).blocks(content))
    while document.blocks and _is_bare_number(document.blocks[-1]):
        document.blocks.pop()  # a counter of visits that says no more
    return document


def _parsed(text: str) -> etree._Element | None:
    """The tree of a page, of plain elements: lxml.html's own classes cost a fifth of the whole reading."""
    return etree.fromstring(text, parser=etree.HTMLParser(remove_comments=True, remove_pis=True))


def _is_bare_number(block: Block) -> bool:
    return isinstance(block, Paragraph) and block.text.strip().isdigit()


def _rebase(root: etree._Element) -> None:
    """Read the addresses of links, pictures and frames as the page's <base> has them read."""
    base = next((base.get("href", "") for base in root.iter("base")), "")
    for element in root.iter("a", "img", *FRAMES) if base else ():
        for name in {"href", "src", "data"} & set(element.keys()):
            with suppress(ValueError):  # an address that is none
                element.set(name, urljoin(base, element.get(name, "")))


class _Walk:
    """Turns an element into blocks, gathering links and raw lines on the way."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.out: list[Block] = []
        self.words: list[str] = []
        self.heading = False

    def blocks(self, element: etree._Element) -> list[Block]:
        self._element(element, 0)
        self._end_paragraph()
        return self.out

    def _end_paragraph(self) -> None:
        raw = "".join(self.words)
        self.words.clear()
        text = flat(raw)
        if text:
            self.out.append(Paragraph(text, heading=self.heading))
            self.document.lines.append(_LINE_SPACE.sub(" ", raw).strip(" ") if "\t" in raw else text)
            if len(text) < 200:
                card.read_text(text, self.document)

    def _row(self, element: etree._Element, depth: int) -> None:
        """A row of a table without <table>: a paragraph for each cell, and one line for the reading of lines."""
        lines = self.document.lines
        before = len(lines)
        self._inside(element, depth, is_row=True)
        lines[before:] = ["\t".join(" ".join(text_of(cell).split()) for cell in element)]

    def _inside(self, element: etree._Element, depth: int, *, is_row: bool = False) -> None:
        if element.text:
            self.words.append(element.text)
        for child in element:
            if isinstance(child.tag, str) and depth < MAX_DEPTH:
                self._element(child, depth + 1)
            if is_row:
                self._end_paragraph()
            if child.tail:
                self.words.append(child.tail)

    def _element(self, element: etree._Element, depth: int) -> None:
        tag = element.tag
        if tag in SKIPPED_TAGS:
            return
        if tag == "br":
            self._end_paragraph()
        elif tag == "img":
            if element.get("src"):
                self.out.append(_picture(element.get("src", "")))
        elif tag in FRAMES:
            self.document.links.extend(body.framed(element))
        elif tag == "pre":
            self._end_paragraph()
            for line in text_of(element).split("\n"):
                if text := flat(line):
                    self.out.append(Paragraph(text))
                self.document.lines.append(line.rstrip())
        elif tag == "table" and (cells := webtables.cells(element)) is not None:
            self._end_paragraph()
            grid = webtables.grid(element, cells)
            labelled = sum(card.read_row([cell.text for cell in row], self.document) for row in grid.cells[:8])
            if labelled < 3 or len(grid.rows) > 8:  # else it is the page's card, no table of the report
                self.out.extend(grids.blocks(grid))
            self._links(element)
        elif tag in ("div", "li", "dd") and webtables.is_empty_cell(element):
            self._end_paragraph()
            self.document.lines.append("\t")
        elif tag in BLOCK_TAGS:
            self._end_paragraph()
            if card.read_pair(element, self.document):
                return
            self.heading = tag in HEADINGS
            (self._row if webtables.is_row(element) else self._inside)(element, depth)
            self._end_paragraph()
            self.heading = False
        else:
            if tag == "a" and element.get("href"):
                self.document.links.append(Link(element.get("href", ""), line_of(element)))
            self._inside(element, depth)

    def _links(self, table: etree._Element) -> None:
        for link in table.iterdescendants("a"):
            if link.get("href"):
                self.document.links.append(Link(link.get("href", ""), line_of(link)))
        for picture in table.iterdescendants("img"):
            if picture.get("src"):
                self.out.append(_picture(picture.get("src", "")))


def _picture(address: str) -> Picture:
    """A picture by its address, or by what the address itself holds (data:image/png;base64,…)."""
    head, comma, data = address.partition(",")
    if not (comma and head.startswith("data:image/") and head.endswith(";base64")):
        return Picture(address)
    try:
        return Picture(f"{head},…", b64decode(unquote_to_bytes(data)))
    except ValueError:
        return Picture(address)
