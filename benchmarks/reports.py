"""Invented reports for the evaluation: numbers, words, the tears of real documents, and the truth of each.

A report is made from a seed alone. Its tables and their labels come from `samples`, its numbers are as real ones:
three quarters zeros, or a county's thousands, or all different so that a shifted column shows.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from pathlib import Path
from random import Random
from typing import Any

from samples.documents import Part, Row, TableCell, parts
from samples.world import COLUMNS, OUTCOMES_OF_A_DISPUTE, STAGES, Office, Printed, Report, disclosure_keys, outcome_rows

WORDS: dict[str, Any] = json.loads(Path(__file__).with_name("words.json").read_text("utf-8"))
CHINESE_DIGITS = "〇一二三四五六七八九"
FULL_WIDTH = str.maketrans("0123456789,.", "０１２３４５６７８９，．")


@dataclass(slots=True)
class Invented:
    """A report as its author wrote it (`report`) and as it is torn (`parts`), before any program renders it.

    `lost` are cells that no longer stand in the document: they may be derived or null, never wrong. `unknown` are
    fields of the truth that the document no longer shows whole. `page_lines` are printed between the rows of the
    tables where the rendering is text.
    """

    name: str
    report: Report
    parts: list[Part]
    lost: set[str] = field(default_factory=set)
    page_lines: tuple[str, ...] = ()
    unknown: set[str] = field(default_factory=set)

    def truth(self) -> dict[str, Any]:
        """What a perfect reader gives: `cells` key → value, `marks` key → status where it is not a number."""
        report = self.report
        told: dict[str, Any] = {
            "title": report.title,
            "office": report.office_printed,
            "year": report.year,
            "signed_date": report.signed.isoformat(),
            "chapters": {key: "\n".join(report.chapters.get(key, [])) for key in WORDS["headings"]},
            "cells": {key: cell.value for key, cell in report.cells.items()},
            "marks": {key: cell.status for key, cell in report.cells.items() if cell.value is None},
            "lost": sorted(self.lost),
        }
        told["chapters"] = {key: text for key, text in told["chapters"].items() if key not in self.unknown}
        return {name: value for name, value in told.items() if name not in self.unknown}


def chance(seed: str) -> Random:
    """The same chance for the same seed: invented numbers, no secrets."""
    return Random(seed)  # noqa: S311


def invent(
    name: str, sort: str = "", tear: str = "", edition: str = "", office: Office | None = None, year: int | None = None
) -> Invented:
    """The report of this name: `sort` quiet, busy or dense, `edition` 2019 or 2021, `tear` of TEARS.

    Chance decides on what is empty; a year decides on the edition. The name is the seed.
    """
    random = chance(name)
    if year is not None:
        edition = "2019" if year < 2021 else "2021"
    edition = edition or random.choice(("2019", "2021", "2021", "2021"))
    sort = sort or random.choice(("quiet", "quiet", "busy", "dense"))
    editions = ("2021", "2019") if tear == "mixed" else (edition, edition)
    if year is None:
        year = random.choice((2019, 2020)) if editions[0] == "2019" else random.randint(2021, 2025)
    office = office or _office(random)
    title, subtitle, signature = _title(random, office, year)
    signed = date(year + 1, 1, random.randint(4, 30))
    cells = _cells(random, editions, sort)
    report = Report(
        key=name, office=office, year=year, title=title, subtitle=subtitle, signature=signature, signed=signed,
        signed_text=_day(signed, random.random()), published=signed + timedelta(days=random.randint(0, 9)),
        disclosure_edition=editions[0], requests_edition=editions[1], cells=cells,
        chapters=_chapters(random, office, year, cells), rendering="", delivery="",
        habits=frozenset(h for h in ("half_width", "spaced_total", "normative_short") if random.random() < 0.2),
    )  # fmt: skip
    made = Invented(name, report, [])
    change = TEARS[tear] if tear else None
    if change is not None and tear in BEFORE:
        change(made, random)
    made.parts = list(parts(made.report))
    if change is not None and tear not in BEFORE:
        change(made, random)
    return made


def _office(random: Random) -> Office:
    county = random.choice(WORDS["counties"])
    kind = random.choice(("township", "township", "street", "department", "county", "government_office", "zone"))
    match kind:
        case "township":
            town = random.choice(WORDS["towns"])
            full, mid, bare, self_word = f"{county}{town}人民政府", f"{town}人民政府", town, "我镇"
        case "street":
            street = random.choice(WORDS["streets"])
            full, mid, bare, self_word = f"{county}{street}办事处", f"{street}办事处", street, "我街道"
        case "department":
            full = mid = bare = county + random.choice(WORDS["departments"])
            self_word = "我局"
        case "county":
            full = mid = f"{county}人民政府"
            bare, self_word = county, "全县"
        case "government_office":
            full = mid = bare = f"{county}人民政府办公室"
            self_word = "我办"
        case _:
            full = mid = bare = county + random.choice(WORDS["zones"])
            self_word = "管委会"
    return Office(kind, kind, county, "", full, mid, bare, self_word, "", ())


def _title(random: Random, office: Office, year: int) -> tuple[str, str, str]:
    """Title, subtitle and signature; one of them prints the office's name fullest, so that the truth is plain."""
    if office.kind == "county":
        return f"{office.bare}{year}年政府信息公开工作年度报告", "", office.full
    ways = [
        (f"{office.full}{year}年政府信息公开工作年度报告", "", office.full),
        (f"{year}年{office.full}政府信息公开工作年度报告", "", office.full),
        (f"{year}年度{office.full}政府信息公开工作年度报告", "", office.mid),
        (f"{office.bare}政府信息公开工作{year}年度报告", "", office.full),
        (f"{office.full}{year}年政府信息公开年度报告", "", office.mid),
        (f"{office.full}政府信息公开工作年度报告", f"（{year}年度）", office.full),
        (f"{office.full}{year}年度政府信息公开工作报告", "", office.full),
    ]
    return random.choice(ways)


