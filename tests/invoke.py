"""Send events to their handlers, under moto, with a season published: a way to try or debug a handler.

    make invoke EVENT=tests/events/put-claim.json
    python -m tests.invoke [--season FILE] [--at MOMENT] EVENT...

An event is a JSON file as Lambda gets it: of the gateway, of the schedule or of a table's stream; tests/events/ has
some of each. Several are sent one after another to the same tables. `body` may be an object instead of a string.
Prints what each handler answers; what the function logs goes to stdout too. A `breakpoint()` in the code stops here.
"""

from __future__ import annotations

import argparse
import json
import sys
from contextlib import redirect_stdout
from datetime import datetime
from difflib import get_close_matches
from io import StringIO
from pathlib import Path
from typing import Any

import boto3
from moto import mock_aws

import events
import expire
from infra.couponctl.campaign_files import load_campaign
from infra.couponctl.core_yaml import DocumentFileError
from infra.local.settings import checkout
from tests.world import FUNCTIONS, OPENING, World, send

SEASON = "infra/seasons/beijing-2020.yaml"
SAMPLES = Path(__file__).parent / "events"
Event = dict[str, Any]


class Unfit(Exception):
    """The event, the season or the time cannot be used; the message says why."""


def main(argv: list[str] | None = None) -> int:
    """0 if every handler answered, whatever it answered; 1 if an argument cannot be used or a handler failed."""
    parser = argparse.ArgumentParser(prog="python -m tests.invoke", description="Events to handlers, under moto.")
    parser.add_argument("events", type=Path, nargs="*", metavar="EVENT")
    parser.add_argument("--season", type=Path, default=checkout() / SEASON, help=f"published before (default {SEASON})")
    parser.add_argument("--at", default=OPENING, metavar="MOMENT", help=f"the clock's time (default {OPENING})")
    args = parser.parse_args(argv)
    try:
        return invoked(args.events, args.season, args.at)
    except Unfit as unfit:
        sys.stderr.write(f"{unfit}\n")
        return 1


def invoked(paths: list[Path], season: Path, moment: str) -> int:
    """Prints each answer. Raises Unfit before anything is sent."""
    if not paths:
        samples = "".join(f"  make invoke EVENT=tests/events/{path.name}\n" for path in sorted(SAMPLES.glob("*.json")))
        sys.stdout.write(f"Which event? Those at hand:\n{samples}")
        return 0
    if not _is_moment(moment):
        raise Unfit(f"The time {moment!r} is not like {OPENING}.")
    made = [read(path) for path in paths]
    with mock_aws():
        world = World(boto3.client("dynamodb"))
        publish(world, season)
        world.clock.set(moment)
        answers = [answer(event) for event in made]
        for announced in world.heard.take():
            sys.stdout.write(f"\nannounced: {json.dumps(announced, indent=2, ensure_ascii=False)}\n")
    return 0 if all(answers) else 1


def _is_moment(text: str) -> bool:
    try:
        return datetime.fromisoformat(text).tzinfo is not None
    except ValueError:
        return False


def read(path: Path) -> Event:
    """The event of a file. Raises Unfit if no handler would get it."""
    try:
        event = json.loads(path.read_text("utf-8"))
    except OSError as error:
        near = get_close_matches(path.name, [sample.name for sample in SAMPLES.glob("*.json")], 3)
        hint = f" Did you mean {' or '.join(f'tests/events/{name}' for name in near)}?" if near else ""
        raise Unfit(f"{path} cannot be read: {error.strerror}.{hint}") from None
    except ValueError as error:
        raise Unfit(f"{path} is not JSON: {error}.") from None
    if not isinstance(event, dict):
        raise Unfit(f"{path} holds no JSON object.")
    if area_of(event) is None:
        raise Unfit(f"{path} fits no handler. {_expected(event)}")
    if isinstance(event.get("body"), dict):
        event["body"] = json.dumps(event["body"])
    return event


def area_of(event: Event) -> str | None:
    """The function that gets the event, as template.yaml connects them; None if there is none."""
    if event.get("source") == "aws.events":
        return "expire"
    if "Records" in event:
        return "events"
    key = event.get("routeKey")
    return (
        "catalog" if key == "$default" else next((area for area, api in FUNCTIONS.items() if key in api.routes), None)
    )


def _expected(event: Event) -> str:
    if "routeKey" not in event:
        return 'It has neither "routeKey" (gateway), nor "Records" (stream), nor "source": "aws.events" (schedule).'
    near = get_close_matches(str(event["routeKey"]), [key for api in FUNCTIONS.values() for key in api.routes], 3, 0.5)
    return f"No function has the route {event['routeKey']!r}. The nearest: {', '.join(near) or 'none'}."


def publish(world: World, season: Path) -> None:
    try:
        with redirect_stdout(StringIO()):  # what publishing logs
            world.publish(load_campaign(season))
    except OSError as error:
        raise Unfit(f"{season} cannot be read: {error.strerror}.") from None
    except (DocumentFileError, AssertionError) as error:
        raise Unfit(f"{season} cannot be published:\n{error}") from None


def answer(event: Event) -> bool:
    """Prints the function's name and its answer. False if the function failed."""
    area = area_of(event)
    if area in ("expire", "events"):
        result = {"expire": expire, "events": events}[area].handler(event, None)
        sys.stdout.write(f"\n{area}: {json.dumps(result, indent=2, ensure_ascii=False)}\n")
        return True
    answered = send(event)
    headers = "".join(f"{name}: {value}\n" for name, value in answered.headers.items())
    sys.stdout.write(f"\n{area}: {answered.status}\n{headers}\n{_readable(answered.text)}\n")
    return answered.status < 500


def _readable(text: str) -> str:
    try:
        return json.dumps(json.loads(text), indent=2, ensure_ascii=False)
    except ValueError:  # a file
        return text


if __name__ == "__main__":
    raise SystemExit(main())
