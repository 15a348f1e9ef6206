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


def swept(campaign_id: str) -> Key:
    return Key(pk=f"SWEPT#{campaign_id}", sk="HEAD")


def swept_marks(round_: int) -> str:
    """What the sort keys of a round's marks begin with."""
    return f"DAY#{round_:06}#"


def swept_mark(campaign_id: str, round_: int, day: str, facility_id: str) -> Key:
    return Key(pk=f"SWEPT#{campaign_id}", sk=f"{swept_marks(round_)}{day}#{facility_id}")


def swept_mark_named(sort_key: str) -> tuple[str, str]:
    """Day and facility of a mark."""
    _, _, day, facility_id = sort_key.split("#")
    return day, facility_id
