"""What a till's request is judged by, read in one request: its order, the coupon's claim, the merchant, its enrolment.

    order      absent ──▶ held ──▶ redeemed, or absent or held ──▶ released; then for good
    coupon     available ⇄ held, redeemed ──▶ available once it is given back; it names the order that has it
    record     suspended or not; the enrolment is there or not

Each was so at a moment of the read, and these moments may come in any order. That is enough:

- A **repeat** is answered by the order alone: what it redeemed, or held, never changes.
- A **write** has order, coupon and line in its conditions, so it applies only if order and coupon are then as it needs
  them. If it is refused, all is read anew.
- A **refusal** follows from coupon, record or clock, and the order may be older than they are: a twin of the request
  may have used the coupon meanwhile. So the order is read once more, and the refusal stands if it is unchanged. An
  order never returns to what it was, so then it was so at the moment of the coupon too.
- **A coupon that names this order is newer than an order that does not know it.** Then all is read anew, for the two
  change in one transaction. An order that holds a coupon that is not held for it is looked at in `redemptions.py`.
- The **merchant's record** is in no condition: it is one item, and a check would let two tills of a merchant conflict.
  A suspension refuses every request that begins after it was answered, as each attempt reads the record strongly, and
  none of what was read before it. The enrolment counts if either the document or the record states it; while an
  operator moves a merchant from one to the other, a read may meet neither, which refuses an order once and changes
  nothing.

Guarded by tests/store/till/test_interleavings.py::test_a_request_among_others_does_as_one_after_the_other.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple, TypeVar

from coupons.model.assessment import Till
from coupons.model.claims import Coupon
from coupons.model.orders import OrderRecord, order_key
from coupons.process.attempts import tried
from coupons.process.services import Services
from coupons.refusals import Busy, Refusal
from coupons.sealing import CouponRef
from coupons.stores.dynamodb import TransactionFailed
from coupons.stores.together import Together
from coupons.till.coupons import TillCoupon, claimed_coupon

T = TypeVar("T")


class TillRead(NamedTuple):
    """What one read found."""

    presented: TillCoupon
    existing: OrderRecord | None
    """What the order number carries; None as well if no order was asked for."""
    merchant_id: str
    together: Together


def read_at_till(services: Services, merchant_id: str, ref: CouponRef, order_no: str = "") -> TillRead:
    """The coupon of `ref` and the merchant, and the order if there is a number. 3 read units, 1 more for the order.

    Raises NotFound if the coupon has no claim, Damaged, Busy.
    """
    batch = services.cache.batch_numbered(ref.batch_number)
    order, claim = services.orders.wanted(merchant_id, order_no), services.claims.wanted(batch, ref.person)
    record, enrolment = services.registry.wanted(merchant_id, batch.campaign_id)
    found = services.read_together([*([order] if order_no else []), claim, record, enrolment])
    existing = found.of(order) if order_no else None
    return TillRead(claimed_coupon(services, batch, ref, found.of(claim)), existing, merchant_id, found)


def till_of(services: Services, read: TillRead) -> Till | None:
    """The merchant as its record says, in the coupon's campaign; None if it has none. Raises Damaged."""
    return till_in(services, read.together, read.merchant_id, read.presented.batch.campaign_id)


def till_in(services: Services, found: Together, merchant_id: str, campaign_id: str) -> Till | None:
    """The same of any read that asked for the merchant in this campaign (`registry.wanted`)."""
    wanted, enrolment = services.registry.wanted(merchant_id, campaign_id)
    record = found.of(wanted)
    if record is None:
        return None
    enrolled = found.of(enrolment) is not None or campaign_id in record.campaigns
    return Till(merchant_id, record, enrolled, services.cache.suspended_districts(campaign_id))


def decided(services: Services, merchant_id: str, order_no: str, ref: CouponRef, attempt: Callable[[TillRead], T]) -> T:
    """What `attempt` did by a read that nothing overtook: it wrote, answered a repeat, or refused.

    A refusal costs 1 read unit. Raises what `attempt` raises, but TransactionFailed; Busy.
    """

    def once() -> T | None:
        read = read_at_till(services, merchant_id, ref, order_no)
        if _is_behind(read.existing, read.presented.coupon, order_key(merchant_id, order_no)):
            return None
        try:
            return attempt(read)
        except TransactionFailed:
            return None
        except Busy:
            raise
        except Refusal:
            if services.orders.get(merchant_id, order_no) == read.existing:
                raise
            return None

    return tried(services, once, busy="Others are using this coupon; try again.")


def _is_behind(existing: OrderRecord | None, coupon: Coupon, order: bytes) -> bool:
    """The order was read before the coupon, which shows what they did together since."""
    if coupon.order != order:
        return False
    return existing is None or (existing.state == "held" and coupon.state != "held")
