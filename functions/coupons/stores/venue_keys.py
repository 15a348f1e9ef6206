"""Keys of what venues were paid for check-ins (table `catalog`).

| pk | sk | item |
|---|---|---|
| `PAID#campaign#merchant` | `yyyy-mm-dd` | what a closed day's check-ins came to, by facility; the day's round |
| | `TOTAL` | the sum of all closed days |
"""

from __future__ import annotations

from coupons.stores.keys import Key

TOTAL = "TOTAL"


def paid(campaign_id: str, merchant_id: str, day: str) -> Key:
    """`day`: a settlement day, or `TOTAL`."""
    return Key(pk=f"PAID#{campaign_id}#{merchant_id}", sk=day)
