"""What a county publishes, before any content system gives it addresses and pages: columns, and entries in them."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from hashlib import sha256
from typing import Any

PAGE_BREAK = "<!--page-break-->"
"""Stands in a body where a content system that can do so begins a new page."""


@dataclass(frozen=True, slots=True)
class File:
    """A file of an entry: the name a visitor sees, its extension, its bytes when asked for."""

    name: str
    extension: str
    data: Callable[[], bytes]
    media_type: str = ""
    picture: bool = False


@dataclass(slots=True)
class Entry:
    """An article, or a file that a list links to.

    `key` is its own for ever, over all rounds. `html` makes the body, given the addresses of `files`. `words` are
    those of the link, where they are not the title. `about` says that it has to do with annual reports. `state` is ""
    or what became of it: gone (lists still name it), soft (gone, with a notice where the system has one), removed (gone
    from the lists too), unlinked (there, but no list names it any more). `index` is its 索引号, where it has one.
    """

    key: str
    title: str
    day: date
    html: Callable[[list[str]], str]
    office: str = ""
    words: str = ""
    files: tuple[File, ...] = ()
    direct: bool = False
    pages: int = 1
    about: bool = False
    state: str = ""
    index: str = ""

    @property
    def absent(self) -> bool:
        """Whether it is not there any more."""
        return self.state in ("gone", "soft", "removed")

    @property
    def link(self) -> str:
        """The words of the link in a list."""
        return self.words or self.title


@dataclass(slots=True)
class Column:
    """A column: `slug` stands in its address where the system uses words, `serial` where numbers (0: made from its
    name). `single`: its page is its only entry. `about` says that it leads to annual reports. `body` is the key of the
    office whose own section this is, "" for the county's.
    """

    slug: str
    name: str
    entries: list[Entry] = field(default_factory=list)
    columns: list["Column"] = field(default_factory=list)
    size: int = 15
    single: bool = False
    about: bool = False
    body: str = ""
    serial: int = 0

    @property
    def listed(self) -> list[Entry]:
        """The entries that its list names, newest first."""
        shown = [entry for entry in self.entries if entry.state not in ("unlinked", "removed")]
        return sorted(shown, key=lambda entry: entry.day, reverse=True)


@dataclass(slots=True)
class Content:
    """A whole site: the columns below its home page, and how this county's copy of the system differs (`style`)."""

    county: str
    name: str
    code: str
    columns: list[Column]
    style: dict[str, Any] = field(default_factory=dict)
    links: list[tuple[str, str]] = field(default_factory=list)
    """Further links of the home page: words and address."""

    def walk(self) -> Iterator[tuple[Column, tuple[Column, ...]]]:
        """Every column with those above it, from the top."""

        def below(columns: list[Column], above: tuple[Column, ...]) -> Iterator[tuple[Column, tuple[Column, ...]]]:
            for column in columns:
                yield column, above
                yield from below(column.columns, (*above, column))

        yield from below(self.columns, ())


def hexadecimal(key: str, length: int = 32) -> str:
    """So many hexadecimal digits that follow from a key."""
    return sha256(key.encode()).hexdigest()[:length]


def number(key: str, digits: int = 8) -> int:
    """A number of so many digits that follows from a key."""
    low = 10 ** (digits - 1)
    return int(low + int(sha256(key.encode()).hexdigest()[:15], 16) % (9 * low))


def pages_of(entries: list[Entry], size: int) -> list[list[Entry]]:
    """Entries in pages of a list; one empty page where there are none."""
    return [entries[start : start + size] for start in range(0, len(entries), size)] or [[]]
