"""Rows of chapter three whose labels are cut off or printed over each other, told by their place: the form's rows come
in a fixed order.

LibreOffice prints a sheet's rows one line high where their label stands in a merged cell: of three lines the middle one
is left, of two each stands half in the row beside ("方合法权益" over "内部事务信").
"""

from extract import form
from extract.gridrows import Line
from extract.labels import Match, Row, at_end

_TABLE = "requests"
_ROWS = {edition: [row for row, _ in form.rows(_TABLE, edition)] for edition in form.EDITIONS}
_LETTERS = {row: frozenset(words["zh"]) for row, words in form.FORM[_TABLE]["rows"].items()}
_GROUPS = frozenset("".join(group["zh"] for group in form.FORM[_TABLE]["groups"].values()))


def name(lines: list[Line]) -> None:
    """Put the form's rows to `lines`, in place, where as many as an edition has follow each other, each label that is
    whole stands at its place, and no other has a letter that neither its row nor those beside it have."""
    named = [_whole(line) for line in lines]
    for rows in _ROWS.values():
        start = named.index(rows[0]) if rows[0] in named else len(lines)
        part = lines[start : start + len(rows)]
        if len(part) < len(rows) or named[start + len(rows) - 1] != rows[-1]:
            continue
        told = list(zip(part, named[start:], rows, strict=False))
        if all(own == row if own else _may_be(line, at, rows) for at, (line, own, row) in enumerate(told)):
            for line, _, row in told:
                if line.match is None or line.match.row != (_TABLE, row):
                    line.match = Match((_TABLE, row), exact=False)


def _whole(line: Line) -> str | None:
    """The row that a whole label names; 其他 alone may be what is left of its group, and 其他处理 is that of 2021."""
    if line.match is not None and line.match.exact and not line.is_shared:
        row: Row | None = line.match.row
    else:
        row = at_end(line.cells[line.labels - 1].text) if line.labels else None
    return row[1] if row is not None and row[1] != "other_single" else None


def _may_be(line: Line, at: int, rows: list[str]) -> bool:
    known = _GROUPS.union(*(_LETTERS[row] for row in rows[max(at - 1, 0) : at + 2]))
    own = line.cells[line.labels - 1].text if line.labels else ""
    return all(letter in known for letter in own if letter.isalpha())
