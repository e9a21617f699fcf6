"""Where the six chapters of a document begin, and what stands above and below them.

Headings are known from their words (chapters.json), not from their numerals, which are often wrong or missing.
"""

import re
from dataclasses import dataclass, replace
from functools import lru_cache

from extract import signature
from extract.document import Document
from extract.lines import FACTS, Line, compact, is_short, lines
from extract.titles import TITLE_LENGTH, Title, parse_title, same_office, subtitle_year, tidy

KEYS: tuple[str, ...] = tuple(FACTS["chapters"])
"""The six chapters in printed order."""
OFFICIAL: dict[str, str] = {facts["official"]: key for key, facts in FACTS["chapters"].items()}
_HEADING = re.compile("|".join(f"(?P<{key}>{facts['pattern']})" for key, facts in FACTS["chapters"].items()))
_NUMERALS = "一二三四五六七八九十"
_NUMBER = re.compile(rf"第?(?P<numeral>[{_NUMERALS}]{{1,2}})(?:部分|章)?[、，,.．:：]*")
_YEAR = re.compile(r"20\d\d年度?")
_LEADS_ON = re.compile(r"(?:如下|见下)表?(?:所示)?[:：]?$")
_ORDINAL = re.compile(rf"[（(]?(?P<numeral>[1-6１-６{_NUMERALS[:6]}])[)）]?[、，,.．:：]*")
_GOES_ON = tuple("及和与、")
UNKNOWN_HEADING = re.compile(rf"[{_NUMERALS}]{{1,2}}、[^。；！？]{{2,24}}")
HEADING_LENGTH = 44
_EDGE = re.compile(r"[\s:：。]")

_FORM_WORDS = re.compile("|".join(FACTS["form_words"]))
_OLDER_HEADINGS = re.compile(FACTS["older_headings"])
_CELL = 200
"""Letters of a cell or line beyond which words of the form are prose about it."""
HEAD_LINES = 14
"""Where a title is looked for: lines before the first chapter, or this many from the top."""
_TAIL_LINES = 15
"""Where the signature of a report without chapters is looked for."""
_SEVERAL_YEARS = re.compile(r"(?:20\d\d年?度?[|｜丨/、·]?){2,}")
_CRUMBS = re.compile(r"[【\[]?(?:您?(?:现在|当前)?的?(?:所在)?位置|(?:网站)?首页[>＞»])")


@dataclass(frozen=True, slots=True)
class Heading:
    """A line that opens a chapter (or `lines` of them), and what of the chapter's prose stands on the same line."""

    line: int
    key: str
    text: str
    rest: str = ""
    weight: int = 0
    lines: int = 1


@dataclass(frozen=True, slots=True)
class Outline:
    """What all questions about a document rest on: its lines, those that open the six chapters, whether these are the
    form's of 2019 and after, the lines in which a title may stand (without layout spaces), and what the signature says
    as printed: the body, the day."""

    document: Document
    lines: list[Line]
    headings: list[Heading]
    is_form: bool
    top: list[str]
    signed_by: str | None
    signed_on: str | None


def read(document: Document) -> Outline:
    """The outline of a document as it is now."""
    every = lines(document)
    if (end := _next_report(every)) is not None:
        document, every = _up_to(document, every[end]), every[:end]
    found = headings(every)
    if (moved := _with_prose_last(document, every, found)) is not None:
        document = moved
        every = lines(document)
        found = headings(every)
    is_form = _is_form(every, found)
    top = _top(every[: found[0].line if is_form else _first_prose(every)])
    # The tables of old reports stand behind the signature too.
    prose = [line for line in every if line.cells < 2]
    tail = every[found[-1].line + 1 :] if is_form else prose[1:][-_TAIL_LINES:]
    return Outline(document, every, found, is_form, top, *signature.read(tail))


