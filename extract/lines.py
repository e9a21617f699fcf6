"""A document line by line, and what of its lines is the page's and not the text's."""

import json
import re
from collections.abc import Iterator
from importlib.resources import files
from typing import Any, NamedTuple

from extract.document import Document, Grid, Paragraph

FACTS: dict[str, Any] = json.loads(files(__package__).joinpath("chapters.json").read_text("utf-8"))

_MARKUP = re.compile(r"^\s*#+\s*|\*\*")
_INVISIBLE = re.compile(r"[\u200b\u200c\u200d\ufeff]")
_DECORATION = re.compile(r"([-=~_*#^.])\1{3,}")
"""The line under a heading of text, and between its parts."""
_PAGE_NUMBER = re.compile(FACTS["page_number"])
_CHROME = re.compile(FACTS["chrome"])
_PAGE_LABEL = re.compile(FACTS["page_label"])
PUNCTUATION = re.compile("[。，；]")
"""Marks of sentences, which titles and what belongs to the page have none of."""


class Line(NamedTuple):
    """A line of a document: its block, its words without Markdown's marks, the same without spaces, and how many cells
    stand in it: 0 in a paragraph, else those with words of its row of a grid, in `text` parted by tabs, in `bare` by |.
    """

    block: int
    text: str
    bare: str
    heading: bool = False
    cells: int = 0


def compact(text: str) -> str:
    """`text` without any white space."""
    if " " in text or not text.isprintable():
        text = "".join(text.split())
    return text if text.isprintable() else _INVISIBLE.sub("", text)


def spaced(text: str) -> str:
    """`text` with one space for any white space, none at its ends."""
    return " ".join(_INVISIBLE.sub(" ", text).split())


def lines(document: Document) -> list[Line]:
    """The lines of a document: a row of a grid is one, or if it has words in one cell alone as many as these have."""
    found: list[Line] = []
    for number, block in enumerate(document.blocks):
        if isinstance(block, Paragraph):
            found.extend(_lines(number, block.text, block.heading, 0))
        elif isinstance(block, Grid):
            for row in block.cells:
                texts = [text for cell in row if (text := cell.text) and not text.isspace()]
                if len(texts) > 1:
                    found.append(Line(number, "\t".join(texts), compact("|".join(texts)), cells=len(texts)))
                elif texts:
                    found.extend(_lines(number, texts[0], heading=False, cells=1))
    return found


def _lines(block: int, text: str, heading: bool, cells: int) -> Iterator[Line]:
    for line in text.splitlines():
        words = _MARKUP.sub("", line) if "#" in line or "*" in line else line
        if (bare := compact(words)) and not _DECORATION.fullmatch(bare):
            yield Line(block, words, bare, heading, cells)


def is_page_number(bare: str) -> bool:
    """Whether a line without spaces is the number of a page and nothing else."""
    return _PAGE_NUMBER.fullmatch(bare) is not None


def is_chrome(bare: str) -> bool:
    """Whether a line without spaces belongs to the page and not to the text: a page number, 上一篇, 打印本页."""
    if len(bare) > 60 or PUNCTUATION.search(bare):
        return False
    return is_page_number(bare) or _CHROME.fullmatch(bare) is not None


def is_label(bare: str) -> bool:
    """Whether a line without spaces begins with a label of the page: 发布时间：, 来源："""
    return _PAGE_LABEL.match(bare) is not None


def is_short(line: Line, letters: int) -> bool:
    """Whether a line, or each of the cells of a row on average, has fewer letters than that."""
    return len(line.text) < letters * max(line.cells, 1)
