"""What an operator declares: campaigns, groups, budgets."""

from __future__ import annotations

from typing import Any

from tests.api.cases import FIRST, REPLAY, case, opened
from tests.api.catalog_cases import TEN_OFF_IN_FULL
from tests.api.stage import Stage
from tests.editing import edit_merchant
from tests.world import Answered, a_batch, campaign, terms

PUT, GET = "PUT /admin/campaigns/{campaign_id}", "GET /admin/campaigns/{campaign_id}"
SEASON = {"campaign_id": "season"}
MEMBERS = "PUT /admin/groups/{group_id}/members"
UNSAID: dict[str, Any] = {"title": None, "district": None, "address": None}


def stored(document: dict[str, Any], revision: int) -> dict[str, Any]:
    """The document as GET returns it: with its revision and all defaults."""
    (pack,) = document["batches"]
    (diner,) = document["merchants"]
    eligibility = {"group_id": None, "regions": [], "requires": []}
    nothing = {"section_id": None, "booking": None, "exclusive_group": None, "price_points": 0, "limits": []}
    nothing |= {"remind_days": None, "rollover_to": None, "draw": None}
    return {
        "description": None,
        "sections": [],
        "limits": [],
        **document,
        "revision": revision,
        "merchants": [
            {"tags": [], "subsidy_max_minor": None, **diner, "stores": [{**UNSAID, **one} for one in diner["stores"]]}
        ],
        "suspended_districts": [],
        "terms": [TEN_OFF_IN_FULL],
        "batches": [{**nothing, "eligibility": eligibility, **pack}],
    }


def raised(s: Stage) -> Stage:
    """The batch, published with 10 packs and raised to 20."""
    path = {"batch_id": "pack"}
    body = {"quantity": 20}
    assert opened(s).operator().send("PUT /admin/batches/{batch_id}/quantity", path, body=body).status == 200
    return s


def apply(s: Stage, document: dict[str, Any]) -> Answered:
    return s.operator().send(PUT, SEASON, body=document)


@case(PUT, 201, body=stored(campaign(), 1), headers=FIRST)
def the_first_document(s: Stage) -> Answered:
    return apply(s, campaign())


@case(PUT, 200, body=stored(campaign(), 1), headers=REPLAY)
def the_same_document_again(s: Stage) -> Answered:
    apply(s, campaign())
    return apply(s, campaign())


@case(PUT, 200, body=stored(campaign(title="Other"), 2), headers=FIRST)
def an_edit_at_its_revision(s: Stage) -> Answered:
    apply(s, campaign())
    return apply(s, campaign(title="Other", revision=1))


@case(PUT, 200, body={**stored(campaign(), 2), "merchants": []}, headers=FIRST)
def a_merchant_that_takes_no_part_any_more(s: Stage) -> Answered:
    apply(s, campaign())
    return apply(s, campaign(revision=1, merchants=[]))


@case(PUT, 200, body=stored(campaign(), 1), headers=REPLAY)
def what_get_gives_put_takes(s: Stage) -> Answered:
    opened(s)
    return apply(s, s.operator().send(GET, SEASON).json)


@case(
    PUT,
    400,
    "malformed",
    facts={"errors": [{"place": "body.campaign_id", "message": "the path says 'season'"}]},
)
def another_id_in_the_path(s: Stage) -> Answered:
    return apply(s, campaign(campaign_id="other"))


@case(
    PUT,
    409,
    "terms-frozen",
    detail='Batch \'pack\' is published: terms.0.title stays "10 off 50", the document states "Less".',
    facts={"differences": [{"place": "body.terms.0.title", "kept": "10 off 50", "stated": "Less"}]},
)
def changing_published_terms(s: Stage) -> Answered:
    return apply(opened(s), campaign(revision=1, terms=[terms(title="Less")]))


STALE = "Batch 'pack' is published and has 20 packs now, the document states 10: state 20; "


@case(
    PUT,
    409,
    "terms-frozen",
    detail=f"{STALE}`couponctl raise pack N` gives it more.",
    facts={"differences": [{"place": "body.batches.0.quantity", "kept": 20, "stated": 10}]},
)
def a_quantity_from_before_a_raise(s: Stage) -> Answered:
    raised(s)
    return apply(s, campaign(revision=1, title="Other"))


