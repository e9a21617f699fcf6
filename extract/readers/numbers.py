"""Numbers and dates of a spreadsheet as their number formats show them (ECMA-376 part 1, §18.8.30 and §18.8.31).

Only what reports use: decimals, thousands, per cent, literal words (0"件"), sections for negative numbers and zero,
years to minutes.
"""

import re
from datetime import date, datetime, time
from decimal import ROUND_HALF_UP, Decimal

_TOKEN = re.compile(
    r'"(?P<quoted>[^"]*)"|[\\!](?P<escaped>.)|_.|\*.|\[[^\]]*\]|(?P<general>General|G/通用格式|@)'
    r"|(?P<digits>[#0?][#0?,]*(?:\.[#0?]*)?,*|\.[#0?]+)|(?P<end>;)|(?P<other>.)",
    re.IGNORECASE | re.DOTALL,
)
_DATE_TOKEN = re.compile(
    r'"(?P<quoted>[^"]*)"|[\\!](?P<escaped>.)|_.|\*.|\[[^\]]*\]|AM/PM|上午/下午|a{3,}|;.*'
    r"|(?P<letters>y+|m+|d+|h+|s+)|(?P<other>.)",
    re.IGNORECASE | re.DOTALL,
)
_CONDITION = re.compile(r"\[[<>=]")
_LONG_DATE = 'yyyy"年"m"月"d"日"'


def shown(value: float, picture: str) -> str:
    """`value` under a number format; as General where the format is more than this module knows (fractions,
    exponents, conditions)."""
    sections: list[list[re.Match[str]]] = [[]]
    for token in _TOKEN.finditer(picture):
        if token["end"]:
            sections.append([])
        else:
            sections[-1].append(token)
    section, sign = sections[0], "-" if value < 0 else ""
    if value < 0 and len(sections) > 1:
        section, sign = sections[1], ""
    elif value == 0 and len(sections) > 2:
        section = sections[2]
    if _CONDITION.search(picture) or sum(bool(token["digits"]) for token in section) > 1:
        return _general(value)
    number = Decimal(repr(abs(value))) * 100 ** sum(token["other"] == "%" for token in section)
    out = ""
    for token in section:
        if token["general"]:
            out += _general(abs(value))
        elif token["digits"]:
            out += _digits(number, token["digits"])
        else:
            out += token["quoted"] or token["escaped"] or token["other"] or ""
    return (sign if re.search(r"[1-9]", out) else "") + out.strip()


def _digits(number: Decimal, picture: str) -> str:
    thousands = len(picture) - len(picture.rstrip(","))
    whole, _, part = picture.rstrip(",").partition(".")
    rounded = (number / 1000**thousands).quantize(Decimal(1).scaleb(-len(part)), ROUND_HALF_UP)
    digits, _, fraction = f"{rounded:f}".partition(".")
    while fraction.endswith("0") and len(fraction) > part.count("0"):
        fraction = fraction[:-1]
    digits = digits.lstrip("0").zfill(whole.count("0"))
    if "," in whole:
        digits = re.sub(r"(?<=\d)(?=(?:\d{3})+$)", ",", digits)
    return digits + ("." + fraction if fraction else "")


def _general(value: float) -> str:
    """What a cell without a format shows: 5.0 is 5, and of 0.1 + 0.2 the digits that fit."""
    if isinstance(value, int) or (value.is_integer() and abs(value) < 1e15):
        return str(int(value))
    return format(value, ".11g")


def shown_date(value: date | time, picture: str) -> str:
    """A date or time under a number format. Month names, and the long date of the system, are shown as in Chinese."""
    if "mmm" in picture.lower() or "[$-f800]" in picture.lower():
        picture = _LONG_DATE
    day = value if isinstance(value, date) else date(1899, 12, 31)
    clock = value.time() if isinstance(value, datetime) else value if isinstance(value, time) else time()
    out, before = "", ""
    for token in _DATE_TOKEN.finditer(picture):
        letters = (token["letters"] or "").lower()
        if not letters:
            out += token["quoted"] or token["escaped"] or token["other"] or ""
            continue
        is_minute = letters[0] == "m" and before == "h"
        number = {"y": day.year, "m": day.month, "d": day.day, "h": clock.hour, "s": clock.second}[letters[0]]
        number = clock.minute if is_minute else number
        if letters[0] == "y":
            out += f"{number:04}" if len(letters) > 2 else f"{number % 100:02}"
        else:
            out += f"{number:0{min(len(letters), 2)}}"
        before = letters[0]
    return out.strip()
