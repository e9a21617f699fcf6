"""A national archive out of nothing: as many reports as asked for, to measure what grows with them.

    python -m benchmarks.national national.db --reports 20000      makes it, and prints what each part cost
    python -m benchmarks.national national.db --measure             measures searches, facets and sums on it

Places are the real ones of data/, offices theirs (townships, and DEPARTMENTS in every county), years 2019–2025;
1,000,000 reports have 24,400,000 lines of requests. Numbers are spread as form.md §4 found them: mostly zeros, few
offices with many. Some paragraphs of the prose are everybody's, OWN_PARAGRAPHS hold the office's name and numbers:
how many is an assumption, not a measurement, and the size of the search index rests on it.
"""

import hashlib
import json
import resource
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from itertools import islice
from pathlib import Path
from random import Random
from typing import Any

import click

from archive import comparisons, copies, export, places, rows, schema, search, summaries
from evidence import Capture
from extract import form
from extract.report import Cell, Identity, OfficeKind, Report, Status

WORDS = json.loads(Path(__file__).with_name("words.json").read_text("utf-8"))
YEARS = range(2019, 2026)
DEPARTMENTS = 36  # in a county, beside its townships: what gives 1,000,000 reports in seven years
OWN_PARAGRAPHS = 6
BATCH = 500
ZERO = Cell(0, "0", Status.NUMBER)
BUREAUS = (
    "财政 教育 卫生健康 民政 司法 审计 统计 公安 交通运输 水利 农业农村 商务 应急管理 市场监管 住建 林业 医保 信访"
).split()


def offices(divisions: places.Divisions) -> Iterator[tuple[str, str, OfficeKind]]:
    """Every office: the code of its division, its name, its kind."""
    for one in divisions.by_code.values():
        if one.valid_to is None and one.level == places.COUNTY:
            for number in range(DEPARTMENTS):
                name = f"{BUREAUS[number % len(BUREAUS)]}{'局' if number < len(BUREAUS) else '服务中心'}"
                yield one.code, name, OfficeKind.DEPARTMENT
        elif one.valid_to is None and one.level == places.TOWNSHIP:
            kind = OfficeKind.STREET if one.name.endswith("街道") else OfficeKind.TOWNSHIP
            yield one.code, one.name, kind


