"""All keys of all tables, but those of slots and diaries (`slot_keys.py`), venues' payments (`venue_keys.py`),
programmes (`programme_keys.py`), points (`points_keys.py`), live statistics (`statistics_keys.py`), the due list
(`due_keys.py`) and draws (`draw_keys.py`). Only these modules build keys.

| table | pk | sk | item |
|---|---|---|---|
| catalog | `INDEX` | `CAMPAIGN#id`, `BATCH#id` | what exists and what is published, to be listed |
| | `CAMPAIGN#id` | `DOCUMENT`, `SUSPENDED` | the campaign document and its revision; its suspended districts |
| | `BATCH#id` | `RELEASE`, `CONTROL` | what publishing froze; the state that changes |
| | | `SPENT#day` | `amounts`: what each funder owes for a closed day, redemptions less reversals |
| | | `RESERVE` | what it may cost, and what was given back of that |
| | `LEDGER#campaign` | `batch#version#kind` | one movement of money that is not a settlement line |
| | `NUMBER#n` | `BATCH` | the batch that a sealed id's number names |
| | `CLAIMKEY#key` | `BUCKETS` | its number of buckets, frozen by its first batch |
| | `REFUSED#batch` | `REFUSED` | refusals by cause; claims may write this partition alone |
| | `STOCK#batch#shard` | `STOCK` | `remaining`, `sealed` |
| | `FUNDER#campaign#id` | `BUDGET` | budget and what is reserved of it |
| | `GROUP#id` | `COUNT` | how many were ever admitted, and the batches that must have a pack for each |
| | `GROUP#id#bucket` | `MEMBER#person` | one member, or `removed` |
| | `MERCHANT#id` | `RECORD`, `CAMPAIGN#id` | facts and suspension; one enrolment a campaign document |
| | `JOINED#campaign` | `MERCHANT#id` | a merchant that joined by its record, which says whether it still does |
| | `WITHHELD#id` | `RECORD` | a merchant's lines that operators withhold; apart, because tills read the record often |
| | `PROGRAMME#campaign` | `HEAD` | which revision of the programme is current |
| | | `CHUNK#digest#n` | a part of a programme document; the digest is of the whole |
| | `FACILITY#id` | `OWNER` | the campaign that a name of slots belongs to |
| | `PROGRAM#id` | `OWNER` | the campaign whose visits earn these points |
| | `SWEPT#campaign` | `HEAD` | the last day through which missed slots were counted; its round |
| | | `DAY#round#day#facility` | a facility's day after it whose missed slots were counted |
| | `SWEEP#id#place` | `FOLD` | what a pass read of one of its places; at place 0 of an audit, how it began |
| | | `REST#digest#n` | the part of it that is too long for one item |
| claims | `claim_key#bucket` | `CLAIM#person` | one pack |
| | `B#batch#bucket` | `BOOKING#person` | one booking |
| | `LIMIT#campaign#limit#subject` | `PERIOD#period`, `LAST` | claims or uses counted under a limit; the last claim |
| | `ANNOUNCED#campaign` | `REVISION#n` | what a revision of the programme announced |
| orders | `merchant#order_no` | `ORDER` | hold, redemption and reversals of one order |
| | `merchant#day#shard` | `order_no[#reversal_no]` | settlement lines, one a movement |
| | `LATE#merchant` | `day` | `taken`: late scans of a settlement day |
| | `DAYS` | `day` | a settlement day with lines: its end, its round, when it was closed |
| | `DAY#day#bucket` | `MERCHANT#id` | a merchant that may have lines that day; the round of its sums |
| | | `MERCHANT#id#campaign#currency` | after the close, the sums of its lines of a campaign |
"""

from __future__ import annotations

import base64
import zlib
from collections.abc import Mapping
from typing import Any, NamedTuple, TypedDict

from coupons.sealing import bucket_of

GROUP_BUCKETS = 256
LINE_SHARDS = 16
"""A merchant's lines of a day are in 16 partitions, which DynamoDB limits to 1,000 writes a second each."""


class Key(TypedDict):
    pk: str
    sk: str


