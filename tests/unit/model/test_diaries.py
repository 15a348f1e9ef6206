"""Whether a person can have one more slot: bans, overlaps, quotas, each at its border."""

from __future__ import annotations

import pytest

from coupons.model.diaries import Diary, Span
from coupons.times import DAY_S
from tests.court import DAY, NOW_S, a_slot, bookable, facility, row, rule

NINE = a_slot()
BAN = {"check_in": {"opens_minutes_before": 30, "grace_minutes": 15}}
STRICT = bookable(booking_rules=[rule(no_show={"strikes": 3, "window_days": 30, "ban_days": 14}, **BAN)])


def at(*slot_ids: str) -> Diary:
    """A diary with these slots of the court."""
    diary = Diary()
    for slot_id in slot_ids:
        _, day, hhmm = slot_id.split(".")
        diary = diary.with_slot(a_slot(hhmm, day))
    return diary


def reason(diary: Diary, now_s: int = NOW_S) -> str:
    refusal = diary.refusal(NINE, now_s)
    return refusal.reason if refusal else ""


def test_an_empty_diary_refuses_nothing() -> None:
    """Neither does one with slots of other days."""
    assert reason(Diary()) == ""
    assert reason(at("court.2020-06-11.0900")) == ""


@pytest.mark.parametrize(
    ("starts", "ends", "refused"),
    [(-60, 0, ""), (-60, 1, "overlap"), (3_599, 7_200, "overlap"), (3_600, 7_200, ""), (600, 700, "overlap")],
)
def test_slots_may_touch_and_not_overlap(starts: int, ends: int, refused: str) -> None:
    """Both ends are half-open; the refusal names the other slot."""
    other = {"hall.2020-06-10.0800": Span(NINE.starts_at_s + starts, NINE.starts_at_s + ends)}
    refusal = Diary(1, other).refusal(NINE, NOW_S)
    assert (refusal.reason if refusal else "", refusal.slot_id if refusal else None) == (
        refused,
        "hall.2020-06-10.0800" if refused else None,
    )


def test_a_person_has_so_many_coming_slots() -> None:
    """Four; one that has ended counts no more."""
    four = at(*(f"court.2020-06-{day}.0900" for day in ("09", "11", "12", "13")))
    assert reason(four) == "quota"
    assert reason(four, now_s=min(span.ends_at_s for span in four.slots.values())) == ""
    assert reason(four.without(["court.2020-06-09.0900"])) == ""


def test_a_person_has_so_many_minutes_of_a_day() -> None:
    """Two hours, of any facility of the campaign; another day has its own."""
    assert reason(at(f"court.{DAY}.1000")) == ""
    assert reason(at(f"court.{DAY}.1000", f"court.{DAY}.1300")) == "quota"
    assert reason(at(f"court.{DAY}.1000", "court.2020-06-11.1300")) == ""


def test_a_rule_without_minutes_allows_any() -> None:
    """Then only the number of slots counts."""
    free = bookable(booking_rules=[rule(per_person={"upcoming_max": 9})])
    diary = at(f"court.{DAY}.1000", f"court.{DAY}.1100", f"court.{DAY}.1200")
    assert diary.refusal(a_slot(of=free), NOW_S) is None


@pytest.mark.parametrize(
    ("days_ago", "now_s", "until_days"),
    [
        ((20, 10, 1), NOW_S, 13),
        ((10, 1), NOW_S, 0),  # one too few
        ((31, 10, 1), NOW_S, 0),  # the first is too long ago
        ((20, 10, 1), NOW_S + 13 * DAY_S - 1, 13),
        ((20, 10, 1), NOW_S + 13 * DAY_S, 0),
        ((90, 89, 88, 20, 10, 1), NOW_S, 13),
    ],
)
def test_who_missed_too_many_is_banned_for_a_while(days_ago: tuple[int, ...], now_s: int, until_days: int) -> None:
    """Three in thirty days, for fourteen days after the last of them."""
    missed = {f"court.{number}": NOW_S - days * DAY_S for number, days in enumerate(days_ago)}
    refusal = Diary(1, {}, missed).refusal(a_slot(of=STRICT), now_s)
    assert (refusal.reason, refusal.until_s) == ("banned", NOW_S + until_days * DAY_S) if until_days else not refusal


def test_a_rule_without_bans_bans_nobody() -> None:
    """However many slots were missed."""
    assert reason(Diary(1, {}, {f"court.{number}": NOW_S for number in range(9)})) == ""


def test_a_diary_is_written_without_days_that_are_over() -> None:
    """Slots of today stay, also those that have ended: they count for today's minutes."""
    diary = at("court.2020-06-05.0900", "court.2020-06-06.0900", "court.2020-06-07.0900")
    assert sorted(diary.from_today(NOW_S, "Asia/Shanghai").slots) == ["court.2020-06-06.0900", "court.2020-06-07.0900"]


def test_a_slot_that_goes_on_past_midnight_stays() -> None:
    """A session of a night is in the diary until it ends, so it still is an overlap."""
    night = {"gala.2020-06-05.2200": Span(NOW_S - 12 * 3_600, NOW_S + 1)}
    assert Diary(1, night).from_today(NOW_S, "Asia/Shanghai").slots == night
    assert Diary(1, night).from_today(NOW_S + 1, "Asia/Shanghai").slots == {}


def test_a_slot_of_a_long_day_ends_by_the_rule() -> None:
    """Minutes are those between the two ends, also over a clock change."""
    night = row(
        **{"from": "01:00", "to": "04:00", "slot_minutes": 180, "first_day": "2022-01-01", "last_day": "2022-12-31"}
    )
    hall = bookable("Europe/Berlin", facilities=[facility(schedule=[night])], booking_rules=[rule()])
    assert Diary().refusal(a_slot("0100", "2022-03-27", hall), NOW_S) is None, "two hours, for one is skipped"
    refusal = Diary().refusal(a_slot("0100", "2022-03-28", hall), NOW_S)
    assert refusal
    assert refusal.reason == "quota"
