"""What must not be read late is asked for strongly: no engine at hand answers late, so the request is looked at."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from coupons import reminding
from coupons.environment import Environment
from coupons.stores import keys
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


def sweep(env: Environment) -> None:
    list(env.claims.in_bucket("B#pack", 0))
    list(env.claims.beside_keys(env.live.release("pack"), 0))


def bookings(env: Environment) -> None:
    env.bookings.count(env.live.release("pack"), 0)


def group(env: Environment) -> None:
    env.groups.get("care")
    env.groups.known("care", [KEYS.person("ann")])


def limits(env: Environment) -> None:
    env.limits.read([keys.limit("season", "two", KEYS.person("ann"), "all")])


def folds(env: Environment) -> None:
    env.folds.recorded("reclaim#pack#2", 1)


def shards(env: Environment) -> None:
    env.stock.shards("pack", 2)


def control_now(env: Environment) -> None:
    env.live.control_now("pack")


def reminder(env: Environment) -> None:
    reminding.remind(env, env.live.release("pack"), 0, 0.0)


def claim_of(env: Environment) -> None:
    env.claims.get(env.catalog.release("pack"), KEYS.person("ann"), consistent=True)


def order(env: Environment) -> None:
    env.orders.get("diner", "o-1")


def lines(env: Environment) -> None:
    env.orders.lines("diner", "2020-06-06", (0, ""), 1)


def day_folds(env: Environment) -> None:
    env.day_folds.recorded("close#2020-06-06#1", 1)


def merchants_of_a_day(env: Environment) -> None:
    env.days.merchants("2020-06-06", 0)


def merchants_day(env: Environment) -> None:
    env.days.of_merchant("2020-06-06", "diner")


def lines_to_fold(env: Environment) -> None:
    list(env.orders.in_shard("diner", "2020-06-06", 0, ""))


def lines_of_an_order(env: Environment) -> None:
    env.orders.lines_of_order("diner", "2020-06-06", "o-1")


def withheld(env: Environment) -> None:
    env.registry.withheld("diner")


def spent(env: Environment) -> None:
    env.day_folds.spent("pack")


def all_days(env: Environment) -> None:
    env.days.all(consistent=True)


def spent_on_a_day(env: Environment) -> None:
    env.day_folds.spent_on("2020-06-06", ["pack"])


def claims_of_persons(env: Environment) -> None:
    env.claims.of_persons([(env.live.release("pack"), KEYS.person("ann"))])


def lines_of_an_audit(env: Environment) -> None:
    list(env.books.in_shard("diner", "2020-06-06", 0, ""))
    env.books.there([("diner", "2020-06-06", "o-1", "")])


def orders_of_an_audit(env: Environment) -> None:
    env.books.orders([("diner", "o-1")])


def pieces_of_an_audit(env: Environment) -> None:
    env.audit_folds.recorded("audit#pack#0#lines#2020-06-06", 1)


def known_merchant(env: Environment) -> None:
    env.live.knows_merchant("diner")


@pytest.mark.parametrize(
    "read",
    [
        known_merchant,
        *(all_days, spent_on_a_day, claims_of_persons, lines_of_an_audit, orders_of_an_audit, pieces_of_an_audit),
        *(sweep, bookings, group, limits, folds, shards, control_now, reminder, claim_of, order, lines),
        *(day_folds, merchants_of_a_day, merchants_day, lines_to_fold, lines_of_an_order, withheld, spent),
    ],
)
def test_what_decides_is_read_strongly(season: World, read: Callable[[Environment], None]) -> None:
    """Counts, folds, shards before `drained`, the control of a reclaim, a coupon before use, orders, lines, days."""
    asked: Asked = []
    read(season.environment(client=Listening(season.client, asked)))
    assert asked
    assert all(strongly for _, _, strongly in asked)
