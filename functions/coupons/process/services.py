"""What operations work with: stores, caches, clock and chance, built once a process from the environment variables."""

from __future__ import annotations

import os
import random
import time
from collections.abc import Callable, Iterable, Sequence
from functools import cached_property
from typing import Any, TypeVar

from coupons.clock import SKEW_S, Clock, clock_for
from coupons.damage import Damaged, Damages
from coupons.metering import Consumed, Meter, UnitPrices
from coupons.model.claims import Claim
from coupons.model.shards import CLAIMS_PER_BUCKET
from coupons.process.cache import Cache
from coupons.process.day_marks import DayMarks
from coupons.process.fresh import Fresh
from coupons.process.leases import Leases
from coupons.process.programmes import Programmes
from coupons.process.refusal_counter import RefusalCounter
from coupons.process.season_counts import SeasonCounts
from coupons.process.shown_documents import ShownDocuments
from coupons.process.swept_days import SweptDayMemory
from coupons.process.variables import require
from coupons.refusals import Busy
from coupons.sealing import Keys
from coupons.stores import bus, dynamodb, failed_records, secrets
from coupons.stores.announced import Announcements
from coupons.stores.audit_folds import AuditFolds
from coupons.stores.audit_reads import AuditReads
from coupons.stores.bookings import Bookings
from coupons.stores.budgets import Budgets
from coupons.stores.bus import Bus
from coupons.stores.catalog import Catalog
from coupons.stores.claims import Claims
from coupons.stores.controls import Controls
from coupons.stores.coupon_parts import CouponParts
from coupons.stores.day_folds import DayFolds
from coupons.stores.days import Days
from coupons.stores.diaries import Diaries
from coupons.stores.dynamodb import Dynamo
from coupons.stores.failed_records import FailedRecords
from coupons.stores.folds import Folds
from coupons.stores.groups import Groups
from coupons.stores.liabilities import Liabilities
from coupons.stores.limits import Limits
from coupons.stores.orders import Orders
from coupons.stores.parts import Part
from coupons.stores.points import PointsStore
from coupons.stores.points_folds import PointsFolds
from coupons.stores.points_reads import PointsReads
from coupons.stores.programmes import ProgrammeStore
from coupons.stores.refusal_counts import RefusalCounts
from coupons.stores.registry import Registry
from coupons.stores.reserves import Reserves
from coupons.stores.secrets import KeysSecret
from coupons.stores.slots import Slots
from coupons.stores.statistics import Statistics
from coupons.stores.stock import Stock
from coupons.stores.swept_days import SweptDayStore
from coupons.stores.venue_payments import VenuePayments

T = TypeVar("T")

PATIENT_ATTEMPTS = 3


def _lazy(build: Callable[[Services], T]) -> cached_property[T]:
    """Built when it is first asked for: a function needs only the variables of the parts it uses."""
    return cached_property(build)


