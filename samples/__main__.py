"""`python -m samples`: starts the sample sites and waits for Ctrl-C."""

import threading

from samples import serve

with serve() as rows:
    for row in rows:
        print(f"{row.division_code} {row.name} {row.url}")
    print("按 Ctrl-C 结束", flush=True)
    try:
        threading.Event().wait()
    except KeyboardInterrupt:
        print()
