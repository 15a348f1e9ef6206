"""How a draw ends: once, with the file of who claimed, and the books add up; a month later it forgets who they were."""

from __future__ import annotations

import pytest

from coupons.clock import FENCE_S
from coupons.lottery.ending import KEPT_S, NO_BEACON, STOPPED
from coupons.model.claimed_packs import fresh_claim
from coupons.model.draw_results import seed_of
from coupons.model.draw_state import DrawEnd
from coupons.model.entries import CLAIM_BYTES, entry
from coupons.model.scores import score
from coupons.schedule.minute import run_schedule
from coupons.times import DAY_S
from tests.store.books import assert_books, of, reserved
from tests.store.faults import Overtaken
from tests.store.lottery.drawn import (
    LONG,
    advance_to,
    claims,
    committed,
    drawn,
    entries,
    in_order,
    state,
    with_beacon,
)
from tests.store.lottery.lots import a_town, batch_of, count, draw, enter
from tests.world import World, order


def expire(town: World) -> None:
    """The function `expire`, until nothing more is due."""
    for _ in range(4):
        run_schedule(town.services, town.now_s, float("inf"))
        town.clock.advance(FENCE_S)


def closed(town: World) -> World:
    """The batch has closed, and its claims are counted for good."""
    expire(advance_to(town, batch_of(town).closes_at_s))
    return town


def stop(town: World) -> None:
    town.operator().send("POST /admin/batches/{batch_id}/stop", {"batch_id": "pack"}, body={})


def claimed(town: World) -> list[tuple[bytes, int]]:
    """Entry and cohort of each line of the recorded file."""
    end = state(town).end
    assert end is not None
    content = town.files.content[end.file]
    lines = [content[at : at + CLAIM_BYTES] for at in range(0, len(content), CLAIM_BYTES)]
    assert lines == sorted(lines)
    assert len(lines) == end.claims
    return [(line[:-1], line[-1]) for line in lines]


def test_the_final_file_has_who_claimed() -> None:
    """With their cohorts, sorted; as many as the batch's final count, so the draw and the money agree."""
    town = drawn(40, **LONG)
    people = in_order(town)
    claims(town, *people[:4])
    draw(advance_to(town, state(town).cohorts[0].claim_until_s + FENCE_S))
    claims(town, *people[12:15])
    draw(closed(town))
    control = town.services.cache.control_now("pack")
    assert state(town).end == DrawEnd("final", town.now_s, "", control.claims, state(town).end.file)  # type: ignore[union-attr]
    assert control.claims == 7
    found = entries(town)
    expected = [(found[person][0], 1) for person in people[:4]] + [(found[person][0], 2) for person in people[12:15]]
    assert claimed(town) == sorted(expected)
    before = town.client.snapshot()
    assert draw(town) == []
    assert town.client.snapshot() == before


def test_it_is_not_final_before_the_count_is() -> None:
    """Nor while the batch is open, whoever has claimed."""
    town = drawn(40, quantity=3)
    claims(town, *in_order(town)[:3])
    assert draw(advance_to(town, batch_of(town).closes_at_s - 1)) == []
    assert draw(advance_to(town, batch_of(town).closes_at_s + FENCE_S)) == [], "the claims are not counted yet"
    assert [did["step"] for did in draw(closed(town))] == ["final"]


def test_a_lottery_without_claims_settles_to_the_cent() -> None:
    """All ten packs give their money back by the ordinary steps, and the file is empty."""
    town = drawn(40)
    assert reserved(town) == of(10)
    draw(closed(town))
    assert reserved(town) == of(0)
    assert claimed(town) == []
    assert_books(town, "pack")


def test_an_expired_lottery_settles_to_the_cent() -> None:
    """Of three claimed packs one is redeemed: seven give back at the closing, two when they have expired."""
    town = drawn(40)
    town.clock.set("2020-06-06T10:00:00+08:00")
    winner = next(n for n in range(40) if town.services.keys.person(f"person-{n}") == in_order(town)[0])
    claims(town, *in_order(town)[:3])
    citizen = town.citizen(f"person-{winner}")
    (coupon,) = citizen.send("GET /wallet", {}).json["coupons"]
    assert town.merchant().redeem("o-1", citizen.code(coupon["coupon_id"]), order()).status == 201
    draw(closed(town))
    assert reserved(town) == of(3)
    advance_to(town, batch_of(town).last_expiry_s + DAY_S)
    for _ in range(3):
        expire(town)
        town.clock.advance(DAY_S)
    assert reserved(town) == of(1)
    assert_books(town, "pack")
    assert len(claimed(town)) == 3


def test_other_claims_than_counted_break_it() -> None:
    """A claim that was put past the count is in no final file: the draw says that it is broken, and why."""
    town = closed(drawn(40))
    claims(town, in_order(town)[0])
    draw(town)
    end = DrawEnd("broken", town.now_s, "1 claims were found, and 0 were counted.")
    assert state(town).end == end


def test_a_claim_of_nobody_who_entered_is_damage() -> None:
    """It is named, and the draw waits until it is mended."""
    town = drawn(40)
    batch, stranger = batch_of(town), b"s" * 16
    town.services.claims.put(batch, fresh_claim(batch, stranger, "t", town.now_s, 1), lambda: True)
    (did,) = draw(closed(town))
    assert did["step"] == "damaged"
    assert "its person has no entry" in did["why"]
    assert state(town).end is None


