"""Answers that are not what was asked for: challenges, refusals, soft 404s, error pages dressed as files.

Recognised by status and by what is on the page, recorded and respected: no challenge is ever run, no cookie made up.
"""

import json
import re
import time
from email.utils import parsedate_to_datetime
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from evidence import Exchange

MARKERS: dict[str, Any] = json.loads(Path(__file__).with_name("barriers.json").read_text(encoding="utf-8"))
"""barriers.json: statuses and markers, and how few characters of text such a page has at most (`short`)."""

_FILES = re.compile(r"\.(pdf|docx?|wps|xlsx?|ofd|rtf|zip|rar|7z|jpe?g|png|gif|bmp|tiff?)$", re.I)
_MAGIC = (
    b"%PDF", b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"{\\rtf",
    b"\xff\xd8\xff", b"\x89PNG", b"GIF8", b"BM", b"Rar!", b"7z\xbc\xaf",
)  # fmt: skip
_HTML = re.compile(rb"^\s*(<!--.*?-->\s*)*<(!doctype|html|head|body|script|meta|\?xml)", re.I | re.S)
_OF_WORD = re.compile(rb"schemas-microsoft-com:office|Mso[A-Z]|WordSection|Generator\W+content=\W*Microsoft", re.I)
"""HTML as Word saves it, and many sites hand it out as .doc."""
_JSON = re.compile(rb"^\s*\{.{0,2000}\}\s*$", re.S)
_UNSEEN = re.compile(r"<(script|style|noscript)\b.*?(</\1\s*>|\Z)|<!--.*?(-->|\Z)", re.I | re.S)
_LINKS = re.compile(r"<(a|select|footer)\b.*?</\1\s*>", re.I | re.S)
_LITTLE = 300  # letters
_TAGS = re.compile(r"<[^>]*>|&nbsp;?")
_HOME = re.compile(r"^/((index|default|home|main)\.\w+)?$|/[^/]*((?<!\d)404(?!\d)|error|notfound|nopage)[^/]*$", re.I)


@cache
def _pattern(name: str) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{marker})" for marker in MARKERS[name]), re.I)


def outcome(url: str, exchange: Exchange, body: bytes, text: str, stage: str) -> str:
    """What an answer came to (evidence.OUTCOMES): by its status, and where that may lie by what is in it.

    `body` is without content-encoding, `text` the same decoded ("" where it is no text), `stage` that of the task.
    """
    told = _by_status(exchange.status or 0, retry_after(exchange) is not None)
    if told in {"unchanged", "redirect", "gone", "challenge"}:
        return told
    if stage == "attachment" and text and told is None and _pattern("gate").search(text):
        return "refused"
    shown = by_content(text) if text else None
    if told is not None:
        # A guard says in words what its 403, 405 or 503 is; the other notices are worth no more than the status.
        return "challenge" if shown == "challenge" else told
    if stage == "robots":
        return "challenge" if shown == "challenge" else "ok"
    if shown is None and MARKERS["form"] not in text and dressed_as_file(url, body, stage == "attachment"):
        return "wrong_type"
    return shown or ("ok" if exchange.status in {200, 203} else "bad_answer")


def _by_status(status: int, told_to_wait: bool) -> str | None:
    """What the status line alone tells, None where the body must be looked at."""
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
    if status == 429 or (status == 503 and told_to_wait):
        return "throttled"
    if status >= 500:
        return "server_error"
    if status >= 400:
        return "client_error"
    return None


def retry_after(exchange: Exchange) -> float | None:
    """The seconds that an answer asks us to wait (a number or a date), None where it does not."""
    asked = exchange.header("Retry-After") or ""
    if asked.isdigit():
        return float(asked)
    try:
        return max(parsedate_to_datetime(asked).timestamp() - time.time(), 0.0)
    except ValueError:
        return None


def leads_home(url: str) -> bool:
    """Whether an address is a home page or an error page: where some servers send who asks for what is gone."""
    return _HOME.search(urlsplit(url).path or "/") is not None


def by_content(text: str) -> str | None:
    """challenge, refused, throttled or soft_404 where a page served with 200 is one, else None.

    Only short pages can be: reports speak of 验证 and 不存在 too, and none that holds the form is looked at.
    """
    if MARKERS["form"] in text:
        return None
    page = _Page(text)
    if len(page.shown) < 200 and _pattern("challenge_scripts").search(page.scripts):
        return "challenge"
    if len(page.shown) <= MARKERS["short"]:
        for name in ("challenge", "refused", "throttled", "soft_404"):
            found = _pattern(name).search(page.shown)
            # A notice is most of what its page says; a list of links or a comment form only happens to hold the words.
            if found and (len(page.shown) < 200 or found.start() < 60):
                return name
    # The notice in the site's own frame of menus: beside its links such a page says next to nothing.
    if len(page.shown) <= 4 * MARKERS["short"] and len(own := page.own) < _LITTLE and _pattern("soft_404").search(own):
        return "soft_404"
    return None


def says_little(text: str) -> bool:
    """Whether a page says next to nothing beside its links."""
    return len(_Page(text).own) < _LITTLE


class _Page:
    """The scripts, the readable words, and the words outside of links, of a page.

    By patterns and not by a parser, which takes ten times as long, and nearly every page is none of these.
    """

    def __init__(self, text: str) -> None:
        self._text = text
        self._marked = _UNSEEN.sub(" ", text) if "<" in text else text
        self.shown = _words(self._marked)

    @property
    def scripts(self) -> str:
        """What is in scripts and for browsers without."""
        return " ".join(match[0] for match in _UNSEEN.finditer(self._text))

    @property
    def own(self) -> str:
        """The words that are no link, no choice and no footer."""
        return _words(_LINKS.sub(" ", self._marked))


def _words(marked: str) -> str:
    return " ".join(_TAGS.sub(" ", marked).split())


def dressed_as_file(url: str, body: bytes, asked_for_file: bool) -> bool:
    """Whether an error in HTML or JSON was served where a file was asked for (platforms.md §5: with 200)."""
    named = _FILES.search(urlsplit(url).path) is not None
    if not (named or asked_for_file) or body.startswith(_MAGIC):
        return False
    if _OF_WORD.search(body[:2000]):
        return False
    return _HTML.match(body[:2000]) is not None or _JSON.match(body[:2100]) is not None
