"""Keys of the table `points`.

| pk | sk | item |
|---|---|---|
| `POINTS#program#bucket` | `BALANCE#person` | a person's account: lots, debt, what counts of two years |
| | `MONTH#person#yyyy-mm` | what a person's visits of a month earn before caps, by day |
| | `ENTRY#person#time#id` | one entry of an account: points, and the lots that it moved |
| `EVENT#partner#event_id` | `EVENT` | a reported visit, or the correction of one that was not reported yet |
| `ALLOTMENT#partner` | `program` | the points that a partner's visitors earned, in all and by day |
| `ONCE#session#person` | `program#activity` | the event for which a person's visit earned |

A program's accounts are in 4,096 partitions, by a hash of the person, so that all of them can be listed by Query. A
session's id is unique in its activity only.
"""

from __future__ import annotations

from coupons.sealing import bucket_of
from coupons.stores.keys import Key, person_text

ACCOUNT_BUCKETS = 4096
POINTS = "POINTS#"
BALANCE, MONTH, ENTRY = "BALANCE#", "MONTH#", "ENTRY#"


def account_bucket(program_id: str, bucket: int) -> str:
    return f"{POINTS}{program_id}#{bucket}"


def accounts_of(program_id: str, person: bytes) -> str:
    """The partition of a person's account."""
    return account_bucket(program_id, bucket_of(person, ACCOUNT_BUCKETS))


def program_of(partition: str) -> str:
    """The program in `POINTS#program#bucket`."""
    return partition.split("#")[1]


def balance(program_id: str, person: bytes) -> Key:
    return Key(pk=accounts_of(program_id, person), sk=f"{BALANCE}{person_text(person)}")


def month(program_id: str, person: bytes, name: str) -> Key:
    """`name`: `yyyy-mm`."""
    return Key(pk=accounts_of(program_id, person), sk=f"{months_of(person)}{name}")


def months_of(person: bytes) -> str:
    """How the sort keys of a person's months begin."""
    return f"{MONTH}{person_text(person)}#"


def entries_of(person: bytes) -> str:
    """How the sort keys of a person's entries begin."""
    return f"{ENTRY}{person_text(person)}#"


def entry_order(at_s: int, entry_id: str) -> str:
    """The end of an entry's sort key: entries are in the order of their times."""
    return f"{at_s:012}#{entry_id}"


def entry(program_id: str, person: bytes, at_s: int, entry_id: str) -> Key:
    return Key(pk=accounts_of(program_id, person), sk=f"{entries_of(person)}{entry_order(at_s, entry_id)}")


def event(partner_id: str, event_id: str) -> Key:
    return Key(pk=f"EVENT#{partner_id}#{event_id}", sk="EVENT")


def allotment(partner_id: str, program_id: str) -> Key:
    return Key(pk=f"ALLOTMENT#{partner_id}", sk=program_id)


def once(program_id: str, activity_id: str, session_id: str, person: bytes) -> Key:
    return Key(pk=f"ONCE#{session_id}#{person_text(person)}", sk=f"{program_id}#{activity_id}")
