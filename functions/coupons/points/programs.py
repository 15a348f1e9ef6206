"""Which points a campaign's visits earn, whose points these are, and who reports them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from coupons.model.batches import PublishedBatch
from coupons.model.incentives import Incentives, Partner
from coupons.model.points_entries import event_name
from coupons.model.points_rules import PointsRules
from coupons.model.programmes import Programme
from coupons.process.services import Services
from coupons.refusals import NotFound
from coupons.stores.catalog import ListedBatch


@dataclass(frozen=True, slots=True)
class Program:
    """The points of a campaign that has a published batch."""

    campaign_id: str
    programme: Programme
    rules: PointsRules

    @property
    def incentives(self) -> Incentives:
        return self.rules.incentives

    @property
    def program_id(self) -> str:
        return self.rules.incentives.program_id

    def partnership(self, merchant_id: str | None) -> Partnership | None:
        """None: the merchant is no partner."""
        partner = self.incentives.partner(merchant_id)
        return None if partner is None else Partnership(self, partner)


@dataclass(frozen=True, slots=True)
class Partnership:
    """A program and one of its partners: visits of this merchant earn its points."""

    program: Program
    partner: Partner

    def event_name(self, event_id: str) -> str:
        """The name of an event among those of all partners."""
        return event_name(self.partner.partner_id, event_id)


def program_of_campaign(services: Services, campaign_id: str) -> Program | None:
    """None: its visits earn nothing. Half a read unit a second and process."""
    current = services.programmes.current(campaign_id)
    rules = PointsRules.of(current.document, current.timezone) if current else None
    return Program(campaign_id, current.document, rules) if current and rules else None


def programs(services: Services) -> Iterator[Program]:
    """Those of all campaigns with a published batch: a draft earns nobody anything."""
    for campaign_id in sorted({line.campaign_id for line in services.cache.published()}):
        with services.damages.left_out():
            found = program_of_campaign(services, campaign_id)
            if found is not None:
                yield found


def program_named(services: Services, program_id: str) -> Program:
    """Of campaigns with a published batch. Raises NotFound."""
    for found in programs(services):
        if found.program_id == program_id:
            return found
    raise NotFound(detail=f"No points of a program {program_id!r}.")


def program_now(services: Services, now_s: int) -> Program:
    """The points of the campaign that is live, or was last: of several, of the one that opened last. Raises NotFound.

    A campaign is live from its first batch's opening on: so its points are shown until another's are earned.
    """
    opened: dict[str, list[int]] = {}
    for line in services.cache.published():
        with services.damages.left_out():
            opened.setdefault(line.campaign_id, []).append(_opens_at_s(services, line))
    found = [(min(opened[one.campaign_id]), one.campaign_id, one) for one in programs(services)]
    begun = [one for one in found if one[0] <= now_s]
    if not found:
        raise NotFound(detail="No points can be earned.")
    return max(begun)[2] if begun else min(found)[2]


def partnerships(services: Services, merchant_id: str) -> list[Partnership]:
    """The programs whose visits this merchant reports."""
    return [by for one in programs(services) if (by := one.partnership(merchant_id)) is not None]


def awards(services: Services, campaign_id: str) -> list[PublishedBatch]:
    """The campaign's batches that cost points."""
    found = []
    for line in services.cache.published():
        if line.campaign_id == campaign_id:
            with services.damages.left_out():
                found.append(services.cache.listed(line.batch_id))
    return [batch for batch in found if batch.document.price_points]


def _opens_at_s(services: Services, line: ListedBatch) -> int:
    return services.cache.listed(line.batch_id).begins_at_s
