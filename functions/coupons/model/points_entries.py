"""积分明细: the lines of a person's points. Each says what it adds to the balance, and why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

EntryKind = Literal["earn", "correct", "exchange", "give-back", "expire"]
"""What moved points: a visit, its correction, an exchange for a pack, its undoing, or the end of their time."""
EntryReason = Literal["late", "allotment", "voided", "repeat", "cap"]
"""Why a visit earned nothing: reported too late; its partner's points are used up; corrected before it was reported;
the same visit under another name; a cap was reached."""


_CORRECTED = "-correct"


@dataclass(frozen=True, slots=True)
class Earning:
    """A visit that a partner reported, or a check-in, with what it would earn before caps (`raw`)."""

    event_id: str
    """The event's name (`event_name`), which names its entry too. Of a check-in it is sealed: it tells no person."""
    kind: str
    day: str
    """Its calendar day in the campaign's zone."""
    raw: int
    session_id: str | None = None
    activity_id: str | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a person's points. `points` is what it adds to the balance: Σ `moved` − `debt`.

    `counted`: by year the difference of what the valid visits count, of `earn` and `correct`; its sum is `points`.
    `moved`: by lot the difference of its points. `debt`: the difference of the debt.
    """

    entry_id: str
    at_s: int
    kind: EntryKind
    points: int
    moved: Mapping[str, int] = field(default_factory=dict)
    debt: int = 0
    counted: Mapping[int, int] = field(default_factory=dict)
    raw: int = 0
    points_kind: str | None = None
    reason: EntryReason | None = None
    session_id: str | None = None
    activity_id: str | None = None
    batch_id: str | None = None


def refused(visit: Earning, reason: EntryReason, now_s: int) -> Entry:
    """The entry of 0 points that tells a person why a visit earned nothing. The account stays as it is."""
    return entry_of(visit, "earn", 0, now_s, reason)


def entry_of(
    visit: Earning, kind: Literal["earn", "correct"], points: int, now_s: int, reason: EntryReason | None = None
) -> Entry:
    """The entry of a visit or of its correction; a visit without points and without a reason met a cap."""
    is_earned = kind == "earn"
    return Entry(
        entry_id=visit.event_id if is_earned else f"{visit.event_id}{_CORRECTED}",
        at_s=now_s,
        kind=kind,
        points=points,
        raw=visit.raw if is_earned else -visit.raw,
        points_kind=visit.kind,
        reason=reason or ("cap" if is_earned and not points else None),
        session_id=visit.session_id,
        activity_id=visit.activity_id,
    )


def event_name(partner_id: str, event_id: str) -> str:
    """The name of an event among those of all partners. No `partner_id` contains a dot."""
    return f"{partner_id}.{event_id}"


def named_event(name: str) -> tuple[str, str]:
    """The partner and the number in an event's name."""
    partner_id, _, event_id = name.partition(".")
    return partner_id, event_id


def event_of(entry: Entry) -> str:
    """The name of the event that an entry of a visit, or of its correction, tells of."""
    return entry.entry_id.removesuffix(_CORRECTED) if entry.kind == "correct" else entry.entry_id
