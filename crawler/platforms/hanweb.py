"""Hanweb JCMS: the visible list is empty, its records stand in inline XML, further ones come from dataproxy.jsp.

The address of the next records is followed as it is written (newer servers encrypt its parameters); servers that honour
only `page` are asked for the page after (platforms.md §1).
"""

import re
from html import unescape
from urllib.parse import urlencode

from crawler.platforms import generic
from crawler.platforms.listing import Listing

_RECORD = re.compile(r"<record>\s*(?:<!\[CDATA\[)?(.*?)(?:\]\]>)?\s*</record>", re.S)
_NEXT = re.compile(r"<nextgroup>\s*(?:<!\[CDATA\[)?(.*?)(?:\]\]>)?\s*</nextgroup>", re.S)
_HREF = re.compile(r"""href=["']?([^"'>\s]+)""")
_TOTAL_PAGES = re.compile(r"<totalpage>\s*(\d+)\s*</totalpage>")
_TOTAL = re.compile(r"<totalrecord>\s*(\d+)\s*</totalrecord>")
_PAGE = re.compile(r"([?&]page=)(\d+)")
_PROXY = re.compile(r"""["'(]([^"'()\s]*/dataproxy\.jsp)""")
_PARAMETER = re.compile(
    r"""["']?\b(col|appid|webid|path|columnid|sourceContentType|unitid|webname|permissiontype)["']?\s*[:=]\s*["']?([^"',&}\s]*)"""
)
PER_PAGE = 45


def read(text: str, url: str) -> Listing | None:
    """The records of the datastore in a column page or in an answer of dataproxy.jsp, and where the next ones are."""
    if "<datastore>" not in text and "<recordset>" not in text:
        return None
    listing = Listing("hanweb")
    records = _RECORD.findall(text)
    fragment = generic.parse(f"<div>{''.join(records)}</div>") if records else None
    if fragment is not None:
        listing.links = generic.links(fragment, url)
    listing.pages = _next(text, url, len(records))
    return listing


def _next(text: str, url: str, shown: int) -> list[str]:
    group = _NEXT.search(text)
    href = _HREF.search(group[1]) if group else None
    if href:
        address = generic.absolute(unescape(href[1]), url)
        return [address] if address and address != url else []
    pages = _TOTAL_PAGES.search(text)
    current = _PAGE.search(url)
    if current and pages and int(current[2]) < int(pages[1]):
        return [_PAGE.sub(rf"\g<1>{int(current[2]) + 1}", url, count=1)]
    total = _TOTAL.search(text)
    if total is None or not shown:
        return []
    start = re.search(r"[?&]startrecord=(\d+)", url)
    first = int(start[1]) if start else 1
    if first + shown > int(total[1]):
        return []
    after = first + shown
    if start:
        moved = re.sub(r"([?&]startrecord=)\d+", rf"\g<1>{after}", url)
        return [re.sub(r"([?&]endrecord=)\d+", rf"\g<1>{after + PER_PAGE - 1}", moved)]
    proxy = _PROXY.search(text)
    if proxy is None:
        return []
    known = dict(_PARAMETER.findall(text))
    query = {"startrecord": after, "endrecord": after + PER_PAGE - 1, "perpage": 15} | known
    address = generic.absolute(f"{proxy[1]}?{urlencode(query)}", url)
    return [address] if address else []
