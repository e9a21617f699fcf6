"""The result of reading a document: what an annual report says, and what could not be read of it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any, NamedTuple

from extract.document import Box


class Status(StrEnum):
    """What stands in a cell. Zero, blank, "/", missing and unreadable are different things."""

    NUMBER = "number"  # a number is printed there, with or without a unit or remark
    BLANK = "blank"  # the cell is there and empty
    SLASH = "slash"
    DASH = "dash"
    TEXT = "text"  # something else is printed ("无")
    DERIVED = "derived"  # not legible or not printed, and the form's sums leave one value
    MISSING = "missing"  # the row or column is not in the document
    UNREADABLE = "unreadable"  # it is there and cannot be read or placed
    DISPUTED = "disputed"  # two readings differ; both are in `raw`


class FindingClass(StrEnum):
    """How far a finding can be trusted as the publisher's own mistake (form.md §2)."""

    ALWAYS = "always"
    STRONG = "strong"
    SUSPICIOUS = "suspicious"
    WEAK = "weak"
    FORMAT = "format"


class OfficeKind(StrEnum):
    """What sort of body publishes the report."""

    PROVINCE = "province"
    PREFECTURE = "prefecture"
    COUNTY = "county"
    TOWNSHIP = "township"
    STREET = "street"
    GOVERNMENT_OFFICE = "government_office"  # 政府办公室
    DEPARTMENT = "department"
    ZONE = "zone"  # 管委会
    OTHER = "other"


class Place(NamedTuple):
    """Where a cell was read: in a grid, or in the running text. As text ("表3第5行第2列") it is for a person.

    `grid` is the grid's number in the document, `row` and `column` the position there, `line` that of the text; all
    count from 1, and None means: not told so closely. `box` is where the cell stands on a page, where the format has
    pages; `file` the address of the attachment that holds it, None for the document itself.
    """

    grid: int | None = None
    row: int | None = None
    column: int | None = None
    line: int | None = None
    box: Box | None = None
    file: str | None = None

    def __str__(self) -> str:
        """In Chinese, the nearest first: page, table, row, column, and the box in points."""
        words = f"表{self.grid}第{self.row}行" if self.grid is not None else f"行文第{self.line}行"
        if self.column is not None:
            words += f"第{self.column}列"
        if self.box is not None:
            one = self.box
            frame = f"左{one.left:.0f} 上{one.top:.0f} 右{one.right:.0f} 下{one.bottom:.0f} 点"
            words = f"第{one.page}页 {words}（{frame}）"
        if self.file is not None:
            words = f"附件 {self.file} {words}"
        return words


Seen = tuple[Place, str]
"""Where another reading found the same cell, and what it saw there."""


class Cell(NamedTuple):
    """A cell of the form. `value` is None unless status is number or derived; `raw` is what is printed, stripped.

    `place` says where it was read, None where that is unknown. (A tuple, like Place: a report makes a thousand, and a
    frozen dataclass takes four times as long to make.)
    """

    value: int | float | None
    raw: str
    status: Status
    place: Place | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that does not add up inside one report.

    `kind` is a name of `rules.KINDS`, `cells` the canonical keys that prove it, `detail` one sentence in Chinese
    with the numbers, `evidence` the quoted sentence where prose is the proof (else "").
    """

    kind: str
    class_: FindingClass
    cells: tuple[str, ...]
    detail: str
    evidence: str = ""


@dataclass(frozen=True, slots=True)
class OtherTable:
    """A table that is not one of the form's three: its caption (the line above it, or "") and its rows of text."""

    caption: str
    rows: tuple[tuple[str, ...], ...]


@dataclass(slots=True)
class Identity:
    """Whose report of which year a document is. None means: not printed there.

    `reason` says in Chinese why `is_report` is False. `title` without the spaces that layout put in; `office` as
    printed fullest, nothing added. `scope`: "own", "area" or None where the document does not say. `attachments`
    are the absolute-or-relative addresses of the files that hold the report's body, or hold it beside the page,
    `further_pages` those of the pages over which the article goes on. `year_is_hint`, `office_is_hint`: the report
    does not say it, only its site does.
    `fingerprint` is Document.fingerprint() of a page of HTML as the crawler asks for it (None: the file's bytes count).
    """

    is_report: bool
    reason: str | None = None
    title: str | None = None
    office: str | None = None
    office_kind: OfficeKind | None = None
    scope: str | None = None
    year: int | None = None
    year_is_hint: bool = False
    office_is_hint: bool = False
    signed_date: date | None = None
    published_date: date | None = None
    index_number: str | None = None
    site_id_code: str | None = None
    attachments: list[str] = field(default_factory=list)
    further_pages: list[str] = field(default_factory=list)
    fingerprint: str | None = None


@dataclass(slots=True)
class Report:
    """A document as read: `nianbao extract` prints one as a line of JSON.

    `editions` of `disclosure` and `requests` are "2019", "2021" or None (table not there). `chapters` map
    overview … other_matters (or `whole` for free-form reports) to prose; `headings` hold the same keys' headings as
    printed. `cells` hold exactly the canonical keys of the editions found, `again` where other readings found them.
    """

    format: str
    sha256: str
    identity: Identity
    editions: dict[str, str | None] = field(default_factory=lambda: {"disclosure": None, "requests": None})
    chapters: dict[str, str] = field(default_factory=dict)
    headings: dict[str, str] = field(default_factory=dict)
    cells: dict[str, Cell] = field(default_factory=dict)
    again: dict[str, list[Seen]] = field(default_factory=dict)
    other_tables: list[OtherTable] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    def where(self, key: str) -> str:
        """Where a cell was read, by which readings, in Chinese."""
        places = [f"{place}：{raw or '空'}" for place, raw in self.again.get(key, ())]
        return "；另读自".join([str(self.cells[key].place or "无处可指"), *places])

    def as_json(self, file: str) -> dict[str, Any]:
        """The line of `nianbao extract` for `file`, in the order of the contract in docs/architecture.md."""
        identity = self.identity
        return {
            "file": file,
            "sha256": self.sha256,
            "format": self.format,
            "is_report": identity.is_report,
            "reason": identity.reason,
            "title": identity.title,
            "office": identity.office,
            "office_kind": identity.office_kind,
            "scope": identity.scope,
            "year": identity.year,
            "signed_date": identity.signed_date and identity.signed_date.isoformat(),
            "published_date": identity.published_date and identity.published_date.isoformat(),
            "index_number": identity.index_number,
            "site_id_code": identity.site_id_code,
            "editions": self.editions,
            "chapters": self.chapters,
            "cells": {
                key: {"value": cell.value, "raw": cell.raw, "status": cell.status} for key, cell in self.cells.items()
            },
            "other_tables": [{"caption": table.caption, "rows": table.rows} for table in self.other_tables],
            "findings": [
                {"kind": f.kind, "class": f.class_, "cells": f.cells, "detail": f.detail, "evidence": f.evidence}
                for f in self.findings
            ],
            "problems": self.problems,
        }


@dataclass(frozen=True, slots=True)
class Fetched:
    """A file that a page links to: its bytes, its media type as served (or None) and its absolute address."""

    data: bytes
    media_type: str | None
    url: str


Fetch = Callable[[str], Fetched | None]
"""Gives what stands at an address as written in the page, or None where it is not to be had. Never the network."""
