"""What a report's prose says, against its tables (form.md §2: P3, P4, T1–T3, T5).

The patterns are data (claims.json). A rule fires only on a sentence whose subject, year and scope are certain: prose
compares with last year, counts channels and parts, other bodies and other things, and all of that is no contradiction.
"""

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

from extract import numerals
from extract.numerals import shown
from extract.prose import NUMBERS, Prose, optional
from extract.report import Cell, Finding, FindingClass, Identity, OfficeKind

Grade = Callable[[FindingClass, tuple[str, ...]], FindingClass]
"""Gives the class that a finding deserves: less than its own where the cells may be misread."""

_FACTS: dict[str, Any] = json.loads(files(__package__).joinpath("claims.json").read_text("utf-8"))
_PARTS = {"n": f"(?P<n>{numerals.PATTERN})", **_FACTS["parts"]}
_AREAS = (OfficeKind.PROVINCE, OfficeKind.PREFECTURE, OfficeKind.COUNTY)
_YEAR = re.compile(r"(?<!\d)(20\d\d)年")
_NOT_THIS_YEAR = re.compile(_FACTS["not_this_year"])
_PART_ONLY = re.compile(_FACTS["part_only"])
_OTHER_THINGS = re.compile(_FACTS["other_things"])
_WHOLE_AREA = re.compile(_FACTS["whole_area"])
_YEARS = re.compile(_FACTS["years"])
_PART_AFTER = re.compile(_FACTS["part_after"])
_SINCE_EVER = re.compile(_FACTS["since_ever"])
_PARTS_OF_AREA = re.compile(_FACTS["parts_of_area"])
_CONDITIONAL = re.compile(_FACTS["conditional"])
_GOVERNMENT = re.compile(_FACTS["government"])
_ABOUT_REQUESTS = re.compile("依申请|申请公开|公开申请")


@dataclass(frozen=True, slots=True)
class _Claim:
    kind: str
    class_: FindingClass
    what: str
    word: str
    pattern: re.Pattern[str]
    sums: tuple[tuple[str, ...], ...]
    about: bool
    needs: re.Pattern[str] | None
    unless: re.Pattern[str] | None
    unless_before: re.Pattern[str] | None


def _filled(pattern: str) -> str:
    for name, part in _PARTS.items():
        pattern = pattern.replace(f"{{{name}}}", part)
    return pattern


_CLAIMS = [
    _Claim(
        entry["kind"],
        FindingClass(entry["class"]),
        entry["what"],
        entry["word"],
        re.compile(_filled(entry["pattern"])),
        tuple(tuple(keys) for keys in entry["cells"]),
        entry.get("about", False),
        *(optional(entry.get(name)) for name in ("needs", "unless", "unless_before")),
    )
    for entry in _FACTS["claims"]
]


def check(chapters: dict[str, Prose], cells: dict[str, Cell], identity: Identity, grade: Grade) -> list[Finding]:
    """The findings about what chapters say of the tables; `grade` lowers the class where cells may be misread."""
    found: list[Finding] = []
    for text in (text for key, text in chapters.items() if key in NUMBERS and cells):
        found.extend(_against_cells(text, cells, identity, grade))
        found.extend(_fees(text, cells, identity.year, grade))
    return list({(one.kind, one.cells, one.detail): one for one in found}.values())


def _against_cells(text: Prose, cells: dict[str, Cell], identity: Identity, grade: Grade) -> Iterator[Finding]:
    taken = bytearray(len(text.folded))
    for claim in _CLAIMS:
        if claim.word not in text.folded:
            continue
        for match in claim.pattern.finditer(text.folded):
            # A number counts once; what it belongs to may stand before it in another claim too.
            start, end = match.span("n" if "n" in claim.pattern.groupindex else 0)
            if any(taken[start:end]) or not _is_certain(claim, match, text, identity):
                continue
            taken[start:end] = b"\1" * (end - start)
            if finding := _contradiction(claim, match, text, cells, grade):
                yield finding


def _contradiction(
    claim: _Claim, match: re.Match[str], text: Prose, cells: dict[str, Cell], grade: Grade
) -> Finding | None:
    """The finding where none of the sums that a claim may mean is the number that it says."""
    said = numerals.read(match["n"]) if "n" in claim.pattern.groupindex else 0
    sums = [keys for keys in claim.sums if all(key.lstrip("-") in cells for key in keys)]
    values = [_sum(keys, cells) for keys in sums]
    shows = values[0] if values else None
    if said is None or shows is None or None in values or said in values:
        return None
    proof = tuple(dict.fromkeys(key.lstrip("-") for key in sums[0]))
    kind, class_ = claim.kind, grade(claim.class_, tuple(key.lstrip("-") for keys in sums for key in keys))
    detail = f"正文说{claim.what}{shown(said)}件，表中为{shown(shows)}件"
    if kind == "requests_prose" and said and _all_zero(cells):
        kind, class_ = "all_zero", FindingClass.SUSPICIOUS
        detail = f"正文说{claim.what}{shown(said)}件，申请表却读出全为0：可能是表没有填，也可能是没有读对"
    return Finding(kind, class_, proof, detail, text.quote(match.start()))


