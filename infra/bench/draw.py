"""What the draw of a lottery costs: CPU and memory of each step over made-up entries, and dollars by the list prices.

    python -m infra.bench.draw 1000000

The steps are the functions' own, against the engine in memory and files in a folder. Entries are made when a bucket is
read, as DynamoDB's answer, which the functions' own client parses; making them is not counted. Sockets, TLS and
signatures are not in it. The last lines project the same to ten times as many entries: every step reads each entry a
fixed number of times.
"""

from __future__ import annotations

import base64
import hashlib
import json
import math
import os
import random
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from coupons import drand
from coupons.clock import FENCE_S
from coupons.lottery.beacon import take_beacon
from coupons.lottery.committing import commit
from coupons.lottery.drawing import draw
from coupons.lottery.reserves import open_reserve
from coupons.lottery.steps import DrawNow, Step
from coupons.metering import LAMBDA_GB_SECOND, Consumed, UnitPrices
from coupons.model.batches import PublishedBatch
from coupons.model.campaigns import Campaign
from coupons.operate import campaigns, publication
from coupons.process.services import Services
from coupons.sealing import Keys
from coupons.stores.connections import Answer
from coupons.stores.draw_files import FolderFiles
from coupons.stores.json_client import content_of
from coupons.times import DAY_S, epoch_s
from infra.couponctl.campaign_files import load_campaign
from infra.local.settings import checkout
from infra.local.tables import create_tables
from infra.set_clock import SetClock
from infra.virtual.store import Store

BATCH, SEASON = "night-draw", "night-2020"
BOOKING_BYTES = 190
"""An item: keys 75, entry 33, sealed identity 40, the rest 40."""
UNIT_BYTES = 4_096
MEMORY_GB = 1_769 / 1_024
S3_PUT, S3_GET = 0.005 / 1e3, 0.0004 / 1e3
TIMES = 10


