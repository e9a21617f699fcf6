"""The crawler, judged on the imitation of eighteen sites: what it finds, what it asks for, how it behaves.

`python -m benchmarks.crawl [--sites KEY,SYSTEM] [--rounds 2] [--scale 0.2] [--delay 0.01]` serves the sites of
`benchmarks.imitation`, runs `nianbao crawl` against them once a round, and compares the archive and the server's log
with the truth. Exit status 1 where a total is beyond its floor (crawl_floors.json).
"""

import argparse
import csv
import json
import os
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from protego import Protego

from benchmarks import imitation
from benchmarks.imitation import EDITED, Imitation, Truth
from samples.publishing import asked
from samples.server import Request, Sites, serving

FLOORS = Path(__file__).with_name("crawl_floors.json")
AGENT = "nianbao"
OWN = ("file:", "more:")
"""Labels of what belongs to a report and is not counted: its files and further pages."""
IDLE = ("other:", "trap:", "gone:")
"""Labels of what has nothing to do with reports."""


@dataclass(slots=True)
class Score:
    """What a crawl of one site in one round came to; `missed` and `wrong` name the cases."""

    key: str
    system: str
    round: int
    open: int = 0
    found: int = 0
    right: int = 0
    kept_wrong: int = 0
    requests: int = 0
    idle: int = 0
    violations: int = 0
    after_challenge: int = 0
    gap: float = float("inf")
    pause: float = 0
    new: int = 0
    new_found: int = 0
    changed: int = 0
    changed_found: int = 0
    falsely_changed: int = 0
    vanished: int = 0
    vanished_found: int = 0
    known: int = 0
    conditional: int = 0
    missed: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    idle_paths: list[str] = field(default_factory=list)


class Archive:
    """What the archive says, by key of the truth."""

    def __init__(self, path: Path, resolve: Callable[[str], str]) -> None:
        """`resolve`: an address → the key of the report that is or was there, "" where there is none."""
        self.by_key: defaultdict[str, list[dict[str, Any]]] = defaultdict(list)
        self.strays: defaultdict[str, list[str]] = defaultdict(list)
        if not path.exists():
            return
        with closing(sqlite3.connect(path)) as db:
            db.row_factory = sqlite3.Row
            for row in db.execute("SELECT * FROM reports"):
                report = dict(row)
                one = [row["report_id"]]
                addresses = db.execute("SELECT * FROM addresses WHERE report_id = ?", one)
                changes = db.execute("SELECT cell FROM changes WHERE report_id = ?", one)
                edits = db.execute("SELECT 1 FROM events WHERE report_id = ? AND what = 'edited'", one)
                report |= {"addresses": [dict(a) for a in addresses], "changes": [c[0] for c in changes]}
                report["edited"] = edits.fetchone() is not None
                urls = {row["source_url"], *(a["url"] for a in report["addresses"])}
                found = {resolve(url) for url in urls} - {""}
                for key in found:
                    self.by_key[key].append(report)
                if not found:
                    self.strays[row["source_url"]].append(f"{row['title']} {row['source_url']}")


def judge(site: Imitation, round_: int, log: list[Request], archive: Archive, earlier: set[str]) -> Score:
    """The score of a site: `log` of this round, `earlier` the paths that were answered 200 with a validator before."""
    score = Score(site.key, site.system, round_)
    for truth in site.truth.values():
        if truth.foreign:
            continue
        _judge_report(score, truth, archive.by_key.get(truth.key, []))
    counted = [r for r in log if not r.label.removeprefix("busy:").startswith(OWN)]
    score.requests = len(counted)
    idle = [r for r in counted if r.label.startswith(IDLE) and r.path not in site.keys]
    score.idle = len(idle)
    score.idle_paths = [f"{n}× {label}" for label, n in Counter(r.label for r in idle).most_common(12)]
    score.violations = _violations(site, log)
    challenges = [index for index, r in enumerate(log) if r.label.startswith("challenge:")]
    score.after_challenge = len(log) - 1 - challenges[0] if challenges else 0
    again = [r for r in log if r.path in earlier and r.path != "/robots.txt"]
    score.known = len(again)
    score.conditional = sum("if-none-match" in r.headers or "if-modified-since" in r.headers for r in again)
    return score


