"""What a failed call says of its effect, row by row; and answers that were changed on the way."""

from __future__ import annotations

import os
from typing import Any
from unittest.mock import patch
from zlib import crc32

import pytest
from botocore import exceptions as faults
from botocore.awsrequest import AWSResponse
from botocore.parsers import ResponseParserError

from coupons.stores import boto, bus, draw_files, dynamodb, failed_records, remote, secrets
from coupons.stores.calls import NotSent, ServiceRefused, Unanswered
from coupons.stores.connections import Answer
from coupons.stores.dynamodb import ConditionFailed, Dynamo, NoAnswer, NotApplied, TransactionFailed
from tests.store.faults import cancelled, fault
from tests.store.stores.test_dynamodb import Scripted

Meaning = tuple[Exception, type[Exception] | None]
CODES: list[Meaning] = [
    (fault("LimitExceededException"), NotApplied),
    (fault("ProvisionedThroughputExceededException"), NotApplied),
    (fault("RequestLimitExceeded"), NotApplied),
    (fault("Throttling"), NotApplied),
    (fault("ThrottlingException"), NotApplied),
    (fault("TooManyRequestsException", 429), NotApplied),
    (fault("ReplicatedWriteConflictException"), NotApplied),
    (fault("TransactionConflictException"), NotApplied),
    (fault("ExpiredTokenException"), NotApplied),
    (fault("InvalidSignatureException"), NotApplied),
    (fault("UnrecognizedClientException"), NotApplied),
    (fault("TransactionInProgressException"), NoAnswer),
    (fault("RequestTimeout", 408), NoAnswer),
    (fault("RequestTimeoutException"), NoAnswer),
]
REASONS: list[Meaning] = [
    (cancelled("None", "ConditionalCheckFailed"), TransactionFailed),
    (cancelled("TransactionConflict", "None"), NotApplied),
    (cancelled("None", "ThrottlingError"), NotApplied),
    (cancelled("ProvisionedThroughputExceeded"), NotApplied),
    (cancelled("ConditionalCheckFailed", "TransactionConflict"), NotApplied),
    (cancelled("ProvisionedThroughputExceeded", "ConditionalCheckFailed"), NotApplied),
    (cancelled("ConditionalCheckFailed", "ValidationError"), TransactionFailed),
    (cancelled("ValidationError"), None),
    (cancelled("ItemCollectionSizeLimitExceeded", "None"), None),
    (cancelled(), None),
]
CLASSES: list[Meaning] = [
    (faults.CredentialRetrievalError(provider="x", error_msg="x"), NotApplied),
    (faults.MetadataRetrievalError(error_msg="x"), NotApplied),
    (faults.NoAuthTokenError(), NotApplied),
    (faults.NoCredentialsError(), NotApplied),
    (faults.PartialCredentialsError(provider="x", cred_var="x"), NotApplied),
    (faults.SSOError(), NotApplied),
    (faults.TokenRetrievalError(provider="x", error_msg="x"), NotApplied),
    (faults.ConnectTimeoutError(endpoint_url="x"), NotApplied),
    (faults.EndpointConnectionError(endpoint_url="x"), NotApplied),
    (faults.ConnectionError(error="x"), NoAnswer),
    (faults.HTTPClientError(error="x"), NoAnswer),
    (faults.ChecksumError(checksum_type="x", expected_checksum="x", actual_checksum="y"), NoAnswer),
    (faults.IncompleteReadError(actual_bytes=1, expected_bytes=2), NoAnswer),
    (ResponseParserError("x"), NoAnswer),
]
OUR_OWN: list[Meaning] = [(NotSent("x"), NotApplied), (Unanswered("x"), NoAnswer)]
OTHERS: list[Meaning] = [
    (fault("ConditionalCheckFailedException"), ConditionFailed),
    (fault("InternalServerError", 500), NoAnswer),
    (fault("ServiceUnavailable", 503), NoAnswer),
    (faults.ReadTimeoutError(endpoint_url="x"), NoAnswer),
    (faults.ConnectionClosedError(endpoint_url="x"), NoAnswer),
    (faults.ResponseStreamingError(error="x"), NoAnswer),
    (faults.ProxyConnectionError(proxy_url="x"), NoAnswer),
    (faults.SSLError(endpoint_url="x", error="x"), NoAnswer),
    (faults.UnauthorizedSSOTokenError(), NotApplied),
    (fault("ValidationException"), None),
    (fault("AccessDeniedException"), None),
    (fault("ResourceNotFoundException"), None),
    (fault("ItemCollectionSizeLimitExceededException"), None),
    (fault("IdempotentParameterMismatchException"), None),
    (fault("MissingAuthenticationTokenException"), None),
    (faults.ParamValidationError(report="x"), None),
    (faults.NoRegionError(), None),
]


ANSWERED: list[Meaning] = [
    (ServiceRefused(vars(error)["response"]), meaning)
    for error, meaning in CODES + REASONS + OTHERS
    if isinstance(vars(error).get("response"), dict)
]
"""The same answers, as our own client raises them."""


