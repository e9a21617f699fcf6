"""What a web page says of itself: its <meta> tags, its title, the rows of a 索引号 table, 发布时间 above the text."""

import re
from functools import lru_cache
from itertools import pairwise

from lxml import etree

from extract.document import Document
from extract.readers.markup import WORDS, line_of

_LABELS = frozenset(WORDS["meta_labels"].split())

_LONGEST_FIRST = "|".join(" ?".join(label) for label in sorted(_LABELS, key=len, reverse=True))
"""With the spaces that spread a label over its column: 索 引 号, 名　　称."""
_META_TEXT = re.compile(
    rf"(?<![\u4e00-\u9fff])[\[【]?({_LONGEST_FIRST})\s*[\]】]?\s*[:：]\s*"
    rf"(\S(?:(?!\s[\[【]?(?:{_LONGEST_FIRST})\s*[\]】]?\s*[:：])[^\n|｜]){{0,60}})"
)

_DAY = r"20\d\d[-/.年]\d{1,2}[-/.月]\d{1,2}"
# 2025年1月20日 作者：办公室 来源：…; 来源：县政府办 2025-01-20 10:00
_PAGE_DATE = re.compile(
    rf"^[^\n。，；]{{0,40}}?(?:({_DAY})日?\s*(?:\d\d?:\d\d|[\s|]*(?:作者|来源|编辑|浏览|点击|阅读|字号|字体))"
    rf"|(?:作者|来源|编辑|浏览|点击|阅读|字号|字体)[^\n。，；]{{0,40}}?\s({_DAY}))",
    re.MULTILINE,
)
_SPACE_BUT_BREAKS = re.compile(r"[^\S\n]+")


def read_head(root: etree._Element, document: Document) -> None:
    """Note the <meta> tags, the title and the first <time> that a machine wrote, which is no line of the text."""
    for tag in root.iter("meta"):
        name, content = tag.get("name") or tag.get("property"), tag.get("content")
        if name and content and content.strip():
            document.meta.setdefault(name.strip(), content.strip())
    title = next(root.iter("title"), None)
    if title is not None:
        document.meta["title"] = line_of(title)
    for time in [one for one in root.iter("time") if "datetime" in one.attrib]:
        document.meta.setdefault("date of the page", time.get("datetime", ""))
        time.text = None
        del time[:]


@lru_cache(maxsize=4096)
def _name(label: str) -> str:
    return "".join(label.split()).strip("：:[]【】")


def read_pair(element: etree._Element, document: Document) -> bool:
    """Note what <div><label>索引号</label><span>…</span></div> says; whether the element is such a pair."""
    if len(element) != 2 or _name(element[0].text or "") not in _LABELS:
        return False
    return read_row([line_of(part) for part in element], document) > 0


def read_row(cells: list[str], document: Document) -> int:
    """Note what a row of a 索引号 table says; how many of its cells are such labels."""
    found = 0
    for label, value in pairwise(cells):
        name = _name(label)
        if name in _LABELS and len(value) < 80:
            found += 1
            if value:
                document.meta.setdefault(name, value)
    return found


def read_text(text: str, document: Document) -> None:
    """Note what labels in running text say (发布时间：…), and a date beside 作者 or 来源."""
    if ":" in text or "：" in text:
        for name, value in _META_TEXT.findall(_SPACE_BUT_BREAKS.sub(" ", text)):
            document.meta.setdefault(name.replace(" ", ""), value.strip())
    if "20" in text and (found := _PAGE_DATE.search(text)):
        document.meta.setdefault("date of the page", found[1] or found[2])
