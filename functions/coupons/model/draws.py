"""摇号: how a lottery is drawn, as its batch declares it. All of it is frozen when the batch is published.

Part of a batch (`declared_batches.py`), which says how the times of both fit.
"""

from collections.abc import Collection
from typing import Annotated, Self

from pydantic import Field, model_validator

from coupons.fields import DeclaredTime, Document, Id, Label, Quantity, Title
from coupons.times import DAY_S

WEIGHT_MAX = 32
CLASSES_MAX = 8
"""Shares, and weights, of one draw."""
BEFORE_DRAW_S = 7_200
"""At least so long before the draw its booking closes: the entries are counted, committed and announced meanwhile."""
AFTER_DRAW_S = 3_600
"""At least so long after the draw its batch opens: the winners are found meanwhile."""


class DrawShare(Document):
    """Packs that are drawn first, among the people of one group or of some regions.

    Who is not among them is drawn with everybody else for the other packs.
    """

    title: Title
    """Shown to people."""
    group_id: Id | None = None
    """For the members of this group."""
    regions: Annotated[list[Label], Field(max_length=100)] = []
    """For people of these regions."""
    quantity: Quantity
    """Packs. Those that it has no people for are drawn among everybody."""

    @model_validator(mode="after")
    def _names_people(self) -> Self:
        if (self.group_id is None) == (not self.regions):
            raise ValueError("a share is for the members of group_id or for people of regions: state one of them")
        return self


class DrawWeight(Document):
    """The members of one group are drawn as if each had so many tickets."""

    group_id: Id
    """For the members of this group."""
    weight: Annotated[int, Field(ge=1, le=WEIGHT_MAX)]
    """Tickets of each; a person without a weight has one."""


class Draw(Document):
    """How a lottery is drawn: when, with which shares and weights, and how long the winners can claim.

    The first share and the first weight in the list that fit a person when they book are theirs, and stay so.
    """

    at: DeclaredTime
    """The draw uses the first round of the random beacon from this second on."""
    shares: Annotated[list[DrawShare], Field(max_length=CLASSES_MAX)] = []
    """Packs for some people first."""
    weights: Annotated[list[DrawWeight], Field(max_length=CLASSES_MAX)] = []
    """People with more tickets than one."""
    rounds: Annotated[int, Field(ge=1, le=3)] = 1
    """With 2 or 3, the packs that nobody claimed in time are offered to the next in line, once or twice."""
    claim_for_s: Annotated[int, Field(ge=3_600, le=366 * DAY_S)] = 3 * DAY_S
    """Seconds from the draw in which the winners can claim, and no longer than the batch is open; the next in line have
    as long."""
    credit: bool = False
    """The winners get their packs without a claim, once the batch opens: `claim_for_s` bounds nothing then. The batch
    has no limits, and one round."""

    @model_validator(mode="after")
    def _each_once(self) -> Self:
        groups = [one.group_id for one in self.weights]
        if len(set(groups)) < len(groups):
            raise ValueError("weights: a group appears twice")
        return self

    @property
    def group_ids(self) -> list[str]:
        """The groups that shares and weights ask for, each once."""
        named = [*(one.group_id for one in self.shares), *(one.group_id for one in self.weights)]
        return list(dict.fromkeys(group_id for group_id in named if group_id is not None))

    def share_of(self, group_ids: Collection[str], region: str | None) -> int:
        """The number of a person's share, from 1; 0 if they have none, as without a region in a share of regions."""
        for number, share in enumerate(self.shares, 1):
            if share.group_id in group_ids if share.group_id is not None else region in share.regions:
                return number
        return 0

    def weight_of(self, group_ids: Collection[str]) -> int:
        """The tickets of a person of these groups."""
        return next((one.weight for one in self.weights if one.group_id in group_ids), 1)
