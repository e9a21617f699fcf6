"""How fast reports are read, beside trafilatura and pandas on the same pages in the same run.

`python -m benchmarks.speed`: seconds of one core (process_time) a document. trafilatura gives text and metadata,
pandas tables; neither gives cells of the form, so they are a yardstick and no rivals.
"""

import argparse
import io
from collections.abc import Callable
from time import process_time

import pandas
import trafilatura

import extract
from benchmarks import corpus

PAGES = ("html-word", "html-wps", "html-ueditor", "html-plain", "html-nested", "html-1990s")
FILES = {"PDF": ("pdf-reportlab",), "DOCX": ("docx-python",), "XLSX": ("xlsx",), "文本": ("txt-tabs", "md-pipes")}


def _ours(data: bytes) -> None:
    extract.read(data)


def _text(data: bytes) -> None:
    trafilatura.extract(data, include_tables=True, favor_recall=True)


def _metadata(data: bytes) -> None:
    trafilatura.bare_extraction(data, include_tables=True, favor_recall=True, with_metadata=True)


def _tables(data: bytes) -> None:
    pandas.read_html(io.StringIO(data.decode("utf-8")), keep_default_na=False)


def per_second(read: Callable[[bytes], None], documents: list[bytes], rounds: int) -> float:
    """Documents per second of one core, caches warm; the best of `rounds`."""
    for document in documents[:3]:
        read(document)
    best = float("inf")
    for _ in range(rounds):
        start = process_time()
        for document in documents:
            read(document)
        best = min(best, process_time() - start)
    return len(documents) / best


def documents(renderings: tuple[str, ...]) -> list[bytes]:
    """The whole (not torn) documents of these renderings, made anew."""
    return [data for item, data in corpus.plan_here() if item.rendering in renderings and not item.tear]


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    rounds = parser.parse_args().rounds
    pages = documents(PAGES)
    ways: list[tuple[str, str, list[bytes], Callable[[bytes], None]]] = [
        ("HTML", "nianbao extract.read", pages, _ours),
        ("HTML", "trafilatura", pages, _text),
        ("HTML", "trafilatura + metadata", pages, _metadata),
        ("HTML", "pandas.read_html", pages, _tables),
    ]
    ways += [(name, "nianbao extract.read", documents(renderings), _ours) for name, renderings in FILES.items()]
    print(f"{'':6}{'':24}{'n':>4}{'kB':>7}{'份/秒':>8}{'毫秒/份':>8}")
    for name, tool, some, read in ways:
        rate = per_second(read, some, rounds)
        size = sum(map(len, some)) / len(some) / 1000
        print(f"{name:6}{tool:24}{len(some):4}{size:7.0f}{rate:10.1f}{1000 / rate:10.1f}")


if __name__ == "__main__":
    main()
