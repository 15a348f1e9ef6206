"""The keys of programmes; the table in `keys.py` lists them."""

from __future__ import annotations

from coupons.stores.keys import Key


def programme(campaign_id: str) -> Key:
    return Key(pk=f"PROGRAMME#{campaign_id}", sk="HEAD")


def programme_chunk(campaign_id: str, digest: str, number: int) -> Key:
    return Key(pk=f"PROGRAMME#{campaign_id}", sk=f"CHUNK#{digest}#{number}")


def facility(facility_id: str) -> Key:
    return Key(pk=f"FACILITY#{facility_id}", sk="OWNER")


def program(program_id: str) -> Key:
    return Key(pk=f"PROGRAM#{program_id}", sk="OWNER")


REVISION = "REVISION#"


def announced(campaign_id: str, revision: int) -> Key:
    """In the table `claims`; no claim key has such a name: batch ids have no capital letters."""
    return Key(pk=f"ANNOUNCED#{campaign_id}", sk=f"{REVISION}{revision}")
