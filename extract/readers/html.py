"""HTML → Document: the body of the page without its menus, every table as a grid, what the page says of itself."""

import json
import re
from base64 import b64decode
from collections import Counter
from collections.abc import Iterator
from importlib.resources import files
from itertools import pairwise
from typing import cast
from urllib.parse import unquote_to_bytes

from lxml import etree

from extract import labels, values
from extract.document import Block, Document, Grid, GridCell, Link, Paragraph, Picture
from extract.form import ROW_LABELS, plain
from extract.readers import charset, grids

_WORDS = json.loads(files(__package__).joinpath("html.json").read_text("utf-8"))
BLOCK_TAGS = frozenset(_WORDS["block_tags"].split())
SKIPPED_TAGS = frozenset(_WORDS["skipped_tags"].split())
CHROME_TAGS = frozenset(_WORDS["chrome_tags"].split())
HEADINGS = frozenset(_WORDS["headings"].split())
FRAMES: dict[str, str] = _WORDS["frames"]
META_LABELS: list[str] = _WORDS["meta_labels"].split()

_LONGEST_FIRST = "|".join(sorted(META_LABELS, key=len, reverse=True))
_META_TEXT = re.compile(
    rf"(?<![\u4e00-\u9fff])[\[【]?({_LONGEST_FIRST})\s*[\]】]?\s*[:：]\s*"
    rf"(\S(?:(?!\s[\[【]?(?:{_LONGEST_FIRST})\s*[\]】]?\s*[:：])[^\n|｜]){{0,60}})"
)

_CONDITIONAL = re.compile(r"<!\[(?:if|endif)[^>]*(?<!--)>", re.IGNORECASE)
_XML_DECLARATION = re.compile(r"^\s*<\?xml[^>]*>")
_MAY_BE_HIDDEN = etree.XPath(".//*[@hidden or contains(@style, 'none') or contains(@style, 'NONE')]")
_HIDDEN = re.compile(r"display\s*:\s*none", re.IGNORECASE)
_HIDES = [
    re.compile(words)
    for words in (r"isplay\s*:\s*none", r"ISPLAY\s*:\s*(?i:none)", r"idden(?<=\s[hH]idden)[\s=>]", r"\sHIDDEN[\s=>]")
]
"""What a page with hidden parts has. Each begins with letters of its own, which are found ten times as fast."""
_STRUCK = etree.XPath(".//*[contains(@style, 'line-through')]")
_RAISED = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")
_SPACE = re.compile(r"\s+")
_LINE_SPACE = re.compile(r"\s*\n\s*|[^\S\t]+")
_FORM_WORD = re.compile("|".join(_WORDS["form_words"].values()))
"""Words that a report has and its page has not."""
_PARTS = [re.compile(words) for part, words in _WORDS["form_words"].items() if part != "title"]
"""The same by the part of the form of which they tell (words of its title stand in every text)."""
_MAX_DEPTH = 240
_WHOLE = HEADINGS | {"table", "p"}
"""Elements of which the words count as one, where there are nothing but words in them."""
_BREAKS = ("br", "div", "li", "h1", "pre", "script", "style")
"""What makes a cell more than one line of plain words; so does a <p> with something beside it."""
_NOT_WORDS = ("a", "table", *SKIPPED_TAGS)
"""What an element must be looked into for, to tell its words from links, scripts and cells."""


def read(data: bytes, media_type: str | None = None) -> Document:
    """The page as a document. Never raises: a page without any element is an empty document with a problem."""
    return read_text(charset.decode(data, media_type))


