"""What a process remembers of merchants. A claim needs none of it.

No merchant's record is ever deleted, so that there is one is remembered for good; a merchant registered a moment ago is
found. The records of venues' merchants are kept for one second (`fresh.py`).
"""

from __future__ import annotations

from collections.abc import Iterable

from coupons.clock import Clock
from coupons.damage import Damages
from coupons.model.merchants import MerchantRecord
from coupons.process.fresh import Fresh
from coupons.stores.registry import Registry


class MerchantMemory:
    def __init__(self, registry: Registry, clock: Clock, damages: Damages) -> None:
        self._registry = registry
        self._damages = damages
        self._known: set[str] = set()
        self._records: Fresh[str, MerchantRecord | None] = Fresh(clock, registry.record)

    def knows(self, merchant_id: str) -> bool:
        """Whether the merchant has a record, suspended or not. 1 read unit until a record is found."""
        if merchant_id not in self._known and self._registry.has_record(merchant_id):
            self._known.add(merchant_id)
        return merchant_id in self._known

    def records(self, merchant_ids: Iterable[str]) -> dict[str, MerchantRecord]:
        """Their records, each at most a second old; without damaged ones."""

        def read(stale: list[str]) -> dict[str, MerchantRecord | None]:
            return {**self._damages.sound_of(self._registry.records(stale, consistent=False))}

        return {name: record for name, record in self._records.get_many(merchant_ids, read).items() if record}
