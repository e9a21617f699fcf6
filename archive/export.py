"""Everything to take home in one zip: CSV of every table, the prose as Parquet, dictionary, datapackage, checksums.

All is streamed: memory does not grow with the archive. Files are for Excel too: a byte-order mark, no more rows in a
file than a sheet has, no text that a sheet would run as a formula.
"""

import csv
import hashlib
import io
import json
import re
import sqlite3
import tempfile
import zipfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any
from urllib.parse import quote

from archive import schema
from evidence import moments

BOM = "\ufeff"
SHEET = 1_000_000  # rows of a file; Excel opens 1,048,576 with the heads
BATCH = 2_000  # chapters at a time: 20,000 took 100 MB and more
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_HARMLESS = re.compile(r"[-+]|[-+]?[\d,]+(\.\d+)?")
PROSE = "chapters"  # texts longer than the 32,767 characters that a cell of Excel holds: Parquet, no CSV
BY_YEAR = ("requests",)  # more lines than a sheet has

Progress = Callable[[str], None]
"""Told the name of each file that is done."""


@dataclass(frozen=True, slots=True)
class File:
    """A file of the export: its name, the table it holds, rows (heads apart), bytes and SHA-256."""

    name: str
    table: str
    rows: int
    size: int
    sha256: str


def harmless(value: object) -> object:
    """A text that a spreadsheet would run as a formula gets an apostrophe before it; figures stay as they are."""
    if isinstance(value, str) and value.startswith(_FORMULA) and not _HARMLESS.fullmatch(value):
        return "'" + value
    return value


def as_csv(rows: Iterable[Iterable[object]]) -> str:
    """Rows as CSV text with the line ends that Excel writes."""
    out = io.StringIO()
    csv.writer(out).writerows([harmless(value) for value in row] for row in rows)
    return out.getvalue()


def write(archive: Path, folder: Path, progress: Progress | None = None) -> list[File]:
    """Write all files of the export of `archive` into `folder` (made where there is none, and emptied of CSV).

    The archive must not change meanwhile (one read transaction sees to it for an archive that is written to).
    """
    folder.mkdir(parents=True, exist_ok=True)
    done: list[File] = []
    with closing(sqlite3.connect(f"file:{quote(str(archive))}?mode=ro", uri=True)) as db:
        db.execute("BEGIN")
        for table in schema.TABLES:
            for file in _table(db, table, folder):
                done.append(file)
                if progress:
                    progress(file.name)
        (last,) = db.execute("SELECT max(captured_at) FROM captures").fetchone()
    up_to = f"{moments.in_china(last):%Y-%m-%d}" if last else ""
    texts = {
        "data-dictionary.csv": BOM + schema.dictionary_csv().replace("\n", "\r\n"),
        "datapackage.json": json.dumps(_package(done, up_to), ensure_ascii=False, indent=2) + "\n",
        "README.txt": BOM + _readme(up_to),
    }
    others = []
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8", newline="")
        others.append(_file(folder / name, "", 0))
    sums = "".join(f"{one.sha256}  {one.name}\n" for one in (*done, *others))
    (folder / "SHA256SUMS").write_text(sums, encoding="utf-8")
    return done


def zipped(archive: Path, target: Path, progress: Progress | None = None) -> list[File]:
    """The export of `archive` as one zip file at `target`, put in its place when it is whole."""
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=f".{target.name}.") as scratch:
        files = write(archive, Path(scratch) / "files", progress)
        pack(Path(scratch) / "files", Path(scratch) / "whole.zip")
        (Path(scratch) / "whole.zip").replace(target)
    return files


def pack(folder: Path, target: Path) -> None:
    """All files of `folder` in one zip."""
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, allowZip64=True, compresslevel=6) as out:
        for file in sorted(folder.iterdir()):
            # Parquet is compressed already.
            out.write(file, file.name, zipfile.ZIP_STORED if file.suffix == ".parquet" else None)


def _rows(db: sqlite3.Connection, table: schema.Table, where: str = "", *values: object) -> Iterator[tuple[Any, ...]]:
    names = ", ".join(f'"{column.name}"' for column in table.columns)
    yield from db.execute(f'SELECT {names} FROM "{table.name}" {where}', values)  # noqa: S608


def _table(db: sqlite3.Connection, table: schema.Table, folder: Path) -> Iterator[File]:
    if table.name == PROSE:
        yield _parquet(_rows(db, table), table, folder / f"{table.name}.parquet")
    elif table.name in BY_YEAR:
        # One pass over the table, a file a year: a pass for each year would read it eighteen times.
        yield from _by_year(_rows(db, table), table, folder)
    else:
        yield from _sheets(_rows(db, table), table, folder, table.name)


class _Sheets:
    """CSV files of one table, a further one whenever a sheet is full."""

    def __init__(self, table: schema.Table, folder: Path, name: str) -> None:
        self.table, self.folder, self.name = table, folder, name
        self.done: list[tuple[Path, int]] = []
        self._open()

    def _open(self) -> None:
        number = len(self.done) + 1
        self.path = self.folder / f"{self.name}{f'-{number}' if number > 1 else ''}.csv"
        self.file = self.path.open("w", encoding="utf-8", newline="")
        self.file.write(BOM)
        self.writer = csv.writer(self.file)
        self.writer.writerow([column.name for column in self.table.columns])
        self.rows = 0

    def put(self, row: Iterable[object]) -> None:
        if self.rows == SHEET:
            self._shut()
            self._open()
        self.writer.writerow([harmless(value) for value in row])
        self.rows += 1

    def _shut(self) -> None:
        self.file.close()
        self.done.append((self.path, self.rows))

    def files(self) -> list[File]:
        self._shut()
        return [_file(path, self.table.name, rows) for path, rows in self.done]


