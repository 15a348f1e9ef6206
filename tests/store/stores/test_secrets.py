"""The master secrets, as Secrets Manager holds them, and how a running process learns of new ones."""

from __future__ import annotations

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Thread
from typing import Any

import boto3
import pytest
from botocore import exceptions as faults
from botocore.exceptions import ClientError
from moto import mock_aws

from coupons.refusals import Busy
from coupons.sealing import CouponRef, Keys
from coupons.stores.secrets import RELOAD_S, SILENT_S, KeysSecret
from tests.store.faults import fault
from tests.world import ManualClock

FIRST, SECOND = "a" * 32, "b" * 64
REF = CouponRef(7, b"p" * 16, 2)
ROTATED = Keys({1: FIRST.encode(), 2: SECOND.encode()})


class Vault:
    """Secrets Manager with one secret; `faults` are raised first, one a request."""

    def __init__(self, secret: dict[str, str], *faults: Exception) -> None:
        self.secret = secret
        self.faults = list(faults)
        self.requests = 0
        self.meanwhile: Callable[[], object] = lambda: None

    def get_secret_value(self, **_: str) -> dict[str, str]:
        self.requests += 1
        self.meanwhile()
        if self.faults:
            raise self.faults.pop(0)
        return {"SecretString": json.dumps(self.secret)}


class Process:
    """Keys that were read before version 2 was added."""

    def __init__(self) -> None:
        self.clock = ManualClock()
        self.vault = Vault({"1": FIRST})
        self._secret = KeysSecret(self.vault, "arn", self.clock)
        assert self.keys.current == 1
        self.vault.requests = 0

    @property
    def keys(self) -> Keys:
        return self._secret.keys


def loaded(secret: dict[str, str]) -> Keys:
    with mock_aws():
        client = boto3.client("secretsmanager")
        arn = client.create_secret(Name="keys", SecretString=json.dumps(secret))["ARN"]
        return KeysSecret(client, arn, ManualClock()).keys


def test_versions_are_numbers_and_the_highest_seals() -> None:
    """As the template generates the first, and an operator adds the tenth."""
    assert loaded({"1": FIRST}).masters == {1: FIRST.encode()}
    assert loaded({"1": FIRST, "2": SECOND, "10": SECOND}).current == 10


@pytest.mark.parametrize("secret", [{}, {"2": SECOND}, {"1": "a" * 31}, {"1": FIRST, "2": "short"}, {"1": ""}])
def test_a_weak_or_missing_secret_stops_the_process(secret: dict[str, str]) -> None:
    """Before anything is sealed by it."""
    with pytest.raises(ValueError, match="must hold version 1"):
        loaded(secret)


def test_what_is_no_version_stops_the_process() -> None:
    """A typing error of an operator is not silently left out."""
    with pytest.raises(ValueError, match="invalid literal"):
        loaded({"1": FIRST, "two": SECOND})


def test_a_process_that_cannot_read_its_keys_is_busy() -> None:
    """A repeat may find them; what no repeat mends is a surprise."""
    out_of_reach = faults.ConnectTimeoutError(endpoint_url="x")
    clock = ManualClock()
    secret = KeysSecret(Vault({"1": FIRST}, out_of_reach, fault("InternalServiceError", 500)), "arn", clock)
    for _ in range(2):
        with pytest.raises(Busy):
            _ = secret.keys
        clock.advance(SILENT_S)
    assert secret.keys.current == 1
    with pytest.raises(ClientError):
        _ = KeysSecret(Vault({}, fault("AccessDeniedException")), "arn", ManualClock()).keys


def test_a_request_waits_for_keys_out_of_reach_once() -> None:
    """Its log line and its operation ask for them both: twice the limits would be most of a function's time."""
    clock, vault = ManualClock(), Vault({"1": FIRST})

    def silent() -> None:
        clock.advance(3)
        raise faults.ReadTimeoutError(endpoint_url="x")

    vault.meanwhile = silent
    secret = KeysSecret(vault, "arn", clock)
    for _ in range(2):
        with pytest.raises(Busy):
            _ = secret.keys
        clock.advance(SILENT_S / 2 - 0.1)
    assert vault.requests == 1
    vault.meanwhile = lambda: None
    clock.advance(SILENT_S)
    assert secret.keys.current == 1


@pytest.mark.parametrize(
    ("sealed", "opened"),
    [
        (ROTATED.seal_code(REF, 5), lambda keys, text: keys.open_code(text) == (REF, 5)),
        (ROTATED.seal_coupon(REF, 2), lambda keys, text: keys.open_coupon(text) == (REF, 2)),
        (ROTATED.seal_print(REF, 3), lambda keys, text: keys.open_print(text) == (REF, 3)),
        (ROTATED.seal_coupon(REF, 2), lambda keys, text: keys.seal_coupon(REF, 2) == text),
        (ROTATED.seal_print(REF, 3), lambda keys, text: keys.pin(text) == ROTATED.pin(text)),
    ],
    ids=["code", "coupon id", "print", "a claim's ids", "PIN"],
)
def test_what_a_new_version_sealed_is_known_at_once(sealed: str, opened: Any) -> None:
    """In a process that read its keys before the rotation, also by code that still holds them; from then on it seals by
    the new version, and everybody is still the same person.
    """
    process = Process()
    before, person = process.keys, process.keys.person("ann")
    process.vault.secret = {"1": FIRST, "2": SECOND}
    assert opened(process.keys, sealed)
    assert opened(before, sealed)
    assert process.keys.current == 2
    assert process.keys.person("ann") == person
    process.clock.monotonic += RELOAD_S
    assert opened(before, sealed)
    assert process.vault.requests == 1


