"""What of a web page is shown: hidden copies and struck-out numbers are taken out of it, those in fields put in."""

import re
from collections import Counter
from typing import cast

from lxml import etree

from extract import values
from extract.readers.markup import SKIPPED_TAGS, WORDS, text_of

_MAY_BE_HIDDEN = etree.XPath(".//*[@hidden or contains(@style, 'none') or contains(@style, 'NONE')]")
_HIDDEN = re.compile(r"display\s*:\s*none", re.IGNORECASE)
_HIDES = [
    re.compile(mark)
    for mark in (
        r"isplay\s*:\s*none",
        r"ISPLAY\s*:\s*(?i:none)",
        r"idden(?<=\s[hH]idden)[\s=>]",
        r"HIDDEN(?<=\sHIDDEN)[\s=>]",
    )
]
"""What a page with hidden parts has. Each begins with letters of its own, which are found ten times as fast."""
_STRUCK = etree.XPath(".//*[contains(@style, 'line-through')]")
_RAISED = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")
_PARTS = [re.compile(marks) for part, marks in WORDS["form_words"].items() if part != "title"]
"""Words that a report has and its page has not, by the part of the form of which they tell (those of its title stand
in every text)."""


def leave_shown(root: etree._Element, text: str) -> None:
    """Make the tree of a page, of which `text` is the source, hold what a reader sees."""
    if any(mark.search(text) for mark in _HIDES):
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
        value, is_shown = field.get("value", ""), field.get("type", "text").lower() in ("text", "number")
        is_cell = values.is_value(value) or value in values.NOTHING
        if value and is_shown and is_cell and next(field.iterancestors("td"), None) is not None:
            field.tail = value + (field.tail or "")


def _parts(element: etree._Element) -> Counter[re.Pattern[str]]:
    """Of which parts of the form an element has words, and how many."""
    text = text_of(element)
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
