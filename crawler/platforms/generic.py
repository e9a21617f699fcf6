"""Any page: plain links, 下一页 and numbered pages, frames, redirects written in plain sight."""

import re
from collections.abc import Iterator
from dataclasses import replace
from urllib.parse import urlsplit

from lxml import etree

from crawler.links import are_offices, is_more, is_next, page_number
from crawler.platforms import postback, scripted
from crawler.platforms.listing import Listing, Target
from crawler.platforms.markup import absolute, asked, links, parse, words

_REFRESH = re.compile(r"""^\s*\d*\s*;?\s*url\s*=\s*['"]?([^'"]+)""", re.I)
_LOCATION = re.compile(
    r"""location(?:\.href)?\s*=\s*\\?["']([^"'\\]+)\\?["'](?!\s*\+)"""
    r"""|location\.(?:replace|assign)\(\s*["']([^"']+)["']\)"""
)
_LOADED = re.compile(
    r"""<iframe[^>]+?src=\\?["']([^"'\\>]+)|\.load\(\s*["']([^"'\s]+)["'](?!\s*\+)"""
    r"""|\.src\s*=\s*["']([^"'\s]+\.\w*(?:htm|jsp|php|aspx?)[^"'\s]*)["']""",
    re.I,
)
_TINY = 3000  # a page that only sends on is short; on long pages location= stands in functions that a click runs
_ENTER = re.compile(r"$|.*(进入|enter)", re.I)
_DOORS = 2  # links of a home page that shows nothing but the way in
_CALENDAR = 28  # as many numbers to click are days, not pages


def read(text: str, url: str) -> Listing:
    """Links, next page and frames of any page."""
    listing = Listing("generic")
    root = parse(scripted.written(text)) if "<" in text else None
    if root is None:
        return listing
    base = url
    for element in root.iter("base"):
        base = absolute(element.get("href") or "", url) or url
        break
    listing.links = links(root, base)
    known = {link.url for link in listing.links}
    made = ((asked(one.url, base), one) for one in scripted.targets(text, root))
    listing.links += [replace(one, url=address) for address, one in made if address and address not in known]
    listing.pages = [target.url for target in listing.links if is_next(target.words)][:1] or _more(listing.links, url)
    listing.pages += _numbered(listing.links, url)
    if not listing.pages and (sent := postback.following(text, root, url)):
        listing.pages = [sent]
    listing.frames = [frame for frame in dict.fromkeys(_frames(root, text, base)) if frame and frame != url]
    return listing


def _frames(root: etree._Element, text: str, base: str) -> Iterator[str | None]:
    """What is shown inside a page or in its place."""
    for element in root.iter("iframe", "frame"):
        address = (element.get("src") or "").strip()
        if address and address != "about:blank":
            yield absolute(address, base)
    for element in root.iter("meta"):
        refresh = _REFRESH.search(element.get("content") or "")
        if (element.get("http-equiv") or "").lower() == "refresh" and refresh:
            yield absolute(refresh[1], base)
    doors = list(root.iter("a", "area")) if len(text) < _TINY and urlsplit(base).path in {"", "/"} else []
    if len(doors) <= _DOORS:  # a splash: a home page that is but a picture to click
        yield from (absolute(door.get("href") or "", base) for door in doors if _ENTER.match(words(door)))
    for found in (_LOADED, _LOCATION) if len(text) < _TINY else (_LOADED,):
        for groups in found.findall(text):
            yield absolute(next(filter(None, groups), ""), base)


def _numbered(targets: list[Target], url: str) -> list[str]:
    """The pages of a list that has only numbers to click: addresses that differ from its own in numbers alone."""
    mine = _shape(url)
    numbers = {number: target.url for target in targets if (number := page_number(target.words) or 0) > 1}
    pages = [address for address in numbers.values() if address != url and _kin(_shape(address), mine)]
    return pages if len(pages) < _CALENDAR else []


def _more(targets: list[Target], url: str) -> list[str]:
    """The whole lists, where a column shows the first few of each sort of offices (or of all) and 更多: those that lie
    in the column's own folder."""
    folder = url.rpartition("/")[0] + "/"
    more = [target for target in targets if is_more(target.words) and target.url.startswith(folder)]
    return [target.url for target in more if are_offices(target.under)] or [target.url for target in more[:1]]


def _shape(url: str) -> str:
    return re.sub(r"\d+", "0", urlsplit(url)._replace(query="").geturl()).rpartition("/")[0]


def _kin(one: str, other: str) -> bool:
    """Whether two folders are of one list: /zfxxgk/ and, as VSB counts, /zfxxgk/zfxxgknb/."""
    return one.startswith(other) or other.startswith(one)
