"""Hanweb jpaas (the newer JCMS): a unit of the page is built by a gateway that answers with JSON holding HTML.

The ids stand in the column page (attributes, `querydata` or script); only `paramJson` turns its pages. Its sibling
"truecms" gives records in XML, wrapped as JSONP (platforms.md §2).
"""

import json
import re
from collections.abc import Iterator
from html import unescape
from typing import Any
from urllib.parse import parse_qs, quote, unquote, urlencode

from crawler.platforms import api, hanweb, markup
from crawler.platforms.listing import Listing, pages_told

_UNIT = "/front/page/build/unit"
_GATEWAY = re.compile(r"""["'=(\s]([^"'=(\s<>?]*/front/page/build/unit)(\?[^"'\s<>]*)?""")
_NAMES = ("parseType", "webId", "tplSetId", "pageType", "tagId", "editType", "pageId")
_PARAMETER = re.compile(rf"""["']?\b({"|".join(_NAMES)})\b["']?\s*[:=]\s*["']?([^"',&}}\s;<>]*)""")
_SIZE = re.compile(r"""["']?\b(?:pageSize|rows|perPage)\b["']?\s*[:=]\s*["']?(\d+)""")
_COUNT = re.compile(
    r"""\b(?:total|totalCount|count|totalRecord|recordCount)["'\\]*\s*[:=]\s*["'\\]*(\d+)"""
    r"""|共\s*(\d+)\s*条""",
    re.I,
)
_MESSAGE = re.compile(r"""["'(]([^"'()\s]*/messageController/getMessage\.do[^"'()\s]*)""")
_OF_MESSAGE = re.compile(r"""\b(columnId|perpage|webId|unitId)["']?\s*[:=]\s*["']?([\w\-]+)""")
_USUAL = 15
_FEWEST = 10  # no server gives shorter pages, so that fewer rows are the last ones


def read(text: str, url: str) -> Listing | None:
    """The first answer that a column page asks for, or the rows of an answer and where the next ones are."""
    if _UNIT in url:
        return _answer(text, url)
    if "getMessage.do" in url:
        return _message(text, url)
    if _UNIT in text:
        return Listing("jpaas", pages=_first(unescape(text), url))
    if "getMessage.do" in text and (found := _MESSAGE.search(unescape(text))):
        address = markup.absolute(_first_message(found[1], text), url)
        return Listing("jpaas", pages=[address] if address else [])
    return None


def _first_message(written: str, text: str) -> str:
    """The first records of a column, where its script puts their numbers together."""
    if "columnId=" in written and not re.search(r"record=(&|$)", written):
        return written
    told = dict(_OF_MESSAGE.findall(text))
    size = told.get("perpage") or str(_USUAL)
    query = {"startrecord": "1", "endrecord": size, "perpage": size} | told | {"callback": "callback"}
    return f"{written.partition('?')[0]}?{urlencode(query)}"


def _first(text: str, url: str) -> list[str]:
    """The first page of every unit: its ids stand in the same tag, or somewhere in the scripts."""
    found: dict[str, None] = {}
    for unit in _GATEWAY.finditer(text):
        tag = text[text.rfind("<", 0, unit.start()) : text.find(">", unit.end()) + 1]
        told = dict(_PARAMETER.findall(tag if "webId" in tag else text))
        if unit[2]:
            told |= {name: values[0] for name, values in parse_qs(unit[2][1:]).items() if name in _NAMES}
        size = _SIZE.search(tag) or _SIZE.search(text)
        query = f"{urlencode(told)}&paramJson={_param(1, int(size[1]) if size else _USUAL)}"
        if address := markup.absolute(f"{unit[1]}?{query}", url):
            found[address] = None
    return list(found)


def _param(number: int, size: int) -> str:
    return quote(json.dumps({"pageNo": number, "pageSize": size}, separators=(",", ":")))


def _answer(text: str, url: str) -> Listing:
    listing = Listing("jpaas")
    try:
        data = json.loads(text).get("data") or {}
        html = data.get("html") or "" if isinstance(data, dict) else str(data)
    except (ValueError, AttributeError):
        return listing
    fragment = markup.parse(f"<div>{html}</div>")
    listing.links = markup.links(fragment, url) if fragment is not None else []
    told = re.search(r"paramJson=([^&]+)", url)
    try:
        asked = json.loads(unquote(told[1])) if told else {}
        number, size = int(asked.get("pageNo", 1)), int(asked.get("pageSize", _USUAL))
    except (ValueError, AttributeError):
        return listing
    if told and listing.links and _more(text, number, size, len(listing.links)):
        listing.pages = [url.replace(told[1], _param(number + 1, size))]
    return listing


def _more(text: str, number: int, size: int, rows: int) -> bool:
    """Whether further rows follow: by the pages or rows that the answer counts, else by whether this page is full."""
    if pages := pages_told(text):
        return number < pages
    if count := _COUNT.search(text):
        return number * min(size, rows) < int(count[1] or count[2]) and rows >= min(size, _FEWEST)
    return rows >= min(size, _FEWEST)


def _message(text: str, url: str) -> Listing | None:
    """The XML, bare or as a string somewhere in what the callback is given."""
    try:
        told = api.given(text)
    except ValueError:
        told = text[text.find("<") : text.rfind(">") + 1]
    return hanweb.read(max(_strings(told), key=len, default=""), url) or Listing("jpaas")


def _strings(told: Any) -> Iterator[str]:
    if isinstance(told, str):
        yield told
    elif isinstance(told, dict | list):
        for one in told.values() if isinstance(told, dict) else told:
            yield from _strings(one)
