"""Read by a Python that has this folder on its path: names of the imitated sites stand for loopback addresses.

SITES_BY_NAME holds `name=address` pairs; every other name is asked for as usual.
"""

import os
import socket
from typing import Any

_NAMES = dict(pair.split("=") for pair in os.environ.get("SITES_BY_NAME", "").split())
_ask = socket.getaddrinfo


def _known(host: Any, *args: Any, **options: Any) -> Any:
    return _ask(_NAMES.get(host, host), *args, **options)


socket.getaddrinfo = _known
