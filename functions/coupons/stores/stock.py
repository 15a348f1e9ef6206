"""Stock and control of a batch (table `catalog`); design section 4.

| access | request | units |
|---|---|---|
| control of one / several batches | GetItem / BatchGetItem | half a read unit each |
| lease k packs of a shard | UpdateItem `remaining >= k AND sealed = r` | 1 |
| all shards at once | BatchGetItem, strong | 1 read unit each |
| mark drained, give back, seal, pause … | UpdateItem | 1 |
| reopen after a reclaim, raise | one transaction over control and shards | 2 each |
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from typing import Any

from coupons.releases import Control
from coupons.stores import keys
from coupons.stores.dynamodb import ConditionFailed, Dynamo, Item, TransactionFailed, decode, encode


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

    def control(self, batch_id: str, *, consistent: bool = False) -> Control | None:
        item = self._patient.get(self._table, keys.control(batch_id), consistent=consistent)
        return _control(item) if item else None

    def controls(self, batch_ids: Sequence[str]) -> dict[str, Control]:
        wanted = {keys.control(batch_id)["pk"]: batch_id for batch_id in batch_ids}
        found = self._patient.get_many(
            {self._table: [keys.control(batch_id) for batch_id in batch_ids]}, consistent=False
        )
        return {wanted[item["pk"]]: _control(item) for item in found[self._table]}

    def shards(self, batch_id: str, shards: int) -> list[Shard]:
        """Every shard, strongly consistent, in order."""
        wanted = [keys.stock(batch_id, shard) for shard in range(shards)]
        items = self._patient.get_many({self._table: wanted}, consistent=True)[self._table]
        by_pk = {item["pk"]: Shard(item["remaining"], item["sealed"]) for item in items}
        return [by_pk[key["pk"]] for key in wanted]

    def lease(self, batch_id: str, shard: int, round_: int, packs: int) -> tuple[bool, Shard]:
        """Take `packs` out of a shard of this round, once: whether they were, and the shard as it is then.

        Raises NotApplied, NoAnswer (the packs may be stranded until the reclaim; asking again could strand more).
        """
        try:
            answer = self._spike.call(
                "update_item",
                TableName=self._table,
                Key=encode(keys.stock(batch_id, shard)),
                UpdateExpression="SET remaining = remaining - :k",
                ConditionExpression="remaining >= :k AND sealed = :r",
                ExpressionAttributeValues=encode({":k": packs, ":r": round_}),
                ReturnValues="ALL_NEW",
                ReturnValuesOnConditionCheckFailure="ALL_OLD",
            )
        except ConditionFailed as failed:
            item = failed.item or {"remaining": 0, "sealed": 0}
            return False, Shard(item["remaining"], item["sealed"])
        item = decode(answer["Attributes"])
        return True, Shard(item["remaining"], item["sealed"])

    def give_back(self, batch_id: str, shard: int, round_: int) -> bool:
        """Return one unused pack to its shard, once, unless the shard was sealed since. False if it was.

        Guarded by tests/store/test_stock.py::test_a_pack_goes_back_to_a_shard_of_its_own_round_only.
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

        Guarded by tests/store/test_stock.py::test_drained_is_not_marked,
        tests/store/test_claiming.py::test_a_raise_between_reading_and_marking_is_not_drained.
        """
        return self._change(
            batch_id,
            "SET drained_at_s = :now",
            "#state = :open AND #round = :r AND quantity = :q AND drained_at_s = :never",
            {":now": now_s, ":open": "open", ":r": control.round, ":q": control.quantity, ":never": 0},
        )

    def begin_sealing(self, batch_id: str, control: Control) -> bool:
        """`open r → sealing r+1`."""
        return self._change(
            batch_id,
            "SET #state = :sealing, #round = :next, sealed_at_s = :never",
            "#state = :open AND #round = :r",
            {":sealing": "sealing", ":next": control.round + 1, ":never": 0, ":open": "open", ":r": control.round},
        )

    def seal(self, batch_id: str, shard: int, round_: int) -> None:
        """Zero a shard and move it to `round_`; a repeat or an older reclaim changes nothing.

        Guarded by tests/store/test_stock.py::test_a_seal_zeroes_a_shard_once.
        """
        # A refusal means that a twin of this invocation has sealed it at this round already.
        with suppress(ConditionFailed):
            self._patient.call(
                "update_item",
                TableName=self._table,
                Key=encode(keys.stock(batch_id, shard)),
                UpdateExpression="SET remaining = :none, sealed = :r",
                ConditionExpression="sealed < :r",
                ExpressionAttributeValues=encode({":none": 0, ":r": round_}),
            )

    def mark_sealed(self, batch_id: str, round_: int, now_s: int) -> bool:
        """All shards are sealed: the fence counts from here."""
        return self._change(
            batch_id,
            "SET sealed_at_s = :now",
            "#state = :sealing AND #round = :r AND sealed_at_s = :never",
            {":now": now_s, ":sealing": "sealing", ":r": round_, ":never": 0},
        )

    def reopen(
        self, batch_id: str, control: Control, packs: Sequence[int], *, claims: int, drained_at_s: int, final: bool
    ) -> bool:
        """`sealing → open` with `packs` spread over the shards, if the quantity is the one counted against.

        Guarded by tests/store/test_stock.py::test_a_count_does_not_reopen.
        """
        update = self._update(
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
        return self._transact([{"Update": update}, *refill])

    def raise_quantity(
        self, batch_id: str, control: Control, quantity: int, packs: Sequence[int], budgets: Sequence[dict[str, Any]]
    ) -> None:
        """Raise to `quantity`; while open the `packs` go to the shards too, while sealing the number alone changes.

        Raises TransactionFailed: at place 0 if the control item moved on, at the budgets' places (last) if one refused.
        """
        update = self._update(
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
        self._patient.transact([{"Update": update}, *refill, *budgets])

    def set_paused(self, batch_id: str, paused: bool) -> bool:
        return self._change(batch_id, "SET paused = :p", "paused <> :p", {":p": paused})

    def stop(self, batch_id: str) -> bool:
        return self._change(batch_id, "SET stopped = :yes", "stopped <> :yes", {":yes": True})

    def extend(self, batch_id: str, control: Control, extended_s: int, last_expiry_s: int) -> bool:
        """Lengthen the validity of all coupons, never shorten; not after their expiry was recorded.

        The index learns the new last expiry in the same transaction: wallets and the schedule go by it.
        """
        update = self._update(
            batch_id,
            "SET extended_s = :e",
            "extended_s = :read AND expired_at_s = :never",
            {":e": extended_s, ":read": control.extended_s, ":never": 0},
        )
        index = {
            "TableName": self._table,
            "Key": encode(keys.index_batch(batch_id)),
            "UpdateExpression": "SET last_expiry_s = :last",
            "ExpressionAttributeValues": encode({":last": last_expiry_s}),
        }
        return self._transact([{"Update": update}, {"Update": index}])

    def unsettle(self, batch_id: str, control: Control) -> bool:
        """Take back the last word and the recorded expiry: the clock was set back to where the batch lives."""
        return self._change(
            batch_id,
            "SET #final = :no, expired_at_s = :never, expired_counts = :none",
            "#round = :r AND #final = :yes",
            {":no": False, ":never": 0, ":none": {}, ":r": control.round, ":yes": True},
        )

    def restart_fence(self, batch_id: str, control: Control, now_s: int) -> bool:
        """Count the fence from `now_s`: the clock was set back to before the shards were sealed. Never shorter."""
        return self._change(
            batch_id,
            "SET sealed_at_s = :now",
            "#state = :sealing AND #round = :r AND sealed_at_s = :read",
            {":now": now_s, ":sealing": "sealing", ":r": control.round, ":read": control.sealed_at_s},
        )

    def record_expiry(self, batch_id: str, control: Control, counts: dict[str, int], now_s: int) -> bool:
        """Write the final counts once; an extension granted meanwhile refuses it."""
        return self._change(
            batch_id,
            "SET expired_at_s = :now, expired_counts = :counts",
            "expired_at_s = :never AND extended_s = :e",
            {":now": now_s, ":counts": counts, ":never": 0, ":e": control.extended_s},
        )

    def _change(self, batch_id: str, update: str, condition: str, values: Item) -> bool:
        """One conditional update of the control item; False if its condition refused it."""
        try:
            self._patient.call("update_item", **self._update(batch_id, update, condition, values))
        except ConditionFailed:
            return False
        return True

    def _update(self, batch_id: str, update: str, condition: str, values: Item) -> dict[str, Any]:
        names = {name: name[1:] for name in ("#state", "#round", "#final") if name in update + condition}
        parameters: dict[str, Any] = {
            "TableName": self._table,
            "Key": encode(keys.control(batch_id)),
            "UpdateExpression": update,
            "ConditionExpression": condition,
            "ExpressionAttributeValues": encode(values),
        }
        if names:  # `state`, `round` and `final` are reserved words of DynamoDB's expressions
            parameters["ExpressionAttributeNames"] = names
        return parameters

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

    def _transact(self, parts: Sequence[dict[str, Any]]) -> bool:
        try:
            self._patient.transact(parts)
        except TransactionFailed:
            return False
        return True


def control_item(control: Control) -> Item:
    return asdict(control)


def stock_item(remaining: int, sealed: int) -> Item:
    return {"remaining": remaining, "sealed": sealed}


def _control(item: Item) -> Control:
    return Control(**{name: value for name, value in item.items() if name not in ("pk", "sk")})
