"""What a function loads at its cold start: nothing that a plain claim or redemption does not need."""

from __future__ import annotations

import os
import socket
import subprocess
import sys

import pytest

from tests.unit.source_tree import ROOT

NOT_NEEDED = ("audit", "count", "operate", "points", "schedule")


SDK = ("boto3", "botocore.", "s3transfer", "urllib3")
"""Powertools loads `botocore` itself, which is nearly empty."""


def _loaded(program: str) -> set[str]:
    """The modules that a new process has loaded at the end of this program."""
    env = {**os.environ, "PYTHONPATH": str(ROOT / "functions")}
    told = f"{program}\nimport sys; print(*sys.modules)"
    return set(
        subprocess.run([sys.executable, "-c", told], env=env, capture_output=True, text=True, check=True).stdout.split()
    )


@pytest.mark.parametrize("function", ["claim", "verify"])
def test_the_functions_of_a_rush_load_no_sdk(function: str) -> None:
    """Neither at their start, nor with both clients made, nor when nothing answers: it is half of a cold start."""
    program = f"""
import {function}
from coupons.process.services import Services
from coupons.refusals import Busy
from coupons.stores import dynamodb, secrets
services = Services({{"CATALOG_TABLE": "t", "KEYS_SECRET_ARN": "a"}})
for ask in (lambda: services.registry.merchant("m"), lambda: services.keys):
    try:
        ask()
    except Busy:
        continue
    raise AssertionError
"""
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{nobody.getsockname()[1]}")
            assert {name.partition(".")[0] for name in _loaded(program)}.isdisjoint(SDK)


@pytest.mark.parametrize("function", ["claim", "verify"])
def test_the_functions_of_a_rush_load_no_room_that_plain_requests_do_not_enter(function: str) -> None:
    """Points above all: only a batch with a price, a check-in, or the reversal of either loads them."""
    rooms = {name.split(".")[1] for name in _loaded(f"import {function}") if name.startswith("coupons.")}
    assert "claim" in rooms or "till" in rooms
    assert rooms.isdisjoint(NOT_NEEDED)
