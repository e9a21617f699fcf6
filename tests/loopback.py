"""A small web server on a loopback address of its own, with a log of what it was asked."""

import itertools
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

_addresses = itertools.count(20)


@dataclass
class Answer:
    body: bytes | str = ""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    length: int | None = None  # a Content-Length that lies
    pause: float = 0
    raw: bytes | None = None  # everything after the request, as it goes over the wire


@dataclass
class Asked:
    at: float
    path: str
    headers: dict[str, str]
    body: bytes = b""  # what was posted


class Server:
    def __init__(self, pages: dict[str, Answer | str | bytes | Callable[[Asked], Answer]]) -> None:
        self.pages = pages
        self.log: list[Asked] = []
        self.url = ""

    @property
    def paths(self) -> list[str]:
        return [asked.path for asked in self.log]

    def answer(self, asked: Asked) -> Answer:
        page = self.pages.get(asked.path, Answer("<p>Not Found</p>", 404))
        if callable(page):
            page = page(asked)
        return page if isinstance(page, Answer) else Answer(page)


@contextmanager
def serving(
    pages: dict[str, Answer | str | bytes | Callable[[Asked], Answer]], tls: ssl.SSLContext | None = None
) -> Iterator[Server]:
    server = Server(pages)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            sent = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            asked = Asked(time.monotonic(), self.path, dict(self.headers), sent)
            server.log.append(asked)
            answer = server.answer(asked)
            time.sleep(answer.pause)
            if answer.raw is not None:
                self.wfile.write(answer.raw)
                self.close_connection = True
                return
            body = answer.body.encode() if isinstance(answer.body, str) else answer.body
            self.send_response(answer.status)
            for name, value in ({"Content-Type": "text/html; charset=utf-8"} | answer.headers).items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body) if answer.length is None else answer.length))
            self.end_headers()
            with suppress(OSError):  # who asked may be gone: killed, or tired of waiting
                self.wfile.write(body)
            if answer.length is not None:
                self.close_connection = True

        do_POST = do_GET  # noqa: N815

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            pass

    host = f"127.0.1.{next(_addresses)}"
    httpd = ThreadingHTTPServer((host, 0), Handler)
    httpd.daemon_threads = True
    if tls is not None:
        httpd.socket = tls.wrap_socket(httpd.socket, server_side=True, do_handshake_on_connect=False)
    threading.Thread(target=httpd.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    server.url = f"{'https' if tls else 'http'}://{host}:{httpd.server_port}"
    try:
        yield server
    finally:
        httpd.shutdown()
        httpd.server_close()


def report(office: str, year: int) -> str:
    """A short report that identify() takes for one: a title and the chapters of the form."""
    chapters = (
        f"<p>一、总体情况</p><p>{year}年，{office}认真贯彻落实《中华人民共和国政府信息公开条例》，"
        f"主动公开政府信息{year % 97}条。</p>"
        "<p>二、主动公开政府信息情况</p><table><tr><th colspan=4>第二十条第（一）项</th></tr><tr><td>信息内容</td>"
        "<td>本年制发件数</td><td>本年废止件数</td><td>现行有效件数</td></tr><tr><td>规章</td><td>0</td><td>0</td><td>0</td>"
        "</tr><tr><td>行政规范性文件</td><td>1</td><td>2</td><td>3</td></tr></table>"
        "<p>三、收到和处理政府信息公开申请情况</p><p>四、政府信息公开行政复议、行政诉讼情况</p>"
        "<p>五、存在的主要问题及改进情况</p><p>公开的深度还不够，将进一步改进。</p><p>六、其他需要报告的事项</p><p>无。</p>"
    )
    title = f"{office}{year}年政府信息公开工作年度报告"
    head = f"<html><head><meta charset=utf-8><title>{title}</title></head>"
    return f"{head}<body><h1>{title}</h1><div>{chapters}</div></body></html>"


def page(*links: tuple[str, str], more: str = "") -> str:
    """A page of links."""
    anchors = "".join(f'<li><a href="{address}">{words}</a></li>' for address, words in links)
    return f"<html><head><meta charset=utf-8><title>页面</title></head><body><ul>{anchors}</ul>{more}</body></html>"
