"""In which purse and zone an order or a settlement line is settled: its batch's, or its slot's if no batch pays."""

from __future__ import annotations

from typing import NamedTuple

from coupons.model.orders import Line, OrderRecord
from coupons.money import Purse
from coupons.process.services import Services


class Settled(NamedTuple):
    """Where lines of an order belong: the purse that they are counted in, and the zone of their days."""

    purse: Purse
    timezone: str


def settled_in(services: Services, of: OrderRecord | Line) -> Settled:
    """Raises NotFound if its batch is not published, or no programme has its slot."""
    if of.batch_id or not of.slot_id:
        batch = services.cache.batch(of.batch_id)
        return Settled(batch.purse, batch.timezone)
    from coupons.slots.days import purse_of, slot_of  # noqa: PLC0415 - the order of a coupon does not load slots

    slot = slot_of(services, of.slot_id)
    return Settled(purse_of(services, slot), slot.timezone)
