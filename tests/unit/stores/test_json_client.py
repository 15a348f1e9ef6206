"""The client of DynamoDB and Secrets Manager, from parameters to bytes and back."""

from __future__ import annotations

import json
import os
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import boto3
import pytest

from coupons.stores.attributes import decode, encode
from coupons.stores.calls import CallLimits, NotSent, ServiceRefused, Unanswered
from coupons.stores.json_client import STALE_CREDENTIALS, JsonClient
from infra.virtual.certificates import Authority
from tests.unit.stores.wire import WAIT_S, Last, Wire, ok, wire
from tests.world import ManualClock

VARIABLES = {
    "AWS_ACCESS_KEY_ID": "first",
    "AWS_CONFIG_FILE": os.devnull,
    "AWS_REGION": "cn-north-1",
    "AWS_SECRET_ACCESS_KEY": "secret",
    "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
}
DEEP = [b"x", {"B": b"", "BS": [1], "deep": [{"b": b"y"}]}]
EVERYTHING = {"b": b"\0\xff", "deep": DEEP, "B": "B", "消": "费", "n": None}


@contextmanager
def client(
    *answers: bytes | Last | None, service: str = "dynamodb", attempts: int = 1
) -> Iterator[tuple[Wire, JsonClient]]:
    with wire(answers) as server:
        made = JsonClient(
            service, CallLimits(WAIT_S, WAIT_S, attempts), {**VARIABLES, "AWS_ENDPOINT_URL": server.url}, ManualClock()
        )
        try:
            yield server, made
        finally:
            made.close()


def _request(message: bytes) -> tuple[str, dict[str, str], bytes]:
    head, _, body = message.partition(b"\r\n\r\n")
    first, *lines = head.decode("ascii").split("\r\n")
    return first, dict(line.split(": ", 1) for line in lines), body


def test_a_request_is_what_boto3_would_send() -> None:
    """The same body, but for its spaces, under the same headers; what boto3 adds for itself is left out."""
    parameters: dict[str, Any] = {"TableName": "t", "Item": encode(EVERYTHING), "ReturnValues": "ALL_OLD"}
    with client(ok(), ok()) as (server, made):
        assert made.put_item(**parameters) == {}
        theirs = boto3.client("dynamodb", endpoint_url=server.url)
        theirs.put_item(**parameters)
        theirs.close()
        (first, headers, body), (_, boto_headers, boto_body) = map(_request, server.requests)
    assert first == "POST / HTTP/1.1"
    assert json.loads(body) == json.loads(boto_body)
    lower = {name.lower(): value for name, value in boto_headers.items()}
    assert headers.keys() <= lower.keys()
    changing = {"authorization", "x-amz-date", "content-length"}
    assert all(value == lower[name] for name, value in headers.items() if name not in changing)
    assert int(headers["content-length"]) == len(body)


def test_bytes_come_back_as_bytes() -> None:
    """In every nesting, in sets, in the item of a refusal; names and texts that look like them stay."""
    wired = json.dumps({"Item": encode(EVERYTHING)}, default=lambda value: b64encode(value).decode())
    refusal = wired.replace('{"Item"', '{"__type": "com.amazonaws#ConditionalCheckFailedException", "Item"', 1)
    of_set = b'{"Item": {"s": {"BS": ["eA=="]}}}'
    with client(ok(wired.encode()), ok(refusal.encode(), status=400), ok(of_set)) as (_, made):
        answer = made.get_item(TableName="t")
        assert answer == {"Item": encode(EVERYTHING)}
        assert decode(answer["Item"]) == EVERYTHING
        with pytest.raises(ServiceRefused) as raised:
            made.put_item(TableName="t")
        assert raised.value.response["Item"] == encode(EVERYTHING)
        assert made.get_item(TableName="t")["Item"] == {"s": {"BS": [b"x"]}}


def test_a_refusal_is_told_as_botocore_tells_it() -> None:
    """Code, message, status, and what the service adds."""
    reasons = [{"Code": "None"}]
    told = {"__type": "com.amazonaws.dynamodb.v20120810#TransactionCanceledException", "Message": "no"}
    not_its_own = {"Error": "else", "ResponseMetadata": "else"}
    body = json.dumps({**told, "CancellationReasons": reasons, **not_its_own}).encode()
    with client(ok(body, status=400)) as (_, made), pytest.raises(ServiceRefused) as raised:
        made.transact_write_items(TransactItems=[])
    assert str(raised.value) == "TransactionCanceledException: no"
    assert raised.value.response == {
        "Error": {"Code": "TransactionCanceledException", "Message": "no"},
        "ResponseMetadata": {"HTTPStatusCode": 400},
        "CancellationReasons": reasons,
    }


