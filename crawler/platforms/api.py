"""Sites that are an empty shell: lists come as JSON from addresses that stand in the page's own scripts.

No script is run. Addresses that are written out, or put together from pieces in plain sight ('/api/list?id=' + id),
are asked; an entry that has only an id gets its address from the piece of script that has a place for it.
"""

import json
import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from crawler.platforms import markup, templates
from crawler.platforms.listing import Listing, Target
from crawler.platforms.templates import PAGE, SIZE, Template

_SCRIPT = re.compile(r"<script\b(?![^>]*\bsrc=)[^>]*>(.*?)</script>", re.S | re.I)
_ASKS = re.compile(r"fetch\(|axios|\.ajax|\.get\w*\(|XMLHttpRequest|\.open\(|request\(")
_NAMES = ("title", "docTitle", "articleTitle", "name", "columnName", "channelName", "channame", "label", "text")
_URLS = ("url", "link", "href", "docPubUrl", "pubUrl", "articleUrl", "detailUrl", "linkUrl", "pageUrl", "path", "api")
_IDS = ("id", "articleId", "docId", "contentId", "infoId", "columnId", "channelId", "catId", "code", "key", "uuid")
_INSIDE = ("children", "child", "nodes", "sub", "subs", "columns", "channels", "childs")
_TOTALS = ("total", "totalCount", "count", "totalElements", "recordCount", "totalRecord")
_PAGE_COUNTS = ("pages", "totalPage", "totalPages", "pageCount")
_SIZES = ("rows", "size", "pageSize", "limit")
_OUTSIDE = re.compile(r"""<script\b[^>]*\bsrc=["']?([^"'\s>]+\.js\b[^"'\s>]*)""", re.I)
_LIBRARY = re.compile(r"vendor|jquery|vue|react|element|polyfill|runtime|axios|echarts|swiper|layui|bootstrap", re.I)
_FEW = 12  # links: a page with more shows something of itself
_MOST_SCRIPTS = 2
_FEWEST = 10
_ANSWER = re.compile(r"""[\ufeff\s]*(?:[{\[]|(?:/\*+/\s*)?[\w$.]+\s*\(\s*[{\["'])""")
_CALLBACK = re.compile(r"[\ufeff\s/*]*[\w$.]+\s*\((.*)\)[\s;]*", re.S)
_NUMBERED = re.compile(r"""((?:[?&#]|")(\w+)(?:=|":"?))(\d+)""")
_SIZED = re.compile(r"""\w*(?:size|limit|rows)\w*(?:=|":"?)(\d+)""", re.I)


def is_answer(text: str) -> bool:
    """Whether this is JSON, bare or given to a callback, and no page."""
    return _ANSWER.match(text) is not None


def read(text: str, url: str, above: Callable[[], Iterable[str]]) -> Listing | None:
    """What a shell asks for, or what an answer leads to; `above` gives the pages that led here, nearest first."""
    if is_answer(text):
        return answer(text, url, above=above)
    scripts = _scripts(text)
    asks = "/api" in scripts or _ASKS.search(scripts)
    own = _own(url)
    known = [one.fill(own) for one in templates.read(scripts) if not one.opens] if asks else []
    addresses = [address for one in known if not one.holes and (address := markup.asked(one.text, url))]
    if addresses:
        shell = text.count("<a ") < _FEW
        return Listing("api", frames=addresses if shell else [], pages=[] if shell else addresses)
    # A page without a link or an address, but with a place to draw in: all it is stands in a script of its own.
    if "<a " in text or "<iframe" in text or "<frame" in text or "<div" not in text:
        return None
    outside = [address for one in _OUTSIDE.findall(text) if (address := markup.absolute(one, url))]
    own_scripts = [one for one in outside if not _LIBRARY.search(urlsplit(one).path.rpartition("/")[2])]
    return Listing("api", frames=own_scripts[:_MOST_SCRIPTS]) if own_scripts else None


def given(text: str) -> Any:
    """What an answer holds, bare or given to a callback (JSONP). Raises ValueError where that is no JSON."""
    call = _CALLBACK.fullmatch(text)
    return json.loads(call[1] if call else text.lstrip("\ufeff"))


def is_script(url: str) -> bool:
    """Whether what stands at an address is a script and no page."""
    return urlsplit(url).path.endswith(".js")


def _scripts(text: str) -> str:
    """The scripts of a page; of what is no page all of it."""
    return "\n".join(_SCRIPT.findall(text)) if "<script" in text else text if "</" not in text else ""


