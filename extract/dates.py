"""The days that a document and its page name: when it was signed, when it was published."""

import re
from datetime import date

from extract import numerals
from extract.lines import is_short
from extract.outline import Outline
from extract.signature import DAY
from extract.titles import FACTS, FIRST_YEAR, LAST_YEAR, fold, tidy

_DATE = re.compile(DAY)
_WRITTEN_DATE = re.compile(r"20\d\d年[1-9]\d?月[1-9]\d?日")
_MONTH_FIRST = re.compile(r"(?P<month>\d{1,2})/(?P<day>\d{1,2})/(?P<year>\d{4})")
_PARTS = ("year", "month", "day")
_PUBLISHED_LINE = re.compile(
    r"(?:^[\[【(（]?(?:信息)?(?:发布|公开|公布|发文|更新|生成)?(?:时间|日期)[\]】]?[:：]?"
    r"|(?:发布|公开|公布|发文)(?:时间|日期)[:：]|来源[:：][^:：]{2,25}?(?:时间|日期)[:：])"
    r"[\[【(（]?(?P<date>\d{4}[年./-]\d{1,2}[月./-]\d{1,2})"
)
"""At the start of a line, or behind other labels with its own name: 来源：杨林镇 发布时间：2024-03-26."""
_IN_ADDRESS = re.compile(r"/(?:t|art/)(20\d\d)/?(\d{1,2})/?(\d{1,2})[_/]")
"""The day of publication in addresses of TRS (t20220121_1.html) and hanweb (art/2022/1/21/)."""


def reported_year(signed: date) -> int:
    """The year before the signature's; a report signed in December is of that year."""
    return signed.year if signed.month == 12 else signed.year - 1


def read(text: str) -> date | None:
    """The first date in `text`, also 二〇二五年一月十四日; None if there is none or it is no day of the calendar."""
    folded = fold(tidy(text))
    found = _DATE.search(folded) or _MONTH_FIRST.search(folded)
    if not found:
        return None
    try:
        numbers = [int(numerals.read(found[part].replace("元", "一")) or 0) for part in _PARTS]
        day = date(*numbers)
    except ValueError:
        return None
    return day if FIRST_YEAR <= day.year <= LAST_YEAR else None


def under_title(outline: Outline) -> date | None:
    """（2025年1月14日） or 2025年1月14日 under the title, where reports without a signature at the end have it. A date
    as a machine writes it (2025年01月14日) is the page's."""
    for text in outline.top:
        bracketed = text[:1] in "（(" and text[-1:] in "）)" and len(text) < 20
        if (bracketed or _WRITTEN_DATE.fullmatch(text)) and (found := read(text)):
            return found
    return None


def published(outline: Outline) -> date | None:
    """The page's own date: meta tags and the 索引号 table, then 发布时间 in the text."""
    for label in FACTS["published_labels"]:
        if found := read(outline.document.meta.get(label, "")):
            return found
    for line in outline.lines:
        if ("时间" in line.bare or "日期" in line.bare) and is_short(line, 200):
            parts = line.bare.split("|") if line.cells > 1 else [line.bare.replace("|", "")]
            for part in parts:
                if label := _PUBLISHED_LINE.search(fold(part)):
                    return read(label["date"])
    return None


def in_address(url: str) -> date | None:
    """The day of publication that an address holds."""
    found = _IN_ADDRESS.search(url)
    return read("-".join(found.groups())) if found else None


def guessed(html: str, url: str | None, signed: date | None, year: int | None) -> date | None:
    """What htmldate finds in tags and address of the report of a year. A date before the signature or equal to it was
    read in the text."""
    if not _has_date_but(signed, f"{html} {url}", year):
        return None
    from htmldate import find_date  # slow to import, and most pages say when they were published

    try:
        guess = find_date(html, url=url, extensive_search=False, original_date=True)
    except Exception:  # noqa: BLE001  # a page that breaks the guesser has no guess
        return None
    found = read(guess or "")
    if not found or (signed and found <= signed):
        return None
    # Lists beside the text have dates too; a report comes out in the year after its own.
    return found if year is None or reported_year(found) == year else None


def _has_date_but(signed: date | None, text: str, year: int | None) -> bool:
    """Whether a text has a day on which the report of a year may have come out, other than that of its signature."""
    if year is None:
        return True
    days = re.finditer(rf"{year + 1}[-/.年]?(?P<month>\d\d?)[-/.月]?(?P<day>\d\d?)", text)
    own = None if signed is None else (signed.month, signed.day)
    return any((int(day["month"]), int(day["day"])) != own for day in days)
