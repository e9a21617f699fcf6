"""Whose report of which year a document is, or why it is none.

Each fact is taken from where it is most to be trusted: the title, then the body's own sentences, then the signature,
then what the page says of itself; hints of the site (its columns and addresses lie) come last.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date

from extract import chapters, misread
from extract.chapters import Heading, Line, Outline, compact
from extract.document import Document, Picture
from extract.report import Finding, FindingClass, Identity
from extract.titles import (
    COMMENT,
    FACTS,
    FIRST_YEAR,
    LAST_YEAR,
    TEMPLATE,
    UNKNOWN,
    Title,
    fold,
    is_office,
    office_kind,
    parse_title,
    same_office,
    subtitle_year,
    tidy,
)

_HEAD_LINES = 14
"""Where a title is looked for: lines before the first chapter, or this many from the top."""
_TAIL_LINES = 15
"""Where the signature of a report without chapters is looked for."""
_TITLE_LINES = 3
_MOST_PAGES = 30
_ARTICLE_PAGES = re.compile(
    r"""createPage\w*\(\s*["']?(?P<total>\d+)["']?\s*,\s*["']?(?P<current>\d+)["']?\s*,"""
    r"""\s*["'](?P<stem>t\d{6,}(?:_\d+)?)["']\s*,\s*["']\.?(?P<extension>\w+)["']"""
)
"""The call that draws the pager of an article, not that of a list (its stem is `index` or `list`)."""
_TITLE_LENGTH = 120
_COLUMN_OF_YEAR = re.compile(r"20\d\d年")
"""What stands above a title as 2024年度 may, but names a column, and columns lie (白银区 files 2023 under 2022年)."""
_PROSE = 150
"""Letters of running text that make a page without chapters more than a title."""
_SIGNED_PROSE = 40
"""The same where a signature or a table stands below."""
_STATISTICS = 6
"""Numbers in cells that make a table one of statistics."""

_DATE = re.compile(r"(?P<year>\d{4})\s*[年./-]\s*(?P<month>\d{1,2})\s*[月./-]\s*(?P<day>\d{1,2})")
_WRITTEN_DATE = re.compile(r"20\d\d年[1-9]\d?月[1-9]\d?日")
_OTHER_NAME = re.compile(r"(?<=.)[（(][^（()）]*[)）]$")
"""A second name of the body in brackets: 武昌经开区管委会（滨江商务区管委会）."""
_MONTH_FIRST = re.compile(r"(?P<month>\d{1,2})/(?P<day>\d{1,2})/(?P<year>\d{4})")
_CHINESE_DATE = re.compile(r"(?P<year>\d{4})年(?P<month>[一二三四五六七八九十]+)月(?P<day>[一二三四五六七八九十]+)日")
_CHINESE_DIGITS = "零一二三四五六七八九"
# Word's smart tags drop characters: 20251月1日 for 2025年1月1日 (platforms.md §11).
_PERIOD = re.compile(r"(?:统计|数据|时间|期限|时限)[^。]{0,24}?(?P<year>20\d\d)年?0?1月0?1日")
_PERIOD_END = re.compile(r"(?:统计|数据|时间|期限|时限)[^。]{0,44}?(?P<year>20\d\d)年?12月3[01]日")
_FIRST_YEAR_OF_PROSE = re.compile(r"(?<!\d)(20\d\d)年(?:(?:度|以来|来)?[,，]|0?1月0?1日起?[至到—-]|12月31日)")
_COMPILED_BY = re.compile(
    r"(?:本(?:年度)?报告(?:系|是)?由|现(?:将|公布|公开|向社会公布|向社会公开))"
    r"(?P<office>[^，。（(根据依20]{3,30}?)(?:根据|依据|按照|编制|20\d\d)"
)
_ACTING = re.compile(r"(?:^|[，。；：])(?P<office>[\u3400-\u9fff]{2,12}?(?:人民政府|办事处))(?=[\u3400-\u9fff])")
"""The body where it begins a clause of prose: 2021年，云屏镇人民政府认真落实…"""
_SITE_CODE = re.compile(r"\d{10}|bm\d{8}", re.IGNORECASE)
_SITE_CODE_LINE = re.compile(r"网站标识码\s*[:：]?\s*(\d{10}|bm\d{8})", re.IGNORECASE)
_INDEX_LINE = re.compile(r"(?:信息)?索\s*引\s*号\s*[\]】]?\s*[:：][\s|]*([0-9A-Za-z][\w\-/().〔〕]{3,48})")
_PUBLISHED_LINE = re.compile(
    r"(?:^[\[【(（]?(?:信息)?(?:发布|公开|公布|发文|更新|生成)?(?:时间|日期)[\]】]?[:：]?"
    r"|(?:发布|公开|公布|发文)(?:时间|日期)[:：]|来源[:：][^:：]{2,25}?(?:时间|日期)[:：])"
    r"[\[【(（]?(?P<date>\d{4}[年./-]\d{1,2}[月./-]\d{1,2})"
)
"""At the start of a line, or behind other labels with its own name: 来源：杨林镇 发布时间：2024-03-26."""
_SEVERAL_YEARS = re.compile(r"(?:20\d\d年?度?[|｜丨/、·]?){2,}")
_ADDRESS_DATE = re.compile(r"/(?:t|art/)(20\d\d)/?(\d{1,2})/?(\d{1,2})[_/]")
"""The day of publication in addresses of TRS (t20220121_1.html) and hanweb (art/2022/1/21/)."""
_CRUMBS = re.compile(r"[【\[]?(?:您?(?:现在|当前)?的?(?:所在)?位置|(?:网站)?首页[>＞»])")
_NUMBER = re.compile(r"\d[\d.,]*")
_PUNCTUATION = re.compile(r"[。，；]")
_FORM_TABLE = re.compile(r"申请人情况|本年新收|结果维持|第二十条第|本年制发件数|予以公开")
_PLACEHOLDER = re.compile(FACTS["placeholder"])
_SPAM = re.compile(FACTS["spam"])
_ATTACHMENT = re.compile(FACTS["attachment"], re.IGNORECASE)
_ATTACHMENT_NOT = re.compile(FACTS["attachment_not"])
_ATTACHED_REPORT = re.compile(FACTS["attached_report"])
_PICTURE_NOT = re.compile(FACTS["picture_not"], re.IGNORECASE)
_PAGE_ADDRESS = re.compile(r"\.s?html?(?:$|[?#])", re.IGNORECASE)
_VIEWER = re.compile(r"[?&]file=([^&#]+)")
_AREA = re.compile(FACTS["area_scope"])
_OWN = re.compile(FACTS["own_scope"])
_OWN_OFFICE = re.compile("办公[室厅]$")
_OTHER_PAGES = ("上一篇", "下一篇", "上一条", "下一条", "相关")


@dataclass(frozen=True, slots=True)
class _Reading:
    """What the questions below share: the lines, where the chapters begin, the lines around them."""

    document: Document
    lines: list[Line]
    headings: list[Heading]
    is_form: bool
    top: list[str]  # the lines in which a title may stand
    tail: list[Line]  # the lines in which a signature may stand


def _read(document: Document, known: Outline | None) -> _Reading:
    known = known or chapters.outline(document)
    lines, headings, is_form = known.lines, known.headings, known.is_form
    first = headings[0].line if is_form else _HEAD_LINES
    # A year that is a link, or ends the way to this page, is a column's: xxgkAnnualReport.jsp offers all of them.
    years = {words for link in document.links if subtitle_year(words := tidy(link.words))}
    top = [tidy(line.text) for line in lines[:first] if line.cells < 2]
    top = [text for text, chosen in zip(top, _chosen_years(top), strict=True) if not chosen and text not in years]
    top = [text for text in top if not _CRUMBS.match(text) and not _SEVERAL_YEARS.fullmatch(text)]
    # The tables of old reports stand behind the signature too.
    tail = lines[headings[-1].line + 1 :] if is_form else [line for line in lines[1:] if line.cells < 2][-_TAIL_LINES:]
    return _Reading(document, lines, headings, is_form, top, tail)


def _chosen_years(texts: list[str]) -> list[bool]:
    """For each line whether it is one of several years, one below the other, that a page offers."""
    years = [None, *map(subtitle_year, texts), None]
    return [
        year is not None and any(other not in (year, None) for other in (before, after))
        for before, year, after in zip(years, years[1:], years[2:], strict=False)
    ]


def identify(
    document: Document, *, url: str | None = None, words: str = "", known: Outline | None = None, quick: bool = False
) -> Identity:
    """Whether `document` is an annual report, whose and of which year; never raises.

    `url` is where it was found (it may hold the page's date), `words` are those of the link that led to it, the last
    witness of title and year; its outline may be `known`; `quick` guesses at no date of publication. A page whose
    report is in pictures or attached files is a report with `attachments`; one with a report's title and nothing else
    is none, a file of which nothing could be read what its link calls it.
    """
    reading = _read(document, known)
    signed_office, signed_date = chapters.signature(reading.tail)
    title = _title(reading, words, signed_office)
    identity = Identity(is_report=False)
    identity.reason = _reason_against(reading, title)
    identity.is_report = identity.reason is None
    identity.site_id_code = _site_id_code(document)
    identity.index_number = _index_number(reading)
    if title is None or (not identity.is_report and title.reason is not None):
        identity.title = title.text if title else None
        identity.published_date = _published_date(reading)
        return identity
    identity.title = title.text if title.reason is None else _unusual_title(reading)
    identity.signed_date = _date(signed_date or "") or _date_under_title(reading)
    identity.office = _office(reading, title, signed_office)
    if document.recognised and document.html is None:  # a page of HTML has its title typed
        _respell(identity, reading, signed_office, words)
    identity.office_kind = office_kind(identity.office)
    identity.published_date = _published_date(reading)
    identity.year = _year(reading, title, identity)
    if identity.year is None:
        identity.year = _hinted_year(reading, identity, words, url)
        identity.year_is_hint = identity.year is not None
    if identity.is_report and identity.published_date is None and document.html and not quick:
        identity.published_date = _guessed_date(document.html, url, identity)
    identity.scope = _scope(reading)
    if identity.is_report:
        holds_body = reading.is_form and _has_form_table(reading)
        identity.attachments = _attachments(document, copies=holds_body)
        identity.further_pages = _further_pages(document)
    return identity


def complete(page: Identity, attachment: Identity) -> None:
    """Let the file that holds the body say what its page does not, and name the same body more fully."""
    if attachment.year is not None and (page.year is None or (page.year_is_hint and not attachment.year_is_hint)):
        page.year, page.year_is_hint = attachment.year, attachment.year_is_hint
    for name in ("title", "scope", "signed_date", "published_date", "index_number"):
        if getattr(page, name) is None:
            setattr(page, name, getattr(attachment, name))
    if attachment.office and (page.office is None or _is_fuller(attachment.office, page.office)):
        page.office, page.office_kind = attachment.office, attachment.office_kind


def may_be_one_report(page: Identity, attachment: Identity) -> bool:
    """Whether a file attached to a page may hold the page's own report: it names no other year and no other body."""
    if attachment.year not in (page.year, None) and not page.year_is_hint:
        return False
    return not (attachment.office and page.office) or same_office(attachment.office, page.office)


def conflicts_of_file(page: Identity, attachment: Identity) -> list[Finding]:
    """`year_conflict` where the titles of page and attached file name different years; the page's is taken."""
    years = [parse_title(one.title).year if one.title else None for one in (page, attachment)]
    if None in years or years[0] == years[1]:
        return []
    detail = f"页面的标题为{years[0]}年，附件的标题为{years[1]}年"
    return [Finding("year_conflict", FindingClass.STRONG, (), detail, attachment.title or "")]


def _respell(identity: Identity, reading: _Reading, signed: str | None, words: str) -> None:
    """Put right in a scan's title and office what its other witnesses spell otherwise: signature, the body that the
    text names, running headers, the words of the link."""
    own = parse_title(identity.title or "").office
    texts = [compact(line.text) for line in reading.lines[len(reading.top) :] if line.cells < 2]
    headers = (parse_title(text) for text in texts if len(text) <= _TITLE_LENGTH)
    prose = [found["office"] for text in texts for found in (*_COMPILED_BY.finditer(text), *_ACTING.finditer(text))]
    printed = [*(title.office for title in headers if title.reason is None), *prose, own, signed]
    names, typed = [name for name in printed if name], parse_title(words).office
    for name in {name for name in (own, identity.office) if name}:
        better = misread.agreed(name, names, [typed] if typed else [])
        identity.title = identity.title and identity.title.replace(name, better)
        identity.office = better if identity.office == name else identity.office


def _is_fuller(name: str, other: str) -> bool:
    return same_office(name, other) and len(name) >= len(other)


def conflicts(document: Document, identity: Identity, known: Outline | None = None) -> list[Finding]:
    """Where the document's own witnesses of year and body disagree.

    Kinds: `year_conflict` (title against statistics period), `signed_year` (not signed in the year after the one
    reported), `office_conflict` (title against signature).
    """
    reading = _read(document, known)
    found: list[Finding] = []
    period = _period(reading)
    if identity.year and period and period[0] != identity.year:
        detail = f"标题为{identity.year}年，正文的统计期限为{period[0]}年"
        found.append(Finding("year_conflict", FindingClass.STRONG, (), detail, period[1]))
    signed_office, signed_text = chapters.signature(reading.tail)
    signed = identity.signed_date
    if identity.year and signed and _reported_year(signed) != identity.year:
        detail = f"{identity.year}年的年度报告落款为{signed.year}年{signed.month}月{signed.day}日"
        found.append(Finding("signed_year", FindingClass.SUSPICIOUS, (), detail, signed_text or ""))
    if identity.office and signed_office and is_office(signed_office) and not _belongs(signed_office, identity.office):
        detail = f"标题为{identity.office}，落款为{signed_office}"
        found.append(Finding("office_conflict", FindingClass.SUSPICIOUS, (), detail, signed_office))
    return found


def _belongs(signed: str, office: str) -> bool:
    """Whether a signature fits the title's body: the same, its government's office, or the government above it."""
    place, signed_place = (re.sub(FACTS["organ"], "", name) for name in (office, signed))
    return same_office(signed, office) or signed.startswith(place) or place.startswith(signed_place)


# --- title -----------------------------------------------------------------------------------------------------------


def _title(reading: _Reading, words: str, signed: str | None) -> Title | None:
    """The best report title: one that names body and year before one that does not, the page's own text first.

    A page that calls itself 图解 or 解读 of a report is one, though the report's title stands in it too.
    """
    meta = reading.document.meta
    named = [meta.get(name, "") for name in ("ArticleTitle", "名称", "标题", "title")]
    read = [parse_title(text[:400]) for text in (*named, words) if text.strip()]
    candidates = [*_printed_titles(reading), *((title, 1) for title in read if title.reason is None)]
    about = [title for title in (*read, *_headings(reading)) if _is_about_a_report(title)]
    if reading.is_form:
        about = [title for title in about if title.reason == COMMENT]
    else:
        top = map(parse_title, reading.top[:_HEAD_LINES])
        about += [title for title in top if title.reason == COMMENT and _is_about_a_report(title)]
    if about:
        return about[0]
    if candidates:
        fitting = [entry for entry in candidates if not _is_joined_by_chance(*entry, signed, meta.get("SiteName"))]
        links = {compact(link.words) for link in reading.document.links} - {title.text for title in read}
        unlinked = [entry for entry in fitting or candidates if entry[0].text not in links]
        best = max(unlinked or fitting or candidates, key=_merit)[0]
        if best.office is None and best.year is None and not reading.is_form:
            # 自查报告 under the column 政府信息公开年报
            return next((one for one in (*_headings(reading), *read) if one.reason not in (None, UNKNOWN)), best)
        return best
    if reading.is_form and (form := [title for title in map(parse_title, reading.top) if title.reason == TEMPLATE]):
        return form[0]
    if read:
        return read[0]
    return parse_title(reading.top[0][:_TITLE_LENGTH]) if reading.top else None


def _headings(reading: _Reading) -> list[Title]:
    return [parse_title(line.text) for line in reading.lines[: len(reading.top)] if line.heading]


def _printed_titles(reading: _Reading) -> Iterator[tuple[Title, int]]:
    """Report titles among the first lines, each with the number of lines over which it is printed.

    A line beside it that is nothing but a year (2024年度) gives the year.
    """
    top = reading.top
    for start, first in enumerate(top):
        if first.startswith(_OTHER_PAGES) or (
            _COLUMN_OF_YEAR.fullmatch(first) and _is_whole(top[start + 1 : start + 2])
        ):
            continue
        for end in range(start + 1, min(start + _TITLE_LINES, len(top)) + 1):
            joined = "".join(top[start:end])
            if len(joined) > _TITLE_LENGTH:
                break
            title = parse_title(joined)
            if title.reason is None:
                beside = (top[at] for at in (end, start - 1) if 0 <= at < len(top))
                beside = (text for text in beside if not _COLUMN_OF_YEAR.fullmatch(text))
                year = title.year or next((year for text in beside if (year := subtitle_year(text))), None)
                yield replace(title, year=year), end - start


def _is_whole(lines: list[str]) -> bool:
    """Whether a line is a title that needs none before it."""
    return any(title.reason is None and title.office is not None for title in map(parse_title, lines))


def _is_joined_by_chance(title: Title, lines: int, signed: str | None, site: str | None) -> bool:
    """Whether the site's name above a title without a body was read as that body (taojiang.gov.cn's townships)."""
    if lines == 1 or title.office is None:
        return False
    if signed and is_office(signed):
        return not same_office(_OWN_OFFICE.sub("", signed), _OWN_OFFICE.sub("", title.office))
    return title.office == tidy(site or "")


def _unusual_title(reading: _Reading) -> str | None:
    """What a report calls itself in words that no pattern knows."""
    return next(
        (line for line in reading.top if "公开" in line and line.endswith(("报告", "年报")) and len(line) < 60), None
    )


def _merit(candidate: tuple[Title, int]) -> tuple[bool, bool, bool, bool, int]:
    title, lines = candidate
    says_something = title.office is not None or title.year is not None  # else it may be a column's name
    return says_something, not title.notice, title.office is not None, title.year is not None, -lines


def _is_about_a_report(title: Title) -> bool:
    is_look_alike = title.reason not in (None, UNKNOWN) and not _PUNCTUATION.search(title.text)
    return is_look_alike and "公开" in title.text and ("年度报告" in title.text or "年报" in title.text)


# --- is it a report? -------------------------------------------------------------------------------------------------


def _reason_against(reading: _Reading, title: Title | None) -> str | None:
    """Why this is no annual report, in Chinese; None if it is one."""
    if len(_SPAM.findall("\n".join(line.text for line in reading.lines[:60]))) >= 3:
        return "这是关键词堆砌的垃圾页面，不是政府的原文"
    if reading.is_form:
        if title is not None and title.reason == COMMENT:
            return COMMENT
        if _is_empty_form(reading, title):
            return "这是没有填写的空白表格（格式模板），不是报告"
        return None
    if _is_list_page(reading, title):
        return "这是栏目列表页，报告在它链接的页面里"
    if title is None:
        return "文件中没有可读的文字"
    if title.reason is not None:
        return title.reason
    if title.column and title.office is None and title.year is None and not _prose_length(reading) > 4 * _PROSE:
        return "这是年报栏目的页面，本身没有报告正文"
    if _is_unread_file(reading.document):
        return None
    if not (_has_text(reading) or _attachments(reading.document) or _has_form_table(reading)):
        return "只有年度报告的标题，没有正文、表格或附件"
    return None


def _has_text(reading: _Reading) -> bool:
    """Whether a page has a report's text: townships of before 2019 wrote a few signed lines, or numbers in a table."""
    numbers = sum(line.cells > 1 and _NUMBER.fullmatch(compact(line.text)) is not None for line in reading.lines)
    signed = all(chapters.signature(reading.tail))
    return _prose_length(reading) >= (_SIGNED_PROSE if signed or numbers >= _STATISTICS else _PROSE)


def _is_unread_file(document: Document) -> bool:
    """Whether this is a file of which no word could be read (a scan without the OCR extra, an OFD, a torn PDF): then
    the words of its link alone say what it is, and it is kept as a report that is not read."""
    return not document.lines and not document.blocks and document.format not in ("html", "text", "unknown")


def _is_empty_form(reading: _Reading, title: Title | None) -> bool:
    """The blank form: no number in any table, and the form's placeholders, or a title that says 模板, or no prose."""
    within = {heading.key: heading.line for heading in reading.headings}
    start, end = within.get("disclosure", reading.headings[0].line), within.get("problems", len(reading.lines))
    if any(_NUMBER.fullmatch(part) for line in reading.lines[start:end] for part in line.text.split()):
        return False
    prose = "".join(compact(line.text) for line in reading.lines[reading.headings[0].line :] if line.cells < 2)
    is_template = title is not None and title.reason == TEMPLATE
    if is_template or _PLACEHOLDER.search(prose):
        return True
    return len(prose) < _PROSE and not _attachments(reading.document)


def _is_list_page(reading: _Reading, title: Title | None) -> bool:
    """A column page: links to reports and little text besides, and no report's title that is not a link's."""
    words = [link.words for link in reading.document.links if "公" in link.words and len(link.words) <= _TITLE_LENGTH]
    titles = {link.text for link in map(parse_title, set(words)) if link.reason is None and (link.office or link.year)}
    if not titles or _prose_length(reading) > 4 * _PROSE:
        return False
    if title is None or title.reason is not None or title.year is None:
        return len(titles) >= 3
    meta = reading.document.meta
    own = {parse_title(meta[name][:400]).text for name in ("ArticleTitle", "名称", "title") if name in meta}
    if title.text not in titles - own:
        return False
    # A page that is nothing but a title and a file may print the title as the file's name once more.
    linked = sum(compact(one) == compact(title.text) for one in words)
    return sum(compact(line.text) == compact(title.text) for line in reading.lines) <= linked


def _prose_length(reading: _Reading) -> int:
    links = {compact(link.words) for link in reading.document.links}
    texts = (compact(line.text) for line in reading.lines if line.cells < 2 and len(line.text) >= 20)
    prose = (text for text in texts if _PUNCTUATION.search(text) and text not in links)
    return sum(len(text) for text in prose if not chapters.is_chrome(text))


def _has_form_table(reading: _Reading) -> bool:
    return any(_FORM_TABLE.search(compact(line.text)) for line in reading.lines if len(line.text) < 120)


def _further_pages(document: Document) -> list[str]:
    """Addresses of the pages over which TRS lays out a long article: only a script names them (platforms.md §3)."""
    found = _ARTICLE_PAGES.search(document.html or "")
    if found is None or int(found["current"]) != 0:
        return []
    return [f"{found['stem']}_{page}.{found['extension']}" for page in range(1, min(int(found["total"]), _MOST_PAGES))]


def _attachments(document: Document, *, copies: bool = False) -> list[str]:
    """Addresses of what may hold the report's body: files first, else the pictures of the body. Where the page holds it
    itself, of files alone that are called a report (`copies`)."""
    files: list[str] = []
    for link in document.links:
        address = link.address.strip()
        if viewer := _VIEWER.search(address):
            address = viewer[1]
        if address.lower().startswith(("javascript:", "mailto:", "data:")) or _ATTACHMENT_NOT.search(link.words):
            continue
        if copies and not _ATTACHED_REPORT.search(link.words):
            continue
        is_page = _PAGE_ADDRESS.search(address) is not None
        if _ATTACHMENT.search(address) or (_ATTACHMENT.search(link.words.strip()) and not is_page):
            files.append(address)
    if not files and not copies:
        pictures = (b.address for b in document.blocks if isinstance(b, Picture) and b.data is None)
        files = [address for address in pictures if not _PICTURE_NOT.search(address)]
    return list(dict.fromkeys(files))


# --- whose -----------------------------------------------------------------------------------------------------------


def _office(reading: _Reading, title: Title, signed: str | None) -> str | None:
    """The body as printed fullest in title or signature; another body's signature (the office that drew the report
    up) changes nothing. Without either, who the page says published it."""
    signed = signed if signed and is_office(signed) else None
    if title.office:
        if signed and _is_fuller(signed, title.office):
            return signed
        return title.office
    if signed:
        return signed
    for text in reading.top:
        name = _OTHER_NAME.sub("", text)
        if is_office(name) and re.search(FACTS["organ"], name):
            return name
    if reading.is_form:
        start = compact("".join(line.text for line in reading.lines[: reading.headings[0].line + 3]))
        if (found := _COMPILED_BY.search(start)) and is_office(found["office"]):
            return str(found["office"])
    for label in FACTS["publisher_labels"]:
        name = tidy(reading.document.meta.get(label, ""))
        if name and is_office(name):
            return name
    return None


def _scope(reading: _Reading) -> str | None:
    text = compact("".join(line.text for line in reading.lines if line.cells < 2 and len(line.text) > 16))
    if _OWN.search(text):
        return "own"
    return "area" if _AREA.search(text) else None


# --- when ------------------------------------------------------------------------------------------------------------


def _year(reading: _Reading, title: Title, identity: Identity) -> int | None:
    """Title, then statistics period, then signature, then the first year of the prose."""
    named = title.year if title.reason is None else subtitle_year(re.split("[-_|]", title.text)[0])
    if _plausible(named):
        return named
    if period := _period(reading):
        return period[0]
    if identity.signed_date:
        return _reported_year(identity.signed_date)
    for line in reading.lines:
        if found := _FIRST_YEAR_OF_PROSE.search(compact(line.text)):
            return int(found[1])
    return None


def _hinted_year(reading: _Reading, identity: Identity, words: str, url: str | None) -> int | None:
    """What only the site says: the link's words, the day of publication, the column.

    Years to choose from are those of publication on some sites (xxgkAnnualReport.jsp?fbtime=2022 of hanweb), and no
    report comes out before its year has ended.
    """
    in_address = _ADDRESS_DATE.search(url or "")
    published = identity.published_date or (_date("-".join(in_address.groups())) if in_address else None)
    column = subtitle_year(reading.document.meta.get("ColumnName", ""))
    hinted = parse_title(words).year if words else None
    if hinted is None or not _plausible(hinted):
        if published and published.month <= 6:
            return published.year - 1
        hinted = column
    if published and hinted == published.year:
        return _reported_year(published)
    return hinted


def _reported_year(signed: date) -> int:
    """The year before the signature's; a report signed in December is of that year."""
    return signed.year if signed.month == 12 else signed.year - 1


def _plausible(year: int | None) -> bool:
    return year is not None and FIRST_YEAR <= year <= LAST_YEAR


def _period(reading: _Reading) -> tuple[int, str] | None:
    """(year, sentence) of the period for which the report says that its figures are."""
    end = reading.headings[1].line if reading.is_form and len(reading.headings) > 1 else len(reading.lines)
    text = fold(compact("".join(line.text for line in reading.lines[:end] if line.cells < 2)))
    if found := _PERIOD.search(text) or _PERIOD_END.search(text):
        return int(found["year"]), found[0]
    return None


def _date(text: str) -> date | None:
    """The first date in `text`, also 二〇二五年一月十四日; None if there is none or it is no day of the calendar."""
    folded = fold(tidy(text))
    if found := _DATE.search(folded) or _MONTH_FIRST.search(folded):
        numbers = int(found["year"]), int(found["month"]), int(found["day"])
    elif found := _CHINESE_DATE.search(folded):
        numbers = int(found["year"]), _chinese_number(found["month"]), _chinese_number(found["day"])
    else:
        return None
    try:
        day = date(*numbers)
    except ValueError:
        return None
    return day if FIRST_YEAR <= day.year <= LAST_YEAR else None


def _chinese_number(text: str) -> int:
    """The number that 十四 or 三十一 writes, below 100."""
    tens, ten, ones = text.rpartition("十")
    return (max(_CHINESE_DIGITS.find(tens), 1) * 10 if ten else 0) + max(_CHINESE_DIGITS.find(ones[:1] or "零"), 0)


def _date_under_title(reading: _Reading) -> date | None:
    """（2025年1月14日） or 2025年1月14日 under the title, where reports without a signature at the end have it. A date
    as a machine writes it (2025年01月14日) is the page's."""
    for text in reading.top:
        bracketed = text[:1] in "（(" and text[-1:] in "）)" and len(text) < 20
        if (bracketed or _WRITTEN_DATE.fullmatch(text)) and (found := _date(text)):
            return found
    return None


def _published_date(reading: _Reading) -> date | None:
    """The page's own date: meta tags and the 索引号 table, then 发布时间 in the text."""
    for label in FACTS["published_labels"]:
        if found := _date(reading.document.meta.get(label, "")):
            return found
    for line in reading.lines:
        if len(line.text) < 200 and (label := _PUBLISHED_LINE.search(fold(compact(line.text)).replace("|", ""))):
            return _date(label["date"])
    return None


def _guessed_date(html: str, url: str | None, identity: Identity) -> date | None:
    """What htmldate finds in tags and address. A date before the signature or equal to it was read in the text."""
    if not _has_date_but(identity.signed_date, f"{html} {url}", identity.year):
        return None
    from htmldate import find_date  # slow to import, and most pages say when they were published

    try:
        guess = find_date(html, url=url, extensive_search=False, original_date=True)
    except Exception:  # noqa: BLE001  # a page that breaks the guesser has no guess
        return None
    found = _date(guess or "")
    if not found or (identity.signed_date and found <= identity.signed_date):
        return None
    # Lists beside the text have dates too; a report comes out in the year after its own.
    return found if identity.year is None or _reported_year(found) == identity.year else None


def _has_date_but(signed: date | None, text: str, year: int | None) -> bool:
    """Whether a text has a day on which the report of a year may have come out, other than that of its signature."""
    if year is None:
        return True
    days = re.finditer(rf"{year + 1}[-/.年]?(?P<month>\d\d?)[-/.月]?(?P<day>\d\d?)", text)
    own = None if signed is None else (signed.month, signed.day)
    return any((int(day["month"]), int(day["day"])) != own for day in days)


# --- numbers of the page ---------------------------------------------------------------------------------------------


def _site_id_code(document: Document) -> str | None:
    """Ten digits or bm and eight; templates leave 政府网站标识码 where the code should be."""
    code = tidy(document.meta.get("SiteIDCode", ""))
    if _SITE_CODE.fullmatch(code):
        return code.lower()
    found = _SITE_CODE_LINE.search(document.html) if document.html else None
    return found[1].lower() if found else None


def _index_number(reading: _Reading) -> str | None:
    for label in FACTS["index_labels"]:
        if value := tidy(reading.document.meta.get(label, "")):
            return value
    for line in reading.lines:
        if len(line.text) < 200 and (found := _INDEX_LINE.search(line.text)):
            return found[1]
    return None
