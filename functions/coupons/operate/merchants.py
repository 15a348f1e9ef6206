"""A merchant's record: read, create, edit. It holds suspension, late scans and withholdings too."""

from __future__ import annotations

from pydantic import ValidationError

from coupons.faults import faults
from coupons.model.campaigns import EditOutcome
from coupons.model.merchants import MerchantEdit, MerchantRecord, Withholding
from coupons.model.payouts import changed
from coupons.process.services import Services
from coupons.refusals import Busy, Fault, Malformed, NotFound, RevisionConflict


def read(services: Services, merchant_id: str) -> MerchantRecord:
    """The record as `put` takes it, with its revision. Raises NotFound."""
    existing = services.registry.record(merchant_id)
    if existing is None:
        raise NotFound(detail=f"No merchant {merchant_id!r} has a record.")
    return existing


def put(
    services: Services, merchant_id: str, edit: MerchantEdit
) -> tuple[MerchantRecord, EditOutcome, list[Withholding]]:
    """The record has the fields of `edit`, at every till within two seconds; its other fields stay as they are.

    Returns the record, the outcome, and the withholdings that are new or have another decision; a withholding that was
    taken out is listed with the decision `released`. An edit that changes nothing is `unchanged`, at any revision.
    Raises Malformed (a new record lacks fields, or an order does not exist), RevisionConflict, Busy.
    """
    for _ in range(2):
        # The second time after another edit was stored: this one is its repeat, or conflicts with it.
        existing = services.registry.record(merchant_id)
        record = _merged(existing, edit)
        if record == existing:
            return existing, "unchanged", []
        revision = existing.revision if existing else None
        if edit.revision != revision:
            raise _conflict(revision)
        changes = changed(existing.withheld if existing else [], record.withheld)
        _refuse_unknown_orders(services, merchant_id, record, changes)
        stored = record.model_copy(update={"revision": (revision or 0) + 1})
        if services.registry.put(merchant_id, stored, existing):
            return stored, "updated" if existing else "created", changes
    raise Busy(detail="The merchant's record is changing; try again.")


def _merged(existing: MerchantRecord | None, edit: MerchantEdit) -> MerchantRecord:
    try:
        return edit.merged(existing)
    except ValidationError as error:
        raise Malformed(
            errors=faults(error, "body", MerchantRecord), detail="The record would not be whole; see errors."
        ) from None


def _conflict(revision: int | None) -> RevisionConflict:
    return RevisionConflict(
        revision=revision or 0,
        detail="The merchant's record is at another revision; read it, merge, and send its revision."
        if revision
        else "The merchant has no record yet; leave revision out to create it.",
    )


def _refuse_unknown_orders(
    services: Services, merchant_id: str, record: MerchantRecord, changes: list[Withholding]
) -> None:
    """A new withholding must name an order that was redeemed: any other order has no line. Raises Malformed."""
    named = {one.order_no for one in changes if one.order_no is not None}
    unknown = named - services.orders.redeemed(merchant_id, named)
    errors: list[Fault] = [
        {"place": f"body.withheld.{place}.order_no", "message": f"no order {one.order_no!r} was redeemed there"}
        for place, one in enumerate(record.withheld)
        if one.order_no in unknown
    ]
    if errors:
        raise Malformed(errors=errors, detail="Only orders that were redeemed can be withheld; see errors.")
