"""A page that came as JSON: sites that are an empty shell ask for title and body by script (platforms.md §9)."""

import json
from collections.abc import Iterator
from html import escape
from typing import Any

_TITLES = ("title", "docTitle", "articleTitle", "name")
_DAYS = ("publishTime", "pubDate", "publishDate", "docRelTime", "publishedTimeStr", "createTime")
_SOURCES = ("source", "contentSource", "docSource", "publisher")


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


def _bodies(answer: Any) -> Iterator[tuple[dict[str, Any], str]]:
    """Every string with markup, and the object that it stands in."""
    for value in answer.values() if isinstance(answer, dict) else answer if isinstance(answer, list) else ():
        if isinstance(value, str) and "<" in value and isinstance(answer, dict):
            yield answer, value
        elif isinstance(value, dict | list):
            yield from _bodies(value)


def _said(about: dict[str, Any], names: tuple[str, ...]) -> str:
    return next((escape(about[name]) for name in names if isinstance(about.get(name), str)), "")
