"""A claim of a lottery: who was drawn, until when, and what everybody else is told."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from coupons.claim.eligibility import Citizen
from coupons.claim.packs import claim
from coupons.operate.members import change_members
from coupons.process.receipts import entry_of
from coupons.refusals import Busy
from coupons.sealing import Keys
from tests.store.faults import Counting, Faulty, answer_lost
from tests.store.lots import BOOKING, DRAWN, PATH, PEOPLE, Lots, drawn, losers, lots, winners
from tests.world import KEYS, a_batch, seconds


@pytest.fixture
def made(tmp_path: Path) -> Lots:
    """Six people, two packs, drawn and open."""
    return drawn(tmp_path)


def told(made: Lots, name: str) -> str:
    """What a claim is answered."""
    answer = made.world.citizen(name).put_claim("pack")
    return " ".join([str(answer.status), answer.slug or "", answer.json.get("reason", "")]).strip()


def claims(made: Lots) -> int:
    return sum(item["sk"]["S"].startswith("CLAIM#") for item in made.world.items()["ClaimsTable"])


def change(made: Lots, name: str, **fields: Any) -> None:
    """The stored booking of this person says something else of their entry."""
    booked = made.booking(name)
    assert booked.entered is not None
    made.services.bookings.delete(made.batch, KEYS.person(name))
    other = booked._replace(entered=booked.entered._replace(**fields))
    made.services.bookings.enter(made.batch, KEYS.person(name), other, lambda: True)


def test_those_who_were_drawn_claim_and_nobody_else(made: Lots) -> None:
    """Each of them once: the second time is a repeat of the first. The answer agrees with a sort of all scores."""
    assert [told(made, name) for name in winners(made)] == ["201"] * 2
    assert [told(made, name) for name in losers(made)] == ["403 not-eligible not-drawn"] * 4
    assert told(made, "stranger") == "403 not-eligible booking-required"
    assert [told(made, name) for name in winners(made)] == ["200"] * 2
    assert claims(made) == 2


def test_a_claim_is_one_put(made: Lots) -> None:
    """One write unit, no lease; a strong read of the booking, and half a unit for what a process keeps."""
    counting = Counting(made.world.client)
    services = made.world.new_services(client=counting)
    services.cache.batch("pack"), services.cache.control("pack"), services.draw_states.get("pack")
    counting.requests.clear()
    services.meter.take()
    (name, *_), now_s = winners(made), made.world.now_s
    claim(services, "pack", Citizen(KEYS.person(name), None, None, name), now_s)
    assert counting.requests == {"get_item": 1, "put_item": 1}
    consumed = services.meter.take()
    assert (consumed.write_units, consumed.read_units) == (1, 1)


def test_a_winner_who_left_the_group_still_wins(tmp_path: Path) -> None:
    """Group and region count when one books; who came later cannot win."""
    made = lots(tmp_path, eligibility={"group_id": "care", "regions": ["beijing"]})
    change_members(made.services, "care", list(PEOPLE), [], made.world.now_s)
    made.book(*PEOPLE, region="beijing")
    made.commit()
    made.draw()
    made.open()
    change_members(made.services, "care", ["late"], list(PEOPLE), made.world.now_s)
    answers = [made.world.citizen(name, region="tianjin").put_claim("pack").status for name in winners(made)]
    assert answers == [201, 201]
    assert told(made, "late") == "403 not-eligible booking-required"


def test_before_the_draw_it_is_not_open(tmp_path: Path) -> None:
    """By the window until it opens; then, if the draw is late, for another minute."""
    made = lots(tmp_path)
    made.book(*PEOPLE)
    made.commit()
    made.world.clock.set("2020-06-06T09:59:59+08:00")
    assert told(made, "p1") == "409 not-open"
    made.open()
    answer = made.world.citizen("p1").put_claim("pack")
    assert (answer.slug, answer.json["opens_at"]) == ("not-open", "2020-06-06T10:01:00+08:00")
    assert 60 <= answer.json["retry_after_s"] < 90
    made.draw(at="2020-06-06T10:00:30+08:00")
    assert told(made, winners(made)[0]) == "201"


@pytest.mark.parametrize("state", ["void", "abandoned", "broken"])
def test_without_a_draw_it_is_closed_for_everybody(tmp_path: Path, state: str) -> None:
    """Not `not-drawn`: nobody lost."""
    made = lots(tmp_path)
    made.book(*PEOPLE)
    made.commit()
    made.world.clock.set(DRAWN)
    made.end(state)
    made.open()
    answer = made.world.citizen("p1").put_claim("pack")
    assert (answer.slug, answer.json["closed_at"]) == ("closed", DRAWN)


def test_the_last_second_to_claim(tmp_path: Path) -> None:
    """Until the cohort's time is over, which the refusal names; an earlier claim is answered first."""
    made = drawn(tmp_path, claim_for_s=15 * 3_600)
    until_s = made.services.draws.state("pack").cohorts[0].claim_until_s
    first, second = winners(made)
    made.world.clock.advance(until_s - 1 - made.world.now_s)
    assert told(made, first) == "201"
    made.world.clock.advance(1)
    refused = made.world.citizen(second).put_claim("pack")
    assert (refused.status, refused.json["reason"]) == (403, "late")
    assert seconds(refused.json["claim_by"]) == until_s
    assert told(made, first) == "200"
    assert claims(made) == 1


