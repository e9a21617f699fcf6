"""The evaluation corpus: invented reports in two dozen renderings, each with its truth. Never committed.

`python -m benchmarks.corpus [FOLDER]` builds it (in the cache folder unless told). The same sources give the same
corpus; a finished one is used again.
"""

import argparse
import hashlib
import json
import os
import sys
import tempfile
from collections.abc import Collection, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from benchmarks import programs
from benchmarks.renderings import HERE, LOSSY, NO_PUBLISHED, docx_file, printable, xlsx_file
from benchmarks.reports import TEARS, Invented, invent

HERE_EACH = 5
PROGRAM_EACH = 7
TORN_IN = ("html-word", "html-ueditor", "docx-python", "txt-tabs", "pdf-reportlab", "xlsx")
TEXT_TEARS = {
    "page_lines": ("txt-tabs", "txt-cells", "html-p-tabs", "html-p-cells", "html-p-spaces"),
    "dropped_cell": ("txt-tabs", "html-p-tabs", "md-pipes", "html-p-spaces"),
    "dropped_column": ("md-pipes", "txt-tabs", "html-plain", "html-p-tabs"),
    "missing_row": ("html-word", "docx-python", "txt-tabs", "pdf-reportlab", "html-p-spaces"),
    "header_two_rows": ("html-word", "docx-python", "txt-tabs", "pdf-reportlab", "xlsx"),
    "disputes_in_two": ("html-plain", "docx-python", "txt-tabs", "pdf-reportlab", "html-p-cells"),
    "decoy_lines": ("html-plain", "txt-tabs", "txt-cells", "html-p-spaces", "md-pipes", "pdf-reportlab"),
    "decoy_table": ("html-word", "txt-tabs", "txt-cells", "html-p-spaces", "md-pipes", "pdf-reportlab", "docx-python"),
    "all_blank": ("html-word", "docx-python", "txt-tabs", "pdf-reportlab"),
    "cut_short": ("html-word", "html-1990s", "txt-tabs", "txt-cells", "md-pipes", "docx-python"),
    "two_line_title": ("txt-tabs", "docx-python", "pdf-reportlab", "html-1990s"),
}
"""Tears that only some renderings can show."""
TABLES_AS_TEXT = frozenset(("txt-tabs", "txt-cells"))
FORMATS = frozenset(kind for kind, _, _ in HERE.values())
PAGE_BREAKS = 12
"""Further reportlab PDFs, whose tables break at other places."""
SORTS = {
    "dropped_cell": "dense",
    "swapped_rows": "dense",
    "decoy_lines": "dense",
    "blank_row": "quiet",
} | dict.fromkeys(
    ("remarks", "thousands", "units", "full_width", "dropped_column", "blank_zero", "missing_row"), "busy"
)
"""Which numbers a tear needs to show; chance where it needs none."""
OFFICE = {
    "docx-office": ("docx", "docx", "plain"),
    "html-office": ("html", "html", "docx"),
    "pdf-office-docx": ("pdf", "pdf", "docx"),
    "pdf-office-html": ("pdf", "pdf", "plain"),
    "doc-office": ("doc", "doc", "docx"),
    "rtf-office": ("rtf", "rtf", "docx"),
    "xls-office": ("xls", "xls", "xlsx"),
}
"""Renderings by LibreOffice: format, extension, what it starts from."""
FILTERS = {"docx": "docx:MS Word 2007 XML", "doc": "doc:MS Word 97", "pdf": "pdf:writer_pdf_Export"}


@dataclass(frozen=True, slots=True)
class Item:
    """A document of the corpus: where it lies, what it is, what it says."""

    file: str
    format: str
    rendering: str
    tear: str
    maker: str  # "here" or "programs"
    truth: dict[str, Any]


def _name(rendering: str, tear: str, number: int) -> str:
    return f"{rendering}-{tear or 'whole'}-{number}"


def _item(made: Invented, rendering: str, tear: str, maker: str, extension: str, kind: str) -> Item:
    truth = made.truth()
    in_page = kind == "html" and rendering not in NO_PUBLISHED and maker == "here"
    truth["published_date"] = made.report.published.isoformat() if in_page else None
    truth["lossy"] = rendering in LOSSY
    if tear == "decoy_table" and rendering in LOSSY | TABLES_AS_TEXT:
        del truth["chapters"]["overview"]  # nobody can tell its table from its prose there
    return Item(f"{made.name}.{extension}", kind, rendering, tear, maker, truth)


def plan_here(formats: Collection[str] = FORMATS) -> Iterator[tuple[Item, bytes]]:
    """Every document of these formats that needs no program, with its bytes."""
    wanted = [(rendering, "", number) for rendering in HERE for number in range(HERE_EACH)]
    wanted += [("pdf-reportlab", "", HERE_EACH + number) for number in range(PAGE_BREAKS)]
    for tear in TEARS:
        wanted += [(rendering, tear, 0) for rendering in TEXT_TEARS.get(tear, TORN_IN)]
    for rendering, tear, number in wanted:
        if HERE[rendering][0] not in formats:
            continue
        sort = SORTS.get(tear, "") if tear else ("quiet", "busy", "dense", "", "")[number % 5]
        made = invent(_name(rendering, tear, number), sort, tear)
        kind, extension, render = HERE[rendering]
        yield _item(made, rendering, tear, "here", extension, kind), render(made)


