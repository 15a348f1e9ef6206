"""Lambda function `events`: puts what the streams of claims and orders deliver on the event bus."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools import Logger

from coupons.process.services import shared_services
from coupons.schedule.relay import announce
from coupons.web.metrics import MetricLines

_logger = Logger()
_metrics = MetricLines()


def handler(event: dict[str, Any], _context: Any) -> dict[str, int]:
    """`{"put": n, "failed": n}`: how many records are on the bus, and how many went to the queue of failures.

    After any exception Lambda sends the records again, in halves, until they are put or too old.
    """
    try:
        told, failed = announce(shared_services(), event["Records"])
    finally:
        _metrics.consumed("events")
    _logger.info("events", put=len(told), failed=failed)
    return {"put": len(told), "failed": failed}
