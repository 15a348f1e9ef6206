"""Lambda function `events`: called with what the streams of claims and orders bring; puts it on the bus."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools import Logger

from coupons.process.services import shared_services
from coupons.schedule.relay import announce
from coupons.web.metrics import Measures

_logger = Logger()
_measures = Measures()


def handler(event: dict[str, Any], _context: Any) -> dict[str, int]:
    """`{"put": n, "failed": n}`: records on the bus, and records named in the queue of failures.

    Whatever it raises, Lambda sends the records again, in halves, until they are put or too old.
    """
    try:
        told, failed = announce(shared_services(), event["Records"])
    finally:
        _measures.consumed("events")
    _logger.info("events", put=len(told), failed=failed)
    return {"put": len(told), "failed": failed}
