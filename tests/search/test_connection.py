"""The hub talks to a cluster that wants a key and shows a certificate of its own authority."""

from __future__ import annotations

import datetime
import ipaddress
import json
import ssl
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from search.contract import SearchEngineError
from search.engines.elasticsearch import ElasticsearchEngine

KEY = "bm90LXRoZS1yZWFsLWtleQ=="


class Gate(BaseHTTPRequestHandler):
    """What of Elasticsearch stands before everything else: the key, and how it says who it is."""

    def do_POST(self) -> None:
        is_let_in = self.headers.get("Authorization") == f"ApiKey {KEY}"
        body = json.dumps({"count": 3} if is_let_in else {"error": "security_exception", "status": 401}).encode()
        self.send_response(200 if is_let_in else 401)
        self.send_header("X-Elastic-Product", "Elasticsearch")
        self.send_header("Content-Type", "application/vnd.elasticsearch+json;compatible-with=9")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_POST

    def log_message(self, *arguments: object) -> None:
        """Say nothing."""


def certificate(subject: str, issuer: str, own_key, issuer_key, *, is_authority: bool) -> x509.Certificate:
    now = datetime.datetime.now(datetime.UTC)
    builder = (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, subject)]))
        .issuer_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, issuer)]))
        .public_key(own_key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(minutes=5))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.BasicConstraints(ca=is_authority, path_length=None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(own_key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key()), critical=False)
    )
    if is_authority:
        usage = dict.fromkeys(
            ("content_commitment", "key_encipherment", "data_encipherment", "key_agreement"), False
        ) | {"digital_signature": True, "key_cert_sign": True, "crl_sign": True}
        builder = builder.add_extension(x509.KeyUsage(**usage, encipher_only=False, decipher_only=False), critical=True)
    else:
        address = x509.IPAddress(ipaddress.ip_address("127.0.0.1"))
        builder = builder.add_extension(x509.SubjectAlternativeName([address]), critical=False)
    return builder.sign(issuer_key, hashes.SHA256())


def pem(part) -> bytes:
    return part.public_bytes(serialization.Encoding.PEM)


@pytest.fixture
def cluster(tmp_path, settings):
    """The address of the gate; its authority's certificate is the file ca.pem."""
    authority, own = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    ca = certificate("The authority", "The authority", authority, authority, is_authority=True)
    server_certificate = certificate("A node", "The authority", own, authority, is_authority=False)
    (tmp_path / "ca.pem").write_bytes(pem(ca))
    private = own.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    (tmp_path / "node.pem").write_bytes(pem(server_certificate) + private)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / "node.pem")
    server = ThreadingHTTPServer(("127.0.0.1", 0), Gate)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    settings.ELASTICSEARCH = {
        "URLS": [f"https://127.0.0.1:{server.server_port}"],
        "API_KEY": KEY,
        "CA": str(tmp_path / "ca.pem"),
        "PREFIX": "hub",
    }
    yield
    server.shutdown()
    server.server_close()


def test_with_the_key_and_the_authority_it_answers(cluster):
    assert ElasticsearchEngine().count() == 3


@pytest.mark.parametrize("change", [{"API_KEY": "d3Jvbmc="}, {"API_KEY": ""}, {"CA": ""}])
def test_without_one_of_them_it_does_not(cluster, settings, change):
    settings.ELASTICSEARCH = {**settings.ELASTICSEARCH, **change}
    with pytest.raises(SearchEngineError) as raised:
        ElasticsearchEngine().count()
    assert KEY not in str(raised.value)
