"""Articles as scripts are given them: a page that came as JSON, or an article that stands in a script of its page."""

import json
import re
from collections.abc import Iterator
from html import escape
from typing import Any

_TITLES = ("title", "docTitle", "articleTitle", "name")
_DAYS = ("publishTime", "pubDate", "publishDate", "docRelTime", "publishedTimeStr", "createTime")
_SOURCES = ("source", "contentSource", "docSource", "publisher")
_OBJECT = re.compile(r"=\s*(?=\{)")
_TAG = re.compile(r"<[^>]*>")
_ADDRESS = re.compile(r"""\b(?:src|href)=["']([^"']+)""")
_SHORTEST = 10


def page(data: bytes) -> str | None:
    """The page that an answer holds: the longest piece of markup in it, with what the same object says of it; None
    where the bytes are no JSON, or hold no markup."""
    if data.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] not in (b"{", b"["):
        return None
    try:
        answer = json.loads(data)
    except ValueError:
        return None
    found = max(_bodies(answer), key=lambda one: len(one[1]), default=None)
    if found is None:
        return None
    about, body = found
    title, day, source = (_said(about, names) for names in (_TITLES, _DAYS, _SOURCES))
    head = f'<title>{title}</title><meta name="PubDate" content="{day}"><meta name="ContentSource" content="{source}">'
    return f"<html><head>{head}</head><body><h1>{title}</h1><div>{body}</div></body></html>"


def put_in(text: str) -> str:
    """The page with the article that one of its scripts holds (gkmlpt: `_CONFIG.DETAIL.content`) in its script's place,
    unless the page shows it anyway."""
    if "\\u003" not in text and "<\\/p>" not in text:
        return text
    for start in _OBJECT.finditer(text):
        try:
            told, end = json.JSONDecoder().raw_decode(text, start.end())
        except ValueError:
            continue
        about, body = max(_bodies(told), key=lambda one: len(one[1]), default=({}, ""))
        own = max([*_TAG.split(body), *_ADDRESS.findall(body)], key=len)  # of this article and no other
        if len(own) < _SHORTEST or own in text[: start.end()] or own in text[end:]:
            continue
        script, after = text.rfind("<script", 0, start.end()), text.find("</script>", end)
        if script >= 0 <= after:
            return f"{text[:script]}<h1>{_said(about, _TITLES)}</h1><div>{body}</div>{text[after:]}"
    return text


def _bodies(answer: Any) -> Iterator[tuple[dict[str, Any], str]]:
    """Every string with markup, and the object that it stands in."""
    for value in answer.values() if isinstance(answer, dict) else answer if isinstance(answer, list) else ():
        if isinstance(value, str) and "<" in value and isinstance(answer, dict):
            yield answer, value
        elif isinstance(value, dict | list):
            yield from _bodies(value)


def _said(about: dict[str, Any], names: tuple[str, ...]) -> str:
    return next((escape(about[name]) for name in names if isinstance(about.get(name), str)), "")
