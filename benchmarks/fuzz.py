"""Mutated documents through `extract.read`: no exception, no hang. `python -m benchmarks.fuzz --count 10000`.

Documents of the corpus of every format (and the real ones, where they are) are cut, doubled, overwritten and spiked,
some of a ZIP inside of it; one that raises or takes more than `--seconds` of a core is kept in `--keep`. LibreOffice
and the recognition of pictures are left out: they take seconds, and have limits of their own.
"""

import argparse
import os
import sys
import tempfile
import zipfile
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText
from io import BytesIO
from pathlib import Path
from random import Random
from time import process_time

import extract
from benchmarks import corpus, quality
from benchmarks.reports import chance

SPIKES = (
    b"<table><tr>", b"</table>", b"</td></tr>", b"<div>" * 60, b" rowspan=99999 colspan=99999>", b"\x00\x00", b"%EOF",
    b"|" * 30, "（七）总计\t5\t".encode(), "1.属于国家秘密".encode(), "一、总体情况\n".encode(),
)  # fmt: skip


def mutated(data: bytes, random: Random) -> bytes:
    """The document with one to six things done to it."""
    body = bytearray(data)
    for _ in range(random.randint(1, 6)):
        if not body:
            break
        at, length = random.randrange(len(body)), random.choice((1, 3, 20, 300, 3000))
        match random.randrange(6):
            case 0:
                del body[at : at + length]
            case 1:
                body[at:at] = random.randbytes(min(length, 50))
            case 2:
                start = random.randrange(len(body))
                body[at:at] = body[start : start + length]
            case 3:
                body[at] = random.randrange(256)
            case 4:
                del body[at:]
            case _:
                body[at:at] = random.choice(SPIKES)
    return bytes(body)


def inside(data: bytes, random: Random) -> bytes:
    """A ZIP (an office file is one) with one of its parts mutated, the container whole."""
    out = BytesIO()
    with zipfile.ZipFile(BytesIO(data)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        chosen = random.choice(old.namelist())
        for name in old.namelist():
            new.writestr(name, mutated(old.read(name), random) if name == chosen else old.read(name))
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
