"""Lambda function `expire`: called by the schedule once a minute, and by the local stack's tick."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools import Logger

from coupons.process.services import shared_services
from coupons.schedule.minute import run_schedule
from coupons.web.metrics import Measures

WORK_S = 45.0
"""Of the function's timeout of 60 s: a fold that was begun may end."""

_logger = Logger()
_measures = Measures()


def handler(_event: dict[str, Any], _context: Any) -> dict[str, Any]:
    """Do what is due: `{"did": [...], "more": bool}`; `more`: call again at once."""
    services = shared_services()
    try:
        report = run_schedule(services, int(services.clock.wall_s()), services.clock.monotonic_s() + WORK_S)
    finally:
        _measures.consumed("schedule")
    _logger.info("schedule", did=report.did, more=report.more)
    broken = [done for done in report.did if done["step"] == "broken"]
    if broken:
        # After everything else is done and logged: the function fails, and the alarm rings.
        raise AssertionError(f"an invariant is broken: {broken}")
    return {"did": report.did, "more": report.more}
