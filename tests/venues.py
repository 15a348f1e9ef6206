"""A season whose batch `courts` pays the diner for whom it lets in to its court, beside the batch `pack`."""

from __future__ import annotations

from typing import Any

from tests.court import facility, programme
from tests.world import Answered, World, a_batch, campaign, terms

OPENS, CLOSES = "2020-06-08T00:00:00+08:00", "2020-06-15T00:00:00+08:00"
"""The window of `courts`, and of its terms: a Monday to the next."""
PLACES = 7 * 13 * 2
"""Of the slots in it: seven days, thirteen hours, two places."""


def court_terms(**changes: Any) -> dict[str, Any]:
    """20.00 of an hour at 60.00."""
    made = {
        "discount": {"kind": "amount_off", "threshold_minor": 6_000, "amount_minor": 2_000},
        "validity": {"kind": "fixed", "starts_at": OPENS, "ends_at": CLOSES},
        "funding": [{"funder_id": "city", "basis_points": 5_000}, {"funder_id": "platform", "basis_points": 5_000}],
        "merchant_match": [],
        "refund": {"policy": "never"},
    }
    return terms("court-20", **made | changes)


def courts(**changes: Any) -> dict[str, Any]:
    made = {"mode": "venue", "quantity": PLACES, "opens_at": OPENS, "closes_at": CLOSES, "terms": ["court-20"]}
    return a_batch("courts", **made | changes)


def document(*batches: dict[str, Any], **changes: Any) -> dict[str, Any]:
    made = {"terms": [terms(), court_terms()]}
    return campaign(*(batches or (a_batch(), courts())), **made | changes)


def paid_programme(**changes: Any) -> dict[str, Any]:
    """The court of two places, whose venue `courts` pays."""
    return programme(facilities=[facility(subsidy_batch="courts", **changes)])


def apply(world: World, said: dict[str, Any] | None = None, **changes: Any) -> Answered:
    said = said or document(**changes)
    return world.operator().send("PUT /admin/campaigns/{campaign_id}", {"campaign_id": "season"}, body=said)


def put_programme(world: World, said: dict[str, Any] | None = None) -> Answered:
    key, path = "PUT /admin/campaigns/{campaign_id}/programme", {"campaign_id": "season"}
    return world.operator().send(key, path, body=said or paid_programme())


def act(world: World, what: str, batch_id: str = "courts", **body: Any) -> Answered:
    """An operator's `publish`, `pause`, `stop` …"""
    return world.operator().send(f"POST /admin/batches/{{batch_id}}/{what}", {"batch_id": batch_id}, body=body)


def raised(world: World, quantity: int) -> Answered:
    key = "PUT /admin/batches/{batch_id}/quantity"
    return world.operator().send(key, {"batch_id": "courts"}, body={"quantity": quantity})


def paying(world: World) -> World:
    """All of it is published."""
    assert apply(world).status == 201
    assert put_programme(world).status == 201
    assert [act(world, "publish", one).status for one in ("pack", "courts")] == [200, 200]
    return world
