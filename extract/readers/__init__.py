"""Bytes → Document, by what the bytes are and never by the name of the file."""

import re
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from io import BytesIO

from PIL.Image import Image

from extract.document import Document, Picture
from extract.readers import answers, archives, html, image, mht, ofd, office, ole, opc, pdf, sheet, text, word, xls

MAX_BYTES = 60_000_000
"""A larger file is not read (the largest real report seen, a scan, has 30 MB)."""

_TAG = re.compile(rb"<(?:!doctype|html|head|body|meta|title|table|div|p|span|script)\b", re.IGNORECASE)
_TABLE = re.compile(text.TABLE.pattern.encode(), text.TABLE.flags & ~re.UNICODE)
_COMMAS = re.compile(rb"^(?:[^,\r\n]*,){3}", re.MULTILINE)
_FEWEST_ROWS = 10
"""Lines of four fields between commas from which on a text is CSV; Chinese prose has commas of its own."""
_HEADER = re.compile(rb"[A-Za-z][A-Za-z-]*:[^\n]*\n")
_MIME = re.compile(rb"^MIME-Version:", re.IGNORECASE | re.MULTILINE)
_MULTIPART = re.compile(rb"^Content-Type:\s*(?:multipart/|text/html)", re.IGNORECASE | re.MULTILINE)
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_WIDE = (b"\xff\xfe", b"\xfe\xff", b"<\x00", b"\x00<")
"""How UTF-16 begins, with its mark or (a page) without."""
_IMAGES = (b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"BM", b"II*\x00", b"MM\x00*")
_STREAMS = {"EncryptedPackage": "encrypted", "Workbook": "xls", "Book": "xls", "PowerPoint Document": "ppt"}
"""Streams of an OLE file by which its kind is told; all else may be Word 97, or WPS."""
_WPS = (b"KSOProductBuildVer", "KSOProductBuildVer".encode("utf-16-le"), b"WPS Office", b"WPS \xce\xc4\xd7\xd6")
"""What WPS writes among the properties of a file (its .wps and its .doc are the same format)."""
_OPEN_DOCUMENT = re.compile(rb"application/vnd\.oasis\.opendocument\.(text|spreadsheet)")
_FLAT = re.compile(rb'<\?mso-application\s+progid="(?:Word\.Document|Excel\.Sheet)"'
                   rb"|<(?:office:document|pkg:package|\w+:wordDocument|Workbook|uof:UOF)\s")  # fmt: skip
"""XML of Word or Excel 2003, OpenDocument or UOF (标文通), in one file."""
_PACKED = {
    b"Rar!": "rar",
    b"7z\xbc\xaf\x27\x1c": "7z",
    b"\x1f\x8b": "tar",
    b"BZh": "tar",
    b"\xfd7zXZ\x00": "tar",
}
"""How archives begin that bsdtar opens; those of single compressed files are taken for a compressed tar."""
_TAR = slice(257, 262)
"""Where a tar that is not compressed says that it is one: its first member's name comes first."""
_NAMES = {
    "encrypted": "加密的 Office 文件（需要密码）",
    "ppt": "PowerPoint 97（.ppt）",
    "pptx": "PowerPoint（.pptx）",
    "zip": "压缩包中的压缩包",
    "rar": "压缩包中的压缩包",
    "7z": "压缩包中的压缩包",
    "tar": "压缩包中的压缩包",
    "image": "图片",
    "unknown": "未知格式",
}


def format_of(data: bytes) -> str:
    """The format of a file by its bytes: html, pdf, docx, doc, wps, odt, xlsx, xls, xlsb, ods, csv, flat (Word, Excel,
    OpenDocument or UOF as one XML file), pptx, ppt, rtf, mht, ofd, zip, rar, 7z, tar (compressed
    or not), image, text, encrypted (an Office file with a password) or unknown."""
    start = data[:1024].lstrip(b"\xef\xbb\xbf \t\r\n\x00")
    if data.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _format_of_zip(data)
    if packed := next((kind for mark, kind in _PACKED.items() if data.startswith(mark)), None):
        return packed
    if data[_TAR] == b"ustar":
        return "tar"
    if b"%PDF-" in data[:1024]:  # anywhere there; so archives, whose first file may be a PDF, come before
        return "pdf"
    if data.startswith(_OLE):
        return _format_of_ole(data)
    if start.startswith(b"{\\rtf"):
        return "rtf"
    if data.startswith(_IMAGES) or (data.startswith(b"RIFF") and data[8:12] == b"WEBP"):
        return "image"
    if _HEADER.match(start) and _MIME.search(data[:4096]) and _MULTIPART.search(data[:4096]):
        return "mht"
    if start.startswith(b"<?xml") and _FLAT.search(start):
        return "flat"
    sample = data[:65536].replace(b"\x00", b"") if data.startswith(_WIDE) else data[:65536]
    if _TAG.search(sample if start.startswith((b"<", b"{", b"[{")) else _TABLE.sub(b"", sample)):
        return "html"
    if b"\x00" in data[:4096] and not data.startswith(_WIDE):
        return "unknown"
    return "csv" if len(_COMMAS.findall(sample)) >= _FEWEST_ROWS else "text"


