"""An article over several pages put together, without what stands around it on each of them (platforms: TRS)."""

import re
from collections.abc import Iterable
from itertools import takewhile

from extract import readers
from extract.document import Block, Document, Grid, Paragraph
from extract.lines import compact, is_chrome, is_label
from extract.outline import match_heading
from extract.report import Fetch

_FEW = 4
"""Letters of a link that may be a word of the text: 下载, 附件1."""
_BESIDE = 12
"""Letters that a line of a list has beside the words of its link: [03-21], 2025-01-20."""
_LETTER = re.compile(r"[^\W\d_]")


def join(document: Document, pages: Iterable[str], fetch: Fetch) -> None:
    """Put the `pages` of an article, where `fetch` has them, behind `document`, which is its first."""
    above = {_text(one) for one in takewhile(lambda one: not _is_heading(one), document.blocks)}
    _cut(document, None)
    for address in pages:
        fetched = fetch(address)
        if fetched is None:
            document.problems.append(f"文章的后续页没有取到：{address}")
            continue
        part = readers.read(fetched.data, fetched.media_type)
        _cut(part, above)
        document.blocks += part.blocks
        document.links += part.links
        document.lines += part.lines


def _cut(document: Document, above: set[str] | None) -> None:
    """Take from the ends of a page what is none of its text: at its top what stands `above` the article on the first
    page too (None: this is the first), at its end 相关阅读 and the words of links. What has no letters is a broken
    table's: a lone 0 is no page number."""
    links = [words for link in document.links if len(words := compact(link.words)) > _FEW]

    def is_before(text: str) -> bool:
        return above is not None and (text in above or is_label(text) or is_chrome(text))

    def is_behind(text: str) -> bool:
        return is_chrome(text) or any(one in text and len(text) <= len(one) + _BESIDE for one in links)

    blocks = document.blocks
    gone: list[Block] = []
    for at, is_frame in ((0, is_before), (-1, is_behind)):
        while blocks and _LETTER.search(text := _text(blocks[at])) and is_frame(text):
            gone.append(blocks.pop(at))
    lines = {compact(one.text) for one in gone if isinstance(one, Paragraph)}
    document.lines = [line for line in document.lines if compact(line) not in lines]


def _is_heading(block: Block) -> bool:
    return isinstance(block, Paragraph) and match_heading(compact(block.text)) is not None


def _text(block: Block) -> str:
    """The words of a block without spaces; "" of a picture."""
    match block:
        case Paragraph():
            return compact(block.text)
        case Grid():
            return compact("".join(cell.text for row in block.cells for cell in row))
    return ""
