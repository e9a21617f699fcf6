"""What a title says: whether it is that of an annual report, whose, of which year; and what sort of body a name is.

The words stand in titles.json. Everything here is a pure function of text.
"""

import json
import re
from dataclasses import dataclass, replace
from functools import lru_cache
from importlib.resources import files
from typing import Any

from extract.report import OfficeKind

FACTS: dict[str, Any] = json.loads(files(__package__).joinpath("titles.json").read_text("utf-8"))
FIRST_YEAR, LAST_YEAR = 2007, 2099
TITLE_LENGTH = 120
"""Letters beyond which nothing is a title."""

_SPACE = re.compile(r"[\s\u200b\u200c\u200d\u2060\ufeff]+")
_BETWEEN_LATIN = re.compile(r"(?<=[A-Za-z])[\s]+(?=[A-Za-z])")
# One character for one, so that places in folded text are places in the text as printed.
_FOLD = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {ord(k): v for k, v in FACTS["traditional"].items()}
_CHINESE_DIGITS = str.maketrans("〇○零ОOＯo一二三四五六七八九", "0000000123456789")
_CHINESE_YEAR = re.compile(r"[二2][〇○零ОOＯo0][〇○零ОOＯo0一二三四五六七八九][〇○零ОOＯo0一二三四五六七八九](?=年)")

_YEAR = r"(?<!\d)(?:20\d\d)(?!\d)"
_REPORT = re.compile(
    rf"(?P<before>.*?)(?P<topic>{FACTS['topic']})(?:工作)?(?:开展|执行|实施)?(?:情况)?(?:的)?"
    rf"(?:(?P<year>{_YEAR})年?)?(?P<annual>年度|年)?(?:工作)?(?:情况)?(?:的)?(?P<word>(?:总|总结)?报告|年报|总结)(?P<after>.*)"
)
_YEARS = re.compile(rf"{_YEAR}(?:年度|年)?")
_PERIOD = re.compile(FACTS["period_in_title"])
_MOST_YEARS = 2
_SUBTITLE = re.compile(rf"[（(]?(?P<year>{_YEAR})年度?[)）]?")
_BEFORE_PREFIX = re.compile(FACTS["before_prefix"])
_AFTER = re.compile(FACTS["after_allowed"], re.IGNORECASE)
_NOTICE_BEFORE = re.compile(FACTS["notice_before"])
_QUOTES = '《》“”"的度-—:：'
_BRACKETED = re.compile(r"^[（(](?P<name>[^（()）]+)[)）]$")
_NOTICE_VERB = re.compile(r"^(?:印发|公布|发布|公开|下发)")
_NOTICE_AFTER = re.compile(rf"[》”\"]?{FACTS['notice_after']}")
_NEWS_BEFORE = re.compile(FACTS["news_before"])
_NEAR_MISSES: list[tuple[re.Pattern[str], str]] = [
    (re.compile(pattern), reason) for pattern, reason in FACTS["near_misses"]
]
_COMMENT, COMMENT = _NEAR_MISSES[0]
"""The reason against 图解 and 解读 of a report."""
TEMPLATE: str = _NEAR_MISSES[3][1]
"""The reason against the empty form."""
_ROSTER = re.compile(FACTS["roster"])
UNKNOWN = "标题不是政府信息公开工作年度报告的标题"
"""The reason against a title that looks like nothing known."""
_OTHER_BEFORE = re.compile(FACTS["other_before"])
_PATH_MARKS = re.compile(FACTS["path_marks"])
_SITE_MARKS = re.compile(FACTS["site_marks"])
_COLUMN = re.compile(FACTS["column_names"])

_NOT_AN_OFFICE = re.compile(FACTS["not_an_office"])
_HAN = r"\u4e00-\u9fff\u3400-\u4dbf\U00020000-\U0002ffff"
_OFFICE = re.compile(rf"[{_HAN}·•（）()、\d]{{2,45}}(?<=[{FACTS['office_end']})])")
_SIGNATURE_END = re.compile(FACTS["signature_end"])
_ORGAN = re.compile(FACTS["organ"])
_ABBREVIATIONS = [(re.compile(pattern), spelling) for pattern, spelling in FACTS["abbreviations"]]
_GENERIC = frozenset(FACTS["generic_offices"])
_KINDS = [(OfficeKind(kind), re.compile(pattern)) for kind, pattern in FACTS["kinds"]]
_STREET_FIRST = re.compile(FACTS["street_first"])
_NOT_STREETS = re.compile(FACTS["not_streets"])
_PLACE = re.compile(FACTS["places"])
_BOTH = re.compile(r"区\([^)]{1,6}[县区]\)(?:人民政府)?$")
"""A zone that is a district too: 高新区（新市区）, 经济技术开发区（头屯河区）."""
_PREFECTURES = frozenset(FACTS["prefectures"].split())


