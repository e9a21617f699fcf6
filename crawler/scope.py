"""How far a walk may go: its own host and that host's other names, never off the site."""

import re
from functools import lru_cache
from urllib.parse import urlsplit, urlunsplit

from crawler.sites import host_of

SESSION = re.compile(r";jsessionid=[^?#/]*|/\((?:[A-Z]\([\w-]+\))+\)(?=/)", re.I)
"""A session's part of a path."""
_CHANGING = r"(?:0\.\d+|\d{10,}|(?=[0-9]*[a-z])(?=[a-z]*[0-9])[0-9a-z_-]{8,})"
_JUMP = re.compile(r"[?&]jump=true(?=&|$)", re.I)
_CHANGES = re.compile(
    r"[?&](?:(?:j?session_?id|phpsessid|asp(?:\.net_)?session\w*|sess(?:ion|id)?|_(?:ts?)?|_?r(?:a?nd|andom)|nocache)=[^&]*"
    rf"|(?:v|t|r|ts|timestamp|time|sid|token|s|uid|visit|ticket)={_CHANGING})(?=&|$)",
    re.I,
)
_ARTICLE = re.compile(
    r"/(?:art_\d+_(\d{4,})|t\d{8}_(\d{4,})|m?post_(\d{4,})|info/\d+/(\d{4,})|(?:art_|doc_)?([0-9a-f]{24,32})|content_(\d{4,}))"
    r"(?:\.s?html?)?$"
)
_PLAIN = re.compile(r"https?://[a-z0-9.:\-]+/(?!.*/mpost_)[^?#;(]*")
"""An address that holds nothing of all that, as most do."""
_GOVERNMENT = re.compile(r"([^.]+\.gov\.cn)(?::\d+)?$")
_NUMERIC = re.compile(r"^[\d.:\[\]a-f]+$")


def lasting(url: str) -> str:
    """The address without what changes at every visit: session ids and cache busters. What is sent by POST stays."""
    if _PLAIN.fullmatch(url):
        return url
    parts = urlsplit(url)
    path, query = SESSION.sub("", parts.path) or "/", _without(_CHANGES, parts.query)
    return urlunsplit((parts.scheme, parts.netloc.lower(), path, query, parts.fragment))


def tidy(url: str) -> str:
    """The lasting address, and of gkmlpt's twins (mpost_, ?jump=true) always the same one."""
    url = lasting(url)
    if "/mpost_" not in url and "jump=true" not in url:
        return url
    parts = urlsplit(url)
    return parts._replace(path=parts.path.replace("/mpost_", "/post_"), query=_without(_JUMP, parts.query)).geturl()


def _without(pattern: re.Pattern[str], query: str) -> str:
    while query and (shorter := pattern.sub("", "?" + query).replace("?&", "?").lstrip("?&")) != query:
        query = shorter
    return query


def article(url: str) -> str | None:
    """The number under which a content system keeps an article, which is the same in every column that shows it."""
    found = _ARTICLE.search(urlsplit(url).path)
    return next(filter(None, found.groups()), None) if found else None


def _bare(url: str) -> str:
    return _bare_host("/".join(url.split("/", 3)[:3]))


@lru_cache(maxsize=1 << 12)
def _bare_host(origin: str) -> str:
    return host_of(origin).removeprefix("www.")


def _registered(host: str) -> str:
    """example.gov.cn of any host below it, whatever its port; other hosts stand for themselves."""
    name = _GOVERNMENT.search(host)
    return name[1] if name else host


class Scope:
    """The hosts of one site. `others` are the sites of the same run, each walked for itself."""

    def __init__(self, url: str, others: frozenset[str] = frozenset()) -> None:
        """`url` is the address that a person gave; `others` are hosts without www."""
        self._hosts = {_bare(url)}
        self._others = others - self._hosts
        self._lent: set[str] = set()

    def may_lend(self, url: str) -> bool:
        """Whether an address is on a government's host that is no other site of this run."""
        host = _bare(url)
        return host.partition(":")[0].endswith(".gov.cn") and host not in self._others and "/gate/big5/" not in url

    def lend(self, url: str) -> None:
        """Adds the host of a prefecture's platform for all its counties, on which a site without reports has them."""
        self._lent.add(_bare(url))

    def is_lent(self, url: str) -> bool:
        """Whether an address is on such a host."""
        return _bare(url) in self._lent

    def widen(self, url: str) -> None:
        """Adds the host that the given address was redirected to, where it is a government's."""
        if self.may_lend(url):
            self._hosts.add(_bare(url))

    def holds(self, url: str) -> bool:
        """Whether an address belongs to the site: the same host with or without www., or a name below its domain."""
        if not url.startswith(("http://", "https://")) or "/gate/big5/" in url:
            return False
        host = _bare(url)
        if host in self._hosts or host in self._lent:
            return True
        if host in self._others or _NUMERIC.match(host):
            return False
        domains = {_registered(known) for known in self._hosts if _GOVERNMENT.search(known)}
        return _registered(host) in domains

    def is_own(self, url: str) -> bool:
        """Whether an address is on the site's own host, whatever its other names."""
        return _bare(url) in self._hosts

    def holds_entry(self, url: str) -> bool:
        """Whether a mere entry page may be asked: on the site's own hosts only, or below them."""
        host = _bare(url)
        return host in self._hosts or any(host.endswith(f".{own}") for own in self._hosts - {""})

    def canonical(self, url: str, page: str) -> str:
        """The address as it is asked: a twin of the page's own host (www., http and https) is asked under that host."""
        url = tidy(url)
        mine = urlsplit(page)
        if url.startswith(f"{mine.scheme}://{mine.netloc}/"):
            return url
        other = urlsplit(url)
        twin = other.netloc != mine.netloc and _bare(url) == _bare(page)
        if twin or (other.netloc == mine.netloc and not mine.port):
            return urlunsplit((mine.scheme, mine.netloc, other.path, other.query, other.fragment))
        return url
