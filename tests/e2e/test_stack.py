"""The stack as a program: it goes on where it was, refuses to run twice, and its clock goes both ways."""

from __future__ import annotations

import re
from datetime import datetime
from pathlib import Path

import pytest

from tests.e2e.ear import listening
from tests.e2e.local_stack import LocalStack

MOMENT = "2020-06-06T10:05:00+08:00"


def seconds(moment: str) -> float:
    return datetime.fromisoformat(moment).timestamp()


@pytest.mark.parametrize("moment", ["2021-01-01T00:00:00+08:00", "2019-03-01T00:00:00Z", MOMENT])
def test_the_clock_goes_forwards_and_backwards(stack: LocalStack, moment: str) -> None:
    """And every answer after it says so in its Date header."""
    stack.set_clock(moment)
    assert 0 <= seconds(stack.now()) - seconds(moment) < 5
    stack.advance(3600)
    assert 3600 <= seconds(stack.now()) - seconds(moment) < 3605


def last_lines(stack: LocalStack, directory: Path) -> tuple[int, list[str]]:
    """Exit code and output of a start that is expected to end by itself."""
    process = stack.launch(directory=directory)
    output, _ = process.communicate(timeout=30)
    return process.returncode, output.splitlines()


def test_a_second_run_of_the_same_data_is_named(stack: LocalStack) -> None:
    """One line that names the first one, and exit code 1; the first is not disturbed."""
    code, lines = last_lines(stack, stack.directory)
    assert (code, len(lines)) == (1, 1), lines
    assert re.search(r"running already \(process \d+, " + re.escape(stack.url) + r"\)", lines[0])
    assert stack.now()


def test_a_taken_port_is_named(stack: LocalStack, tmp_path: Path) -> None:
    """One line that names the port, and exit code 1; the stack that has it is not disturbed."""
    code, lines = last_lines(stack, tmp_path)
    assert (code, len(lines)) == (1, 1), lines
    assert f"port {stack.port} is taken" in lines[0]
    assert stack.now()


def test_a_restart_goes_on_where_data_and_clock_stopped(stack: LocalStack) -> None:
    """Ctrl-C, and start again: claims, tokens, time and who listens are there, and no time has passed meanwhile.

    What was saved, the keys secret too, is its owner's alone.
    """
    stack.set_clock(MOMENT)
    token = stack.token("returning", "citizen", region="beijing")
    with listening(stack, "smart-online-0606") as ear:
        with stack.caller(token) as person:
            assert person.claim("smart-online-0606").status in (200, 201)
            before = person.send("GET", "/wallet").json["coupons"]
        ear.hear(1)
        stopped_at_s = seconds(stack.now())
        assert stack.interrupt() == 0, "".join(stack.output)
        saved = list((stack.directory / "state").rglob("*"))
        assert {"secretsmanager.json", "kms.json"} <= {path.name for path in saved}
        assert [path.name for path in saved if path.stat().st_mode & 0o077] == []
        stack.start()
        assert "counting the statistics again …\n" in stack.output
        assert 0 <= seconds(stack.now()) - stopped_at_s < 15
        with stack.caller(token) as person:
            assert person.send("GET", "/wallet").json["coupons"] == before
            assert person.claim("smart-offline-0606").slug == "already-claimed-group"
        with stack.citizen("newcomer") as person:
            assert person.send("GET", "/").headers["content-type"].startswith("text/html")
            assert person.claim("smart-online-0606").status == 201
        assert [event.type for event in ear.hear(1)] == ["coupon.claimed.v1"]
