"""DOC and WPS → Document from the bytes themselves: text by the piece table, tables by their row marks ([MS-DOC] §2.4).

Without text boxes, notes and automatic numbers, which LibreOffice reads; but it loses some tables, cells and all.
"""

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from struct import unpack_from

from extract.document import Block, Document, Grid, GridCell, Paragraph
from extract.readers import charset, grids, ole, ruling

_FIELD_CODE = re.compile("\x13[^\x13\x14\x15]*(?:\x14|(?=\x15))")
_MARKS = re.compile("[\x01-\x06\x08\x0e-\x1d\x1f]")
_OPERAND_BYTES = (1, 1, 2, 4, 2, 2, 0, 3)
_IN_TABLE, _ROW_END, _CHANGED_TABS, _DEFINE_TABLE = 0x2416, 0x2417, 0xC615, 0xD608
_ELSEWHERE = (0x6646, 0x646B)
_DELETED, _HIDDEN, _STRUCK, _STRUCK_TWICE, _RAISED = 0x0800, 0x083C, 0x0837, 0x2A53, 0x2A48
"""Letters whose deletion is tracked, that are hidden, struck out, stand above the line (12¹ is not 121)."""
_UNSEEN = (_DELETED, _HIDDEN, _STRUCK, _STRUCK_TWICE)
_SWITCHES = (_IN_TABLE, _ROW_END, *_UNSEEN, _RAISED)
_PARAGRAPHS, _LETTERS = 0x102, 0xFA
"""Where the header says which pages of the file hold the properties of paragraphs and of letters."""
_SNAP = 40
"""Twips within which two edges of cells are one (2 mm: no column is narrower)."""


@dataclass(slots=True)
class _Row:
    """The texts of a table row, the edges of its cells, and which cells go on from above or from the left."""

    texts: list[str]
    edges: list[int] = field(default_factory=list)
    from_above: list[bool] = field(default_factory=list)
    from_left: list[bool] = field(default_factory=list)


def read(data: bytes, kind: str) -> Document:
    """The body of a Word 97 file; its `lines` hold the tables too, a line for each row.

    Raises ValueError (or what a broken file provokes) where there is none.
    """
    document = Document(kind)
    file = ole.opened(data)
    main = file.get_named_stream("WordDocument") or b""
    flags = unpack_from("<H", main, 0x0A)[0]
    if flags & 0x0100:
        raise ValueError("文件有密码")
    table = file.get_named_stream("1Table" if flags & 0x0200 else "0Table") or b""
    rows: list[_Row] = []
    for part in _parts(main, table, file.get_named_stream("Data") or b""):
        if isinstance(part, _Row):
            rows.append(part)
            document.lines.append("\t".join(" ".join(text.split()) for text in part.texts))
            continue
        document.blocks.extend(_blocks(rows))
        rows = []
        for line in part.split("\n"):
            if line.strip():
                document.blocks.append(Paragraph(line.strip()))
                document.lines.append(line.rstrip())
    document.blocks.extend(_blocks(rows))
    return document


def _characters(main: bytes, table: bytes) -> Iterator[tuple[str, int]]:
    """The characters of the body with their places in the main stream, piece by piece."""
    left = unpack_from("<I", main, 0x4C)[0]
    at, size = unpack_from("<2I", main, 0x1A2)
    while table[at] == 1:
        at += 3 + unpack_from("<H", table, at + 1)[0]
    count = (unpack_from("<I", table, at + 1)[0] - 4) // 12
    if count > size:
        raise ValueError("文件结构有误")
    ends = unpack_from(f"<{count + 1}I", table, at + 5)
    for number, (start, end) in enumerate(pairwise(ends)):
        place = unpack_from("<I", table, at + 5 + 4 * (count + 1) + 8 * number + 2)[0]
        length = min(end - start, left)
        left -= length
        if place & 0x40000000:
            place = (place & 0x3FFFFFFF) // 2
            text, step = main[place : place + length].decode("cp1252", "replace"), 1
        else:
            text, step = main[place : place + 2 * length].decode("utf-16-le", "replace"), 2
        for character in text:
            yield character, place
            place += step * (2 if character > "\uffff" else 1)


def _parts(main: bytes, table: bytes, further: bytes) -> Iterator[str | _Row]:
    """Paragraphs and table rows in order."""
    starts, properties = _runs_of_paragraphs(main, table, further)
    from_here, looks = _runs_of_letters(main, table)
    cells: list[str] = []
    words: list[str] = []
    for character, place in _characters(main, table):
        if character not in "\r\x07\x0c":
            look = looks[max(bisect_right(from_here, place) - 1, 0)] if looks else {}
            if not look.keys().isdisjoint(_UNSEEN) or (_RAISED in look and character.isdigit()):
                continue
            words.append("\n" if character == "\x0b" else "-" if character == "\x1e" else character)
            continue
        index = bisect_right(starts, place) - 1
        its = properties[index] if index >= 0 else {}
        if character == "\x07" and _ROW_END in its:
            yield _row(cells, its.get(_DEFINE_TABLE, b""))
            cells, words = [], []
        elif character == "\x07":
            cells.append(_plain(words))
            words = []
        elif _IN_TABLE in its:
            words.append("\n")
        else:
            yield _plain(words)
            words = []
    yield _plain(words)


