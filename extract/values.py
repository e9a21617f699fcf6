"""What is printed in one cell → number or status. Zero, blank, "/" and "无" stay different things."""

import re
import unicodedata
from functools import lru_cache

from extract.readers.charset import INVISIBLE
from extract.report import Cell, Status

_UNIT = r"(?:件次|件|条|个|宗|起|次|项|份|人|万元|元|人民币)"
_NUMBER = re.compile(
    rf"(?P<sign>[+-]?)\s*(?P<whole>\d{{1,3}}(?:,\d{{3}})+|\d+)(?P<part>\.\d+)?\s*(?P<unit>{_UNIT})?\s*(?P<remark>[(\[].*[)\]])?",
    re.DOTALL,
)
_CHANGE = re.compile(r"(?:(?P<more>增加?|新增)|减少?|(?=\(\d+\)$)\()(?P<count>\d+)(?:件|项|个|\))?")
"""本年增/减 in words: 减4 for -4; or as accountants write it, and many a sheet's format: (4)."""
_NOTE = re.compile(r"(?<=[\d件条个宗起次项份人元])\s*(?:[(\[（［【]?注?[⁰¹²³⁴-⁹①-⑳]+[)\]）］】]?|[*＊※]+)(?!\d)")
"""The mark of a footnote behind a number: 5① and 5² are 5, where Unicode's folding would make 51 and 52 of them."""
_NO_DIGIT = re.compile("[⁰¹²³⁴-⁹₀-₉①-⓿㈠-㉃㊀-㊉❶-➓]")
NOTHING = frozenset(("无", "没有", "零", "暂无", "一", "〇", "○", "O", "o"))
"""Words that stand in a cell for a number."""
_SLASHES = frozenset(("/", "\\", "//", "|", "╱", "╲", "∕", "⁄"))
_DASH = re.compile(r"[-‐-―−─━_~\s]+")  # —— wraps in a narrow column
_CHINESE = re.compile("[\u4e00-\u9fff]")
_DIGIT = re.compile(r"\d")


def fold(text: str) -> str:
    """`text` with its digits, commas and signs in ASCII, without the marks of footnotes and invisible characters."""
    if not text.isascii() or "*" in text:
        text = _NO_DIGIT.sub("\ufffd", _NOTE.sub("", INVISIBLE.sub("", text)))
        text = unicodedata.normalize("NFKC", text).replace("−", "-")
    return text.strip()


UNSURE = "\ufffd"
"""Stands in a cell of a scan for ink that was not read, behind a number that may have been misread, and between two
numbers where two readings differ."""


@lru_cache(maxsize=8192)
def read(text: str, kind: str = "int") -> Cell:
    """The cell that shows `text`; `kind` is form.kind_of_number's.

    "55（含自然失效29件）" is 55 and "1,259件" 1259, as the contract of `extract` has it. A number in 元 is no number
    of a column in 万元 (采购总金额 has no printed unit, so that 251000元 is one: 上海市府办 2019); digits torn by a
    space or a line break are two numbers or one, which nobody can tell from the cell alone: both are unreadable.
    """
    raw = text.strip()
    folded = fold(raw)
    if not folded:
        return Cell(None, "", Status.BLANK)
    if folded in _SLASHES:
        return Cell(None, raw, Status.SLASH)
    if _DASH.fullmatch(folded):
        return Cell(None, raw, Status.DASH)
    if kind == "signed" and (change := _CHANGE.fullmatch(folded)):
        folded = ("" if change["more"] else "-") + change["count"]
    match = _NUMBER.fullmatch(folded)
    if UNSURE in folded:
        return Cell(None, raw, Status.UNREADABLE)  # ink that recognition could not read with certainty
    if match is None:
        return Cell(None, raw, Status.UNREADABLE if _DIGIT.search(folded) else Status.TEXT)
    whole = match["whole"].replace(",", "")
    if (len(whole) > 1 and whole.startswith("0")) or len(whole) > 12:
        return Cell(None, raw, Status.UNREADABLE)
    if kind == "ten_thousands" and match["unit"] == "元":
        return Cell(None, raw, Status.UNREADABLE)
    number: int | float = float(whole + match["part"]) if match["part"] else int(whole)
    if isinstance(number, float) and number.is_integer():
        number = int(number)
    return Cell(-number if match["sign"] == "-" else number, raw, Status.NUMBER)


@lru_cache(maxsize=8192)
def is_value(text: str) -> bool:
    """Whether a cell looks like one that holds a value (a number, blank, a slash or a dash), not a label."""
    status = read(text).status
    return status is not Status.TEXT and (status is not Status.UNREADABLE or not _CHINESE.search(text))
