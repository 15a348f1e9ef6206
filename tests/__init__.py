"""The environment of every test: an AWS account that does not exist, and what a handler needs to be called."""

import os

for name in ("AWS_PROFILE", "AWS_SESSION_TOKEN", "AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_DYNAMODB"):
    os.environ.pop(name, None)
os.environ.update(
    # ministack takes a key of twelve digits for an account; moto's streams fail when the account is in the host name.
    AWS_ACCESS_KEY_ID="test",
    AWS_SECRET_ACCESS_KEY="test",
    AWS_ACCOUNT_ID_ENDPOINT_MODE="disabled",
    AWS_CONFIG_FILE=os.devnull,
    AWS_DEFAULT_REGION="cn-north-1",
    AWS_EC2_METADATA_DISABLED="true",
    AWS_REGION="cn-north-1",
    AWS_SHARED_CREDENTIALS_FILE=os.devnull,
    POWERTOOLS_METRICS_NAMESPACE="CouponSeason",
    POWERTOOLS_SERVICE_NAME="test",
)
