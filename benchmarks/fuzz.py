"""Mutated documents through `extract.read`: no exception, no hang. `python -m benchmarks.fuzz --count 10000`.

Documents of the corpus of every format (and the real ones, where they are) are cut, doubled, overwritten and spiked in
their bytes, and in what these mean: tags lost, tables in tables, numbers out of bounds, references in circles, mixed
charsets, streams that unpack to a hundred times their size; in a ZIP its parts too. One that raises or takes more than
`--seconds` of a core is kept in `--keep`. LibreOffice and the recognition of pictures are left out: they take seconds,
and have limits of their own.
"""

import argparse
import os
import re
import sys
import tempfile
import zipfile
import zlib
from collections.abc import Callable
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText
from functools import cache
from io import BytesIO
from pathlib import Path
from random import Random
from time import process_time

import extract
from benchmarks import corpus, quality
from benchmarks.reports import chance

SPIKES = (
    b"<table><tr>", b"</table>", b"</td></tr>", b"<div>" * 60, b"<table><tr><td>" * 1000, b"<span>" * 5000,
    b" rowspan=1000000000 colspan=1000000000>", b'<td style="' + b"x" * 100_000, b"<!--", b"<![CDATA[", b"<script>",
    b"<textarea>", b"<plaintext>", b"&#0;&#xd800;&#x110000;&amp",
    b'<!DOCTYPE a [<!ENTITY b "bbbbbbbb"><!ENTITY a "&b;&b;">]>&a;',
    b"\x00\x00", b"\xff\xfe", b"\xed\xa0\x80", b"%EOF", b"|" * 30, b"\t" * 5000, b"9" * 5000, b"#" * 200, b"(" * 3000,
    "（七）总计\t5\t".encode(), "1.属于国家秘密".encode(), "一、总体情况\n".encode(), "二〇二四年" .encode() * 500,
    "政府信息公开工作年度报告".encode("gb18030"), "自然人\t".encode("utf-16"),
)  # fmt: skip
_NUMBERS = (b"0", b"-1", b"1", b"2", b"255", b"65536", b"2147483648", b"4294967295", b"9" * 20, b"1e308", b"9" * 5000)
_MARKUP = re.compile(rb"<[^<>]*>")
_NUMBER = re.compile(rb"\d+")
_REFERENCE = re.compile(rb"\d+(?= 0 R)")
_STREAM = re.compile(rb"(?<=stream\n).*?(?=\r?\nendstream)", re.DOTALL)


@cache
def _bomb() -> bytes:
    """Bytes that unpack to a thousand times as many, a million lines of a page (more, and only the limits of
    `workers` help: pdfium takes a second for each million)."""
    return zlib.compress(b"0 0 m 9 9 l S\n" * 1_000_000, 9)


def _some(pattern: re.Pattern[bytes], data: bytes, random: Random, put: Callable[[bytes], bytes]) -> bytes:
    """`data` with one to twenty matches of a pattern replaced."""
    found = list(pattern.finditer(data))
    for match in sorted(random.sample(found, min(len(found), random.randint(1, 20))), key=re.Match.start, reverse=True):
        data = data[: match.start()] + put(match[0]) + data[match.end() :]
    return data


def _recoded(data: bytes, random: Random) -> bytes:
    """`data` with a part in another charset."""
    start, end = sorted(random.randrange(len(data) + 1) for _ in "ab")
    part = data[start:end].decode("utf-8", "ignore")
    return data[:start] + part.encode(random.choice(("gb18030", "big5", "utf-16", "utf-32")), "replace") + data[end:]


def _moved(data: bytes, random: Random) -> bytes:
    """`data` with two neighbouring parts exchanged."""
    one, two, three = sorted(random.randrange(len(data) + 1) for _ in "abc")
    return data[:one] + data[two:three] + data[one:two] + data[three:]


