"""A shop that uses the one coupon of a person, by the operations themselves."""

from __future__ import annotations

from typing import Any

import pytest

from coupons.model.orders import Order
from coupons.process.services import Services
from coupons.refusals import OrderNotEligible
from coupons.sealing import CouponRef
from coupons.till import holds, quotes, redemptions, reversals
from tests.world import KEYS, World
from tests.world import order as order_document

ORDER, OTHER, SMALL = (Order.model_validate(order_document(total_minor=minor)) for minor in (6000, 7000, 100))
"""Two that fit, and one below the threshold."""


class Shop:
    """The diner, in a process of its own, at the moment `T` and later; its codes were issued then."""

    def __init__(self, world: World, client: Any = None) -> None:
        self.services: Services = world.new_services(client=client)
        self.services.pause = lambda _: None
        self._world, self._now_s = world, world.now_s

    def code(self, issued_s: int) -> str:
        ref = CouponRef(self.services.cache.batch("pack").number, KEYS.person("ann"), 0)
        return KEYS.seal_code(ref, self._now_s + issued_s)

    def redeem(
        self, order_no: str, issued_s: int | None = 0, *, late_s: int = 0, order: Order = ORDER, at_s: int = 0
    ) -> Any:
        """By a code of that second, or by the order's hold; `late_s`: scanned so long ago."""
        code, now_s = None if issued_s is None else self.code(issued_s), self._now_s + at_s
        scanned_at_s = now_s - late_s if late_s else None
        return redemptions.redeem(
            self.services, "diner", order_no, order, code=code, scanned_at_s=scanned_at_s, now_s=now_s
        )

    def hold(self, order_no: str, issued_s: int = 0, *, ttl_s: int = 60, at_s: int = 0) -> Any:
        code, now_s = self.code(issued_s), self._now_s + at_s
        return holds.hold(self.services, "diner", order_no, ORDER, code=code, ttl_s=ttl_s, now_s=now_s)

    def release(self, order_no: str) -> Any:
        return holds.release(self.services, "diner", order_no, self._now_s)

    def reverse(self, order_no: str, amount_minor: int = 4000) -> Any:
        return reversals.reverse(self.services, "diner", order_no, "r-1", amount_minor, self._now_s)

    def record(self, **changed: Any) -> Any:
        read = self.services.registry.record("diner")
        assert read is not None
        new = read.model_copy(update={"revision": (read.revision or 0) + 1, **changed})
        return self.services.registry.put("diner", new, read)

    def quote(self) -> Any:
        return quotes.quote(self.services, "diner", self.code(0), ORDER, self._now_s)

    def refused(self, order_no: str) -> None:
        """An order that is too small."""
        with pytest.raises(OrderNotEligible):
            self.redeem(order_no, order=SMALL)
