"""HTML → Document: the body of the page without its menus, every table as a grid, what the page says of itself."""

import re
from collections.abc import Iterator

from lxml import etree, html

from extract.document import Block, Document, Grid, GridCell, Link, Paragraph, Picture
from extract.form import ROW_LABELS, plain
from extract.readers import charset, grids

BLOCK_TAGS = frozenset(
    "address article aside blockquote body caption center dd div dl dt fieldset figure footer form h1 h2 h3 h4 h5 h6 "
    "header hr legend li main nav ol p pre section table tbody td tfoot th thead title tr ul".split()
)
SKIPPED_TAGS = frozenset("script style noscript select option textarea button template svg head input link meta".split())
CHROME_TAGS = frozenset(("nav", "footer"))
HEADINGS = frozenset(("h1", "h2", "h3", "h4", "h5", "h6"))
FRAMES = {"iframe": "src", "embed": "src", "object": "data", "frame": "src"}

META_LABELS = (
    "索引号 信息索引 信息索引号 名称 标题 发布机构 发文机关 公开主体 公开机构 信息来源 来源 文号 发文字号 成文日期 发文日期 "
    "公开日期 发布日期 发布时间 生成日期 生成时间 时间 日期 统一登记号 主题分类 体裁分类 组配分类"
).split()
_META_TEXT = re.compile(rf"[\[【]?({'|'.join(sorted(META_LABELS, key=len, reverse=True))})\s*[\]】]?\s*[:：]\s*(\S[^\n|｜]{{0,60}})")

_CONDITIONAL = re.compile(r"<!\[(?:if|endif)[^>]*>", re.IGNORECASE)
_XML_DECLARATION = re.compile(r"^\s*<\?xml[^>]*>")
_HIDDEN = re.compile(r"display\s*:\s*none", re.IGNORECASE)
_SPACE = re.compile(r"\s+")
_LINE_SPACE = re.compile(r"\s*\n\s*|[^\S\t]+")
_FORM_WORD = re.compile(
    r"总体情况|主动公开政府信息|收到和处理|申请行政复议|行政复议、行政诉讼|存在的?主要问题|需要报告的|第二十条|信息公开工作"
)
_MAX_DEPTH = 240


def read(data: bytes, media_type: str | None = None) -> Document:
    """The page as a document. Never raises: a page without any element is an empty document with a problem."""
    return read_text(charset.decode(data, media_type))


def read_text(text: str) -> Document:
    """The same for text that was decoded already."""
    text = charset.clean(_CONDITIONAL.sub("", _XML_DECLARATION.sub("", text)))
    document = Document("html", html=text)
    try:
        root = html.document_fromstring(text or "<p></p>", parser=html.HTMLParser(remove_comments=True, remove_pis=True))
    except (etree.ParserError, etree.XMLSyntaxError, ValueError) as error:
        document.problems.append(f"页面无法解析：{error}")
        return document
    _read_head(root, document)
    content = _content(root)
    _read_outside(root, content, document)
    document.blocks.extend(_Walk(document).blocks(content))
    for number, grid in enumerate(document.grids, 1):
        grid.number = number
    return document


def _read_head(root: html.HtmlElement, document: Document) -> None:
    for tag in root.iter("meta"):
        name, content = tag.get("name") or tag.get("property"), tag.get("content")
        if name and content and content.strip():
            document.meta.setdefault(name.strip(), content.strip())
    title = root.find(".//title")
    if title is not None:
        document.meta["title"] = _SPACE.sub(" ", "".join(title.itertext())).strip()


def _content(root: html.HtmlElement) -> html.HtmlElement:
    """The smallest element that holds the body: descend while one child has most of the words that are not links and
    every table and heading of the form that its parent has, so that no chapter is left behind."""
    size: dict[html.HtmlElement, tuple[int, int]] = {}
    stack: list[list[int]] = [[0, 0]]
    inside_link = skipped = 0
    for event, element in etree.iterwalk(root, events=("start", "end")):
        tag = element.tag
        skip = tag in SKIPPED_TAGS or tag in CHROME_TAGS
        if event == "start":
            skipped += skip
            inside_link += tag == "a"
            stack.append([0, 0])
            words = element.text
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
        if best is None or node.tag == "table" and _is_data(node):
            break
        best_letters, best_anchors = size[best]
        if best.tag == "table" and _is_data(best) or best.tag in HEADINGS or best.tag == "p":
            break
        lost = anchors - best_anchors
        if best_letters < 0.6 * letters or lost >= 100 and lost > 0.1 * anchors:
            break
        node = best
    return node


def _read_outside(root: html.HtmlElement, content: html.HtmlElement, document: Document) -> None:
    """Headings and label–value pairs that stand around the body: the title, 发布时间, the 索引号 table."""
    inside = set(content.iter()) if content is not root else set()
    words: list[str] = []
    for element in root.iter():
        tag = element.tag
        if element in inside or not isinstance(tag, str) or tag in SKIPPED_TAGS:
            continue
        if tag in ("h1", "h2", "h3") or "tit" in (element.get("class") or "").lower() and len(element) < 8:
            text = _SPACE.sub(" ", "".join(element.itertext())).strip()
            if 4 < len(text) < 120 and not any(e in inside for e in element):
                document.blocks.append(Paragraph(text, heading=True))
        elif tag == "tr":
            _meta_row([_SPACE.sub(" ", "".join(cell.itertext())).strip() for cell in element if cell.tag in ("td", "th")], document)
        if tag in BLOCK_TAGS:
            words.append("\n")
        if element.text:
            words.append(element.text)
        if element.tail:
            words.append(element.tail)
    _meta_text("".join(words), document)