def test_who_was_not_drawn_is_seen_in_the_file() -> None:
    """Claims of somebody who did not win, and of a booking that was inserted after the draw, are there as cohort 0."""
    town = drawn(40)
    loser = in_order(town)[-1]
    claims(town, loser)
    forged = enter_after(town)
    draw(closed(town))
    assert sorted(claimed(town)) == sorted([(entries(town)[loser][0], 0), (forged, 0)])
    assert all(forged not in content for name, content in town.files.content.items() if len(content) % 34 == 0)


def enter_after(town: World) -> bytes:
    """A booking that is inserted after the draw, of somebody whose score wins, with a claim; its entry."""
    cutoff = state(town).cohorts[0].cutoff_rest
    seed = seed_of(state(town))
    assert seed is not None
    for number in range(10_000):
        name, batch = f"forger-{number}", batch_of(town)
        person = town.services.keys.person(name)
        assert batch.draw is not None
        made = entry("pack", name, town.services.keys.nonce(batch.draw.key_version, "pack", person))
        if score(seed, made, 1) <= cutoff:
            assert enter(town, name) == made
            claims(town, person)
            return made
    raise AssertionError


def test_void_without_a_beacon() -> None:
    """Seven days after the moment of the draw, not a second earlier; then no beacon is taken."""
    town = committed(12)
    town.clock.advance(7 * DAY_S - 1)
    assert draw(town) == []
    town.clock.advance(1)
    assert draw(town) == [{"step": "void", "why": NO_BEACON}]
    assert state(town).end == DrawEnd("void", town.now_s, NO_BEACON)
    assert state(town).commitment is not None, "it stays shown"


def test_a_stop_abandons_it() -> None:
    """After the fence, with what was committed; without winners there is no file."""
    town = committed(12)
    stop(town)
    town.clock.advance(FENCE_S - 1)
    assert draw(town) == []
    town.clock.advance(1)
    assert draw(town) == [{"step": "abandoned", "why": STOPPED}]
    assert state(town).commitment is not None
    assert state(town).end == DrawEnd("abandoned", town.now_s, STOPPED)


def test_a_stop_after_the_draw_has_the_file() -> None:
    """Also of the claim that arrives within the fence."""
    town = drawn(12)
    first, second = in_order(town)[:2]
    claims(town, first)
    stop(town)
    town.clock.advance(20)
    claims(town, second)
    town.clock.advance(10)
    draw(town)
    assert {line for line, _ in claimed(town)} == {entries(town)[person][0] for person in (first, second)}
    assert state(town).end is not None
    assert state(town).end.state == "abandoned"  # type: ignore[union-attr]
    expire(advance_to(town, batch_of(town).closes_at_s))
    assert town.services.cache.control_now("pack").claims == 2
    assert reserved(town) == of(2)


def test_a_stop_in_the_last_second_abandons_it_too() -> None:
    """Also if the claims are counted for good when the draw is looked at."""
    town = drawn(12)
    claims(town, in_order(town)[0])
    stop(advance_to(town, batch_of(town).closes_at_s - 1))
    expire(town)
    assert town.services.cache.control_now("pack").final
    assert draw(town) == [{"step": "abandoned", "why": STOPPED, "claims": 1}]


def test_a_stop_before_the_commitment_abandons_it() -> None:
    """No list is fixed, and nobody waits for one."""
    town = a_town(12)
    count(town)
    stop(town)
    town.clock.advance(FENCE_S)
    assert [did["step"] for did in draw(town)] == ["abandoned"]
    assert state(town).commitment is None


def test_an_end_is_recorded_once() -> None:
    """Two calls that find it due tell it once; a clock that is set back takes it back no more."""
    town = closed(drawn(12))
    told = list[str]()
    slow = Overtaken(town.client, "put_item", "DRAW#END", lambda: told.extend(d["step"] for d in draw(town)))
    told += [did["step"] for did in draw(town, town.new_services(client=slow))]
    assert told == ["final"]
    end = state(town).end
    town.clock.set("2020-06-05T20:00:00+08:00")
    assert draw(town) == []
    assert state(town).end == end


def test_a_beacon_after_the_closing_ends_it_at_once() -> None:
    """The winners are told, nobody can claim any more, and the file is empty."""
    town = closed(committed(12))
    assert draw(town) == [], "it waits for its beacon"
    assert [did["step"] for did in draw(with_beacon(town))] == ["drawn", "final"]
    assert state(town).cohorts[0].claim_until_s < state(town).cohorts[0].recorded_at_s


@pytest.mark.parametrize("ending", ["final", "void", "abandoned"])
def test_identities_are_removed_after_thirty_days(ending: str) -> None:
    """However it ended; entries, weights and shares stay, and then nothing is due of the draw."""
    town = drawn(12) if ending == "final" else committed(12)
    if ending == "final":
        closed(town)
    elif ending == "void":
        town.clock.advance(7 * DAY_S)
    else:
        stop(town)
        town.clock.advance(FENCE_S)
    assert [did["step"] for did in draw(town)] == [ending]
    before = entries(town)
    town.clock.advance(KEPT_S - 1)
    assert draw(town) == []
    assert sealed(town) == 12
    town.clock.advance(1)
    assert draw(town) == [{"step": "identities removed"}]
    assert (sealed(town), entries(town)) == (0, before)
    assert town.services.due_list.draws() == []
    assert draw(town) == []


def sealed(town: World) -> int:
    """How many bookings still name their person to the notary."""
    return sum("p" in item for key, item in town.client.items.items() if key.sk.startswith("BOOKING#"))
