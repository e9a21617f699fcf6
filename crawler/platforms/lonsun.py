"""Sites with `/public/column/{organ}`: a list comes as a fragment from `/site/label/8888` (platforms.md §7).

The column of annual reports (`type=3&…&timeFrame=2024`) shows the report itself, a year each.
"""

import re
from html import unescape
from urllib.parse import parse_qsl, urlencode, urlsplit

from crawler.platforms import markup
from crawler.platforms.listing import Listing, Target

_LABEL = re.compile(r"/site/label/8888")
_WRITTEN = re.compile(r"""["'(]([^"'()\s]*/site/label/8888\?[^"'()\s]*pageIndex=[^"'()\s]*)""")
_COLUMN = re.compile(r"/public/column/(\w+)")
_NAMES = "labelName|siteId|pageSize|organId|type|catId|file|isDate|dateFormat|length"
_PARAMETER = re.compile(rf"""["']?\b({_NAMES})["']?\s*:\s*["']?([^"',}}\s]*)""")
_SITE = re.compile(r"""<meta[^>]+name=["']?siteid["']?[^>]+content=["']?(\w+)""", re.I)
_COUNT = re.compile(r"""pageCount["']?\s*[:=]\s*["']?(\d+)""")
_INDEX = re.compile(r"([?&]pageIndex=)(\d+)?")
_FRAME = re.compile(r"([?&]timeFrame=)(\d{4})")
_YEAR_TO_CLICK = re.compile(r"""<option[^>]*value=["']?(20\d\d)\b|on(?:click|change)=["'][^"']*?\(\s*["']?(20\d\d)\b""")
_USUAL = {
    "IsAjax": "1", "dataType": "html", "labelName": "publicInfoList", "siteId": "", "pageSize": "15", "pageIndex": "1",
    "action": "list", "isDate": "true", "dateFormat": "yyyy-MM-dd", "length": "50", "organId": "", "type": "4",
    "catId": "", "file": "/xxgk/publicInfoList_newest2020",
}  # fmt: skip


def read(text: str, url: str) -> Listing | None:
    """The list that a column page loads, the next page of such a list, or the years of an annual report's column."""
    if _LABEL.search(url):
        count, index = _COUNT.search(text), _INDEX.search(url)
        number = int(index[2] or 1) if index else 1
        more = count is not None and index is not None and number < int(count[1])
        return Listing("lonsun", pages=[_INDEX.sub(rf"\g<1>{number + 1}", url)] if more else [])
    column = _COLUMN.search(url)
    if frame := _FRAME.search(url):
        years = {option or click for option, click in _YEAR_TO_CLICK.findall(text)} - {frame[2]}
        links = [Target(_FRAME.sub(rf"\g<1>{year}", url), f"{year}年") for year in sorted(years, reverse=True)]
        return Listing("lonsun", links=links)
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
