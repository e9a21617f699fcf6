"""The prose of a report's six chapters, or one whole free-form text."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from extract import signature
from extract.document import Document, Grid
from extract.form import FORM
from extract.labels import known
from extract.lines import FACTS, Line, compact, is_chrome, is_label, spaced
from extract.outline import HEADING_LENGTH, KEYS, UNKNOWN_HEADING, Heading, Outline, match_heading
from extract.titles import parse_title

TABLE_CHAPTERS = frozenset(("disclosure", "requests", "disputes"))

_MISSING_PROBLEMS = re.compile(FACTS["missing_problems"])
_NOTE = re.compile(r"(?:备?注|说明)\s*[:：\d]")
_SENTENCE = re.compile(r"[。！？；]|[，：:].*[\u4e00-\u9fff]")
_LAYOUT_SPACE = re.compile(r"[^\S\n]+(?=[，。；：、！？）】》”])|(?<=[，。；：、！？（【《“])[^\S\n]+")


@dataclass(slots=True)
class Chapters:
    """The prose of a report.

    `texts` and `headings` have the keys of `KEYS`, or `whole` alone for a report without the six chapters (its heading
    is missing). Prose is what is printed, a line for each paragraph, without tables, page numbers and the signature;
    text between the title and the first heading stands at the start of `overview`. `problems` name headings that the
    form does not know and chapters that were found without theirs.
    """

    texts: dict[str, str] = field(default_factory=dict)
    headings: dict[str, str] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)


def split(outline: Outline) -> Chapters:
    """The chapters of a document; never raises. One that is no report gives its text as `whole`."""
    document_lines = outline.lines
    if not outline.is_form:
        return _whole(outline.document, document_lines)
    chapters = Chapters()
    found = _with_missing(document_lines, outline.headings, chapters.problems)
    ends = [heading.line for heading in found[1:]] + [len(document_lines)]
    for heading, end in zip(found, ends, strict=True):
        body = document_lines[heading.line + heading.lines : end]
        prose = [heading.rest] if heading.rest else []
        if heading is found[-1]:
            body = signature.without(body)
        prose += _prose(body, heading.key, chapters.problems)
        if heading is found[-1]:
            prose = [signature.cut_off(text) for text in prose]
        if heading is found[0]:
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
    for key in KEYS:
        if key not in chapters.texts:
            chapters.problems.append(f"没有找到“{FACTS['chapters'][key]['official']}”一章")
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
        if _MISSING_PROBLEMS.search(line.bare):
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
        text, bare = spaced(line.text), line.bare
        if is_chrome(bare):
            continue
        if has_tables:
            if bare.startswith("|") or match_heading(bare.partition("：")[2] or bare):
                continue
            if (
                _ROW.search(line.text)
                or _COLUMNS.search(line.text)
                or not _is_prose_among_tables(bare, first=number == 0)
            ):
                continue
        if UNKNOWN_HEADING.fullmatch(bare) and not match_heading(bare):
            problems.append(f"格式中没有的章标题：{bare}")
        result.append(_LAYOUT_SPACE.sub("", text))
    return result


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
_ROW = re.compile(r"(?:\s+(?:\d[\d,.]*件?|[-—–/／]+)){6}\s*$")
"""The values of a row of a table without lines, whatever is left of its label."""
_COLUMNS = re.compile(r"(?<!\S)[\u4e00-\u9fff]{1,2}\s{2,}(?:[\u4e00-\u9fff]{1,2}\s+){2}[\u4e00-\u9fff]{1,2}(?!\S)")
"""A line of a header whose columns are as narrow as a letter or two."""
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
    *(_pairs(_NOT_WORDS.sub("", compact(label))) for label in (*_labels(FORM), *FACTS["table_words"]))
)
_WORDS_END = "。！？"


@lru_cache(maxsize=4096)
def _is_table_text(bare: str) -> bool:
    """Whether a line is made of the form's labels and values, however they were broken or joined."""
    words = _NOT_WORDS.sub("", bare)
    if len(words) < 2:
        return bare[-1:] not in _WORDS_END
    if bare[-1] in _WORDS_END:
        return known(bare)
    ours = [False, *(words[at : at + 2] in _LABEL_PAIRS for at in range(len(words) - 1)), False]
    return sum(ours[at] or ours[at + 1] for at in range(len(words))) >= 0.85 * len(words)


def _preamble(before: list[Line]) -> list[str]:
    """The report's own words between the title and the first heading: from the first long line on, if it is prose."""
    texts = [line.text.strip() for line in before if line.cells < 2]
    bare = [line.bare for line in before if line.cells < 2]
    titles = (n for n, text in enumerate(bare) if parse_title(text).is_report and not _TORN_TITLE.search(text))
    title = max(titles, default=-1)
    own = [number for number in range(title + 1, len(texts)) if not is_chrome(bare[number])]
    texts = [_LAYOUT_SPACE.sub("", texts[number]) for number in own if not is_label(bare[number])]
    prose = (number for number, text in enumerate(texts) if len(text) >= 16 and _SENTENCE.search(text))
    first = next(prose, len(texts))
    while first and len(texts[first - 1]) >= 20:  # lines of a wrapped paragraph
        first -= 1
    texts = texts[first:]
    return texts if any("。" in text or "：" in text for text in texts) else []


def _first_table(above: list[Line]) -> int:
    return next((at for at, line in enumerate(above) if _TABLE_BEGINS.match(line.bare)), len(above))


_TABLE_BEGINS = re.compile(r"\|?第二十条第?[（(]")
# A line of a wrapped sentence that names the form: 定》）和《关于印发中华人民共和国政府信息公开工作年度报告
_TORN_TITLE = re.compile(r"^[^《]*》|《[^》]*$")
_TOP_LINES = 60


def _whole(document: Document, document_lines: list[Line]) -> Chapters:
    """A free-form text: what is printed between its title and its signature, without tables.

    A page on which no title is found may be all menus: there the text is trafilatura's.
    """
    body = [line for line in document_lines if line.cells < 2 and not _is_caption(document, line)]
    bare = [line.bare for line in body[:_TOP_LINES]]
    bare = bare[: next((at for at, text in enumerate(bare) if len(text) > HEADING_LENGTH and "。" in text), None)]
    joined = ((text, above + text) for above, text in zip(["", *bare], bare, strict=False))
    titles = [at for at, texts in enumerate(joined) if any(parse_title(text).is_report for text in texts)]
    start = max(titles, default=-1) + 1
    half = start + (len(body) - start) // 2  # a date in the first half is no signature
    body = body[start:half] + signature.without(body[half:])
    own = [line.text.strip() for line in body if not is_chrome(line.bare) and not is_label(line.bare)]
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
    return any(isinstance(block, Grid) for block in below) and "表" in line.text
