"""Cuts a document into the chapters of the report: six under headings, or one whole free-form text.

Headings are known from their words (chapters.json), not from their numerals, which are often wrong or missing.
"""

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from importlib.resources import files
from typing import Any, NamedTuple

from extract.document import Document, Grid, Paragraph
from extract.form import FORM
from extract.titles import is_body_name, parse_title

_FACTS: dict[str, Any] = json.loads(files(__package__).joinpath("chapters.json").read_text("utf-8"))
KEYS: tuple[str, ...] = tuple(_FACTS["chapters"])
"""The six chapters in printed order."""
TABLE_CHAPTERS = frozenset(("disclosure", "requests", "disputes"))

_OFFICIAL: dict[str, str] = {facts["official"]: key for key, facts in _FACTS["chapters"].items()}
_HEADING = re.compile("|".join(f"(?P<{key}>{facts['pattern']})" for key, facts in _FACTS["chapters"].items()))
_NUMERALS = "一二三四五六七八九十"
_NUMBER = re.compile(rf"第?(?P<numeral>[{_NUMERALS}]{{1,2}})(?:部分|章)?[、，,.．:：]*")
_YEAR = re.compile(r"20\d\d年度?")
_ORDINAL = re.compile(rf"[（(]?(?P<numeral>[1-6１-６{_NUMERALS[:6]}])[)）]?[、，,.．:：]*")
_GOES_ON = tuple("及和与、")
_UNKNOWN_HEADING = re.compile(rf"[{_NUMERALS}]{{1,2}}、[^。；！？]{{2,24}}")
_HEADING_LENGTH = 44
_EDGE = re.compile(r"[\s:：。]")

_FORM_WORDS = re.compile("|".join(_FACTS["form_words"]))
_OLDER_HEADINGS = re.compile(_FACTS["older_headings"])
_MISSING_PROBLEMS = re.compile(_FACTS["missing_problems"])
_PAGE_NUMBER = re.compile(_FACTS["page_number"])
_CHROME = re.compile(_FACTS["chrome"])
_PAGE_LABEL = re.compile(_FACTS["page_label"])
_NOTE = re.compile(r"(?:备?注|说明)\s*[:：\d]")
_SENTENCE = re.compile(r"[。！？；]|[，：:].*[\u4e00-\u9fff]")
_SPACE = re.compile(r"[\s\u200b\u200c\u200d\ufeff]+")
_MARKUP = re.compile(r"^#+\s*|\*\*")
_LAYOUT_SPACE = re.compile(r"[^\S\n]+(?=[，。；：、！？）】》”])|(?<=[，。；：、！？（【《“])[^\S\n]+")

_CHINESE_DAY = r"[二2][〇○零ОOＯo0][\u4e00-\u9fff〇○]{2}年[一二三四五六七八九十]{1,2}月[一二三四五六七八九十]{1,3}日"
_MONTH = r"\d{4}\s*年\s*\d{1,2}\s*月"
_DATE = rf"(?:\d{{4}}\s*[年./-]\s*\d{{1,2}}\s*[月./-]\s*\d{{1,2}}\s*日?|{_CHINESE_DAY}|{_MONTH})"
_SIGNED = re.compile(rf"[（(]?(?P<office>[^\d，。；：:、]{{0,40}}?)\s*[（(]?(?P<date>{_DATE})[）)]?\s*")


@dataclass(slots=True)
class Chapters:
    """The prose of a report.

    `texts` and `headings` have the keys of `KEYS`, or `whole` alone for a report without the six chapters (its heading
    is missing). Prose is what is printed, a line for each paragraph, without tables, page numbers and the signature;
    text between the title and the first heading stands at the start of `overview`. `spans` say in which blocks of the
    document (from, up to) each chapter stands: a grid in that range belongs to it. `problems` name headings
    that the form does not know and chapters that were found without theirs.
    """

    texts: dict[str, str] = field(default_factory=dict)
    headings: dict[str, str] = field(default_factory=dict)
    spans: dict[str, tuple[int, int]] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)


class Line(NamedTuple):
    """A line of a document: its block, its words, and whether cells stood beside it in a row of a grid."""

    block: int
    text: str
    heading: bool = False
    cells: int = 0  # 0 in a paragraph, else how many different cells its row has


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
    """What identity, chapters and conflicts all ask of a document: its lines, those that open the six chapters, and
    whether these are the form's of 2019 and after."""

    lines: list[Line]
    headings: list[Heading]
    is_form: bool


