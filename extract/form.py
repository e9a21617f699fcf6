"""The official form: its tables, editions, canonical cell keys and labels (form.json holds the facts).

Editions: "2019" is 国办公开办函〔2019〕60号, "2021" is 国办公开办函〔2021〕30号. `disputes` is the same in both.
"""

import json
import re
import unicodedata
from functools import lru_cache
from importlib.resources import files
from typing import Any

FORM: dict[str, Any] = json.loads(files(__package__).joinpath("form.json").read_text("utf-8"))
EDITIONS = ("2019", "2021")
TABLES = ("disclosure", "requests", "disputes")

APPLICANTS: tuple[str, ...] = tuple(FORM["requests"]["columns"])
"""Columns of `requests` as printed: six kinds of applicant, then the total."""
STAGES: tuple[str, ...] = tuple(FORM["disputes"]["layout"])
RESULTS: tuple[str, ...] = tuple(FORM["disputes"]["columns"])

_NUMBERING = re.compile(r"^(?:[(\[]?(?:[一二三四五六七八九十]{1,2}|\d{1,2})(?:[)\]]+[、.．,]?|[、.．,:]))+")
_NOT_WORD = re.compile(r"[^\w/]|_")


@lru_cache(maxsize=4096)
def plain(label: str) -> str:
    """`label` for comparison: NFKC, without spaces, quotes, punctuation and its numbering (一、（一）1.)."""
    folded = "".join(unicodedata.normalize("NFKC", label).split())
    return _NOT_WORD.sub("", _NUMBERING.sub("", folded))


def rows(table: str, edition: str | None) -> list[tuple[str, list[str]]]:
    """The printed rows of a table in order, each with its columns; [] where the table has no such edition."""
    if table == "disclosure":
        blocks = FORM[table]["layout"].get(edition, [])
        return [(row, block["columns"]) for block in blocks for row in block["rows"]]
    if table == "requests":
        return [(row, list(APPLICANTS)) for row in FORM[table]["layout"].get(edition, [])]
    return [(stage, list(RESULTS)) for stage in STAGES]


@lru_cache
def keys(table: str, edition: str | None) -> tuple[str, ...]:
    """The canonical cell keys `table.row.column` of a table in printed order."""
    return tuple(f"{table}.{row}.{column}" for row, columns in rows(table, edition) for column in columns)


AMOUNTS = frozenset(("decimal", "ten_thousands"))
"""Kinds of number that need not be whole."""


@lru_cache(maxsize=1024)
def kind_of_number(key: str) -> str:
    """What may stand in a cell: "int", "signed", "decimal" (an amount) or "ten_thousands" (an amount in 万元)."""
    table, _, column = key.split(".")
    return str(FORM[table].get("types", {}).get(column, "int"))


def _index(*entries: tuple[str, dict[str, Any]]) -> dict[str, str]:
    return {plain(label): key for key, entry in entries for label in (entry["zh"], *entry.get("variants", []))}


ROW_LABELS: dict[str, tuple[str, str]] = {
    label: (table, row)
    for table in ("disclosure", "requests")
    for label, row in _index(*FORM[table]["rows"].items()).items()
}
"""Plain label → (table, row). 其他处理 stands for `other_single`; the edition of 2021 prints it as a group."""
COLUMN_LABELS: dict[str, dict[str, str]] = {table: _index(*FORM[table]["columns"].items()) for table in TABLES}
STAGE_LABELS: dict[str, str] = _index(*FORM["disputes"]["rows"].items())
HEADER_WORDS: frozenset[str] = frozenset(STAGE_LABELS).union(*COLUMN_LABELS.values())
"""Plain labels of the columns and stages of any table."""
GROUP_LABELS: frozenset[str] = frozenset(_index(*FORM["requests"]["groups"].items())) - {plain("（六）其他处理")}
LOCAL_ROWS: dict[str, str] = _index(*FORM["disclosure"]["local_rows"].items())
IGNORED: frozenset[str] = frozenset(plain(words) for words in FORM["ignored"])
KEYS: frozenset[str] = frozenset(key for table in TABLES for edition in EDITIONS for key in keys(table, edition))
"""Every canonical cell key of either edition."""


def _sequences() -> list[tuple[str, ...]]:
    """The column headers that the form prints side by side, in full."""
    words = {table: {name: facts["zh"] for name, facts in FORM[table]["columns"].items()} for table in TABLES}
    blocks = [block["columns"] for edition in EDITIONS for block in FORM["disclosure"]["layout"][edition]]
    found = [tuple(words["disclosure"][column] for column in block) for block in blocks if len(block) > 2]
    found += [tuple(words["requests"][column] for column in APPLICANTS[1:-1])]
    found += [tuple(words["disputes"][column] for column in RESULTS)]
    return list(dict.fromkeys(found))


_BEGINNING = 2  # characters that must be left of a header
_SEQUENCES: dict[str, list[tuple[tuple[str, ...], tuple[str, ...]]]] = {}
"""Each as printed and as compared, by how it begins."""
for _words in _sequences():
    _keys = tuple(map(plain, _words))
    _SEQUENCES.setdefault(_keys[0][:_BEGINNING], []).append((_words, _keys))


@lru_cache(maxsize=1024)
def in_full(words: tuple[str, ...]) -> tuple[str, ...]:
    """Words of neighbouring cells, with the headers of the form that were cut short among them in full.

    Copies of 两城镇 2020 and of other pages have "本年新 本年新 对外公开总数量" and "结果维持 结果 其他 尚未 总计": the
    second line of each header was lost. A run of headers is completed where each word begins the official one at its
    place, and no other run of the form fits.
    """
    keys = [plain(word) for word in words]
    result = list(words)
    at = 0
    while at < len(words):
        sequences = _SEQUENCES.get(keys[at][:_BEGINNING], ())
        fits = [full for full, official in sequences if _begins(keys[at : at + len(official)], official)]
        if len(fits) == 1:
            result[at : at + len(fits[0])] = fits[0]
        at += len(fits[0]) if fits else 1
    return tuple(result)


def _begins(keys: list[str], official: tuple[str, ...]) -> bool:
    return len(keys) == len(official) and all(
        len(key) >= _BEGINNING and label.startswith(key) for key, label in zip(keys, official, strict=True)
    )