def _plain(words: list[str]) -> str:
    text, before = "".join(words), ""
    while text != before:  # fields in fields
        text, before = _FIELD_CODE.sub("", text), text
    return charset.clean(_MARKS.sub("", text))


_Runs = tuple[list[int], list[dict[int, bytes]]]
"""Where runs start in the main stream, and the properties of each that matter here."""


def _pages(main: bytes, table: bytes, where: int) -> Iterator[tuple[int, int]]:
    """The pages of properties that the header names at `where`, each with the number of its runs."""
    at, size = unpack_from("<2I", main, where)
    count = (size - 4) // 8
    for number in range(count):
        page = 512 * (unpack_from("<I", table, at + 4 * (count + 1) + 4 * number)[0] & 0x3FFFFF)
        yield page, main[page + 511]


def _runs_of_paragraphs(main: bytes, table: bytes, further: bytes) -> _Runs:
    starts: list[int] = []
    found: list[dict[int, bytes]] = []
    for page, runs in _pages(main, table, _PARAGRAPHS):
        for run in range(runs):
            starts.append(unpack_from("<I", main, page + 4 * run)[0])
            offset = page + 2 * main[page + 4 * (runs + 1) + 13 * run]
            if offset == page:
                found.append({})
                continue
            length, skip = (2 * main[offset] - 1, 1) if main[offset] else (2 * main[offset + 1], 2)
            found.append(dict(_properties(main[offset + skip + 2 : offset + skip + length], further)))
    return starts, found


def _runs_of_letters(main: bytes, table: bytes) -> _Runs:
    starts: list[int] = []
    found: list[dict[int, bytes]] = []
    for page, runs in _pages(main, table, _LETTERS):
        for run in range(runs):
            starts.append(unpack_from("<I", main, page + 4 * run)[0])
            offset = page + 2 * main[page + 4 * (runs + 1) + run]
            found.append(dict(_properties(main[offset + 1 : offset + 1 + main[offset]], b"")) if offset > page else {})
    return starts, found


def _properties(grpprl: bytes, further: bytes) -> Iterator[tuple[int, bytes]]:
    """Those that matter of a list of properties; long lists (ten columns are) stand in the stream Data."""
    at = 0
    while at + 2 < len(grpprl):
        code = unpack_from("<H", grpprl, at)[0]
        at += 2
        if code == _DEFINE_TABLE:
            length = 1 + unpack_from("<H", grpprl, at)[0]
        elif code >> 13 == 6:
            length = 1 + grpprl[at]
            if code == _CHANGED_TABS and grpprl[at] == 255:
                return
        else:
            length = _OPERAND_BYTES[code >> 13]
        operand = grpprl[at : at + length]
        if code == _DEFINE_TABLE or (code in _SWITCHES and operand[:1] == b"\1"):
            yield code, operand
        elif code in _ELSEWHERE and further:
            place = unpack_from("<I", operand)[0]
            size = unpack_from("<H", further, place)[0]
            yield from _properties(further[place + 2 : place + 2 + size], b"")
        at += length


def _row(texts: list[str], definition: bytes) -> _Row:
    """A row with its edges; without them where the definition does not fit its cells."""
    row = _Row(["\n".join(" ".join(line.split()) for line in text.split("\n") if line.strip()) for text in texts])
    if len(definition) > 3 and definition[2] == len(texts):
        row.edges = list(unpack_from(f"<{len(texts) + 1}h", definition, 3))
        first = 3 + 2 * (len(texts) + 1)
        flags = [unpack_from("<H", definition[first + 20 * n :].ljust(2, b"\0"))[0] for n in range(len(texts))]
        row.from_left = [one & 3 == 1 for one in flags]
        row.from_above = [(one >> 5) & 3 == 1 for one in flags]
    return row


def _blocks(rows: list[_Row]) -> Iterator[Block]:
    if not rows:
        return
    if not all(row.edges for row in rows):
        yield from grids.blocks(grids.padded([[GridCell(text) for text in row.texts] for row in rows]))
        return
    tracks = ruling.tracks((edge for row in rows for edge in row.edges), _SNAP)
    table: list[list[GridCell | None]] = []
    for row in rows:
        line: list[GridCell | None] = [None] * (len(tracks) - 1)
        columns = [bisect_right(tracks, edge + _SNAP // 2) - 1 for edge in row.edges]
        cell: GridCell | None = None
        for number, text in enumerate(row.texts):
            start, end = columns[number], columns[number + 1]
            above = table[-1][start] if table and row.from_above[number] and start < len(line) else None
            if not (row.from_left[number] and cell is not None):
                cell = above or GridCell(text)
            line[start:end] = [cell] * (end - start)
        table.append(line)
    yield from grids.blocks(Grid(table))
