"""What a content system makes of a page."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlencode


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


def posted(url: str, form: Mapping[str, object], as_json: bool = False) -> str:
    """An address that must be asked by POST, with what is sent behind a #: no other address has a fragment here."""
    return f"{url}#{json.dumps(form, ensure_ascii=False) if as_json else urlencode(form)}"
