"""A claimed pack: a claim with the batch that it is of and what operators have decided about its coupons."""

from __future__ import annotations

from typing import NamedTuple

from coupons.model.batches import PublishedBatch
from coupons.model.claims import Claim, CouponStatus, Ruling, fresh_coupon
from coupons.sealing import CouponRef, Keys


class ClaimedPack(NamedTuple):
    """Coupons are numbered by their place in the pack, from 0."""

    batch: PublishedBatch
    claim: Claim
    ruling: Ruling

    def coupon_ids(self, keys: Keys) -> list[str]:
        """The sealed id of each coupon; `keys` holds the version that the claim was made with."""
        refs = (CouponRef(self.batch.number, self.claim.person, place) for place in range(len(self.claim.coupons)))
        return [keys.seal_coupon(ref, self.claim.key_version) for ref in refs]

    def status(self, place: int, now_s: int) -> CouponStatus:
        return self.claim.coupons[place].status(now_s, self.ruling)

    def expires_at_s(self, place: int) -> int:
        return self.claim.coupons[place].expires_at_s + self.ruling.extended_s


def fresh_claim(batch: PublishedBatch, person: bytes, token: str, now_s: int, key_version: int) -> Claim:
    """The claim of a pack that nobody has used yet."""
    coupons = tuple(fresh_coupon(terms, now_s, batch.timezone) for terms in batch.terms)
    return Claim(batch.number, person, token, now_s, key_version, coupons)
