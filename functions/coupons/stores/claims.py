"""Claim items (table `claims`); design sections 2, 4 and 5.

| access | request | units |
|---|---|---|
| claim | PutItem `attribute_not_exists` | 1 |
| one person's claim of a claim key | GetItem | half a read unit, 1 strong |
| a wallet | BatchGetItem over claim keys, 100 a request | half a read unit a key, absent ones too |
| all claims of a bucket | Query, strong, all pages | 1 read unit each 4 KB |
| use, hold, release, give back a coupon | part of a transaction | 2 |

An item is `pk, sk`, `n` batch number, `t` token, `a` claimed at, `v` key version and `c`, the coupons in the pack's
order: `s` state (`a`vailable, `h`eld, `r`edeemed, `v`oided), `e` expires at, `f` valid from where that is not the
claim, `o` order, `h` held until, `r` returns. Short names keep eight redeemed coupons under 1 KB, one write unit.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, cast

from coupons.claims import Claim, Coupon, Stored
from coupons.releases import Release
from coupons.sealing import CouponRef
from coupons.stores import keys
from coupons.stores.dynamodb import ConditionFailed, Dynamo, Item, NoAnswer, NotApplied, encode

PUT_ATTEMPTS = 3
_LETTER: dict[Stored, str] = {"available": "a", "held": "h", "redeemed": "r", "voided": "v"}
_STATE: dict[str, Stored] = {letter: state for state, letter in _LETTER.items()}


class Claims:
    """`spike` sends each request once: the attempts of a claim are counted here, not in the SDK."""

    def __init__(self, spike: Dynamo, patient: Dynamo, table: str) -> None:
        self._spike = spike
        self._patient = patient
        self.table = table

    def put(self, release: Release, claim: Claim, still_leased: Callable[[], bool]) -> Claim | None:
        """Write the claim, once: None if it is written, else the claim that this person already has.

            put ──lost──▶ put again ──refused by my own token──▶ written: one claim, one pack, not two

        Without the token inside the item, the second attempt's refusal would look like another's claim, the pack would
        be handed out again, and one pack too many would leave. The attempts are ours because the SDK shows only the
        last error, and what matters is whether any of them is unknown.

        Guarded by tests/store/test_claim_put.py::test_a_put_whose_answer_is_lost_is_one_claim (token),
        tests/store/test_claim_put.py::test_a_token_is_burnt_when_no_attempt_is_answered (burn),
        tests/store/test_claim_put.py::test_a_lapsed_lease_writes_nothing (age before each attempt).

        Raises NotApplied if certainly nothing was written (the pack may be handed out again), NoAnswer if it is unknown
        (the caller burns the token).
        """
        item = encode(to_item(release, claim))
        unknown = False
        for _ in range(PUT_ATTEMPTS):
            if not still_leased():
                break
            try:
                self._spike.call(
                    "put_item",
                    TableName=self.table,
                    Item=item,
                    ConditionExpression="attribute_not_exists(pk)",
                    ReturnValuesOnConditionCheckFailure="ALL_OLD",
                )
            except ConditionFailed as refused:
                standing = from_item(cast(Item, refused.item))
                return None if standing.token == claim.token else standing
            except NotApplied:
                if unknown:
                    break
                raise  # 503 at once: holding an environment would only lengthen the queue
            except NoAnswer:
                unknown = True
            else:
                return None
        # Never sent because the lease had lapsed counts as unknown too: its packs are no longer ours to give back.
        raise NoAnswer(detail="The claim may or may not have been written; ask GET …/claim.")

    def get(self, release: Release, person: bytes, *, consistent: bool) -> Claim | None:
        """This person's claim of the release's claim key: it may be of another batch of the exclusive group."""
        key = keys.claim(release.claim_key, release.buckets, person)
        item = self._patient.get(self.table, key, consistent=consistent)
        return from_item(item) if item else None

    def wallet(self, claim_keys: Sequence[tuple[str, int]], person: bytes) -> list[Claim]:
        """The person's claims among `(claim key, buckets)`."""
        wanted = {self.table: [keys.claim(name, buckets, person) for name, buckets in claim_keys]}
        return [from_item(item) for item in self._patient.get_many(wanted, consistent=False)[self.table]]

    def in_bucket(self, claim_key: str, bucket: int) -> Iterator[Claim]:
        """Every claim of one bucket, strongly consistent, to the last page.

        Guarded by tests/store/test_strong_reads.py::test_what_decides_is_read_strongly.
        """
        pk = keys.claim_bucket(claim_key, bucket)
        for item in self._patient.query(self.table, pk, keys.CLAIM, consistent=True):
            yield from_item(item)

    def redeem(self, release: Release, ref: CouponRef, order: bytes, now_s: int, extended_s: int) -> dict[str, Any]:
        """A transaction part: `available` (or held by this order, or a lapsed hold), not expired → `redeemed`."""
        return self._coupon_update(
            release,
            ref,
            "SET #c.#s = :redeemed, #c.#o = :order REMOVE #c.#h",
            f"{_USABLE} AND #c.#e > :spent",
            {
                ":redeemed": "r",
                ":order": order,
                ":now": now_s,
                ":spent": now_s - extended_s,
                ":available": "a",
                ":held": "h",
            },
        )

    def hold(
        self, release: Release, ref: CouponRef, order: bytes, until_s: int, now_s: int, extended_s: int
    ) -> dict[str, Any]:
        """A transaction part: the same condition → `held` by this order until `until_s`."""
        return self._coupon_update(
            release,
            ref,
            "SET #c.#s = :held, #c.#o = :order, #c.#h = :until",
            f"{_USABLE} AND #c.#e > :spent",
            {
                ":held": "h",
                ":order": order,
                ":until": until_s,
                ":now": now_s,
                ":spent": now_s - extended_s,
                ":available": "a",
            },
        )

    def release(self, release: Release, ref: CouponRef, order: bytes) -> dict[str, Any]:
        """A transaction part: held by this order → `available`."""
        return self._coupon_update(
            release,
            ref,
            "SET #c.#s = :available REMOVE #c.#o, #c.#h",
            "#c.#s = :held AND #c.#o = :order",
            {":available": "a", ":held": "h", ":order": order},
        )

    def give_back(
        self, release: Release, ref: CouponRef, order: bytes, now_s: int, extended_s: int, returns_max: int
    ) -> dict[str, Any]:
        """A transaction part: redeemed by this order, not expired, given back fewer than n times → `available`."""
        return self._coupon_update(
            release,
            ref,
            "SET #c.#s = :available, #c.#r = if_not_exists(#c.#r, :none) + :one REMOVE #c.#o",
            (
                "#c.#s = :redeemed AND #c.#o = :order AND #c.#e > :spent"
                " AND (attribute_not_exists(#c.#r) OR #c.#r < :returns)"
            ),
            {
                ":available": "a",
                ":redeemed": "r",
                ":order": order,
                ":spent": now_s - extended_s,
                ":none": 0,
                ":one": 1,
                ":returns": returns_max,
            },
        )

    def void(self, release: Release, ref: CouponRef, order: bytes) -> dict[str, Any]:
        """A transaction part: redeemed by this order → `voided`, after a full reversal that does not give it back."""
        return self._coupon_update(
            release,
            ref,
            "SET #c.#s = :voided",
            "#c.#s = :redeemed AND #c.#o = :order",
            {":voided": "v", ":redeemed": "r", ":order": order},
        )

    def _coupon_update(
        self, release: Release, ref: CouponRef, update: str, condition: str, values: Item
    ) -> dict[str, Any]:
        """An update of the coupon at `ref`; attribute names are aliased because `s`-like names may be reserved."""
        condition = f"n = :n AND {condition}"
        used = {f"#{name}": name for name in ("s", "o", "h", "e", "r") if f"#c.#{name}" in update + condition}
        place = f"c[{ref.index}]"
        return {
            "Update": {
                "TableName": self.table,
                "Key": encode(keys.claim(release.claim_key, release.buckets, ref.person)),
                "UpdateExpression": update.replace("#c", place),
                "ConditionExpression": condition.replace("#c", place),
                "ExpressionAttributeNames": used,
                "ExpressionAttributeValues": encode({**values, ":n": release.number}),
                "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
            }
        }


