"""Sites with `/public/column/{organ}`: a list comes as a fragment from `/site/label/8888` (platforms.md §7).

The column of annual reports (`type=3&…&timeFrame=2024`) shows the report itself, a year each.
"""

import re
from html import unescape
from urllib.parse import parse_qsl, urlencode, urlsplit

from crawler.platforms import markup
from crawler.platforms.listing import Listing, other_years, pages_told

_LABEL = re.compile(r"/site/label/8888")
_WRITTEN = re.compile(r"""["'(]([^"'()\s]*/site/label/8888\?[^"'()\s]*pageIndex=[^"'()\s]*)""")
_COLUMN = re.compile(r"/public/column/(\w+)")
_NAMES = "labelName|siteId|pageSize|organId|type|catId|file|isDate|dateFormat|length"
_PARAMETER = re.compile(rf"""["']?\b({_NAMES})["']?\s*:\s*["']?([^"',}}\s]*)""")
_SITE = re.compile(r"""<meta[^>]+name=["']?siteid["']?[^>]+content=["']?(\w+)""", re.I)
_INDEX = re.compile(r"([?&]pageIndex=)(\d+)?")
_FRAME = re.compile(r"([?&]timeFrame=)(\d{4})")
_USUAL = {
    "IsAjax": "1", "dataType": "html", "labelName": "publicInfoList", "siteId": "", "pageSize": "15", "pageIndex": "1",
    "action": "list", "isDate": "true", "dateFormat": "yyyy-MM-dd", "length": "50", "organId": "", "type": "4",
    "catId": "", "file": "/xxgk/publicInfoList_newest2020",
}  # fmt: skip


def read(text: str, url: str) -> Listing | None:
    """The list that a column page loads, the next page of such a list, or the years of an annual report's column."""
    if _LABEL.search(url):
        index = _INDEX.search(url)
        number = int(index[2] or 1) if index else 1
        more = index is not None and number < (pages_told(text) or 0)
        return Listing("lonsun", pages=[_INDEX.sub(rf"\g<1>{number + 1}", url)] if more else [])
    column = _COLUMN.search(url)
    if _FRAME.search(url):
        return Listing("lonsun", links=other_years(text, url, _FRAME))
    if not _LABEL.search(text):
        return None
    if written := _WRITTEN.search(unescape(text)):
        address = _INDEX.sub(r"\g<1>1", written[1])
    else:
        script = text[max(0, text.index("/site/label/8888") - 1500) : text.index("/site/label/8888") + 1500]
        told = {name: value for name, value in _PARAMETER.findall(script) if value}
        site = _SITE.search(text)
        asked = {name: value for name, value in parse_qsl(urlsplit(url).query) if name in _USUAL}
        own = {"organId": column[1]} if column else {}
        query = _USUAL | ({"siteId": site[1]} if site else {}) | own | told | asked | {"pageIndex": "1"}
        address = f"/site/label/8888?{urlencode(query)}"
    first = markup.absolute(address, url)
    return Listing("lonsun", pages=[first] if first else [])
