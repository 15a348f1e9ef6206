"""Keys of slots and of diaries, in the table `claims`.

| pk | sk | item |
|---|---|---|
| `SLOTS#facility#day` | `hhmm` | who is in a slot: booked, waiting; its places; whether its venue cancelled it |
| `DIARY#campaign#bucket` | `person` | the slots that a person is in, and those that they missed |

No claim key has such a beginning, because ids have no capital letters.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from coupons.sealing import bucket_of
from coupons.stores.keys import Key, person_text

SLOTS = "SLOTS#"
DIARY = "DIARY#"
DIARY_BUCKETS = 256


def slots_of_day(facility_id: str, day: str) -> str:
    return f"{SLOTS}{facility_id}#{day}"


def slot(facility_id: str, day: str, hhmm: str) -> Key:
    return Key(pk=slots_of_day(facility_id, day), sk=hhmm)


def slot_named(item: Mapping[str, Any]) -> tuple[str, str, str]:
    """Facility, day and time in `SLOTS#facility#day`, `hhmm`."""
    _, facility_id, day = item["pk"].split("#")
    return facility_id, day, item["sk"]


def diary(campaign_id: str, person: bytes) -> Key:
    return Key(pk=f"{DIARY}{campaign_id}#{bucket_of(person, DIARY_BUCKETS)}", sk=person_text(person))
