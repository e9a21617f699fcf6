"""Answers that are not what was asked for: challenges, refusals, soft 404s, error pages dressed as files.

Recognised by status and by what is on the page, recorded and respected: no challenge is ever run, no cookie made up.
"""

import json
import re
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import lxml.etree
import lxml.html
from lxml.etree import ParserError

MARKERS: dict[str, Any] = json.loads(Path(__file__).with_name("barriers.json").read_text(encoding="utf-8"))
"""barriers.json: statuses and markers, and how few characters of text such a page has at most (`short`)."""

_FILES = re.compile(r"\.(pdf|docx?|wps|xlsx?|ofd|rtf|zip|rar|jpe?g|png|gif|bmp|tiff?)$", re.I)
_MAGIC = (b"%PDF", b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"{\\rtf", b"\xff\xd8\xff", b"\x89PNG", b"GIF8", b"BM", b"Rar!")
_HTML = re.compile(rb"^\s*(<!--.*?-->\s*)*<(!doctype|html|head|body|script|meta)", re.I | re.S)


@cache
def _pattern(name: str) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{marker})" for marker in MARKERS[name]), re.I)


def by_status(status: int, retry_after: str | None) -> str | None:
    """The outcome that the status line alone tells, None where the body must be looked at."""
    if status in MARKERS["challenge_statuses"]:
        return "challenge"
    if status == 304:
        return "unchanged"
    if 300 <= status < 400:
        return "redirect"
    if status in {401, 403, 407, 451}:
        return "refused"
    if status in {404, 410}:
        return "gone"
    if status == 429 or (status == 503 and retry_after):
        return "throttled"
    if status >= 500:
        return "server_error"
    if status >= 400:
        return "client_error"
    return None if status in {200, 203} else "bad_answer"


def by_content(text: str) -> str | None:
    """challenge, refused, throttled or soft_404 where a page served with 200 is one, else None.

    Only short pages can be: reports speak of 验证 and 不存在 too.
    """
    scripts, shown = _visible(text)
    if len(shown) > MARKERS["short"]:
        return None
    if len(shown) < 200 and _pattern("challenge").search(scripts):
        return "challenge"
    for name in ("challenge", "refused", "throttled", "soft_404"):
        found = _pattern(name).search(shown)
        # A notice is most of what its page says; a list of links or a comment form only happens to hold the words.
        if found and (len(shown) < 400 or found.start() < 60):
            return name
    return None


def _visible(text: str) -> tuple[str, str]:
    """The scripts and the readable words of a page."""
    try:
        root = lxml.html.document_fromstring(text) if "<" in text else None
    except (ParserError, ValueError):
        root = None
    if root is None:
        return "", text
    scripts = " ".join(element.text or "" for element in root.iter("script"))
    lxml.etree.strip_elements(root, "script", "style", "noscript", with_tail=False)
    shown = " ".join(str(text) for text in root.itertext(with_tail=True))
    return scripts, re.sub(r"\s+", " ", shown).strip()


def dressed_as_file(url: str, body: bytes, asked_for_file: bool) -> bool:
    """Whether an HTML page was served where a file was asked for (platforms.md §5: 200 with an error page)."""
    named = _FILES.search(urlsplit(url).path) is not None
    if not (named or asked_for_file) or body.startswith(_MAGIC):
        return False
    return _HTML.match(body[:2000]) is not None
