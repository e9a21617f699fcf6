"""Serves the sample sites on loopback, an address each, and remembers what was asked.

One site honours conditional requests (ETag and Last-Modified, 304), the other has neither.
"""

import csv
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from samples.counties import County, county
from samples.server import Request, Sites, serving
from samples.world import Report, counties

ADDRESSES = {"chenglan": ("127.0.0.11", 8011), "luting": ("127.0.0.12", 8012)}


class Row(NamedTuple):
    """A line for data/sites.csv: division code, name and home page of a site."""

    division_code: str
    name: str
    url: str


_running: dict[str, tuple[Sites, str]] = {}


def requests(url: str) -> list[Request]:
    """What the running site with this home page was asked so far, oldest first."""
    sites, key = _running[url]
    return [request for request in sites.log if request.site == key]


@cache
def published(key: str) -> County:
    """The site of a county, made once."""
    return county(next(data for data in counties() if data["key"] == key))


@contextmanager
def serve() -> Iterator[list[Row]]:
    """Starts both sites for the length of a with statement; gives a row for each."""
    sites = Sites({data["key"]: published(data["key"]).built for data in counties()})
    with serving(sites, ADDRESSES):
        _running.update((url, (sites, key)) for key, url in sites.urls.items())
        yield [Row(data["code"], data["name"], sites.urls[data["key"]]) for data in counties()]


def default_rows() -> list[Row]:
    """The rows of the sites at their usual addresses."""
    return [Row(data["code"], data["name"], "http://{}:{}/".format(*ADDRESSES[data["key"]])) for data in counties()]


def write_sites(rows: Sequence[Row], path: Path) -> None:
    """Writes rows as a CSV file in the columns that `nianbao crawl --sites` reads."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(Row._fields)
        writer.writerows(rows)


def truth(rows: Sequence[Row] | None = None) -> dict[str, dict[str, Any]]:
    """What every report says, by the address that the crawler finds it at (a page, or a file the list links to).

    The names are those of a line of `nianbao extract`; `cells` hold value, raw and status. `chapters` are the three
    that are prose, their paragraphs joined by line breaks. Besides: `key`, `division_code`, `delivery` (page,
    attachment, direct), `attachment` (address of the file that holds the body, or None), `findings` (the kinds of a
    wrong sum or of blank cells, mostly none) and `again` (True for the second posting of a report).
    """
    said = {}
    for data, row in zip(counties(), rows or default_rows(), strict=True):
        base = row.url.rstrip("/")
        site = published(data["key"])
        for key, report in site.reports.items():
            for number, path in enumerate(site.built.entries[key]):
                said[base + path] = _said(report, site, data, base) | {"again": number > 0}
    return said


def _said(report: Report, site: County, data: dict[str, Any], base: str) -> dict[str, Any]:
    paged = report.delivery != "direct"
    index = next(
        entry.index for column, _ in site.content.walk() for entry in column.entries if entry.key == report.key
    )
    return {
        "key": report.key,
        "division_code": report.office.division_code,
        "format": report.filename.rpartition(".")[2] if report.filename else "html",
        "title": report.title,
        "office": report.office_printed,
        "office_kind": report.office.kind,
        "scope": report.scope,
        "year": report.year,
        "signed_date": report.signed.isoformat(),
        "published_date": report.published.isoformat() if paged else None,
        "index_number": index if site.built.validators and index else None,
        "site_id_code": data["site_id_code"] if paged else None,
        "editions": {"disclosure": report.disclosure_edition, "requests": report.requests_edition},
        "chapters": {name: "\n".join(paragraphs) for name, paragraphs in report.chapters.items()},
        "cells": {key: cell._asdict() for key, cell in report.cells.items()},
        "findings": [report.wrong] if report.wrong else ["blank_cells"] if report.has_blanks else [],
        "delivery": report.delivery,
        "attachment": base + site.built.files[report.key][0] if report.delivery == "attachment" else None,
    }


def not_reports(rows: Sequence[Row] | None = None) -> list[str]:
    """Addresses of articles that look like reports or stand among them, and are none."""
    return _addresses("others", rows)


def gone(rows: Sequence[Row] | None = None) -> list[str]:
    """Addresses that a list still names and that are not there (404 on one site, 200 with a notice on the other)."""
    return _addresses("gone", rows)


def forbidden(rows: Sequence[Row] | None = None) -> list[str]:
    """Addresses that robots.txt closes."""
    found = zip(counties(), rows or default_rows(), strict=True)
    return [row.url.rstrip("/") + path for data, row in found for path in published(data["key"]).forbidden]


def _addresses(kind: str, rows: Sequence[Row] | None) -> list[str]:
    found = []
    for data, row in zip(counties(), rows or default_rows(), strict=True):
        site = published(data["key"])
        keys = getattr(site, kind)
        found += [row.url.rstrip("/") + path for key in keys for path in site.built.entries[key]]
    return found
