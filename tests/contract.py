"""The contract, as far as tests hold the code against it by hand."""

from __future__ import annotations

CONTRACT: dict[str, int] = {
    "unauthenticated": 401,
    "forbidden": 403,
    "malformed": 400,
    "not-found": 404,
    "method-not-allowed": 405,
    "not-open": 409,
    "closed": 409,
    "paused": 409,
    "stopped": 409,
    "not-eligible": 403,
    "full": 409,
    "already-claimed-group": 409,
    "drained": 409,
    "sold-out": 409,
    "insufficient-points": 409,
    "code-invalid": 400,
    "code-expired": 409,
    "order-conflict": 409,
    "coupon-not-usable": 409,
    "order-not-eligible": 422,
    "reversal-not-allowed": 409,
    "terms-frozen": 409,
    "revision-conflict": 409,
    "budget-exceeded": 409,
    "busy": 503,
}
"""The table of problems, slug → status, in its order of precedence."""
