"""Which reports an update wrote or took out: around these, what is worked out over several reports is worked out again.

The tables `changed` (reports as they are and as they were) and `changed_words` (their paragraphs) belong to the
archive, so that what an update that was killed had noted is there for the next.
"""

from collections.abc import Iterable
from sqlite3 import Connection


def note(db: Connection, report_ids: Iterable[str]) -> None:
    """Note reports as they stand: after they were written, and before they are taken out."""
    for report_id in report_ids:
        db.execute(
            """INSERT INTO changed SELECT report_id, office_id, office_kind, scope, year, province, county
            FROM reports WHERE report_id = ?""",
            (report_id,),
        )
        db.execute(
            """INSERT INTO changed_words SELECT DISTINCT fingerprint, year
            FROM paragraphs JOIN reports USING (report_id) WHERE report_id = ?""",
            (report_id,),
        )


def clear(db: Connection) -> None:
    """All that was noted has been worked out."""
    db.execute("DELETE FROM changed")
    db.execute("DELETE FROM changed_words")
