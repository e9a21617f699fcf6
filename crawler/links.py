"""Which words of a link lead to a report: the way from a home page through columns to the report."""

import json
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

WORDS: dict[str, Any] = json.loads(Path(__file__).with_name("links.json").read_text(encoding="utf-8"))
"""links.json: the words, the priorities of the stages and the budget of a site."""

WALKED = frozenset({"seed", "column", "group", "list", "frame", "item", "guess"})
"""Stages on whose pages lists, groups and further pages are followed; an `entry` only leads on by its words."""

OUTSIDE = frozenset({"seed", "entry", "offices", "office", "frame"})
"""Stages of pages outside the annual columns: there a year is just a year, and a way in is worth following."""

_ANNUAL = frozenset({"column", "group", "list"})
"""Stages of the annual columns' own pages: there a title cut off behind an office or a year may be a report's."""

_LONGEST = 120
_NUMBER = re.compile(r"[\[【(（第]?\s*(\d{1,3})\s*[\]】)）页]?")
_CLEARLY = 45  # priority of an entry that can be nothing else


@dataclass(frozen=True, slots=True)
class Step:
    """Where a link leads: its stage and how soon it is worth asking (higher first)."""

    stage: str
    priority: int


@cache
def _patterns(name: str) -> re.Pattern[str]:
    words = WORDS[name]
    return re.compile(words if isinstance(words, str) else "|".join(f"(?:{pattern})" for pattern in words), re.I)


@cache
def _entries() -> tuple[tuple[re.Pattern[str], int], ...]:
    return tuple((re.compile(pattern), priority) for pattern, priority in WORDS["entry"])


def year_of(words: str) -> int | None:
    """The one year that the words of a link name, None where none or several."""
    years = {int(year) for year in re.findall(r"(?<!\d)(20\d\d)(?=\s*年|\s*$|\s*度)", words)}
    return years.pop() if len(years) == 1 else None


def step(
    words: str,
    url: str,
    stage: str,
    page: str = "",
    year: int | None = None,
    under: str = "",
    *,
    fresh: bool = True,
    guess: bool = False,
    own: bool = False,
) -> Step | None:
    """Whether to follow a link with these words found on a page of this stage; None: not our subject.

    `under` names the columns that it stands in, `fresh` says that the home page does not have the link too: inside the
    annual columns it is then no menu and worth a guess, where a `guess` is wanted. `own`: it says no more than the name
    of the site's place, as among its offices the county's own picture does. With `year`, what clearly names
    another report year is left out. Columns are named after the year of publication as often as after the year
    reported on, so for them one year more or less is let through (platforms.md §0).
    """
    bare = re.sub(r"\s+|^[\[【·•・>]+|[\]】]+$", "", words)
    if not bare or len(bare) > _LONGEST:
        return None
    priority = WORDS["priority"]
    # Beside the reports only: a column of notices has such pages of every other sort of report.
    if stage in WALKED - {"seed"} and _patterns("roster").search(bare):
        return Step("roster", priority["roster"]) if not year or year_of(bare) == year else None
    # A report may be issued by a notice (关于印发…年度报告的通知); a notice about compiling reports is none.
    if _patterns("never").search(bare) and not _patterns("issued").search(bare):
        return None
    named = year_of(bare)
    if _patterns("column").search(bare):
        return Step("column", priority["column"])
    if _patterns("item").search(bare) or (stage in _ANNUAL and _patterns("cut").search(bare)):
        return None if year and named and named != year else Step("item", priority["item"])
    outside = stage in OUTSIDE
    if outside:
        for pattern, value in _entries():
            if pattern.search(bare):
                return Step("entry", value)
    annual = any(map(is_annual, under.split()))
    if stage in WALKED - {"seed"} or annual or (stage == "seed" and _patterns("path").search(url)):
        if _patterns("year").search(bare):
            near = not year or abs(int(bare[:4]) - year) <= 1
            return Step("group", priority["group"]) if near else None
        named_so = any(_patterns(name).search(bare) for name in ("offices", "office", "sub"))
        if annual or _below(url, page) or (fresh and named_so):
            return Step("group", priority["group"])
        if guess and fresh and stage not in {"seed", "frame"} and not _patterns("chrome").search(bare):
            return Step("guess", priority["guess"])
    if outside and _patterns("offices").search(bare):
        return Step("offices", priority["offices"])
    if outside and (_patterns("office").search(bare) or (own and fresh and stage != "seed")):
        return Step("office", priority["office"])
    return None


def is_own_platform(words: str, lead: Step) -> bool:
    """Whether a link of a site's own page leads to where its reports are, on whatever host that is."""
    named = lead.stage == "column" or (lead.stage == "entry" and lead.priority >= _CLEARLY)
    return named and not _patterns("above").search(re.sub(r"\s+", "", words))


def is_lasting(words: str, gone: bool, since: int) -> bool:
    """Whether a link names a column in which a report may stand one day, though none did so far.

    A report's own name over nothing (`gone`) is a dead entry of a list, of which sites that moved have hundreds; only
    one of a year from `since` on may be about to be published.
    """
    bare = re.sub(r"\s+", "", words)
    if any(_patterns(name).search(bare) for name in ("column", "year")):
        return True
    dead = gone and _patterns("item").search(bare) and (year_of(bare) or 0) < since
    return bool(_patterns("sub").search(bare)) and not dead


def _below(url: str, page: str) -> bool:
    """Whether an address is a column below the page's own, by its path: /zfxxgknb/ and /zfxxgknb/bm_1022/."""
    folder = page.rpartition("/")[0] + "/"
    rest = re.fullmatch(r"([\w\-]+/){1,2}(index\.\w+|list\.\w+)?", url.removeprefix(folder))
    return url.startswith(folder) and page.count("/") > 3 and rest is not None


def is_column(text: str) -> bool:
    """Whether a page calls itself a column of annual reports: a person may name one instead of a home page."""
    title = re.search(r"<title[^>]*>([^<]*)", text, re.I)
    return title is not None and any(map(is_annual, re.split(r"[-_—|–>]", title[1])))


def is_annual(words: str) -> bool:
    """Whether a column with this name is one of annual reports."""
    return bool(_patterns("column").search(re.sub(r"\s+", "", words)))


def are_offices(words: str) -> bool:
    """Whether words name a sort of offices, as a heading over a part of a column does: 县直部门."""
    return bool(_patterns("offices").search(re.sub(r"\s+", "", words)))


def is_year(words: str) -> bool:
    """Whether a link says nothing but a year."""
    return bool(_patterns("year").search(re.sub(r"\s+", "", words)))


def is_more(words: str) -> bool:
    """Whether a link with these words leads to the whole of what a page shows the first few of."""
    return bool(_patterns("more").search(re.sub(r"\s+", "", words)))


def is_next(words: str) -> bool:
    """Whether a link with these words leads to the next page of a list."""
    return bool(_patterns("next").search(re.sub(r"\s+", "", words)))


def page_number(words: str) -> int | None:
    """The page of a list that a link with these words leads to: 2, [2], 第2页."""
    number = _NUMBER.fullmatch(words)
    return int(number[1]) if number else None
