"""What is counted of a season, by minute and by what it belongs to.

| flow | counts | by |
|---|---|---|
| bookings | bookings that stand, at the time of the booking | section, batch, funder |
| claims | packs claimed | section, batch, funder |
| redemptions, reversals | settlement lines | everything |
| check-ins | those redemptions that let somebody in | everything |
| discount, merchant match, consumption | money of the lines, reversals negative | everything; a funder has its part |
| slot bookings, waits, promotions, cancellations | what people became in a slot | see below |
| no-shows | places that nobody used, at the moment when check-in closed | see below |
| points earned | earnings less corrections | kind of the visit |
| points spent | exchanges less what was given back | batch |

A funder's bookings and claims are not stored: they are those of the batches that it pays a part of.

A cancelled booking is taken off the minute in which it was made. So what the items say is what was counted. District,
category and tags are those of the merchant's record at the redemption; they stand in the line, since a record changes.

What people became in a slot leaves no item: the slot says who is in it now. It is counted from the stream alone, with
the merchant's record as it is then, at the time of the slot's write: by district, category and tags of its venue, and
by section of an activity.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from coupons.model.batches import PublishedBatch
from coupons.model.facilities import Facility
from coupons.model.merchants import MerchantRecord
from coupons.model.orders import Line
from coupons.model.points_entries import Entry
from coupons.model.slot_records import BookingState, SlotRecord
from coupons.model.slots import Bookable, Slot
from coupons.times import MINUTE_S, wall_clock

Flow = Literal[
    "bookings",
    "claims",
    "redemptions",
    "reversals",
    "discount_minor",
    "merchant_match_minor",
    "consumption_minor",
    "slot_bookings",
    "slot_waits",
    "slot_promotions",
    "slot_cancellations",
    "no_shows",
    "check_ins",
    "points_earned",
    "points_spent",
]
"""What is counted. Consumption is the order's amount before the coupon: discount, merchant match and what was paid."""
Dimension = Literal["", "section", "district", "category", "channel", "funder", "batch", "tag", "kind"]
"""What it is counted by; empty: the whole campaign."""
OF_STREAM_ALONE: frozenset[Flow] = frozenset(
    ("slot_bookings", "slot_waits", "slot_promotions", "slot_cancellations", "no_shows"),
)
"""They cannot be recounted: no item says later what people became, or of which category a venue's merchant was then."""
_SLOT_FLOWS: Mapping[tuple[BookingState | None, BookingState | None], Flow] = {
    (None, "booked"): "slot_bookings",
    (None, "waiting"): "slot_waits",
    ("waiting", "booked"): "slot_promotions",
    ("booked", None): "slot_cancellations",
    ("booked", "cancelled"): "slot_cancellations",
}
"""By what a person was in a slot before a write and after it. So bookings and promotions less cancellations are the
places that people have. Who leaves a waiting list is not counted."""
HOUR_S = 3600


class Cell(NamedTuple):
    """One counter, such as the claims of the batch `first-packs`."""

    flow: Flow
    dimension: Dimension
    name: str


@dataclass(frozen=True, slots=True)
class Counted:
    """What one change of an item adds to its minute."""

    batch_id: str
    campaign_id: str
    timezone: str
    at_s: int
    cells: Mapping[Cell, int]
    claims: int = 0
    """Packs claimed in that second."""

    @property
    def minute_s(self) -> int:
        return self.at_s - self.at_s % MINUTE_S

    @property
    def hour_s(self) -> int:
        return hour_start_s(self.at_s, self.timezone)


@dataclass(slots=True)
class Counts:
    """Sums of any minutes. `as_of_s`: when the newest change among them was made; 0 if there is none."""

    cells: Counter[Cell] = field(default_factory=Counter)
    as_of_s: int = 0

    def take(self, other: Counts) -> None:
        for cell, number in other.cells.items():
            self.cells[cell] += number
        self.as_of_s = max(self.as_of_s, other.as_of_s)

    def flows(self, dimension: Dimension = "") -> dict[str, dict[Flow, int]]:
        """By name, the numbers of each flow that are not 0."""
        found: dict[str, dict[Flow, int]] = {}
        for cell, number in self.cells.items():
            if cell.dimension == dimension and number:
                found.setdefault(cell.name, {})[cell.flow] = number
        return found


@dataclass(slots=True)
class Hours:
    """What is folded of a campaign: each hour that was counted in and is before `through_s`."""

    through_s: int = 0
    folds: dict[int, Counts] = field(default_factory=dict)
    """By hour; without those that were changed since they were folded."""
    changed: list[int] = field(default_factory=list)
    """Hours before `through_s` that have to be folded again."""
    days: set[int] = field(default_factory=set)
    """Days of UTC, since 1970, in whose hours anything was counted, folded or not."""


def total(several: Iterable[Counts]) -> Counts:
    whole = Counts()
    for one in several:
        whole.take(one)
    return whole


def hour_start_s(moment_s: int, timezone: str) -> int:
    """When the hour on the wall clock began: not every zone is whole hours away from UTC."""
    wall = wall_clock(moment_s, timezone)
    return moment_s - wall.minute * MINUTE_S - wall.second


def of_booking(batch: PublishedBatch, at_s: int, number: int = 1) -> Counted:
    """`number` -1: the booking of that second was cancelled."""
    return _counted(batch, at_s, dict.fromkeys(_of_batch("bookings", batch), number))


