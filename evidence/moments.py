"""Moments as the evidence writes them, in UTC to the second; and as the calendar of China has them."""

from datetime import UTC, datetime, timedelta, timezone

CHINA = timezone(timedelta(hours=8))
"""The time at the sites: all of China keeps Beijing's, without summer time."""


def written(moment: datetime) -> str:
    """A moment (aware of its zone) as WARC, the ledger and the archive write it: "2026-01-31T08:00:00Z"."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def now() -> str:
    """The present moment, written."""
    return written(datetime.now(UTC))


def in_china(text: str) -> datetime:
    """The moment that was `written`, by the clocks of China. Raises ValueError for other text."""
    return datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC).astimezone(CHINA)