def _meta_row(cells: list[str], document: Document) -> None:
    for label, value in zip(cells, cells[1:], strict=False):
        name = "".join(label.split()).strip("：:[]【】")
        if name in META_LABELS and value and len(value) < 80:
            document.meta.setdefault(name, value)


def _meta_text(text: str, document: Document) -> None:
    for name, value in _META_TEXT.findall(_SPACE_BUT_BREAKS.sub(" ", text)):
        document.meta.setdefault(name, value.strip())


_SPACE_BUT_BREAKS = re.compile(r"[^\S\n]+")


def _hidden(element: html.HtmlElement) -> bool:
    style = element.get("style")
    return bool(style and _HIDDEN.search(style)) and len("".join(element.itertext())) < 200


def _span(element: html.HtmlElement, name: str, most: int) -> int:
    try:
        value = int((element.get(name) or "1").strip() or 1)
    except ValueError:
        return 1
    return min(value, most) if value > 0 else (most if value == 0 and name == "rowspan" else 1)


def _rows(table: html.HtmlElement) -> Iterator[html.HtmlElement]:
    for child in table:
        if child.tag == "tr":
            yield child
        elif child.tag in ("tbody", "thead", "tfoot"):
            yield from _rows(child)


def _is_data(table: html.HtmlElement) -> bool:
    """Whether a table holds data; else it only lays out the page (nested tables, one column, prose in a cell)."""
    if next(table.iterdescendants("table"), None) is not None:
        return False
    rows = list(_rows(table))
    widest = max((sum(cell.tag in ("td", "th") for cell in row) for row in rows), default=0)
    if widest < 2:
        return False
    if any(
        plain(text) in ROW_LABELS
        for row in rows
        for cell in row
        if cell.tag in ("td", "th") and len(text := "".join(cell.itertext())) < 400
    ):
        return True
    return not any(
        len("".join(cell.itertext())) > 400 and len(cell) > 2 for row in rows for cell in row if cell.tag == "td"
    )


def cell_text(cell: html.HtmlElement) -> str:
    """The words of a cell, a line for every paragraph or <br> (Word splits "本年制发" over spans, WPS over <p>)."""
    if len(cell) == 0:
        return _SPACE.sub(" ", cell.text or "").strip()
    parts: list[str] = []

    def walk(element: html.HtmlElement, depth: int) -> None:
        if element.text:
            parts.append(_SPACE.sub(" ", element.text))
        for child in element:
            tag = child.tag
            if isinstance(tag, str) and tag not in SKIPPED_TAGS and depth < _MAX_DEPTH and not _hidden(child):
                line = tag == "br" or tag in BLOCK_TAGS
                if line:
                    parts.append("\n")
                walk(child, depth + 1)
                if line and tag != "br":
                    parts.append("\n")
            if child.tail:
                parts.append(_SPACE.sub(" ", child.tail))

    walk(cell, 0)
    lines = (line.strip() for line in "".join(parts).split("\n"))
    return "\n".join(line for line in lines if line)


def _grid(table: html.HtmlElement) -> Grid:
    height = sum(1 for _ in _rows(table))
    return grids.expand(
        [
            (GridCell(cell_text(cell)), _span(cell, "rowspan", height), _span(cell, "colspan", 100))
            for cell in row
            if cell.tag in ("td", "th") and not _hidden(cell)
        ]
        for row in _rows(table)
        if not _hidden(row)
    )


class _Walk:
    """Turns an element into blocks, gathering links and raw lines on the way."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.out: list[Block] = []
        self.words: list[str] = []
        self.heading = False

    def blocks(self, element: html.HtmlElement) -> list[Block]:
        self._inside(element, 0)
        self._end_paragraph()
        return self.out

    def _end_paragraph(self) -> None:
        raw = _LINE_SPACE.sub(" ", "".join(self.words)).strip(" ")
        self.words.clear()
        text = _SPACE.sub(" ", raw).strip()
        if text:
            self.out.append(Paragraph(text, heading=self.heading))
            self.document.lines.append(raw)
            _meta_text(text, self.document) if len(text) < 200 else None

    def _inside(self, element: html.HtmlElement, depth: int) -> None:
        if element.text:
            self.words.append(element.text)
        for child in element:
            if isinstance(child.tag, str) and depth < _MAX_DEPTH:
                self._element(child, depth + 1)
            if child.tail:
                self.words.append(child.tail)

    def _element(self, element: html.HtmlElement, depth: int) -> None:
        tag = element.tag
        if tag in SKIPPED_TAGS or _hidden(element):
            return
        if tag == "br":
            self._end_paragraph()
        elif tag == "img":
            if element.get("src"):
                self.out.append(Picture(element.get("src", "")))
        elif tag in FRAMES:
            if address := element.get(FRAMES[tag]):
                self.document.links.append(Link(address, ""))
        elif tag == "table" and _is_data(element):
            self._end_paragraph()
            for row in _rows(element):
                _meta_row([cell_text(cell) for cell in row if cell.tag in ("td", "th")][:8], self.document)
            self.out.extend(grids.blocks(_grid(element)))
            self._links(element)
        elif tag in BLOCK_TAGS:
            self._end_paragraph()
            self.heading = tag in HEADINGS
            self._inside(element, depth)
            self._end_paragraph()
            self.heading = False
        else:
            if tag == "a" and element.get("href"):
                self.document.links.append(Link(element.get("href", ""), _SPACE.sub(" ", "".join(element.itertext())).strip()))
            self._inside(element, depth)

    def _links(self, table: html.HtmlElement) -> None:
        for link in table.iterdescendants("a"):
            if link.get("href"):
                self.document.links.append(Link(link.get("href", ""), "".join(link.itertext()).strip()))
        for picture in table.iterdescendants("img"):
            if picture.get("src"):
                self.out.append(Picture(picture.get("src", "")))