def test_the_last_second_is_also_the_batch_s(made: Lots) -> None:
    """`claim_for_s` is longer than the batch is open."""
    assert made.services.draws.state("pack").cohorts[0].claim_until_s == made.batch.closes_at_s
    made.world.clock.advance(made.batch.closes_at_s - made.world.now_s)
    assert told(made, winners(made)[0]) == "409 closed"


@pytest.mark.parametrize("clock", ["wall", "monotonic"])
def test_a_claim_that_is_late_on_its_way_is_sent_in_time(made: Lots, clock: str) -> None:
    """The window was checked when the request began: ten seconds later, by either clock, nothing is sent any more."""
    name, now_s = winners(made)[0], made.world.now_s
    services = made.world.new_services(client=(counting := Counting(made.world.client)))
    find = services.entry_lists.find

    def stood_still(*given: Any) -> Any:
        setattr(made.world.clock, clock, getattr(made.world.clock, clock) + 10)
        return find(*given)

    services.entry_lists.find = stood_still  # type: ignore[method-assign]
    with pytest.raises(Busy):
        claim(services, "pack", Citizen(KEYS.person(name), None, None, name), now_s)
    assert "put_item" not in counting.requests


def test_a_reserve_claims_after_the_winners(tmp_path: Path) -> None:
    """Who was drawn first and came late stays late; the next in line may claim."""
    made = lots(tmp_path, draw={"rounds": 2, "claim_for_s": 3_600}, closes_at="2020-06-07T10:00:00+08:00")
    made.book(*PEOPLE)
    made.commit()
    made.draw(at="2020-06-06T09:30:00+08:00", claim_for_s=3_600)
    made.open()
    order = [made.name_of(entry, *PEOPLE) for entry in made.ranking]
    assert [told(made, name).split()[-1] for name in order[:3]] == ["201", "201", "not-drawn"]
    made.draw(admits=1, at="2020-06-06T11:00:00+08:00", claim_for_s=3_600)
    assert [told(made, name).split()[-1] for name in order[:4]] == ["200", "200", "201", "not-drawn"]


def test_a_booking_that_was_changed_wins_nothing(made: Lots) -> None:
    """Another's entry is damage; a weight of one's own making counts for nothing, because the list has it too."""
    winner, (loser, *others) = made.entry(winners(made)[0]), losers(made)
    change(made, loser, entry=winner)
    assert made.world.citizen(loser).put_claim("pack").status == 500
    for name in others:
        change(made, name, weight=32)
        assert told(made, name) == "403 not-eligible not-drawn"
    assert claims(made) == 0


def test_an_entry_that_the_list_lacks_wins_nothing(tmp_path: Path) -> None:
    """A booking that was put behind the list, whose score would win."""
    made = lots(tmp_path)
    made.book(*PEOPLE[:5])
    made.commit()
    made.draw(admits=5)
    made.world.clock.set(BOOKING)
    late = made.booking(PEOPLE[0])
    entered = late.entered
    assert entered is not None
    own = entered._replace(entry=entry_of(made.services, made.batch, KEYS.person("late"), "late"), weight=32)
    made.services.bookings.enter(made.batch, KEYS.person("late"), late._replace(entered=own), lambda: True)
    made.open()
    answer = made.world.citizen("late").put_claim("pack")
    assert (answer.json["reason"], "rank" in answer.json) == ("not-drawn", False)
    assert claims(made) == 0


