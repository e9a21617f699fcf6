"""A published site: what is answered for an address, and what each answer was."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from html import escape
from typing import NamedTuple
from urllib.parse import parse_qsl, unquote, urlsplit

from samples.content import Column, Content, Entry, File

MEDIA_TYPES = {
    "pdf": "application/pdf",
    "doc": "application/msword",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "png": "image/png",
    "jpg": "image/jpeg",
    "gif": "image/gif",
}


class Asked(NamedTuple):
    """A request: path decoded, parameters of query and form together, headers in lower case, which request it is."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    serial: int

    @property
    def token(self) -> str:
        """What changes with every answer: counters, tokens, view states."""
        return f"{self.serial * 7919 + 100_003:x}"


def asked(
    address: str, headers: dict[str, str] | None = None, method: str = "GET", form: str = "", serial: int = 0
) -> Asked:
    """The request for an address with its query (path only, or a whole URL)."""
    parts = urlsplit(address)
    query = dict(parse_qsl(parts.query, keep_blank_values=True)) | dict(parse_qsl(form))
    return Asked(method, unquote(parts.path), query, headers or {}, serial)


class Answer(NamedTuple):
    """What the server sends. `headers` come on top of Content-Type and Content-Length.

    `label` is what it is, for who judges a crawl: `entry:KEY`, `file:KEY`, `more:KEY` (a further page of an entry),
    `column:SLUG/…` and, where nothing of it has to do with annual reports, `other:…` or `trap:…`. `pause` are seconds
    before the answer, `cut` the bytes after which the connection breaks (None: it does not).
    """

    body: bytes
    media_type: str = "text/html; charset=utf-8"
    status: int = 200
    headers: tuple[tuple[str, str], ...] = ()
    label: str = "other:"
    pause: float = 0
    cut: int | None = None


Handler = Callable[[Asked], Answer]


@dataclass(slots=True)
class Built:
    """A site: handlers by path, and by the beginning of a path; where every entry stands.

    `entries` are the addresses of an entry, the one that its list links to first; `files` those of its files.
    `missing` answers for everything else (a plain 404 unless given). `validators` that are sent and honoured: etag,
    modified, both, or none (""). `filters` change every answer before it is sent.
    """

    pages: dict[str, Handler] = field(default_factory=dict)
    prefixes: list[tuple[str, Handler]] = field(default_factory=list)
    entries: dict[str, list[str]] = field(default_factory=dict)
    files: dict[str, list[str]] = field(default_factory=dict)
    missing: Handler | None = None
    robots: Answer = field(default_factory=lambda: Answer(NOT_FOUND.encode(), status=404))
    validators: str = ""
    filters: list[Callable[[Asked, Answer], Answer]] = field(default_factory=list)

    def answer(self, request: Asked) -> Answer:
        """What is at an address; a session id in the path is not looked at."""
        if self.validators:
            request = request._replace(serial=0)  # a counter on the page would make every validator new
        if ";jsessionid=" in request.path:
            request = request._replace(path=request.path.partition(";jsessionid=")[0])
        try:
            found = self._found(request)
        except ValueError:  # a parameter that is no number
            return Answer("参数错误".encode(), status=500, label="gone:")
        for change in self.filters:
            found = change(request, found)
        return found

    def _found(self, request: Asked) -> Answer:
        if request.path == "/robots.txt":
            return self.robots._replace(label="robots:")
        handler = self.pages.get(request.path)
        if handler is None:
            handler = next((found for start, found in self.prefixes if request.path.startswith(start)), None)
        if handler is None:
            handler = self.missing or not_found
        return handler(request)


NOT_FOUND = (
    "<html><head><title>404 Not Found</title></head><body><h1>404</h1><p>您要访问的页面不存在。</p></body></html>"
)
GONE = '<div class="error"><h2>页面不存在</h2><p>您访问的页面可能已经删除、更名或暂时不可用。</p></div>'


def not_found(_asked: Asked) -> Answer:
    """The plain 404."""
    return Answer(NOT_FOUND.encode(), status=404, label="gone:")


def metas(content: Content, column: Column | None = None, entry: Entry | None = None) -> str:
    """The meta tags that government sites must have (国办发〔2017〕47号)."""
    tags = {"SiteName": content.name, "SiteDomain": "www.example.test", "SiteIDCode": content.code}
    if column:
        tags |= {"ColumnName": column.name, "ColumnType": "政府信息公开" if column.about else "工作动态"}
    if entry:
        tags |= {"ArticleTitle": entry.title, "PubDate": f"{entry.day} 09:12:33", "ContentSource": content.name}
    elif column:
        tags |= {"ColumnDescription": column.name, "ColumnKeywords": column.name}
    return "\n".join(f'<meta name="{name}" content="{escape(value)}">' for name, value in tags.items())


def anchors(links: list[tuple[str, str]], template: str = '<li><a href="{1}">{0}</a></li>') -> str:
    """Links (words, address), each in a template."""
    return "".join(template.format(escape(words), escape(address)) for words, address in links)


def label_of(column: Column) -> str:
    """The label of a column's list page."""
    return f"column:{column.slug}" if column.about else f"other:{column.slug}"


def entry_label(entry: Entry, kind: str = "entry") -> str:
    """The label of an entry, of its file or of a further page of it."""
    return f"{kind}:{entry.key}" if entry.about else f"other:{entry.key}"


def file_answer(entry: Entry, file: File, **headers: str) -> Answer:
    """A file as it is downloaded."""
    kind = file.media_type or MEDIA_TYPES.get(file.extension, "application/octet-stream")
    lines = tuple((name.replace("_", "-"), value) for name, value in headers.items())
    return Answer(file.data(), kind, headers=lines, label=entry_label(entry, "file"))


def lasting(entry: Entry, file: File, asked: Asked) -> Answer:
    """A file of an entry at an address of its own: there as long as the entry is."""
    return not_found(asked) if entry.absent else file_answer(entry, file)


def place(site: Built, entry: Entry, page: str, files: Callable[[int, File], str]) -> list[str]:
    """Gives an entry its address `page` and its files theirs (`files`: number and file → path); returns the files'."""
    paths = [files(index, file) for index, file in enumerate(entry.files)]
    for path, file in zip(paths, entry.files, strict=True):
        if "?" not in path:
            site.pages[path] = partial(lasting, entry, file)
    site.files[entry.key] = paths
    site.entries.setdefault(entry.key, []).append(paths[0] if entry.direct else page)
    return paths


def there(entry: Entry) -> bool:
    """Whether an entry has a page of its own, and it is still there."""
    return not entry.direct and not entry.absent


def home_blocks(content: Content, link: Callable[[Column, tuple[Column, ...]], str], most: int = 10) -> str:
    """The middle of a home page: a block for each column with those below it, and the further links."""
    blocks = "".join(
        f'<div class="block"><h3><a href="{escape(link(column, ()))}">{escape(column.name)}</a></h3><ul>'
        f"{anchors([(sub.name, link(sub, (column,))) for sub in column.columns[:most]])}</ul></div>"
        for column in content.columns
    )
    return f'{blocks}<ul class="links">{anchors(content.links)}</ul>'


def own(site: Built, entry: Entry, part: str) -> str:
    """The address of an entry that has `part` in it, where it stands in several columns; else its first."""
    paths = site.entries[entry.key]
    return next((path for path in paths if part in path), paths[0])
