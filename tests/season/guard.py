"""The engine under watch: after every single write, what it wrote is held against what must never be.

No funder has less than nothing left or reserved; no batch has less reserved than was spent of it; no order gives back
more than it gave; no line is rewritten; no pack is claimed that is not there. Only the items of the write are looked
at, so that a season of thousands costs little more for it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from coupons.model.campaigns import Campaign
from coupons.model.orders import OrderRecord
from coupons.model.reserves import Reserve
from coupons.money import Amounts
from coupons.stores import controls, keys, orders
from coupons.stores.attributes import Item, decode
from infra.virtual.store import Store
from infra.virtual.writes import Place, places_of
from tests.season.document import CAMPAIGN_ID, FUNDERS

_CATALOG = "CatalogTable"


class Guard(Store):
    """An engine whose writes are checked as soon as they are applied. Raises AssertionError in that thread."""

    def __init__(self) -> None:
        super().__init__()
        self.writes = 0
        self.offence = ""
        """The first: an operation that meets the error answers 500, and would hide it."""
        self.spent: dict[str, Counter[str]] = {}
        """Batch → funder → lines, reversals taken off."""
        self.claimed: Counter[str] = Counter()
        """Claim items, by batch number."""
        self._lines: dict[Place, dict[str, Any]] = {}
        self._claims: set[Place] = set()
        self._open: dict[str, Counter[str]] = {}
        """Batch → what is still reserved for it."""

    def transact_write_items(self, **request: Any) -> dict[str, Any]:
        answer = super().transact_write_items(**request)
        self._look(places_of(request))
        return answer

    def _write(self, kind: str, request: Mapping[str, Any]) -> dict[str, Any]:
        answer = super()._write(kind, request)
        self._look(places_of(request))
        return answer

    def _look(self, places: Iterable[Place]) -> None:
        try:
            self._look_at(places)
        except AssertionError as error:
            self.offence = self.offence or str(error)
            raise

    def _look_at(self, places: Iterable[Place]) -> None:
        self.writes += 1
        batches: set[str] = set()
        moved = False
        for place in places:
            table, pk, sk = place
            if pk.startswith(keys.LATE):
                continue
            if table == "OrdersTable" and pk != keys.DAYS and not sk.startswith(keys.MERCHANT):
                batches |= self._of_order(place)
            elif table == "ClaimsTable" and sk.startswith(keys.CLAIM) and place not in self._claims:
                self._claims.add(place)
                self._claim(place)
            elif pk.startswith("FUNDER#"):
                self._funder(pk.rpartition("#")[2])
                moved = True
            elif pk.startswith("BATCH#") and sk == "RESERVE":
                batch_id = pk.partition("#")[2]
                self._open[batch_id] = Counter(self.reserve(batch_id).open)
                batches.add(batch_id)
                moved = True
        for batch_id in batches:
            self._reserve(batch_id)
        if moved:
            self._assert_reserves_add_up()

    def _of_order(self, place: Place) -> set[str]:
        """The batch whose money moved, if any did."""
        item = self.items[place]
        if place[2] == "ORDER":
            _assert_nothing_below_zero(orders.from_item(decode(item)))
            return set()
        assert self._lines.setdefault(place, item) is item, f"the line {place} was written again"
        line = orders.line_of(decode(item))
        spent = self.spent.setdefault(line.batch_id, Counter())
        for part in line.amounts.funding:
            spent[part.funder_id] += part.amount_minor
        assert min(spent.values(), default=0) >= 0, f"{line.batch_id}: more came back than was spent: {spent}"
        return {line.batch_id}

    def _claim(self, place: Place) -> None:
        number = int(self.items[place]["n"]["N"])
        self.claimed[str(number)] += 1
        batch_id = self.item(_CATALOG, keys.number(number))["batch_id"]
        quantity = self.control(batch_id).quantity
        assert self.claimed[str(number)] <= quantity, f"{batch_id}: {self.claimed[str(number)]} claims of {quantity}"

    def _funder(self, funder_id: str) -> None:
        budget = self.item(_CATALOG, keys.funder(CAMPAIGN_ID, funder_id))
        reserved, left = budget["reserved_minor"], budget["left_minor"]
        assert min(reserved, left) >= 0, f"{funder_id}: {left} left, {reserved} reserved"
        document = Campaign.model_validate_json(self.item(_CATALOG, keys.campaign(CAMPAIGN_ID))["document"])
        [declared] = [funder.budget_minor for funder in document.funders if funder.funder_id == funder_id]
        assert reserved + left == declared, f"{funder_id}: {left} left + {reserved} reserved of {declared}"

    def _reserve(self, batch_id: str) -> None:
        still, spent = self.reserve(batch_id).open, self.spent.get(batch_id, Counter())
        for funder_id in FUNDERS:
            assert still.get(funder_id, 0) >= spent[funder_id], f"{batch_id}: {still} reserved, {dict(spent)} spent"

    def _assert_reserves_add_up(self) -> None:
        """What budgets call reserved is reserved for batches, fen for fen."""
        for funder_id in FUNDERS:
            reserved = self.item(_CATALOG, keys.funder(CAMPAIGN_ID, funder_id))["reserved_minor"]
            whole = sum(still[funder_id] for still in self._open.values())
            assert whole == reserved, f"{funder_id}: {reserved} reserved, {whole} for batches"

    def reserve(self, batch_id: str) -> Reserve:
        item = self.item(_CATALOG, keys.reserve(batch_id))
        return Reserve(Amounts(item["reserved"]), Amounts(item["released"]), item["version"])

    def control(self, batch_id: str) -> controls.Control:
        return controls._control(self.item(_CATALOG, keys.control(batch_id)))

    def item(self, table: str, key: keys.Key) -> Item:
        return decode(self.items[Place(table, key["pk"], key["sk"])])


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
