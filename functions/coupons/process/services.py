"""What operations work with, built once a process from the environment variables.

Each part is built when it is first asked for, so that a function needs only the variables of the tables it uses.
"""

from __future__ import annotations

import os
import random
from functools import cached_property
from typing import Any

from coupons.clock import SKEW_S, Clock, clock_for
from coupons.damage import Damaged, Damages
from coupons.metering import Consumed, Meter
from coupons.model.claims import Claim
from coupons.model.shards import CLAIMS_PER_BUCKET
from coupons.prices import UnitPrices
from coupons.process.cache import Cache
from coupons.process.day_marks import DayMarks
from coupons.process.leases import Leases
from coupons.process.refusal_counts import RefusalCounts
from coupons.refusals import Busy
from coupons.sealing import Keys
from coupons.stores import bus, dynamodb, failed_records, secrets
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
from coupons.stores.dynamodb import Dynamo
from coupons.stores.failed_records import FailedRecords
from coupons.stores.folds import Folds
from coupons.stores.groups import Groups
from coupons.stores.limits import Limits
from coupons.stores.orders import Orders
from coupons.stores.refusal_counts import RefusalStatistics
from coupons.stores.registry import Registry
from coupons.stores.reserves import Reserves
from coupons.stores.secrets import KeysSecret
from coupons.stores.stock import Stock

PATIENT_ATTEMPTS = 3


