"""Old encryption, bad certificates, http only: allowed for the host that a row names, and recorded."""

import ssl
import warnings
from datetime import UTC, datetime
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID
from loopback import Answer, page, report, serving

import crawler
from crawler import Site, Summary, fetch
from evidence import Captures

COLUMN = "/zfxxgk/zfxxgknb/"


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate that nobody signed, expired long ago."""
    key = rsa.generate_private_key(65537, 2048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "www.example.gov.cn")])
    signed = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(datetime(2015, 1, 1, tzinfo=UTC))
        .not_valid_after(datetime(2016, 1, 1, tzinfo=UTC))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), False)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path_factory.mktemp("tls") / "server.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.write_bytes(private + signed.public_bytes(serialization.Encoding.PEM))
    return path


def encryption(certificate: Path, *, old: bool = False) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    if old:
        with warnings.catch_warnings(action="ignore", category=DeprecationWarning):
            context.minimum_version = context.maximum_version = ssl.TLSVersion.TLSv1
        context.set_ciphers("ALL:@SECLEVEL=0")
    context.load_cert_chain(certificate)
    return context


def county() -> dict[str, Any]:
    path = f"{COLUMN}2023.html"
    return {
        "/": page((COLUMN, "政府信息公开年报")),
        COLUMN: page((path, "匡堰镇2023年政府信息公开工作年度报告")),
        path: report("匡堰镇人民政府", 2023),
    }


def crawl(folder: Path, url: str, transport: str) -> Summary:
    site = Site(url + "/", "330282", "慈溪市", transport)
    return crawler.crawl([site], captures=folder, delay=0.02, progress=lambda _: None)


@pytest.mark.parametrize(
    ("old", "transport", "outcome"),
    [
        (False, "", "未完成：加密连接失败"),
        (False, "any-certificate", "完成"),
        (True, "any-certificate", "未完成：加密连接失败"),
        (True, "old-tls", "未完成：加密连接失败"),
        (True, "old-tls any-certificate", "完成"),
    ],
)
def test_a_host_is_given_what_its_row_allows_and_no_more(
    tmp_path: Path, certificate: Path, old: bool, transport: str, outcome: str
) -> None:
    with serving(county(), tls=encryption(certificate, old=old)) as server:
        summary = crawl(tmp_path, server.url, transport)
    assert summary.sites[0].outcome == outcome
    captures = list(Captures(tmp_path).all())
    assert {capture.transport for capture in captures} == {transport}
    assert ("tls" in {capture.outcome for capture in captures}) == (outcome != "完成")


@pytest.mark.parametrize(("transport", "reason"), [("", "UNSAFE_LEGACY_RENEGOTIATION_DISABLED"), ("old-tls", None)])
def test_a_server_that_knows_no_secure_renegotiation_is_spoken_to_where_allowed(
    transport: str, reason: str | None
) -> None:
    """Such a one says hello without any extension (TLS 1.2, ECDHE-RSA-AES128-GCM-SHA256); then the client waits."""
    hello = b"\x03\x03" + bytes(32) + b"\0" + b"\xc0\x2f" + b"\0"
    message = b"\x02" + len(hello).to_bytes(3, "big") + hello
    received, sent = ssl.MemoryBIO(), ssl.MemoryBIO()
    client = fetch.encryption(transport).wrap_bio(received, sent, server_hostname="rst.example.gov.cn")
    with pytest.raises(ssl.SSLWantReadError):
        client.do_handshake()
    received.write(b"\x16\x03\x03" + len(message).to_bytes(2, "big") + message)
    with pytest.raises(ssl.SSLError) as answer:
        client.do_handshake()
    assert (isinstance(answer.value, ssl.SSLWantReadError), answer.value.reason) == (reason is None, reason)


def test_where_only_http_works_a_redirect_to_https_is_not_followed_there(tmp_path: Path) -> None:
    with serving({}) as server:
        path = f"{COLUMN}2023.html"
        moved = server.url.replace("http:", "https:") + "/new.html"
        server.pages |= county() | {
            path: Answer("", 302, {"Location": moved}),
            "/new.html": report("匡堰镇人民政府", 2023),
        }
        summary = crawl(tmp_path, server.url, "http-only")
        assert server.paths[-1] == "/new.html"
    assert summary.sites[0].reports == 1


def test_what_a_row_allows_must_be_known(tmp_path: Path) -> None:
    path = tmp_path / "sites.csv"
    path.write_text("division_code,name,url,transport\n1,a,http://a.gov.cn,old-tls http-only\n", encoding="utf-8")
    assert crawler.read(path)[0].transport == "old-tls http-only"
    path.write_text("division_code,name,url,transport\n1,a,http://a.gov.cn,tor\n", encoding="utf-8")
    with pytest.raises(crawler.UnknownPlace, match="第 2 行的 transport 无法使用：tor"):
        crawler.read(path)
