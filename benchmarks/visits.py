"""What a visitor's pages cost on an archive: CPU of the first view of each, beside Datasette's own defaults.

    python -m benchmarks.visits national.db

Every address is asked once, so that nothing of it was counted before, of a server like that of `nianbao serve
--snapshot`. With `--defaults` Datasette serves the same file with neither our plugins nor our settings. Exit status 1
where a page costs more than its LIMITS, a facet is not counted, or an answer is no page.
"""

import socket
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

import click
import urllib3

import serve
from archive import schema
from serve import questions

LIMITS = {"page": 300.0, "filtered": 1500.0, "rare": 20.0, "phrase": 500.0}
"""Milliseconds of CPU that a first view may take, by kind (issue 5, 12)."""

RARE, PHRASES = ("学区划分 信访", "村17号事项"), ("公", "公开", "信息公开", "政府信息公开", "公开 信息 -某")


@dataclass(frozen=True, slots=True)
class Visit:
    """An address, what it is, and which of LIMITS it has to keep."""

    kind: str
    what: str
    address: str


def visits(archive: Path) -> Iterator[Visit]:
    """Every page, every list, and lists filtered in each way that the pages offer."""
    with closing(sqlite3.connect(f"file:{archive}?mode=ro", uri=True)) as db:
        report, office, code, province, county, year = db.execute(
            """SELECT report_id, office_id, substr(division_code, 1, 6), province, county, year FROM reports
            WHERE county NOT NULL ORDER BY year DESC LIMIT 1 OFFSET (SELECT count(*) / 20 FROM reports)"""
        ).fetchone()
    for path in ("/", "/coverage", "/method", "/api", "/downloads", "/archive", "/feed.atom"):
        yield Visit("page", path, path)
    yield Visit("page", "counties of a province", "/coverage?" + urlencode({"province": province, "year": year}))
    yield Visit("page", "a report", f"/archive/reports/{report}?with=last")
    yield Visit("page", "an office", f"/archive/offices/{office}")
    yield Visit("page", "a county", f"/archive/places/{code}")
    yield Visit("page", "a prefecture", f"/archive/places/{code[:4]}00")
    yield Visit("page", "a province", f"/archive/places/{code[:2]}0000")
    for table in schema.TABLES:
        yield Visit("filtered" if table.facets else "page", f"list of {table.name}", f"/archive/{table.name}")
    reports = [
        {"year": year}, {"province": province}, {"county": county}, {"office_kind": "department"},
        {"office_kind": "department", "year": year}, {"office_kind": "department", "edition": "2021", "format": "html"},
        {"worst_finding": "always"}, {"reading": "whole"}, {"findings_count__gt": 0}, {"office__contains": "财政"},
        {"signed_date__gt": f"{year}-04-01"}, {"edition": "2019", "_sort": "signed_date"}, {"_sort_desc": "text_chars"},
    ]  # fmt: skip
    for one in reports:
        yield Visit("filtered", f"reports {one}", "/archive/reports?" + urlencode(one))
    for phrase in PHRASES:
        yield Visit("filtered", f"reports with {phrase}", "/archive/reports?" + urlencode({"q": phrase}))
        both = {"q": phrase, "office_kind": "township", "year": year}
        yield Visit("filtered", f"reports {both}", "/archive/reports?" + urlencode(both))
    for question in questions.questions():
        yield Visit("filtered", question.ask, f"/archive/{question.link}")
    for conditions in ({"outcome": "new_received", "year": year}, {"natural_person__gt": 500}):
        yield Visit("filtered", f"requests {conditions}", "/archive/requests?" + urlencode(conditions))


def free_port() -> int:
    """A port on loopback that nobody listens on."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


@contextmanager
def serving(command: list[str], port: int) -> Iterator[int]:
    """A server in a process of its own, that has answered once; its process id."""
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            for _ in range(600):
                with suppress(urllib3.exceptions.HTTPError):
                    urllib3.request("GET", f"http://127.0.0.1:{port}/robots.txt", retries=False)
                    break
                time.sleep(0.1)
            if process.poll() is not None:
                raise click.ClickException("the server did not start")
            yield process.pid
        finally:
            process.terminate()


def spent(process: int) -> float:
    """Milliseconds of CPU that a process has used, all its threads together (Linux: the clock of another process)."""
    return time.clock_gettime((~process << 3) | 2) * 1000


def ask(process: int, port: int, every: Iterable[Visit]) -> bool:
    """Ask each address once, and print what it cost; whether all kept to their limits."""
    well = True
    for one in every:
        before, start = spent(process), time.perf_counter()
        answer = urllib3.request("GET", f"http://127.0.0.1:{port}{one.address}", retries=False, timeout=300)
        cost, passed = spent(process) - before, (time.perf_counter() - start) * 1000
        text = answer.data.decode("utf-8", "replace")
        lacking = "没能在时限内数完" in text or "These facets timed out" in text
        good = answer.status == 200 and not lacking and cost <= LIMITS[one.kind]
        well &= good
        marks = [*([str(answer.status)] if answer.status != 200 else []), *(["facets lacking"] if lacking else [])]
        click.echo(f"{cost:8.0f} ms  (waited {passed:6.0f})  {' ' if good else '!'} {one.what}  {' '.join(marks)}")
    return well


@click.command()
@click.argument("archive", type=click.Path(path_type=Path, exists=True))
@click.option("--defaults", is_flag=True, help="Datasette's own pages and settings instead")
def main(archive: Path, defaults: bool) -> None:
    """Ask every page of ARCHIVE once, and print what it cost."""
    port = free_port()
    with tempfile.TemporaryDirectory() as scratch:
        counts = Path(scratch) / "counts.json"
        subprocess.run(serve.inspect_command(archive, counts), check=True)
        # Limits are of the wall clock, which says little on a machine that others work on too.
        serve.SETTINGS.update(sql_time_limit_ms=60_000, facet_time_limit_ms=60_000)
        command = serve.command(archive, port, counts=counts)
        if defaults:
            command = [*command[: command.index("--host")], "--port", str(port), "--inspect-file", str(counts)]
        with serving(command, port) as process:
            every = [one for one in visits(archive) if not defaults or one.address.startswith("/archive/")]
            sys.exit(0 if ask(process, port, every) else 1)


if __name__ == "__main__":
    main()