class Services:
    """`settings` are environment variables; what else is handed in takes the place of what they would make."""

    def __init__(
        self,
        settings: dict[str, str],
        *,
        clock: Clock | None = None,
        keys: Keys | None = None,
        bus: Bus | None = None,
        failed_records: FailedRecords | None = None,
        boto_client: Any = None,
        rng: random.Random | None = None,
        meter: Meter | None = None,
    ) -> None:
        self._settings = settings
        self._boto_client = boto_client
        self.rng = rng or random.Random()
        self.meter = meter or Meter()
        self.damages = Damages()
        self.clock = clock or clock_for(settings.get("STAGE", ""), settings.get("TEST_CLOCK_FILE", ""))
        self._keys = keys
        if bus is not None:
            self.bus = bus
        if failed_records is not None:
            self.failed_records = failed_records

    @cached_property
    def _secret(self) -> KeysSecret:
        return KeysSecret(secrets.client(), self._settings["KEYS_SECRET_ARN"], self.clock)

    @property
    def keys(self) -> Keys:
        """Those of now: a process that met a newer version has others than before."""
        return self._keys or self._secret.keys

    def has_key_of(self, claim: Claim) -> bool:
        """Whether there is a key of the claim's version. Raises Busy while one may be on its way here."""
        if self.keys.master(claim.key_version) is not None:
            return True
        # The process that wrote the claim had read the version; this one reads the secret at most once a minute.
        if -SKEW_S <= self.clock.wall_s() - claim.claimed_at_s < 2 * secrets.RELOAD_S:
            raise Busy(detail="A new key has not come here yet; try again.")
        return False

    @cached_property
    def bus(self) -> Bus:
        return Bus(bus.client(), self._settings["EVENT_BUS"])

    @cached_property
    def failed_records(self) -> FailedRecords:
        return FailedRecords(failed_records.client(), self._settings["FAILED_EVENTS_QUEUE_URL"])

    @property
    def event_source(self) -> str:
        """Who speaks in an event: this installation, by its stage."""
        return f"urn:coupon-season:{self._settings['STAGE']}"

    @property
    def expected_environments(self) -> int:
        return int(self._settings.get("EXPECTED_ENVIRONMENTS", "1000"))

    @property
    def claims_per_bucket(self) -> int:
        """A laptop's season has millions of packs and a handful of people: fewer buckets make its sweeps quick."""
        return int(self._settings.get("CLAIMS_PER_BUCKET", str(CLAIMS_PER_BUCKET)))

    @property
    def sweep_workers(self) -> int:
        """Threads that read buckets side by side; 1 where the engine is not atomic across threads."""
        return int(self._settings.get("SWEEP_WORKERS", "8"))

    @cached_property
    def prices(self) -> UnitPrices:
        """What a unit costs here: the list price where nothing else is said."""
        stated = {name: self._settings.get(f"{name.upper()}_MICRODOLLARS") for name in ("write_unit", "read_unit")}
        return UnitPrices(**{name: float(price) for name, price in stated.items() if price})

    @cached_property
    def _dynamodb(self) -> Any:
        return self._boto_client or dynamodb.client()

    @cached_property
    def _spike(self) -> Dynamo:
        return Dynamo(self._dynamodb, meter=self.meter)

    @cached_property
    def _patient(self) -> Dynamo:
        return Dynamo(self._dynamodb, attempts=PATIENT_ATTEMPTS, meter=self.meter)

    @cached_property
    def catalog(self) -> Catalog:
        return Catalog(self._patient, self._settings["CATALOG_TABLE"])

    @cached_property
    def budgets(self) -> Budgets:
        return Budgets(self._patient, self._settings["CATALOG_TABLE"])

    @cached_property
    def reserves(self) -> Reserves:
        return Reserves(self._patient, self._settings["CATALOG_TABLE"])

    @cached_property
    def registry(self) -> Registry:
        return Registry(self._patient, self._settings["CATALOG_TABLE"])

    @cached_property
    def controls(self) -> Controls:
        return Controls(self._patient, self._settings["CATALOG_TABLE"])

    @cached_property
    def groups(self) -> Groups:
        return Groups(self._patient, self._settings["CATALOG_TABLE"])

    @cached_property
    def stock(self) -> Stock:
        return Stock(self._spike, self._patient, self._settings["CATALOG_TABLE"])

    @cached_property
    def folds(self) -> Folds:
        return Folds(self._patient, self._settings["CATALOG_TABLE"])

    @cached_property
    def claims(self) -> Claims:
        return Claims(self._spike, self._patient, self._settings["CLAIMS_TABLE"])

    @cached_property
    def coupons(self) -> CouponParts:
        return CouponParts(self._settings["CLAIMS_TABLE"])

    @cached_property
    def limits(self) -> Limits:
        return Limits(self._patient, self._settings["CLAIMS_TABLE"])

    @cached_property
    def bookings(self) -> Bookings:
        return Bookings(self._patient, self._settings["CLAIMS_TABLE"])

    @cached_property
    def orders(self) -> Orders:
        return Orders(self._patient, self._settings["ORDERS_TABLE"])

    @cached_property
    def days(self) -> Days:
        return Days(self._patient, self._settings["ORDERS_TABLE"])

    @cached_property
    def day_folds(self) -> DayFolds:
        return DayFolds(self._patient, self._settings["CATALOG_TABLE"])

    @cached_property
    def audit_reads(self) -> AuditReads:
        return AuditReads(self._patient, self._settings["ORDERS_TABLE"])

    @cached_property
    def audit_folds(self) -> AuditFolds:
        return AuditFolds(self._patient, self._settings["CATALOG_TABLE"])

    @cached_property
    def day_marks(self) -> DayMarks:
        return DayMarks(self.days, self.clock, self.damages)

    def transact(self, parts: list[dict[str, Any]]) -> None:
        """One transaction over parts that stores built. Raises TransactionFailed, NotApplied, NoAnswer."""
        self._patient.transact(parts)

    @cached_property
    def cache(self) -> Cache:
        return Cache(self.catalog, self.controls, self.stock, self.registry, self.clock, self.damages)

    @cached_property
    def refusal_statistics(self) -> RefusalStatistics:
        return RefusalStatistics(self._spike, self._settings["CATALOG_TABLE"])

    @cached_property
    def refusal_counts(self) -> RefusalCounts:
        return RefusalCounts(self.refusal_statistics, self.clock)

    @cached_property
    def leases(self) -> Leases:
        return Leases(self.stock, self.cache, self.clock, self.rng)


_process: list[Services] = []


def shared_services() -> Services:
    """The process's own, built at its first request."""
    if not _process:
        _process.append(Services(dict(os.environ)))
    return _process[0]


def consumed() -> tuple[Consumed, float]:
    """What this process consumed since it was last asked, and its micro-dollars; nothing before its first request."""
    if not _process:
        return Consumed(), 0.0
    taken = _process[0].meter.take()
    return taken, taken.micro_dollars(_process[0].prices)


def damaged() -> tuple[list[Damaged], int]:
    """What this process found damaged since it was last asked, and how many items in all."""
    return _process[0].damages.take() if _process else ([], 0)


def replace_services(new: Services | None) -> None:
    """Tests hand in theirs; None builds anew from the variables."""
    _process[:] = [] if new is None else [new]
