"""Calls to other services: the limits of each, and what is known of the effect of a call that failed.

| outcome | what is known | the caller |
|---|---|---|
| applied | answered 2xx, with a complete body | goes on |
| not applied | refused, or not sent: it has no effect, now or later | may repeat |
| unknown | it may have been applied, or be applied a moment later | may repeat if the repeat finds the effect |
| none of these | a bug or a missing permission: not applied, and a repeat would fail too | raises it |

Refused conditions are not failures; `dynamodb.py` looks for them first. The codes are those of the services' API
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
    # Sent, in part or completely, without a readable answer. Subclasses: read timeouts, closed connections.
    faults.ConnectionError: "unknown",
    faults.HTTPClientError: "unknown",
    faults.ChecksumError: "unknown",
    faults.IncompleteReadError: "unknown",
    ResponseParserError: "unknown",
}
"""By the class of the error or its nearest base class."""
FAILURES = (faults.ClientError, faults.BotoCoreError, ResponseParserError)
"""What a client raises if a call was not answered 2xx."""


def outcome(error: Exception) -> Outcome | None:
    """What is known of the effect of the call that raised `error`; None: a repeat would fail too."""
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
        parameter_validation=service
        != "dynamodb",  # tests cover what the stores build, and validation would slow each claim
    )
    made = boto3.client(service, config=config, **more)  # type: ignore[call-overload]
    made.meta.events.register("before-parse", _refuse_broken, unique_id="refuse-broken")
    return made


def _refuse_broken(response_dict: dict[str, Any], **_: Any) -> None:
    """Raises ChecksumError or ResponseParserError if the body is not complete and unchanged.

    botocore reads a body that is not JSON as an empty answer, so that an item would look absent. It compares
    DynamoDB's `x-amz-crc32` only to decide whether to try again, and a client of one attempt never does.
    """
    body, told = response_dict["body"], response_dict["headers"].get("x-amz-crc32")
    if told not in (None, str(crc32(body))):
        raise faults.ChecksumError(checksum_type="crc32", expected_checksum=told, actual_checksum=str(crc32(body)))
    try:
        json.loads(body)
    except ValueError as error:
        raise ResponseParserError("the answer's body is not JSON") from error
