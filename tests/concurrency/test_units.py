"""Units as the engine counts them: what the metrics are told of a claim, a redemption and a sweep's threads."""

from __future__ import annotations

from threading import Lock, get_ident
from typing import Any

import pytest

from coupons.metering import Consumed
from coupons.process.services import Services
from tests.concurrency.racing import Arena
from tests.world import a_batch, campaign

PEOPLE = [f"person-{number}" for number in range(40)]


class Overheard:
    """A client whose answers somebody else adds up, too. ministack says nothing of keys read together: half a unit."""

    def __init__(self, client: Any) -> None:
        self._client = client
        self._lock = Lock()
        self.requests = 0
        self.units = 0.0
        self.threads = set[int]()

    def __getattr__(self, name: str) -> Any:
        real = getattr(self._client, name)

        def call(**parameters: Any) -> Any:
            answer = real(**parameters)
            told = answer.get("ConsumedCapacity", [])
            units = sum(part["CapacityUnits"] for part in (told if isinstance(told, list) else [told]))
            together = parameters.get("RequestItems", {}).values() if name == "batch_get_item" else ()
            units += sum(len(asked["Keys"]) * (1.0 if asked["ConsistentRead"] else 0.5) for asked in together)
            with self._lock:
                self.requests += 1
                self.units += units
                self.threads.add(get_ident())
            return answer

        return call


@pytest.fixture
def shop(arena: Arena) -> Arena:
    """A batch of 200 packs, open."""
    arena.publish(campaign(a_batch(quantity=200)))
    return arena


def warm(arena: Arena) -> Services:
    """An environment that has read what it keeps."""
    services = arena.new_services()
    services.cache.batch("pack")
    services.cache.control("pack")
    services.meter.take()
    return services


def test_a_claim_is_a_put_and_its_share_of_a_lease(shop: Arena) -> None:
    """The first leases one pack, the next two, the next four: forty claims write forty puts and their leases."""
    services = warm(shop)
    spent = []
    for person in PEOPLE:
        shop.claim(services, person)
        spent.append(services.meter.take())
    assert spent[0] == Consumed(2, 2.0, 0.0)
    assert {units.write_units for units in spent} == {1.0, 2.0}
    leases = sum(units.write_units == 2.0 for units in spent)
    assert 2 <= leases < len(PEOPLE) / 2
    assert sum(units.write_units for units in spent) == len(PEOPLE) + leases


def test_a_redemption_is_six_units(shop: Arena) -> None:
    """One transaction of three items, two each; a merchant's first of a day two marks more; a repeat writes none."""
    services = warm(shop)
    spent = []
    for name in ("ann", "bob"):
        shop.claim(services, name)
        services.meter.take()
        shop.redeem(services, f"o-{name}", shop.code(name))
        spent.append(services.meter.take().write_units)
    assert spent == [8.0, 6.0]
    shop.redeem(services, "o-bob", shop.code("bob"))
    assert services.meter.take().write_units == 0.0


def test_a_person_refused_by_their_own_claim_is_counted(shop: Arena) -> None:
    """An engine's error carries no units, yet a refused put costs one; so does the lease, and the pack given back."""
    shop.claim(shop.services, "ann")
    services = warm(shop)
    shop.claim(services, "ann")
    assert services.meter.take() == Consumed(3, 3.0, 0.0)


def test_a_sweep_in_threads_is_counted_to_the_unit(arena: Arena) -> None:
    """What the meter has is what the engine told all of them: 200 buckets read, their folds recorded, and the rest."""
    arena.settings |= {"SWEEP_WORKERS": "8", "CLAIMS_PER_BUCKET": "1"}
    arena.publish(campaign(a_batch(quantity=200)))
    for person in PEOPLE:
        arena.claim(arena.services, person)
    arena.clock.set("2020-06-07T10:00:00+08:00")
    overheard = Overheard(arena.clients[0])
    services = arena.new_services(client=overheard)
    arena.tick(services)
    arena.clock.advance(31)
    arena.tick(services)
    spent = services.meter.take()
    assert arena.books().control.claims == len(PEOPLE)
    assert len(overheard.threads) > 2
    assert spent.requests == overheard.requests
    assert spent.write_units + spent.read_units == overheard.units
