"""Eighteen invented county sites in a dozen content systems, with their traps, and the truth of every round.

Everything follows from a seed: the offices, their reports (`benchmarks.reports`), what stands beside them, and what
becomes of them in the next round: a new year, silent edits, other files at the same address, disappearances.
"""

import json
import os
import struct
import zlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cache, partial
from html import escape
from pathlib import Path
from random import Random
from typing import Any
from urllib.parse import quote

from benchmarks import renderings, traps
from benchmarks.reports import Invented, chance, invent
from samples import systems, world
from samples.content import PAGE_BREAK, Column, Content, Entry, File, number
from samples.documents import parts
from samples.publishing import Built
from samples.world import Office, Printed

WORDS: dict[str, Any] = json.loads(Path(__file__).with_suffix(".json").read_text("utf-8"))
FIRST_YEAR, LAST_YEAR = 2020, 2024
"""Report years of the first round; every round adds one."""
BODIES: list[Callable[[Invented], str]] = [
    renderings.plain, renderings.word, renderings.ueditor, renderings.wps, renderings.one_table, renderings.th_cells,
    renderings.nested, renderings.split_tables, renderings.p_tabs,
]  # fmt: skip


DELIVERIES = ((72, "html"), (76, "tables"), (90, "attachment"), (95, "picture"), (100, "direct"))
"""How reports are delivered, in hundredths: a page, a page whose tables are pictures, a page with a file, a page of
pictures, a file that the list links to."""
FATES = ((8, "gone"), (16, "soft"), (24, "removed"), (34, "unlinked"))
"""What becomes of a report in a later round, in thousandths; of the next 40 pages an edit, of 100 files another."""


@dataclass(frozen=True, slots=True)
class Truth:
    """A report of a round: whose and of which year, how it is delivered (see DELIVERIES), `state` what became of it
    (as of Entry), `edited` the cell that differs from the round before, `replaced` whether its file does, `new` whether
    it was not there then. `foreign` reports are another county's: found or not, no fault."""

    key: str
    office: str
    year: int
    delivery: str
    state: str = ""
    edited: str = ""
    replaced: bool = False
    new: bool = False
    foreign: bool = False


@dataclass(slots=True)
class Imitation:
    """A site of a round: its content, as published, and the truth by key of the entry."""

    key: str
    system: str
    name: str
    code: str
    built: Built
    truth: dict[str, Truth]
    towns: list[str]

    @property
    def keys(self) -> dict[str, str]:
        """Key of the entry by its addresses and those of its files, of those that are not there any more as well."""
        both = (self.built.entries, self.built.files)
        return {path: key for places in both for key, paths in places.items() for path in paths}


def sites(round_: int = 1, scale: float = 1.0, only: list[str] | None = None) -> list[Imitation]:
    """The sites in their state of a round, those in `only` (keys or systems) or all."""
    made = []
    for index, spec in enumerate(WORDS["sites"]):
        if only and not {spec["key"], spec["system"]} & set(only):
            continue
        made.append(_Maker(spec, index, round_, scale).make())
    for index, (key, refuse) in enumerate(traps.CLOSED.items()):
        if not only or {key, "closed"} & set(only):
            built = Built()
            refuse(built)
            made.append(Imitation(key, "closed", f"无名{index}县", f"88{9001 + index}", built, {}, []))
    return made


@cache
def _offices(county: str, scale: float) -> tuple[Office, ...]:
    """Who publishes in a county: government, its office, departments, a zone, towns and streets."""
    random = chance(f"{county} offices")
    towns: list[str] = []
    while len(towns) < max(3, round(15 * scale)):
        town = random.choice(WORDS["first"]) + random.choice(WORDS["second"])
        if town not in (known[:2] for known in towns):
            towns.append(town + random.choice(WORDS["kinds"]))
    departments = random.sample(WORDS["departments"], max(3, round(16 * scale)))
    found = [
        Office("government", "county", county, "", f"{county}人民政府", f"{county}人民政府", county, "全县", "", ()),
        _office("office", "government_office", county, "人民政府办公室"),
    ]
    for index, name in enumerate([*departments, random.choice(WORDS["zones"])]):
        kind = "department" if index < len(departments) else "zone"
        found.append(_office(f"d{index}", kind, county, name))
    for index, town in enumerate(towns):
        street = town.endswith("街道")
        mid = f"{town}{'办事处' if street else '人民政府'}"
        kind, self_word = ("street", "我街道") if street else ("township", "我镇")
        found.append(Office(f"t{index}", kind, county, "", county + mid, mid, town, self_word, "", ()))
    return tuple(found)


