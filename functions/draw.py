"""Lambda function `draw`: what is due of lotteries' draws, every minute. No reclaim and no expiry waits for it."""

from __future__ import annotations

from typing import Any

from coupons.lottery.minute import run_draws
from coupons.web.background import BackgroundFunction

WORK_S = 240.0
"""The function's timeout is 900 s: the rest is for the piece of work that is under way. So at most five calls of a
schedule overlap, and share the places of a long list."""

_function = BackgroundFunction("draw", "CATALOG_TABLE", "CLAIMS_TABLE", "KEYS_SECRET_ARN", "DRAW_FILES")


def handler(_event: dict[str, Any], _context: Any) -> dict[str, Any]:
    """Do what is due: `{"did": [...], "more": bool}`. `more`: there is work left; call again at once."""
    with _function.invocation() as services:
        report = run_draws(services, int(services.clock.wall_s()), services.clock.monotonic_s() + WORK_S)
    _function.log("draw", did=report.did, more=report.more)
    broken = [done for done in report.did if done["step"] == "broken"]
    if broken:
        # Raised after everything else is done and logged. The function fails, which sets off its alarm.
        raise AssertionError(f"a draw is broken: {broken}")
    return {"did": report.did, "more": report.more}
