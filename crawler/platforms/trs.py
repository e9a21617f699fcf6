"""TRS WCM: no anchors between the pages of a list, only a script that draws them.

`createPageHTML(total, current, "index", "html")`, `Pager({prefix:'index',current:0,total:3})` or `countPage` and
`currentPage`. The second page is index_1, on some servers index_2 (platforms.md §3). The same call inside an article
gives its further pages: that is extract.identity's, as they belong to the report.
"""

import re
from urllib.parse import urljoin, urlsplit

from crawler.platforms.listing import Listing

_CALL = re.compile(
    r"""createPage\w*\(\s*["']?(\d+)["']?\s*,\s*["']?(\d+)["']?\s*,\s*["']([\w\-]+)["']\s*,\s*["']\.?(\w+)["']"""
)
_PAGER = re.compile(r"\bPager\(\s*\{([^}]*)\}")
_COUNT = re.compile(r"""\bcountPage\s*=\s*["']?(\d+)""")
_CURRENT = re.compile(r"""\bcurrentPage\s*=\s*["']?(\d+)""")
_WRITTEN = re.compile(r"""/t\d{8}_\d+\.(\w+)["'#?]""")
_ARTICLE = re.compile(r"t\d{8}_\d+|t\d{6,}")


def read(text: str, url: str) -> Listing | None:
    """The next page of the list."""
    found = _call(text, url)
    if found is None:
        return None
    total, current, stem, extension = found
    listing = Listing("trs")
    name = urlsplit(url).path.rpartition("/")[2]
    if _ARTICLE.fullmatch(stem):
        return listing
    # Where the second page is index_2, index_1 is the first once more (or nothing) and says so: then one further on.
    shown = re.fullmatch(rf"{re.escape(stem)}_(\d+)\.\w+", name)
    if current + 1 < total:
        listing.pages = [urljoin(url, f"{stem}_{int(shown[1]) + 1 if shown else current + 1}.{extension}")]
    return listing


def instead(url: str) -> str | None:
    """What to ask where the second page of a list is not there: it may be counted from 1."""
    return f"{url[: -len(found[0])]}_2{found[1]}" if (found := re.search(r"_1(\.\w+)$", url)) else None


def _call(text: str, url: str) -> tuple[int, int, str, str] | None:
    """(pages, this one from 0, stem, extension) of the script that draws the pager."""
    if call := _CALL.search(text):
        return int(call[1]), int(call[2]), call[3], call[4]
    stem, _, extension = urlsplit(url).path.rpartition("/")[2].partition(".")
    if not extension:  # a folder's address: its pages are written as its articles are
        extension = article[1] if (article := _WRITTEN.search(text)) else "html"
    stem = re.sub(r"_\d+$", "", stem) or "index"
    if "Pager(" in text and (pager := _PAGER.search(text)):
        told = dict(re.findall(r"""["']?(\w+)["']?\s*:\s*["']?([\w\-.]+)""", pager[1]))
        total = next((told[name] for name in ("total", "pageCount", "totalPage", "count", "size") if name in told), "")
        if total.isdigit() and told.get("current", "0").isdigit():
            suffix = told.get("suffix") or told.get("ext") or extension
            return int(total), int(told.get("current", 0)), told.get("prefix", stem), suffix.lstrip(".")
    if "countPage" in text and (count := _COUNT.search(text)) and (current := _CURRENT.search(text)):
        return int(count[1]), int(current[1]), stem, extension
    return None
