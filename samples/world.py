"""The invented counties: which offices publish which reports, and what each report says, cell by cell.

Everything follows from `world.json` (places, offices, the special cases), `words.json` (phrases) and `form.json` (the
official form), with a seed made of the report's own key: the same words and numbers in every run. The numbers keep the
form's sums (R1–R4) and are as such offices have them (`usual` in `world.json`): a township gets a handful of requests,
most of its cells are 0. The exceptions are declared there under `special`: a wrong sum, blank cells, a year of many
requests.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

HERE = Path(__file__).parent
FORM: dict[str, Any] = json.loads((HERE / "form.json").read_text("utf-8"))
WORDS: dict[str, list[str]] = json.loads((HERE / "words.json").read_text("utf-8"))
WORLD: dict[str, Any] = json.loads((HERE / "world.json").read_text("utf-8"))

COLUMNS: list[str] = FORM["columns"]
STAGES: list[str] = FORM["disputes"]["stages"]
OUTCOMES_OF_A_DISPUTE: list[str] = FORM["disputes"]["columns"]
MARKS = {"blank": "", "slash": "/", "dash": "—"}
HABITS = ("half_width", "spaced_total", "normative_short")  # (一) for （一）, 总 计, 规范性文件 under 2021's columns
WRONG_CELLS: dict[str, tuple[str, ...]] = {
    "row_sum": ("requests.granted.total", "requests.total_handled.total", "requests.new_received.total"),
    "balance": ("requests.carried_out.natural_person", "requests.carried_out.total"),
    "outcome_sum": (
        "requests.new_received.natural_person",
        "requests.new_received.total",
        "requests.total_handled.natural_person",
        "requests.total_handled.total",
    ),
    "disputes_sum": ("disputes.reconsideration.total",),
}
"""Which cells are printed 3 too high so that one kind of sum is wrong and the others stay right."""
BLANK_ROWS = ("denied_state_secret", "denied_security_stability", "not_handled_publication")
WAITING = 0.06
"""The share of a year's requests that the next year answers."""
DISPUTED = 0.04
"""The share of a year's requests that each stage of chapter 四 hears of."""


class Printed(NamedTuple):
    """What stands in a cell: `raw` as printed, `value` (None unless a number), and `status` as of design.md."""

    value: int | float | None
    raw: str
    status: str = "number"


@dataclass(frozen=True, slots=True)
class Office:
    """A body that must publish. `full`, `mid` and `bare` are its name with and without county and 人民政府."""

    key: str
    kind: str
    county: str
    division_code: str
    full: str
    mid: str
    bare: str
    self_word: str
    topic: str
    years: tuple[int, ...]


@dataclass(slots=True)
class Report:
    """A report: what it says (`cells`, `chapters` of paragraphs) and how it is made up and delivered.

    `rendering`: word or editor (HTML), pdf_office, pdf_reportlab, docx_office, docx_python (a file made by that
    program). `delivery`: page, attachment (of a page), direct (the list links to the file). `subtitle` is printed
    under the title where that does not name the year. `wrong` is the kind of the one finding that it must give.
    """

    key: str
    office: Office
    year: int
    title: str
    subtitle: str
    signature: str
    signed: date
    signed_text: str
    published: date
    disclosure_edition: str
    requests_edition: str
    cells: dict[str, Printed]
    chapters: dict[str, list[str]]
    rendering: str
    delivery: str
    wrong: str | None = None
    twice: bool = False
    has_blanks: bool = False
    habits: frozenset[str] = field(default_factory=frozenset)

    @property
    def office_printed(self) -> str:
        """The office's name where title or signature prints it fullest."""
        forms = (self.office.full, self.office.mid, self.office.bare)
        return max((form for form in forms if form in self.title or form == self.signature), key=len)

    @property
    def scope(self) -> str | None:
        """area or own where the report says so, else None."""
        return {"county": "area", "government_office": "own"}.get(self.office.kind)

    @property
    def filename(self) -> str | None:
        """Name of its file in `samples/files`, None where a page holds the report."""
        if self.delivery == "page":
            return None
        return f"{self.key}.{self.rendering.split('_')[0]}"


def handled(edition: str) -> list[tuple[str, list[tuple[str, str]]]]:
    """The groups of 三、本年度办理结果: label, and (row key, row label) of each row in it ("" where it has none)."""
    groups: list[tuple[str, list[tuple[str, str]]]] = [
        (label, [(key, text) for key, text in rows]) for label, rows in FORM["handled"]["2021"]
    ]
    if edition == "2019":
        groups = [(g, [("other_single", "")] if g.startswith("（六）") else rows) for g, rows in groups]
    return groups


def outcome_rows(edition: str) -> list[str]:
    """Keys of the rows that add up to （七）总计."""
    return [key for _, rows in handled(edition) for key, _ in rows if key != "total_handled"]