def outline(document: Document) -> Outline:
    """The outline of a document as it is now."""
    document_lines = lines(document)
    found = headings(document_lines)
    return Outline(document_lines, found, is_form(document_lines, found))


def compact(text: str) -> str:
    """`text` without any white space."""
    return _SPACE.sub("", text)


def lines(document: Document) -> list[Line]:
    """The document line by line; a row of a grid is a line for each of its cells."""
    result: list[Line] = []
    for number, block in enumerate(document.blocks):
        if isinstance(block, Paragraph):
            result.extend(Line(number, text, block.heading) for text in block.text.splitlines() if text.strip())
        elif isinstance(block, Grid):
            result.extend(_grid_lines(number, block))
    return result


def _grid_lines(number: int, grid: Grid) -> Iterator[Line]:
    for row in grid.cells:
        texts = [cell.text for cell in row if cell.text.strip()]
        for text in texts:
            for part in text.splitlines():
                if part.strip():
                    yield Line(number, part, cells=len(texts))


def headings(document_lines: list[Line]) -> list[Heading]:
    """The lines that open the six chapters, each at most once and in the form's order.

    A table of contents and a caption repeat headings, so of all lines that read like one the best increasing
    sequence counts: numbered before unnumbered, later before earlier.
    """
    candidates = [heading for number in range(len(document_lines)) if (heading := _heading(number, document_lines))]
    if sum(heading.weight >= _NUMBERED for heading in candidates) >= len(KEYS) // 2:
        # Where the chapters are 一、二、三、 neither （二） nor 2. is one.
        candidates = [heading for heading in candidates if heading.weight != _ORDINAL_ONLY]
    best: list[tuple[int, int, list[Heading]]] = [(0, 0, [])] * len(
        KEYS
    )  # by the last chapter: weight, lines, headings
    for candidate in candidates:
        order = KEYS.index(candidate.key)
        weight, places, before = max(best[:order], key=lambda entry: entry[:2], default=(0, 0, []))
        longer = (weight + candidate.weight, places + candidate.line, [*before, candidate])
        best[order] = max(best[order], longer, key=lambda entry: entry[:2])
    return max(best, key=lambda entry: entry[:2])[2]


_NUMBERED, _ORDINAL_ONLY = 6, 3


def _heading(number: int, document_lines: list[Line]) -> Heading | None:
    line = document_lines[number]
    if line.cells > 1:
        return None
    raw = _MARKUP.sub("", line.text).strip()
    if not raw or (len(raw) > _HEADING_LENGTH and raw[0] not in f"{_NUMERALS}第"):
        return None
    bare = compact(raw).rstrip(":：。")
    found = _match_heading(bare)
    if (not found or found[1]) and (broken := _broken(number, document_lines, bare, found is not None)):
        return broken
    if found:
        key, numeral = found
        if numeral:
            return Heading(number, key, raw, weight=8 if _NUMERALS.find(numeral) == KEYS.index(key) else _NUMBERED)
        # Word's automatic numbering is no text: copies of such reports have headings without numerals.
        return Heading(number, key, raw, weight=2 if line.heading or compact(raw) in _OFFICIAL else 1)
    if (ordinal := _ORDINAL.match(bare)) and (found := _match_heading(bare[ordinal.end() :])):
        numeral = ordinal["numeral"]
        if KEYS.index(found[0]) + 1 == (int(numeral) if numeral.isdecimal() else _NUMERALS.index(numeral) + 1):
            # 1.总体情况 is one wherever it stands; （二）主动公开情况 only where no chapter is 二、
            return Heading(number, found[0], raw, weight=_ORDINAL_ONLY + (bare[ordinal.end() :] in _OFFICIAL))
    return _run_in(number, raw)


def _broken(number: int, document_lines: list[Line], bare: str, is_whole: bool) -> Heading | None:
    """A numbered heading that was broken over two lines: 五、存在的主要问题 and 及改进情况."""
    if number + 1 == len(document_lines) or not _NUMBER.match(bare) or document_lines[number + 1].cells > 1:
        return None
    rest = compact(_MARKUP.sub("", document_lines[number + 1].text)).rstrip(":：。")
    if len(rest) > _HEADING_LENGTH // 2 or (is_whole and not rest.startswith(_GOES_ON)):
        return None
    found = _match_heading(bare + rest)
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
    if edge and (found := _match_heading(compact(raw[: edge.start()]))):
        return Heading(number, found[0], raw[: edge.start()], raw[edge.end() :].strip(), weight=5)
    for official, key in _OFFICIAL.items():
        # Word's soft line breaks are lost in some copies: 一、总体情况2024年，我镇…
        if raw.startswith(official, start):
            end = start + len(official)
            return Heading(number, key, raw[:end], raw[end:].strip(), weight=4)
    return None


