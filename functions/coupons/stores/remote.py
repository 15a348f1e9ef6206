"""Calls to other services: the limits of each, and what is known of the effect of a call that failed.

| outcome | what is known | the caller |
|---|---|---|
| applied | answered 2xx, with a complete body | goes on |
| not applied | refused, or not sent: it has no effect, now or later | may repeat |
| unknown | it may have been applied, or be applied a moment later | may repeat if the repeat finds the effect |
| none of these | a bug or a missing permission: not applied, and a repeat would fail too | raises it |

Refused conditions are not failures; `dynamodb.py` looks for them first. DynamoDB and Secrets Manager have a client of
our own (`json_client.py`); the bus, the queue, and whatever is configured in a way that it does not know, have boto3
(`boto.py`), which nothing else loads. The codes are those of the services' API references and of
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Programming.Errors.html.
"""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Mapping
from typing import Any

from coupons.stores.calls import CallLimits, NotSent, Outcome, ServiceRefused, Unanswered
from coupons.stores.endpoints import UnknownSetting
from coupons.stores.json_client import SERVICES, JsonClient

BY_CODE: dict[str, Outcome] = {
    # Throttled.
    "LimitExceededException": "not applied",
    "ProvisionedThroughputExceededException": "not applied",
    "RequestLimitExceeded": "not applied",
    "Throttling": "not applied",
    "ThrottlingException": "not applied",
    "TooManyRequestsException": "not applied",
    # Another request is changing the same item.
    "ReplicatedWriteConflictException": "not applied",
    "TransactionConflictException": "not applied",
    # The request's credentials or its time of signing: the next request has fresh ones.
    "ExpiredTokenException": "not applied",
    "InvalidSignatureException": "not applied",
    "UnrecognizedClientException": "not applied",
    # The same transaction, sent by an earlier attempt, is in progress: its end is not known yet.
    "TransactionInProgressException": "unknown",
    "RequestTimeout": "unknown",
    "RequestTimeoutException": "unknown",
}
CANCELLED: dict[str, Outcome] = {
    "ProvisionedThroughputExceeded": "not applied",
    "ThrottlingError": "not applied",
    "TransactionConflict": "not applied",
}
"""By the code of any reason for which a transaction was cancelled. There may be refused conditions too. The transaction
is not applied either way, but not all conditions that would refuse it are known, so it is sent again."""
BY_CLASS: dict[type[Exception], Outcome] = {NotSent: "not applied", Unanswered: "unknown"}
"""Of errors that our own client raises; `boto.py` has botocore's."""


def failures() -> tuple[type[Exception], ...]:
    """What a client raises if a call was not answered 2xx. Nothing raises botocore's errors before it is loaded."""
    if "botocore.exceptions" not in sys.modules:
        return ServiceRefused, NotSent, Unanswered
    from coupons.stores import boto  # noqa: PLC0415 - a plain claim or redemption loads no botocore

    return ServiceRefused, NotSent, Unanswered, *boto.FAILURES


def response(error: Exception) -> Mapping[str, Any] | None:
    """The answer that refused the call; None if it was not answered."""
    found = getattr(error, "response", None)
    return found if isinstance(found, Mapping) and "Error" in found else None


def code(error: Exception) -> str:
    """Of the answer that refused the call; empty if it was not answered."""
    found = response(error)
    return found["Error"]["Code"] if found else ""


def outcome(error: Exception) -> Outcome | None:
    """What is known of the effect of the call that raised `error`; None: a repeat would fail too."""
    answer = response(error)
    if type(error) in BY_CLASS:
        return BY_CLASS[type(error)]
    if answer is None:
        from coupons.stores import boto  # noqa: PLC0415 - as above

        return boto.outcome(error)
    if code(error) == "TransactionCanceledException":
        codes = [reason.get("Code", "") for reason in answer.get("CancellationReasons", [])]
        return next((CANCELLED[code] for code in codes if code in CANCELLED), None)
    at_fault = answer["ResponseMetadata"].get("HTTPStatusCode", 0) >= 500
    return BY_CODE.get(code(error)) or ("unknown" if at_fault else None)


def client(service: str, limits: CallLimits, **more: Any) -> Any:
    """A low-level client whose calls keep `limits`; boto3's, if there is `more` for it."""
    if service in SERVICES and not more:
        try:
            return JsonClient(service, limits, os.environ)
        except UnknownSetting as unknown:
            logging.getLogger(__name__).warning("%s is called through boto3, because of %s", service, unknown)
    from coupons.stores import boto  # noqa: PLC0415 - as above

    return boto.client(service, limits, **more)


def reopen(client: Any) -> None:
    """The client's connections and credentials are new from now on, if it is ours; boto3 looks after its own."""
    if isinstance(client, JsonClient):
        client.reopen()
