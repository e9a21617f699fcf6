"""Where the body of a web page is, without its menus; and what around it tells of the report."""

import re
from collections.abc import Iterator

from lxml import etree

from extract.document import Document, Link, Paragraph
from extract.readers import card, webtables
from extract.readers.markup import BLOCK_TAGS, CHROME_TAGS, FRAMES, HEADINGS, MAX_DEPTH, SKIPPED_TAGS, WORDS, line_of

_FORM_WORD = re.compile("|".join(WORDS["form_words"].values()))
"""Words that a report has and its page has not."""
_TITLE = re.compile(r"20\d\d年?.*公开.*(?:报告|年报)$|公开.*20\d\d年?.*(?:报告|年报)$")
_WHOLE = HEADINGS | {"table", "p"}
"""Elements of which the words count as one, where there are nothing but words in them."""
_PICTURE = 60
"""Letters that a picture is worth: a report may be nothing else, and what stands around it changes every day."""
_NOT_WORDS = ("a", "img", "table", *SKIPPED_TAGS)
"""What an element must be looked into for, to tell its words from links, scripts and cells."""


def find(root: etree._Element) -> etree._Element:
    """The smallest element that holds the body: descend while one child has most of the words that are not links and
    every table and heading of the form that its parent has, so that no chapter is left behind."""
    size = _sizes(root)
    node = root
    for _ in range(MAX_DEPTH):
        letters, anchors = size.get(node, (0, 0))
        best = max(
            (child for child in node if child in size and child.tag not in SKIPPED_TAGS),
            key=lambda child: size[child][0],
            default=None,
        )
        if best is None or (node.tag == "table" and webtables.cells(node) is not None):
            break
        best_letters, best_anchors = size[best]
        if best.tag == "table" and webtables.cells(best) is not None:
            return _with_what_stands_beside(node, size) if best_letters == letters else node
        if best.tag in HEADINGS or best.tag in {"p", "img"}:
            break
        lost = anchors - best_anchors
        if not best_letters or best_letters < 0.6 * letters or (lost >= 100 and lost > 0.1 * anchors):
            break
        node = best
    return node


def _sizes(root: etree._Element) -> dict[etree._Element, tuple[int, int]]:
    """Of each element how many letters that are no link's stand in it, and how many anchors: its tables, and a hundred
    for each word of the form."""
    size: dict[etree._Element, tuple[int, int]] = {}
    stack: list[list[int]] = [[0, 0]]
    inside_link = skipped = 0
    walk = etree.iterwalk(root, events=("start", "end"))
    for event, element in walk:
        tag = element.tag
        skip = tag in SKIPPED_TAGS or tag in CHROME_TAGS
        if event == "start":
            skipped += skip
            inside_link += tag == "a"
            stack.append([0, 0])
            words = element.text
            if tag in _WHOLE and not skipped and not inside_link and _is_nothing_but_words(element):
                walk.skip_subtree()  # nearly all elements of a report are in cells and paragraphs
                words = line_of(element)
        else:
            letters, anchors = stack.pop()
            anchors += tag == "table"
            letters += _PICTURE if tag == "img" and not skipped and not inside_link else 0
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
    return size


def _is_nothing_but_words(element: etree._Element) -> bool:
    return not len(element) or next(element.iterdescendants(*_NOT_WORDS), None) is None


def _with_what_stands_beside(node: etree._Element, size: dict[etree._Element, tuple[int, int]]) -> etree._Element:
    """The nearest element around `node` with words of its own: a report all in one table is signed below it."""
    letters, _ = size[node]
    while size.get(node, (0, 0))[0] == letters and (parent := node.getparent()) is not None:
        node = parent
    return node


def read_outside(root: etree._Element, content: etree._Element, document: Document) -> None:
    """Headings and label–value pairs that stand around the body: the title, 发布时间, the 索引号 table."""
    around = set(content.iterancestors())
    above = True
    words: list[str] = []
    walk = etree.iterwalk(root, events=("start",))
    for _, element in walk:
        tag = element.tag
        if element is content and content is not root:
            above = False
            walk.skip_subtree()
            continue
        if tag in SKIPPED_TAGS:
            continue
        is_heading = tag in ("h1", "h2", "h3") or ("tit" in (element.get("class") or "").lower() and len(element) < 8)
        if is_heading or (above and _is_title(element)):
            text = line_of(element)
            if 4 < len(text) < 120 and element not in around:
                document.blocks.append(Paragraph(text, heading=True))
        elif tag == "tr":
            card.read_row([line_of(cell) for cell in element if cell.tag in ("td", "th")], document)
        elif tag in FRAMES:  # a report that is nothing but a file in a frame has no words of its own
            document.links.extend(framed(element))
        if tag in BLOCK_TAGS:
            card.read_pair(element, document)
            words.append("\n")
        if element.text:
            words.append(element.text)
        if element.tail:
            words.append(element.tail)
    card.read_text("".join(words), document)


def _is_title(element: etree._Element) -> bool:
    """Whether a report's title stands in a plain element, as in a row of the table that lays out the page."""
    if "公开" not in (element.text or "") or not _TITLE.search(line_of(element)):
        return False
    return element.tag != "a" and next(element.iterancestors("a"), None) is None


def framed(element: etree._Element) -> Iterator[Link]:
    """What a frame shows; a file's address may not say that it is one, its type does."""
    if address := element.get(FRAMES[element.tag]):
        yield Link(address, ".pdf" if "pdf" in element.get("type", "") else "")
