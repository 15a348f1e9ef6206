"""A merchant's record: read, create, edit; suspension and what is withheld of its lines are parts of it."""

from __future__ import annotations

from pydantic import ValidationError

from coupons.fields import faults
from coupons.model.campaigns import EditOutcome
from coupons.model.merchants import MerchantEdit, MerchantRecord, Withholding
from coupons.model.payouts import changed
from coupons.process.services import Services
from coupons.refusals import Busy, Malformed, NotFound, RevisionConflict


def read(services: Services, merchant_id: str) -> MerchantRecord:
    """The record as `put` takes it, with its revision. Raises NotFound."""
    standing = services.registry.record(merchant_id)
    if standing is None:
        raise NotFound(detail=f"No merchant {merchant_id!r} has a record.")
    return standing


def put(
    services: Services, merchant_id: str, edit: MerchantEdit
) -> tuple[MerchantRecord, EditOutcome, list[Withholding]]:
    """The merchant's record says what `edit` says, at every till within two seconds; the rest of it stays.

    Returns the record, and of what is withheld all that is new or decided otherwise, as it is now; what is withheld no
    longer is listed as it was, decided `released`. An edit after which nothing would differ was there already, at
    whatever revision. Raises Malformed (nothing to create a record from, an order that is not there),
    RevisionConflict, Busy.
    """
    for _ in range(2):
        # The second time after an edit by somebody else: this one may be its repeat, or else is in conflict with it.
        standing = services.registry.record(merchant_id)
        record = _merged(standing, edit)
        if record == standing:
            return standing, "unchanged", []
        revision = standing.revision if standing else None
        if edit.revision != revision:
            raise _conflict(revision)
        changes = changed(standing.withheld if standing else [], record.withheld)
        _refuse_unknown_orders(services, merchant_id, record, changes)
        stored = record.model_copy(update={"revision": (revision or 0) + 1})
        if services.registry.put(merchant_id, stored, standing):
            return stored, "updated" if standing else "created", changes
    raise Busy(detail="The merchant's record is changing; try again.")


def _merged(standing: MerchantRecord | None, edit: MerchantEdit) -> MerchantRecord:
    try:
        return edit.merged(standing)
    except ValidationError as error:
        raise Malformed(errors=faults(error, "body"), detail="The record would not be whole; see errors.") from None


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
    errors = [
        {"place": f"body.withheld.{place}.order_no", "message": f"no order {one.order_no!r} was redeemed there"}
        for place, one in enumerate(record.withheld)
        if one.order_no in unknown
    ]
    if errors:
        raise Malformed(errors=errors, detail="Only orders that were redeemed can be withheld; see errors.")
