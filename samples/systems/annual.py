"""Hanweb's own page for annual reports: `xxgkAnnualReport.jsp?area=&fbtime=` is the report (platforms.md §1).

All else is JCMS. Style: `publication` (True: fbtime is the year of publication, not that of the report).
"""

from functools import partial
from html import escape

from samples.content import Column, Content, Entry, number
from samples.publishing import Answer, Asked, Built, anchors, entry_label, file_answer, label_of, metas
from samples.systems import hanweb

REPORT = "/module/xxgk/xxgkAnnualReport.jsp"
FILE = "/module/xxgk/annualfile.jsp"


def publish(content: Content) -> Built:
    """The site of a content in this system: sections' reports at the page for them, the county's own as articles."""
    own = [column for column, above in content.walk() if above and above[-1].body and column.about]
    held = {id(column): column.entries for column in own}
    for column in own:
        column.entries = []
    site = hanweb.publish(content)
    by_area: dict[str, dict[str, tuple[Column, Entry]]] = {}
    files: dict[str, tuple[Entry, int]] = {}
    for column in own:
        column.entries = held[id(column)]
        area = f"11{content.code}{number(f'{content.code} {column.slug}', 9)}"
        by_area[area] = {}
        for entry in column.entries:
            shown = entry.day.year if content.style.get("publication") else entry.day.year - 1
            by_area[area][str(shown)] = (column, entry)
            site.entries[entry.key] = [f"{REPORT}?area={area}&fbtime={shown}"]
            site.files[entry.key] = []
            for index, _ in enumerate(entry.files):
                files[str(number(f"{entry.key} {index}"))] = (entry, index)
                site.files[entry.key].append(f"{FILE}?id={number(f'{entry.key} {index}')}")
        path = f"/col/col{hanweb.column_number(content, column)}/index.html"
        site.pages[path] = partial(_years, content, column, area, by_area[area])

    def report(asked: Asked) -> Answer:
        years = by_area.get(asked.query.get("area", ""))
        found = years and years.get(asked.query.get("fbtime", ""))
        if not found or found[1].absent:
            return Answer(hanweb.page(content, "年度报告", "<p>暂无数据！</p>", ""), label="gone:")
        column, entry = found
        names = site.files[entry.key]
        attached = ""
        if entry.direct:
            attached = anchors(
                [(file.name, name) for file, name in zip(entry.files, names, strict=True)], '<a href="{1}">{0}</a>'
            )
        links = anchors([(f"{year}年", f"{REPORT}?area={asked.query['area']}&fbtime={year}") for year in years or {}])
        body = f"<p>{attached}</p>" if entry.direct else entry.html(names)
        main = f"""<ul class="nf">{links}</ul><h2>{escape(entry.title)}</h2>
<p>发布时间：{entry.day}　浏览次数：{asked.serial}</p><div class="main-txt" id="zoom">{body}</div>"""
        return Answer(hanweb.page(content, entry.title, main, metas(content, column, entry)), label=entry_label(entry))

    def file(asked: Asked) -> Answer:
        found = files.get(asked.query.get("id", ""))
        if not found or found[0].absent:
            return Answer("<html><body>文件不存在！</body></html>".encode(), label="gone:")
        return file_answer(found[0], found[0].files[found[1]])

    site.pages[REPORT] = report
    site.pages[FILE] = file
    return site


def _years(
    content: Content, column: Column, area: str, years: dict[str, tuple[Column, Entry]], _asked: Asked
) -> Answer:
    links = anchors([
        (f"{year}年", f"{REPORT}?area={area}&fbtime={year}")
        for year, (_, entry) in sorted(years.items(), reverse=True)
        if entry.state not in ("unlinked", "removed")
    ])  # fmt: skip
    main = f'<h2>{escape(column.name)}</h2><div class="nb"><ul>{links}</ul></div>'
    return Answer(hanweb.page(content, column.name, main, metas(content, column)), label=label_of(column))
