"""Pages of characters and ruling lines → a document's paragraphs and tables: what PDF, OFD and scans have in common."""

import math
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

from extract.document import Block, Document, Paragraph
from extract.readers import grids, overflow, ruling, unruled
from extract.readers.chars import Char, Line, printed_lines, written_lines
from extract.readers.leaves import Leaf
from extract.readers.ruling import Table

_PAGE_NUMBER = re.compile(r"^[\s\-—–─－]*(?:第)?\s*\d{1,3}\s*(?:页)?(?:\s*/\s*(?:共)?\d{1,3}\s*页?)?[\s\-—–─－]*$")
_TITLED = 6
"""Chinese characters from which on a line tells how large its letters are: a title may go over the whole page."""
_NUMBERS = re.compile(r"\d+")
_ON_LINE = 2.0
"""Points between the bases of characters of a page's number."""
_NUMBERED = re.compile(r"^(?:[一二三四五六七八九十]{1,2}、|[（(][一二三四五六七八九十]{1,2}[）)])")


Margins = tuple[float, float]
"""The x at which lines begin and end."""


@dataclass(slots=True)
class Text:
    """What an upright page says: the printed lines outside its ruled tables (`prose`), these, and its text line by
    line; `parts` where they are known already (recognised of a picture)."""

    number: int
    order: float
    leaf: Leaf
    prose: list[Line]
    tables: list[Table]
    lines: list[str]
    parts: list[Table | Paragraph] | None = None


def text(leaf: Leaf, number: int, order: float, above: Text | None) -> Text:
    """The text of a leaf of page `number`; `order` and `above` as the leaf and the table before are for
    `ruling.tables`."""
    last = above.tables[-1] if above is not None and above.tables else None
    tables = ruling.tables(leaf.rulings, order, leaf.printed, last)
    prose = printed_lines(ruling.placed(overflow.hung(leaf.chars, tables), tables))
    chars = overflow.unwrapped(leaf.chars, tables)
    # pdfium mixes up lines that are printed one over the other.
    in_order = leaf.printed is None and not any(table.hung for table in tables)
    lines = written_lines(chars) if in_order else printed_lines(chars)
    return Text(number, order, leaf, prose, tables, [line.text for line in lines])


def put(texts: list[Text], document: Document) -> None:
    """Put the texts of all pages into a document, without the heads and feet that run through them."""
    heads = _running([one.prose for one in texts])
    _take_out_feet(texts)
    margins: dict[int, Margins] = {}  # by the width of a page: of prose on all such
    for one in texts:
        titles = _titles(one.prose) if one is texts[0] else set()
        here = {head for head in heads if head[0] not in titles}
        document.lines.extend(_own_lines(one, {words for words, _ in here}))
        first, *inner = [line for line in one.prose if head(line) not in here] or [Line()]
        one.prose = [*_unnumbered([first]), *inner[:-1], *_unnumbered(inner[-1:])]
    for one, tables in zip(texts, unruled.rulings([(one.prose, one.leaf.rulings[0]) for one in texts]), strict=True):
        _put_tables(one, [table for lines in tables for table in ruling.tables(lines, one.order, one.leaf.printed)])
        width = int(one.leaf.size[0])
        margins[width] = _margins(one.prose, margins.get(width))
    found: list[Table | Paragraph] = []
    for one in texts:
        found.extend(one.parts or _parts(one.prose, one.tables, one.number, margins[int(one.leaf.size[0])]))
    document.blocks.extend(blocks(found))


def _put_tables(one: Text, tables: list[Table]) -> None:
    """Put tables without ruling lines beside the others of a page, and what stands in them out of its prose."""
    if tables:
        one.prose = printed_lines(ruling.placed([char for line in one.prose for char in line], tables))
        one.tables = sorted([*one.tables, *tables], key=lambda table: table.top)
    one.prose = _unnumbered(one.prose)


def page(found: list[Char], tables: list[Table], number: int) -> list[Table | Paragraph]:
    """The parts of a page from the top: what stands in the `tables` goes to their cells, the rest is prose."""
    prose = _unnumbered(printed_lines(ruling.placed(found, tables)))
    return _parts(prose, tables, number, _margins(prose))


def _parts(prose: list[Line], tables: list[Table], number: int, margins: Margins) -> list[Table | Paragraph]:
    found: list[tuple[float, Table | Paragraph]] = [(table.top, table) for table in tables]
    found.extend(_paragraphs(prose, number, [table.top for table in tables if table.chars], margins))
    return [part for _, part in sorted(found, key=lambda pair: pair[0])]


def blocks(parts: Iterable[Table | Paragraph]) -> Iterator[Block]:
    """Paragraphs and tables, each with what continues it on the next page."""
    whole: list[Paragraph | list[Table]] = []
    for part in parts:
        above = whole[-1] if whole else None
        if isinstance(part, Table) and isinstance(above, list) and part.continues(above[-1]):
            above.append(part)
        elif isinstance(part, Paragraph) and isinstance(above, Paragraph) and _runs_on(above, part):
            whole[-1] = Paragraph(above.text + part.text, page=part.page)
        elif isinstance(part, Paragraph):
            whole.append(part)
        elif part.chars:
            whole.append([part])
    for one in whole:
        if isinstance(one, Paragraph):
            yield one
        else:
            yield from grids.blocks(ruling.grid(one), one[0].page)


