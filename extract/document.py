"""What every reader makes of a file: paragraphs, grids and pictures in reading order. Knows no form."""

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Box:
    """Where something stands on a page: page counted from 1, points from the top left corner."""

    page: int
    left: float
    top: float
    right: float
    bottom: float


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A line of prose as the author broke it (a wrapped line of a PDF is joined to the one before).

    `heading` is True where the mark-up says so (h1–h6, Word heading style, a Markdown #), which is rarely
    reliable. `page` counts from 1 and is None where the format has no pages.
    """

    text: str
    heading: bool = False
    page: int | None = None


@dataclass(slots=True, eq=False)
class GridCell:
    """A cell of a grid. The same object stands at every position that it spans, so identity tells merged cells."""

    text: str
    box: Box | None = None


@dataclass(slots=True)
class Grid:
    """A ruled table: `rows[r][c]` is the cell that covers this position, None where no cell was drawn.

    All rows have the same length; `cells[r]` are the cells of a row once each, from left to right. `number` counts the
    document's grids from 1, in reading order (0 until `tables` reads them). `joints` are the indices of rows before
    which a page broke, where one printed row may have become two.
    `typed`: made of lines of text, where a lost cell moves those behind it and leaves an empty one at the edge.
    """

    rows: list[list[GridCell | None]]
    number: int = 0
    joints: list[int] = field(default_factory=list)
    typed: bool = False
    cells: list[list[GridCell]] = field(init=False)

    def __post_init__(self) -> None:
        """Tell the cells of each row apart, once for all who ask."""
        self.cells = [distinct(row) for row in self.rows]

    def go_on(self, part: "Grid") -> None:
        """Take up the rows of a further part, which a page break cut off."""
        self.joints.append(len(self.rows))
        self.rows += part.rows
        self.cells += part.cells


def distinct(row: Iterable[GridCell | None]) -> list[GridCell]:
    """The cells of a row once each, from left to right."""
    once = dict.fromkeys(row)  # by identity, since cells do not compare
    once.pop(None, None)
    return list(once)  # type: ignore[arg-type]


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture in the body of the document: by its address as written there, or with its bytes where the file itself
    holds them (`data` None: it does not)."""

    address: str
    data: bytes | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Link:
    """A link in the body: its address as written, and its words."""

    address: str
    words: str


Block = Paragraph | Grid | Picture

_COUNTER = re.compile(
    r"(浏览|点击|阅读|访问|查看|下载|点赞|分享|评论)(次数|人数|量|数)?[:：]?\d+(人?次|人)?|已?(浏览|点击|阅读|访问|下载)\d+次"
)
_SESSION = re.compile(r";jsessionid=[^?#]*", re.IGNORECASE)


@dataclass(slots=True)
class Document:
    """A file as read.

    `format` is that of the bytes (html, pdf, docx, text, …), never of the name. `blocks` are the body only, in
    reading order, without the site's menus where the reader can tell them. `meta` holds what the file says of
    itself: for HTML `title` (of <title>), the meta tags of 国办发〔2017〕47号 under their own names (SiteName,
    SiteIDCode, ColumnName, ArticleTitle, PubDate …) and the rows of a 索引号 table under their Chinese names.
    `lines` is the text as the file has it, line by line with its tabs (for the reading that needs no grid), and
    `lines_hold_tables` says whether it holds the tables too (a PDF's text layer, the bytes of a DOC); `html` is the
    decoded page for trafilatura, else None. `recognised`: letters were told from a picture, so that all readings
    rest on one recognition. `problems` says in words what could not be read.
    """

    format: str
    blocks: list[Block] = field(default_factory=list)
    meta: dict[str, str] = field(default_factory=dict)
    links: list[Link] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)
    lines_hold_tables: bool = False
    recognised: bool = False
    html: str | None = None
    problems: list[str] = field(default_factory=list)
    pages: int | None = None

    def fingerprint(self) -> str:
        """A hash of what a reader sees of the body: words, cells, pictures; no counters, layout, session ids.

        Government pages carry counters, tokens and a VIEWSTATE that differ at every visit (platforms.md §11).
        """
        seen: list[str] = []
        for block in self.blocks:
            match block:
                case Paragraph():
                    seen.append(block.text)
                case Picture():
                    seen.append(_SESSION.sub("", block.address))
                case Grid():
                    seen += ["\t".join(cell.text if cell else "" for cell in row) for row in block.rows]
        lines = (_COUNTER.sub("", "".join(text.split())) for text in seen)
        return hashlib.sha256("\n".join(filter(None, lines)).encode("utf-8", "surrogatepass")).hexdigest()

    @property
    def paragraphs(self) -> list[Paragraph]:
        """The prose blocks alone."""
        return [block for block in self.blocks if isinstance(block, Paragraph)]

    @property
    def grids(self) -> list[Grid]:
        """The tables alone."""
        return [block for block in self.blocks if isinstance(block, Grid)]