@lru_cache(maxsize=1024)
def _match_heading(text: str) -> tuple[str, str | None] | None:
    """(chapter, its numeral or None) if `text`, without spaces, is a heading of the form."""
    numbered = _NUMBER.match(text)
    rest = _YEAR.sub("", text[numbered.end() :] if numbered else text)
    if not 2 <= len(rest) <= _HEADING_LENGTH or rest[0] in "（(":
        return None  # （一）主动公开政府信息情况 is a section of 一、总体情况
    found = _HEADING.fullmatch(rest)
    if not found or found.lastgroup is None:
        return None
    return found.lastgroup, numbered["numeral"] if numbered else None


def is_form(document_lines: list[Line], found: list[Heading]) -> bool:
    """Whether the document has the six chapters of 2019 and after (reports before it share words with them)."""
    if len(found) < 3 or sum(heading.weight for heading in found) < 6:
        return False
    if names_form(document_lines):
        return True
    unknown = (line.text for line in document_lines if _UNKNOWN_HEADING.fullmatch(line.text.strip()))
    return len(found) >= 5 and not any(_OLDER_HEADINGS.search(text) for text in unknown)


def split(document: Document, known: Outline | None = None) -> Chapters:
    """The chapters of `document`, of which the outline may be `known`; never raises. A document that is no report gives
    its text as `whole`."""
    known = known or outline(document)
    document_lines = known.lines
    if not known.is_form:
        return _whole(document, document_lines)
    chapters = Chapters()
    found = _with_missing(document_lines, known.headings, chapters.problems)
    ends = [heading.line for heading in found[1:]] + [len(document_lines)]
    blocks = [document_lines[heading.line].block for heading in found]
    for number, (heading, end) in enumerate(zip(found, ends, strict=True)):
        body = document_lines[heading.line + heading.lines : end]
        prose = [heading.rest] if heading.rest else []
        if heading is found[-1]:
            body = _without_signature(body)
        prose += _prose(body, heading.key, chapters.problems)
        if heading is found[-1]:
            prose = [_RUN_IN_SIGNATURE.sub("", text) for text in prose]
        if number == 0:
            above = document_lines[: heading.line]
            if heading.key == "overview":
                prose = _preamble(above) + prose
            elif before := _preamble(above[: _first_table(above)]):
                # 高楼乡 2023 (the headings 一 and 二 are pictures there): what stands above the first table.
                chapters.texts["overview"] = "\n".join(before)
                chapters.problems.append("“总体情况”一章没有标题，取自第一张表以前的正文")
        chapters.texts[heading.key] = "\n".join(prose)
        if heading.text:
            chapters.headings[heading.key] = heading.text
        last = blocks[number + 1] if number + 1 < len(blocks) else len(document.blocks)
        chapters.spans[heading.key] = (blocks[number], max(last, blocks[number] + 1))
    for key in KEYS:
        if key not in chapters.texts:
            chapters.problems.append(f"没有找到“{_FACTS['chapters'][key]['official']}”一章")
    return chapters


def _with_missing(document_lines: list[Line], found: list[Heading], problems: list[str]) -> list[Heading]:
    """Chapter 五 without its heading begins after the table of 四 (上海市人民政府办公厅 2025)."""
    keys = [heading.key for heading in found]
    if "problems" in keys or "disputes" not in keys:
        return found
    at = keys.index("disputes")
    end = found[at + 1].line if at + 1 < len(found) else len(document_lines)
    for number in range(found[at].line + 1, end):
        line = document_lines[number]
        text = compact(line.text)
        if line.cells < 2 and _MISSING_PROBLEMS.search(text) and not _is_table_text(text):
            problems.append("“存在的主要问题及改进情况”一章没有标题，从表格后的正文分出")
            return [*found[: at + 1], Heading(number, "problems", "", lines=0), *found[at + 1 :]]
    return found


