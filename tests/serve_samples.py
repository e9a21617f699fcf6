"""A small archive made by hand: invented places, both editions, every kind of cell, hostile text."""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

from archive import copies, places, schema, search, summaries
from serve import layout

TOWN_2023 = "990102101-songxizhen-2023"
TOWN_2020 = "990102101-songxizhen-2020"
BUREAU = "990102000-jiaoyuju-2023"
AREA = "990102000-renminzhengfu-2023-area"
HOSTILE = "990102102-heishuizhen-2023"
FREE = "990102101-songxizhen-2016"
FILLERS = 120
COPIERS = 12  # of the fillers: offices whose reports have the same paragraph but for names and numbers
COPIED = (
    "第{number}镇加强组织领导，明确专人负责，全年组织培训{number}次，及时更新公开栏目内容，规范公开程序，不断提高公开工作的"
    "质量和水平，切实保障群众的知情权、参与权和监督权。"
)

RUN = "document.title='执行了'"
ATTACK = (
    f'<script>{RUN}</script><img src=x onerror="{RUN}">'
    f'<svg onload="{RUN}"><a xlink:href="javascript:{RUN}">图</a></svg>'
    f'<a href="javascript:{RUN}" onmouseover="{RUN}">点我</a><iframe srcdoc="<script>top.{RUN}</script>"></iframe>'
)


def make(path: Path) -> Path:
    """Writes the archive to `path`."""
    with closing(sqlite3.connect(path)) as db, db:
        schema.create(db)
        for row in _rows():
            table = row.pop("table")
            known = [column.name for column in schema.table(table).columns]
            assert set(row) <= set(known), set(row) - set(known)
            names = ", ".join(f'"{name}"' for name in row)
            marks = ", ".join("?" * len(row))
            db.execute(f'INSERT INTO "{table}" ({names}) VALUES ({marks})', list(row.values()))  # noqa: S608
        _index(db)
        _fingerprint(db)
        summaries.write(db)
    return path


def _fingerprint(db: sqlite3.Connection) -> None:
    texts = db.execute("SELECT report_id, office, county, chapter, text FROM chapters JOIN reports USING (report_id)")
    for report_id, office, county, chapter, text in texts.fetchall():
        own = copies.names(office, places.Place(office, county=county))
        for row in copies.paragraphs({chapter: text}, own):
            db.execute("INSERT INTO paragraphs VALUES (?, ?, ?, ?, ?)", [report_id, *row.values()])
    copies.write(db)


def _index(db: sqlite3.Connection) -> None:
    for number, (report_id, office) in enumerate(
        db.execute("SELECT report_id, office FROM reports ORDER BY year, report_id").fetchall(), start=1
    ):
        prose = db.execute("SELECT text FROM chapters WHERE report_id = ?", [report_id]).fetchall()
        text = "\n".join(row[0] for row in prose)
        db.execute("UPDATE reports SET number = ? WHERE report_id = ?", (number, report_id))
        db.execute(
            "INSERT INTO search (rowid, names, text) VALUES (?, ?, ?)",
            (number, search.index_text(office), search.index_text(text)),
        )


def report(report_id: str, title: str, year: int, **more: Any) -> dict[str, Any]:
    """A row of `reports`, whole and in 松溪镇 unless told otherwise."""
    return {
        "table": "reports",
        "report_id": report_id,
        "title": title,
        "office": "白露县松溪镇人民政府",
        "office_id": "990102101-songxizhen",
        "office_kind": "township",
        "scope": "own",
        "year": year,
        "edition": "2021",
        "province": "云州省",
        "prefecture": "青陵市",
        "county": "白露县",
        "township": "松溪镇",
        "division_code": "990102101",
        "source_url": f"http://www.bailu.example/{report_id}.html",
        "signed_date": f"{year + 1}-01-15",
        "stated_date": f"{year + 1}-01-15",
        "first_seen": "2026-01-31T08:00:00Z",
        "last_seen": "2026-02-01T08:00:00Z",
        "format": "html",
        "reading": "whole",
        "cells_read": 200,
        "cells_expected": 200,
        "findings_count": 0,
        "version": 1,
        "reader_version": "1",
        "body_sha256": "ab" * 32,
        **more,
    }


