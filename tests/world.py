"""A small world for tests: tables as template.yaml has them, a clock that tests set, and gateway events.

world = World(Store())           # infra/virtual/store.py; or a client of moto or ministack
world.publish(campaign())        # a campaign of one batch, or any document
world.citizen("ann").put_claim("pack")
"""

from __future__ import annotations

import json
import random
from dataclasses import dataclass, field
from typing import Any

from coupons.clock import Clock
from coupons.model.campaigns import Campaign
from coupons.process.services import Services, replace_services
from coupons.sealing import Keys
from coupons.stores import due_keys, statistics_keys
from coupons.stores.bus import Bus
from coupons.stores.failed_records import FailedRecords
from infra.local.tables import create_tables, scanned
from infra.playing.gateway import (  # noqa: F401 - tests take them from here
    FALLBACKS,
    FUNCTIONS,
    Answered,
    Person,
    area_of,
    event,
    seconds,
    send,
)
from infra.virtual.files import MemoryFiles
from tests.bus import Heard
from tests.engine.elsewhere import here
from tests.engine.shapes import Watched

OPENING = "2020-06-06T10:00:00+08:00"
TABLES = {f"{name.upper()}_TABLE": f"{name}Table" for name in ("Catalog", "Claims", "Orders", "Points")}
KEYS, PASSING = Keys({1: b"a test's master secret, of no worth"}), (statistics_keys.FOLDED, due_keys.CHECK)


@dataclass
class ManualClock:
    """Stands still until it is told."""

    wall: float = float(seconds(OPENING))
    monotonic: float = 1_000.0

    def wall_s(self) -> float:
        return self.wall

    def monotonic_s(self) -> float:
        return self.monotonic

    def set(self, moment: str) -> None:
        self.advance(seconds(moment) - self.wall)

    def advance(self, by_s: float) -> None:
        """Both clocks; the monotonic one never steps back."""
        self.wall += by_s
        self.monotonic += max(by_s, 0.0)


@dataclass
class World:
    """One stack in one process. Its environment is the handlers' own until the next world is made."""

    client: Any
    clock: ManualClock = field(default_factory=ManualClock)
    settings: dict[str, str] = field(default_factory=dict)
    prefix: str = ""
    heard: Heard = field(default_factory=Heard)
    files: MemoryFiles = field(default_factory=MemoryFiles)

    def __post_init__(self) -> None:
        self.client = here(self.client)
        names = create_tables(self.client, prefix=self.prefix)
        tables = {variable: names[resource] for variable, resource in TABLES.items()}
        fixed = {"STAGE": "test", "SWEEP_WORKERS": "1", "EXPECTED_ENVIRONMENTS": "8"}
        self.settings = {**fixed, **tables, **self.settings}
        self.services = self.new_services()
        replace_services(self.services)

    def new_services(
        self, *, client: Any = None, bus: Any = None, clock: Clock | None = None, seed: int = 1
    ) -> Services:
        """Another process of the same stack: its own caches, leases and chance."""
        clock, client, rng = clock or self.clock, Watched(client or self.client, self.client), random.Random(seed)
        services = Services(self.settings, clock=clock, keys=KEYS, boto_client=client, rng=rng)
        services.bus = Bus(bus or self.heard, "bus")
        services.failed_records = FailedRecords(self.heard, "queue")
        services.draw_files = self.files
        return services

    @property
    def now_s(self) -> int:
        return int(self.clock.wall_s())

    def publish(self, document: dict[str, Any]) -> None:
        """Apply a document and publish all its batches."""
        operator = self.operator()
        path = {"campaign_id": document["campaign_id"]}
        applied = operator.send("PUT /admin/campaigns/{campaign_id}", path, body=document)
        assert applied.status in (200, 201), applied.text
        for a_batch in document["batches"]:
            path = {"batch_id": a_batch["batch_id"]}
            published = operator.send("POST /admin/batches/{batch_id}/publish", path, body={})
            assert published.status == 200, published.text

    def citizen(self, name: str, **claims: str) -> Person:
        return Person({"sub": name, "scope": "citizen", "person_id": name, **claims})

    def merchant(self, merchant_id: str = "diner") -> Person:
        return Person({"sub": f"till-{merchant_id}", "scope": "merchant", "merchant_id": merchant_id})

    def operator(self) -> Person:
        return Person({"sub": "op", "scope": "operator"})

    def items(self) -> dict[str, list[dict[str, Any]]]:
        """What is stored, by table, but how far statistics are folded and the due list is compared: nothing changed."""
        stored = {self.settings[name]: scanned(self.client, self.settings[name]) for name in TABLES}
        by_key = {table: sorted(items, key=lambda i: (i["pk"]["S"], i["sk"]["S"])) for table, items in stored.items()}
        return {table: [i for i in items if i["sk"]["S"] not in PASSING] for table, items in by_key.items()}