def request_rows(edition: str) -> list[str]:
    """Keys of all rows of chapter 三 in the order of the form."""
    return ["new_received", "carried_in", *outcome_rows(edition), "total_handled", "carried_out"]


def disclosure_keys(edition: str) -> list[str]:
    """Keys of 主动公开 in the order of the form, without the name of the table."""
    return [key for _, _, rows in FORM["disclosure"][edition] for _, keys in rows for key in keys]


def sums_broken(cells: dict[str, Printed], edition: str) -> set[str]:
    """Which of the form's sums (R1 row_sum, R2 balance, R3 outcome_sum, R4 disputes_sum) these cells break."""

    def at(row: str, column: str) -> float:
        return cells[f"requests.{row}.{column}"].value or 0

    outcomes = outcome_rows(edition)
    broken = set()
    for row in request_rows(edition):
        if sum(at(row, column) for column in COLUMNS[:-1]) != at(row, "total"):
            broken.add("row_sum")
    for column in COLUMNS:
        if at("new_received", column) + at("carried_in", column) != at("total_handled", column) + at(
            "carried_out", column
        ):
            broken.add("balance")
        if sum(at(row, column) for row in outcomes) != at("total_handled", column):
            broken.add("outcome_sum")
    for stage in STAGES:
        values = [cells[f"disputes.{stage}.{column}"].value or 0 for column in OUTCOMES_OF_A_DISPUTE]
        if sum(values[:-1]) != values[-1]:
            broken.add("disputes_sum")
    return broken


Numbers = dict[str, int | float]


def _disclosure(random: Random, kind: str, edition: str, before: Numbers) -> Numbers:
    """Numbers of chapter 二 that go on from last year's (rules X2 and X4 of the form's arithmetic)."""
    usual = WORLD["usual"][kind]
    numbers: Numbers = {}
    for key in (f"disclosure.{name}" for name in disclosure_keys(edition)):
        group, _, column = key.rpartition(".")
        last = before.get(key)
        # No body of a county makes 规章 (P1 of the form's arithmetic).
        if group == "disclosure.rules":
            numbers[key] = 0
        elif column in ("issued", "newly_made"):
            numbers[key] = random.randint(0, usual["documents"])
        elif column == "newly_published":
            numbers[key] = numbers[f"{group}.newly_made"]
        elif column == "repealed":
            numbers[key] = random.randint(0, 2) if usual["documents"] > 1 else 0
        elif column in ("in_force", "total_published"):
            added = numbers.get(f"{group}.issued", 0) - numbers.get(f"{group}.repealed", 0)
            added += numbers.get(f"{group}.newly_published", 0)
            numbers[key] = added + (random.randint(2, 12) * usual["documents"] + 2 if last is None else last)
        elif column == "decisions":
            numbers[key] = random.randint(*usual["decisions"]) // (20 if group.endswith("compulsory_measures") else 1)
        elif column == "items_prev_year":
            numbers[key] = random.randint(60, 300) if last is None else last + before[f"{group}.items_change"]
        elif column == "items_change":
            numbers[key] = random.randint(-9, 9)
        elif column == "procurement_items":
            numbers[key] = random.randint(0, 30)
        else:  # 万元
            numbers[key] = random.randint(0, usual["money"] * 100) / 100
    return numbers


def _disputes(random: Random, received: int) -> Numbers:
    numbers: Numbers = {}
    for stage in STAGES:
        table = [0] * len(OUTCOMES_OF_A_DISPUTE)
        for at in random.choices(range(len(table) - 1), WORLD["results"], k=received):
            table[at] += random.random() < DISPUTED
        table[-1] = sum(table)
        numbers |= {f"disputes.{stage}.{at}": value for at, value in zip(OUTCOMES_OF_A_DISPUTE, table, strict=True)}
    return numbers


