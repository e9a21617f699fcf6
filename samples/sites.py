"""Serves the sample sites on loopback, an address each, and remembers what was asked.

Only the standard library. One site honours conditional requests (ETag and Last-Modified, 304), the other has neither.
"""

import csv
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import parse_qsl, unquote, urlsplit

from samples import jcms, trs
from samples.published import Answer, Built, Place
from samples.world import counties

ADDRESSES = {"chenglan": ("127.0.0.11", 8011), "luting": ("127.0.0.12", 8012)}
MADE = datetime(2025, 3, 31, 8, 0, tzinfo=UTC)
LONGEST_FORM = 10_000


class Row(NamedTuple):
    """A line for data/sites.csv: division code, name and home page of a site."""

    division_code: str
    name: str
    url: str


class Request(NamedTuple):
    """A request that a site got: `at` in seconds of the monotonic clock, path with query, what was answered."""

    at: float
    method: str
    path: str
    headers: dict[str, str]
    status: int


_logs: dict[str, list[Request]] = {}


def requests(url: str) -> list[Request]:
    """What the running site with this home page was asked so far, oldest first."""
    return list(_logs[url])


@cache
def built(county: str) -> Built:
    """The site of a county, made once."""
    data = next(entry for entry in counties() if entry["key"] == county)
    return trs.build(data) if county == "chenglan" else jcms.build(data)


def _server(county: str) -> tuple[ThreadingHTTPServer, str]:
    site = built(county)
    log: list[Request] = []

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        server_version = "Apache"
        sys_version = ""

        def do_GET(self) -> None:
            self.reply()

        def do_HEAD(self) -> None:
            self.reply()

        def do_POST(self) -> None:
            self.reply()

        def reply(self) -> None:
            length = self.headers.get("Content-Length", "0")
            size = int(length) if length.isdigit() else 0
            form = self.rfile.read(min(size, LONGEST_FORM)).decode("utf-8", "replace")
            self.close_connection |= size > LONGEST_FORM
            address = urlsplit(self.path)
            asked = dict(parse_qsl(address.query, keep_blank_values=True)) | dict(parse_qsl(form))
            # "#" keeps the files of the download module apart from what can be asked for.
            page = site.pages.get(unquote(address.path).partition("#")[0])
            answer = page(asked) if page else Answer(NOT_FOUND.encode("gb18030"), "text/html", 404)
            headers = [*answer.headers]
            if site.validators and answer.status == 200:
                tag = trs.etag(answer.body)
                headers += [("ETag", tag), ("Last-Modified", format_datetime(MADE, usegmt=True))]
                if self.unchanged(tag):
                    answer = answer._replace(body=b"", status=304)
            log.append(Request(time.monotonic(), self.command, self.path, dict(self.headers.items()), answer.status))
            self.send_response(answer.status)
            for name, value in headers:
                self.send_header(name, value)
            if answer.status != 304:
                self.send_header("Content-Type", answer.media_type)
                self.send_header("Content-Length", str(len(answer.body)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(answer.body)

        def unchanged(self, tag: str) -> bool:
            if "If-None-Match" in self.headers:
                return tag in self.headers["If-None-Match"]
            try:
                return parsedate_to_datetime(self.headers.get("If-Modified-Since", "")) >= MADE
            except (TypeError, ValueError):
                return False

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - name given by http.server
            """Requests are kept in memory, not printed."""

    class Server(ThreadingHTTPServer):
        daemon_threads = True
        # A second demo right after the first finds the same addresses; a port in use stays refused.
        allow_reuse_address = True
        allow_reuse_port = False

        def handle_error(self, request: Any, client_address: Any) -> None:
            # A crawler that is killed leaves its connection: no news.
            if not isinstance(sys.exc_info()[1], ConnectionError):
                super().handle_error(request, client_address)

    host, port = ADDRESSES[county]
    # 127.0.0.11 needs no set-up on Linux; elsewhere only 127.0.0.1 may be there, and a port may be taken.
    for place in ((host, port), (host, 0), ("127.0.0.1", 0)):
        try:
            server = Server(place, Handler)
        except OSError:
            continue
        url = f"http://{place[0]}:{server.server_port}/"
        _logs[url] = log
        return server, url
    raise OSError("no loopback address is free for the sample sites")


NOT_FOUND = (
    "<html><head><title>404</title></head><body><h1>404 Not Found</h1><p>您要访问的页面不存在。</p></body></html>"
)


@contextmanager
def serve() -> Iterator[list[Row]]:
    """Starts both sites for the length of a with statement; gives a row for each."""
    servers, rows = [], list[Row]()
    for county in counties():
        server, url = _server(county["key"])
        rows.append(Row(county["code"], county["name"], url))
        servers.append(server)
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
    try:
        yield rows
    finally:
        for server in servers:
            server.shutdown()
            server.server_close()


def default_rows() -> list[Row]:
    """The rows of the sites at their usual addresses."""
    return [
        Row(county["code"], county["name"], "http://{}:{}/".format(*ADDRESSES[county["key"]])) for county in counties()
    ]


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
    attachment, direct), `attachment` (address of the file that holds the body, or None), `column`, `findings` (the
    kinds of a wrong sum or of blank cells, mostly none) and `again` (True for the second posting of a report).
    """
    said = {}
    for county, row in zip(counties(), rows or default_rows(), strict=True):
        base = row.url.rstrip("/")
        for place in built(county["key"]).places:
            said[base + place.path] = _said(place, base, county)
    return said


def _said(place: Place, base: str, county: dict[str, Any]) -> dict[str, Any]:
    report = place.report
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
        "published_date": place.published and place.published.isoformat(),
        "index_number": place.index_number,
        "site_id_code": county["site_id_code"] if report.delivery != "direct" else None,
        "editions": {"disclosure": report.disclosure_edition, "requests": report.requests_edition},
        "chapters": {name: "\n".join(paragraphs) for name, paragraphs in report.chapters.items()},
        "cells": {key: cell._asdict() for key, cell in report.cells.items()},
        "findings": [report.wrong] if report.wrong else ["blank_cells"] if report.has_blanks else [],
        "delivery": report.delivery,
        "attachment": base + place.attachment if place.attachment else None,
        "column": base + place.column,
        "again": place.again,
    }


def not_reports(rows: Sequence[Row] | None = None) -> list[str]:
    """Addresses of articles that look like reports or stand among them, and are none."""
    return _addresses("others", rows)


def gone(rows: Sequence[Row] | None = None) -> list[str]:
    """Addresses that a list still names and that are not there (404 on one site, 200 with a notice on the other)."""
    return _addresses("gone", rows)


def forbidden(rows: Sequence[Row] | None = None) -> list[str]:
    """Addresses that robots.txt closes."""
    return _addresses("forbidden", rows)


def _addresses(kind: str, rows: Sequence[Row] | None) -> list[str]:
    return [
        row.url.rstrip("/") + path
        for county, row in zip(counties(), rows or default_rows(), strict=True)
        for path in getattr(built(county["key"]), kind)
    ]
