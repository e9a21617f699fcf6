"""Epoint EWB: lists as JSON from `…/rest/lightfrontaction/getgovinfolist`, asked by POST (platforms.md §9).

Which site it is, stands in the page or in the site's own /js/webBuilderCommon.js: that is a page to be read as well.
"""

import json
import re
from typing import Any

from crawler.platforms import generic
from crawler.platforms.listing import Listing, Target, posted

_ACTION = re.compile(r"""["']?([\w\-./:]*/rest/lightfrontaction/getgovinfolist)""", re.I)
_NAMES = "siteGuid|deptcode|categorynum|pageSize|projectName"
_PARAMETER = re.compile(rf"""["']?\b({_NAMES})["']?\s*[:=]\s*["']([^"']*)["']""", re.I)
_USUAL = 15


def read(text: str, url: str) -> Listing | None:
    """The first answer that a column page asks for, or the entries of an answer and where the next ones are."""
    address, _, form = url.partition("#")
    if "getgovinfolist" in address.lower():
        return _answer(text, address, form)
    action = _ACTION.search(text) if "/rest/lightfrontaction/" in text else None
    if action is None:
        return None
    told = {name.lower(): value for name, value in _PARAMETER.findall(text)}
    size = int(told.get("pagesize") or _USUAL)
    form_of = {"deptcode": told.get("deptcode", ""), "categorynum": told.get("categorynum", ""),
               "siteGuid": told.get("siteguid", ""), "pageIndex": 0, "pageSize": size}  # fmt: skip
    target = generic.absolute(action[1], url)
    return Listing("epoint", pages=[posted(target, form_of, as_json=True)] if target else [])


def _answer(text: str, address: str, form: str) -> Listing:
    listing = Listing("epoint")
    try:
        answer: Any = json.loads(text)
        asked = json.loads(form)
        custom = answer.get("custom") or answer
        custom = json.loads(custom) if isinstance(custom, str) else custom
        entries = custom.get("infodata") or custom.get("data") or []
    except (ValueError, AttributeError):
        return listing
    for entry in entries if isinstance(entries, list) else []:
        found = generic.absolute(str(entry.get("infourl") or entry.get("url") or ""), address)
        if found and found != address:
            listing.links.append(Target(found, str(entry.get("title") or entry.get("infotitle") or "")))
    total, number, size = custom.get("total"), int(asked.get("pageIndex", 0)), int(asked.get("pageSize", _USUAL))
    if listing.links and (int(total) > (number + 1) * size if str(total).isdigit() else len(listing.links) >= size):
        listing.pages = [posted(address, asked | {"pageIndex": number + 1}, as_json=True)]
    return listing
