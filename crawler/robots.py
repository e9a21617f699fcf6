"""robots.txt: what a site lets us ask, and how slowly."""

import re
from dataclasses import dataclass

from protego import Protego

AGENT = "nianbao"
"""The name that robots.txt may speak of."""


@dataclass(frozen=True, slots=True)
class Rules:
    """What one origin (scheme, host, port) allows; `reason` is the outcome that forbids everything, else None."""

    parser: Protego | None
    reason: str | None = None

    def allows(self, url: str) -> bool:
        """Whether this address may be asked."""
        if self.reason:
            return False
        return self.parser is None or bool(self.parser.can_fetch(url, AGENT))

    @property
    def delay(self) -> float:
        """Crawl-delay in seconds, 0 where none is asked."""
        return float((self.parser and self.parser.crawl_delay(AGENT)) or 0)


def rules(outcome: str, text: str) -> Rules:
    """What an answer for robots.txt means (RFC 9309 §2.3.1, stricter where a site refuses even that file).

    Not there: everything is allowed. Refused, failing or challenged: nothing is, for this run. A page of HTML is no
    robots file, as if there were none.
    """
    if outcome in {"gone", "soft_404", "client_error", "redirect", "too_large"}:
        return Rules(None)
    if outcome not in {"ok", "unchanged"}:
        return Rules(None, reason=outcome)
    if re.match(r"\s*(<!--.*?-->\s*)*<(!doctype|html|head|body|script|meta)", text.lstrip("\ufeff"), re.I | re.S):
        return Rules(None)
    return Rules(Protego.parse(text.lstrip("\ufeff")))
