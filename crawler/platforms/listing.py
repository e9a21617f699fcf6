"""What a content system makes of a page."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Target:
    """A link: absolute address without fragment, and its words (title attribute or text, whichever says more)."""

    url: str
    words: str


@dataclass(slots=True)
class Listing:
    """What a page leads to.

    `links` to whatever it names, `pages`: the next page(s) of this list, `parts`: further pages of the same article,
    `frames`: pages that are shown inside this one or in its place (iframe, meta refresh, script redirect).
    """

    system: str
    links: list[Target] = field(default_factory=list)
    pages: list[str] = field(default_factory=list)
    parts: list[str] = field(default_factory=list)
    frames: list[str] = field(default_factory=list)