def read_text(text: str) -> Document:
    """The same for text that was decoded already."""
    text = _XML_DECLARATION.sub("", text)
    text = charset.clean(_CONDITIONAL.sub("", text) if "<![" in text else text)
    document = Document("html", html=text)
    try:
        # Plain elements: lxml.html's own classes cost a fifth of the whole reading.
        root = etree.fromstring(text, parser=etree.HTMLParser(remove_comments=True, remove_pis=True))
    except (etree.XMLSyntaxError, ValueError) as error:
        document.problems.append(f"页面无法解析：{error}")
        return document
    if root is None:
        document.problems.append("页面没有内容")
        return document
    _read_head(root, document)
    if any(words.search(text) for words in _HIDES):
        _drop_hidden(root)
    struck = list(root.iter("s", "strike", "del"))
    if "line-through" in text:
        struck += cast("list[etree._Element]", _STRUCK(root))
    for element in struck:  # else 3 that a 5 replaces makes 35 of it
        if (parent := element.getparent()) is not None:
            _remove(element, parent)
    _fill_in(root)
    for note in root.iter("sup"):
        for part in note.iter():  # else the mark of a footnote becomes a digit of its number
            part.text = (part.text or "").translate(_RAISED)
            if part is not note:
                part.tail = (part.tail or "").translate(_RAISED)
    content = _content(root)
    _read_outside(root, content, document)
    document.blocks.extend(_Walk(document).blocks(content))
    return document


def _read_head(root: etree._Element, document: Document) -> None:
    for tag in root.iter("meta"):
        name, content = tag.get("name") or tag.get("property"), tag.get("content")
        if name and content and content.strip():
            document.meta.setdefault(name.strip(), content.strip())
    title = root.find(".//title")
    if title is not None:
        document.meta["title"] = _flat(title)


def _all_text(element: etree._Element) -> str:
    return etree.tostring(element, method="text", encoding="unicode", with_tail=False)  # seven times itertext's speed


def _flat(element: etree._Element) -> str:
    """The words of an element on one line."""
    return _SPACE.sub(" ", _all_text(element)).strip()


def _content(root: etree._Element) -> etree._Element:
    """The smallest element that holds the body: descend while one child has most of the words that are not links and
    every table and heading of the form that its parent has, so that no chapter is left behind."""
    size: dict[etree._Element, tuple[int, int]] = {}
    stack: list[list[int]] = [[0, 0]]
    inside_link = skipped = 0
    mixed = {around for part in root.iter(*_NOT_WORDS) for around in part.iterancestors(*_WHOLE)}
    walk = etree.iterwalk(root, events=("start", "end"))
    for event, element in walk:
        tag = element.tag
        skip = tag in SKIPPED_TAGS or tag in CHROME_TAGS
        if event == "start":
            skipped += skip
            inside_link += tag == "a"
            stack.append([0, 0])
            words = element.text
            if tag in _WHOLE and not skipped and not inside_link and element not in mixed:
                walk.skip_subtree()  # nearly all elements of a report are in cells and paragraphs
                words = _flat(element)
        else:
            letters, anchors = stack.pop()
            anchors += tag == "table"
            size[element] = (letters, anchors)
            stack[-1][0] += letters
            stack[-1][1] += anchors
            skipped -= skip
            inside_link -= tag == "a"
            words = element.tail
        if words and not skipped and not inside_link:
            stripped = words.strip()
            if stripped:
                stack[-1][0] += len(stripped)
                stack[-1][1] += len(_FORM_WORD.findall(stripped)) * 100
    node = root
    for _ in range(_MAX_DEPTH):
        letters, anchors = size.get(node, (0, 0))
        best = max(
            (child for child in node if child in size and child.tag not in SKIPPED_TAGS),
            key=lambda child: size[child][0],
            default=None,
        )
        if best is None or (node.tag == "table" and _cells(node) is not None):
            break
        best_letters, best_anchors = size[best]
        if best.tag == "table" and _cells(best) is not None:
            return _with_what_stands_beside(node, size) if best_letters == letters else node
        if best.tag in HEADINGS or best.tag == "p":
            break
        lost = anchors - best_anchors
        if not best_letters or best_letters < 0.6 * letters or (lost >= 100 and lost > 0.1 * anchors):
            break
        node = best
    return node


def _with_what_stands_beside(node: etree._Element, size: dict[etree._Element, tuple[int, int]]) -> etree._Element:
    """The nearest element around `node` with words of its own: a report all in one table is signed below it."""
    letters, _ = size[node]
    while size.get(node, (0, 0))[0] == letters and (parent := node.getparent()) is not None:
        node = parent
    return node


