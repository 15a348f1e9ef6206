"""The SQS queue of stream records that can never become events: one SendMessage for each.

Lambda sends records there that it gave up after hours. Both kinds of message name a record without its content.
"""

from __future__ import annotations

import json
from typing import Any

from coupons.damage import Damaged
from coupons.stores import remote
from coupons.stores.calls import CallLimits

_LIMITS = CallLimits(connect_s=0.5, read_s=2.0, attempts=3)


class FailedRecords:
    def __init__(self, client: Any, queue_url: str) -> None:
        self._client = client
        self._queue_url = queue_url

    def put(self, damaged: Damaged, sequence_number: str) -> None:
        """The queue has at least one message about the record. All errors are raised: the stream repeats the record."""
        body = {
            "table": damaged.table,
            "keys": {"pk": damaged.pk, "sk": damaged.sk},
            "sequence_number": sequence_number,
            "reason": damaged.reason,
        }
        self._client.send_message(QueueUrl=self._queue_url, MessageBody=json.dumps(body))


def client() -> Any:
    return remote.client("sqs", _LIMITS)
