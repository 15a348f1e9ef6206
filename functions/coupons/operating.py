"""What operators do to a published batch while it runs: pause, resume, stop, extend, audit; and the hotline."""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from coupons.booking import count as count_bookings
from coupons.environment import Environment
from coupons.moments import DAY_S
from coupons.refusals import Busy, Closed, Stopped, TermsFrozen
from coupons.releases import Control, Release
from coupons.sweeping import advance

ATTEMPTS = 3


@dataclass(frozen=True, slots=True)
class Audit:
    """Counts of one batch, recounted from the items: claims by the claim items, `remaining` by the shards.

    `unclaimed` packs are leased or stranded: `quantity = remaining + claims + unclaimed`, zero after a reclaim.
    """

    sweep: str
    complete: bool
    quantity: int
    remaining: int
    claims: int
    coupons: dict[str, int]
    pack_size: int
    reclaimed: bool
    booked: int | None
    """Bookings, if the batch takes any."""
    booked_on_record: int
    """As counted when their window had closed; -1 before."""
    refused: dict[str, int]
    """Claims refused, by cause, as far as processes have written them: not exact, and in no equation."""

    @property
    def unclaimed(self) -> int:
        return self.quantity - self.remaining - self.claims

    def equations(self) -> list[tuple[str, bool]]:
        """Each equation with its numbers, and whether it holds."""
        states = " + ".join(f"{number} {status}" for status, number in sorted(self.coupons.items())) or "0"
        parts = f"quantity {self.quantity} = remaining {self.remaining} + claims {self.claims}"
        parts += f" + unclaimed {self.unclaimed}"
        found = [
            (f"claims {self.claims} <= quantity {self.quantity}", self.claims <= self.quantity),
            (f"{parts}, unclaimed >= 0", self.unclaimed >= 0),
            (
                f"claims {self.claims} x {self.pack_size} coupons = {states}",
                self.claims * self.pack_size == sum(self.coupons.values()),
            ),
        ]
        if self.booked is not None and self.booked_on_record >= 0:
            on_record = self.booked_on_record
            found.append((f"bookings {self.booked} = {on_record} on record", self.booked == on_record))
        if self.reclaimed:
            found.append((f"after the reclaim unclaimed {self.unclaimed} = 0", self.unclaimed == 0))
        return found


def pause(env: Environment, batch_id: str) -> tuple[Release, Control, bool]:
    """Claims are refused with `paused` within two seconds; True if they were. Raises NotFound, Stopped."""
    return _set_paused(env, batch_id, paused=True)


def resume(env: Environment, batch_id: str) -> tuple[Release, Control, bool]:
    """Claims are taken again within two seconds; True if they were. Raises NotFound, Stopped."""
    return _set_paused(env, batch_id, paused=False)


def stop(env: Environment, batch_id: str, now_s: int, *, void: bool = False) -> tuple[Release, Control, bool]:
    """Claims are refused with `stopped` within two seconds and for good; True if they were.

    Issued coupons stay valid, or with `void` are `voided` at every till within two seconds, redeemed ones excepted; a
    batch that was stopped can still be voided, never the other way round. Raises NotFound, Closed (nothing is left to
    void: the batch's expiry is recorded).
    """
    release = env.live.release(batch_id)
    if not void:
        changed = env.controls.stop(batch_id, now_s)
        return release, env.live.control_now(batch_id), not changed
    changed = env.controls.stop_and_void(batch_id, now_s)
    control = env.live.control_now(batch_id)
    if not control.voided:
        raise _accounted_for(release, control)
    return release, control, not changed


def extend(env: Environment, batch_id: str, days: int) -> tuple[Release, Control, bool]:
    """All coupons of the batch are valid `days` × 86,400 s longer than their terms say; True if they were.

    Raises NotFound, Closed (the batch's expiry is recorded), TermsFrozen (an extension only grows), Busy.
    """
    release, extended_s = env.live.release(batch_id), days * DAY_S
    for _ in range(ATTEMPTS):
        control = env.live.control_now(batch_id)
        if control.extended_s == extended_s:
            return release, control, True
        if control.expired_at_s:
            raise _accounted_for(release, control)
        if control.extended_s > extended_s:
            raise TermsFrozen(detail=f"The extension is {control.extended_s // DAY_S} days; it only grows.")
        if env.controls.extend(batch_id, control, extended_s, release.last_expiry_s + extended_s):
            return release, env.live.control_now(batch_id), False
    raise Busy(detail="The batch is changing; try again.")


def audit(env: Environment, batch_id: str, sweep: str, now_s: int, deadline_s: float) -> Audit:
    """Recount the batch, strongly consistent. `sweep` names a count to go on with, empty starts one.

    `complete` False: time ran out; ask again with the `sweep` of the answer. Claims are counted before the shards are
    read: a pack that moves in between counts as unclaimed, never twice. Raises NotFound.
    """
    release = env.live.release(batch_id)
    control = env.live.control_now(batch_id)
    sweep = sweep or secrets.token_hex(8)
    fold = advance(env, f"audit#{batch_id}#{sweep}", release, control, now_s=now_s, deadline_s=deadline_s)
    shards = env.stock.shards(batch_id, release.shards)
    control = env.live.control_now(batch_id)  # a raise meanwhile is in the shards already
    count = fold.of(release.number) if fold else None
    takes_bookings = release.batch.booking is not None
    booked = count_bookings(env, release, f"audit-bookings#{batch_id}#{sweep}", deadline_s) if takes_bookings else None
    reclaimed = control.state == "open" and (control.sold_out or control.final)
    remaining = sum(shard.remaining for shard in shards)
    if not (release.from_stock or reclaimed) and count:
        remaining = control.quantity - count.claims  # its stock is not touched before the count after closing
    return Audit(
        sweep=sweep,
        complete=count is not None and (booked is not None or not takes_bookings),
        quantity=control.quantity,
        remaining=remaining,
        claims=count.claims if count else 0,
        coupons={str(status): number for status, number in count.coupons.items()} if count else {},
        pack_size=len(release.terms),
        reclaimed=reclaimed,
        booked=booked,
        booked_on_record=control.booked,
        refused=env.statistics.refused(batch_id),
    )


def _accounted_for(release: Release, control: Control) -> Closed:
    return Closed(
        closed_at_s=control.expired_at_s,
        timezone=release.timezone,
        detail="All coupons of this batch have expired and are accounted for.",
    )


def _set_paused(env: Environment, batch_id: str, *, paused: bool) -> tuple[Release, Control, bool]:
    release = env.live.release(batch_id)
    if env.live.control_now(batch_id).stopped:
        raise Stopped(detail=f"{batch_id!r} was stopped for good.")
    changed = env.controls.set_paused(batch_id, paused)
    return release, env.live.control_now(batch_id), not changed
