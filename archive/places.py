"""Which place a report belongs to: the county of the site decides, the names in title and office confirm.

A bare township name is ambiguous nationally for 32 % of names, within a county never (data/divisions.csv.gz), so a
report without a site is placed only where its own words leave one place. What stays ambiguous stays None: a wrong
place is worse than none.
"""

import hashlib
import re
import unicodedata
from dataclasses import dataclass, replace

from pypinyin import lazy_pinyin
from sqlite_utils import Database

from divisions import COUNTY, PREFECTURE, PROVINCE, TOWNSHIP, Division, Divisions, code_of_host, load, names


@dataclass(frozen=True, slots=True)
class Place:
    """Where an office sits, as far as it is certain. None: not known, or (prefecture of a municipality) not there.

    `division_code` has six digits, nine for a township. `office` is the office's name without the places above it
    ("匡堰镇", "发展和改革局", "洪泽区人民政府"), "" where none is printed.
    """

    office: str
    division_code: str | None = None
    province: str | None = None
    prefecture: str | None = None
    county: str | None = None
    township: str | None = None


def _plain(text: str | None) -> str:
    return "".join(unicodedata.normalize("NFKC", text or "").split())


_GOVERNMENT = re.compile(r"^(?:人民政府|政府|行政公署|地区行署|行署)")
_LEAD = re.compile(r"^(?:关于|《|(?:20\d\d|二[〇○零]..)年?度?)+")
# "2024年慈溪市匡堰镇人民政府信息公开…": where the name of the office ends in a title.
_TITLE_END = re.compile(r"(?:人民)?政府信息公开|政务(?:信息)?公开|信息公开|20\d\d年|关于")
_TOWNSHIP = re.compile(r"^[^县区市局委]{1,12}?(?:镇|乡|街道|苏木)(?=$|人民政府$|政府$|办事处$)")
FIRST_HISTORY = 2014  # divisions.csv knows no township that ended earlier: before, a bare name proves nothing


def resolve(
    office: str | None,
    *,
    title: str | None = None,
    year: int | None = None,
    site_code: str | None = None,
    site_name: str = "",
    site_id_code: str | None = None,
    index_number: str | None = None,
    host: str = "",
    text: str = "",
    divisions: Divisions | None = None,
) -> Place:
    """The place of a report.

    `site_code` and `site_name` are those of the row that was crawled; else, or where they are less exact, the host,
    SiteIDCode's first six digits and the credit code at the head of the index number tell the site's division.
    `text` is the report's prose: it decides between places of one name by the counties and prefectures that it names.
    """
    divisions = divisions or load()
    site = _site(site_code, site_name, host, site_id_code, index_number, divisions)
    printed = _plain(office) or _LEAD.sub("", _TITLE_END.split(_LEAD.sub("", _plain(title)), maxsplit=1)[0])
    if not printed:
        return replace(_place(site, "", divisions), office="") if site else Place(office="")
    found, rest = _walk(printed, year, divisions, site)
    if title and (not found or found[0].level == TOWNSHIP):
        named, _ = _walk(_LEAD.sub("", _plain(title)), year, divisions, site)
        found = [one for one in found if one in named] or found
    prose = _plain(title) + _plain(text)
    if site is not None:
        return _placed_by_site(site, found, printed, rest, prose, divisions)
    found = _mentioned(found, prose, divisions)
    bare = _starts_with_township(printed, found)
    if len(found) == 1 and (not bare or (year or 0) >= FIRST_HISTORY or _mentioned_at_all(found[0], prose, divisions)):
        return _place(found[0], rest, divisions)
    return Place(office=_office_name(printed, None))


def _placed_by_site(
    site: Division, found: list[Division], printed: str, rest: str, prose: str, divisions: Divisions
) -> Place:
    inside = _mentioned([one for one in found if divisions.within(one, site)], prose, divisions)
    if len(inside) == 1:
        return _place(inside[0], rest, divisions)
    if inside:  # two 城关镇 in a prefecture whose site does not say which: only what they share is sure
        return replace(_place(site, printed, divisions), division_code=None)
    around = [one for one in found if divisions.within(site, one)]
    if around and printed.startswith(around[0].name):
        return _place(around[0], rest, divisions)
    if found and not around:
        elsewhere = _mentioned(found, prose, divisions)
        # A host can carry another county's report (dj.longwan.gov.cn shows 衢江区湖南镇): its own words decide then.
        told = not _starts_with_township(printed, found) or (
            site.name not in prose and _mentioned_at_all(elsewhere[0], prose, divisions)
        )
        if told and len(elsewhere) == 1:
            return _place(elsewhere[0], rest, divisions)
        if told:
            return Place(office=_office_name(printed, None))
    place = _place(site, printed, divisions)
    township = _TOWNSHIP.match(printed)
    if township and site.level == COUNTY:  # a township that the data do not know: gone before 2014, or new
        return replace(place, township=township[0])
    return replace(place, division_code=None) if township else place


def _site(
    code: str | None, name: str, host: str, site_id: str | None, index_number: str | None, divisions: Divisions
) -> Division | None:
    """The division whose site it is: the first hint that is known, made more exact by later ones inside it."""
    credit = _CREDIT_CODE.match(index_number or "")
    site: Division | None = None
    if code and code not in divisions.by_code:
        return Division(code, name, COUNTY, code[:4] + "00", None, None, ())
    for hint in (code, code_of_host(host), (site_id or "")[:6], credit and credit[1]):
        known = divisions.by_code.get(hint or "")
        if known is not None:
            known = divisions.current(known)
            if site is None or divisions.within(known, site):
                site = known
    return site