def _sheets(rows: Iterable[tuple[Any, ...]], table: schema.Table, folder: Path, name: str) -> list[File]:
    sheets = _Sheets(table, folder, name)
    for row in rows:
        sheets.put(row)
    return sheets.files()


def _by_year(rows: Iterable[tuple[Any, ...]], table: schema.Table, folder: Path) -> Iterator[File]:
    at = next(number for number, column in enumerate(table.columns) if column.name == "year")
    years: dict[str, _Sheets] = {}
    for row in rows:
        year = str(row[at] or "undated")
        if year not in years:
            years[year] = _Sheets(table, folder, f"{table.name}-{year}")
        years[year].put(row)
    for year in sorted(years):
        yield from years[year].files()
    if not years:
        yield from _sheets([], table, folder, table.name)


def _parquet(rows: Iterator[tuple[Any, ...]], table: schema.Table, path: Path) -> File:
    import pyarrow
    from pyarrow import parquet

    types = {"TEXT": pyarrow.string(), "INTEGER": pyarrow.int64(), "NUMERIC": pyarrow.float64()}
    fields = pyarrow.schema([(column.name, types[column.type]) for column in table.columns])
    count = 0
    with parquet.ParquetWriter(path, fields, compression="zstd") as out:
        while batch := list(islice(rows, BATCH)):
            columns = [list(values) for values in zip(*batch, strict=True)]
            out.write_table(pyarrow.table(dict(zip(fields.names, columns, strict=True)), schema=fields))
            count += len(batch)
    return _file(path, table.name, count)


def _file(path: Path, table: str, rows: int) -> File:
    with path.open("rb") as file:
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    return File(path.name, table, rows, path.stat().st_size, sha256)


_TYPES = {"TEXT": "string", "INTEGER": "integer", "NUMERIC": "number"}


def _package(files: Iterable[File], up_to: str) -> dict[str, Any]:
    """datapackage.json (Data Package v1): every file with its columns, types and meanings; codes are strings."""
    about = schema.about()
    return {
        "profile": "data-package",
        "name": "nianbao",
        "title": about["title"],
        "description": about["description"],
        "version": up_to or "0",
        "licenses": [{"name": "CC0-1.0", "title": about["license"], "path": about["license_url"]}],
        "sources": [{"title": about["source"]}],
        "resources": [_resource(file) for file in files],
    }


def _resource(file: File) -> dict[str, Any]:
    table = schema.table(file.table)
    text = file.name.endswith(".csv")
    return {
        "name": re.sub(r"[^a-z0-9]+", "-", file.name.removesuffix(".csv").lower()),
        "path": file.name,
        "title": table.zh,
        "description": f"{table.meaning_zh} / {table.meaning_en}",
        **(
            {"profile": "tabular-data-resource", "format": "csv", "encoding": "utf-8-sig"}
            if text
            else {"format": "parquet"}
        ),
        "mediatype": "text/csv" if text else "application/vnd.apache.parquet",
        "bytes": file.size,
        "hash": f"sha256:{file.sha256}",
        "rows": file.rows,
        "schema": {
            "fields": [
                {
                    "name": column.name,
                    "type": _TYPES[column.type],
                    "title": column.zh,
                    "description": f"{column.meaning_zh} / {column.meaning_en}",
                    **({"unit": column.unit} if column.unit else {}),
                }
                for column in table.columns
            ],
            "missingValues": [""],
        },
    }


def _readme(up_to: str) -> str:
    about = schema.about()
    return f"""{about["title"]}

{about["description"]}
数据截至 {up_to}（最近一次采集）。许可：{about["license"]}（{about["license_url"]}）。来源：{about["source"]}。

引用：nianbao（年报），政府信息公开工作年度报告库，数据截至 {up_to}。
引用单份报告时请写报告编号（report_id）、版本和原文地址。

文件
- *.csv：每张表一份（依申请公开按年份分开），UTF-8 带 BOM，可直接用 Excel 打开，每份不超过一百万行。
  空格表示那里没有数字，绝不表示零；原因见 cell_notes.csv。derived 一栏写明本行哪些数字不是照印、而是由合计推得。
  以 = + - @ 开头的文字前加了一个撇号，以免被当作公式；区划代码是文字，不是数量。
- chapters.parquet：各章正文。
- data-dictionary.csv：每一栏的含义（中文、英文）。datapackage.json：供程序读取（Data Package）。SHA256SUMS：校验和。

本机关（own）与全区域（area）的数字不可相加；全区域报告之间，也只有同一类机关的才可相加（sums.csv 已如此汇总）。
比率的定义见 measures.csv；案件不满 30 时不要排名。

--- English ---
CSV of every table (UTF-8 with BOM, at most a million rows each; requests by year), the prose as Parquet. An empty cell
is no number, never zero (cell_notes.csv says why). The column derived names figures that follow from sums and are not
printed. Texts that begin with = + - @ have an apostrophe before them. Never add up own and whole-area figures.
Cite: nianbao, archive of open-government-information annual reports, data up to {up_to}; a single report by its
report_id, version and address. Licence: CC0 1.0.
"""
