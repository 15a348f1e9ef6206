"""Signature Version 4 of the one kind of request that we send: a POST of JSON, without a query.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html. botocore's signer makes
the same of the same request: tests/unit/stores/test_signatures.py::test_botocore_signs_the_same.
"""

from __future__ import annotations

import hmac
import time
from hashlib import sha256

from coupons.stores.credentials import Credentials
from coupons.stores.endpoints import Endpoint


class Signer:
    """For one service at one endpoint. Threads may share it."""

    def __init__(self, service: str, endpoint: Endpoint) -> None:
        self._service = service
        self._endpoint = endpoint
        self._last: tuple[tuple[str, str], bytes] = ("", ""), b""
        """Secret and day, and the key that is derived from them."""

    def signed(self, headers: dict[str, str], body: bytes, credentials: Credentials, now_s: float) -> dict[str, str]:
        """These headers, with those that a signature needs. Names are in lower case."""
        stamp = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime(now_s))
        day = stamp[:8]
        headers = {**headers, "host": self._endpoint.authority, "x-amz-date": stamp}
        if credentials.token:
            headers["x-amz-security-token"] = credentials.token
        names = sorted(headers)
        lines = "".join(f"{name}:{headers[name]}\n" for name in names)
        request = f"POST\n{self._endpoint.path}\n\n{lines}\n{';'.join(names)}\n{sha256(body).hexdigest()}"
        scope = f"{day}/{self._endpoint.region}/{self._service}/aws4_request"
        text = f"AWS4-HMAC-SHA256\n{stamp}\n{scope}\n{sha256(request.encode()).hexdigest()}"
        signature = hmac.digest(self._key(credentials.secret, day), text.encode(), "sha256").hex()
        headers["authorization"] = (
            f"AWS4-HMAC-SHA256 Credential={credentials.key_id}/{scope}, "
            f"SignedHeaders={';'.join(names)}, Signature={signature}"
        )
        return headers

    def _key(self, secret: str, day: str) -> bytes:
        last, key = self._last
        if last != (secret, day):
            key = f"AWS4{secret}".encode()
            for part in (day, self._endpoint.region, self._service, "aws4_request"):
                key = hmac.digest(key, part.encode(), "sha256")
            self._last = (secret, day), key
        return key
