"""Paragraphs that several offices published are found whatever names and numbers they put in, and nothing else is."""

import sqlite3
from typing import Any

import pytest
from archives import empty, put

from archive import copies
from archive.places import Place

WORDS = (
    "{year}年，{town}认真贯彻落实《中华人民共和国政府信息公开条例》，全年主动公开信息{count}条，其中{county}网站公开{count}条，"
    "利用公开栏、微信群等方式宣传惠民政策，群众知晓率和满意度明显提高，依申请公开渠道畅通。"
)


def place(office: str, town: str | None = None) -> Place:
    return Place(office, None, "云州省", "青陵市", "白露县", town)


@pytest.fixture
def db() -> sqlite3.Connection:
    return empty()


def publish(db: sqlite3.Connection, town: str, year: int, text: str, **more: Any) -> str:
    """A report of `town` with `text` in chapter five and its paragraphs as the archive writes them."""
    report_id = put(db, town, year, text=text, **{"division_code": "990102101", **more})
    for row in copies.paragraphs({"problems": text}, copies.names(f"{town}人民政府", place(town, town))):
        names = ", ".join(row)
        marks = ", ".join("?" * len(row))
        db.execute(f"INSERT INTO paragraphs (report_id, {names}) VALUES (?, {marks})", [report_id, *row.values()])  # noqa: S608
    return report_id


def found(db: sqlite3.Connection) -> list[dict[str, Any]]:
    copies.write(db)
    return [dict(row) for row in db.execute("SELECT * FROM copies ORDER BY division_code, offices DESC, year")]


def test_names_and_numbers_of_their_own_make_no_difference(db: sqlite3.Connection) -> None:
    for number, town in enumerate(("松溪镇", "清水镇", "云台乡")):
        publish(db, town, 2023, "开头。\n" + WORDS.format(year=2023, town=town, county="白露县", count=31 + number))
    publish(db, "高岭镇", 2023, "高岭镇自己写的一段话，说的是本镇的情形，与别处都不相同。" * 3)
    (copy,) = found(db)
    assert (copy["year"], copy["offices"], copy["counties"]) == (2023, 3, 1)
    assert (copy["province"], copy["prefecture"], copy["county"]) == ("云州省", "青陵市", "白露县")
    assert copy["chapter"] == "problems"
    assert copy["number"] == 2
    (example,) = db.execute("SELECT text FROM chapters WHERE report_id = ?", [copy["report_id"]]).fetchone()
    assert copy["text"] == example.splitlines()[1]


def test_an_office_that_repeats_itself_over_the_years_is_no_copy_of_others(db: sqlite3.Connection) -> None:
    for year in (2021, 2022, 2023):
        publish(db, "松溪镇", year, WORDS.format(year=year, town="松溪镇", county="白露县", count=9))
    publish(db, "松溪镇", 2023, WORDS.format(year=2023, town="松溪镇", county="白露县", count=9), report_id="x-area")
    assert found(db) == []


def test_offices_are_counted_in_their_county_and_over_all_counties(db: sqlite3.Connection) -> None:
    text = WORDS.format(year=2023, town="本镇", county="县", count=5)
    for town in ("松溪镇", "清水镇", "云台乡"):
        publish(db, town, 2023, text)
    publish(db, "高岭镇", 2023, text, county="立秋县", division_code="990103101")
    everywhere, here = found(db)
    assert (everywhere["division_code"], everywhere["offices"], everywhere["counties"]) == ("", 4, 2)
    assert (everywhere["prefecture"], everywhere["county"]) == ("青陵市", None)
    assert (here["division_code"], here["offices"], here["county"]) == ("990102", 3, "白露县")


@pytest.mark.parametrize(
    "other",
    [
        "2023年，松溪镇认真贯彻落实条例。",
        WORDS.format(year=2023, town="松溪镇", county="白露县", count=9).replace("明显", "大幅"),
    ],
    ids=["too short to tell", "other words"],
)
def test_what_is_not_word_for_word_the_same_is_not_listed(db: sqlite3.Connection, other: str) -> None:
    publish(db, "松溪镇", 2023, other)
    publish(db, "清水镇", 2023, other.replace("大幅", "显著").replace("松溪", "清水"))
    if len(other) > copies.LEAST:
        assert found(db) == []
    else:
        assert db.execute("SELECT count(*) FROM paragraphs").fetchone()[0] == 0


def test_width_spaces_and_punctuation_make_no_difference() -> None:
    plain = "政府信息公开工作人员业务能力有待提高，公开内容不够全面，" * 4
    other = plain.replace("，", " , ").replace("公开", "公　开")
    assert copies.fingerprint(plain, []) == copies.fingerprint(other, [])


def test_the_own_names_are_those_of_the_office_its_place_and_both_without_their_kind() -> None:
    own = copies.names("白露县松溪镇人民政府", place("松溪镇人民政府", "松溪镇"))
    assert {"白露县松溪镇人民政府", "白露县松溪镇", "松溪镇人民政府", "松溪镇", "松溪", "白露县", "白露"} <= set(own)
    assert own == sorted(own, key=lambda name: (-len(name), name))
