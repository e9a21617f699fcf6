"""What a report says as a whole: the hashes that tell one text of it from another, and what differs between two."""

import hashlib
import json
import unicodedata
from collections.abc import Iterable, Iterator
from difflib import SequenceMatcher
from typing import Any

from extract.report import Report


def plain_text(text: str) -> str:
    """Prose as it is compared: NFKC without white space, so that layout makes no difference."""
    return "".join(unicodedata.normalize("NFKC", text).split())


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def text_sha256(report: Report) -> str | None:
    """The hash of the prose, None where there is none: the same hash is the same words."""
    text = "\n".join(plain_text(report.chapters[key]) for key in sorted(report.chapters))
    return _sha256(text) if text.strip() else None


def content_sha256(report: Report, files: Iterable[str | None] = ()) -> str:
    """The hash of all that a report says (title, prose, cells, other tables): the same hash is the same version.

    Of a report that nobody could read (a scan without the OCR extra) the hashes of its `files`, or its own, tell.
    """
    said = [
        plain_text(report.identity.title or ""),
        {key: plain_text(text) for key, text in report.chapters.items()},
        {key: (cell.value, cell.status) for key, cell in report.cells.items()},
        [[plain_text(cell) for row in table.rows for cell in row] for table in report.other_tables],
    ]
    if not report.cells and not report.chapters:
        said.append(sorted(filter(None, files)) or report.sha256)
    return _sha256(json.dumps(said, ensure_ascii=False, sort_keys=True))


def content(report: Report) -> dict[str, Any]:
    """All that a report says, to be kept of a version that is not current."""
    return {
        "title": report.identity.title,
        "chapters": report.chapters,
        "cells": {key: [cell.value, cell.raw, cell.status] for key, cell in report.cells.items()},
        "other_tables": [[table.caption, table.rows] for table in report.other_tables],
    }


def differences(old: Report, new: Report, *, words: bool) -> Iterator[tuple[str, str | None, str | None]]:
    """Cells (and `words`: title and paragraphs) in which two texts differ: which, what stood there, what stands."""
    yield from _differing_cells(old, new)
    if words:
        yield from _differing_words(old, new)


def _differing_cells(old: Report, new: Report) -> Iterator[tuple[str, str | None, str | None]]:
    for key in dict.fromkeys((*old.cells, *new.cells)):
        before, after = old.cells.get(key), new.cells.get(key)
        if (before and (before.value, before.status)) != (after and (after.value, after.status)):
            yield key, before.raw if before else None, after.raw if after else None


def _differing_words(old: Report, new: Report) -> Iterator[tuple[str, str | None, str | None]]:
    if plain_text(old.identity.title or "") != plain_text(new.identity.title or ""):
        yield "title", old.identity.title, new.identity.title
    for chapter in dict.fromkeys((*old.chapters, *new.chapters)):
        before, after = (report.chapters.get(chapter, "").splitlines() for report in (old, new))
        matcher = SequenceMatcher(None, list(map(plain_text, before)), list(map(plain_text, after)), autojunk=False)
        for what, a, b, c, d in matcher.get_opcodes():
            if what != "equal":
                yield f"chapters.{chapter}", "\n".join(before[a:b]) or None, "\n".join(after[c:d]) or None
