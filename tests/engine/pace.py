"""CPU of a claim and of a refusal, by the real operation, on our engine and on moto.

python -m tests.engine.pace
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import boto3
from moto import mock_aws

from coupons.claim.packs import Citizen, claim
from coupons.refusals import Refusal
from infra.virtual.store import Store
from tests.logs import quiet
from tests.world import KEYS, World, a_batch, campaign


def measured(client: Any, packs: int) -> tuple[float, float]:
    """Microseconds a claim, and a refusal once all packs are gone."""
    world = World(client)
    funders = [{**one, "budget_minor": 10**12} for one in campaign()["funders"]]
    world.publish(campaign(a_batch(quantity=packs), funders=funders))
    citizens = [Citizen(KEYS.person(f"p-{number}"), None) for number in range(packs + 20 + packs // 4)]

    def one(citizen: Citizen) -> None:
        with suppress(Refusal):
            claim(world.services, "pack", citizen, world.now_s)

    claimed = _each(one, citizens[:packs])
    _each(one, citizens[packs : packs + 20])
    return claimed, _each(one, citizens[packs + 20 :])


def _each(act: Callable[[Citizen], None], citizens: list[Citizen]) -> float:
    begin_s = time.process_time()
    for citizen in citizens:
        act(citizen)
    return (time.process_time() - begin_s) * 1e6 / len(citizens)


def main() -> None:
    with quiet():
        ours = min(measured(Store(), 4_000) for _ in range(3))
        with mock_aws():
            motos = measured(boto3.client("dynamodb"), 100)
    for name, (claimed, refused) in (("infra/virtual", ours), ("moto", motos)):
        sys.stdout.write(f"{name:14} {claimed:8.0f} µs a claim {refused:8.0f} µs a refusal\n")


if __name__ == "__main__":
    main()
