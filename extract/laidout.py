"""Text that was laid out on pages, as a person would read it on: page numbers taken out, wrapped labels made whole.

Programs that lay a PDF out as text leave the numbers beside the middle of their label, and the label of the group
between its pieces:

    (三) 不 5. 属于三类内部事
    予公开 务信息          68  0   0   0  0  0  68

Pieces become a label only where together they are one of the form's, letter for letter.
"""

import re
from dataclasses import dataclass
from functools import lru_cache

from extract import form, labels, runs, values

_PAGE_NUMBER = re.compile(r"^\s*(?:[-—–]+\s*\d{1,3}\s*[-—–]+|第\s*\d+\s*页.*|\d{1,3}\s*/\s*\d{1,3})\s*$")
_BARE = re.compile(r"^\s*\d{1,3}\s*$")
_ROW_OF_NUMBERS = re.compile(r"^[\W\d]+$|.*[^\d\s]\s+\d+(?:\s+\d+){4,5}\s*$")
_PAGE = 12
"""Lines that a page has at least."""
_FAR = 24
"""Printed lines above and below its numbers over which a label may run."""
_MOST = 120
"""Words around some numbers beyond which they are no pieces of labels."""
_SHORTEST = 4
"""Letters of a label from which on its pieces tell it."""
_BY_ROW = {label: row for label, row in form.ROW_LABELS.items() if len(label) >= _SHORTEST}
_OTHER = form.ROW_LABELS["其他"]
"""What it says is the beginning of 2.其他法律行政法规禁止公开, too."""
_GROUPS = "|".join((*form.GROUP_LABELS, "其他处理", "三四五六"))  # （三 before the end of its line, ）不予公开 below
_ALL = "|".join((*form.ROW_LABELS, *form.HEADER_WORDS))


@dataclass(frozen=True, slots=True)
class _Piece:
    """Words between spaces: the line on which they stand, as printed, and as compared."""

    line: int
    text: str
    plain: str


@lru_cache(maxsize=4096)
def _is_of_group(plain: str) -> bool:
    return plain in _GROUPS


@lru_cache(maxsize=4096)
def _is_noise(plain: str) -> bool:
    return plain not in _ALL


def mended(lines: list[str], *, paged: bool = False) -> list[str]:
    """The same lines, each label that wraps around its numbers put in front of them; without page numbers, which a
    reader of pages (`paged`) has left out."""
    numbers_of_pages = set() if paged else _page_numbers(lines)
    lines = ["" if at in numbers_of_pages else line for at, line in enumerate(lines)]
    split = [_words_and_numbers(line) for line in lines]
    rows = [at for at, (words, numbers) in enumerate(split) if numbers and (words or " " in numbers)]
    out = list(lines)
    taken: set[_Piece] = set()
    for before, at, after in zip([-1, *rows], rows, [*rows[1:], len(lines)], strict=False):
        if labels.at_end(split[at][0]) not in (None, _OTHER):
            continue
        above = [line for line in range(before + 1, at) if lines[line].strip()][-_FAR:]
        below = [line for line in range(at + 1, after) if lines[line].strip()][:_FAR]
        pieces = [
            piece for line in (*above, at, *below) for piece in _pieces(line, split[line][0]) if piece not in taken
        ]
        if len(pieces) > _MOST:
            continue
        found = {row: used for label, row in _BY_ROW.items() if (used := _spelled(label, pieces, at)) is not None}
        if len(found) != 1:
            continue
        (used,) = found.values()
        taken |= set(used)
        for line in {at, *(piece.line for piece in used)}:
            out[line] = " ".join(piece.text for piece in _pieces(line, split[line][0]) if piece not in taken)
        out[at] = f"{out[at]} {''.join(piece.text for piece in used)} {split[at][1]}".strip()
    return out


def _page_numbers(lines: list[str]) -> set[int]:
    """The lines that are a page's number: those that look like one, and bare numbers that count pages from 1 or 2.

    A bare number beside other values may be a cell, as may one below a label or below too few numbers for a row.
    """
    found = {at for at, line in enumerate(lines) if _PAGE_NUMBER.match(line.replace("|", " "))}
    printed = [at for at, line in enumerate(lines) if line.strip() and at not in found]
    alone = [
        at
        for before, at, after in zip(
            ["", *(lines[at] for at in printed)], printed, [*(lines[at] for at in printed[1:]), ""], strict=False
        )
        if _BARE.match(lines[at])
        and not _ROW_OF_NUMBERS.match(before)
        and not _is_value(before)
        and not _is_value(after)
        and labels.at_end(before) is None
    ]
    counted: list[int] = []
    for at in alone:
        wanted = (1, 2) if not counted else (int(lines[counted[-1]]) + 1,)
        if int(lines[at]) in wanted and (not counted or at - counted[-1] >= _PAGE):
            counted.append(at)
    return found | (set(counted) if len(counted) > 1 else set())


def _is_value(line: str) -> bool:
    return bool(line) and (values.is_value(line) or line.strip() in values.NOTHING)


def _words_and_numbers(line: str) -> tuple[str, str]:
    """The words of a line before its numbers, and the numbers; no numbers where words follow them."""
    if "\t" in line or "|" in line:
        return line, ""
    tokens = runs.words_and_values(line, is_field=False)
    count = next((n for n, (words, _) in enumerate(reversed(tokens)) if words), len(tokens))
    texts = [words or value or "" for words, value in tokens]
    return " ".join(texts[: len(texts) - count]), " ".join(texts[len(texts) - count :])


@lru_cache(maxsize=4096)
def _pieces(line: int, words: str) -> tuple[_Piece, ...]:
    return tuple(_Piece(line, text, form.plain(text)) for text in words.split())


def _spelled(label: str, pieces: list[_Piece], at: int) -> list[_Piece] | None:
    """The pieces that spell `label` around the numbers of line `at`: some of that line, or some on either side."""
    dead: set[tuple[int, int]] = set()
    for start in reversed(range(len(pieces))):
        if pieces[start].line > at or not label.startswith(pieces[start].plain or " "):
            continue
        if all(piece.line < at or _is_of_group(piece.plain) for piece in pieces[:start]):
            used = _rest(label, pieces, start, at, dead)
            if used is not None:
                return used
    return None


def _rest(label: str, pieces: list[_Piece], start: int, at: int, dead: set[tuple[int, int]]) -> list[_Piece] | None:
    """The pieces from `start` on that spell all of `label`; `dead` are lengths and starts from which none do."""
    if not label:
        # What is left on the line of the numbers must not be part of another label.
        left = [piece for piece in pieces[start:] if piece.line == at and piece.plain]
        return [] if pieces[start - 1].line >= at and all(_is_of_group(piece.plain) for piece in left) else None
    if (len(label), start) in dead:
        return None
    for index in range(start, len(pieces)):
        piece = pieces[index]
        if piece.plain and label.startswith(piece.plain):
            rest = _rest(label[len(piece.plain) :], pieces, index + 1, at, dead)
            if rest is not None:
                return [piece, *rest]
        if piece.plain and not _is_of_group(piece.plain) and (piece.line == at or not _is_noise(piece.plain)):
            break
    dead.add((len(label), start))
    return None
