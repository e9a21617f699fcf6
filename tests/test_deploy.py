"""deploy/nginx.conf as nginx runs it: what is kept, packed, refused and written down."""

import getpass
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
import urllib3
from loopback import Answer, Server, serving

NGINX = shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
CONF = Path(__file__).parents[1] / "deploy" / "nginx.conf"
PAGE = "<p>年度报告</p>" * 200

pytestmark = pytest.mark.skipif(NGINX is None and not os.environ.get("CI"), reason="no nginx on this machine")


@pytest.fixture
def site() -> Iterator[Server]:
    kept = {"Cache-Control": "max-age=300"}
    every = {f"/archive/reports?year={2000 + at}": Answer(PAGE, headers=kept) for at in range(60)}
    csv = {"/archive/reports.csv": Answer("year\r\n2024\r\n", headers={"Content-Type": "text/csv", **kept})}
    words = {f"/archive/reports?q={quote('信访')}": Answer(PAGE, headers=kept)}
    static = {f"/static/{at}.css": Answer("p{}", headers={"Content-Type": "text/css"}) for at in range(60)}
    with serving({"/": Answer(PAGE, headers=kept), **every, **words, **csv, **static}) as server:
        yield server


@pytest.fixture
def front(site: Server, tmp_path: Path) -> Iterator[str]:
    """The address of an nginx of its own in front of `site`, its folders below `tmp_path`."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    (tmp_path / "srv/nianbao/current/downloads").mkdir(parents=True)
    (tmp_path / "srv/nianbao/current/downloads/reports.csv").write_text("year\n")
    (tmp_path / "var/log/nginx").mkdir(parents=True)
    (tmp_path / "var/cache/nginx").mkdir(parents=True)
    told = CONF.read_text("utf-8").replace("listen 80;", f"listen 127.0.0.1:{port};")
    told = told.replace("http://127.0.0.1:8001", site.url)
    for folder in ("/srv/", "/var/"):
        told = told.replace(f" {folder}", f" {tmp_path}{folder}")
    scratch = " ".join(
        f"{name}_temp_path {tmp_path}/{name};" for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    whole = f"""daemon off; pid {tmp_path}/pid; error_log {tmp_path}/error.log; user {getpass.getuser()};
        events {{}} http {{ {scratch} {told} }}"""
    (tmp_path / "nginx.conf").write_text(whole, "utf-8")
    assert NGINX is not None
    with subprocess.Popen([NGINX, "-p", str(tmp_path), "-c", str(tmp_path / "nginx.conf")]) as process:
        for _ in range(200):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.05)
        try:
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()


def get(address: str, method: str = "GET", **headers: str) -> urllib3.BaseHTTPResponse:
    return urllib3.request(method, address, headers=headers, retries=False, decode_content=False)


def test_a_page_is_asked_once_and_handed_out_packed(front: str, site: Server) -> None:
    first, second = (get(f"{front}/", **{"Accept-Encoding": "gzip"}) for _ in range(2))
    assert (first.headers["X-Cache"], second.headers["X-Cache"]) == ("MISS", "HIT")
    assert site.paths == ["/"]
    assert second.headers["Content-Encoding"] == "gzip"
    assert len(second.data) < len(PAGE.encode()) / 10


def test_who_asks_too_much_is_told_so(front: str) -> None:
    answers = [get(f"{front}/archive/reports?year={2000 + at}").status for at in range(50)]
    assert answers[:20] == [200] * 20  # who looks around is let alone
    assert answers.count(429) >= 20
    assert {get(f"{front}/static/{at}.css").status for at in range(60)} == {200}


def test_what_people_looked_for_is_written_nowhere(front: str, tmp_path: Path) -> None:
    for _ in range(40):
        get(f"{front}/archive/reports?q={quote('信访')}", Referer=f"{front}/?q={quote('信访')}")
    logs = list((tmp_path / "var/log/nginx").iterdir())
    written = b"".join(log.read_bytes() for log in logs).decode()
    assert "GET /archive/reports HTTP" in written
    assert "信访" not in written
    assert quote("信访") not in written
    assert "q=" not in written


def test_files_to_take_home_come_from_the_snapshot_and_a_list_as_csv_is_not_kept(front: str, site: Server) -> None:
    assert get(f"{front}/downloads/reports.csv").data == b"year\n"
    assert site.paths == []
    for _ in range(2):
        assert get(f"{front}/archive/reports.csv").status == 200
    assert site.paths == ["/archive/reports.csv"] * 2


def test_nothing_but_reading_gets_through(front: str, site: Server) -> None:
    assert [get(f"{front}/", method).status for method in ("POST", "PUT", "DELETE")] == [403] * 3
    assert site.paths == []
    assert get(f"{front}/", "HEAD").status == 200
