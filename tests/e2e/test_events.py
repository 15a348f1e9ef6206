"""What others are told, from the function's role to a subscriber's queue. In June 2019."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import boto3
import pytest

from infra.local.cloud import REGION
from infra.local.deploy import STACK
from tests.e2e.ear import Ear, listening
from tests.e2e.local_stack import ROOT, LocalStack
from tests.world import a_batch, campaign, order

ENDED_WITHIN_S = 30
BATCH = "told"


def document() -> dict[str, Any]:
    """A batch of 1 June 2019 whose coupons end 14 days after their claim, announced three days before."""
    window = {"opens_at": "2019-06-01T10:00:00+08:00", "closes_at": "2019-06-02T10:00:00+08:00"}
    dates = {"starts_at": "2019-06-01T00:00:00+08:00", "ends_at": "2019-10-01T00:00:00+08:00"}
    return campaign(a_batch(BATCH, remind_days=3, **window), campaign_id="told-season", **dates)


@pytest.fixture(scope="module")
def ear(stack: LocalStack) -> Iterator[Ear]:
    """Listening from before the first claim on."""
    with listening(stack, BATCH) as found:
        stack.set_clock("2019-06-01T10:00:00+08:00")
        stack.publish(document())
        yield found


def test_claim_redemption_and_reversal_arrive(stack: LocalStack, ear: Ear) -> None:
    """Each once, with the words of the answers, though the claim was sent twice."""
    with stack.citizen("heard") as citizen, stack.merchant("diner") as shop:
        claimed = citizen.claim(BATCH).json
        assert citizen.claim(BATCH).is_replay
        (event,) = ear.hear(1)
        assert (event.type, event.source) == ("coupon.claimed.v1", "urn:coupon-season:local")
        (coupon,) = event.data.model_dump(mode="json")["coupons"]
        assert coupon.items() <= claimed["coupons"][0].items()
        code = citizen.send("POST", f"/coupons/{coupon['coupon_id']}/code", {}).json["code"]
        redeemed = shop.redeem("o-1", code, order()).json
        whole = {"amount_minor": redeemed["payable_minor"]}
        reversed_ = shop.send("PUT", "/orders/o-1/reversals/r-1", whole).json
        found = {event.type: event.data.model_dump(mode="json") for event in ear.hear(2)}
    assert redeemed.items() <= found["coupon.redeemed.v1"].items()
    told = found["coupon.reversed.v1"]
    assert reversed_.items() <= {**told, "amount_minor": told["payable_minor"]}.items()
    assert reversed_["coupon_returned"] is True


def test_a_record_that_can_never_be_told_is_named(stack: LocalStack, ear: Ear) -> None:
    """A claim of no batch, put beside the functions: its keys are in the queue, and the next claim is told."""
    session = boto3.Session("test", "test", region_name=REGION)
    dynamodb, sqs = (session.client(name, endpoint_url=stack.cloud_url) for name in ("dynamodb", "sqs"))
    table = next(name for name in dynamodb.list_tables()["TableNames"] if "Claims" in name)
    key = {"pk": {"S": "B#nobodys#0"}, "sk": {"S": "CLAIM#nobody"}}
    dynamodb.put_item(TableName=table, Item={**key, "n": {"N": "4000000000"}, "t": {"S": "a-secret"}})
    stack.set_clock("2019-06-01T10:00:05+08:00")
    with stack.citizen("behind-damage") as citizen:
        assert citizen.claim(BATCH).status == 201
    assert [event.type for event in ear.hear(1)] == ["coupon.claimed.v1"]
    url = next(url for url in sqs.list_queues()["QueueUrls"] if "FailedEvents" in url)
    received = sqs.receive_message(QueueUrl=url, WaitTimeSeconds=10, MaxNumberOfMessages=10)["Messages"]
    named = [json.loads(message["Body"]) for message in received]
    assert [(one["table"], one["keys"]) for one in named] == [(table, {"pk": "B#nobodys#0", "sk": "CLAIM#nobody"})]
    assert "a-secret" not in str(received)
    for message in received:
        sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
    dynamodb.close()
    sqs.close()


def test_what_expires_soon_arrives(stack: LocalStack, ear: Ear) -> None:
    """On the third day before the end, by the schedule; the second tick of the day tells nothing more."""
    stack.set_clock("2019-06-01T10:00:10+08:00")
    with stack.citizen("reminded") as citizen:
        (coupon,) = citizen.claim(BATCH).json["coupons"]
    assert [event.type for event in ear.hear(1)] == ["coupon.claimed.v1"]
    stack.set_clock("2019-06-11T23:00:00+08:00")
    assert [done for done in stack.tick() if done["step"] == "reminded"] == []
    stack.set_clock("2019-06-12T00:00:01+08:00")
    (done,) = (done for done in stack.tick() if done["step"] == "reminded" and done["batch_id"] == BATCH)
    told = ear.hear(done["claims"])
    assert {event.type for event in told} == {"coupon.expiring.v1"}
    assert [coupon["coupon_id"]] in [[c.coupon_id for c in event.data.coupons] for event in told]  # type: ignore[union-attr]
    assert [done for done in stack.tick() if done["step"] == "reminded"] == []


def test_the_example_prints_a_line_an_event(stack: LocalStack, ear: Ear) -> None:
    """One command beside the running stack, which knows where that is by PORT."""
    stack.set_clock("2019-06-01T10:00:20+08:00")
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    program = subprocess.Popen(
        [sys.executable, "-u", "-m", "infra.subscriber", "--name", "the-example"],
        cwd=ROOT,
        env=inherited | {"PORT": str(stack.port)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert program.stdout is not None
    assert program.stderr is not None
    with program:
        try:
            assert program.stderr.readline() == f"listening to {STACK} …\n"
            with stack.citizen("printed") as citizen:
                coupon_id = citizen.claim(BATCH).json["coupons"][0]["coupon_id"]
            line = program.stdout.readline()
        finally:
            program.send_signal(2)
            program.wait(ENDED_WITHIN_S)
    assert line.split()[1:] == ["coupon.claimed.v1", f"{BATCH}:", coupon_id]
    assert program.returncode == 0
    assert [event.type for event in ear.hear(1)] == ["coupon.claimed.v1"]
