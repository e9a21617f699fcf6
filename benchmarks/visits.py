"""What a visitor costs on an archive: CPU of the first view of every page, beside Datasette's own defaults, one table.

    python -m benchmarks.visits national.db              every page, filtered lists, searches
    python -m benchmarks.visits national.db --zip        and everything to take home, with the memory it takes

Every address is asked once, so that nothing of it was counted before: of a server like that of `nianbao serve
--snapshot`, then of Datasette with neither our plugins, templates nor settings on the same file. Searches are timed
without their page, too. Exit status 1 where ours costs more than its LIMITS, a facet is not counted, or an answer is no
page.
"""

import asyncio
import os
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
from archive import schema, search
from serve import chosen, questions

LIMITS = {"page": 300.0, "filtered": 1500.0, "rare": 20.0, "phrase": 500.0}
"""Milliseconds of CPU that a first view (or a search) may take, by kind."""

PHRASES = (
    "村17号事项",
    "学区划分 信访",
    "公",
    "公开",
    "信息公",
    "信息公开",
    "府信息公开",
    "政府信息公开",
    "公开 信息 -某",
    "“主动公开”",
    "信访 OR 公开",
)

LISTS = """
reports?year={year}
reports?province={province}
reports?county={county}
reports?office_kind=department
reports?office_kind=department&year={year}
reports?office_kind=department&edition=2021&format=html
reports?worst_finding=always
reports?reading=whole
reports?findings_count__gt=0
reports?office__contains=财政
reports?signed_date__gt={year}-04-01
reports?edition=2019&_sort=signed_date
reports?_sort_desc=text_chars
reports?_sort_desc=received
reports?received__gte=100&year={year}
reports?received__lte=5&_sort_desc=received
requests?outcome=new_received&year={year}
requests?outcome=denied_internal_affairs&_sort_desc=total
requests?natural_person__gt=500
requests?_sort_desc=total
disputes?corrected__gt=0&year={year}
disclosure?item=penalties&_sort_desc=decisions
figures?province={province}&year={year}&_sort_desc=licences
figures?_sort_desc=unable
findings?kind=row_sum
coverage?state=refused&year={year}
firsts?what=denied
""".split()
"""Lists, narrowed and ordered in each way that the pages offer."""


@dataclass(frozen=True, slots=True)
class Visit:
    """An address, what it is, which of LIMITS it has to keep, and what to ask of Datasette itself ("": nothing)."""

    kind: str
    what: str
    address: str
    plain: str = ""


def rare(archive: Path) -> list[str]:
    """Words of two, three and six characters that few reports hold: benchmarks.national puts some into each."""
    with closing(sqlite3.connect(f"file:{archive}?mode=ro", uri=True)) as db:
        sql = "SELECT text FROM chapters WHERE chapter = 'overview' LIMIT 1 OFFSET (SELECT count(*) / 2 FROM reports)"
        own = str(db.execute(sql).fetchone()[0]).partition("号事项")[2]
    return [own[:2], own[3:6], own[6:12]]


def visits(archive: Path) -> Iterator[Visit]:
    """Every page, every list, and lists filtered in each way that the pages offer."""
    with closing(sqlite3.connect(f"file:{archive}?mode=ro", uri=True)) as db:
        report, office, code, province, county, year = db.execute(
            """SELECT report_id, office_id, substr(division_code, 1, 6), province, county, year FROM reports
            WHERE county NOT NULL ORDER BY year DESC LIMIT 1 OFFSET (SELECT count(*) / 20 FROM reports)"""
        ).fetchone()
    for path in ("/", "/coverage", "/method", "/api", "/downloads", "/archive", "/feed.atom"):
        yield Visit("page", path, path, path if path == "/archive" else "")
    yield Visit("page", "counties of a province", "/coverage?" + urlencode({"province": province, "year": year}))
    yield Visit("page", "a report", f"/archive/reports/{report}?with=last", f"/archive/reports/{report}")
    for what, key in (("an office", f"offices/{office}"), ("a county", f"places/{code}")):
        yield Visit("page", what, f"/archive/{key}", f"/archive/{key}")
    for what, key in (("a prefecture", f"{code[:4]}00"), ("a province", f"{code[:2]}0000")):
        yield Visit("page", what, f"/archive/places/{key}", f"/archive/places/{key}")
    for table in schema.TABLES:
        yield _list("filtered" if table.facets else "page", table.name)
    for one in LISTS:
        yield _list("filtered", one.format(year=year, province=province, county=county))
    for name in schema.MEASURES:
        address = f"reports?{name}__gte=10&_sort_desc={name}"
        yield Visit("filtered", address, f"/archive/{address}")
    for phrase in (*rare(archive), *PHRASES):
        fts = {"_fts_table": "search", "_fts_pk": "number", "_searchmode": "raw", "_search": search.match(phrase)}
        ours, plain = (f"/archive/reports?{urlencode(asked)}" for asked in ({"q": phrase}, fts))
        yield Visit("filtered", phrase, ours, plain)
        among = urlencode({"office_kind": "township", "year": year})
        yield Visit("filtered", f"{phrase}, townships of a year", f"{ours}&{among}")
    for question in questions.questions():
        yield _list("filtered", question.link, question.ask)


