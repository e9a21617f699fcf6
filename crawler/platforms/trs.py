"""TRS WCM: no anchors between the pages of a list, only `createPageHTML(total, current, "index", "html")`.

The second page is index_1; the same call inside an article gives its further pages (platforms.md §3).
"""

import re
from urllib.parse import urljoin

from crawler.platforms.listing import Listing

_CALL = re.compile(r"""createPageHTML\(\s*(\d+)\s*,\s*(\d+)\s*,\s*["']([\w\-]+)["']\s*,\s*["'](\w+)["']""")
_ARTICLE = re.compile(r"t\d{8}_\d+|t\d{6,}")


def read(text: str, url: str) -> Listing | None:
    """The next page of the list, or the other pages of the article."""
    call = _CALL.search(text)
    if call is None:
        return None
    total, current, stem, extension = int(call[1]), int(call[2]), call[3], call[4]
    listing = Listing("trs")
    if _ARTICLE.fullmatch(stem):
        if current == 0:
            listing.parts = [urljoin(url, f"{stem}_{page}.{extension}") for page in range(1, min(total, 30))]
    elif current + 1 < total:
        listing.pages = [urljoin(url, f"{stem}_{current + 1}.{extension}")]
    return listing
