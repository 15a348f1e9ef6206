"""The control item of a published batch (table `catalog`): its state, and what operators and the schedule decide.

| access | request | units |
|---|---|---|
| control of one / several batches | GetItem / BatchGetItem | half a read unit each |
| pause, stop, void, record an expiry or what was announced | UpdateItem | 1 |
| extend | one transaction with the batch's lines of the index and the due list | 2 each |

What moves packs between control and shards is in `stock.py`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from coupons.damage import Damaged
from coupons.model.batches import Control
from coupons.stores import keys
from coupons.stores.attributes import Item
from coupons.stores.due_keys import due_batch
from coupons.stores.dynamodb import Dynamo
from coupons.stores.parts import Part
from coupons.stores.table import Table
from coupons.stores.values import reader

# A later version of the code may have written more attributes. A missing one gets no default: it may decide money.
_control = reader(Control, unused=lambda item: tuple(item["unused"]))


class Controls:
    def __init__(self, dynamo: Dynamo, table: str) -> None:
        self._table = Table(dynamo, table)

    def get(self, batch_id: str, *, consistent: bool = False) -> Control | None:
        return self._table.get(keys.control(batch_id), _control, consistent=consistent)

    def get_many(self, batch_ids: Sequence[str], *, consistent: bool = False) -> dict[str, Control | Damaged]:
        """By batch; batches that are not published are left out."""
        items = self._table.items([keys.control(batch_id) for batch_id in batch_ids], consistent=consistent)
        controls = self._table.values(items, _control)
        return {keys.batch_of(item["pk"]): control for item, control in zip(items, controls, strict=True)}

    def of_listed(self, batch_ids: Sequence[str]) -> dict[str, Control | Damaged]:
        """The same for batches that the index lists: `Damaged` if the item is missing even in a strong read."""
        found = self.get_many(batch_ids)
        missing = [batch_id for batch_id in batch_ids if batch_id not in found]
        found |= self.get_many(missing, consistent=True)
        for batch_id in missing:
            found.setdefault(batch_id, Damaged(self._table.name, **keys.control(batch_id), reason="it is not there"))
        return found

    def set_paused(self, batch_id: str, paused: bool) -> bool:
        """False if it was, or is stopped for good."""
        return self._tries(batch_id, "SET paused = :p", "paused <> :p AND stopped <> :yes", p=paused, yes=True)

    def stop(self, batch_id: str, now_s: int) -> bool:
        update = "SET stopped = :yes, stopped_at_s = :now"
        return self._tries(batch_id, update, "stopped <> :yes", yes=True, now=now_s)

    def stop_and_void(self, batch_id: str, now_s: int) -> bool:
        """Stopped, and what was issued is voided; not after its expiry was recorded."""
        update = "SET stopped = :yes, voided = :yes, stopped_at_s = :now"
        condition = "voided <> :yes AND expired_at_s = :never"
        return self._tries(batch_id, update, condition, yes=True, never=0, now=now_s)

    def extend(self, batch_id: str, control: Control, extended_s: int, last_expiry_s: int) -> bool:
        """Lengthen the validity of all coupons, never shorten; not after their expiry was recorded.

        The index and the due list learn the new last expiry in the same transaction: wallets and the schedule go by
        it. What was announced as expiring soon is announced again, with the new expiry.
        """
        update = "SET extended_s = :e, reminded_until_s = :never"
        condition = "extended_s = :read AND expired_at_s = :never"
        extended = self._part(batch_id, update, condition, e=extended_s, read=control.extended_s, never=0)
        line = keys.index_batch(batch_id)
        index = self._table.update("index", line, "SET last_expiry_s = :last", last=last_expiry_s)
        due = self._table.update("due batch", due_batch(batch_id), "SET last_expiry_s = :last", last=last_expiry_s)
        return self._table.dynamo.tries([extended, index, due])

    def record_booked(self, batch_id: str, control: Control, booked: int) -> bool:
        """Write how many booked, once a count."""
        condition = "booked = :never AND booking_count = :c"
        return self._tries(batch_id, "SET booked = :n", condition, never=-1, c=control.booking_count, n=booked)

    def recount_bookings(self, batch_id: str, control: Control) -> bool:
        """Forget how many booked: the clock was set back into the booking window."""
        update, count = "SET booked = :never, booking_count = :next", control.booking_count
        return self._tries(batch_id, update, "booking_count = :c", never=-1, next=count + 1, c=count)

    def unraised(self, batch_id: str, control: Control) -> Part:
        """A transaction part that refuses if the quantity is not the one that was read."""
        return self._table.check("control", keys.control(batch_id), "quantity = :read", read=control.quantity)

    def unextended(self, batch_id: str, control: Control) -> Part:
        """A transaction part that refuses if the extension is not the one that was read."""
        return self._table.check("control", keys.control(batch_id), "extended_s = :read", read=control.extended_s)

    def unsettling(self, batch_id: str, control: Control) -> Part:
        """A transaction part: the final count, the recorded expiry and what was given back are taken back."""
        update = (
            "SET final = :no, expired_at_s = :never, expired_counts = :nothing, unused = :none, given_back = :never,"
            " rest_through = :empty"
        )
        condition = "round = :r AND final = :yes AND given_back = :g"
        blank: Item = {"no": False, "never": 0, "nothing": {}, "none": [], "empty": ""}
        return self._part(batch_id, update, condition, **blank, r=control.round, yes=True, g=control.given_back)

    def giving(self, batch_id: str, control: Control) -> Part:
        """A transaction part that refuses if the next step is done already, or the batch was counted again since."""
        return self._table.check("control", keys.control(batch_id), _AS_COUNTED, **_as_counted(control))

    def giving_back(self, batch_id: str, control: Control, step: int) -> Part:
        """A transaction part: `step` is done, if it is the next one and the batch was not counted again since."""
        return self._part(batch_id, "SET given_back = :step", _AS_COUNTED, **_as_counted(control), step=step)

    def giving_rest(self, batch_id: str, control: Control, through: str) -> Part:
        """A transaction part: the rest is given back, with the settlement days up to `through`; conditions as above."""
        condition = f"{_AS_COUNTED} AND rest_through = :before"
        values = {**_as_counted(control), "before": control.rest_through, "day": through}
        return self._part(batch_id, "SET rest_through = :day", condition, **values)

    def record_expiry(
        self, batch_id: str, control: Control, counts: dict[str, int], unused: Sequence[int], now_s: int
    ) -> bool:
        """Write the final counts once; an extension granted or a voiding decided meanwhile refuses it."""
        update = "SET expired_at_s = :now, expired_counts = :counts, unused = :unused"
        condition = "expired_at_s = :never AND extended_s = :e AND voided = :v"
        read = {"never": 0, "e": control.extended_s, "v": control.voided}
        return self._tries(batch_id, update, condition, now=now_s, counts=counts, unused=list(unused), **read)

    def end(self, batch_id: str, now_s: int, *, given_back: int) -> bool:
        """A batch without claims is final and expired, and the steps to `given_back` are done; once.

        Guarded by tests/store/stores/test_controls.py::test_a_batch_without_claims_ends_once.
        """
        update = "SET final = :yes, expired_at_s = :now, unused = :unused, given_back = :step"
        values = {"yes": True, "now": now_s, "unused": [0], "step": given_back}
        return self._tries(batch_id, update, "expired_at_s = :never", never=0, **values)

    def mark_reminded(self, batch_id: str, control: Control, until_s: int) -> bool:
        """All coupons that expire before `until_s` were announced; False if another call or an extension came first.

        `until_s` is earlier than before if the clock was set back.
        """
        condition = "reminded_until_s = :read AND extended_s = :e"
        read = {"read": control.reminded_until_s, "e": control.extended_s}
        return self._tries(batch_id, "SET reminded_until_s = :until", condition, until=until_s, **read)

    def _part(self, batch_id: str, update: str, condition: str, **values: Any) -> Part:
        return self._table.update("control", keys.control(batch_id), update, condition, **values)

    def _tries(self, batch_id: str, update: str, condition: str, **values: Any) -> bool:
        return self._table.tries(self._part(batch_id, update, condition, **values))


_AS_COUNTED = "given_back = :read AND final = :yes AND round = :r AND expired_at_s = :e"


def _as_counted(control: Control) -> Item:
    return {"read": control.given_back, "yes": True, "r": control.round, "e": control.expired_at_s}
