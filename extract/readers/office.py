"""What LibreOffice knows → Document: it makes a DOCX or XLSX of it; `word97` reads the bytes of DOC and WPS too."""

import os
import re
import resource
import shutil
import signal
import subprocess
import tempfile
from contextlib import suppress
from pathlib import Path

from extract.document import Document
from extract.readers import archives, word, word97

LIMIT = 25.0
"""Seconds after which a conversion is given up (2 s are usual, 9 on a busy machine). Less than a reading process has
(workers.SECONDS): one that was killed would leave LibreOffice running."""

_LOST = 10
"""Cells that LibreOffice may have fewer than the bytes; the smallest table of the form has thirty."""
_CPU_SECONDS = 120
_MEMORY = 4 << 30
_NAMES = {
    "doc": ".doc",
    "wps": "WPS 文字",
    "rtf": "RTF",
    "odt": "OpenDocument 文字",
    "ods": "OpenDocument 表格",
    "xlsb": "Excel 二进制（.xlsb）",
    "flat": "Office XML",
}
_FILTERS = {"docx": "docx:MS Word 2007 XML", "xlsx": "xlsx:Calc MS Excel 2007 XML"}
_SHEET = re.compile(rb'progid="Excel\.Sheet"|<Workbook\s|opendocument\.spreadsheet')
_ENDINGS = {"wps": "doc", "flat": "xml"}
_SETTINGS = {
    "Office.Common/Security/Scripting": {"DisableMacrosExecution": "true", "BlockUntrustedRefererLinks": "true"},
    "Inet/Settings": {
        "ooInetProxyType": "2",
        "ooInetHTTPProxyName": "127.0.0.1",
        "ooInetHTTPProxyPort": "9",
        "ooInetHTTPSProxyName": "127.0.0.1",
        "ooInetHTTPSProxyPort": "9",
        "ooInetNoProxy": "",
    },
}
"""A document must not make us touch the network: LibreOffice 7.4 fetches a linked picture of a .doc whatever it is told
of untrusted links, so all it may ask is a proxy that is not there."""


def _settings() -> str:
    """The profile's registrymodifications.xcu."""
    items = (
        f'<item oor:path="/org.openoffice.{path}">'
        f'<prop oor:name="{name}" oor:op="fuse"><value>{value}</value></prop></item>'
        for path, values in _SETTINGS.items()
        for name, value in values.items()
    )
    return f'<oor:items xmlns:oor="http://openoffice.org/2001/registry">{"".join(items)}</oor:items>'


def read(data: bytes, kind: str, limit: float = LIMIT, *, quick: bool = False) -> Document:
    """A document of `kind` (a key of _NAMES). Where it cannot be read, an empty one whose problem says why.

    Of DOC and WPS there are two readings: LibreOffice's are the blocks, our own of the bytes the lines (of tables
    too), so that the two are compared. LibreOffice loses some tables (one over the whole page, with many merged
    cells); then our own counts, as it does where LibreOffice is absent or fails, and where the answer is wanted
    `quick` (LibreOffice takes two seconds).
    """
    own = _own(data, kind) if kind in ("doc", "wps") else Document(kind)
    if quick and own.blocks:
        return own
    converted, problem = _converted(data, kind, limit)
    if converted is None:
        return Document(
            kind,
            own.blocks,
            lines=own.lines,
            problems=[
                *own.problems,
                *([f"{problem}；按文件结构直接读取，自动编号和文本框可能缺失"] if own.blocks else [problem]),
            ],
        )
    document = _read(converted, kind, data)
    if _cells(own) > _cells(document) + _LOST:
        document.blocks = own.blocks
    if own.lines:
        document.lines, document.lines_hold_tables = own.lines, True
    return document


def _read(converted: bytes, kind: str, data: bytes) -> Document:
    if problem := archives.too_large(converted, office=True):
        return Document(kind, problems=[problem])
    if _target(kind, data) == "xlsx":
        from extract.readers import xlsx  # openpyxl takes as long to import as all else of extract

        document = xlsx.read(converted)
    else:
        document = word.read(converted)
    document.format = kind
    return document


def _target(kind: str, data: bytes) -> str:
    return "xlsx" if kind in ("ods", "xlsb") or (kind == "flat" and _SHEET.search(data[:4096])) else "docx"


def _own(data: bytes, kind: str) -> Document:
    try:
        return word97.read(data, kind)
    except Exception:  # noqa: BLE001  Word 6, Works, or broken: LibreOffice may know better
        return Document(kind)


def _cells(document: Document) -> int:
    return sum(bool(cell.text) for grid in document.grids for row in grid.cells for cell in row)


def _converted(data: bytes, kind: str, limit: float) -> tuple[bytes | None, str]:
    """The file as DOCX or XLSX, or None and why not."""
    program = shutil.which("soffice")
    if program is None:
        return None, f"需要安装 LibreOffice（soffice）才能完整读取 {_NAMES[kind]} 文件"
    try:
        converted = _convert(program, data, kind, limit)
    except TimeoutError:
        return None, f"LibreOffice 转换 {_NAMES[kind]} 文件超过{limit:g}秒，已放弃"
    except OSError as error:
        return None, f"LibreOffice 无法运行：{error.strerror}"
    return converted, f"LibreOffice 无法转换这个 {_NAMES[kind]} 文件（可能已损坏或有密码）"


def _convert(program: str, data: bytes, kind: str, limit: float) -> bytes | None:
    """The file as DOCX or XLSX, None where LibreOffice wrote none (it ends with status 0 nevertheless).

    In a folder of its own with its profile: of two processes on one profile the second ends without writing.
    """
    target = _target(kind, data)
    with tempfile.TemporaryDirectory(prefix="nianbao-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        source = folder / f"source.{_ENDINGS.get(kind, kind)}"
        source.write_bytes(data)
        settings = folder / "profile" / "user" / "registrymodifications.xcu"
        settings.parent.mkdir(parents=True)
        settings.write_text(_settings(), "utf-8")
        process = subprocess.Popen(  # noqa: S603
            [
                program, "--headless", "--norestore", f"-env:UserInstallation={(folder / 'profile').as_uri()}",
                "--convert-to", _FILTERS[target], "--outdir", str(folder / "out"), str(source),
            ],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )  # fmt: skip
        try:
            # Should we be killed, what we started ends by itself. A lower limit of ours is inherited and stays.
            with suppress(OSError, ValueError):
                resource.prlimit(process.pid, resource.RLIMIT_CPU, (_CPU_SECONDS, _CPU_SECONDS))
                resource.prlimit(process.pid, resource.RLIMIT_AS, (_MEMORY, _MEMORY))
            process.wait(limit)
        except subprocess.TimeoutExpired:
            raise TimeoutError from None
        finally:
            _end(process)
        made = folder / "out" / f"source.{target}"
        return made.read_bytes() if made.is_file() else None


def _end(process: subprocess.Popen[bytes]) -> None:
    """End a program with all that it started: soffice is a script, and killing it leaves the real one running."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
