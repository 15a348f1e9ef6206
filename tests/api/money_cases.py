"""A campaign's money for operators: budgets, batches, movements."""

from __future__ import annotations

from typing import Any

from tests.api.cases import case, opened
from tests.api.stage import Stage
from tests.world import Answered, a_batch, campaign, terms

BUDGETS = "GET /admin/campaigns/{campaign_id}/budgets"
SEASON = {"campaign_id": "season"}
LATER = {"opens_at": "2020-06-08T10:00:00+08:00", "closes_at": "2020-06-09T10:00:00+08:00"}


@case(BUDGETS, 404, "not-found")
def budgets_of_no_campaign(s: Stage) -> Answered:
    return s.operator().send(BUDGETS, SEASON)


SHARES = {"city": 500, "platform": 300, "shop": 200}


def parts(packs: int) -> list[dict[str, Any]]:
    return [{"funder_id": name, "amount_minor": packs * cost} for name, cost in SHARES.items()]


def funder(name: str, reserved_minor: int, spent_minor: int) -> dict[str, Any]:
    left_minor = 10_000_000 - reserved_minor
    amounts = {"reserved_minor": reserved_minor, "left_minor": left_minor, "spent_minor": spent_minor}
    return {"funder_id": name, "budget_minor": 10_000_000, **amounts}


def money(*, spent: int = 0, audit: Any = None) -> dict[str, Any]:
    """The budgets of the season with its batch published and this many packs redeemed on closed days."""
    movement = {"key": "pack~000002~reserve", "kind": "reserve", "batch_id": "pack", "to_batch_id": None}
    movement |= {"step": "publish", "packs": 10, "at": "2020-06-06T10:00:00+08:00", "amounts": parts(10)}
    batch = {"batch_id": "pack", "reserved": parts(10), "released": [], "spent": parts(spent) if spent else []}
    return {
        "campaign_id": "season",
        "currency": "CNY",
        "funders": [funder(name, 10 * cost, spent * cost) for name, cost in SHARES.items()],
        "batches": [{**batch, "on_its_way": False}],
        "movements": [movement],
        "next": None,
        "damaged": 0,
        "audit": audit,
    }


@case(BUDGETS, 200, body=money())
def budgets_after_publishing(s: Stage) -> Answered:
    return opened(s).operator().send(BUDGETS, SEASON)


def movement(
    batch_id: str, version: int, kind: str, step: str, packs: int, at: str, amounts: list[dict[str, Any]]
) -> dict[str, Any]:
    said = {"kind": kind, "batch_id": batch_id, "to_batch_id": "later" if kind == "rollover" else None, "step": step}
    moved = {"packs": packs, "at": f"2020-06-{at}+08:00", "amounts": amounts}
    return {"key": f"{batch_id}~{version:06}~{kind}", **said, **moved}


@case(
    BUDGETS,
    200,
    body={
        "campaign_id": "season",
        "currency": "CNY",
        "funders": [funder(name, 12 * cost, 0) for name, cost in SHARES.items()],
        "batches": [
            {"batch_id": "pack", "reserved": parts(10), "released": parts(10), "spent": [], "on_its_way": False},
            {"batch_id": "later", "reserved": parts(12), "released": [], "spent": [], "on_its_way": False},
        ],
        "movements": [
            movement("later", 2, "reserve", "publish", 1, "06T10:00:00", parts(3)),
            movement("pack", 2, "reserve", "publish", 10, "06T10:00:00", parts(10)),
            movement("pack", 4, "rollover", "unclaimed", 3, "07T10:00:31", parts(9)),
            movement("pack", 5, "release", "unclaimed", 0, "07T10:00:31", parts(1)),
        ],
        "next": None,
        "damaged": 0,
        "audit": None,
    },
)
def budgets_after_a_rollover(s: Stage) -> Answered:
    # Ten packs of 10.00 that nobody claimed are three of 30.00, and the funders get the rest.
    dearer = terms("thirty", discount={"kind": "amount_off", "threshold_minor": 3000, "amount_minor": 3000})
    later = a_batch("later", terms=["thirty"], quantity=1, **LATER)
    s.publish(campaign(a_batch(rollover_to="later"), later, terms=[terms(), dearer]))
    s.clock.set("2020-06-07T10:00:00+08:00")
    s.tick()
    s.clock.advance(31)
    s.tick()
    return s.operator().send(BUDGETS, SEASON)
