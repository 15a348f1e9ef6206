"""Deploy template.yaml and functions/ into the local cloud through CloudFormation."""

from __future__ import annotations

import json
import secrets
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError

from infra.local.cloud import REGION, Cloud, CloudError
from infra.local.package import digest, package
from infra.pages.upload import upload

STACK = "coupon-season"
_BUCKET = "coupon-season-code"
_TEMPLATE_KEY = "template.json"
_POLLED_EVERY_S = 0.1
_GOOD = {"CREATE_COMPLETE", "UPDATE_COMPLETE"}


@dataclass(frozen=True)
class Deployed:
    api_id: str
    outputs: dict[str, str]


def deploy(
    cloud: Cloud, template: dict[str, Any], functions: Path, parameters: dict[str, str], progress: Callable[[], None]
) -> Deployed:
    """The stack of the SAM template is created, or updated if an earlier run left it. The template is changed.

    Calls `progress` for each resource. Raises CloudError with CloudFormation's reason if it does not succeed.
    """
    # Importing the SAM translator takes a second, so it is imported here, while ministack starts.
    from infra.local.expand import expanded_template  # noqa: PLC0415

    archive = package(functions)
    key = f"{digest(archive)}.zip"
    expanded = expanded_template(template, bucket=_BUCKET, key=key, region=REGION, run=secrets.token_hex(4))
    s3 = cloud.client("s3")
    s3.create_bucket(Bucket=_BUCKET)
    s3.put_object(Bucket=_BUCKET, Key=key, Body=archive)
    # By its URL: CloudFormation accepts at most 51,200 bytes of template in a request.
    s3.put_object(Bucket=_BUCKET, Key=_TEMPLATE_KEY, Body=json.dumps(expanded).encode())
    formation = cloud.client("cloudformation")
    arguments = {
        "StackName": STACK,
        "TemplateURL": f"{cloud.url}/{_BUCKET}/{_TEMPLATE_KEY}",
        "Parameters": [{"ParameterKey": name, "ParameterValue": value} for name, value in parameters.items()],
        "Capabilities": ["CAPABILITY_IAM"],
    }
    if _exists(formation):
        try:
            formation.update_stack(**arguments)
        except ClientError as error:
            if "No updates are to be performed" not in str(error):
                raise
    else:
        formation.create_stack(**arguments)
    stack = _awaited(formation, progress)
    return Deployed(
        api_id=formation.describe_stack_resource(StackName=STACK, LogicalResourceId="Api")["StackResourceDetail"][
            "PhysicalResourceId"
        ],
        outputs={output["OutputKey"]: output["OutputValue"] for output in stack["Outputs"]},
    )


def upload_pages(cloud: Cloud, deployed: Deployed, config: Mapping[str, Any], progress: Callable[[], None]) -> None:
    """The pages are in their bucket. At every start: a restarted cloud has its buckets, but no objects."""
    upload(cloud.client("s3"), deployed.outputs["PagesBucketName"], config, now=datetime.now(UTC), progress=progress)


def _exists(formation: Any) -> bool:
    try:
        formation.describe_stacks(StackName=STACK)
    except ClientError:
        return False
    return True


def _awaited(formation: Any, progress: Callable[[], None]) -> dict[str, Any]:
    seen = 0
    while True:
        stack: dict[str, Any] = formation.describe_stacks(StackName=STACK)["Stacks"][0]
        if stack["StackStatus"] in _GOOD:
            return stack
        if not stack["StackStatus"].endswith("_IN_PROGRESS"):
            raise CloudError(f"the stack is {stack['StackStatus']}: {_reason(formation)}; FRESH=1 starts anew")
        events = len(_events(formation))
        if events > seen:
            seen = events
            progress()
        time.sleep(_POLLED_EVERY_S)


def _events(formation: Any) -> list[dict[str, Any]]:
    events: list[dict[str, Any]] = formation.describe_stack_events(StackName=STACK)["StackEvents"]
    return events


def _reason(formation: Any) -> str:
    failed = [event for event in _events(formation) if event["ResourceStatus"].endswith("_FAILED")]
    return "; ".join(
        f"{event['LogicalResourceId']}: {event.get('ResourceStatusReason', 'no reason given')}" for event in failed
    )