def _day(day: date, way: float) -> str:
    """A date as signatures have it; `way` from 0 to 1 chooses."""
    if way >= 0.2:
        spaced = f"{day.year} 年 {day.month} 月 {day.day} 日"
        padded = f"{day.year}年{day.month:02}月{day.day:02}日"
        return spaced if way < 0.3 else padded if way < 0.4 else f"{day.year}年{day.month}月{day.day}日"
    tens, ones = divmod(day.day, 10)
    words = ("" if tens < 2 else CHINESE_DIGITS[tens]) + ("十" if tens else "") + (CHINESE_DIGITS[ones] if ones else "")
    return f"{''.join(CHINESE_DIGITS[int(digit)] for digit in str(day.year))}年一月{words}日"


Numbers = dict[str, int | float]


def _cells(random: Random, editions: tuple[str, str], sort: str) -> dict[str, Printed]:
    numbers = _disclosure(random, editions[0], sort) | _requests(random, editions[1], sort) | _disputes(random, sort)
    return {key: Printed(value, _raw(key, value)) for key, value in numbers.items()}


def _raw(key: str, value: float) -> str:
    if key.endswith("items_change") and value > 0:
        return f"+{value}"
    return f"{value:.2f}".rstrip("0") if isinstance(value, float) else str(value)


def _count(random: Random, sort: str, filled: float, most: int) -> int:
    """A count as a report of this sort has it: `filled` of those of a busy report are not zero."""
    if sort == "dense":
        return random.randint(1, 400)
    share = filled / 3 if sort == "quiet" else filled
    return random.randint(1, most if sort == "busy" else 9) if random.random() < share else 0


def _disclosure(random: Random, edition: str, sort: str) -> Numbers:
    numbers: Numbers = {}
    for key in disclosure_keys(edition):
        row, column = key.split(".")
        if row == "rules" and sort != "dense":
            value: int | float = 0
        elif column in ("amount_10k_cny", "procurement_amount"):
            value = random.randint(1, 999999) / 100 if random.random() < 0.5 or sort == "dense" else 0
            value = int(value) if float(value).is_integer() else value
        elif column == "items_change":
            value = random.choice((-1, 1)) * _count(random, sort, 0.7, 60)
        else:
            value = _count(random, sort, 0.9, 40 if row == "normative_docs" else 45000)
        numbers[f"disclosure.{key}"] = value
    return numbers


