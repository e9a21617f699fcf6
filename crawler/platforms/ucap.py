"""Ucap (开普): lists as JSON from `/common/search/{channel}` (platforms.md §6).

Some sites put a token that a browser makes before the parameters: what is not written in the page is not made up.
"""

import re
from html import unescape

from crawler.platforms import api, markup
from crawler.platforms.listing import Listing, posted

_SEARCH = re.compile(
    r"""["'`=(]\s*((?:https?:)?/?[\w\-./:]*?/(?:common/search|searchList|search)/"""
    r"""[0-9a-f]{32}[^"'`\s)<>]*)""",
    re.I,
)
_IS = re.compile(r"/(?:common/search|searchList|search)/[0-9a-f]{32}")
_PATH = re.compile(r"""["'`]((?:https?:)?/?[\w\-./:]*?/(?:common/search|searchList|search)/)["'`$]""")
_CHANNEL = re.compile(
    r"""["']?\bchannel_?[iI]d["']?\s*[:=]\s*["']([0-9a-f]{32})["']"""
    r"""|<meta[^>]+channelId[^>]+content=["']([0-9a-f]{32})""",
    re.I,
)
_TOKEN = re.compile(r"""\w*token\w*\s*(?:\(\))?\s*\+\s*["']&?_isAgg""", re.I)
_POSTED = re.compile(r"""["'](datas\[\d+\]\[\w+\])["']\s*:\s*["']([^"']*)["']""")
"""The fields that Hunan's host of all lists is sent."""
_PAGE = re.compile(r"([?&]page=)(\d+)?")
_USUAL = "_isAgg=true&_isJson=true&_pageSize=20&_template=index&_rangeTimeGte=&_channelName="


def read(text: str, url: str) -> Listing | None:
    """The first answer that a column page asks for, or what such an answer leads to."""
    if _IS.search(url) and text.lstrip().startswith("{"):
        return api.answer(text, url, "ucap")
    if _IS.search(text) and (found := _SEARCH.search(unescape(text))):
        written = found[1]
    elif "_isAgg" in text and _TOKEN.search(text):
        return None
    elif ("common/search" in text or "_isAgg" in text) and (channel := _CHANNEL.search(text)):
        asked = _PATH.search(text)
        written = f"{asked[1] if asked else '/common/search/'}{channel[1] or channel[2]}"
    else:
        return None
    if fields := _POSTED.findall(text):
        address = markup.absolute(written.partition("?")[0], url)
        return Listing("ucap", pages=[posted(address, dict(fields) | {"page": 1})] if address else [])
    if "_isJson" not in written and "_isAgg" not in written:
        written += ("&" if "?" in written else "?") + _USUAL
    written = _PAGE.sub(r"\g<1>1", written) if _PAGE.search(written) else f"{written}&page=1"
    address = markup.absolute(written, url)
    return Listing("ucap", pages=[address] if address else [])