def _read_outside(root: etree._Element, content: etree._Element, document: Document) -> None:
    """Headings and label–value pairs that stand around the body: the title, 发布时间, the 索引号 table."""
    around = set(content.iterancestors())
    words: list[str] = []
    walk = etree.iterwalk(root, events=("start",))
    for _, element in walk:
        tag = element.tag
        if element is content and content is not root:
            walk.skip_subtree()
            continue
        if tag in SKIPPED_TAGS:
            continue
        if tag in ("h1", "h2", "h3") or ("tit" in (element.get("class") or "").lower() and len(element) < 8):
            text = _flat(element)
            if 4 < len(text) < 120 and element not in around:
                document.blocks.append(Paragraph(text, heading=True))
        elif tag == "tr":
            _meta_row([_flat(cell) for cell in element if cell.tag in ("td", "th")], document)
        elif tag in FRAMES:  # a report that is nothing but a file in a frame has no words of its own
            document.links.extend(_framed(element))
        if tag in BLOCK_TAGS:
            words.append("\n")
        if element.text:
            words.append(element.text)
        if element.tail:
            words.append(element.tail)
    _meta_text("".join(words), document)


def _framed(element: etree._Element) -> Iterator[Link]:
    """What a frame shows; a file's address may not say that it is one, its type does."""
    if address := element.get(FRAMES[element.tag]):
        yield Link(address, ".pdf" if "pdf" in element.get("type", "") else "")


def _meta_row(cells: list[str], document: Document) -> int:
    """Note what a row of a 索引号 table says; how many of its cells are such labels."""
    found = 0
    for label, value in pairwise(cells):
        name = "".join(label.split()).strip("：:[]【】")
        if name in META_LABELS and len(value) < 80:
            found += 1
            if value:
                document.meta.setdefault(name, value)
    return found


def _meta_text(text: str, document: Document) -> None:
    if ":" in text or "：" in text:
        for name, value in _META_TEXT.findall(_SPACE_BUT_BREAKS.sub(" ", text)):
            document.meta.setdefault(name, value.strip())
    if "20" in text and (found := _PAGE_DATE.search(text)):
        document.meta.setdefault("date of the page", found[1] or found[2])


_DAY = r"20\d\d[-/.年]\d{1,2}[-/.月]\d{1,2}"
# 2025年1月20日 作者：办公室 来源：…; 来源：县政府办 2025-01-20 10:00
_PAGE_DATE = re.compile(
    rf"^[^\n。，；]{{0,40}}?(?:({_DAY})日?\s*(?:\d\d?:\d\d|[\s|]*(?:作者|来源|编辑|浏览|点击|阅读|字号|字体))"
    rf"|(?:作者|来源|编辑|浏览|点击|阅读|字号|字体)[^\n。，；]{{0,40}}?\s({_DAY}))",
    re.MULTILINE,
)
_SPACE_BUT_BREAKS = re.compile(r"[^\S\n]+")


def _drop_hidden(root: etree._Element) -> None:
    """Remove what is not shown: scraps, and copies of the report (a draft, a page for telephones). What a script will
    show (a tab, a whole body) stays, and may hide parts of its own: it has a part of the form that nothing visible has.
    """
    hidden: dict[etree._Element, Counter[re.Pattern[str]]] = {}
    for element in cast("list[etree._Element]", _MAY_BE_HIDDEN(root)):
        shown = "hidden" not in element.attrib and not _HIDDEN.search(element.get("style", ""))
        if element is not root and not shown and hidden.keys().isdisjoint(element.iterancestors()):
            hidden[element] = _parts(element)
    if not hidden:
        return
    visible = _parts(root)
    for parts in (*hidden.values(), *map(_parts, root.iter(*SKIPPED_TAGS))):
        visible -= parts
    for element, parts in hidden.items():
        parent = element.getparent()
        if parent is not None and parts.keys() <= visible.keys():
            _remove(element, parent)
        else:
            _drop_hidden(element)