def terms(terms_id: str = "ten-off", **changes: Any) -> dict[str, Any]:
    """Terms of a coupon: 10.00 off 50.00, 14 days, three funders, merchant match 1:1."""
    return {
        "terms_id": terms_id,
        "title": "10 off 50",
        "discount": {"kind": "amount_off", "threshold_minor": 5000, "amount_minor": 1000},
        "validity": {"kind": "days_after_claim", "days": 14},
        "funding": [
            {"funder_id": "city", "basis_points": 5000},
            {"funder_id": "platform", "basis_points": 3000},
            {"funder_id": "shop", "basis_points": 2000},
        ],
        "merchant_match": [{"starts_at": "2020-06-01T00:00:00+08:00", "basis_points": 10000}],
        "refund": {"policy": "full_only", "times_max": 1},
        **changes,
    }


def a_batch(batch_id: str = "pack", **changes: Any) -> dict[str, Any]:
    """A batch of ten packs of one coupon, open for a day from 10:00 on 6 June."""
    return {
        "batch_id": batch_id,
        "title": "A pack",
        "mode": "first_come",
        "quantity": 10,
        "opens_at": OPENING,
        "closes_at": "2020-06-07T10:00:00+08:00",
        "terms": ["ten-off"],
        **changes,
    }


def a_lottery(batch_id: str = "pack", **changes: Any) -> dict[str, Any]:
    """The same batch as a lottery: booked until the 5th at 10:00, drawn at 20:00. `draw`: changes of the draw."""
    return a_batch(
        batch_id,
        **{
            "mode": "lottery",
            "booking": {"opens_at": "2020-06-01T10:00:00+08:00", "closes_at": "2020-06-05T10:00:00+08:00"},
            **changes,
            "draw": {"at": "2020-06-05T20:00:00+08:00", **changes.get("draw", {})},
        },
    )


def campaign(*batches: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """A campaign document with the given batches (one by default), three funders and a diner."""
    return {
        "campaign_id": "season",
        "title": {"en": "A season", "zh": "消费季"},
        "timezone": "Asia/Shanghai",
        "currency": "CNY",
        "starts_at": "2020-06-01T00:00:00+08:00",
        "ends_at": "2020-10-01T00:00:00+08:00",
        "funders": [
            {"funder_id": name, "title": name, "kind": kind, "budget_minor": 10_000_000}
            for name, kind in (("city", "government"), ("platform", "platform"), ("shop", "enterprise"))
        ],
        "merchants": [
            {
                "merchant_id": "diner",
                "title": "Diner",
                "category": "catering",
                "channels": ["offline", "online"],
                "stores": [{"store_id": "diner", "region": "beijing"}],
            }
        ],
        "terms": [terms()],
        "batches": list(batches) or [a_batch()],
        **changes,
    }


def order(total_minor: int = 6000, **changes: Any) -> dict[str, Any]:
    """An order of one item at the diner."""
    item = {"sku": "noodles", "category": "meal", "tags": [], "price_minor": total_minor, "quantity": 1}
    return {
        "total_minor": total_minor,
        "store_id": "diner",
        "channel": "offline",
        "region": "beijing",
        "items": [item],
        **changes,
    }


def parsed(document: dict[str, Any]) -> Campaign:
    return Campaign.model_validate_json(json.dumps(document))
