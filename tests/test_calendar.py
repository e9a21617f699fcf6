from datetime import UTC, datetime

import pytest

from crawler.calendar import Hours, is_due


@pytest.mark.parametrize(
    ("visited", "now", "due"),
    [
        (None, "2026-07-01T00:00", True),
        ("2026-01-10T02:00", "2026-01-10T15:00", False),
        ("2026-01-10T02:00", "2026-01-10T16:00", True),  # midnight in Beijing
        ("2026-03-31T02:00", "2026-03-31T20:00", True),  # the 1st of April there: a new month
        ("2026-04-01T02:00", "2026-04-30T02:00", False),
        ("2026-04-30T02:00", "2026-05-01T02:00", True),
        ("2026-11-02T02:00", "2026-12-01T02:00", True),
        ("2025-12-01T02:00", "2026-01-01T02:00", True),
        ("2026-05-01T02:00", "2026-01-01T02:00", False),  # a clock that was put right
    ],
)
def test_daily_while_reports_appear_and_monthly_otherwise(visited: str | None, now: str, due: bool) -> None:
    def at(text: str) -> datetime:
        return datetime.fromisoformat(text).replace(tzinfo=UTC)

    assert is_due(at(visited) if visited else None, at(now)) == due


@pytest.mark.parametrize(
    ("hours", "inside", "outside"),
    [("22-6", (22, 23, 0, 5), (6, 12, 21)), ("1-5", (1, 4), (0, 5)), ("0-24", (0, 23), ())],
)
def test_the_hours_are_those_of_china(hours: str, inside: tuple[int, ...], outside: tuple[int, ...]) -> None:
    night = Hours.parse(hours)
    for hour in range(24):
        moment = datetime(2026, 1, 10, (hour - 8) % 24, 30, tzinfo=UTC)
        if hour in inside:
            assert night.hold(moment)
        if hour in outside:
            assert not night.hold(moment)


@pytest.mark.parametrize("text", ["", "22", "22-22", "25-3", "a-b", "1-2-3"])
def test_hours_that_are_none_are_refused(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - the command says in its own words what was wrong
        Hours.parse(text)
