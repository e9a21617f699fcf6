"""Which files and pages a page leads to for its report."""

import re
from urllib.parse import unquote

from extract.document import Document, Picture
from extract.titles import FACTS

_MOST_PAGES = 30
_ARTICLE_PAGES = re.compile(
    r"""createPage\w*\(\s*["']?(?P<total>\d{1,4})["']?\s*,\s*["']?(?P<current>\d{1,4})["']?\s*,"""
    r"""\s*["'](?P<stem>t\d{6,}(?:_\d+)?)["']\s*,\s*["']\.?(?P<extension>\w+)["']"""
)
"""The call that draws the pager of an article, not that of a list (its stem is `index` or `list`)."""
_ATTACHMENT = re.compile(FACTS["attachment"], re.IGNORECASE)
_ATTACHMENT_NOT = re.compile(FACTS["attachment_not"])
_ATTACHED_REPORT = re.compile(FACTS["attached_report"])
_PICTURE_NOT = re.compile(FACTS["picture_not"], re.IGNORECASE)
_PAGE_ADDRESS = re.compile(r"\.s?html?(?:$|[?#])", re.IGNORECASE)
_VIEWER = re.compile(r"[?&]file=([^&#]+)")
_SHOWS_FILES = re.compile(r"^[^?]*(viewer|pdf)[^?]*\?", re.IGNORECASE)
"""A page that shows what it is given: that is a file, whatever it is called."""
_OPENED = re.compile(r"""(?:\(|\b(?:var|let|const)\s+\w+\s*=|\w["']?\s*:)\s*\\?["']([^"'\s<>()\\]+)""")
"""What a click or a script opens: window.open('/upload/1.pdf'), PDFObject.embed("1.pdf"), var url = "1.pdf"."""


def further_pages(document: Document) -> list[str]:
    """Addresses of the pages over which TRS lays out a long article: only a script names them (platforms.md §3)."""
    found = _ARTICLE_PAGES.search(document.html or "")
    if found is None or int(found["current"]) != 0:
        return []
    return [f"{found['stem']}_{page}.{found['extension']}" for page in range(1, min(int(found["total"]), _MOST_PAGES))]


def attachments(document: Document, *, copies: bool = False) -> list[str]:
    """Addresses of what may hold the report's body: files first, else the pictures of the body. Where the page holds it
    itself, of files alone that are called a report (`copies`)."""
    files: list[str] = []
    for link in document.links:
        address = link.address.strip().replace("\\", "/")
        viewed = _VIEWER.search(address)
        if viewed is not None:
            address = unquote(viewed[1])
        if address.lower().startswith(("javascript:", "mailto:", "data:")) or _ATTACHMENT_NOT.search(link.words):
            continue
        if copies and not _ATTACHED_REPORT.search(link.words):
            continue
        is_page = _PAGE_ADDRESS.search(address) is not None
        is_shown = viewed is not None and _SHOWS_FILES.search(link.address) is not None
        is_named = _ATTACHMENT.search(link.words.strip()) is not None and not is_page
        if is_shown or is_named or _ATTACHMENT.search(address):
            files.append(address)
    if not files and not copies:
        opened = (address.replace("&amp;", "&") for address in _OPENED.findall(document.html or ""))
        files = [address for address in opened if _ATTACHMENT.search(address)]
    if not files and not copies:
        pictures = (b.address for b in document.blocks if isinstance(b, Picture) and b.data is None)
        files = [address for address in pictures if not _PICTURE_NOT.search(address)]
    return list(dict.fromkeys(files))