def _judge_report(score: Score, truth: Truth, rows: list[dict[str, Any]]) -> None:
    right = any(row["office"] == truth.office and row["year"] == truth.year for row in rows)
    if truth.state in ("gone", "soft", "removed"):
        score.vanished += 1
        here = [a for row in rows for a in row["addresses"]]
        seen = any(a["last_outcome"] in ("gone", "soft_404") for a in here)
        score.vanished_found += seen
        if not seen:
            score.missed.append(f"vanished {truth.state} {truth.key}")
        return
    score.open += 1
    score.found += bool(rows)
    score.right += right
    if not rows:
        score.missed.append(f"{truth.delivery} {truth.key}")
    elif not right:
        said = " | ".join(f"{row['office']} {row['year']}" for row in rows)
        score.wrong.append(f"{truth.key} {truth.office} {truth.year}: {said}")
    if truth.new:
        score.new += 1
        score.new_found += bool(rows)
    if truth.edited or truth.replaced:
        score.changed += 1
        seen = any(EDITED in row["changes"] for row in rows)
        score.changed_found += seen
        if not seen:
            score.missed.append(f"{'replaced' if truth.replaced else 'edited'} {truth.delivery} {truth.key}")
    elif any(row["edited"] for row in rows):
        score.falsely_changed += 1
        score.wrong.append(f"not edited {truth.delivery} {truth.key}")


def _violations(site: Imitation, log: list[Request]) -> int:
    """Requests that robots.txt closes, or that came before it was asked."""
    answer = site.built.answer(asked("/robots.txt"))
    if answer.status in (401, 403):
        return sum(r.path != "/robots.txt" for r in log)
    plain = answer.status == 200 and answer.media_type.startswith("text/plain")
    rules = Protego.parse(answer.body.decode("utf-8", "replace") if plain else "")
    count = 0
    known: set[str] = set()
    not_before: dict[str, float] = {}
    for request in log:
        if request.path == "/robots.txt":
            known.add(request.host)
        elif request.host not in known or not rules.can_fetch(request.path, AGENT):
            count += 1
        count += request.at < not_before.get(request.path, 0)
        if request.status == 503:
            not_before[request.path] = request.answered + 1  # as its Retry-After says
    return count


def _gap(before: Request, after: Request) -> float:
    """Seconds between two requests; below zero where the second came before the first was answered."""
    return after.at - (before.at if after.at >= before.answered else before.answered)


def _pause(site: Imitation, delay: float) -> float:
    """The least gap between requests that a site may see: the crawl's delay, or its own Crawl-delay."""
    answer = site.built.answer(asked("/robots.txt"))
    text = answer.body.decode("utf-8", "replace") if answer.media_type.startswith("text/plain") else ""
    return max(delay, Protego.parse(text).crawl_delay(AGENT) or 0)


@dataclass(slots=True)
class Run:
    """One round: the sites in their state, what was asked, and how the crawl ended."""

    sites: list[Imitation]
    log: list[Request]
    status: int
    seconds: float


