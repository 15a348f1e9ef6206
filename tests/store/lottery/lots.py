"""A published lottery, people who entered it, and the function `draw` at the moments of its draw."""

from __future__ import annotations

import hashlib
import math
from typing import Any

from coupons.lottery.minute import run_draws
from coupons.model.batches import PublishedBatch
from coupons.model.claims import BookingRecord, Entered
from coupons.model.commitments import Commitment
from coupons.model.draw_state import Committed, DrawEnd
from coupons.model.entries import RECORD_BYTES, entry
from coupons.process import booking_count
from coupons.process.services import Services
from coupons.times import epoch_s
from infra.virtual.store import Store
from tests.world import World, a_lottery, campaign

BOOKED = "2020-06-02T10:00:00+08:00"
CLOSED = "2020-06-05T10:00:30+08:00"
"""The window of booking and its fence are over."""
DRAWN = "2020-06-05T20:00:00+08:00"
"""The round is due."""
FOREVER = math.inf


def a_town(people: int = 40, claims_per_bucket: int = 1, **changes: Any) -> World:
    """A lottery that so many people entered, after its window; their bookings are not counted yet."""
    world = World(Store(), settings={"STAGE": "local", "CLAIMS_PER_BUCKET": str(claims_per_bucket)})
    world.clock.set("2020-06-01T00:00:00+08:00")
    world.publish(campaign(a_lottery(**changes)))
    world.settings["STAGE"] = "test"  # it has the local chain now, and nobody brings its beacon
    world.clock.set(BOOKED)
    for number in range(people):
        enter(world, f"person-{number}")
    world.clock.set(CLOSED)
    return world


def batch_of(world: World) -> PublishedBatch:
    return world.services.cache.batch("pack")


def enter(world: World, person_id: str, weight: int = 1, share: int = 0) -> bytes:
    """The person has booked; their entry."""
    batch, person = batch_of(world), world.services.keys.person(person_id)
    assert batch.draw is not None
    nonce = world.services.keys.nonce(batch.draw.key_version, batch.batch_id, person)
    made = entry(batch.batch_id, person_id, nonce)
    record = BookingRecord(batch.number, world.now_s, Entered(made, weight, share, b"sealed"))
    assert world.services.bookings.enter(batch, person, record, lambda: True) is None
    return made


def count(world: World, services: Services | None = None) -> None:
    """The bookings are counted."""
    booking_count.record_bookings(services or world.services, batch_of(world), world.now_s, FOREVER)


def draw(world: World, services: Services | None = None, deadline_s: float = FOREVER) -> list[dict[str, Any]]:
    """One call of the function `draw`: what it did, without the batch."""
    report = run_draws(services or world.services, world.now_s, deadline_s)
    return [{name: value for name, value in did.items() if name != "batch_id"} for did in report.did]


def round_s(batch: PublishedBatch) -> int:
    """When the draw is due, as declared."""
    assert batch.document.draw is not None
    return epoch_s(batch.document.draw.at)


def committed(world: World) -> Committed:
    found = world.services.draws.state("pack", consistent=True)
    assert found.end is None
    assert found.commitment is not None
    return found.commitment


def listed(world: World) -> list[bytes]:
    """All records of the committed parts, in their order; each file is what its line says."""
    fixed = committed(world)
    parts = Commitment.from_bytes(world.files.content[fixed.file]).parts
    for number, part in enumerate(parts):
        content = world.files.content[part.sha256.hex()]
        assert hashlib.sha256(content).digest() == part.sha256
        assert len(content) == part.count * RECORD_BYTES
        assert all(content[at] == number for at in range(0, len(content), RECORD_BYTES))
    content = b"".join(world.files.content[part.sha256.hex()] for part in parts)
    return [content[at : at + RECORD_BYTES] for at in range(0, len(content), RECORD_BYTES)]


def ended(world: World) -> DrawEnd:
    found = world.services.draws.state("pack", consistent=True)
    assert found.commitment is None
    assert found.end is not None
    return found.end