@case(PUT, 200, body=stored(campaign(a_batch(quantity=20)), 1), headers=REPLAY)
def the_quantity_after_a_raise(s: Stage) -> Answered:
    raised(s)
    return apply(s, campaign(a_batch(quantity=20)))


@case(GET, 200, body=stored(campaign(a_batch(quantity=20)), 1))
def the_document_comes_back_with_the_quantity_of_now(s: Stage) -> Answered:
    return raised(s).operator().send(GET, SEASON)


OTHERWISE = {"place": "body.merchants.0.title", "message": "the record of 'diner' says \"Noodles\", and stays"}


@case(PUT, 200, body={**stored(campaign(title="Other"), 2), "warnings": [OTHERWISE]}, headers=FIRST)
def a_merchant_whose_record_says_otherwise(s: Stage) -> Answered:
    apply(s, campaign())
    edit_merchant(s.operator(), "diner", title="Noodles")
    return apply(s, campaign(title="Other", revision=1))


@case(PUT, 409, "terms-frozen", detail="Batch 'pack' belongs to campaign 'season'.", facts={"differences": []})
def taking_another_campaigns_batch(s: Stage) -> Answered:
    apply(s, campaign())
    return s.operator().send(PUT, {"campaign_id": "other"}, body=campaign(campaign_id="other"))


@case(PUT, 409, "revision-conflict", facts={"revision": 1})
def creating_what_exists_with_other_content(s: Stage) -> Answered:
    apply(s, campaign())
    return apply(s, campaign(title="Other"))


@case(PUT, 409, "revision-conflict", facts={"revision": 0})
def editing_what_does_not_exist(s: Stage) -> Answered:
    return apply(s, campaign(revision=1))


@case(
    PUT,
    409,
    "budget-exceeded",
    facts={"funder_id": "city", "available_minor": 4_999, "needed_minor": 5_000, "currency": "CNY"},
)
def a_budget_below_what_is_reserved(s: Stage) -> Answered:
    document = opened(s) and campaign(revision=1)
    document["funders"][0]["budget_minor"] = 4_999  # ten packs of at most 5.00 each are reserved of it
    return apply(s, document)


@case(GET, 200, body=stored(campaign(), 1))
def the_document_comes_back(s: Stage) -> Answered:
    return opened(s).operator().send(GET, SEASON)


@case(GET, 404, "not-found", detail="No campaign 'season'.")
def no_document(s: Stage) -> Answered:
    return s.operator().send(GET, SEASON)


def members(s: Stage, *add: str, remove: tuple[str, ...] = ()) -> Answered:
    return s.operator().send(MEMBERS, {"group_id": "nurses"}, body={"add": list(add), "remove": list(remove)})


@case(MEMBERS, 200, body={"group_id": "nurses", "added": 2, "removed": 1, "entitled": 3}, headers=FIRST)
def members_come_and_go(s: Stage) -> Answered:
    members(s, "cat")
    return members(s, "ann", "bob", "ann", remove=("cat",))


@case(
    MEMBERS,
    409,
    "terms-frozen",
    detail="'pack' grants 1 packs to all of 'nurses', which has admitted 1 people: raise its quantity before 1 more.",
    facts={"differences": []},
)
def a_member_without_a_pack(s: Stage) -> Answered:
    opened(s, a_batch(mode="granted", eligibility={"group_id": "nurses"}, quantity=1))
    members(s, "ann")
    return members(s, "ann", "bob")


@case(
    MEMBERS,
    400,
    "malformed",
    facts={
        "errors": [{"place": "body.remove.1", "message": "is a person whom add names too, perhaps in another spelling"}]
    },
)
def one_person_in_both_lists(s: Stage) -> Answered:
    return s.operator().send(MEMBERS, {"group_id": "nurses"}, body={"add": ["ann"], "remove": ["bob", "ANN"]})


@case(
    MEMBERS,
    400,
    "malformed",
    facts={"errors": [{"place": "body", "message": "add and remove name more than 1000 persons together"}]},
)
def a_thousand_and_one_in_both_lists(s: Stage) -> Answered:
    body = {"add": [f"p{i}" for i in range(600)], "remove": [f"q{i}" for i in range(401)]}
    return s.operator().send(MEMBERS, {"group_id": "nurses"}, body=body)