def _with_prose_last(document: Document, every: list[Line], found: list[Heading]) -> Document | None:
    """The document with chapters 五 and 六 behind the tables, where a workbook has all prose on its first sheet; None
    where they stand there, or nowhere."""
    late = ("problems", "other_matters")
    if not found or any(heading.key in late for heading in found):
        return None
    candidates = (_heading(number, every) for number in range(len(every)))
    first = next((one.line for one in candidates if one and one.weight >= _NUMBERED and one.key in late), None)
    if first is None or found[0].line > first:  # a table of contents has them, too
        return None
    tables = next((heading.line for heading in found if heading.line > first), None)
    if tables is None:
        return None
    start, end, blocks = every[first].block, every[tables].block, document.blocks
    return replace(document, blocks=[*blocks[:start], *blocks[end:], *blocks[start:end]])


def _next_report(every: list[Line]) -> int | None:
    """The line with the title of another report, of another body or year, that begins below the first; None if none."""
    opens = [at for at, line in enumerate(every) if line.cells < 2 and _opens(line.bare)]
    if len(opens) < 2:
        return None
    titles = [(at, title) for at, line in enumerate(every[: opens[-1]]) if (title := _title(line)) is not None]
    first = next((title for at, title in titles if at < opens[0]), None)
    for at, title in titles:
        # A list of contents has the chapters too, but no sentence.
        begun = at > opens[0] and any("。" in line.bare for line in every[opens[0] : at])
        if begun and (first is None or _is_other(title, first)):
            return at
    return None


def _is_other(one: Title, two: Title) -> bool:
    if one.year is not None and two.year is not None and one.year != two.year:
        return True
    return not same_office(one.office or "", two.office or "")


def _opens(bare: str) -> bool:
    found = match_heading(bare.rstrip(":：。")) if len(bare) <= HEADING_LENGTH else None
    return found is not None and found[0] == KEYS[0] and found[1] is not None


def _title(line: Line) -> Title | None:
    """The title of a report that names its body, if a line is one."""
    if line.cells > 1 or len(line.bare) > TITLE_LENGTH or "公开" not in line.bare:
        return None
    title = parse_title(line.bare)
    return title if title.is_report and title.office is not None else None


def _up_to(document: Document, line: Line) -> Document:
    """The document as it is above a line."""
    at = [number for number, text in enumerate(document.lines) if compact(text).lstrip("#") == line.bare]
    return replace(document, blocks=document.blocks[: line.block], lines=document.lines[: at[-1] if at else None])


def _first_prose(every: list[Line]) -> int:
    """How many lines of a text without chapters may hold its title: what follows prose is of other pages."""
    return next((at for at, line in enumerate(every[:HEAD_LINES]) if "。" in line.bare), HEAD_LINES)


def _top(first: list[Line]) -> list[str]:
    """The lines in which a title may stand: not the way to this page, nor years of which a page offers several, one
    below the other (xxgkAnnualReport.jsp)."""
    top = [tidy(line.text) for line in first if line.cells < 2]
    years = [None, *map(subtitle_year, top), None]
    kept = []
    for text, before, year, after in zip(top, years, years[1:], years[2:], strict=False):
        is_chosen = year is not None and not {before, after} <= {year, None}
        if not (is_chosen or _CRUMBS.match(text) or _SEVERAL_YEARS.fullmatch(text)):
            kept.append(text)
    return kept


def headings(document_lines: list[Line]) -> list[Heading]:
    """The lines that open the six chapters, each at most once and in the form's order.

    A table of contents and a caption repeat headings, so of all lines that read like one the best increasing
    sequence counts: numbered before unnumbered, later before earlier.
    """
    candidates = [heading for number in range(len(document_lines)) if (heading := _heading(number, document_lines))]
    # By the last chapter: weight, lines, headings.
    best: list[tuple[int, int, list[Heading]]] = [(0, 0, [])] * len(KEYS)
    for candidate in candidates:
        order = KEYS.index(candidate.key)
        weight, places, before = max(best[:order], key=lambda entry: entry[:2], default=(0, 0, []))
        longer = (weight + candidate.weight, places + candidate.line, [*before, candidate])
        best[order] = max(best[order], longer, key=lambda entry: entry[:2])
    return max(best, key=lambda entry: entry[:2])[2]


_NUMBERED = 6


