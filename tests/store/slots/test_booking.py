"""Book, wait, leave: what everybody is then, by the clock, by who was there before, and by what the venue decided."""

from __future__ import annotations

from dataclasses import replace

import pytest

from coupons.model.diaries import Diary
from coupons.model.slot_records import CheckInMark
from coupons.refusals import Busy, Closed, Full, NotFound, NotOpen
from coupons.slots import booking
from coupons.slots.days import day_of_facility
from tests.court import DAY, offer, rule
from tests.programmes import course, session
from tests.store.faults import Counting, Faulty, Overtaken, answer_lost, cancelled, first, request_lost
from tests.store.slots.conftest import SLOT, Court
from tests.world import KEYS, World, campaign, seconds

TOO_LATE_TO_MOVE = "2020-06-10T07:00:00+08:00"
TOO_LATE_TO_LEAVE = "2020-06-10T08:00:00+08:00"
BEGINS = "2020-06-10T09:00:00+08:00"


def conflict(_real: object, _parameters: object) -> None:
    raise cancelled("TransactionConflict")


def full(court: Court) -> Court:
    """Ann and Bob are booked, Cyd waits before Dan."""
    assert [court.book(name) for name in ("ann", "bob")] == ["booked", "booked"]
    assert [court.wait(name) for name in ("cyd", "dan")] == ["waiting 1", "waiting 2"]
    return court


def test_the_first_in_line_moves_up_when_one_leaves(court: Court) -> None:
    """Nobody else gets the place, and each is in the slot and in the diary."""
    full(court)
    assert court.leave("ann") == "cancelled"
    assert court.booked("ann", "bob", "cyd", "dan") == ["bob", "cyd"]
    assert (court.state("ann"), court.state("dan"), court.book("eve")) == ("not-found", "waiting 1", "full")
    court.assert_sound()


def test_a_repeat_says_what_the_person_is_now(court: Court) -> None:
    """Booked, waiting, or moved up since; under either name."""
    full(court)
    assert (court.book("ann"), court.wait("ann"), court.book("cyd"), court.wait("cyd")) == (
        "booked",
        "booked",
        "waiting 1",
        "waiting 1",
    )
    version = court.record().version
    court.leave("ann")
    assert (court.wait("cyd"), court.record().version) == ("booked", version + 1)


def test_who_asks_to_wait_for_a_free_place_is_booked(court: Court) -> None:
    """A page that is a moment old offers the list, and a place came free."""
    assert court.wait("ann") == "booked"
    court.assert_sound()


def test_who_left_a_moment_ago_books_anew(court: Court) -> None:
    """Also in a process that still remembers them in the slot: what it remembers refuses only."""
    other = Court(court.world, court.world.new_services())
    assert (court.book("ann"), other.book("bob"), other.book("eve")) == ("booked", "booked", "full")
    assert (court.leave("ann"), other.book("ann"), court.state("ann")) == ("cancelled", "booked", "booked")
    court.assert_sound()


def test_a_draft_is_booked_by_nobody(world: World) -> None:
    """Nothing is published yet: neither the day nor its slots are there, as the campaign is not."""
    document = campaign()
    path = {"campaign_id": "season"}
    assert world.operator().send("PUT /admin/campaigns/{campaign_id}", path, body=document).status == 201
    offer(world)
    draft = Court(world, world.services)
    assert (draft.book("ann"), draft.wait("ann"), draft.diary("ann").version) == ("not-found", "not-found", 0)
    with pytest.raises(NotFound):
        day_of_facility(world.services, "court", DAY, world.now_s)
    world.publish(document)
    assert draft.at("2020-06-06T10:00:02+08:00").book("ann") == "booked"


def test_a_full_slot_says_how_many_wait(court: Court) -> None:
    """And which place in the line is next, as long as the list takes one more."""
    court.book("ann")
    court.book("bob")
    facts = []
    for name in ("cyd", "dan"):
        court.wait(name)
        court.world.clock.advance(1)
        with pytest.raises(Full) as refused:
            booking.book(court.services, SLOT, KEYS.person("eve"), court.world.now_s)
        facts.append((refused.value.waiting, refused.value.rank_if_joined))
    assert facts == [(1, 2), (2, None)]
    assert court.wait("eve") == "full"


def test_a_full_slot_offers_no_place_in_a_line_without_force(court: Court) -> None:
    """Nobody moves up any more, though the list has room."""
    for name in ("ann", "bob"):
        court.book(name)
    court.at(TOO_LATE_TO_MOVE)
    with pytest.raises(Full) as refused:
        booking.book(court.services, SLOT, KEYS.person("eve"), court.world.now_s)
    assert (refused.value.waiting, refused.value.rank_if_joined) == (0, None)


