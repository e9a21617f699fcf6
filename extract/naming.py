"""Which of a document's lines, tags and links is its title."""

import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import chain

from extract.lines import PUNCTUATION, compact
from extract.outline import HEAD_LINES, Outline
from extract.titles import (
    COMMENT,
    TEMPLATE,
    TITLE_LENGTH,
    UNKNOWN,
    Title,
    is_office,
    parse_title,
    same_office,
    subtitle_year,
    tidy,
)

_TITLE_LINES = 3
_COLUMN_OF_YEAR = re.compile(r"20\d\d年")
"""What stands above a title as 2024年度 may, but names a column, and columns lie (白银区 files 2023 under 2022年)."""
_OWN_OFFICE = re.compile("办公[室厅]$")
_OTHER_PAGES = ("上一篇", "下一篇", "上一条", "下一条", "相关")


def title(outline: Outline, words: str) -> Title | None:
    """The best report title: one that names body and year before one that does not, the page's own text first.

    A page that calls itself 图解 or 解读 of a report is one, though the report's title stands in it too.
    """
    named = (outline.document.meta.get(name, "") for name in ("ArticleTitle", "名称", "标题", "title"))
    told = [parse_title(text[:400]) for text in (*named, words) if text.strip()]
    if (other := _of_a_page_about_a_report(outline, told)) is not None:
        return other
    if candidates := [*_printed_titles(outline), *((title, 1) for title in told if title.is_report)]:
        return _best(outline, candidates, told)
    templates = (title for title in map(parse_title, outline.top) if title.reason == TEMPLATE)
    first = (parse_title(text[:TITLE_LENGTH]) for text in outline.top[:1])
    return next(chain(templates if outline.is_form else (), told, first), None)


def _of_a_page_about_a_report(outline: Outline, told: list[Title]) -> Title | None:
    about = [title for title in (*told, *_headings(outline)) if _is_about_a_report(title)]
    if outline.is_form:
        return next((title for title in about if title.reason == COMMENT), None)
    top = map(parse_title, outline.top[:HEAD_LINES])
    comments = (title for title in top if title.reason == COMMENT and _is_about_a_report(title))
    return next(chain(about, comments), None)


def _best(outline: Outline, candidates: list[tuple[Title, int]], told: list[Title]) -> Title:
    """The best of report titles, each with its number of lines; one of a link leads to another page."""
    fitting = [entry for entry in candidates if not _is_joined_by_chance(*entry, outline)]
    links = {compact(link.words) for link in outline.document.links} - {title.text for title in told}
    unlinked = [entry for entry in fitting or candidates if entry[0].text not in links]
    best = max(unlinked or fitting or candidates, key=_merit)[0]
    if best.office is not None or best.year is not None:
        return best
    # 自查报告, or the empty form, under the column 政府信息公开年报
    others = [one for one in (*_headings(outline), *told) if one.reason not in (None, UNKNOWN)]
    return next((one for one in others if one.reason == TEMPLATE or not outline.is_form), best)


def _headings(outline: Outline) -> list[Title]:
    return [parse_title(line.text) for line in outline.lines[: len(outline.top)] if line.heading]


def _printed_titles(outline: Outline) -> Iterator[tuple[Title, int]]:
    """Report titles among the first lines, each with the number of lines over which it is printed.

    A line beside it that is nothing but a year (2024年度) gives the year.
    """
    top = outline.top
    for start, first in enumerate(top):
        if first.startswith(_OTHER_PAGES) or (
            _COLUMN_OF_YEAR.fullmatch(first) and _is_whole(top[start + 1 : start + 2])
        ):
            continue
        for end in range(start + 1, min(start + _TITLE_LINES, len(top)) + 1):
            joined = "".join(top[start:end])
            if len(joined) > TITLE_LENGTH:
                break
            title = parse_title(joined)
            if title.is_report:
                beside = (top[at] for at in (end, start - 1) if 0 <= at < len(top))
                beside = (text for text in beside if not _COLUMN_OF_YEAR.fullmatch(text))
                year = title.year or next((year for text in beside if (year := subtitle_year(text))), None)
                yield replace(title, year=year), end - start


def _is_whole(lines: list[str]) -> bool:
    """Whether a line is a title that needs none before it."""
    return any(title.is_report and title.office is not None for title in map(parse_title, lines))


def _is_joined_by_chance(title: Title, lines: int, outline: Outline) -> bool:
    """Whether the site's name above a title without a body was read as that body (taojiang.gov.cn's townships)."""
    if lines == 1 or title.office is None:
        return False
    signed = outline.signed_by
    if signed and is_office(signed):
        return not same_office(_OWN_OFFICE.sub("", signed), _OWN_OFFICE.sub("", title.office))
    return title.office == tidy(outline.document.meta.get("SiteName", ""))


def unusual(outline: Outline) -> str | None:
    """What a report calls itself in words that no pattern knows."""
    return next(
        (line for line in outline.top if "公开" in line and line.endswith(("报告", "年报")) and len(line) < 60), None
    )


def _merit(candidate: tuple[Title, int]) -> tuple[bool, bool, bool, bool, bool, int]:
    title, lines = candidate
    says_something = title.office is not None or title.year is not None  # else it may be a column's name
    # Of （2024年 the rest stands below.
    is_closed = len(re.findall("[(（《]", title.text)) == len(re.findall("[)）》]", title.text))
    return says_something, not title.notice, title.office is not None, title.year is not None, is_closed, -lines


def _is_about_a_report(title: Title) -> bool:
    is_look_alike = title.reason not in (None, UNKNOWN) and not PUNCTUATION.search(title.text)
    return is_look_alike and "公开" in title.text and ("年度报告" in title.text or "年报" in title.text)
