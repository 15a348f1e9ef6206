"""Claim items (table `claims`); design sections 2, 4 and 5.

| access | request | units |
|---|---|---|
| claim | PutItem `attribute_not_exists` | 1 |
| one person's claim of a claim key | GetItem, or together with others | half a read unit, 1 strong |
| a wallet | BatchGetItem over claim keys, 100 a request | half a read unit a key, absent ones too |
| claims of some persons | BatchGetItem, strong | 1 read unit each |
| all claims of a bucket | Query, strong, all pages | 1 read unit each 4 KB |
| claim under limits | the put and their counts in one transaction | 2 each |

What a till does to one coupon of a claim is in `coupon_parts.py`.

An item is `pk, sk`, `n` batch number, `t` token, `a` claimed at, `v` key version, `g` the coupons whose points went
back (a bit for each place) and `c`, the coupons in the pack's order: `s` state (`a`vailable, `h`eld, `r`edeemed,
`v`oided), `e` expires at, `f` valid from if that is not the time of the claim, `o` order, `h` held until, `r` number
of returns, `b` bar of the last return, `p` number of its last print, `w` wrong PINs of that print; of a redeemed
coupon `m` merchant, `d` discount, `u` used at. Short names keep eight redeemed coupons under 1 KB, one write unit, if
the merchants' ids have 21 characters or fewer on average.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Literal

from coupons.damage import Damaged
from coupons.model.batches import PublishedBatch
from coupons.model.claims import Claim, Coupon, CouponState, DamagedClaim, Use
from coupons.sealing import CouponRef
from coupons.stores import keys
from coupons.stores.attributes import Item
from coupons.stores.coupon_parts import coupon_part, mask, refunds
from coupons.stores.dynamodb import ConditionFailed, Dynamo, NoAnswer, NotApplied, StoreFault, TransactionFailed
from coupons.stores.parts import ItemKind, Part
from coupons.stores.table import Table
from coupons.stores.together import Wanted
from coupons.stores.values import refuse_other_types, sure

PUT_ATTEMPTS = 3
PIN_TRIES = 5
"""Wrong PINs that a print allows."""
_LETTER: dict[CouponState, str] = {"available": "a", "held": "h", "redeemed": "r", "voided": "v"}
_STATE: dict[str, CouponState] = {letter: state for state, letter in _LETTER.items()}


@dataclass(eq=False)
class LimitMoved(StoreFault):
    """What is written with a claim changed since it was read: a limit's count, the person's points, a shard."""

    kinds: set[ItemKind] = field(default_factory=set)


class Claims:
    """`spike` sends each request once: `put` counts its own attempts. `patient` tries again."""

    def __init__(self, spike: Dynamo, patient: Dynamo, table: str) -> None:
        self._spike = Table(spike, table)
        self._patient = Table(patient, table)
        self.table = table

    def put(
        self,
        batch: PublishedBatch,
        claim: Claim,
        still_leased: Callable[[], bool],
        also: Sequence[Part] = (),
    ) -> Claim | None:
        """Write the claim, once: None if it is written, else the claim that this person already has.

        `also`: parts of other stores that count the claim, applied in one transaction with it.

            put ──lost──▶ put again ──refused by my own token──▶ written: one claim, one pack, not two

        Without the token in the item, the second attempt's refusal would look like a claim by another process. The pack
        would be handed out again, and one pack too many would be claimed. The SDK does not make the attempts, because
        it shows only the last error, and what matters is whether the effect of any attempt is unknown.

        Guarded by tests/store/stores/test_claim_put.py::test_a_put_whose_answer_is_lost_is_one_claim (token),
        tests/store/stores/test_claim_put.py::test_a_token_is_burnt_when_no_attempt_is_answered (burn),
        tests/store/stores/test_claim_put.py::test_a_lapsed_lease_writes_nothing (age before each attempt).

        If certainly nothing was written, the pack may be handed out again: raises NotApplied, LimitMoved if `also`
        refused it, Damaged if the claim that is there is another's and cannot be read. If that is unknown, raises
        NoAnswer, and the caller burns the token.
        """
        put = self._spike.put("claim", to_item(batch, claim), "attribute_not_exists(pk)").returning_old()
        # All attempts carry one name: DynamoDB then applies the transaction once, whatever was lost. The token is
        # not that name: a pack that is given back goes to another person with its token, and DynamoDB refuses a name
        # that it has seen with other content (API reference).
        unknown, name = False, self._spike.dynamo.name()
        for _ in range(PUT_ATTEMPTS):
            if not still_leased():
                break
            try:
                self._send(put, also, name)
            except ConditionFailed as refused:
                existing = refused.item or put.key
                return None if existing.get("t") == claim.token else self._spike.value(existing, from_item)
            except (NotApplied, LimitMoved):
                if unknown:
                    break  # an earlier attempt may still be applied: its token is not to be used again
                raise  # 503 at once: waiting here would occupy an environment and lengthen the queue
            except NoAnswer:
                unknown = True
            else:
                return None
        # Also if no attempt was made because the lease had lapsed: its packs cannot be given back any more.
        raise NoAnswer(detail="The claim may or may not have been written; ask GET …/claim.")

    def _send(self, put: Part, also: Sequence[Part], name: str) -> None:
        """One attempt. Raises ConditionFailed if the claim is there, LimitMoved if a part of `also` refused.

        Guarded by tests/store/stores/test_claim_put.py::test_a_claim_without_limits_is_one_put.
        """
        if not also:
            self._spike.send(put)
            return
        try:
            self._spike.dynamo.transact_once([put, *also], name)
        except TransactionFailed as refused:
            if "claim" in refused.kinds:
                raise ConditionFailed(refused.item("claim")) from refused
            raise LimitMoved(refused.kinds) from refused

    def get(self, batch: PublishedBatch, person: bytes, *, consistent: bool) -> Claim | None:
        """This person's claim under the batch's claim key: it may be of another batch of the exclusive group."""
        key = keys.claim(batch.claim_key, batch.buckets, person)
        return self._patient.get(key, from_item, consistent=consistent)

    def wanted(self, batch: PublishedBatch, person: bytes) -> Wanted[Claim]:
        """The same claim."""
        return self._patient.wanted(keys.claim(batch.claim_key, batch.buckets, person), from_item)

    def print_coupon(self, batch: PublishedBatch, ref: CouponRef) -> tuple[Coupon, int] | None:
        """Count one more print: the coupon and the print's number. Earlier prints are no longer valid.

        None if there is no such claim. 1 write unit.
        """
        update = "SET #c.p = if_not_exists(#c.p, :none) + :one REMOVE #c.w"
        try:
            item = self._spike.send(self._coupon(batch, ref, update, "n = :n", none=0, one=1), returns="ALL_NEW")
        except ConditionFailed:
            return None
        return self._spike.value(item, lambda i: (_sound(i).coupons[ref.index], sure(i["c"][ref.index]["p"], int)))

    def try_pin(
        self, batch: PublishedBatch, ref: CouponRef, number: int
    ) -> Literal["counted", "replaced", "exhausted"]:
        """Count a try of a print's PIN before the PIN is compared: all tills together have five tries.

        Guarded by tests/store/claim/test_prints.py::test_a_print_has_five_wrong_tries.
        """
        update = "SET #c.w = if_not_exists(#c.w, :none) + :one"
        condition = "n = :n AND #c.p = :p AND (attribute_not_exists(#c.w) OR #c.w < :max)"
        part = self._coupon(batch, ref, update, condition, p=number, none=0, one=1, max=PIN_TRIES)
        existing = self._spike.refuser(part)
        if existing is None:
            return "counted"
        printed = self._spike.value(existing, lambda item: item["c"][ref.index].get("p"))
        return "exhausted" if printed == number else "replaced"

    def forgive_try(self, batch: PublishedBatch, ref: CouponRef, number: int) -> None:
        """The PIN was right: the try does not count. Nothing is done if the coupon was printed anew meanwhile.

        Guarded by tests/store/claim/test_prints.py::test_a_try_counts_for_its_own_print_of_its_own_batch.
        """
        update, condition = "SET #c.w = #c.w - :one", "n = :n AND #c.p = :p AND #c.w > :none"
        self._spike.tries(self._coupon(batch, ref, update, condition, p=number, none=0, one=1))

    def _coupon(self, batch: PublishedBatch, ref: CouponRef, update: str, condition: str, **values: Any) -> Part:
        # `spike` sends it once: a try whose answer was lost must count as one.
        return coupon_part(self._spike, batch, ref, update, condition, **values)

    def refunding(self, batch: PublishedBatch, claim: Claim, places: Collection[int]) -> Part:
        """A transaction part: the points of the coupons at these places are back, if no others went back since `claim`
        was read.

        Guarded by tests/store/stores/test_claim_items.py::test_points_go_back_once.
        """
        condition, values = refunds(claim.refunded)
        key = keys.claim(batch.claim_key, batch.buckets, claim.person)
        return self._patient.update(
            "claim", key, "SET g = :g", f"n = :n AND {condition}", g=mask(places), n=batch.number, **values
        )

    def wallet(self, claim_keys: Sequence[tuple[str, int]], person: bytes) -> dict[keys.Place, Claim | Damaged]:
        """The person's claims under each `(claim key, buckets)`, by the place of the item."""
        items = self._patient.items([keys.claim(*claim_key, person) for claim_key in claim_keys], consistent=False)
        return {keys.place_of(item): claim for item, claim in zip(items, self._read(items), strict=True)}

    def of_persons(self, wanted: Iterable[tuple[PublishedBatch, bytes]]) -> dict[tuple[str, bytes], Claim | Damaged]:
        """Claims by claim key and person, read strongly, 100 a request; absent ones left out."""
        places = {(batch.claim_key, person): batch.buckets for batch, person in wanted}
        asked = [keys.claim(name, buckets, person) for (name, person), buckets in places.items()]
        items = self._patient.items(asked, consistent=True)
        names = [(keys.claim_key_of(item["pk"]), keys.person_of(item["sk"])) for item in items]
        return dict(zip(names, self._read(items), strict=True))

    def in_bucket(self, claim_key: str, bucket: int) -> Iterator[Claim | DamagedClaim]:
        """Every claim of one bucket, strongly consistent, to the last page.

        Guarded by tests/store/stores/test_strong_reads.py::test_what_decides_is_read_strongly.
        """
        pk = keys.claim_bucket(claim_key, bucket)
        return self._read(self._patient.query(pk, keys.CLAIM, consistent=True))

    def numbers(self, claim_key: str, bucket: int) -> Iterator[tuple[keys.Place, int | None]]:
        """The place of each claim of a bucket with its batch number, read as above: all that a count needs.

        None instead of a number if the item has none.
        """
        pk = keys.claim_bucket(claim_key, bucket)
        items = self._patient.query(pk, keys.CLAIM, consistent=True, only="pk, sk, n")
        return ((keys.place_of(item), _number(item)) for item in items)

    def with_placement(self, batch: PublishedBatch, bucket: int) -> Iterator[tuple[Claim | DamagedClaim, bool]]:
        """Every claim of one bucket, and whether the item is under the keys of the person that it names.

        Guarded by tests/store/stores/test_strong_reads.py::test_what_decides_is_read_strongly.
        """
        pk = keys.claim_bucket(batch.claim_key, bucket)
        for item in self._patient.query(pk, keys.CLAIM, consistent=True):
            (claim,) = self._read([item])
            is_own = False
            with suppress(ValueError):  # a sort key that names no person
                own = keys.claim(batch.claim_key, batch.buckets, keys.person_of(item["sk"]))
                is_own = own == keys.Key(pk=item["pk"], sk=item["sk"])
            yield claim, is_own

    def _read(self, items: Iterable[Item]) -> Iterator[Claim | DamagedClaim]:
        for item in items:
            (found,) = self._patient.values([item], from_item)
            yield self._damaged(item, found.reason) if isinstance(found, Damaged) else found

    def _damaged(self, item: Item, reason: str) -> DamagedClaim:
        return DamagedClaim(self.table, item["pk"], item["sk"], reason, _number(item))


def to_item(batch: PublishedBatch, claim: Claim) -> Item:
    coupons = [_coupon_fields(coupon, claim.claimed_at_s) for coupon in claim.coupons]
    return {
        **keys.claim(batch.claim_key, batch.buckets, claim.person),
        "n": claim.batch_number,
        "t": claim.token,
        "a": claim.claimed_at_s,
        "v": claim.key_version,
        "c": coupons,
    }


def _number(item: Item) -> int | None:
    return item["n"] if type(item.get("n")) is int else None


def _sound(item: Item) -> Claim:
    claim = from_item(item)
    refuse_other_types(claim)
    return claim


def from_item(item: Item) -> Claim:
    return Claim(
        batch_number=item["n"],
        person=keys.person_of(item["sk"]),
        token=item["t"],
        claimed_at_s=item["a"],
        key_version=item["v"],
        coupons=tuple(_coupon(fields, item["a"]) for fields in item["c"]),
        refunded=tuple(place for place in range(len(item["c"])) if item.get("g", 0) >> place & 1),
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
        bar_s=fields.get("b", 0),
        print_no=fields.get("p", 0),
        use=Use(fields["m"], fields["d"], fields["u"]) if "m" in fields else None,
    )
