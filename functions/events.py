"""Lambda function `events`: puts what the streams of claims and orders deliver on the event bus."""

from __future__ import annotations

from typing import Any

from coupons.schedule.relay import announce
from coupons.web.background import BackgroundFunction

_function = BackgroundFunction("events", "CATALOG_TABLE", "KEYS_SECRET_ARN", "EVENT_BUS", "FAILED_EVENTS_QUEUE_URL")


def handler(event: dict[str, Any], _context: Any) -> dict[str, int]:
    """`{"put": n, "failed": n}`: how many records are on the bus, and how many went to the queue of failures.

    After any exception Lambda sends the records again, in halves, until they are put or too old.
    """
    with _function.invocation() as services:
        told, failed = announce(services, event["Records"])
    _function.log("events", put=len(told), failed=failed)
    return {"put": len(told), "failed": failed}