def test_a_thread_that_meets_a_version_while_it_is_read_waits() -> None:
    """Threads of one process read side by side: they ask once, and none is told that the keys cannot be read."""
    process = Process()
    process.vault.secret = {"1": FIRST, "2": SECOND}
    code, told = ROTATED.seal_code(REF, 5), list[Any]()
    other = Thread(target=lambda: told.append(process.keys.open_code(code)))

    def meanwhile() -> None:
        other.start()
        other.join(0.2)

    process.vault.meanwhile = meanwhile
    assert process.keys.open_code(code) == (REF, 5)
    other.join()
    assert (told, process.vault.requests) == ([(REF, 5)], 1)


def test_an_unknown_version_is_asked_for_once_a_minute() -> None:
    """Whoever forges the version's byte makes a process ask once, whichever bytes and however many."""
    process = Process()
    forged = [Keys({n: SECOND.encode()}).seal_code(REF, 5) for n in range(2, 60)]
    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(process.keys.open_code, forged)) == {None}
    assert process.vault.requests == 1
    process.clock.monotonic += RELOAD_S - 1
    process.clock.wall += RELOAD_S
    assert process.keys.open_code(forged[0]) is None
    assert process.vault.requests == 1
    process.clock.monotonic += 1
    assert process.keys.open_code(forged[0]) is None
    assert process.vault.requests == 2


@pytest.mark.parametrize(
    ("text", "requests"),
    [
        ("c" + "A" * 58, 1),
        ("p" + "A" * 54, 1),
        ("s" + "A" * 79, 1),
        ("A" * 51, 1),
        ("A" * 58, 0),
        ("c" + "A" * 54, 0),
        ("c" + "A" * 57 + "B", 0),
        ("s" + "A" * 138, 0),
        ("A" * 160, 0),
        ("c" + "é" * 58, 0),
    ],
)
def test_what_is_not_spelt_like_ours_asks_for_nothing(text: str, requests: int) -> None:
    """Version 0 costs a reading where the length is one of ours and the spelling canonical; nothing else does."""
    process = Process()
    keys = process.keys
    assert (keys.open_code(text), keys.open_print(text), keys.open_coupon(text)) == (None,) * 3
    assert keys.open_slot_code(text) is None
    assert process.vault.requests == requests


def test_keys_that_cannot_be_read_again_stay_in_use() -> None:
    """Of an unknown version nobody can say whether it is ours: busy, for the minute until it may be asked for again."""
    process = Process()
    code = ROTATED.seal_code(REF, 5)
    process.vault.secret = {"1": FIRST, "2": SECOND}
    process.vault.faults = [faults.ReadTimeoutError(endpoint_url="x")]
    with pytest.raises(Busy):
        process.keys.open_code(code)
    assert process.keys.open_code(process.keys.seal_code(REF, 5)) == (REF, 5)
    process.clock.monotonic += 20
    with pytest.raises(Busy) as told:
        process.keys.open_code(code)
    assert (told.value.retry_after_s, process.vault.requests) == (41, 1)
    process.clock.monotonic += told.value.retry_after_s
    assert process.keys.open_code(code) == (REF, 5)


@pytest.mark.parametrize(
    ("held", "found", "named"),
    [
        ({"1": FIRST}, {"1": "c" * 32, "2": SECOND}, "version 1"),
        ({"1": FIRST, "3": SECOND}, {"1": FIRST, "2": SECOND}, "version 3"),
        ({"1": FIRST}, {"2": SECOND}, "version 1"),
    ],
)
def test_a_version_in_use_is_never_replaced(held: dict[str, str], found: dict[str, str], named: str) -> None:
    """The keys stay, the fault is named once a minute, and persons and coupons are those that they were."""
    vault, clock = Vault(held), ManualClock()
    secret = KeysSecret(vault, "arn", clock)
    before, person = secret.keys, secret.keys.person("ann")
    vault.secret = found
    for _ in range(2):
        with pytest.raises(ValueError, match=named):
            secret.keys.open_code(ROTATED.seal_code(REF, 5))
        with pytest.raises(Busy):
            secret.keys.open_code(ROTATED.seal_code(REF, 5))
        clock.monotonic += RELOAD_S
    assert secret.keys is before
    assert secret.keys.person("ann") == person


def test_an_id_of_a_version_that_is_not_here_is_never_made_up() -> None:
    """A claim of another process may be sealed by it: a repeat finds its key."""
    with pytest.raises(Busy):
        Process().keys.seal_coupon(REF, 2)
