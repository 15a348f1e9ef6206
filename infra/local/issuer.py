"""The token issuer: signs tokens with its own key, which the gateway's authorizer learns from its documents."""

from __future__ import annotations

import base64
import hashlib
import json
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from infra.local.kept import close_to_others, write_private

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
        signed = f"{base64url(_json(header))}.{base64url(_json(payload))}"
        signature = self._key.sign(signed.encode(), padding.PKCS1v15(), hashes.SHA256())
        return f"{signed}.{base64url(signature)}"

    def granted(self, claims: Mapping[str, Any]) -> dict[str, Any]:
        """What a token endpoint answers (RFC 6749, 5.1)."""
        return {"access_token": self.token(claims), "token_type": "Bearer", "expires_in": TOKEN_LIFETIME_S}

    @property
    def discovery(self) -> dict[str, str]:
        """Where the gateway's authorizer finds the key."""
        return {"issuer": self.url, "jwks_uri": f"{self.url}/.well-known/jwks.json"}

    @property
    def key_set(self) -> dict[str, list[dict[str, str]]]:
        return {"keys": [self._jwk]}


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
        "n": base64url(modulus),
        "e": base64url(exponent),
    }


def _json(value: Any) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode()


def base64url(content: bytes) -> str:
    """Without padding (RFC 7515, 2)."""
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()
