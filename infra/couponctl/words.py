"""Documents in words for people: titles, moments, and what a coupon is worth, where, when and who pays.

All functions take the JSON of the API. Amounts are in the currency of the campaign, moments with their offset.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from coupons.times import epoch_s, rfc3339
from infra.couponctl.output import amount

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

Terms = dict[str, Any]
_LARGEST = {"amount_off": "amount_minor", "percent_off": "cap_minor", "exchange": "value_minor"}
_TIMES = {1: "once", 2: "twice"}
_SCOPE = {
    "merchants": "at",
    "stores": "in the store",
    "merchant_categories": "at merchants of the category",
    "merchant_tags": "at merchants with the tag",
    "item_categories": "for items of the category",
    "item_tags": "for items with the tag",
    "regions": "delivered to",
}


def title(text: str | Mapping[str, str] | None) -> str:
    """`Opening / 京彩`."""
    return text if isinstance(text, str) else " / ".join((text or {}).values())


def moment(text: str, timezone: str | None = None) -> str:
    """`2020-06-06 10:00 +08:00` of an RFC 3339 time, in `timezone` or else with its own offset."""
    at = datetime.fromisoformat(rfc3339(epoch_s(datetime.fromisoformat(text)), timezone) if timezone else text)
    shown = at.isoformat(" ", "seconds" if at.second else "minutes")
    return f"{shown[:-6]} {shown[-6:]}"


def window(starts: str, ends: str, timezone: str | None = None) -> str:
    return f"{moment(starts, timezone)} to {moment(ends, timezone)}"


def share(basis_points: int) -> str:
    """`12.5 %`."""
    return f"{basis_points / 100:g} %"


def largest_minor(terms: Terms) -> int:
    """The most that one coupon takes off."""
    return int(terms["discount"][_LARGEST[terms["discount"]["kind"]]])


def of_terms(terms: Terms, currency: str, timezone: str) -> list[str]:
    """A sentence for each thing that the terms say."""
    return [
        _discount(terms["discount"], currency),
        _validity(terms["validity"], timezone),
        *_when(terms),
        *_where(terms.get("scope") or {}),
        "paid by " + ", ".join(f"{one['funder_id']} {share(one['basis_points'])}" for one in terms["funding"]),
        *_match(terms.get("merchant_match") or [], timezone),
        *_stated(terms.get("requires") or []),
        _refund(terms["refund"]),
    ]


def _discount(discount: Mapping[str, Any], currency: str) -> str:
    most = amount(discount[_LARGEST[discount["kind"]]], currency)
    if discount["kind"] == "exchange":
        return f"one {title(discount['title'])} ({discount['sku']}) for nothing, worth {most} at most"
    threshold_minor = discount["threshold_minor"]
    least = f"an order of at least {amount(threshold_minor, currency)}" if threshold_minor else "any order"
    if discount["kind"] == "percent_off":
        return f"{share(discount['basis_points'])} off {least}, {most} at most"
    return f"{most} off {least}"


def _validity(validity: Mapping[str, Any], timezone: str) -> str:
    if validity["kind"] == "fixed":
        return f"valid {window(validity['starts_at'], validity['ends_at'], timezone)}"
    days, after = validity["days"], validity.get("starts_after_days") or 0
    begin = f"from day {after} after the claim until" if after else "from the claim until"
    return f"valid {begin} {days} days after it"


def _when(terms: Terms) -> Iterator[str]:
    if stated := terms.get("usable"):
        from infra.couponctl.coupon_words import weekly

        yield "usable: " + "; ".join(weekly(one)["en"] for one in stated)
    if dates := terms.get("blackout_dates"):
        yield "not on " + ", ".join(dates)


def _where(scope: Mapping[str, Any]) -> Iterator[str]:
    channels = scope.get("channels") or []
    for name, said in _SCOPE.items():
        if stated := scope.get(name):
            # What is bought in a store is not delivered.
            yield f"{'in' if name == 'regions' and channels == ['offline'] else said} {', '.join(stated)}"
    if len(channels) == 1:
        yield f"{channels[0]} only"


def _match(ratios: Iterable[Mapping[str, Any]], timezone: str) -> Iterator[str]:
    steps = [f"{share(one['basis_points'])} from {moment(one['starts_at'], timezone)}" for one in ratios]
    if steps:
        yield "the merchant adds of the discount " + ", ".join(steps)


def _stated(requires: Iterable[str]) -> Iterator[str]:
    if wanted := " and ".join(requires):
        yield f"the order must state {wanted}"


def _refund(refund: Mapping[str, Any]) -> str:
    if refund["policy"] == "never":
        return "a reversal never returns it"
    what = "any reversal" if refund["policy"] == "always" else "a reversal of the whole order"
    times = refund.get("times_max") or 1
    return f"{what} returns it, {_TIMES.get(times, f'{times} times')} at most"
