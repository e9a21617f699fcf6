"""What the readings of one report become in the tables: rows, versions and what changed. Pure: no database."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import extract
from archive import copies, measures, schema, sightings, versions
from archive.places import Place
from evidence import Capture
from extract import form
from extract.report import Cell, Finding, FindingClass, Identity, OfficeKind, Report, Status

Row = dict[str, Any]
Rows = dict[str, list[Row]]

_NOT_READ = (Status.MISSING, Status.UNREADABLE, Status.DISPUTED)
_PLAIN_NUMBER = re.compile(r"[+-]?\d+(?:\.\d+)?")
_GOVERNMENTS = (OfficeKind.PROVINCE, OfficeKind.PREFECTURE, OfficeKind.COUNTY)


@dataclass(frozen=True, slots=True)
class Observed:
    """A report as read from a capture, its place, and all observations of its address, oldest first.

    `spellings` are the other addresses under which pages name it (evidence.Captures.spellings).
    `role` is "report", or "unread" where the reader failed (`report` is then empty but for the problem), or "withheld"
    where the original is not to be handed out, for `reason`. `corrected` are the cells that a person corrected,
    `masked` says how many numbers of persons were masked, by (place, kind).
    """

    capture: Capture
    report: Report
    attachments: Sequence[Capture]
    place: Place
    sightings: Sequence[Capture]
    spellings: Sequence[tuple[str, str, str]] = ()
    role: str = "report"
    reason: str | None = None
    corrected: frozenset[str] = frozenset()
    masked: Mapping[tuple[str, str], int] = field(default_factory=dict)


def _until(one: Observed) -> str:
    capture = one.capture
    return sightings.seen_until(capture.id, capture.sha256, one.sightings, capture.captured_at)


def _said_by(one: Observed) -> str:
    return versions.content_sha256(one.report, (file.sha256 for file in one.attachments))


def edition(report: Report) -> str | None:
    """The edition of the form: "mixed" where chapters two and three follow different ones, None without tables."""
    named = {one for one in report.editions.values() if one}
    return "mixed" if len(named) > 1 else next(iter(named), None)


def cells_expected(report: Report) -> int:
    """How many cells the form has that this report follows; 0 for the free prose before report year 2019."""
    editions = [one for one in report.editions.values() if one]
    if not editions and (report.identity.year or 0) < 2019 and not report.cells:
        return 0
    usual = editions[0] if editions else ("2019" if (report.identity.year or 9999) < 2021 else "2021")
    return sum(len(form.keys(table, report.editions.get(table) or usual)) for table in form.TABLES)


def cells_read(report: Report) -> int:
    """How many cells were read; a blank or "/" that is printed counts as read."""
    return sum(cell.status not in _NOT_READ for cell in report.cells.values())


def reading_of(report: Report) -> str:
    """whole (every cell of all three tables was read), partly, or none (no cell at all)."""
    read = cells_read(report)
    if not read:
        return "none"
    return "whole" if read == cells_expected(report) else "partly"


def publishable(finding: Finding, cells: dict[str, Cell]) -> bool:
    """Whether a finding is the publisher's and not perhaps our misreading.

    Class `suspicious` says that it may be; a finding about cells stands only where their tables were read without a
    gap, one proved by a sentence stands on the sentence.
    """
    if finding.class_ is FindingClass.SUSPICIOUS:
        return False
    tables = {key.split(".")[0] for key in finding.cells}
    gaps = (*_NOT_READ, Status.DERIVED)
    return not any(cell.status in gaps for key, cell in cells.items() if key.split(".")[0] in tables)


def _fullness(one: Observed) -> tuple[int, int, str, int]:
    return cells_read(one.report), len(one.report.chapters), one.capture.captured_at, one.capture.id


def _current(observed: Sequence[Observed]) -> Observed:
    """The reading that the tables show: of the latest bodies of all addresses the one that was read fullest.

    A page and its PDF twin are both live; an edited page replaces what stood at its address.
    """
    latest = {one.capture.url: one for one in observed}
    return max(latest.values(), key=_fullness)


def scope_of(identity: Identity) -> str | None:
    """Whose figures a report gives: as it says itself, else by its office.

    Art. 49 of the Regulations has the departments report for themselves and the governments from the county up for
    their level; form.md §6 (福州市晋安区2016年… against 龙游县人民政府办公室2023年…). None where no office is known.
    """
    if identity.scope or identity.office_kind is None:
        return identity.scope
    return "area" if identity.office_kind in _GOVERNMENTS else "own"


def report_rows(report_id: str, office_id: str | None, observed: Sequence[Observed]) -> Rows:
    """All rows of one report from its readings, oldest first."""
    shown = _current(observed)
    texts: dict[str, list[Observed]] = {}
    for one in observed:
        texts.setdefault(_said_by(one), []).append(one)
    current = list(texts).index(_said_by(shown)) + 1
    addresses = list(_addresses(observed))
    report, place = shown.report, shown.place
    whose = {
        "office_id": office_id,
        "office_kind": report.identity.office_kind,
        "scope": scope_of(report.identity),
        "year": report.identity.year,
        "province": place.province,
        "prefecture": place.prefecture,
        "county": place.county,
    }
    figures, derived = measures.of_cells(report.cells, report.editions)
    figures_row = {**whose, **figures, "derived": ",".join(sorted(derived)) or None}
    about = {
        **_about(shown),
        "first_seen": min(row["first_seen"] for row in addresses),
        "last_seen": max(row["last_seen"] for row in addresses),
        "version": current,
        **{name: figures[name] for name in ("received", "handled", "denied")},
        **{name: measures.of_report(name, figures_row).percent for name in schema.MEASURES},
    }
    rows: Rows = {
        "reports": [{**whose, **about}],
        "figures": [figures_row] if report.cells else [],
        **_said(shown),
        "disclosure": _lines(report, "disclosure", "item", {"edition": report.editions.get("disclosure")}),
        "requests": _lines(report, "requests", "outcome", {"scope": whose["scope"]}),
        "disputes": _lines(report, "disputes", "stage", {"scope": whose["scope"]}),
        "versions": [
            _version(number, content, group, current) for number, (content, group) in enumerate(texts.items(), 1)
        ],
        "changes": list(_changes(list(texts.values()))),
        "addresses": [*addresses, *_spelled(observed)],
        "captures": [
            row for number, group in enumerate(texts.values(), 1) for row in _captures(report_id, number, group)
        ],
    }
    return {table: [{"report_id": report_id, **row} for row in some] for table, some in rows.items()}


def _about(shown: Observed) -> Row:
    """What the row of a report says of the text that is shown."""
    report, identity, capture = shown.report, shown.report.identity, shown.capture
    findings = [finding for finding in report.findings if publishable(finding, report.cells)]
    signed, published = map(_day, (identity.signed_date, identity.published_date))
    return {
        "title": identity.title,
        "office": identity.office,
        "edition": edition(report),
        "township": shown.place.township,
        "division_code": shown.place.division_code,
        "site_host": capture.site,
        "source_url": capture.url,
        "found_on": capture.found_on,
        "signed_date": signed,
        "published_date": published,
        "stated_date": min(filter(None, (signed, published)), default=None),
        "format": report.format,
        "reading": reading_of(report),
        "cells_read": cells_read(report),
        "cells_expected": cells_expected(report),
        "findings_count": len(findings),
        "worst_finding": min((one.class_ for one in findings), key=list(FindingClass).index, default=None),
        "text_chars": sum(len(versions.plain_text(text)) for text in report.chapters.values()),
        "reader_version": extract.READER_VERSION,
        "body_sha256": capture.sha256,
        "text_sha256": versions.text_sha256(report),
        "problems": "\n".join(report.problems) or None,
    }


def _day(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _said(shown: Observed) -> Rows:
    """What a report says beside the lines of its three tables, and what was found wrong in it."""
    report = shown.report
    own_names = copies.names(report.identity.office, shown.place)
    return {
        "chapters": [
            {"chapter": key, "heading": report.headings.get(key), "text": text} for key, text in report.chapters.items()
        ],
        "paragraphs": list(copies.paragraphs(report.chapters, own_names)),
        "cell_notes": [
            {"cell": key, "raw": cell.raw, "status": "corrected" if key in shown.corrected else cell.status}
            for key, cell in report.cells.items()
            if cell.status is not Status.NUMBER or not _PLAIN_NUMBER.fullmatch(cell.raw) or key in shown.corrected
        ],
        "masked": [{"place": place, "masked": kind, "count": count} for (place, kind), count in shown.masked.items()],
        "other_tables": [
            {"number": number, "caption": table.caption, "rows": _json(table.rows)}
            for number, table in enumerate(report.other_tables, 1)
        ],
        "findings": [
            {
                "number": number,
                "kind": finding.kind,
                "class": finding.class_,
                "publishable": int(publishable(finding, report.cells)),
                "cells": _json(finding.cells),
                "detail": finding.detail,
                "evidence": finding.evidence,
            }
            for number, finding in enumerate(report.findings, 1)
        ],
    }


def _lines(report: Report, table: str, line: str, about: Row) -> list[Row]:
    """The lines of a table of the form, each with the names of its derived cells."""
    lines: dict[str, Row] = {}
    for key, cell in report.cells.items():
        of_table, row, column = key.split(".")
        if of_table == table:
            own = lines.setdefault(row, {"year": report.identity.year, **about, line: row, "derived": None})
            own[column] = cell.value
            if cell.status is Status.DERIVED:
                own["derived"] = f"{own['derived']},{column}" if own["derived"] else column
    return list(lines.values())


def _captures(report_id: str, number: int, group: Sequence[Observed]) -> Iterator[Row]:
    for one in group:
        yield observed_row(one, report_id, number)
        if one.role != "withheld":
            for file in one.attachments:
                if file.kind != "report":  # a file that is also linked by itself has a row of its own
                    yield capture_row(file, "attachment", report_id, number)


def capture_row(
    capture: Capture, role: str, report_id: str | None, version: int | None, report: Report | None = None
) -> Row:
    """The row of a capture; `role` is one of schema.VALUES["role"], `report` what was read of it."""
    failed = report and role in ("not_report", "unread")
    reason = report.identity.reason or "\n".join(report.problems) if report and failed else None
    return {
        "capture": capture.id,
        "report_id": report_id,
        "version": version,
        "role": role,
        "reason": reason or None,
        "url": capture.url,
        "site_host": capture.site,
        "found_on": capture.found_on,
        "words": capture.words,
        "captured_at": capture.captured_at,
        "vantage": capture.vantage,
        "media_type": capture.media_type,
        "body_sha256": capture.sha256,
        "title": report and report.identity.title,
    }


def observed_row(one: Observed, report_id: str, version: int | None) -> Row:
    """The row of the capture that a report was read from; `version` None where that is still to be worked out."""
    row = capture_row(one.capture, one.role, report_id, version, one.report)
    return row | {"reason": one.reason or row["reason"], "personal_numbers": sum(one.masked.values()) or None}


def _addresses(observed: Sequence[Observed]) -> Iterator[Row]:
    for url in dict.fromkeys(one.capture.url for one in observed):
        group = [one for one in observed if one.capture.url == url]
        last = group[-1].sightings[-1] if group[-1].sightings else group[-1].capture
        yield {
            "url": url,
            "first_seen": group[0].capture.captured_at,
            "last_seen": max(_until(one) for one in group),
            "last_asked": last.captured_at,
            "last_outcome": last.outcome,
            **sightings.listing(group[-1].sightings),
            "gone_since": sightings.gone_since(group[-1].sightings),
        }


def _spelled(observed: Sequence[Observed]) -> Iterator[Row]:
    """The addresses under which pages name a report and it was not asked: they say nothing of when it was there."""
    asked = {one.capture.url for one in observed}
    for url, first, last in {row[0]: row for one in observed for row in one.spellings}.values():
        if url not in asked:
            yield {"url": url, "first_seen": first, "last_seen": last}


def _version(number: int, content: str, group: Sequence[Observed], current: int) -> Row:
    capture, report = group[-1].capture, group[-1].report
    return {
        "version": number,
        "is_current": int(number == current),
        "seen_from": min(one.capture.captured_at for one in group),
        "seen_until": max(_until(one) for one in group),
        "title": report.identity.title,
        "source_url": capture.url,
        "format": report.format,
        "reading": reading_of(report),
        "cells_read": cells_read(report),
        "body_sha256": capture.sha256,
        "text_sha256": versions.text_sha256(report),
        "content_sha256": content,
        "content": None if number == current else _json(versions.content(report)),
    }


def _changes(texts: Sequence[Sequence[Observed]]) -> Iterator[Row]:
    """What each version changed: against the last one at an address of its own, else the last one of its format.

    Words are not compared between a page and its PDF twin: line breaks of two formats are no edits. A version may stand
    at several addresses, and be edited, or come back corrected, at another than the first.
    """
    for number in range(1, len(texts)):
        at = {one.capture.url: one for one in reversed(texts[number])}
        format_ = texts[number][0].report.format
        earlier = [one for group in reversed(texts[:number]) for one in reversed(group)]
        old = max(earlier, key=lambda one: (one.capture.url in at, one.report.format == format_))
        new = at.get(old.capture.url, texts[number][0])
        differing = versions.differences(old.report, new.report, words=old.report.format == new.report.format)
        for order, (cell, before, after) in enumerate(differing, 1):
            yield {
                "version": number + 1,
                "number": order,
                "cell": cell,
                "old": before,
                "new": after,
            }


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


def merge(many: Iterable[Rows]) -> Rows:
    """The rows of several reports, table by table."""
    merged: Rows = {}
    for rows in many:
        for table, some in rows.items():
            merged.setdefault(table, []).extend(some)
    return merged
