"""What a process remembers of published batches and of merchants.

A release is frozen, so it is kept for good, and so is that a merchant has a record: none is ever deleted. Only what
exists is remembered, so a batch published a moment ago is found, and a merchant registered then.
Control items, suspended districts and the index are kept for one second by both clocks: half a read unit a second and
environment while a batch is wanted, and a refusal in between costs no request. The cache may only refuse: what admits
is a condition. A suspension alone has none, and so takes that second to be felt.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Generic, TypeVar

from coupons.clock import Clock
from coupons.damage import Damaged, Damages
from coupons.model.batches import Control, PublishedBatch
from coupons.refusals import NotFound
from coupons.stores.catalog import Catalog, Published
from coupons.stores.controls import Controls
from coupons.stores.registry import Registry
from coupons.stores.stock import Stock

FRESH_S = 1.0
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class _Remembered(Generic[T]):
    value: T
    wall_s: float
    monotonic_s: float


class Cache:
    def __init__(
        self,
        catalog: Catalog,
        controls: Controls,
        stock: Stock,
        registry: Registry,
        clock: Clock,
        damages: Damages,
    ) -> None:
        self._catalog = catalog
        self._registry = registry
        self._controls_store = controls
        self._stock = stock
        self._clock = clock
        self._damages = damages
        self._batches: dict[str, PublishedBatch] = {}
        self._batch_ids: dict[int, str] = {}
        self._controls: dict[str, _Remembered[Control]] = {}
        self._remaining: dict[str, _Remembered[int]] = {}
        self._index: _Remembered[list[Published]] | None = None
        self._suspended: dict[str, _Remembered[frozenset[str]]] = {}
        self._merchants: set[str] = set()

    def batch(self, batch_id: str) -> PublishedBatch:
        """Raises NotFound if no batch of this name is published."""
        if batch_id not in self._batches:
            batch = self._catalog.batch(batch_id)
            if batch is None:
                raise NotFound(detail=f"No published batch {batch_id!r}.")
            self._batches[batch_id] = batch
            self._batch_ids[batch.number] = batch_id
        return self._batches[batch_id]

    def listed(self, batch_id: str) -> PublishedBatch:
        """The release of a batch that the index lists. Raises Damaged, of its line, if there is none."""
        with self._catalog.listing(batch_id):
            return self.batch(batch_id)

    def published_batch(self, batch_id: str) -> PublishedBatch | None:
        """None if no batch of this name is published."""
        try:
            return self.batch(batch_id)
        except NotFound:
            return None

    def batch_numbered(self, number: int) -> PublishedBatch:
        """The release that a sealed id names. Raises NotFound."""
        if not self.is_published(number):
            raise NotFound(detail="No such batch.")
        return self.batch(self._batch_ids[number])

    def is_published(self, number: int) -> bool:
        """Whether this is a batch's number."""
        if number not in self._batch_ids:
            batch_id = self._catalog.batch_id(number)
            if batch_id is None:
                return False
            self._batch_ids[number] = batch_id
        return True

    def control(self, batch_id: str) -> Control:
        """At most a second old."""
        kept = self._controls.get(batch_id)
        if kept is not None and self._is_fresh(kept):
            return kept.value
        # What a replica has not heard of yet is looked for strongly: nobody may take it for damage.
        return self._remember_control(
            batch_id,
            lambda: self._controls_store.get(batch_id) or self._controls_store.get(batch_id, consistent=True),
        )

    def control_now(self, batch_id: str) -> Control:
        """Read strongly, past the cache."""
        return self._remember_control(batch_id, lambda: self._controls_store.get(batch_id, consistent=True))

    def controls(self, batch_ids: Iterable[str]) -> dict[str, Control]:
        """Several at once, each at most a second old; damaged ones are left out."""
        wanted = list(dict.fromkeys(batch_ids))
        stale = [b for b in wanted if (kept := self._controls.get(b)) is None or not self._is_fresh(kept)]
        if stale:
            before = self._stamp()
            found = self._damages.sound_of(self._controls_store.get_many(stale))
            for batch_id in stale:
                self._controls.pop(batch_id, None)
            self._controls |= {batch_id: _Remembered(control, *before) for batch_id, control in found.items()}
        return {batch_id: self._controls[batch_id].value for batch_id in wanted if batch_id in self._controls}

    def remaining(self, batch: PublishedBatch) -> int:
        """Packs in all shards, at most a second old."""
        kept = self._remaining.get(batch.batch_id)
        if kept is None or not self._is_fresh(kept):
            before = self._stamp()
            shards = self._stock.shards(batch.batch_id, batch.shards)
            kept = self._remaining[batch.batch_id] = _Remembered(sum(s.remaining for s in shards), *before)
        return kept.value

    def suspended_districts(self, campaign_id: str) -> frozenset[str]:
        """The districts of a campaign whose stores redeem nothing, at most a second old."""
        kept = self._suspended.get(campaign_id)
        if kept is None or not self._is_fresh(kept):
            before = self._stamp()
            kept = self._suspended[campaign_id] = _Remembered(self._catalog.suspended_districts(campaign_id), *before)
        return kept.value

    def knows_merchant(self, merchant_id: str) -> bool:
        """It has a record, suspended or not. 1 read unit the first time, and each time that it has none."""
        if merchant_id not in self._merchants and self._registry.has_record(merchant_id):
            self._merchants.add(merchant_id)
        return merchant_id in self._merchants

    def published(self) -> list[Published]:
        """The index of all published batches, at most a second old.

        It is a copy for the quick: instead of a line that is damaged, what the release and the control item say.
        """
        if self._index is None or not self._is_fresh(self._index):
            before = self._stamp()
            self._index = _Remembered(list(self._lines()), *before)
        return self._index.value

    def _lines(self) -> Iterator[Published]:
        for line in self._catalog.published():
            with self._damages.left_out():
                if not isinstance(line, Damaged):
                    yield line
                    continue
                self._damages.note(line)
                batch_id = self._catalog.listed_by(line)
                if batch_id is not None:
                    yield self._line(self.listed(batch_id))

    def _line(self, batch: PublishedBatch) -> Published:
        last_expiry_s = batch.last_expiry_s + self.control(batch.batch_id).extended_s
        return Published(
            batch_id=batch.batch_id,
            campaign_id=batch.campaign_id,
            number=batch.number,
            claim_key=batch.claim_key,
            buckets=batch.buckets,
            campaign_ends_at_s=last_expiry_s,
            last_expiry_s=last_expiry_s,
        )

    def _remember_control(self, batch_id: str, read: Callable[[], Control | None]) -> Control:
        before = self._stamp()
        control = read()
        if control is None:
            raise NotFound(detail=f"No published batch {batch_id!r}.")
        self._controls[batch_id] = _Remembered(control, *before)
        return control

    def _stamp(self) -> tuple[float, float]:
        return self._clock.wall_s(), self._clock.monotonic_s()

    def _is_fresh(self, kept: _Remembered[T]) -> bool:
        wall_s, monotonic_s = self._stamp()
        return 0 <= wall_s - kept.wall_s < FRESH_S and 0 <= monotonic_s - kept.monotonic_s < FRESH_S
