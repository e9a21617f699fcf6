"""Any page: plain links and those a click runs, 下一页 and numbered pages, frames, redirects written in plain sight."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from urllib.parse import urldefrag, urljoin, urlsplit

from lxml import etree

from crawler.links import is_more, is_next
from crawler.platforms import scripted
from crawler.platforms.listing import Listing, Target

_REFRESH = re.compile(r"""^\s*\d*\s*;?\s*url\s*=\s*['"]?([^'"]+)""", re.I)
_LOCATION = re.compile(
    r"""location(?:\.href)?\s*=\s*\\?["']([^"'\\]+)\\?["'](?!\s*\+)"""
    r"""|location\.(?:replace|assign)\(\s*["']([^"']+)["']\)"""
)
_LOADED = re.compile(
    r"""<iframe[^>]+?src=\\?["']([^"'\\>]+)|\.load\(\s*["']([^"'\s]+)["'](?!\s*\+)"""
    r"""|\.src\s*=\s*["']([^"'\s]+\.\w*(?:htm|jsp|php|aspx?)[^"'\s]*)["']""",
    re.I,
)
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
_POSTBACK = re.compile(r"__doPostBack\((?:'|&#39;)[^'&]*(?:pager|page|next)[^'&]*(?:'|&#39;),\s*(?:'|&#39;)(\d*)", re.I)
_PAGE = re.compile(r"([?&]page=)(\d+)", re.I)
_TINY = 3000  # a page that only sends on is short; on long pages location= stands in functions that a click runs
_NUMBER = re.compile(r"[\[【(（第]?\s*(\d{1,3})\s*[\]】)）页]?")
_NUMERAL = 4  # letters that a page's number is worth: more than 末页 and >|, less than a title
_LONGEST = 1 << 10
_HEADING = 20  # letters
_CALENDAR = 28  # as many numbers to click are days, not pages
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
        words = _words(element)
        if url not in kept or _weight(words) > _weight(kept[url].words):
            kept[url] = Target(url, words, _beside(element) if is_more(words) else "")
    return list(kept.values())


def _weight(words: str) -> int:
    """How much the words of a link say of where it leads: 下一页, a title, the number of a page, 末页."""
    if is_next(words):
        return _LONGEST
    return _NUMERAL if _NUMBER.fullmatch(words) else len(words)


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


def _words(anchor: etree._Element) -> str:
    """What a link says of itself; where that is 查看 or nothing, what its picture or its row says."""
    text = _flat(anchor)
    title = " ".join((anchor.get("title") or "").split())
    if len(title) > len(_DAY.sub("", text)) or (text.endswith(("...", "…")) and title):
        text = title  # a text that is cut off may be the longer one by the day behind it
    if not text:
        text = " ".join(_shown(picture) for picture in anchor.iter("img", "area")).strip()
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


def _parts(row: etree._Element) -> Iterator[str]:
    """The words of a row, cell by cell: its number and its day are none of the title."""
    yield " ".join((row.text or "").split())
    for cell in row:
        yield _flat(cell)
        yield " ".join((cell.tail or "").split())


def read(text: str, url: str) -> Listing:
    """Links, next page and frames of any page."""
    listing = Listing("generic")
    root = parse(scripted.written(text)) if "<" in text else None
    if root is None:
        return listing
    base = url
    for element in root.iter("base"):
        base = absolute(element.get("href") or "", url) or url
        break
    listing.links = links(root, base)
    known = {link.url for link in listing.links}
    made = ((absolute(one.url, base), one) for one in scripted.targets(text, root))
    listing.links += [replace(one, url=address) for address, one in made if address and address not in known]
    listing.pages = [target.url for target in listing.links if is_next(target.words)][:1] or _more(listing.links, url)
    listing.pages += _numbered(listing.links, url) or ([] if listing.pages else _next_by_post(text, url))
    frames: list[str | None] = []
    for element in root.iter("iframe", "frame"):
        address = (element.get("src") or "").strip()
        if address and address != "about:blank":
            frames.append(absolute(address, base))
    for element in root.iter("meta"):
        refresh = _REFRESH.search(element.get("content") or "")
        if (element.get("http-equiv") or "").lower() == "refresh" and refresh:
            frames.append(absolute(refresh[1], base))
    frames += _absolute(_LOADED.findall(text), base)
    if len(text) < _TINY:
        frames += _absolute(_LOCATION.findall(text), base)
    listing.frames = [frame for frame in dict.fromkeys(frames) if frame and frame != url]
    return listing


def _absolute(found: Iterable[tuple[str, ...]], base: str) -> list[str | None]:
    return [absolute(next(filter(None, groups), ""), base) for groups in found]


def _numbered(targets: list[Target], url: str) -> list[str]:
    """The pages of a list that has only numbers to click: addresses that differ from its own in numbers alone."""
    mine = _shape(url)
    numbers = {
        int(number[1]): target.url
        for target in targets
        if (number := _NUMBER.fullmatch(target.words)) and int(number[1]) > 1  # 1 is where one came from
    }
    pages = [address for address in numbers.values() if address != url and _kin(_shape(address), mine)]
    return pages if len(pages) < _CALENDAR else []


def _more(targets: list[Target], url: str) -> list[str]:
    """The whole list, where a column shows the first few and 更多: the one that lies in the column's own folder."""
    folder = url.rpartition("/")[0] + "/"
    return [target.url for target in targets if is_more(target.words) and target.url.startswith(folder)][:1]


def _shape(url: str) -> str:
    return re.sub(r"\d+", "0", urlsplit(url)._replace(query="").geturl()).rpartition("/")[0]


def _kin(one: str, other: str) -> bool:
    """Whether two folders are of one list: /zfxxgk/ and, as VSB counts, /zfxxgk/zfxxgknb/."""
    return one.startswith(other) or other.startswith(one)


def _next_by_post(text: str, url: str) -> list[str]:
    """The next page of an .aspx list whose links post the form back: by number, as the same pager also takes it."""
    told, page = set(_POSTBACK.findall(text)), _PAGE.search(url)
    number = int(page[2]) + 1 if page else 2
    # A list that does not heed the number offers the second page for ever.
    if str(number) not in told and (page or "" not in told):
        return []
    return [_PAGE.sub(rf"\g<1>{number}", url) if page else f"{url}{'&' if '?' in url else '?'}page=2"]
