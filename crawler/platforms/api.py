"""Sites that are an empty shell: lists come as JSON from addresses that stand in the page's own scripts.

No script is run. Addresses that are written out, or put together from pieces in plain sight ('/api/list?id=' + id),
are asked; an entry that has only an id gets its address from the piece of script that has a place for it.
"""

import json
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, quote, urlsplit

from crawler.platforms import generic
from crawler.platforms.listing import Listing, Target

_SCRIPT = re.compile(r"<script\b(?![^>]*\bsrc=)[^>]*>(.*?)</script>", re.S | re.I)
_ASKS = re.compile(r"fetch\(|axios|\.ajax|\.get\w*\(|XMLHttpRequest|\.open\(|request\(")
_PIECE = r"""(?:'[^'\n]*'|"[^"\n]*"|`[^`]*`)"""
_NAME = r"""[\w$.]+(?:\((?:[^()\n]*)\))?"""
_ADDRESS = re.compile(
    rf"(?:({_NAME})\s*\+\s*)?({_PIECE})((?:\s*\+\s*(?:{_PIECE}|{_NAME}))*)"
    r"(\s*,\s*\{[^{}]*(?:\{[^{}]*\})?)?"
)
_PART = re.compile(rf"({_PIECE})|({_NAME})")
_CONSTANT = re.compile(rf"(?:var|let|const|,)\s*(\w+)\s*=\s*({_PIECE})\s*[;,\n]")
_BEFORE = re.compile(
    r"""(?:fetch|get|getJSON|ajax|request|axios|url|open|api)\w*"""
    r"""\s*[(:=]\s*(?:["']GET["']\s*,\s*)?\{?\s*(?:url\s*:\s*)?$""",
    re.I,
)
_OPENS = re.compile(r"(?:location(?:\.href)?\s*=|window\.open\(|location\.(?:replace|assign)\(|router\.push\()\s*$")
_PAIR = re.compile(rf"""["']?(\w+)["']?\s*:\s*(?:({_PIECE})|([\w$.]+(?:\([^()]*\))?))""")
_TOLD = re.compile(r"""(?:var|let|const|,)\s*(\w+)\s*=\s*[\w$.]+\(\s*["'](\w+)["']\s*\)""")
"""A variable that holds what the address says under a name: var id = getParam('id')."""
_PAGE = re.compile(r"^(page|pageno|pagenum|pageindex|pagenumber|currpage|currentpage|current|p)$", re.I)
_SIZE = re.compile(r"size|limit|rows|perpage", re.I)
_NAMES = ("title", "docTitle", "articleTitle", "name", "columnName", "channelName", "channame", "label", "text")
_URLS = ("url", "link", "href", "docPubUrl", "pubUrl", "articleUrl", "detailUrl", "linkUrl", "pageUrl", "path", "api")
_IDS = ("id", "articleId", "docId", "contentId", "infoId", "columnId", "channelId", "catId", "code", "key", "uuid")
_INSIDE = ("children", "child", "nodes", "sub", "subs", "columns", "channels", "childs")
_TOTALS = ("total", "totalCount", "count", "totalElements", "recordCount", "totalRecord")
_PAGE_COUNTS = ("pages", "totalPage", "totalPages", "pageCount")
_SHORTEST = 4
_FEW = 12  # links: a page with more shows something of itself
_USUAL = "20"
_FEWEST = 10


@dataclass(frozen=True, slots=True)
class Template:
    """An address as a script writes it; a hole is {key}, the name under which it is sent or written.

    `opens`: a click goes there, and the script itself does not ask for it.
    """

    text: str
    holes: tuple[str, ...]
    opens: bool = False

    @property
    def pages(self) -> bool:
        """Whether it asks for a page of something."""
        return any(_PAGE.match(hole) for hole in self.holes) or bool(re.search(r"[?&](page\w*)=\d", self.text, re.I))

    def fill(self, given: dict[str, str]) -> "Template":
        """With what is known: numbers of pages, what the page's own address says, else what `given` says."""
        text, left = self.text, []
        for hole in self.holes:
            value = given.get(hole)
            if value is None:
                value = "1" if _PAGE.match(hole) else _USUAL if _SIZE.search(hole) else None
            if value is None:
                left.append(hole)
            else:
                text = text.replace("{" + hole + "}", quote(value, safe=""))
        return Template(text, tuple(left), self.opens)


def is_answer(text: str) -> bool:
    """Whether this is JSON and no page."""
    start = text.lstrip("\ufeff \r\n\t")[:1]
    return start in ("{", "[")


def read(text: str, url: str, above: Callable[[], Iterable[str]]) -> Listing | None:
    """What a shell asks for, or what an answer leads to; `above` gives the pages that led here, nearest first."""
    if is_answer(text):
        return _answer(text, url, above)
    scripts = "\n".join(_SCRIPT.findall(text)) if "<script" in text else ""
    if "/api" not in scripts and not _ASKS.search(scripts):
        return None
    own = _own(url)
    asked = [filled.text for one in templates(scripts) if not one.opens and not (filled := one.fill(own)).holes]
    addresses = [address for one in asked if (address := generic.absolute(one, url))]
    if not addresses:
        return None
    shell = text.count("<a ") < _FEW
    return Listing("api", frames=addresses if shell else [], pages=[] if shell else addresses)


def _own(url: str) -> dict[str, str]:
    """What an address says of itself: its query, and its last number as the id."""
    parts = urlsplit(url)
    last = re.findall(r"[0-9a-f]{16,}|\d+", parts.path)
    return ({"id": last[-1]} if last else {}) | dict(parse_qsl(parts.query))


