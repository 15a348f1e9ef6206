"""The part of the examples that is about a lottery: an entry, its receipt, the draw, and what became of the entry."""

from __future__ import annotations

import tempfile

from coupons import drand
from tests.api.draw_cases import booked_lottery
from tests.api.drawing import step
from tests.api.seasons import season
from tests.api.stage import Stage
from tests.world import Person

NIGHT, PACK = {"batch_id": "night-draw"}, {"batch_id": "pack"}
DRAW = "GET /batches/{batch_id}/draw"
FILE = f"{DRAW}/files/{{name}}"


def entered(s: Stage) -> None:
    """Li Hua and four more entered the draw of the night season, and three of the five won. A notary brought the beacon
    of the test chain: nobody has the signature of a round of 2020 on a chain that began in 2023.
    """
    s.vary(STAGE="local")
    s.clock.set("2020-06-29T10:00:00+08:00")
    document = dict(season("night-2020"))
    document["batches"] = [one | {"quantity": 3} for one in document["batches"] if one["batch_id"] == "night-draw"]
    s.published(document)
    people = [s.citizen(name) for name in ("li-hua", "wang-fang", "zhang-wei", "liu-yang", "chen-jing")]
    for person in people:
        person.send("PUT /batches/{batch_id}/booking", NIGHT, body={})
    step(s, "2020-07-02T20:00:00+08:00")
    s.clock.set("2020-07-03T20:00:06+08:00")
    number = drand.round_at("local", s.now_s - 6)
    beacon = {"round": number, "signature": drand.sign_local(number)}
    Person({"sub": "notary", "scope": "partner"}).send("PUT /admin/batches/{batch_id}/draw", NIGHT, body=beacon)
    step(s, "2020-07-03T20:01:00+08:00")
    for person in people:
        person.send("GET /batches/{batch_id}/draw/mine", NIGHT)
    load_rules(s, NIGHT)


def loaded(s: Stage) -> None:
    """The rules of another draw on the local stack, where there is no bucket."""
    with tempfile.TemporaryDirectory() as folder:
        booked_lottery(s).vary(DRAW_FILES=f"folder:{folder}")
        s.draw()
        load_rules(s, PACK)


def load_rules(s: Stage, batch: dict[str, str]) -> None:
    anybody = s.citizen("anybody")
    anybody.send(FILE, {**batch, "name": anybody.send(DRAW, batch).json["rules_hash"]})
