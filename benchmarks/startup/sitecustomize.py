"""Read by a Python that has this folder on its path: the circumstances of a crawl of imitated sites.

SITES_BY_NAME holds `name=address` pairs, host names that stand for loopback addresses. Scans are not recognised: what
is judged is that they are found, and recognition takes longer than all else together.
"""

import os
import socket
import sys
from typing import Any

_NAMES = dict(pair.split("=") for pair in os.environ.get("SITES_BY_NAME", "").split())
_ask = socket.getaddrinfo


def _known(host: Any, *args: Any, **options: Any) -> Any:
    return _ask(_NAMES.get(host, host), *args, **options)


if "SITES_BY_NAME" in os.environ:
    socket.getaddrinfo = _known
    sys.modules["rapidocr"] = None  # type: ignore[assignment]
