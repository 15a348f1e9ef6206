"""What the log line of a request says of its caller, its source and its order, in hashes; and why it was `busy`.

They show whether ten thousand refusals went to one sender or to ten thousand people, and which order a prescription was
used for.

| field | equal for |
|---|---|
| `caller` | the same person, with any account; where the token has no identity, the same account |
| `source` | the same address: the last entry of `X-Forwarded-For`. The gateway appends it; others may be forged |
| `prescription`, `pharmacist`, `fulfilment_ref` | the same evidence or fulfilment; the order's item has the same hash |

Each is a short keyed hash with a derivation of its own: without the keys nobody can tell from a line who a person is,
or find their items. Routes that everybody may read have neither, because their function has no keys. The gateway's own
log has the address that connected to it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from coupons.refusals import Busy, Refusal
from coupons.sealing import Keys
from coupons.web.callers import name_in
from coupons.web.requests import Request

_FORWARDED = "x-forwarded-for"
_CAUSE_CHARACTERS = 200


def traces(keys: Keys, claims: Mapping[str, Any], headers: Mapping[str, str]) -> dict[str, str]:
    """Each field as 16 hex digits; unknown ones are left out. Works for requests that will be refused, too."""
    address = headers.get(_FORWARDED, "").rpartition(",")[2].strip()
    found = {"caller": name_in(claims), "source": address}
    return {field: keys.trace(field, name) for field, name in found.items() if name}


def order_traces(request: Request) -> dict[str, str]:
    """Hashes of the evidence and fulfilment that the order of a body states; empty if there is none. Raises Busy."""
    order = vars(request.body).get("order") if request.body else None
    if order is None or not (order.evidence or order.fulfilment):
        return {}  # some routes need no keys, and read none for a log line
    from coupons.model.particulars import particulars_of  # noqa: PLC0415 - a claim has no order, and does not load it

    return particulars_of(order.fulfilment, order.evidence, request.services.keys).hashes


def causes(refusal: Refusal) -> dict[str, str]:
    """The failure of a store, bus or secret behind a `busy`, such as a certificate that is not trusted; else empty."""
    failure = refusal.__cause__ if isinstance(refusal, Busy) else None
    return {"cause": f"{type(failure).__name__}: {failure}"[:_CAUSE_CHARACTERS]} if failure is not None else {}
