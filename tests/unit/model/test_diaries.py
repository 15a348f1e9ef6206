"""Whether a person can have one more slot: bans, overlaps, quotas, each at its border."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations

import pytest

from coupons.model.diaries import Diary, Missed, Span
from coupons.model.programmes import Programme
from coupons.model.slots import SlotName
from coupons.times import DAY_S
from tests.court import DAY, NO_SHOW, NOW_S, a_slot, bookable, facility, programme, row, rule

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


def missed(*days_ago: int, excused: tuple[int, ...] = ()) -> Diary:
    """Strikes of slots that began so many days ago, by `court.2020-06-10.<days>`."""
    names = {days: f"court.{DAY}.{days:04}" for days in days_ago}
    strikes = {name: NOW_S - days * DAY_S for days, name in names.items()}
    return Diary(1, {}, strikes, frozenset(names[days] for days in excused))


def test_an_excused_strike_does_not_count() -> None:
    """Whichever of three it is; and counted again it does, as if nothing had been."""
    nine = a_slot(of=STRICT)
    whole = missed(20, 10, 1)
    assert whole.banned_until_s(nine) == NOW_S + 13 * DAY_S
    for days in (20, 10, 1):
        excused = missed(20, 10, 1, excused=(days,))
        assert (excused.banned_until_s(nine), excused.refusal(nine, NOW_S)) == (0, None)
        assert excused.with_excuse(f"court.{DAY}.{days:04}", excused=False) == whole
        assert whole.with_excuse(f"court.{DAY}.{days:04}", excused=True) == excused
    assert missed(20, 10, 5, 1, excused=(1,)).banned_until_s(nine) == NOW_S + 9 * DAY_S


def test_a_strike_given_twice_stands_once_and_stays_excused() -> None:
    """A sweep that is repeated changes nothing."""
    diary = missed(3, excused=(3,))
    assert diary.with_strikes(diary.strikes) == diary
    assert diary.without_strikes(diary.strikes) == Diary(1)


@pytest.mark.parametrize(
    ("diary", "days_ago", "expected"),
    [
        (missed(20, 10, 1), 20, Missed(1, 3, False, NOW_S + 13 * DAY_S)),
        (missed(20, 10, 1), 1, Missed(3, 3, False, NOW_S + 13 * DAY_S)),
        (missed(20, 10, 5, 1), 1, Missed(4, 3, False, NOW_S + 13 * DAY_S)),
        (missed(40, 11, 10), 10, Missed(2, 3, False, None)),  # 30 days and more apart
        (missed(39, 11, 10), 10, Missed(3, 3, False, NOW_S + 4 * DAY_S)),
        (missed(20, 10, 1, excused=(10,)), 10, Missed(1, 3, True, None)),
        (missed(20, 10, 1, excused=(10,)), 1, Missed(2, 3, False, None)),
        (missed(17, 16, 15), 15, Missed(3, 3, False, None)),  # the ban is over
    ],
)
def test_a_missed_slot_is_numbered_in_its_window(diary: Diary, days_ago: int, expected: Missed) -> None:
    """Of those that count up to it; with the ban as it is now."""
    slot = replace(a_slot(of=STRICT), name=SlotName("court", DAY, f"{days_ago:04}"))
    assert diary.missed(slot, NOW_S) == expected


def test_what_was_not_missed_or_bans_nobody_says_nothing() -> None:
    """No strike of that slot; or its rule has no ban."""
    assert missed(3).missed(a_slot(of=STRICT), NOW_S) is None
    slot = replace(a_slot(), name=SlotName("court", DAY, "0003"))
    assert missed(3).missed(slot, NOW_S) is None


@pytest.mark.parametrize(
    ("now_s", "kept"), [(NOW_S + 14 * DAY_S - 1, [30, 20]), (NOW_S + 14 * DAY_S, [20]), (NOW_S - 25 * DAY_S, [30])]
)
def test_strikes_stay_as_long_as_they_can_count(now_s: int, kept: list[int]) -> None:
    """Window and ban together, 44 days here, excused ones too; none of a slot that has not begun."""
    written = missed(30, 20, excused=(30,)).as_of(now_s, STRICT)
    assert written.strikes == missed(*kept).strikes
    assert written.excused == missed(30, excused=(30,)).excused & written.strikes.keys()


def test_a_strike_is_dropped_only_when_no_ban_can_follow_from_it() -> None:
    """A diary that drops old strikes at every write refuses at each moment what one that keeps all refuses."""
    nine, days = a_slot(of=STRICT), (70, 45, 44, 43, 30, 29, 16, 2)
    for hours in range(0, 60 * 24, 7):
        now_s = NOW_S + hours * 3_600
        for some in combinations(days, 4):
            whole = missed(*some)
            kept = whole.as_of(now_s, STRICT)
            refused = [now_s < diary.banned_until_s(nine) for diary in (whole, kept)]
            assert refused[0] == refused[1], (some, hours)


def test_a_programme_keeps_strikes_for_its_longest_rule() -> None:
    """Not at all where no rule bans."""
    rules = [rule(no_show=NO_SHOW), rule(booking_rule_id="mild", no_show={**NO_SHOW, "ban_days": 3})]
    assert Programme.model_validate(programme(booking_rules=rules)).strikes_kept_s == 44 * DAY_S
    assert missed(1).as_of(NOW_S, bookable()).strikes == {}


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
