"""Headless Chromium for tests, and the archive served to it by the very command that `nianbao serve` runs."""

import os
import shutil
import socket
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

import serve

CHROMIUM = shutil.which("chromium") or "/usr/bin/chromium"
ARGUMENTS = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync"
).split()
WIDE, NARROW = 1280, 390

IN_CHROMIUM = [
    pytest.mark.browser,
    pytest.mark.skipif(not Path(CHROMIUM).exists() and not os.environ.get("CI"), reason="no Chromium on this machine"),
]


@contextmanager
def served(archive: Path) -> Iterator[str]:
    """The address of a running server; originals are those of `captures` beside the archive, if any."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    root = serve.FOLDER.parent
    with subprocess.Popen(
        serve.command(archive, port), cwd=root, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    ) as server:
        try:
            for _ in range(300):
                try:
                    urllib.request.urlopen(f"http://127.0.0.1:{port}/robots.txt").close()
                    break
                except OSError:
                    time.sleep(0.2)
            else:
                server.kill()
                assert server.stdout
                pytest.fail(server.stdout.read().decode())
            yield f"http://127.0.0.1:{port}"
        finally:
            server.kill()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield chromium
        chromium.close()


@pytest.fixture
def page(browser: Browser, address: str) -> Iterator[Page]:
    """A window on the site; whatever the browser complains of (a refused script, a missing file) is a failure, but
    that the page asked for is itself an error."""
    page = browser.new_page(viewport={"width": WIDE, "height": 900}, base_url=address)
    complaints: list[str] = []
    page.on("console", lambda told: complaints.append(told.text) if told.location["url"] != page.url else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    yield page
    assert complaints == []
    page.close()
