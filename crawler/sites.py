"""Which sites: rows of data/sites.csv or of a file of one's own, found by code, by name or by address."""

import csv
import difflib
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import urlsplit

from evidence import TRANSPORTS

SITES = Path(__file__).parent.parent / "data" / "sites.csv"
"""The registry: division_code,name,url,site_id_code,transport,note."""


class UnknownPlace(ValueError):  # noqa: N818 - it names what was given
    """What a person asked to crawl is not known; str() is one line in Chinese that says what may be meant."""


@dataclass(frozen=True, slots=True)
class Site:
    """An address to begin at, and whose it is: code and name are "" where unknown.

    `transport` is what its servers need and are allowed (names of fetch.TRANSPORTS, with spaces between), `offices`
    how many townships and streets the place has (0: not known).
    """

    url: str
    division_code: str = ""
    name: str = ""
    transport: str = ""
    offices: int = 0

    @property
    def host(self) -> str:
        """The host, with its port where that is not the default: the key of a site everywhere."""
        return host_of(self.url)


def host_of(url: str) -> str:
    """Host in lower case, with the port where it is not that of the scheme."""
    parts = urlsplit(url)
    port = parts.port
    default = {"http": 80, "https": 443}.get(parts.scheme)
    host = (parts.hostname or "").lower()
    host = f"[{host}]" if ":" in host else host
    return host if port in {None, default} else f"{host}:{port}"


def read(path: Path) -> list[Site]:
    """The rows of a CSV file with the columns division_code,name,url (UTF-8, with or without BOM).

    A column `transport` may allow a host what it needs (evidence.TRANSPORTS); more columns are ignored.
    Raises UnknownPlace where the file cannot be used.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as stream:
            reader = csv.DictReader(stream)
            missing = {"division_code", "name", "url"} - set(reader.fieldnames or ())
            if missing:
                raise UnknownPlace(f"{path} 缺少列：{'、'.join(sorted(missing))}（需要 division_code,name,url）。")
            rows = [(number, row) for number, row in enumerate(reader, start=2) if (row["url"] or "").strip()]
    except OSError as error:
        raise UnknownPlace(f"无法读取 {path}：{error.strerror}。") from error
    except (UnicodeDecodeError, csv.Error) as error:
        raise UnknownPlace(f"{path} 不是 UTF-8 编码的 CSV 文件。") from error
    sites = []
    for number, row in rows:
        url = _address(row["url"])
        if url is None:
            raise UnknownPlace(f"{path} 第 {number} 行的网址无法使用：{row['url']}")
        transport = (row.get("transport") or "").split()
        if unknown := [word for word in transport if word not in TRANSPORTS]:
            raise UnknownPlace(
                f"{path} 第 {number} 行的 transport 无法使用：{unknown[0]}（可用：{'、'.join(TRANSPORTS)}）"
            )
        code, name = (row["division_code"] or "").strip(), (row["name"] or "").strip()
        sites.append(Site(url, code, name, " ".join(transport)))
    return sites


def resolve(places: Iterable[str], registry: Path = SITES) -> list[Site]:
    """The sites for division codes, names and http(s) addresses, in the order given, each address once.

    Raises UnknownPlace for the first that cannot be found, is not one place, or has no site.
    """
    known = read(registry) if registry.exists() else []
    found: dict[str, Site] = {}
    for place in places:
        site = _resolve(place.strip(), known)
        found.setdefault(site.url, site)
    return list(found.values())


def _resolve(place: str, known: list[Site]) -> Site:
    if "://" in place:
        url = _address(place)
        if url is None:
            raise UnknownPlace(f"“{place}”不是可以访问的网址（需要 http:// 或 https://）。")
        same = [site for site in known if site.host.removeprefix("www.") == host_of(url).removeprefix("www.")]
        return replace(same[0], url=url) if len(same) == 1 else Site(url)
    if not place:
        raise UnknownPlace("没有说明要采集哪里：请给出区划代码、地名或网址。")
    if re.fullmatch(r"\d{2,12}", place):
        code = place[:6]
        matches = [site for site in known if site.division_code == code]
        if matches:
            return matches[0]
        near = [site for site in known if site.division_code.startswith(code[:4])][:5]
        raise UnknownPlace(f"没有区划代码为 {place} 的网站。{_suggest(near)}")
    matches = [site for site in known if site.name == place] or [
        site for site in known if _short(site.name) == _short(place)
    ]
    if len(matches) == 1:
        return matches[0]
    if matches:
        raise UnknownPlace(f"“{place}”不止一处：{_listed(matches)}。请改用区划代码。")
    close = [site for site in known if place in site.name]
    names = difflib.get_close_matches(place, [site.name for site in known], n=5, cutoff=0.5)
    close += [site for site in known if site.name in names and site not in close]
    raise UnknownPlace(f"没有找到“{place}”。{_suggest(close[:5])}")


def _short(name: str) -> str:
    return re.sub(r"(?<=..)(自治县|自治旗|县|区|市|旗)$", "", name)


def _listed(sites: list[Site]) -> str:
    return "、".join(f"{site.name}（{site.division_code}）" for site in sites[:8]) + ("等" if len(sites) > 8 else "")


def _suggest(sites: list[Site]) -> str:
    return f"是否指：{_listed(sites)}？" if sites else "可以直接给出网址，或用 --sites 指定一个 CSV 文件。"


def _address(text: str) -> str | None:
    """The address with a path, None where it is not http(s) with a host and a possible port."""
    text = text.strip()
    try:
        parts = urlsplit(text)
        if parts.scheme.lower() not in {"http", "https"} or not parts.hostname or parts.port == 0:
            return None
    except ValueError:
        return None
    return parts._replace(
        scheme=parts.scheme.lower(), netloc=parts.netloc.lower(), path=parts.path or "/", fragment=""
    ).geturl()
