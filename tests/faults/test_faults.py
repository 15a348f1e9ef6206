"""A sample of the fault proxy's plays, and that its oracle can go red."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from itertools import islice
from types import SimpleNamespace
from typing import Any

import pytest

from coupons.stores import json_client, remote
from coupons.stores.claims import Claims
from coupons.stores.dynamodb import ConditionFailed, Dynamo, NoAnswer
from coupons.stores.parts import Part
from infra.local.cloud import Cloud
from tests.faults.points_operations import OPERATIONS
from tests.faults.proxy import Fault
from tests.faults.run import Case, Report, books, by_chance, named, play, single_faults, stubborn_faults
from tests.faults.scene import WAYS, Scene, scene

SEED = 20
Plant = Callable[[pytest.MonkeyPatch], None]


@pytest.fixture(scope="module")
def stained(cloud: Cloud) -> Iterator[Scene]:
    """For tests that damage the books."""
    with scene(cloud, "stained-") as opened:
        yield opened


@pytest.fixture
def clean(cloud: Cloud) -> Iterator[Scene]:
    with scene(cloud, "clean-") as opened:
        yield opened


def test_every_operation_sends_the_writes_it_says(stained: Scene) -> None:
    """So that a fault at each of them is a fault at all."""
    for operation in OPERATIONS:
        prepared = operation.prepare(stained)
        stained.proxy.writes.clear()
        answer = stained.ask(prepared.send, anew=False)
        assert len(stained.proxy.writes) == operation.writes, operation.name
        assert operation.is_late or not [*prepared.wrong(answer)], operation.name


def forgets_its_own_token(patch: pytest.MonkeyPatch) -> None:
    """What refuses the second attempt looks like another process's claim."""
    real = Claims._send

    def send(*facts: Any) -> None:
        try:
            real(*facts)
        except ConditionFailed as refused:
            raise ConditionFailed({**(refused.item or {}), "t": "another"}) from refused

    patch.setattr(Claims, "_send", send)


def takes_in_progress_for_not_applied(patch: pytest.MonkeyPatch) -> None:
    patch.setitem(remote.BY_CODE, "TransactionInProgressException", "not applied")


def takes_server_faults_for_not_applied(patch: pytest.MonkeyPatch) -> None:
    patch.setitem(remote.BY_CODE, "InternalServerError", "not applied")


def reads_whatever_came(patch: pytest.MonkeyPatch) -> None:
    """As botocore does by itself."""

    def loads(text: bytes, **more: Any) -> Any:
        try:
            return json.loads(text, **more)
        except ValueError:
            return {}

    patch.setattr(json_client, "json", SimpleNamespace(loads=loads))


def believes_in_silence(patch: pytest.MonkeyPatch) -> None:
    real = Dynamo.transact

    def transact(dynamo: Dynamo, parts: Sequence[Part]) -> None:
        with suppress(NoAnswer):
            real(dynamo, parts)

    patch.setattr(Dynamo, "transact", transact)


CUT, IN_PROGRESS, SERVER = Fault("cut", "applied"), Fault("in progress", "applied"), Fault("5xx", "applied")
BROKEN, SILENT = Fault("broken", "before"), Fault("cut", "before")
PLANTS: list[tuple[Plant, str, tuple[Fault | None, ...], str]] = [
    (forgets_its_own_token, "claim, with a lease", (None, CUT), "doubled"),
    (forgets_its_own_token, "five claims, larger leases", (None, None, None, CUT), "doubled"),
    (takes_in_progress_for_not_applied, "claim, limited", (None, IN_PROGRESS), "doubled"),
    (takes_server_faults_for_not_applied, "claim, with a lease", (None, SERVER), "doubled"),
    (reads_whatever_came, "claim, with a lease", (BROKEN,), "a surprise"),
    (reads_whatever_came, "redemption by code", (BROKEN,), "lost"),
    (believes_in_silence, "reversal of a part", (SILENT,) * 3, "lost"),
    (believes_in_silence, "hold", (SILENT,) * 3, "lost"),
]


@pytest.mark.parametrize(("plant", "name", "plan", "word"), PLANTS)
def test_the_oracle_goes_red(
    stained: Scene, monkeypatch: pytest.MonkeyPatch, plant: Plant, name: str, plan: tuple[Fault | None, ...], word: str
) -> None:
    """Each rule whose absence a fault would show, taken out of the running code."""
    for is_planted in (False, True):
        if is_planted:
            plant(monkeypatch)
        report = Report()
        play(stained, [Case(named(name), plan)], report)
        assert any(word in wrong for wrong in report.wrong) == is_planted, report.wrong
        assert bool(report.red) == is_planted
        assert ("WRONG" in report.table()) == is_planted


@pytest.mark.timeout(400)
def test_faults_at_every_operation_lose_and_double_nothing(clean: Scene) -> None:
    """A tenth of what `make faults` plays; each operation is among them."""
    rng, report = random.Random(SEED), Report()
    whole = single_faults(WAYS[0])
    single = [rng.sample([case for case in whole if case.operation is one], 3) for one in OPERATIONS]
    given_back = Case(named("claim repeated elsewhere"), (None, None, Fault("duplicate", "applied")))
    cases = [
        given_back,
        *(case for some in single for case in some),
        *rng.sample(stubborn_faults(), 12),
        *islice(by_chance(rng, WAYS[0]), 8),
    ]
    play(clean, cases, report)
    assert [*report.wrong, *books(clean, ["plain"])] == []
    assert report.total >= 100
    assert {name for name, _ in report.hits} == {operation.name for operation in OPERATIONS}