def tables(
    report_id: str, year: int, editions: dict[str, str], holes: dict[str, tuple[str, str]], start: int
) -> Iterator[dict[str, Any]]:
    """The three tables with a different figure in every cell; `holes` are cells with a status and what is printed."""
    number = start
    for sheet in layout.sheets({**editions, "disputes": "2021"}):
        lines: dict[str, dict[str, Any]] = {}
        for row in sheet.body:
            for slot in row:
                if not isinstance(slot, layout.Slot):
                    continue
                _, line, column = slot.key.split(".")
                status = holes.get(slot.key, ("number", ""))[0]
                lines.setdefault(line, {})[column] = number if status in ("number", "derived") else None
                number += 1
        key = {"disclosure": "item", "requests": "outcome", "disputes": "stage"}[sheet.name]
        for line, figures in lines.items():
            scope = {} if sheet.name == "disclosure" else {"scope": "own"}
            yield {"table": sheet.name, "report_id": report_id, "year": year, key: line, **scope, **figures}
    for cell, (status, raw) in holes.items():
        yield {"table": "cell_notes", "report_id": report_id, "cell": cell, "status": status, "raw": raw}


def chapter(report_id: str, name: str, text: str) -> dict[str, Any]:
    """A row of `chapters` under its official heading."""
    heading = schema.VALUES["chapter"][name][0]
    return {"table": "chapters", "report_id": report_id, "chapter": name, "heading": heading, "text": text}


def finding(report_id: str, number: int, kind: str, publishable: int, cells: list[str], detail: str) -> dict[str, Any]:
    """A row of `findings`."""
    return {
        "table": "findings",
        "report_id": report_id,
        "number": number,
        "kind": kind,
        "class": "always",
        "publishable": publishable,
        "cells": json.dumps(cells),
        "detail": detail,
        "evidence": "",
    }


HOLES = {
    "disclosure.rules.issued": ("blank", ""),
    "disclosure.licences.decisions": ("number", "37（含自然失效3件）"),
    "requests.new_received.research": ("blank", ""),
    "requests.new_received.ngo": ("slash", "/"),
    "requests.carried_in.natural_person": ("dash", "—"),
    "requests.carried_in.commercial": ("text", "无"),
    "requests.granted.total": ("derived", ""),
    "requests.partial.total": ("missing", ""),
    "requests.denied_state_secret.total": ("unreadable", "l2"),
    "requests.denied_third_party.total": ("disputed", "12 | 72"),
}