def test_a_cancelled_slot_refuses_from_what_is_known_of_it(court: Court) -> None:
    """A cancel is final, so only the diary is read."""
    court.call_off()
    court.world.clock.advance(1)
    counting = Counting(court.world.client)
    through = court.through(counting)
    assert through.book("ann") == "stopped"
    counting.requests.clear()
    assert through.book("bob") == "stopped"
    assert counting.requests == {"get_item": 1}


def test_nobody_passes_who_waits(court: Court) -> None:
    """Also while a place is free, because the venue just made one or somebody is about to move up."""
    full(court)
    court.units(1)
    court.leave("ann")
    court.world.clock.advance(2)
    assert court.booked("bob", "cyd") == ["bob"]
    assert court.book("eve") == "full"
    court.units(3)
    assert court.booked("bob", "cyd", "dan") == ["bob", "cyd", "dan"]


def test_a_list_without_force_lets_the_quick_one_in(court: Court) -> None:
    """From two hours before, nobody moves up; who waits may book too, and then no longer waits."""
    full(court).at(TOO_LATE_TO_MOVE)
    assert court.leave("ann") == "cancelled"
    assert court.booked("bob", "cyd") == ["bob"]
    assert (court.state("cyd"), court.wait("eve")) == ("waiting 1", "booked")
    court.leave("bob")
    assert (court.book("dan"), court.book("cyd"), court.wait("fay")) == ("booked", "waiting 1", "closed")
    assert court.record().waiting.keys() == {KEYS.person("cyd")}
    court.assert_sound()


def test_time_refuses_from_the_second_on(court: Court) -> None:
    """Before booking opens, after the start, and giving back in the last hour; who waits may leave to the end."""
    assert court.at("2020-06-03T06:59:59+08:00").book("ann") == "not-open"
    assert court.at("2020-06-03T07:00:00+08:00").book("ann") == "booked"
    assert court.book("bob") == "booked"
    assert (court.wait("cyd"), court.wait("dan")) == ("waiting 1", "waiting 2")
    assert court.at(TOO_LATE_TO_LEAVE).leave("ann") == "closed"
    assert court.leave("cyd") == "cancelled"
    court.at(BEGINS)
    assert (court.leave("dan"), court.book("eve"), court.wait("eve")) == ("closed", "closed", "closed")
    assert (court.book("ann"), court.state("ann")) == ("booked", "booked"), "a repeat is answered all the same"


def test_what_begins_before_it_opens_is_closed(season: World) -> None:
    """Its day opens at noon: the session of nine is over by then, and nobody is told to come back."""
    nine = session(starts_at=f"{DAY}T09:00:00+08:00", ends_at=f"{DAY}T10:00:00+08:00")
    noon = rule(booking_rule_id="noon", opens_days_ahead=0, opens_at="12:00")
    seats = {"capacity": 2, "by": "slot", "booking_rule": "noon"}
    offer(season, booking_rules=[rule(), noon], activities=[course(nine, seats=seats)])
    services, slot_id = season.services, f"course.{DAY}.0900"
    with pytest.raises(NotOpen):
        booking.book(services, slot_id, KEYS.person("ann"), seconds(BEGINS) - 1)
    with pytest.raises(Closed):
        booking.book(services, slot_id, KEYS.person("ann"), seconds(BEGINS))


def test_who_is_in_neither_place_raises_the_diary(court: Court) -> None:
    """So a request to book that was on its way is refused when it arrives."""
    late = court.services.diaries.get("season", KEYS.person("ann"))
    assert court.leave("ann") == "not-found"
    assert court.diary("ann") == Diary(1)
    parts = [
        court.services.diaries.replace("season", KEYS.person("ann"), late, late),
    ]
    assert not court.services.tries(parts)


def test_a_late_copy_of_a_booking_is_refused_by_itself(court: Court) -> None:
    """It was sent before the person gave the slot back, and arrives after."""
    sent = []

    def held_up(real: object, parameters: dict[str, object]) -> object:
        sent.append(parameters)
        return real(**parameters)  # type: ignore[operator]

    assert court.through(Faulty(court.world.client, "transact_write_items", held_up)).book("ann") == "booked"
    assert court.leave("ann") == "cancelled"
    before = court.record()
    with pytest.raises(Exception, match="ConditionalCheckFailed"):
        court.world.client.transact_write_items(**sent[0] | {"ClientRequestToken": "another"})
    assert (court.record(), court.state("ann")) == (before, "not-found")
    assert court.book("ann") == "booked", "asking again books anew"
    court.assert_sound()


