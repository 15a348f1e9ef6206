"""How a campaign's money is shown, and what an audit found."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from coupons.model.accounts import BatchMoney, CampaignMoney, cursor_of
from coupons.model.findings import AuditReport, BatchAudit, Equation
from coupons.model.ledger import LedgerRecord
from coupons.times import rfc3339
from coupons.web.answers import FundingView
from coupons.web.money_answers import (
    AuditReportView,
    AuditView,
    BatchMoneyView,
    BudgetsView,
    BudgetView,
    EquationView,
    MovementView,
)


def budgets_view(campaign_id: str, money: CampaignMoney, audit: AuditReport | None) -> BudgetsView:
    spent = money.spent
    funders = [
        BudgetView(
            funder_id=b.funder_id,
            budget_minor=b.reserved_minor + b.left_minor,
            reserved_minor=b.reserved_minor,
            left_minor=b.left_minor,
            spent_minor=spent.get(b.funder_id, 0),
        )
        for b in money.budgets
    ]
    return BudgetsView(
        campaign_id=campaign_id,
        currency=money.currency,
        funders=funders,
        batches=[_batch(batch) for batch in money.batches],
        movements=[_movement(record, money.timezone) for record in money.movements],
        next=cursor_of(money.after) if money.after else None,
        damaged=money.damaged,
        audit=_report(audit) if audit else None,
    )


def audit_view(batch_id: str, audit: BatchAudit, expired: dict[str, int]) -> AuditView:
    equations = _equations(audit.equations())
    return AuditView(
        batch_id=batch_id,
        sweep=audit.sweep,
        complete=audit.complete,
        ok=audit.complete and all(equation.holds for equation in equations),
        quantity=audit.quantity,
        remaining=audit.remaining,
        claims=audit.claims,
        unclaimed=audit.unclaimed,
        booked=audit.booked,
        coupons=audit.coupons,
        equations=equations,
        refused=audit.refused,
        expired=expired,
    )


def _report(report: AuditReport) -> AuditReportView:
    return AuditReportView(
        of=report.of,
        sweep=report.sweep,
        complete=report.complete,
        ok=report.ok,
        equations=_equations(report.equations),
    )


def _equations(found: Iterable[Equation]) -> list[EquationView]:
    return [EquationView(equation=one.text, holds=one.holds) for one in found]


def _batch(batch: BatchMoney) -> BatchMoneyView:
    return BatchMoneyView(
        batch_id=batch.batch_id,
        reserved=_funding(batch.reserve.reserved),
        released=_funding(batch.reserve.released),
        spent=_funding(batch.spent),
        on_its_way=batch.reserve.pending is not None or batch.reserve.owed is not None,
    )


def _movement(record: LedgerRecord, timezone: str) -> MovementView:
    return MovementView(
        key=cursor_of(record.key),
        kind=record.kind,
        batch_id=record.batch_id,
        to_batch_id=record.to_batch_id or None,
        step=record.step,
        packs=record.packs,
        at=rfc3339(record.at_s, timezone),
        amounts=_funding(record.amounts),
    )


def _funding(amounts: Mapping[str, int]) -> list[FundingView]:
    return [FundingView(funder_id=name, amount_minor=amount) for name, amount in sorted(amounts.items())]
