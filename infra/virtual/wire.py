"""Requests and answers of AWS JSON 1.0 and 1.1, as clients send and read them.

docs.aws.amazon.com/amazondynamodb/latest/developerguide/Programming.LowLevelAPI.html
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Mapping
from typing import Any
from zlib import crc32

from botocore.exceptions import ClientError

from infra.virtual.parser import UnsupportedError
from infra.virtual.store import Store

_BORDER = re.compile(r"(?<=[a-z])(?=[A-Z])")
DYNAMODB, SECRETS = "DynamoDB_20120810", "secretsmanager"


def answered(store: Store, secrets: Mapping[str, str], target: str, body: bytes) -> tuple[int, bytes]:
    """Status and body of the answer to a request. `target` is its header: `DynamoDB_20120810.PutItem`."""
    service, _, operation = target.partition(".")
    try:
        request = json.loads(body, object_hook=_with_bytes)
        if service == SECRETS and operation == "GetSecretValue":
            answer = _secret(secrets, request["SecretId"])
        elif service == DYNAMODB and operation in _TABLES:
            answer = _TABLES[operation](store, request)
        elif service == DYNAMODB and (known := getattr(store, _BORDER.sub("_", operation).lower(), None)):
            answer = known(**request)
        else:
            raise UnsupportedError(target)
    except ClientError as refused:
        told: Any = {**refused.response}
        status = told.pop("ResponseMetadata")["HTTPStatusCode"]
        error = told.pop("Error")
        return status, _bytes({"__type": f"com.amazonaws#{error['Code']}", "message": error["Message"], **told})
    except UnsupportedError as unknown:
        return 400, _bytes({"__type": "com.amazonaws#UnknownOperationException", "message": str(unknown)})
    return 200, _bytes(answer)


def headers(body: bytes) -> dict[str, str]:
    """Of an answer. DynamoDB sends the checksum of each."""
    return {
        "content-type": "application/x-amz-json-1.0",
        "content-length": str(len(body)),
        "x-amz-crc32": str(crc32(body)),
        "x-amzn-requestid": "0",
    }


def _created(store: Store, request: Mapping[str, Any]) -> dict[str, Any]:
    store.create_table(**request)
    return {"TableDescription": {"TableName": request["TableName"], "TableStatus": "ACTIVE"}}


_TABLES = {"CreateTable": _created}


def _secret(secrets: Mapping[str, str], name: str) -> dict[str, Any]:
    if name not in secrets:
        message = "Secrets Manager can't find the specified secret."
        response: Any = {
            "Error": {"Code": "ResourceNotFoundException", "Message": message},
            "ResponseMetadata": {"HTTPStatusCode": 400},
        }
        raise ClientError(response, "GetSecretValue")
    return {"ARN": name, "Name": name, "SecretString": secrets[name]}


def _with_bytes(found: dict[str, Any]) -> dict[str, Any]:
    """A binary value is base64 on the wire, and an attribute of that name has a dictionary for its value."""
    if isinstance(found.get("B"), str):
        found["B"] = base64.b64decode(found["B"])
    return found


def _bytes(answer: Mapping[str, Any]) -> bytes:
    return json.dumps(answer, default=lambda binary: base64.b64encode(binary).decode()).encode()
