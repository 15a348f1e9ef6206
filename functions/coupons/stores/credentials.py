"""The function's credentials: of its environment variables, or of the container's endpoint, as SnapStart has it.

Those of the variables stay as they are until `drop`. The endpoint's are asked for again `RENEWED_BEFORE_S` before they
end; if it does not answer, they are used to their end, and it is asked once in `SILENT_S`. Without valid credentials
nothing is sent: NotSent.

https://docs.aws.amazon.com/sdkref/latest/guide/feature-container-credentials.html
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from threading import Lock
from typing import NamedTuple
from urllib.parse import urlsplit

from coupons.clock import Clock
from coupons.stores.calls import CallLimits, NotSent

RENEWED_BEFORE_S = 300
SILENT_S = 10


class Credentials(NamedTuple):
    key_id: str
    secret: str
    token: str
    ends_at_s: float
    renewed_at_s: float
    """From then on others are asked for."""


class CredentialSource:
    """Threads may share it: one asks, the others use what there is, or wait for it."""

    def __init__(self, variables: Mapping[str, str], limits: CallLimits, clock: Clock) -> None:
        self._variables = variables
        self._limits = limits
        self._clock = clock
        self._one_at_a_time = Lock()
        self._known: Credentials | None = None

    def current(self) -> Credentials:
        """Valid ones. Raises NotSent."""
        known, now_s = self._known, self._clock.wall_s()
        if known is not None and now_s < known.renewed_at_s:
            return known
        valid = known if known is not None and now_s < known.ends_at_s else None
        if not self._one_at_a_time.acquire(blocking=valid is None):
            assert valid is not None, "without any, all wait"
            return valid
        try:
            found = self._known
            if found is None or found is known:  # else another thread has renewed them
                self._known = found = self._renewed(valid, now_s)
            return found
        finally:
            self._one_at_a_time.release()

    def drop(self) -> None:
        """The next call reads them anew: a restored process has others, and an answer may say that these have ended."""
        self._known = None

    def _renewed(self, valid: Credentials | None, now_s: float) -> Credentials:
        try:
            return self._read()
        except NotSent:
            if valid is None:
                raise
            return valid._replace(renewed_at_s=now_s + SILENT_S)

    def _read(self) -> Credentials:
        key_id, secret, token = (
            self._variables.get(f"AWS_{name}", "") for name in ("ACCESS_KEY_ID", "SECRET_ACCESS_KEY", "SESSION_TOKEN")
        )
        try:
            if key_id and secret:
                return _checked(Credentials(key_id, secret, token, math.inf, math.inf))
            return _checked(_told(_asked(self._variables, self._limits)))
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise NotSent(f"no credentials: {type(error).__name__}") from error


def _asked(variables: Mapping[str, str], limits: CallLimits) -> bytes:
    """What the container's endpoint says. Raises OSError, ValueError."""
    import http.client  # noqa: PLC0415 - a function with keys in its variables does not load it

    parts = urlsplit(variables["AWS_CONTAINER_CREDENTIALS_FULL_URI"])
    token_file = variables.get("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE")
    token = Path(token_file).read_text("utf-8") if token_file else variables.get("AWS_CONTAINER_AUTHORIZATION_TOKEN")
    headers = {"Accept": "application/json", **({"Authorization": token} if token else {})}
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=limits.read_s)
    try:
        connection.request("GET", f"{parts.path or '/'}{'?' if parts.query else ''}{parts.query}", headers=headers)
        answer = connection.getresponse()
        body = answer.read()
    except http.client.HTTPException as error:
        raise ValueError(str(error)) from error
    finally:
        connection.close()
    if answer.status != 200:
        raise ValueError(f"status {answer.status}")
    return body


def _told(body: bytes) -> Credentials:
    """Raises ValueError, KeyError, TypeError."""
    told = json.loads(body)
    ends_at_s = datetime.fromisoformat(told["Expiration"]).timestamp()
    return Credentials(
        told["AccessKeyId"], told["SecretAccessKey"], told.get("Token") or "", ends_at_s, ends_at_s - RENEWED_BEFORE_S
    )


def _checked(found: Credentials) -> Credentials:
    """Raises ValueError for what cannot be a header's value."""
    if not (found.key_id and found.secret and all(re.fullmatch(r"[!-~]*", text) for text in found[:3])):
        raise ValueError("not a header's value")
    return found
