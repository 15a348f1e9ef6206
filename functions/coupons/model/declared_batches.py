"""Batches as operators declare them, and as they are frozen when they are published.

A module of their own: a claim reads the batch, and not the document of the season around it (`campaigns.py`).
"""

from datetime import timedelta
from typing import Annotated, Literal, Self

from pydantic import Field, ValidationInfo, field_validator, model_validator

from coupons.clock import FENCE_S
from coupons.deferred import nothing_stated
from coupons.fields import DeclaredTime, Document, Id, Label, Quantity, Title, distinct, forward
from coupons.model.draws import AFTER_DRAW_S, BEFORE_DRAW_S, Draw
from coupons.model.limits import PER_BATCH_MAX
from coupons.times import epoch_s

BatchMode = Literal["first_come", "lottery", "granted", "venue"]
"""How packs are given: in order of arrival, by draw, to each member of a group, or to venues for letting people in."""
Required = Literal["household"]
"""What a token must state."""


class Booking(Document):
    """预约: the sign-up window before a batch opens, in `opens_at <= now < closes_at`.

    The bookings of a lottery are its entry list, final when the window closes.
    """

    opens_at: DeclaredTime
    """The first second in which a person can book or cancel."""
    closes_at: DeclaredTime
    """The first second in which nobody can."""
    required: bool = False
    """Only people with a booking can claim. True in a lottery, whatever is stated."""
    expected_people: Quantity | None = None
    """Spreads the bookings over partitions; absent, four a pack."""

    @model_validator(mode="after")
    def _forward(self) -> Self:
        forward(self.opens_at, self.closes_at)
        return self


class Eligibility(Document):
    """Who can claim. A token without a region is eligible in every region."""

    group_id: Id | None = None
    """Only members of this group can claim."""
    regions: Annotated[list[Label], Field(max_length=100)] = []
    """Only people of these regions can claim; empty, people of all regions."""
    requires: Annotated[list[Required], Field(max_length=1)] = []
    """What a token must state to book or claim: `household`, so that a household's limit counts everyone."""


OF_A_CLAIM = ("booking", "exclusive_group", "price_points", "eligibility", "limits", "rollover_to", "remind_days")
"""What says who can claim a batch, when, and what becomes of unclaimed packs: a batch that nobody claims has none."""


class Batch(Document):
    """批次: packs that can be claimed in one window, each with the coupons that `terms` lists.

    A `first_come` batch is claimed until the stock is gone, a `granted` one by the members of its group, a `lottery`
    by the people whom its draw names among the bookings. Nobody claims a `venue` batch: it pays venues for the people
    whom they check in.
    """

    batch_id: Id
    """Unique over all campaigns."""
    title: Title
    """Shown to people."""
    section_id: Id | None = None
    """The section that it is shown under."""
    mode: BatchMode
    """How packs are given: in order of arrival, by draw, to each member of a group, or to venues for each person that
    they check in. A `granted` batch needs `eligibility.group_id`, a `lottery` a booking that closes before the batch
    opens and a `draw`, a `venue` batch one coupon, which `subsidy_batch` of facilities names."""
    quantity: Quantity
    """Packs. Published, it can only be raised (`couponctl raise`); a lottery's until half a minute before its booking
    opens."""
    opens_at: DeclaredTime
    """The first second in which a pack can be claimed."""
    closes_at: DeclaredTime
    """The first second in which none can."""
    booking: Booking | None = None
    """A sign-up before the batch opens."""
    draw: Draw | None = None
    """How a lottery is drawn, at least two hours after its booking closes and one hour before it opens. Every lottery
    needs it; one that was published before there were draws has none."""
    exclusive_group: Id | None = None
    """Of the batches with the same name a person can claim one."""
    price_points: Annotated[int, Field(ge=0, le=1_000_000)] = 0
    """What a pack costs, in points of the campaign's programme; with a price the programme needs `incentives`."""
    eligibility: Eligibility = nothing_stated(Eligibility)
    """Who can claim; absent, everyone."""
    limits: Annotated[list[Id], Field(max_length=PER_BATCH_MAX)] = []
    """`limit_id` of the limits that count this batch's packs, or the uses of its coupons."""
    rollover_to: Id | None = None
    """A batch of this document that closes later: it gets what this one does not use, as packs."""
    remind_days: Annotated[int, Field(ge=1, le=30)] | None = None
    """So many calendar days before the day of their end, subscribers learn of coupons not yet used; absent, never."""
    terms: Annotated[list[Id], Field(min_length=1, max_length=8)]
    """`terms_id` of the pack's coupons, in order; one may appear more than once."""

    @field_validator("booking")
    @classmethod
    def _as_entry_list(cls, booking: Booking | None, read: ValidationInfo) -> Booking | None:
        """Nobody can be drawn without an entry, so a lottery's booking is required, also in what is stored and shown.

        Guarded by tests/unit/model/test_campaigns.py::test_the_booking_of_a_lottery_is_required.
        """
        if booking is None or read.data.get("mode") != "lottery":
            return booking
        return booking.model_copy(update={"required": True})

    @model_validator(mode="after")
    def _whole(self) -> Self:
        forward(self.opens_at, self.closes_at)
        distinct("limits", self.limits)
        if self.mode == "granted" and self.eligibility.group_id is None:
            raise ValueError("a granted batch needs eligibility.group_id")
        if self.booking is not None and self.booking.closes_at > self.closes_at:
            raise ValueError("booking.closes_at is after closes_at")
        if self.mode == "lottery" and (self.booking is None or self.booking.closes_at > self.opens_at):
            raise ValueError("a lottery needs a booking that closes before it opens: the entry list of its draw")
        self._refuse_draw()
        if self.mode == "venue" and (claimed := self._of_a_claim()):
            raise ValueError(f"nobody claims a venue batch, so it has no {', '.join(claimed)}")
        return self

    def _refuse_draw(self) -> None:
        """Raises ValueError for a draw of another mode, or one that the batch's times and packs do not fit."""
        draw, booking = self.draw, self.booking
        if draw is None:
            return
        if self.mode != "lottery" or booking is None:
            raise ValueError("only a batch of mode lottery has a draw")
        if booking.closes_at + timedelta(seconds=BEFORE_DRAW_S) > draw.at:
            raise ValueError("draw.at is less than two hours after booking.closes_at: the entries are committed first")
        if draw.at + timedelta(seconds=AFTER_DRAW_S) > self.opens_at:
            raise ValueError("opens_at is less than one hour after draw.at: the winners are found first")
        if sum(share.quantity for share in draw.shares) > self.quantity:
            raise ValueError("the shares of the draw have more packs than the batch")
        if self.price_points:
            raise ValueError("a lottery has no price_points")
        if draw.credit and (self.limits or draw.rounds > 1):
            raise ValueError("a draw with credit has no limits and one round: its winners claim nothing")

    @property
    def grows_until_s(self) -> int:
        """From this second on nothing adds packs: it has closed. A lottery's quantity is in each receipt.

        So it is final `FENCE_S` before its booking opens: then no older write can apply any more.
        """
        if self.draw is None or self.booking is None:
            return epoch_s(self.closes_at)
        return epoch_s(self.booking.opens_at) - FENCE_S

    @property
    def lacks_draw(self) -> bool:
        """It is a lottery that nobody can draw. Stored ones may be so, and new ones are refused."""
        return self.mode == "lottery" and self.draw is None

    def _of_a_claim(self) -> list[str]:
        """What it states of claims."""
        fields = Batch.model_fields
        return [
            name for name in OF_A_CLAIM if getattr(self, name) != fields[name].get_default(call_default_factory=True)
        ]
