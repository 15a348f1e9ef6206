"""Campaign documents: what operators declare of a season.

One model validates `PUT /admin/campaigns/{id}`, `couponctl apply FILE` and the season files.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import partial
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from coupons.fields import (
    Currency,
    DeclaredTime,
    Document,
    Id,
    Label,
    Revision,
    TimeZone,
    Title,
    check_all,
    distinct,
    forward,
    known,
    of_our_time,
)
from coupons.model.declared_batches import Batch
from coupons.model.funders import Funder
from coupons.model.limits import Limit, refuse_early
from coupons.model.merchants import Merchant
from coupons.model.terms import EXTENSION_MAX_DAYS, FixedWindow, Terms

EditOutcome = Literal["created", "updated", "unchanged"]
"""What a PUT of a document, or of a merchant's record, did."""


class Section(Document):
    """A heading under which batches and terms are shown."""

    section_id: Id
    """Named by terms and batches."""
    title: Title
    """Shown to people."""
    description: Title | None = None
    """Shown to people."""


def _refuse_validity(batch: Batch, terms: Terms) -> None:
    """A coupon is valid for some time whenever it is claimed, and ends in the supported years also when extended."""
    if isinstance(terms.validity, FixedWindow):
        if terms.validity.ends_at < batch.closes_at:
            ends, closes = terms.validity.ends_at.isoformat(), batch.closes_at.isoformat()
            why = f"it ends at {ends}, the batch closes at {closes}"
            raise ValueError(f"batch {batch.batch_id}: {terms.terms_id} ends before the last pack is claimed: {why}")
        return
    last_claim_at = batch.closes_at - timedelta(seconds=1)
    try:
        of_our_time(last_claim_at + timedelta(days=terms.validity.days + EXTENSION_MAX_DAYS))
    except ValueError as error:
        why = f"claimed last and extended by {EXTENSION_MAX_DAYS} days, {terms.terms_id} would end too late: {error}"
        raise ValueError(f"batch {batch.batch_id}: {why}") from None


def _later(batch: Batch, named: list[Batch]) -> None:
    """Money rolls over only to a batch of the same document that is claimed, and closes later."""
    if batch.rollover_to is not None and not (named and named[0].closes_at > batch.closes_at):
        raise ValueError(f"batch {batch.batch_id}: rollover_to {batch.rollover_to!r} is no batch that closes later")
    if named and named[0].mode == "venue":
        raise ValueError(f"batch {batch.batch_id}: rollover_to {batch.rollover_to!r}, whose packs nobody claims")


def _pays_venues(batch: Batch, terms: list[Terms]) -> None:
    """A venue batch has one coupon, of an amount that every check-in knows, in a window that is the same for all."""
    if batch.mode != "venue":
        return
    if len(terms) != 1:
        raise ValueError(f"batch {batch.batch_id}: a venue batch has the terms of one check-in, not {len(terms)}")
    needs = {
        "a discount of kind amount_off or exchange": terms[0].discount.kind != "percent_off",
        "a validity of kind fixed": terms[0].validity.kind == "fixed",
        "refund.policy never": terms[0].refund.policy == "never",
        "no requires": not terms[0].requires,  # a check-in states nothing
    }
    for need, is_met in needs.items():
        if not is_met:
            raise ValueError(f"batch {batch.batch_id} pays venues, so terms {terms[0].terms_id} need {need}")


