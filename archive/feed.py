"""An Atom feed (RFC 4287) of new, edited and vanished reports: of the country, a place or a search."""

from sqlite3 import Connection
from typing import Any
from urllib.parse import quote
from xml.sax.saxutils import escape, quoteattr

from archive import schema

LENGTH = 100  # entries

SQL = """SELECT e.at, e.what, e.url, r.report_id, r.title, r.office, r.year, r.province, r.prefecture, r.county
FROM events e JOIN reports r USING (report_id) WHERE {where}
ORDER BY e.at DESC, e.report_id DESC, e.what DESC LIMIT {length}"""
"""The latest events whose report fulfils `where` (SQL over `reports` as r, or "1"): the table read from its end."""


def events(
    db: Connection, where: str = "1", values: tuple[object, ...] = (), length: int = LENGTH
) -> list[dict[str, Any]]:
    """The latest events, newest first; `where` is SQL over `reports` as r (r.county = ?) with its `values`."""
    found = db.execute(SQL.format(where=where, length=length), values)
    names = [column[0] for column in found.description]
    return [dict(zip(names, row, strict=True)) for row in found]


def atom(entries: list[dict[str, Any]], *, title: str, address: str, site: str) -> str:
    """The feed of `entries` (rows of SQL) as XML; `address` is its own, `site` the address of the archive's home page.

    An entry keeps its id for good, so that no reader shows it twice.
    """
    updated = max((entry["at"] for entry in entries), default="1970-01-01T00:00:00Z")
    parts = "".join(_entry(entry, site.rstrip("/")) for entry in entries)
    return f"""<?xml version="1.0" encoding="utf-8"?>
<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="zh-Hans">
<title>{_plain(title)}</title>
<id>{_plain(address)}</id>
<updated>{updated}</updated>
<author><name>nianbao（年报）</name></author>
<link rel="self" type="application/atom+xml" href={quoteattr(_plain(address))}/>
<link rel="alternate" type="text/html" href={quoteattr(site)}/>
{parts}</feed>
"""


def _entry(entry: dict[str, Any], site: str) -> str:
    what = schema.VALUES["what"][entry["what"]][0]
    link = f"{site}/archive/reports/{quote(entry['report_id'], safe='-')}"
    place = "".join(filter(None, (entry["province"], entry["prefecture"], entry["county"])))
    name = entry["title"] or entry["office"] or entry["report_id"]
    return f"""<entry>
<title>{_plain(f"{what}：{name}")}</title>
<id>{_plain(f"{link}#{entry['what']}-{entry['at']}-{quote(entry['url'], safe='')}")}</id>
<updated>{entry["at"]}</updated>
<link rel="alternate" type="text/html" href={quoteattr(link)}/>
<category term={quoteattr(entry["what"])} label={quoteattr(what)}/>
<summary>{_plain(f"{place} {entry['office'] or ''} {entry['year'] or ''}年度；网址 {entry['url']}")}</summary>
</entry>
"""


def _plain(text: str) -> str:
    """Text for XML; control characters, which XML cannot hold, are left out."""
    return escape("".join(one for one in text if one >= " " or one in "\t\n"))