def _rows() -> Iterator[dict[str, Any]]:
    yield {
        "table": "offices",
        "office_id": "990102101-songxizhen",
        "name": "松溪镇人民政府",
        "office_kind": "township",
        "county": "白露县",
        "division_code": "990102101",
        "reports_count": 3,
    }
    yield {
        "table": "sites",
        "url": "http://www.bailu.example/",
        "site_host": "www.bailu.example",
        "name": "白露县",
        "state": "found",
        "last_asked": "2026-02-01T08:00:00Z",
    }
    looked = "2026-01-31T16:30:00Z"  # in China already February
    absent = {"table": "coverage", "office_id": "990102101-songxizhen", "state": "no_report"}
    yield {**absent, "year": 2022, "seen_at": looked}
    known = {"table": "coverage", "office_id": "990102101-songxizhen", "state": "found"}
    yield {**known, "year": 2020, "report_id": TOWN_2020}
    yield {**known, "year": 2023, "report_id": TOWN_2023}
    for code, name, level, parent in (
        ("990000", "云州省", 1, None),
        ("990100", "青陵市", 2, "990000"),
        ("990102", "白露县", 3, "990100"),
        ("990102101", "松溪镇", 4, "990102"),
    ):
        yield {"table": "places", "division_code": code, "name": name, "level": level, "parent": parent}
    figures = {"table": "figures", "office_id": "990102101-songxizhen", "office_kind": "township", "scope": "own"}
    yield {
        **figures,
        "report_id": TOWN_2020,
        "year": 2020,
        "received": 0,
        "denied": 0,
        "handled": 0,
        "licences_2019": 7,
    }
    yield {
        **figures,
        "report_id": TOWN_2023,
        "year": 2023,
        "received": 1019,
        "denied": 10,
        "handled": 25,
        "licences": 37,
        "derived": "handled",
    }

    yield report(
        TOWN_2023,
        "白露县松溪镇人民政府2023年政府信息公开工作年度报告",
        2023,
        findings_count=2,
        worst_finding="always",
        received=1019,
        handled=25,
        denied=10,
    )
    yield from tables(TOWN_2023, 2023, {"disclosure": "2021", "requests": "2021"}, HOLES, 1000)
    yield chapter(
        TOWN_2023, "overview", "2023年，松溪镇围绕征地补偿和信访事项主动公开政府信息121条。\n全年更新栏目12个。"
    )
    yield chapter(TOWN_2023, "requests", "本年共收到申请1019件。")
    yield chapter(TOWN_2023, "problems", "公开的及时性有待提高，下一步将加强培训。")
    yield chapter(TOWN_2023, "other_matters", "本年度未收取信息处理费。")
    yield finding(
        TOWN_2023,
        1,
        "row_sum",
        1,
        ["requests.new_received.natural_person", "requests.new_received.total"],
        "新收申请各类之和为6027，总计印为1019。",
    )
    yield finding(TOWN_2023, 2, "disputes_sum", 1, ["disputes.reconsideration.total"], "复议各项之和与总计不符。")
    yield {
        "table": "other_tables",
        "report_id": TOWN_2023,
        "number": 1,
        "caption": "附表：公开渠道",
        "rows": json.dumps([["渠道", "条数"], ["网站", "98"], ["公众号", "23"]], ensure_ascii=False),
    }
    yield {
        "table": "captures",
        "capture": 1,
        "report_id": TOWN_2023,
        "version": 1,
        "role": "report",
        "url": f"http://www.bailu.example/{TOWN_2023}.html",
        "captured_at": "2026-01-31T08:00:00Z",
        "vantage": "杭州",
        "body_sha256": "ab" * 32,
    }
    yield {
        "table": "captures",
        "capture": 2,
        "role": "not_report",
        "url": "http://www.bailu.example/news.html",
        "captured_at": "2026-01-31T08:00:00Z",
    }
    yield {
        "table": "changes",
        "report_id": TOWN_2023,
        "version": 1,
        "number": 1,
        "cell": "requests.granted.total",
        "old": "7",
        "new": "8",
    }

    yield report(TOWN_2020, "松溪镇2020年政府信息公开工作年度报告", 2020, edition="2019")
    yield from tables(
        TOWN_2020,
        2020,
        {"disclosure": "2019", "requests": "2019"},
        {"disclosure.licences.items_change": ("number", "+19")},
        2000,
    )
    yield chapter(TOWN_2020, "overview", "2020年工作情况如下。")

    yield report(
        BUREAU,
        "白露县教育局2023年政府信息公开工作年度报告",
        2023,
        office="白露县教育局",
        office_kind="department",
        office_id=None,
        township=None,
        division_code="990102",
        reading="partly",
        cells_read=150,
        problems="第三张表缺少一列，有19格不能确定位置。",
    )
    yield from tables(BUREAU, 2023, {"disclosure": "2021", "requests": "2019"}, {}, 3000)
    yield finding(BUREAU, 1, "balance", 0, ["requests.total_handled.total"], "新收与结转之和不等于办结与结转下年之和。")

    yield report(
        AREA,
        "白露县2023年政府信息公开工作年度报告",
        2023,
        office="白露县人民政府",
        office_kind="county",
        office_id=None,
        scope="area",
        township=None,
    )
    yield chapter(AREA, "overview", "全县共收到申请。")

    yield report(
        HOSTILE,
        f"黑水镇{ATTACK}2023年报告",
        2023,
        office=f"黑水镇{ATTACK}",
        office_id=None,
        township="黑水镇",
        source_url="javascript:document.title='执行了'",
        found_on="javascript:alert(1)",
        problems=ATTACK,
    )
    yield from tables(
        HOSTILE,
        2023,
        {"disclosure": "2021", "requests": "2021"},
        {"requests.granted.total": ("text", f"=cmd|' /C calc'!A1{ATTACK}")},
        4000,
    )
    yield chapter(HOSTILE, "overview", f'=HYPERLINK("http://evil.example","点这里")\n恶意{ATTACK}信访')
    yield {
        "table": "other_tables",
        "report_id": HOSTILE,
        "number": 1,
        "caption": ATTACK,
        "rows": json.dumps([[ATTACK]]),
    }
    yield {**finding(HOSTILE, 1, "row_sum", 1, [f"requests.{ATTACK}"], ATTACK), "evidence": ATTACK}

    yield report(FREE, "松溪镇2016年政府信息公开年度报告", 2016, edition=None, reading="none")
    yield chapter(FREE, "whole", "一、概述\n松溪镇2016年公开信息5条，受理信访。")

    for number in range(FILLERS):
        report_id = f"99010{number % 9}{number:03}-zhen-2022"
        yield report(
            report_id,
            f"第{number}镇2022年政府信息公开工作年度报告",
            2022,
            office=f"第{number}镇人民政府",
            office_id=report_id.removesuffix("-2022") if number < COPIERS else None,
            county=f"第{number % 40}县",
            division_code=f"9903{number % 40:02}101",
            township=f"第{number}镇",
            received=number,
            handled=number,
            denied=number // 4,
            denied_share=round(100 * (number // 4) / number, 2) if number >= 30 else None,
        )
        yield from tables(report_id, 2022, {"disclosure": "2021", "requests": "2021"}, {}, number)
        copied = f"\n{COPIED.format(number=number)}" if number < COPIERS else ""
        yield chapter(report_id, "overview", f"政府信息公开，第{number}镇。{copied}")