def _own(url: str) -> dict[str, str]:
    """What an address says of itself: its query, and its last number as the id."""
    parts = urlsplit(url)
    last = re.findall(r"[0-9a-f]{16,}|\d+", parts.path)
    return ({"id": last[-1]} if last else {}) | dict(parse_qsl(parts.query))


# --- answers


def answer(text: str, url: str, system: str = "api", above: Callable[[], Iterable[str]] = tuple) -> Listing | None:
    """What a JSON answer leads to, its entries and its next page; None where it is none."""
    try:
        data = given(text)
    except ValueError:
        return None
    listing = Listing(system)
    entries = list(_entries(data, ""))
    if not entries or (len(entries) == 1 and _is_asked_for(entries[0][0], url)):
        return listing
    pieces: list[Template] | None = None
    for entry, words, under in entries:
        address = next((str(entry[name]) for name in _URLS if entry.get(name) and isinstance(entry[name], str)), "")
        target = markup.absolute(address, url) if address and not address.startswith("#") else None
        if target is None:
            pieces = _pieces(above()) if pieces is None else pieces
            target = next(_of_id(entry, pieces, url), None)
        if target and target != url:
            listing.links.append(Target(target, re.sub(r"<[^>]+>", "", words), under))
    listing.pages = _next(data, url, len(entries))
    return listing


def _is_asked_for(entry: dict[str, Any], url: str) -> bool:
    """Whether an entry is the very thing that the address names: an article with next to no text beside its file."""
    return next((str(entry[name]) for name in _IDS if entry.get(name)), None) in _own(url).values()


def _entries(data: Any, under: str) -> Iterator[tuple[dict[str, Any], str, str]]:
    """The objects of an answer that have a name and somewhere to go, with the names that they stand under."""
    if isinstance(data, list):
        for one in data:
            yield from _entries(one, under)
    elif isinstance(data, dict):
        name = next((data[key].strip() for key in _NAMES if isinstance(data.get(key), str) and data[key].strip()), "")
        content = any(isinstance(value, str) and len(value) > 500 and "<" in value for value in data.values())
        if name and not content and any(data.get(key) for key in (*_URLS, *_IDS)):
            yield data, name, under
        inner = f"{under} {name}".strip() if name and any(key in data for key in _INSIDE) else under
        for value in data.values():
            if isinstance(value, list | dict):
                yield from _entries(value, inner)


def _pieces(pages: Iterable[str]) -> list[Template]:
    return [one for page in pages for one in templates.read(_scripts(page))]


def _of_id(entry: dict[str, Any], pieces: list[Template], url: str) -> Iterator[str]:
    """Addresses for an entry that has only an id: an article's has no page to turn, a column's has."""
    ids = {key: str(entry[key]) for key in _IDS if isinstance(entry.get(key), str | int)}
    if not ids:
        return
    dated = any(re.search(r"date|time|pub", key, re.I) for key in entry)
    for one in sorted(pieces, key=lambda piece: piece.pages == dated):
        if dated and one.pages:
            continue
        left = [hole for hole in one.holes if not PAGE.match(hole) and not SIZE.search(hole)]
        if len(left) != 1:
            continue
        value = ids.get(left[0]) or next(iter(ids.values()))
        if address := markup.asked(one.fill({left[0]: value}).text, url):
            yield address


def _next(data: Any, url: str, shown: int) -> list[str]:
    """The next page, where the address counts pages and the answer does not say that this was the last."""
    page = next((m for m in _NUMBERED.finditer(url) if PAGE.match(m[2])), None)
    if page is None:
        return []
    number = int(page[3])
    counts, asked = dict(_numbers(data)), _SIZED.search(url)
    size = next((counts[key] for key in _SIZES if counts.get(key)), None) or (int(asked[1]) if asked else None)
    pages = next((counts[key] for key in _PAGE_COUNTS if key in counts), None)
    total = next((counts[key] for key in _TOTALS if key in counts), None)
    if pages is not None:
        more = number < pages
    elif total is not None:
        more = number * min(size or shown, shown) < total and shown >= min(size or _FEWEST, _FEWEST, total)
    else:
        more = shown >= (size or _FEWEST)
    return [f"{url[: page.start(3)]}{number + 1}{url[page.end(3) :]}"] if more else []


def _numbers(data: Any) -> Iterator[tuple[str, int]]:
    for _ in range(3):
        if not isinstance(data, dict):
            return
        for key, value in data.items():
            if isinstance(value, int) and not isinstance(value, bool):
                yield key, value
            elif isinstance(value, str) and value.isdigit():
                yield key, int(value)
        data = next((value for value in data.values() if isinstance(value, dict)), None)