@pytest.mark.parametrize(
    ("error", "meaning"),
    CODES + REASONS + CLASSES + OUR_OWN + OTHERS + ANSWERED,
    ids=lambda case: str(getattr(case, "response", repr(case)))[:60],
)
def test_what_an_error_means(error: Exception, meaning: type[Exception] | None) -> None:
    """Refused, certainly not applied, or unknown; any other error is raised as it is."""
    with pytest.raises(meaning or type(error)) as raised:
        Dynamo(Scripted(error)).call("put_item")
    assert type(raised.value) is (meaning or type(error))


def test_every_row_is_tested() -> None:
    """Each row of the tables has a case above."""
    responses: list[Any] = [vars(error)["response"] for error, _ in CODES]
    assert [response["Error"]["Code"] for response in responses] == list(remote.BY_CODE)
    assert [type(error) for error, _ in CLASSES] == list(boto.BY_CLASS)
    assert [type(error) for error, _ in OUR_OWN] == list(remote.BY_CLASS)
    reasons: list[Any] = [vars(error)["response"]["CancellationReasons"] for error, _ in REASONS]
    assert {reason["Code"] for row in reasons for reason in row} >= remote.CANCELLED.keys()


@pytest.mark.parametrize(
    ("client", "at_most_s"),
    [(bus.client, 7.5), (failed_records.client, 7.5), (draw_files.client, 7.0)],
    ids=["events", "sqs", "s3"],
)
def test_boto3_is_called_within_our_own_limits(client: Any, at_most_s: float) -> None:
    """Its own are a minute each for connecting and reading, and four attempts."""
    config = client().meta.config
    attempts = config.retries["total_max_attempts"]
    assert (config.connect_timeout + config.read_timeout) * attempts == at_most_s


@pytest.mark.parametrize(
    ("client", "at_most_s"), [(dynamodb.client, 1.5), (secrets.client, 3.0)], ids=["dynamodb", "secretsmanager"]
)
def test_what_boto3_does_not_call_has_limits_too(client: Any, at_most_s: float) -> None:
    """A claim is answered within 5 s though every attempt is lost; only the read of the keys is repeated below it."""
    limits = client()._connections._limits
    assert (limits.connect_s + limits.read_s) * limits.attempts == at_most_s


@pytest.mark.parametrize("setting", ["AWS_USE_FIPS_ENDPOINT", "AWS_USE_DUALSTACK_ENDPOINT", "AWS_PROFILE"])
def test_a_setting_that_only_boto3_knows_has_its_client(
    setting: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """With one line in the log, which names the setting and not its value."""
    monkeypatch.setenv("AWS_CONFIG_FILE", __file__ if setting == "AWS_PROFILE" else os.devnull)
    monkeypatch.setenv(setting, "true")
    with patch.object(boto, "client", lambda service, limits, **more: (service, limits)):
        assert dynamodb.client() == ("dynamodb", dynamodb.LIMITS)
        assert dynamodb.client(endpoint_url="x") == ("dynamodb", dynamodb.LIMITS)
    assert [record.getMessage() for record in caplog.records] == [
        f"dynamodb is called through boto3, because of {setting}"
    ]


ITEM = b'{"Item": {"pk": {"S": "p"}}}'
BODIES: list[tuple[bytes, dict[str, str], int, type[Exception] | None]] = [
    (ITEM, {"x-amz-crc32": str(crc32(ITEM))}, 200, None),
    (ITEM, {"x-amz-crc32": str(crc32(ITEM) ^ 1)}, 200, NoAnswer),
    (ITEM, {"x-amz-crc32": "none"}, 200, NoAnswer),
    (b'{"__type": "x#ConditionalCheckFailedException"}', {"x-amz-crc32": "1"}, 400, NoAnswer),
    (b"\xff", {"x-amz-crc32": str(crc32(b"\xff"))}, 200, NoAnswer),
    (ITEM, {}, 200, None),
    (ITEM[:-1], {}, 200, NoAnswer),
    (b"", {}, 200, NoAnswer),
    (b"\xff", {}, 200, NoAnswer),
    (b"<html>", {}, 200, NoAnswer),
    (b"<html>", {}, 400, NoAnswer),
    (b"<html>", {}, 503, NoAnswer),
]


@pytest.mark.parametrize("way", ["boto3", "ours"])
@pytest.mark.parametrize(("body", "headers", "status", "raised"), BODIES)
def test_a_body_that_is_not_what_was_sent_is_no_answer(
    body: bytes, headers: dict[str, str], status: int, raised: type[Exception] | None, way: str
) -> None:
    """botocore would take most of them for an absent item, and ignore wrong checksums."""

    class Raw:
        def stream(self) -> Any:
            return iter([body])

    if way == "ours":
        client = dynamodb.client()
        client._connections.exchange = lambda _: Answer(status, headers, body)
    else:
        client = boto.client("dynamodb", dynamodb.LIMITS)
        client.meta.events.register("before-send", lambda **_: AWSResponse("http://x", status, headers, Raw()))
    dynamo = Dynamo(client)
    if raised is None:
        assert dynamo.get("t", {"pk": "p"}, consistent=True) == {"pk": "p"}
        return
    with pytest.raises(raised):
        dynamo.get("t", {"pk": "p"}, consistent=True)