_CREDIT_CODE = re.compile(r"^1[0-9A-HJ-NPQRTUWXY](\d{6})[0-9A-HJ-NPQRTUWXY]{10}")


def _walk(text: str, year: int | None, divisions: Divisions, site: Division | None) -> tuple[list[Division], str]:
    """The divisions that the beginning of `text` can mean (the deepest that is named), and what follows them."""
    found: list[Division] = []
    while text:
        rest = _GOVERNMENT.sub("", text) if found else text
        for length in range(min(len(rest), divisions.longest), 1, -1):
            fitting = divisions.by_name.get(rest[:length], [])
            if not fitting and site is not None and rest[:length] == site.name:
                fitting = [site]
            if found:
                fitting = [
                    one for one in fitting if any(one.code != up.code and divisions.within(one, up) for up in found)
                ]
            elif site is not None:  # 郊区 and 城区 are counties too: before the site's own, no other is meant by chance
                fitting = [one for one in fitting if divisions.within(one, site)] or fitting
            if fitting:
                found, text = fitting, rest[length:]
                break
        else:
            break
    # A county has one 十八台镇, though the lists gave it a new code in 2020: the latest, and its years stay together.
    found = list({one.parent: one for one in sorted(found, key=lambda one: one.valid_to or 9999)}.values())
    if found and (site is not None or found[0].level != TOWNSHIP):
        found = _in_force(found, year)
    return list({one.code: one for one in map(divisions.current, found)}.values()), text


def _in_force(found: list[Division], year: int | None) -> list[Division]:
    """Those of `found` in force in the report's year, or now where that is unknown; all where none is.

    With grace: the end years of townships are ±1, and a report is signed in the year after the one it tells of. Since
    when a township has its code says nothing of since when it is there.
    """
    if year is None:
        fitting = [one for one in found if one.in_force]
    else:
        fitting = [one for one in found if (one.valid_to or 9999) >= year]
        fitting = [one for one in fitting if one.level == TOWNSHIP or (one.valid_from or 0) <= year + 2]
    return fitting or found


def _starts_with_township(printed: str, found: list[Division]) -> bool:
    """Whether no county or prefecture is named before the township."""
    return bool(found) and found[0].level == TOWNSHIP and any(printed.startswith(name) for name in names(found[0]))


def _mentioned(found: list[Division], prose: str, divisions: Divisions) -> list[Division]:
    """Of several places those whose county the prose names, or else whose prefecture; all where it names none."""
    for level in (COUNTY, PREFECTURE):
        if len(found) > 1:
            told = [one for one in found if any(up.level == level and up.name in prose for up in divisions.above(one))]
            found = told or found
    return found


def _mentioned_at_all(division: Division, prose: str, divisions: Divisions) -> bool:
    return any(up.name in prose for up in divisions.above(division) if up.code != division.code and len(up.name) > 2)


def _place(division: Division, rest: str, divisions: Divisions) -> Place:
    above = {one.level: one.name for one in divisions.above(division)}
    return Place(
        office=_office_name(rest, division),
        division_code=division.code,
        province=above.get(PROVINCE),
        prefecture=above.get(PREFECTURE),
        county=above.get(COUNTY),
        township=above.get(TOWNSHIP),
    )


def at(code: str, office: str, divisions: Divisions) -> Place | None:
    """The place of the office named `office` in the division with this code; None where there is no such division."""
    division = divisions.by_code.get(code)
    return replace(_place(division, "", divisions), office=office) if division else None


def pinyin(name: str) -> str:
    """A name in Latin letters and digits, without tones: 匡堰镇 is kuangyanzhen."""
    return re.sub(r"[^a-z0-9]+", "", "".join(lazy_pinyin(name)).lower()) or "x"


def office_id(db: Database, place: Place, host: str) -> str:
    """The id of the office at a place, by the host of its site where that place has no code.

    Two offices of a place that are spelt alike in pinyin get different ids: the later one a mark of its name.
    """
    where = place.division_code or re.sub(r"\W+", "-", host)
    number = f"{where}-{pinyin(place.office)}"
    taken = db.execute("SELECT name FROM offices WHERE office_id = ?", (number,)).fetchone()
    return (
        f"{number}-{hashlib.sha256(place.office.encode()).hexdigest()[:4]}"
        if taken and taken[0] != place.office
        else number
    )


def _office_name(rest: str, division: Division | None) -> str:
    """The name of an office in the one form that its reports of all years share."""
    if office := re.match(r"^(?:人民政府|政府|行政公署|行署)(办公[室厅]|办$)", rest):
        return "政府办公厅" if office[1] == "办公厅" else "政府办公室"
    if rest in ("", "人民政府", "政府", "行政公署", "行署", "办事处", "人民政府办事处") and division is not None:
        return division.name if division.level == TOWNSHIP else f"{division.name}人民政府"
    name = (_GOVERNMENT.sub("", rest) or rest).replace("管理委员会", "管委会")
    if township := _TOWNSHIP.match(name):
        return township[0]
    return f"{division.name}{name}" if division is not None and division.level == TOWNSHIP else name
