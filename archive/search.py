"""Chinese search: text as pairs of characters for FTS5, and a reader's query as an FTS5 expression.

Two-character words (信访, 复议, 拆迁) are the norm, and trigrams cannot find them; a dictionary of words misses most
(jieba found 公 in 480 of 2,500 texts that hold it). So every pair of neighbouring characters is a term, and the last
character of a run one more: a phrase is found exactly where its characters stand side by side, a single character by
its prefix. Letters and digits form whole terms: 2024 finds 2024, 024 does not.
"""

import re
import unicodedata
from operator import add

_HAN = "〇㐀-䶿一-鿿豈-﫿\U00020000-\U0003ffff"
_PIECE = re.compile(rf"(?P<han>[{_HAN}]+)|(?P<word>[^\W_{_HAN}]+)|(?P<gap>[\W_]+)")
_LAYOUT_SPACE = re.compile(rf"(?<=[{_HAN}])[ \t\u3000]+|[ \t\u3000]+(?=[{_HAN}])")  # "2024 年" is 2024年
_GAP = "\ue000"  # a term for punctuation beside letters or digits; FTS5 takes private-use characters for letters
_WIDE = tuple((wide, unicodedata.normalize("NFKC", wide)) for wide in "，；：（）！？％")
_QUERY = re.compile(
    r'(?P<or>\||(?<!\S)(?:OR|或)(?!\S))|(?P<minus>(?<!\S)-)?(?:["“”「『](?P<quoted>[^"“”」』]*)["“”」』]?|(?P<plain>[^\s|"“”「『]+))'
)


def _fold(text: str) -> str:
    for wide, narrow in _WIDE:  # nearly all that NFKC has to do in Chinese prose, at a tenth of what it takes
        text = text.replace(wide, narrow)
    folded = unicodedata.normalize("NFKC", text).lower().replace(_GAP, " ")
    return _LAYOUT_SPACE.sub("", folded) if any(space in folded for space in " \t\u3000") else folded


def _terms(text: str) -> list[str]:
    """The terms of `text` in order: of a run of Chinese every pair of neighbours, then its last character alone."""
    terms: list[str] = []
    word_before = False  # a gap is a term where letters or digits stand on one side of it
    gap = False
    for run, word, _ in _PIECE.findall(_fold(text)):
        if run:
            if gap and word_before:
                terms.append(_GAP)
            terms += map(add, run, run[1:])
            terms.append(run[-1])
        elif word:
            if gap and terms:
                terms.append(_GAP)
            terms.append(word)
        gap = not (run or word)
        if not gap:
            word_before = bool(word)
    return terms


def index_text(text: str) -> str:
    """`text` as the terms that the table `search` holds, parted by spaces."""
    return " ".join(_terms(text))


def _phrase(words: str) -> str | None:
    """The FTS5 phrase that finds `words` exactly; None where they hold no letter, digit or Chinese character."""
    terms = _terms(words)
    if not terms:
        return None
    lone = re.fullmatch(f"[{_HAN}]", terms[-1]) is not None
    if lone and len(terms) > 1 and re.fullmatch(f"[{_HAN}]{re.escape(terms[-1])}", terms[-2]):
        terms.pop()  # its last pair says as much, and stands in the middle of longer runs too
        lone = False
    return f'"{" ".join(terms)}"' + (" *" if lone else "")


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
