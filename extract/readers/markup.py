"""The elements of a web page: what their tags mean, and their words."""

import json
from importlib.resources import files
from typing import Any

from lxml import etree

WORDS: dict[str, Any] = json.loads(files(__package__).joinpath("html.json").read_text("utf-8"))
BLOCK_TAGS = frozenset(WORDS["block_tags"].split())
SKIPPED_TAGS = frozenset(WORDS["skipped_tags"].split())
CHROME_TAGS = frozenset(WORDS["chrome_tags"].split())
HEADINGS = frozenset(WORDS["headings"].split())
FRAMES: dict[str, str] = WORDS["frames"]
"""Elements that show another file, each with the attribute that has its address."""
MAX_DEPTH = 240
"""Elements within each other beyond which a page is not looked into."""


def text_of(element: etree._Element) -> str:
    """The words of an element as they stand in the page."""
    return etree.tostring(element, method="text", encoding="unicode", with_tail=False)  # seven times itertext's speed


def flat(text: str) -> str:
    """`text` on one line."""
    return " ".join(text.split())


def line_of(element: etree._Element) -> str:
    """The words of an element on one line."""
    return flat(text_of(element))
