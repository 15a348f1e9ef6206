"""Send events to their handlers, under moto, with a season published: a way to try or debug a handler.

    make invoke EVENT=tests/events/put-claim.json
    python -m tests.invoke [--season FILE] [--at MOMENT] EVENT...

An event is a JSON file as Lambda gets it: of the gateway, of the schedule or of a table's stream; tests/events/ has
some of each. Several are sent one after another to the same tables; `${code}` is the field of that name in an earlier
answer. `body` may be an object instead of a string. Prints what the functions log and answer, and the traceback of what
they did not expect. A `breakpoint()` in the code stops here.
"""

from __future__ import annotations

import argparse
import json
import logging
import os
import re
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
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
from tests.world import FALLBACKS, FUNCTIONS, OPENING, Answered, World, send

SEASON = "infra/seasons/beijing-2020.yaml"
SAMPLES = Path(__file__).parent / "events"
Event = dict[str, Any]
Fields = dict[str, str]
"""Texts by name. If one answer has several of a name, its first one counts; if several answers do, the last answer."""


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
    """Prints each answer. Raises Unfit."""
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
        told: Fields = {}
        with tracebacks():
            answers = [answer(filled(event, told, path), told) for path, event in zip(paths, made, strict=True)]
        for announced in world.heard.take():
            sys.stdout.write(f"\nannounced: {_readable(announced)}\n")
    return 0 if all(answers) else 1


class _Traceback(logging.Handler):
    """Prints the traceback of an exception that a handler logs."""

    def emit(self, record: logging.LogRecord) -> None:
        if record.exc_info:
            traceback.print_exception(record.exc_info[1])


@contextmanager
def tracebacks() -> Iterator[None]:
    logger, shown = logging.getLogger(os.environ["POWERTOOLS_SERVICE_NAME"]), _Traceback()
    logger.addHandler(shown)
    try:
        yield
    finally:
        logger.removeHandler(shown)


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
    key = str(event.get("routeKey"))
    return "catalog" if key in FALLBACKS else next((area for area, api in FUNCTIONS.items() if key in api.routes), None)


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


def filled(event: Event, told: Fields, path: Path) -> Event:
    """The event with the fields of earlier answers. Raises Unfit if one is missing."""
    text = json.dumps(event)
    missing = [name for name in re.findall(r"\$\{(\w+)\}", text) if name not in told]
    if missing:
        raise Unfit(
            f"{path} needs `{missing[0]}` of an earlier answer: name the event that answers it before this one."
        )
    made: Event = json.loads(re.sub(r"\$\{(\w+)\}", lambda found: told[found[1]], text))
    return made


def answer(event: Event, told: Fields) -> bool:
    """Prints the function's name and its answer, and adds its fields to `told`. False if the function failed."""
    area = area_of(event)
    if area in ("expire", "events"):
        result = {"expire": expire, "events": events}[area].handler(event, None)
        sys.stdout.write(f"\n{area}: {_readable(result)}\n")
        return True
    answered = send(event)
    headers = "".join(f"{name}: {value}\n" for name, value in answered.headers.items())
    content = _content(answered)
    text = answered.text if content is None else _readable(content)
    sys.stdout.write(f"\n{area}: {answered.status}\n{headers}\n{text}\n")
    told.update(reversed(list(_fields(content))))
    return answered.status < 500


def _content(answered: Answered) -> Any:
    """None of a file, and of an empty answer."""
    return answered.json if answered.text and "json" in answered.headers.get("content-type", "") else None


def _fields(content: Any) -> Iterator[tuple[str, str]]:
    for name, value in content.items() if isinstance(content, dict) else ():
        if isinstance(value, str):
            yield name, value
    for value in content.values() if isinstance(content, dict) else content if isinstance(content, list) else ():
        yield from _fields(value)


def _readable(content: Any) -> str:
    return json.dumps(content, indent=2, ensure_ascii=False)


if __name__ == "__main__":
    raise SystemExit(main())