def _prose(body: list[Line], key: str, problems: list[str]) -> list[str]:
    """The lines of a chapter that are prose. In chapters 二 to 四 the tables may stand there as lines too."""
    has_tables = key in TABLE_CHAPTERS
    result = []
    for number, line in enumerate(body):
        if line.cells > 1 or "\t" in line.text.strip():
            continue
        text = _SPACE.sub(" ", _MARKUP.sub("", line.text)).strip()
        bare = compact(text)
        if not bare or is_chrome(bare):
            continue
        if has_tables:
            if bare.startswith("|") or _match_heading(bare.partition("：")[2] or bare):
                continue
            if not _is_prose_among_tables(bare, first=number == 0):
                continue
        if _UNKNOWN_HEADING.fullmatch(bare) and not _is_table_text(bare) and not _match_heading(bare):
            problems.append(f"格式中没有的章标题：{bare}")
        result.append(_LAYOUT_SPACE.sub("", text))
    return result


def is_chrome(bare: str) -> bool:
    """Whether a line without spaces belongs to the page and not to the text: a page number, 上一篇, 打印本页."""
    if len(bare) > 60 or any(mark in bare for mark in "。，；"):
        return False
    return _PAGE_NUMBER.fullmatch(bare) is not None or _CHROME.fullmatch(bare) is not None


def _is_prose_among_tables(bare: str, *, first: bool) -> bool:
    if _NOTE.match(bare) or _LEAD.search(bare):
        return True
    if _is_table_text(bare):
        return first and bare in ("无", "无。")
    if bare[0] in "（(" and bare[-1] in "）)" and len(bare) < 16:
        return False  # a remark that fell out of its cell: （含自然失效29件）
    return bool(_SENTENCE.search(bare)) or len(bare) >= 14


# 「2024年收到和处理政府信息公开申请情况如下：」 is made of the form's words, and prose all the same.
_LEAD = re.compile(r"(?:如下|见下表|如下表(?:所示)?)[：:。]?$")
_NOT_WORDS = re.compile(r"[\W\d_]+")


def _pairs(text: str) -> set[str]:
    return {text[at : at + 2] for at in range(len(text) - 1)}


def _labels(node: Any) -> Iterator[str]:
    """Every label and variant that form.json knows."""
    if isinstance(node, dict):
        for name, value in node.items():
            if name in ("zh", "variants", "ignored") or isinstance(value, dict):
                yield from _labels(value)
    elif isinstance(node, list):
        for value in node:
            yield from _labels(value)
    elif isinstance(node, str):
        yield node


_LABEL_PAIRS: frozenset[str] = frozenset().union(
    *(_pairs(_NOT_WORDS.sub("", compact(label))) for label in (*_labels(FORM), *_FACTS["table_words"]))
)
_WORDS_END = "。！？"


@lru_cache(maxsize=4096)
def _is_table_text(bare: str) -> bool:
    """Whether a line is made of the form's labels and values, however they were broken or joined."""
    words = _NOT_WORDS.sub("", bare)
    if len(words) < 2:
        return bare[-1:] not in _WORDS_END
    if bare[-1] in _WORDS_END:
        return False
    known = [False, *(words[at : at + 2] in _LABEL_PAIRS for at in range(len(words) - 1)), False]
    return sum(known[at] or known[at + 1] for at in range(len(words))) >= 0.85 * len(words)


def _preamble(before: list[Line]) -> list[str]:
    """The report's own words between the title and the first heading: from the first long line on, if it is prose."""
    texts = [_MARKUP.sub("", line.text).strip() for line in before if line.cells < 2]
    bare = [compact(text) for text in texts]
    titles = (n for n, text in enumerate(bare) if parse_title(text).reason is None and not _TORN_TITLE.search(text))
    title = max(titles, default=-1)
    own = [number for number in range(title + 1, len(texts)) if not is_chrome(bare[number])]
    texts = [_LAYOUT_SPACE.sub("", texts[number]) for number in own if not _PAGE_LABEL.match(bare[number])]
    prose = (number for number, text in enumerate(texts) if len(text) >= 16 and _SENTENCE.search(text))
    first = next(prose, len(texts))
    while first and len(texts[first - 1]) >= 20:  # lines of a wrapped paragraph
        first -= 1
    texts = texts[first:]
    return texts if any("。" in text or "：" in text for text in texts) else []


def _first_table(above: list[Line]) -> int:
    return next((at for at, line in enumerate(above) if _TABLE_BEGINS.match(compact(line.text))), len(above))


