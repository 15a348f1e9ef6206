"""Tools for tests of closed days: file lines, run the schedule, and add up sums line by line."""

from __future__ import annotations

from typing import Any

from coupons.model.days import Sums
from coupons.model.orders import Line, LineAmounts
from coupons.model.statements import StatementPage, line_cursor_of
from coupons.money import FundingLine, Purse
from coupons.process.services import Services
from coupons.schedule.minute import run_schedule
from coupons.settle.statements import settlement_page
from coupons.times import day_of
from tests.world import World

FOREVER = float("inf")
PURSE, TOKYO = Purse("season", "CNY"), Purse("tokyo", "JPY")
DAY = "2020-06-06"
SHANGHAI = "Asia/Shanghai"
LAST_SECOND = "2020-06-06T23:59:59+08:00"
DUE = "2020-06-07T00:00:30+08:00"


def line(
    order_no: str,
    minor: int = 100,
    *,
    batch_id: str = "pack",
    reversal_no: str = "",
    purse: Purse = PURSE,
    late: bool = False,
) -> Line:
    """A line of `minor` from the city and 1 from the platform; for a reversal `minor` is negative."""
    funding = (FundingLine("city", minor), FundingLine("platform", 1))
    amounts = LineAmounts(minor + 1, minor, 4 * minor, funding)
    kind: Any = "reversal" if reversal_no else "redemption"
    return Line(kind, order_no, reversal_no, "c", purse, batch_id, "ten-off", amounts, 0, late=late)


LINES = (line("o-1"), line("o-1", -40, reversal_no="r-1"))
CLOSED = {"day": DAY, "step": "closed", "lines": 2}


def mark(world: World, services: Services, merchant_id: str = "diner") -> None:
    """Mark today's day."""
    services.day_marks.mark(merchant_id, day_of(world.now_s, SHANGHAI), SHANGHAI)


def file(
    world: World,
    *lines: Line,
    merchant_id: str = "diner",
    timezone: str = SHANGHAI,
    services: Services | None = None,
) -> None:
    """File each line under today's day, marked first, as a redemption does."""
    services = services or world.services
    day = day_of(world.now_s, timezone)
    for one in lines:
        services.day_marks.mark(merchant_id, day, timezone)
        services.transact([services.orders.file(merchant_id, day.isoformat(), one)])


def added(*lines: Line) -> Sums:
    sums = Sums()
    for one in lines:
        sums.take(one)
    return sums


def tick(world: World, services: Services | None = None, deadline_s: float = FOREVER) -> list[dict[str, Any]]:
    """What the schedule did about days."""
    did = run_schedule(services or world.services, world.now_s, deadline_s).did
    return [done for done in did if "day" in done]


def page(world: World, merchant_id: str = "diner", cursor: str = "", day: str = DAY) -> StatementPage:
    return settlement_page(world.services, merchant_id, day, cursor, world.now_s)


def pages(world: World, merchant_id: str = "diner", day: str = DAY) -> list[StatementPage]:
    found = [page(world, merchant_id, day=day)]
    while (after := found[-1].after) is not None:
        found.append(page(world, merchant_id, line_cursor_of(after), day))
    return found


def final(world: World, merchant_id: str = "diner", day: str = DAY) -> Sums | None:
    """The whole day's sums; None while it is open."""
    day_sums = page(world, merchant_id, day=day).day_sums
    return day_sums.whole if day_sums else None
