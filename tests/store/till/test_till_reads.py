"""What the till reads in one request: how many requests and units, keys that stay unread, items that are damaged."""

from __future__ import annotations

from collections.abc import Callable
from operator import methodcaller as does
from typing import Any

import pytest

from coupons.damage import Damaged
from coupons.metering import Consumed
from coupons.refusals import Busy
from infra.virtual.writes import Place
from tests.store.faults import Counting
from tests.store.shop import Shop
from tests.world import World

PLACES = {
    "order": ("OrdersTable", "ORDER"),
    "claim": ("ClaimsTable", "CLAIM#"),
    "record": ("CatalogTable", "RECORD"),
    "enrolment": ("CatalogTable", "CAMPAIGN#"),
}
"""The table of each item, and how its sort key begins."""
REDEEM = does("redeem", "o-1")
READ, WRITE, ORDER_READ = {"batch_get_item": 1}, {"transact_write_items": 1}, {"get_item": 1}


class Unprocessed:
    """A client whose BatchGetItem leaves one of the items unread, so many times; it counts the keys it is asked for."""

    def __init__(self, client: Any, item: str, times: int) -> None:
        self._client, self._place, self._left = client, PLACES[item], times
        self.asked: list[int] = []

    def __getattr__(self, name: str) -> Any:
        real = getattr(self._client, name)
        return real if name != "batch_get_item" else lambda **parameters: self._read(real, parameters)

    def _read(self, real: Callable[..., Any], parameters: dict[str, Any]) -> dict[str, Any]:
        asked = [(table, part, key) for table, part in parameters["RequestItems"].items() for key in part["Keys"]]
        self.asked.append(len(asked))
        answer: dict[str, Any] = {"Responses": {}, "UnprocessedKeys": {}}
        for table, part, key in asked:
            if self._left and table == self._place[0] and key["sk"]["S"].startswith(self._place[1]):
                self._left -= 1
                answer["UnprocessedKeys"][table] = {**part, "Keys": [key]}
            else:
                found = real(RequestItems={table: {**part, "Keys": [key]}})["Responses"]
                answer["Responses"].setdefault(table, []).extend(found[table])
        return answer


@pytest.fixture
def counting(season: World) -> Counting:
    """Ann has a coupon."""
    assert season.citizen("ann").put_claim("pack").status == 201
    return Counting(season.client)


@pytest.fixture
def shop(season: World, counting: Counting) -> Shop:
    """Its process remembers the batch, its control, the districts and that the diner sells today."""
    start = season.client.snapshot()
    shop = Shop(season, counting)
    shop.redeem("o-0")
    season.client.restore(start)
    return shop


@pytest.mark.parametrize(
    ("acts", "requests", "units"),
    [
        ([does("quote")], READ, Consumed(1, 0, 3)),
        ([does("hold", "o-1")], READ | WRITE, Consumed(2, 4, 4)),
        ([REDEEM], READ | WRITE, Consumed(2, 6, 4)),
        ([REDEEM, REDEEM], READ, Consumed(1, 0, 4)),
        ([does("hold", "o-1"), REDEEM], READ | WRITE, Consumed(2, 6, 4)),
        ([does("hold", "o-1"), does("redeem", "o-1", None)], ORDER_READ | READ | WRITE, Consumed(3, 6, 5)),
        ([does("refused", "o-1")], READ | ORDER_READ, Consumed(2, 0, 5)),
    ],
    ids=["quote", "hold", "redemption", "repeat", "held, by code", "held, without a code", "refused"],
)
def test_a_warm_till_sends_as_few_requests(
    shop: Shop, counting: Counting, acts: list[Any], requests: dict[str, int], units: Consumed
) -> None:
    """A redemption with a code is two requests: one reads all that decides, one writes all."""
    for act in acts:
        counting.requests.clear()
        shop.services.meter.take()
        act(shop)
    assert (counting.requests, shop.services.meter.take()) == (requests, units)


@pytest.mark.parametrize("item", PLACES)
def test_a_key_that_was_left_unprocessed_is_asked_again(season: World, shop: Shop, item: str) -> None:
    """That key alone; then the coupon is used."""
    unprocessed = Unprocessed(season.client, item, 1)
    shop.services.patient._client = unprocessed
    assert not REDEEM(shop)[2]
    assert unprocessed.asked == [4, 1]


@pytest.mark.parametrize("item", PLACES)
@pytest.mark.parametrize("act", [REDEEM, does("hold", "o-1")], ids=["redemption", "hold"])
def test_a_key_that_stays_unprocessed_is_busy(season: World, shop: Shop, item: str, act: Any) -> None:
    """Never absent, or an order would be new, a claim not found, and a merchant not of the campaign."""
    before = season.client.snapshot()
    shop.services.patient._client = Unprocessed(season.client, item, 1_000)
    with pytest.raises(Busy):
        act(shop)
    assert season.client.snapshot() == before


def damage(world: World, item: str, attribute: str) -> Place:
    """The item lacks the attribute."""
    table, prefix = PLACES[item]
    stored = world.client.items
    (place,) = [p for p in stored if p.table == table and p.sk.startswith(prefix) and attribute in stored[p]]
    stored[place] = {name: value for name, value in stored[place].items() if name != attribute}
    return place


@pytest.mark.parametrize(("item", "attribute"), [("order", "fingerprint"), ("claim", "c"), ("record", "facts")])
def test_a_damaged_item_is_named_by_its_own_place(season: World, shop: Shop, item: str, attribute: str) -> None:
    """Whichever of the read it is."""
    if item == "order":
        REDEEM(shop)
    place = damage(season, item, attribute)
    with pytest.raises(Damaged) as found:
        REDEEM(shop)
    assert (found.value.table, found.value.pk, found.value.sk) == tuple(place)


def test_a_repeat_needs_no_record_of_the_merchant(season: World, shop: Shop) -> None:
    """Its first answer says all, even while the record is damaged."""
    REDEEM(shop)
    damage(season, "record", "facts")
    assert REDEEM(shop)[2]
