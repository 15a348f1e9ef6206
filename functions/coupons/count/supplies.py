"""Rationed goods by material and store, from live statistics and from what control items have counted."""

from __future__ import annotations

from coupons.count.reads import published_batches
from coupons.model.batches import Control, batch_status
from coupons.model.draw_state import DrawState
from coupons.model.merchants import MerchantRecord
from coupons.model.statistics import Flow, total
from coupons.model.supplies import Ration, Supply, collected, ration_of
from coupons.process.services import Services


def supplies(services: Services, campaign_id: str, now_s: int) -> tuple[list[Supply], str]:
    """Each published batch that allots a material to one store, in the order of opening, without damaged ones; and the
    campaign's time zone.

    `allotted` is exact. `booked` and `claimed` are exact once they were counted after their window. Before that, and
    `collected` always, they are those of live statistics: exact too, and a second or some behind; except that a
    reversal in several parts takes one off for each.

    Reads what statistics read, a second or five old at most, and half a unit each for control items and records of
    merchants. Raises NotFound.
    """
    batches = published_batches(services, campaign_id)
    rations = [one for batch in batches if (one := ration_of(batch)) is not None]
    timezone = batches[0].timezone
    if not rations:
        return [], timezone
    first_s = min(batch.begins_at_s for batch in batches)
    hours = services.season_counts.hours(campaign_id, timezone, first_s, now_s)
    counted = total(hours.values()).flows("batch")
    controls = services.cache.controls([one.batch.batch_id for one in rations])
    records = services.merchants.records({one.merchant_id for one in rations})
    suspended = services.cache.suspended_districts(campaign_id)
    draws = {one.batch.batch_id: services.draw_states.get(one.batch.batch_id) for one in rations if one.batch.draw}
    found = [
        _supply(
            one,
            control,
            draws.get(one.batch.batch_id),
            records.get(one.merchant_id),
            suspended,
            counted.get(one.batch.batch_id, {}),
            now_s,
        )
        for one in rations
        if (control := controls.get(one.batch.batch_id)) is not None
    ]
    return found, timezone


def _supply(
    ration: Ration,
    control: Control,
    draw: DrawState | None,
    record: MerchantRecord | None,
    suspended_districts: frozenset[str],
    flows: dict[Flow, int],
    now_s: int,
) -> Supply:
    batch, store = ration.batch, record.store(ration.store_id) if record else None
    is_over = control.final and now_s >= batch.closes_at_s
    is_handed_out = ration.is_handed_out(record, suspended_districts)
    return Supply(
        ration,
        district=store.district if store else None,
        status=batch_status(batch, control, now_s, draw) if is_handed_out else "suspended",
        allotted=control.quantity,
        booked=control.booked if control.booked >= 0 else flows.get("bookings", 0),
        claimed=control.claims if is_over or control.sold_out else flows.get("claims", 0),
        collected=collected(flows),
    )
