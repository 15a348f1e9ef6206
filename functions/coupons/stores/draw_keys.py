"""Keys of a lottery's draw (table `catalog`).

| pk | sk | item |
|---|---|---|
| `BATCH#id` | `DRAW#COMMITMENT` | the list of entries, fixed and signed |
| | `DRAW#BEACON` | the randomness of its round |
| | `DRAW#COHORT#k` | the cutoffs of the winners (1) or of a reserve (2, 3) |
| | `DRAW#END` | why nothing of the draw changes any more |
| | `DRAW#MARK#mark` | each winner was credited, or each identity removed |
| `HISTOGRAM#id` | `SCORES` | how many entries have which score; apart, because it is long |
"""

from __future__ import annotations

from coupons.stores.keys import Key

DRAW = "DRAW#"
COMMITMENT, BEACON, COHORT, END = f"{DRAW}COMMITMENT", f"{DRAW}BEACON", f"{DRAW}COHORT#", f"{DRAW}END"


def partition(batch_id: str) -> str:
    return f"BATCH#{batch_id}"


def commitment(batch_id: str) -> Key:
    return Key(pk=partition(batch_id), sk=COMMITMENT)


def beacon(batch_id: str) -> Key:
    return Key(pk=partition(batch_id), sk=BEACON)


def cohort(batch_id: str, number: int) -> Key:
    return Key(pk=partition(batch_id), sk=f"{COHORT}{number}")


def mark(batch_id: str, mark: str) -> Key:
    return Key(pk=partition(batch_id), sk=f"{DRAW}MARK#{mark}")


def end(batch_id: str) -> Key:
    return Key(pk=partition(batch_id), sk=END)


def histogram(batch_id: str) -> Key:
    return Key(pk=f"HISTOGRAM#{batch_id}", sk="SCORES")
