"""One run of warm requests, in a process whose environment is a function's: `python -m infra.bench.cpu.warm FILE`.

Each round puts a bare item with boto3 and then sends one request of each kind to its real handler, each timed by the
CPU of the whole process, all its threads included. A kind that costs little is sent several times a round. After the
measured rounds come sampled ones (`profile.py`), since signals would disturb the measured ones. FILE gets the times in
milliseconds and the samples; what the handlers log goes to stdout, line by line as on Lambda.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import boto3

import claim
import verify
from infra.bench.cpu import gateway
from infra.bench.cpu.profile import Sampler

WARM_UP = 40
BARE = "bare put"
AGAIN = {"refusal": 6, "code": 6}
"""Requests a round, if more than one."""
_ITEM_BYTES = 160
"""A claim has as many beside its key."""
Take = Callable[[str, Callable[[], Any]], Any]
"""Does what it is handed, and notes under the name what that took."""


class Round:
    """What one person does, from the claim to the redemption, and the bare put before it."""

    def __init__(self) -> None:
        self._client = boto3.client("dynamodb")
        self._table = os.environ["CLAIMS_TABLE"]

    def play(self, number: int, take: Take) -> None:
        item = {"pk": {"S": f"BARE#{number}"}, "sk": {"S": "BARE"}, "content": {"S": "x" * _ITEM_BYTES}}
        take(BARE, lambda: self._client.put_item(TableName=self._table, Item=item))
        person = f"citizen-{os.getpid()}-{number}"

        def asked(name: str, handler: Callable[..., Any], event: dict[str, Any], status: int) -> Any:
            answer = take(name, lambda: handler(event, None))
            assert answer["statusCode"] == status, answer
            return json.loads(answer["body"])

        pack = asked("claim", claim.handler, gateway.claim(person), 201)
        asked("repeat", claim.handler, gateway.claim(person), 200)
        for _ in range(AGAIN["refusal"]):
            asked("refusal", claim.handler, gateway.claim(person, gateway.DRAINED), 409)
        for _ in range(AGAIN["code"]):
            code = asked("code", claim.handler, gateway.code(person, pack["coupons"][0]["coupon_id"]), 200)["code"]
        asked("quote", verify.handler, gateway.quote(code), 200)
        asked("redemption", verify.handler, gateway.redemption(f"order-{os.getpid()}-{number}", code), 201)
        asked("wallet", claim.handler, gateway.wallet(person), 200)


def timed(times: dict[str, list[float]]) -> Take:
    def take(name: str, do: Callable[[], Any]) -> Any:
        begun_s = time.process_time()
        done = do()
        times.setdefault(name, []).append((time.process_time() - begun_s) * 1000)
        return done

    return take


def run(rounds: int, sampled: int) -> Mapping[str, Any]:
    a_round, times, sampler = Round(), dict[str, list[float]](), Sampler()
    for number in range(WARM_UP):
        a_round.play(number, lambda _, do: do())
    take = timed(times)
    for number in range(WARM_UP, WARM_UP + rounds):
        a_round.play(number, take)
    with sampler:
        for number in range(WARM_UP + rounds, WARM_UP + rounds + sampled):
            a_round.play(number, sampler.take)
    return {"times": times, "samples": sampler.samples}


if __name__ == "__main__":
    # Lambda's runtime writes each line at once.
    sys.stdout.reconfigure(line_buffering=True)  # type: ignore[union-attr]
    Path(sys.argv[1]).write_text(json.dumps(run(int(sys.argv[2]), int(sys.argv[3]))), "utf-8")