def _requests(random: Random, edition: str, sort: str) -> Numbers:
    outcomes = outcome_rows(edition)
    kinds = len(COLUMNS) - 1
    common = (0.9, 0.5, 0.05, 0.1, 0.2, 0.15)  # most ask as natural persons
    table = {
        row: [_count(random, sort, share, 1400 if i == 0 else 90) for i, share in enumerate(common)] for row in outcomes
    }
    if sort == "quiet":
        for row in random.sample(outcomes, len(outcomes) - 4):
            table[row] = [0] * kinds
    table["total_handled"] = [sum(table[row][i] for row in outcomes) for i in range(kinds)]
    table["carried_out"] = [_count(random, sort, share / 2, 60) for share in common]
    table["carried_in"] = [
        random.randint(0, min(60, table["total_handled"][i] + table["carried_out"][i])) if sort != "quiet" else 0
        for i in range(kinds)
    ]
    table["new_received"] = [
        table["total_handled"][i] + table["carried_out"][i] - table["carried_in"][i] for i in range(kinds)
    ]
    return {
        f"requests.{row}.{column}": value
        for row in ("new_received", "carried_in", *outcomes, "total_handled", "carried_out")
        for column, value in zip(COLUMNS, [*table[row], sum(table[row])], strict=True)
    }


def _disputes(random: Random, sort: str) -> Numbers:
    numbers: Numbers = {}
    for stage in STAGES:
        values = [_count(random, sort, 0.4, 40) for _ in OUTCOMES_OF_A_DISPUTE[:-1]]
        for column, value in zip(OUTCOMES_OF_A_DISPUTE, [*values, sum(values)], strict=True):
            numbers[f"disputes.{stage}.{column}"] = value
    return numbers


def _fills(random: Random, office: Office, year: int, cells: dict[str, Printed]) -> dict[str, Any]:
    return {
        "name": office.mid, "year": year, "n1": random.randint(300, 4000), "n2": random.randint(20, 200),
        "n3": random.randint(2, 9), "n4": random.randint(100, 900),
        "received": cells["requests.new_received.total"].value, "carried": cells["requests.carried_in.total"].value,
        "left": cells["requests.carried_out.total"].value,
    }  # fmt: skip


def _chapters(random: Random, office: Office, year: int, cells: dict[str, Printed]) -> dict[str, list[str]]:
    fills = _fills(random, office, year, cells)
    second = [text for text in WORDS["overview"] if text.startswith("（二）")]
    body = [text for text in WORDS["overview"] if not text.startswith("（二）")]
    body.insert(1, random.choice(second))
    chosen = {
        "overview": [random.choice(WORDS["opening"]), *body],
        "problems": random.choice((WORDS["problems"][:2], WORDS["problems"][2:])),
        "other_matters": [random.choice(WORDS["other_matters"])],
    }
    return {key: [text.format_map(fills) for text in texts] for key, texts in chosen.items()}


# --- Tears -----------------------------------------------------------------------------------------------------------


def _set(made: Invented, key: str, printed: Printed) -> None:
    made.report.cells[key] = printed


def _request_rows(made: Invented, least_numbers: int) -> list[str]:
    """Keys of inner rows of chapter 三 that hold a zero and at least so many numbers other than zero."""
    found = []
    for row in outcome_rows(made.report.requests_edition):
        values = [made.report.cells[f"requests.{row}.{column}"].value for column in COLUMNS]
        if sum(bool(value) for value in values) >= least_numbers and 0 in values:
            found.append(row)
    return found


def _blank_zero(made: Invented, random: Random) -> None:
    """One zero is blank in rows that hold other numbers."""
    rows = _request_rows(made, 2) or _request_rows(made, 0)
    for row in random.sample(rows, min(3, len(rows))):
        zeros = [c for c in COLUMNS if made.report.cells[f"requests.{row}.{c}"].value == 0]
        _set(made, f"requests.{row}.{random.choice(zeros)}", Printed(None, "", "blank"))


def _blank_row(made: Invented, random: Random) -> None:
    rows = [r for r in outcome_rows(made.report.requests_edition) if not made.report.cells[f"requests.{r}.total"].value]
    for row in random.sample(rows, min(2, len(rows))):
        for column in COLUMNS:
            _set(made, f"requests.{row}.{column}", Printed(None, "", "blank"))


def _zeros_as(raw: str, status: str) -> Callable[[Invented, Random], None]:
    def change(made: Invented, _: Random) -> None:
        for key, cell in made.report.cells.items():
            if cell.value == 0:
                _set(made, key, Printed(None, raw, status))

    return change


def _nothing(_made: Invented, _random: Random) -> None:
    """The tear is made elsewhere: by the editions, or by the rendering."""


