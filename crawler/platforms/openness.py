"""PHP sites with a content type of annual reports: lists `…/showList/{organ}/{category}/page_1.html` (platforms.md §8).

Their pager may be drawn by script: the number of pages or of entries is then all that is written.
"""

import re

from crawler.platforms.listing import Listing, pages_told

_LIST = re.compile(r"/showList/[\w/]*?page_(\d+)\.html", re.I)


def read(text: str, url: str) -> Listing | None:
    """The next page of a list."""
    shown = _LIST.search(url)
    if shown is None:
        return None
    number = int(shown[1])
    more = number < (pages_told(text) or 0)
    return Listing("openness", pages=[url.replace(f"page_{number}.", f"page_{number + 1}.")] if more else [])
