"""What a process remembers of published batches.

A published batch never changes, so it is remembered for good. Only what exists is remembered: a batch published a
moment ago is found.

Control items, remaining packs, suspended districts, the index and the due list are kept for one second (`fresh.py`):
half a read unit a second and process while a batch is wanted, and a refusal in between sends no request. What is kept
may only refuse; what admits is the condition of a write. A suspension of districts has no such condition, so it takes
up to that second to apply.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING

from coupons.clock import Clock
from coupons.damage import Damaged, Damages
from coupons.model.batches import Control, PublishedBatch
from coupons.process.fresh import Fresh
from coupons.refusals import NotFound
from coupons.stores.catalog import Catalog, ListedBatch
from coupons.stores.controls import Controls
from coupons.stores.stock import Stock

if TYPE_CHECKING:
    from coupons.model.due_list import DueLine, DueList  # a claim does not load it


class Cache:
    def __init__(
        self,
        catalog: Catalog,
        read_due: Callable[[], DueList],
        controls: Controls,
        stock: Stock,
        clock: Clock,
        damages: Damages,
    ) -> None:
        self._catalog = catalog
        self._controls_store = controls
        self._stock = stock
        self._damages = damages
        self._batches: dict[str, PublishedBatch] = {}
        self._batch_ids: dict[int, str] = {}
        self._controls: Fresh[str, Control] = Fresh(clock, self._control)
        self._remaining: Fresh[str, int] = Fresh(clock, self._count_remaining)
        self._suspended: Fresh[str, frozenset[str]] = Fresh(clock, catalog.suspended_districts)
        self._ceilings: Fresh[str, dict[str, int]] = Fresh(clock, catalog.ceilings)
        self._index: Fresh[None, list[ListedBatch]] = Fresh(clock, lambda _: list(self._lines()))
        self._due: Fresh[None, DueList] = Fresh(clock, lambda _: read_due())

    def batch(self, batch_id: str) -> PublishedBatch:
        """Raises NotFound if no batch of this name is published."""
        if batch_id not in self._batches:
            batch = self._catalog.batch(batch_id)
            if batch is None:
                raise NotFound(detail=f"No published batch {batch_id!r}.")
            self._batches[batch_id] = batch
            self._batch_ids[batch.number] = batch_id
        return self._batches[batch_id]

    def claimed_batch(self, batch_id: str) -> PublishedBatch:
        """The same. Raises NotFound also for a batch that pays venues: people find it nowhere, and nobody claims it."""
        batch = self.batch(batch_id)
        if batch.pays_venues:
            raise NotFound(detail=f"No published batch {batch_id!r}.")
        return batch

    def listed(self, batch_id: str) -> PublishedBatch:
        """A batch that the index lists. Raises Damaged, of its line in the index, if it is not published."""
        with self._catalog.listing(batch_id):
            return self.batch(batch_id)

    def unread(self, batch_ids: Iterable[str]) -> list[str]:
        """Those that this process has not read yet."""
        return [batch_id for batch_id in batch_ids if batch_id not in self._batches]

    def published_batch(self, batch_id: str) -> PublishedBatch | None:
        """None if no batch of this name is published."""
        try:
            return self.batch(batch_id)
        except NotFound:
            return None

    def batch_numbered(self, number: int) -> PublishedBatch:
        """The batch that a sealed id names. Raises NotFound."""
        if not self.is_published(number):
            raise NotFound(detail="No such batch.")
        return self.batch(self._batch_ids[number])

    def is_published(self, number: int) -> bool:
        """Whether a published batch has this number."""
        if number not in self._batch_ids:
            batch_id = self._catalog.batch_id(number)
            if batch_id is None:
                return False
            self._batch_ids[number] = batch_id
        return True

    def control(self, batch_id: str) -> Control:
        """At most a second old. Raises NotFound, as `batch`."""
        return self._controls.get(batch_id)

    def control_now(self, batch_id: str) -> Control:
        """Read strongly, past the cache."""
        return self._controls.get_now(batch_id, self._strong_control)

    def controls(self, batch_ids: Iterable[str]) -> dict[str, Control]:
        """Several at once, each at most a second old; damaged ones are left out."""
        return self._controls.get_many(
            batch_ids, lambda stale: self._damages.sound_of(self._controls_store.get_many(stale))
        )

    def remaining(self, batch: PublishedBatch) -> int:
        """Packs in all shards, at most a second old."""
        return self._remaining.get(batch.batch_id)

    def suspended_districts(self, campaign_id: str) -> frozenset[str]:
        """The districts of a campaign whose stores redeem nothing, at most a second old."""
        return self._suspended.get(campaign_id)

    def ceiling_minor(self, campaign_id: str, merchant_id: str) -> int | None:
        """The most that the campaign pays the merchant for check-ins, at most a second old; None: no limit."""
        return self._ceilings.get(campaign_id).get(merchant_id)

    def published(self) -> list[ListedBatch]:
        """The index of all published batches, at most a second old.

        A damaged line is replaced by what the batch and its control item say.
        """
        return self._index.get(None)

    def due_list(self) -> DueList:
        """At most a second old."""
        return self._due.get(None)

    def live(self, now_s: int) -> list[ListedBatch]:
        """The published batches of campaigns or coupons that have not ended, at most a second old.

        By the due list, or by the index if the list is not whole yet, or a test clock was set back.
        """
        due = self.due_list()
        lines = self._due_lines(due) if due.is_whole(now_s) else self.published()
        return [line for line in lines if now_s < max(line.campaign_ends_at_s, line.last_expiry_s)]

    def _due_lines(self, due: DueList) -> Iterator[ListedBatch]:
        ends = {campaign_id: campaign.ends_at_s for campaign_id, campaign in due.campaigns.items()}
        for line in due.batches.values():
            yield _listed(line, ends.get(line.campaign_id, line.last_expiry_s), line.last_expiry_s)
        for one in due.damaged:
            self._damages.note(one)
        for batch_id in due.unsure:
            with self._damages.left_out():
                known = self._line(self.listed(batch_id))
                yield known._replace(campaign_ends_at_s=ends.get(known.campaign_id, known.campaign_ends_at_s))

    def _lines(self) -> Iterator[ListedBatch]:
        for line in self._catalog.published():
            with self._damages.left_out():
                if not isinstance(line, Damaged):
                    yield line
                    continue
                self._damages.note(line)
                batch_id = self._catalog.listed_by(line)
                if batch_id is not None:
                    yield self._line(self.listed(batch_id))

    def _line(self, batch: PublishedBatch) -> ListedBatch:
        last_expiry_s = batch.last_expiry_s + self.control(batch.batch_id).extended_s
        return _listed(batch, last_expiry_s, last_expiry_s)

    def _control(self, batch_id: str) -> Control:
        # A replica may not have it yet: only a strong read can tell that there is none.
        return self._controls_store.get(batch_id) or self._strong_control(batch_id)

    def _strong_control(self, batch_id: str) -> Control:
        control = self._controls_store.get(batch_id, consistent=True)
        if control is None:
            raise NotFound(detail=f"No published batch {batch_id!r}.")
        return control

    def _count_remaining(self, batch_id: str) -> int:
        return sum(shard.remaining for shard in self._stock.shards(batch_id, self.batch(batch_id).shards))


def _listed(batch: PublishedBatch | DueLine, campaign_ends_at_s: int, last_expiry_s: int) -> ListedBatch:
    return ListedBatch(
        batch_id=batch.batch_id,
        campaign_id=batch.campaign_id,
        number=batch.number,
        claim_key=batch.claim_key,
        buckets=batch.buckets,
        campaign_ends_at_s=campaign_ends_at_s,
        last_expiry_s=last_expiry_s,
        pays_venues=batch.pays_venues,
    )
