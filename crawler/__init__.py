"""The walk through government sites to their annual reports, politely; everything seen goes to the evidence."""

from crawler.run import NoContact, SiteSummary, Summary, crawl
from crawler.sites import Site, UnknownPlace, read, resolve

__all__ = ["NoContact", "Site", "SiteSummary", "Summary", "UnknownPlace", "crawl", "read", "resolve"]
