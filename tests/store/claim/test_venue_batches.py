"""A batch that pays venues is in no catalogue, and nobody claims or books it."""

from __future__ import annotations

from typing import Any

import pytest

from infra.virtual.store import Store
from tests.store.faults import Counting
from tests.venues import act, apply, courts, document, paying, put_programme
from tests.world import World, replace_services, terms


@pytest.fixture
def world() -> World:
    """At the first minute of its window."""
    world = paying(World(Store()))
    world.clock.set("2020-06-08T00:00:00+08:00")
    return world


@pytest.mark.parametrize(
    ("key", "body"),
    [
        ("PUT /batches/{batch_id}/claim", {}),
        ("GET /batches/{batch_id}/claim", None),
        ("PUT /batches/{batch_id}/booking", {}),
        ("GET /batches/{batch_id}/booking", None),
        ("DELETE /batches/{batch_id}/booking", None),
        ("GET /batches/{batch_id}", None),
    ],
)
def test_nobody_finds_it(world: World, key: str, body: Any) -> None:
    """As if there were no such batch; nothing is leased or written."""
    before = world.items()
    answer = world.citizen("ann").send(key, {"batch_id": "courts"}, body=body)
    assert (answer.status, answer.slug) == (404, "not-found")
    assert world.items() == before


def test_the_campaign_shows_only_what_is_claimed(world: World) -> None:
    """Nor are its terms a filter of merchants; what was handed out of it is in no statistics of packs."""
    ask = world.citizen("ann")
    shown = ask.send("GET /campaigns/{campaign_id}", {"campaign_id": "season"}).json
    assert [one["batch_id"] for one in shown["batches"]] == ["pack"]
    key = "GET /campaigns/{campaign_id}/merchants"
    accepting = {
        name: ask.send(key, {"campaign_id": "season"}, query={"terms_id": name}).status
        for name in ("ten-off", "court-20")
    }
    assert accepting == {"ten-off": 200, "court-20": 404}
    stats = ask.send("GET /campaigns/{campaign_id}/stats", {"campaign_id": "season"}, query={"by": "batch"}).json
    assert [one["batch_id"] for one in stats["packs"]] == ["pack"]


def test_a_campaign_that_only_pays_venues_is_shown(world: World) -> None:
    """Its facilities are booked, so it is no draft; it has no batch that anybody claims."""
    only = World(Store())
    apply(only, document(courts(), terms=[*document()["terms"][1:], terms()]))
    put_programme(only)
    assert only.citizen("ann").send("GET /campaigns/{campaign_id}", {"campaign_id": "season"}).status == 404
    act(only, "publish")
    only.clock.advance(2)
    shown = only.citizen("ann").send("GET /campaigns/{campaign_id}", {"campaign_id": "season"})
    assert (shown.status, shown.json["batches"]) == (200, [])
    assert len(only.citizen("ann").send("GET /campaigns").json["campaigns"]) == 1


def test_a_wallet_reads_no_key_of_it(world: World) -> None:
    """Half a read unit a wallet saved: nobody has a claim there."""
    replace_services(world.services)
    counting = Keys(world.client)
    replace_services(world.new_services(client=counting))
    assert world.citizen("ann").send("GET /wallet").json["coupons"] == []
    assert counting.of("CLAIM#") == {"B#pack"}


class Keys(Counting):
    """A client that remembers which keys a batch of reads named."""

    def __init__(self, client: Any) -> None:
        super().__init__(client)
        self.named: list[tuple[str, str]] = []

    def __getattr__(self, name: str) -> Any:
        real = super().__getattr__(name)
        if name != "batch_get_item":
            return real

        def call(**parameters: Any) -> Any:
            for asked in parameters["RequestItems"].values():
                self.named += [(key["pk"]["S"], key["sk"]["S"]) for key in asked["Keys"]]
            return real(**parameters)

        return call

    def of(self, kind: str) -> set[str]:
        return {pk.rpartition("#")[0] for pk, sk in self.named if sk.startswith(kind)}
