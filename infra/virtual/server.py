"""The in-memory DynamoDB in a process of its own, over HTTP and over TLS, on loopback.

    with served({"arn:of:keys": '{"1": "…"}'}) as endpoints:
        boto3.client("dynamodb", endpoint_url=endpoints.url)
        boto3.client("dynamodb", endpoint_url=endpoints.tls_url, verify=endpoints.certificate)   # AWS_CA_BUNDLE

Both addresses reach one store; the secrets are read by `GetSecretValue`. The process ends with the block, or with the
process that started it.
"""

from __future__ import annotations

import multiprocessing
import signal
import tempfile
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from multiprocessing.connection import Connection
from pathlib import Path

from infra.virtual.certificates import AUTHORITY, Authority
from infra.virtual.store import Store
from infra.virtual.wire import answered, headers

_HOST = "127.0.0.1"
_START_S, _END_S = 30.0, 5.0


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
            yield Endpoints(f"http://{_HOST}:{port}", f"https://{_HOST}:{tls_port}", Path(directory) / AUTHORITY)
        finally:
            ours.close()
            process.join(_END_S)
            if process.is_alive():
                process.kill()
                process.join()


@contextmanager
def local(store: Store) -> Iterator[str]:
    """The address of this store, which stays in this process: what a test does with it is seen over HTTP."""
    with _Server(store, {}) as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        try:
            yield f"http://{_HOST}:{server.server_port}"
        finally:
            server.shutdown()


def serve(pipe: Connection, secrets: Mapping[str, str], directory: Path) -> None:
    """Serves until the other end of `pipe` is closed."""
    # Ctrl-C reaches the whole process group; the parent stops this process by closing its pipe.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    store = Store()
    plain, tls = (_Server(store, secrets) for _ in range(2))
    tls.socket = Authority(directory).server().wrap_socket(tls.socket, server_side=True, do_handshake_on_connect=False)
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
