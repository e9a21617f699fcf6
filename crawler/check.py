"""A new site looked at with few requests: which row of data/sites.csv would fetch its reports?"""

import re
from collections import Counter
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

from crawler.fetch import text_of
from crawler.run import crawl
from crawler.sites import Site
from crawler.summary import Summary
from evidence import Capture, Captures, EvidenceError

LIMIT = 40
"""Requests of a look, robots.txt included."""

TRIED = ("old-tls", "any-certificate", "old-tls any-certificate")
"""What is tried where https fails, the least first."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """A row for data/sites.csv and what it rests on.

    `site_id_code` and `site_name` are the site's own meta tags ("" where none), `system` its content system (None:
    none that is known), `entries` the pages that named most reports, `reports` how many were met in the few requests,
    `stopped` the outcome for which it was left alone (None: it was not), `outcome` the judgement in Chinese.
    """

    site: Site
    site_id_code: str
    site_name: str
    system: str | None
    entries: list[str]
    reports: int
    stopped: str | None
    outcome: str


def check(site: Site, *, delay: float, contact: str | None = None) -> Proposal:
    """Looks at a site and proposes its row. Raises NoContact."""
    proposal = _look(site, delay, contact)
    if proposal.stopped == "tls" and not site.transport:
        for transport in TRIED:
            tried = _look(replace(site, transport=transport), delay, contact)
            if tried.stopped != "tls":
                return tried
    return proposal


def _look(site: Site, delay: float, contact: str | None) -> Proposal:
    with TemporaryDirectory() as folder:
        captures = Path(folder)
        summary = crawl([site], captures=captures, delay=delay, contact=contact, limit=LIMIT, progress=lambda _: None)
        with closing(Captures(captures)) as evidence:
            return _proposal(site, evidence, summary)


def _proposal(site: Site, evidence: Captures, summary: Summary) -> Proposal:
    seen = list(evidence.all())
    entries = Counter(one.found_on for one in seen if one.kind == "report" and one.found_on)
    tags = [tag for one in seen if one.kind in {"page", "report"} for tag in _metas(evidence, one)]
    code = next((content for name, content in tags if name == "siteidcode" and len(content) == 10), "")
    (state,) = evidence.sites()
    return Proposal(
        site=replace(site, division_code=site.division_code or (code[:6] if code.isdigit() else "")),
        site_id_code=code,
        site_name=next((content for name, content in tags if name == "sitename"), ""),
        system=state.system,
        entries=[page for page, _ in entries.most_common(5)],
        reports=state.reports,
        stopped=state.stopped,
        outcome=summary.sites[0].outcome,
    )


def _metas(evidence: Captures, capture: Capture) -> list[tuple[str, str]]:
    """The meta tags of a page: name in lower case, content."""
    try:
        text = text_of(evidence.body(capture), capture.media_type)
    except EvidenceError:
        return []
    found = []
    for tag in re.findall(r"<meta\b[^>]*>", text, re.I):
        about = dict(re.findall(r"""\b(name|content)\s*=\s*["']([^"']*)["']""", tag, re.I))
        if "name" in about and "content" in about:
            found.append((about["name"].lower(), about["content"].strip()))
    return found
