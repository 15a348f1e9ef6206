"""Tell others what happened: what the tables' streams bring goes to the bus."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from coupons import events
from coupons.claiming import Held, coupon_id
from coupons.claims import Claim
from coupons.environment import Environment
from coupons.orders import Movement
from coupons.stores.streams import inserted


def announce(env: Environment, records: Iterable[dict[str, Any]]) -> list[events.Event]:
    """Every claim, redemption and reversal among `records` is on the bus, once or more.

    One PutEvents for ten; a release is read once a process, a control item (for extensions) once a second.

    Raises NotPut, Busy, NotFound: then the stream must bring all of `records` again. Nothing is acknowledged that was
    not put, and ids do not change, so subscribers drop what they get twice.
    """
    told = [_event(env, what) for record in records if (what := inserted(record)) is not None]
    env.bus.put(told)
    return told


def _event(env: Environment, what: Claim | Movement) -> events.Event:
    if isinstance(what, Movement):
        return events.moved(env.event_source, env.live.release(what.line.batch_id), what)
    release = env.live.release_numbered(what.batch_number)
    held = Held(release, what, env.live.control(release.batch_id).ruling)
    coupon_ids = [coupon_id(env, held, place) for place in range(len(what.coupons))]
    return events.claimed(env.event_source, release, what, coupon_ids, held.ruling.extended_s)
