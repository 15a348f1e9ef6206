"""Batches that pay venues: what a document may say of them, and what belongs to a claim is refused."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from coupons.model.oversights import Surroundings, oversights
from tests.world import a_batch, campaign, parsed, seconds, terms

BOOKING = {"opens_at": "2020-06-01T10:00:00+08:00", "closes_at": "2020-06-05T10:00:00+08:00"}


def venue_season(batch: dict[str, Any] | None = None, **term: Any) -> dict[str, Any]:
    """A season with a batch that pays venues, and `pack` beside it."""
    window = {"starts_at": "2020-06-06T00:00:00+08:00", "ends_at": "2020-07-01T00:00:00+08:00"}
    pays = terms("court", **({"validity": {"kind": "fixed", **window}, "refund": {"policy": "never"}} | term))
    paying = a_batch("courts", **({"mode": "venue", "terms": ["court"]} | (batch or {})))
    return campaign(a_batch(), paying, terms=[terms(), pays])


SWIM = {"kind": "exchange", "sku": "lane", "title": "Lane", "value_minor": 500}
TENTH = {"kind": "percent_off", "threshold_minor": 0, "basis_points": 1000, "cap_minor": 500}
UNLIKE_A_VENUES: dict[str, tuple[dict[str, Any], str]] = {
    "booking": (venue_season({"booking": BOOKING}), "has no booking"),
    "a group": (venue_season({"eligibility": {"group_id": "g"}}), "has no eligibility"),
    "regions": (venue_season({"eligibility": {"regions": ["beijing"]}}), "has no eligibility"),
    "limits": (venue_season({"limits": ["weekly"]}), "has no limits"),
    "a price": (venue_season({"price_points": 1}), "has no price_points"),
    "exclusive": (venue_season({"exclusive_group": "g"}), "has no exclusive_group"),
    "reminder": (venue_season({"remind_days": 1}), "has no remind_days"),
    "rolls over": (venue_season({"rollover_to": "pack"}), "has no rollover_to"),
    "several": (venue_season({"price_points": 1, "remind_days": 1}), "has no price_points, remind_days"),
    "two coupons": (venue_season({"terms": ["court", "court"]}), "of one check-in, not 2"),
    "a percentage": (venue_season(discount=TENTH), "kind amount_off or exchange"),
    "days": (venue_season(validity={"kind": "days_after_claim", "days": 3}), "validity of kind fixed"),
    "full refund": (venue_season(refund={"policy": "full_only"}), "refund.policy never"),
    "a prescription": (venue_season(requires=["evidence"]), "no requires"),
    "any refund": (venue_season(refund={"policy": "always"}), "refund.policy never"),
}


@pytest.mark.parametrize("term", [{}, {"discount": SWIM}], ids=["amount_off", "exchange"])
def test_a_batch_pays_venues_by_one_coupon(term: dict[str, Any]) -> None:
    """An amount off, or one item for nothing, in one window and never returned."""
    assert parsed(venue_season(**term)).batches[1].mode == "venue"


@pytest.mark.parametrize(("document", "message"), UNLIKE_A_VENUES.values(), ids=UNLIKE_A_VENUES)
def test_a_venue_batch_has_nothing_of_a_claim(document: dict[str, Any], message: str) -> None:
    """What nobody claims has no one who can claim it, and every check-in knows what is paid."""
    with pytest.raises(ValidationError, match=message):
        parsed(document)


def test_nothing_rolls_over_into_a_venue_batch() -> None:
    """Its packs are never claimed, so they cannot take over another batch's money."""
    document = venue_season({"closes_at": "2020-06-30T00:00:00+08:00"})
    document["batches"][0]["rollover_to"] = "courts"
    with pytest.raises(ValidationError, match="rollover_to 'courts', whose packs nobody claims"):
        parsed(document)


def warned(document: dict[str, Any], now: str = "2020-06-01T00:00:00+08:00") -> list[tuple[str, str]]:
    found = oversights(parsed(document), Surroundings(now_s=seconds(now)))
    return [(one.place.removeprefix("body."), one.message) for one in found]


def test_terms_that_begin_late_are_pointed_at() -> None:
    """Who comes to a slot of the batch before they begin is let in unpaid."""
    window = {"kind": "fixed", "starts_at": "2020-06-06T10:00:01+08:00", "ends_at": "2020-07-01T00:00:00+08:00"}
    said = "nobody is paid for who comes before 2020-06-06T10:00:01+08:00, when 'court' begins"
    assert warned(venue_season(validity=window)) == [("batches.1.opens_at", said)]
    assert warned(venue_season()) == []


def test_a_venue_batch_that_is_over_pays_nobody() -> None:
    """Nobody would have claimed it."""
    over = ("batches.1.closes_at", "this is over already, it is 2020-06-08T00:00:00+08:00: no check-in is paid")
    assert over in warned(venue_season(), "2020-06-08T00:00:00+08:00")


def test_a_free_hour_is_meant() -> None:
    """At a venue it is what the day is for; a coupon of the same terms is pointed at."""
    free = {"kind": "amount_off", "threshold_minor": 6_000, "amount_minor": 6_000}
    document = venue_season(discount=free)
    assert warned(document) == []
    document["batches"][0]["terms"] = ["court"]
    document["batches"][0]["closes_at"] = "2020-06-30T00:00:00+08:00"
    assert "terms.1.discount.threshold_minor" in dict(warned(document))
