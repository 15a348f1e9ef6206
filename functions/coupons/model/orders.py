"""An order as the merchant sends it, the order record, and the settlement lines that follow from the record."""

import hashlib
from dataclasses import dataclass, replace
from typing import Annotated, Literal, Self

from pydantic import Field

from coupons.fields import Channel, Document, Id, Label, Minor
from coupons.model.claims import Use
from coupons.model.particulars import Fulfilment, FulfilmentMode, Particulars, Prescription
from coupons.money import Amounts, FundingLine, Purse
from coupons.refusal_reasons import VisitReason


class Item(Document):
    """A line of an order."""

    sku: Label
    """The item, as the till calls it."""
    category: Label
    """What `scope.item_categories` is compared with."""
    tags: Annotated[list[Label], Field(max_length=20)] = []
    """What `scope.item_tags` is compared with."""
    price_minor: Minor
    """Of one piece."""
    quantity: Annotated[int, Field(ge=1, le=10_000)]
    """Pieces."""


class Order(Document):
    """An order, as the merchant sends it."""

    total_minor: Minor
    """The amount before the coupon's discount and after the merchant's own discounts."""
    store_id: Id
    """The store of the merchant that sells."""
    channel: Channel
    """Where the order is placed."""
    region: Label
    """Where the goods are delivered; offline, where the store is."""
    items: Annotated[list[Item], Field(min_length=1, max_length=100)]
    """What is bought."""
    fulfilment: Fulfilment | None = None
    """How the goods reach the customer; terms may require it."""
    evidence: Prescription | None = None
    """By what the order was allowed; terms may require it."""


def fingerprint(order: Order, particulars: Particulars | None = None) -> str:
    """32 hex digits that are equal for equal content, whatever the JSON looked like.

    The order's particulars count by their keyed hashes: who guesses a prescription's number cannot test it here.
    """
    text = order.model_dump_json(exclude={"fulfilment", "evidence"})
    if particulars is not None:
        text += repr((particulars.mode, *sorted(particulars.hashes.items())))
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def order_key(merchant_id: str, order_no: str) -> bytes:
    """16 bytes that name an order in a claim item: eight full names would make the item larger than 1 KB."""
    return hashlib.sha256(f"{merchant_id}#{order_no}".encode()).digest()[:16]


@dataclass(frozen=True, slots=True)
class LineAmounts:
    """What an order or a settlement line is worth: `funding` adds up to `discount_minor`."""

    discount_minor: int
    merchant_match_minor: int
    payable_minor: int
    funding: tuple[FundingLine, ...]

    @property
    def by_funder(self) -> Amounts:
        return Amounts((part.funder_id, part.amount_minor) for part in self.funding)

    def __neg__(self) -> Self:
        funding = tuple(FundingLine(part.funder_id, -part.amount_minor) for part in self.funding)
        return type(self)(-self.discount_minor, -self.merchant_match_minor, -self.payable_minor, funding)


@dataclass(frozen=True, slots=True)
class SoldAt:
    """Where an order was placed, and what the merchant's record said of it then; statistics count lines by it."""

    channel: Channel
    district: str | None
    """Of the store; None: its record states none."""
    category: str
    tags: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Reversal:
    """`amounts`: what was returned, `payable_minor` to the customer and `funding` to the funders."""

    reversal_no: str
    amounts: LineAmounts
    reversed_at_s: int
    coupon_returned: bool


