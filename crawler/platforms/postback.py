"""Lists whose pager sends a form of the page, where others name an address: ASP.NET's __doPostBack, and any other."""

import re
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit

from lxml import etree

from crawler.links import is_next, page_number
from crawler.platforms import scripted
from crawler.platforms.listing import posted
from crawler.platforms.markup import absolute, words
from crawler.platforms.templates import PAGE

_CALL = re.compile(r"""__doPostBack\(\s*['"]([^'"]*)['"]\s*,\s*['"]([^'"]*)['"]""")
_PAGE = re.compile(r"([?&]page=)(\d+)", re.I)
_FILLED = re.compile(r"""\b(\w+)(?:["']\s*[\])])?\.value\s*=\s*(\w+)""")
"""A field that a script fills in: document.list.pageNo.value = n, getElementById("pageNo").value = n."""
_STATE = "__VIEWSTATE"
_ARGUMENT = "__EVENTARGUMENT"
_LONGEST = 1 << 15  # of a state that is kept as part of an address


def following(text: str, root: etree._Element, url: str) -> str | None:
    """The next page of the list, by the form as a click would send it; None where the page has no such pager."""
    if "__doPostBack" in text:
        return _posted_back(root, url)
    return _submitted(text, root, url) if ".submit()" in text else None


def _posted_back(root: etree._Element, url: str) -> str | None:
    """The next page of ASP.NET's list.

    Without a form's state, or with one that is too long to keep, by the number that the same pager also takes.
    """
    asked, argument = _PAGE.search(url), parse_qs(urlsplit(url).fragment).get(_ARGUMENT, [""])[0]
    sent = re.search(r"\d+$", argument)
    number = 1 + int(sent[0] if sent else asked[2] if asked else 1)
    calls = [
        (call[1], call[2], words(anchor))
        for anchor in root.iter("a")
        if (call := _CALL.search(f"{anchor.get('href') or ''} {anchor.get('onclick') or ''}"))
    ]
    if sent and any(page_number(call[2]) == number - 1 for call in calls):
        return _by_number(url.partition("#")[0], number - 1)  # what was sent was not heeded: the first page once more
    clicked = [call for call in calls if is_next(call[2])] or [call for call in calls if page_number(call[2]) == number]
    if not clicked:
        return None
    target, argument, _ = clicked[0]
    told = re.search(r"\d+$", argument)
    if told and int(told[0]) != number:
        return None  # a list that does not heed what is asked offers the second page for ever
    hidden = {field.get("name") or "": field.get("value") or "" for field in root.iter("input") if _is_hidden(field)}
    if 0 < len(hidden.get(_STATE, "")) < _LONGEST:
        return posted(url.partition("#")[0], hidden | {"__EVENTTARGET": target, _ARGUMENT: argument})
    return _by_number(url, number) if told or not asked else None


def _submitted(text: str, root: etree._Element, url: str) -> str | None:
    """The next page of a list whose pager is a function that puts its number in a field of a form and submits that."""
    bare, _, sent = url.partition("#")
    told = dict(parse_qsl(sent or urlsplit(bare).query))
    for _, body, given in scripted.calls(text, root):
        filled = _FILLED.search(body)
        if filled is None or not PAGE.match(filled[1]) or ".submit()" not in body:
            continue
        name, number, now = filled[1], given.get(filled[2], "").strip("'\""), told.get(filled[1], "1")
        form = next((field.getparent() for field in root.iter("input") if field.get("name") == name), None)
        while form is not None and form.tag != "form":
            form = form.getparent()
        if form is not None and number.isdigit() and now.isdigit() and int(number) == int(now) + 1:
            fields = {one.get("name") or "": one.get("value") or "" for one in form.iter("input") if _is_hidden(one)}
            address = absolute(form.get("action") or bare, bare) or bare
            if (form.get("method") or "").lower() == "post":
                return posted(address, fields | {name: number})
            return f"{address.partition('?')[0]}?{urlencode(fields | {name: number})}"
    return None


def _by_number(url: str, number: int) -> str:
    if _PAGE.search(url):
        return _PAGE.sub(rf"\g<1>{number}", url)
    return f"{url}{'&' if '?' in url else '?'}page={number}"


def _is_hidden(field: etree._Element) -> bool:
    return (field.get("type") or "").lower() == "hidden" and bool(field.get("name"))