def _office(key: str, kind: str, county: str, name: str) -> Office:
    return Office(key, kind, county, "", county + name, county + name, county + name, "我局", "", ())


class _Maker:
    """Makes one site: what every step needs is the county, the round and the scale."""

    def __init__(self, spec: dict[str, Any], index: int, round_: int, scale: float) -> None:
        self.spec, self.round, self.scale = spec, round_, scale
        self.county: str = WORDS["counties"][index]
        self.code = str(880101 + index)
        self.offices = _offices(self.county, scale)
        self.truth: dict[str, Truth] = {}
        self.random: Random = chance(f"{spec['key']} beside")

    def make(self) -> Imitation:
        content = Content(
            county=self.county, name=f"{self.county}人民政府", code=f"{self.code}0003", columns=self.columns(),
            style=self.spec.get("style", {}),
        )  # fmt: skip
        built = systems.SYSTEMS[self.spec["system"]](content)
        built.validators = self.spec.get("validators", "")
        for name in self.spec.get("traps", ()):
            content.links += traps.LINKS.get(name, [])
            traps.TRAPS[name](content, built)
        return Imitation(
            self.spec["key"],
            self.spec["system"],
            self.county,
            self.code,
            built,
            self.truth,
            [o.bare for o in self.offices if o.kind in ("township", "street")],
        )

    # --- reports

    @property
    def years(self) -> list[int]:
        return list(range(FIRST_YEAR, LAST_YEAR + self.round))

    def reports(self, office: Office) -> list[Entry]:
        """The entries of an office's reports, a year missing here and there."""
        made = [self.old_report(office, year) for year in (2016, 2017) if office.key in ("government", "t1")]
        for year in self.years:
            key = f"{self.spec['key']}/{office.key}/{year}"
            if number(f"{key} there") % 100 < 94:
                made.append(self.report(key, office, year))
        return made

    def report(self, key: str, office: Office, year: int) -> Entry:
        fate = number(f"{key} fate") % 1000
        kind = number(f"{key} delivery") % 100
        delivery = next(delivery for most, delivery in DELIVERIES if kind < most)
        known = year <= LAST_YEAR + self.round - 2
        later = known and self.round > 1
        edited = later and delivery == "html" and 40 <= fate < 80
        replaced = later and delivery in ("attachment", "direct") and 40 <= fate < 140
        state = next((state for most, state in FATES if fate < most), "") if later else ""
        make = partial(_invented, key, office, year, edited or replaced)
        if delivery == "picture":
            # The page shows nothing but its title: that must name the year.
            key = next(
                name for name in (f"{key}{'~' * n}" for n in range(99)) if str(year) in self.title(name, office, year)
            )
            make = partial(_invented, key, office, year, False)
        report = _invented(key, office, year, False).report
        printed = report.office_printed
        if delivery == "picture":
            printed = max((form for form in (office.full, office.mid, office.bare) if form in report.title), key=len)
        self.truth[key] = Truth(
            key, printed, year, delivery, state, EDITED if edited else "", replaced, self.round > 1 and not known
        )
        files: tuple[File, ...] = ()
        if delivery in ("attachment", "direct"):
            extension = "docx" if fate % 2 else "pdf"
            write = renderings.docx_by_hand if extension == "docx" else renderings.reportlab_file
            files = (File(f"{report.title}.{extension}", extension, lambda: write(make())),)
        elif delivery in ("picture", "tables"):
            files = tuple(File(f"{n}.png", "png", partial(scan, n), picture=True) for n in range(3))
        pages = 2 if self.spec.get("multipage") and delivery == "html" and fate % 5 == 0 else 1
        return Entry(
            key=key, title=report.title, day=report.published, html=partial(_body, make, delivery, files, pages),
            office=office.full, words=self.words(key, year, report.title), files=files, direct=delivery == "direct",
            pages=pages, about=True, state=state,
        )  # fmt: skip

    def words(self, key: str, year: int, title: str) -> str:
        """The words of a link to a report, where they are not its title."""
        chosen = number(f"{key} words") % 9
        if self.spec["layout"] == "bodies" and chosen < 3:
            return f"{year}年政府信息公开年报" if year % 2 else f"{year}年"
        return f"{title[:22]}…" if chosen == 8 and len(title) > 26 else ""

    @staticmethod
    def title(key: str, office: Office, year: int) -> str:
        return _invented(key, office, year, False).report.title

    def old_report(self, office: Office, year: int) -> Entry:
        """A report from before the form: prose, no tables."""
        key = f"{self.spec['key']}/{office.key}/{year}"
        fills = {"office": office.full, "year": year, "n": number(key, 3)}
        title = f"{office.full}{year}年政府信息公开工作年度报告"
        self.truth[key] = Truth(key, office.full, year, "html")
        return self.other(f"{office.key}/{year}", title, date(year + 1, 1, 20), WORDS["old_report"], fills, about=True)

    def foreign(self, year: int) -> Entry:
        """A report of another county's town that stands here by mistake."""
        other = _offices(WORDS["counties"][-1], 1.0)[-1]
        key = f"{self.spec['key']}/foreign/{year}"
        entry = self.report(key, other, year)
        self.truth[key] = replace(self.truth[entry.key], foreign=True, state="", new=False, edited="", replaced=False)
        return replace(entry, state="")

    def dead(self, year: int) -> Entry:
        """A link whose page is not there any more."""
        office = self.offices[-1]
        title = f"{office.full}{year}年政府信息公开工作年度报告（更新）"
        return replace(self.other(f"dead/{year}", title, date(year + 1, 3, 1), [], {}, about=True), state="gone")

    def lookalike(self, index: int, year: int) -> Entry:
        """A page among the reports that is none."""
        model = WORDS["lookalikes"][index % len(WORDS["lookalikes"])]
        office = self.offices[number(f"{self.spec['key']} {index} {year}") % len(self.offices)]
        fills = {"county": self.county, "year": year, "office": office.full}
        title = model["title"].format_map(fills)
        return self.other(
            f"like/{index}/{year}", title, date(year + 1, 1, 5 + index), model["text"], fills, model["about"]
        )

    def roster(self, year: int) -> Entry:
        """The table of who must publish and when each did."""
        rows = "".join(
            f"<tr><td>{n}</td><td>{o.full}</td><td>{year + 1}-01-{8 + n % 20:02}</td></tr>"
            for n, o in enumerate(self.offices, 1)
        )
        head = "<tr><td>序号</td><td>单位</td><td>公布时间</td></tr>"
        table = f"<p>截至目前，全部单位均已公布。</p><table border=1>{head}{rows}</table>"
        title = WORDS["roster"].format(county=self.county, year=year)
        return Entry(f"{self.spec['key']}/roster/{year}", title, date(year + 1, 2, 8), lambda _: table, about=True)

    def other(
        self, key: str, title: str, day: date, texts: list[str], fills: dict[str, Any], about: bool = False
    ) -> Entry:
        body = "".join(f"<p>{escape(text.format_map(fills))}</p>" for text in texts)
        return Entry(f"{self.spec['key']}/{key}", title, day, lambda _: body, about=about)

    # --- columns

    def columns(self) -> list[Column]:
        annual, sections = getattr(self, f"layout_{self.spec['layout']}")()
        annual.name, open_name, top_name = NAMES[number(self.county) % len(NAMES)]
        open_ = Column("zfxxgk", open_name, about=True, columns=[
            self.beside("zfxxgkzn", "政府信息公开指南", 1),
            self.beside("zfxxgkzd", "政府信息公开制度", 6),
            Column("fdzdgknr", "法定主动公开内容", columns=[
                self.beside("czyjs", "财政预决算", 60), self.beside("rsxx", "人事信息", 45),
                self.beside("xzcf", "行政处罚", 80),
            ]),
            annual,
        ])  # fmt: skip
        return [
            self.beside("xwzx", "新闻中心", self.spec.get("news", 300)),
            Column("zwgk", top_name, about=True, columns=[open_, self.beside("tzgg", "通知公告", 120)]),
            *sections,
            self.beside("fzzf", "法治政府建设", 8),
            self.beside("hdjl", "互动交流", 40),
        ]

    def beside(self, slug: str, name: str, count: int) -> Column:
        """A column that has nothing to do with reports."""
        column = Column(slug, name, size=15)
        towns = [office.bare for office in self.offices if office.kind in ("township", "street")]
        model = WORDS["news"] if slug in ("xwzx", "hdjl") else WORDS["notices"]
        for n in range(max(1, round(count * self.scale))):
            fills = {
                "county": self.county, "town": towns[n % len(towns)],
                "office": self.offices[n % len(self.offices)].full, "year": LAST_YEAR - n % 4,
                "word": self.county[-1], "n": n,
            }  # fmt: skip
            title = model[n % len(model)].format_map(fills)
            day = date(2025, 3, 1) - timedelta(days=n)
            column.entries.append(self.other(f"{slug}/{n}", title, day, [WORDS["paragraph"]] * 3, fills))
        if slug == "fzzf":
            column.entries += [self.lookalike(4, year) for year in self.years]
        return column

    def groups(self) -> list[tuple[str, str, list[Office]]]:
        """The offices as columns group them: slug, name, who."""
        top = [o for o in self.offices if o.kind in ("county", "government_office")]
        departments = [o for o in self.offices if o.kind in ("department", "zone")]
        towns = [o for o in self.offices if o.kind in ("township", "street")]
        word = self.county[-1]
        return [("zf", f"{word}政府", top), ("bm", f"{word}直部门", departments), ("xz", "乡镇（街道）", towns)]

    def among(self, years: list[int]) -> list[Entry]:
        """What stands among the reports of some years and is none."""
        kinds = [n for n in range(len(WORDS["lookalikes"])) if number(f"{self.spec['key']} like {n}") % 3]
        found = [self.lookalike(n, year) for year in years for n in kinds] + [self.roster(year) for year in years[-2:]]
        found += [self.foreign(year) for year in years if year % 3 == 0] + [self.dead(year) for year in years[:1]]
        return found

    def layout_flat(self) -> tuple[Column, list[Column]]:
        """A column for each group of offices, all years in one list."""
        columns = []
        for slug, name, offices in self.groups():
            entries = [entry for office in offices for entry in self.reports(office)]
            columns.append(Column(f"{slug}nb", name, entries, about=True, size=20))
        if self.spec.get("twice"):
            # The same reports stand in a second column, at other addresses.
            columns.append(Column("gdnb", f"{self.county[-1]}政府年报", list(columns[0].entries), about=True, size=20))
        columns[0].entries += self.among(self.years)
        return Column("zfxxgknb", "政府信息公开年报", columns=columns, about=True), []

    def layout_years(self) -> tuple[Column, list[Column]]:
        """A column for each year; its name may be the year of publication, and some reports are filed wrongly."""
        ahead = 1 if self.spec.get("by_publication") else 0
        columns = {
            year: Column(f"{year + ahead}n", f"{year + ahead}年", self.among([year]), about=True, size=20)
            for year in self.years
        }
        for office in self.offices:
            for entry in self.reports(office):
                year = max(self.truth[entry.key].year, self.years[0])
                if number(f"{entry.key} misfiled") % 100 < 3:
                    year = max(self.years[0], year - 1)
                columns[year].entries.append(entry)
        return Column("zfxxgknb", "政府信息公开年报", columns=list(reversed(columns.values())), about=True), []

    def layout_years_groups(self) -> tuple[Column, list[Column]]:
        """A column for each year, and in it one for each group."""
        by_year: dict[int, Column] = {year: Column(f"{year}", f"{year}年", about=True) for year in self.years}
        for slug, name, offices in self.groups():
            subs = {year: Column(slug, name, about=True, size=15) for year in self.years}
            for office in offices:
                for entry in self.reports(office):
                    year = max(self.truth[entry.key].year, self.years[0])
                    subs[year].entries.append(entry)
            for year, sub in subs.items():
                by_year[year].columns.append(sub)
        by_year[self.years[-1]].columns[0].entries += self.among(self.years[-2:])
        return Column("zfxxgknb", "政府信息公开年报", columns=list(reversed(by_year.values())), about=True), []

    def layout_bodies(self) -> tuple[Column, list[Column]]:
        """Each department and town has a section of its own, with its own annual column."""
        top, *rest = self.groups()
        entries = [entry for office in top[2] for entry in self.reports(office)]
        annual = Column("zfxxgknb", "政府信息公开年报", entries + self.among(self.years), about=True)
        sections = []
        for slug, name, offices in rest:
            group = Column(slug, f"{name}信息公开", about=True)
            for office in offices:
                own = Column(
                    f"nb_{number(f'{self.code} {office.key}', 5)}", "政府信息公开年报", self.reports(office), about=True
                )
                called = (office.bare, office.mid, f"{office.bare}政府信息公开")[number(self.county) % 3]
                section = Column(office.key, called.removeprefix(self.county), about=True, body=office.key)
                section.columns = [
                    self.beside(f"zn_{office.key}", "政府信息公开指南", 1),
                    self.beside(f"dt_{office.key}", "工作动态", 20),
                    own,
                ]
                group.columns.append(section)
            sections.append(group)
        return annual, sections

    def layout_single(self) -> tuple[Column, list[Column]]:
        """Every report is the page of a column of its own: year, group, office."""
        annual = Column("zfxxgknb", "政府信息公开年报", about=True)
        for year in reversed(self.years):
            column = Column(f"n{year}n", f"{year}年", about=True)
            for slug, name, _ in self.groups():
                column.columns.append(Column(slug, name, about=True))
            annual.columns.append(column)
        for index, (_, _, offices) in enumerate(self.groups()):
            for office in offices:
                for entry in self.reports(office):
                    column = annual.columns[self.years[-1] - max(self.truth[entry.key].year, self.years[0])]
                    year = self.truth[entry.key].year
                    slug = office.key if year >= self.years[0] else f"{office.key}{year}"
                    name = office.bare.removeprefix(self.county) or office.full
                    column.columns[index].columns.append(Column(slug, name, [entry], single=True, about=True))
        return annual, []


