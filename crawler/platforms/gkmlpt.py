"""Guangdong's gkmlpt: an instance for each body, its tree of columns in `_CONFIG`, the lists from `api/all` as JSON.

Nodes with a jump_url stand elsewhere; a page past the end is empty or no JSON (platforms.md §4).
"""

import json
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import urljoin, urlsplit

from crawler.links import is_annual
from crawler.platforms import markup
from crawler.platforms.listing import Listing, Target

_SID = re.compile(r"""["']?\bSID["']?\s*:\s*["']?(\w+)""")
_TREE = re.compile(r"""["']?\bTREE["']?\s*:\s*(?=\[)""")
_API = re.compile(r"""["'`]([^"'`\s]*/?gkmlpt/api/all/)""")
_PAGE = re.compile(r"([?&]page=)(\d+)")
_FEWEST = 5  # a later page with fewer is the last: how many a full one has, only the first tells


def read(text: str, url: str) -> Listing | None:
    """The columns of an instance as addresses of their lists, or the articles of a list."""
    if "/api/all/" in url:
        return _articles(text, url)
    if "_CONFIG" not in text or (tree := _TREE.search(text)) is None or (sid := _SID.search(text)) is None:
        return None
    try:
        nodes, _ = json.JSONDecoder().raw_decode(text, tree.end())
    except ValueError:
        return None
    api = found[1] if (found := _API.search(text)) else "/gkmlpt/api/all/"
    columns = list(_columns(nodes, urljoin(url, api), sid[1], ""))
    annual = [one for one in columns if any(map(is_annual, (one.words, *one.under.split())))]
    return Listing("gkmlpt", links=annual or columns)  # the tree is the whole of a body's columns


def _columns(nodes: Any, api: str, sid: str, under: str) -> Iterator[Target]:
    for node in nodes if isinstance(nodes, list) else []:
        if not isinstance(node, dict) or node.get("jump_url"):
            continue
        name = str(node.get("name") or "")
        if node.get("post_count") != 0:
            yield Target(f"{api}{node.get('id')}?page=1&sid={sid}", name, under)
        yield from _columns(node.get("children"), api, sid, f"{under} {name}".strip())


def _articles(text: str, url: str) -> Listing:
    listing = Listing("gkmlpt")
    try:
        answer = json.loads(text)
        articles = [one for one in answer["articles"] if isinstance(one, dict)]
    except (ValueError, KeyError, TypeError):
        return listing
    for article in articles:
        address = markup.absolute(str(article.get("url") or article.get("post_url") or ""), url)
        if address and address != url:
            listing.links.append(Target(address, str(article.get("title") or "")))
    page = _PAGE.search(url)
    count = (answer.get("classify") or {}).get("post_count")
    number, shown = int(page[2]) if page else 0, len(articles)
    ended = shown == 0 or (number > 1 and shown < _FEWEST)
    if page and not ended and (not isinstance(count, int) or number * shown < count):
        listing.pages = [_PAGE.sub(rf"\g<1>{number + 1}", url)]
    return listing


def instead(url: str, page: str) -> str | None:
    """The same list from the body's own instance, where the host's common address does not know it."""
    path, own = urlsplit(url).path, urlsplit(page).path.partition("/gkmlpt/")[0] + "/gkmlpt/"
    if not path.startswith("/gkmlpt/api/all/") or own == "/gkmlpt/":
        return None
    return urljoin(url, path.replace("/gkmlpt/", own, 1) + "?" + urlsplit(url).query)
