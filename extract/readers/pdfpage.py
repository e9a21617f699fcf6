"""A page of a PDF as a reader sees it: its upright parts with their characters and ruling lines, and its pictures."""

from collections import Counter
from functools import partial
from itertools import islice
from typing import Any, NamedTuple

import pypdfium2.raw as pdfium

from extract.document import Box
from extract.readers.chars import Char
from extract.readers.drawn import PATH, PICTURE, Drawn, Frame, lines, objects
from extract.readers.leaves import Leaf
from extract.readers.letters import Letter, seen
from extract.readers.ruling import rulings
from extract.readers.struck import without_struck

MAX_CHARS, MAX_OBJECTS = 30_000, 50_000
"""Characters and drawn objects of a page; one with more is a map, or made to break readers (a page of the form has
2,000 and 600)."""
_WHOLE = 0.7
"""The share of a page from which on a picture hides what was drawn before it."""


class Page(NamedTuple):
    """What a page shows: `letters`, `behind` and `garbled` are as `seen` gives them. `pictured` is the share of the
    page that its pictures cover (0 without one); `covered`: a picture hides what was drawn before it."""

    letters: list[Letter]
    behind: list[Letter]
    garbled: bool
    drawn: list[Drawn]
    frame: Frame
    pictured: float
    covered: bool


def read(page: Any, text: Any) -> Page | None:
    """What `page` shows, with the letters of its `text` page; None where it holds too much."""
    drawn = list(islice(objects(page), MAX_OBJECTS + 1))
    if pdfium.FPDFText_CountChars(text.raw) > MAX_CHARS or len(drawn) > MAX_OBJECTS:
        return None
    left, bottom, right, top = page.get_bbox()
    frame = Frame(left, bottom, right, top, page.get_rotation())
    width, height = frame.size
    shares = [
        (one.box[2] - one.box[0]) * (one.box[3] - one.box[1]) / max(width * height, 1) if one.kind == PICTURE else 0.0
        for one in drawn
        if one.kind != PATH
    ]
    return Page(
        *seen(text, frame, drawn),
        drawn,
        frame,
        sum(max(share, 0.001) for share in shares if share),
        bool(shares) and shares[-1] > _WHOLE,
    )


def put_fields(page: Any) -> bool:
    """Print what was typed into a form's fields on the page, which must then be opened anew; whether there was any."""
    for index in range(pdfium.FPDFPage_GetAnnotCount(page.raw)):
        note = pdfium.FPDFPage_GetAnnot(page.raw, index)
        kind = pdfium.FPDFAnnot_GetSubtype(note)
        pdfium.FPDFPage_CloseAnnot(note)
        if kind == pdfium.FPDF_ANNOT_WIDGET:
            return bool(pdfium.FPDFPage_Flatten(page.raw, pdfium.FLAT_NORMALDISPLAY) == pdfium.FLATTEN_SUCCESS)
    return False


def leaves(page: Page) -> list[Leaf]:
    """The upright parts of a page: turned as most of its letters stand and, where a table lies on its side among
    them, this for itself."""
    turns = Counter(letter.turn for letter in page.letters)
    main = turns.most_common(1)[0][0] if turns else page.frame.turn
    apart = {turn for turn in turns if turn != main and _is_table(page.letters, turn)}
    found = []
    for turn in (main, *sorted(apart)):
        frame = page.frame._replace(turn=turn)
        here = [one for one in page.letters if one.turn == turn or (turn == main and one.turn not in apart)]
        printed = partial(_shown, frame, page.frame) if turn != page.frame.turn else None
        left, ruled = without_struck(chars(here, frame), list(lines(page.drawn, frame)))
        found.append(Leaf(left, rulings(ruled, frame.size), frame.size, printed))
    return found


def _is_table(letters: list[Letter], turn: int) -> bool:
    """Whether the letters turned so are a table of the form, and not the label of a merged cell or a margin."""
    texts = [letter.text for letter in letters if letter.turn == turn]
    return len(texts) > 40 and sum(text.isdigit() for text in texts) > 5


def _shown(frame: Frame, shown: Frame, box: Box) -> Box:
    """A box of a turned page as it stands on the page that is shown."""
    (ax, ay), (bx, by) = (shown.seen(*frame.own(x, y)) for x, y in ((box.left, box.top), (box.right, box.bottom)))
    return Box(box.page, min(ax, bx), min(ay, by), max(ax, bx), max(ay, by))


def chars(letters: list[Letter], frame: Frame) -> list[Char]:
    """Letters as they stand in a frame."""
    at = frame.seen
    found = []
    for text, (left, bottom, right, top), (x, y), _ in letters:
        (ax, ay), (bx, by) = at(left, top), at(right, bottom)
        if bx < ax:
            ax, bx = bx, ax
        if by < ay:
            ay, by = by, ay
        found.append(Char(text, ax, ay, bx, by, at(x, y)[1]))
    return found
