"""What a document may say and its author hardly means: a list of rules, each with a place and a plain sentence.

A plan, PUT and `couponctl apply --check` give the same warnings. None of them refuses anything.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field

from coupons.currencies import EXPONENTS, money
from coupons.fields import BASIS_POINTS
from coupons.model.campaigns import Campaign, Warned
from coupons.model.declared_batches import Batch
from coupons.model.declared_times import odd_offsets
from coupons.model.draw_oversights import draw_oversights
from coupons.model.idle_limits import idle_limits
from coupons.model.merchants import MerchantRecord
from coupons.model.reserves import largest_cost
from coupons.model.scope_names import unknown_names
from coupons.model.terms import AmountOff, DaysAfterClaim, FixedWindow, PercentOff, Terms
from coupons.model.usable_times import useless_claim_s, valid_span
from coupons.times import day_of, epoch_s, rfc3339

SHORT_HOLD_S = 30
SMALL_BASIS_POINTS = 100
SMALL_MINOR = 100
"""A discount below this, or below one unit of a currency with fewer decimals, was perhaps written in major units."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a stack knows beside the document; nothing without a stack.

    `records`: of merchants that scopes name and the document does not declare. `published`: batches. `now_s`: None if
    it is not known. `groups`: how many people were ever admitted to those that draws name.
    """

    records: Mapping[str, MerchantRecord] = field(default_factory=dict)
    published: Collection[str] = ()
    groups: Mapping[str, int] = field(default_factory=dict)
    now_s: int | None = None


def oversights(document: Campaign, around: Surroundings | None = None) -> list[Warned]:
    """Every warning about the document, in the order of the rules."""
    around = around or Surroundings()
    found = [*unknown_names(document, around.records), *odd_offsets(document)]
    for number, batch in enumerate(document.batches):
        place = f"body.batches.{number}"
        found += [one for rule in _OF_BATCHES for one in rule(document, batch, place)]
        if batch.batch_id not in around.published:
            found += [*_too_dear(document, batch, place), *_over(document, batch, place, around.now_s)]
            found += draw_oversights(batch, place, around.groups)
    for number, terms in enumerate(document.terms):
        found += [one for rule in _OF_TERMS for one in rule(document, terms, f"body.terms.{number}")]
    return [*found, *_unused(document), *idle_limits(document)]


def _over(document: Campaign, batch: Batch, place: str, now_s: int | None) -> Iterator[Warned]:
    if now_s is not None and epoch_s(batch.closes_at) <= now_s:
        at = rfc3339(now_s, document.timezone)
        nobody = "no check-in is paid" if batch.mode == "venue" else "nobody can claim"
        yield Warned(place=f"{place}.closes_at", message=f"this is over already, it is {at}: {nobody}")


def _not_claimable(_: Campaign, batch: Batch, place: str) -> Iterator[Warned]:
    if batch.booking and batch.booking.required and batch.booking.opens_at > batch.opens_at:
        message = "the batch is open before anybody can book, and a booking is required: its first claims are refused"
        yield Warned(place=f"{place}.booking.opens_at", message=message)


def _outside_campaign(document: Campaign, batch: Batch, place: str) -> Iterator[Warned]:
    if batch.opens_at < document.starts_at:
        yield Warned(place=f"{place}.opens_at", message="opens before the campaign starts")
    if batch.closes_at > document.ends_at:
        yield Warned(place=f"{place}.closes_at", message="closes after the campaign has ended")


def _too_dear(document: Campaign, batch: Batch, place: str) -> Iterator[Warned]:
    budgets = {funder.funder_id: funder.budget_minor for funder in document.funders}
    for funder_id, minor in largest_cost(document.terms_of(batch), batch.quantity).items():
        if minor > budgets[funder_id]:
            cost, budget = (money(one, document.currency) for one in (minor, budgets[funder_id]))
            message = f"publishing sets aside {cost} of {funder_id!r}, whose whole budget is {budget}: it is refused"
            yield Warned(place=f"{place}.quantity", message=message)


def _group_of_one(document: Campaign, batch: Batch, place: str) -> Iterator[Warned]:
    mates = [other for other in document.batches if other.exclusive_group == batch.exclusive_group]
    if batch.exclusive_group and len(mates) == 1:
        message = f"no other batch is in the group {batch.exclusive_group!r}, so it excludes nothing"
        yield Warned(place=f"{place}.exclusive_group", message=message)


def _early_reminder(document: Campaign, batch: Batch, place: str) -> Iterator[Warned]:
    days = [one.validity.days for one in document.terms_of(batch) if isinstance(one.validity, DaysAfterClaim)]
    if batch.remind_days and days and batch.remind_days >= min(days):
        message = f"a coupon is valid for {min(days)} days, so the reminder is due before or with the claim"
        yield Warned(place=f"{place}.remind_days", message=message)


def _rolls_nothing(document: Campaign, batch: Batch, place: str) -> Iterator[Warned]:
    for later in document.batches:
        if later.batch_id == batch.rollover_to:
            mine, theirs = (largest_cost(document.terms_of(one), 1) for one in (batch, later))
            if later.grows_until_s <= epoch_s(batch.closes_at):
                why = f"the quantity of the lottery {later.batch_id!r} is final before this closes"
                yield Warned(
                    place=f"{place}.rollover_to", message=f"{why}: no pack rolls over, but from an earlier stop"
                )
            missing = sorted(funder_id for funder_id, minor in theirs.items() if minor and not mine.get(funder_id))
            if missing:
                who = f"a pack of {later.batch_id!r} is paid by {missing[0]!r} too, who pays nothing here"
                yield Warned(place=f"{place}.rollover_to", message=f"{who}: no pack rolls over")


def _unpaid(document: Campaign, batch: Batch, place: str) -> Iterator[Warned]:
    for terms in document.terms_of(batch) if batch.mode == "venue" else ():
        if isinstance(terms.validity, FixedWindow) and terms.validity.starts_at > batch.opens_at:
            at = rfc3339(epoch_s(terms.validity.starts_at), document.timezone)
            message = f"nobody is paid for who comes before {at}, when {terms.terms_id!r} begins"
            yield Warned(place=f"{place}.opens_at", message=message)


def _useless_claims(document: Campaign, batch: Batch, place: str) -> Iterator[Warned]:
    if batch.mode == "venue":
        return
    for number, terms in enumerate(document.terms_of(batch)):
        if (claimed_s := useless_claim_s(batch, terms, document.timezone)) is not None:
            at = rfc3339(claimed_s, document.timezone)
            message = f"a coupon of {terms.terms_id!r} that is claimed at {at} expires before its hours and days come"
            yield Warned(place=f"{place}.terms.{number}", message=message)


def _blackout_outside(document: Campaign, terms: Terms, place: str) -> Iterator[Warned]:
    spans = [valid_span(batch, terms, document.timezone) for batch in document.batches if terms.terms_id in batch.terms]
    days = [tuple(day_of(at_s, document.timezone).isoformat() for at_s in span) for span in spans]
    if spans and terms.blackout_dates and not any(a <= one <= b for a, b in days for one in terms.blackout_dates):
        message = (
            f"none of these days lies in the time in which it is valid, {min(days)[0]} to {max(b for _, b in days)}"
        )
        yield Warned(place=f"{place}.blackout_dates", message=message)


def _valid_too_late(document: Campaign, terms: Terms, place: str) -> Iterator[Warned]:
    if isinstance(terms.validity, FixedWindow) and terms.validity.starts_at >= document.ends_at:
        yield Warned(place=f"{place}.validity.starts_at", message="is valid only after the campaign has ended")
    spans = [valid_span(batch, terms, document.timezone) for batch in document.batches if terms.terms_id in batch.terms]
    if spans and terms.merchant_match and epoch_s(terms.merchant_match[0].starts_at) >= max(b for _, b in spans):
        message = "begins when every coupon has expired: nothing is matched"
        yield Warned(place=f"{place}.merchant_match.0.starts_at", message=message)


def _for_nothing(document: Campaign, terms: Terms, place: str) -> Iterator[Warned]:
    """The customer pays nothing for an order that is just large enough; at a venue that is what a free day is."""
    modes = {batch.mode for batch in document.batches if terms.terms_id in batch.terms}
    if modes == {"venue"}:
        return
    discount, match = terms.discount, max((ratio.basis_points for ratio in terms.merchant_match), default=0)
    if isinstance(discount, AmountOff):
        off_minor = discount.amount_minor * (BASIS_POINTS + match) // BASIS_POINTS
        if off_minor >= discount.threshold_minor:
            order = money(discount.threshold_minor, document.currency)
            matched = " and the merchant's match" if discount.amount_minor < discount.threshold_minor else ""
            message = f"an order of {order} costs the customer nothing after the discount{matched}"
            yield Warned(place=f"{place}.discount.threshold_minor", message=message)
    elif isinstance(discount, PercentOff) and discount.basis_points * (BASIS_POINTS + match) >= BASIS_POINTS**2:
        most = money(discount.cap_minor, document.currency)
        message = f"an order of up to {most} costs the customer nothing after the discount and any match"
        yield Warned(place=f"{place}.discount.basis_points", message=message)


def _other_units(document: Campaign, terms: Terms, place: str) -> Iterator[Warned]:
    """An amount in major units, a percentage that is not in basis points, minutes that are not seconds."""
    discount, currency = terms.discount, document.currency
    small_minor = min(10 ** EXPONENTS[currency], SMALL_MINOR)
    names = {"amount_off": "amount_minor", "percent_off": "cap_minor", "exchange": "value_minor"}
    if discount.largest_minor < small_minor:
        message = f"is {money(discount.largest_minor, currency)}: amounts are in minor units"
        yield Warned(place=f"{place}.discount.{names[discount.kind]}", message=message)
    elif isinstance(discount, PercentOff):
        least_minor = discount.threshold_minor * discount.basis_points // BASIS_POINTS
        if least_minor > discount.cap_minor:
            cap, least = money(discount.cap_minor, currency), money(least_minor, currency)
            message = f"every order gets {cap}: its share of the smallest is {least} already"
            yield Warned(place=f"{place}.discount.cap_minor", message=message)
    if isinstance(discount, PercentOff) and discount.basis_points < SMALL_BASIS_POINTS:
        message = f"is {discount.basis_points / 100:g} %: 10 % are 1000 basis points"
        yield Warned(place=f"{place}.discount.basis_points", message=message)
    if terms.hold_max_s < SHORT_HOLD_S:
        message = f"is {terms.hold_max_s} seconds, too short to pay"
        yield Warned(place=f"{place}.hold_max_s", message=message)


def _unused(document: Campaign) -> Iterator[Warned]:
    handed_out = {terms_id for batch in document.batches for terms_id in batch.terms}
    counted = {limit_id for batch in document.batches for limit_id in batch.limits}
    paying = {share.funder_id for terms in document.terms for share in terms.funding}
    for number, terms in enumerate(document.terms):
        if terms.terms_id not in handed_out:
            yield Warned(place=f"body.terms.{number}", message=f"no batch hands out {terms.terms_id!r}")
    for number, limit in enumerate(document.limits):
        if limit.limit_id not in counted:
            yield Warned(place=f"body.limits.{number}", message=f"no batch is counted by {limit.limit_id!r}")
    for number, funder in enumerate(document.funders):
        if funder.funder_id not in paying:
            yield Warned(place=f"body.funders.{number}", message=f"no terms are paid by {funder.funder_id!r}")


_OF_BATCHES: tuple[Callable[[Campaign, Batch, str], Iterator[Warned]], ...] = (
    _not_claimable,
    _outside_campaign,
    _group_of_one,
    _early_reminder,
    _rolls_nothing,
    _unpaid,
    _useless_claims,
)
_OF_TERMS: tuple[Callable[[Campaign, Terms, str], Iterator[Warned]], ...] = (
    _blackout_outside,
    _valid_too_late,
    _for_nothing,
    _other_units,
)
