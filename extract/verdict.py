"""Whether a document is an annual report, or in Chinese why it is none."""

import re

from extract.document import Document
from extract.lines import PUNCTUATION, compact, is_short
from extract.links import attachments
from extract.outline import Outline
from extract.titles import COMMENT, FACTS, TEMPLATE, TITLE_LENGTH, Title, parse_title

_PROSE = 150
"""Letters of running text that make a page without chapters more than a title."""
_SIGNED_PROSE = 40
"""The same where a signature or a table stands below."""
_SEVERAL = 3
"""Links to reports that make a page of them a list."""
_STATISTICS = 6
"""Numbers in cells that make a table one of statistics."""

_NUMBER = re.compile(r"\d[\d.,]*")
_FORM_TABLE = re.compile(r"申请人情况|本年新收|结果维持|第二十条第|本年制发件数|予以公开")
_COMPANY = re.compile(r"(?:公司|集团)$")
_PLACEHOLDER = re.compile(FACTS["placeholder"])
_SPAM = re.compile(FACTS["spam"])


def reason_against(outline: Outline, title: Title | None) -> str | None:
    """Why this is no annual report, in Chinese; None if it is one."""
    if len(_SPAM.findall("\n".join(line.text for line in outline.lines[:60]))) >= 3:
        return "这是关键词堆砌的垃圾页面，不是政府的原文"
    if title is not None and title.is_report and title.office is not None and _COMPANY.search(title.office):
        return "这是企业的报告，不是行政机关的"  # some fill in the whole form, in a column of offices
    if outline.is_form:
        if title is not None and title.reason == COMMENT:
            return COMMENT
        if _is_empty_form(outline, title):
            return "这是没有填写的空白表格（格式模板），不是报告"
        return None
    if _is_list_page(outline, title):
        return "这是栏目列表页，报告在它链接的页面里"
    if title is None:
        return "文件中没有可读的文字"
    if not title.is_report:
        return title.reason
    if title.column and title.office is None and title.year is None and not _prose_length(outline) > 4 * _PROSE:
        return "这是年报栏目的页面，本身没有报告正文"
    if _is_unread_file(outline.document):
        return None
    if not (_has_text(outline) or attachments(outline.document) or has_form_table(outline)):
        return "只有年度报告的标题，没有正文、表格或附件"
    return None


def _has_text(outline: Outline) -> bool:
    """Whether a page has a report's text: townships of before 2019 wrote a few signed lines, or numbers in a table."""
    cells = (cell for line in outline.lines if line.cells > 1 for cell in line.bare.split("|"))
    numbers = sum(_NUMBER.fullmatch(cell) is not None for cell in cells)
    signed = outline.signed_by and outline.signed_on
    return _prose_length(outline) >= (_SIGNED_PROSE if signed or numbers >= _STATISTICS else _PROSE)


def _is_unread_file(document: Document) -> bool:
    """Whether this is a file of which no word could be read (a scan without the OCR extra, an OFD, a torn PDF): then
    the words of its link alone say what it is, and it is kept as a report that is not read."""
    return not document.lines and not document.blocks and document.format not in ("html", "text", "unknown")


def _is_empty_form(outline: Outline, title: Title | None) -> bool:
    """The blank form: no number in any table, and the form's placeholders, or a title that says 模板, or no prose."""
    within = {heading.key: heading.line for heading in outline.headings}
    start, end = within.get("disclosure", outline.headings[0].line), within.get("problems", len(outline.lines))
    if any(_NUMBER.fullmatch(part) for line in outline.lines[start:end] for part in line.text.split()):
        return False
    prose = "".join(line.bare for line in outline.lines[outline.headings[0].line :] if line.cells < 2)
    is_template = title is not None and title.reason == TEMPLATE
    if is_template or _PLACEHOLDER.search(prose):
        return True
    return len(prose) < _PROSE and not attachments(outline.document)


def _is_list_page(outline: Outline, title: Title | None) -> bool:
    """A column page: links to reports and little text besides, and no report's title that is not a link's."""
    words = [link.words for link in outline.document.links if "公" in link.words and len(link.words) <= TITLE_LENGTH]
    titles = {link.text for link in map(parse_title, set(words)) if link.is_report and (link.office or link.year)}
    is_long = _prose_length(outline) > 4 * _PROSE
    if not titles or (is_long and len(titles) < _SEVERAL):
        return False
    if title is None or not title.is_report or title.year is None:
        files = attachments(outline.document)
        attached = {parse_title(link.words).text for link in outline.document.links if link.address in files}
        return len(titles) >= _SEVERAL and not is_long and not (title and title.text in attached)
    meta = outline.document.meta
    own = {parse_title(meta[name][:400]).text for name in ("ArticleTitle", "名称", "title") if name in meta}
    if not title.text.endswith(tuple(titles - own)):
        return False
    # A page that is nothing but a title and a file may print the title as the file's name once more.
    wanted = compact(title.text)
    linked = sum(compact(one) == wanted for one in words)
    return sum(part == wanted for line in outline.lines for part in line.bare.split("|")) <= linked


def _prose_length(outline: Outline) -> int:
    links = {compact(link.words) for link in outline.document.links}
    texts = (line.bare for line in outline.lines if line.cells < 2 and len(line.text) >= 20)
    return sum(len(text) for text in texts if PUNCTUATION.search(text) and text not in links)


def has_form_table(outline: Outline) -> bool:
    """Whether words stand there that a table of the form has."""
    return any(_FORM_TABLE.search(line.bare) for line in outline.lines if is_short(line, 120))
