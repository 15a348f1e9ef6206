"""Where a service is called; and every setting of botocore is known, harmless, or a reason for boto3."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.configprovider import BOTOCORE_DEFAUT_SESSION_VARIABLES

from coupons.stores.endpoints import NOT_KNOWN, Endpoint, UnknownSetting, endpoint_of

KEYS = {
    "AWS_ACCESS_KEY_ID": "k",
    "AWS_SECRET_ACCESS_KEY": "s",
    "AWS_CONFIG_FILE": os.devnull,
    "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
}
HERE = {**KEYS, "AWS_REGION": "cn-north-1"}
READ = {
    "AWS_CA_BUNDLE",
    "AWS_CONFIG_FILE",
    "AWS_DEFAULT_REGION",
    "AWS_SHARED_CREDENTIALS_FILE",
}
"""Of botocore's variables, those that we read too."""
OF_NO_MATTER = {
    # Our clients state their own.
    "AWS_MAX_ATTEMPTS",
    "AWS_RETRY_MODE",
    "AWS_DEFAULTS_MODE",
    # Of other services, of EC2's credentials, or of requests that we do not send.
    "AWS_CSM_CLIENT_ID",
    "AWS_CSM_HOST",
    "AWS_CSM_PORT",
    "AWS_DISABLE_HOST_PREFIX_INJECTION",
    "AWS_DISABLE_REQUEST_COMPRESSION",
    "AWS_EC2_METADATA_SERVICE_ENDPOINT",
    "AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE",
    "AWS_EC2_METADATA_V1_DISABLED",
    "AWS_IMDS_USE_IPV6",
    "AWS_METADATA_SERVICE_NUM_ATTEMPTS",
    "AWS_METADATA_SERVICE_TIMEOUT",
    "AWS_REQUEST_CHECKSUM_CALCULATION",
    "AWS_REQUEST_MIN_COMPRESSION_SIZE_BYTES",
    "AWS_RESPONSE_CHECKSUM_VALIDATION",
    "AWS_S3_DISABLE_EXPRESS_SESSION_AUTH",
    "AWS_SDK_UA_APP_ID",
    "AWS_STS_REGIONAL_ENDPOINTS",
    "BOTOCORE_TCP_KEEPALIVE",
}


def test_every_variable_of_botocore_has_been_judged() -> None:
    """A new one of a newer botocore must be handled, refused, or found to be of no matter."""
    names: set[str] = set()
    for _, variables, *_ in BOTOCORE_DEFAUT_SESSION_VARIABLES.values():
        names |= {variables} if isinstance(variables, str) else set(variables or ())
    assert names == names & (READ | OF_NO_MATTER | set(NOT_KNOWN))


@pytest.mark.parametrize("service", ["dynamodb", "secretsmanager"])
def test_each_region_has_the_endpoint_that_boto3_has(service: Any) -> None:
    """Of all partitions; the few that are cut off from the rest are boto3's."""
    session, left_to_boto3 = boto3.Session("k", "s"), set[str]()
    resolver = session._session._get_internal_component("endpoint_resolver")
    for partition in session.get_available_partitions():
        for region in session.get_available_regions(service, partition):
            try:
                endpoint = endpoint_of(service, {**KEYS, "AWS_DEFAULT_REGION": region})
            except UnknownSetting:
                left_to_boto3.add(partition)
                continue
            assert endpoint.authority == resolver.construct_endpoint(service, region)["hostname"]
            assert (endpoint.region, endpoint.port, endpoint.path, endpoint.is_tls) == (region, 443, "/", True)
    assert left_to_boto3 == {"aws-iso", "aws-iso-b", "aws-iso-e", "aws-iso-f", "aws-eusc"}


@pytest.mark.parametrize(
    ("stated", "made"),
    [
        ({"AWS_ENDPOINT_URL": "http://127.0.0.1:8320"}, (False, "127.0.0.1", 8320, "127.0.0.1:8320", "/")),
        ({"AWS_ENDPOINT_URL": "https://h:443/a/b"}, (True, "h", 443, "h", "/a/b")),
        ({"AWS_ENDPOINT_URL": "http://[::1]:8320/"}, (False, "::1", 8320, "[::1]:8320", "/")),
        (
            {"AWS_ENDPOINT_URL": "http://other", "AWS_ENDPOINT_URL_DYNAMODB": "http://h"},
            (False, "h", 80, "h", "/"),
        ),
        (
            {"AWS_ENDPOINT_URL": "http://h", "AWS_ENDPOINT_URL_SECRETS_MANAGER": "http://other"},
            (False, "h", 80, "h", "/"),
        ),
    ],
)
def test_a_stated_endpoint_is_used(stated: dict[str, str], made: tuple[Any, ...]) -> None:
    """The service's own before that of all; with its port and its path."""
    assert endpoint_of("dynamodb", {**HERE, **stated}) == Endpoint(*made, region="cn-north-1", ca_file="")


