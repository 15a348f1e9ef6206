"""What operators do to a published batch while it runs: pause, resume, stop, extend."""

from __future__ import annotations

from coupons.environment import Environment
from coupons.moments import DAY_S
from coupons.refusals import Busy, Closed, Stopped, TermsFrozen
from coupons.releases import Control, Release

ATTEMPTS = 3


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


def _accounted_for(release: Release, control: Control) -> Closed:
    return Closed(
        closed_at_s=control.expired_at_s,
        timezone=release.timezone,
        detail="All coupons of this batch have expired and are accounted for.",
    )


def _set_paused(env: Environment, batch_id: str, *, paused: bool) -> tuple[Release, Control, bool]:
    release = env.live.release(batch_id)
    changed = env.controls.set_paused(batch_id, paused)
    control = env.live.control_now(batch_id)
    if control.stopped and not changed:
        raise Stopped(detail=f"{batch_id!r} was stopped for good.")
    return release, control, not changed
