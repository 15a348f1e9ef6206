"""What a failed call says of its effect, row by row; and answers that were changed on the way."""

from __future__ import annotations

from typing import Any
from zlib import crc32

import pytest
from botocore import exceptions as faults
from botocore.awsrequest import AWSResponse
from botocore.parsers import ResponseParserError

from coupons.stores import bus, dynamodb, failed_records, remote, secrets
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


@pytest.mark.parametrize(
    ("error", "meaning"),
    CODES + REASONS + CLASSES + OTHERS,
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
    assert [type(error) for error, _ in CLASSES] == list(remote.BY_CLASS)
    reasons: list[Any] = [vars(error)["response"]["CancellationReasons"] for error, _ in REASONS]
    assert {reason["Code"] for row in reasons for reason in row} >= remote.CANCELLED.keys()


@pytest.mark.parametrize(
    ("client", "at_most_s"),
    [(dynamodb.client, 1.5), (bus.client, 7.5), (secrets.client, 3.0), (failed_records.client, 7.5)],
    ids=["dynamodb", "events", "secretsmanager", "sqs"],
)
def test_every_service_is_called_within_our_own_limits(client: Any, at_most_s: float) -> None:
    """boto3's own limits are a minute each for connecting and reading, and four attempts."""
    config = client().meta.config
    attempts = config.retries["total_max_attempts"]
    assert (config.connect_timeout + config.read_timeout) * attempts == at_most_s


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


@pytest.mark.parametrize(("body", "headers", "status", "raised"), BODIES)
def test_a_body_that_is_not_what_was_sent_is_no_answer(
    body: bytes, headers: dict[str, str], status: int, raised: type[Exception] | None
) -> None:
    """botocore would take most of them for an absent item, and ignore wrong checksums."""

    class Raw:
        def stream(self) -> Any:
            return iter([body])

    client = dynamodb.client()
    client.meta.events.register("before-send", lambda **_: AWSResponse("http://x", status, headers, Raw()))
    dynamo = Dynamo(client)
    if raised is None:
        assert dynamo.get("t", {"pk": "p"}, consistent=True) == {"pk": "p"}
        return
    with pytest.raises(raised):
        dynamo.get("t", {"pk": "p"}, consistent=True)