def _runs_on(above: Paragraph, below: Paragraph) -> bool:
    """Whether a paragraph goes on at the top of the next page: it stopped in the middle of a sentence."""
    return (
        above.page != below.page
        and len(above.text) > 20
        and above.text[-1] > "⺀"
        and above.text[-1] not in "。；！？：）”"
        and not _NUMBERED.match(below.text)
    )


def _margins(prose: list[Line], others: Margins | None = None) -> Margins:
    """How far to the left and to the right the lines go, and those with the margins `others`."""
    left, right = others or (math.inf, 0.0)
    return min([left, *(line[0].left for line in prose)]), max([right, *(line[-1].right for line in prose)])


def _paragraphs(
    prose: list[Line], number: int, breaks: list[float], margins: Margins
) -> Iterator[tuple[float, Paragraph]]:
    """Lines as paragraphs, each with its top: a line goes on below where it reaches from the left third to the right
    of the `margins` (office and date stand at the right) and nothing `breaks` in."""
    if not prose:
        return
    edge = min(line[0].left for line in prose)
    third = margins[0] + (margins[1] - margins[0]) / 3
    steps = [below[0].base - above[0].base for above, below in pairwise(prose)]
    step = median(steps) if steps else 0.0

    def goes_on(above: Line, below: Line) -> bool:
        top, base = above[0].base, below[0].base
        return (
            above[0].left < third
            and margins[1] - above[-1].right < 2.2 * max(above.size, 6.0)
            and below[0].left - edge <= 1.2 * below.size
            and base - top <= 1.35 * step
            and not any(top < y < base for y in breaks)
            and not (above.height > 1.45 * below.height and sum(char.is_chinese for char in below) > _TITLED)
            and not _NUMBERED.match(below.text)
        )

    text, top = prose[0].text, prose[0][0].top
    for above, line in pairwise(prose):
        if goes_on(above, line):
            text += (" " if text[-1].isascii() and line.text[0].isascii() and text[-1].isalpha() else "") + line.text
        else:
            yield top, Paragraph(text, page=number)
            text, top = line.text, line[0].top
    yield top, Paragraph(text, page=number)


# --- Heads, feet and page numbers -------------------------------------------------------------------------------------


Head = tuple[str, int]
"""The words of a running head, `_masked`, and its height on the page: elsewhere they are none (a signature)."""


def _running(pages: Iterable[list[Line]]) -> set[Head]:
    """The heads and feet that run through the pages of a document: of two pages and more, lines at the same height
    among the outermost, alike but for their numbers.

    Lines without words are no heads: a page's number is known by itself, and an unruled table has such rows.
    """
    seen: set[Head] = set()
    found: set[Head] = set()
    for lines in pages:
        here: set[Head] = set()
        for line in lines if len(lines) < 5 else (*lines[:2], *lines[-2:]):
            words, height = head(line)
            if any(char.isalpha() for char in words):
                here |= {(words, height + near) for near in (-1, 0, 1)}
        found |= here & seen
        seen |= here
    return found


def head(line: Line) -> Head:
    """A line as those are compared that run through all pages."""
    return _masked(line.text), round(line[0].base / 3)


def _masked(text: str) -> str:
    """A line as running heads are compared: without spaces, and every number alike."""
    return _NUMBERS.sub("0", "".join(text.split()))


def _titles(prose: list[Line]) -> set[str]:
    """The lines at the top in letters larger than most, else all, `_masked`: a sheet may repeat its title."""
    usual = median(line.size for line in prose) if prose else 0.0
    top = prose[:2]
    return {_masked(line.text) for line in [line for line in top if line.size > 1.2 * usual] or top}


def _unnumbered(prose: list[Line]) -> list[Line]:
    """The lines that are no page's number."""
    return [line for line in prose if line and not _PAGE_NUMBER.match(line.text)]


def _take_out_feet(texts: list[Text]) -> None:
    """Take the pages' numbers out of the tables that reach down around them: the lowest line of two pages and more, at
    one height, that counts as these do."""
    feet: dict[tuple[int, int], list[tuple[Text, Line]]] = {}
    for one in texts:
        lowest = max((char.base for char in one.leaf.chars), default=0.0)
        line = Line(char for char in one.leaf.chars if lowest - char.base < _ON_LINE)
        if line and _PAGE_NUMBER.match(line.text) and (count := _NUMBERS.search(line.text)):
            feet.setdefault((head(line)[1], int(count[0]) - one.number), []).append((one, line))
    for here in feet.values():
        for one, line in here if len(here) > 1 else ():
            gone = set(map(id, line))
            for table in one.tables:
                for slot, chars in table.chars.items():
                    table.chars[slot] = [char for char in chars if id(char) not in gone]


def _own_lines(text: Text, running: set[str]) -> Iterator[str]:
    """The lines of a page without its running heads and its number, which a program draws first or last."""
    numbers = [words for line in (*text.prose[:1], *text.prose[-1:]) if _PAGE_NUMBER.match(words := line.text)]
    for at, line in enumerate(text.lines):
        if _masked(line) not in running and not (at in (0, len(text.lines) - 1) and line in numbers):
            yield line
