"""Lambda function `expire`: what is due every minute. The schedule calls it, and the tick of the local stack."""

from __future__ import annotations

from typing import Any

from coupons.schedule.minute import run_schedule
from coupons.web.background import BackgroundFunction

WORK_S = 45.0
"""The function's timeout is 60 s: the rest is for the piece of work that is under way."""

_function = BackgroundFunction(
    "schedule", "CATALOG_TABLE", "CLAIMS_TABLE", "ORDERS_TABLE", "POINTS_TABLE", "KEYS_SECRET_ARN", "EVENT_BUS"
)


def handler(_event: dict[str, Any], _context: Any) -> dict[str, Any]:
    """Do what is due: `{"did": [...], "more": bool}`. `more`: there is work left; call again at once."""
    with _function.invocation() as services:
        report = run_schedule(services, int(services.clock.wall_s()), services.clock.monotonic_s() + WORK_S)
    _function.log("schedule", did=report.did, more=report.more)
    broken = [done for done in report.did if done["step"] == "broken"]
    if broken:
        # Raised after everything else is done and logged. The function fails, which sets off its alarm.
        raise AssertionError(f"an invariant is broken: {broken}")
    return {"did": report.did, "more": report.more}