def test_the_region_is_the_one_that_boto3_uses() -> None:
    """Lambda sets both variables to the same."""
    both = {**KEYS, "AWS_REGION": "us-east-1", "AWS_DEFAULT_REGION": "eu-west-1"}
    assert endpoint_of("dynamodb", both).region == "eu-west-1"


UNKNOWN: list[tuple[dict[str, str], str]] = [
    *(({name: "true"}, name) for name in NOT_KNOWN),
    ({"AWS_CONFIG_FILE": __file__}, "the shared config file"),
    ({"AWS_SHARED_CREDENTIALS_FILE": __file__}, "the shared credentials file"),
    ({"AWS_REGION": ""}, "the region"),
    ({"AWS_REGION": "local"}, "the region"),
    ({"AWS_ENDPOINT_URL": "ftp://h"}, "the endpoint's URL"),
    ({"AWS_ENDPOINT_URL": "http://user@h"}, "the endpoint's URL"),
    ({"AWS_ENDPOINT_URL": "http://h/?a"}, "the endpoint's URL"),
    ({"AWS_ENDPOINT_URL": "http://h/a b"}, "the path of the endpoint's URL"),
    ({"AWS_ENDPOINT_URL": "http://h/a/../b"}, "the path of the endpoint's URL"),
    ({"AWS_ACCESS_KEY_ID": ""}, "the source of credentials"),
    ({"AWS_SECRET_ACCESS_KEY": "", "AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://h/"}, "the source of credentials"),
    ({"AWS_CA_BUNDLE": "/no/such"}, "the certificate authorities"),
    ({"AWS_CA_BUNDLE": "/"}, "the certificate authorities"),
    ({"HTTPS_PROXY": "http://p"}, "a proxy"),
    ({"https_proxy": "http://p", "NO_PROXY": ".amazonaws.com.cn"}, "a proxy"),
    ({"ALL_PROXY": "http://p"}, "a proxy"),
    ({"HTTP_PROXY": "http://p", "AWS_ENDPOINT_URL": "http://h"}, "a proxy"),
]


@pytest.mark.parametrize(("stated", "why"), UNKNOWN)
def test_what_only_boto3_knows_is_said(stated: dict[str, str], why: str) -> None:
    """A wrong guess would sign for another region, or go around a proxy."""
    with pytest.raises(UnknownSetting) as raised:
        endpoint_of("dynamodb", {**HERE, **stated})
    assert str(raised.value) == why


@pytest.mark.parametrize(
    "stated",
    [
        {"AWS_USE_FIPS_ENDPOINT": "false", "AWS_ACCOUNT_ID_ENDPOINT_MODE": "disabled"},
        {"HTTPS_PROXY": "http://p", "NO_PROXY": "localhost, dynamodb.cn-north-1.amazonaws.com.cn"},
        {"HTTP_PROXY": "http://p"},
        {"AWS_ACCESS_KEY_ID": "", "AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://127.0.0.1:9001/v1"},
    ],
)
def test_what_changes_nothing_is_no_reason_for_boto3(stated: dict[str, str]) -> None:
    """Switched off, or for other hosts; and SnapStart's source of credentials is known."""
    assert endpoint_of("dynamodb", {**HERE, **stated}).host == "dynamodb.cn-north-1.amazonaws.com.cn"


def test_a_developers_own_files_are_a_reason_for_boto3(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """They may name another region, endpoint or account."""
    monkeypatch.setenv("HOME", str(tmp_path))
    stated = {**HERE, "AWS_CONFIG_FILE": "", "AWS_SHARED_CREDENTIALS_FILE": ""}
    assert endpoint_of("dynamodb", stated).is_tls
    (tmp_path / ".aws").mkdir()
    (tmp_path / ".aws" / "config").touch()
    with pytest.raises(UnknownSetting):
        endpoint_of("dynamodb", stated)


@pytest.mark.parametrize("home", ["none", "a directory of somebody else"])
def test_a_process_without_a_home_has_no_files(home: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """As in a container that runs under a number alone, or that has root's home and is not root."""

    def without_home(_: int) -> None:
        raise KeyError("no such user")

    def forbidden(path: object, **_: object) -> None:
        raise PermissionError(path)

    monkeypatch.setenv("HOME", "/root")
    if home == "none":
        monkeypatch.delenv("HOME")
        monkeypatch.setattr("pwd.getpwuid", without_home)
    else:
        monkeypatch.setattr(os, "stat", forbidden)
    assert endpoint_of("dynamodb", {**HERE, "AWS_CONFIG_FILE": "", "AWS_SHARED_CREDENTIALS_FILE": ""}).is_tls
