"""The two invented counties of `world.json` as contents: in which column each report stands, and what stands beside it.

One (`chenglan`) is published by TRS, the other (`luting`) by Hanweb JCMS.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from html import escape
from random import Random
from typing import Any

from samples.content import Column, Content, Entry, File, number
from samples.documents import editor_html, word_html
from samples.publishing import Answer, Built
from samples.systems import SYSTEMS
from samples.world import HERE, Report, offices, reports

FILES = HERE / "files"
ARTICLES: dict[str, Any] = json.loads((HERE / "articles.json").read_text("utf-8"))
COLUMNS: dict[str, Any] = json.loads((HERE / "columns.json").read_text("utf-8"))
GIF = bytes.fromhex("47494638396101000100800000ffffff00000021f90400000000002c00000000010001000002024401003b")
OLD = "/zfxxgk_old/2018nb.html"


@dataclass(slots=True)
class County:
    """A county's site: as published, its reports by key of the entry, and the keys of what is none.

    `others` are articles that are no reports, `gone` links whose page is not there any more, `forbidden` addresses
    that robots.txt closes.
    """

    built: Built
    content: Content
    reports: dict[str, Report] = field(default_factory=dict)
    others: list[str] = field(default_factory=list)
    gone: list[str] = field(default_factory=list)
    forbidden: list[str] = field(default_factory=list)


def county(data: dict[str, Any]) -> County:
    """The site of a county of `world.json`."""
    layout = COLUMNS[data["key"]]
    by_name: dict[str, Column] = {}
    columns = [_column(told, by_name) for told in layout["columns"]]
    content = Content(data["name"], data["site_name"], data["site_id_code"], columns, layout["style"])
    made = County(Built(), content)
    for report in reports(data["key"]):
        entry = _entry(report)
        made.reports[entry.key] = report
        by_name[_place(report, data["key"])].entries.append(entry)
        if report.twice:
            by_name["again"].entries.append(entry)
    for entry, where in _articles(data):
        made.others.append(entry.key)
        by_name[layout["reports_column"] if where == "reports" else where].entries.append(entry)
    gone = Entry("gone", layout["gone"]["title"], date.fromisoformat(layout["gone"]["day"]), lambda _: "", state="gone")
    made.gone.append(gone.key)
    by_name["departments"].entries.append(gone)
    made.built = SYSTEMS[layout["system"]](content)
    made.built.validators = layout["validators"]
    made.built.pages["/images/tujie.gif"] = lambda _asked: Answer(GIF, "image/gif")
    if "robots" in layout:
        _close(made, layout["robots"])
    return made


def _close(made: County, robots: str) -> None:
    """An old site, which the home page links to and robots.txt closes."""
    made.built.robots = Answer(robots.encode(), "text/plain")
    made.built.pages[OLD] = lambda _asked: Answer("<p>旧版网站的年度报告，已停止更新。</p>".encode())
    made.content.links.append(("2018年及以前政府信息公开年报（旧版）", OLD))
    made.forbidden.append(OLD)


def _column(told: dict[str, Any], by_name: dict[str, Column]) -> Column:
    column = Column(
        told["slug"], told["name"], size=told.get("size", 20), about=told.get("about", False),
        columns=[_column(sub, by_name) for sub in told.get("columns", ())], serial=told.get("number", 0),
    )  # fmt: skip
    by_name[told.get("holds", told["slug"])] = column
    return column


def _place(report: Report, county: str) -> str:
    """The column that a report stands in."""
    if report.office.kind in ("county", "government_office"):
        return "government"
    if report.office.kind in ("department", "zone"):
        return "departments"
    if county == "luting":
        return "towns" if report.year > 2020 else str(report.year + 1)
    return "earlier" if report.year < 2022 else str(report.year + 1)


def _entry(report: Report) -> Entry:
    files: tuple[File, ...] = ()
    if report.filename:
        extension = report.filename.rpartition(".")[2]
        files = (File(f"{report.title}.{extension}", extension, partial(bytes_of, report)),)
    return Entry(
        key=report.key, title=report.title, day=report.published, html=partial(_body, report),
        office=report.office.full, files=files, direct=report.delivery == "direct", about=True,
        index=f"{report.office.division_code}/{report.published.year}-{number(report.key, 5)}"
        if number(report.key) % 2 and report.delivery != "direct" else "",
    )  # fmt: skip


def bytes_of(report: Report) -> bytes:
    """The file of a report that was made by a real program (see `samples/make.py`)."""
    assert report.filename is not None  # noqa: S101 - only asked for reports that are files
    return (FILES / report.filename).read_bytes()


def _body(report: Report, hrefs: list[str]) -> str:
    if hrefs:
        name = f"{report.title}.{hrefs[0].rpartition('.')[2]}"
        return f'<p>年度报告全文见附件。</p><p>附件：<a href="{escape(hrefs[0])}" target="_blank">{name}</a></p>'
    render: Callable[[Report], str] = word_html if report.rendering == "word" else editor_html
    return render(report)


def _articles(data: dict[str, Any]) -> list[tuple[Entry, str]]:
    """The look-alikes and the news of a county, each with the column that it stands in."""
    fills = {"county": data["name"], "site": data["site_name"], "code": data["site_id_code"], "word": data["word"]}
    made = []
    for n, told in enumerate(ARTICLES["lookalikes"]):
        body = "".join(f"<p>{escape(text.format_map(fills))}</p>" for text in told["paragraphs"])
        if "picture" in told:
            body += f'<p style="text-align:center"><img src="/images/{told["picture"]}.gif" alt="图解"></p>'
        made.append((_article(f"like-{n}", told["title"].format_map(fills), told["date"], body), told["where"]))
    random = Random(data["key"])  # noqa: S311 - invented news
    towns = [office.bare for office in offices(data["key"]) if office.kind in ("township", "street")]
    for n in range(24):
        fills |= {"town": towns[n % len(towns)]}
        body = "".join(f"<p>{escape(text.format_map(fills))}</p>" for text in ARTICLES["news_body"])
        headline = ARTICLES["news"][n % len(ARTICLES["news"])].format_map(fills)
        made.append((_article(f"news-{n}", headline, f"2025-{3 - n // 9:02}-{random.randint(1, 28):02}", body), "news"))
    return made


def _article(key: str, title: str, day: str, body: str) -> Entry:
    return Entry(key, title, date.fromisoformat(day), lambda _: body)
