"""Clients of boto3, for the services and the settings that `json_client.py` does not know.

Whatever imports this module loads boto3 and botocore: half of a cold start.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from zlib import crc32

import boto3
from botocore import exceptions as faults
from botocore.config import Config
from botocore.parsers import ResponseParserError

from coupons.stores.calls import CallLimits, Outcome

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
"""What a client of boto3 raises if a call was not answered 2xx."""


def outcome(error: Exception) -> Outcome | None:
    """What is known of the effect of a call that was not answered; None: a repeat would fail too."""
    return next((BY_CLASS[cls] for cls in type(error).__mro__ if cls in BY_CLASS), None)


def client(service: str, limits: CallLimits, *, options: Mapping[str, Any] | None = None, **more: Any) -> Any:
    """A low-level client whose calls keep `limits`; `options` are for its configuration, `more` for boto3."""
    config = Config(
        connect_timeout=limits.connect_s,
        read_timeout=limits.read_s,
        retries={"total_max_attempts": limits.attempts, "mode": "standard"},
        tcp_keepalive=True,
        parameter_validation=service
        != "dynamodb",  # tests cover what the stores build, and validation would slow each claim
        **(options or {}),
    )
    made = boto3.client(service, config=config, **more)  # type: ignore[call-overload]
    if service != "s3":  # it answers in XML or streams, and botocore compares its checksums
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
