"""Pictures of every page, wide and narrow: `python -m docs.screenshots` crawls the sample sites and photographs them.

Needs the extra `dev` (playwright) and Chromium on the PATH; writes docs/screenshots/*.webp.
"""

import io
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

from PIL import Image
from playwright.sync_api import sync_playwright

import serve
from serve.questions import questions

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "docs" / "screenshots"
MAX_BYTES = 100_000  # a picture is read over slow lines, and every version of it stays in git
CHROMIUM = shutil.which("chromium") or "/usr/bin/chromium"
ARGUMENTS = "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking".split()

WINDOWS = {"": (1280, 1000), "-phone": (390, 844)}
REPORT = "/archive/reports/880202001-zhenliujiedao-2024"
PAGES = (  # name, address, what to scroll to (None: the top)
    ("home", "/", None),
    ("charts", "/", "#numbers"),
    ("list", "/archive/reports?q=信访&office_kind=township&received__gte=5", None),
    ("question", f"/archive/{next(one.link for one in questions() if 'denied' in one.columns)}", None),
    ("findings", f"/archive/{next(one.link for one in questions() if one.table == 'findings')}", None),
    ("copies", f"/archive/{next(one.link for one in questions() if one.table == 'copies')}", None),
    ("report", REPORT, "#requests"),
    ("report-top", REPORT, None),
    ("report-source", f"{REPORT}?with=last", "#findings"),
    ("passage", "/archive/reports/880121-caizhengju-2022/requests.granted.total", None),
    ("passage-table", f"{REPORT}/requests.granted.total", None),
    ("office", "/archive/offices/880121100-tangwuzhen", None),
    ("county", "/archive/places/880121", None),
    ("coverage", "/coverage?province=海岳省", None),
    ("tables", "/archive", None),
    ("method", "/method", None),
    ("api", "/api", None),
    ("downloads", "/downloads", None),
    ("no-hits", "/archive/reports?q=没有这样的词", None),
    ("no-such-page", "/archive/reports/880121-meiyou-2024", None),
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
        for ending, (width, height) in WINDOWS.items():
            page = chromium.new_page(viewport={"width": width, "height": height}, base_url=address)
            for name, path, part in PAGES:
                answer = page.goto(path)
                if answer is None or answer.ok == (name == "no-such-page"):
                    raise RuntimeError(f"{path}: {answer and answer.status}")
                if part:
                    page.evaluate("part => document.querySelector(part).scrollIntoView()", part)
                _keep(page.screenshot(), FOLDER / f"{name}{ending}.webp")
            page.close()
        chromium.close()


def _keep(picture: bytes, file: Path) -> None:
    with Image.open(io.BytesIO(picture)) as image:
        image.save(file, "WEBP", quality=60, method=6)
    size = file.stat().st_size
    print(f"{file.name}: {size} bytes")
    if size > MAX_BYTES:
        raise RuntimeError(f"{file.name} has {size} bytes, more than {MAX_BYTES}")


if __name__ == "__main__":
    main()
