"""The one declaration of archive.db: tables, columns, labels, meanings, units, keys and indexes.

The SQL, datasette-metadata.json and the data dictionary are all made from `TABLES`. Labels of the form's rows and
columns come from extract/form.json. `python -m archive.schema` writes datasette-metadata.json.
"""

import csv
import io
import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from sqlite3 import Connection
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
FORM: dict[str, Any] = json.loads((ROOT / "extract" / "form.json").read_text(encoding="utf-8"))

APPLICATION_ID = 0x4E42414F  # "NBAO": tells our archive from any other SQLite file
VERSION = 1  # raise it whenever TABLES changes in a way that an older reader would misread

SOURCES = {
    "printed": ("报告所载", "as printed in the report"),
    "computed": ("本库计算", "computed here"),
    "observed": ("采集时所见", "observed while crawling"),
    "divisions": ("行政区划数据", "division data"),
}


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its name, SQLite type, short labels, meanings, unit ("" where it has none) and a key of SOURCES."""

    name: str
    type: str
    zh: str
    en: str
    meaning_zh: str
    meaning_en: str
    unit: str = ""
    source: str = "computed"


@dataclass(frozen=True, slots=True)
class Table:
    """A table: labels, what a row is, columns, primary key, foreign keys (column → table) and indexes.

    `wide` indexes are those of facets: each starts with one facet and goes on with all others, so that counting one
    facet while filtering by another never leaves the index (measured: 38–69 ms instead of 212–823 at 300,000 rows).
    """

    name: str
    zh: str
    en: str
    meaning_zh: str
    meaning_en: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    refers: tuple[tuple[str, str], ...] = ()
    indexes: tuple[tuple[str, ...], ...] = ()
    facets: tuple[str, ...] = ()
    sort: str | None = None
    sort_desc: str | None = None
    rowid: bool = True


# The closed lists: what may stand in a column, with its label. None of them is ever shown as a bare code.
VALUES: dict[str, dict[str, tuple[str, str]]] = {
    "office_kind": {
        "province": ("省级政府", "province"),
        "prefecture": ("市级政府", "prefecture"),
        "county": ("县级政府", "county"),
        "township": ("乡镇", "township"),
        "street": ("街道", "street office"),
        "government_office": ("政府办公室", "government office"),
        "department": ("部门", "department"),
        "zone": ("管委会", "zone committee"),
        "other": ("其他", "other"),
    },
    "scope": {
        "own": ("本机关", "the office itself"),
        "area": ("全区域（含所属单位）", "the whole area with its units"),
    },
    "edition": {
        "2019": ("2019年格式", "form of 2019"),
        "2021": ("2021年格式", "form of 2021"),
        "mixed": ("两种格式混用", "both forms mixed"),
    },
    "reading": {
        "whole": ("完整读出", "read whole"),
        "partly": ("部分读出", "read in part"),
        "none": ("未读出表格", "no table read"),
    },
    "class": {
        "always": ("必然不符", "cannot be right"),
        "strong": ("很可能有误", "very likely wrong"),
        "suspicious": ("可疑", "suspicious"),
        "weak": ("仅供参考", "weak"),
        "format": ("格式问题", "a fault of form"),
    },
    "status": {
        "number": ("数字", "a number is printed"),
        "blank": ("空白", "the cell is empty"),
        "slash": ("“/”", "a slash is printed"),
        "dash": ("“-”", "a dash is printed"),
        "text": ("文字", "words are printed"),
        "derived": ("由合计推得", "follows from the sums"),
        "missing": ("文中没有此格", "the row or column is not there"),
        "unreadable": ("无法读出", "cannot be read"),
        "disputed": ("两次读取不一致", "two readings differ"),
    },
    "chapter": {
        "overview": ("一、总体情况", "Overview"),
        "disclosure": ("二、主动公开政府信息情况", "Proactive disclosure"),
        "requests": ("三、收到和处理政府信息公开申请情况", "Requests received and handled"),
        "disputes": ("四、政府信息公开行政复议、行政诉讼情况", "Reconsideration and litigation"),
        "problems": ("五、存在的主要问题及改进情况", "Problems and improvements"),
        "other_matters": ("六、其他需要报告的事项", "Other matters"),
        "whole": ("全文（2019年前的报告）", "the whole text (reports before 2019)"),
    },
    "state": {
        "found": ("已见报告", "report found"),
        "no_report": ("已看网站，未见报告", "site seen, no report seen"),
        "unreachable": ("网站无法访问", "site not reachable"),
        "refused": ("网站拒绝访问", "site refused access"),
        "never_looked": ("尚未查看", "never looked"),
    },
    "level": {
        "1": ("省级", "province"),
        "2": ("地级", "prefecture"),
        "3": ("县级", "county"),
        "4": ("乡级", "township"),
    },
    "role": {
        "report": ("报告", "the report"),
        "attachment": ("附件", "an attachment that holds the report"),
        "not_report": ("不是年报", "not a report after all"),
        "unread": ("未能读取", "could not be read"),
    },
    **{
        column: {key: (row["zh"], row["en"]) for key, row in FORM[table]["rows"].items()}
        for table, column in (("disclosure", "item"), ("requests", "outcome"), ("disputes", "stage"))
    },
}
VALUES["worst_finding"] = VALUES["class"]
VALUES["item"].update({key: (row["zh"], row["en"]) for key, row in FORM["disclosure"].get("local_rows", {}).items()})


def _form_columns(table: str, unit: Callable[[str], str]) -> tuple[Column, ...]:
    types: dict[str, str] = FORM[table].get("types", {})
    where = {"disclosure": "第二部分", "requests": "第三部分“申请人情况”", "disputes": "第四部分"}[table]
    return tuple(
        Column(
            name,
            "NUMERIC" if types.get(name) == "decimal" else "INTEGER",
            label["zh"],
            label["en"],
            f"{where}的“{label['zh']}”栏。空值表示那里没有数字（原因见单元格备注），绝不表示零",
            f"Column “{label['zh']}” of the form ({label['en']}). NULL: no number there, never zero",
            unit(name),
            "printed",
        )
        for name, label in FORM[table]["columns"].items()
    )


def _disclosure_unit(column: str) -> str:
    return {"amount_10k_cny": "万元", "procurement_amount": "", "items_prev_year": "项", "items_change": "项"}.get(
        column, "件"
    )


_REPORT_ID = Column(
    "report_id",
    "TEXT",
    "报告编号",
    "report id",
    "报告的固定编号：区划代码、机关名称拼音、年份（全区域报告加 -area），可长期引用",
    "Stable id: division code, pinyin of the office, year (-area for a whole-area report); may be cited",
)
_YEAR = Column(
    "year", "INTEGER", "年份", "year", "报告所述的年份，不是发布年份；读不出时为空", "The year reported on", "年"
)
_SCOPE = Column(
    "scope",
    "TEXT",
    "范围",
    "scope",
    "own 为本机关数字，area 为全区域（含所属单位）数字；两者不可相加。报告未说明时为空",
    "own: the office's own figures; area: the whole area with its units. Never add the two up",
)
_PLACES = (
    Column("province", "TEXT", "省份", "province", "省、自治区、直辖市", "Province", source="divisions"),
    Column("prefecture", "TEXT", "地市", "prefecture", "地级行政区；直辖市为空", "Prefecture", source="divisions"),
    Column("county", "TEXT", "区县", "county", "县级行政区", "County", source="divisions"),
    Column("township", "TEXT", "乡镇街道", "township", "乡级行政区", "Township or street", source="divisions"),
)
_DIVISION = Column(
    "division_code",
    "TEXT",
    "区划代码",
    "division code",
    "民政部门区划代码：省市县六位，乡级九位；不能确定时为空",
    "Civil-affairs code: six digits, nine for townships; NULL where not certain",
    source="divisions",
)

TABLES: tuple[Table, ...] = (
    Table(
        "reports",
        "年度报告",
        "Reports",
        "每行是一个机关某一年的政府信息公开工作年度报告（现行版本）",
        "A row is an office's report of a year, its current version",
        (
            _REPORT_ID,
            Column("title", "TEXT", "标题", "title", "报告标题，去掉排版空格", "Title", source="printed"),
            Column(
                "office", "TEXT", "机关", "office", "发布机关，取印得最全的名称", "Publishing body", source="printed"
            ),
            Column("office_id", "TEXT", "机关编号", "office id", "发布机关的固定编号", "Stable id of the office"),
            Column("office_kind", "TEXT", "机关类别", "kind of office", "发布机关的类别", "Kind of publishing body"),
            _SCOPE,
            _YEAR,
            Column(
                "edition",
                "TEXT",
                "表格版本",
                "edition",
                "按表格行列判定的格式版本，不按年份推定；没有表格时为空",
                "Edition of the form, told by its labels, not by the year; NULL: no table",
            ),
            *_PLACES,
            _DIVISION,
            Column(
                "site_host", "TEXT", "网站", "site", "发布网站的主机名", "Host that publishes it", source="observed"
            ),
            Column(
                "source_url", "TEXT", "原文地址", "source", "报告的网址", "Address of the report", source="observed"
            ),
            Column(
                "found_on", "TEXT", "来源页", "found on", "在哪个页面上找到", "Page that links it", source="observed"
            ),
            Column(
                "signed_date", "TEXT", "落款日期", "signed", "落款所印日期", "Date of the signature", "日期", "printed"
            ),
            Column(
                "published_date",
                "TEXT",
                "发布日期",
                "published",
                "网页所标发布日期",
                "Date the page states",
                "日期",
                "printed",
            ),
            Column(
                "first_seen",
                "TEXT",
                "首次见到",
                "first seen",
                "首次采集到的时间（UTC）",
                "First capture",
                "时间",
                "observed",
            ),
            Column(
                "last_seen",
                "TEXT",
                "最近见到",
                "last seen",
                "最近一次仍在的时间（UTC）",
                "Last sight",
                "时间",
                "observed",
            ),
            Column("format", "TEXT", "文件格式", "format", "原文的实际格式", "Format of the bytes"),
            Column(
                "reading",
                "TEXT",
                "读取情况",
                "reading",
                "whole：三张表都在，且每格都读出（包括空白、“/”等）；partly：读出一部分；none：没有读出表格",
                "whole: all three tables are there and every cell was read (a blank or “/” is read); partly; none",
            ),
            Column(
                "cells_read", "INTEGER", "已读单元格", "cells read", "读出的单元格数（含空白等）", "Cells read", "格"
            ),
            Column(
                "cells_expected", "INTEGER", "应有单元格", "cells expected", "该格式应有的单元格数", "Cells due", "格"
            ),
            Column(
                "findings_count",
                "INTEGER",
                "问题数",
                "findings",
                "可以公布的问题条数",
                "Findings fit to be published",
                "条",
            ),
            Column(
                "worst_finding",
                "TEXT",
                "最重问题",
                "worst finding",
                "可以公布的问题中最重的一类；没有时为空",
                "Worst class among the findings fit to be published; NULL: none",
            ),
            Column(
                "text_chars", "INTEGER", "正文字数", "characters", "各章正文去空白后的字数", "Characters of prose", "字"
            ),
            Column("version", "INTEGER", "版本", "version", "现行版本号，从 1 起", "Number of the current version"),
            Column("reader_version", "TEXT", "读取程序版本", "reader", "读取程序的版本", "Version of the reader"),
            Column("body_sha256", "TEXT", "原文哈希", "body hash", "原文件字节的 SHA-256", "SHA-256 of the bytes"),
            Column(
                "text_sha256",
                "TEXT",
                "正文哈希",
                "text hash",
                "各章正文归一化（NFKC、去空白）后的 SHA-256；没有正文时为空",
                "SHA-256 of the prose after NFKC and without white space; NULL: no prose",
            ),
            Column(
                "problems",
                "TEXT",
                "读取问题",
                "problems",
                "没能读出的内容及原因，一行一条",
                "What could not be read, and why",
            ),
        ),
        ("report_id",),
        refers=(("office_id", "offices"),),
        indexes=(("office_id", "year"), ("division_code", "year"), ("text_sha256",), ("source_url",), ("first_seen",)),
        facets=("year", "province", "prefecture", "county", "office_kind", "edition", "reading", "worst_finding"),
        sort_desc="year",
    ),
    Table(
        "chapters",
        "各章正文",
        "Chapters",
        "每行是报告一章的文字",
        "A row is the prose of a chapter",
        (
            _REPORT_ID,
            Column("chapter", "TEXT", "章", "chapter", "哪一章", "Which chapter"),
            Column("heading", "TEXT", "章标题", "heading", "所印的章标题", "Heading as printed", source="printed"),
            Column(
                "text",
                "TEXT",
                "正文",
                "text",
                "该章文字（不含三张标准表）",
                "Its prose, without the tables",
                "",
                "printed",
            ),
        ),
        ("report_id", "chapter"),
        refers=(("report_id", "reports"),),
    ),
    Table(
        "disclosure",
        "主动公开",
        "Proactive disclosure",
        "每行是报告第二部分的一行（规章、规范性文件、许可、处罚、强制、收费等）",
        "A row is a line of chapter two",
        (
            _REPORT_ID,
            _YEAR,
            Column("item", "TEXT", "事项", "item", "表中的行", "Line of the table", source="printed"),
            *_form_columns("disclosure", _disclosure_unit),
        ),
        ("report_id", "item"),
        refers=(("report_id", "reports"),),
        indexes=(("item", "year"),),
        rowid=False,
    ),
    Table(
        "requests",
        "依申请公开",
        "Requests",
        "每行是报告第三部分的一行（新收、结转及各种办理结果）",
        "A row is a line of chapter three",
        (
            _REPORT_ID,
            _YEAR,
            _SCOPE,
            Column("outcome", "TEXT", "办理情况", "outcome", "表中的行", "Line of the table", source="printed"),
            *_form_columns("requests", lambda _: "件"),
        ),
        ("report_id", "outcome"),
        refers=(("report_id", "reports"),),
        indexes=(("outcome", "scope", "year", "total"),),
        rowid=False,
    ),
    Table(
        "disputes",
        "复议诉讼",
        "Disputes",
        "每行是报告第四部分的一组（行政复议、直接起诉、复议后起诉）",
        "A row is a stage of chapter four",
        (
            _REPORT_ID,
            _YEAR,
            _SCOPE,
            Column("stage", "TEXT", "阶段", "stage", "复议或诉讼", "Reconsideration or litigation", source="printed"),
            *_form_columns("disputes", lambda _: "件"),
        ),
        ("report_id", "stage"),
        refers=(("report_id", "reports"),),
        indexes=(("stage", "scope", "year", "total"),),
        rowid=False,
    ),
    Table(
        "cell_notes",
        "单元格备注",
        "Cell notes",
        "每行是一个不是单纯数字的单元格：空白、“/”、文字、推得、缺失、无法读出等",
        "A row is a cell that is not a plain printed number",
        (
            _REPORT_ID,
            Column("cell", "TEXT", "单元格", "cell", "单元格编号：表.行.列", "Canonical key table.row.column"),
            Column("raw", "TEXT", "原样", "raw", "所印原样", "What is printed there", source="printed"),
            Column("status", "TEXT", "状态", "status", "那里是什么", "What stands there"),
        ),
        ("report_id", "cell"),
        refers=(("report_id", "reports"),),
        indexes=(("status",),),
        rowid=False,
    ),
    Table(
        "other_tables",
        "其他表格",
        "Other tables",
        "每行是报告中三张标准表以外的一张表",
        "A row is a further table of a report",
        (
            _REPORT_ID,
            Column("number", "INTEGER", "序号", "number", "在报告中的次序，从 1 起", "Its order, from 1"),
            Column("caption", "TEXT", "表名", "caption", "表前一行文字", "The line above it", source="printed"),
            Column("rows", "TEXT", "内容", "rows", "各行文字（JSON）", "Its rows of text (JSON)", source="printed"),
        ),
        ("report_id", "number"),
        refers=(("report_id", "reports"),),
    ),
    Table(
        "findings",
        "核对问题",
        "Findings",
        "每行是报告内部对不上、或不应出现的一处",
        "A row is something that does not add up or should not be there",
        (
            _REPORT_ID,
            Column("number", "INTEGER", "序号", "number", "在报告中的次序，从 1 起", "Its order, from 1"),
            Column("kind", "TEXT", "问题种类", "kind", "问题的种类", "Kind of finding"),
            Column("class", "TEXT", "可信程度", "class", "问题的可信程度", "How far it can be trusted"),
            Column(
                "publishable",
                "INTEGER",
                "可公布",
                "publishable",
                "1：所涉表格完整读出，是报告自身的问题；0：也可能是本库读错",
                "1: the tables concerned were read whole, so it is the publisher's; 0: our reading may be at fault",
            ),
            Column(
                "cells", "TEXT", "所涉单元格", "cells", "作为证据的单元格编号（JSON）", "The cells that prove it (JSON)"
            ),
            Column("detail", "TEXT", "说明", "detail", "一句话说明，带数字", "One sentence with the numbers"),
            Column(
                "evidence", "TEXT", "原文", "evidence", "作为证据的原句", "The sentence that proves it", "", "printed"
            ),
        ),
        ("report_id", "number"),
        refers=(("report_id", "reports"),),
        indexes=(("kind", "class"), ("class", "kind")),
        facets=("kind", "class"),
    ),
    Table(
        "versions",
        "版本",
        "Versions",
        "每行是一份报告的一个文本；网页时间等无关变动不算新版本，文字、数字或表格有变才算",
        "A row is a text of a report over time; only changed words, cells or tables make a new one",
        (
            _REPORT_ID,
            Column(
                "version",
                "INTEGER",
                "版本",
                "version",
                "版本号，从 1 起，按首次见到排列",
                "Number from 1, by first sight",
            ),
            Column(
                "is_current",
                "INTEGER",
                "现行",
                "current",
                "1 表示各表中的数字取自此版本",
                "1: the tables show this one",
            ),
            Column(
                "seen_from",
                "TEXT",
                "首次见到",
                "seen from",
                "首次采集到此文本的时间",
                "First sight",
                "时间",
                "observed",
            ),
            Column(
                "seen_until",
                "TEXT",
                "最后见到",
                "seen until",
                "最后一次仍是此文本的时间",
                "Last sight",
                "时间",
                "observed",
            ),
            Column("title", "TEXT", "标题", "title", "该版本的标题", "Title of this version", source="printed"),
            Column("source_url", "TEXT", "原文地址", "source", "该版本的网址", "Its address", source="observed"),
            Column("format", "TEXT", "文件格式", "format", "原文的实际格式", "Format of the bytes"),
            Column("reading", "TEXT", "读取情况", "reading", "见年度报告", "As in reports"),
            Column("cells_read", "INTEGER", "已读单元格", "cells read", "读出的单元格数", "Cells read", "格"),
            Column("body_sha256", "TEXT", "原文哈希", "body hash", "原文件字节的 SHA-256", "SHA-256 of the bytes"),
            Column("text_sha256", "TEXT", "正文哈希", "text hash", "正文的 SHA-256", "SHA-256 of the prose"),
            Column(
                "content_sha256",
                "TEXT",
                "内容哈希",
                "content hash",
                "标题、正文、单元格和其他表格合在一起的 SHA-256：相同即同一版本",
                "SHA-256 of title, prose, cells and other tables: the same hash is the same version",
            ),
            Column(
                "content",
                "TEXT",
                "内容",
                "content",
                "非现行版本的正文、单元格和其他表格（JSON）；现行版本为空，见各表",
                "Prose, cells and other tables of a version that is not current (JSON); NULL: see the tables",
            ),
        ),
        ("report_id", "version"),
        refers=(("report_id", "reports"),),
    ),
    Table(
        "changes",
        "改动",
        "Changes",
        "每行是两个版本之间一个单元格或一段文字的改动",
        "A row is a cell or paragraph that differs between a version and the one before",
        (
            _REPORT_ID,
            Column("version", "INTEGER", "版本", "version", "在哪个版本中变为新值", "Version that has the new value"),
            Column("number", "INTEGER", "序号", "number", "次序，从 1 起", "Its order, from 1"),
            Column("cell", "TEXT", "位置", "cell", "单元格编号，或章名", "Canonical key of the cell, or the chapter"),
            Column(
                "old",
                "TEXT",
                "原为",
                "old",
                "原来的内容；空值表示原来没有",
                "What stood there; NULL: nothing",
                "",
                "printed",
            ),
            Column(
                "new", "TEXT", "改为", "new", "新的内容；空值表示已删去", "What stands there; NULL: gone", "", "printed"
            ),
        ),
        ("report_id", "version", "number"),
        refers=(("report_id", "reports"),),
    ),
    Table(
        "addresses",
        "网址",
        "Addresses",
        "每行是见过一份报告的一个网址",
        "A row is an address at which a report was seen",
        (
            _REPORT_ID,
            Column("url", "TEXT", "网址", "address", "网址", "The address", source="observed"),
            Column(
                "first_seen", "TEXT", "首次见到", "first seen", "首次在此见到", "First sight here", "时间", "observed"
            ),
            Column(
                "last_seen", "TEXT", "最近见到", "last seen", "最近一次仍在此", "Last sight here", "时间", "observed"
            ),
            Column(
                "last_asked", "TEXT", "最近查看", "last asked", "最近一次查看的时间", "Last asked", "时间", "observed"
            ),
            Column(
                "last_outcome",
                "TEXT",
                "最近结果",
                "last outcome",
                "最近一次查看的结果",
                "What the last look brought",
                "",
                "observed",
            ),
        ),
        ("report_id", "url"),
        refers=(("report_id", "reports"),),
        indexes=(("url",),),
    ),
    Table(
        "captures",
        "采集记录",
        "Captures",
        "每行是采集时被当作年报的一份文件：读成了哪份报告，或为何不是",
        "A row is a captured document that was taken for a report: what became of it, and why",
        (
            Column(
                "capture", "INTEGER", "采集号", "capture", "采集账本中的号码", "Number in the ledger", source="observed"
            ),
            Column(
                "report_id",
                "TEXT",
                "报告编号",
                "report id",
                "归入哪份报告；不是年报时为空",
                "Its report; NULL: not a report",
            ),
            Column("version", "INTEGER", "版本", "version", "归入哪个版本", "Version it shows"),
            Column("role", "TEXT", "是什么", "role", "报告、附件、不是年报或未能读取", "What it turned out to be"),
            Column(
                "reason", "TEXT", "原因", "reason", "不是年报或未能读取的原因", "Why it is no report or was not read"
            ),
            Column("url", "TEXT", "网址", "address", "网址", "Its address", source="observed"),
            Column("site_host", "TEXT", "网站", "site", "网站主机名", "Host", source="observed"),
            Column(
                "found_on", "TEXT", "来源页", "found on", "在哪个页面上找到", "Page that links it", source="observed"
            ),
            Column("words", "TEXT", "链接文字", "words", "链接上的文字", "Words of the link", source="observed"),
            Column("captured_at", "TEXT", "采集时间", "captured", "采集时间（UTC）", "When (UTC)", "时间", "observed"),
            Column(
                "vantage", "TEXT", "采集地点", "vantage", "从哪里采集", "From where it was asked", source="observed"
            ),
            Column(
                "media_type",
                "TEXT",
                "标称类型",
                "media type",
                "网站标称的类型",
                "Media type as served",
                source="observed",
            ),
            Column("body_sha256", "TEXT", "原文哈希", "body hash", "原文件字节的 SHA-256", "SHA-256 of the bytes"),
            Column("title", "TEXT", "标题", "title", "读出的标题", "Title as read", source="printed"),
        ),
        ("capture",),
        refers=(("report_id", "reports"),),
        indexes=(("report_id", "version"), ("site_host", "role")),
    ),
    Table(
        "offices",
        "机关",
        "Offices",
        "每行是一个应当或已经发布年报的机关",
        "A row is an office that has published a report or is to publish one",
        (
            Column("office_id", "TEXT", "机关编号", "office id", "机关的固定编号", "Stable id"),
            Column("name", "TEXT", "机关名称", "name", "名称（不带所在地名）", "Its name without the places above it"),
            Column("office_kind", "TEXT", "机关类别", "kind", "机关的类别", "Kind of body"),
            *_PLACES,
            _DIVISION,
            Column("site_host", "TEXT", "网站", "site", "由哪个网站发布", "Site it publishes on", source="observed"),
            Column("reports_count", "INTEGER", "报告数", "reports", "本库中的报告份数", "Reports in the archive", "份"),
            Column("first_year", "INTEGER", "最早年份", "first year", "本库中最早的报告年份", "Earliest year", "年"),
            Column("last_year", "INTEGER", "最近年份", "last year", "本库中最近的报告年份", "Latest year", "年"),
        ),
        ("office_id",),
        indexes=(("division_code",), ("county", "office_kind")),
        facets=("province", "prefecture", "county", "office_kind"),
    ),
    Table(
        "places",
        "地方",
        "Places",
        "每行是本库涉及的一个行政区划",
        "A row is a division that the archive is concerned with",
        (
            _DIVISION,
            Column("name", "TEXT", "名称", "name", "区划名称", "Name", source="divisions"),
            Column(
                "level", "INTEGER", "级别", "level", "1 省 2 地 3 县 4 乡", "1 province … 4 township", "", "divisions"
            ),
            Column(
                "parent", "TEXT", "上级", "parent", "上级区划代码", "Code of the division above", source="divisions"
            ),
            *_PLACES[:3],
            Column(
                "valid_from",
                "INTEGER",
                "起始年",
                "from",
                "自何年有效；空值为资料之前",
                "In force from",
                "年",
                "divisions",
            ),
            Column(
                "valid_to",
                "INTEGER",
                "终止年",
                "until",
                "至何年（不含）；空值为现行",
                "In force until",
                "年",
                "divisions",
            ),
        ),
        ("division_code",),
        indexes=(("parent",),),
        facets=("level",),
    ),
    Table(
        "sites",
        "网站",
        "Sites",
        "每行是查看过的一个网站",
        "A row is a site that was looked at",
        (
            Column("site_host", "TEXT", "网站", "site", "主机名", "Host", source="observed"),
            _DIVISION,
            Column("name", "TEXT", "名称", "name", "网站所属地方或机关", "Whose site it is", source="divisions"),
            Column("url", "TEXT", "首页", "home page", "开始查看的网址", "Where the look began", source="observed"),
            Column("state", "TEXT", "情况", "state", "看到了什么，或为何没看到", "What was seen, or why not"),
            Column("first_asked", "TEXT", "首次查看", "first asked", "首次查看时间", "First asked", "时间", "observed"),
            Column("last_asked", "TEXT", "最近查看", "last asked", "最近查看时间", "Last asked", "时间", "observed"),
            Column(
                "vantage", "TEXT", "采集地点", "vantage", "从哪里查看", "From where it was asked", source="observed"
            ),
            Column("requests", "INTEGER", "请求数", "requests", "共请求多少次", "Requests made", "次", "observed"),
            Column("reports_count", "INTEGER", "报告数", "reports", "在此见到的报告份数", "Reports seen here", "份"),
            Column(
                "outcomes",
                "TEXT",
                "各种结果",
                "outcomes",
                "各种结果的次数（JSON）",
                "Count per outcome (JSON)",
                "",
                "observed",
            ),
        ),
        ("site_host",),
        indexes=(("division_code",),),
        facets=("state",),
    ),
    Table(
        "coverage",
        "覆盖情况",
        "Coverage",
        "每行是一个机关一个年份：见到了报告，或为何没有见到",
        "A row is an office and a year: the report was seen, or why it was not",
        (
            Column("office_id", "TEXT", "机关编号", "office id", "机关的固定编号", "Stable id of the office"),
            _YEAR,
            Column("state", "TEXT", "情况", "state", "见到了，或为何没见到", "What was seen, or why nothing was"),
            Column("report_id", "TEXT", "报告编号", "report id", "见到的报告", "The report seen; NULL: none"),
            Column("site_host", "TEXT", "网站", "site", "在哪个网站查看", "Site looked at", source="observed"),
            Column(
                "seen_at",
                "TEXT",
                "查看时间",
                "seen at",
                "最近一次查看时间",
                "When it was last looked at",
                "时间",
                "observed",
            ),
            Column(
                "vantage", "TEXT", "采集地点", "vantage", "从哪里查看", "From where it was asked", source="observed"
            ),
        ),
        ("office_id", "year"),
        refers=(("office_id", "offices"), ("report_id", "reports")),
        indexes=(("year", "state"), ("report_id",)),
        facets=("year", "state"),
    ),
)

# Full-text search: `search` holds the segmented names and prose (archive.search), contentless: the text itself
# stays in `chapters`. `search_rows` ties its numbers to report ids, since VACUUM may renumber plain rowids.
# Newer reports have higher numbers after a rebuild, so "order by number desc limit n" caps a search that hits all.
SEARCH_SQL = (
    "CREATE TABLE search_rows (number INTEGER PRIMARY KEY, report_id TEXT NOT NULL UNIQUE REFERENCES reports)",
    "CREATE VIRTUAL TABLE search USING fts5 (names, text, content='', tokenize='unicode61 remove_diacritics 0')",
)
HIDDEN = ("search_rows", "search", "search_data", "search_idx", "search_docsize", "search_config")


def table(name: str) -> Table:
    """The declaration of the table `name` (KeyError where there is none)."""
    return _BY_NAME[name]


_BY_NAME = {one.name: one for one in TABLES}


def statements() -> Iterable[str]:
    """The SQL that makes an empty archive, tables first, then search. Indexes: see `index_statements`."""
    for one in TABLES:
        lines = [f'"{column.name}" {column.type}' for column in one.columns]
        lines.append(f"PRIMARY KEY ({', '.join(one.key)})")
        lines += [f"FOREIGN KEY ({column}) REFERENCES {other}" for column, other in one.refers]
        tail = "" if one.rowid else " WITHOUT ROWID"
        yield f'CREATE TABLE "{one.name}" (\n  ' + ",\n  ".join(lines) + f"\n){tail}"
    yield from SEARCH_SQL


def index_statements() -> Iterable[str]:
    """The SQL of all indexes: plain ones, and for each facet one that covers all facets of its table."""
    for one in TABLES:
        wide = [(facet, *(other for other in one.facets if other != facet)) for facet in one.facets]
        for columns in dict.fromkeys((*one.indexes, *wide)):
            kind = "by_facet_" if columns in wide else "by_"
            name = f"{one.name}_{kind}{columns[0] if columns in wide else '_'.join(columns)}"
            listed = ", ".join(f'"{column}"' for column in columns)
            yield f'CREATE INDEX "{name}" ON "{one.name}" ({listed})'


def create(db: Connection) -> None:
    """Make an empty archive in `db` (an open, empty database) and sign it with application id and version."""
    for statement in (*statements(), *index_statements()):
        db.execute(statement)
    db.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    db.execute(f"PRAGMA user_version = {VERSION}")


def datasette_metadata() -> dict[str, Any]:
    """What datasette-metadata.json holds: titles, descriptions, units, facets, all in Chinese; arbitrary SQL closed."""
    about = {
        "title": "年报：政府信息公开工作年度报告库",
        "description": "中国县、乡两级政府机关的政府信息公开工作年度报告：原文存档、逐格读取、可检索、可核对、可下载。",
        "license": "报告原文为政府公开信息；本库整理的数据以 CC0 1.0 发布",
        "license_url": "https://creativecommons.org/publicdomain/zero/1.0/deed.zh-hans",
        "source": "各地政府网站，每份报告附原文地址与采集时间",
        "about": "nianbao（年报）",
    }
    tables: dict[str, Any] = {name: {"hidden": True} for name in HIDDEN}
    for one in TABLES:
        units = {c.name: c.unit for c in one.columns if c.unit and c.type != "TEXT"}
        described: dict[str, Any] = {
            "title": one.zh,
            "description": one.meaning_zh,
            "columns": {column.name: f"{column.zh}：{column.meaning_zh}{_unit_note(column)}" for column in one.columns},
        }
        if units:
            described["unit_labels"] = units
        if one.facets:
            described["facets"] = list(one.facets)
        if one.sort_desc:
            described["sort_desc"] = one.sort_desc
        tables[one.name] = described
    return {**about, "allow_sql": False, "databases": {"archive": {"title": "年度报告", "tables": tables}}}


def _unit_note(column: Column) -> str:
    return f"（单位：{column.unit}）" if column.unit and column.type != "TEXT" else ""


def dictionary() -> list[dict[str, str]]:
    """The data dictionary, one row a column of a table, in Chinese and English, with the codes that may stand there."""
    return [
        {
            "table": one.name,
            "table_zh": one.zh,
            "column": column.name,
            "type": column.type,
            "label_zh": column.zh,
            "label_en": column.en,
            "meaning_zh": column.meaning_zh,
            "meaning_en": column.meaning_en,
            "unit": column.unit,
            "source_zh": SOURCES[column.source][0],
            "source_en": SOURCES[column.source][1],
            "values": "; ".join(f"{key}={zh}/{en}" for key, (zh, en) in VALUES.get(column.name, {}).items()),
        }
        for one in TABLES
        for column in one.columns
    ]


def dictionary_csv() -> str:
    """`dictionary` as CSV text."""
    rows = dictionary()
    out = io.StringIO()
    writer = csv.DictWriter(out, fieldnames=list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


def metadata_text() -> str:
    """The text of datasette-metadata.json as it must stand in the repository."""
    return json.dumps(datasette_metadata(), ensure_ascii=False, indent=2) + "\n"


if __name__ == "__main__":
    (ROOT / "datasette-metadata.json").write_text(metadata_text(), encoding="utf-8")
