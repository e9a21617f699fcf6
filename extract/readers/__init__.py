"""Bytes → Document, by what the bytes are and never by the name of the file."""

import re
import zipfile
from io import BytesIO

from extract.document import Document
from extract.readers import html, pdf, sheet, text, word

MAX_BYTES = 60_000_000
"""A larger file is not read (the largest real report seen, a scan, has 30 MB)."""

_TAG = re.compile(rb"<(?:!doctype|html|head|body|meta|title|table|div|p|span|script)\b", re.IGNORECASE)
_NAMES = {
    "doc": "Word 97（.doc）",
    "wps": "WPS",
    "xls": "Excel 97（.xls）",
    "xlsx": "Excel（.xlsx）",
    "rtf": "RTF",
    "mht": "MHT 网页存档",
    "ofd": "OFD 版式文件",
    "zip": "ZIP 压缩包",
    "rar": "RAR 压缩包",
    "image": "图片",
    "unknown": "未知格式",
}


def format_of(data: bytes) -> str:
    """The format of a file by its bytes: html, pdf, docx, doc, xls, xlsx, rtf, mht, ofd, zip, rar, image, text."""
    start = data[:1024].lstrip(b"\xef\xbb\xbf \t\r\n\x00")
    if b"%PDF-" in data[:1024]:
        return "pdf"
    if data.startswith(b"PK\x03\x04"):
        return _format_of_zip(data)
    if data.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        return "xls" if "Workbook".encode("utf-16-le") in data else "doc"
    if start.startswith(b"{\\rtf"):
        return "rtf"
    if data.startswith(b"Rar!"):
        return "rar"
    if data.startswith((b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"BM", b"II*\x00", b"MM\x00*")) or data[8:12] == b"WEBP":
        return "image"
    if re.match(rb"(?:From:|MIME-Version:)", start, re.IGNORECASE) and b"multipart/related" in data[:4096]:
        return "mht"
    if _TAG.search(data[:65536]):
        return "html"
    sample = data[:4096]
    if b"\x00" in sample and not sample.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "unknown"
    return "text"


def _format_of_zip(data: bytes) -> str:
    try:
        names = set(zipfile.ZipFile(BytesIO(data)).namelist())
    except (zipfile.BadZipFile, ValueError, OSError):
        return "zip"
    if "word/document.xml" in names:
        return "docx"
    if "xl/workbook.xml" in names:
        return "xlsx"
    return "ofd" if "OFD.xml" in names else "zip"


def read(data: bytes, media_type: str | None = None) -> Document:
    """The document in `data`; `media_type` as served helps with the charset only. Never raises: what cannot be read
    is an empty document whose `problems` say why."""
    if not data:
        return Document("text", problems=["文件是空的"])
    if len(data) > MAX_BYTES:
        return Document("unknown", problems=[f"文件过大（{len(data) // 1_000_000} MB），未读取"])
    kind = format_of(data)
    try:
        match kind:
            case "html":
                return html.read(data, media_type)
            case "pdf":
                return pdf.read(data)
            case "docx":
                return word.read(data)
            case "xlsx":
                return sheet.read_xlsx(data)
            case "xls":
                return sheet.read_xls(data)
            case "text":
                return text.read(data, media_type)
    except Exception as error:  # noqa: BLE001  whatever a library throws at a broken file, the file is named, not lost
        return Document(kind, problems=[f"文件损坏，无法读取：{type(error).__name__}: {str(error)[:200]}"])
    return Document(kind, problems=[f"暂不能读取{_NAMES.get(kind, kind)}"])
