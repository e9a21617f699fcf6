"""What a crawl came to, a line for each site, and while it runs how far it is."""

import json
import shutil
import sys
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from crawler.walk import Walk


@dataclass(frozen=True, slots=True)
class SiteSummary:
    """What a visit came to. `reports` = `new` (with a body not seen before) + `unchanged`; `outcome` in Chinese."""

    site: str
    division_code: str
    name: str
    requests: int
    reports: int
    new: int
    unchanged: int
    refused: int
    errors: int
    outcome: str
    believed: bool

    @classmethod
    def of(cls, walk: Walk) -> "SiteSummary":
        """The line of a visit, over or broken off."""
        return cls(
            site=walk.site.host,
            division_code=walk.site.division_code,
            name=walk.site.name,
            requests=walk.requests,
            reports=walk.reports,
            new=walk.new,
            unchanged=walk.reports - walk.new,
            refused=walk.refused,
            errors=walk.failed,
            outcome=walk.verdict.outcome if walk.verdict else "中断",
            believed=walk.verdict is not None and walk.verdict.believed,
        )


@dataclass(slots=True)
class Summary:
    """What a crawl came to, a line for each site; `stopped` says in Chinese why it ended early, else None."""

    sites: list[SiteSummary] = field(default_factory=list)
    stopped: str | None = None

    @property
    def complete(self) -> bool:
        """Whether every site was walked to its end and is to be believed."""
        return self.stopped is None and all(site.believed for site in self.sites)

    @property
    def exit_status(self) -> int:
        """0, or 3 where some site failed or is not to be believed."""
        return 0 if self.complete else 3

    def as_json(self) -> dict[str, Any]:
        """For --summary FILE.json."""
        return {"complete": self.complete, "stopped": self.stopped, "sites": [asdict(site) for site in self.sites]}

    def write(self, path: Path) -> None:
        """Writes as_json() to a file."""
        path.write_text(json.dumps(self.as_json(), ensure_ascii=False, indent=2) + "\n", encoding="utf-8")

    def rows(self) -> list[tuple[str | int, ...]]:
        """The table per site for a terminal, its heads first."""
        heads = ("站点", "名称", "请求", "报告", "新增", "未变", "拒绝", "错误", "结果")
        return [
            heads,
            *(
                (
                    s.site, s.name or s.division_code or "—", s.requests, s.reports, s.new, s.unchanged, s.refused,
                    s.errors, s.outcome,
                )
                for s in self.sites
            ),
        ]  # fmt: skip


Progress = Callable[[list[Walk]], None]


def progress_line(walks: list[Walk]) -> str:
    """Where a crawl stands, in one line."""
    done = sum(walk.verdict is not None for walk in walks)
    requests, reports, refused = (sum(getattr(w, name) for w in walks) for name in ("requests", "reports", "refused"))
    return f"站点 {done}/{len(walks)}  请求 {requests}  报告 {reports}  拒绝 {refused}"


def to_terminal() -> Progress:
    """Progress on stderr: one line kept up to date, or in a log a plain line whenever a site is done."""
    last = [-1]

    def show(walks: list[Walk]) -> None:
        line = progress_line(walks)
        if sys.stderr.isatty():
            sys.stderr.write("\r\x1b[K" + line[: shutil.get_terminal_size().columns - 1])
        elif (done := sum(walk.verdict is not None for walk in walks)) != last[0]:
            last[0] = done
            sys.stderr.write(line + "\n")
        sys.stderr.flush()

    return show
