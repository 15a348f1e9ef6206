"""`make events`: print the events of a running stack, as any subscriber receives them.

    python -m infra.subscriber                        the stack of `make run` (PORT, as there)
    python -m infra.subscriber --stack coupon-season --region cn-north-1
                                                      a stack in the account of your AWS credentials

It finds the bus in the stack's outputs (or takes `--bus`), creates a queue and a rule that feeds it, and polls until
Ctrl-C. With `--keep` both stay, so that no event is missed until the next start; otherwise they are removed.
"""

from __future__ import annotations

import argparse
import os
import signal
import sys
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from infra.local.cloud import HOST, REGION
from infra.local.deploy import STACK
from infra.local.settings import checkout, settings_of
from infra.subscriber.inbox import Inbox, NotAnEventError, line_of
from infra.subscriber.subscription import Subscription

WAIT_S = 5


def main(arguments: list[str], *, polls_max: int | None = None) -> int:
    asked = _parser().parse_args(arguments)
    try:
        return _subscribe(asked, polls_max=polls_max)
    except (BotoCoreError, ClientError) as error:
        print(f"{asked.stack or 'the local stack'} gives no answer, or no more: {error}", file=sys.stderr)
        return 1


def _subscribe(asked: argparse.Namespace, *, polls_max: int | None) -> int:
    client = _clients(asked)
    bus = asked.bus or _bus_of(client("cloudformation"), asked.stack or STACK)
    subscription = Subscription(client("events"), client("sqs"), bus=bus, name=asked.name)
    subscription.begin()
    print(f"listening to {bus} …", file=sys.stderr, flush=True)
    try:
        with suppress(KeyboardInterrupt):
            listen(subscription, Inbox(), lambda line: print(line, flush=True), polls_max=polls_max)
    finally:
        if not asked.keep:
            subscription.end()
    return 0


def listen(
    subscription: Subscription, inbox: Inbox, tell: Callable[[str], None], *, polls_max: int | None = None
) -> None:
    """Prints each event once and then deletes its message. A message that is no event is reported and deleted too."""
    polls = 0
    while polls_max is None or polls < polls_max:
        polls += 1
        for message in subscription.received(WAIT_S):
            try:
                event = inbox.read(message.body)
            except NotAnEventError as error:
                tell(f"not an event of ours: {error}")
            else:
                if event is not None:
                    tell(line_of(event))
                    inbox.take(event)
            subscription.done(message)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m infra.subscriber", description="Print a stack's events.")
    parser.add_argument("--stack", help="a stack in your AWS account; without it, the local one")
    parser.add_argument("--region", help="where that stack is")
    parser.add_argument("--bus", help="the bus, if its stack must not be asked")
    parser.add_argument("--name", default="coupon-season-example", help="of the queue and the rule")
    parser.add_argument("--keep", action="store_true", help="leave queue and rule at the end")
    return parser


def _clients(asked: argparse.Namespace) -> Callable[[str], Any]:
    if asked.stack or asked.region:
        session, endpoint = boto3.Session(region_name=asked.region), None
    else:
        # The owner of the local account, as in `infra.local.cloud`.
        session = boto3.Session("test", "test", region_name=REGION)
        endpoint = f"http://{HOST}:{settings_of(os.environ, checkout()).cloud_port}"
    return lambda service: session.client(service, endpoint_url=endpoint)  # type: ignore[call-overload]


def _bus_of(formation: Any, stack: str) -> str:
    outputs = formation.describe_stacks(StackName=stack)["Stacks"][0]["Outputs"]
    return next(str(output["OutputValue"]) for output in outputs if output["OutputKey"] == "EventBusName")


if __name__ == "__main__":
    # A shell starts background programs with SIGINT ignored, but `kill -INT` must end this one.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    sys.exit(main(sys.argv[1:]))
