"""PHP sites with a content type of annual reports: lists `…/showList/{organ}/{category}/page_1.html` (platforms.md §8).

Their pager may be drawn by script: the number of pages or of entries is then all that is written.
"""

import re

from crawler.platforms.listing import Listing

_LIST = re.compile(r"/showList/[\w/]*?page_(\d+)\.html", re.I)
_PAGES = re.compile(
    r"""共(?:&nbsp;|\s|<[^>]+>)*(\d+)(?:&nbsp;|\s|<[^>]+>)*页"""
    r"""|(?:pageCount|totalPage|pages?Total)["']?\s*[:=]\s*["']?(\d+)""",
    re.I,
)


def read(text: str, url: str) -> Listing | None:
    """The next page of a list."""
    shown = _LIST.search(url)
    if shown is None:
        return None
    pages = _PAGES.search(text)
    number = int(shown[1])
    more = pages is not None and number < int(pages[1] or pages[2])
    return Listing("openness", pages=[url.replace(f"page_{number}.", f"page_{number + 1}.")] if more else [])
