"""What both content systems share: an answer, an entry of a list, and where a report was put."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from html import escape
from random import Random
from typing import Any, NamedTuple

from samples.world import HERE, Report, offices

FILES = HERE / "files"
ARTICLES: dict[str, Any] = json.loads((HERE / "articles.json").read_text("utf-8"))
MEDIA_TYPES = {
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}
GIF = bytes.fromhex("47494638396101000100800000ffffff00000021f90400000000002c00000000010001000002024401003b")


class Answer(NamedTuple):
    """What the server sends for an address. `headers` come on top of Content-Type and Content-Length."""

    body: bytes
    media_type: str
    status: int = 200
    headers: tuple[tuple[str, str], ...] = ()


Asked = dict[str, str]
"""The parameters of a request, of the query and of a posted form together."""


class Item(NamedTuple):
    """An entry of a list: its words, the path that it links to, its date."""

    title: str
    path: str
    day: date


@dataclass(frozen=True, slots=True)
class Place:
    """Where a report stands: path of the page (or of the file, when the list links to it), of the attached file, of
    the column. `again` marks the second posting of a report that stands elsewhere as well."""

    report: Report
    path: str
    attachment: str | None
    column: str
    index_number: str | None = None
    published: date | None = None
    again: bool = False


@dataclass(slots=True)
class Built:
    """A site: answers by path (made when asked), its reports, and what a crawler must not take for one.

    `others` are the articles that are no reports, `gone` the links whose page is not there any more, `forbidden` what
    robots.txt closes.
    """

    pages: dict[str, Callable[[Asked], Answer]] = field(default_factory=dict)
    places: list[Place] = field(default_factory=list)
    others: list[str] = field(default_factory=list)
    gone: list[str] = field(default_factory=list)
    forbidden: list[str] = field(default_factory=list)
    validators: bool = False


class Article(NamedTuple):
    """An article that is no report: where it stands (reports, law, guide, rules, notices, news), title, date, body."""

    where: str
    title: str
    day: date
    body: str


def articles(county: dict[str, Any]) -> Iterator[Article]:
    """The look-alikes and the news of a county, newest first within each column."""
    fills = {
        "county": county["name"],
        "site": county["site_name"],
        "code": county["site_id_code"],
        "word": county["word"],
    }
    for entry in sorted(ARTICLES["lookalikes"], key=lambda entry: str(entry["date"]), reverse=True):
        body = "".join(f"<p>{escape(text.format_map(fills))}</p>" for text in entry["paragraphs"])
        if "picture" in entry:
            body += f'<p style="text-align:center"><img src="/images/{entry["picture"]}.gif" alt="图解"></p>'
        yield Article(entry["where"], entry["title"].format_map(fills), date.fromisoformat(entry["date"]), body)
    random = Random(county["key"])  # noqa: S311 - invented news
    towns = [office.bare for office in offices(county["key"]) if office.kind in ("township", "street")]
    for number in range(24):
        fills |= {"town": towns[number % len(towns)]}
        headline = ARTICLES["news"][number % len(ARTICLES["news"])].format_map(fills)
        body = "".join(f"<p>{escape(text.format_map(fills))}</p>" for text in ARTICLES["news_body"])
        yield Article("news", headline, date(2025, 3 - number // 9, random.randint(1, 28)), body)


def file_of(report: Report) -> bytes:
    """The bytes of a report that was made by a real program (see `samples/make.py`)."""
    assert report.filename is not None  # noqa: S101 - only asked for reports that are files
    return (FILES / report.filename).read_bytes()


def media_type(report: Report) -> str:
    """Media type of the report's file."""
    assert report.filename is not None  # noqa: S101 - only asked for reports that are files
    return MEDIA_TYPES[report.filename.rpartition(".")[2]]
