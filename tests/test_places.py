"""A report lies where it says, or nowhere: a wrong place is worse than none."""

import json
from pathlib import Path
from typing import Any

import pytest

import divisions
from archive import places

CORPUS = Path(__file__).resolve().parents[2] / "shared" / "corpus"


@pytest.mark.parametrize(
    ("office", "year", "hints", "code"),
    [
        # The site's county decides between townships of one name.
        ("百泉镇人民政府", 2023, {"site_code": "654202"}, "654202105"),
        ("百泉镇人民政府", 2023, {"site_code": "410782"}, "410782103"),
        ("百泉镇人民政府", 2023, {}, None),
        ("百泉镇人民政府", 2023, {"text": "乌苏市委的领导下"}, "654202105"),
        # Unique in the country: no site needed, unless the year lies before what the data know.
        ("匡堰镇人民政府", 2024, {}, "330282110"),
        ("慈溪市匡堰镇人民政府", 2009, {}, "330282110"),
        ("匡堰镇人民政府", 2009, {}, None),
        # County and department.
        ("沭阳县发展和改革局", 2023, {}, "321322"),
        ("发展和改革局", 2023, {"site_code": "321322"}, "321322"),
        ("淮安市人民政府", 2024, {}, "320800"),
        ("洪泽区人民政府", 2023, {"site_code": "320800"}, "320813"),
        # 洪泽县 became 洪泽区: the old name and the old code lead to the district of today.
        ("洪泽县人民政府", 2014, {}, "320813"),
        ("洪泽区人民政府", 2023, {"site_code": "320829"}, "320813"),
        # Other hints: the host of the portal, SiteIDCode, the credit code in an index number.
        ("财政局", 2023, {"host": "www.shuyang.gov.cn"}, "321322"),
        ("财政局", 2023, {"host": "czj.shuyang.gov.cn"}, "321322"),
        ("财政局", 2023, {"site_id_code": "3213220001"}, "321322"),
        ("财政局", 2023, {"index_number": "11321322014321234X/2024-00001"}, "321322"),
        ("财政局", 2023, {"site_id_code": "bm50000001"}, None),
        # A host that carries another county's report: its own words decide.
        ("衢州市衢江区湖南镇人民政府", 2023, {"site_code": "330303"}, "330803113"),
        (
            "湖南镇人民政府",
            2023,
            {"site_code": "330303", "title": "衢江区湖南镇2023年政府信息公开年度报告"},
            "330803113",
        ),
        # A county of many names' sake: only with a site.
        ("城区财政局", 2023, {}, None),
        ("城区财政局", 2023, {"site_code": "140500"}, "140502"),
        # Levels skipped, layout spaces, 自治县 without its peoples, 人民政府 between district and street.
        ("济南市燕山街道办事处", 2024, {}, "370102011"),
        ("慈 溪 市 匡堰镇", 2024, {}, "330282110"),
        ("镇宁自治县人民政府", 2019, {}, "520423"),
        ("重庆市渝中区人民政府朝天门街道办事处", 2024, {}, "500103010"),
        # The lists have a 龙泉街道办 elsewhere (ended 2019): it is not meant by another's 龙泉街道办事处.
        ("龙泉街道办事处", 2024, {}, None),
        ("龙泉街道办事处", 2024, {"site_code": "430703"}, "430703006"),
        # One township, though the lists gave it a new code in 2020: its years stay together.
        ("十八台镇人民政府", 2019, {"site_code": "150921"}, "150921102"),
        ("十八台镇人民政府", 2024, {"site_code": "150921"}, "150921102"),
        # Not a place at all.
        ("国家税务总局", 2023, {}, None),
        (None, 2023, {}, None),
    ],
)
def test_where_a_report_lies(office: str | None, year: int, hints: dict[str, Any], code: str | None) -> None:
    assert places.resolve(office, year=year, **hints).division_code == code


def in_force(level: int) -> list[divisions.Division]:
    return [one for one in divisions.load().by_code.values() if one.level == level and one.in_force]


def test_every_township_of_the_country_is_found_from_the_site_of_its_county() -> None:
    every = in_force(divisions.TOWNSHIP)
    wrong = []
    for one in every[::7]:
        office = one.name + ("办事处" if one.name.endswith("街道") else "人民政府")
        title = f"{office}2024年政府信息公开工作年度报告"
        if places.resolve(office, title=title, year=2024, site_code=one.parent).division_code != one.code:
            wrong.append(one)
    assert wrong == []


