"""Relay: claims, redemptions, reversals, slots and announcements from the tables' streams are put on the event bus."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from coupons.damage import NO_BATCH, NO_SLOT, Damaged, blamed, expected
from coupons.model import events
from coupons.model.claimed_packs import ClaimedPack
from coupons.model.claims import Claim
from coupons.model.orders import MerchantLine
from coupons.model.points_events import EarnedEntry, earned_points
from coupons.model.programme_events import published
from coupons.model.programmes import Announced
from coupons.model.slot_events import SlotWrite, of_check_in, of_write
from coupons.process.services import Services
from coupons.slots.days import slot_of
from coupons.stores.streams import Inserted, StreamPlace, inserted, stream_place_of

_LACKS = {"batch": NO_BATCH, "programme": NO_SLOT}


def announce(services: Services, records: Iterable[dict[str, Any]]) -> tuple[list[events.Event], int]:
    """Every claim, redemption, reversal and announcement among `records` is on the bus, once or more.

    Returns the events, and the number of records that went to the queue of failures instead. Such a record can never
    become an event: it cannot be read, or its batch or slot is not there. It does not hold up the others.

    One PutEvents for ten events. A batch is read once a process, a control item (for extensions) once a second. A batch
    that is not found is read strongly, for it was published before anything of it was claimed.

    Raises NotPut, Busy, and what the queue raises; the stream must then send all of `records` again. Event ids do not
    change, so subscribers drop what they get twice. No list of failed records is returned: Lambda would send the
    lowest of them and all that follow again.
    """
    told: list[events.Event] = []
    failed: list[tuple[Damaged, str]] = []
    for record in records:
        place = stream_place_of(record)
        try:
            what = inserted(record)
            if what is not None:
                told += _events(services, place, what)
        except Damaged as damage:
            failed.append((damage, place.sequence_number))
    services.bus.put(told)
    for found, sequence_number in failed:
        services.failed_records.put(found, sequence_number)
        services.damages.note(found)
    return told, len(failed)


def _events(services: Services, place: StreamPlace, what: Inserted) -> list[events.Event]:
    """Raises Damaged, of the record, and Busy."""
    if isinstance(what, Announced):
        with _named(services, place, "programme"):
            document = services.programme_store.document(what.campaign_id, what.head)
        with blamed(*place[:3]):
            return [*published(services.event_source, what, document)]
    if isinstance(what, EarnedEntry):
        with _named(services, place, "programme"):
            current = services.programmes.of_program(what.program_id)
        with blamed(*place[:3]):
            return [earned_points(services.event_source, what, current.timezone)]
    if isinstance(what, SlotWrite):
        with _named(services, place, "programme"):
            slot = slot_of(services, what.name.slot_id)
        return [*of_write(services.event_source, slot, what, services.keys)]
    if isinstance(what, MerchantLine) and what.line.slot_id:
        return _of_check_in(services, place, what)
    return [_event(services, place, what)]


def _of_check_in(services: Services, place: StreamPlace, filed: MerchantLine) -> list[events.Event]:
    """Nothing for the reversal of a check-in that no batch paid: no money of the season moved."""
    if filed.line.kind == "reversal":
        return [_event(services, place, filed)] if filed.line.batch_id else []
    with _named(services, place, "programme"):
        slot = slot_of(services, filed.line.slot_id)
    with blamed(*place[:3]):
        return [of_check_in(services.event_source, slot, filed)]


def _event(services: Services, place: StreamPlace, what: Claim | MerchantLine) -> events.Event:
    """Raises Damaged, of the record, and Busy."""
    if isinstance(what, MerchantLine):
        with _named(services, place, "batch"):
            batch = services.cache.batch(what.line.batch_id)
        with blamed(*place[:3]):
            return events.moved(services.event_source, batch, what)
    with _named(services, place, "batch"):
        batch = services.cache.batch_numbered(what.batch_number)
        ruling = services.cache.control(batch.batch_id).ruling
    if not services.has_key_of(what):
        raise Damaged(*place[:3], "there is no key of its version")
    pack = ClaimedPack(batch, what, ruling)
    with blamed(*place[:3]):
        return events.claimed(services.event_source, batch, what, pack.coupon_ids(services.keys), ruling.extended_s)


@contextmanager
def _named(services: Services, place: StreamPlace, what: str) -> Iterator[None]:
    """For the block that reads what a record names. Raises Damaged, of the record, if that cannot be read."""
    try:
        with expected(*place[:3], _LACKS[what]):
            yield
    except Damaged as found:
        if (found.pk, found.sk) == (place.pk, place.sk):
            raise
        services.damages.note(found)
        raise Damaged(*place[:3], f"its {what} is damaged: {found.pk} {found.sk}") from None
