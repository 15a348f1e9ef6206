"""The coupon at a till: read, and refused if it is expired, used, voided, or held by another order."""

from __future__ import annotations

from typing import Literal, NamedTuple

from coupons.damage import Damaged
from coupons.model.batches import PublishedBatch
from coupons.model.claims import Claim, Coupon, Ruling
from coupons.model.orders import Order, OrderRecord, fingerprint
from coupons.model.particulars import particulars_of
from coupons.model.terms import Terms
from coupons.process.services import Services
from coupons.refusals import CouponNotUsable, NotFound
from coupons.sealing import CouponRef, Keys
from coupons.stores import keys


class TillCoupon(NamedTuple):
    """The coupon that an order wants to use, as it was read a moment ago."""

    ref: CouponRef
    batch: PublishedBatch
    claim: Claim
    coupon_id: str
    ruling: Ruling

    @property
    def coupon(self) -> Coupon:
        return self.claim.coupons[self.ref.index]

    @property
    def terms(self) -> Terms:
        return self.batch.terms[self.ref.index]

    @property
    def expires_at_s(self) -> int:
        """When the coupon expires: as stamped at its claim, plus what operators added."""
        return self.coupon.expires_at_s + self.ruling.extended_s

    def order_record(
        self, state: Literal["held", "redeemed"], merchant_id: str, order_no: str, order: Order, keys: Keys, now_s: int
    ) -> OrderRecord:
        """The record of the order that wants to hold or redeem this coupon; its amounts are not assessed yet."""
        stated = order.fulfilment is not None or order.evidence is not None
        particulars = particulars_of(order.fulfilment, order.evidence, keys) if stated else None
        return OrderRecord(
            merchant_id=merchant_id,
            order_no=order_no,
            state=state,
            coupon_id=self.coupon_id,
            fingerprint=fingerprint(order, particulars),
            batch_id=self.batch.batch_id,
            terms_id=self.terms.terms_id,
            at_s=now_s,
            particulars=particulars,
        )


def read_coupon(services: Services, ref: CouponRef) -> TillCoupon:
    """The coupon of `ref`, read strongly. 1 read unit. Raises as `claimed_coupon`."""
    batch = services.cache.batch_numbered(ref.batch_number)
    return claimed_coupon(services, batch, ref, services.claims.get(batch, ref.person, consistent=True))


def claimed_coupon(services: Services, batch: PublishedBatch, ref: CouponRef, claim: Claim | None) -> TillCoupon:
    """The coupon of `ref` in its claim as it was read. Raises NotFound without a claim, Damaged if that lacks it."""
    if claim is None or claim.batch_number != batch.number:
        raise NotFound(detail="No such coupon.")
    if len(claim.coupons) != len(batch.terms):
        key = keys.claim(batch.claim_key, batch.buckets, ref.person)
        raise Damaged(services.claims.table, *keys.place_of(key), "its coupons are not those of its batch")
    coupon_id = services.keys.seal_coupon(ref, claim.key_version)
    return TillCoupon(ref, batch, claim, coupon_id, services.cache.control(batch.batch_id).ruling)


def refuse_unusable(presented: TillCoupon, now_s: int, order: bytes) -> None:
    """Raises CouponNotUsable (expired, redeemed, voided, held) unless the coupon is available, or held by `order`.

    The condition of the write checks the same, the expiry too (`stores/coupon_parts.py`).
    """
    status = presented.coupon.status(now_s, presented.ruling)
    if status == "available" or (status == "held" and presented.coupon.order == order):
        return
    by_other = " by another order" if status == "held" else ""
    raise CouponNotUsable(
        coupon_status=status,
        expires_at_s=presented.expires_at_s,
        timezone=presented.batch.timezone,
        detail=f"The coupon is {status}{by_other}.",
    )