class Booked:
    """The engine, with so many bookings of the lottery in its buckets, each made when it is read."""

    def __init__(self, people: int) -> None:
        self.engine = Store()
        self.people = people
        self.buckets = 1
        self.made_s = 0.0
        """CPU seconds of making answers."""

    def __getattr__(self, name: str) -> Any:
        return getattr(self.engine, name)

    def query(self, **asked: Any) -> Any:
        values = asked["ExpressionAttributeValues"]
        pk, kind = values[":pk"]["S"], values.get(":prefix", {}).get("S", "")
        if not (pk.startswith(f"B#{BATCH}#") and kind == "BOOKING#"):
            return self.engine.query(**asked)
        began_s = time.process_time()
        body = self._answer(int(pk.rpartition("#")[2]))
        self.made_s += time.process_time() - began_s
        return content_of(Answer(200, {}, body))

    def _answer(self, bucket: int) -> bytes:
        first, end = (self.people * at // self.buckets for at in (bucket, bucket + 1))
        items = [_item(number) for number in range(first, end)]
        units = math.ceil(len(items) * BOOKING_BYTES / UNIT_BYTES)
        capacity = {"TableName": "ClaimsTable", "CapacityUnits": units}
        return json.dumps({"Items": items, "Count": len(items), "ConsumedCapacity": capacity}).encode()


def _item(number: int) -> dict[str, Any]:
    entry = hashlib.sha256(number.to_bytes(8, "big")).digest()
    weight = 1 if number % 5 else 3
    return {
        "sk": {"S": f"BOOKING#{entry[:12].hex()}"[:30]},
        "e": {"B": base64.b64encode(entry).decode()},
        "w": {"N": str(weight)},
        "s": {"N": "0"},
    }


class CountedFiles(FolderFiles):
    """Files in a folder: how many were put and read, and their bytes."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.puts = self.gets = self.stored_bytes = 0

    def put(self, content: bytes) -> str:
        self.puts += 1
        self.stored_bytes += len(content)
        return super().put(content)

    def get(self, name: str, offset: int = 0, length: int | None = None) -> bytes:
        self.gets += 1
        return super().get(name, offset, length)


@dataclass
class Lottery:
    """A published lottery that many people booked, after its window."""

    services: Services
    booked: Booked
    files: CountedFiles
    clock: SetClock

    @property
    def batch(self) -> PublishedBatch:
        return self.services.cache.batch(BATCH)

    def now(self) -> DrawNow:
        """What a step gets."""
        batch, state = self.batch, self.services.draws.state(BATCH, consistent=True)
        assert batch.draw is not None
        control = self.services.cache.control_now(BATCH)
        return DrawNow(self.services, batch, batch.draw, control, state, int(self.clock.now_s), math.inf)

    def step(self, step: Step) -> None:
        """The step did what it is measured for."""
        did = step(self.now())
        assert did.did, "nothing was due"
        assert not did.more


def published(people: int, folder: Path) -> Lottery:
    """The sample lottery, declared for so many people, a tenth of whom win."""
    booked = Booked(people)
    names = create_tables(booked.engine)
    settings = {f"{name.removesuffix('Table').upper()}_TABLE": table for name, table in names.items()}
    document = load_campaign(checkout() / "infra" / "seasons" / f"{SEASON}.yaml")
    (lottery,) = (batch for batch in document["batches"] if batch["batch_id"] == BATCH)
    lottery["quantity"] = max(people // TIMES, 1)
    lottery["booking"]["expected_people"] = people
    lottery["draw"] |= {"rounds": 2, "claim_for_s": DAY_S}
    for funder in document["funders"]:
        funder["budget_minor"] = 10**13
    campaign = Campaign.model_validate(document, strict=False)
    clock = SetClock(epoch_s(campaign.starts_at))
    services = Services(
        {**settings, "STAGE": "local", "SWEEP_WORKERS": "1"},
        clock=clock,
        keys=Keys({1: b"for an engine of one minute"}),
        boto_client=booked,
        rng=random.Random(1),
    )
    services.draw_files = files = CountedFiles(folder)
    campaigns.apply(services, campaign.campaign_id, campaign, int(clock.now_s))
    publication.publish(services, BATCH, int(clock.now_s))
    batch = services.cache.batch(BATCH)
    booked.buckets = batch.booking_buckets
    assert batch.document.booking is not None
    clock.now_s = epoch_s(batch.document.booking.closes_at) + FENCE_S
    services.controls.record_booked(BATCH, services.cache.control_now(BATCH), people)
    services.meter.take()
    return Lottery(services, booked, files, clock)


def win(lottery: Lottery) -> None:
    """The beacon is there, and the winners are found."""
    terms = lottery.batch.draw
    assert terms is not None
    lottery.clock.now_s = drand.due_s(terms.chain, terms.round)
    signature = drand.sign_local(terms.round)
    take_beacon(lottery.services, BATCH, terms.round, signature, "local", int(lottery.clock.now_s))
    lottery.step(draw)


def ask_next(lottery: Lottery) -> None:
    """Nobody claimed, so as many again may."""
    (cohort,) = lottery.now().state.cohorts
    lottery.clock.now_s = cohort.claim_until_s + FENCE_S
    lottery.step(open_reserve)


Phase = tuple[str, Callable[[Lottery], None]]
PHASES: tuple[Phase, ...] = (
    ("list and commitment", lambda lottery: lottery.step(commit)),
    ("beacon and winners", win),
    ("one reserve", ask_next),
)
"""In the order in which a draw goes through them."""


def main(people: int) -> int:
    with tempfile.TemporaryDirectory() as folder:
        lottery = published(people, Path(folder))
        before_mb = _peak_mb()
        print(f"{people:,} entries in {lottery.booked.buckets:,} buckets, on one of {os.cpu_count()} processors")
        print(f"{'step':24}{'CPU s':>8}{'µs an entry':>13}{'puts':>7}{'gets':>7}{'MB more, at most':>18}")
        whole_s = 0.0
        for name, play in PHASES:
            puts, gets = lottery.files.puts, lottery.files.gets
            spent_s = _measured(lottery, play)
            whole_s += spent_s
            counts = f"{lottery.files.puts - puts:7}{lottery.files.gets - gets:7}{_peak_mb() - before_mb:18.0f}"
            print(f"{name:24}{spent_s:8.1f}{spent_s / people * 1e6:13.1f}{counts}")
        consumed = lottery.services.meter.take()
        for times in (1, TIMES):
            print(_dollars(lottery, consumed, whole_s, times))
    return 0


def _measured(lottery: Lottery, play: Callable[[Lottery], None]) -> float:
    """CPU seconds of the step, of all its threads, without the making of answers."""
    began_s, made_s = time.process_time(), lottery.booked.made_s
    play(lottery)
    return time.process_time() - began_s - (lottery.booked.made_s - made_s)


def _dollars(lottery: Lottery, consumed: Consumed, whole_s: float, times: int) -> str:
    parts = {
        "Lambda": whole_s * MEMORY_GB * LAMBDA_GB_SECOND,
        "tables": consumed.micro_dollars(UnitPrices()) / 1e6,
        "files": lottery.files.puts * S3_PUT + lottery.files.gets * S3_GET,
    }
    told = " + ".join(f"{name} {cents * 100 * times:.2f}" for name, cents in parts.items())
    head = f"{lottery.booked.people * times:,} entries: {whole_s * times:.0f} CPU s"
    return f"{head}, {told} = {sum(parts.values()) * 100 * times:.1f} cents"


def _peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1_024


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000))