def _format_of_zip(data: bytes) -> str:
    try:
        archive = zipfile.ZipFile(BytesIO(data))
        names = set(archive.namelist())
        mime = archive.read("mimetype")[:100] if "mimetype" in names else b""
    except Exception:  # noqa: BLE001  a broken directory may also ask for "zip file version 18.5" (NotImplementedError)
        return "zip"
    if "OFD.xml" in names:
        return "ofd"
    if found := _OPEN_DOCUMENT.fullmatch(mime.strip()):
        return "odt" if found[1] == b"text" else "ods"
    if "xl/workbook.bin" in names:
        return "xlsb"
    if "[Content_Types].xml" in names:
        # The main part need not be document.xml: Word on the web names it document2.xml.
        for folder, kind in (("word/", "docx"), ("xl/", "xlsx"), ("ppt/", "pptx")):
            if any(name.startswith(folder) for name in names):
                return kind
    return "zip"


def _format_of_ole(data: bytes) -> str:
    """Of an OLE file; where its directory is broken, by the names that stand in the bytes."""
    try:
        streams = {entry.name for entry in ole.opened(data).dirlist}
    except Exception:  # noqa: BLE001  xlrd asserts, indexes and unpacks its way through broken files
        streams = {name for name in _STREAMS if name.encode("utf-16-le") in data}
    for name, kind in _STREAMS.items():
        if name in streams:
            return kind
    return "wps" if any(mark in data for mark in _WPS) else "doc"


def read(data: bytes, media_type: str | None = None, *, in_archive: bool = False, quick: bool = False) -> Document:
    """The document in `data`. Never raises: what cannot be read is an empty document whose `problems` say why.

    `media_type` as served helps with the charset only; an archive in an archive (`in_archive`) is not opened; `quick`
    spares other programs where the bytes tell enough to know what the document is.
    """
    if not data:
        return Document("text", problems=["文件是空的"])
    if len(data) > MAX_BYTES:
        return Document("unknown", problems=[f"文件过大（{len(data) // 1_000_000} MB），未读取"])
    kind = format_of(data)
    document = _read(data, kind, media_type, in_archive=in_archive, quick=quick)
    if quick:
        document.blocks = [one for one in document.blocks if not isinstance(one, Picture) or one.data is None]
    else:
        image.put_in(document, lambda picture: picture.data)
    return document


def pictures(data: bytes, media_type: str | None = None) -> Iterator[Image | str]:
    """The pictures that a document is or holds, as `read` counts them as its pages, or why one is none."""
    kind = format_of(data)
    if kind == "image":
        yield from image.frames(data)
        return
    document = _read(data, kind, media_type, in_archive=False, quick=True)
    yield from image.frames(*(one.data for one in document.blocks if isinstance(one, Picture) and one.data))


def _read(data: bytes, kind: str, media_type: str | None, *, in_archive: bool, quick: bool) -> Document:
    try:
        if kind in ("docx", "xlsx", "ofd") and (problem := archives.too_large(data, office=True)):
            return Document(kind, problems=[problem])
        match kind:
            case "html":
                page = answers.page(data)
                return html.read(data, media_type) if page is None else html.read_text(page)
            case "pdf":
                return pdf.read(data, quick=quick)
            case "ofd":
                return ofd.read(data)
            case "docx":
                return word.read(data, partial(read, in_archive=True))
            case "flat" if opc.is_flat(data):
                return replace(word.read(opc.packed(data), partial(read, in_archive=True)), format=kind)
            case "doc" | "wps" | "rtf" | "odt" | "ods" | "xlsb" | "flat":
                return office.read(data, kind, quick=quick)
            case "csv":
                return sheet.read_csv(data, media_type)
            case "xls":
                return xls.read(data)
            case "xlsx":
                from extract.readers import xlsx  # openpyxl takes as long to import as all else of extract

                return xlsx.read(data)
            case "mht":
                return mht.read(data)
            case "zip" if not in_archive:
                return archives.read_zip(data, partial(read, in_archive=True, quick=quick))
            case "rar" | "7z" | "tar" if not in_archive:
                return archives.read_packed(data, kind, partial(read, in_archive=True, quick=quick))
            case "image" if not quick:
                return image.read(data)
            case "text":
                return text.read(data, media_type)
    except Exception as error:  # noqa: BLE001  whatever a library throws at a broken file, the file is named, not lost
        return Document(kind, problems=[f"文件损坏，无法读取：{type(error).__name__}: {str(error)[:200]}"])
    return Document(kind, problems=[f"暂不能读取{_NAMES.get(kind, kind)}"])
