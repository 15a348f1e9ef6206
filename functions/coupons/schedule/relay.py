"""Tell others what happened: what the tables' streams bring goes to the bus."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from coupons.damage import Damaged, blamed, expected
from coupons.model import events
from coupons.model.claimed_packs import ClaimedPack
from coupons.model.claims import Claim
from coupons.model.orders import MerchantLine
from coupons.process.services import Services
from coupons.stores.streams import Place, inserted, place_of


def announce(services: Services, records: Iterable[dict[str, Any]]) -> tuple[list[events.Event], int]:
    """Every claim, redemption and reversal among `records` is on the bus, once or more: the events.

    A record that can never be told (it cannot be read, its batch is not published, no event can say it) is named in the
    queue of failures instead, once or more, and does not hold up the others: how many of these there were.

    One PutEvents for ten; a release is read once a process, a control item (for extensions) once a second. What a
    record is judged by is read strongly: it was published before anything of it was claimed.

    Raises NotPut, Busy, and whatever the queue raises: then the stream must bring all of `records` again. Nothing is
    acknowledged that was not put, and ids do not change, so subscribers drop what they get twice. Lambda would take
    a list of failed records for the lowest of them and all that follow, so there is none.
    """
    told: list[events.Event] = []
    failed: list[tuple[Damaged, str]] = []
    for record in records:
        place = place_of(record)
        try:
            what = inserted(record)
            if what is not None:
                told.append(_event(services, place, what))
        except Damaged as never:
            failed.append((never, place.sequence_number))
    services.bus.put(told)
    for found, sequence_number in failed:
        services.failed_records.put(found, sequence_number)
        services.damages.note(found)
    return told, len(failed)


def _event(services: Services, place: Place, what: Claim | MerchantLine) -> events.Event:
    """Raises Damaged, of the record, and Busy."""
    if isinstance(what, MerchantLine):
        with _batch_of(services, place):
            batch = services.cache.batch(what.line.batch_id)
        with blamed(*place[:3]):
            return events.moved(services.event_source, batch, what)
    with _batch_of(services, place):
        batch = services.cache.batch_numbered(what.batch_number)
        ruling = services.cache.control(batch.batch_id).ruling
    if not services.has_key_of(what):
        raise Damaged(*place[:3], "there is no key of its version")
    pack = ClaimedPack(batch, what, ruling)
    with blamed(*place[:3]):
        return events.claimed(services.event_source, batch, what, pack.coupon_ids(services.keys), ruling.extended_s)


@contextmanager
def _batch_of(services: Services, place: Place) -> Iterator[None]:
    """In here a record's batch is read. Raises Damaged, of the record: without its batch it says nothing."""
    try:
        with expected(*place[:3]):
            yield
    except Damaged as found:
        if (found.pk, found.sk) == (place.pk, place.sk):
            raise
        services.damages.note(found)
        raise Damaged(*place[:3], f"its batch is damaged: {found.pk} {found.sk}") from None
