"""What budgets and audits answer; `web/money_views.py` makes them."""

from __future__ import annotations

from typing import Literal

from coupons.web.answers import FundingView, View


class BudgetView(View):
    """`budget_minor` = `reserved_minor` + `left_minor`; of what is reserved, `spent_minor` by closed days."""

    funder_id: str
    budget_minor: int
    reserved_minor: int
    left_minor: int
    spent_minor: int


class BatchMoneyView(View):
    """`reserved` in all, `released` of it since, `spent` by closed days. `on_its_way`: a movement is not through."""

    batch_id: str
    reserved: list[FundingView]
    released: list[FundingView]
    spent: list[FundingView]
    on_its_way: bool


class MovementView(View):
    """`step`: what asked for it. `packs` of the whole movement: more than 40 funders take several records."""

    key: str
    kind: Literal["reserve", "release", "rollover"]
    batch_id: str
    to_batch_id: str | None
    step: str
    packs: int
    at: str
    amounts: list[FundingView]


class EquationView(View):
    equation: str
    holds: bool


class AuditReportView(View):
    """`of` a day or `campaign`. `complete` false: the count goes on with `?audit=…&sweep=…`."""

    of: str
    sweep: str
    complete: bool
    ok: bool
    equations: list[EquationView]


class BudgetsView(View):
    """`next`: the `cursor` of the next page of movements. `audit`: what `?audit=` asked for.

    `damaged`: budgets, batches and movements that cannot be read and are left out; not 0, sums here are too small.
    """

    campaign_id: str
    currency: str
    """Of every amount."""
    funders: list[BudgetView]
    batches: list[BatchMoneyView]
    movements: list[MovementView]
    next: str | None
    damaged: int
    audit: AuditReportView | None


class AuditView(View):
    """`complete` false: the count goes on with `?sweep=`; the numbers are not to be used yet."""

    batch_id: str
    sweep: str
    complete: bool
    ok: bool
    quantity: int
    remaining: int
    claims: int
    unclaimed: int
    booked: int | None
    coupons: dict[str, int]
    equations: list[EquationView]
    refused: dict[str, int]
    expired: dict[str, int]
