"""Cold starts: fresh interpreters that import a function of the package and answer its first event.

The base is a fresh interpreter that imports boto3, with all the services that it describes, and builds one DynamoDB
client. The times are CPU of the whole process from the first line on: the interpreter's own start is in none of them.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from infra.bench.cpu import gateway
from infra.bench.cpu.package import Built
from infra.bench.cpu.season import CAMPAIGN, Stage

BASE = "boto3 and a client"
FUNCTIONS = ("claim", "verify", "catalog", "expire")
_TIMEOUT_S = 120.0
_SCRIPT = """
import sys, time
begun_s = time.process_time()
sys.path.insert(0, sys.argv[1])
name = sys.argv[2]
if name:
    handler = getattr(__import__(name), "handler")
    imported_s = time.process_time()
    import json
    answer = handler(json.loads(sys.stdin.read()), None)
    answered_s = time.process_time()
    assert answer.get("statusCode", 200) < 300, answer
else:
    import boto3
    imported_s = time.process_time()
    boto3.client("dynamodb")
    answered_s = time.process_time()
import json
print()
print(json.dumps([imported_s - begun_s, answered_s - begun_s, "boto3" in sys.modules]))
"""


@dataclass(frozen=True, slots=True)
class Start:
    """Of the base, the answer is its client."""

    name: str
    imported_s: float
    answered_s: float
    has_boto3: bool


def starts(stage: Stage, built: Built, rounds: int, run: int) -> Iterator[Start]:
    """Every start once a round, the base first. Each claims and redeems for somebody new."""
    environment = {**stage.environment(tls=False), "LANG": "C.UTF-8"}
    for number in range(rounds):
        name = f"cold-{run}-{number}"
        events: dict[str, Any] = {
            BASE: None,
            "claim": gateway.claim(name),
            "verify": stage.redemption(name),
            "catalog": gateway.campaign(CAMPAIGN),
            "expire": {},
        }
        for started, event in events.items():
            path, function = (built.packages, "") if started == BASE else (built.package, started)
            yield Start(started, *_started(path, function, event, environment))


def _started(path: Path, function: str, event: Any, environment: dict[str, str]) -> tuple[float, float, bool]:
    # The interpreter itself, not the one of .venv, whose packages it must not see.
    interpreter = str(Path(sys.executable).resolve())
    done = subprocess.run(  # noqa: S603
        [interpreter, "-I", "-S", "-c", _SCRIPT, str(path), function],
        input=json.dumps(event),
        env=environment,
        capture_output=True,
        text=True,
        timeout=_TIMEOUT_S,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    imported_s, answered_s, has_boto3 = json.loads(done.stdout.splitlines()[-1])
    return imported_s, answered_s, has_boto3
