"""The place in a body's name as a scan's witnesses have it: recognition takes a rare character for a common one."""

import re
from collections import Counter
from collections.abc import Iterable
from itertools import pairwise

import divisions

_LEVEL = re.compile("[^省市州盟县区旗镇乡道]+[省市州盟县区旗镇乡道]")
"""棠浦区 and 云屏镇 of 棠浦区云屏镇人民政府. What follows (教体局, 教育局) differs by wording, not by misreading."""
_LAST_COMMON = 0xD7
_TYPED = 2
"""Votes of a name that was typed (a link's words): as many as title and signature, since people mistype too."""

_TOWNSHIP = ("镇", "乡", "街道")


def agreed(name: str, printed: Iterable[str], typed: Iterable[str]) -> str:
    """`name` with each level of its place as most of `printed` (read in the scan, `name` among them) and `typed` spell
    it, where they are names of one body: a character of a level differs, or is missing in the scan. Ties leave `name`.

    A character outside GB 2312 is none that recognition takes for another nor one that is typed by mistake: a typed
    name that has it is believed.
    """
    own = _LEVEL.findall(name)[::-1]
    votes = [Counter({level: 0}) for level in own]
    for names, weight in ((printed, 1), (typed, _TYPED)):
        for other in names:
            levels = _LEVEL.findall(other)[::-1]
            pairs = list(zip(own, levels, strict=False))
            if all(_may_be_one(mine, theirs, weight == _TYPED) for mine, theirs in pairs):
                for vote, (mine, theirs) in zip(votes, pairs, strict=False):
                    is_rare = weight == _TYPED and any(not _is_common(char) for char in set(theirs) - set(mine))
                    vote[theirs] += 100 if is_rare else weight
    for mine, vote in zip(own, votes, strict=True):
        name = name.replace(mine, vote.most_common(1)[0][0], 1)
    return name


def settled(name: str) -> str:
    """`name` with a township that nobody knows spelled as the country's divisions have it: where of the county named
    before it one alone differs by one character, and that a rare one (鲹鱼河镇 was read as 参鱼河镇)."""
    known = divisions.load()
    strangers = unknown(name)
    for above, place in pairwise(_LEVEL.findall(name)):
        if place in strangers:
            inside = (one.name for county in known.by_name.get(above, ()) for one in known.townships(county.code))
            fits = {one for one in inside if _is_read_as(one, place)}
            name = name.replace(place, fits.pop(), 1) if len(fits) == 1 else name
    return name


def unknown(name: str) -> list[str]:
    """The townships and streets of `name` that there are not and have not been."""
    known = divisions.load().by_name
    return [place for place in _LEVEL.findall(name) if place.endswith(_TOWNSHIP) and place not in known]


def _is_read_as(place: str, read: str) -> bool:
    """Whether recognition may take one place for another: a rare character for a common one."""
    differing = [one for one, other in zip(place, read, strict=False) if one != other]
    return len(place) == len(read) and len(differing) == 1 and _is_rare(differing[0])


def _may_be_one(mine: str, theirs: str, may_lack: bool) -> bool:
    """Whether two levels are one and the same, but for a character read as another or (`may_lack`) not at all."""
    if mine[-1] != theirs[-1]:
        return False
    if len(mine) == len(theirs):
        return sum(one != other for one, other in zip(mine, theirs, strict=True)) <= 1
    return may_lack and any(theirs[:at] + theirs[at + 1 :] == mine for at in range(len(theirs)))


def _is_common(char: str) -> bool:
    try:
        return bool(char.encode("gb2312"))
    except UnicodeEncodeError:
        return False


def _is_rare(char: str) -> bool:
    """Whether a character is none of the 3755 in most use, which GB 2312 has first."""
    return not _is_common(char) or char.encode("gb2312")[0] > _LAST_COMMON