def _before_tables(made: Invented, random: Random) -> None:
    fills = _fills(random, made.report.office, made.report.year, made.report.cells)
    for chapter, text in WORDS["before_tables"].items():
        made.report.chapters[chapter] = [text.format_map(fills)]


def _numbers_as(way: Callable[[str, str], str]) -> Callable[[Invented, Random], None]:
    def change(made: Invented, _: Random) -> None:
        for key, cell in made.report.cells.items():
            if cell.value is not None:
                _set(made, key, cell._replace(raw=way(key, cell.raw)))

    return change


def _thousands(_: str, raw: str) -> str:
    whole, point, part = raw.partition(".")
    return f"{int(whole):,}{point}{part}" if whole.isdigit() else raw


def _with_unit(key: str, raw: str) -> str:
    if key.endswith(("amount_10k_cny", "procurement_amount")):
        return f"{raw}万元"
    return f"{_thousands(key, raw)}件"


def _remarks(made: Invented, random: Random) -> None:
    keys = [key for key, cell in made.report.cells.items() if cell.value and cell.value > 3]
    for key in random.sample(keys, min(4, len(keys))):
        cell = made.report.cells[key]
        _set(made, key, cell._replace(raw=f"{cell.raw}（含自然失效{random.randint(1, 3)}件）"))


def _relabel(made: Invented, labels: dict[str, list[str]], random: Random) -> None:
    for index, part in enumerate(made.parts):
        if part.rows is not None:
            rows = [
                [cell._replace(text=random.choice([cell.text, *labels.get(cell.text, [])])) for cell in row]
                for row in part.rows
            ]
            made.parts[index] = part._replace(rows=rows)


def _label_variants(made: Invented, random: Random) -> None:
    _relabel(made, WORDS["labels"], random)


def _heading_variants(made: Invented, random: Random) -> None:
    keys = iter(WORDS["headings"])
    for index, part in enumerate(made.parts):
        if part.kind == "heading":
            made.parts[index] = part._replace(text=random.choice(WORDS["headings"][next(keys)]))


def _title_over_two_lines(made: Invented, random: Random) -> None:
    title = made.report.title
    cut = title.index("政府信息公开") if "政府信息公开" in title[2:] else len(title) // 2
    made.parts[0:1] = [Part("title", title[:cut]), Part("title", title[cut:])]
    assert random is not None


def _extra_row(made: Invented, random: Random) -> None:
    """A province's own row among those of 第（一）项, with numbers that belong to no cell of the form."""
    for index, part in enumerate(made.parts):
        if part.rows is not None:
            extra: Row = [TableCell(WORDS["extra_row"]), *(TableCell(str(random.randint(2, 900))) for _ in range(3))]
            made.parts[index] = part._replace(rows=[*part.rows[:4], extra, *part.rows[4:]])
            return


def _requests_rows(made: Invented) -> tuple[int, list[Row]]:
    """Where the longest table, that of chapter 三, stands, and its rows to be changed."""
    index = max(range(len(made.parts)), key=lambda i: len(made.parts[i].rows or []))
    return index, [list(row) for row in made.parts[index].rows or []]


def _row_keys(made: Invented) -> list[str]:
    return ["new_received", "carried_in", *outcome_rows(made.report.requests_edition), "total_handled", "carried_out"]


def _dropped_cell(made: Invented, random: Random) -> None:
    """A row has six of its seven numbers, and nobody can see which is gone (坎苏镇 2024)."""
    index, rows = _requests_rows(made)
    for line in random.sample(range(2, len(rows) - 5), 3):
        gone = random.randrange(7)
        row = rows[line + 3]
        del row[len(row) - 7 + gone]
        made.lost |= {f"requests.{_row_keys(made)[line]}.{column}" for column in COLUMNS}
    made.parts[index] = made.parts[index]._replace(rows=rows)


def _dropped_column(made: Invented, random: Random) -> None:
    """A converter lost one column of applicants, header and numbers."""
    index, rows = _requests_rows(made)
    gone = random.randrange(1, 6)
    for number, row in enumerate(rows):
        if number == 0:
            row[1] = row[1]._replace(cols=6)
        elif number == 1:
            row[1] = row[1]._replace(cols=4)
        elif number == 2:
            del row[gone - 1]
        else:
            del row[len(row) - 7 + gone]
    made.lost |= {f"requests.{row}.{COLUMNS[gone]}" for row in _row_keys(made)}
    made.parts[index] = made.parts[index]._replace(rows=rows)


