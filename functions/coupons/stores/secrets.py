"""The master secrets of `sealing.Keys`, from AWS Secrets Manager: a JSON object of version → secret, from "1".

To rotate, add the next version: the highest version seals, and each version opens what it sealed. A process that meets
a version that it does not know reads the secret again:

    code of version 2 ── unknown ──▶ read, at most once a minute ──▶ old versions and 2 ──▶ the new keys are used
                                        │ no answer, or a version in use is missing or changed
                                        ▼
                                     the old keys stay; the request is `busy`, or fails with the version's number
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from threading import Lock
from typing import Any

from coupons.clock import Clock
from coupons.refusals import Busy
from coupons.sealing import Keys
from coupons.stores import remote
from coupons.stores.calls import CallLimits

SECRET_CHARACTERS_MIN = 32
RELOAD_S = 60
"""A process reads the secret at most once in this time, however many forged versions it meets."""
SILENT_S = 1
"""After a failed read it is not read again for this time: one request asks for the keys several times."""
_LIMITS = CallLimits(connect_s=0.5, read_s=1.0, attempts=2)
_SILENT = "The keys cannot be read; try again."


class KeysSecret:
    """The keys as last read. They are read when they are asked for first."""

    def __init__(self, client: Any, secret_arn: str, clock: Clock) -> None:
        self._client = client
        self._arn = secret_arn
        self._clock = clock
        self._one_at_a_time = Lock()
        self._keys: Keys | None = None
        self._asked_s = self._failed_s = -math.inf
        self._is_sure = True
        """The last read succeeded, and all versions in use were unchanged."""

    @property
    def keys(self) -> Keys:
        """Raises Busy; ValueError if the secret has no version 1 or a short one."""
        with self._one_at_a_time:
            if self._keys is None:
                if self._clock.monotonic_s() - self._failed_s < SILENT_S:
                    raise Busy(detail=_SILENT)
                self._keys = Keys(self._read(), self._newer)
            return self._keys

    def reopen(self) -> None:
        """What is read next is read over a new connection, by new credentials."""
        remote.reopen(self._client)

    def _newer(self, version: int) -> Keys | None:
        """The keys with `version`; None if the secret did not have it when it was last read, a minute ago at most.

        Raises Busy if that is not known; ValueError if a version in use is missing or changed: persons would get other
        keys, or sealed coupons could not be opened any more. Guarded by
        tests/store/stores/test_secrets.py::test_an_unknown_version_is_asked_for_once_a_minute,
        tests/store/stores/test_secrets.py::test_a_version_in_use_is_never_replaced.
        """
        with self._one_at_a_time:
            known = self._keys
            assert known is not None, "only keys that were read ask for newer ones"
            since_s = self._clock.monotonic_s() - self._asked_s
            if version not in known.masters and since_s >= RELOAD_S:
                self._asked_s, self._is_sure, since_s = self._clock.monotonic_s(), False, 0
                masters = self._read()
                gone = [number for number, secret in known.masters.items() if masters.get(number) != secret]
                if gone:
                    raise ValueError(f"the keys secret lost or replaced version {gone[0]}, which is in use")
                self._keys = known = Keys(masters, self._newer)
                self._is_sure = True
        if version in known.masters:
            return known
        if not self._is_sure:
            raise Busy(retry_after_s=int(RELOAD_S - since_s) + 1, detail=_SILENT)
        return None

    def _read(self) -> Mapping[int, bytes]:
        try:
            answer = self._client.get_secret_value(SecretId=self._arn)
        except remote.failures() as error:
            if remote.outcome(error) is None:
                raise
            self._failed_s = self._clock.monotonic_s()
            raise Busy(detail=_SILENT) from error
        masters = {int(version): secret.encode() for version, secret in json.loads(answer["SecretString"]).items()}
        if 1 not in masters or any(len(secret) < SECRET_CHARACTERS_MIN for secret in masters.values()):
            raise ValueError("the keys secret must hold version 1, each of at least 32 characters")
        return masters


def client() -> Any:
    return remote.client("secretsmanager", _LIMITS)
