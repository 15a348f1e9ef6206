"""A start that counts the statistics again tells its progress, tries again, and ends only with the local cloud."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.awsrequest import AWSResponse

from coupons.damage import Damaged
from coupons.refusals import Busy
from infra.local import statistics
from infra.local.cloud import CloudError
from infra.local.steps import Steps

OUTPUTS = {f"{name}TableName": name for name in ("Catalog", "Claims", "Orders", "Points")}


class Ended:
    """The cloud lives for so many looks at it."""

    def __init__(self, looks: int) -> None:
        self.looks = looks

    def __call__(self) -> None:
        self.looks -= 1
        if self.looks < 0:
            raise CloudError("ministack has ended")


@pytest.fixture
def rebuilt(monkeypatch: pytest.MonkeyPatch) -> Callable[..., list[str]]:
    """Counts one campaign again; `attempt` stands for the counting. What the steps said, on a clock of the test."""
    monkeypatch.setattr(statistics, "_published", lambda _services: ["season"])

    def run(attempt: Callable[[Any, list[float]], None], check: Callable[[], None]) -> list[str]:
        client = boto3.client("dynamodb", region_name="us-east-1", aws_access_key_id="a", aws_secret_access_key="b")
        lines, now = list[str](), [0.0]
        steps = Steps(lines.append, Path("/data/ministack.log"), monotonic_s=lambda: now[0])
        steps.begin("counting")

        def recounted(*_: object) -> None:
            attempt(client, now)
            steps.check()

        monkeypatch.setattr(statistics, "_recounted", recounted)
        try:
            statistics.rebuild(client, OUTPUTS, 0, steps, check)
        finally:
            steps.check()
        return lines

    return run


def answered(client: Any, status: int) -> None:
    client.meta.events.emit("after-call.dynamodb.Query", http_response=AWSResponse("", status, {}, None))


def test_each_answer_of_the_tables_is_progress(rebuilt: Callable[..., list[str]]) -> None:
    """Ten slow answers stall nothing; ten refusals do."""

    def slow(status: int) -> Callable[[Any, list[float]], None]:
        def attempt(client: Any, now: list[float]) -> None:
            for _ in range(10):
                now[0] += 59
                answered(client, status)

        return attempt

    assert rebuilt(slow(200), Ended(0)) == ["counting …"]
    assert "590 s with: counting" in rebuilt(slow(400), Ended(0))[1]


def test_what_fails_is_tried_again_while_the_cloud_lives(rebuilt: Callable[..., list[str]]) -> None:
    """Three attempts get there; once the cloud has ended, the start says so."""
    attempts = []

    def fails_twice(_client: Any, now: list[float]) -> None:
        attempts.append(now[0])
        if len(attempts) < 3:
            raise Busy(detail="no answer")

    assert rebuilt(fails_twice, Ended(2)) == ["counting …"]
    assert len(attempts) == 3
    del attempts[:]
    with pytest.raises(CloudError):
        rebuilt(fails_twice, Ended(1))


def test_a_damaged_campaign_is_named_and_the_next_is_counted(
    rebuilt: Callable[..., list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The start goes on: everything but these statistics can be used."""
    monkeypatch.setattr(statistics, "_published", lambda _services: ["first", "second"])
    attempts = []

    def is_damaged_once(_client: Any, now: list[float]) -> None:
        attempts.append(now[0])
        if len(attempts) == 1:
            raise Damaged("ClaimsTable", "B#pack#0", "CLAIM#1", "no name")

    said = "  first: statistics stay as they were, ClaimsTable B#pack#0 CLAIM#1: no name"
    assert rebuilt(is_damaged_once, Ended(0)) == ["counting …", said]
    assert len(attempts) == 2
