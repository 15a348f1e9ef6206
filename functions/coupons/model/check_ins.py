"""A check-in as it is stored: the order that it is, and its slot."""

from __future__ import annotations

from dataclasses import dataclass

from coupons.model.orders import OrderRecord
from coupons.model.slots import Slot
from coupons.money import Purse


@dataclass(frozen=True, slots=True)
class CheckedIn:
    """A person used a place, and the order pays the venue for it."""

    order: OrderRecord
    slot: Slot
    purse: Purse
