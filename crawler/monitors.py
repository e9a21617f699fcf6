"""Is a visit to be believed? A site that yields nothing, or less than last time, is an error and not a success."""

from collections.abc import Sequence
from dataclasses import dataclass

from evidence import OUTCOMES


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a visit came to, in Chinese, and whether the figures may be believed."""

    outcome: str
    believed: bool


@dataclass(frozen=True, slots=True)
class Yield:
    """What a visit yielded: reports seen, offices with a report of the year that has most, its content system."""

    reports: int
    offices: int
    system: str | None


@dataclass(frozen=True, slots=True)
class Roster:
    """A list of who must publish: the report year, how many offices it names, how many were seen with a report."""

    year: int
    named: int
    seen: int


DROP = 0.2
"""A fifth fewer reports than the last time is a sharp drop: single ones vanish, and are noted where they did."""

FEW = 1 / 3
"""Of the offices that must publish in a county at least so many are expected in its best year."""


HALF = 1 / 2
"""Of the offices that the site's own roster names at least so many; the rest may publish on sites of their own."""


def judge(
    now: Yield,
    before: Yield | None,
    expected: int,
    rosters: Sequence[Roster],
    stopped: str | None,
    left_over: int,
) -> Verdict:
    """The verdict on a finished visit.

    `before` is what the last finished visit yielded (None: there was none), `expected` how many townships the place
    has (0: not known), `rosters` what the site itself says of who must publish,
    `stopped` the outcome that made us leave the site alone (None: it was walked to its end),
    `left_over` tasks beyond the budget.
    """
    if stopped is not None:
        return Verdict(f"未完成：{OUTCOMES[stopped]}", believed=False)
    if now.reports == 0:
        return Verdict("可疑：没有找到报告", believed=False)
    if before is not None and before.reports - now.reports >= max(DROP * before.reports, 1):
        return Verdict(f"可疑：报告比上次少（上次 {before.reports}）", believed=False)
    if before is not None and before.system and before.system != now.system:
        return Verdict(f"可疑：网站系统变了（{before.system} → {now.system or '未知'}）", believed=False)
    if now.offices < FEW * expected:
        told = f"可疑：应有 {expected} 个乡镇街道，最多的一年只见到 {now.offices} 个机关的报告"
        return Verdict(told, believed=False)
    for one in rosters:
        if one.seen < HALF * one.named:
            told = f"可疑：{one.year} 年公布情况列有 {one.named} 个机关，只见到 {one.seen} 个的报告"
            return Verdict(told, believed=False)
    if left_over:
        return Verdict(f"完成（超出预算，余 {left_over} 个链接未访问）", believed=True)
    return Verdict("完成", believed=True)