def _sum(keys: tuple[str, ...], cells: dict[str, Cell]) -> int | float | None:
    """The sum of cells ('-' before a key subtracts), None where one of them is no number."""
    total: int | float = 0
    for key in keys:
        value = cells[key.lstrip("-")].value
        if value is None:
            return None
        total += -value if key.startswith("-") else value
    return total


def _all_zero(cells: dict[str, Cell]) -> bool:
    values = [cell.value for key, cell in cells.items() if key.startswith("requests.") and cell.value is not None]
    return bool(values) and not any(values)


def _is_certain(claim: _Claim, match: re.Match[str], text: Prose, identity: Identity) -> bool:
    """Whether a passage speaks of this year, of this body as the tables count it, and of the whole."""
    start, end = text.sentence(match.start())
    sentence, before = text.folded[start:end], text.folded[start : match.start()]
    is_named = not claim.about or "公开" in match["noun"]
    if not is_named and not _ABOUT_REQUESTS.search(text.folded, text.section(match.start()), match.end()):
        return False
    if claim.needs and not claim.needs.search(before + match[0]):
        return False
    part = before[max(before.rfind(mark) for mark in ";；") + 1 :]
    if (claim.unless and claim.unless.search(sentence)) or (claim.unless_before and claim.unless_before.search(part)):
        return False
    if _NOT_THIS_YEAR.search(part) or not _is_year(before, identity.year) or not _is_next_year(match, identity.year):
        return False
    if part.count("(") > part.count(")") or _OTHER_THINGS.search(part) or _PART_ONLY.search(part):
        return False
    if _PART_AFTER.match(text.folded[match.end() : end]) or _SINCE_EVER.search(part):
        return False
    if any(first != last for first, last in _YEARS.findall(before)):
        return False  # 2021年至2024年累计
    if "累计" in part and not re.search(r"20\d\d年|全年|本?年度|今年", before):
        return False
    clause = part[max(part.rfind(mark) for mark in ",:") + 1 :]
    return _is_own_scope(clause, sentence, identity)


def _is_next_year(match: re.Match[str], year: int | None) -> bool:
    named = match.groupdict().get("next")
    return named is None or (year is not None and int(named) == year + 1)


def _is_year(before: str, year: int | None) -> bool:
    named = _YEAR.findall(before)
    return not named or int(named[-1]) == year


def _is_own_scope(clause: str, sentence: str, identity: Identity) -> bool:
    """Whether a clause's subject is what the tables count: a government's report counts its whole area (Art. 49),
    any other body's the body alone."""
    kind, scope = identity.office_kind, identity.scope
    if scope == "area" or (scope is None and kind in _AREAS):
        return not _PARTS_OF_AREA.search(clause)
    if _WHOLE_AREA.search(clause):
        return False
    if kind is OfficeKind.GOVERNMENT_OFFICE and "部门" in sentence:
        return False  # 市政府及市政府办公室制发1件，部门制发2件
    return kind is OfficeKind.GOVERNMENT_OFFICE or not _GOVERNMENT.search(clause)


_FEE = re.compile(
    r"(?<![未没])(?:(?:收取|实收|收到)(?:了)?(?:的)?(?:政府)?(?:信息)?(?:公开)?(?:申请)?信息(?:公开)?处理费(?:用)?"
    r"|信息(?:公开)?处理费(?:用)?(?:实际)?(?:收取|实收)(?=总?金额))"
    rf"(?:共计?|合计|总计|总?金额|为|人民币|:)*(?P<n>{numerals.PATTERN})(?P<unit>万?元)"
)
_FEE_CELL = "disclosure.admin_fees.amount_10k_cny"
_LEAST_FEE = 100
"""Yuan that show in a column of 万元 with two decimals."""


def _fees(text: Prose, cells: dict[str, Cell], year: int | None, grade: Grade) -> Iterator[Finding]:
    """P4 and P3: an information processing fee is a 行政事业性收费 (皖财综〔2021〕28号), which is given in 万元."""
    amount = cells[_FEE_CELL].value if _FEE_CELL in cells else None
    if amount is None:
        return
    for match in _FEE.finditer(text.folded):
        start, _ = text.sentence(match.start())
        said = numerals.read(match["n"])
        before = text.folded[start : match.start()]
        clause = before[before.rfind(",") + 1 :]
        if said is None or not _is_year(before, year) or _NOT_THIS_YEAR.search(before) or _CONDITIONAL.search(clause):
            continue
        yuan = said * (10_000 if match["unit"] == "万元" else 1)
        if amount == said and match["unit"] == "元" and yuan >= _LEAST_FEE:
            detail = f"正文收取{shown(said)}元，表中以万元为单位的收费金额也是{shown(amount)}"
            class_ = grade(FindingClass.STRONG, (_FEE_CELL,))
            yield Finding("fee_in_yuan", class_, (_FEE_CELL,), detail, text.quote(match.start()))
        elif yuan >= amount * 10_000 + _LEAST_FEE:
            detail = f"正文收取信息处理费{shown(yuan)}元，表中行政事业性收费只有{shown(amount)}万元"
            yield Finding("fee_missing", FindingClass.SUSPICIOUS, (_FEE_CELL,), detail, text.quote(match.start()))
