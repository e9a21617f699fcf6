"""Every document of the sample sites, read as served, cell by cell against what it truly says."""

import urllib.error
import urllib.request
from collections.abc import Iterator
from functools import cache
from typing import Any
from urllib.parse import urljoin

import pytest

import extract
import samples
from extract.report import Fetched


@cache
def get(url: str) -> tuple[bytes, str | None]:
    with urllib.request.urlopen(url) as answer:
        return answer.read(), answer.headers.get("Content-Type")


@pytest.fixture(scope="module")
def sites() -> Iterator[list[Any]]:
    with samples.serve() as rows:
        yield rows


def read(url: str) -> dict[str, Any]:
    def fetch(address: str) -> Fetched | None:
        linked = urljoin(url, address)
        try:
            return Fetched(*get(linked), linked)
        except urllib.error.HTTPError:
            return None

    data, media_type = get(url)
    return extract.read(data, media_type=media_type, url=url, fetch=fetch).as_json(url)


def test_every_report_says_what_it_truly_says(sites: list[Any]) -> None:
    for url, truth in samples.truth(sites).items():
        line = read(url)
        for field in ("is_report", "title", "office", "office_kind", "scope", "year", "signed_date", "editions"):
            if field in truth:
                assert line[field] == truth[field], (url, field)
        assert {key: (cell["value"], str(cell["status"])) for key, cell in line["cells"].items()} == {
            key: (cell["value"], str(cell["status"])) for key, cell in truth["cells"].items()
        }, url
        for chapter, text in truth["chapters"].items():
            assert "".join(line["chapters"][chapter].split()) == "".join(text.split()), (url, chapter)
        assert {finding["kind"] for finding in line["findings"]} == set(truth["findings"]), url
        assert line["other_tables"] == [], url


def test_nothing_else_is_called_a_report(sites: list[Any]) -> None:
    for url in samples.not_reports(sites):
        try:
            data, media_type = get(url)
        except urllib.error.HTTPError:
            continue
        identity = extract.identify(data, media_type=media_type, url=url)
        assert not identity.is_report, (url, identity.title)
        assert identity.reason, url
