"""Which ways have led to reports: a way that leads nowhere is given up when its patience is spent.

Calendars, endless searches and addresses that change at every visit are ways like any other. All of it follows from
the answers of a visit in their order, so that a visit that was interrupted goes on as if it had not been.
"""

import re
from collections import Counter

from crawler.links import WORDS

_PATIENCE: dict[str, int] = WORDS["patience"]


class Trails:
    """The pages of a visit and how each was come by."""

    def __init__(self) -> None:
        """Nothing was asked yet."""
        self._come_by: dict[str, tuple[str, str | None]] = {}
        self._in_vain: Counter[str] = Counter()
        self._elsewhere: set[str] = set()

    def not_there(self, url: str) -> None:
        """Notes that a list is not where such lists usually are."""
        self._elsewhere.add(_way(url, "list"))

    def is_elsewhere(self, url: str) -> bool:
        """Whether lists of this sort were not where they usually are."""
        return _way(url, "list") in self._elsewhere

    def asked(self, url: str, stage: str, found_on: str | None) -> None:
        """Notes that an address was asked, which is in vain until led_to_report() says otherwise."""
        way = _way(url, stage)
        self._come_by[url] = way, found_on
        self._in_vain[way] += 1

    def led_to_report(self, url: str) -> None:
        """Every way by which this address was come by is worth going on with."""
        seen: set[str] = set()
        above: str | None = url
        while above in self._come_by and above not in seen:
            seen.add(above)
            way, above = self._come_by[above]
            self._in_vain[way] = 0

    def given_up(self, url: str, stage: str) -> bool:
        """Whether addresses of this sort have led nowhere too often in a row."""
        return self._in_vain[_way(url, stage)] >= _PATIENCE.get(stage, 1 << 30)


def _way(url: str, stage: str) -> str:
    """What is worth following or not as a whole: guesses at once, lists and articles by the shape of their address."""
    if stage not in {"list", "item", "group"}:
        return stage
    address = re.sub(r"(?<==)[^&]*\d[^&]*|(?=[0-9a-f]*\d)[0-9a-f]{6,}|\d+", "0", url.partition("#")[0])
    return f"{stage} {address if stage != 'group' else address.rpartition('/')[0]}"
