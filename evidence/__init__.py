"""The evidence: every answer as it came over the wire (WARC), and a ledger of what was asked and is still to do."""

from evidence.agenda import Task, Visit
from evidence.captures import LEDGER, Capture, Captures, SiteState
from evidence.errors import Busy, DiskFull, EvidenceError, Locked, Lost, Unusable
from evidence.outcomes import FAILURES, KINDS, OUTCOMES, REFUSALS, TRANSPORTS
from evidence.recorder import KEPT, NOTHING, About, Recorder, Validators
from evidence.warc import Exchange

__all__ = [
    "FAILURES",
    "KEPT",
    "KINDS",
    "LEDGER",
    "NOTHING",
    "OUTCOMES",
    "REFUSALS",
    "TRANSPORTS",
    "About",
    "Busy",
    "Capture",
    "Captures",
    "DiskFull",
    "EvidenceError",
    "Exchange",
    "Locked",
    "Lost",
    "Recorder",
    "SiteState",
    "Task",
    "Unusable",
    "Validators",
    "Visit",
]
