"""Is a visit to be believed? A site that yields nothing, or less than last time, is an error and not a success."""

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


DROP = 0.2
"""A fifth fewer reports than the last time is a sharp drop: single ones vanish, and are noted where they did."""

FEW = 1 / 3
"""Of the offices that must publish in a county at least so many are expected in its best year."""


def judge(now: Yield, before: Yield | None, expected: int, stopped: str | None, left_over: int) -> Verdict:
    """The verdict on a finished visit.

    `before` is what the last finished visit yielded (None: there was none), `expected` how many townships the place
    has (0: not known), `stopped` the outcome that made us leave the site alone (None: it was walked to its end),
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
    if left_over:
        return Verdict(f"完成（超出预算，余 {left_over} 个链接未访问）", believed=True)
    return Verdict("完成", believed=True)