def _overwritten(data: bytes, random: Random) -> bytes:
    """`data` with up to thirty of its four-byte words other than they were: chains and offsets of binary files."""
    body = bytearray(data)
    for _ in range(random.randint(1, 30)):
        at = random.randrange(len(body) // 4 + 1) * 4
        body[at : at + 4] = random.choice(
            (bytes(4), b"\xff\xff\xff\xff", b"\xfe\xff\xff\xff", random.randbytes(1) + bytes(3))
        )
    return bytes(body)


MEANINGS: tuple[Callable[[bytes, Random], bytes], ...] = (
    lambda data, random: _some(_MARKUP, data, random, lambda _: b""),
    lambda data, random: _some(_MARKUP, data, random, lambda tag: tag * random.choice((2, 50))),
    lambda data, random: _some(_NUMBER, data, random, lambda _: random.choice(_NUMBERS)),
    lambda data, random: _some(_REFERENCE, data, random, lambda _: str(random.randint(0, 12)).encode()),
    lambda data, random: _some(_STREAM, data, random, lambda _: _bomb()),
    _recoded,
    _moved,
    _overwritten,
)
"""What is done to a document by what its bytes mean: tags lost and repeated, numbers and references exchanged, …"""


def mutated(data: bytes, random: Random) -> bytes:
    """The document with one to six things done to it."""
    for _ in range(random.randint(1, 6)):
        if not data:
            break
        if random.random() < 0.4:
            data = random.choice(MEANINGS)(data, random)
            continue
        at, length = random.randrange(len(data)), random.choice((1, 3, 20, 300, 3000))
        start = random.randrange(len(data))
        before, after = data[:at], data[at:]
        data = random.choice(
            (
                before + after[length:],
                before + random.randbytes(min(length, 50)) + after,
                before + data[start : start + length] + after,
                before + random.randbytes(1) + after[1:],
                before,
                before + random.choice(SPIKES) + after,
            )
        )
    return data


def inside(data: bytes, random: Random) -> bytes:
    """A ZIP (an office file is one) with one of its parts mutated, the container whole."""
    out = BytesIO()
    with zipfile.ZipFile(BytesIO(data)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        chosen = random.choice(old.namelist())
        for name in old.namelist():
            part = old.read(name)
            if name == chosen:
                part = mutated(part, random) if random.random() < 0.95 else part + b" " * 100_000_000
            new.writestr(name, part)
    return out.getvalue()


def packed(name: str, data: bytes) -> list[tuple[str, bytes]]:
    """A document as an attachment comes: in a ZIP, and a page as a web archive."""
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, data)
    made = [(f"{name}.zip", out.getvalue())]
    if name.endswith(".html"):
        page = MIMEMultipart("related")
        page.attach(MIMEText(data.decode("utf-8", "replace"), "html", "utf-8"))
        made.append((f"{name}.mht", page.as_bytes()))
    return made


def main() -> int:
    """Read mutated documents and say which could not be."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--seconds", type=float, default=3.0)
    parser.add_argument("--keep", type=Path, default=Path(tempfile.gettempdir()) / "nianbao-fuzz")
    args = parser.parse_args()
    random = chance(f"fuzz {args.seed}")
    folder, items = corpus.build()
    os.environ["PATH"] = ""
    sys.modules["extract.readers.scan"] = None  # type: ignore[assignment]  # as where the extra is not installed
    documents = [(item.file, (folder / item.file).read_bytes()) for item in items]
    documents += [(Path(path).name, Path(path).read_bytes()) for _, path in quality.real_items()]
    documents += [made for name, data in documents[:: len(documents) // 20] for made in packed(name, data)]
    bad = 0
    for number in range(args.count):
        name, data = random.choice(documents)
        data = (inside if data[:2] == b"PK" and random.random() < 0.7 else mutated)(data, random)
        start, error = process_time(), ""
        try:
            extract.read(data)
        except Exception as raised:  # noqa: BLE001  what it raises is what is looked for
            error = f"{type(raised).__name__}: {raised}"
        taken = process_time() - start
        if error or taken > args.seconds:
            bad += 1
            args.keep.mkdir(parents=True, exist_ok=True)
            (args.keep / f"{args.seed}-{number}-{name}").write_bytes(data)
            print(f"{args.seed}-{number}-{name}：{error or f'{taken:.1f} 秒'}")
    print(f"{args.count} 份变异文件，{bad} 份出错或过慢" + (f"，存于 {args.keep}" if bad else ""))
    return int(bool(bad))


if __name__ == "__main__":
    sys.exit(main())
