"""The three tables as the official form prints them: which heading spans what, and which cell stands where."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import groupby
from pathlib import Path
from typing import Any

FORM = Path(__file__).parent.parent / "extract" / "form.json"

# What 60号 (2019) prints where 30号 (2021) changed the words and not the meaning; form.json has the newer ones.
_OLD_WORDS = {"normative_docs": "规范性文件", "decisions": "处理决定数量"}


@dataclass(frozen=True, slots=True)
class Head:
    """A printed heading; `scope` is that of HTML's th."""

    text: str
    scope: str = "row"
    colspan: int = 1
    rowspan: int = 1


@dataclass(frozen=True, slots=True)
class Slot:
    """The place of a cell, by its canonical key; `colspan` where the form prints it wider than one column."""

    key: str
    colspan: int = 1


Row = list[Head | Slot]


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table of the form: header rows and body rows in printed order."""

    name: str
    caption: str
    head: list[Row]
    body: list[Row]


@cache
def form() -> dict[str, Any]:
    """The official form's rows, columns and labels (extract/form.json)."""
    data: dict[str, Any] = json.loads(FORM.read_text("utf-8"))
    return data


def label(key: str) -> str:
    """What the form calls a cell ("（一）予以公开 · 自然人"); a key that is not the form's comes back as it is."""
    try:
        table, *row, column = key.split(".")
        columns = form()[table]["columns"]
        rows = form()[table]["rows"] | form()[table].get("local_rows", {})
        return f"{rows['.'.join(row)]['zh']} · {columns[column]['zh']}"
    except (KeyError, ValueError):
        return key


def disclosure(edition: str) -> Sheet:
    """Chapter 二: for each 项 of article 20 a band with headings of its own."""
    table = form()["disclosure"]
    old = _OLD_WORDS if edition == "2019" else {}
    bands = table["layout"][edition]
    width = max(len(band["columns"]) for band in bands)

    def spans(count: int) -> list[int]:
        return [width // count] * (count - 1) + [width - width // count * (count - 1)]

    body: list[Row] = []
    for band in bands:
        body.append([Head(band["item"], "rowgroup", colspan=width + 1)])
        cells = list(zip(band["columns"], spans(len(band["columns"])), strict=True))
        body.append(
            [
                Head("信息内容", "col"),
                *(Head(old.get(c) or table["columns"][c]["zh"], "col", span) for c, span in cells),
            ]
        )
        for row in band["rows"]:
            name = old.get(row) or table["rows"][row]["zh"]
            slots = [Slot(f"disclosure.{row}.{column}", span) for column, span in cells]
            body.append([Head(name), *slots])
    return Sheet("disclosure", "主动公开政府信息情况", [], body)


def requests(edition: str) -> Sheet:
    """Chapter 三: 23 lines (2019) or 25 (2021) by seven kinds of applicant."""
    table = form()["requests"]
    groups, columns = table["groups"], list(table["columns"])
    organisations = columns[1:-1]
    head: list[Row] = [
        [
            Head("（本列数据的勾稽关系为：第一项加第二项之和，等于第三项加第四项之和）", "col", colspan=3, rowspan=3),
            Head("申请人情况", "colgroup", colspan=len(columns)),
        ],
        [
            Head(table["columns"][columns[0]]["zh"], "col", rowspan=2),
            Head("法人或其他组织", "colgroup", colspan=len(organisations)),
            Head(table["columns"][columns[-1]]["zh"], "col", rowspan=2),
        ],
        [Head(table["columns"][column]["zh"], "col") for column in organisations],
    ]
    outcomes = table["layout"][edition][2:-1]
    body: list[Row] = []
    for group, members in groupby(table["layout"][edition], key=lambda row: table["rows"][row].get("group")):
        rows = list(members)
        for row in rows:
            heads: Row = []
            if row == outcomes[0]:
                heads.append(Head(groups["outcomes"]["zh"], "rowgroup", rowspan=len(outcomes)))
            # （六）其他处理 is a single line in the edition of 2019: the group's heading would only repeat it.
            grouped = group is not None and len(rows) > 1
            if grouped and row == rows[0]:
                heads.append(Head(groups[group]["zh"], "rowgroup", rowspan=len(rows)))
            heads.append(Head(table["rows"][row]["zh"], colspan=1 if grouped else 2 if row in outcomes else 3))
            body.append([*heads, *(Slot(f"requests.{row}.{column}") for column in columns)])
    return Sheet("requests", "收到和处理政府信息公开申请情况", head, body)


def disputes() -> Sheet:
    """Chapter 四: one line, the three stages side by side."""
    table = form()["disputes"]
    stages, columns = table["layout"], list(table["columns"])
    results = [Head(table["columns"][column]["zh"], "col") for column in columns]
    names = {stage: table["rows"][stage]["zh"] for stage in stages}
    head: list[Row] = [
        [
            Head(names[stages[0]], "colgroup", colspan=len(columns), rowspan=2),
            Head(table["groups"]["litigation"]["zh"], "colgroup", colspan=2 * len(columns)),
        ],
        [Head(names[stage], "colgroup", colspan=len(columns)) for stage in stages[1:]],
        [*results, *results, *results],
    ]
    body: list[Row] = [[Slot(f"disputes.{stage}.{column}") for stage in stages for column in columns]]
    return Sheet("disputes", "政府信息公开行政复议、行政诉讼情况", head, body)


def sheets(editions: dict[str, str | None]) -> Iterator[Sheet]:
    """The sheets of a report whose `disclosure` and `requests` follow these editions (None: the table is not there)."""
    if edition := editions.get("disclosure"):
        yield disclosure(edition)
    if edition := editions.get("requests"):
        yield requests(edition)
    if editions.get("disputes"):
        yield disputes()


def editions(lines: dict[str, list[str]]) -> dict[str, str | None]:
    """Which edition each table of a report follows, told by the lines that the archive holds of it.

    Each table for itself: a report of 2022 may have the new chapter 二 and the old single line for （六）.
    """
    found: dict[str, str | None] = {"disputes": "2021" if lines.get("disputes") else None}
    for table in ("disclosure", "requests"):
        here = set(lines.get(table, []))
        found[table] = None if not here else "2019" if here & (_rows(table, "2019") - _rows(table, "2021")) else "2021"
    return found


def _rows(table: str, edition: str) -> set[str]:
    printed = form()[table]["layout"][edition]
    return {row for part in printed for row in (part["rows"] if isinstance(part, dict) else [part])}
