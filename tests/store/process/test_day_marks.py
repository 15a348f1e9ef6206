"""A merchant is marked before its line is filed: once a process, and written by one process only."""

from __future__ import annotations

from unittest.mock import patch

import pytest

from coupons.process import day_marks
from coupons.process.services import replace_services
from tests.store.faults import Counting, Faulty, first
from tests.store.ledgers import DAY, added, line, mark
from tests.world import World, order


def test_a_mark_is_made_once(filed: World) -> None:
    """A repeat costs nothing in the same process, and one read in another one."""
    counting = Counting(filed.client)
    services = filed.new_services(client=counting)
    before = filed.items()
    for _ in range(2):
        mark(filed, services)
        assert counting.requests == {"batch_get_item": 1}
    assert filed.items() == before


def test_a_process_remembers_a_bounded_number_of_marks(filed: World) -> None:
    """When that number is reached, it forgets all marks and reads them again."""
    counting = Counting(filed.client)
    services = filed.new_services(client=counting)
    with patch.object(day_marks, "REMEMBERED_MAX", 2):
        for merchant_id in ("a", "b", "a", "c", "a"):
            mark(filed, services, merchant_id)
    assert counting.requests["batch_get_item"] == 4


@pytest.mark.parametrize("what", ["redemption", "reversal"])
def test_no_line_stands_without_its_mark(season: World, what: str) -> None:
    """The mark is written before the transaction is sent, so a process that is killed in between has filed no line."""
    citizen, diner = season.citizen("ann"), season.merchant()
    code, day = citizen.code(citizen.put_claim("pack").json["coupons"][0]["coupon_id"]), DAY
    if what == "reversal":
        diner.redeem("o-1", code, order())
        season.clock.advance(86_400)
        day = "2020-06-07"
    seen: list[bool] = []
    look = first(lambda: seen.append(season.services.days.of_merchant(day, "diner")[1] is not None))
    replace_services(season.new_services(client=Faulty(season.client, "transact_write_items", look)))
    answer = diner.redeem("o-1", code, order()) if what == "redemption" else diner.reverse("o-1", "r-1", 4000)
    assert (answer.status, seen) == (201, [True])


def test_marks_by_two_at_once_are_one(season: World) -> None:
    """Both found no mark; the write of the slower one is refused, and no sums are overwritten."""

    def twin() -> None:
        mark(season, season.new_services(seed=2))
        (day,) = season.services.days.all()
        season.services.days.finish(day, "diner", added(line("o-1")))

    mark(season, season.new_services(client=Faulty(season.client, "put_item", first(twin))))
    day, merchant = season.services.days.of_merchant(DAY, "diner")
    assert day is not None
    assert merchant is not None
    assert (day.round, merchant.round, merchant.sums) == (1, 1, added(line("o-1")))


def test_an_earlier_end_does_not_shorten_a_day(filed: World) -> None:
    """It begins no other round either, not even of a closed day."""
    filed.services.days.mark(DAY, 2_000_000_000, "bakery")
    filed.services.days.mark(DAY, 1_999_999_999, "bakery")
    (day,) = filed.services.days.all()
    assert (day.round, day.ends_at_s) == (2, 2_000_000_000)
    assert filed.services.days.close(day, 2_000_000_030)
    filed.services.days.mark(DAY, 1_999_999_999, "bakery")
    (day,) = filed.services.days.all()
    assert (day.round, day.ends_at_s, day.closed_at_s) == (3, 2_000_000_000, 0)
