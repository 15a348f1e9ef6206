"""Close settlement days: all lines of a day are added up, and the sums are final.

    marked ── ends everywhere ── fence ──▶ shards ──▶ merchants ──▶ buckets ──▶ what each batch spent ──▶ closed

After the fence no line of the day can still be filed, so every invocation that adds up the same shard gets the same
sums. Shards and buckets are passes (`process/passes.py`): a killed invocation loses the lines it had read since its
last record, at most 5,000 a thread, and a repeat changes nothing. Memory holds the sums of one bucket's merchants at
most, never their lines.

Costs a merchant with lines, in requests of one unit each: 16 shards read and 16 recorded (one more for each 5,000
lines), one item of sums, 4 units for each campaign in which it checked people in; and a day: 16 buckets, two items a
batch.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, timedelta
from functools import partial
from itertools import islice

from coupons.clock import FENCE_S
from coupons.damage import Damaged
from coupons.model.days import MerchantDay, SettlementDay, Sums
from coupons.model.due_list import DueList
from coupons.model.pieces import Piece
from coupons.process.passes import Pass, run, side_by_side
from coupons.process.services import Services
from coupons.stores import keys
from coupons.times import day_of, day_start_s

LAST_ZONE = "Etc/GMT+12"
"""The time zone in which a day ends last."""
SEGMENT_LINES = 5_000
"""Lines between two records of one shard: a second or two of decoding."""


def close_days(
    services: Services, zones: Collection[str], now_s: int, deadline_s: float
) -> tuple[list[dict[str, object]], bool]:
    """Every day that is due at `now_s` is closed, as far as time allows before `deadline_s` (monotonic).

    Returns what was done, and whether more could be done at once. With nothing due it is one Query of half a read unit
    for each two months of service. A day is due `FENCE_S` after its latest end, in the zones of its lines and of all
    published campaigns: they may file lines while it is that day there, also after all their batches are over. If the
    test clock is set back into a closed day, the day is reopened. A day with a damaged item stays open, since its sums
    would be too small; its other merchants are added up, and other days are closed. Before a day is closed each batch
    with lines of it is due again, so that the rest of that day is given. `zones`: see `known_zones`. Raises Busy.
    """
    did: list[dict[str, object]] = []
    for day in services.damages.sound(services.days.each()):
        if day.closed_at_s:
            if now_s < day.ends_at_s and services.days.reopen(day):
                did.append({"day": day.day, "step": "reopened"})
        elif now_s >= day.ends_at_s + FENCE_S and now_s >= _latest_end_s(day, zones) + FENCE_S:
            try:
                sums = _add_up(services, day, deadline_s)
            except Damaged as found:
                services.damages.note(found)
                did.append({"day": day.day, "step": "damaged", "why": str(found)})
                if services.clock.monotonic_s() >= deadline_s:
                    return did, True
                continue
            if sums is None:
                return did, True
            for batch_id, owed in sums.spent.items():
                services.due_list.list_again(batch_id, now_s)
                services.day_folds.record_spent(day, batch_id, owed)
            if services.days.close(day, now_s):
                did.append({"day": day.day, "step": "closed", "lines": sums.lines})
    return did, False


def closed_through(services: Services, zones: Collection[str], now_s: int) -> date | None:
    """The last day that is over and closed, with all days before it; days without lines count as closed.

    No line can be filed any more under this day or an earlier one. None if no batch is published. One Query, as
    `close_days`.
    """
    over = min((day_of(now_s - FENCE_S, zone) for zone in zones), default=None)
    if over is None:
        return None
    days = services.days.each()
    # A day that cannot be read may be open; its key names the day.
    open_days = [date.fromisoformat(day.sk) for day in days if isinstance(day, Damaged)]
    open_days += [date.fromisoformat(day.day) for day in services.damages.sound(days) if not day.closed_at_s]
    return min([over, *open_days]) - timedelta(days=1)


def known_zones(services: Services, due: DueList) -> Collection[str]:
    """The time zones of all campaigns of which a batch was ever published, whether they are over or not.

    Until the due list has them, they are those of the index. A damaged batch may be in any zone, so `LAST_ZONE` is
    assumed then.
    """
    if due.check.checked_at_s:
        return due.zones
    return {_zone(services, batch_id) for batch_id in services.catalog.published_ids()} | due.zones


def _zone(services: Services, batch_id: str) -> str:
    with services.damages.left_out():
        return services.cache.listed(batch_id).timezone
    return LAST_ZONE


def _latest_end_s(day: SettlementDay, zones: Collection[str]) -> int:
    next_day = date.fromisoformat(day.day) + timedelta(days=1)
    return max((day_start_s(next_day, zone) for zone in zones), default=0)


def _add_up(services: Services, day: SettlementDay, deadline_s: float) -> Sums | None:
    """The sums of all merchants; None if time ran out. Raises Damaged once all that can be is added up."""

    def read_on(bucket: int, _: Piece[Sums] | None) -> Piece[Sums] | None:
        sums = _of_bucket(services, day, bucket, deadline_s)
        return None if sums is None else Piece(sums, to_the_end=True)

    passes = [Pass(day.sweep_id, keys.DAY_BUCKETS, read_on)]
    found = run(services, services.day_folds, passes, deadline_s=deadline_s, threads=1)
    return None if found is None else Sums.total(found[0])


def _of_bucket(services: Services, day: SettlementDay, bucket: int, deadline_s: float) -> Sums | None:
    merchants = services.days.merchants(day.day, bucket)
    services.rng.shuffle(merchants)

    broken: list[Damaged] = []

    def of(merchant: MerchantDay) -> Sums | None:
        if merchant.damaged:
            services.damages.note(merchant.damaged)
        if merchant.round == day.round:
            return merchant.sums
        with services.damages.left_out(broken):
            return _of_merchant(services, day, merchant, deadline_s)
        return None

    found = side_by_side(services, of, merchants)
    if broken:
        raise broken[0]
    whole = [sums for sums in found if sums is not None]
    return Sums.total(whole) if len(whole) == len(merchants) else None


def _of_merchant(services: Services, day: SettlementDay, merchant: MerchantDay, deadline_s: float) -> Sums | None:
    if services.clock.monotonic_s() >= deadline_s:
        return None
    read_on = partial(_read_on, services, day, merchant.merchant_id)
    passes = [Pass(f"{day.sweep_id}#{merchant.merchant_id}", keys.LINE_SHARDS, read_on)]
    found = run(services, services.day_folds, passes, deadline_s=deadline_s, threads=1)
    if found is None:
        return None
    sums = Sums.total(found[0])
    for purse, totals in sums.by_purse.items():
        if totals.uses:
            uses = {facility_id: one.whole for facility_id, one in totals.uses.items()}
            services.venue_payments.record(day, purse.campaign_id, merchant.merchant_id, uses)
    services.days.finish(day, merchant.merchant_id, sums)
    return sums


def _read_on(
    services: Services, day: SettlementDay, merchant_id: str, shard: int, before: Piece[Sums] | None
) -> Piece[Sums]:
    """The piece `before` and the lines after it, at most 5,000 more."""
    before = before or Piece(Sums())
    sums, read_to = Sums.total([before.value]), before.read_to
    found = services.orders.in_shard(merchant_id, day.day, shard, read_to)
    broken: list[Damaged] = []
    for sort_key, one in islice(found, SEGMENT_LINES):
        for line in services.damages.sound([one], broken):
            sums.take(line)
        read_to = sort_key
    if broken:
        raise broken[0]  # not recorded: the merchant's sums must include this line
    return Piece(sums, read_to, to_the_end=sums.lines - before.value.lines < SEGMENT_LINES)
