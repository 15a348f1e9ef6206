"""The SQS queue of what the streams brought and can never be told: one SendMessage a record.

Lambda itself puts there what it gave up after hours; both name records and carry nothing of what they say.
"""

from __future__ import annotations

import json
from typing import Any

from coupons.damage import Damaged
from coupons.stores import remote

_LIMITS = remote.CallLimits(connect_s=0.5, read_s=2.0, attempts=3)


class FailedRecords:
    def __init__(self, client: Any, queue_url: str) -> None:
        self._client = client
        self._queue_url = queue_url

    def put(self, damaged: Damaged, sequence_number: str) -> None:
        """The record is named in the queue, once or more. Whatever goes wrong is raised: the stream brings it again."""
        body = {
            "table": damaged.table,
            "keys": {"pk": damaged.pk, "sk": damaged.sk},
            "sequence_number": sequence_number,
            "reason": damaged.reason,
        }
        self._client.send_message(QueueUrl=self._queue_url, MessageBody=json.dumps(body))


def client() -> Any:
    return remote.client("sqs", _LIMITS)