@dataclass(frozen=True, slots=True)
class OrderRecord:
    """What one order number of one merchant did with its coupon, or with a place of a slot. That never changes.

    A `released` order stays, so that a redemption that arrives after the cancel is refused.
    """

    merchant_id: str
    order_no: str
    state: Literal["held", "redeemed", "released"]
    coupon_id: str = ""
    fingerprint: str = ""
    batch_id: str = ""
    terms_id: str = ""
    amounts: LineAmounts = LineAmounts(0, 0, 0, ())
    at_s: int = 0
    """Time of the hold, the redemption or the release."""
    held_until_s: int = 0
    late: bool = False
    """Redeemed by a scan that an offline till sent late (`scanned_at`)."""
    reversals: tuple[Reversal, ...] = ()
    sold_at: SoldAt | None = None
    """None until it is redeemed, and in orders of before statistics."""
    counted_at_s: int = 0
    """The moment that says in which periods limits count its hold or use; 0: none counts it."""
    particulars: Particulars | None = None
    """None: it stated neither fulfilment nor evidence."""
    slot_id: str = ""
    """Of a check-in: the slot. Then `coupon_id` is the id of the booking, and `batch_id` is empty if no batch pays."""
    reasons: tuple[VisitReason, ...] = ()
    """Of a check-in: why the venue is paid nothing."""

    @property
    def key(self) -> bytes:
        """The order's name in its coupon's claim, or in its slot."""
        return order_key(self.merchant_id, self.order_no)

    @property
    def use(self) -> Use:
        """What its coupon says of the redemption."""
        return Use(self.merchant_id, self.amounts.discount_minor, self.at_s)

    @property
    def coupon_returned(self) -> bool:
        """A reversal returned the coupon, so another order may have it now."""
        return any(reversal.coupon_returned for reversal in self.reversals)

    def same_content(self, coupon_id: str, order_fingerprint: str) -> bool:
        return (self.coupon_id, self.fingerprint) == (coupon_id, order_fingerprint)


LineKind = Literal["redemption", "reversal"]
"""What a settlement line records."""


@dataclass(frozen=True, slots=True)
class Line:
    """A settlement line: one redemption or reversal, filed under the merchant and its day. A reversal's amounts are
    negative.
    """

    kind: LineKind
    order_no: str
    reversal_no: str
    coupon_id: str
    purse: Purse
    """The published batch's, so that no reader of lines needs the catalog."""
    batch_id: str
    terms_id: str
    amounts: LineAmounts
    at_s: int
    late: bool
    coupon_returned: bool = False
    """Whether this reversal returned the coupon."""
    sold_at: SoldAt | None = None
    """The order's; None in lines of before statistics."""
    slot_id: str = ""
    """The slot that a person was checked in to; empty in lines of coupons."""
    fulfilment: FulfilmentMode | None = None
    """How the goods reached the customer; None: the order did not say."""
    evidence: bool = False
    """Whether the order stated evidence."""
    reasons: tuple[VisitReason, ...] = ()
    """Why the venue is paid nothing for a check-in."""


@dataclass(frozen=True, slots=True)
class MerchantLine:
    """A settlement line and its merchant, which only the line's key names."""

    merchant_id: str
    line: Line


def redemption_line(order: OrderRecord, purse: Purse) -> Line:
    """The line of the order's redemption. `purse`: its batch's."""
    return Line(
        kind="redemption",
        order_no=order.order_no,
        reversal_no="",
        coupon_id=order.coupon_id,
        purse=purse,
        batch_id=order.batch_id,
        terms_id=order.terms_id,
        amounts=order.amounts,
        at_s=order.at_s,
        late=order.late,
        sold_at=order.sold_at,
        fulfilment=order.particulars.mode if order.particulars else None,
        evidence=bool(order.particulars and order.particulars.prescription),
        slot_id=order.slot_id,
        reasons=order.reasons,
    )


def reversal_line(order: OrderRecord, reversal: Reversal, purse: Purse) -> Line:
    """The line of one of the order's reversals: what went back, negative, at the reversal's time."""
    return replace(
        redemption_line(order, purse),
        kind="reversal",
        reversal_no=reversal.reversal_no,
        amounts=-reversal.amounts,
        at_s=reversal.reversed_at_s,
        late=False,
        coupon_returned=reversal.coupon_returned,
        reasons=(),
    )
