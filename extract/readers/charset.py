"""Bytes → text for pages whose declared charset is often wrong."""

import codecs
import re
from contextlib import suppress

from w3lib.encoding import html_to_unicode

_CHINESE = "gb18030"


def decode(data: bytes, media_type: str | None = None) -> str:
    """The text of an HTML or plain-text file.

    A BOM decides; then UTF-8 if the bytes are valid UTF-8 (which Chinese text in another charset practically never
    is); then GB 18030 if they are valid there and no Big5 or UTF-16 is declared: gb2312 is GB 18030 (names with 㙟 or
    堃 stand outside GB 2312), and servers name iso-8859-1 for all their pages. Then what the header or page declares;
    if that leaves holes, GB 18030 where it leaves fewer.
    """
    for bom, name in (
        (codecs.BOM_UTF8, "utf-8"),
        (codecs.BOM_UTF16_LE, "utf-16-le"),
        (codecs.BOM_UTF16_BE, "utf-16-be"),
    ):
        if data.startswith(bom):
            return data[len(bom) :].decode(name, "replace")
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
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


def clean(text: str) -> str:
    """`text` without control characters, which lxml refuses, and without invisible ones (form feeds: line breaks)."""
    return INVISIBLE.sub("", _CONTROL.sub("", text.replace("\x0c", "\n")))
