"""The values behind a label, laid over the columns of its row where that can be done one way only."""

from collections import Counter

from extract import form, values
from extract.report import Cell
from extract.runs import Token, one_a_line


def fit(tokens: list[Token], count: int) -> list[str] | None:
    """The texts of the values of a row of `count` columns, or None where they do not fit one way only."""
    everything = [token.value or "" for token in tokens]
    first_line = [token.value or "" for token in tokens if token.line == tokens[0].line]
    is_column = one_a_line(tokens)
    for texts in (everything,) if is_column else (first_line, everything):
        if len(texts) == count:
            if not is_column and len(first_line) < len(everything) and _may_go_on(texts, len(everything)):
                continue
            return None if _has_lost(texts, is_column=is_column) else texts
        if (inner := _between_edges(texts, count)) is not None:
            return inner
    is_whole = len(first_line) == len(everything) and all(token.cell for token in tokens)
    # Merged cells repeat their number: 0｜-8｜-8 under 上一年项目数量｜本年增/减｜本年增/减.
    if count == 2 and len(first_line) == 3 and first_line[1] == first_line[2]:
        return first_line[:2] if is_whole else None
    # Between spaces 2 2 may be 22, and below may stand the end of a number.
    if count == 1 and len({*first_line} - {""}) == 1:
        return [max(first_line)] if is_whole else None
    # A page number between two parts of a row stands alone on its line where the row's own numbers do not.
    beside = Counter(token.line for token in tokens)
    texts = [token.value or "" for token in tokens if beside[token.line] > 1]
    if len(beside) > 1 and len(texts) == count >= len(form.APPLICANTS) and adds_up(texts):
        return texts
    return None


def _may_go_on(texts: list[str], printed: int) -> bool:
    """Whether the lines below a row of as many values as it has columns, of `printed` in all, may belong to it: they
    may hold the ends of numbers that a narrow column wrapped, 12 and 34 for 1234. No number begins with 0, so that a 0
    takes no end (上海市府办 2025: a line of zeros below a row)."""
    takers = sum(text != "0" for text in texts)
    return 1 < printed - len(texts) <= takers or not _stands_alone(texts)


def _has_lost(texts: list[str], *, is_column: bool) -> bool:
    """Whether a row of as many values as it has columns may yet have lost one."""
    if len(texts) == len(form.APPLICANTS) and is_column and not adds_up(texts) and adds_up(texts[:-1]):
        return True  # one short, and the number of a page behind it: where each value has a line, so has that
    # One empty field at the edge may be a lost cell (坎苏镇 2024: six of seven), or part of the label.
    return (texts.count("") == 1 and not (texts[0] and texts[-1])) or is_moved(texts)


def _between_edges(texts: list[str], count: int) -> list[str] | None:
    """The `count` values of a longer row that are left without empty fields at its edges, where one way alone is
    right."""
    left = next((i for i, text in enumerate(texts) if text), len(texts))
    right = next((i for i, text in enumerate(reversed(texts)) if text), len(texts))
    spare = len(texts) - count
    if spare <= 0 or left + right < spare or left == len(texts):
        return None
    ways = [texts[i : i + count] for i in range(max(0, spare - right), min(left, spare) + 1)]
    ways = [way for way in ways if (way[0] and way[-1]) or way.count("") > 1]
    if len(ways) > 1:
        ways = [way for way in ways if adds_up(way)]
    return ways[0] if len(ways) == 1 else None


def _stands_alone(texts: list[str]) -> bool:
    """Whether the sums of the form vouch for a row; a row without sums is trusted."""
    if len(texts) == len(form.APPLICANTS):
        return adds_up(texts)
    width = len(form.RESULTS)
    return len(texts) % width > 0 or all(adds_up(texts[at : at + width]) for at in range(0, len(texts), width))


def adds_up(texts: list[str]) -> bool:
    """Whether the last value of a row, or of each stage of a row of `disputes`, is the sum of those before it."""
    if len(texts) == len(form.STAGES) * len(form.RESULTS):
        return all(adds_up(texts[at : at + len(form.RESULTS)]) for at in range(0, len(texts), len(form.RESULTS)))
    numbers = [values.read(text).value or 0 for text in texts]
    return sum(numbers[:-1]) == numbers[-1]


def is_moved(texts: list[str]) -> bool:
    """Whether a row of applicants lost a cell, and its others moved: to the left, if nothing stands under 总计 and the
    number before it is no less than all others together, as only the total is; or to the right, if nothing stands under
    自然人 and the rest does not add up."""
    if len(texts) != len(form.APPLICANTS):
        return False
    if not texts[-1]:
        *others, last = (values.read(text).value or 0 for text in texts[:-1])
        return 0 < last >= sum(others)
    return not texts[0] and any(texts[1:-1]) and not adds_up(texts)


def torn(tokens: list[Token], count: int) -> list[Cell]:
    """The values of a row that do not fit its `count` columns, as they wait for the sums."""
    if len(tokens) > count + 1:
        tokens = [token for token in tokens if token.line == tokens[0].line]
    return [values.read(text) for text in stripped([token.value or "" for token in tokens])]


def stripped(texts: list[str]) -> list[str]:
    """The texts between the first and the last that is not empty."""
    printed = [at for at, text in enumerate(texts) if text]
    return texts[printed[0] : printed[-1] + 1] if printed else []
