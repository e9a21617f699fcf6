"""Bytes → text for pages whose declared charset is often wrong."""

import codecs
import re

from w3lib.encoding import html_to_unicode

_CHINESE = "gb18030"


def decode(data: bytes, media_type: str | None = None) -> str:
    """The text of an HTML or plain-text file.

    A BOM decides; then UTF-8 if the bytes are valid UTF-8 with any non-ASCII character (which text in GB 18030
    practically never is); then what the header or the page declares, read as browsers do (gb2312 is gb18030: names
    with 㙟 or 堃 stand outside GB 2312); then, if that leaves holes, gb18030 where it leaves fewer.
    """
    for bom, name in (
        (codecs.BOM_UTF8, "utf-8"),
        (codecs.BOM_UTF16_LE, "utf-16-le"),
        (codecs.BOM_UTF16_BE, "utf-16-be"),
    ):
        if data.startswith(bom):
            return data[len(bom) :].decode(name, "replace")
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        pass
    else:
        return text
    _, text = html_to_unicode(media_type, data, default_encoding=_CHINESE)
    holes = text.count("\ufffd")
    if holes:
        other = data.decode(_CHINESE, "replace")
        if other.count("\ufffd") < holes:
            return other
    return text


INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u2060\ufeff]")
"""Characters without width, which pasted pages hold between the digits of a number."""
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


def clean(text: str) -> str:
    """`text` without control characters, which lxml refuses, and without invisible ones (form feeds: line breaks)."""
    return INVISIBLE.sub("", _CONTROL.sub("", text.replace("\x0c", "\n")))
