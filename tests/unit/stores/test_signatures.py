"""Our signatures against those of botocore's own signer."""

from __future__ import annotations

import random
import string
from datetime import UTC, datetime
from unittest.mock import patch

import pytest
from botocore import auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials as BotoCredentials

from coupons.stores.credentials import Credentials
from coupons.stores.endpoints import endpoint_of
from coupons.stores.signatures import Signer

OPERATIONS = ("DynamoDB_20120810.PutItem", "secretsmanager.GetSecretValue", "DynamoDB_20120810.TransactWriteItems")
REGIONS = ("cn-north-1", "us-east-1", "ap-southeast-7", "us-gov-west-1")
URLS = (
    "",
    "http://127.0.0.1:4566",
    "https://localhost",
    "http://[::1]:80/",
    "https://db.example:8443/a/b-c",
    "http://h/~x/",
)
TOKEN = string.ascii_letters + string.digits + "+/="


def text(rng: random.Random, most: int) -> str:
    return "".join(rng.choices(TOKEN, k=rng.randint(1, most)))


@pytest.mark.parametrize("seed", range(8))
def test_botocore_signs_the_same(seed: int) -> None:
    """Hundreds of requests of any service, region, endpoint, body, credentials and second, after another of each."""
    rng = random.Random(seed)
    for _ in range(400):
        service = rng.choice(("dynamodb", "secretsmanager"))
        region, url = rng.choice(REGIONS), rng.choice(URLS)
        keys = {"AWS_ACCESS_KEY_ID": text(rng, 20), "AWS_SECRET_ACCESS_KEY": text(rng, 40)}
        token = text(rng, 900) if rng.random() < 0.8 else ""
        endpoint = endpoint_of(service, {**keys, "AWS_REGION": region, **({"AWS_ENDPOINT_URL": url} if url else {})})
        body = rng.randbytes(rng.choice((1, 2, 700, 70_000)))
        headers = {"content-type": "application/x-amz-json-1.0", "x-amz-target": rng.choice(OPERATIONS)}
        now_s = rng.uniform(1_500_000_000, 4_000_000_000)

        signer = Signer(service, endpoint)
        ours = Credentials(keys["AWS_ACCESS_KEY_ID"], keys["AWS_SECRET_ACCESS_KEY"], token, 0, 0)
        before = rng.choice((ours, ours._replace(secret=text(rng, 40))))
        signer.signed(headers, b"{}", before, now_s - rng.choice((0, 1, 86_400)))
        made = signer.signed(headers, body, ours, now_s)

        request = AWSRequest("POST", url or f"https://{endpoint.host}", headers=headers, data=body)
        request.url = request.prepare().url
        with patch.object(auth, "get_current_datetime", lambda at=now_s: datetime.fromtimestamp(at, UTC)):
            theirs = BotoCredentials(ours.key_id, ours.secret, token or None)
            auth.SigV4Auth(theirs, service, region).add_auth(request)
        assert made.pop("host") == auth._host_from_url(request.url)
        assert made == {name.lower(): value for name, value in request.headers.items()}
