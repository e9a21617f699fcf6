"""Who signed a document and when: the body's name and the day that stand below the text."""

import re
from collections.abc import Iterable

from extract.lines import Line, compact, is_chrome, is_label, is_page_number
from extract.titles import TITLE_LENGTH, fold, is_body_name, parse_title

DAY = (
    r"(?P<year>\d{4})\s*[年./-]\s*(?P<month>\d{1,2}|[元一二三四五六七八九十]{1,2})"
    r"\s*[月./-]\s*(?P<day>\d{1,2}|[一二三四五六七八九十]{1,3})"
)
"""A day in folded text: 2025年1月14日, 2025年元月14日, 二〇二五年一月十四日."""
_DATE = rf"(?:{DAY}\s*[日号]?(?:印发)?|\d{{4}}\s*年\s*\d{{1,2}}\s*月)"
_SIGNED = re.compile(rf"(?:日期[:：])?[（(]?(?P<office>[^\d，。；：:、]{{0,40}}?)[（(]?(?P<date>{_DATE})[）)]?")
_SEAL = re.compile(r"[（(]\s*(?:盖\s*章|公\s*章|印\s*章|章)\s*[)）]")
_RUN_IN = re.compile(rf"(?<=[。！]) ?[^，。；：:\d]{{2,40}}{_DATE} ?$")


def read(document_lines: Iterable[Line]) -> tuple[str | None, str | None]:
    """(office, date) of the signature as printed, without spaces, from lines that end a report; None where not there.

    Lists of other pages below the text hold bodies and dates too, so a date counts behind a body's name or when it
    is written with 年月日, and without a date only the first name counts.
    """
    first: str | None = None
    office, age = "", 0
    for line in document_lines:
        bare = compact(_SEAL.sub("", line.text))
        if line.cells > 1 or not bare or is_chrome(bare) or (is_label(bare) and not (office and age == 0)):
            continue  # a label right under a body's name is its own: 日期：2025年1月14日
        if is_body_name(bare):
            office = office + bare if office.endswith("委员会") and age == 0 else bare
            first, age = first or office, 0
            continue
        age += 1
        run_in = _RUN_IN.search(fold(bare))
        if signed := _signed(bare[run_in.start() :] if run_in else bare):
            name, day = signed
            if name or (office and age <= 2) or "年" in day:
                return name or (office if age <= 2 else "") or first, day
    return first, None


def without(body: list[Line]) -> list[Line]:
    """The last lines of a text up to its signature, or else to what the page puts under it (上一篇, 打印本页, the title
    of another report or of the attached file)."""
    end = next((number for number, line in enumerate(body) if _ends_text(line)), len(body))
    while end and (not (bare := compact(_SEAL.sub("", body[end - 1].text))) or is_body_name(bare)):
        end -= 1
    return body[:end]


def cut_off(text: str) -> str:
    """A line of prose without the signature that stands behind it."""
    return text[: found.start()] if (found := _RUN_IN.search(fold(text))) else text


def _ends_text(line: Line) -> bool:
    if _signed(line.text) is not None or (is_chrome(line.bare) and not is_page_number(line.bare)):
        return True
    return len(line.bare) < TITLE_LENGTH and "公开" in line.bare and parse_title(line.bare).is_report


def _signed(text: str) -> tuple[str, str] | None:
    """(office or "", date) of a line that holds nothing else."""
    bare = compact(_SEAL.sub("", text))  # a PDF may have gaps in a number: 20 25年1月14日
    found = _SIGNED.fullmatch(fold(bare))
    if not found:
        return None
    office = bare[slice(*found.span("office"))].strip("（(")
    return (office, found["date"]) if not office or is_body_name(office) else None
