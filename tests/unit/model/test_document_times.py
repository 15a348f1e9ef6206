"""Times of documents, events and responses lie in the supported years, by the instant."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, reject
from hypothesis import strategies as st
from pydantic import ValidationError

from coupons.model import events
from coupons.model.batches import Control, PublishedBatch
from coupons.model.claims import Claim, Coupon, fresh_coupon
from coupons.model.orders import Line, LineAmounts, MerchantLine
from coupons.model.terms import EXTENSION_MAX_DAYS
from coupons.money import FundingLine
from coupons.schedule import reminders
from coupons.times import DAY_S, day_of, epoch_s, rfc3339
from coupons.web.responses.catalog import CampaignSummary
from coupons.web.responses.claims import ClaimView
from tests.unit.published import published
from tests.world import a_batch, campaign, parsed, terms
from tests.world import seconds as epoch

FIRST, END = datetime(2000, 1, 2, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)
FIRST_S, END_S = epoch_s(FIRST), epoch_s(END)
ZONES = ("UTC", "Asia/Shanghai", "Pacific/Kiritimati", "Etc/GMT+12", "America/Asuncion", "Europe/Berlin")
EXTENSION = timedelta(days=EXTENSION_MAX_DAYS)
SECOND = timedelta(seconds=1)


def text(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds")


def lasting(days: int, closes_at: datetime) -> dict[str, Any]:
    """Coupons valid for so many days, claimed until then."""
    validity = {"kind": "days_after_claim", "days": days}
    whole = {"starts_at": text(FIRST), "ends_at": text(END - SECOND)}
    return campaign(a_batch(closes_at=text(closes_at)), terms=[terms(validity=validity)], **whole)


def fixed(ends_at: str, timezone: str = "UTC") -> dict[str, Any]:
    validity = {"kind": "fixed", "starts_at": "2020-06-06T00:00:00Z", "ends_at": ends_at}
    return campaign(terms=[terms(validity=validity)], timezone=timezone)


def refusal(document: dict[str, Any]) -> tuple[str, str]:
    """The place and message of the only error."""
    with pytest.raises(ValidationError) as refused:
        parsed(document)
    [error] = refused.value.errors()
    return ".".join(map(str, error["loc"])), error["msg"]


def test_a_window_of_another_century_is_refused_where_it_stands() -> None:
    """Its last second is in 2200 by UTC and in 2201 in Shanghai."""
    place, message = refusal(fixed("2200-12-31T23:59:59Z", "Asia/Shanghai"))
    assert place == "terms.0.validity.fixed.ends_at"
    assert "2000-01-02T00:00:00Z to before 2100-01-01T00:00:00Z" in message


def test_a_fixed_window_leaves_room_for_the_largest_extension() -> None:
    """To the second, by the instant and not by the wall clock."""
    last = END - SECOND - EXTENSION
    assert parsed(fixed(text(last)))
    assert parsed(fixed(text(last.astimezone(datetime.fromisoformat("2020-01-01T00:00:00+14:00").tzinfo))))
    place, message = refusal(fixed(text(last + SECOND)))
    assert (place, "extended by 366 days" in message) == ("terms.0.validity.fixed.ends_at", True)


@pytest.mark.parametrize("days", [1, 366])
def test_the_last_claim_leaves_room_for_its_days_and_the_largest_extension(days: int) -> None:
    """The last second before the batch closes, to the second; the batch and the terms are named."""
    closes_at = END - EXTENSION - timedelta(days=days)
    assert parsed(lasting(days, closes_at))
    place, message = refusal(lasting(days, closes_at + SECOND))
    assert (place, "batch pack: claimed last and extended by 366 days, ten-off would end too late" in message) == (
        "",
        True,
    )


def test_what_is_told_is_never_refused_for_its_year() -> None:
    """By a clock that was set to another century, and a new year's eve that is over in Shanghai only."""
    batch = published(parsed(campaign()))
    for moment in ("1999-12-31T23:59:59Z", "2200-12-31T23:59:59Z"):
        tell(batch, Coupon("available", epoch(moment), epoch(moment)), epoch(moment), 0)


