"""ZIP, RAR, 7z, TAR → Document: the file inside that reads as a report."""

import resource
import shutil
import signal
import subprocess
import zipfile
from collections.abc import Callable, Iterator
from contextlib import suppress
from io import BytesIO
from pathlib import PurePosixPath
from tempfile import TemporaryFile

from extract import identity, outline
from extract.document import Document

MAX_MEMBERS = 500
MAX_READ = 20
"""Files of an archive that are read, those with the most promising names first."""
MAX_TOTAL = 200_000_000
MAX_XML = 60_000_000
"""Bytes of XML in an office file: a tree takes ten times as much."""
MAX_RATIO = 300
"""Compression beyond this in a large file is an attack (the form as XML comes to 30)."""
_LARGE = 5_000_000
LIMIT = 25.0
"""Seconds after which bsdtar is given up."""
_MEMORY = 1 << 30

_PROMISING = ("年度报告", "年报", "公开", "报告")


def too_large(data: bytes, *, office: bool = False) -> str | None:
    """Why a ZIP (or an office file, which is one) is not opened, in Chinese; None if it may be.

    Sizes are as declared: a member that is longer than it says is cut there by zipfile, and fails its checksum.
    """
    with zipfile.ZipFile(BytesIO(data)) as archive:
        members = archive.infolist()
    if len(members) > MAX_MEMBERS * (10 if office else 1):
        return f"压缩包内文件过多（{len(members)} 个），未打开"
    total = sum(member.file_size for member in members)
    if total > MAX_TOTAL:
        return f"压缩包解开后过大（{total // 1_000_000} MB），未打开"
    sizes = [(member.file_size, member.compress_size) for member in members]
    sizes.append((total, sum(packed for _, packed in sizes)))
    if any(size > _LARGE and size > MAX_RATIO * max(packed, 1) for size, packed in sizes):
        return "压缩包的压缩比异常，未打开"
    if office and sum(m.file_size for m in members if m.filename.lower().endswith((".xml", ".rels"))) > MAX_XML:
        return f"文件展开后过大（{total // 1_000_000} MB），未读取"
    return None


def read_zip(data: bytes, read: Callable[[bytes], Document]) -> Document:
    """The best of the documents in a ZIP: one that is a report, then the one with the most chapters, then the longest.

    `read` reads a member (and opens no archive in it). Nothing is written to disk, so a name like ../../etc harms
    nobody. The document's format is "zip", its `meta["member"]` the name of the file taken.
    """
    if problem := too_large(data):
        return Document("zip", problems=[problem])
    best: Document | None = None
    merit: tuple[bool, int, int] = (False, -1, -1)
    reports: set[tuple[str | None, int | None]] = set()
    problems: list[str] = []
    for name, content in _members(data, problems):
        document = read(content)
        if not document.blocks:
            problems.extend(f"压缩包中的“{name}”：{problem}" for problem in document.problems)
            continue
        sketch = outline.read(document)
        found = identity.identify(sketch)
        if found.is_report:
            reports.add((found.office, found.year))
        its = found.is_report, len(sketch.headings), sum(len(line.text) for line in sketch.lines)
        if its > merit:
            best, merit = document, its
            best.meta["member"] = name
    if best is None:
        return Document("zip", problems=problems or ["压缩包里没有能读取的文件"])
    if len(reports) > 1:
        problems.append(f"压缩包内有{len(reports)}份报告，只读取了“{best.meta['member']}”")
    best.format = "zip"
    best.problems.extend(problems)
    return best


def _members(data: bytes, problems: list[str]) -> Iterator[tuple[str, bytes]]:
    """The files of a ZIP with the last part of their names, the most promising first."""
    with _opened(data) as archive:
        files = [member for member in archive.infolist() if not member.is_dir() and member.file_size]
        named = [(PurePosixPath(member.filename.replace("\\", "/")).name, member) for member in files]
        # macOS puts a shadow beside each file.
        named = [(name, member) for name, member in named if not name.startswith("._")]
        named.sort(key=lambda pair: -sum(word in pair[0] for word in _PROMISING))
        if len(named) > MAX_READ:
            problems.append(f"压缩包内有{len(named)}个文件，只读取{MAX_READ}个")
        for name, member in named[:MAX_READ]:
            if member.flag_bits & 1:
                problems.append(f"压缩包中的“{name}”有密码，无法读取")
                continue
            try:
                yield name, archive.read(member)
            except (zipfile.BadZipFile, NotImplementedError, OSError, EOFError, RuntimeError, ValueError) as error:
                problems.append(f"压缩包中的“{name}”无法解开：{error}")
            except Exception as error:  # noqa: BLE001  zlib, bz2 and lzma have errors of their own
                problems.append(f"压缩包中的“{name}”已损坏：{error}")


