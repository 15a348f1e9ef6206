"""Stock of a batch, and the claim protocol's changes of its control item (table `catalog`); design section 4.

| access | request | units |
|---|---|---|
| lease k packs of a shard | UpdateItem `remaining >= k AND sealed = r` | 1 |
| take one pack for points | the same, in the claim's transaction | 2 |
| all shards at once | BatchGetItem, strong | 1 read unit each |
| mark drained, give back, seal | UpdateItem | 1 |
| reopen after a reclaim, raise | one transaction over control and shards | 2 each |
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from coupons.damage import Damaged
from coupons.model.batches import Control
from coupons.stores import keys
from coupons.stores.dynamodb import ConditionFailed, Dynamo, TransactionFailed
from coupons.stores.parts import Part
from coupons.stores.table import Table
from coupons.stores.values import reader


class Shard(NamedTuple):
    remaining: int
    sealed: int
    """The round in which it was sealed last."""


_shard = reader(Shard)


class Stock:
    """`spike` sends each request once (a lease must not be repeated); `patient` tries again."""

    def __init__(self, spike: Dynamo, patient: Dynamo, table: str) -> None:
        self._spike = Table(spike, table)
        self._patient = Table(patient, table)

    def shards(self, batch_id: str, shards: int) -> list[Shard]:
        """Every shard, strongly consistent, in order. Raises Damaged, also if one is not there."""
        wanted = [keys.stock(batch_id, shard) for shard in range(shards)]
        by_key = {keys.place_of(item): item for item in self._patient.items(wanted, consistent=True)}
        # One that is not there is read as an item without attributes.
        return [self._patient.value(by_key.get(keys.place_of(key)) or dict(key), _shard) for key in wanted]

    def lease(self, batch_id: str, shard: int, round_: int, packs: int) -> tuple[bool, Shard]:
        """Take `packs` out of a shard of this round, once: whether they were, and the shard as it is then.

        Raises NotApplied, NoAnswer (the packs may be lost until the next reclaim; a repeat could lose more).
        """
        update, condition = "SET remaining = remaining - :k", "remaining >= :k AND sealed = :r"
        part = self._spike.update("shard", keys.stock(batch_id, shard), update, condition, k=packs, r=round_)
        try:
            return True, self._spike.value(self._spike.send(part.returning_old(), returns="ALL_NEW"), _shard)
        except ConditionFailed as refused:
            return False, self._spike.value(refused.item or part.key, _shard)

    def taking(self, batch_id: str, shard: int, round_: int) -> Part:
        """A transaction part: one pack less in a shard of this round, with the claim that has it.

        Sealing the shard refuses it however late it comes, so no fence is needed for it. Guarded by
        tests/store/points/test_exchange.py::test_a_late_copy_after_the_seal_takes_nothing.
        """
        update, condition = "SET remaining = remaining - :k", "remaining >= :k AND sealed = :r"
        return self._spike.update("shard", keys.stock(batch_id, shard), update, condition, k=1, r=round_)

    def give_back(self, batch_id: str, shard: int, round_: int) -> bool:
        """Return one unused pack to its shard, once, unless the shard was sealed since. False if it was.

        Guarded by tests/store/stores/test_stock.py::test_a_pack_goes_back_to_a_shard_of_its_own_round_only.
        """
        return self._spike.tries(_added(self._spike, batch_id, shard, round_, 1))

    def mark_drained(self, batch_id: str, control: Control, now_s: int) -> bool:
        """All shards of this round were read at zero. The quantity is checked too, in case it was raised in between.

        Guarded by tests/store/stores/test_stock.py::test_drained_is_not_marked,
        tests/store/claim/test_packs.py::test_a_raise_between_reading_and_marking_is_not_drained.
        """
        condition = "state = :open AND round = :r AND quantity = :q AND drained_at_s = :never"
        read = {"open": "open", "r": control.round, "q": control.quantity, "never": 0}
        return self._tries(batch_id, "SET drained_at_s = :now", condition, now=now_s, **read)

    def begin_sealing(self, batch_id: str, control: Control) -> bool:
        """`open r → sealing r+1`."""
        update = "SET state = :sealing, round = :next, sealed_at_s = :never"
        new, read = {"sealing": "sealing", "next": control.round + 1, "never": 0}, {"open": "open", "r": control.round}
        return self._tries(batch_id, update, "state = :open AND round = :r", **new, **read)

    def seal(self, batch_id: str, shard: int, round_: int) -> None:
        """Zero a shard and move it to `round_`; a repeat or an older reclaim changes nothing. Raises Damaged.

        Guarded by tests/store/stores/test_stock.py::test_a_seal_zeroes_a_shard_once.
        """
        update, key = "SET remaining = :none, sealed = :r", keys.stock(batch_id, shard)
        refuser = self._patient.refuser(self._patient.update("shard", key, update, "sealed < :r", none=0, r=round_))
        if refuser is not None:
            # Another invocation sealed it in this round already, or the item is damaged.
            self._patient.value(refuser, _shard)

    def mark_sealed(self, batch_id: str, round_: int, now_s: int) -> bool:
        """All shards are sealed: the fence counts from here."""
        condition = "state = :sealing AND round = :r AND sealed_at_s = :never"
        return self._tries(
            batch_id, "SET sealed_at_s = :now", condition, now=now_s, sealing="sealing", r=round_, never=0
        )

    def restart_fence(self, batch_id: str, control: Control, now_s: int) -> bool:
        """The fence counts from `now_s`, because the clock was set back to before the shards were sealed."""
        condition = "state = :sealing AND round = :r AND sealed_at_s = :read"
        read = {"sealing": "sealing", "r": control.round, "read": control.sealed_at_s}
        return self._tries(batch_id, "SET sealed_at_s = :now", condition, now=now_s, **read)

    def reopen(
        self, batch_id: str, control: Control, packs: Sequence[int], *, claims: int, drained_at_s: int, final: bool
    ) -> bool:
        """`sealing → open` with `packs` spread over the shards, if the quantity is the one counted against.

        Raises Damaged if a shard is not sealed in this round: every further try would be refused.

        Guarded by tests/store/stores/test_stock.py::test_a_count_does_not_reopen.
        """
        update = (
            "SET state = :open, claims = :claims, sold_out = :out, drained_at_s = :drained, sealed_at_s = :never,"
            " final = :final"
        )
        condition = "state = :sealing AND round = :r AND quantity = :q AND sealed_at_s = :sealed"
        new = {"open": "open", "claims": claims, "out": claims == control.quantity, "drained": drained_at_s, "never": 0}
        read = {"sealing": "sealing", "r": control.round, "q": control.quantity, "sealed": control.sealed_at_s}
        opened = self._part(batch_id, update, condition, **new, final=final, **read)
        try:
            self._patient.dynamo.transact([opened, *self._refill(batch_id, control, packs)])
        except TransactionFailed as failure:
            if "control" in failure.kinds:
                return False
            key = keys.stock(batch_id, failure.which("shard")[0])
            raise Damaged(self._patient.name, *keys.place_of(key), "it is not sealed") from None
        return True

    def raising(self, batch_id: str, control: Control, quantity: int, packs: Sequence[int]) -> list[Part]:
        """Transaction parts: raise to `quantity`; the control item refuses if it is not the one that was read.

        While it is open the `packs` go to the shards; while it is sealing the number alone changes.
        """
        update = "SET quantity = :new, sold_out = :no, drained_at_s = :never, final = :no"
        condition = "state = :state AND round = :r AND quantity = :q"
        read = {"state": control.state, "r": control.round, "q": control.quantity}
        raised = self._part(batch_id, update, condition, new=quantity, no=False, never=0, **read)
        return [raised, *self._refill(batch_id, control, packs)]

    def _refill(self, batch_id: str, control: Control, packs: Sequence[int]) -> list[Part]:
        return [_added(self._patient, batch_id, shard, control.round, part) for shard, part in enumerate(packs) if part]

    def _part(self, batch_id: str, update: str, condition: str, **values: Any) -> Part:
        return self._patient.update("control", keys.control(batch_id), update, condition, **values)

    def _tries(self, batch_id: str, update: str, condition: str, **values: Any) -> bool:
        return self._patient.tries(self._part(batch_id, update, condition, **values))


def _added(table: Table, batch_id: str, shard: int, round_: int, packs: int) -> Part:
    """`packs` more in a shard that was sealed in this round."""
    key = keys.stock(batch_id, shard)
    return table.update("shard", key, "ADD remaining :packs", "sealed = :r", packs=packs, r=round_).of(shard)
