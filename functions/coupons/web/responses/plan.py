"""What applying a campaign document would do."""

from __future__ import annotations

from typing import Any, Literal, Self

from coupons.model.campaigns import EditOutcome, Warned
from coupons.model.changes import Change, ChangeKind
from coupons.model.plans import Plan, PlannedBatch, PlannedBudget
from coupons.refusals import Refusal
from coupons.web.responses.base import CurrencyCode, FundingView, ResponseBody, funding_of_amounts


class ChangeView(ResponseBody):
    """One difference between the stored document and this one."""

    place: str
    """In the document's own words: `batches[pack].quantity` is the quantity of the batch `pack`."""
    change: ChangeKind
    """`frozen`: a published batch needs the stored value, so PUT would refuse the document."""
    kept: Any
    """What is stored; null if it is added."""
    stated: Any
    """What the document says; null if it is removed."""

    @classmethod
    def of(cls, change: Change) -> Self:
        return cls.copied(change)


PlannedSlug = Literal["terms-frozen", "revision-conflict", "budget-exceeded"]
"""The refusals that a plan foresees."""


class PlannedDifference(ResponseBody):
    """A place where the document differs from what was published."""

    place: str
    """Where in the sent document, like `body.terms.0.discount.amount_minor`."""
    kept: Any
    """The published value, which stays."""
    stated: Any
    """The value that the document states."""


class PlannedRefusal(ResponseBody):
    """What PUT, or publishing, would be refused with: the members of its problem, null where it has none."""

    slug: PlannedSlug
    """The last part of the problem's `type`."""
    detail: str
    """One sentence for people."""
    differences: list[PlannedDifference] | None
    """Of `terms-frozen`: each place, with the `kept` and the `stated` value."""
    revision: int | None
    """Of `revision-conflict`: the stored revision; 0 if there is no such campaign."""
    funder_id: str | None
    """Of `budget-exceeded`: the funder whose budget does not suffice."""
    available_minor: int | None
    """Of `budget-exceeded`: what the funder has."""
    needed_minor: int | None
    """Of `budget-exceeded`: what the funder would need."""
    currency: CurrencyCode | None
    """Of both amounts."""

    @classmethod
    def of(cls, refusal: Refusal) -> Self:
        names = [name for name in cls.model_fields if name not in ("slug", "detail")]
        facts = {name: getattr(refusal, name, None) for name in names}
        return cls.model_validate({"slug": refusal.slug, "detail": str(refusal), **facts})


class PlannedBudgetView(ResponseBody):
    """`budget_minor` = `reserved_minor` + `to_reserve_minor` + `left_minor`."""

    funder_id: str
    """The funder."""
    currency: CurrencyCode
    """Of the amounts."""
    budget_minor: int
    """As the document states it."""
    reserved_minor: int
    """What is set aside now, for batches that are published."""
    to_reserve_minor: int
    """What publishing all other batches of the document would set aside."""
    left_minor: int
    """What would be left then; negative if the budget does not suffice."""

    @classmethod
    def of(cls, budget: PlannedBudget, currency: str) -> Self:
        return cls.copied(budget, currency=currency)


class PlannedBatchView(ResponseBody):
    """The money of one batch, if the batches are published in the order of the document."""

    batch_id: str
    """The batch."""
    quantity: int
    """Its packs, as the document states them."""
    published: bool
    """Whether it is published already."""
    to_reserve: list[FundingView]
    """What publishing it would set aside, by funder; empty once it is published."""
    refusal: PlannedRefusal | None
    """What publishing it would be refused with: a funder has too little left."""

    @classmethod
    def of(cls, batch: PlannedBatch) -> Self:
        refusal = PlannedRefusal.of(batch.refusal) if batch.refusal else None
        return cls.copied(batch, to_reserve=funding_of_amounts(batch.to_reserve), refusal=refusal)


class PlanView(ResponseBody):
    """What PUT of the same document would do now. It succeeds if `refusals` is empty."""

    campaign_id: str
    """The campaign."""
    outcome: EditOutcome
    """What PUT would do if nothing stood against it."""
    revision: int | None
    """The revision that is stored, which the document must state; null if there is no such campaign."""
    refusals: list[PlannedRefusal]
    """Everything that PUT would refuse; it gives the first."""
    changes: list[ChangeView]
    """Every difference from the stored document."""
    funders: list[PlannedBudgetView]
    """Each funder's budget, in the order of the document."""
    batches: list[PlannedBatchView]
    """Each batch's money, in the order of the document."""
    warnings: list[Warned]
    """What is allowed and probably not meant."""

    @classmethod
    def of(cls, plan: Plan) -> Self:
        document = plan.document
        return cls.copied(
            plan,
            document,
            revision=plan.revision,
            refusals=[PlannedRefusal.of(one) for one in plan.refusals],
            changes=[ChangeView.of(one) for one in plan.changes],
            funders=[PlannedBudgetView.of(one, document.currency) for one in plan.budgets],
            batches=[PlannedBatchView.of(one) for one in plan.batches],
        )
