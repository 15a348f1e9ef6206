"""Claims, coupons, bookings and codes, as the person or an operator's desk sees them."""

from typing import Literal, Self

from coupons.fields import Title
from coupons.model import claims
from coupons.model.batches import PublishedBatch
from coupons.model.claimed_packs import ClaimedPack
from coupons.model.claims import BookingRecord, Coupon, Receipt
from coupons.sealing import Keys
from coupons.times import rfc3339
from coupons.web.responses.base import Hex, Moment, ResponseBody


class UsedView(ResponseBody):
    """The redemption of a coupon."""

    merchant_id: str
    """Where it was used."""
    discount_minor: int
    at: Moment
    """When it was used."""


class CouponView(ResponseBody):
    """A person's coupon."""

    coupon_id: str
    batch_id: str
    terms_id: str
    title: Title
    status: claims.CouponStatus
    """Whether it can be used now."""
    valid_from: Moment
    """The first second in which it can be used."""
    expires_at: Moment
    """The first second in which it cannot."""
    held_until: Moment | None
    """Set while an unpaid order holds the coupon, which is free again at this time at the latest."""
    used: UsedView | None
    """Set while the coupon is `redeemed`: a reversal that undoes the use removes it. One of a part, after which the
    coupon stays used, leaves it as it is.
    """

    @classmethod
    def each_of(cls, pack: ClaimedPack, keys: Keys, now_s: int) -> list[Self]:
        """The coupons of `pack` in their order."""
        return [cls._of(pack, place, coupon_id, now_s) for place, coupon_id in enumerate(pack.coupon_ids(keys))]

    @classmethod
    def _of(cls, pack: ClaimedPack, place: int, coupon_id: str, now_s: int) -> Self:
        batch, coupon, terms = pack.batch, pack.claim.coupons[place], pack.batch.terms[place]
        status = pack.status(place, now_s)
        return cls(
            coupon_id=coupon_id,
            batch_id=batch.batch_id,
            terms_id=terms.terms_id,
            title=terms.title,
            status=status,
            valid_from=rfc3339(coupon.valid_from_s, batch.timezone),
            expires_at=rfc3339(pack.expires_at_s(place), batch.timezone),
            held_until=rfc3339(coupon.held_until_s, batch.timezone) if status == "held" else None,
            used=cls._used(coupon, batch.timezone),
        )

    @staticmethod
    def _used(coupon: Coupon, timezone: str) -> UsedView | None:
        if coupon.use is None or coupon.state != "redeemed":
            return None
        return UsedView.copied(coupon.use, at=rfc3339(coupon.use.at_s, timezone))


class ClaimView(ResponseBody):
    """A person's pack of a batch."""

    batch_id: str
    claimed_at: Moment
    """When the person claimed it."""
    coupons: list[CouponView]
    """The coupons of the pack, in order."""

    @classmethod
    def of(cls, pack: ClaimedPack, keys: Keys, now_s: int) -> Self:
        return cls(
            batch_id=pack.batch.batch_id,
            claimed_at=rfc3339(pack.claim.claimed_at_s, pack.batch.timezone),
            coupons=CouponView.each_of(pack, keys, now_s),
        )


class WalletView(ResponseBody):
    """A person's coupons of all campaigns that are live."""

    coupons: list[CouponView]
    """Of the status that was asked for, or all."""
    as_of: Moment
    damaged: int
    """How many packs of the person cannot be shown until they are mended; nothing is lost."""

    @classmethod
    def of(cls, packs: list[ClaimedPack], damaged: int, keys: Keys, now_s: int, *, status: str = "") -> Self:
        """`status`: of the coupons that are shown; empty: all."""
        coupons = [coupon for pack in packs for coupon in CouponView.each_of(pack, keys, now_s)]
        shown = [coupon for coupon in coupons if not status or coupon.status == status]
        return cls(coupons=shown, as_of=as_of(packs, now_s), damaged=damaged)


BookingStatus = Literal["booked", "cancelled"]
"""What a booking is."""


class ReceiptView(ResponseBody):
    """What proves an entry in a lottery: anybody can verify it from published bytes, without learning whose it is."""

    entry: Hex
    """What stands for the person in the published list of the draw."""
    weight: int
    """Tickets."""
    share: int
    """The share of the draw whose packs the person is drawn for first, from 1; 0: none."""
    rules_hash: Hex
    """SHA-256 of the published rules."""
    booked_at_s: int
    """When the person booked, in epoch seconds, as it is signed."""
    signature: Hex
    """Ed25519, over the bytes that the page of the format describes."""
    receipt_key: Hex
    """The public key, which the batch shows too."""

    @classmethod
    def of(cls, receipt: Receipt) -> Self:
        return cls(
            entry=receipt.entered.entry.hex(),
            weight=receipt.entered.weight,
            share=receipt.entered.share,
            rules_hash=receipt.rules_hash.hex(),
            booked_at_s=receipt.booked_at_s,
            signature=receipt.signature.hex(),
            receipt_key=receipt.receipt_key.hex(),
        )


class BookingView(ResponseBody):
    """A person's booking of a batch."""

    batch_id: str
    booked_at: Moment
    """When the person booked."""
    status: BookingStatus
    """Whether the booking stands."""
    receipt: ReceiptView | None
    """Of a lottery: keep it, it proves the entry. Null for other batches, for an entry that came after the list was
    closed, and at the hotline."""

    @classmethod
    def of(
        cls,
        batch: PublishedBatch,
        record: BookingRecord,
        status: BookingStatus = "booked",
        receipt: Receipt | None = None,
    ) -> Self:
        return cls(
            batch_id=batch.batch_id,
            booked_at=rfc3339(record.booked_at_s, batch.timezone),
            status=status,
            receipt=None if receipt is None else ReceiptView.of(receipt),
        )


class CodeView(ResponseBody):
    """A code that a shop can scan."""

    code: str
    expires_at: Moment
    """Until when the code can be scanned; a printed one as long as its coupon can be used."""
    pin: str | None
    """The PIN of a printed code; null for a code of a minute."""

    @classmethod
    def of(cls, code: str, batch: PublishedBatch, expires_at_s: int, *, pin: str | None = None) -> Self:
        return cls(code=code, pin=pin, expires_at=rfc3339(expires_at_s, batch.timezone))


def as_of(packs: list[ClaimedPack], now_s: int) -> str:
    return rfc3339(now_s, packs[0].batch.timezone if packs else "UTC")