class Campaign(Document):
    """消费季: the whole document of a season."""

    campaign_id: Id
    """Unique."""
    revision: Revision | None = None
    """The revision that was read; absent creates. `couponctl apply` sets it."""
    title: Title
    """Shown to people."""
    description: Title | None = None
    """Shown to people."""
    timezone: TimeZone
    """IANA name, like `Asia/Shanghai`: the zone of calendar days, hours and the API's times."""
    currency: Currency
    """Of every amount in the document."""
    starts_at: DeclaredTime
    """Shown to people; each batch has its own window."""
    ends_at: DeclaredTime
    """Shown to people."""
    sections: Annotated[list[Section], Field(max_length=30)] = []
    """Headings under which batches and terms are shown."""
    funders: Annotated[list[Funder], Field(min_length=1, max_length=100)]
    """Who pays the discounts."""
    # One DynamoDB transaction of at most 100 items stores a document: three, the budgets that changed, two a merchant
    # that joins, one that leaves. What does not fit takes two revisions (`stores/documents.py`), or for merchants
    # PUT /admin/merchants/{id}.
    merchants: Annotated[list[Merchant], Field(max_length=28)] = []
    """Merchants that join with this document; one that has a record keeps it. More: `couponctl merchants FILE`."""
    suspended_districts: Annotated[list[Label], Field(max_length=100)] = []
    """Stores of these districts redeem none of its coupons. It can be changed at any time."""
    limits: Annotated[list[Limit], Field(max_length=20)] = []
    """What a person or household can claim, or a person can use, over several batches."""
    terms: Annotated[list[Terms], Field(min_length=1, max_length=50)]
    """The kinds of coupons."""
    batches: Annotated[list[Batch], Field(min_length=1, max_length=40)]
    """The packs that are handed out, and when."""

    @model_validator(mode="after")
    def _refers_to_itself(self) -> Self:
        check_all("Campaign", self._rules())
        return self

    def _rules(self) -> Iterator[Callable[[], object]]:
        """What must hold over the whole document; each raises a ValueError if it does not."""
        declared = {
            "sections": [section.section_id for section in self.sections],
            "funders": [funder.funder_id for funder in self.funders],
            "terms": [terms.terms_id for terms in self.terms],
            "limits": [limit.limit_id for limit in self.limits],
            "batches": [batch.batch_id for batch in self.batches],
            "merchants": [merchant.merchant_id for merchant in self.merchants],
            "suspended_districts": self.suspended_districts,
        }
        yield partial(forward, self.starts_at, self.ends_at)
        yield from (partial(distinct, where, names) for where, names in declared.items())
        for terms in self.terms:
            at = f"terms {terms.terms_id}"
            yield from (partial(known, f"{at}: funder", one.funder_id, declared["funders"]) for one in terms.funding)
            yield partial(known, f"{at}: section", terms.section_id, declared["sections"])
        by_id = {terms.terms_id: terms for terms in self.terms}
        for batch in self.batches:
            at = f"batch {batch.batch_id}"
            yield from (partial(known, f"{at}: terms", name, declared["terms"]) for name in batch.terms)
            yield from (partial(_refuse_validity, batch, one) for one in self.terms if one.terms_id in batch.terms)
            yield from (partial(known, f"{at}: limit", name, declared["limits"]) for name in batch.limits)
            yield partial(_pays_venues, batch, [by_id[name] for name in batch.terms if name in by_id])
            named = [limit for limit in self.limits if limit.limit_id in batch.limits]
            yield partial(refuse_early, f"batch {batch.batch_id}", batch.opens_at, named, self.timezone)
            yield partial(_later, batch, [later for later in self.batches if later.batch_id == batch.rollover_to])
            yield partial(known, f"{at}: section", batch.section_id, declared["sections"])

    def terms_of(self, batch: Batch) -> list[Terms]:
        """The terms of a batch's pack, one a coupon, in the pack's order."""
        by_id = {terms.terms_id: terms for terms in self.terms}
        return [by_id[terms_id] for terms_id in batch.terms]

    def limits_of(self, batch: Batch) -> list[Limit]:
        """The limits that the batch names, in its order."""
        by_id = {limit.limit_id: limit for limit in self.limits}
        return [by_id[limit_id] for limit_id in batch.limits]


class Warned(Document):
    """A place where a document states something that it does not change, or that is hardly meant."""

    place: str
    """Where in the sent document, like `body.merchants.0.category`."""
    message: str
    """What holds instead."""


class Applied(Campaign):
    """The document as it is stored."""

    warnings: list[Warned] = []
    """Statements that change nothing."""
