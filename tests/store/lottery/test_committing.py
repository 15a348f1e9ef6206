"""A lottery's list is fixed once, whole and in time, whatever is killed, overtaken, damaged or frozen meanwhile."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from coupons.clock import FENCE_S, LEASE_S
from coupons.lottery.committing import COMMIT_BEFORE_S, NOT_IN_TIME
from coupons.model.commitments import Commitment
from coupons.model.draw_state import DrawEnd
from coupons.model.draw_terms import rules_text
from coupons.model.entries import commit_message, record
from tests.store.faults import Faulty, Overtaken, first
from tests.store.lottery.lots import CLOSED, a_town, batch_of, committed, count, draw, ended, enter, listed, round_s
from tests.world import World


def test_the_list_has_each_entry_once_in_order() -> None:
    """With weight and share as booked, in parts by the first byte; the rules and the round are in the same file."""
    town = a_town(people=0)
    town.clock.set("2020-06-02T10:00:00+08:00")
    made = [(enter(town, f"p{n}", n % 32 + 1, n % 3), n) for n in range(60)]
    town.clock.set(CLOSED)
    count(town)
    did = draw(town)
    fixed, batch = committed(town), batch_of(town)
    assert did == [{"step": "committed", "entries": 60, "commitment": fixed.hash.hex()}]
    assert listed(town) == sorted(record(one, n % 32 + 1, n % 3) for one, n in made)
    commitment = Commitment.from_bytes(town.files.content[fixed.file])
    assert batch.draw is not None
    assert (commitment.batch_id, commitment.round) == ("pack", batch.draw.round)
    assert commitment.rules_hash == fixed.rules_hash
    assert town.files.content[fixed.rules_file] == rules_text(batch, 10)
    assert (fixed.entries, fixed.committed_at_s) == (60, town.now_s)


def test_the_receipt_key_signs_the_commitment(town: World) -> None:
    """Two signed commitments of one batch would prove a fraud."""
    draw(town)
    fixed, batch = committed(town), batch_of(town)
    assert batch.draw is not None
    key = Ed25519PublicKey.from_public_bytes(batch.draw.receipt_key)
    key.verify(fixed.signature, commit_message("pack", fixed.hash))


def test_nobody_books_and_the_list_is_empty() -> None:
    """A draw of nobody is committed too."""
    town = a_town(people=0)
    count(town)
    assert draw(town)[0]["entries"] == 0
    assert listed(town) == []


def test_no_list_is_begun_before_the_fence() -> None:
    """A put of the window's last second may still be applied. Then the bookings are counted first."""
    town = a_town()
    town.clock.advance(-1)
    assert draw(town) == []
    town.clock.advance(1)
    assert [did["step"] for did in draw(town)] == ["booked", "committed"]


def test_a_second_call_finds_nothing_to_do(town: World) -> None:
    """And reads no booking."""
    draw(town)
    before = dict(town.client.items)
    assert draw(town) == []
    assert town.client.items == before


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("e", None),
        ("e", {"B": b"short"}),
        ("e", {"S": "text"}),
        ("w", {"N": "0"}),
        ("w", {"N": "33"}),
        ("w", {"BOOL": True}),
        ("s", {"N": "9"}),
        ("s", {"N": "-1"}),
        ("s", None),
    ],
)
def test_a_booking_that_cannot_be_read_is_never_left_out(town: World, name: str, value: Any) -> None:
    """Its draw waits and is told as damaged; once it is mended, the list has it. No other draw waits."""
    key, item = next((key, item) for key, item in town.client.items.items() if key.sk.startswith("BOOKING#"))
    broken = {**item, name: value} if value else {n: v for n, v in item.items() if n != name}
    town.client.put_item(TableName=key.table, Item=broken)
    (did,) = draw(town)
    assert did["step"] == "damaged"
    assert key.sk in did["why"]
    assert town.services.draws.state("pack").commitment is None
    town.client.put_item(TableName=key.table, Item=item)
    draw(town)
    assert len(listed(town)) == 40


def late(world: World) -> None:
    """A booking that is applied after its fence, between the count and the list."""
    enter(world, "late")


def lost(world: World) -> None:
    """A booking that was counted is gone."""
    key = next(key for key in world.client.items if key.sk.startswith("BOOKING#"))
    world.client.delete_item(TableName=key.table, Key={"pk": {"S": key.pk}, "sk": {"S": key.sk}})


def doubled(world: World) -> None:
    """One entry in place of another: the number stays."""
    one, two = [(key, item) for key, item in world.client.items.items() if key.sk.startswith("BOOKING#")][:2]
    world.client.put_item(TableName=two[0].table, Item={**two[1], "e": one[1]["e"]})


@pytest.mark.parametrize("harm", [late, lost, doubled])
def test_a_list_that_contradicts_itself_breaks_the_draw(town: World, harm: Callable[[World], None]) -> None:
    """It is told, nothing is committed, and it stays broken."""
    harm(town)
    (did,) = draw(town)
    assert did["step"] == "broken"
    assert ended(town) == DrawEnd("broken", town.now_s, did["why"])
    assert draw(town) == []


def test_a_commitment_in_the_last_second_stands(town: World) -> None:
    """600 s before the round is too late, one second earlier is not."""
    town.clock.wall = round_s(batch_of(town)) - COMMIT_BEFORE_S - 1
    assert [did["step"] for did in draw(town)] == ["committed"]


def test_a_list_that_is_late_is_no_commitment(town: World) -> None:
    """From the last moment on nothing is sent; when nothing can arrive any more, the draw is void."""
    town.clock.wall = round_s(batch_of(town)) - COMMIT_BEFORE_S
    assert draw(town) == []
    town.clock.advance(LEASE_S + FENCE_S - 1)
    assert draw(town) == []
    town.clock.advance(1)
    assert draw(town) == [{"step": "void", "why": NOT_IN_TIME}]
    assert ended(town) == DrawEnd("void", town.now_s, NOT_IN_TIME)


def test_a_list_that_took_until_the_last_moment_is_not_sent(town: World) -> None:
    """The clock is read again right before the commitment is sent."""
    town.clock.wall = round_s(batch_of(town)) - COMMIT_BEFORE_S - 1
    client = Faulty(town.client, "put_item", first(lambda: town.clock.advance(1)))
    assert draw(town, town.new_services(client=client)) == []
    assert town.services.draws.state("pack").commitment is None


def test_a_call_that_froze_before_its_commitment_commits_nothing_after_the_end(town: World) -> None:
    """By then another call has recorded that the draw is void, and the transaction says so."""

    def frozen() -> None:
        town.clock.wall = round_s(batch_of(town)) - COMMIT_BEFORE_S + LEASE_S + FENCE_S
        assert [did["step"] for did in draw(town, town.new_services(seed=2))] == ["void"]

    client = Overtaken(town.client, "transact_write_items", "COMMITMENT", frozen)
    assert draw(town, town.new_services(client=client)) == []
    assert ended(town).state == "void"


def test_a_stopped_lottery_is_not_committed(town: World) -> None:
    """Its end is recorded elsewhere."""
    town.operator().send("POST /admin/batches/{batch_id}/stop", {"batch_id": "pack"}, body={})
    draw(town)
    assert town.services.draws.state("pack").commitment is None


def test_an_odd_draw_holds_up_no_other(town: World) -> None:
    """The due list names it first, and its batch is not there."""
    table = town.settings["CATALOG_TABLE"]
    town.client.put_item(TableName=table, Item={"pk": {"S": "DUE"}, "sk": {"S": "DRAW#a-ghost"}})
    assert [did["step"] for did in draw(town)] == ["damaged", "committed"]