_USABLE = "(#c.#s = :available OR (#c.#s = :held AND (#c.#o = :order OR #c.#h <= :now)))"


def to_item(release: Release, claim: Claim) -> Item:
    coupons = [_coupon_fields(coupon, claim.claimed_at_s) for coupon in claim.coupons]
    return {
        **keys.claim(release.claim_key, release.buckets, claim.person),
        "n": claim.batch_number,
        "t": claim.token,
        "a": claim.claimed_at_s,
        "v": claim.key_version,
        "c": coupons,
    }


def from_item(item: Item) -> Claim:
    return Claim(
        batch_number=item["n"],
        person=keys.person_of(item["sk"]),
        token=item["t"],
        claimed_at_s=item["a"],
        key_version=item["v"],
        coupons=tuple(_coupon(fields, item["a"]) for fields in item["c"]),
    )


def _coupon_fields(coupon: Coupon, claimed_at_s: int) -> Item:
    fields: Item = {"s": _LETTER[coupon.state], "e": coupon.expires_at_s}
    if coupon.valid_from_s != claimed_at_s:
        fields["f"] = coupon.valid_from_s
    return fields


def _coupon(fields: Item, claimed_at_s: int) -> Coupon:
    return Coupon(
        state=_STATE[fields["s"]],
        valid_from_s=fields.get("f", claimed_at_s),
        expires_at_s=fields["e"],
        order=fields.get("o", b""),
        held_until_s=fields.get("h", 0),
        returns=fields.get("r", 0),
    )
