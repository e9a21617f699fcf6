"""The pictures of README: `python -m docs.screenshots` crawls the sample sites anew and photographs their archive.

Needs the extra `dev` (playwright) and Chromium on the PATH; writes docs/screenshots/*.png.
"""

import shutil
import socket
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from subprocess import DEVNULL, Popen, run
from tempfile import TemporaryDirectory

from playwright.sync_api import sync_playwright

import serve

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "docs" / "screenshots"
MAX_BYTES = 300_000  # a picture is read over slow lines, and every version of it stays in git
CHROMIUM = shutil.which("chromium") or "/usr/bin/chromium"
ARGUMENTS = "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking".split()

OFFICE = "/archive/offices/880121100-tangwuzhen"
PDF = "/archive/reports/880121-caizhengju-2022"
REPORT = "/archive/reports/880202001-zhenliujiedao-2024"
PICTURES = (  # name, address, width and height of the window, what to scroll to (None: the top)
    ("home", "/", 1280, 1000, None),
    ("home-phone", "/", 390, 844, None),
    ("list", "/archive/reports?q=信访&office_kind=township", 1280, 1000, None),
    ("list-phone", "/archive/reports?q=信访&office_kind=township", 390, 844, None),
    ("report", REPORT, 1280, 1000, "#requests"),
    ("report-phone", REPORT, 390, 844, None),
    ("passage", f"{PDF}/requests.granted.total", 1280, 1000, None),
    ("passage-phone", f"{PDF}/requests.granted.total", 390, 844, None),
    ("office", OFFICE, 1280, 1000, None),
    ("office-phone", OFFICE, 390, 844, None),
    ("county", "/archive/places/880121", 1280, 1000, None),
    ("county-phone", "/archive/places/880121", 390, 844, None),
    ("coverage", "/coverage?province=海岳省", 1280, 1000, None),
    ("coverage-phone", "/coverage?province=海岳省", 390, 844, None),
    ("method", "/method", 1280, 1000, None),
    ("method-phone", "/method", 390, 844, None),
    ("downloads", "/downloads", 1280, 1000, None),
    ("downloads-phone", "/downloads", 390, 844, None),
)


@contextmanager
def demo() -> Iterator[str]:
    """The address of the demo archive, crawled into a folder that is gone afterwards."""
    with TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "nianbao", "demo", "--no-serve", "--folder", folder]
        run(command, check=True, cwd=ROOT)  # noqa: S603
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        with Popen(serve.command(Path(folder) / "archive.db", port), cwd=ROOT, stdout=DEVNULL) as server:  # noqa: S603
            try:
                yield _ready(f"http://127.0.0.1:{port}")
            finally:
                server.kill()


def _ready(address: str) -> str:
    for _ in range(150):
        try:
            urllib.request.urlopen(f"{address}/robots.txt").close()  # noqa: S310
        except OSError:
            time.sleep(0.2)
        else:
            return address
    raise TimeoutError(f"{address} does not answer")


def main() -> None:
    """Take every picture; one that grew beyond MAX_BYTES is an error."""
    FOLDER.mkdir(exist_ok=True)
    with demo() as address, sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        for name, path, width, height, part in PICTURES:
            page = chromium.new_page(viewport={"width": width, "height": height})
            answer = page.goto(address + path)
            if answer is None or not answer.ok:
                raise RuntimeError(f"{path}: {answer and answer.status}")
            if part:
                page.evaluate("part => document.querySelector(part).scrollIntoView()", part)
            picture = FOLDER / f"{name}.png"
            page.screenshot(path=picture)
            page.close()
            if (size := picture.stat().st_size) > MAX_BYTES:
                raise RuntimeError(f"{picture.name}: {size} bytes")
            print(f"{picture.name}: {size} bytes")
        chromium.close()


if __name__ == "__main__":
    main()
