"""A national archive out of nothing: as many reports as asked for, to measure what grows with them.

    python -m benchmarks.national national.db --reports 100000      makes it, and prints what each part cost
    python -m benchmarks.visits national.db                         asks its pages

Places are the real ones of data/, offices theirs (counties, townships, DEPARTMENTS in every county), years 2019–2025;
1,000,000 reports have 24,400,000 lines of requests. Each has its own names, dates and addresses; numbers and prose are
those of one of MODELS reports, which the archive's own code made, so that the rest is copied inside SQLite. Numbers are
spread as form.md §4 found them: mostly zeros, few offices with many, some blanks, strokes and sums that are wrong. Some
paragraphs are everybody's, OWN_PARAGRAPHS hold an office's name, numbers and words as uneven as those of a language:
how many is an assumption, not a measurement, and the size of the search index rests on it.
"""

import hashlib
import json
import resource
import sqlite3
import time
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import date
from itertools import accumulate, chain
from pathlib import Path
from random import Random
from typing import Any

import click
from sqlite_utils import Database

import divisions
from archive import comparisons, copies, coverage, index, places, rows, schema, search, summaries
from evidence import Capture, SiteState
from extract import form
from extract.report import Cell, Finding, FindingClass, Identity, OfficeKind, Report, Status

WORDS = json.loads(Path(__file__).with_name("words.json").read_text("utf-8"))
YEARS = range(2019, 2026)
DEPARTMENTS = 36  # in a county, beside its townships: what gives 1,000,000 reports in seven years
OWN_PARAGRAPHS = 6
MODELS = 20_000
BUREAUS = (
    "财政 教育 卫生健康 民政 司法 审计 统计 公安 交通运输 水利 农业农村 商务 应急管理 市场监管 住建 林业 医保 信访"
).split()
FORMATS = ("html", "html", "html", "html", "pdf", "docx")
NO_NUMBER = (("", Status.BLANK), ("/", Status.SLASH), ("-", Status.DASH))
# Han characters are as uneven as words are: the first 500 fill three quarters of a text.
HAN = [chr(0x4E00 + at * 5) for at in range(3_500)]
UNEVEN = list(accumulate(1 / (at + 20) for at in range(len(HAN))))
OF_A_REPORT = (
    "reports", "figures", "chapters", "disclosure", "requests", "disputes", "cell_notes", "findings", "versions",
    "addresses", "captures", "paragraphs",
)  # fmt: skip
SEEN = "2026-06-01T00:00:00Z"


@dataclass(frozen=True, slots=True)
class Office:
    """Who reports: its place, its kind, and the id that its reports share."""

    id: str
    name: str
    kind: OfficeKind
    place: places.Place


def offices(known: divisions.Divisions) -> Iterator[Office]:
    """Every office of the country."""
    for one in known.by_code.values():
        if one.valid_to is not None:
            continue
        named = []
        if one.level == divisions.COUNTY:
            named = [(f"{one.name}人民政府", OfficeKind.COUNTY)]
            for number in range(DEPARTMENTS):
                name = f"{BUREAUS[number % len(BUREAUS)]}{'局' if number < len(BUREAUS) else '服务中心'}"
                named.append((name, OfficeKind.DEPARTMENT))
        elif one.level == divisions.TOWNSHIP:
            named = [(one.name, OfficeKind.STREET if one.name.endswith("街道") else OfficeKind.TOWNSHIP)]
        for name, kind in named:
            if place := places.at(one.code, name, known):
                yield Office(f"{one.code}-{places.pinyin(name)}", name, kind, place)


