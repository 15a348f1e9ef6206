"""The store under watch: after every single write, what it wrote is held against what must never be.

No funder has less than nothing left or reserved; no batch has less reserved than was spent of it; no order gives back
more than it gave; no line is rewritten; no pack is claimed that is not there. Only the items of the write are looked
at, so that a season of thousands costs little more for it.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from coupons.model.orders import OrderRecord
from coupons.stores import keys, orders
from coupons.stores.attributes import Item, decode
from infra.playing.streams import Streamed
from infra.virtual.writes import Place, places_of

_CATALOG, _CLAIMS, _ORDERS = "CatalogTable", "ClaimsTable", "OrdersTable"
_FUNDER = "FUNDER#"


class Guard(Streamed):
    """Raises AssertionError as soon as such a write is applied.

    `offence` is the first: an operation that meets the error answers 500, and would hide it.
    """

    def __init__(self, now_s: Callable[[], float] = time.monotonic) -> None:
        super().__init__(now_s)
        self.applied = 0
        """Requests that wrote."""
        self.offence = ""
        self._spent: dict[str, Counter[str]] = {}
        """Batch → funder → lines, reversals taken off."""
        self._claimed: Counter[str] = Counter()
        """Claim items, by batch number."""
        self._lines: dict[Place, Any] = {}
        self._claims: set[Place] = set()
        self._open: dict[str, Counter[str]] = {}
        """Batch → what is still reserved for it."""
        self._reserved: dict[str, int] = {}
        """Funder → what its budget calls reserved."""

    def transact_write_items(self, **request: Any) -> dict[str, Any]:
        answer = super().transact_write_items(**request)
        self._look(places_of(request))
        return answer

    def _write(self, kind: str, request: Mapping[str, Any]) -> dict[str, Any]:
        answer = super()._write(kind, request)
        self._look(places_of(request))
        return answer

    def _look(self, places: Iterable[Place]) -> None:
        self.applied += 1
        try:
            self._look_at(places)
        except AssertionError as error:
            self.offence = self.offence or str(error)
            raise

    def _look_at(self, places: Iterable[Place]) -> None:
        batches, moved = set[str](), set[str]()
        for place in places:
            table, pk, sk = place
            if place not in self.items:
                continue
            if table == _ORDERS:
                batches |= self._of_order(place)
            elif table == _CLAIMS and sk.startswith(keys.CLAIM) and place not in self._claims:
                self._claims.add(place)
                self._claim(place)
            elif table == _CATALOG and pk.startswith(_FUNDER) and sk == "BUDGET":
                moved.add(self._funder(place))
            elif table == _CATALOG and pk.startswith("BATCH#") and sk == "RESERVE":
                batch_id = keys.batch_of(pk)
                item = self._item(place)
                self._open[batch_id] = Counter(item["reserved"])
                self._open[batch_id].subtract(item["released"])
                batches.add(batch_id)
                moved |= item["reserved"].keys()
        for batch_id in filter(None, batches):
            self._reserve(batch_id)
        for funder_id in moved:
            self._assert_reserves_add_up(funder_id)

    def _of_order(self, place: Place) -> set[str]:
        """The batch whose money moved, if any did."""
        item = self.items[place]
        if place.sk == "ORDER":
            _assert_nothing_below_zero(orders.from_item(decode(item)))
            return set()
        if "kind" not in item:
            return set()
        if place in self._lines:  # a transaction that was sent again
            assert self._lines[place] is item, f"the line {place} was written again"
            return set()
        self._lines[place] = item
        line = orders.line_of(decode(item))
        spent = self._spent.setdefault(line.batch_id, Counter())
        for part in line.amounts.funding:
            spent[part.funder_id] += part.amount_minor
        assert min(spent.values(), default=0) >= 0, f"{line.batch_id}: more came back than was spent: {spent}"
        return {line.batch_id}

    def _claim(self, place: Place) -> None:
        number = self.items[place]["n"]["N"]
        self._claimed[number] += 1
        batch_id = self._at(keys.number(int(number)))["batch_id"]
        quantity = self._at(keys.control(batch_id))["quantity"]
        claimed = self._claimed[number]
        assert claimed <= quantity, f"{batch_id}: {claimed} claims of {quantity}"

    def _funder(self, place: Place) -> str:
        budget, funder_id = self._item(place), place.pk.rpartition("#")[2]
        reserved, left = budget["reserved_minor"], budget["left_minor"]
        assert min(reserved, left) >= 0, f"{funder_id}: {left} left, {reserved} reserved"
        self._reserved[funder_id] = reserved
        return funder_id

    def _reserve(self, batch_id: str) -> None:
        still, spent = self._open.get(batch_id, Counter()), self._spent.get(batch_id, Counter())
        for funder_id, spent_minor in spent.items():
            assert still[funder_id] >= spent_minor, f"{batch_id}: {still} reserved, {dict(spent)} spent"

    def _assert_reserves_add_up(self, funder_id: str) -> None:
        """What budgets call reserved is reserved for batches, to the minor unit."""
        reserved, whole = self._reserved[funder_id], sum(still[funder_id] for still in self._open.values())
        assert whole == reserved, f"{funder_id}: {reserved} reserved, {whole} for batches"

    def _at(self, key: keys.Key) -> Item:
        return self._item(Place(_CATALOG, key["pk"], key["sk"]))

    def _item(self, place: Place) -> Item:
        return decode(self.items[place])


def _assert_nothing_below_zero(order: OrderRecord) -> None:
    """Of what was paid, discounted, matched and funded, less all reversals."""
    parts = [(order.amounts, 1), *((reversal.amounts, -1) for reversal in order.reversals)]
    left: Counter[str] = Counter()
    for amounts, sign in parts:
        left["discount"] += sign * amounts.discount_minor
        left["match"] += sign * amounts.merchant_match_minor
        left["payable"] += sign * amounts.payable_minor
        for part in amounts.funding:
            left[f"funder {part.funder_id}"] += sign * part.amount_minor
    funded = sum(amount for name, amount in left.items() if name.startswith("funder "))
    assert min(left.values(), default=0) >= 0, f"order {order.order_no} has {dict(left)} left"
    assert funded == left["discount"], f"order {order.order_no}: {funded} funded of {left['discount']}"
