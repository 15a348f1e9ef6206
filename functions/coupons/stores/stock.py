"""Stock of a batch, and what the release protocol does to its control item (table `catalog`); design section 4.

| access | request | units |
|---|---|---|
| lease k packs of a shard | UpdateItem `remaining >= k AND sealed = r` | 1 |
| all shards at once | BatchGetItem, strong | 1 read unit each |
| mark drained, give back, seal | UpdateItem | 1 |
| reopen after a reclaim, raise | one transaction over control and shards | 2 each |
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from coupons.damage import Damaged
from coupons.model.batches import Control
from coupons.stores import keys
from coupons.stores.controls import change_control, control_update
from coupons.stores.dynamodb import ConditionFailed, Dynamo, Item, TransactionFailed, decode, encode
from coupons.stores.values import value_of


@dataclass(frozen=True, slots=True)
class Shard:
    remaining: int
    sealed: int


class Stock:
    """`spike` sends each request once (a lease must not be repeated); `patient` lets the SDK try again."""

    def __init__(self, spike: Dynamo, patient: Dynamo, table: str) -> None:
        self._spike = spike
        self._patient = patient
        self._table = table

    def shards(self, batch_id: str, shards: int) -> list[Shard]:
        """Every shard, strongly consistent, in order. Raises Damaged, also if one is not there."""
        wanted = [keys.stock(batch_id, shard) for shard in range(shards)]
        items = self._patient.get_many({self._table: wanted}, consistent=True)[self._table]
        by_key = {keys.place_of(item): item for item in items}
        # One that is not there is read as one that says nothing.
        return [value_of(self._table, by_key.get(keys.place_of(key)) or dict(key), _shard) for key in wanted]

    def lease(self, batch_id: str, shard: int, round_: int, packs: int) -> tuple[bool, Shard]:
        """Take `packs` out of a shard of this round, once: whether they were, and the shard as it is then.

        Raises NotApplied, NoAnswer (the packs may be stranded until the reclaim; asking again could strand more).
        """
        key = keys.stock(batch_id, shard)
        try:
            answer = self._spike.call(
                "update_item",
                TableName=self._table,
                Key=encode(key),
                UpdateExpression="SET remaining = remaining - :k",
                ConditionExpression="remaining >= :k AND sealed = :r",
                ExpressionAttributeValues=encode({":k": packs, ":r": round_}),
                ReturnValues="ALL_NEW",
                ReturnValuesOnConditionCheckFailure="ALL_OLD",
            )
        except ConditionFailed as failed:
            return False, value_of(self._table, failed.item or dict(key), _shard)
        return True, value_of(self._table, decode(answer["Attributes"]), _shard)

    def give_back(self, batch_id: str, shard: int, round_: int) -> bool:
        """Return one unused pack to its shard, once, unless the shard was sealed since. False if it was.

        Guarded by tests/store/stores/test_stock.py::test_a_pack_goes_back_to_a_shard_of_its_own_round_only.
        """
        try:
            self._spike.call(
                "update_item",
                TableName=self._table,
                Key=encode(keys.stock(batch_id, shard)),
                UpdateExpression="ADD remaining :one",
                ConditionExpression="sealed = :r",
                ExpressionAttributeValues=encode({":one": 1, ":r": round_}),
            )
        except ConditionFailed:
            return False
        return True

    def mark_drained(self, batch_id: str, control: Control, now_s: int) -> bool:
        """All shards of this round and quantity were read at zero. The quantity guards against a raise in between.

        Guarded by tests/store/stores/test_stock.py::test_drained_is_not_marked,
        tests/store/claim/test_packs.py::test_a_raise_between_reading_and_marking_is_not_drained.
        """
        return change_control(
            self._patient,
            self._table,
            batch_id,
            "SET drained_at_s = :now",
            "#state = :open AND #round = :r AND quantity = :q AND drained_at_s = :never",
            {":now": now_s, ":open": "open", ":r": control.round, ":q": control.quantity, ":never": 0},
        )

    def begin_sealing(self, batch_id: str, control: Control) -> bool:
        """`open r → sealing r+1`."""
        return change_control(
            self._patient,
            self._table,
            batch_id,
            "SET #state = :sealing, #round = :next, sealed_at_s = :never",
            "#state = :open AND #round = :r",
            {":sealing": "sealing", ":next": control.round + 1, ":never": 0, ":open": "open", ":r": control.round},
        )

    def seal(self, batch_id: str, shard: int, round_: int) -> None:
        """Zero a shard and move it to `round_`; a repeat or an older reclaim changes nothing. Raises Damaged.

        Guarded by tests/store/stores/test_stock.py::test_a_seal_zeroes_a_shard_once.
        """
        key = keys.stock(batch_id, shard)
        try:
            self._patient.call(
                "update_item",
                TableName=self._table,
                Key=encode(key),
                UpdateExpression="SET remaining = :none, sealed = :r",
                ConditionExpression="sealed < :r",
                ExpressionAttributeValues=encode({":none": 0, ":r": round_}),
                ReturnValuesOnConditionCheckFailure="ALL_OLD",
            )
        except ConditionFailed as refused:
            # A twin of this invocation has sealed it at this round already, or it cannot be sealed at all.
            value_of(self._table, refused.item or dict(key), _shard)

    def mark_sealed(self, batch_id: str, round_: int, now_s: int) -> bool:
        """All shards are sealed: the fence counts from here."""
        return change_control(
            self._patient,
            self._table,
            batch_id,
            "SET sealed_at_s = :now",
            "#state = :sealing AND #round = :r AND sealed_at_s = :never",
            {":now": now_s, ":sealing": "sealing", ":r": round_, ":never": 0},
        )

    def reopen(
        self, batch_id: str, control: Control, packs: Sequence[int], *, claims: int, drained_at_s: int, final: bool
    ) -> bool:
        """`sealing → open` with `packs` spread over the shards, if the quantity is the one counted against.

        Raises Damaged if a shard is not sealed in this round: tried again, it would be refused for ever.

        Guarded by tests/store/stores/test_stock.py::test_a_count_does_not_reopen.
        """
        update = control_update(
            self._table,
            batch_id,
            (
                "SET #state = :open, claims = :claims, sold_out = :out, drained_at_s = :drained,"
                " sealed_at_s = :never, #final = :final"
            ),
            "#state = :sealing AND #round = :r AND quantity = :q AND sealed_at_s = :sealed",
            {
                ":open": "open",
                ":claims": claims,
                ":out": claims == control.quantity,
                ":drained": drained_at_s,
                ":never": 0,
                ":final": final,
                ":sealing": "sealing",
                ":r": control.round,
                ":q": control.quantity,
                ":sealed": control.sealed_at_s,
            },
        )
        refill = [self._add(batch_id, shard, control.round, part) for shard, part in enumerate(packs) if part]
        try:
            self._patient.transact([{"Update": update}, *refill])
        except TransactionFailed as failure:
            if 0 in failure.items:
                return False
            shard = [shard for shard, part in enumerate(packs) if part][min(failure.items) - 1]
            raise Damaged(self._table, *keys.place_of(keys.stock(batch_id, shard)), "it is not sealed") from None
        return True

    def raising(self, batch_id: str, control: Control, quantity: int, packs: Sequence[int]) -> list[dict[str, Any]]:
        """Transaction parts: raise to `quantity`; while open the `packs` go to the shards too, while sealing the number
        alone changes. The first of them refuses if the control item moved on.
        """
        update = control_update(
            self._table,
            batch_id,
            "SET quantity = :new, sold_out = :no, drained_at_s = :never, #final = :no",
            "#state = :state AND #round = :r AND quantity = :q",
            {
                ":new": quantity,
                ":no": False,
                ":never": 0,
                ":state": control.state,
                ":r": control.round,
                ":q": control.quantity,
            },
        )
        refill = [self._add(batch_id, shard, control.round, part) for shard, part in enumerate(packs) if part]
        return [{"Update": update}, *refill]

    def raise_quantity(
        self, batch_id: str, control: Control, quantity: int, packs: Sequence[int], also: Sequence[dict[str, Any]]
    ) -> None:
        """Raise as `raising` says, with parts of other stores.

        Raises TransactionFailed: at place 0 if the control item moved on, at those of `also` (last) if one refused.
        """
        self._patient.transact([*self.raising(batch_id, control, quantity, packs), *also])

    def restart_fence(self, batch_id: str, control: Control, now_s: int) -> bool:
        """Count the fence from `now_s`: the clock was set back to before the shards were sealed. Never shorter."""
        return change_control(
            self._patient,
            self._table,
            batch_id,
            "SET sealed_at_s = :now",
            "#state = :sealing AND #round = :r AND sealed_at_s = :read",
            {":now": now_s, ":sealing": "sealing", ":r": control.round, ":read": control.sealed_at_s},
        )

    def _add(self, batch_id: str, shard: int, round_: int, packs: int) -> dict[str, Any]:
        return {
            "Update": {
                "TableName": self._table,
                "Key": encode(keys.stock(batch_id, shard)),
                "UpdateExpression": "ADD remaining :packs",
                "ConditionExpression": "sealed = :r",
                "ExpressionAttributeValues": encode({":packs": packs, ":r": round_}),
            }
        }


def _shard(item: Item) -> Shard:
    return Shard(item["remaining"], item["sealed"])


def stock_item(remaining: int, sealed: int) -> Item:
    return {"remaining": remaining, "sealed": sealed}