def of_claim(batch: PublishedBatch, at_s: int) -> Counted:
    return _counted(batch, at_s, dict.fromkeys(_of_batch("claims", batch), 1), claims=1)


def of_line(batch: PublishedBatch | None, line: Line, timezone: str) -> Counted:
    """`batch` None: of a check-in that no batch pays for. Raises KeyError if the batch has no such terms."""
    amounts = line.amounts
    lines: Flow = "redemptions" if line.kind == "redemption" else "reversals"
    consumption_minor = amounts.discount_minor + amounts.merchant_match_minor + amounts.payable_minor
    flows: dict[Flow, int] = {
        lines: 1,
        "discount_minor": amounts.discount_minor,
        "merchant_match_minor": amounts.merchant_match_minor,
        "consumption_minor": consumption_minor,
    }
    if line.slot_id and line.kind == "redemption":
        flows["check_ins"] = 1
    section_id = None
    if batch is not None:
        of_terms = {one.terms_id: one.section_id for one in batch.terms}
        section_id = of_terms[line.terms_id] or batch.document.section_id
    cells = Counter[Cell]()
    for dimension, name in _places(line, section_id):
        for flow, number in flows.items():
            cells[Cell(flow, dimension, name)] += number
    for part in amounts.funding:
        cells[Cell(lines, "funder", part.funder_id)] += 1
        cells[Cell("discount_minor", "funder", part.funder_id)] += part.amount_minor
    wall_clock(line.at_s, timezone)  # raises for a second that no calendar has
    counted = {cell: number for cell, number in cells.items() if number}
    return Counted(line.batch_id, line.purse.campaign_id, timezone, line.at_s, counted)


def of_slot(slot: Slot, merchant: MerchantRecord | None, before: SlotRecord, after: SlotRecord) -> Counted:
    """What people became by a write of the slot, or that its day's sweep found places that nobody used."""
    at_s, flows = after.changed_at_s, Counter[Flow]()
    for person in before.people | after.people:
        flow = _SLOT_FLOWS.get((before.state_of(person), after.state_of(person)))
        if flow == "slot_promotions" and not slot.promotes(at_s):
            flow = "slot_bookings"  # the list has no force any more, and who waited has booked
        if flow is not None:
            flows[flow] += 1
    if not flows and slot.check_in is not None:
        at_s = slot.check_in.closes_at_s  # the sweep, which is hours later
    flows["no_shows"] = (after.missed or 0) - (before.missed or 0)
    cells = {
        Cell(flow, *place): number
        for place in _slot_places(slot.of, merchant)
        for flow, number in flows.items()
        if number
    }
    wall_clock(at_s, slot.timezone)
    return Counted("", slot.campaign_id, slot.timezone, at_s, cells)


def of_points(campaign_id: str, timezone: str, entry: Entry) -> Counted:
    """An entry of a person's points, at its own time. The end of a lot is counted with its program alone."""
    cells = dict[Cell, int]()
    if entry.kind in ("earn", "correct"):
        places: list[tuple[Dimension, str]] = [("", ""), ("kind", entry.points_kind or "")]
        cells = {Cell("points_earned", *place): entry.points for place in places if entry.points}
    elif entry.kind in ("exchange", "give-back"):
        places = [("", ""), ("batch", entry.batch_id or "")]
        cells = {Cell("points_spent", *place): -entry.points for place in places}
    wall_clock(entry.at_s, timezone)
    return Counted("", campaign_id, timezone, entry.at_s, cells)


def _slot_places(of: Bookable, merchant: MerchantRecord | None) -> Iterator[tuple[Dimension, str]]:
    yield "", ""
    venue = of.programme.venue(of.what.venue_id)
    own = None if isinstance(of.what, Facility) else of.what
    district = (own.district if own else None) or (venue.district if venue else None)
    if district is not None:
        yield "district", district
    if own is not None and own.section_id is not None:
        yield "section", own.section_id
    if merchant is not None:
        yield "category", merchant.category
        yield from (("tag", tag) for tag in dict.fromkeys(merchant.tags))


def _places(line: Line, section_id: str | None) -> Iterator[tuple[Dimension, str]]:
    """What a line belongs to. A line that is older than its `sold_at` has neither district nor category."""
    yield "", ""
    if line.batch_id:
        yield "batch", line.batch_id
    if section_id is not None:
        yield "section", section_id
    if line.sold_at is None:
        return
    yield "channel", line.sold_at.channel
    yield "category", line.sold_at.category
    if line.sold_at.district is not None:
        yield "district", line.sold_at.district
    yield from (("tag", tag) for tag in dict.fromkeys(line.sold_at.tags))


def _of_batch(flow: Flow, batch: PublishedBatch) -> Iterator[Cell]:
    yield Cell(flow, "", "")
    yield Cell(flow, "batch", batch.batch_id)
    if batch.document.section_id is not None:
        yield Cell(flow, "section", batch.document.section_id)


def _counted(batch: PublishedBatch, at_s: int, cells: Mapping[Cell, int], claims: int = 0) -> Counted:
    wall_clock(at_s, batch.timezone)  # raises for a second that no calendar has
    return Counted(batch.batch_id, batch.campaign_id, batch.timezone, at_s, cells, claims)