def templates(scripts: str) -> list[Template]:
    """The addresses that scripts ask for, whole or with places for what they are told."""
    constants = {name: piece[1:-1] for name, piece in _CONSTANT.findall(scripts)}
    told = dict(_TOLD.findall(scripts))
    found: dict[Template, None] = {}
    for match in _ADDRESS.finditer(scripts):
        first, piece, rest, form = match.groups()
        head = constants.get(first or "", "")
        text, holes = head + _holes(piece[1:-1]), list[str]()
        if first and not head:
            continue
        holes += re.findall(r"\{(\w+)\}", text)
        for part, name in _PART.findall(rest or ""):
            if part:
                text += part[1:-1]
            elif name in constants:
                text += constants[name]
            else:
                hole = told.get(name) or _hole(text, name)
                holes.append(hole)
                text += "{" + hole + "}"
        before = scripts[max(0, match.start() - 60) : match.start()]
        called, opens = _BEFORE.search(before), _OPENS.search(before) is not None
        if not _is_address(text) or not (called or opens or "/api" in text):
            continue
        if called:
            for key, quoted, name in _PAIR.findall(form or ""):
                if key in ("params", "headers", "data", "method", "type", "dataType", "success", "url"):
                    continue
                value = quoted[1:-1] if quoted else name if name.isdigit() else constants.get(name)
                hole = told.get(name, key)
                text += f"{'&' if '?' in text else '?'}{key}={value if value is not None else '{' + hole + '}'}"
                if value is None:
                    holes.append(hole)
        found[Template(text, tuple(dict.fromkeys(holes)), opens)] = None
    return list(found)


def _holes(literal: str) -> str:
    """A template literal's ${…} as holes."""
    while hole := re.search(r"\$\{\s*([^}]+?)\s*\}", literal):
        literal = literal[: hole.start()] + "{" + _hole(literal[: hole.start()], hole[1]) + "}" + literal[hole.end() :]
    return literal


def _hole(text: str, name: str) -> str:
    """The name of a hole: the key under which it is sent, else what is asked for ('id') or the variable's own name."""
    if key := re.search(r"[?&](\w+)=$", text):
        return key[1]
    if said := re.search(r"\(\s*['\"](\w+)['\"]", name):
        return said[1]
    return re.split(r"[.(]", name)[-1] or name.split(".")[0]


def _is_address(text: str) -> bool:
    if re.search(r"\.(js|css|png|jpe?g|gif|svg|ico|vue)\b", text, re.I) or " " in text:
        return False
    return (
        bool(re.match(r"(?:https?:/)?/?[\w{}.\-]+/|/|[\w\-]+\.(?:json|do|php|jsp|ashx|action)", text)) and len(text) > 3
    )


# --- answers


def _answer(text: str, url: str, above: Callable[[], Iterable[str]]) -> Listing | None:
    try:
        data = json.loads(text.lstrip("\ufeff"))
    except ValueError:
        return None
    listing = Listing("api")
    entries = list(_entries(data, ""))
    if not entries:
        return listing
    pieces: list[Template] | None = None
    for entry, words, under in entries:
        address = next((str(entry[name]) for name in _URLS if entry.get(name) and isinstance(entry[name], str)), "")
        target = generic.absolute(address, url) if address and not address.startswith("#") else None
        if target is None:
            pieces = _pieces(above()) if pieces is None else pieces
            target = next(_of_id(entry, pieces, url), None)
        if target and target != url:
            listing.links.append(Target(target, re.sub(r"<[^>]+>", "", words), under))
    listing.pages = _next(data, url, len(entries))
    return listing


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
    return [one for page in pages for one in templates("\n".join(_SCRIPT.findall(page)))]


def _of_id(entry: dict[str, Any], pieces: list[Template], url: str) -> Iterator[str]:
    """Addresses for an entry that has only an id: an article's has no page to turn, a column's has."""
    ids = {key: str(entry[key]) for key in _IDS if isinstance(entry.get(key), str | int)}
    if not ids:
        return
    dated = any(re.search(r"date|time|pub", key, re.I) for key in entry)
    for one in sorted(pieces, key=lambda piece: piece.pages == dated):
        if dated and one.pages:
            continue
        left = [hole for hole in one.holes if not _PAGE.match(hole) and not _SIZE.search(hole)]
        if len(left) != 1:
            continue
        value = ids.get(left[0]) or next(iter(ids.values()))
        if address := generic.absolute(one.fill({left[0]: value}).text, url):
            yield address


def _next(data: Any, url: str, shown: int) -> list[str]:
    """The next page, where the address counts pages and the answer does not say that this was the last."""
    page = next((m for m in re.finditer(r"([?&#](\w+)=)(\d+)", url) if _PAGE.match(m[2])), None)
    if page is None:
        return []
    number = int(page[3])
    size = re.search(r"[?&]\w*(?:size|limit|rows)\w*=(\d+)", url, re.I)
    counts = dict(_numbers(data))
    pages = next((counts[key] for key in _PAGE_COUNTS if key in counts), None)
    total = next((counts[key] for key in _TOTALS if key in counts), None)
    if pages is not None:
        more = number < pages
    elif total is not None:
        each = int(size[1]) if size and int(size[1]) <= shown else shown
        more = number * each < total and shown >= min(_FEWEST, total)
    else:
        more = shown >= (int(size[1]) if size else _FEWEST)
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
