"""The night season has every rule that a batch and a coupon can have, so that each can be played."""

from __future__ import annotations

from typing import Any, get_args

import pytest

from coupons.model.campaigns import Batch, Campaign
from coupons.model.limits import CountLimit, OneAtATime
from coupons.model.terms import DaysAfterClaim, FixedWindow, Refund
from tests.unit.seasons.season_reader import SEASONS, season

ALL = [season(path.stem) for path in sorted(SEASONS.glob("*.yaml"))]


@pytest.fixture(scope="module")
def night() -> Campaign:
    return season("night-2020")


def limits(kind: type) -> list[Any]:
    return [limit for campaign in ALL for limit in campaign.limits if isinstance(limit, kind)]


def choices(model: Any, field: str) -> set[str]:
    return set(get_args(model.model_fields[field].annotation))


def test_every_mode_and_every_refund_policy_is_played() -> None:
    """First come, lottery, granted; never, full only, always."""
    assert {batch.mode for campaign in ALL for batch in campaign.batches} == choices(Batch, "mode")
    assert {terms.refund.policy for campaign in ALL for terms in campaign.terms} == choices(Refund, "policy")


def test_every_kind_of_limit_is_played() -> None:
    """A person and a household, a week and the campaign, and one at a time."""
    assert {(limit.per, limit.period) for limit in limits(CountLimit)} >= {
        ("person", "week"),
        ("person", "campaign"),
        ("household", "week"),
    }
    assert limits(OneAtATime)
    used = {limit_id for campaign in ALL for batch in campaign.batches for limit_id in batch.limits}
    assert used == {limit.limit_id for campaign in ALL for limit in campaign.limits}


def test_every_kind_of_validity_is_played() -> None:
    """Days after the claim with and without a delayed start, a fixed window, hours of the week, blackout dates."""
    validities = [terms.validity for campaign in ALL for terms in campaign.terms]
    assert any(isinstance(validity, FixedWindow) for validity in validities)
    assert {bool(v.starts_after_days) for v in validities if isinstance(v, DaysAfterClaim)} == {True, False}
    assert any(hours.ends <= hours.starts for c in ALL for terms in c.terms for hours in terms.usable)
    assert any(terms.blackout_dates for campaign in ALL for terms in campaign.terms)


def test_every_use_of_a_booking_is_played() -> None:
    """Optional, required, and the entry list of a lottery."""
    booked = [batch for campaign in ALL for batch in campaign.batches if batch.booking is not None]
    assert {(batch.mode, batch.booking.required) for batch in booked if batch.booking} == {
        ("first_come", False),
        ("first_come", True),
        ("lottery", False),
    }


def test_districts_and_reminders_are_played(night: Campaign) -> None:
    """Two districts, one of which can be closed; a reminder two days before the end."""
    assert {store.district for merchant in night.merchants for store in merchant.stores} >= {"dongcheng", "fengtai"}
    assert {batch.remind_days for batch in night.batches} == {None, 2}


def test_what_the_first_nights_leave_is_the_next_weeks(night: Campaign) -> None:
    """Packs of the same terms, so that each one's money pays for one."""
    batches = {batch.batch_id: batch for batch in night.batches}
    rolling = [batch for batch in night.batches if batch.rollover_to]
    assert [(batch.batch_id, batch.rollover_to) for batch in rolling] == [
        ("night-0612", "night-0619"),
        ("night-0613", "night-0619"),
    ]
    assert all(batch.terms == batches[batch.rollover_to or ""].terms for batch in rolling)
