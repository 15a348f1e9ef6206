"""Hashes of caller and source for the log line of a request.

They show whether ten thousand refusals went to one sender or to ten thousand people.

| field | equal for |
|---|---|
| `caller` | the same person, with any account; where the token has no identity, the same account |
| `source` | the same address: the last entry of `X-Forwarded-For`. The gateway appends it; others may be forged |

Each is a short keyed hash with a derivation of its own: without the keys nobody can tell from a line who a person is,
or find their items. Routes that everybody may read have neither, because their function has no keys. The gateway's own
log has the address that connected to it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from coupons.sealing import Keys
from coupons.web.callers import name_in

_FORWARDED = "x-forwarded-for"


def traces(keys: Keys, claims: Mapping[str, Any], headers: Mapping[str, str]) -> dict[str, str]:
    """Each field as 16 hex digits; unknown ones are left out. Works for requests that will be refused, too."""
    address = headers.get(_FORWARDED, "").rpartition(",")[2].strip()
    found = {"caller": name_in(claims), "source": address}
    return {field: keys.trace(field, name) for field, name in found.items() if name}
