"""Is a visit to be believed? A site that yields nothing, or less than last time, is an error and not a success."""

from dataclasses import dataclass

from evidence import OUTCOMES


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a visit came to, in Chinese, and whether the figures may be believed."""

    outcome: str
    believed: bool


def judge(reports: int, before: int | None, stopped: str | None, left_over: int) -> Verdict:
    """The verdict on a finished visit.

    `reports` seen now (new or unchanged), `before` by the last finished visit (None: there was none), `stopped` the
    outcome that made us leave the site alone (None: it was walked to its end), `left_over` tasks beyond the budget.
    """
    if stopped is not None:
        return Verdict(f"未完成：{OUTCOMES[stopped]}", believed=False)
    if reports == 0:
        return Verdict("可疑：没有找到报告", believed=False)
    if before is not None and reports < before:
        return Verdict(f"可疑：报告比上次少（上次 {before}）", believed=False)
    if left_over:
        return Verdict(f"完成（超出预算，余 {left_over} 个链接未访问）", believed=True)
    return Verdict("完成", believed=True)