def crawl(only: list[str], rounds: int, scale: float, delay: float, folder: Path) -> Iterator[Score]:
    """Serves the sites and crawls them once a round; yields the score of every site."""
    state = imitation.sites(1, scale, only)
    if not state:
        raise SystemExit(f"no such site: {','.join(only)}")
    server = Sites({site.key: site.built for site in state})
    places, names = imitation.places(state)
    validated: defaultdict[str, set[str]] = defaultdict(set)
    with serving(server, places, names):
        write_sites(state, server, folder)
        for round_ in range(1, rounds + 1):
            if round_ > 1:
                state = imitation.sites(round_, scale, only)
                server.built.update((site.key, site.built) for site in state)
            start, begun = len(server.log), time.monotonic()
            status = run(folder, delay, imitation.resolver(state))
            log = server.log[start:]
            print(
                f"round {round_}: {len(log)} requests, {time.monotonic() - begun:.0f} s, exit status {status}",
                flush=True,
            )
            archive = _archive(folder, state, server)
            for site in state:
                mine = [request for request in log if request.site == site.key]
                score = judge(site, round_, mine, archive, validated[site.key])
                score.pause = _pause(site, delay)
                beside = [request for request in log if places[request.site] == places[site.key]]
                score.gap = min((_gap(a, b) for a, b in pairwise(beside)), default=float("inf"))
                strays = [told for url, told in archive.strays.items() if url.startswith(server.urls[site.key])]
                score.kept_wrong = len(strays)
                score.wrong += [f"no report: {told[0]}" for told in strays]
                if site.built.validators:
                    validated[site.key] |= {r.path for r in mine if r.status == 200}
                yield score


def _archive(folder: Path, state: list[Imitation], server: Sites) -> Archive:
    """The archive of a crawl, its addresses resolved by asking the sites what is there."""
    by_key = {site.key: site for site in state}
    by_host = {urlsplit(server.urls[site.key]).hostname: site for site in state}
    by_host |= {name: by_key[key] for name, key in imitation.places(state)[1].items()}

    def resolve(url: str) -> str:
        base = "/".join(url.split("/", 3)[:3])
        site = by_host.get(urlsplit(url).hostname)
        if site is None:
            return ""
        path = url[len(base) :]
        label = site.built.answer(asked(path, {"referer": base})).label
        key = label.partition(":")[2] if label.startswith(("entry:", *OWN)) else site.keys.get(path, "")
        return key if key in site.truth else ""

    return Archive(folder / "archive.db", resolve)