def _fill_in(root: etree._Element) -> None:
    """Put the numbers that stand in the fields of a form among the words of their cells."""
    for field in root.iter("input"):
        value = field.get("value", "")
        if value and values.is_value(value) and next(field.iterancestors("td"), None) is not None:
            field.tail = value + (field.tail or "")


def _parts(element: etree._Element) -> Counter[re.Pattern[str]]:
    """Of which parts of the form an element has words, and how many."""
    text = _all_text(element)
    return +Counter({part: len(part.findall(text)) for part in _PARTS})


def _remove(element: etree._Element, parent: etree._Element) -> None:
    """Take an element out of the page, and leave the words that follow it."""
    if element.tail:
        before = element.getprevious()
        if before is None:
            parent.text = (parent.text or "") + element.tail
        else:
            before.tail = (before.tail or "") + element.tail
    parent.remove(element)


def _is_empty_cell(element: etree._Element) -> bool:
    """Whether an empty element is a cell of a table made of <div>s: its row has other cells beside it."""
    if len(element) or (element.text or "").strip():
        return False
    row = element.getparent()
    return row is not None and len(row) > 2 and sum(other.tag == element.tag for other in row) == len(row)


def _is_row(element: etree._Element) -> bool:
    """Whether a block is a row of a table made of <span>s or <div>s, or says so: its parts are cells, not words of one
    line, as the pieces into which Word cuts a sentence (办理建议 | 1 | 0 | 4 | 件)."""
    if len(element) < 2 or element[0].tag not in ("span", "div"):
        return False
    if (role := element.get("role")) is not None and role == "row":
        return True
    first = element[0]
    if any(child.tag != first.tag or (child.tail or "").strip() for child in element) or (element.text or "").strip():
        return False
    if not all(_is_cell(_all_text(child)) for child in element):
        return False
    if not values.is_value(_all_text(first)):
        return True
    # A number's digits also stand in spans, but no number has ten, and none stands below a row of as many headers.
    above = element.getprevious()
    return len(element) >= 10 or (
        above is not None and len(above) == len(element) and labels.known(_all_text(above[0]))
    )


def _is_cell(text: str) -> bool:
    """Whether a text is one that a cell of the form holds: a value, a label, a header."""
    if values.is_value(text) or text.strip() in values.NOTHING:
        return True
    return len(text) < 150 and bool(plain(text)) and labels.known(text)


def _span(written: str | None, most: int, zero: int) -> int:
    """The number of a rowspan or colspan as written; `zero` is what 0 means (rowspan="0": all that follow)."""
    if written is None or written == "1":
        return 1
    try:
        value = int(written.strip() or 1)
    except ValueError:
        return 1
    return min(value, most) if value > 0 else (zero if value == 0 else 1)


def _rows(table: etree._Element) -> Iterator[etree._Element]:
    for child in table:
        if child.tag == "tr":
            yield child
        elif child.tag in ("tbody", "thead", "tfoot"):
            yield from _rows(child)


def _cells(table: etree._Element) -> list[list[etree._Element]] | None:
    """The cells of a table that holds data, row by row; None for one that only lays out the page (nested tables, one
    column, prose in a cell)."""
    if next(table.iterdescendants("table"), None) is not None:
        return None
    rows = [[cell for cell in row if cell.tag in ("td", "th")] for row in _rows(table)]
    if max(map(len, rows), default=0) < 2:
        return None
    texts = (text for row in rows for cell in row if len(text := _all_text(cell)) < 400)
    if not any(plain(text) in ROW_LABELS for text in texts) and any(
        len(cell) > 2 and cell.tag == "td" and len(_all_text(cell)) > 400 for row in rows for cell in row
    ):
        return None
    return rows


def _cell_text(cell: etree._Element, *, is_broken: bool) -> str:
    """The words of a cell, a line for every paragraph or <br> (Word splits "本年制发" over spans, WPS over <p>)."""
    if not len(cell):
        return " ".join((cell.text or "").split())
    if not is_broken:
        return " ".join(_all_text(cell).split())
    parts: list[str] = []
    _cell_words(cell, parts, 0)
    lines = (" ".join(line.split()) for line in "".join(parts).split("\n"))
    return "\n".join(line for line in lines if line)


