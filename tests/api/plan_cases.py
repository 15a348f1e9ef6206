"""What an operator is told before a document is applied."""

from __future__ import annotations

import json
from typing import Any

from tests.api.admin_cases import SEASON, stored
from tests.api.cases import case, opened
from tests.api.stage import Stage
from tests.editing import edit_merchant
from tests.world import Answered, campaign, terms

PLAN = "POST /admin/campaigns/{campaign_id}/plan"
UNTOUCHED: dict[str, Any] = {
    "campaign_id": "season",
    "outcome": "unchanged",
    "revision": 1,
    "refusals": [],
    "changes": [],
    "funders": [
        {
            "funder_id": name,
            "currency": "CNY",
            "budget_minor": 10_000_000,
            "reserved_minor": minor,
            "to_reserve_minor": 0,
            "left_minor": 10_000_000 - minor,
        }
        for name, minor in (("city", 5_000), ("platform", 3_000), ("shop", 2_000))
    ],
    "batches": [{"batch_id": "pack", "quantity": 10, "published": True, "to_reserve": [], "refusal": None}],
    "warnings": [],
}
(DINER,) = stored(campaign(), 1)["merchants"]
NO_FACTS = dict.fromkeys(("differences", "revision", "funder_id", "available_minor", "needed_minor", "currency"))


def planned(s: Stage, document: dict[str, Any]) -> Answered:
    return s.operator().send(PLAN, SEASON, body=document)


@case(PLAN, 200, body=UNTOUCHED)
def a_plan_of_what_is_stored(s: Stage) -> Answered:
    return planned(opened(s), campaign())


@case(
    PLAN,
    200,
    body={
        **UNTOUCHED,
        "outcome": "updated",
        "refusals": [
            {
                **NO_FACTS,
                "slug": "terms-frozen",
                "detail": 'Batch \'pack\' is published: terms.0.title stays "10 off 50", the document states "Less".',
                "differences": [{"place": "body.terms.0.title", "kept": "10 off 50", "stated": "Less"}],
            },
            {
                **NO_FACTS,
                "slug": "revision-conflict",
                "detail": "The campaign has another revision; read it, merge, and send its revision.",
                "revision": 1,
            },
            {
                **NO_FACTS,
                "slug": "budget-exceeded",
                "detail": "More than the new budget of 'city' is reserved already.",
                "funder_id": "city",
                "available_minor": 4_999,
                "needed_minor": 5_000,
                "currency": "CNY",
            },
        ],
        "changes": [
            {"place": "funders[city].budget_minor", "change": "changed", "kept": 10_000_000, "stated": 4_999},
            {"place": "merchants[diner]", "change": "removed", "kept": DINER, "stated": None},
            {"place": "terms[ten-off].title", "change": "frozen", "kept": "10 off 50", "stated": "Less"},
        ],
        "funders": [
            {**UNTOUCHED["funders"][0], "budget_minor": 4_999, "left_minor": -1},
            *UNTOUCHED["funders"][1:],
        ],
    },
)
def a_plan_that_would_be_refused(s: Stage) -> Answered:
    document = opened(s) and campaign(merchants=[], terms=[terms(title="Less")])
    document["funders"][0]["budget_minor"] = 4_999
    return planned(s, document)


@case(
    PLAN,
    400,
    "malformed",
    facts={"errors": [{"place": "body.campaign_id", "message": "the path says 'season'"}]},
)
def a_plan_of_another_campaign(s: Stage) -> Answered:
    return planned(s, campaign(campaign_id="other"))


@case(
    PLAN,
    200,
    body=lambda text: (
        [one["place"] for one in json.loads(text)["warnings"]]
        == ["body.merchants.0.title", "body.terms.0.scope.merchants.0", "body.batches.0.closes_at"]
    ),
)
def a_plan_with_every_kind_of_warning(s: Stage) -> Answered:
    """The record says otherwise, a merchant is misspelt (another is registered on its own), a batch is over."""
    s.operator().send("PUT /admin/campaigns/{campaign_id}", SEASON, body=campaign())
    edit_merchant(s.operator(), "diner", title="Noodles")
    bakery = {name: value for name, value in campaign()["merchants"][0].items() if name != "merchant_id"}
    s.operator().send("PUT /admin/merchants/{merchant_id}", {"merchant_id": "bakery"}, body=bakery)
    s.clock.set("2020-06-07T10:00:00+08:00")
    return planned(s, campaign(terms=[terms(scope={"merchants": ["dinner", "bakery"]})]))