NAMES = (
    ("政府信息公开年报", "政府信息公开", "政务公开"),
    ("信息公开年报", "信息公开", "公开"),
    ("政府信息公开工作年度报告", "政府信息公开", "政务公开"),
    ("政府信息公开年度报告", "政府信息公开平台", "信息公开"),
    ("年度报告", "政府信息公开专栏", "政务公开"),
)
"""What the column of reports is called, and the two above it."""
EDITED = "disclosure.licences.decisions"
"""The cell that a silent edit changes (see `_invented`)."""


@cache
def _invented(key: str, office: Office, year: int, changed: bool) -> Invented:
    made = invent(key, "quiet", office=office, year=year)
    if changed:
        # Not the cached one: the report as it was before stays as it was.
        made = invent(key, "quiet", office=office, year=year)
        cell = made.report.cells[EDITED]
        raised = int(cell.value or 0) + 7
        made.report.cells[EDITED] = Printed(raised, str(raised))
        made.parts = list(parts(made.report))
    return made


def _body(make: Callable[[], Invented], delivery: str, files: tuple[File, ...], pages: int, hrefs: list[str]) -> str:
    """The HTML of a report's page."""
    made = make()
    if delivery == "attachment":
        return _attached(made, files, hrefs)
    if delivery == "tables":
        texts = [f"<p>{escape(part.text)}</p>" if part.rows is None else "\0" for part in made.parts]
        shown = iter(f'<p><img src="{escape(href)}"/></p>' for href in hrefs)
        return "".join(next(shown, "") if text == "\0" else text for text in texts)
    if delivery == "picture":
        return "".join(f'<p style="text-align:center"><img src="{escape(href)}" alt="" /></p>' for href in hrefs)
    body = BODIES[number(f"{made.name} body") % len(BODIES)](made)
    if pages > 1:
        before, mark, _ = body.partition("三、收到")
        start = max(before.rfind("<p"), before.rfind("<div"))
        return body[:start] + PAGE_BREAK + body[start:] if mark and start > 0 else body + PAGE_BREAK + "<p></p>"
    return body