class Services:
    """`settings` are environment variables; what else is handed in takes the place of what they would make."""

    def __init__(
        self,
        settings: dict[str, str],
        *,
        clock: Clock | None = None,
        keys: Keys | None = None,
        boto_client: Any = None,
        rng: random.Random | None = None,
        meter: Meter | None = None,
        pause: Callable[[float], None] = time.sleep,
        name: Callable[[], str] = dynamodb.fresh_name,
    ) -> None:
        self.settings = settings
        self.clock = clock or clock_for(settings.get("STAGE", ""), settings.get("TEST_CLOCK_FILE", ""))
        self.rng = rng or random.Random()
        self.meter = meter or Meter()
        self.pause = pause
        self.name = name
        self.damages = Damages()
        self._keys = keys
        self.boto_client = boto_client

    client = _lazy(lambda s: s.boto_client or dynamodb.client())
    spike = _lazy(lambda s: Dynamo(s.client, meter=s.meter, rng=s.rng, pause=s.pause, name=s.name))
    """Sends each request once."""
    patient = _lazy(
        lambda s: Dynamo(s.client, attempts=PATIENT_ATTEMPTS, meter=s.meter, rng=s.rng, pause=s.pause, name=s.name)
    )

    catalog = _lazy(lambda s: Catalog(s.patient, s.settings["CATALOG_TABLE"]))
    budgets = _lazy(lambda s: Budgets(s.patient, s.settings["CATALOG_TABLE"]))
    reserves = _lazy(lambda s: Reserves(s.patient, s.settings["CATALOG_TABLE"]))
    registry = _lazy(lambda s: Registry(s.patient, s.settings["CATALOG_TABLE"]))
    controls = _lazy(lambda s: Controls(s.patient, s.settings["CATALOG_TABLE"]))
    groups = _lazy(lambda s: Groups(s.patient, s.settings["CATALOG_TABLE"]))
    stock = _lazy(lambda s: Stock(s.spike, s.patient, s.settings["CATALOG_TABLE"]))
    folds = _lazy(lambda s: Folds(s.patient, s.settings["CATALOG_TABLE"]))
    day_folds = _lazy(lambda s: DayFolds(s.patient, s.settings["CATALOG_TABLE"]))
    audit_folds = _lazy(lambda s: AuditFolds(s.patient, s.settings["CATALOG_TABLE"]))
    refusal_counts = _lazy(lambda s: RefusalCounts(s.spike, s.settings["CATALOG_TABLE"]))

    venue_payments = _lazy(lambda s: VenuePayments(s.patient, s.settings["CATALOG_TABLE"]))
    programme_store = _lazy(lambda s: ProgrammeStore(s.patient, s.settings["CATALOG_TABLE"]))
    swept_day_store = _lazy(lambda s: SweptDayStore(s.patient, s.settings["CATALOG_TABLE"]))
    liabilities = _lazy(lambda s: Liabilities(s.patient, s.settings["CATALOG_TABLE"]))
    statistics = _lazy(lambda s: Statistics(s.spike, s.patient, s.settings["CATALOG_TABLE"]))

    claims = _lazy(lambda s: Claims(s.spike, s.patient, s.settings["CLAIMS_TABLE"]))
    coupons = _lazy(lambda s: CouponParts(s.patient, s.settings["CLAIMS_TABLE"]))
    limits = _lazy(lambda s: Limits(s.patient, s.settings["CLAIMS_TABLE"]))
    bookings = _lazy(lambda s: Bookings(s.patient, s.settings["CLAIMS_TABLE"]))
    slots = _lazy(lambda s: Slots(s.patient, s.settings["CLAIMS_TABLE"]))
    diaries = _lazy(lambda s: Diaries(s.patient, s.settings["CLAIMS_TABLE"]))
    announcements = _lazy(lambda s: Announcements(s.patient, s.settings["CLAIMS_TABLE"]))

    orders = _lazy(lambda s: Orders(s.patient, s.settings["ORDERS_TABLE"]))
    days = _lazy(lambda s: Days(s.patient, s.settings["ORDERS_TABLE"]))
    audit_reads = _lazy(lambda s: AuditReads(s.patient, s.settings["ORDERS_TABLE"]))

    points = _lazy(lambda s: PointsStore(s.patient, s.settings["POINTS_TABLE"]))
    points_reads = _lazy(lambda s: PointsReads(s.patient, s.settings["POINTS_TABLE"]))
    points_folds = _lazy(lambda s: PointsFolds(s.patient, s.settings["CATALOG_TABLE"]))

    bus = _lazy(lambda s: Bus(bus.client(), s.settings["EVENT_BUS"]))
    failed_records = _lazy(lambda s: FailedRecords(failed_records.client(), s.settings["FAILED_EVENTS_QUEUE_URL"]))
    secret = _lazy(lambda s: KeysSecret(secrets.client(), s.settings["KEYS_SECRET_ARN"], s.clock))

    cache = _lazy(lambda s: Cache(s.catalog, s.controls, s.stock, s.registry, s.clock, s.damages))
    shown_documents = _lazy(lambda s: ShownDocuments(s.catalog, s.clock, s.damages))
    programmes = _lazy(lambda s: Programmes(s.programme_store, s.clock))
    swept_days = _lazy(lambda s: SweptDayMemory(s.swept_day_store))
    slot_days = _lazy(lambda s: Fresh(s.clock, s.slots.of_day))
    """The slots of a facility and day that have an item."""
    leases = _lazy(lambda s: Leases(s.stock, s.cache, s.clock, s.rng, s.name))
    day_marks = _lazy(lambda s: DayMarks(s.days, s.clock, s.damages))
    refusal_counter = _lazy(lambda s: RefusalCounter(s.refusal_counts, s.statistics, s.clock, s.rng))
    season_counts = _lazy(lambda s: SeasonCounts(s.statistics, s.clock))

    @property
    def keys(self) -> Keys:
        """The keys as of now: they change when a process meets a newer version."""
        return self._keys or self.secret.keys

    def has_key_of(self, claim: Claim) -> bool:
        """Whether the key that sealed the claim is known. Raises Busy if the claim is so new that it may follow."""
        if self.keys.master(claim.key_version) is not None:
            return True
        # The process that wrote the claim knew the key; this one reads the secret at most once a minute.
        if -SKEW_S <= self.clock.wall_s() - claim.claimed_at_s < 2 * secrets.RELOAD_S:
            raise Busy(detail="A new key has not come here yet; try again.")
        return False

    def transact(self, parts: Sequence[Part]) -> None:
        """One transaction over parts that stores built. Raises TransactionFailed, NotApplied, NoAnswer."""
        self.patient.transact(parts)

    def tries(self, parts: Sequence[Part]) -> bool:
        """The same; False if a condition refused it."""
        return self.patient.tries(parts)

    @property
    def event_source(self) -> str:
        """The `source` of an event: this installation, by its stage."""
        return f"urn:coupon-season:{self.settings['STAGE']}"

    @property
    def expected_environments(self) -> int:
        return int(self.settings.get("EXPECTED_ENVIRONMENTS", "1000"))

    @property
    def claims_per_bucket(self) -> int:
        """Higher on a laptop: its season has millions of packs and few people, and fewer buckets make passes quick."""
        return int(self.settings.get("CLAIMS_PER_BUCKET", str(CLAIMS_PER_BUCKET)))

    @property
    def sweep_workers(self) -> int:
        """Threads of a pass; 1 if the engine is not atomic across threads."""
        return int(self.settings.get("SWEEP_WORKERS", "8"))

    @cached_property
    def prices(self) -> UnitPrices:
        """What a unit costs here: the list price unless a variable says otherwise."""
        stated = {name: self.settings.get(f"{name.upper()}_MICRODOLLARS") for name in ("write_unit", "read_unit")}
        return UnitPrices(**{name: float(price) for name, price in stated.items() if price})


_process: list[Services] = []
"""Of this process; empty before its first request. An invocation builds it before anything else."""


def shared_services(needed: Iterable[str] = ()) -> Services:
    """What all requests of this process share, built at the first one from its environment variables.

    Raises VariablesMissing then, if one of those that are `needed` is not set.
    """
    if not _process:
        require(os.environ, needed)
        _process.append(Services(dict(os.environ)))
    return _process[0]


def take_consumption() -> tuple[Consumed, float]:
    """What this process consumed since the last call, and its price in micro-dollars."""
    taken = _process[0].meter.take()
    return taken, taken.micro_dollars(_process[0].prices)


def take_damages() -> tuple[list[Damaged], int]:
    """What this process found damaged since the last call, and how many items that is in all."""
    return _process[0].damages.take()


def replace_services(new: Services | None) -> None:
    """Tests hand in their own; None: build them anew from the variables."""
    _process[:] = [] if new is None else [new]
