"""The control item of a published batch (table `catalog`): its state, and what operators and the schedule decide.

| access | request | units |
|---|---|---|
| control of one / several batches | GetItem / BatchGetItem | half a read unit each |
| pause, stop, void, record an expiry or what was announced | UpdateItem | 1 |
| extend | one transaction with the batch's line of the index | 2 each |

What moves packs between control and shards is in `stock.py`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, fields
from typing import Any

from coupons.damage import Damaged
from coupons.model.batches import Control
from coupons.stores import keys
from coupons.stores.dynamodb import ConditionFailed, Dynamo, Item, TransactionFailed, encode
from coupons.stores.values import value_of, values_of

_FIELDS = {field.name for field in fields(Control)}


class Controls:
    def __init__(self, dynamo: Dynamo, table: str) -> None:
        self._dynamo = dynamo
        self._table = table

    def get(self, batch_id: str, *, consistent: bool = False) -> Control | None:
        item = self._dynamo.get(self._table, keys.control(batch_id), consistent=consistent)
        return value_of(self._table, item, _control) if item else None

    def get_many(self, batch_ids: Sequence[str], *, consistent: bool = False) -> dict[str, Control | Damaged]:
        """Of those that are published."""
        wanted = {keys.control(batch_id)["pk"]: batch_id for batch_id in batch_ids}
        found = self._dynamo.get_many(
            {self._table: [keys.control(batch_id) for batch_id in batch_ids]}, consistent=consistent
        )
        controls = values_of(self._table, found[self._table], _control)
        return {wanted[item["pk"]]: control for item, control in zip(found[self._table], controls, strict=True)}

    def of_listed(self, batch_ids: Sequence[str]) -> dict[str, Control | Damaged]:
        """Of batches that the index lists: one whose item is not there, though read strongly, is damaged."""
        found = self.get_many(batch_ids)
        unheard = [batch_id for batch_id in batch_ids if batch_id not in found]
        found |= self.get_many(unheard, consistent=True)
        for batch_id in unheard:
            found.setdefault(batch_id, Damaged(self._table, **keys.control(batch_id), reason="it is not there"))
        return found

    def set_paused(self, batch_id: str, paused: bool) -> bool:
        """False if it was, or is stopped for good."""
        condition = "paused <> :p AND stopped <> :yes"
        return self._change(batch_id, "SET paused = :p", condition, {":p": paused, ":yes": True})

    def stop(self, batch_id: str, now_s: int) -> bool:
        update, values = "SET stopped = :yes, stopped_at_s = :now", {":yes": True, ":now": now_s}
        return self._change(batch_id, update, "stopped <> :yes", values)

    def stop_and_void(self, batch_id: str, now_s: int) -> bool:
        """Stopped, and what was issued with it; not after its expiry was recorded."""
        update = "SET stopped = :yes, voided = :yes, stopped_at_s = :now"
        condition, values = "voided <> :yes AND expired_at_s = :never", {":yes": True, ":never": 0, ":now": now_s}
        return self._change(batch_id, update, condition, values)

    def extend(self, batch_id: str, control: Control, extended_s: int, last_expiry_s: int) -> bool:
        """Lengthen the validity of all coupons, never shorten; not after their expiry was recorded.

        The index learns the new last expiry in the same transaction: wallets and the schedule go by it. What was
        announced as expiring soon is announced again, with the new expiry.
        """
        update = control_update(
            self._table,
            batch_id,
            "SET extended_s = :e, reminded_until_s = :never",
            "extended_s = :read AND expired_at_s = :never",
            {":e": extended_s, ":read": control.extended_s, ":never": 0},
        )
        index = {
            "TableName": self._table,
            "Key": encode(keys.index_batch(batch_id)),
            "UpdateExpression": "SET last_expiry_s = :last",
            "ExpressionAttributeValues": encode({":last": last_expiry_s}),
        }
        try:
            self._dynamo.transact([{"Update": update}, {"Update": index}])
        except TransactionFailed:
            return False
        return True

    def record_booked(self, batch_id: str, control: Control, booked: int) -> bool:
        """Write how many booked, once a count."""
        condition, values = "booked = :never AND booking_count = :c", {":never": -1, ":c": control.booking_count}
        return self._change(batch_id, "SET booked = :n", condition, {**values, ":n": booked})

    def recount_bookings(self, batch_id: str, control: Control) -> bool:
        """Forget how many booked: the clock was set back to where they still may."""
        update, condition = "SET booked = :never, booking_count = :next", "booking_count = :c"
        values = {":never": -1, ":next": control.booking_count + 1, ":c": control.booking_count}
        return self._change(batch_id, update, condition, values)

    def unraised(self, batch_id: str, control: Control) -> dict[str, Any]:
        """A transaction part that holds as long as the quantity is the one that was read."""
        check: dict[str, Any] = {"TableName": self._table, "Key": encode(keys.control(batch_id))}
        check |= {
            "ConditionExpression": "quantity = :read",
            "ExpressionAttributeValues": encode({":read": control.quantity}),
        }
        return {"ConditionCheck": check}

    def unsettling(self, batch_id: str, control: Control) -> dict[str, Any]:
        """A transaction part: the last word, the recorded expiry and what was given back are taken back."""
        update = (
            "SET #final = :no, expired_at_s = :never, expired_counts = :nothing, unused = :none, given_back = :never,"
            " rest_through = :empty"
        )
        condition = "#round = :r AND #final = :yes AND given_back = :g"
        values: Item = {":no": False, ":never": 0, ":nothing": {}, ":none": [], ":empty": "", ":yes": True}
        values |= {":r": control.round, ":g": control.given_back}
        return {"Update": control_update(self._table, batch_id, update, condition, values)}

    def giving(self, batch_id: str, control: Control) -> dict[str, Any]:
        """A transaction part that holds as long as the next step is due, for the batch as `control` counted it."""
        check: dict[str, Any] = {"TableName": self._table, "Key": encode(keys.control(batch_id))}
        check |= {
            "ConditionExpression": _AS_COUNTED,
            "ExpressionAttributeNames": {"#final": "final", "#round": "round"},
            "ExpressionAttributeValues": encode(_as_counted(control)),
        }
        return {"ConditionCheck": check}

    def giving_back(self, batch_id: str, control: Control, step: int) -> dict[str, Any]:
        """A transaction part: `step` is done, for the batch as `control` counted it."""
        values = {**_as_counted(control), ":step": step}
        return {"Update": control_update(self._table, batch_id, "SET given_back = :step", _AS_COUNTED, values)}

    def giving_rest(self, batch_id: str, control: Control, through: str) -> dict[str, Any]:
        """A transaction part: the rest is given back as the days through `through` left it."""
        condition = f"{_AS_COUNTED} AND rest_through = :before"
        values = {**_as_counted(control), ":before": control.rest_through, ":day": through}
        return {"Update": control_update(self._table, batch_id, "SET rest_through = :day", condition, values)}

    def record_expiry(
        self, batch_id: str, control: Control, counts: dict[str, int], unused: Sequence[int], now_s: int
    ) -> bool:
        """Write the final counts once; an extension granted or a voiding decided meanwhile refuses it."""
        values: Item = {":now": now_s, ":counts": counts, ":unused": list(unused), ":never": 0}
        return self._change(
            batch_id,
            "SET expired_at_s = :now, expired_counts = :counts, unused = :unused",
            "expired_at_s = :never AND extended_s = :e AND voided = :v",
            {**values, ":e": control.extended_s, ":v": control.voided},
        )

    def mark_reminded(self, batch_id: str, control: Control, until_s: int) -> bool:
        """All that expires before `until_s` was announced, by the ruling of `control`; a twin or an extension refuses.

        Also back to an earlier second, where the clock was set back.
        """
        return self._change(
            batch_id,
            "SET reminded_until_s = :until",
            "reminded_until_s = :read AND extended_s = :e",
            {":until": until_s, ":read": control.reminded_until_s, ":e": control.extended_s},
        )

    def _change(self, batch_id: str, update: str, condition: str, values: Item) -> bool:
        return change_control(self._dynamo, self._table, batch_id, update, condition, values)


_AS_COUNTED = "given_back = :read AND #final = :yes AND #round = :r AND expired_at_s = :e"


def _as_counted(control: Control) -> Item:
    return {":read": control.given_back, ":yes": True, ":r": control.round, ":e": control.expired_at_s}


def change_control(dynamo: Dynamo, table: str, batch_id: str, update: str, condition: str, values: Item) -> bool:
    """One conditional update of the control item; False if its condition refused it."""
    try:
        dynamo.call("update_item", **control_update(table, batch_id, update, condition, values))
    except ConditionFailed:
        return False
    return True


def control_update(table: str, batch_id: str, update: str, condition: str, values: Item) -> dict[str, Any]:
    names = {name: name[1:] for name in ("#state", "#round", "#final") if name in update + condition}
    parameters: dict[str, Any] = {
        "TableName": table,
        "Key": encode(keys.control(batch_id)),
        "UpdateExpression": update,
        "ConditionExpression": condition,
        "ExpressionAttributeValues": encode(values),
    }
    if names:  # `state`, `round` and `final` are reserved words of DynamoDB's expressions
        parameters["ExpressionAttributeNames"] = names
    return parameters


def control_item(control: Control) -> Item:
    return asdict(control)


def _control(item: Item) -> Control:
    # A version of ours that knows more may have written more; what is missing is missing: no default decides money.
    return Control(**{**{name: item[name] for name in _FIELDS}, "unused": tuple(item["unused"])})
