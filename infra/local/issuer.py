"""The token issuer: signs tokens with its own key, and publishes the key for the gateway's authorizer."""

from __future__ import annotations

import base64
import hashlib
import json
import threading
import time
from collections.abc import Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from infra.local.cloud import HOST
from infra.local.kept import close_to_others, write_private

if TYPE_CHECKING:
    from collections.abc import Iterator

AUDIENCE = "coupon-season"
TOKEN_LIFETIME_S = 86_400
"""A day of real time: the gateway does not use the test clock."""


class Issuer:
    """Issues RS256 tokens as issuer `url`. The key is kept in `key_path`, so tokens stay valid after a restart."""

    def __init__(self, url: str, key_path: Path) -> None:
        self.url = url
        self._key = _key(key_path)
        self._jwk = _jwk(self._key.public_key())

    def token(self, claims: Mapping[str, Any]) -> str:
        """A token with `claims`, valid from now for TOKEN_LIFETIME_S."""
        issued_at_s = int(time.time())
        header = {"alg": "RS256", "typ": "JWT", "kid": self._jwk["kid"]}
        payload = {
            **claims,
            "iss": self.url,
            "aud": AUDIENCE,
            "iat": issued_at_s,
            "exp": issued_at_s + TOKEN_LIFETIME_S,
        }
        signed = f"{_base64(_json(header))}.{_base64(_json(payload))}"
        signature = self._key.sign(signed.encode(), padding.PKCS1v15(), hashes.SHA256())
        return f"{signed}.{_base64(signature)}"

    @contextmanager
    def published(self, port: int) -> Iterator[None]:
        """Serves discovery document and key set on loopback `port` during the block. Raises OSError if it is taken."""
        server = _Server((HOST, port), _handler(self._documents()))
        thread = threading.Thread(target=server.serve_forever, name="issuer", daemon=True)
        thread.start()
        try:
            yield
        finally:
            server.shutdown()
            server.server_close()

    def _documents(self) -> dict[str, bytes]:
        return {
            "/.well-known/openid-configuration": _json(
                {"issuer": self.url, "jwks_uri": f"{self.url}/.well-known/jwks.json"}
            ),
            "/.well-known/jwks.json": _json({"keys": [self._jwk]}),
        }


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Prints nothing: the gateway has gone, as it does when the stack ends."""


def _handler(documents: dict[str, bytes]) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            document = documents.get(self.path)
            if document is None:
                self.send_error(404)
                return
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(document)))
            self.end_headers()
            self.wfile.write(document)

        def log_message(self, format: str, *arguments: Any) -> None:  # noqa: A002
            """Logs nothing: only the gateway sends requests, every two hours."""

    return Handler


def _key(path: Path) -> rsa.RSAPrivateKey:
    if path.exists():
        close_to_others(path)
        key = serialization.load_pem_private_key(path.read_bytes(), password=None)
        assert isinstance(key, rsa.RSAPrivateKey)
        return key
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem, plain = serialization.Encoding.PEM, serialization.NoEncryption()
    write_private(path, key.private_bytes(pem, serialization.PrivateFormat.PKCS8, plain))
    return key


def _jwk(key: rsa.RSAPublicKey) -> dict[str, str]:
    numbers = key.public_numbers()
    modulus = numbers.n.to_bytes((numbers.n.bit_length() + 7) // 8, "big")
    exponent = numbers.e.to_bytes((numbers.e.bit_length() + 7) // 8, "big")
    return {
        "kty": "RSA",
        "use": "sig",
        "alg": "RS256",
        "kid": hashlib.sha256(modulus).hexdigest()[:16],
        "n": _base64(modulus),
        "e": _base64(exponent),
    }


def _json(value: Any) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode()


def _base64(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()