def _list(kind: str, address: str, what: str = "") -> Visit:
    return Visit(kind, what or address, f"/archive/{address}", f"/archive/{address}")


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


def ask(process: int, port: int, every: Iterable[tuple[Visit, str]]) -> dict[Visit, tuple[float, str]]:
    """Ask each address once: the milliseconds of CPU that it cost, and what is wrong with the answer ("": nothing)."""
    told = {}
    for one, address in every:
        before = spent(process)
        answer = urllib3.request("GET", f"http://127.0.0.1:{port}{address}", retries=False, timeout=300)
        cost = spent(process) - before
        text = answer.data.decode("utf-8", "replace")
        lacking = "没能在时限内数完" in text or "These facets timed out" in text
        told[one] = cost, str(answer.status) if answer.status != 200 else "facets lacking" if lacking else ""
        click.echo(f"{cost:8.0f} ms {told[one][1]:14} {address}", err=True)
    return told


def searches(archive: Path) -> Iterator[tuple[str, str, float]]:
    """What each search costs without its page: kind, query, milliseconds (the least of three)."""

    async def find(query: str) -> float:
        chosen.forget()
        start = time.process_time()
        await chosen.of(db, (), query, 60_000)
        return (time.process_time() - start) * 1000

    async def every() -> list[tuple[str, str, float]]:
        await find("")  # the columns are there
        kinds = [("rare", query) for query in rare(archive)] + [("phrase", query) for query in PHRASES]
        return [(kind, query, min([await find(query) for _ in range(3)])) for kind, query in kinds]

    db = chosen.database(archive, serve.SETTINGS)
    yield from asyncio.run(every())


def taken_home(archive: Path, folder: Path) -> str:
    """The zip of everything: seconds of CPU, most memory, size."""
    target = folder / "all.zip"
    with subprocess.Popen(
        [sys.executable, "-m", "nianbao", "export", str(target), "--archive", str(archive)]
    ) as process:
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    seconds, size = used.ru_utime + used.ru_stime, target.stat().st_size / 1e6
    cost = f"{seconds:,.0f} s, {used.ru_maxrss / 1024:.0f} MB of memory, a zip of {size:,.0f} MB"
    return f"| zip of everything | {cost} | – |"


def _memory(process: int) -> float:
    status = Path(f"/proc/{process}/status").read_text()
    return float(status.partition("VmHWM:")[2].split()[0]) / 1024


@click.command()
@click.argument("archive", type=click.Path(path_type=Path, exists=True))
@click.option("--zip", "with_zip", is_flag=True, help="Make the zip of everything, too")
def main(archive: Path, with_zip: bool) -> None:
    """Ask every page of ARCHIVE once, of ours and of Datasette with its defaults, and print what each cost."""
    every = list(visits(archive))
    with tempfile.TemporaryDirectory(dir=archive.parent) as scratch:
        counts = Path(scratch) / "counts.json"
        (Path(scratch) / "archive.db").symlink_to(archive.resolve())  # Datasette calls a database like its file
        archive = Path(scratch) / "archive.db"
        subprocess.run(serve.inspect_command(archive, counts), check=True)
        # Limits are of the wall clock, which says little on a machine that others work on too.
        serve.SETTINGS.update(sql_time_limit_ms=60_000, facet_time_limit_ms=60_000)
        command = serve.command(archive, port := free_port(), counts=counts)
        with serving(command, port) as process:
            started = spent(process)
            ours = ask(process, port, ((one, one.address) for one in every))
            memory = _memory(process)
        command = serve.command(archive, port := free_port(), counts=counts)
        plain = [*command[: command.index("--host")], "--port", str(port), "--inspect-file", str(counts)]
        with serving(plain, port) as process:
            theirs = ask(process, port, ((one, one.plain) for one in every if one.plain))
        click.echo(f"Started in {started:,.0f} ms; at most {memory:,.0f} MB.\n")
        click.echo("| first view of | ms | Datasette's own |\n|---|---|---|")
        well = True
        for one in every:
            cost, wrong = ours[one]
            well &= not wrong and cost <= LIMITS[one.kind]
            plain_cost = "{:,.0f} {}".format(*theirs[one]).strip() if one in theirs else "–"
            click.echo(f"| {one.what} | {_marked(one.kind, cost)} {wrong}| {plain_cost} |")
        for kind, query, cost in searches(archive):
            well &= cost <= LIMITS[kind]
            click.echo(f"| search alone: {query} | {_marked(kind, cost)} | – |")
        if with_zip:
            click.echo(taken_home(archive, Path(scratch)))
    sys.exit(0 if well else 1)


def _marked(kind: str, cost: float) -> str:
    text = f"{cost:,.1f}" if kind in ("rare", "phrase") else f"{cost:,.0f}"
    return text if cost <= LIMITS[kind] else f"**{text}**"


if __name__ == "__main__":
    main()
