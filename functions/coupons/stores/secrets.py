"""The master secrets of `sealing.Keys`, from AWS Secrets Manager: a JSON object of version → secret, from "1".

To rotate, add the next version; the highest seals what is new and the others still open what they sealed.
"""

from __future__ import annotations

import json

import boto3

from coupons.sealing import Keys

SECRET_CHARACTERS_MIN = 32


def load_keys(secret_arn: str) -> Keys:
    """One request, once a process. Raises ValueError if the secret has no version 1 or a short one."""
    text = boto3.client("secretsmanager").get_secret_value(SecretId=secret_arn)["SecretString"]
    masters = {int(version): secret.encode() for version, secret in json.loads(text).items()}
    if 1 not in masters or any(len(secret) < SECRET_CHARACTERS_MIN for secret in masters.values()):
        raise ValueError("the keys secret must hold version 1, each of at least 32 characters")
    return Keys(masters)