ROOM_S = (366 + EXTENSION_MAX_DAYS) * DAY_S
seconds = st.one_of(
    st.integers(FIRST_S - 1, FIRST_S + 3 * DAY_S),
    st.integers(FIRST_S, END_S - ROOM_S),
    st.integers(END_S - ROOM_S - DAY_S, END_S - ROOM_S + DAY_S),
    st.integers(END_S - ROOM_S, END_S),
)
days = st.builds(
    lambda days, delay: {"kind": "days_after_claim", "days": days, "starts_after_days": delay},
    st.integers(1, 366),
    st.integers(0, 30),
)


@given(
    st.sampled_from(ZONES),
    st.lists(seconds, min_size=5, max_size=5, unique=True).map(lambda drawn: [rfc3339(s) for s in sorted(drawn)]),
    st.one_of(st.none(), days),
    st.one_of(st.none(), st.integers(1, 30)),
    st.data(),
)
def test_whatever_is_accepted_every_event_and_answer_validates(
    timezone: str, when: list[str], validity: dict[str, Any] | None, remind_days: int | None, data: st.DataObject
) -> None:
    """Claimed at any time, extended to the most, used and reminded of: in our time, and no model refuses."""
    starts_at, matched_at, opens_at, closes_at, ends_at = when
    validity = validity or {"kind": "fixed", "starts_at": starts_at, "ends_at": ends_at}
    pack = a_batch(opens_at=opens_at, closes_at=closes_at, remind_days=remind_days)
    match = [{"starts_at": matched_at, "basis_points": 1}]
    season = {"timezone": timezone, "starts_at": starts_at, "ends_at": ends_at}
    try:
        document = parsed(campaign(pack, terms=[terms(validity=validity, merchant_match=match)], **season))
    except ValidationError:
        reject()
    batch = published(document)
    for claimed_at_s in {batch.opens_at_s, data.draw(st.integers(batch.opens_at_s, batch.closes_at_s - 1))}:
        follow(batch, claimed_at_s)
    CampaignSummary.of(document)


def follow(batch: PublishedBatch, claimed_at_s: int) -> None:
    """Everything that can be told of a claim at that second, in the longest run."""
    coupon = fresh_coupon(batch.terms[0], claimed_at_s, batch.timezone)
    extended_s = EXTENSION_MAX_DAYS * DAY_S
    ends_s = coupon.expires_at_s + extended_s
    for moment_s in (claimed_at_s, coupon.valid_from_s, ends_s):
        assert FIRST_S <= moment_s < END_S, rfc3339(moment_s)
    tell(batch, coupon, claimed_at_s, extended_s)
    control = Control("open", 1, 10, extended_s=extended_s)
    for now_s in (claimed_at_s, ends_s - 1):
        reminders.due(batch, control, now_s)
        day_of(now_s, batch.timezone)
    view = ClaimView(batch_id="pack", claimed_at=rfc3339(claimed_at_s, batch.timezone), coupons=[])
    assert ClaimView.model_validate_json(view.model_dump_json()) == view


def tell(batch: PublishedBatch, coupon: Coupon, claimed_at_s: int, extended_s: int) -> None:
    """Every event of the claim can be made, and read again."""
    claim, source, coupon_id = (
        Claim(1, b"p" * 16, "t:0", claimed_at_s, 1, (coupon,)),
        "urn:coupon-season:prod",
        "A" * 51,
    )
    ends_s = coupon.expires_at_s + extended_s
    line = Line(
        kind="redemption",
        order_no="o",
        reversal_no="",
        coupon_id=coupon_id,
        batch_id="pack",
        terms_id="ten-off",
        purse=batch.purse,
        amounts=LineAmounts(10, 0, 90, (FundingLine("city", 10),)),
        at_s=ends_s - 1,
        late=False,
    )
    back = LineAmounts(-10, 0, -90, (FundingLine("city", -10),))
    reversal = replace(line, kind="reversal", reversal_no="r", amounts=back)
    for event in (
        events.claimed(source, batch, claim, [coupon_id], extended_s),
        events.moved(source, batch, MerchantLine("diner", line)),
        events.moved(source, batch, MerchantLine("diner", reversal)),
        events.expiring(source, batch, [coupon_id], [0], ends_s, claimed_at_s),
    ):
        assert events.ANY_EVENT.validate_json(event.model_dump_json()) == event