@dataclass(frozen=True, slots=True)
class Title:
    """A title as read. `text` is the report's title alone, without layout spaces, site names and subtitles.

    `office` and `year` are None where the title does not name them. `reason` is None for a report's title, else it
    says in Chinese what the text is instead. `notice` marks 关于印发…年度报告的通知, behind which a report stands;
    `column` a bare 政府信息公开年报, which names columns as often as reports.
    """

    text: str
    office: str | None = None
    year: int | None = None
    reason: str | None = None
    notice: bool = False
    column: bool = False

    @property
    def is_report(self) -> bool:
        """Whether it is a report's title."""
        return self.reason is None


def tidy(text: str) -> str:
    """`text` without the spaces that layout put in (between two Latin words one is kept)."""
    if " " not in text and text.isprintable():
        return text
    return _SPACE.sub("", _BETWEEN_LATIN.sub("\u00a0", text).replace("\u00a0", "\x1f")).replace("\x1f", " ")


def fold(text: str) -> str:
    """`text` for comparison, character for character: half-width, simplified, 二〇二四年 as 2024年."""
    folded = text.translate(_FOLD)
    return _CHINESE_YEAR.sub(lambda found: found[0].translate(_CHINESE_DIGITS), folded)


@lru_cache(maxsize=4096)
def parse_title(title: str) -> Title:
    """Read a title, a link's words or what <title> holds. Never raises.

    A site's name behind the title (…年度报告-沭阳县发改局) is taken off.
    """
    text = tidy(title)[:400]
    whole = _parse(text)
    if whole.is_report and whole.office:
        return whole
    parts = [read for part in _SITE_MARKS.split(text) if len(part) >= 6 and (read := _parse(part)).is_report]
    if _PATH_MARKS.search(text) and whole.is_report:
        whole = parts.pop() if parts else replace(whole, reason=UNKNOWN)  # 首页 > 政府信息公开年报
    return max([whole, *parts], key=lambda read: (read.is_report, read.office is not None))


def _parse(text: str) -> Title:
    folded = fold(text)
    found = _REPORT.fullmatch(folded)
    if not found:
        return Title(text, year=_single_year(folded), reason=_near_miss(folded))
    start = prefix.end() if (prefix := _BEFORE_PREFIX.match(folded)) else 0
    if _COMMENT.search(found["before"]):
        return Title(text, reason=COMMENT)
    after = found["after"]
    allowed = _AFTER.match(after)
    rest = after[allowed.end() :] if allowed else after
    notice = _is_notice(found["before"], after)
    years = _YEARS.findall(found["before"])
    if len(years) > _MOST_YEARS or _OTHER_BEFORE.search(found["before"]):
        return Title(text, reason=_near_miss(folded))  # tabs of years above a title; a quarter's report
    year = int(found["year"]) if found["year"] else None
    before_end = found.start("topic")
    if found["topic"].startswith("政府") and folded[:before_end].endswith("人民"):
        before_end += 2  # 人民政府 swallows 政府: 2024年慈溪市匡堰镇人民政府信息公开工作年度报告
    office, before_year = _split_before(text[:before_end], folded[:before_end], min(start, before_end))
    named = _BRACKETED.fullmatch(rest)  # 2023年度政府信息公开工作年度报告（莲都区教育局）
    behind = office is None and named is not None and is_office(named["name"])
    if named and behind:
        office = named["name"]
    elif rest and not notice:
        return Title(text, reason=_near_miss(folded))
    if office is None and not notice and _NEWS_BEFORE.search(_YEARS.sub("", found["before"])):
        return Title(text, reason=_NEAR_MISSES[-1][1])
    year = before_year or year
    if year is None and (subtitle := _SUBTITLE.search(after)):
        year = int(subtitle["year"])
    is_annual = found["annual"] is not None or found["word"] == "年报" or year is not None
    if found["word"] == "总结":  # before the form of 2019 some reports were called so
        is_annual = "信息公开" in found["topic"] and year is not None and year <= FACTS["summaries_until"]
    if not is_annual:
        return Title(text, reason=_near_miss(folded))
    end = len(text) if notice or behind else found.end("word")
    if not notice and (subtitle := _SUBTITLE.match(after)) and after.startswith(("(", "（")):
        end += subtitle.end()
    column = _COLUMN.fullmatch(folded) is not None
    return Title(text[0 if notice else start : end], office, year, notice=notice, column=column)


def _is_notice(before: str, after: str) -> bool:
    """关于印发X的通知 carries a report; 关于报送X的通知 asks for it, 关于报送X的报告 hands it in."""
    verb = _NOTICE_BEFORE.search(before)
    if verb is None or (after and not _NOTICE_AFTER.fullmatch(after)):
        return False
    return not verb[0].endswith(("报送", "上报")) or after.endswith("报告")


