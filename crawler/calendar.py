"""When sites may be asked and must be asked again: the hours of a night, and the months in which reports appear."""

from dataclasses import dataclass
from datetime import datetime

from evidence.moments import CHINA

SEASON = (1, 2, 3)
"""Townships must have published by 31 January, departments and governments by 31 March (条例 Art. 49, 50)."""


@dataclass(frozen=True, slots=True)
class Hours:
    """The hours of the day, in China, in which may be asked: from `start` (inclusive) to `end` (exclusive)."""

    start: int
    end: int

    @classmethod
    def parse(cls, text: str) -> "Hours":
        """Hours as written: 22-6 is the night. Raises ValueError."""
        start, end = (int(hour) for hour in text.split("-"))
        if not (0 <= start < 24 and 0 <= end <= 24 and start != end):
            raise ValueError(text)
        return cls(start, end)

    def hold(self, now: datetime) -> bool:
        """Whether this moment (aware of its zone) lies in them."""
        hour = now.astimezone(CHINA).hour
        if self.start < self.end:
            return self.start <= hour < self.end
        return hour >= self.start or hour < self.end


def is_due(visited: datetime | None, now: datetime) -> bool:
    """Whether a site is to be visited again: every day in the season, else every month, by the calendar of China.

    `visited` is when its last visit ended (None: never, or it was interrupted); both are aware of their zones.
    """
    if visited is None:
        return True
    last, today = visited.astimezone(CHINA), now.astimezone(CHINA)
    if today.month in SEASON:
        return last.date() < today.date()
    return (last.year, last.month) < (today.year, today.month)