def _attached(made: Invented, files: tuple[File, ...], hrefs: list[str]) -> str:
    """A page whose report is its file: linked, framed, or opened by a script."""
    (file,), (href,) = files, [escape(href) for href in hrefs]
    ways = [
        f'<p>{escape(made.report.title)}全文见附件。</p><p>附件：<a href="{href}">{escape(file.name)}</a></p>',
        f'<p><a href="{href}">点击下载</a></p>',
        f'<p>附件：</p><ul><li><a href="{href}" target="_blank">附件1.{file.extension}</a></li></ul>',
        f'<p><a href="javascript:void(0)" onclick="window.open(\'{href}\')">{escape(file.name)}</a></p>',
        f'<iframe src="{href}" width="100%" height="900"></iframe>',
        f'<embed src="{href}" type="application/pdf" width="100%">',
        f'<object data="{href}" width="100%"></object>',
        f'<iframe src="/pdfjs/web/viewer.html?file={quote(hrefs[0])}"></iframe>',
    ]
    return ways[number(made.name) % (len(ways) if file.extension == "pdf" else 4)]


@cache
def scan(page: int) -> bytes:
    """A page as a scanner leaves it: a PNG with grey lines where text would be."""
    width, height = 800, 1100
    rows = bytearray()
    for y in range(height):
        inside = 100 < y < 1000 and y % (30 + page) < 12
        rows += b"\0" + bytes(160 if inside and 80 < x < 720 and (x // 14 + y // 40) % 5 else 255 for x in range(width))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in (
            (b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)),
            (b"IDAT", zlib.compress(bytes(rows), 6)),
            (b"IEND", b""),
        )
    )


