"""Who sent a request, as its line says it, so that ten thousand refusals of one are not those of ten thousand people.

| field | tells apart |
|---|---|
| `caller` | persons, by whatever account; where the token states no identity, accounts |
| `source` | addresses: the last entry of `X-Forwarded-For`. The gateway appends it; all before may be forged |

Each is a short keyed hash of a derivation of its own: nobody without the keys can name anybody by a line, or find their
items. Routes that everybody may read leave neither, because their function has no keys; the gateway's own log has the
address of whoever connected to it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from coupons.sealing import Keys
from coupons.web.callers import name_in

_FORWARDED = "x-forwarded-for"


def traces(keys: Keys, claims: Mapping[str, Any], headers: Mapping[str, str]) -> dict[str, str]:
    """Each field as 16 hex digits, left out where it is not known. Also of a request that is going to be refused."""
    address = headers.get(_FORWARDED, "").rpartition(",")[2].strip()
    found = {"caller": name_in(claims), "source": address}
    return {field: keys.trace(field, name) for field, name in found.items() if name}
