"""What a content system makes of a page."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlencode

_PAGES = re.compile(
    r"""共(?:&nbsp;|\s|<[^>]+>)*(\d+)(?:&nbsp;|\s|<[^>]+>)*页"""
    r"""|\b(?:pageCount|totalPages?|pagesTotal|pages)["'\\]*\s*[:=]\s*["'\\]*(\d+)""",
    re.I,
)
_YEAR_TO_CLICK = re.compile(r"""<option[^>]*value=["']?(20\d\d)\b|on(?:click|change)=["'][^"']*?\(\s*["']?(20\d\d)\b""")


@dataclass(frozen=True, slots=True)
class Target:
    """A link: absolute address without fragment, and its words (title attribute or text, whichever says more).

    `under` names the columns that it stands in, where the page shows a tree of them ("" where not).
    """

    url: str
    words: str
    under: str = ""


@dataclass(slots=True)
class Listing:
    """What a page leads to.

    `links` to whatever it names, `pages`: the next page(s) of this list (the first, where a script loads it),
    `frames`: what is shown inside this page or in its place (iframe, redirects, the list that a script loads).
    `mixed`: a list of all that the site has, whose pages are worth turning though one of them names no report.
    """

    system: str
    links: list[Target] = field(default_factory=list)
    pages: list[str] = field(default_factory=list)
    frames: list[str] = field(default_factory=list)
    mixed: bool = False


def pages_told(text: str) -> int | None:
    """How many pages a list says that it has, in words or to its script; None where it does not."""
    told = _PAGES.search(text)
    return int(told[1] or told[2]) if told else None


def other_years(text: str, url: str, sent: re.Pattern[str]) -> list[Target]:
    """The same page for other years, where a list of years to choose is all that names them.

    `sent` finds in the address the name (group 1) and the year (group 2) that are sent.
    """
    shown = sent.search(url)
    years = {option or click for option, click in _YEAR_TO_CLICK.findall(text)} - {shown[2] if shown else None}
    return [Target(sent.sub(rf"\g<1>{year}", url), f"{year}年") for year in sorted(years, reverse=True)]


def posted(url: str, form: Mapping[str, object], as_json: bool = False) -> str:
    """An address that must be asked by POST, with what is sent behind a #: no other address has a fragment here."""
    return f"{url}#{json.dumps(form, ensure_ascii=False) if as_json else urlencode(form)}"
