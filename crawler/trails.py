"""Which ways have led to reports: a way that leads nowhere is given up when its patience is spent.

And where articles are shells, in which a script asks for the report: once one was found so, its likes are asked for
at once, without their shells.

Calendars, endless searches and addresses that change at every visit are ways like any other. How an address was come
by stands in the ledger; here is only how often each sort of address was asked in vain.
"""

import re
from collections import Counter
from collections.abc import Callable

from crawler.links import WORDS

_PATIENCE: dict[str, int] = WORDS["patience"]

_HOLE = "{number}"

ComeBy = Callable[[str], tuple[str, str | None] | None]
"""The stage of an address of the visit and the page that led there, None where it is no address of the visit."""


class Trails:
    """What the ways of a visit have come to."""

    def __init__(self, come_by: ComeBy) -> None:
        """Nothing was asked yet."""
        self._come_by = come_by
        self._in_vain: Counter[str] = Counter()
        self._elsewhere: set[str] = set()
        self._inside: dict[str, str] = {}  # way of a shell → address of what is in it, with a place for the number

    def not_there(self, url: str) -> None:
        """Notes that a list is not where such lists usually are."""
        self._elsewhere.add(_way(url, "list"))

    def is_elsewhere(self, url: str) -> bool:
        """Whether lists of this sort were not where they usually are."""
        return _way(url, "list") in self._elsewhere

    def asked(self, url: str, stage: str) -> None:
        """Notes that an address was asked, which is in vain until led_to_report() says otherwise."""
        self._in_vain[_way(url, stage)] += 1

    def led_to_report(self, url: str) -> None:
        """Every way by which this address was come by is worth going on with."""
        seen: set[str] = set()
        above: str | None = url
        while above is not None and above not in seen and (come_by := self._come_by(above)) is not None:
            seen.add(above)
            stage, following = come_by
            self._in_vain.pop(_way(above, stage), None)
            above = following

    def is_inside(self, url: str, shell: str | None) -> None:
        """Notes that a report stood in what the page `shell` asked for, where that was an article's."""
        come_by = self._come_by(shell) if shell else None
        if shell is None or come_by is None or come_by[0] != "item":
            return
        number = _numbers(shell)[-1:]
        if number and _numbers(url).count(number[0]) == 1:
            self._inside[_way(shell, "item")] = re.sub(rf"(?<![0-9a-f]){number[0]}(?![0-9a-f])", _HOLE, url)

    def inside(self, url: str) -> str | None:
        """What an article's page asks for, as its likes did; None where it is no shell, for all that is known."""
        address, numbers = self._inside.get(_way(url, "item")), _numbers(url)
        return address.replace(_HOLE, numbers[-1]) if address and numbers else None

    def given_up(self, url: str, stage: str) -> bool:
        """Whether addresses of this sort have led nowhere too often in a row."""
        return self._in_vain[_way(url, stage)] >= _PATIENCE.get(stage, 1 << 30)

    def clear(self) -> None:
        """Lets go of all of it."""
        self._in_vain.clear()
        self._elsewhere.clear()
        self._inside.clear()


def _numbers(url: str) -> list[str]:
    """The numbers of an address under which an article may be kept."""
    return re.findall(r"(?<![0-9a-f])(?=[0-9a-f]*\d)[0-9a-f]+(?![0-9a-f])", url)


def _way(url: str, stage: str) -> str:
    """What is worth following or not as a whole: guesses at once, lists and articles by the shape of their address."""
    if stage not in {"list", "item", "group"}:
        return stage
    address = re.sub(r"(?<==)[^&]*\d[^&]*|(?=[0-9a-f]*\d)[0-9a-f]{6,}|\d+", "0", url.partition("#")[0])
    return f"{stage} {address if stage != 'group' else address.rpartition('/')[0]}"
