"""HTML as it stands: its links, those a click runs among them, and what each says of itself."""

import re
from collections.abc import Iterator
from urllib.parse import urldefrag, urljoin, urlsplit

from lxml import etree

from crawler.links import is_more, is_next, is_year, page_number
from crawler.platforms.listing import Target

_CALL = re.compile(
    r"""(?:\w*(?:open|jump|detail|goto|go|url|link|view|show|redirect)\w*\s*\(|location(?:\.href)?\s*=)"""
    r"""\s*["']([^"']+)["']""",
    re.I,
)
_ORIGIN = re.compile(r"https?://[^/?#]+")
_FROM_ROOT = re.compile(r"/(?!/)(?:(?!/\.)[\w\-./?&=%+,~])*")
"""A path from the root in which nothing is to be resolved: no backslash, fragment or `/..`."""
_ADDRESS = re.compile(r"^(https?:)?/|^\.{0,2}[\w\-./]*[/.][\w\-./]*(\?|$)")
_SAYS_NOTHING = re.compile(
    r"^[\[【（(]?(点击)?(查看|详情|下载|打开|阅读|浏览|全文|附件|进入|更多|pdf|word|docx?)*(详情|全文|附件|原文)?[>》\]】）)]*$",
    re.I,
)
_DAY = re.compile(r"[\s\[（(]*20\d\d[-./年]\d{1,2}[-./月]\d{1,2}[日\])）\s]*$")
_NUMERAL = 4  # letters that a page's number is worth: more than 末页 and >|, less than a title
_LONGEST = 1 << 10
_HEADING = 20  # letters
_LEVELS = 4  # from a year to the list that hangs on its column
_NEXT = {"next", "nextpage", "next-page", "page-next"}  # what links are, or are drawn as
_DATA = ("data-href", "data-url", "data-link", "data-path")
_CLICKED = etree.XPath(
    f"//*[@onclick or {' or '.join(f'@{name}' for name in _DATA)}][not(self::a) and not(self::area)]"
)
_ROW = etree.XPath("ancestor::*[self::tr or self::li or self::dl][1]")


def absolute(address: str, base: str) -> str | None:
    """The absolute http(s) address without fragment, None for anything else."""
    if _FROM_ROOT.fullmatch(address) and (origin := _ORIGIN.match(base)):
        return origin[0] + address  # most links of most pages, and urljoin takes ten times as long
    try:
        url = urldefrag(urljoin(base, address.strip().replace("\\", "/")))[0]
        urlsplit(url).port  # noqa: B018 - raises on what is no port
    except ValueError:
        return None
    return url if url.startswith(("http://", "https://")) else None


def asked(address: str, base: str) -> str | None:
    """The same for an address with what is posted to it: that stays behind it."""
    bare, mark, form = address.partition("#")
    found = absolute(bare, base)
    return f"{found}{mark}{form}" if found else None


def parse(text: str) -> etree._Element | None:
    """The page as lxml sees it, without comments; None where there is nothing to see."""
    page = re.sub(r"^\s*<\?xml[^>]*\?>", "", text.lstrip("\ufeff").replace("\0", ""))
    try:
        return etree.fromstring(page, parser=etree.HTMLParser(remove_comments=True, remove_pis=True))
    except (etree.XMLSyntaxError, ValueError):
        return None


def links(root: etree._Element, base: str) -> list[Target]:
    """The links of a parsed page or fragment, once each."""
    kept: dict[str, Target] = {}
    for address, element in _addresses(root):
        url = absolute(address, base)
        if url is None:
            continue
        said = words(element)
        if url not in kept or _weight(said) > _weight(kept[url].words):
            kept[url] = Target(
                url, said, _beside(element) if is_more(said) else _above(element) if is_year(said) else ""
            )
    return list(kept.values())


def _weight(said: str) -> int:
    """How much the words of a link say of where it leads: 下一页, a title, the number of a page, 末页."""
    if is_next(said):
        return _LONGEST
    return len(said) if page_number(said) is None else _NUMERAL


def _addresses(root: etree._Element) -> Iterator[tuple[str, etree._Element]]:
    for anchor in root.iter("a", "area"):
        address = anchor.get("href") or ""
        if not address or address.lower().startswith(("javascript:", "#")):
            address = _clicked(anchor)
        if address and not address.lower().startswith(("mailto:", "tel:", "data:")):
            yield address, anchor
    for element in _found(_CLICKED, root):
        if address := _clicked(element):
            yield address, element
    for option in root.iter("option"):
        if _ADDRESS.search(option.get("value") or ""):
            yield option.get("value") or "", option


def _found(path: etree.XPath, element: etree._Element) -> list[etree._Element]:
    return path(element)  # type: ignore[return-value]  # these paths give elements only


def _clicked(element: etree._Element) -> str:
    """The address that a click opens, "" where none is written there."""
    for name in _DATA:
        if _ADDRESS.search(element.get(name) or ""):
            return element.get(name) or ""
    called = _CALL.search(f"{element.get('onclick') or ''} {element.get('href') or ''}")
    return called[1] if called and _ADDRESS.search(called[1]) else ""


def _flat(element: etree._Element) -> str:
    return " ".join("".join(element.itertext()).split())  # type: ignore[arg-type]


def words(anchor: etree._Element) -> str:
    """What a link says of itself; where that is 查看 or nothing, what its picture or its row says."""
    text = _flat(anchor) or (anchor.get("value") or "" if anchor.tag == "input" else "")
    title = " ".join((anchor.get("title") or "").split())
    if len(title) > len(_DAY.sub("", text)) or (text.endswith(("...", "…")) and title):
        text = title  # a text that is cut off may be the longer one by the day behind it
    if not text:
        text = " ".join(_shown(picture) for picture in anchor.iter("img", "area")).strip()
    if not text and _NEXT & set(f"{anchor.get('rel')} {anchor.get('class')}".lower().split()):
        text = "下一页"  # an arrow
    if _SAYS_NOTHING.search(text):
        row = _found(_ROW, anchor)
        said = max(_parts(row[0]), key=len) if row else ""
        return said if len(text) < len(said) <= 100 else text
    return text


def _shown(picture: etree._Element) -> str:
    said = picture.get("alt") or picture.get("title") or ""
    return said or ("更多" if "more" in (picture.get("src") or "").lower() else "")


def _beside(anchor: etree._Element) -> str:
    """The heading that 更多 stands beside: the few words of what holds both."""
    holder = anchor.getparent()
    said = _flat(holder).removesuffix(_flat(anchor)).strip() if holder is not None else ""
    return said if len(said) <= _HEADING else ""


def _above(anchor: etree._Element) -> str:
    """The heading that a year stands under or behind, alone or among other years: the column that it is a year of."""
    element: etree._Element | None = anchor
    for _ in range(_LEVELS):
        if element is None:
            break
        for before in element.itersiblings(preceding=True):
            said = _flat(before)
            if said.strip("|·/ ") and not is_year(said):
                if len(said) <= _HEADING:
                    return said
                break
        element = element.getparent()
    return ""


def _parts(row: etree._Element) -> Iterator[str]:
    """The words of a row, cell by cell: its number and its day are none of the title."""
    yield " ".join((row.text or "").split())
    for cell in row:
        yield _flat(cell)
        yield " ".join((cell.tail or "").split())