class Place(NamedTuple):
    """A key that is hashable."""

    pk: str
    sk: str


def place_of(item: Mapping[str, Any]) -> Place:
    return Place(item["pk"], item["sk"])


INDEX = "INDEX"
INDEX_CAMPAIGN = "CAMPAIGN#"
INDEX_BATCH = "BATCH#"


def index_campaign(campaign_id: str) -> Key:
    return Key(pk=INDEX, sk=f"{INDEX_CAMPAIGN}{campaign_id}")


def index_batch(batch_id: str) -> Key:
    return Key(pk=INDEX, sk=f"{INDEX_BATCH}{batch_id}")


def campaign(campaign_id: str) -> Key:
    return Key(pk=f"CAMPAIGN#{campaign_id}", sk="DOCUMENT")


def suspended(campaign_id: str) -> Key:
    return Key(pk=f"CAMPAIGN#{campaign_id}", sk="SUSPENDED")


def batch(batch_id: str) -> Key:
    return Key(pk=f"BATCH#{batch_id}", sk="RELEASE")


def control(batch_id: str) -> Key:
    return Key(pk=f"BATCH#{batch_id}", sk="CONTROL")


def reserve(batch_id: str) -> Key:
    return Key(pk=f"BATCH#{batch_id}", sk="RESERVE")


def ledger(campaign_id: str, record_key: str) -> Key:
    return Key(pk=f"LEDGER#{campaign_id}", sk=record_key)


def refused(batch_id: str) -> Key:
    return Key(pk=f"REFUSED#{batch_id}", sk="REFUSED")


def number(batch_number: int) -> Key:
    return Key(pk=f"NUMBER#{batch_number}", sk="BATCH")


def claim_key(name: str) -> Key:
    return Key(pk=f"CLAIMKEY#{name}", sk="BUCKETS")


def stock(batch_id: str, shard: int) -> Key:
    return Key(pk=f"STOCK#{batch_id}#{shard}", sk="STOCK")


def funder(campaign_id: str, funder_id: str) -> Key:
    return Key(pk=f"FUNDER#{campaign_id}#{funder_id}", sk="BUDGET")


def group(group_id: str) -> Key:
    return Key(pk=f"GROUP#{group_id}", sk="COUNT")


def member(group_id: str, person: bytes) -> Key:
    return Key(pk=f"GROUP#{group_id}#{bucket_of(person, GROUP_BUCKETS)}", sk=f"MEMBER#{person_text(person)}")


MERCHANT_RECORD = "RECORD"
ENROLMENT = "CAMPAIGN#"


def merchant(merchant_id: str) -> Key:
    return Key(pk=f"MERCHANT#{merchant_id}", sk=MERCHANT_RECORD)


def enrolment(merchant_id: str, campaign_id: str) -> Key:
    return Key(pk=f"MERCHANT#{merchant_id}", sk=f"{ENROLMENT}{campaign_id}")


def joined(campaign_id: str, merchant_id: str = "") -> Key:
    """Without a merchant: before the first."""
    return Key(pk=f"JOINED#{campaign_id}", sk=f"{MERCHANT}{merchant_id}" if merchant_id else "")


def fold(sweep_id: str, place: int) -> Key:
    return Key(pk=f"SWEEP#{sweep_id}#{place}", sk="FOLD")


def fold_rest(sweep_id: str, place: int, digest: str, number: int) -> Key:
    return Key(pk=f"SWEEP#{sweep_id}#{place}", sk=f"REST#{digest}#{number}")


def withheld(merchant_id: str) -> Key:
    return Key(pk=f"WITHHELD#{merchant_id}", sk="RECORD")


DAYS = "DAYS"
DAY_BUCKETS = 16
"""The merchants of a day are in 16 partitions, so that the first lines of a morning do not meet at one hot key.

No merchant's partition has such a key: merchant ids have no capital letters.
"""
MERCHANT = "MERCHANT#"


def day(settlement_day: str) -> Key:
    return Key(pk=DAYS, sk=settlement_day)


def day_bucket(settlement_day: str, bucket: int) -> str:
    return f"DAY#{settlement_day}#{bucket}"