def _opened(data: bytes) -> zipfile.ZipFile:
    """The ZIP, with names that do not say they are UTF-8 read as such or as the GBK of a Chinese Windows."""
    for encoding in ("utf-8", "gb18030"):
        try:
            return zipfile.ZipFile(BytesIO(data), metadata_encoding=encoding)
        except UnicodeDecodeError:
            continue
    return zipfile.ZipFile(BytesIO(data))


def read_packed(data: bytes, kind: str, read: Callable[[bytes], Document]) -> Document:
    """A RAR, 7z or TAR (`kind`) as `read_zip` reads it: bsdtar makes of it a ZIP that is not compressed.

    What keeps an archive closed, or part of it (a password, a volume of several, damage, no bsdtar), is a problem.
    """
    try:
        converted, problem = _as_zip(data, kind)
    except TimeoutError:
        return Document(kind, problems=[f"压缩包{LIMIT:g}秒内未能解开，已放弃"])
    except OverflowError:
        return Document(kind, problems=["压缩包解开后过大或压缩比异常，未打开"])
    except OSError as error:
        return Document(kind, problems=[f"bsdtar 无法运行：{error.strerror}"])
    document = read_zip(converted, read) if converted else Document(kind)
    document.format = kind
    if problem:
        document.problems.insert(0, problem)
    return document


def _as_zip(data: bytes, kind: str) -> tuple[bytes, str | None]:
    """The archive as a ZIP, empty where there is none, and what is missing from it."""
    program = shutil.which("bsdtar")
    if program is None:
        return b"", f"需要安装 bsdtar（Debian：libarchive-tools）才能打开 {kind.upper()} 压缩包"
    converted, complaint = _bsdtar(
        [program, "-c", "-f", "-", "--format=zip", "--options", "zip:compression=store", "@-"], data
    )
    if not complaint:
        return converted, None
    if not zipfile.is_zipfile(BytesIO(converted)):
        # A member that fails ends the conversion without a word; extracting says why.
        converted, (_, complaint) = b"", _bsdtar([program, "-x", "-O", "-f", "-"], data)
    if "encrypt" in complaint.lower():
        return converted, "压缩包有密码，无法打开"
    return converted, "压缩包无法完全打开（可能已损坏、有密码、是分卷之一，或是固实的旧式 RAR）"


def _bsdtar(command: list[str], data: bytes) -> tuple[bytes, str]:
    """What bsdtar writes when it is given `data`, and what it complains of.

    Raises TimeoutError, OverflowError (it wrote more than a ZIP of this size may hold) and OSError.
    """
    most = min(MAX_TOTAL, max(_LARGE, MAX_RATIO * len(data)))
    limits = {resource.RLIMIT_FSIZE: most, resource.RLIMIT_CPU: int(LIMIT) + 1, resource.RLIMIT_AS: _MEMORY}
    # Old RAR has names in the charset of the Windows that packed it; only a UTF-8 locale can write Chinese ones.
    environment = {"LC_ALL": "C.UTF-8", "TAR_READER_OPTIONS": "rar:hdrcharset=GB18030"}
    # 7z is read from its end, so no pipe.
    with TemporaryFile() as source, TemporaryFile() as made, TemporaryFile() as said:
        source.write(data)
        source.seek(0)
        with subprocess.Popen(  # noqa: S603
            command, stdin=source, stdout=made, stderr=said, env=environment, cwd="/"
        ) as process:
            for limit, value in limits.items():
                with suppress(OSError, ValueError):
                    resource.prlimit(process.pid, limit, (value, value))
            try:
                status = process.wait(LIMIT)
            except subprocess.TimeoutExpired:
                raise TimeoutError from None
            finally:
                process.kill()
        if status == -signal.SIGXFSZ:
            raise OverflowError
        made.seek(0)
        said.seek(0)
        return made.read(), said.read(10_000).decode("utf-8", "replace") or ("?" if status else "")
