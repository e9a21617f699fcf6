"""Search finds what stands there and nothing else: judged by a plain look at the text itself."""

import re
import sqlite3
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archive import search

# Few characters, so that repeats, overlaps and near misses are frequent.
LETTERS = "信访复议公开年〇期2a０Ａ 。，\n"
HAN = "一-鿿〇\U00020000-\U0003ffff"
TEXTS = st.text(alphabet=LETTERS, max_size=30)


def find(texts: list[str], query: str) -> list[int] | None:
    expression = search.match(query)
    if expression is None:
        return None
    db = sqlite3.connect(":memory:")
    db.execute("CREATE VIRTUAL TABLE s USING fts5 (names, text, content='', tokenize='unicode61 remove_diacritics 0')")
    for number, text in enumerate(texts):
        db.execute("INSERT INTO s (rowid, names, text) VALUES (?, '', ?)", (number, search.index_text(text)))
    return [row[0] for row in db.execute("SELECT rowid FROM s WHERE s MATCH ? ORDER BY rowid", (expression,))]


def plain(text: str) -> str:
    """Text in which one looks for a phrase by eye: words of letters in brackets, any punctuation a dot."""
    text = unicodedata.normalize("NFKC", text).lower()
    text = re.sub(rf"(?<=[{HAN}]) +| +(?=[{HAN}])", "", text)
    text = re.sub(r"[a-z0-9]+", lambda word: f"<{word[0]}>", text)
    return re.sub(rf"[^{HAN}a-z0-9<>]+", "·", text)


@settings(max_examples=400, deadline=None)
@given(TEXTS, TEXTS)
def test_a_phrase_is_found_exactly_where_it_stands(text: str, phrase: str) -> None:
    wanted = plain(phrase).strip("·")
    found = find([text], f'"{phrase}"')
    assert found == (([0] if wanted in plain(text) else []) if wanted else None)


@settings(max_examples=200, deadline=None)
@given(TEXTS, st.integers(0, 20), st.integers(1, 8))
def test_every_stretch_of_chinese_is_found_and_marked(text: str, start: int, length: int) -> None:
    stretch = "".join(re.findall("[一-鿿〇]+", text)[:1])[start : start + length]
    if stretch:
        assert find([text], stretch) == [0]
        assert any(plain(text[a:b]) and stretch[0] in text[a:b] for a, b in search.spans(text, stretch))


@settings(max_examples=300, deadline=None)
@given(st.text(alphabet="信访 ()\"“”-*|ORANDNEAR^:+{}2\x00'、；", max_size=20))
def test_no_query_breaks_the_search(query: str) -> None:
    find(["信访"], query)


# What a journalist types: a word of one, two, three or six characters, some of them beyond the first 65,536 (𠮷, 𡎚),
# numbers among Chinese, full width, a comma inside quotes.
ASKED = (
    "访",
    "信访",
    "信访件",
    "政府信息公开",
    "𠮷",
    "𠮷田",
    "𡎚镇",
    "第3期",
    "12345",
    "ＬＥＤ",
    "“信访，复议”",
    "2024年",
)
PROSE = st.lists(
    st.sampled_from([*ASKED, "件", "3", "，", "。", "\n", " ", "led", "信", "复议", "公开", "〇", "田"]), max_size=12
).map("".join)


@settings(max_examples=600, deadline=None)
@given(
    st.lists(PROSE, min_size=1, max_size=6),
    st.lists(st.lists(st.sampled_from(ASKED), min_size=1, max_size=2), min_size=1, max_size=3),
    st.lists(st.sampled_from(ASKED), max_size=2),
)
def test_words_either_and_unwanted_are_found_as_by_eye(
    texts: list[str], groups: list[list[str]], unwanted: list[str]
) -> None:
    query = " ".join([" OR ".join(group) for group in groups] + [f"-{word}" for word in unwanted])

    def there(phrase: str, text: str) -> bool:
        return plain(phrase).strip("·") in plain(text)

    by_eye = [
        number
        for number, text in enumerate(texts)
        if all(any(there(phrase, text) for phrase in group) for group in groups)
        and not any(there(phrase, text) for phrase in unwanted)
    ]
    assert find(texts, query) == by_eye


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("信访", [0, 1]),
        ("复议", [1]),
        ("砂", [2]),
        ("信访 复议", [1]),
        ("信访、复议", [1]),
        ("复议 OR 采砂", [1, 2]),
        ("复议|采砂", [1, 2]),
        ("信访 -复议", [0]),
        ("“信访投诉举报”", [0]),
        ("信访举报", []),
        ("第3期", [2]),
        ("2023年", [2]),
        ("023", []),
        ("LED", [0]),
        ("ｌｅｄ", [0]),
        ("信访 采砂 OR 复议", [1]),
    ],
)
def test_the_ways_to_ask(query: str, found: list[int]) -> None:
    texts = ["收到信访投诉举报类ＬＥＤ屏申请", "信访，行政复议", "2023 年第3期非法采砂通报"]
    assert find(texts, query) == found


@pytest.mark.parametrize("query", ["", "  ", "。，", "-信访", '""', "OR", "|"])
def test_a_query_without_a_word_asks_for_nothing(query: str) -> None:
    assert search.match(query) is None


def test_marks_stand_on_the_original_characters() -> None:
    text = "共收到 ＬＥＤ 屏的信 访件，2023 年"
    marked = [text[a:b] for a, b in search.spans(text, "led 信访 2023年")]
    assert marked == ["ＬＥＤ", "信 访", "2023 年"]
