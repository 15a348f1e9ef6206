"""What a person is shown of their points at one moment."""

from __future__ import annotations

from dataclasses import dataclass

from coupons.model.batches import PublishedBatch
from coupons.model.incentives import Incentives
from coupons.model.points_accounts import Account, balance
from coupons.model.points_entries import Entry
from coupons.model.points_rules import PointsRules
from coupons.refusal_reasons import NextAward


@dataclass(frozen=True, slots=True)
class PersonsPoints:
    """An account at one moment."""

    rules: PointsRules
    account: Account
    now_s: int

    @property
    def balance(self) -> int:
        return balance(self.account, self.now_s)

    @property
    def incentives(self) -> Incentives:
        return self.rules.incentives


@dataclass(frozen=True, slots=True)
class PointsPage:
    """An account with one page of its entries, newest first, and `after`: where the next page begins.

    Over all pages the entries add up to the balance: those of lots that have passed are among them, stored or not.
    """

    points: PersonsPoints
    currency: str
    award: PublishedBatch | None
    """The cheapest open award that the balance does not reach."""
    entries: list[Entry]
    after: str
    damaged: int


def award_of(batch: PublishedBatch, has: int) -> NextAward:
    """An award as it is shown to who has so many points."""
    document = batch.document
    title = document.title if isinstance(document.title, str) else document.title.model_dump()
    price = document.price_points
    return NextAward(batch_id=batch.batch_id, title=title, price_points=price, missing=price - has)
