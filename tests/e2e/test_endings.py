"""Ctrl-C at any moment: exit code 0, no traceback, nothing left running."""

from __future__ import annotations

import http.client
import os
import signal
import threading
from itertools import count
from pathlib import Path
from typing import Any

import boto3
import pytest

from infra.local.cloud import REGION
from tests.court import facility, programme, row, rule
from tests.e2e.caller import from_many_clients
from tests.e2e.ear import listening
from tests.e2e.local_stack import ENDED_WITHIN_S, LocalStack, descendants, processes
from tests.world import a_batch, campaign

CITIZENS = 6
CLAIMS_FIRST = 30


@pytest.mark.parametrize("step", ["starting the local cloud", "deploying", "loading", "  beijing-2020"])
def test_a_start_that_is_ended_leaves_nothing(tmp_path: Path, step: str) -> None:
    """Twice in a row, as an impatient person does."""
    stack = LocalStack(tmp_path)
    process = stack.launch(fresh=True)
    assert process.stdout is not None
    lines = []
    for line in process.stdout:
        lines.append(line)
        if line.startswith(step):
            break
    family = descendants(process.pid)
    for _ in range(2):
        os.killpg(process.pid, signal.SIGINT)
    rest, _ = process.communicate(timeout=ENDED_WITHIN_S)
    assert process.returncode == 0, "".join(lines) + rest
    assert "Traceback" not in rest
    assert rest.count("ending …") <= 1
    assert sorted(family & set(processes())) == []


def test_ctrl_c_while_many_claim_ends_quietly(tmp_path: Path) -> None:
    """Open connections and running claims are no failures to print; what was answered is saved."""
    stack = LocalStack(tmp_path)
    claimed: list[str] = []
    busy = threading.Event()

    def claim_on(citizen: int) -> None:
        for number in count():
            name = f"c{citizen}-{number}"
            try:
                with stack.citizen(name) as person:
                    if person.claim("smart-online-0606").status != 201:
                        return
            except (OSError, http.client.HTTPException):
                return  # the stack has ended
            claimed.append(name)
            if len(claimed) >= CLAIMS_FIRST:
                busy.set()

    try:
        stack.start(fresh=True)
        stack.set_clock("2020-06-06T10:05:00+08:00")
        threads = [threading.Thread(target=claim_on, args=(citizen,)) for citizen in range(CITIZENS)]
        for thread in threads:
            thread.start()
        assert busy.wait(60)
        assert stack.interrupt() == 0, "".join(stack.output)
        for thread in threads:
            thread.join()
        assert "Traceback" not in "".join(stack.output)
        assert "saving and ending …\n" in stack.output
        stack.start()
        for name in claimed[-CITIZENS:]:
            with stack.citizen(name) as person:
                assert person.send("GET", "/wallet").json["coupons"]
        assert stack.interrupt() == 0
    finally:
        stack.kill()


def reads(stack: LocalStack, **how: Any) -> None:
    """All mappings of streams are changed."""
    client = boto3.Session("test", "test", region_name=REGION).client("lambda", endpoint_url=stack.cloud_url)
    for mapping in client.list_event_source_mappings()["EventSourceMappings"]:
        client.update_event_source_mapping(UUID=mapping["UUID"], **how)
    client.close()


@pytest.mark.timeout(300)
def test_what_streams_brought_last_is_told_and_counted(tmp_path: Path) -> None:
    """The readers are behind when Ctrl-C comes; the next run has each event, and each slot counted."""
    stack = LocalStack(tmp_path)
    people = [f"last-{number}" for number in range(12)]
    window = {"opens_at": "2019-07-01T10:00:00+08:00", "closes_at": "2019-07-02T10:00:00+08:00"}
    dates = {"starts_at": "2019-07-01T00:00:00+08:00", "ends_at": "2019-09-01T00:00:00+08:00"}
    court = facility(units=len(people), schedule=[row(first_day="2019-07-01", last_day="2019-07-31")])

    def comes(name: str) -> tuple[int, int]:
        with stack.citizen(name) as person:
            slot = person.send("PUT", "/slots/court.2019-07-05.0900/booking", {})
            return person.claim("last").status, slot.status

    try:
        stack.start(fresh=True)
        stack.set_clock("2019-07-01T10:00:00+08:00")
        stack.publish(campaign(a_batch("last", quantity=len(people), **window), campaign_id="last-season", **dates))
        with stack.operator() as operator:
            declared = programme(facilities=[court], booking_rules=[rule()])
            assert operator.send("PUT", "/admin/campaigns/last-season/programme", declared).status == 201
        with listening(stack, "last", keeps=True):
            reads(stack, Enabled=False)
            answers = from_many_clients(comes, people)
            reads(stack, Enabled=True, BatchSize=1)
            assert stack.interrupt() == 0, "".join(stack.output)
        stack.start()
        with listening(stack, "last") as ear:
            told = [event.type for event in ear.hear(sum(claim == 201 for claim, _ in answers))]
        assert set(told) == {"coupon.claimed.v1"}
        with stack.operator() as anybody:
            found = anybody.send("GET", "/campaigns/last-season/stats?by=day").json["total"]
        expected = {"claims": len(told), "slot_bookings": sum(slot == 201 for _, slot in answers)}
        assert found.items() >= expected.items()
        assert stack.interrupt() == 0
    finally:
        stack.kill()
