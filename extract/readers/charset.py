"""Bytes → text for pages whose declared charset is often wrong."""

import codecs
import re
import unicodedata
from contextlib import suppress

from w3lib.encoding import html_to_unicode

_CHINESE = "gb18030"


def decode(data: bytes, media_type: str | None = None) -> str:
    """The text of an HTML or plain-text file.

    A BOM decides, or the zeros of UTF-16 about a page's first <; then UTF-8 if the bytes are valid UTF-8 (which Chinese
    text in another charset practically never is); then GB 18030 if they are valid there and no Big5 or UTF-16 is
    declared: gb2312 is GB 18030 (names with 㙟 or 堃 stand outside GB 2312), and servers name iso-8859-1 for all their
    pages. Then what the header or page declares; if that leaves holes, GB 18030 where it leaves fewer.
    """
    for bom, name in (
        (codecs.BOM_UTF8, "utf-8"),
        (codecs.BOM_UTF16_LE, "utf-16-le"),
        (codecs.BOM_UTF16_BE, "utf-16-be"),
    ):
        if data.startswith(bom):
            return data[len(bom) :].decode(name, "replace")
    if data.startswith((b"<\x00", b"\x00<")):
        return data.decode("utf-16-le" if data[:1] == b"<" else "utf-16-be", "replace")
    with suppress(UnicodeDecodeError):
        return data.decode("utf-8")
    declared, text = html_to_unicode(media_type, data, default_encoding=_CHINESE)
    if declared == "utf-8" and text.count("\ufffd") * 200 < len(text):
        return text  # UTF-8 with a torn character, as at the end of a page cut short
    if not declared.startswith(("big5", "utf-16")):
        with suppress(UnicodeDecodeError):
            return data.decode(_CHINESE)
    other = data.decode(_CHINESE, "replace")
    return min(text, other, key=lambda way: way.count("\ufffd"))


INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u2060\ufeff]")
"""Characters without width, which pasted pages hold between the digits of a number."""
_LIKE = (
    "⼾户⾭青⺁厂⺌小⺍小⺒巳⺓幺⺗心⺟母⺠民⺡氵⺩王⺪疋⺫罒⺬示⺮竹⺯糸⺰纟⺳网⺴网⺵网⺶羊⺷羊⺸羊⺺聿"
    "⺻聿⺼月⺽臼⺾艹⺿艹⻀艹⻁虎⻂衤⻃覀⻄西⻅见⻆角⻈讠⻉贝⻊足⻋车⻌辶⻍辶⻎辶⻏阝⻐钅⻑长⻒长⻓长⻔门⻖阝"
    "⻗雨⻘青⻙韦⻚页⻛风⻜飞⻝食⻞食⻟饣⻠饣⻡首⻢马⻣骨⻤鬼⻥鱼⻦鸟⻧卤⻨麦⻩黄⻪黾⻬齐⻮齿⻰龙⻳龟"
)
RADICALS = {code: unicodedata.normalize("NFKC", chr(code)) for code in range(0x2F00, 0x2FD6)} | {
    ord(radical): character for radical, character in zip(_LIKE[::2], _LIKE[1::2], strict=True)
}
"""Radicals for the characters that look like them, by code: of fonts that draw both with one glyph a PDF names either
(wkhtmltopdf wrote ⼈⺠ for 人民), and web pages copied from such a PDF keep it."""
_RADICAL = re.compile("[⺀-⿕]")
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_BAR = re.compile("[│┃║]")
_UNCLEAN = re.compile("|".join(one.pattern for one in (_RADICAL, _CONTROL, INVISIBLE, _BAR)))
_RULE = re.compile("[─━═]{2}")
_LINES = re.compile("[\u2500-\u257f]+")


def is_clean(text: str) -> bool:
    """Whether `clean` leaves a text as it is."""
    return _UNCLEAN.search(text) is None


def clean(text: str) -> str:
    """`text` without control characters, which lxml refuses, and without invisible ones (form feeds: line breaks), its
    radicals as characters, the bars of tables that a terminal's browser drew with lines as |."""
    if is_clean(text):
        return text
    if _RADICAL.search(text):
        text = text.translate(RADICALS)
    if _BAR.search(text):
        text = "".join(_without_lines(line) for line in text.splitlines(keepends=True))
    return INVISIBLE.sub("", _CONTROL.sub("", text.replace("\x0c", "\n")))


def _without_lines(line: str) -> str:
    return _LINES.sub(" ", line) if _RULE.search(line) else _BAR.sub("|", line)
