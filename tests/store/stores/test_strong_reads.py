"""Reads that decide are strongly consistent. No engine at hand answers late, so the requests are checked."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from coupons.process.services import Services
from coupons.schedule import reminders
from coupons.stores import keys
from tests.court import a_slot
from tests.world import KEYS, World

Asked = list[tuple[str, str, bool]]
"""Operation, table, whether strongly."""


class Listening:
    """A client that notes each read that is asked of it."""

    def __init__(self, client: Any, asked: Asked) -> None:
        self._client = client
        self._asked = asked

    def __getattr__(self, name: str) -> Callable[..., Any]:
        real: Callable[..., Any] = getattr(self._client, name)

        def call(**parameters: Any) -> Any:
            if name in ("get_item", "query"):
                self._asked.append((name, parameters["TableName"], parameters["ConsistentRead"]))
            for table, part in parameters.get("RequestItems", {}).items() if name == "batch_get_item" else ():
                self._asked.append((name, table, part["ConsistentRead"]))
            return real(**parameters)

        return call


def sweep(services: Services) -> None:
    list(services.claims.in_bucket("B#pack", 0))
    list(services.claims.with_placement(services.cache.batch("pack"), 0))


def bookings(services: Services) -> None:
    services.bookings.count(services.cache.batch("pack"), 0)
    list(services.bookings.with_persons(services.cache.batch("pack"), 0))
    services.bookings.of_persons(services.cache.batch("pack"), [KEYS.person("ann")])


def group(services: Services) -> None:
    services.groups.get("care")
    services.groups.known("care", [KEYS.person("ann")])


def limits(services: Services) -> None:
    services.limits.read([keys.limit("season", "two", KEYS.person("ann"), "all")])


def folds(services: Services) -> None:
    services.folds.recorded("reclaim#pack#2", 1)


def shards(services: Services) -> None:
    services.stock.shards("pack", 2)


def control_now(services: Services) -> None:
    services.cache.control_now("pack")


def reminder(services: Services) -> None:
    reminders.remind(services, services.cache.batch("pack"), 0, 0.0)


def claim_of(services: Services) -> None:
    services.claims.get(services.catalog.batch("pack"), KEYS.person("ann"), consistent=True)


def slots(services: Services) -> None:
    services.slots.get(a_slot())
    services.slots.get_many([a_slot().name])


def diaries(services: Services) -> None:
    services.diaries.get("season", KEYS.person("ann"))
    services.diaries.of_person(["season"], KEYS.person("ann"))


def programmes(services: Services) -> None:
    services.programme_store.read("season")
    services.programme_store.owner("court")
    services.programme_store.owners(["court"])


def order(services: Services) -> None:
    services.orders.get("diner", "o-1")


def lines(services: Services) -> None:
    services.orders.lines("diner", "2020-06-06", (0, ""), 1)


def day_folds(services: Services) -> None:
    services.day_folds.recorded("close#2020-06-06#1", 1)


def merchants_of_a_day(services: Services) -> None:
    services.days.merchants("2020-06-06", 0)


def merchants_day(services: Services) -> None:
    services.days.of_merchant("2020-06-06", "diner")


def lines_to_fold(services: Services) -> None:
    list(services.orders.in_shard("diner", "2020-06-06", 0, ""))


def lines_of_an_order(services: Services) -> None:
    services.orders.lines_of_order("diner", "2020-06-06", "o-1")


def withheld(services: Services) -> None:
    services.registry.withheld("diner")


def spent(services: Services) -> None:
    services.day_folds.spent("pack")


def all_days(services: Services) -> None:
    services.days.all(consistent=True)


def spent_on_a_day(services: Services) -> None:
    services.day_folds.spent_on("2020-06-06", ["pack"])


def claims_of_persons(services: Services) -> None:
    services.claims.of_persons([(services.cache.batch("pack"), KEYS.person("ann"))])


def lines_of_an_audit(services: Services) -> None:
    list(services.audit_reads.in_shard("diner", "2020-06-06", 0, ""))
    services.audit_reads.there([("diner", "2020-06-06", "o-1", "")])


def orders_of_an_audit(services: Services) -> None:
    services.audit_reads.orders([("diner", "o-1")])


def pieces_of_an_audit(services: Services) -> None:
    services.audit_folds.recorded("audit#pack#0#lines#2020-06-06", 1)


def together(services: Services) -> None:
    services.read_together([services.orders.wanted("diner", "o-1"), *services.registry.wanted("diner", "season")])


def known_merchant(services: Services) -> None:
    services.merchants.knows("diner")


@pytest.mark.parametrize(
    "read",
    [
        known_merchant,
        together,
        *(all_days, spent_on_a_day, claims_of_persons, lines_of_an_audit, orders_of_an_audit, pieces_of_an_audit),
        *(sweep, bookings, group, limits, folds, shards, control_now, reminder, claim_of, order, lines),
        *(slots, diaries, programmes),
        *(day_folds, merchants_of_a_day, merchants_day, lines_to_fold, lines_of_an_order, withheld, spent),
    ],
)
def test_what_decides_is_read_strongly(season: World, read: Callable[[Services], None]) -> None:
    """Counts, folds, shards before `drained`, the control of a reclaim, a coupon before use, orders, lines, days."""
    asked: Asked = []
    read(season.new_services(client=Listening(season.client, asked)))
    assert asked
    assert all(strongly for _, _, strongly in asked)
