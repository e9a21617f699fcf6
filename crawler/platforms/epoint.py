"""Epoint EWB: lists as JSON from `…/rest/lightfrontaction/getgovinfolist`, asked by POST (platforms.md §9).

Which site it is, stands in the page or in the site's own /js/webBuilderCommon.js: that is a page to be read as well.
"""

import json
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl, urlencode

from crawler.platforms import markup
from crawler.platforms.listing import Listing, Target, posted

_ACTION = re.compile(r"""(projectName\s*\+\s*)?["']?([\w\-./:]*/rest/lightfrontaction/getgovinfolist)""", re.I)
_NAMES = "siteGuid|deptcode|categorynum|pageSize|projectName"
_PARAMETER = re.compile(rf"""["']?\b({_NAMES})["']?\s*[:=]\s*(?:["']([^"']*)["']|(\d+))""", re.I)
_COMMON = re.compile(r"""<script[^>]+src=["']?([^"'>\s]*webBuilderCommon\.js)""", re.I)
_USUAL = 15


def read(text: str, url: str) -> Listing | None:
    """The first answer that a column page asks for, or the entries of an answer and where the next ones are.

    A column that does not know its site is asked about in the common script, whose address then says what is missing.
    """
    address, _, form = url.partition("#")
    path, _, asked = address.partition("?")
    if "getgovinfolist" in path.lower():
        return _answer(text, address, form)
    if path.endswith("webBuilderCommon.js"):
        told = dict(parse_qsl(asked)) | _told(text)
        return Listing("epoint", pages=_first(told, url)) if "action" in told else None
    action = _ACTION.search(text) if "/rest/lightfrontaction/" in text else None
    if action is None:
        return None
    told = dict(parse_qsl(asked)) | _told(text) | {"action": action[2]}
    script = _COMMON.search(text)
    if "siteguid" in told or script is None:
        return Listing("epoint", pages=_first(told if action[1] else told | {"projectname": ""}, url))
    known = {name: value for name, value in told.items() if name in ("deptcode", "categorynum", "pagesize", "action")}
    if not action[1]:
        known["projectname"] = ""
    target = markup.absolute(script[1], url)
    return Listing("epoint", frames=[f"{target}?{urlencode(known)}"] if target else [])


def _told(text: str) -> dict[str, str]:
    return {name.lower(): value or number for name, value, number in _PARAMETER.findall(text)}


def _first(told: Mapping[str, str], url: str) -> list[str]:
    size = told.get("pagesize", "")
    form = {"deptcode": told.get("deptcode", ""), "categorynum": told.get("categorynum", ""),
            "siteGuid": told.get("siteguid", ""), "pageIndex": 0,
            "pageSize": int(size) if size.isdigit() else _USUAL}  # fmt: skip
    target = markup.absolute(told.get("projectname", "") + told["action"], url)
    return [posted(target, form, as_json=True)] if target else []


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
        found = markup.absolute(str(entry.get("infourl") or entry.get("url") or ""), address)
        if found and found != address:
            listing.links.append(Target(found, str(entry.get("title") or entry.get("infotitle") or "")))
    total, number, size = custom.get("total"), int(asked.get("pageIndex", 0)), int(asked.get("pageSize", _USUAL))
    if listing.links and (int(total) > (number + 1) * size if str(total).isdigit() else len(listing.links) >= size):
        listing.pages = [posted(address, asked | {"pageIndex": number + 1}, as_json=True)]
    return listing
