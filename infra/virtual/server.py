"""The in-memory DynamoDB in a process of its own, over HTTP and over TLS, on loopback.

    with served({"arn:of:keys": '{"1": "…"}'}) as endpoints:
        boto3.client("dynamodb", endpoint_url=endpoints.url)
        boto3.client("dynamodb", endpoint_url=endpoints.tls_url, verify=endpoints.certificate)   # AWS_CA_BUNDLE

Both addresses reach one store; the secrets are read by `GetSecretValue`. The process ends with the block, or with the
process that started it.
"""

from __future__ import annotations

import datetime
import ipaddress
import multiprocessing
import signal
import ssl
import tempfile
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from multiprocessing.connection import Connection
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from infra.virtual.store import Store
from infra.virtual.wire import answered, headers

_HOST = "127.0.0.1"
_START_S, _END_S = 30.0, 5.0
_LIFE = datetime.timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Endpoints:
    """`certificate`: the file by which clients know the one under TLS."""

    url: str
    tls_url: str
    certificate: Path


@contextmanager
def served(secrets: Mapping[str, str] | None = None) -> Iterator[Endpoints]:
    """An empty store and these secrets are served until the end of the block."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    with tempfile.TemporaryDirectory() as directory:
        process = context.Process(target=serve, args=(theirs, dict(secrets or {}), Path(directory)), daemon=True)
        process.start()
        theirs.close()
        try:
            if not ours.poll(_START_S):
                raise TimeoutError("the in-memory DynamoDB has not started")
            port, tls_port = ours.recv()
            yield Endpoints(f"http://{_HOST}:{port}", f"https://{_HOST}:{tls_port}", Path(directory) / "certificate")
        finally:
            ours.close()
            process.join(_END_S)
            if process.is_alive():
                process.kill()
                process.join()


def serve(pipe: Connection, secrets: Mapping[str, str], directory: Path) -> None:
    """Serves until the other end of `pipe` is closed."""
    # Ctrl-C reaches the whole process group; the parent stops this process by closing its pipe.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    store = Store()
    plain, tls = (_Server(store, secrets) for _ in range(2))
    tls.socket = _tls(directory).wrap_socket(tls.socket, server_side=True, do_handshake_on_connect=False)
    for server in (plain, tls):
        threading.Thread(target=server.serve_forever, daemon=True).start()
    pipe.send((plain.server_port, tls.server_port))
    try:
        pipe.recv()
    except EOFError:
        return


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, store: Store, secrets: Mapping[str, str]) -> None:
        self.store, self.secrets = store, secrets
        super().__init__((_HOST, 0), _Handler)


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    protocol_version = "HTTP/1.1"
    # An answer in two packets would wait 40 ms for the acknowledgement of its first.
    disable_nagle_algorithm = True
    wbufsize = -1

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        status, answer = answered(self.server.store, self.server.secrets, self.headers["x-amz-target"], body)
        self.send_response_only(status)
        for name, value in headers(answer).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(answer)


def _tls(directory: Path) -> ssl.SSLContext:
    """With a certificate made now, for loopback and a day."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    now = datetime.datetime.now(datetime.UTC)
    authority = x509.BasicConstraints(ca=True, path_length=0)
    names = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(_HOST)), x509.DNSName("localhost")])
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number(), now - _LIFE, now + _LIFE)
        .add_extension(authority, critical=True)
        .add_extension(names, critical=False)
        .sign(key, hashes.SHA256())
    )
    (directory / "certificate").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    (directory / "key").write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(directory / "certificate", directory / "key")
    return context