_TABLE_BEGINS = re.compile(r"\|?第二十条第?[（(]")
# A line of a wrapped sentence that names the form: 定》）和《关于印发中华人民共和国政府信息公开工作年度报告
_TORN_TITLE = re.compile(r"^[^《]*》|《[^》]*$")
_SEAL = re.compile(r"[（(]\s*(?:盖\s*章|公\s*章|印\s*章|章)\s*[)）]")
_RUN_IN_SIGNATURE = re.compile(rf"(?<=[。！]) ?[^，。；：:\d]{{2,40}}{_DATE} ?$")


def _without_signature(body: list[Line]) -> list[Line]:
    """The last chapter up to its signature, or else to what the page puts under a text (上一篇, 打印本页)."""
    end = next((number for number, line in enumerate(body) if _ends_text(line)), len(body))
    while end and (not (bare := compact(_SEAL.sub("", body[end - 1].text))) or is_body_name(bare)):
        end -= 1
    return body[:end]


def _ends_text(line: Line) -> bool:
    bare = compact(line.text)
    return _signed(line.text) is not None or (is_chrome(bare) and not _PAGE_NUMBER.fullmatch(bare))


def _signed(text: str) -> tuple[str, str] | None:
    """(office or "", date) of a line that holds nothing else."""
    found = _SIGNED.fullmatch(_SEAL.sub("", text).strip())
    if not found:
        return None
    office = compact(found["office"]).strip("（(")
    return (office, compact(found["date"])) if not office or is_body_name(office) else None


def signature(document_lines: Iterable[Line]) -> tuple[str | None, str | None]:
    """(office, date) of the signature as printed, without spaces, from lines that end a report; None where not there.

    Lists of other pages below the text hold bodies and dates too, so a date counts behind a body's name or when it
    is written with 年月日, and without a date only the first name counts.
    """
    first: str | None = None
    office, age = "", 0
    for line in document_lines:
        text = _SPACE.sub(" ", _SEAL.sub("", line.text)).strip()
        bare = compact(text)
        if line.cells > 1 or not bare or is_chrome(bare) or _PAGE_LABEL.match(bare):
            continue
        if is_body_name(bare):
            office = office + bare if office.endswith("委员会") and age == 0 else bare
            first, age = first or office, 0
            continue
        age += 1
        run_in = _RUN_IN_SIGNATURE.search(text)
        if signed := _signed(run_in[0] if run_in else text):
            name, day = signed
            if name or (office and age <= 2) or "年" in day:
                return name or (office if age <= 2 else "") or first, day
    return first, None


def names_form(document_lines: list[Line]) -> bool:
    """Whether words stand there that only the tables of 2019 and after have."""
    return any(_FORM_WORDS.search(compact(line.text)) for line in document_lines if len(line.text) < 200)


_TOP_LINES = 60


def _whole(document: Document, document_lines: list[Line]) -> Chapters:
    """A free-form text: what is printed between its title and its signature, without tables.

    A page on which no title is found may be all menus: there the text is trafilatura's.
    """
    body = [line for line in document_lines if line.cells < 2 and not _is_caption(document, line)]
    bare = [compact(line.text) for line in body[:_TOP_LINES]]
    bare = bare[: next((at for at, text in enumerate(bare) if len(text) > _HEADING_LENGTH and "。" in text), None)]
    pairs = zip(["", *bare], bare, strict=False)
    titles = [at for at, (above, text) in enumerate(pairs) if _is_title(text) or _is_title(above + text)]
    start = max(titles, default=-1) + 1
    half = start + (len(body) - start) // 2  # a date in the first half is no signature
    body = body[start:half] + _without_signature(body[half:])
    own = [line.text.strip() for line in body if not is_chrome(compact(line.text)) and not _is_label(line.text)]
    text = "\n".join(own)
    if document.html and not titles:
        from trafilatura import extract  # takes half a second to import, and few reports need it

        main = extract(document.html, favor_recall=True, include_comments=False, include_tables=False) or ""
        if "|" not in main and 2 * len(compact(main)) > len(compact(text)):  # it may lay tables out as text
            text = main
    return Chapters(texts={"whole": text} if text.strip() else {})


def _is_caption(document: Document, line: Line) -> bool:
    """Whether a line names the table that follows it (附表：政府信息公开情况统计表)."""
    below = document.blocks[line.block + 1 : line.block + 2]
    return any(isinstance(block, Grid) for block in below) and "表" in line.text and "。" not in line.text


def _is_title(bare: str) -> bool:
    return parse_title(bare).reason is None


def _is_label(text: str) -> bool:
    return _PAGE_LABEL.match(compact(text)) is not None