def test_a_lost_answer_is_found_by_the_repeat(court: Court) -> None:
    """Applied or not: the person is in the slot once."""
    for name, lost in (("ann", answer_lost), ("bob", request_lost)):
        through = court.through(Faulty(court.world.client, "transact_write_items", lost, lost, lost))
        assert through.book(name) == "busy"
        assert court.book(name) == "booked"
    assert len(court.record().booked) == 2
    court.assert_sound()


def test_a_conflict_is_tried_again(court: Court) -> None:
    """Two people book at the same moment: the store refuses one of both, which is sent again."""
    through = court.through(Faulty(court.world.client, "transact_write_items", conflict, conflict))
    assert through.book("ann") == "booked"


def test_who_comes_second_to_the_last_place_is_told(court: Court) -> None:
    """Somebody else books between read and write; the second attempt reads that the slot is full."""
    court.book("ann")
    overtaken = Faulty(court.world.client, "transact_write_items", first(lambda: court.book("bob")))
    assert court.through(overtaken).book("cyd") == "full"
    overtaken = Faulty(court.world.client, "transact_write_items", first(lambda: court.wait("cyd")))
    assert court.through(overtaken).wait("dan") == "waiting 2"
    court.assert_sound()


def test_a_slot_that_never_rests_is_busy(court: Court) -> None:
    """After some attempts the person is asked to come again."""
    full(court)
    act = iter(range(1_000))
    everlasting = [first(lambda: court.units(3 + next(act) % 2)) for _ in range(20)]
    assert court.through(Faulty(court.world.client, "transact_write_items", *everlasting)).leave("ann") == "busy"


def test_a_double_click_books_once(court: Court) -> None:
    """The other click is through between this one's read and its write: it is a repeat."""
    through = court.through(Overtaken(court.world.client, "transact_write_items", "DIARY#", lambda: court.book("ann")))
    found, replay = booking.book(through.services, SLOT, KEYS.person("ann"), court.world.now_s)
    assert (found.state, replay, len(court.record().booked)) == ("booked", True, 1)


def test_a_cancelled_slot_keeps_who_was_in_it(court: Court) -> None:
    """They read why; nobody new gets in, nobody moves up, and each may leave at any time."""
    full(court)
    court.call_off()
    assert [court.state(name) for name in ("ann", "cyd")] == ["cancelled", "cancelled"]
    assert [court.book(name) for name in ("ann", "cyd", "eve")] == ["cancelled", "cancelled", "stopped"]
    assert court.wait("eve") == "stopped"
    court.at("2020-06-11T09:00:00+08:00")
    assert (court.leave("ann"), court.state("ann"), court.state("bob")) == ("cancelled", "not-found", "cancelled")
    assert court.booked("bob", "cyd") == ["bob"]


def test_who_used_their_place_cannot_leave(court: Court) -> None:
    """The place is spent, also if the venue cancels the rest of the slot."""
    court.book("ann")
    record = court.record()
    slot = booking.slot_of(court.services, SLOT)
    marked = replace(record, version=2, checked_in={KEYS.person("ann"): CheckInMark(bytes(16), 1)})
    assert court.services.slots.tries(court.services.slots.replace(slot, record, marked, court.world.now_s))
    assert court.leave("ann") == "closed"
    court.call_off()
    assert court.leave("ann") == "closed"


def test_a_stale_day_refuses_and_never_admits(court: Court) -> None:
    """For a second a full slot refuses without a request; a place that looked free is decided by its item."""
    other = court.through(court.world.client)
    assert [court.book(name) for name in ("ann", "bob")] == ["booked", "booked"]
    assert other.book("cyd") == "full"
    assert court.leave("bob") == "cancelled"
    assert other.book("cyd") == "full", "what it read is less than a second old"
    court.world.clock.advance(1)
    assert other.book("cyd") == "booked"
    assert court.leave("cyd") == "cancelled"
    court.world.clock.advance(1)
    assert other.book("ann") == "booked", "it reads that a place is left"
    assert court.book("bob") == "booked"
    assert other.book("dan") == "full"


def test_no_such_slot_is_not_found(court: Court) -> None:
    """Off the schedule, and of a facility that no programme has."""
    assert court.book("ann", "court.2020-06-10.0930") == "not-found"
    assert court.book("ann", "hall.2020-06-10.0900") == "not-found"
    assert court.leave("ann", "court.2020-08-10.0900") == "not-found"


def test_a_conflict_without_end_is_busy(court: Court) -> None:
    """Nothing was changed."""
    through = court.through(Faulty(court.world.client, "transact_write_items", *[conflict] * 20))
    with pytest.raises(Busy):
        booking.book(through.services, SLOT, KEYS.person("ann"), court.world.now_s)
    assert court.record().version == 0
