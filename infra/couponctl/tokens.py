"""What a JWT says, unverified: only for messages. The stack verifies it."""

from __future__ import annotations

import base64
import json
from typing import Any

from coupons.times import rfc3339


def claims_of(token: str | None) -> dict[str, Any] | None:
    """The claims of a token; None if it cannot be read."""
    payload = [*(token or "").split("."), ""][1]
    try:
        claims = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    except ValueError:
        return None
    return claims if isinstance(claims, dict) else None


def scopes_of(token: str | None) -> list[str] | None:
    """The scopes of a token; None if it cannot be read."""
    claims = claims_of(token)
    if claims is None:
        return None
    stated = claims.get("scope") or claims.get("scp") or ""
    return stated.split() if isinstance(stated, str) else [str(one) for one in stated]


def expiry_of(token: str | None) -> str | None:
    """When a token expires; None if it does not say so."""
    expires_s = (claims_of(token) or {}).get("exp")
    try:
        return rfc3339(expires_s) if isinstance(expires_s, int) else None
    except (OverflowError, ValueError):
        return None