def _swapped_rows(made: Invented, random: Random) -> None:
    """Two sub-rows stand in the other order, each under its own label."""
    index, rows = _requests_rows(made)
    keys = _row_keys(made)
    first = keys.index("denied_prohibited_by_law") + 3 + random.randrange(4)
    rows[first], rows[first + 1] = rows[first + 1], rows[first]
    made.parts[index] = made.parts[index]._replace(rows=rows)


def _page_lines(made: Invented, random: Random) -> None:
    made.page_lines = random.choice(
        (("5", "6"), ("5 / 6", "6 / 6"), ("- 4 -", "- 5 -"), ("第 4 页 共 6 页", "第 5 页 共 6 页"))
    )


def _spaced_title(made: Invented, random: Random) -> None:
    """Spaces around digits and in the middle, as layout puts them."""
    year = str(made.report.year)
    for index, part in enumerate(made.parts):
        if part.kind in ("title", "text"):
            made.parts[index] = part._replace(text=part.text.replace(year, f" {year} ").strip())
    first = made.parts[0]
    made.parts[0] = first._replace(text=first.text.replace("年度报告", random.choice(("年度 报告", "年 度 报 告"))))


def _decoy_table(made: Invented, random: Random) -> None:
    """A table of its own in chapter 一, with a total and an office's own rows, none of them the form's."""
    counts = [random.randint(20, 400) for _ in range(4)]
    names = ("门户网站", "微信公众号", "政务微博", "其他")
    rows = [[TableCell("公开渠道"), TableCell("信息数量"), TableCell("占比")]]
    rows += [
        [TableCell(n), TableCell(str(c)), TableCell(f"{c * 100 // sum(counts)}%")]
        for n, c in zip(names, counts, strict=True)
    ]
    rows.append([TableCell("总计"), TableCell(str(sum(counts))), TableCell("100%")])
    made.parts.insert(_after_overview(made), Part("table", rows=rows))


def _after_overview(made: Invented) -> int:
    """The place before the second heading."""
    return [i for i, part in enumerate(made.parts) if part.kind == "heading"][1]


def _decoy_lines(made: Invented, random: Random) -> None:
    """Lines of prose in chapter 一 that begin as rows of chapter 三 do, with last year's numbers."""
    lines = [
        f"1.予以公开{random.randint(3, 90)}件，占{random.randint(3, 90)}%；",
        f"2.部分公开{random.randint(3, 90)}件；",
        f"（三）不予公开 {random.randint(3, 90)} 件，其中属于国家秘密 {random.randint(3, 90)} 件。",
        f"较上年相比，行政许可 {random.randint(3, 90)} 件，行政处罚 {random.randint(3, 90)} 件。",
    ]
    made.report.chapters["overview"] += lines


def _blank_columns(made: Invented, _: Random) -> None:
    """Only natural persons and the total are printed; the other columns are blank in every row (沭阳县发改局 2023)."""
    for key in made.report.cells:
        table, _row, column = key.split(".")
        if table != "requests":
            continue
        if column == "total":
            _set(made, key, made.report.cells[key.removesuffix("total") + "natural_person"])
        elif column != "natural_person":
            _set(made, key, Printed(None, "", "blank"))


def _only_totals(made: Invented, _: Random) -> None:
    """Only the totals are printed (驼峰路街道 2020)."""
    for key in made.report.cells:
        if key.startswith("requests.") and not key.endswith(".total"):
            _set(made, key, Printed(None, "", "blank"))


def _all_blank(made: Invented, _: Random) -> None:
    for key in made.report.cells:
        _set(made, key, Printed(None, "", "blank"))


def _zeros_none(made: Invented, random: Random) -> None:
    """Some zeros are printed as 无."""
    for key, cell in made.report.cells.items():
        if cell.value == 0 and random.random() < 0.3:
            _set(made, key, Printed(None, "无", "text"))


def _missing_row(made: Invented, random: Random) -> None:
    """Two sub-rows are not printed at all."""
    index, rows = _requests_rows(made)
    keys = _row_keys(made)
    for gone in sorted(
        random.sample(
            [keys.index(k) for k in ("denied_third_party", "not_handled_repeat", "unable_needs_creation")], 2
        ),
        reverse=True,
    ):
        row = gone + 3
        del rows[row]
        for r, line in enumerate(rows[:row]):
            rows[r] = [c._replace(rows=c.rows - 1) if c.rows > 1 and r + c.rows > row else c for c in line]
        for column in COLUMNS:
            key = f"requests.{keys[gone]}.{column}"
            made.lost.add(key)
    made.parts[index] = made.parts[index]._replace(rows=rows)


