"""A campaign's budgets, batches and movements, and what audits of a batch, a day or a campaign found."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Self

from coupons.model.accounts import BatchMoney, Budget, CampaignMoney, movement_cursor_of
from coupons.model.findings import AuditReport, BatchAudit, Equation
from coupons.model.ledger import LedgerRecord, RecordKind
from coupons.times import rfc3339
from coupons.web.responses.base import FundingView, ResponseBody, funding_of_amounts


class BudgetView(ResponseBody):
    """`budget_minor` = `reserved_minor` + `left_minor`. `spent_minor`: of what is reserved, by closed days."""

    funder_id: str
    budget_minor: int
    reserved_minor: int
    left_minor: int
    spent_minor: int

    @classmethod
    def of(cls, budget: Budget, spent_minor: int) -> Self:
        budget_minor = budget.reserved_minor + budget.left_minor
        return cls.copied(budget, budget_minor=budget_minor, spent_minor=spent_minor)


class BatchMoneyView(ResponseBody):
    """`reserved`: in all. `released`: how much of it was given back. `spent`: by closed days.

    `on_its_way`: a movement has begun and is not complete.
    """

    batch_id: str
    reserved: list[FundingView]
    released: list[FundingView]
    spent: list[FundingView]
    on_its_way: bool

    @classmethod
    def of(cls, batch: BatchMoney) -> Self:
        return cls(
            batch_id=batch.batch_id,
            reserved=funding_of_amounts(batch.reserve.reserved),
            released=funding_of_amounts(batch.reserve.released),
            spent=funding_of_amounts(batch.spent),
            on_its_way=batch.reserve.pending is not None or batch.reserve.owed is not None,
        )


class MovementView(ResponseBody):
    """`step`: what caused the movement. `packs`: of the whole movement, which takes a record for each 40 funders."""

    key: str
    kind: RecordKind
    batch_id: str
    to_batch_id: str | None
    step: str
    packs: int
    at: str
    amounts: list[FundingView]

    @classmethod
    def of(cls, record: LedgerRecord, timezone: str) -> Self:
        return cls.copied(
            record,
            key=movement_cursor_of(record.key),
            to_batch_id=record.to_batch_id or None,
            at=rfc3339(record.at_s, timezone),
            amounts=funding_of_amounts(record.amounts),
        )


class EquationView(ResponseBody):
    equation: str
    holds: bool

    @classmethod
    def each_of(cls, equations: Iterable[Equation]) -> list[Self]:
        return [cls(equation=one.text, holds=one.holds) for one in equations]


class AuditReportView(ResponseBody):
    """`of`: a day, or `campaign`. `complete` false: `?audit=…&sweep=…` resumes the count."""

    of: str
    sweep: str
    complete: bool
    ok: bool
    equations: list[EquationView]

    @classmethod
    def from_report(cls, report: AuditReport) -> Self:
        return cls.copied(report, equations=EquationView.each_of(report.equations))


class BudgetsView(ResponseBody):
    """`next`: the `cursor` of the next page of movements. `audit`: the result of `?audit=`.

    `damaged`: how many budgets, batches and movements cannot be read and are left out. Unless it is 0, the sums here
    are too small.
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

    @classmethod
    def of(cls, campaign_id: str, money: CampaignMoney, audit: AuditReport | None) -> Self:
        spent = money.spent
        return cls(
            campaign_id=campaign_id,
            currency=money.currency,
            funders=[BudgetView.of(budget, spent.get(budget.funder_id, 0)) for budget in money.budgets],
            batches=[BatchMoneyView.of(batch) for batch in money.batches],
            movements=[MovementView.of(record, money.timezone) for record in money.movements],
            next=movement_cursor_of(money.after) if money.after else None,
            damaged=money.damaged,
            audit=AuditReportView.from_report(audit) if audit else None,
        )


class AuditView(ResponseBody):
    """`complete` false: `?sweep=` resumes the count, and the numbers are not to be used yet."""

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

    @classmethod
    def of(cls, batch_id: str, audit: BatchAudit, expired: dict[str, int]) -> Self:
        equations = audit.equations()
        return cls.copied(
            audit,
            batch_id=batch_id,
            ok=audit.complete and all(equation.holds for equation in equations),
            equations=EquationView.each_of(equations),
            expired=expired,
        )
