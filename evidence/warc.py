"""WARC 1.1 records as they came over the wire: written, read back, and torn tails mended."""

import zlib
from contextlib import suppress
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

from warcio.archiveiterator import ArchiveIterator
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from evidence.moments import now

IDENTICAL = "http://netpreserve.org/warc/1.1/revisit/identical-payload-digest"
NOT_MODIFIED = "http://netpreserve.org/warc/1.1/revisit/server-not-modified"

RawHeaders = list[tuple[bytes, bytes]]


@dataclass(slots=True)
class Exchange:
    """A request and what came back, header lines as sent, the body still content-encoded.

    What stands behind a # in `url` was sent by POST: no other address has a fragment here.
    `status` is None where there was no answer. `body` is without transfer chunks. `truncated` is the WARC reason
    ("length", "time", "disconnect") where the body is not whole. `ip` is the address that answered.
    """

    url: str
    captured_at: str = field(default_factory=now)
    request_headers: RawHeaders = field(default_factory=list)
    status: int | None = None
    reason: str = ""
    http_version: str = "1.1"
    headers: RawHeaders = field(default_factory=list)
    body: bytes = b""
    ip: str | None = None
    truncated: str | None = None

    def header(self, name: str) -> str | None:
        """The first header of this name (case does not matter), or None."""
        wanted = name.lower().encode()
        for key, value in self.headers:
            if key.lower() == wanted:
                return value.decode("latin-1").strip()
        return None


@dataclass(frozen=True, slots=True)
class Original:
    """The record that already holds a body: what a revisit record refers to."""

    url: str
    captured_at: str
    record_id: str
    payload_digest: str


def decode(body: bytes, content_encoding: str, limit: int = -1) -> bytes:
    """The body without its content-encoding, at most `limit` bytes of it (-1: all); as far as it can be decoded.

    An encoding that is not understood, or a body that is not encoded as it says, comes back as it is.
    """
    encoding = content_encoding.strip().lower()
    if encoding not in {"gzip", "x-gzip", "deflate"}:
        return body
    windows = (31,) if "gzip" in encoding else (15, -15)  # some servers send deflate without the zlib header
    for window in windows:
        decoder = zlib.decompressobj(window)
        try:
            return decoder.decompress(body, max(limit, 0))
        except zlib.error:
            continue
    return _salvage(body) if "gzip" in encoding else body


def _salvage(body: bytes) -> bytes:
    """What a damaged gzip body gives before the damage; the body itself where it was never gzip."""
    if not body.startswith(b"\x1f\x8b"):
        return body
    decoder = zlib.decompressobj(31)
    whole = bytearray()
    with suppress(zlib.error):
        for start in range(0, len(body), 512):
            whole += decoder.decompress(body[start : start + 512])
    return bytes(whole)


class _Head(StatusAndHeaders):  # type: ignore[misc]
    """The head of an HTTP message as raw bytes: warcio would percent-encode a file name sent in GBK."""

    def __init__(self, first_line: str, headers: RawHeaders) -> None:
        protocol, _, rest = first_line.partition(" ")
        super().__init__(rest, [], protocol=protocol)
        lines = [first_line.encode("latin-1", "replace"), *(name + b": " + value for name, value in headers), b"", b""]
        self._raw = b"\r\n".join(lines)

    def compute_headers_buffer(self, header_filter: object = None) -> None:  # noqa: ARG002
        self.headers_buff = self._raw


def _as_stored(headers: RawHeaders) -> RawHeaders:
    # The transport took the chunks off the body: readers that still saw "chunked" would look for them.
    return [
        (b"X-Crawler-Transfer-Encoding" if name.lower() == b"transfer-encoding" else name, value)
        for name, value in headers
    ]


def write_info(out: BinaryIO, name: str, info: dict[str, str]) -> None:
    """Writes the warcinfo record that a file begins with."""
    writer = WARCWriter(out, gzip=True, warc_version="1.1")
    writer.write_record(writer.create_warcinfo_record(name, info))


@dataclass(frozen=True, slots=True)
class Written:
    """Where a response or revisit record went; `length` is that of its gzip member."""

    offset: int
    length: int
    record_id: str
    payload_digest: str


def write(out: BinaryIO, exchange: Exchange, original: Original | None = None) -> Written:
    """Appends the answer (a revisit record where `original` already holds its body) and then its request."""
    writer = WARCWriter(out, gzip=True, warc_version="1.1")
    extra = {"WARC-Date": exchange.captured_at}
    if exchange.ip:
        extra["WARC-IP-Address"] = exchange.ip
    if exchange.truncated:
        extra["WARC-Truncated"] = exchange.truncated
    head = _Head(
        f"HTTP/{exchange.http_version} {exchange.status} {exchange.reason}".rstrip(), _as_stored(exchange.headers)
    )
    url, _, form = exchange.url.partition("#")
    if original is None:
        response = writer.create_warc_record(
            url,
            "response",
            payload=BytesIO(exchange.body),
            length=len(exchange.body),
            http_headers=head,
            warc_headers_dict=extra,
        )
    else:
        extra |= {
            "WARC-Profile": NOT_MODIFIED if exchange.status == 304 else IDENTICAL,
            "WARC-Refers-To": original.record_id,
            "WARC-Refers-To-Target-URI": original.url.partition("#")[0],
            "WARC-Refers-To-Date": original.captured_at,
            "WARC-Payload-Digest": original.payload_digest,
        }
        response = writer.create_warc_record(url, "revisit", http_headers=head, warc_headers_dict=extra)
    path = url.split("/", 3)
    sent = form.encode()
    request_line = f"{'POST' if form else 'GET'} /{path[3] if len(path) > 3 else ''} HTTP/1.1"
    request = writer.create_warc_record(
        url,
        "request",
        payload=BytesIO(sent),
        length=len(sent),
        http_headers=_Head(request_line, exchange.request_headers),
        warc_headers_dict={"WARC-Date": exchange.captured_at},
    )
    request.rec_headers.add_header("WARC-Concurrent-To", response.rec_headers.get_header("WARC-Record-ID"))
    offset = out.tell()
    writer.write_record(response)
    length = out.tell() - offset
    writer.write_record(request)
    digest = response.rec_headers.get_header("WARC-Payload-Digest")
    return Written(offset, length, response.rec_headers.get_header("WARC-Record-ID"), digest or "")


def read(path: Path, offset: int) -> tuple[RawHeaders, bytes]:
    """The header lines and the body (still content-encoded) of the record at `offset`."""
    with path.open("rb") as stream:
        stream.seek(offset)
        record = next(iter(ArchiveIterator(stream)))
        headers = [(name.encode("latin-1", "replace"), value.encode("latin-1", "replace"))
                   for name, value in record.http_headers.headers]  # fmt: skip
        return headers, record.raw_stream.read()


def last_whole_member(path: Path, start: int) -> int:
    """Where the last whole gzip member ends that begins at or after `start` (itself the end of one)."""
    end = start
    with path.open("rb") as stream:
        stream.seek(start)
        decoder = zlib.decompressobj(31)
        position = start
        while chunk := stream.read(1 << 16):
            position += len(chunk)
            while chunk:
                try:
                    decoder.decompress(chunk)
                except zlib.error:
                    return end
                if not decoder.eof:
                    break
                chunk = decoder.unused_data
                end = position - len(chunk)
                decoder = zlib.decompressobj(31)
    return end