def _heading(number: int, document_lines: list[Line]) -> Heading | None:
    line = document_lines[number]
    if line.cells > 1:
        return None
    raw = line.text.strip()
    if len(raw) > HEADING_LENGTH and raw[0] not in f"{_NUMERALS}第":
        return None
    bare = line.bare.rstrip(":：。")
    found = match_heading(bare)
    if (not found or found[1]) and (broken := _broken(number, document_lines, bare, found is not None)):
        return broken
    if found:
        key, numeral = found
        if numeral:
            return Heading(number, key, raw, weight=8 if _NUMERALS.find(numeral) == KEYS.index(key) else _NUMBERED)
        # Word's automatic numbering is no text: copies of such reports have headings without numerals.
        return Heading(number, key, raw, weight=2 if line.heading or line.bare in OFFICIAL else 1)
    if (ordinal := _ORDINAL.match(bare)) and (found := match_heading(bare[ordinal.end() :])):
        numeral = ordinal["numeral"]
        if KEYS.index(found[0]) + 1 == (int(numeral) if numeral.isdecimal() else _NUMERALS.index(numeral) + 1):
            return Heading(number, found[0], raw, weight=3)
    return _run_in(number, raw)


def _broken(number: int, document_lines: list[Line], bare: str, is_whole: bool) -> Heading | None:
    """A numbered heading that was broken over two lines: 五、存在的主要问题 and 及改进情况."""
    if number + 1 == len(document_lines) or not _NUMBER.match(bare) or document_lines[number + 1].cells > 1:
        return None
    rest = document_lines[number + 1].bare.rstrip(":：。")
    if len(rest) > HEADING_LENGTH // 2 or (is_whole and not rest.startswith(_GOES_ON)):
        return None
    found = match_heading(bare + rest)
    return Heading(number, found[0], bare + rest, weight=_NUMBERED, lines=2) if found else None


def _run_in(number: int, raw: str) -> Heading | None:
    """A numbered heading with prose behind it on the same line (六、其他需要报告的事项：无。)."""
    numbered = _NUMBER.match(raw)
    if not numbered:
        return None
    start = numbered.end()
    while start < len(raw) and raw[start].isspace():
        start += 1
    edge = _EDGE.search(raw, start)
    if edge and (found := match_heading(compact(raw[: edge.start()]))):
        return Heading(number, found[0], raw[: edge.start()], raw[edge.end() :].strip(), weight=5)
    for official, key in OFFICIAL.items():
        # Word's soft line breaks are lost in some copies: 一、总体情况2024年，我镇…
        before, words, rest = raw.partition(official)
        if words and match_heading(before[start:] + words) == (key, None):
            return Heading(number, key, before + words, rest.strip(), weight=4)
    return None


@lru_cache(maxsize=1024)
def match_heading(text: str) -> tuple[str, str | None] | None:
    """(chapter, its numeral or None) if `text`, without spaces, is a heading of the form."""
    numbered = _NUMBER.match(text)
    # Without a numeral 「2024年主动公开政府信息情况如下表：」 is prose.
    rest = _YEAR.sub("", _LEADS_ON.sub("", text[numbered.end() :]) if numbered else text)
    if not 2 <= len(rest) <= HEADING_LENGTH or rest[0] in "（(":
        return None  # （一）主动公开政府信息情况 is a section of 一、总体情况
    found = _HEADING.fullmatch(rest)
    if not found or found.lastgroup is None:
        return None
    return found.lastgroup, numbered["numeral"] if numbered else None


def _is_form(document_lines: list[Line], found: list[Heading]) -> bool:
    """Whether the document has the six chapters of 2019 and after (reports before it share words with them)."""
    if len(found) < 3:
        return False
    if names_form(document_lines):
        return True
    parts = (part for line in document_lines for part in line.bare.split("|"))
    unknown = (part for part in parts if UNKNOWN_HEADING.fullmatch(part))
    return len(found) >= 5 and not any(_OLDER_HEADINGS.search(part) for part in unknown)


def names_form(document_lines: list[Line]) -> bool:
    """Whether words stand there that only the tables of 2019 and after have."""
    return any(_FORM_WORDS.search(line.bare) for line in document_lines if is_short(line, _CELL))