def merchant_day(settlement_day: str, merchant_id: str) -> Key:
    bucket = zlib.crc32(merchant_id.encode()) % DAY_BUCKETS
    return Key(pk=day_bucket(settlement_day, bucket), sk=f"{MERCHANT}{merchant_id}")


def merchant_in(sort_key: str) -> str:
    """The merchant in `MERCHANT#id[#campaign#currency]`."""
    return sort_key.removeprefix(MERCHANT).partition("#")[0]


def is_mark(sort_key: str) -> bool:
    """Whether it is a merchant's mark, and not its sums."""
    return "#" not in sort_key.removeprefix(MERCHANT)


def merchant_sums(settlement_day: str, merchant_id: str, campaign_id: str = "", currency: str = "") -> Key:
    """The key of a campaign's sums, after the merchant's mark; without a campaign the prefix of all of them."""
    key = merchant_day(settlement_day, merchant_id)
    return Key(pk=key["pk"], sk=f"{key['sk']}#{campaign_id}#{currency}" if campaign_id else f"{key['sk']}#")


def spent(batch_id: str, settlement_day: str) -> Key:
    return Key(pk=f"BATCH#{batch_id}", sk=f"SPENT#{settlement_day}")


CLAIM = "CLAIM#"
BOOKING = "BOOKING#"


def claim_bucket(name: str, bucket: int) -> str:
    return f"{name}#{bucket}"


def claim(name: str, buckets: int, person: bytes) -> Key:
    return Key(pk=claim_bucket(name, bucket_of(person, buckets)), sk=f"{CLAIM}{person_text(person)}")


def booking(name: str, buckets: int, person: bytes) -> Key:
    return Key(pk=claim_bucket(name, bucket_of(person, buckets)), sk=f"{BOOKING}{person_text(person)}")


LAST = "LAST"


def limit(campaign_id: str, limit_id: str, subject: bytes, period: str = "") -> Key:
    """`subject`: the key of a person or a household. Without a period: the last claim under the limit."""
    pk = f"LIMIT#{campaign_id}#{limit_id}#{person_text(subject)}"
    return Key(pk=pk, sk=f"PERIOD#{period}" if period else LAST)


def order(merchant_id: str, order_no: str) -> Key:
    return Key(pk=f"{merchant_id}#{order_no}", sk="ORDER")


def line_partition(merchant_id: str, day: str, shard: int) -> str:
    return f"{merchant_id}#{day}#{shard}"


def line(merchant_id: str, day: str, order_no: str, reversal_no: str = "") -> Key:
    shard = zlib.crc32(order_no.encode()) % LINE_SHARDS
    sk = f"{order_no}#{reversal_no}" if reversal_no else order_no
    return Key(pk=line_partition(merchant_id, day, shard), sk=sk)


LATE = "LATE#"
"""No merchant's partition has such a key: merchant ids have no capital letters."""


def late_scans(merchant_id: str, day: str) -> Key:
    return Key(pk=f"{LATE}{merchant_id}", sk=day)


def numbers_of(sort_key: str) -> tuple[str, str]:
    """Order number and reversal number of a line; the second is empty for a redemption."""
    order_no, _, reversal_no = sort_key.partition("#")
    return order_no, reversal_no


def merchant_of(partition: str) -> str:
    """The merchant in `merchant#day#shard`."""
    return partition.partition("#")[0]


def claim_key_of(partition: str) -> str:
    """The claim key in `claim_key#bucket`."""
    return partition.rpartition("#")[0]


def campaign_of(partition: str) -> str:
    """The campaign in `CAMPAIGN#id`."""
    return partition.partition("#")[2]


def batch_of(partition: str) -> str:
    """The batch in `BATCH#id`."""
    return partition.partition("#")[2]


def person_text(person: bytes) -> str:
    return base64.urlsafe_b64encode(person).rstrip(b"=").decode()


def person_of(sort_key: str) -> bytes:
    """The person in `CLAIM#person` or `BOOKING#person`."""
    return person_named(sort_key.partition("#")[2])


def person_named(text: str) -> bytes:
    """The person whose `person_text` this is."""
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
