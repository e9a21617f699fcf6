"""What a visitor's pages cost on an archive: CPU of the first view of each, beside Datasette's own defaults.

    python -m benchmarks.visits national.db

Every address is asked of the site as `nianbao serve` makes it, in this process and once: nothing of it was counted
before. Datasette's defaults serve the same file with neither our plugins nor our settings. Exit status 1 where a page
costs more than its LIMITS, a facet is not counted, or an answer is no page.
"""

import asyncio
import sqlite3
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

import click
from datasette.app import Datasette

import serve
from archive import schema
from serve import words

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
    for one in words.words()["questions"]:
        yield Visit("filtered", one["link"], f"/archive/{one['link']}")
    for conditions in ({"outcome": "new_received", "year": year}, {"natural_person__gt": 500}):
        yield Visit("filtered", f"requests {conditions}", "/archive/requests?" + urlencode(conditions))


def ours(archive: Path) -> Datasette:
    """The site that `nianbao serve --snapshot` makes."""
    return Datasette(
        immutables=[str(archive)],
        settings=serve.SETTINGS,
        metadata=schema.datasette_metadata(),
        template_dir=str(serve.FOLDER / "templates"),
        plugins_dir=str(serve.FOLDER / "plugins"),
        static_mounts=[("static", str(serve.FOLDER / "static"))],
    )


async def _visit(site: Datasette, every: list[Visit]) -> bool:
    await site.invoke_startup()
    await site.client.get("/robots.txt")
    well = True
    for one in every:
        address = one.address if site.metadata() else one.address.replace("?q=", "?_search=")
        start, wall = time.process_time(), time.perf_counter()
        answer = await site.client.get(address, follow_redirects=True)
        spent, passed = (time.process_time() - start) * 1000, (time.perf_counter() - wall) * 1000
        lacking = answer.text.count("没能在时限内数完") + answer.text.count("These facets timed out")
        good = answer.status_code == 200 and not lacking and spent <= LIMITS[one.kind]
        well &= good
        marks = f"{'' if good else ' !'}{'' if answer.status_code == 200 else f' {answer.status_code}'}"
        click.echo(f"{spent:10.0f} ms ({passed:6.0f})  {one.what}{marks}{' facets lacking' if lacking else ''}")
    return well


@click.command()
@click.argument("archive", type=click.Path(path_type=Path, exists=True))
@click.option("--defaults", is_flag=True, help="Datasette's own pages instead")
def main(archive: Path, defaults: bool) -> None:
    """Ask every page of ARCHIVE once, and print what it cost."""
    site = Datasette(immutables=[str(archive)]) if defaults else ours(archive)
    sys.exit(0 if asyncio.run(_visit(site, list(visits(archive)))) else 1)


if __name__ == "__main__":
    main()
