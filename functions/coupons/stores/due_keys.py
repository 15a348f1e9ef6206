"""Keys of the due list (table `catalog`).

| pk | sk | item |
|---|---|---|
| `DUE` | `BATCH#id` | a published batch: what wallets need of it, and whether something is still due |
| | `CAMPAIGN#id` | its end |
| | `DRAW#id` | a lottery whose draw is not done; it has no other attribute |
| | `ZONE#name` | a time zone of a published campaign, for good |
| | `CHECK#` | when the list was compared with the index, and when something last left it |
"""

from __future__ import annotations

from coupons.stores.keys import Key

DUE = "DUE"
BATCH = "BATCH#"
CAMPAIGN = "CAMPAIGN#"
ZONE = "ZONE#"
CHECK = "CHECK#"
DRAW = "DRAW#"


def due_batch(batch_id: str) -> Key:
    return Key(pk=DUE, sk=f"{BATCH}{batch_id}")


def due_campaign(campaign_id: str) -> Key:
    return Key(pk=DUE, sk=f"{CAMPAIGN}{campaign_id}")


def due_zone(timezone: str) -> Key:
    return Key(pk=DUE, sk=f"{ZONE}{timezone}")


def due_check() -> Key:
    return Key(pk=DUE, sk=CHECK)


def due_draw(batch_id: str) -> Key:
    return Key(pk=DUE, sk=f"{DRAW}{batch_id}")