def _split_before(text: str, folded: str, start: int) -> tuple[str | None, int | None]:
    """(office, year) of what stands before 政府信息公开: 2024年X镇, X镇2024年度, 2025X县Y乡2025年度, X关于2024年."""
    keep = [True] * len(text)
    years = [int(found[0][:4]) for found in _YEARS.finditer(folded, start)]
    for found in (*_YEARS.finditer(folded), *_PERIOD.finditer(folded)):
        keep[found.start() : found.end()] = [False] * (found.end() - found.start())
    name = "".join(char for char, kept in list(zip(text, keep, strict=True))[start:] if kept)
    head, about, tail = name.partition("关于")
    if about:
        # 县政府办公室关于印发X县2024年…的通知: the report is X县's, the notice the office's.
        inner = _NOTICE_VERB.sub("", tail).strip(_QUOTES)
        name = inner if is_office(inner) else head
    name = _BRACKETED.sub(r"\g<name>", name.strip(_QUOTES))
    return (name if is_office(name) else None), (years[0] if years else None)


def _near_miss(folded: str) -> str:
    for pattern, reason in _NEAR_MISSES:
        if pattern.search(folded):
            return reason
    return UNKNOWN


def _single_year(folded: str) -> int | None:
    years = {int(found[0][:4]) for found in _YEARS.finditer(folded)}
    return years.pop() if len(years) == 1 else None


def roster_year(title: str) -> int | None:
    """The year of a title that announces who has published (…2024年度报告公布情况); None for any other title."""
    folded = fold(tidy(title))
    return _single_year(folded) if _ROSTER.search(folded) else None


def subtitle_year(text: str) -> int | None:
    """The year of a line that is nothing but a year (（2024年度）), else None."""
    found = _SUBTITLE.fullmatch(fold(tidy(text)))
    return int(found["year"]) if found else None


@lru_cache(maxsize=4096)
def is_office(name: str) -> bool:
    """Whether `name`, without spaces, looks like the name of a publishing body and nothing else."""
    folded = fold(name)
    return (
        folded not in _GENERIC
        and not _NOT_AN_OFFICE.search(folded)
        and _OFFICE.fullmatch(name) is not None
        and folded.count("(") == folded.count(")")
    )


def is_body_name(line: str) -> bool:
    """Whether a line without spaces is a body's full name and nothing else, as a signature is."""
    return _SIGNATURE_END.search(line) is not None and is_office(line)


def same_office(one: str, other: str) -> bool:
    """Whether two names are of one body: 匡堰镇人民政府 and 慈溪市匡堰镇, 沭阳县发改局 and 沭阳县发展和改革局."""
    short, long = sorted((_unabbreviated(one), _unabbreviated(other)), key=len)
    letters = iter(long)
    return long[-1:] == short[-1:] and all(char in letters for char in short)


@lru_cache(maxsize=4096)
def _unabbreviated(name: str) -> str:
    """A body's name without its organ, each part in one spelling: 高新技术产业开发区 as 高新区."""
    folded = fold(name)
    for pattern, spelling in _ABBREVIATIONS:
        folded = pattern.sub(spelling, folded)
    return _ORGAN.sub("", folded) or folded


@lru_cache(maxsize=4096)
def office_kind(office: str | None) -> OfficeKind | None:
    """The kind of body, from its name alone; None for None.

    A 市 is a prefecture if its name is among the 346 that are or were (titles.json), else a county-level city.
    """
    if not office:
        return None
    name = re.sub(r"\([^)]*\)", "", fold(office)) or fold(office)
    if _BOTH.search(fold(office)):
        return OfficeKind.COUNTY
    if _STREET_FIRST.search(name) and not _NOT_STREETS.search(name):
        return OfficeKind.STREET
    for kind, pattern in _KINDS:
        if pattern.search(name):
            return kind
    found = _PLACE.fullmatch(name)
    place = found["place"] if found and found["place"] else name
    # "…市人民政府" inside a longer place is the level above: 淮安市洪泽区.
    if place in FACTS["provinces"]:
        return OfficeKind.PROVINCE
    if any(place.endswith(tail) for tail in _prefecture_tails(place)):
        return OfficeKind.PREFECTURE
    if place.endswith("地区"):
        return OfficeKind.STREET  # 朝阳区南磨房地区 of Beijing
    if place.endswith(tuple(FACTS["new_areas"])):
        return OfficeKind.COUNTY
    if place.endswith("新区"):
        return OfficeKind.ZONE
    return OfficeKind.COUNTY if place.endswith(tuple("县区旗市州")) else OfficeKind.OTHER


def _prefecture_tails(place: str) -> list[str]:
    """Endings of `place` that are a prefecture's whole name: all of it, or what follows 省 or 自治区."""
    tails = [place] + [place[at:] for mark in ("省", "自治区") if (at := place.find(mark) + len(mark)) >= len(mark)]
    return [tail for tail in tails if tail in _PREFECTURES]