@pytest.mark.parametrize(
    "answer",
    [
        ok(x_amz_crc32="1"),
        ok(b"[]"),
        ok(b""),
        ok(b"<html>", status=403),
        ok(b'{"message": "no code"}', status=400),
        ok(b'{"__type": "x#ConditionalCheckFailedException"}', status=400, x_amz_crc32="1"),
        ok(b'{"Item": {"b": {"B": "no base64"}}}'),
        ok(b'{"__type": null, "message": "no code"}', status=400),
    ],
    ids=range(8),
)
def test_what_the_service_did_not_write_is_no_answer(answer: bytes) -> None:
    """Also an error: somebody between may have made it, while the write was applied."""
    with client(answer) as (_, made), pytest.raises(Unanswered):
        made.put_item(TableName="t")


def test_an_operation_that_is_not_used_is_not_there() -> None:
    """As a typing error would not be."""
    with client() as (_, made), pytest.raises(AttributeError):
        _ = made.create_table


def test_the_keys_are_read_by_the_same_client() -> None:
    """In the service's own dialect; a read may be repeated, and what was refused is not."""
    secret = b'{"SecretString": "{}", "SecretBinary": "eA==", "CreatedDate": 1.5}'
    refused = ok(b'{"__type": "AccessDeniedException"}', status=400)
    with client(Last(b""), ok(secret), refused, service="secretsmanager", attempts=2) as (server, made):
        assert made.get_secret_value(SecretId="a") == {"SecretString": "{}", "SecretBinary": b"x", "CreatedDate": 1.5}
        _, headers, _ = _request(server.requests[0])
        assert headers["content-type"] == "application/x-amz-json-1.1"
        assert headers["x-amz-target"] == "secretsmanager.GetSecretValue"
        with pytest.raises(ServiceRefused):
            made.get_secret_value(SecretId="a")
        assert len(server.requests) == 3


def test_authorities_are_read_once_for_both_services(tmp_path: Path) -> None:
    """To read the system's is a tenth of a cold start; another file of authorities is another trust."""
    own = {**VARIABLES, "AWS_CA_BUNDLE": str(Authority(tmp_path).path)}
    trusts = [
        JsonClient(service, CallLimits(WAIT_S, WAIT_S, 1), variables)._connections._tls
        for service, variables in (("dynamodb", VARIABLES), ("secretsmanager", VARIABLES), ("dynamodb", own))
    ]
    assert trusts[0] is trusts[1]
    assert trusts[0] is not trusts[2]


def test_a_write_is_sent_once() -> None:
    """Whoever repeats it must know that an earlier attempt may have arrived: `Dynamo` does."""
    with client(Last(b""), ok()) as (server, made):
        with pytest.raises(Unanswered):
            made.put_item(TableName="t")
        assert len(server.requests) == 1


def _key_ids(server: Wire) -> list[str]:
    return [_request(request)[1]["authorization"].split("Credential=")[1].split("/")[0] for request in server.requests]


@pytest.mark.parametrize("code", sorted(STALE_CREDENTIALS))
def test_credentials_that_are_refused_are_read_anew(code: str) -> None:
    """By the next call; until then they are not read at each."""
    refused = ok(json.dumps({"__type": code}).encode(), status=400)
    with client(ok(), refused, ok()) as (server, made):
        made.get_item()
        made._credentials._variables["AWS_ACCESS_KEY_ID"] = "second"
        with pytest.raises(ServiceRefused):
            made.get_item()
        made.get_item()
        assert _key_ids(server) == ["first", "first", "second"]


def test_a_restored_process_has_new_connections_and_credentials() -> None:
    """Those of the snapshot are somebody else's."""
    with client(ok(), ok()) as (server, made):
        made.get_item()
        made._credentials._variables["AWS_ACCESS_KEY_ID"] = "second"
        made.reopen()
        made.get_item()
        assert (_key_ids(server), server.connections) == (["first", "second"], 2)


def test_without_credentials_nothing_is_sent() -> None:
    """Not a line break either, which would end the header."""
    with client(ok()) as (server, made):
        made._credentials._variables["AWS_SESSION_TOKEN"] = "x\r\ny"
        with pytest.raises(NotSent):
            made.put_item(TableName="t")
        assert server.connections == 0
