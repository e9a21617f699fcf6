"""Any page: plain links, 下一页 and numbered pages, frames, and redirects written in plain sight."""

import re
from urllib.parse import urldefrag, urljoin

import lxml.html
from lxml.etree import ParserError

from crawler.links import is_next
from crawler.platforms.listing import Listing, Target

_REFRESH = re.compile(r"""^\s*\d*\s*;?\s*url\s*=\s*['"]?([^'"]+)""", re.I)
_LOCATION = re.compile(
    r"""(?:window|self|top|document)?\.?location(?:\.href)?\s*=\s*["']([^"']+)["']|location\.replace\(["']([^"']+)["']\)"""
)
_CALL = re.compile(r"""(?:window\.open|jumpToDetail|openwin|openWin|location\.href\s*=)\s*\(?\s*["']([^"']+)["']""")
_TINY = 3000  # a page that only sends on is short; on long pages location= stands in functions that a click runs


def absolute(address: str, base: str) -> str | None:
    """The absolute http(s) address without fragment, None for anything else."""
    try:
        url = urldefrag(urljoin(base, address.strip().replace("\\", "/")))[0]
    except ValueError:
        return None
    return url if url.startswith(("http://", "https://")) else None


def links(root: lxml.html.HtmlElement, base: str) -> list[Target]:
    """The links of a parsed page or fragment, once each."""
    kept: dict[str, Target] = {}
    for anchor in root.iter("a", "area"):
        address = anchor.get("href") or ""
        called = _CALL.search(f"{anchor.get('onclick') or ''} {address}")
        if called:
            address = called[1]
        if not address or address.lower().startswith(("javascript:", "mailto:", "#", "tel:")):
            continue
        url = absolute(address, base)
        if url is None:
            continue
        text = re.sub(r"\s+", " ", anchor.text_content()).strip()
        title = re.sub(r"\s+", " ", anchor.get("title") or "").strip()
        words = title if len(title) > len(text) or (text.endswith(("...", "…")) and title) else text
        known = kept.get(url)
        if known is None or len(words) > len(known.words):
            kept[url] = Target(url, words)
    return list(kept.values())


def parse(text: str) -> lxml.html.HtmlElement | None:
    """The page as lxml sees it, None where there is nothing to see."""
    try:
        return lxml.html.document_fromstring(re.sub(r"^\s*<\?xml[^>]*\?>", "", text.lstrip("\ufeff")))
    except (ParserError, ValueError):
        return None


def read(text: str, url: str) -> Listing:
    """Links, next page and frames of any page."""
    listing = Listing("generic")
    root = parse(text) if "<" in text else None
    if root is None:
        return listing
    base = url
    for element in root.iter("base"):
        base = absolute(element.get("href") or "", url) or url
        break
    listing.links = links(root, base)
    listing.pages = [target.url for target in listing.links if is_next(target.words)][:1] or _numbered(
        listing.links, url
    )
    for element in root.iter("iframe", "frame"):
        address = absolute(element.get("src") or "", base)
        if address and (element.get("src") or "").strip():
            listing.frames.append(address)
    for element in root.iter("meta"):
        refresh = _REFRESH.search(element.get("content") or "")
        if (element.get("http-equiv") or "").lower() == "refresh" and refresh:
            listing.frames += filter(None, [absolute(refresh[1], base)])
    if len(text) < _TINY:
        listing.frames += filter(None, (absolute(a or b, base) for a, b in _LOCATION.findall(text)))
    listing.frames = [frame for frame in dict.fromkeys(listing.frames) if frame != url]
    return listing


def _numbered(targets: list[Target], url: str) -> list[str]:
    """The page after this one, where a list has only numbers to click: the smallest number above the current."""
    numbers = {int(target.words): target.url for target in targets if re.fullmatch(r"\d{1,3}", target.words)}
    if not numbers:
        return []
    shown = next((number for number, address in numbers.items() if address == url), 1)
    return [numbers[shown + 1]] if shown + 1 in numbers else []
