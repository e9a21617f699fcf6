"""Numbers as prose writes them: 1,259, 3.5万, 一百零八, 二十."""

import re

_DIGITS = {digit: value for value, digit in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
_D = "[一二两三四五六七八九]"
_ARABIC = re.compile(r"(?P<number>(?:\d{1,3}(?:,\d{3}){1,4}|\d{1,15})(?:\.\d+)?)(?P<unit>[百千万亿]?)")
_BELOW_10000 = re.compile(rf"零?(?:(?P<k>{_D})千)?零?(?:(?P<h>{_D})百)?零?(?:(?P<t>{_D}?)(?P<ten>十))?零?(?P<u>{_D}?)")
_UNITS = {"": 1, "百": 100, "千": 1000, "万": 10_000, "亿": 100_000_000}

PATTERN = r"(?:(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?[百千万亿]?|[〇零一二两三四五六七八九十百千万亿]+)"
"""What looks like a number in half-width text."""


def read(text: str) -> int | float | None:
    """The number that half-width `text` is as a whole; None where it is none or may be two (三百五, 一二)."""
    if found := _ARABIC.fullmatch(text):
        number = float(found["number"].replace(",", "")) * _UNITS[found["unit"]]
        return round(number) if abs(number - round(number)) < 1e-6 else number
    if text in ("零", "〇"):
        return 0
    high, many, low = text.rpartition("万")
    above = _below_10000(high, first=True) if many else 0
    below = _below_10000(low, first=not many) if low or not many else 0
    return None if above is None or below is None else above * 10_000 + below


def _below_10000(text: str, *, first: bool) -> int | None:
    """A Chinese numeral of 1 to 9,999; `first` says that no higher part stands before it."""
    found = _BELOW_10000.fullmatch(text)
    if not found or text.endswith("零") or not text or (first and text.startswith("零")):
        return None
    k, h, t, u = (_DIGITS.get(found[part] or "零", 0) for part in "khtu")
    ten = found["ten"] is not None
    is_bridged = text[-2:-1] == "零"
    if u and not ten and not is_bridged and (k or h or not first):
        return None  # 三百五 is 350, and reads as 305
    return k * 1000 + h * 100 + (t or 1 if ten else 0) * 10 + u


def shown(value: float) -> str:
    """A number as a finding shows it: all its digits, no exponent."""
    return str(int(value)) if float(value).is_integer() else format(value, ".12g")
