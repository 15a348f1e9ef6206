"""The master secrets, as Secrets Manager holds them."""

from __future__ import annotations

import json

import boto3
import pytest
from moto import mock_aws

from coupons.sealing import Keys
from coupons.stores.secrets import load_keys

FIRST, SECOND = "a" * 32, "b" * 64


def loaded(secret: dict[str, str]) -> Keys:
    with mock_aws():
        client = boto3.client("secretsmanager")
        arn = client.create_secret(Name="keys", SecretString=json.dumps(secret))["ARN"]
        return load_keys(arn)


def test_versions_are_numbers_and_the_highest_seals() -> None:
    """As the template generates the first, and an operator adds the tenth."""
    assert loaded({"1": FIRST}).masters == {1: FIRST.encode()}
    assert loaded({"1": FIRST, "2": SECOND, "10": SECOND}).current == 10


@pytest.mark.parametrize("secret", [{}, {"2": SECOND}, {"1": "a" * 31}, {"1": FIRST, "2": "short"}, {"1": ""}])
def test_a_weak_or_missing_secret_stops_the_process(secret: dict[str, str]) -> None:
    """Before anything is sealed by it."""
    with pytest.raises(ValueError, match="must hold version 1"):
        loaded(secret)


def test_what_is_no_version_stops_the_process() -> None:
    """A typing error of an operator is not silently left out."""
    with pytest.raises(ValueError, match="invalid literal"):
        loaded({"1": FIRST, "two": SECOND})
