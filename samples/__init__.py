"""Two invented counties on two content systems: sites to crawl on loopback, and what their reports truly say.

`serve()` starts the sites, `truth()` gives every report cell by cell. No place, office or number here is real.
"""

from samples.sites import forbidden, gone, not_reports, requests, serve, truth, write_sites
from samples.world import division_rows

__all__ = ["division_rows", "forbidden", "gone", "not_reports", "requests", "serve", "truth", "write_sites"]
