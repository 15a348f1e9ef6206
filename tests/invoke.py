"""Send one gateway event to its handler, under moto, with a season published: a way to try or debug a handler.

    python -m tests.invoke EVENT [--season FILE] [--at MOMENT]

EVENT is a JSON file like those in tests/events/. Prints the status and the body; what the function logs goes to stdout
too. A `breakpoint()` in the code stops here.
"""

from __future__ import annotations

import argparse
import json
import sys
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path

import boto3
from moto import mock_aws

import tests.conftest  # noqa: F401 - credentials that open no account
from infra.couponctl.campaign_files import load_campaign
from infra.local.settings import checkout
from tests.world import OPENING, World, send

SEASON = "infra/seasons/beijing-2020.yaml"


def main(argv: list[str] | None = None) -> int:
    """0 where the handler answered with 2xx."""
    parser = argparse.ArgumentParser(prog="python -m tests.invoke", description="One event, one handler, under moto.")
    parser.add_argument("event", type=Path, metavar="EVENT")
    parser.add_argument("--season", type=Path, default=checkout() / SEASON, help=f"published before (default {SEASON})")
    parser.add_argument("--at", default=OPENING, metavar="MOMENT", help=f"the clock's time (default {OPENING})")
    args = parser.parse_args(argv)
    with mock_aws():
        world = World(boto3.client("dynamodb"))
        with redirect_stdout(StringIO()):  # what publishing logs
            world.publish(load_campaign(args.season))
        world.clock.set(args.at)
        answered = send(json.loads(args.event.read_text("utf-8")))
    headers = "".join(f"{name}: {value}\n" for name, value in answered.headers.items())
    sys.stdout.write(f"{answered.status}\n{headers}\n{answered.text}\n")
    return 0 if answered.status < 300 else 1


if __name__ == "__main__":
    raise SystemExit(main())
