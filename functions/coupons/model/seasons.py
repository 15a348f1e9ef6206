"""A season's file: the campaign document, and its programme under the key `programme`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Self

from pydantic import model_validator

from coupons.fields import PlacedFault, refuse_all
from coupons.model.campaigns import Campaign
from coupons.model.programme_rules import misfits, named_merchants
from coupons.model.programmes import Programme


class Season(Campaign):
    """消费季: the whole file of a season. `couponctl apply` sends both documents, each with its own revision."""

    programme: Programme | None = None
    """节目单: activities, what can be booked, and announcements; a document of its own. Absent, it is not changed."""

    @model_validator(mode="after")
    def _fits(self) -> Self:
        refuse_all("Season", self._misfits(self.programme) if self.programme else ())
        return self

    def _misfits(self, programme: Programme) -> Iterator[PlacedFault]:
        """What the file alone tells; merchants that it does not declare may have records, which only a stack knows."""
        merchants = {merchant.merchant_id: merchant for merchant in self.merchants}
        is_whole = set(named_merchants(programme)) <= merchants.keys()
        for place, said in misfits(programme, self, merchants):
            if is_whole or not {"merchant_id", "partner_id", "district", "districts"} & set(place):
                yield ("programme", *place), said
