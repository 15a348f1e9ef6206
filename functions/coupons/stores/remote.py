"""Calls to other services: our own limits for each, and one table of what a call that failed says of its effect.

| outcome | what is known | the caller |
|---|---|---|
| applied | answered 2xx by a whole body | goes on |
| not applied | refused, or never sent: it has no effect, now or later | may repeat |
| unknown | it may have been applied, or be applied a moment later | may repeat what finds its own effect |
| none of these | a defect of ours or a missing right: nothing was applied, and no repeat mends it | a surprise |

Refused conditions are no failures; `dynamodb.py` tells them apart first. The codes are those of the services' API
references and of https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Programming.Errors.html.
"""

from __future__ import annotations

import json
from typing import Any, Literal, NamedTuple
from zlib import crc32

import boto3
from botocore import exceptions as faults
from botocore.config import Config
from botocore.parsers import ResponseParserError

Outcome = Literal["not applied", "unknown"]

BY_CODE: dict[str, Outcome] = {
    # Throttled.
    "LimitExceededException": "not applied",
    "ProvisionedThroughputExceededException": "not applied",
    "RequestLimitExceeded": "not applied",
    "Throttling": "not applied",
    "ThrottlingException": "not applied",
    "TooManyRequestsException": "not applied",
    # Another request is at work on the same item.
    "ReplicatedWriteConflictException": "not applied",
    "TransactionConflictException": "not applied",
    # The request's credentials or its time of signing: those of the next one are fresh.
    "ExpiredTokenException": "not applied",
    "InvalidSignatureException": "not applied",
    "UnrecognizedClientException": "not applied",
    # The same transaction is at work: an earlier attempt of ours, whose end is not known yet.
    "TransactionInProgressException": "unknown",
    "RequestTimeout": "unknown",
    "RequestTimeoutException": "unknown",
}
CANCELLED: dict[str, Outcome] = {
    "ProvisionedThroughputExceeded": "not applied",
    "ThrottlingError": "not applied",
    "TransactionConflict": "not applied",
}
"""By the code of any reason of a cancelled transaction. One may stand beside refused conditions: the transaction is not
applied either way, but which conditions would have refused it is known in part only, so it is sent again."""
BY_CLASS: dict[type[Exception], Outcome] = {
    # No credentials, so no request.
    faults.CredentialRetrievalError: "not applied",
    faults.MetadataRetrievalError: "not applied",
    faults.NoAuthTokenError: "not applied",
    faults.NoCredentialsError: "not applied",
    faults.PartialCredentialsError: "not applied",
    faults.SSOError: "not applied",
    faults.TokenRetrievalError: "not applied",
    # No connection, so no request.
    faults.ConnectTimeoutError: "not applied",
    faults.EndpointConnectionError: "not applied",
    # Sent, in part or whole; no answer, or none that can be read. Subclasses are read time-outs, connections closed.
    faults.ConnectionError: "unknown",
    faults.HTTPClientError: "unknown",
    faults.ChecksumError: "unknown",
    faults.IncompleteReadError: "unknown",
    ResponseParserError: "unknown",
}
"""By the nearest class."""
FAILURES = (faults.ClientError, faults.BotoCoreError, ResponseParserError)
"""What a client raises for a call that was not answered 2xx."""


def outcome(error: Exception) -> Outcome | None:
    """What is known of the effect of the call that raised `error`; None: no repeat mends it."""
    if isinstance(error, faults.ClientError):
        response: Any = error.response
        if response["Error"]["Code"] == "TransactionCanceledException":
            codes = [reason.get("Code", "") for reason in response.get("CancellationReasons", [])]
            return next((CANCELLED[code] for code in codes if code in CANCELLED), None)
        at_fault = response["ResponseMetadata"].get("HTTPStatusCode", 0) >= 500
        return BY_CODE.get(response["Error"]["Code"]) or ("unknown" if at_fault else None)
    return next((BY_CLASS[cls] for cls in type(error).__mro__ if cls in BY_CLASS), None)


class CallLimits(NamedTuple):
    """A call takes at most `attempts` times both time limits, and the SDK's pauses between attempts."""

    connect_s: float
    read_s: float
    attempts: int


def client(service: str, limits: CallLimits, **more: Any) -> Any:
    """A low-level client whose calls keep `limits`; `more` is for boto3."""
    config = Config(
        connect_timeout=limits.connect_s,
        read_timeout=limits.read_s,
        retries={"total_max_attempts": limits.attempts, "mode": "standard"},
        tcp_keepalive=True,
        parameter_validation=service != "dynamodb",  # what the stores build is tested, and validation costs a claim
    )
    made = boto3.client(service, config=config, **more)  # type: ignore[call-overload]
    made.meta.events.register("before-parse", _refuse_broken, unique_id="refuse-broken")
    return made


def _refuse_broken(response_dict: dict[str, Any], **_: Any) -> None:
    """Raises ChecksumError or ResponseParserError: a body that is not what was sent is no answer.

    botocore takes text that is no JSON for an empty answer, so that an item would look absent; and it compares
    DynamoDB's `x-amz-crc32` only to decide whether to try again, which a client of one attempt never does.
    """
    body, told = response_dict["body"], response_dict["headers"].get("x-amz-crc32")
    if told not in (None, str(crc32(body))):
        raise faults.ChecksumError(checksum_type="crc32", expected_checksum=told, actual_checksum=str(crc32(body)))
    try:
        json.loads(body)
    except ValueError as error:
        raise ResponseParserError("the answer's body is not JSON") from error
