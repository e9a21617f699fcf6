"""Hanweb JCMS: the visible list is empty, its records stand in inline XML, further ones come from dataproxy.jsp.

The address of the next records is followed as it is written (newer servers encrypt its parameters); else it is made
of what the column says of itself, with page and record numbers alike: some servers heed only the one, some the other.
The module xxgk answers only to POST; its annual reports stand in the page itself, a year each (platforms.md §1).
"""

import re
from html import unescape
from urllib.parse import urlencode

from crawler.platforms import markup
from crawler.platforms.listing import Listing, other_years, pages_told, posted

_RECORD = re.compile(r"<record>\s*(?:<!\[CDATA\[)?(.*?)(?:\]\]>)?\s*</record>", re.S)
_NEXT = re.compile(r"<nextgroup>\s*(?:<!\[CDATA\[)?(.*?)(?:\]\]>)?\s*</nextgroup>", re.S)
_HREF = re.compile(r"""href=["']?([^"'>\s]+)""")
_TOTAL_PAGES = re.compile(r"<totalpage>\s*(\d+)\s*</totalpage>")
_TOTAL = re.compile(r"<totalrecord>\s*(\d+)\s*</totalrecord>")
_PAGE = re.compile(r"([?&]page=)(\d+)")
_START = re.compile(r"([?&]startrecord=)(\d+)")
_PROXY = re.compile(r"""["'(]([^"'()\s?]*/dataproxy\.jsp)""")
_NAMES = "col|appid|webid|path|columnid|sourceContentType|unitid|webname|permissiontype"
_PARAMETER = re.compile(rf"""["']?\b({_NAMES})["']?\s*[:=]\s*["']?([^"',&}}\s;<>]*)""")
_QUERIED = re.compile(rf"[?&;]({_NAMES})=([^&\"'<>\s\]]*)")
_PER_PAGE = re.compile(r"""["']?\bper[pP]age["']?\s*[:=]\s*["']?(\d+)""")
_SEARCHED = "/module/xxgk/search.jsp"  # some servers answer with all that the site has, whatever column is asked for
_SEARCH = re.compile(r"""["'(]([^"'()\s]*/module/xxgk/search\.jsp[^"'\s)]*)""")
_FIELD = re.compile(r"""\b(infotypeId|jdid|area|divid)["']?\s*[:=]\s*(?:["']([^"']+)["']|([A-Z]?\d[\w.]*))""")
_ANNUAL = re.compile(r"xxgkAnnualReport\.jsp", re.I)
_FBTIME = re.compile(r"([?&](?:amp;)?fbtime=)(\d{4})?")
_MOST = 100  # records at once; servers cut off longer answers


def read(text: str, url: str) -> Listing | None:
    """The records of a column page or of an answer of dataproxy.jsp, and where the next ones are."""
    if "<datastore>" in text or "<recordset>" in text:
        listing = Listing("hanweb")
        records = _RECORD.findall(text)
        fragment = markup.parse(f"<div>{''.join(map(_without_cdata, records))}</div>") if records else None
        if fragment is not None:
            listing.links = markup.links(fragment, url)
        listing.pages = _next(text, url, len(records))
        return listing
    if _ANNUAL.search(url):
        asked = url if "fbtime" in url else f"{url}{'&' if '?' in url else '?'}fbtime="
        return Listing("hanweb", links=other_years(text, asked, _FBTIME))
    if _SEARCHED in url or _SEARCHED in text:
        return Listing("hanweb", pages=_search(text, url) or _next_search(text, url), mixed=_SEARCHED in url)
    if "dataproxy.jsp" in text and (proxy := _address(text, url, 1, 15)):
        return Listing("hanweb", pages=[proxy])
    return None


def _without_cdata(record: str) -> str:
    return unescape(record) if "&lt;" in record and "<" not in record else record


def _next(text: str, url: str, shown: int) -> list[str]:
    group = _NEXT.search(text)
    href = _HREF.search(unescape(group[1])) if group else None
    if href:
        address = markup.absolute(unescape(href[1]), url)
        return [address] if address and address != url else []
    page, pages, total = _PAGE.search(url), _TOTAL_PAGES.search(text), _TOTAL.search(text)
    start = _START.search(url)
    number, first = int(page[2]) if page else 1, int(start[2]) if start else 1
    if not shown:
        return []
    if start is None and page:
        more = int(pages[1]) > number if pages else bool(total and number * shown < int(total[1]))
    else:
        more = bool(total and first + shown - 1 < int(total[1])) or bool(pages and not total and number < int(pages[1]))
    if not more:
        return []
    if page or start:
        following = _PAGE.sub(rf"\g<1>{number + 1}", url)
        following = _START.sub(rf"\g<1>{first + shown}", following)
        return [re.sub(r"([?&]endrecord=)\d+", rf"\g<1>{first + 2 * shown - 1}", following)]
    address = _address(text, url, 2, shown)
    return [address] if address else []


def _address(text: str, url: str, number: int, size: int) -> str | None:
    """Where a page of records is to be had, by what the column page says of itself."""
    proxy = _PROXY.search(text)
    told = dict(_PARAMETER.findall(text)) | dict(_QUERIED.findall(unescape(text)))
    if proxy is None or not {"columnid", "col"} & {name for name, value in told.items() if value}:
        return None
    if asked := _PER_PAGE.search(text):
        size = min(int(asked[1]) or size, _MOST)
    first = (number - 1) * size + 1
    query = {"page": number, "startrecord": first, "endrecord": first + size - 1, "perpage": size} | told
    return markup.absolute(f"{proxy[1]}?{urlencode(query)}", url)


def _search(text: str, url: str) -> list[str]:
    """The first page of a list of the module xxgk."""
    found = _SEARCH.search(text)
    if found is None or _SEARCHED in url:
        return []
    address = markup.absolute(unescape(found[1]), url)
    told = {name: quoted or bare for name, quoted, bare in _FIELD.findall(text)}
    return [posted(address, told)] if address else []


def _next_search(text: str, url: str) -> list[str]:
    page = re.search(r"([?&]currpage=)(\d*)", url)
    number = int(page[2] or 1) if page else 1  # written as "…&currpage=" + n
    if _SEARCHED not in url or number >= (pages_told(text) or 0):
        return []
    if page:
        return [url.replace(page[0], f"{page[1]}{number + 1}")]
    address, mark, form = url.partition("#")
    return [f"{address}{'&' if '?' in address else '?'}currpage=2{mark}{form}"]
