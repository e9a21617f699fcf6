"""Content systems: how each one shows a list and its further pages. One module a system, known by the page.

A module has `read(text, url) -> Listing | None`: what the page (or the answer of a script's address) at `url` leads
to, None where it is not of this system. It sees nothing but the text and the address, so that a crawl that was killed
goes on from any page. Cheap tests come first: most pages are of no system that needs one.
"""

from collections.abc import Callable, Iterable

from crawler.platforms import api, epoint, generic, gkmlpt, hanweb, jpaas, lonsun, openness, trs, ucap
from crawler.platforms.listing import Listing, Target

SYSTEMS = (jpaas, hanweb, gkmlpt, ucap, lonsun, epoint, openness, trs)
"""Asked in this order; `api` looks at scripts and JSON that none of them knows, `generic` at every page."""


def read(text: str, url: str, above: Callable[[], Iterable[str]] = tuple) -> Listing:
    """What a page leads to: the links that its system hides from plain HTML, and those anyone can see.

    `above` gives the texts of the pages that led here, nearest first.
    """
    plain = Listing("generic") if api.is_answer(text) or api.is_script(url) else generic.read(text, url)
    found = of_system(text, url) or api.read(text, url, above)
    return plain if found is None else _with(found, plain)


def of_system(text: str, url: str) -> Listing | None:
    """What its system alone says of a page, None where none of them knows it."""
    return next((found for system in SYSTEMS if (found := system.read(text, url)) is not None), None)


def instead(url: str, page: str) -> str | None:
    """What to ask where a list that a script draws for `page` is not there, None where nothing else may be meant."""
    return trs.instead(url) or gkmlpt.instead(url, page)


def _with(found: Listing, plain: Listing) -> Listing:
    return Listing(
        system=found.system,
        links=_once(found.links + plain.links),
        pages=found.pages or plain.pages,
        frames=list(dict.fromkeys(found.frames + plain.frames)),
        mixed=found.mixed,
    )


def _once(links: list[Target]) -> list[Target]:
    kept: dict[str, Target] = {}
    for link in links:
        known = kept.get(link.url)
        if known is None or len(link.words) > len(known.words):
            kept[link.url] = link
    return list(kept.values())


__all__ = ["SYSTEMS", "Listing", "Target", "instead", "read"]
