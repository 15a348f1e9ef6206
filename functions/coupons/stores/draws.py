"""What was recorded of a lottery's draw (table `catalog`), each item once.

| access | request | units |
|---|---|---|
| how far a draw has come | Query `BATCH#id`, `DRAW#` | half a read unit; 1 read strongly |
| record a commitment, a beacon, a cohort or an end | TransactWriteItems: the item and the condition of another | 4 |
| record or read the histogram | PutItem, GetItem | 1 each KB, half a unit each 4 KB |
"""

from __future__ import annotations

import zlib
from typing import Any, Literal, get_args

from coupons.model.draw_state import Beacon, Cohort, Committed, DrawEnd, DrawMark, DrawState
from coupons.model.scores import Histogram
from coupons.stores import draw_keys as keys
from coupons.stores.attributes import Item
from coupons.stores.dynamodb import Dynamo, TransactionFailed
from coupons.stores.keys import Key
from coupons.stores.parts import Part
from coupons.stores.table import Table
from coupons.stores.values import fields_of, reader, sure

_ABSENT = "attribute_not_exists(pk)"
_commitment, _beacon, _end = reader(Committed), reader(Beacon), reader(DrawEnd)
_cohort = reader(
    Cohort, cutoffs=lambda item: tuple(item["cutoffs"]), winners=lambda item: tuple(sure(item["winners"], list))
)


def _histogram(item: Item) -> Histogram:
    return Histogram.from_bytes(zlib.decompress(sure(item["scores"], bytes)))


def _mark(item: Item) -> int:
    return sure(item["at_s"], int)


class Draws:
    """`spike` sends a request once: a commitment is never sent late. `patient` tries again."""

    def __init__(self, spike: Dynamo, patient: Dynamo, table: str) -> None:
        self._spike = spike
        self._table = Table(patient, table)

    def state(self, batch_id: str, *, consistent: bool = False) -> DrawState:
        """Raises Damaged."""
        pk = keys.partition(batch_id)
        items = {item["sk"]: item for item in self._table.query(pk, keys.DRAW, consistent=consistent)}

        def read(sk: str, make: Any) -> Any:
            return self._table.value(items[sk], make) if sk in items else None

        cohorts = [self._table.value(item, _cohort) for sk, item in items.items() if sk.startswith(keys.COHORT)]
        return DrawState(
            commitment=read(keys.COMMITMENT, _commitment),
            beacon=read(keys.BEACON, _beacon),
            cohorts=tuple(sorted(cohorts, key=lambda cohort: cohort.number)),
            end=read(keys.END, _end),
            **{f"{mark}_at_s": read(keys.mark(batch_id, mark)["sk"], _mark) or 0 for mark in get_args(DrawMark)},
        )

    def put_commitment(self, batch_id: str, commitment: Committed) -> bool:
        """The list of entries is fixed; False if another commitment, or an end, was recorded before. One attempt.

        Guarded by tests/store/stores/test_draws.py::test_each_fact_is_recorded_once,
        tests/store/stores/test_draws.py::test_nothing_is_recorded_after_an_end.
        """
        parts = self._parts(keys.commitment(batch_id), fields_of(commitment), keys.end(batch_id))
        try:
            self._spike.transact_once(parts, self._spike.name())
        except TransactionFailed:
            return False
        return True

    def put_beacon(self, batch_id: str, beacon: Beacon) -> bool:
        """The randomness is fixed; False as above."""
        return self._put(keys.beacon(batch_id), fields_of(beacon), keys.end(batch_id))

    def put_cohort(self, batch_id: str, cohort: Cohort) -> bool:
        """These may claim; False as above."""
        return self._put(keys.cohort(batch_id, cohort.number), fields_of(cohort), keys.end(batch_id))

    def put_end(self, batch_id: str, end: DrawEnd, *, unless: Literal["", "commitment", "beacon"] = "") -> bool:
        """The draw has ended; False if it had before, or if a fact that it ends for lack of was recorded after all.

        Guarded by tests/store/stores/test_draws.py::test_an_end_for_lack_of_a_fact_yields_to_it.
        """
        lacking = {"commitment": keys.commitment, "beacon": keys.beacon}
        return self._put(keys.end(batch_id), fields_of(end), lacking[unless](batch_id) if unless else None)

    def mark(self, batch_id: str, mark: DrawMark, now_s: int) -> bool:
        """Something was done for each booking; False if that was recorded before."""
        return self._put(keys.mark(batch_id, mark), {"at_s": now_s}, None)

    def put_histogram(self, batch_id: str, histogram: Histogram) -> None:
        """A repeat says the same: it is made of the committed list and the beacon alone."""
        content = zlib.compress(histogram.to_bytes())
        self._table.send(self._table.put("draw", {**keys.histogram(batch_id), "scores": content}))

    def histogram(self, batch_id: str) -> Histogram | None:
        return self._table.get(keys.histogram(batch_id), _histogram, consistent=True)

    def _put(self, key: Key, fields: Item, absent: Key | None) -> bool:
        """The item is there, once, if `absent` is not."""
        parts = self._parts(key, fields, absent)
        return self._table.dynamo.tries(parts) if absent else self._table.tries(*parts)

    def _parts(self, key: Key, fields: Item, absent: Key | None) -> list[Part]:
        part = self._table.put("draw", {**key, **fields}, _ABSENT).of(key["sk"])
        return [part, self._table.check("draw", absent, _ABSENT).of(absent["sk"])] if absent else [part]