def test_a_township_without_a_site_is_placed_right_or_not_at_all() -> None:
    placed = 0
    for one in in_force(divisions.TOWNSHIP)[::11]:
        place = places.resolve(f"{one.name}办事处" if one.name.endswith("街道") else f"{one.name}人民政府", year=2024)
        assert place.division_code in (one.code, None), one
        placed += place.division_code is not None
    assert placed > 1000


def test_a_code_is_that_of_the_division_in_force() -> None:
    """For coverage: who must publish. 体育馆街道 had 五大道街道's code before; 罗家坪乡 is told to have ended."""
    known = divisions.load().by_code
    assert (known["120101003"].name, known["120101003"].valid_to) == ("五大道街道", None)
    assert known["513429214"].valid_to is not None
    assert len(in_force(divisions.TOWNSHIP)) > 38_700


def test_names_of_all_levels_come_with_the_code() -> None:
    assert places.resolve("匡堰镇人民政府", site_code="330282") == places.Place(
        "匡堰镇", "330282110", "浙江省", "宁波市", "慈溪市", "匡堰镇"
    )
    assert places.resolve("上海市人民政府办公厅") == places.Place("政府办公厅", "310000", "上海市", None, None, None)


@pytest.mark.parametrize(
    "names",
    [
        ("匡堰镇", "匡堰镇人民政府", "慈溪市匡堰镇人民政府", "浙江省慈溪市匡堰镇", "匡堰镇政府"),
        ("慈溪市人民政府办公室", "慈溪市政府办公室", "人民政府办公室", "慈溪市政府办"),
        ("慈溪市财政局", "财政局", "宁波市慈溪市财政局"),
        ("慈溪市人民政府", "慈溪市政府", "慈溪市"),
    ],
)
def test_an_office_has_one_name_however_it_signs(names: tuple[str, ...]) -> None:
    assert len({(p.office, p.division_code) for p in (places.resolve(name, site_code="330282") for name in names)}) == 1


def test_a_township_that_the_data_do_not_know_lies_in_its_county() -> None:
    place = places.resolve("无此镇人民政府", year=2009, site_code="330282")
    assert (place.division_code, place.county, place.township) == ("330282", "慈溪市", "无此镇")


def test_an_unknown_code_is_kept_as_given() -> None:
    place = places.resolve("某某县财政局", site_code="990101", site_name="某某县")
    assert (place.division_code, place.county, place.office) == ("990101", "某某县", "财政局")


def test_further_divisions_can_be_given(tmp_path: Path) -> None:
    extra = tmp_path / "divisions.csv"
    extra.write_text("code,name,level,parent\n990101,云岭县,3,\n990101100,雾桥镇,4,990101\n", encoding="utf-8")
    place = places.resolve("雾桥镇人民政府", site_code="990101", divisions=divisions.load(extra))
    assert (place.division_code, place.county) == ("990101100", "云岭县")


@pytest.mark.corpus
@pytest.mark.skipif(not CORPUS.exists(), reason=f"no real reports at {CORPUS}")
def test_the_township_reports_of_the_corpus() -> None:
    for truth in json.loads((CORPUS / "truth.json").read_text("utf-8")).values():
        if code := truth.get("division_code"):
            text = (CORPUS / "documents" / truth["file"]).read_text("utf-8")
            place = places.resolve(truth["office"], title=truth["title"], year=truth["year"], text=text)
            assert place.division_code == code, truth["title"]


# Zones that administer what by the division codes is another county's: the label names the zone, we the county.
UNDER_A_ZONE = {"建章路街道办事处", "中埠镇人民政府"}


@pytest.mark.corpus
@pytest.mark.skipif(not CORPUS.exists(), reason=f"no real reports at {CORPUS}")
def test_real_titles_are_never_placed_wrong() -> None:
    lines = (CORPUS / "titles.jsonl").read_text("utf-8").splitlines()
    right = unplaced = 0
    for line in map(json.loads, lines):
        label = line["label"]
        if not label["is_report"] or label["region"] in (None, "全国") or label["body_name"] in UNDER_A_ZONE:
            continue
        host = line["host"] if line["official_host"] else ""
        place = places.resolve(label["body_name"], title=line["title"], year=label["year"], host=host)
        names = [name for name in (place.province, place.prefecture, place.county) if name]
        # "云南 曲靖 宣威市": each part, shortened by hand, is in a name of that level.
        fits = [any(set(part.rstrip("市县区")) <= set(name) for name in names) for part in label["region"].split()]
        assert all(fits) or not names, (line["title"], place)
        right += all(fits)
        unplaced += not names
    assert right >= 58
    assert unplaced <= 2
