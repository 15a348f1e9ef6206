"""A mall is online again: two hundred tills of one merchant send their late scans at once."""

from __future__ import annotations

import http.client
import random
from email.utils import formatdate
from typing import Any

from coupons.process.services import PATIENT_ATTEMPTS, Services, replace_services
from coupons.sealing import CouponRef
from coupons.stores import keys
from coupons.stores.dynamodb import Dynamo
from infra.client import Till
from infra.client.api import Api, Device
from infra.client.server_time import rfc3339
from infra.client.till import Settled
from infra.virtual.store import Store
from tests.concurrency.faults import Conflicts
from tests.crowd import Crowd, conflicting
from tests.editing import allow_late_scans
from tests.world import KEYS, Person, World, a_batch, campaign, event, order, send

TILLS = 200
TRANSACTION_S = 0.05
"""How long a transaction keeps its items to itself; most take DynamoDB half of that."""
PATIENCE_S = 60.0


class Line(Api):
    """A till's own connection, to a function environment of its own."""

    def __init__(self, crowd: Crowd, services: Services, till: Person, rng: random.Random) -> None:
        device = Device(monotonic_s=lambda: crowd.now_s, sleep=crowd.wait, uniform=rng.uniform)
        super().__init__(token="till", device=device)
        self._services, self._till = services, till

    def _once(self, method: str, path: str, body: object) -> tuple[int, http.client.HTTPMessage, bytes]:
        replace_services(self._services)
        _, _, order_no, _ = path.split("/")
        route = f"{method} /orders/{{order_no}}/redemption"
        answered = send(event(route, {"order_no": order_no}, body=body, claims=self._till.claims))
        self.time.learn(
            formatdate(self._services.clock.wall_s()), None, self.device.monotonic_s(), self.device.monotonic_s()
        )
        headers = http.client.HTTPMessage()
        for name, value in answered.headers.items():
            headers[name] = value
        return answered.status, headers, answered.text.encode()


def items_of(world: World) -> list[dict[str, Any]]:
    """The days of which places were taken."""
    return [item for item in world.items()["OrdersTable"] if item["pk"]["S"].startswith(keys.LATE)]


def through(till: Till, crowd: Crowd) -> list[Settled]:
    """The till sends all that it has, and sends again what was not answered."""
    settled = till.settle()
    while till.journal:
        crowd.wait(till._device.uniform(0, 5))
        settled += till.settle()
    return settled


def test_two_hundred_late_scans_at_once_are_through_within_a_minute() -> None:
    """All take places from one item, so their transactions conflict; each till repeats as the client does."""
    random.seed(1)  # the pauses between a transaction's attempts
    world, crowd, conflicts = World(Store()), Crowd(), Conflicts()
    world.publish(campaign(a_batch(quantity=TILLS)))
    allow_late_scans(TILLS)
    number, scanned_at = world.services.cache.batch("pack").number, rfc3339(world.now_s)
    tills = []
    for n in range(TILLS):
        assert world.citizen(f"p-{n}").put_claim("pack").status == 201
        services = world.new_services(seed=n)
        client = conflicting(world.client, crowd, conflicts, TRANSACTION_S)
        services.__dict__["patient"] = Dynamo(client, attempts=PATIENT_ATTEMPTS, pause=crowd.wait)
        code = KEYS.seal_code(CouponRef(number, KEYS.person(f"p-{n}"), 0), world.now_s)
        kept = {"order": order(), "code": code, "pin": None, "scanned_at": scanned_at}
        line = Line(crowd, services, world.merchant(), random.Random(n))
        tills.append(Till(api=line, journal={f"o-{n}": kept}))
    world.clock.advance(300)
    settled = [one for told in crowd.run([lambda t=till: through(t, crowd) for till in tills]) for one in told]
    assert len(settled) == TILLS
    assert all(one.answer is not None and one.answer["late"] for one in settled)
    assert crowd.now_s < PATIENCE_S
    assert [taken["taken"]["N"] for taken in items_of(world)] == [str(TILLS)]
    assert conflicts.refused > TILLS, "the item was hot"
