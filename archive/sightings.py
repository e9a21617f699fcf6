"""When a report was seen at its addresses, by all looks at them: until when, whether listed, since when gone."""

from collections.abc import Sequence
from sqlite3 import Connection

from evidence import Capture, Captures

_SEEN = ("ok", "unchanged")
_GONE = ("gone", "soft_404")
Listed = dict[str, int | str | None]


def seen_until(capture: int, sha256: str | None, sightings: Sequence[Capture], first: str) -> str:
    """When the body of `capture` (seen `first`) was last seen at its address: until another one was captured there."""
    until = first
    for sighting in sightings:
        if sighting.id > capture:
            # A page that says the same may have got another file.
            if sighting.renewed and (sighting.sha256 != sha256 or sighting.outcome == "unchanged"):
                break
            if sighting.outcome in _SEEN:
                until = sighting.captured_at
    return until


def gone_since(sightings: Sequence[Capture]) -> str | None:
    """When an address was first found gone after it was last seen; None where the last looks did not find so."""
    since = None
    for sighting in sightings:
        if sighting.outcome in _GONE:
            since = since or sighting.captured_at
        elif sighting.outcome in _SEEN:
            since = None
    return since


def listing(sightings: Sequence[Capture]) -> Listed:
    """Whether a page still names an address, by all looks at it, oldest first, and since when none does."""
    known = [one for one in sightings if one.listed is not None]
    if not known:
        return {"listed": None, "unlisted_since": None}
    since = None
    for one in known:
        since = None if one.listed else since or one.captured_at
    return {"listed": int(since is None), "unlisted_since": since}


def note(db: Connection, evidence: Captures) -> None:
    """Note of every report at whose site something was asked since when it was last there; reads nothing anew."""
    before = set(db.execute("SELECT url, last_asked, requests, refused, failed FROM sites"))
    states = {
        (one.url, one.finished or one.started, one.requests, one.refused, one.failed): one.site
        for one in evidence.sites()
    }
    for site in {site for state, site in states.items() if state not in before}:
        captures = db.execute(
            """SELECT report_id, url, capture, version, body_sha256, captured_at FROM captures
            WHERE site_host = ? AND report_id > '' AND role <> 'attachment' ORDER BY capture""",
            (site,),
        ).fetchall()
        for report_id, url, capture, version, sha256, first in captures:
            sightings = evidence.sightings(url)
            until = seen_until(capture, sha256, sightings, first)
            db.execute(
                """UPDATE versions SET seen_until = max(seen_until, ?)
                WHERE report_id = ? AND version = ? AND seen_until < ?""",
                (until, report_id, version, until),
            )
            db.execute(
                """UPDATE addresses SET last_seen = max(last_seen, ?), last_asked = ?, last_outcome = ?,
                listed = ?, unlisted_since = ?, gone_since = ? WHERE report_id = ? AND url = ?""",
                (
                    until,
                    sightings[-1].captured_at,
                    sightings[-1].outcome,
                    *listing(sightings).values(),
                    gone_since(sightings),
                    report_id,
                    url,
                ),
            )
            db.executemany(
                """INSERT INTO addresses (report_id, url, first_seen, last_seen) VALUES (?, ?, ?, ?)
                ON CONFLICT (report_id, url) DO UPDATE SET last_seen = max(last_seen, excluded.last_seen)
                WHERE last_asked IS NULL""",
                [(report_id, *spelled) for spelled in evidence.spellings(url)],
            )
            db.execute(
                "UPDATE reports SET last_seen = ? WHERE report_id = ? AND last_seen < ?", (until, report_id, until)
            )
