"""Whose report of which year a document is, or why it is none.

Each fact is taken from where it is most to be trusted: the title, then the body's own sentences, then the signature,
then what the page says of itself; hints of the site (its columns and addresses lie) come last.
"""

import re

from extract import dates, links, misread, naming, verdict
from extract.document import Document
from extract.lines import is_short
from extract.outline import Outline
from extract.report import Finding, FindingClass, Identity
from extract.titles import (
    FACTS,
    FIRST_YEAR,
    LAST_YEAR,
    TITLE_LENGTH,
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

_OTHER_NAME = re.compile(r"(?<=.)[（(][^（()）]*[)）]$")
"""A second name of the body in brackets: 武昌经开区管委会（滨江商务区管委会）."""
# Word's smart tags drop characters: 20251月1日 for 2025年1月1日 (platforms.md §11).
_PERIOD = re.compile(r"(?:统计|数据|时间|期限|时限)[^。]{0,24}?(?P<year>20\d\d)年?0?1月0?1日")
_PERIOD_END = re.compile(r"(?:统计|数据|时间|期限|时限)[^。]{0,44}?(?P<year>20\d\d)年?12月3[01]日")
_FIRST_YEAR_OF_PROSE = re.compile(r"(?<!\d)(20\d\d)年(?:(?:度|以来|来)?[,，]|0?1月0?1日起?[至到—-]|12月31日)")
_COMPILED_BY = re.compile(
    r"(?:本(?:年度)?报告(?:系|是)?由|现(?:将|公布|公开|向社会公布|向社会公开))"
    r"(?P<office>[^，。（(]{3,30}?)(?:根据|依据|按照|编制|20\d\d)"
)
_ACTING = re.compile(r"(?:^|[，。；：])(?P<office>[\u3400-\u9fff]{2,12}?(?:人民政府|办事处))(?=[\u3400-\u9fff])")
"""The body where it begins a clause of prose: 2021年，云屏镇人民政府认真落实…"""
_SITE_CODE = re.compile(r"\d{10}|bm\d{8}", re.IGNORECASE)
_SITE_CODE_LINE = re.compile(r"网站标识码\s*[:：]?\s*(\d{10}|bm\d{8})", re.IGNORECASE)
_INDEX_LINE = re.compile(r"(?:信息)?索\s*引\s*号\s*[\]】]?\s*[:：][\s|]*([0-9A-Za-z][\w\-/().〔〕]{3,48})")
_AREA = re.compile(FACTS["area_scope"])
_OWN = re.compile(FACTS["own_scope"])


def identify(outline: Outline, *, url: str | None = None, words: str = "", quick: bool = False) -> Identity:
    """Whether a document is an annual report, whose and of which year; never raises.

    `url` is where it was found (it may hold the page's date), `words` are those of the link that led to it, the last
    witness of title and year; `quick` guesses at no date of publication. A page whose report is in pictures or attached
    files is a report with `attachments`; one with a report's title and nothing else is none, a file of which nothing
    could be read what its link calls it.
    """
    document = outline.document
    title = naming.title(outline, words)
    reason = verdict.reason_against(outline, title)
    identity = Identity(is_report=reason is None, reason=reason)
    identity.site_id_code = _site_id_code(document)
    identity.index_number = _index_number(outline)
    identity.published_date = dates.published(outline)
    if reason is not None and (title is None or not title.is_report):
        identity.title = title.text if title else None
        return identity
    title = title or Title("", reason=UNKNOWN)
    identity.title = title.text if title.is_report else naming.unusual(outline)
    identity.signed_date = dates.read(outline.signed_on or "") or dates.under_title(outline)
    identity.office = _office(outline, title)
    if identity.office is None:
        identity.office = _hinted_office(outline)
        identity.office_is_hint = identity.office is not None
    if document.recognised and document.html is None:  # a page of HTML has its title typed
        _respell(identity, outline, words)
    identity.office_kind = office_kind(identity.office)
    identity.year = _year(outline, title, identity)
    if identity.year is None:
        identity.year = _hinted_year(outline, identity, words, url)
        identity.year_is_hint = identity.year is not None
    identity.scope = _scope(outline)
    if identity.is_report:
        if identity.published_date is None and document.html and not quick:
            identity.published_date = dates.guessed(document.html, url, identity.signed_date, identity.year)
        identity.attachments = links.attachments(document, copies=outline.is_form and verdict.has_form_table(outline))
        identity.further_pages = links.further_pages(document)
    return identity


def complete(page: Identity, attachment: Identity) -> None:
    """Let the file that holds the body say what its page does not, and name the same body more fully."""
    if attachment.year is not None and (page.year is None or (page.year_is_hint and not attachment.year_is_hint)):
        page.year, page.year_is_hint = attachment.year, attachment.year_is_hint
    for name in ("title", "scope", "signed_date", "published_date", "index_number"):
        if getattr(page, name) is None:
            setattr(page, name, getattr(attachment, name))
    surer = page.office_is_hint and not attachment.office_is_hint  # 县人民政府 above every township's page
    if attachment.office and (page.office is None or surer or _is_fuller(attachment.office, page.office)):
        page.office, page.office_kind, page.office_is_hint = (
            attachment.office, attachment.office_kind, attachment.office_is_hint,
        )  # fmt: skip


def may_be_one_report(page: Identity, attachment: Identity) -> bool:
    """Whether a file attached to a page may hold the page's own report: it names no other year and no other body."""
    if attachment.year not in (page.year, None) and not page.year_is_hint:
        return False
    return page.office_is_hint or not (attachment.office and page.office) or same_office(attachment.office, page.office)


def conflicts_of_file(page: Identity, attachment: Identity) -> list[Finding]:
    """`year_conflict` where the titles of page and attached file name different years; the page's is taken."""
    years = [parse_title(one.title).year if one.title else None for one in (page, attachment)]
    if None in years or years[0] == years[1]:
        return []
    detail = f"页面的标题为{years[0]}年，附件的标题为{years[1]}年"
    return [Finding("year_conflict", FindingClass.STRONG, (), detail, attachment.title or "")]


def _respell(identity: Identity, outline: Outline, words: str) -> None:
    """Put right in a scan's title and office what its other witnesses spell otherwise: signature, the body that the
    text names, running headers, the words of the link; and what none of
    them but the list of the country's places spells right."""
    own = parse_title(identity.title or "").office
    texts = [line.bare for line in outline.lines[len(outline.top) :] if line.cells < 2]
    headers = (parse_title(text) for text in texts if len(text) <= TITLE_LENGTH)
    prose = [found["office"] for text in texts for found in (*_COMPILED_BY.finditer(text), *_ACTING.finditer(text))]
    printed = [*(title.office for title in headers if title.is_report), *prose, own, outline.signed_by]
    names, typed = [name for name in printed if name], parse_title(words).office
    for name in {name for name in (own, identity.office) if name}:
        better = misread.settled(misread.agreed(name, names, [typed] if typed else []))
        identity.title = identity.title and identity.title.replace(name, better)
        identity.office = better if identity.office == name else identity.office


def _is_fuller(name: str, other: str) -> bool:
    return same_office(name, other) and len(name) >= len(other)


def conflicts(outline: Outline, identity: Identity) -> list[Finding]:
    """Where the document's own witnesses of year and body disagree.

    Kinds: `year_conflict` (title against statistics period), `signed_year` (not signed in the year after the one
    reported), `office_conflict` (title against signature).
    """
    found: list[Finding] = []
    period = _period(outline)
    if identity.year and period and period[0] != identity.year:
        detail = f"标题为{identity.year}年，正文的统计期限为{period[0]}年"
        found.append(Finding("year_conflict", FindingClass.STRONG, (), detail, period[1]))
    signed, by = identity.signed_date, outline.signed_by
    if identity.year and signed and dates.reported_year(signed) != identity.year:
        detail = f"{identity.year}年的年度报告落款为{signed.year}年{signed.month}月{signed.day}日"
        found.append(Finding("signed_year", FindingClass.SUSPICIOUS, (), detail, outline.signed_on or ""))
    if identity.office and by and is_office(by) and not _belongs(by, identity.office):
        detail = f"标题为{identity.office}，落款为{by}"
        found.append(Finding("office_conflict", FindingClass.SUSPICIOUS, (), detail, by))
    return found


def _belongs(signed: str, office: str) -> bool:
    """Whether a signature fits the title's body: the same, its government's office, or the government above it."""
    place, signed_place = (re.sub(FACTS["organ"], "", name) for name in (office, signed))
    return same_office(signed, office) or signed.startswith(place) or place.startswith(signed_place)


def _office(outline: Outline, title: Title) -> str | None:
    """The body as printed fullest in title or signature; another body's signature (the office that drew the report
    up) changes nothing. Without either, who the prose says compiled it."""
    signed = outline.signed_by if outline.signed_by and is_office(outline.signed_by) else None
    if signed and (not title.office or _is_fuller(signed, title.office)):
        return signed
    if title.office:
        return title.office
    start = outline.lines[: outline.headings[0].line + 3] if outline.is_form else ()
    found = _COMPILED_BY.search("".join(line.bare for line in start))
    return str(found["office"]) if found and is_office(found["office"]) else None


def _hinted_office(outline: Outline) -> str | None:
    """Whose name stands above the text, or who published the page: of some sites that is the county on every page."""
    for text in outline.top:
        name = _OTHER_NAME.sub("", text)
        if is_office(name) and re.search(FACTS["organ"], name):
            return name
    published_by = (tidy(outline.document.meta.get(label, "")) for label in FACTS["publisher_labels"])
    return next((name for name in published_by if name and is_office(name)), None)


def _scope(outline: Outline) -> str | None:
    text = "".join(line.bare for line in outline.lines if line.cells < 2 and len(line.text) > 16)
    if _OWN.search(text):
        return "own"
    return "area" if _AREA.search(text) else None


def _year(outline: Outline, title: Title, identity: Identity) -> int | None:
    """Title, then statistics period, then signature, then the first year of the prose."""
    named = title.year if title.is_report else subtitle_year(re.split("[-_|]", title.text)[0])
    if _plausible(named):
        return named
    if period := _period(outline):
        return period[0]
    if identity.signed_date:
        return dates.reported_year(identity.signed_date)
    for line in outline.lines:
        if found := _FIRST_YEAR_OF_PROSE.search(line.bare):
            return int(found[1])
    return None


def _hinted_year(outline: Outline, identity: Identity, words: str, url: str | None) -> int | None:
    """What only the site says: the link's words, the day of publication, the column.

    Years to choose from are those of publication on some sites (xxgkAnnualReport.jsp?fbtime=2022 of hanweb), and no
    report comes out before its year has ended.
    """
    published = identity.published_date or dates.in_address(url or "")
    column = subtitle_year(outline.document.meta.get("ColumnName", ""))
    hinted = parse_title(words).year if words else None
    if hinted is None or not _plausible(hinted):
        if published and published.month <= 6:
            return published.year - 1
        hinted = column
    if published and hinted == published.year:
        return dates.reported_year(published)
    return hinted


def _plausible(year: int | None) -> bool:
    return year is not None and FIRST_YEAR <= year <= LAST_YEAR


def _period(outline: Outline) -> tuple[int, str] | None:
    """(year, sentence) of the period for which the report says that its figures are."""
    end = outline.headings[1].line if outline.is_form and len(outline.headings) > 1 else len(outline.lines)
    text = fold("".join(line.bare for line in outline.lines[:end] if line.cells < 2))
    if found := _PERIOD.search(text) or _PERIOD_END.search(text):
        return int(found["year"]), found[0]
    return None


def _site_id_code(document: Document) -> str | None:
    """Ten digits or bm and eight; templates leave 政府网站标识码 where the code should be."""
    code = tidy(document.meta.get("SiteIDCode", ""))
    if _SITE_CODE.fullmatch(code):
        return code.lower()
    found = _SITE_CODE_LINE.search(document.html) if document.html else None
    return found[1].lower() if found else None


def _index_number(outline: Outline) -> str | None:
    for label in FACTS["index_labels"]:
        if value := tidy(outline.document.meta.get(label, "")):
            return value
    for line in outline.lines:
        if "引" in line.text and is_short(line, 200) and (found := _INDEX_LINE.search(line.text)):
            return found[1]
    return None
