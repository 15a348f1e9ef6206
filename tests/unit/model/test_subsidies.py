"""A programme names only batches that pay venues, and whose terms its slots can meet."""

from __future__ import annotations

from typing import Any

import pytest

from coupons.model.programme_rules import misfits
from tests.court import facility, row
from tests.programmes import alert, course, parsed_programme
from tests.venues import court_terms, document
from tests.world import parsed, terms


def told(*facilities: dict[str, Any], term: dict[str, Any] | None = None, **changes: Any) -> list[tuple[str, str]]:
    """The faults, each with its place."""
    merchant = document()["merchants"][0] | changes.pop("merchant", {})
    season = parsed(document(terms=[terms(), court_terms(**(term or {}))], merchants=[merchant]))
    of_week = [{**one, "booking_rule": "week"} for one in facilities]
    offered = parsed_programme(facilities=of_week, **changes)
    found = misfits(offered, season, {one.merchant_id: one for one in season.merchants})
    return [(".".join(map(str, place)), said) for place, said in found]


def test_a_batch_that_pays_fits() -> None:
    """Named by a facility, by a row, or by both."""
    assert told(facility(subsidy_batch="courts")) == []
    assert told(facility(schedule=[row(subsidy_batch="courts")])) == []


@pytest.mark.parametrize(
    ("named", "place"),
    [
        (facility(subsidy_batch="pack"), "facilities.0.subsidy_batch"),
        (facility(subsidy_batch="nothing"), "facilities.0.subsidy_batch"),
        (facility(schedule=[row(subsidy_batch="pack")]), "facilities.0.schedule.0.subsidy_batch"),
    ],
)
def test_only_a_venue_batch_pays(named: dict[str, Any], place: str) -> None:
    """A batch that people claim pays no venue, nor does one that is not there."""
    [(found, said)] = told(named)
    assert found == place
    assert said.startswith("there is no venue batch")


SWIM = {"kind": "exchange", "sku": "lane", "title": "A lane", "value_minor": 6_000}
NEVER: dict[str, tuple[dict[str, Any], str]] = {
    "price": ({"discount": {"kind": "amount_off", "threshold_minor": 6_001, "amount_minor": 1}}, "min-spend"),
    "merchant": ({"scope": {"merchants": ["pool"]}}, "merchant"),
    "merchant's category": ({"scope": {"merchant_categories": ["sports-venue"]}}, "category"),
    "merchant's tag": ({"scope": {"merchant_tags": ["old"]}}, "tag"),
    "channel": ({"scope": {"channels": ["online"]}}, "channel"),
    "region": ({"scope": {"regions": ["hubei"]}}, "region"),
    "item's category": ({"scope": {"item_categories": ["catering"]}}, "category, min-spend"),
    "item's tag": ({"scope": {"item_tags": ["fresh"]}}, "tag, min-spend"),
    "another facility": ({"discount": SWIM}, "tag"),
}


@pytest.mark.parametrize(("term", "reason"), NEVER.values(), ids=NEVER)
def test_terms_that_no_slot_can_meet_are_refused(term: dict[str, Any], reason: str) -> None:
    """By price, merchant, channel, region or item, at the place that names the batch."""
    [(place, said)] = told(facility(subsidy_batch="courts"), term=term)
    assert place == "facilities.0.subsidy_batch"
    assert said == f"its slots can never meet the terms 'court-20': {reason}, at a price of 60.00 CNY"


def test_a_venue_that_sells_online_alone_lets_nobody_in() -> None:
    """A check-in is an order offline."""
    [(_, said)] = told(facility(subsidy_batch="courts"), merchant={"channels": ["online"]})
    assert ": channel, at" in said


def test_one_price_that_meets_them_suffices() -> None:
    """On a day that costs less the venue is paid nothing, and says why at the door."""
    cheap = row(first_day="2020-06-08", last_day="2020-06-08", price_minor=0)
    dear = row(first_day="2020-06-09", last_day="2020-06-30")
    assert told(facility(schedule=[cheap, dear], subsidy_batch="courts")) == []
    [(place, said)] = told(facility(schedule=[cheap | {"subsidy_batch": "courts"}, dear]))
    assert (place, said.rpartition(": ")[2]) == (
        "facilities.0.schedule.0.subsidy_batch",
        "min-spend, at a price of 0.00 CNY",
    )


def test_hours_and_days_are_no_matter_of_applying() -> None:
    """A slot outside them is let in, unpaid: terms may leave out a holiday."""
    hours = {"weekdays": ["sun"], "starts": "03:00", "ends": "04:00"}
    assert told(facility(subsidy_batch="courts"), term={"usable": [hours], "blackout_dates": ["2020-06-10"]}) == []


def test_what_people_claim_names_no_venue_batch() -> None:
    """They see no such batch: neither seats nor an announcement can be of one."""
    seats = {"capacity": 10, "by": "batch", "batch_id": "courts"}
    places = told(activities=[course(seats=seats)], announcements=[alert(placement="batch:courts")])
    assert [place for place, _ in places] == ["activities.0.seats.batch_id", "announcements.0.placement"]
    assert told(activities=[course(seats=seats | {"batch_id": "pack"})]) == []