def _by_programs(folder: Path) -> Iterator[Item]:
    """Every document that a real program makes, written into `folder`."""
    with tempfile.TemporaryDirectory() as temporary:
        work = Path(temporary)
        pdfs: list[tuple[Invented, Path]] = []
        for rendering, (kind, extension, start) in OFFICE.items():
            invented = [
                invent(_name(rendering, "", n), ("quiet", "busy", "dense", "")[n % 4])
                for n in range(PROGRAM_EACH * (1 + (kind == "pdf")))
            ]
            if kind in ("pdf", "docx"):
                invented += [
                    invent(_name(rendering, tear, 0), SORTS.get(tear, ""), tear)
                    for tear in ("labels", "blank_zero", "headings")
                ]
            sources = []
            source_extension, write = {
                "docx": ("docx", docx_file),
                "plain": ("html", printable),
                "xlsx": ("xlsx", xlsx_file),
            }[start]
            for made in invented:
                source = work / rendering / f"{made.name}.{source_extension}"
                source.parent.mkdir(exist_ok=True)
                source.write_bytes(write(made))
                sources.append(source)
            infilter = "HTML (StarWriter)" if start == "plain" else ""
            programs.office(sources, FILTERS.get(extension, extension), folder, work / "profile", infilter)
            for made in invented:
                tear = made.name.removeprefix(rendering + "-").rsplit("-", 1)[0]
                yield _item(made, rendering, "" if tear == "whole" else tear, "programs", extension, kind)
                if kind == "pdf":
                    pdfs.append((made, folder / f"{made.name}.pdf"))
        for number in range(2 * PROGRAM_EACH):
            made = invent(_name("pdf-chromium", "", number), ("quiet", "busy", "dense", "")[number % 4])
            source = work / f"{made.name}.html"
            source.write_bytes(printable(made))
            programs.chromium(source, work / f"{made.name}.pdf")
            (folder / f"{made.name}.pdf").write_bytes((work / f"{made.name}.pdf").read_bytes())
            pdfs.append((made, folder / f"{made.name}.pdf"))
            yield _item(made, "pdf-chromium", "", "programs", "pdf", "pdf")
        for number, (made, source) in enumerate(pdfs):
            if number % 4 == 0:
                layout = number % 8 == 0
                rendering = "txt-pdf-layout" if layout else "txt-pdf"
                copy = Invented(f"{rendering}-{made.name}", made.report, made.parts, made.lost)
                programs.pdftotext(source, folder / f"{copy.name}.txt", layout=layout)
                yield _item(copy, rendering, "", "programs", "txt", "text")


def _sources() -> str:
    """A hash of what makes the corpus, so that a changed generator builds a new one."""
    here = Path(__file__).parent
    files = [
        *(
            here / name
            for name in ("corpus.py", "programs.py", "renderings.py", "reports.py", "words.json", "page.html")
        )
    ]
    files += [here.parent / "samples" / name for name in ("documents.py", "form.json", "world.py")]
    return hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()[:16]


def default_folder() -> Path:
    """The cache folder of this user: outside the checkout."""
    base = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    return Path(base) / "nianbao" / f"corpus-{_sources()}"


def truth_hash(items: list[Item]) -> str:
    """The hash of what a corpus says; floors are pinned together with it."""
    told = json.dumps([asdict(item) for item in items], ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(told.encode()).hexdigest()[:16]


def build(folder: Path | None = None, *, with_programs: bool = True) -> tuple[Path, list[Item]]:
    """The corpus in `folder` and its list; made anew unless it is there. Programs that are absent are left out."""
    folder = folder or default_folder()
    folder.mkdir(parents=True, exist_ok=True)
    listed = folder / "truth.json"
    stamp = {"sources": _sources(), "programs": with_programs and not programs.missing()}
    if listed.is_file():
        found = json.loads(listed.read_text("utf-8"))
        if found["sources"] == stamp["sources"] and found["programs"] >= stamp["programs"]:
            return folder, [Item(**item) for item in found["items"]]
    items = []
    for item, data in plan_here():
        (folder / item.file).write_bytes(data)
        items.append(item)
    if stamp["programs"]:
        items += _by_programs(folder)
    listed.write_text(json.dumps(stamp | {"items": [asdict(item) for item in items]}, ensure_ascii=False), "utf-8")
    return folder, items


def main() -> None:
    """Build the corpus and say where it is."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("folder", nargs="?", type=Path)
    folder, items = build(parser.parse_args().folder)
    if absent := programs.missing():
        print(f"not made, for want of {', '.join(absent)}: the renderings by programs", file=sys.stderr)
    print(f"{len(items)} documents in {folder}")


if __name__ == "__main__":
    main()
