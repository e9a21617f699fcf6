"""Chinese search: text as pairs of characters for FTS5, and a reader's query as an FTS5 expression.

Two-character words (信访, 复议, 拆迁) are the norm, and trigrams cannot find them; a dictionary of words misses most
(jieba found 公 in 480 of 2,500 texts that hold it). So every pair of neighbouring characters is a term, and the last
character of a run one more: a phrase is found exactly where its characters stand side by side, a single character by
its prefix. Letters and digits form whole terms: 2024 finds 2024, 024 does not.
"""

import re
import unicodedata
from collections.abc import Iterator

_HAN = "〇㐀-䶿一-鿿豈-﫿\U00020000-\U0003ffff"
_PIECE = re.compile(rf"(?P<han>[{_HAN}]+)|(?P<word>(?:(?![{_HAN}])[^\W_])+)|(?P<gap>(?:[\W_])+)")
_LAYOUT_SPACE = re.compile(rf"(?<=[{_HAN}])[ \t\u3000]+|[ \t\u3000]+(?=[{_HAN}])")  # "2024 年" is 2024年
_GAP = "\ue000"  # a term for punctuation beside letters or digits; FTS5 takes private-use characters for letters
_QUERY = re.compile(
    r'(?P<or>\||(?<!\S)(?:OR|或)(?!\S))|(?P<minus>(?<!\S)-)?(?:["“”「『](?P<quoted>[^"“”」』]*)["“”」』]?|(?P<plain>[^\s|"“”「『]+))'
)


def _fold(text: str) -> str:
    folded = unicodedata.normalize("NFKC", text).lower().replace(_GAP, " ")
    return _LAYOUT_SPACE.sub("", folded)


def _terms(text: str) -> Iterator[tuple[str, bool]]:
    """The terms of `text` in order; True where a term is the lone last character of a run of Chinese."""
    pieces = list(_PIECE.finditer(_fold(text)))
    for number, piece in enumerate(pieces):
        if run := piece["han"]:
            yield from ((run[at : at + 2], False) for at in range(len(run) - 1))
            yield run[-1], True
        elif word := piece["word"]:
            yield word, False
        elif 0 < number < len(pieces) - 1 and (pieces[number - 1]["word"] or pieces[number + 1]["word"]):
            yield _GAP, False


def index_text(text: str) -> str:
    """`text` as the terms that the table `search` holds, parted by spaces."""
    return " ".join(term for term, _ in _terms(text))


def _phrase(words: str) -> str | None:
    """The FTS5 phrase that finds `words` exactly; None where they hold no letter, digit or Chinese character."""
    terms = list(_terms(words))
    if not terms:
        return None
    if terms[-1][1] and len(terms) > 1 and len(terms[-2][0]) == 2 and terms[-2][0].endswith(terms[-1][0]):
        terms.pop()  # its last pair says as much, and stands in the middle of longer runs too
    return f'"{" ".join(term for term, _ in terms)}"' + (" *" if terms[-1][1] else "")


def parse(query: str) -> tuple[list[list[str]], list[str]]:
    """A query as (groups, unwanted): of every group one phrase must be there, of `unwanted` none may.

    Words parted by spaces must all be there; "OR", 或 or | between two asks for either and binds closer than the
    space; -word excludes; “…” or "…" holds a phrase with spaces together.
    """
    groups: list[list[str]] = []
    unwanted: list[str] = []
    either = False
    # 信访、复议 typed as a list means both words; inside quotes it stays as it is.
    for part in _QUERY.finditer(query):
        if part["or"]:
            either = bool(groups)
            continue
        phrases = [part["quoted"]] if part["plain"] is None else re.split("[、，；。]", part["plain"])
        for phrase in filter(_phrase, phrases):
            if part["minus"]:
                unwanted.append(phrase)
            elif either:
                groups[-1].append(phrase)
            else:
                groups.append([phrase])
            either = False
    return groups, unwanted


def match(query: str) -> str | None:
    """The FTS5 MATCH expression of a reader's query; None where it names nothing to look for (empty, or only -words).

    Whatever is typed, the expression is valid: no operator of FTS5 reaches it from the query.
    """
    groups, unwanted = parse(query)
    if not groups:
        return None
    wanted = " AND ".join("(" + " OR ".join(filter(None, map(_phrase, group))) + ")" for group in groups)
    return f"({wanted}) NOT ({' OR '.join(filter(None, map(_phrase, unwanted)))})" if unwanted else wanted


def spans(text: str, query: str) -> list[tuple[int, int]]:
    """Where the phrases that `query` looks for stand in `text`: (start, end) in order, without overlaps."""
    groups, _ = parse(query)
    found: list[tuple[int, int]] = []
    for pattern in (_pattern(phrase) for group in groups for phrase in group):
        folded, origin = _folded_with_origin(text)
        found += [(origin[hit.start()], origin[hit.end() - 1] + 1) for hit in pattern.finditer(folded)]
    merged: list[tuple[int, int]] = []
    for start, end in sorted(found):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def _pattern(phrase: str) -> re.Pattern[str]:
    pieces = list(_PIECE.finditer(_fold(phrase)))
    while pieces and pieces[0]["gap"]:
        pieces.pop(0)
    while pieces and pieces[-1]["gap"]:
        pieces.pop()
    inner = r"[ \t\u3000]*".join(
        r"[\W_]+"
        if piece["gap"]
        else rf"(?<![^\W_{_HAN}]){re.escape(piece[0])}(?![^\W_{_HAN}])"
        if piece["word"]
        else r"[ \t\u3000]*".join(map(re.escape, piece[0]))
        for piece in pieces
    )
    return re.compile(inner)


def _folded_with_origin(text: str) -> tuple[str, list[int]]:
    """`text` folded character by character, and for each character of that the place in `text` that it came from."""
    folded: list[str] = []
    origin: list[int] = []
    for at, character in enumerate(text):
        for one in unicodedata.normalize("NFKC", character).lower():
            folded.append(one)
            origin.append(at)
    return "".join(folded), origin