def _cell_words(element: etree._Element, parts: list[str], depth: int) -> None:
    if element.text:
        parts.append(element.text.replace("\n", " "))
    for child in element:
        tag = child.tag
        if isinstance(tag, str) and tag not in SKIPPED_TAGS and depth < _MAX_DEPTH:
            if tag == "br":
                parts.append("\n")
            elif tag in BLOCK_TAGS:
                parts.append("\n")
                _cell_words(child, parts, depth + 1)
                parts.append("\n")
            else:
                _cell_words(child, parts, depth + 1)
        if child.tail:
            parts.append(child.tail.replace("\n", " "))


def _grid(table: etree._Element, rows: list[list[etree._Element]]) -> Grid:
    height = len(rows)
    breaks = [*table.iter(*_BREAKS), *(part for part in table.iter("p") if not _stands_alone(part))]
    broken = {cell for part in breaks for cell in part.iterancestors("td", "th")}
    return grids.expand(
        [
            (
                GridCell(_cell_text(cell, is_broken=cell in broken)),
                _span(cell.get("rowspan"), height, height),
                _span(cell.get("colspan"), 100, 1),
            )
            for cell in row
        ]
        for row in rows
    )


def _stands_alone(part: etree._Element) -> bool:
    parent = part.getparent()
    around = (part.tail or "") + ((parent.text if parent is not None else "") or "")
    return part.getnext() is None and part.getprevious() is None and not around.strip()


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
        raw = _LINE_SPACE.sub(" ", "".join(self.words)).strip(" ")
        self.words.clear()
        text = _SPACE.sub(" ", raw).strip()
        if text:
            self.out.append(Paragraph(text, heading=self.heading))
            self.document.lines.append(raw)
            if len(text) < 200:
                _meta_text(text, self.document)

    def _row(self, element: etree._Element, depth: int) -> None:
        """A row of a table without <table>: a paragraph for each cell, and one line for the reading of lines."""
        lines = self.document.lines
        before = len(lines)
        self._inside(element, depth, is_row=True)
        lines[before:] = ["\t".join(" ".join(_all_text(cell).split()) for cell in element)]

    def _inside(self, element: etree._Element, depth: int, *, is_row: bool = False) -> None:
        if element.text:
            self.words.append(element.text)
        for child in element:
            if isinstance(child.tag, str) and depth < _MAX_DEPTH:
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
            self.document.links.extend(_framed(element))
        elif tag == "pre":
            self._end_paragraph()
            for line in _all_text(element).split("\n"):
                if text := _SPACE.sub(" ", line).strip():
                    self.out.append(Paragraph(text))
                self.document.lines.append(line.rstrip())
        elif tag == "table" and (cells := _cells(element)) is not None:
            self._end_paragraph()
            grid = _grid(element, cells)
            card = sum(_meta_row([cell.text for cell in row], self.document) for row in grid.cells[:8])
            if card < 3 or len(grid.rows) > 8:  # else it is the page's card, no table of the report
                self.out.extend(grids.blocks(grid))
            self._links(element)
        elif tag in ("div", "li", "dd") and _is_empty_cell(element):
            self._end_paragraph()
            self.document.lines.append("\t")
        elif tag in BLOCK_TAGS:
            self._end_paragraph()
            self.heading = tag in HEADINGS
            (self._row if _is_row(element) else self._inside)(element, depth)
            self._end_paragraph()
            self.heading = False
        else:
            if tag == "a" and element.get("href"):
                self.document.links.append(Link(element.get("href", ""), _SPACE.sub(" ", _all_text(element)).strip()))
            self._inside(element, depth)

    def _links(self, table: etree._Element) -> None:
        for link in table.iterdescendants("a"):
            if link.get("href"):
                self.document.links.append(Link(link.get("href", ""), _flat(link)))
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