def places(state: list[Imitation]) -> tuple[dict[str, tuple[str, int]], dict[str, str]]:
    """Where the sites are served: an address for each, and the names of those that have some (name → key).

    Sites with the same `address` in imitation.json share one, and only their names tell them apart.
    """
    specs = {spec["key"]: spec for spec in WORDS["sites"]}
    keys = [*specs, *traps.CLOSED]
    at = {key: 10 + keys.index(specs.get(key, {}).get("with", key)) for key in keys}
    names = {name: site.key for site in state for name in specs.get(site.key, {}).get("names", ())}
    return {site.key: (f"127.0.3.{at[site.key]}", 8300) for site in state}, names


def resolver(state: list[Imitation]) -> dict[str, str]:
    """What the environment of a crawl needs to find the names of the sites: see startup/sitecustomize.py."""
    where, names = places(state)
    path = os.pathsep.join([str(Path(__file__).with_name("startup")), os.environ.get("PYTHONPATH", "")])
    return {"PYTHONPATH": path, "SITES_BY_NAME": " ".join(f"{name}={where[key][0]}" for name, key in names.items())}


def division_rows(state: list[Imitation]) -> list[dict[str, str]]:
    """The invented places as rows of data/divisions."""
    rows = [world.division("880000", "海岳省", "1"), world.division("880100", "云泽市", "2", "880000")]
    for site in state:
        rows.append(world.division(site.code, site.name, "3", "880100"))
        rows += [world.division(f"{site.code}{100 + n}", town, "4", site.code) for n, town in enumerate(site.towns)]
    return rows