def _header_over_two_rows(made: Invented, _: Random) -> None:
    """商业 and 企业 in two cells one above the other (徐闻)."""
    index, rows = _requests_rows(made)
    upper = [TableCell(c.text[: len(c.text) // 2]) for c in rows[2]]
    lower = [TableCell(c.text[len(c.text) // 2 :]) for c in rows[2]]
    rows[0] = [c._replace(rows=c.rows + 1) if c.rows == 3 else c for c in rows[0]]
    rows[1] = [c._replace(rows=c.rows + 1) if c.rows == 2 else c for c in rows[1]]
    # 其他 is too short to be cut.
    rows[2:3] = [[*upper[:-1], TableCell("其他", 1, 2)], lower[:-1]]
    made.parts[index] = made.parts[index]._replace(rows=rows)


def _disputes_in_two(made: Invented, _: Random) -> None:
    """行政复议 and 行政诉讼 in a table each."""
    index = [i for i, part in enumerate(made.parts) if part.rows is not None][2]
    head, second, third, values = (list(row) for row in made.parts[index].rows or [])
    first = [[head[0]], [c._replace(rows=1) for c in second[:5]], values[:5]]
    other = [[head[1]], second[5:], third, values[5:]]
    made.parts[index : index + 1] = [Part("table", rows=first), Part("table", rows=other)]


def _cut_short(made: Invented, random: Random) -> None:
    """The file ends in the middle of chapter 三 (an aborted download, a page that was saved too soon)."""
    index, rows = _requests_rows(made)
    keys = _row_keys(made)
    kept = random.randint(4, len(keys) - 4)
    rows = [[c._replace(rows=min(c.rows, kept + 3 - r)) for c in row] for r, row in enumerate(rows[: kept + 3])]
    made.parts = [*made.parts[:index], made.parts[index]._replace(rows=rows)]
    made.lost |= {f"requests.{row}.{column}" for row in keys[kept:] for column in COLUMNS}
    made.lost |= {key for key in made.report.cells if key.startswith("disputes.")}
    # Which edition chapter 三 is stands below the cut; the signature does, too.
    made.unknown |= {"office", "signed_date", "problems", "other_matters"}


TEARS: dict[str, Callable[[Invented, Random], None]] = {
    "blank_zero": _blank_zero,
    "blank_row": _blank_row,
    "zeros_dash": _zeros_as("—", "dash"),
    "zeros_slash": _zeros_as("/", "slash"),
    "mixed": _nothing,
    "before_tables": _before_tables,
    "full_width": _numbers_as(lambda _, raw: raw.translate(FULL_WIDTH)),
    "thousands": _numbers_as(_thousands),
    "units": _numbers_as(_with_unit),
    "remarks": _remarks,
    "labels": _label_variants,
    "headings": _heading_variants,
    "two_line_title": _title_over_two_lines,
    "extra_row": _extra_row,
    "swapped_rows": _swapped_rows,
    "page_lines": _page_lines,
    "spaced_title": _spaced_title,
    "decoy_table": _decoy_table,
    "decoy_lines": _decoy_lines,
    "blank_columns": _blank_columns,
    "only_totals": _only_totals,
    "all_blank": _all_blank,
    "zeros_none": _zeros_none,
    "missing_row": _missing_row,
    "header_two_rows": _header_over_two_rows,
    "disputes_in_two": _disputes_in_two,
    "cut_short": _cut_short,
    "dropped_cell": _dropped_cell,
    "dropped_column": _dropped_column,
}
"""The torn copies, by name; a tear of numbers needs a report that has some (`corpus` chooses)."""

BEFORE = frozenset(
    "blank_zero blank_row zeros_dash zeros_slash mixed before_tables full_width thousands units remarks page_lines "
    "decoy_lines blank_columns only_totals all_blank zeros_none".split()
)
"""Tears of what the report says; the others are of the tables and headings as laid out."""


def without_header(made: Invented) -> Invented:
    """The same report, its table of chapter 三 without the rows that name the applicants."""
    index, rows = _requests_rows(made)
    changed = [*made.parts]
    changed[index] = changed[index]._replace(rows=rows[3:])
    return replace(made, parts=changed)
