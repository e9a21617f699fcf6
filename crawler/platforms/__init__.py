"""Content systems: how each one shows a list and its further pages. One module a system, known by the page.

A module has `read(text, url) -> Listing | None`: what the page at `url` links to, None where it is not of this system.
"""

from crawler.platforms import generic, hanweb, trs
from crawler.platforms.listing import Listing, Target

SYSTEMS = (hanweb, trs)
"""Asked in this order; `generic` reads what none of them knows."""


def read(text: str, url: str) -> Listing:
    """What a page leads to: the links that its system hides from plain HTML, and those anyone can see."""
    plain = generic.read(text, url)
    for system in SYSTEMS:
        found = system.read(text, url)
        if found is not None:
            return Listing(
                system=found.system,
                links=_once(found.links + plain.links),
                pages=found.pages or plain.pages,
                parts=found.parts,
                frames=plain.frames,
            )
    return plain


def _once(links: list[Target]) -> list[Target]:
    kept: dict[str, Target] = {}
    for link in links:
        known = kept.get(link.url)
        if known is None or len(link.words) > len(known.words):
            kept[link.url] = link
    return list(kept.values())


__all__ = ["SYSTEMS", "Listing", "Target", "read"]
