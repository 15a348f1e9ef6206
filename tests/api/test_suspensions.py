"""A merchant or a district is suspended and opened again: in force at every till within two seconds."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.api.cases import opened
from tests.api.claim_cases import ANNS
from tests.api.redeem_cases import quote
from tests.api.stage import Stage
from tests.editing import edit_merchant
from tests.world import campaign

WITHIN_S = 2
DINER: dict[str, Any] = {
    **campaign()["merchants"][0],
    "stores": [{"store_id": "diner", "region": "beijing", "district": "old-town"}],
}
Suspend = Callable[[Stage, bool], None]


def district(s: Stage, suspended: bool) -> None:
    """Suspend or open the district with a new revision of the document."""
    path = {"campaign_id": "season"}
    existing = s.operator().send("GET /admin/campaigns/{campaign_id}", path).json
    changed = {**existing, "suspended_districts": ["old-town"] if suspended else []}
    assert s.operator().send("PUT /admin/campaigns/{campaign_id}", path, body=changed).status == 200


def merchant(s: Stage, suspended: bool) -> None:
    """Suspend or open the merchant in its record."""
    answered = edit_merchant(s.operator(), "diner", suspended=suspended)
    assert answered.status == 200
    assert answered.json["stores"][0]["district"] == "old-town"


@pytest.mark.parametrize(("suspend", "reason"), [(district, "region"), (merchant, "merchant")])
def test_a_suspension_is_felt_at_every_till_within_two_seconds(fresh: Stage, suspend: Suspend, reason: str) -> None:
    """Also at tills with a warm cache, and the same after the end of the suspension."""
    opened(fresh, merchants=[DINER]).citizen("ann").put_claim("pack")
    seen = []
    for suspended in (False, True, False):
        suspend(fresh, suspended)
        fresh.clock.advance(WITHIN_S - 1)
        seen.append(quote(fresh, fresh.citizen("ann").code(ANNS)).json["reasons"])
    assert seen == [[], [reason], []]


def test_a_till_remembers_the_districts_for_a_second(fresh: Stage) -> None:
    """Redemptions within a second read the districts once."""
    opened(fresh, merchants=[DINER]).citizen("ann").put_claim("pack")
    code = fresh.citizen("ann").code(ANNS)
    assert quote(fresh, code).json["eligible"]
    district(fresh, True)
    fresh.clock.advance(0.999)
    assert quote(fresh, code).json["eligible"]
    fresh.clock.advance(0.001)
    assert quote(fresh, code).json["reasons"] == ["region"]


def test_a_merchant_may_be_registered_with_its_districts(fresh: Stage) -> None:
    """The record takes a store's district, and suspensions reach merchants of no document."""
    opened(fresh, merchants=[])
    merchant_of_its_own = {**DINER, "campaigns": ["season"]}
    del merchant_of_its_own["merchant_id"]
    path = {"merchant_id": "diner"}
    assert fresh.operator().send("PUT /admin/merchants/{merchant_id}", path, body=merchant_of_its_own).status == 201
    fresh.citizen("ann").put_claim("pack")
    district(fresh, True)
    assert quote(fresh, fresh.citizen("ann").code(ANNS)).json["reasons"] == ["region"]
