"""A settlement day is closed once, half a minute after it has ended everywhere, with every line that it will ever have.

And taken back only by who sets the clock back, or brings a zone in which it is still that day.
"""

from __future__ import annotations

import pytest

from coupons.model.pieces import Piece
from coupons.money import Amounts
from tests.store.faults import Faulty, first
from tests.store.ledgers import CLOSED, DAY, DUE, LAST_SECOND, LINES, added, file, final, line, page, tick
from tests.world import World, a_batch, campaign

PACIFIC = "America/Los_Angeles"


def in_los_angeles(world: World) -> None:
    """Another campaign is published, whose days end fifteen hours later."""
    world.publish({**campaign(a_batch("west")), "campaign_id": "west", "timezone": PACIFIC})


def test_a_day_is_closed_a_fence_after_midnight(filed: World) -> None:
    """Not a second earlier, only once, and with what its batch spent."""
    filed.clock.set(DUE)
    filed.clock.advance(-1)
    before = filed.items()
    assert (tick(filed), final(filed)) == ([], None)
    assert filed.items() == before
    filed.clock.advance(1)
    assert tick(filed) == [CLOSED]
    assert final(filed) == added(*LINES)
    assert filed.services.day_folds.spent("pack") == {DAY: {"city": 60, "platform": 2}}
    before = filed.items()
    for seed in range(3):
        filed.clock.advance(60)
        assert tick(filed, filed.new_services(seed=seed)) == []
    assert filed.items() == before


@pytest.mark.parametrize(
    ("moment", "did"), [("2020-06-07T00:00:29-07:00", []), ("2020-06-07T00:00:30-07:00", [CLOSED])]
)
def test_a_day_is_closed_when_it_has_ended_in_every_published_zone(
    filed: World, moment: str, did: list[object]
) -> None:
    """A campaign in Los Angeles can file lines under it for fifteen hours more."""
    in_los_angeles(filed)
    filed.clock.set(moment)
    assert tick(filed) == did


def test_a_line_in_a_later_zone_keeps_the_day_open_by_itself(filed: World) -> None:
    """Also for a schedule that has not read of that campaign yet."""
    filed.clock.set(DUE)
    file(filed, line("o-2"), timezone=PACIFIC)
    assert tick(filed) == []
    filed.clock.set("2020-06-07T00:00:30-07:00")
    assert tick(filed) == [{**CLOSED, "lines": 3}]


def test_a_zone_that_comes_after_the_close_opens_the_day_again(filed: World) -> None:
    """Its line is in the sums of the second close, which does not use pieces of the first."""
    filed.clock.set(DUE)
    tick(filed)
    file(filed, line("o-2"), merchant_id="diner", timezone=PACIFIC)
    assert final(filed) is None
    assert tick(filed) == []
    filed.clock.set("2020-06-07T00:00:30-07:00")
    assert tick(filed) == [{**CLOSED, "lines": 3}]
    assert final(filed) == added(*LINES, line("o-2"))
    assert filed.services.day_folds.spent("pack") == {DAY: {"city": 160, "platform": 3}}


def test_a_reversal_after_the_close_is_filed_under_its_own_day(filed: World) -> None:
    """The closed day keeps its sums; those of the next day are negative."""
    filed.clock.set(DUE)
    tick(filed)
    back = line("o-1", -60, reversal_no="r-2")
    file(filed, back)
    filed.clock.set("2020-06-08T00:00:30+08:00")
    assert tick(filed) == [{"day": "2020-06-07", "step": "closed", "lines": 1}]
    assert final(filed) == added(*LINES)
    assert final(filed, day="2020-06-07") == added(back)
    assert filed.services.day_folds.spent("pack") == {
        DAY: {"city": 60, "platform": 2},
        "2020-06-07": {"city": -60, "platform": 1},
    }


def test_a_day_without_lines_is_final_with_nothing_and_a_later_one_is_not(filed: World) -> None:
    """When the day is closed for merchants with lines, it is closed for all merchants."""
    assert final(filed, "bakery") is None
    filed.clock.set(DUE)
    tick(filed)
    assert final(filed, "bakery") == added()
    assert final(filed, day="2020-06-07") is None


@pytest.mark.parametrize(
    ("moment", "is_final"), [("2020-06-08T00:00:29+08:00", False), ("2020-06-08T00:00:30+08:00", True)]
)
def test_a_day_on_which_nobody_had_a_line_is_final_too(filed: World, moment: str, is_final: bool) -> None:
    """Half a minute after its end, so that it differs from a future day."""
    filed.clock.set(DUE)
    tick(filed)
    filed.clock.set(moment)
    assert final(filed, day="2020-06-07") == (added() if is_final else None)
    assert final(filed, day="2020-06-05") == added()


