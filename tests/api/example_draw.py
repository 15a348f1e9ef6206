"""The part of the examples that is about a lottery: an entry, its receipt, and what became of it."""

from __future__ import annotations

from coupons.model.draw_state import Beacon
from coupons.process.services import Services
from tests.api.seasons import season
from tests.api.stage import Stage

NIGHT = {"batch_id": "night-draw"}


def entered(s: Stage) -> None:
    """Li Hua and four more entered the draw of the night season, and three of the five won."""
    s.clock.set("2020-06-29T10:00:00+08:00")
    document = season("night-2020")
    document["batches"] = [one | {"quantity": 3} for one in document["batches"] if one["batch_id"] == "night-draw"]
    s.published(document)
    people = [s.citizen(name) for name in ("li-hua", "wang-fang", "zhang-wei", "liu-yang", "chen-jing")]
    for person in people:
        person.send("PUT /batches/{batch_id}/booking", NIGHT, body={})
    step(s, "2020-07-02T20:00:00+08:00")
    batch = s.environments["draw"].cache.batch("night-draw")
    assert batch.draw is not None
    beacon = Beacon(batch.draw.round, bytes(range(48)), s.now_s, "partner")
    # Nobody has the signature of a round of 2020 on a chain that began in 2023: it is stored unverified.
    assert Services(s.settings, boto_client=s.client, clock=s.clock).draws.put_beacon("night-draw", beacon)
    step(s, "2020-07-03T20:01:00+08:00")
    for person in people:
        person.send("GET /batches/{batch_id}/draw/mine", NIGHT)


def step(s: Stage, moment: str) -> None:
    """All that is due of draws at that moment is done."""
    s.clock.set(moment)
    while s.draw()["did"]:
        s.clock.advance(2)
    s.clock.advance(2)
