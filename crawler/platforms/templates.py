"""Addresses as scripts write them: whole, or put together from pieces in plain sight ('/api/list?id=' + id).

No script is run: what a script is told stands as a hole in the address, to be filled by who knows it.
"""

import json
import re
from dataclasses import dataclass
from urllib.parse import quote

_PIECE = r"""(?:'[^'\n]*'|"[^"\n]*"|`[^`]*`)"""
_NAME = r"""[\w$.]+(?:\((?:[^()\n]*)\))?"""
_ADDRESS = re.compile(
    rf"(?:({_NAME})\s*\+\s*)?({_PIECE})((?:\s*\+\s*(?:{_PIECE}|{_NAME}))*)"
    r"(\s*,\s*\{[^{}]*(?:\{[^{}]*\})?)?"
)
_PART = re.compile(rf"({_PIECE})|({_NAME})")
_CONSTANT = re.compile(rf"(?:var|let|const|,)\s*(\w+)\s*=\s*({_PIECE})\s*[;,\n]")
_BEFORE = re.compile(
    r"""(?:fetch|get|getJSON|post|load|ajax|request|axios|url|open|api)\w*"""
    r"""\s*[(:=]\s*(?:["']GET["']\s*,\s*)?\{?\s*(?:url\s*:\s*)?$""",
    re.I,
)
_POSTS = re.compile(r"((?:\$|jQuery)\.)?post\w*\s*\(\s*$", re.I)
_OPENS = re.compile(r"(?:location(?:\.href)?\s*=|window\.open\(|location\.(?:replace|assign)\(|router\.push\()\s*$")
_PAIR = re.compile(rf"""["']?(\w+)["']?\s*:\s*(?:({_PIECE})|([\w$.]+(?:\([^()]*\))?))""")
_TOLD = re.compile(r"""(?:var|let|const|,)\s*(\w+)\s*=\s*[\w$.]+\(\s*["'](\w+)["']\s*\)""")
"""A variable that holds what the address says under a name: var id = getParam('id')."""
PAGE = re.compile(r"^(page|pageno|pagenum|pageindex|pagenumber|currpage|currentpage|current|p)$", re.I)
"""Names under which the number of a page is sent."""
SIZE = re.compile(r"size|limit|rows|perpage", re.I)
"""The same for how many a page holds."""
_USUAL = "20"


@dataclass(frozen=True, slots=True)
class Template:
    """An address as a script writes it; a hole is {key}, the name under which it is sent or written.

    `opens`: a click goes there, and the script itself does not ask for it.
    """

    text: str
    holes: tuple[str, ...]
    opens: bool = False

    @property
    def pages(self) -> bool:
        """Whether it asks for a page of something."""
        return any(PAGE.match(hole) for hole in self.holes) or bool(re.search(r"[?&](page\w*)=\d", self.text, re.I))

    def fill(self, given: dict[str, str]) -> "Template":
        """With what is known: numbers of pages, what the page's own address says, else what `given` says."""
        text, left = self.text, []
        for hole in self.holes:
            value = given.get(hole)
            if value is None:
                value = "1" if PAGE.match(hole) else _USUAL if SIZE.search(hole) else None
            if value is None:
                left.append(hole)
            else:
                text = text.replace("{" + hole + "}", quote(value, safe=""))
        return Template(text, tuple(left), self.opens)


def read(scripts: str) -> list[Template]:
    """The addresses that scripts ask for, whole or with places for what they are told."""
    constants = {name: piece[1:-1] for name, piece in _CONSTANT.findall(scripts)}
    told = dict(_TOLD.findall(scripts))
    found: dict[Template, None] = {}
    for match in _ADDRESS.finditer(scripts):
        first, piece, rest, form = match.groups()
        head = constants.get(first or "", "")
        text, holes = head + _holes(piece[1:-1]), list[str]()
        if first and not head:
            continue
        holes += re.findall(r"\{(\w+)\}", text)
        for part, name in _PART.findall(rest or ""):
            if part:
                text += part[1:-1]
            elif name in constants:
                text += constants[name]
            else:
                hole = told.get(name) or _hole(text, name)
                holes.append(hole)
                text += "{" + hole + "}"
        before = scripts[max(0, match.start() - 60) : match.start()]
        called, opens = _BEFORE.search(before), _OPENS.search(before) is not None
        if not _is_address(text) or not (called or opens or "/api" in text):
            continue
        sent: dict[str, str] = {}
        for key, quoted, name in _PAIR.findall(form or "") if called else ():
            if key in ("params", "headers", "data", "method", "type", "dataType", "success", "url"):
                continue
            value = quoted[1:-1] if quoted else name if name.isdigit() else constants.get(name)
            if value is None:
                holes.append(told.get(name, key))
                value = "{" + holes[-1] + "}"
            sent[key] = value
        text += _sent(sent, _POSTS.search(before), "?" in text)
        found[Template(text, tuple(dict.fromkeys(holes)), opens)] = None
    # A constant that the others begin with is asked by none.
    return [one for one in found if not any(other.text.startswith(f"{one.text}/") for other in found)]


def _sent(fields: dict[str, str], posts: re.Match[str] | None, has_query: bool) -> str:
    """What is sent with an address: behind a # what is posted, by jQuery as a form, by all others as JSON."""
    if not fields:
        return ""
    if posts and not posts[1]:
        return "#" + json.dumps(fields, ensure_ascii=False, separators=(",", ":"))
    query = "&".join(f"{key}={value}" for key, value in fields.items())
    return ("#" if posts else "&" if has_query else "?") + query


def _holes(literal: str) -> str:
    """A template literal's ${…} as holes."""
    while hole := re.search(r"\$\{\s*([^}]+?)\s*\}", literal):
        literal = literal[: hole.start()] + "{" + _hole(literal[: hole.start()], hole[1]) + "}" + literal[hole.end() :]
    return literal


def _hole(text: str, name: str) -> str:
    """The name of a hole: the key under which it is sent, else what is asked for ('id') or the variable's own name."""
    if key := re.search(r"[?&](\w+)=$", text):
        return key[1]
    if said := re.search(r"\(\s*['\"](\w+)['\"]", name):
        return said[1]
    return re.split(r"[.(]", name)[-1] or name.split(".")[0]


def _is_address(text: str) -> bool:
    if re.search(r"\.(js|css|png|jpe?g|gif|svg|ico|vue)\b", text, re.I) or " " in text:
        return False
    return (
        bool(re.match(r"(?:https?:/)?/?[\w{}.\-]+/|/|[\w\-]+\.(?:json|do|php|jsp|ashx|action)", text)) and len(text) > 3
    )