def test_no_day_is_final_while_an_earlier_one_is_open(filed: World) -> None:
    """The schedule did not run, so yesterday's lines are not added up yet."""
    filed.clock.set("2020-06-08T00:00:30+08:00")
    assert (final(filed), final(filed, day="2020-06-07")) == (None, None)
    tick(filed)
    assert (final(filed), final(filed, day="2020-06-07")) == (added(*LINES), added())


def test_many_days_are_closed_oldest_first(filed: World) -> None:
    """A schedule that did not run for days closes all days that are due."""
    filed.clock.set("2020-06-08T12:00:00+08:00")
    file(filed, line("o-2"))
    filed.clock.set("2020-06-20T12:00:00+08:00")
    assert [done["day"] for done in tick(filed)] == [DAY, "2020-06-08"]


# a clock that is set back


def test_a_clock_set_back_into_a_closed_day_takes_the_close_back(filed: World) -> None:
    """Readers see it at once, the schedule at its next run; the next close has the lines that were filed since."""
    filed.clock.set(DUE)
    tick(filed)
    filed.clock.set(LAST_SECOND)
    assert final(filed) is None
    assert tick(filed) == [{"day": DAY, "step": "reopened"}]
    assert tick(filed) == []
    file(filed, line("o-2"))
    filed.clock.set(DUE)
    assert tick(filed) == [{**CLOSED, "lines": 3}]
    assert final(filed) == added(*LINES, line("o-2"))


def test_midnight_itself_is_not_set_back(filed: World) -> None:
    """After the day's end no line is filed under it, so the close stays."""
    filed.clock.set(DUE)
    tick(filed)
    filed.clock.set("2020-06-07T00:00:00+08:00")
    assert tick(filed) == []
    assert final(filed) == added(*LINES)


def test_a_line_before_the_next_tick_takes_the_close_back_itself(filed: World) -> None:
    """Back and forth between two ticks: the process that files it has marked that day before, and marks it anew."""
    filed.clock.set(DUE)
    tick(filed)
    filed.clock.set(LAST_SECOND)
    file(filed, line("o-2"))
    filed.clock.set(DUE)
    assert tick(filed) == [{**CLOSED, "lines": 3}]


def test_two_take_a_close_back_once(filed: World) -> None:
    """The slower one changes nothing."""
    filed.clock.set(DUE)
    tick(filed)
    filed.clock.set(LAST_SECOND)
    client = Faulty(filed.client, "update_item", first(lambda: tick(filed)))
    assert tick(filed, filed.new_services(client=client)) == []
    assert [(day.round, day.closed_at_s) for day in filed.services.days.all()] == [(2, 0)]


def test_an_older_round_writes_over_nothing(filed: World) -> None:
    """A call that was paused during a reopening changes neither sums nor spent amounts, and closes nothing."""
    days, (old,) = filed.services.days, filed.services.days.all()
    days.mark(DAY, old.ends_at_s + 1, "diner")
    (new,) = days.all()
    days.finish(new, "diner", added(*LINES))
    filed.services.day_folds.record_spent(new, "pack", Amounts({"city": 1}))
    before = filed.items()
    days.finish(old, "diner", added())
    filed.services.day_folds.record_spent(old, "pack", Amounts({"city": 2}))
    assert not days.close(old, filed.now_s)
    assert not days.reopen(old)
    assert filed.items() == before
    assert days.close(new, 5)
    assert not days.close(new, 6)
    assert [day.closed_at_s for day in days.all()] == [5]


def test_a_part_of_a_shard_is_never_taken_back(world: World) -> None:
    """A record by a call that is behind is refused, and it resumes from the recorded piece."""
    days = world.services.day_folds
    begun, further, whole = Piece(added(line("a")), "a"), Piece(added(*LINES), "b"), Piece(added(*LINES), "b", True)
    assert days.record("s", 0, None, begun) == begun
    assert days.record("s", 0, begun, further) == further
    before = world.items()
    assert days.record("s", 0, None, begun) == further
    assert days.record("s", 0, begun, Piece(added(), "c")) == further
    assert world.items() == before
    assert days.record("s", 0, further, whole) == whole
    assert days.recorded("s", 2) == {0: whole}


def test_a_day_is_final_with_the_sums_of_its_own_round_only(filed: World) -> None:
    """A reader that sees the close but an older item of the merchant shows no final sums."""
    (day,) = filed.services.days.all()
    filed.services.days.close(day, day.ends_at_s)
    filed.clock.set(DUE)
    assert page(filed).day_sums is None
