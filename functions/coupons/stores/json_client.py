"""DynamoDB and Secrets Manager by AWS's JSON protocol: a client of a few operations, without an SDK.

Its methods take parameters and give answers as boto3's low-level client does; what AWS spells in base64 (`B`, `BS`,
SecretBinary) is bytes on our side. Each call is sent once, unless its limits allow several attempts, which reads only
may have. It raises what `calls.py` lists:

| moment | raised |
|---|---|
| no credentials, no connection | NotSent |
| from the first byte on: no complete answer in time | Unanswered |
| an answer whose `x-amz-crc32` is another, that is no JSON object, or an error without a code | Unanswered |
| an error with a code | ServiceRefused |

botocore also passes on Lambda's trace header, which neither service uses. X-Ray sees calls to AWS only where its SDK
patches botocore, which these functions never loaded.
"""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, NamedTuple
from zlib import crc32

from coupons.clock import Clock, SystemClock
from coupons.stores.calls import CallLimits, NotSent, ServiceRefused, Unanswered
from coupons.stores.connections import Answer, Connections
from coupons.stores.credentials import CredentialSource
from coupons.stores.endpoints import endpoint_of
from coupons.stores.signatures import Signer


class _Protocol(NamedTuple):
    target: str
    content_type: str
    operations: tuple[str, ...]


_PROTOCOLS = {
    "dynamodb": _Protocol(
        "DynamoDB_20120810",
        "application/x-amz-json-1.0",
        (
            "BatchGetItem",
            "BatchWriteItem",
            "DeleteItem",
            "GetItem",
            "PutItem",
            "Query",
            "TransactWriteItems",
            "UpdateItem",
        ),
    ),
    "secretsmanager": _Protocol("secretsmanager", "application/x-amz-json-1.1", ("GetSecretValue",)),
}
SERVICES = frozenset(_PROTOCOLS)
STALE_CREDENTIALS = {"ExpiredTokenException", "InvalidSignatureException", "UnrecognizedClientException"}


class JsonClient:
    """For one service; `put_item(**parameters)` and so on. Threads may share it; forked processes may not."""

    def __init__(
        self, service: str, limits: CallLimits, variables: Mapping[str, str], clock: Clock | None = None
    ) -> None:
        """Raises UnknownSetting for variables that only boto3 knows. Signatures need the time that AWS has: never a
        test clock's.
        """
        protocol, endpoint = _PROTOCOLS[service], endpoint_of(service, variables)
        self._clock = clock or SystemClock()
        self._attempts = limits.attempts
        self._content_type = protocol.content_type
        self._start = f"POST {endpoint.path} HTTP/1.1\r\n"
        self._signer = Signer(service, endpoint)
        self._credentials = CredentialSource(variables, limits, self._clock)
        self._connections = Connections(endpoint, limits, self._clock)
        self._calls: dict[str, Callable[..., dict[str, Any]]] = {
            _snake(operation): partial(self._call, f"{protocol.target}.{operation}")
            for operation in protocol.operations
        }

    def __getattr__(self, operation: str) -> Callable[..., dict[str, Any]]:
        try:
            return self._calls[operation]
        except KeyError:
            raise AttributeError(f"no operation {operation!r}") from None

    def reopen(self) -> None:
        """Connections and credentials are new from now on, as a restored process needs."""
        self._credentials.drop()
        self._connections.close()

    def close(self) -> None:
        self._connections.close()

    def _call(self, target: str, /, **parameters: Any) -> dict[str, Any]:
        body = _ENCODED(parameters).encode()
        for _ in range(self._attempts - 1):
            try:
                return self._once(target, body)
            except (NotSent, Unanswered):
                continue
        return self._once(target, body)

    def _once(self, target: str, body: bytes) -> dict[str, Any]:
        headers = self._signer.signed(
            {"content-type": self._content_type, "x-amz-target": target},
            body,
            self._credentials.current(),
            self._clock.wall_s(),
        )
        lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        head = f"{self._start}{lines}accept-encoding: identity\r\ncontent-length: {len(body)}\r\n\r\n"
        answer = self._connections.exchange(head.encode("ascii") + body)
        content = content_of(answer)
        if 200 <= answer.status < 300:
            return content
        refused = _refused(answer, content)
        if refused.response["Error"]["Code"] in STALE_CREDENTIALS:
            self._credentials.drop()
        raise refused


def _snake(operation: str) -> str:
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in operation)[1:]


def _base64(value: object) -> str:
    if isinstance(value, bytes):
        return b64encode(value).decode()
    raise TypeError(f"no JSON for a {type(value).__name__}")


_ENCODED = json.JSONEncoder(separators=(",", ":"), default=_base64).encode


def _bytes(found: dict[str, Any]) -> dict[str, Any]:
    """A JSON object whose base64 is bytes. An attribute *named* B or BS holds an object, never text."""
    for name in found.keys() & {"B", "SecretBinary"}:
        if isinstance(found[name], str):
            found[name] = b64decode(found[name], validate=True)
    of_set = found.get("BS")
    if isinstance(of_set, list) and all(isinstance(one, str) for one in of_set):
        found["BS"] = [b64decode(one, validate=True) for one in of_set]
    return found


def content_of(answer: Answer) -> dict[str, Any]:
    """Raises Unanswered if this is not what the service wrote."""
    told = answer.headers.get("x-amz-crc32")
    if told not in (None, str(crc32(answer.body))):
        raise Unanswered("the answer was changed on its way")
    has_bytes = any(name in answer.body for name in (b'"B"', b'"BS"', b'"SecretBinary"'))
    try:
        content = json.loads(answer.body, object_hook=_bytes if has_bytes else None)
    except ValueError as error:
        raise Unanswered("the answer is not JSON") from error
    if not isinstance(content, dict):
        raise Unanswered("the answer is no object")
    return content


def _refused(answer: Answer, content: dict[str, Any]) -> ServiceRefused:
    """Raises Unanswered if the answer is not of this protocol: then somebody else wrote it."""
    stated = content.pop("__type", None)
    code = stated.rpartition("#")[2] if isinstance(stated, str) else ""
    if not code:
        raise Unanswered(f"status {answer.status}, and no code")
    message = content.pop("message", None) or content.pop("Message", "")
    return ServiceRefused(
        {
            **content,
            "Error": {"Code": code, "Message": message},
            "ResponseMetadata": {"HTTPStatusCode": answer.status},
        }
    )
