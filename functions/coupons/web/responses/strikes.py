"""Strikes: what follows for a person from the slots that they missed."""

from __future__ import annotations

from typing import Self

from coupons.model.diaries import Diary, Missed, Strike
from coupons.model.slots import Slot
from coupons.times import rfc3339
from coupons.web.responses.base import Moment, ResponseBody


class MissedView(ResponseBody):
    """What follows from a slot that the person missed."""

    strike: int
    """Which strike it was, of those in the rule's window that count. It can exceed `of`: what is booked stays booked
    during a ban.
    """
    of: int
    """So many strikes in the rule's window ban."""
    excused: bool
    """Whether an operator excused it: it does not count."""
    banned_until: Moment | None
    """From when the person can book slots of this rule again; null if they can now."""

    @classmethod
    def of_missed(cls, missed: Missed, timezone: str) -> Self:
        return cls(
            strike=missed.strike,
            of=missed.of,
            excused=missed.is_excused,
            banned_until=_moment(missed.banned_until_s, timezone),
        )


class StrikeView(ResponseBody):
    """A slot that a person missed."""

    slot_id: str
    campaign_id: str
    """The campaign whose slots a ban refuses."""
    starts_at: Moment
    """When the slot began."""
    excused: bool
    """Whether an operator excused it: it does not count."""
    banned_until: Moment | None
    """From when the person can book slots of this slot's rule again, by all their strikes; null if they can now."""

    @classmethod
    def of(cls, strike: Strike) -> Self:
        slot, missed = strike
        return cls(
            slot_id=slot.slot_id,
            campaign_id=slot.campaign_id,
            starts_at=rfc3339(slot.starts_at_s, slot.timezone),
            excused=missed.is_excused,
            banned_until=_moment(missed.banned_until_s, slot.timezone),
        )


class ExcuseView(ResponseBody):
    """A strike that an operator decided about, and what is left of the person's strikes."""

    slot_id: str
    excused: bool
    """Whether the strike is excused now."""
    strikes: int
    """How many strikes count now, of the window of the slot's rule."""
    banned_until: Moment | None
    """From when the person can book slots of this rule again; null if they can now."""

    @classmethod
    def of(cls, slot: Slot, diary: Diary, now_s: int) -> Self:
        until_s = diary.banned_until_s(slot)
        return cls(
            slot_id=slot.slot_id,
            excused=slot.slot_id in diary.excused,
            strikes=diary.strikes_in_window(slot, now_s),
            banned_until=_moment(until_s if now_s < until_s else None, slot.timezone),
        )


def _moment(moment_s: int | None, timezone: str) -> str | None:
    return None if moment_s is None else rfc3339(moment_s, timezone)