def cells(random: Random, edition: str, busy: bool) -> dict[str, Cell]:
    """The cells of a report that adds up: nine townships in ten have no request, few have hundreds."""
    found = {key: ZERO for table in form.TABLES for key in form.keys(table, edition)}

    def put(key: str, value: int) -> None:
        if value:
            found[key] = Cell(value, str(value), Status.NUMBER)

    received = min(int(random.paretovariate(0.9)), 3000) if random.random() < (0.4 if busy else 0.1) else 0
    sides = ("new_received", "carried_in", "total_handled", "carried_out")
    outcomes = [row for row, _ in form.rows("requests", edition) if row not in sides]
    kinds = form.APPLICANTS[:-1]
    for kind, share in zip(kinds, (0.9, 0.07, 0.0, 0.01, 0.02, 0.0), strict=True):
        mine = round(received * share)
        put(f"requests.new_received.{kind}", mine)
        put(f"requests.total_handled.{kind}", mine)
        for _ in range(min(mine, 40)):
            row = outcomes[min(int(random.expovariate(0.35)), len(outcomes) - 1)]
            part = -(-mine // 40) if mine > 40 else 1
            key = f"requests.{row}.{kind}"
            put(key, int(found[key].value or 0) + part)
    for row in ("new_received", "total_handled", *outcomes):
        put(f"requests.{row}.total", sum(int(found[f"requests.{row}.{kind}"].value or 0) for kind in kinds))
    if received and random.random() < 0.2:
        result = random.choice(form.RESULTS[:-1])
        put(f"disputes.reconsideration.{result}", 1)
        put("disputes.reconsideration.total", 1)
    if busy:
        put("disclosure.licences.decisions", int(random.paretovariate(0.6)) % 100_000)
        put("disclosure.penalties.decisions", int(random.paretovariate(0.7)) % 100_000)
    return found


def prose(random: Random, name: str, year: int) -> dict[str, str]:
    """Six chapters: paragraphs that all share, and own ones with the office's name and numbers."""
    fills = {"name": name, "year": year, "received": 0, "carried": 0, "left": 0}
    numbers = {f"n{at}": random.randint(2, 4000) for at in range(1, 5)}
    own = [
        f"{name}{random.choice(('村', '社区', '站所', '窗口'))}{random.randint(1, 999)}号事项"
        + "".join(chr(random.randint(0x4E00, 0x6FFF)) for _ in range(12))
        + random.choice(WORDS["overview"]).format_map(fills | numbers)
        for _ in range(OWN_PARAGRAPHS)
    ]
    shared = [random.choice(WORDS["opening"]), *WORDS["overview"]]
    return {
        "overview": "\n".join([text.format_map(fills | numbers) for text in shared] + own[:4]),
        "problems": "\n".join([text.format_map(fills | numbers) for text in WORDS["problems"]] + own[4:]),
        "other_matters": random.choice(WORDS["other_matters"]).format_map(fills | numbers),
    }


def reports(count: int) -> Iterator[tuple[str, rows.Rows]]:
    """`count` reports of offices from all over the country, with their rows: an office has all its years."""
    random = Random(2019)  # noqa: S311 — the same archive every time
    divisions = places.load()
    every = list(offices(divisions))
    random.shuffle(every)
    number = 0
    for code, name, kind in every:
        office_id, place = f"{code}-{places.pinyin(name)}", places.at(code, name, divisions)
        assert place is not None
        for year in YEARS:
            if number == count:
                return
            number += 1
            host = f"www.{place.division_code}.gov.cn"
            url = f"http://{host}/{office_id}/{year}.html"
            edition = "2019" if year < 2021 else "2021"
            identity = Identity(
                True,
                title=f"{name}{year}年政府信息公开工作年度报告",
                office=f"{place.county}{name}",
                office_kind=kind,
                year=year,
                signed_date=date(year + 1, random.choice((1, 1, 1, 2, 3, 4)), random.randint(1, 28)),
            )
            sha256 = hashlib.sha256(url.encode()).hexdigest()
            report = Report(
                random.choice(("html", "html", "html", "pdf", "docx")),
                sha256,
                identity,
                editions={"disclosure": edition, "requests": edition},
                chapters=prose(random, name, year),
                cells=cells(random, edition, kind is OfficeKind.DEPARTMENT),
            )
            seen = f"{year + 1}-06-01T00:00:00Z"
            told: Any = {
                "id": number, "url": url, "site": host, "captured_at": seen, "outcome": "ok", "status": 200,
                "kind": "report", "media_type": "text/html", "sha256": sha256, "vantage": "测试", "words": "年度报告",
                "site_name": place.county or "",
                "division_code": (place.division_code or "")[:6], "found_on": None,
            }  # fmt: skip
            fields: Any = {field: told.get(field) for field in Capture.__dataclass_fields__}
            capture = Capture(**fields)
            observed = rows.Observed(capture, report, (), place, [capture])
            made = rows.report_rows(f"{office_id}-{year}", office_id, [observed])
            names = {key: made["reports"][0][key] for key in ("province", "prefecture", "county", "township")}
            about = {"office_id": office_id, "name": name, "office_kind": kind, "division_code": place.division_code}
            made["offices"] = [{**about, **names, "site_host": host}]
            yield f"{office_id}-{year}", made


def make(path: Path, count: int) -> None:
    """Write the archive at `path`, and print what each part cost."""
    path.unlink(missing_ok=True)
    db = sqlite3.connect(path, isolation_level=None)
    for pragma in ("journal_mode = OFF", "synchronous = OFF", "cache_size = -200000"):
        db.execute(f"PRAGMA {pragma}")
    schema.create(db)
    source = reports(count)
    with cost("rows"):
        while batch := list(islice(source, BATCH)):
            db.execute("BEGIN")
            for table, some in rows.merge(made for _, made in batch).items():
                names = [column.name for column in schema.table(table).columns]
                sql = f'INSERT OR REPLACE INTO "{table}" VALUES ({", ".join("?" * len(names))})'  # noqa: S608
                db.executemany(sql, ([row.get(name) for name in names] for row in some))
            db.execute("COMMIT")
    with cost("search"):
        db.execute("BEGIN")
        ordered = db.execute("SELECT report_id, title, office FROM reports ORDER BY year, report_id").fetchall()
        for number, (report_id, title, office) in enumerate(ordered, 1):
            chapters = db.execute("SELECT text FROM chapters WHERE report_id = ?", (report_id,))
            text = "\n".join(row[0] for row in chapters)
            db.execute("INSERT INTO search_rows VALUES (?, ?)", (number, report_id))
            names_and_text = (search.index_text(f"{title}\n{office}"), search.index_text(text))
            db.execute("INSERT INTO search (rowid, names, text) VALUES (?, ?, ?)", (number, *names_and_text))
        db.execute("COMMIT")
        db.execute("INSERT INTO search (search) VALUES ('optimize')")
    with cost("comparisons"):
        comparisons.write(db)
    with cost("copies"):
        copies.write(db)
    with cost("summaries"):
        summaries.write(db)
    with cost("analyze"):
        db.execute("ANALYZE")
    sizes = db.execute("SELECT name, sum(pgsize) FROM dbstat GROUP BY name ORDER BY 2 DESC LIMIT 15").fetchall()
    for name, size in sizes:
        click.echo(f"{size / 1e6:10.1f} MB  {name}")
    db.close()
    click.echo(f"{path.stat().st_size / 1e6:10.1f} MB  all")


@contextmanager
def cost(what: str) -> Iterator[None]:
    """Print the processor time of a part, and the most memory so far."""
    start = time.process_time()
    yield
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    click.echo(f"{time.process_time() - start:10.2f} s  {what} ({memory:.0f} MB)")


def best(function: Callable[[], object]) -> float:
    """Milliseconds of processor time, the best of three."""
    times = []
    for _ in range(3):
        start = time.process_time()
        function()
        times.append(time.process_time() - start)
    return min(times) * 1000


CAP = 20_000  # as serve/plugins/search.py


def measure(path: Path) -> None:
    """Print what searches, facets and sums cost on the archive at `path`."""
    db = sqlite3.connect(f"file:{path}?mode=ro&immutable=1", uri=True)
    db.execute("PRAGMA cache_size = -65536")
    hits = "SELECT rowid FROM search WHERE search MATCH ? ORDER BY rowid DESC LIMIT ?"

    def tell(what: str, sql: str, *values: object) -> None:
        click.echo(f"{best(lambda: db.execute(sql, values).fetchall()):10.1f} ms  {what}")

    for words in ("政府信息公开", "信息公开", "公开", "公", "被追究责任", "学区划分 信访", "村17号事项"):
        tell(words, hits, search.match(words), CAP)
    facets = schema.table("reports").facets
    for where in ("1", "office_kind = 'township'", "year = 2024", "county = '鄞州区'"):
        every = " UNION ALL ".join(
            f"SELECT * FROM (SELECT {facet}, count(*) FROM reports WHERE {where} GROUP BY {facet})"  # noqa: S608
            for facet in facets
        )
        tell(f"{len(facets)} facets where {where}", every)
    tell("sums of a measure", "SELECT year, province, sum FROM sums WHERE name = 'denied_share' AND scope = 'own'")
    tell("reports by place", "SELECT province, prefecture, county, sum(reports) FROM counts GROUP BY 1, 2, 3")
    db.close()


@click.command()
@click.argument("archive", type=click.Path(path_type=Path))
@click.option("--reports", "count", default=1_000_000, show_default=True, help="How many reports to make")
@click.option("--measure", "only_measure", is_flag=True, help="Measure the archive that is there")
@click.option("--export", "zip_file", type=click.Path(path_type=Path), help="Export it into this zip")
def main(archive: Path, count: int, only_measure: bool, zip_file: Path | None) -> None:
    """Make a national archive and measure on it."""
    if not only_measure and zip_file is None:
        make(archive, count)
    if only_measure or zip_file is None:
        measure(archive)
    if zip_file is not None:
        with cost("zip of everything"):
            export.zipped(archive, zip_file)


if __name__ == "__main__":
    main()