def cells(random: Random, edition: str, kind: OfficeKind) -> dict[str, Cell]:
    """The cells of a report: nine townships in ten have no request, few offices have hundreds.

    All adds up but in one report of forty; one of twenty prints blanks or strokes for zeros.
    """
    found = {key: Cell(0, "0", Status.NUMBER) for table in form.TABLES for key in form.keys(table, edition)}
    busy = kind in (OfficeKind.DEPARTMENT, OfficeKind.COUNTY)

    def put(key: str, value: int) -> None:
        if value:
            found[key] = Cell(value, str(value), Status.NUMBER)

    received = min(int(random.paretovariate(0.9)), 3000) if random.random() < (0.4 if busy else 0.1) else 0
    sides = ("new_received", "carried_in", "total_handled", "carried_out")
    outcomes = [row for row, _ in form.rows("requests", edition) if row not in sides]
    kinds = form.APPLICANTS[:-1]
    for applicant, share in zip(kinds, (0.9, 0.07, 0.0, 0.01, 0.02, 0.0), strict=True):
        mine = round(received * share)
        put(f"requests.new_received.{applicant}", mine)
        put(f"requests.total_handled.{applicant}", mine)
        left = mine
        while left > 0:
            part = min(left, -(-mine // 40))
            key = f"requests.{outcomes[min(int(random.expovariate(0.35)), len(outcomes) - 1)]}.{applicant}"
            put(key, int(found[key].value or 0) + part)
            left -= part
    for row in ("new_received", "total_handled", *outcomes):
        put(f"requests.{row}.total", sum(int(found[f"requests.{row}.{one}"].value or 0) for one in kinds))
    if received and random.random() < 0.2:
        result = random.choice(form.RESULTS[:-1])
        put(f"disputes.reconsideration.{result}", 1)
        put("disputes.reconsideration.total", 1)
    if busy:
        put("disclosure.licences.decisions", int(random.paretovariate(0.6)) % 100_000)
        put("disclosure.penalties.decisions", int(random.paretovariate(0.7)) % 100_000)
    if random.random() < 0.025:
        put("requests.granted.total", int(found["requests.granted.total"].value or 0) + random.randint(1, 9))
    if random.random() < 0.05:
        raw, status = random.choice(NO_NUMBER)
        found |= {key: Cell(None, raw, status) for key, cell in found.items() if cell.value == 0}
    return found


def wrong(read: dict[str, Cell]) -> Iterator[Finding]:
    """The findings of a report whose sums were spoilt by `cells`, or that prints no zeros."""
    granted = [key for key in read if key.startswith("requests.granted.")]
    if sum(read[key].value or 0 for key in granted[:-1]) != (read[granted[-1]].value or 0):
        yield Finding("row_sum", FindingClass.ALWAYS, tuple(granted), "各类申请人之和与总计不符")
    if blank := tuple(key for key, cell in read.items() if cell.value is None):
        yield Finding("blank_cells", FindingClass.FORMAT, blank, f"{len(blank)} 格没有数字")


def model(random: Random, number: int, name: str, kind: OfficeKind, edition: str) -> rows.Rows:
    """The rows of a report, as the archive's own code makes them; its id is its number."""
    identity = Identity(True, title=name, office=name, office_kind=kind, year=2020 if edition == "2019" else 2024)
    read = cells(random, edition, kind)
    editions: dict[str, str | None] = {"disclosure": edition, "requests": edition}
    chapters = prose(random, name, identity.year or 0)
    report = Report(random.choice(FORMATS), "", identity, editions=editions, cells=read, chapters=chapters)
    report.findings = list(wrong(read))
    told: Any = {"id": number, "url": "", "site": "", "captured_at": SEEN, "outcome": "ok", "kind": "report"}
    told |= {"vantage": "测试", "words": "年度报告", "media_type": "text/html"}
    capture = Capture(**{field: told.get(field) for field in Capture.__dataclass_fields__})
    return rows.report_rows(str(number), "", [rows.Observed(capture, report, (), places.Place(name), [capture])])


def prose(random: Random, name: str, year: int) -> dict[str, str]:
    """Three chapters: paragraphs that all share, and own ones with the office's name and numbers."""
    fills = {"name": name, "year": year, "received": 0, "carried": 0, "left": 0}
    numbers = {f"n{at}": random.randint(2, 4000) for at in range(1, 5)}
    own = [
        f"{name}{random.choice(('村', '社区', '站所', '窗口'))}{random.randint(1, 999)}号事项"
        + "".join(random.choices(HAN, cum_weights=UNEVEN, k=12))
        + random.choice(WORDS["overview"]).format_map(fills | numbers)
        for _ in range(OWN_PARAGRAPHS)
    ]
    shared = [random.choice(WORDS["opening"]), *WORDS["overview"]]
    return {
        "overview": "\n".join([text.format_map(fills | numbers) for text in shared] + own[:4]),
        "problems": "\n".join([text.format_map(fills | numbers) for text in WORDS["problems"]] + own[4:]),
        "other_matters": random.choice(WORDS["other_matters"]).format_map(fills | numbers),
    }


def models(db: sqlite3.Connection, count: int, every: list[Office]) -> dict[tuple[OfficeKind, str], list[int]]:
    """`count` reports in the attached database `model`, by kind of office and edition; `terms` are their words."""
    random = Random(2019)  # noqa: S311 — the same archive every time
    for table in OF_A_REPORT:
        db.execute(f'CREATE TABLE model."{table}" AS SELECT * FROM main."{table}"')  # noqa: S608
    db.execute("CREATE TABLE model.terms (report_id TEXT PRIMARY KEY, text TEXT)")
    made: dict[tuple[OfficeKind, str], list[int]] = {}
    for number in range(count):
        office = random.choice(every)
        edition = "2019" if random.random() < 2 / 7 else "2021"
        made.setdefault((office.kind, edition), []).append(number)
        of_it = model(random, number, office.name, office.kind, edition)
        for table in OF_A_REPORT:
            _insert(db, f'model."{table}"', table, of_it.get(table, []))
        text = "\n".join(row["text"] for row in sorted(of_it["chapters"], key=lambda row: str(row["chapter"])))
        db.execute("INSERT INTO model.terms VALUES (?, ?)", (str(number), search.index_text(text)))
    for table in OF_A_REPORT:
        db.execute(f'CREATE INDEX model."of_{table}" ON "{table}" (report_id)')
    return made


def _insert(db: sqlite3.Connection, into: str, table: str, some: Iterable[rows.Row]) -> None:
    names = [column.name for column in schema.table(table).columns]
    sql = f"INSERT INTO {into} VALUES ({', '.join('?' * len(names))})"  # noqa: S608
    db.executemany(sql, ([row.get(name) for name in names] for row in some))


def reports(every: list[Office], count: int, kinds: dict[tuple[OfficeKind, str], list[int]]) -> Iterator[rows.Row]:
    """What `count` reports have of their own, office by office, and the `model` of each."""
    random = Random(2026)  # noqa: S311 — the same archive every time
    numbers = iter(range(count))
    for office in every:
        host = f"www.{(office.place.division_code or '')[:6]}.gov.cn"
        for year, number in zip(YEARS, numbers, strict=False):
            url = f"http://{host}/{office.id}/{year}.html"
            sha256 = hashlib.sha256(url.encode()).hexdigest()
            signed = date(year + 1, random.choice((1, 1, 1, 2, 3, 4)), random.randint(1, 28)).isoformat()
            yield {
                "report_id": f"{office.id}-{year}", "year": year, "capture": number + 1,
                "model": random.choice(kinds[office.kind, "2019" if year < 2021 else "2021"]),
                "office_id": office.id, "office": f"{office.place.county}{office.name}", "office_kind": office.kind,
                "title": f"{office.name}{year}年政府信息公开工作年度报告", **_names(office), "site_host": host,
                "source_url": url, "url": url, "body_sha256": sha256, "content_sha256": sha256,
                "signed_date": signed, "stated_date": signed,
            }  # fmt: skip


def _names(office: Office) -> rows.Row:
    return {name: getattr(office.place, name) for name in ("province", "prefecture", "county", "township")} | {
        "division_code": office.place.division_code
    }


def sites(every: list[Office]) -> list[SiteState]:
    """A site for every county, looked through to its end; some that refused or failed."""
    random = Random(7)  # noqa: S311 — the same archive every time
    found = []
    for code in sorted({(office.place.division_code or "")[:6] for office in every}):
        stopped = random.choice((None,) * 18 + ("robots", "timeout"))
        looks: dict[int | None, str] = {} if stopped else {None: SEEN}
        found.append(
            SiteState(
                f"www.{code}.gov.cn", code, "", f"http://www.{code}.gov.cn/", SEEN, SEEN, SEEN, stopped or "ok",
                500, 300, 0, 0, 0, None, stopped, not stopped, "hanweb", "测试", looks,
            )
        )  # fmt: skip
    return found


def make(path: Path, count: int) -> None:
    """Write the archive at `path`, and print what each part cost."""
    path.unlink(missing_ok=True)
    every = list(offices(divisions.load()))
    Random(1).shuffle(every)  # noqa: S311 — the same archive every time
    every = sorted(every[: -(-count // len(YEARS))], key=lambda one: one.id)
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        # Memory enough, and the file mapped: else most of the time goes into reading pages again.
        for pragma in ("journal_mode = OFF", "synchronous = OFF", "cache_size = -1000000", "mmap_size = 20000000000"):
            db.execute(f"PRAGMA {pragma}")
        fill(db, every, count)
        work_out(db, every)
        sizes = db.execute("SELECT name, sum(pgsize) FROM dbstat GROUP BY name ORDER BY 2 DESC LIMIT 25").fetchall()
    for name, size in sizes:
        click.echo(f"{size / 1e6:10.1f} MB  {name}")
    click.echo(f"{path.stat().st_size / 1e6:10.1f} MB  all")


def fill(db: sqlite3.Connection, every: list[Office], count: int) -> None:
    """`count` reports of the offices `every` in an empty database, and the search index."""
    schema.create_tables(db)
    db.execute("ATTACH '' AS model")
    with cost("models"):
        db.execute("BEGIN")
        kinds = models(db, min(MODELS, 2 * count), every)
        db.execute("COMMIT")
    with cost("rows"):
        db.execute("BEGIN")
        offices = ({"office_id": one.id, "name": one.name, "office_kind": one.kind, **_names(one)} for one in every)
        _insert(db, "offices", "offices", offices)
        source = reports(every, count, kinds)
        first = next(source)
        db.execute(f"CREATE TABLE model.made ({', '.join(first)})")
        marks = ", ".join("?" * len(first))
        made = (list(row.values()) for row in chain([first], source))
        db.executemany(f"INSERT INTO model.made VALUES ({marks})", made)  # noqa: S608
        for table in OF_A_REPORT:
            names = [column.name for column in schema.table(table).columns]
            columns = ", ".join(f'{"made" if name in first else "m"}."{name}"' for name in names)
            # CROSS JOIN: in the order of the reports, so that every tree grows at its end
            db.execute(
                f"""INSERT INTO main."{table}" SELECT {columns} FROM made CROSS JOIN model."{table}" m
                ON m.report_id = CAST(made.model AS TEXT)"""  # noqa: S608
            )
        db.execute("COMMIT")
    with cost("search"):
        db.create_function("terms", 3, lambda *names: search.index_text("\n".join(filter(None, names))))
        db.execute("BEGIN")
        index.number(db)
        db.execute("CREATE INDEX model.by_report ON made (report_id)")
        with index.gathered(db):
            db.execute(
                # LIMIT keeps the sorting inside, where rows are short
                """INSERT INTO search (rowid, names, text) SELECT number, terms(o.title, o.office, o.county), text
                FROM (SELECT number, report_id, title, office, county FROM reports ORDER BY number LIMIT -1) o
                CROSS JOIN made USING (report_id) CROSS JOIN terms m ON m.report_id = CAST(made.model AS TEXT)"""
            )
        db.execute("COMMIT")
        index.settle(db, whole=True)
    db.execute("DETACH model")


def work_out(db: sqlite3.Connection, every: list[Office]) -> None:
    """What follows from the reports: indexes, coverage, comparisons, summaries."""
    with cost("indexes"):
        schema.create_indexes(db)
    with cost("coverage"):
        coverage.write(Database(db), sites(every), divisions.load())
    with cost("comparisons"):
        comparisons.write(db)
    with cost("copies"):
        copies.write(db)
    with cost("summaries"):
        summaries.write(db)
    with cost("analyze"):
        db.execute("ANALYZE")


@contextmanager
def cost(what: str) -> Iterator[None]:
    """Print the processor time of a part, and the most memory so far."""
    start = time.process_time()
    yield
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    click.echo(f"{time.process_time() - start:10.2f} s  {what} ({memory:.0f} MB)")


@click.command()
@click.argument("archive", type=click.Path(path_type=Path))
@click.option("--reports", "count", default=1_000_000, show_default=True, help="How many reports to make")
def main(archive: Path, count: int) -> None:
    """Make a national archive."""
    make(archive, count)


if __name__ == "__main__":
    main()
