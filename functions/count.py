"""Lambda function `count`: adds what the streams of claims, orders and points deliver to the live statistics."""

from __future__ import annotations

from typing import Any

from coupons.count.shards import count, record_shard
from coupons.web.background import BackgroundFunction

_function = BackgroundFunction("count", "CATALOG_TABLE")


def handler(event: dict[str, Any], _context: Any) -> dict[str, dict[str, Any]]:
    """Every record is counted once. After any exception Lambda sends them again, until they are counted.

    The mapping has a tumbling window, because only then an event names its shard. Nothing is kept in the window's
    state, and its last event has no records.
    """
    records = event["Records"]
    with _function.invocation() as services:
        counted = 0
        if records:
            shard = record_shard(event, is_local=services.settings["STAGE"] == "local")
            counted = count(services, records, shard, int(services.clock.wall_s()))
    _function.log("count", records=len(records), counted=counted)
    return {"state": {}}
