"""The walk through government sites to their annual reports, politely; everything seen goes to the evidence."""

from crawler.calendar import Hours
from crawler.run import NoContact, crawl, due
from crawler.sites import Site, UnknownPlace, read, resolve
from crawler.summary import SiteSummary, Summary

__all__ = ["Hours", "NoContact", "Site", "SiteSummary", "Summary", "UnknownPlace", "crawl", "due", "read", "resolve"]
