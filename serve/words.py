"""The Chinese of every page: labels of tables, columns, codes, cells, filters (words.json, archive/schema.py)."""

import json
import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from archive import comparisons, schema
from evidence import moments
from extract.rules import KINDS
from serve import layout

NOT_OF_FORM = {"search": "检索", "facet_columns": "分类计数"}


@cache
def words() -> dict[str, Any]:
    """serve/words.json: marks of cells, names of filters, questions of the home page."""
    data: dict[str, Any] = json.loads(Path(__file__).with_name("words.json").read_text("utf-8"))
    return data


@cache
def columns(table: str) -> dict[str, schema.Column]:
    """The declared columns of a table by name; empty for a table that is not of the archive."""
    try:
        return {column.name: column for column in schema.table(table).columns}
    except KeyError:
        return {}


@cache
def counted(table: str) -> frozenset[str]:
    """The columns of a table by which its lists are narrowed, mostly zero: what is above has an index of its own."""
    try:
        declared = schema.table(table)
    except KeyError:
        return frozenset()
    return frozenset() if declared.numbered else frozenset(declared.ranges)


def column_label(table: str, name: str) -> str:
    """What a column is called, its name where it is not declared."""
    column = columns(table).get(name)
    return column.zh if column else name


def column_unit(table: str, name: str) -> str:
    """The unit of a column, "" where it has none."""
    column = columns(table).get(name)
    return column.unit if column else ""


def table_label(table: str) -> str:
    """What a table is called, its name where it is not declared."""
    try:
        return schema.table(table).zh
    except KeyError:
        return NOT_OF_FORM.get(table, table)


def value_label(column: str, value: object) -> str:
    """What a code is called in this column; a value that is no code comes back as text, None as “未注明”."""
    if value is None or value == "":
        return "未注明"
    if column in words()["yes_or_no"]:
        return "是" if value else "否"
    if column == "kind":
        return {**KINDS, **comparisons.KINDS}.get(str(value), str(value))
    if column == "cell":
        return layout.label(str(value))
    return codes(column).get(str(value), str(value))


def values_label(column: str, lookup: str, value: object) -> str:
    """What stands in a condition: of `in` and `notin` several values, each by its label."""
    several = str(value).split(",") if lookup in ("in", "notin") else [value]
    return "、".join(value_label(column, one) for one in several)


def codes(column: str) -> dict[str, str]:
    """The codes that may stand in a column, with what they are called; empty where it holds no codes."""
    return {code: zh for code, (zh, _) in schema.VALUES.get(column, {}).items()}


def lookup_label(lookup: str) -> str:
    """What a filter of Datasette (exact, gt, …) is called."""
    return str(words()["lookups"].get(lookup, lookup))


_OF_EVERY_TITLE = re.compile(r"((?<!人民)政府|政务)?信息公开(工作)?(\d{4}年)?(年度|度)?报告$")


def brief(title: str) -> str:
    """A report's title without the words that every title ends with; 人民政府 keeps its 政府."""
    return _OF_EVERY_TITLE.sub(r"\3", title) or title


def place(row: Mapping[str, str | None]) -> str:
    """Province, prefecture and county of a row, each once (北京市 海淀区); "" where none is known."""
    return " ".join(dict.fromkeys(name for level in ("province", "prefecture", "county") if (name := row[level])))


def number(value: float | None) -> str:
    """A figure for a page: thousands apart, no trailing zeros; "" for None."""
    if value is None:
        return ""
    return f"{value:,.6f}".rstrip("0").rstrip(".") if isinstance(value, float) else f"{value:,}"


def percent(share: float | None) -> str:
    """A share (0–1) in per cent with one digit behind the point; "" for None."""
    return "" if share is None else f"{share:.1%}"


def short_state(state: str) -> str:
    """A state of coverage in a word that fits a cell."""
    return str(words()["short_states"].get(state, value_label("state", state)))


def beijing(moment: str | None) -> str:
    """A UTC time of the archive ("2026-01-31T08:00:00Z") as people in China read it; other text unchanged."""
    try:
        return f"{moments.in_china(moment or ''):%Y-%m-%d %H:%M}（北京时间）"
    except ValueError:
        return moment or ""