def test_a_rotation_of_keys_changes_no_entry(made: Lots) -> None:
    """Its nonce is of the version that publishing froze, so a winner still claims."""
    made.services._keys = Keys({**KEYS.masters, 2: b"the next master secret, of no worth"})
    assert [told(made, name) for name in winners(made)] == ["201"] * 2


def test_another_account_of_the_person_has_the_same_claim(made: Lots) -> None:
    """Any spelling of the identity; but not an account without one."""
    name = winners(made)[0]
    assert told(made, name) == "201"
    other = made.world.citizen("another-account", person_id=f" {name.upper()} ").put_claim("pack")
    assert other.status == 200
    assert made.world.citizen(name, person_id="").put_claim("pack").json["reason"] == "booking-required"


def test_limits_and_exclusive_groups_hold(tmp_path: Path) -> None:
    """A winner who has the group's other pack, or as many as the limit allows, is refused as at any batch."""
    limit = {"kind": "count", "limit_id": "one", "per": "person", "period": "campaign", "packs_max": 1}
    others = [a_batch("quick", exclusive_group="june"), a_batch("other", limits=["one"])]
    made = drawn(tmp_path, others=others, exclusive_group="june", limits=["one"], campaign={"limits": [limit]})
    first, second = winners(made)
    assert made.world.citizen(first).put_claim("quick").status == 201
    assert told(made, first) == "409 already-claimed-group"
    assert made.world.citizen(second).put_claim("other").status == 201
    assert told(made, second) == "403 not-eligible limit"


def test_a_household_counts_as_a_whole(tmp_path: Path) -> None:
    """Two winners of one household, of which one pack is allowed; a token must name it to book."""
    limit = {"kind": "count", "limit_id": "home", "per": "household", "period": "campaign", "packs_max": 1}
    made = lots(tmp_path, limits=["home"], eligibility={"requires": ["household"]}, campaign={"limits": [limit]})
    made.world.clock.set(BOOKING)
    answer = made.world.citizen("homeless").send("PUT /batches/{batch_id}/booking", PATH, body={})
    assert (answer.slug, answer.json["reason"]) == ("not-eligible", "household")
    made.book(*PEOPLE, household_id="home")
    made.commit()
    made.draw()
    made.open()
    first, second = winners(made)
    assert made.world.citizen(first).put_claim("pack").json["reason"] == "household"
    assert made.world.citizen(first, household_id="home").put_claim("pack").status == 201
    assert made.world.citizen(second, household_id="home").put_claim("pack").json["reason"] == "limit"


def test_a_lost_answer_is_one_claim(made: Lots) -> None:
    """The second attempt finds its own token."""
    name = winners(made)[0]
    faulty = Faulty(made.world.client, "put_item", answer_lost)
    pack, replay = claim(
        made.world.new_services(client=faulty), "pack", Citizen(KEYS.person(name), None, None, name), made.world.now_s
    )
    assert (replay, faulty.calls, claims(made)) == (False, 2, 1)
    assert pack.claim.person == KEYS.person(name)


def mine(made: Lots, name: str) -> tuple[str, str]:
    """What they read of their part."""
    answer = made.world.citizen(name).send("GET /batches/{batch_id}/draw/mine", PATH)
    return answer.json["result"], answer.json["sentence"]["en"]


def test_a_stop_after_the_draw_takes_no_claim_back(made: Lots) -> None:
    """Who has the pack reads so, and nobody reads that there was no draw."""
    first, second = winners(made)
    assert told(made, first) == "201"
    made.end("abandoned")
    assert mine(made, first) == ("claimed", "You won a pack, and you have it.")
    stopped = ("void", "This batch was stopped after its draw, so nothing can be claimed any more.")
    assert [mine(made, name) for name in (second, losers(made)[0])] == [stopped] * 2