def _requests(random: Random, edition: str, before: Numbers, received: int, empty: tuple[str, ...]) -> Numbers:
    """Numbers of chapter 三, a request at a time: what was carried in is what last year carried out (rule X1)."""
    outcomes = {row: WORLD["outcomes"].get(row, 1) for row in outcome_rows(edition) if row not in empty}
    applicants = WORLD["applicants"]
    table = {row: [0] * 6 for row in request_rows(edition)}
    for at in random.choices(range(6), applicants, k=received):
        table["new_received"][at] += 1
    for at, column in enumerate(COLUMNS[:-1]):
        came = table["new_received"][at]
        carried = before.get(f"requests.carried_out.{column}", random.randint(0, came // 12))
        table["carried_in"][at] = int(carried)
        for _ in range(came + int(carried)):
            waits = random.random() < WAITING
            row = "carried_out" if waits else random.choices(list(outcomes), list(outcomes.values()))[0]
            table[row][at] += 1
            table["total_handled"][at] += not waits
    return {
        f"requests.{row}.{column}": value
        for row, values in table.items()
        for column, value in zip(COLUMNS, [*values, sum(values)], strict=True)
    }


def _numbers(key: str, kind: str, editions: tuple[str, str], before: Numbers, special: dict[str, Any]) -> Numbers:
    """All cells of a report, its sums right but for `wrong`."""
    random = Random(key)  # noqa: S311 - invented numbers, no secret
    usual = WORLD["usual"][kind]
    received = special.get("received", random.randint(*usual["received"]))
    numbers = _disclosure(random, kind, editions[0], before)
    numbers |= _requests(random, editions[1], before, received, BLANK_ROWS if "blank" in special else ())
    numbers |= _disputes(random, received)
    return numbers | {key: numbers[key] + 3 for key in WRONG_CELLS.get(special.get("wrong", ""), ())}


def _left_blank(key: str) -> bool:
    """Whether a report with blanks has one in this cell."""
    return key.split(".")[1] in (*BLANK_ROWS, "rules", "litigation_after_reconsideration")


def _printed(key: str, value: float, blank: str | None) -> Printed:
    if blank and _left_blank(key):
        return Printed(None, MARKS[blank], blank)
    if key.endswith("items_change") and value > 0:
        return Printed(value, f"+{value}")
    return Printed(value, f"{value:.2f}" if isinstance(value, float) else str(value))


def _title(random: Random, office: Office, year: int, habit: str | None) -> tuple[str, str, str]:
    """Title, the line under it, and the signature."""
    if habit == "no_year":
        return f"{office.full}政府信息公开工作年度报告", f"（{year}年度）", office.full
    if habit == "mid_of":
        return f"{year}年{office.full}信息公开工作年度报告", "", office.mid
    if office.kind == "county":
        return f"{office.bare}{year}年政府信息公开工作年度报告", "", office.full
    full = [
        (f"{office.full}{year}年政府信息公开工作年度报告", office.full),
        (f"{office.full}{year}年度政府信息公开工作年度报告", office.mid),
        (f"{year}年{office.full}政府信息公开工作年度报告", office.full),
    ]
    short = [
        (f"{office.bare}政府信息公开工作{year}年度报告", office.mid),
        (f"{office.mid}{year}年政府信息公开年度报告", office.full),
        (f"{office.mid}{year}年政府信息公开工作年度报告", office.mid),
    ]
    title, signature = random.choice(full if office.mid == office.full else full + short)
    return title, "", signature


def _prose(
    seed: str, office: Office, year: int, word: str, county: str, numbers: Numbers, plain: bool
) -> dict[str, Any]:
    """The chapters' paragraphs. `plain` leaves out numbers of requests, for two reports that share one text."""
    random = Random(seed)  # noqa: S311 - invented words, no secret
    fills = {
        "name": office.mid, "self": office.self_word, "topic": office.topic, "year": year, "next": year + 1,
        "county": county, "word": word, "place": f"{office.bare}政务服务大厅",
        "channel": random.choice(("微信公众号", "政务微博", "村村响广播", "电子公告屏")),
        "reviewer": random.choice(("法律顾问", "司法所", "档案员", "人大代表")),
        "received": numbers["requests.new_received.total"], "carried": numbers["requests.carried_in.total"],
        "left": numbers["requests.carried_out.total"],
    }  # fmt: skip
    handed = (fills["received"], fills["carried"])
    counts = ("published", "columns", "visits", "trainings", "samples_count", "proposals", "motions", "visits_day")
    fills |= {name: random.randint(2, 9 if name in ("columns", "trainings", "visits_day") else 60) for name in counts}
    fills["published"] = random.randint(120, 1900)

    def pick(name: str) -> str:
        return random.choice(WORDS[name]).format_map(fills)

    overview = [pick("openings")]
    if office.kind == "county":
        overview.append(pick("area_note"))
    if office.kind == "government_office":
        overview.append(pick("own_note"))
    overview += [
        pick("disclosure"), pick("requests_plain" if plain else "requests" if any(handed) else "requests_none"),
        pick("management"), pick("platform"), pick("supervision"),
    ]  # fmt: skip
    return {
        "overview": overview,
        "problems": [pick("problems"), pick("improvements")],
        "other_matters": [pick("other_matters")],
    }


CHINESE_DIGITS = "〇一二三四五六七八九"


def _day_in_words(day: date, chinese: bool) -> str:
    if not chinese:
        return f"{day.year}年{day.month}月{day.day}日"

    def small(number: int) -> str:
        tens, ones = divmod(number, 10)
        return (
            ("" if tens < 2 else CHINESE_DIGITS[tens]) + ("十" if tens else "") + (CHINESE_DIGITS[ones] if ones else "")
        )

    return f"{''.join(CHINESE_DIGITS[int(digit)] for digit in str(day.year))}年{small(day.month)}月{small(day.day)}日"


def _report(office: Office, year: int, county: dict[str, Any], before: Numbers) -> tuple[Report, Numbers]:
    key = f"{office.key}-{year}"
    special: dict[str, Any] = WORLD["special"].get(key, {})
    edition = "2019" if year <= 2020 else "2021"
    editions: tuple[str, str] = tuple(special.get("editions", (edition, edition)))
    blank = special.get("blank")
    numbers = _numbers(key, office.kind, editions, before, special)
    order = [f"disclosure.{name}" for name in disclosure_keys(editions[0])]
    order += [f"requests.{row}.{column}" for row in request_rows(editions[1]) for column in COLUMNS]
    order += [f"disputes.{stage}.{column}" for stage in STAGES for column in OUTCOMES_OF_A_DISPUTE]

    random = Random(f"{key} looks")  # noqa: S311 - invented words, no secret
    title, subtitle, signature = _title(random, office, year, special.get("title"))
    if special.get("late"):
        signed = date(year + 1, 2, random.randint(18, 27))
    elif office.kind == "county":
        signed = date(year + 1, 3, random.randint(8, 28))
    else:
        signed = date(year + 1, 1, random.randint(6, 28))
    twin = special.get("prose_of")
    shared = twin is not None or any(
        other.get("prose_of") == office.key and name.endswith(str(year)) for name, other in WORLD["special"].items()
    )
    report = Report(
        key=key, office=office, year=year, title=title, subtitle=subtitle, signature=signature, signed=signed,
        signed_text=_day_in_words(signed, bool(special.get("chinese_date"))),
        published=signed + timedelta(days=random.randint(0, 3)),
        disclosure_edition=editions[0], requests_edition=editions[1],
        cells={name: _printed(name, numbers[name], blank) for name in order},
        chapters=_prose(
            f"{twin or office.key} {year} words", office, year, county["word"], county["name"], numbers, shared
        ),
        rendering=special.get("rendering", random.choice(("word", "editor"))),
        delivery=special.get("delivery", "page"), wrong=special.get("wrong"), twice=bool(special.get("twice")),
        has_blanks=bool(blank),
        habits=frozenset(habit for habit in HABITS if random.random() < 0.25),
    )  # fmt: skip
    return report, numbers


@cache
def offices(county: str) -> tuple[Office, ...]:
    """The offices of a county, named by its key in `world.json`."""
    data = next(entry for entry in WORLD["counties"] if entry["key"] == county)
    return tuple(
        Office(
            key=o["key"], kind=o["kind"], county=county, division_code=o.get("code", data["code"]), full=o["full"],
            mid=o.get("mid", o["full"]), bare=o["bare"], self_word=o["self"], topic=o["topic"], years=tuple(o["years"]),
        )
        for o in data["offices"]
    )  # fmt: skip


@cache
def reports(county: str) -> tuple[Report, ...]:
    """All reports of a county, office by office, oldest first."""
    data = next(entry for entry in WORLD["counties"] if entry["key"] == county)
    made = []
    for office in offices(county):
        before: Numbers = {}
        last = None
        for year in office.years:
            report, numbers = _report(office, year, data, before if last == year - 1 else {})
            before, last = numbers, year
            made.append(report)
    return tuple(made)


def counties() -> list[dict[str, Any]]:
    """The two counties as `world.json` has them."""
    return list(WORLD["counties"])


def all_reports() -> Iterator[Report]:
    """The reports of both counties."""
    for county in counties():
        yield from reports(county["key"])


_DIVISION_COLUMNS = "code name level parent valid_from valid_to successors code_system nbs_code note".split()


def division(code: str, name: str, level: str, parent: str = "") -> dict[str, str]:
    """An invented place in the columns of data/divisions."""
    row = dict.fromkeys(_DIVISION_COLUMNS, "") | {"code_system": "invented", "note": "样例，虚构"}
    return row | {"code": code, "name": name, "level": level, "parent": parent}


def division_rows() -> list[dict[str, str]]:
    """The invented places as rows of data/divisions: province, two prefectures, two counties, their towns."""
    province = WORLD["province"]
    found = [division(province["code"], province["name"], "1")]
    for county in counties():
        prefecture = county["prefecture"]
        found.append(division(prefecture["code"], prefecture["name"], "2", province["code"]))
        found.append(division(county["code"], county["name"], "3", prefecture["code"]))
        found += [
            division(office.division_code, office.bare, "4", county["code"])
            for office in offices(county["key"])
            if office.kind in ("township", "street")
        ]
    return found
