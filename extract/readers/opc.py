"""Office's packages (ECMA-376 part 2): those that no library opens, as one that it does."""

import re
import zipfile
from base64 import b64decode
from io import BytesIO

from lxml import etree

_PKG = "{http://schemas.microsoft.com/office/2006/xmlPackage}"
_MAIN = b"application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
_OTHER_MAIN = re.compile(rb"application/vnd\.(?:ms-word\.document\.macroEnabled|ms-word\.template\.macroEnabledTemplate"
                         rb"|openxmlformats-officedocument\.wordprocessingml\.template)\.main\+xml")  # fmt: skip
_EMBEDDED = re.compile(rb'((?:Extension="|PartName="[^"]*\.)(?!xml"|rels")\w+"\s+ContentType=")[^"]*\+xml')
"""A whole DOCX as a part of another (w:altChunk), which Word says is the text of a document."""
_STRICT = re.compile(rb"http://purl\.oclc\.org/ooxml/(officeDocument|wordprocessingml|spreadsheetml|drawingml)/")
_USUAL = rb"http://schemas.openxmlformats.org/\1/2006/"
"""Names of ISO 29500 Strict, which Word, Excel and WPS can save, for those of all other files."""


def is_strict(part: bytes) -> bool:
    """Whether a part of a package has the names of ISO 29500 Strict."""
    return _STRICT.search(part[:4096]) is not None


def usual(data: bytes) -> bytes:
    """A document with macros, with others in it, a template or a strict file as the plain one that libraries open."""
    out = BytesIO()
    with zipfile.ZipFile(BytesIO(data)) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            content = old.read(name)
            if name.endswith((".xml", ".rels")):
                content = _STRICT.sub(_USUAL, _OTHER_MAIN.sub(_MAIN, content))
            if name == "[Content_Types].xml":
                content = _EMBEDDED.sub(rb"\1application/octet-stream", content)
                content = content.replace(b"</Types>", _declared(old.namelist(), content) + b"</Types>")
            new.writestr(name, content)
    return out.getvalue()


def _declared(names: list[str], types: bytes) -> bytes:
    """Types for the parts that have none, of which Word makes nothing and python-docx an error."""
    endings = {name.rsplit(".", 1)[-1].lower() for name in names if "." in name}
    known = {found.decode().lower() for found in re.findall(rb'Extension="([^"]+)"', types)}
    plain = '<Default Extension="{}" ContentType="application/octet-stream"/>'
    return "".join(plain.format(one) for one in sorted(endings - known - {"xml", "rels"}) if one.isalnum()).encode()


def is_flat(data: bytes) -> bool:
    """Whether XML is a whole package in one file ("Flat OPC", Word's XML since 2007, often named .doc)."""
    return b"<pkg:package" in data[:4096]


def packed(data: bytes) -> bytes:
    """The package that Word saved as one XML file. Raises what lxml raises on broken XML."""
    root = etree.fromstring(data, etree.XMLParser(resolve_entities=False))
    out = BytesIO()
    types = ['<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>']
    with zipfile.ZipFile(out, "w") as new:
        for part in root.iterchildren(f"{_PKG}part"):
            name, content = part.get(f"{_PKG}name", ""), part[0]
            is_xml = content.tag == f"{_PKG}xmlData"
            new.writestr(name.lstrip("/"), etree.tostring(content[0]) if is_xml else b64decode(content.text or ""))
            types.append(f'<Override PartName="{name}" ContentType="{part.get(f"{_PKG}contentType")}"/>')
        namespace = "http://schemas.openxmlformats.org/package/2006/content-types"
        new.writestr("[Content_Types].xml", f'<Types xmlns="{namespace}">{"".join(types)}</Types>')
    return out.getvalue()
