"""A campaign's budgets, batches and movements, and what audits of a batch, a day or a campaign found."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Self

from coupons.model.accounts import BatchMoney, Budget, CampaignMoney, movement_cursor_of
from coupons.model.findings import AuditReport, BatchAudit, Equation
from coupons.model.ledger import LedgerRecord, RecordKind
from coupons.times import rfc3339
from coupons.web.responses.base import CurrencyCode, FundingView, Moment, ResponseBody, funding_of_amounts


class BudgetView(ResponseBody):
    """A funder's budget in a campaign: what is reserved and what is left add up to it."""

    funder_id: str
    budget_minor: int
    """What the funder pays at most in the whole campaign."""
    reserved_minor: int
    """What is set aside for published batches."""
    left_minor: int
    """What is not set aside."""
    spent_minor: int
    """What the lines of closed days cost: a part of `reserved_minor`."""

    @classmethod
    def of(cls, budget: Budget, spent_minor: int) -> Self:
        budget_minor = budget.reserved_minor + budget.left_minor
        return cls.copied(budget, budget_minor=budget_minor, spent_minor=spent_minor)


class BatchMoneyView(ResponseBody):
    """What a batch has of its funders."""

    batch_id: str
    reserved: list[FundingView]
    """What was set aside for it, in all."""
    released: list[FundingView]
    """How much of that was given back."""
    spent: list[FundingView]
    """What its lines of closed days cost."""
    on_its_way: bool
    """A movement has begun and is not complete."""

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
    """A movement of a campaign's money; one of many funders takes a record for each 40 of them."""

    key: str
    """Names the movement; a `cursor` for the movements after it."""
    kind: RecordKind
    """Where the money goes."""
    batch_id: str
    to_batch_id: str | None
    """The later batch that a rollover goes to; null for every other kind."""
    step: str
    """What caused the movement."""
    packs: int
    """The packs that the whole movement is for."""
    at: Moment
    """When it was recorded."""
    amounts: list[FundingView]
    """What it moves of each funder."""

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
    """One equation of an audit."""

    equation: str
    """With its numbers, to be read by people: amounts are in units of their currency."""
    holds: bool
    """Whether it is true."""

    @classmethod
    def each_of(cls, equations: Iterable[Equation]) -> list[Self]:
        return [cls(equation=one.text, holds=one.holds) for one in equations]


class AuditReportView(ResponseBody):
    """What the audit of a day, of a campaign or of a program's points found."""

    of: str
    """What was counted: a day, `campaign`, or the program."""
    sweep: str
    complete: bool
    ok: bool
    equations: list[EquationView]

    @classmethod
    def from_report(cls, report: AuditReport) -> Self:
        return cls.copied(report, equations=EquationView.each_of(report.equations))


class BudgetsView(ResponseBody):
    """A campaign's money: budgets, batches, and a page of movements."""

    campaign_id: str
    currency: CurrencyCode
    funders: list[BudgetView]
    """Each funder's budget."""
    batches: list[BatchMoneyView]
    """What each batch has of the funders."""
    movements: list[MovementView]
    """One page, in the order of batch and change."""
    next: str | None
    """The `cursor` of the next page of movements; null: this is the last."""
    damaged: int
    """How many budgets, batches and movements cannot be read and are left out; unless 0, the sums are too small."""
    audit: AuditReportView | None
    """What the audit found that `audit` asked for; null: none was asked for."""

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
    """A batch, recounted from its items. `quantity` = `remaining` + `claims` + `unclaimed`."""

    batch_id: str
    sweep: str
    complete: bool
    ok: bool
    quantity: int
    """Packs in all."""
    remaining: int
    """Packs in the stock."""
    claims: int
    """Packs that were claimed, counted one by one."""
    unclaimed: int
    """Packs that processes have leased, or that are stranded until the next reclaim."""
    booked: int | None
    """Bookings, counted one by one; null if the batch takes none."""
    coupons: dict[str, int]
    """How many coupons have each status."""
    equations: list[EquationView]
    refused: dict[str, int]
    """How many claims were refused, by cause: a statistic, not exact."""
    expired: dict[str, int]
    """What was counted when the batch expired: claims, and coupons by status; empty before."""

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
