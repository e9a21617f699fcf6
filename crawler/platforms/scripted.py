"""What scripts in plain sight put on a page: words they write, trees they draw, addresses that a click makes.

No script is run. What is clicked or chosen stands in for what the script is told, and the address is read from the
result; where anything else would have to be known, there is none.
"""

import re
from collections.abc import Iterator

from lxml import etree

from crawler.platforms import templates
from crawler.platforms.listing import Target
from crawler.platforms.markup import words

_STRING = r"""(?:'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*")"""
_LITERAL = re.compile(_STRING)
_ESCAPED = re.compile(r"\\(.)")
_WRITE = re.compile(rf"document\.write(?:ln)?\(((?:[\s+]|[\w$.]+|{_STRING})*)\)")

_NODE = re.compile(r"\{([^{}\[\]]*)")
_FIELD = re.compile(rf"""["']?\b(\w+)["']?\s*:\s*({_STRING}|-?\w+)""")
_PARENTS = ("pId", "pid", "parentId", "parentid", "parent_id", "pID")
_NAMES = ("name", "text", "title", "label")
_URLS = ("url", "href", "link", "linkUrl")
_NODE_ID = re.compile(r"\b[\w$]*node[\w$]*\.id\b", re.I)
_ANY_ID = "NODE-ID"

_FUNCTION = re.compile(r"function\s+(\w+)\s*\(([\w$\s,]*)\)\s*\{((?>[^{}]+|\{(?>[^{}]+|\{[^{}]*\})*+\})*+)\}")
_CLICK = re.compile(rf"^\s*(?:javascript:)?\s*(?:return\s+)?(\w+)\(((?:[\s,]|-?\d+|{_STRING})*)\)", re.I)
_ARGUMENT = re.compile(rf"{_STRING}|-?\d+")
_CALLS = etree.XPath("//*[@onclick or starts-with(@href, 'javascript:')]")
_CHOSEN = re.compile(r"\bthis\.(?:value|options\[[^\]]*\]\.value)")


def written(text: str) -> str:
    """The page with what its scripts write where they write it."""
    if "document.write" not in text:
        return text
    return _WRITE.sub(lambda call: f"</script>{_joined(call[1])}<script>", text)


def _joined(pieces: str) -> str:
    return "".join(_ESCAPED.sub(r"\1", piece[1:-1]) for piece in _LITERAL.findall(pieces))


def targets(text: str, root: etree._Element) -> Iterator[Target]:
    """Where the nodes of a tree, clicks and choices lead, by the addresses as the scripts make them."""
    yield from _nodes(text)
    yield from _clicks(text, root)
    for select in root.iter("select"):
        changed = select.get("onchange") or ""
        for option in select.iter("option") if _CHOSEN.search(changed) else ():
            if value := (option.get("value") or "").strip():
                yield from _made(_CHOSEN.sub(f"'{value}'", changed), words(option))


def _nodes(text: str) -> Iterator[Target]:
    """The nodes of a zTree and its likes: flat objects that name their parents."""
    if not any(parent in text for parent in _PARENTS):
        return
    nodes = {node["id"]: node for node in map(_fields, _NODE.findall(text)) if "id" in node and _of(node, _NAMES)}
    opened = [one.text for one in templates.read(_NODE_ID.sub(f"'{_ANY_ID}'", text)) if _ANY_ID in one.text]
    for number, node in nodes.items():
        if not any(parent in node for parent in _PARENTS):
            continue
        address = _of(node, _URLS) or (opened[0].replace(_ANY_ID, number) if opened else "")
        if address:
            yield Target(address, _of(node, _NAMES), _under(nodes, node))


def _fields(node: str) -> dict[str, str]:
    return {key: _ESCAPED.sub(r"\1", value.strip("'\"")) for key, value in _FIELD.findall(node)}


def _of(node: dict[str, str], names: tuple[str, ...]) -> str:
    return next((node[name] for name in names if node.get(name, "") not in {"", "null", "#"}), "")


def _under(nodes: dict[str, dict[str, str]], node: dict[str, str]) -> str:
    """The names of the nodes above, the outermost first."""
    above: list[str] = []
    while (parent := nodes.get(_of(node, _PARENTS))) is not None and len(above) < len(nodes):
        above.insert(0, _of(parent, _NAMES))
        node = parent
    return " ".join(above)


def _clicks(text: str, root: etree._Element) -> Iterator[Target]:
    """Clicks that call a function of the page: its own text with what it is given in the place of its parameters."""
    for element, body, given in calls(text, root):
        yield from _made(_told(body, given), words(element))


def calls(text: str, root: etree._Element) -> Iterator[tuple[etree._Element, str, dict[str, str]]]:
    """What can be clicked and calls a function of the page: that function's text, and what its parameters are given."""
    functions = {name: (names.split(","), body) for name, names, body in _FUNCTION.findall(text)}
    for element in _CALLS(root) if functions else ():  # type: ignore[union-attr]
        call = _CLICK.match(element.get("onclick") or element.get("href") or "")  # type: ignore[union-attr]
        if call is not None and call[1] in functions:
            names, body = functions[call[1]]
            given = dict(zip((name.strip() for name in names), _ARGUMENT.findall(call[2]), strict=False))
            yield element, body, given  # type: ignore[misc]


def _told(body: str, given: dict[str, str]) -> str:
    """A function's text with what it is given, as strings, in the place of its parameters."""

    def replaced(part: re.Match[str]) -> str:
        literal = given.get(part[0], part[0])
        return f"'{literal}'" if literal.isdigit() else literal

    return re.sub(rf"{_STRING}|[\w$.]+\s*:|[\w$.]+", replaced, body)  # a key is no parameter, though called like one


def _made(code: str, said: str) -> Iterator[Target]:
    for one in templates.read(code):
        if not one.holes:
            yield Target(one.text, said)
