"""What an order states beside its goods: how they reach the customer, and by what it was allowed."""

from typing import Annotated, Literal, NamedTuple

from pydantic import Field

from coupons.fields import Document
from coupons.sealing import Keys

FulfilmentMode = Literal["pickup", "delivery"]
"""Whether the customer, or somebody for them, fetches the goods, or they are brought."""
Opaque = Annotated[str, Field(min_length=1, max_length=128, pattern=r"^[^\x00-\x1f\x7f]+$", repr=False)]
"""A name of the merchant's own, kept and logged only as a keyed hash."""


class Fulfilment(Document):
    """How the goods reach the customer."""

    mode: FulfilmentMode
    """Fetched or brought."""
    ref: Opaque
    """The merchant's number of the parcel or of the pick-up. Only a keyed hash of it is kept."""


class Prescription(Document):
    """A prescription that a pharmacist checked. Only keyed hashes are kept."""

    prescription_no: Opaque
    """Number of the prescription."""
    pharmacist_id: Opaque
    """Who checked it."""


class Particulars(NamedTuple):
    """What is kept of an order's fulfilment and evidence: the merchant's own names as keyed hashes.

    The log lines of its requests have the same hashes. An empty field was not stated.
    """

    mode: FulfilmentMode | None = None
    fulfilment_ref: str = ""
    prescription: str = ""
    pharmacist: str = ""

    @property
    def hashes(self) -> dict[str, str]:
        """Those that were stated, by their names."""
        named = {
            "fulfilment_ref": self.fulfilment_ref,
            "prescription": self.prescription,
            "pharmacist": self.pharmacist,
        }
        return {name: value for name, value in named.items() if value}


def particulars_of(fulfilment: Fulfilment | None, evidence: Prescription | None, keys: Keys) -> Particulars:
    """What is kept of them."""
    return Particulars(
        mode=fulfilment.mode if fulfilment else None,
        fulfilment_ref=keys.trace("fulfilment_ref", fulfilment.ref) if fulfilment else "",
        prescription=keys.trace("prescription", evidence.prescription_no) if evidence else "",
        pharmacist=keys.trace("pharmacist", evidence.pharmacist_id) if evidence else "",
    )
