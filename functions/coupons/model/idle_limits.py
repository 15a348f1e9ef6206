"""Limits that a document states and that do nothing: nobody can reach them, or their count never starts anew."""

from __future__ import annotations

from collections.abc import Iterator

from coupons.model.campaigns import Campaign, Warned
from coupons.model.declared_batches import Batch
from coupons.model.exclusive_groups import claim_key
from coupons.model.limits import CountLimit, Cycle, counts_uses, period_of
from coupons.model.usable_times import valid_span
from coupons.times import day_of, epoch_s


def idle_limits(document: Campaign) -> Iterator[Warned]:
    """A person claims each batch, or exclusive group, once: that is the most that a limit can count."""
    for number, limit in enumerate(document.limits):
        batches = [batch for batch in document.batches if limit.limit_id in batch.limits]
        place = f"body.limits.{number}"
        if not batches:
            continue
        if isinstance(limit, CountLimit):
            yield from _unreached(document, batches, limit, place)
            yield from _once(document, batches, limit, place)
        elif len({claim_key(document, batch) for batch in batches}) == 1:
            message = "only one pack can be claimed under it, so there is no next one"
            yield Warned(place=place, message=message)


def _unreached(document: Campaign, batches: list[Batch], limit: CountLimit, place: str) -> Iterator[Warned]:
    coupons = _coupons_by_claim_key(document, batches)
    most, does = len(coupons), "claim at most {} packs"
    if limit.per == "household":
        most = sum(batch.quantity for batch in batches)
    if counts_uses(limit):
        most, does = sum(coupons.values()), "use at most {} coupons"
    if limit.packs_max > most:
        message = f"a {limit.per} can {does.format(most)} under it, so it never refuses"
        yield Warned(place=f"{place}.packs_max", message=message)


def _coupons_by_claim_key(document: Campaign, batches: list[Batch]) -> dict[str, int]:
    """Claim key → the coupons of its largest pack."""
    found: dict[str, int] = {}
    for batch in batches:
        key = claim_key(document, batch)
        found[key] = max(found.get(key, 0), len(batch.terms))
    return found


def _once(document: Campaign, batches: list[Batch], limit: CountLimit, place: str) -> Iterator[Warned]:
    if not isinstance(limit.period, Cycle):
        return
    zone, begins_s = document.timezone, min(epoch_s(batch.opens_at) for batch in batches)
    ends_s = max(epoch_s(batch.closes_at) for batch in batches)
    if counts_uses(limit):
        spans = [valid_span(batch, terms, zone) for batch in batches for terms in document.terms_of(batch)]
        ends_s = max(ends for _, ends in spans)
    if period_of(limit, begins_s, zone) == period_of(limit, ends_s - 1, zone):
        days = f"{day_of(begins_s, zone)} to {day_of(ends_s - 1, zone)}"
        message = f"all that it counts is in one period, {days}: the count never starts anew"
        yield Warned(place=f"{place}.period.days", message=message)
