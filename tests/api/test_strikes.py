"""Three missed slots are a ban: played through the functions, from the booking to the end of the ban."""

from __future__ import annotations

from tests.api.slot_cases import book, wait
from tests.api.stage import Stage, stage
from tests.api.strike_cases import BANNED_UNTIL, ELEVEN, NEXT_WEEK, NINE, TEN, comes, excuse, missed
from tests.world import Answered

LATER = "court.2020-06-25.0900"


def said(answered: Answered) -> str:
    return answered.json.get("reason") or answered.slug or answered.json["status"]


def again(s: Stage, slot_id: str = NEXT_WEEK) -> str:
    """What Ann is told when she books a slot; she gives it back."""
    told = said(book(s, slot_id=slot_id))
    book(s, slot_id=slot_id, method="DELETE")
    return told


def test_two_missed_slots_ban_nobody() -> None:
    """The third does."""
    with stage() as s:
        assert again(missed(s, NINE, TEN)) == "booked"


def test_three_missed_slots_ban_until_their_rule_says() -> None:
    """From the sweep on, for 14 days after the third: to the second."""
    with stage() as s:
        assert again(missed(s, NINE, TEN, ELEVEN)) == "banned"
        s.clock.set("2020-06-24T10:59:59+08:00")
        assert again(s, LATER) == "banned"
        s.clock.set(BANNED_UNTIL)
        assert again(s, LATER) == "booked"


def test_an_excused_strike_lifts_the_ban_and_counting_it_again_restores_it() -> None:
    """Both ways, at once, however often it is said."""
    with stage() as s:
        missed(s, NINE, TEN, ELEVEN)
        told = []
        for excused in (True, True, False, False, True):
            assert excuse(s, TEN, excused=excused).status == 200
            told.append(again(s))
        assert told == ["booked", "booked", "banned", "banned", "booked"]


def test_a_ban_leaves_what_is_booked_and_who_waits_moves_up() -> None:
    """It stops what the person asks for; what they have stays, and what they wait for comes."""
    ten = "court.2020-06-16.1000"
    with stage() as s:
        missed(s, NINE, TEN)
        assert said(book(s, slot_id=NEXT_WEEK)) == "booked"
        for name in ("cyd", "dan"):
            book(s, name, slot_id=ten)
        assert said(wait(s, slot_id=ten)) == "waiting"
        book(s, slot_id="court.2020-06-11.0900")
        comes(s, "bob", "court.2020-06-11.1200")
        s.clock.set("2020-06-11T21:15:30+08:00")
        assert [did["strikes"] for did in s.tick()["did"] if did["step"] == "swept"] == [1]
        assert again(s, "court.2020-06-16.1200") == "banned"
        book(s, "cyd", slot_id=ten, method="DELETE")
        assert [said(book(s, slot_id=one, method="GET")) for one in (NEXT_WEEK, ten)] == ["booked", "booked"]