def write_sites(state: list[Imitation], server: Sites, folder: Path) -> None:
    """sites.csv and divisions.csv, as a person would write them for these counties."""
    with (folder / "sites.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("division_code", "name", "url"))
        writer.writerows((site.code, site.name, server.urls[site.key]) for site in state)
    rows = imitation.division_rows(state)
    with (folder / "divisions.csv").open("w", encoding="utf-8", newline="") as file:
        table = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        table.writeheader()
        table.writerows(rows)


def run(folder: Path, delay: float, names: dict[str, str]) -> int:
    """Runs the crawl as a person would; its words go to crawl.log in the folder."""
    command = [
        sys.executable, "-m", "nianbao", "crawl", "--sites", str(folder / "sites.csv"), "--delay", str(delay),
        "--archive", str(folder / "archive.db"), "--captures", str(folder / "captures"),
        "--summary", str(folder / "summary.json"), "--contact", "benchmark@example.test",
    ]  # fmt: skip
    with (folder / "crawl.log").open("a", encoding="utf-8") as log:
        return subprocess.run(command, check=False, stdout=log, stderr=log, env=os.environ | names).returncode


HEADS = (
    "site", "system", "open", "found", "right", "wrong", "req/rep", "idle", "robots", "after", "gap", "new", "changed",
    "falsely", "gone", "cond",
)  # fmt: skip


def share(part: int, whole: int) -> str:
    """A share in per cent, "-" of nothing."""
    return f"{100 * part / whole:.1f}%" if whole else "-"


def line(score: Score) -> tuple[str, ...]:
    """A row of the table."""
    return (
        score.key, score.system, str(score.open), share(score.found, score.open), share(score.right, score.found),
        str(score.kept_wrong), f"{score.requests / max(score.found, 1):.2f}", share(score.idle, score.requests),
        str(score.violations), str(score.after_challenge), f"{score.gap:.3f}", share(score.new_found, score.new),
        share(score.changed_found, score.changed), str(score.falsely_changed),
        share(score.vanished_found, score.vanished),
        share(score.conditional, score.known),
    )  # fmt: skip


def total(scores: list[Score], round_: int) -> Score:
    """All sites together."""
    whole = Score("all", f"round {round_}", round_)
    for score in scores:
        for name in (
            "open found right kept_wrong requests idle violations new new_found changed changed_found "
            "falsely_changed vanished vanished_found known conditional"
        ).split():
            setattr(whole, name, getattr(whole, name) + getattr(score, name))
        whole.after_challenge = max(whole.after_challenge, score.after_challenge)
        whole.gap = min(whole.gap, score.gap)
    return whole


def failures(scores: list[Score]) -> list[str]:
    """What is beyond a floor of crawl_floors.json, in words."""
    floors = json.loads(FLOORS.read_text("utf-8"))
    said = []
    for round_ in sorted({score.round for score in scores}):
        mine = [score for score in scores if score.round == round_]
        whole = total(mine, round_)
        found = max(whole.found, 1)
        measured = {
            "right": whole.right / found,
            "conditional": whole.conditional / whole.known if whole.known else 1.0,
            "new": whole.new_found / whole.new if whole.new else 1.0,
            "changed": whole.changed_found / whole.changed if whole.changed else 1.0,
            "vanished": whole.vanished_found / whole.vanished if whole.vanished else 1.0,
            "found_of_each_site": min((score.found / score.open for score in mine if score.open), default=1.0),
        }
        most = {
            "kept_wrong": whole.kept_wrong / found, "requests": whole.requests / found,
            "idle": whole.idle / max(whole.requests, 1), "violations": whole.violations,
            "after_challenge": whole.after_challenge,
            "falsely_changed": whole.falsely_changed,
        }  # fmt: skip
        for name, value in measured.items():
            if value < floors["least"][name]:
                said.append(f"round {round_}: {name} {value:.3f} < {floors['least'][name]}")
        for name, value in most.items():
            limit = floors["most"][name]
            limit = limit["first" if round_ == 1 else "again"] if isinstance(limit, dict) else limit
            if value > limit:
                said.append(f"round {round_}: {name} {value:.3f} > {limit}")
        said += [f"round {round_}: {s.key}: gap {s.gap:.4f} < {s.pause}" for s in mine if s.gap < s.pause]
    return said


def show(scores: list[Score], details: bool) -> None:
    """Prints the table of a round, and what was missed."""
    for round_ in sorted({score.round for score in scores}):
        mine = [score for score in scores if score.round == round_]
        rows = [HEADS, *map(line, mine), line(total(mine, round_))]
        widths = [max(len(row[column]) for row in rows) for column in range(len(HEADS))]
        for row in rows:
            print("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())
        for score in mine if details else ():
            for what in ("missed", "wrong", "idle_paths"):
                for told in getattr(score, what)[:12]:
                    print(f"    {score.key} {what}: {told}")


def main() -> int:
    """Runs, prints, judges."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sites", default="", help="keys or systems, with commas; all unless given")
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--scale", type=float, default=1.0, help="1: about 3,000 reports")
    parser.add_argument("--delay", type=float, default=0.01)
    parser.add_argument("--details", action="store_true", help="name what was missed, wrong or idle")
    parser.add_argument("--folder", type=Path, help="keep captures and archive here")
    arguments = parser.parse_args()
    only = [name for name in arguments.sites.split(",") if name]
    with tempfile.TemporaryDirectory() as temporary:
        folder = arguments.folder or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        scores = list(crawl(only, arguments.rounds, arguments.scale, arguments.delay, folder))
    show(scores, arguments.details)
    said = failures(scores)
    for told in said:
        print(told)
    return bool(said)


if __name__ == "__main__":
    sys.exit(main())
