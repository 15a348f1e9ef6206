"""`couponctl pages` against AWS as moto plays it: the bucket of the stack's outputs, and a sign-in that can work."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from moto import mock_aws

from infra.couponctl import pages
from infra.couponctl.main import main
from infra.couponctl.output import WrongUseError

ISSUER = "https://issuer.example"
TEMPLATE = {
    "Parameters": {"JwtIssuer": {"Type": "String"}, "SignInOrigins": {"Type": "String", "Default": ""}},
    "Resources": {"PagesBucket": {"Type": "AWS::S3::Bucket", "Properties": {"BucketName": "pages"}}},
    "Outputs": {
        "PagesBucketName": {"Value": {"Ref": "PagesBucket"}},
        "PagesUrl": {"Value": "https://season.example"},
        "DistributionId": {"Value": "EXAMPLE"},
    },
}


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """Invalidated distributions; the issuer answers."""
    for name, value in {
        "AWS_ACCESS_KEY_ID": "k",
        "AWS_SECRET_ACCESS_KEY": "s",
        "AWS_DEFAULT_REGION": "us-east-1",
    }.items():
        monkeypatch.setenv(name, value)
    document = {"discovery": f"{ISSUER}/.well-known/openid-configuration", "token_endpoint": f"{ISSUER}/token"}
    monkeypatch.setattr(pages, "_discovered", lambda issuer: document)
    invalidated: list[str] = []
    with mock_aws():
        monkeypatch.setattr(
            "moto.cloudfront.models.CloudFrontBackend.create_invalidation",
            lambda self, dist_id, paths, caller_ref: invalidated.append(dist_id) or _Invalidation(),
        )
        yield invalidated


class _Invalidation:
    invalidation_id, status, create_time, paths, caller_ref = "I", "COMPLETED", "2026-01-01T00:00:00Z", ["/*"], "c"
    location = "x"


def deployed(template: dict[str, Any] = TEMPLATE) -> None:
    boto3.client("cloudformation", region_name="us-east-1").create_stack(
        StackName="coupon-season",
        TemplateBody=json.dumps(template),
        Parameters=[{"ParameterKey": "JwtIssuer", "ParameterValue": ISSUER}],
    )


def test_the_pages_are_in_the_stacks_bucket(aws: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """With the issuer of the stack, the client and the telephone number; the edges forget what they kept."""
    deployed()
    assert main(["pages", "--client-id", "c", "--hotline", "12345"]) == 0
    found = boto3.client("s3", region_name="us-east-1").get_object(Bucket="pages", Key="config.json")["Body"].read()
    assert json.loads(found) == {"issuer": ISSUER, "client_id": "c", "hotline": "12345"}
    assert (capsys.readouterr().out, aws) == ("https://season.example\n", ["EXAMPLE"])


def test_a_stack_without_pages_is_named(aws: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """It was deployed with Pages=false; and a stack that is not there is no stack."""
    assert main(["pages", "--client-id", "c"]) == 3
    deployed({**TEMPLATE, "Outputs": {}})
    assert main(["pages", "--client-id", "c"]) == 2
    assert "Pages=true" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("origins", "token_endpoint", "lacks"),
    [
        ([ISSUER], f"{ISSUER}/token", None),
        ([f"{ISSUER}/"], f"{ISSUER}/oauth/token", None),
        ([ISSUER, "https://tokens.example"], "https://tokens.example/token", None),
        ([ISSUER], "https://tokens.example/token", "https://tokens.example"),
        ([f"{ISSUER}/pool"], f"{ISSUER}/token", ISSUER),
        (["https://tokens.example"], "https://tokens.example/token", ISSUER),
        ([ISSUER], None, "token_endpoint"),
    ],
)
def test_pages_may_ask_where_people_sign_in(origins: list[str], token_endpoint: str | None, lacks: str | None) -> None:
    """What the policy of the pages lacks is named before anything is uploaded."""
    issuer = {"discovery": f"{ISSUER}/.well-known/openid-configuration", "token_endpoint": token_endpoint}
    if lacks is None:
        pages.check_sign_in(issuer, origins)
    else:
        with pytest.raises(WrongUseError, match=lacks):
            pages.check_sign_in(issuer, origins)
