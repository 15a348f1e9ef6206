"""Whether times are written with the offset of the campaign's time zone."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from coupons.model.campaigns import Campaign, Warned
from coupons.model.terms import FixedWindow
from coupons.times import epoch_s, wall_clock


def odd_offsets(document: Campaign) -> Iterator[Warned]:
    """Each time with another offset than the zone has then. A document that writes all its times in UTC is not odd."""
    times = list(_times(document))
    offsets = [(at.utcoffset(), wall_clock(epoch_s(at), document.timezone)) for _, at in times]
    all_utc = all(stated == timedelta(0) for stated, _ in offsets)
    for (place, at), (stated, local) in zip(times, offsets, strict=True):
        if not all_utc and stated != local.utcoffset():
            message = f"is written {at.isoformat()}, which is {local.isoformat()} in {document.timezone}"
            yield Warned(place=place, message=message)


def _times(document: Campaign) -> Iterator[tuple[str, datetime]]:
    yield "body.starts_at", document.starts_at
    yield "body.ends_at", document.ends_at
    for number, batch in enumerate(document.batches):
        place = f"body.batches.{number}"
        yield f"{place}.opens_at", batch.opens_at
        yield f"{place}.closes_at", batch.closes_at
        if batch.booking:
            yield f"{place}.booking.opens_at", batch.booking.opens_at
            yield f"{place}.booking.closes_at", batch.booking.closes_at
        if batch.draw:
            yield f"{place}.draw.at", batch.draw.at
    for number, terms in enumerate(document.terms):
        if isinstance(terms.validity, FixedWindow):
            yield f"body.terms.{number}.validity.starts_at", terms.validity.starts_at
            yield f"body.terms.{number}.validity.ends_at", terms.validity.ends_at
        for ratio_number, ratio in enumerate(terms.merchant_match):
            yield f"body.terms.{number}.merchant_match.{ratio_number}.starts_at", ratio.starts_at
