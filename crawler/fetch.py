"""The wire: a Scrapy download handler that keeps header lines as sent and the body as encoded, and names what failed.

Scrapy's own handlers title-case and regroup headers and drop what came of a broken body; evidence needs both.
"""

import ssl
import time
import warnings
from functools import cache

import aiohttp
import yarl
from aiohttp.abc import AbstractResolver
from scrapy import Request
from scrapy.core.downloader.handlers.base import BaseDownloadHandler
from scrapy.crawler import Crawler
from scrapy.http import Response
from w3lib.encoding import html_to_unicode

from evidence import Exchange
from evidence.moments import now

ENCODINGS = "gzip, deflate"
"""What evidence.warc.decode understands."""


LEGACY_SERVER_CONNECT = 0x4
"""OpenSSL's OP_LEGACY_SERVER_CONNECT, which ssl names only from Python 3.12 on."""


@cache
def encryption(transport: str) -> ssl.SSLContext:
    """How https is spoken with a host that is allowed `transport`."""
    allowed = transport.split()
    context = ssl.create_default_context()
    if "old-tls" in allowed:
        context.options |= LEGACY_SERVER_CONNECT
        with warnings.catch_warnings(action="ignore", category=DeprecationWarning):
            context.minimum_version = ssl.TLSVersion.TLSv1
        context.set_ciphers("DEFAULT:@SECLEVEL=0")  # level 1 has no TLS 1.0 in OpenSSL 3
    if "any-certificate" in allowed:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context


class NoAnswer(Exception):  # noqa: N818 - an outcome more than an error
    """The request came to `outcome` (one of evidence.OUTCOMES); what there is of an answer is in meta["exchange"]."""

    def __init__(self, outcome: str, detail: str = "") -> None:
        """`detail` is the library's own message."""
        super().__init__(detail or outcome)
        self.outcome = outcome


class WireHandler(BaseDownloadHandler):
    """Fetches one address; nothing is followed, retried or decoded here.

    meta["transport"] is what the host is allowed (evidence.TRANSPORTS, with spaces between); meta["exchange"] holds
    what was sent and what came, meta["answered"] when the first byte did (monotonic seconds).
    Raises NoAnswer.
    """

    def __init__(self, crawler: Crawler) -> None:
        """Reads DOWNLOAD_MAXSIZE and DOWNLOAD_TIMEOUT."""
        super().__init__(crawler)
        self._crawler = crawler
        self._limit = crawler.settings.getint("DOWNLOAD_MAXSIZE")
        self._timeout = aiohttp.ClientTimeout(total=crawler.settings.getfloat("DOWNLOAD_TIMEOUT"), sock_connect=20)
        self._session: aiohttp.ClientSession | None = None

    def _names(self) -> AbstractResolver | None:
        """The names that the spider's turns are booked by, so that the address asked is the address booked."""
        return getattr(getattr(self._crawler.spider, "turns", None), "addresses", None)

    def _client(self) -> aiohttp.ClientSession:
        if self._session is None:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(
                    limit=0, force_close=True, resolver=self._names(), use_dns_cache=False, happy_eyeballs_delay=None
                ),
                cookie_jar=aiohttp.DummyCookieJar(),
                middlewares=(_once,),
                auto_decompress=False,
                timeout=self._timeout,
                skip_auto_headers=("Accept", "Accept-Encoding", "Content-Type", "User-Agent"),
                max_line_size=1 << 16,
                max_field_size=1 << 16,
            )
        return self._session

    async def download_request(self, request: Request) -> Response:
        """The answer with its body content-encoded; its text is for the caller to decode."""
        exchange = Exchange(request.url, now())
        request.meta["exchange"] = exchange
        headers = [(name.decode(), value.decode()) for name, values in request.headers.items() for value in values]
        address, _, form = request.url.partition("#")
        url = yarl.URL(address, encoded=True)  # as written: some servers answer 404 to a re-quoted address
        method, sent = ("POST", form.encode()) if form else ("GET", None)
        try:
            async with self._client().request(
                method,
                url,
                data=sent,
                headers=headers,
                allow_redirects=False,
                ssl=encryption(request.meta["transport"]),
            ) as answer:
                request.meta["answered"] = time.monotonic()
                _take_head(exchange, answer)
                await self._take_body(exchange, answer)
        except NoAnswer:
            raise
        except TimeoutError as error:
            exchange.truncated = "time" if exchange.status is not None else None
            raise NoAnswer("timeout", str(error)) from error
        except aiohttp.ClientConnectorDNSError as error:
            raise NoAnswer("dns", str(error)) from error
        except (aiohttp.ClientSSLError, ssl.SSLError) as error:
            raise NoAnswer("tls", str(error)) from error
        except aiohttp.ClientConnectorError as error:
            raise NoAnswer("unreachable", str(error)) from error
        except aiohttp.ClientPayloadError as error:
            exchange.truncated = "disconnect"
            raise NoAnswer("truncated", str(error)) from error
        except (aiohttp.ServerDisconnectedError, aiohttp.ClientOSError) as error:
            exchange.truncated = "disconnect"
            raise NoAnswer("truncated", str(error)) from error
        except (aiohttp.ClientError, ValueError) as error:
            raise NoAnswer("bad_answer", str(error)) from error
        return Response(request.url, status=exchange.status or 0, body=exchange.body, request=request)

    async def _take_body(self, exchange: Exchange, answer: aiohttp.ClientResponse) -> None:
        declared = answer.headers.get("Content-Length", "")
        if declared.isdigit() and int(declared) > self._limit:
            exchange.truncated = "length"
            raise NoAnswer("too_large", f"Content-Length {declared}")
        parts: list[bytes] = []
        size = 0
        try:
            async for part in answer.content.iter_any():
                size += len(part)
                if size > self._limit:
                    parts.clear()
                    exchange.truncated = "length"
                    raise NoAnswer("too_large", f"more than {self._limit} bytes")
                parts.append(part)
        finally:
            exchange.body = b"".join(parts)

    async def close(self) -> None:
        """Closes the connections."""
        if self._session is not None:
            await self._session.close()


async def _once(request: aiohttp.ClientRequest, handler: aiohttp.ClientHandlerType) -> aiohttp.ClientResponse:
    """Asks once: aiohttp would ask again, at once and unseen, where a server hangs up instead of answering."""
    try:
        return await handler(request)
    except aiohttp.ClientConnectorError:
        raise
    except (aiohttp.ServerDisconnectedError, aiohttp.ClientOSError) as error:
        raise NoAnswer("unreachable", str(error)) from error


def _take_head(exchange: Exchange, answer: aiohttp.ClientResponse) -> None:
    exchange.status = answer.status
    exchange.reason = answer.reason or ""
    if answer.version is not None:
        exchange.http_version = f"{answer.version.major}.{answer.version.minor}"
    exchange.headers = list(answer.raw_headers)
    sent = answer.request_info.headers
    exchange.request_headers = [(name.encode(), value.encode("latin-1", "replace")) for name, value in sent.items()]
    connection = answer.connection
    peer = connection.transport.get_extra_info("peername") if connection and connection.transport else None
    exchange.ip = peer[0] if peer else None


def text_of(body: bytes, media_type: str | None) -> str:
    """The text of a page. Its bytes say which of the two encodings in use it is; what it declares often lies."""
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return body.decode(encoding)
        except UnicodeDecodeError:
            continue
    return html_to_unicode(media_type, body)[1]
