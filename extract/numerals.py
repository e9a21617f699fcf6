"""Numbers as prose writes them: 1,259, 3.5万, 一百零八, 二十."""

import re

_DIGITS = {digit: value for value, digit in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
_D = "[一二两三四五六七八九]"
_ARABIC = re.compile(r"(?P<number>(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?)(?P<unit>[百千万亿]?)")
_BELOW_10000 = re.compile(
    rf"(?:(?P<k>{_D})千)?(?:(?P<h>{_D})百)?(?P<z>零?)(?:(?P<t>{_D}?)(?P<ten>十))?(?P<z2>零?)(?P<u>{_D}?)"
)
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
    if text.count("万") > 1 or "亿" in text:
        return None
    high, many, low = text.rpartition("万")
    below = _below_10000(low, after=bool(many)) if low or not many else 0
    above = _below_10000(high) if many else 0
    return None if below is None or above is None else above * 10_000 + below


def _below_10000(text: str, *, after: bool = False) -> int | None:
    """A Chinese numeral under 10,000; `after` a higher part, where 零 bridges what is left out."""
    found = _BELOW_10000.fullmatch(text)
    if not found or not text or (found["z"] and found["z2"]):
        return None
    k, h, t, u = (_DIGITS.get(found[part] or "零", 0) for part in "khtu")
    ten = found["ten"] is not None
    if ten and not found["t"]:
        t = 1
        if k or h:
            return None
    # 零 stands where a place is left out, and only there: 一百零八, 一千零二十, 一千零八.
    bridged = bool(found["z"] or found["z2"])
    left_out = _leaves_out([bool(k) or None, bool(h), ten, bool(u)], after)
    return k * 1000 + h * 100 + t * 10 + u if bridged == left_out else None


def _leaves_out(places: list[bool | None], after: bool) -> bool:
    """Whether an empty place (thousands to units) has a filled one on both sides; `after` fills the left edge."""
    seen = after
    gap = False
    for filled in places:
        if filled:
            if seen and gap:
                return True
            seen, gap = True, False
        else:
            gap = True
    return False
