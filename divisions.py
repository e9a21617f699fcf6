"""The divisions of the country: codes, names (those of the past too), what lies in what, whose portal stands where."""

import csv
import gzip
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from urllib.parse import urlsplit

DATA = Path(__file__).resolve().parent / "data"
PROVINCE, PREFECTURE, COUNTY, TOWNSHIP = 1, 2, 3, 4


@dataclass(frozen=True, slots=True)
class Division:
    """A division of divisions.csv: `valid_from` inclusive, `valid_to` exclusive, None before or beyond the data."""

    code: str
    name: str
    level: int
    parent: str
    valid_from: int | None
    valid_to: int | None
    successors: tuple[str, ...]

    @property
    def in_force(self) -> bool:
        """Whether there is such a division today."""
        return self.valid_to is None


@dataclass(slots=True)
class Divisions:
    """The divisions by code and by name; `longest` is the length of the longest name."""

    by_code: dict[str, Division] = field(default_factory=dict)
    by_name: dict[str, list[Division]] = field(default_factory=dict)
    longest: int = 0

    def add(self, division: Division) -> None:
        """Take in a division under its name and the shorter names in use.

        A code that several had in their time (120101003 was 体育馆街道 before it was 五大道街道) is the latest one's.
        """
        held = self.by_code.get(division.code)
        if held is None or (held.valid_to or 9999) <= (division.valid_to or 9999):
            self.by_code[division.code] = division
        for name in names(division):
            self.by_name.setdefault(name, []).append(division)
            self.longest = max(self.longest, len(name))

    def townships(self, code: str) -> list[Division]:
        """The townships and streets of the county with this code, those of the past too."""
        return [one for one in self.by_code.values() if one.parent == code and one.level == TOWNSHIP]

    def above(self, division: Division) -> Iterator[Division]:
        """The division itself, then those that contain it, up to the province."""
        current: Division | None = division
        while current is not None:
            yield current
            current = self.by_code.get(current.parent)

    def within(self, division: Division, other: Division) -> bool:
        """Whether `division` is `other` or lies in it."""
        return any(one.code == other.code for one in self.above(division))

    def current(self, division: Division) -> Division:
        """What an ended division has become, where that is one division; else itself."""
        seen = {division.code}
        while division.valid_to is not None and len(division.successors) == 1:
            heir = self.by_code.get(division.successors[0])
            if heir is None or heir.code in seen or heir.level != division.level:
                break
            seen.add(heir.code)
            division = heir
        return division


# 镇宁布依族苗族自治县 signs as 镇宁自治县, 古城满族乡 as 古城乡.
_PEOPLES = re.compile(r"^(.{2,}?)(?:[^族]{1,4}族)+(?=自治[县州旗]$|乡$)")
# What the lists add to a township's name: 甘亭街道办, 鱼嘴镇人民政府, 泰达街道（天津经济技术开发区东区）; and
# before it: 召陵区邓襄镇.
_TOWNSHIP = re.compile(r"^(.+?(?:镇|乡|街道|苏木))(?:(?:人民)?政府|办(?:事处?)?)?(?:（.*）)?$")
# Rows of the lists that are no body: what is told to have ended, and villages that no township stands above.
_NO_BODY = re.compile(r"撤[销分]）$|直辖村级区划$")


def names(division: Division) -> set[str]:
    """The name of a division, and the shorter ones in use."""
    name = division.name
    found = {name, _PEOPLES.sub(r"\1", name)}
    if division.level == PROVINCE:
        found.add(re.sub(r"(?:省|市|(?:壮族|回族|维吾尔)?自治区|特别行政区)$", "", name))
    return {one for one in found if len(one) > 1}


def _rows(path: Path) -> Iterator[dict[str, str]]:
    raw = path.read_bytes()
    text = (gzip.decompress(raw) if path.suffix == ".gz" else raw).decode("utf-8-sig")
    yield from csv.DictReader(text.splitlines())


@lru_cache(maxsize=4)
def load(extra: Path | None = None) -> Divisions:
    """The divisions of data/divisions.csv.gz and of the file `extra` with the same columns (at least code, name,
    level, parent), where that is given. Farms and zones that only the statistics bureau keeps (level 5) are left out,
    and so are rows that are no body.
    """
    divisions = Divisions()
    for path in (DATA / "divisions.csv.gz", *([extra] if extra else [])):
        for row in _rows(path):
            if row["level"] == "5" or _NO_BODY.search(row["name"]):
                continue
            name = row["name"]
            if row["level"] == str(TOWNSHIP) and (township := _TOWNSHIP.match(name)):
                county = divisions.by_code.get(row["parent"])
                shorter = township[1].removeprefix(county.name if county else "")
                name = shorter if _TOWNSHIP.match(shorter) else township[1]  # 芒市镇 of 芒市 is not 镇
            heirs = (one.partition("[")[0] for one in (row.get("successors") or "").split(";"))
            divisions.add(
                Division(
                    code=row["code"],
                    name=name,
                    level=int(row["level"]),
                    parent=row["parent"],
                    valid_from=int(row.get("valid_from") or 0) or None,
                    valid_to=int(row.get("valid_to") or 0) or None,
                    successors=tuple(heir for heir in heirs if heir),
                )
            )
    return divisions


@lru_cache(maxsize=1)
def _hosts() -> dict[str, str]:
    """Host of a government portal → division code; a host that several rows name stands for none of them."""
    hosts: dict[str, str] = {}
    for row in _rows(DATA / "sites.csv"):
        host = (urlsplit(row["url"]).hostname or "").removeprefix("www.")
        hosts[host] = row["division_code"] if host not in hosts and not row["note"] else ""
    return hosts


def code_of_host(host: str) -> str | None:
    """The division whose portal stands at `host` or at the domain above it; None where unknown or shared."""
    labels = host.lower().partition(":")[0].split(".")
    # gk.ziyang.gov.cn belongs to ziyang.gov.cn; x.gov.cn is the shortest name that a government can hold.
    for start in range(max(len(labels) - 2, 1)):
        code = _hosts().get(".".join(labels[start:]).removeprefix("www."))
        if code is not None:
            return code or None
    return None
