"""What operations work with: stores, caches, clock and chance, built once a process from the environment variables."""

from __future__ import annotations

import os
import random
import time
from collections.abc import Callable, Iterable, Sequence
from functools import cached_property, partial
from typing import Any, TypeVar

from coupons import process, stores
from coupons.clock import SKEW_S, Clock, clock_for
from coupons.damage import Damaged, Damages
from coupons.metering import Consumed, Meter, UnitPrices
from coupons.model.batches import DrawChain
from coupons.model.claims import Claim
from coupons.model.shards import CLAIMS_PER_BUCKET
from coupons.process.variables import require
from coupons.refusals import Busy
from coupons.sealing import Keys
from coupons.stores import dynamodb, remote
from coupons.stores.parts import Part
from coupons.stores.together import Together, Wanted, read_together

T = TypeVar("T")

PATIENT_ATTEMPTS = 3
HISTOGRAM_S = 3_600
REMEMBERING = {
    "cache",
    "merchants",
    "shown_documents",
    "programmes",
    "swept_days",
    "slot_days",
    "draw_states",
    "histograms",
    "entry_lists",
    "leases",
    "day_marks",
    "refusal_counter",
    "season_counts",
}
"""The services that keep something of the store from one request to the next."""


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
    spike = _lazy(lambda s: dynamodb.Dynamo(s.client, meter=s.meter, rng=s.rng, pause=s.pause, name=s.name))
    """Sends each request once."""
    patient = _lazy(
        lambda s: dynamodb.Dynamo(
            s.client, attempts=PATIENT_ATTEMPTS, meter=s.meter, rng=s.rng, pause=s.pause, name=s.name
        )
    )

    catalog = _lazy(lambda s: stores.catalog.Catalog(s.patient, s.settings["CATALOG_TABLE"]))
    documents = _lazy(lambda s: stores.documents.CampaignDocuments(s.patient, s.settings["CATALOG_TABLE"]))
    due_list = _lazy(lambda s: stores.due_list.DueListStore(s.patient, s.settings["CATALOG_TABLE"]))
    budgets = _lazy(lambda s: stores.budgets.Budgets(s.patient, s.settings["CATALOG_TABLE"]))
    reserves = _lazy(lambda s: stores.reserves.Reserves(s.patient, s.settings["CATALOG_TABLE"]))
    registry = _lazy(lambda s: stores.registry.Registry(s.patient, s.settings["CATALOG_TABLE"]))
    controls = _lazy(lambda s: stores.controls.Controls(s.patient, s.settings["CATALOG_TABLE"]))
    groups = _lazy(lambda s: stores.groups.Groups(s.patient, s.settings["CATALOG_TABLE"]))
    stock = _lazy(lambda s: stores.stock.Stock(s.spike, s.patient, s.settings["CATALOG_TABLE"]))
    folds = _lazy(lambda s: stores.folds.Folds(s.patient, s.settings["CATALOG_TABLE"]))
    day_folds = _lazy(lambda s: stores.day_folds.DayFolds(s.patient, s.settings["CATALOG_TABLE"]))
    audit_folds = _lazy(lambda s: stores.audit_folds.AuditFolds(s.patient, s.settings["CATALOG_TABLE"]))
    draws = _lazy(lambda s: stores.draws.Draws(s.spike, s.patient, s.settings["CATALOG_TABLE"]))
    run_folds = _lazy(lambda s: stores.draw_folds.RunFolds(s.patient, s.settings["CATALOG_TABLE"]))
    part_folds = _lazy(lambda s: stores.draw_folds.PartFolds(s.patient, s.settings["CATALOG_TABLE"]))
    step_folds = _lazy(lambda s: stores.step_folds.StepFolds(s.patient, s.settings["CATALOG_TABLE"]))
    draw_files = _lazy(lambda s: stores.draw_files.draw_files(s.settings["DRAW_FILES"]))
    refusal_counts = _lazy(lambda s: stores.refusal_counts.RefusalCounts(s.spike, s.settings["CATALOG_TABLE"]))

    venue_payments = _lazy(lambda s: stores.venue_payments.VenuePayments(s.patient, s.settings["CATALOG_TABLE"]))
    programme_store = _lazy(lambda s: stores.programmes.ProgrammeStore(s.patient, s.settings["CATALOG_TABLE"]))
    swept_day_store = _lazy(lambda s: stores.swept_days.SweptDayStore(s.patient, s.settings["CATALOG_TABLE"]))
    liabilities = _lazy(lambda s: stores.liabilities.Liabilities(s.patient, s.settings["CATALOG_TABLE"]))
    statistics = _lazy(lambda s: stores.statistics.Statistics(s.spike, s.patient, s.settings["CATALOG_TABLE"]))

    claims = _lazy(lambda s: stores.claims.Claims(s.spike, s.patient, s.settings["CLAIMS_TABLE"]))
    coupons = _lazy(lambda s: stores.coupon_parts.CouponParts(s.patient, s.settings["CLAIMS_TABLE"]))
    limits = _lazy(lambda s: stores.limits.Limits(s.patient, s.settings["CLAIMS_TABLE"]))
    bookings = _lazy(lambda s: stores.bookings.Bookings(s.spike, s.patient, s.settings["CLAIMS_TABLE"]))
    entry_reads = _lazy(lambda s: stores.entry_reads.EntryReads(s.patient, s.settings["CLAIMS_TABLE"]))
    slots = _lazy(lambda s: stores.slots.Slots(s.patient, s.settings["CLAIMS_TABLE"]))
    diaries = _lazy(lambda s: stores.diaries.Diaries(s.patient, s.settings["CLAIMS_TABLE"]))
    announcements = _lazy(lambda s: stores.announced.Announcements(s.patient, s.settings["CLAIMS_TABLE"]))

    orders = _lazy(lambda s: stores.orders.Orders(s.patient, s.settings["ORDERS_TABLE"]))
    days = _lazy(lambda s: stores.days.Days(s.patient, s.settings["ORDERS_TABLE"]))
    audit_reads = _lazy(lambda s: stores.audit_reads.AuditReads(s.patient, s.settings["ORDERS_TABLE"]))

    points = _lazy(lambda s: stores.points.PointsStore(s.patient, s.settings["POINTS_TABLE"]))
    points_reads = _lazy(lambda s: stores.points_reads.PointsReads(s.patient, s.settings["POINTS_TABLE"]))
    points_folds = _lazy(lambda s: stores.points_folds.PointsFolds(s.patient, s.settings["CATALOG_TABLE"]))

    bus = _lazy(lambda s: stores.bus.Bus(stores.bus.client(), s.settings["EVENT_BUS"]))
    failed_records = _lazy(
        lambda s: stores.failed_records.FailedRecords(
            stores.failed_records.client(), s.settings["FAILED_EVENTS_QUEUE_URL"]
        )
    )
    secret = _lazy(lambda s: stores.secrets.KeysSecret(stores.secrets.client(), s.settings["KEYS_SECRET_ARN"], s.clock))

    cache = _lazy(
        lambda s: process.cache.Cache(
            s.catalog,
            lambda: s.due_list.read(),  # noqa: PLW0108 - it is loaded when it is read
            s.controls,
            s.stock,
            s.clock,
            s.damages,
        )
    )
    merchants = _lazy(lambda s: process.merchants.MerchantMemory(s.registry, s.clock, s.damages))
    shown_documents = _lazy(lambda s: process.shown_documents.ShownDocuments(s.documents, s.clock, s.damages))
    programmes = _lazy(lambda s: process.programmes.Programmes(s.programme_store, s.clock))
    swept_days = _lazy(lambda s: process.swept_days.SweptDayMemory(s.swept_day_store))
    slot_days = _lazy(lambda s: process.fresh.Fresh(s.clock, s.slots.of_day))
    """The slots of a facility and day that have an item."""
    histograms = _lazy(lambda s: process.fresh.Fresh(s.clock, s.draws.histogram, HISTOGRAM_S, most=8))
    """Of the scores of a draw, once it has winners: it stays as it is."""
    draw_states = _lazy(lambda s: process.fresh.Fresh(s.clock, partial(s.draws.state, consistent=True)))
    """How far the draw of a batch has come. Read strongly: once its list is committed, nobody books it any more."""
    entry_lists = _lazy(lambda s: process.entry_lists.EntryLists(lambda: s.draw_files))
    leases = _lazy(lambda s: process.leases.Leases(s.stock, s.cache, s.clock, s.rng, s.name))
    day_marks = _lazy(lambda s: process.day_marks.DayMarks(s.days, s.clock, s.damages))
    refusal_counter = _lazy(
        lambda s: process.refusal_counter.RefusalCounter(s.refusal_counts, lambda: s.statistics, s.clock, s.rng)
    )
    season_counts = _lazy(lambda s: process.season_counts.SeasonCounts(s.statistics, s.clock))

    def prepare(self) -> None:
        """The client and, if the function has keys, the keys are there. No lease: its packs would wait for nobody.

        Raises what a request would.
        """
        _ = self.patient
        if "KEYS_SECRET_ARN" in self.settings:
            _ = self.keys

    def restored(self) -> None:
        """This process is one of many copies of a snapshot, and later than it: its chance, connections and credentials
        are its own, and it remembers nothing of the store.

        The keys stay, since no version of them ever changes. Guarded by
        tests/store/process/test_start.py::test_copies_of_one_snapshot_go_to_all_shards_and_draw_different_names,
        tests/store/process/test_start.py::test_what_was_remembered_is_not_restored.
        """
        self.rng.seed()
        for name in REMEMBERING & vars(self).keys():
            delattr(self, name)
        if "client" in vars(self):
            remote.reopen(self.client)
        if "secret" in vars(self):
            self.secret.reopen()
        self.meter.take()
        self.damages.take()

    @property
    def keys(self) -> Keys:
        """The keys as of now: they change when a process meets a newer version."""
        return self._keys or self.secret.keys

    def has_key_of(self, claim: Claim) -> bool:
        """Whether the key that sealed the claim is known. Raises Busy if the claim is so new that it may follow."""
        if self.keys.master(claim.key_version) is not None:
            return True
        # The process that wrote the claim knew the key; this one reads the secret at most once a minute.
        if -SKEW_S <= self.clock.wall_s() - claim.claimed_at_s < 2 * stores.secrets.RELOAD_S:
            raise Busy(detail="A new key has not come here yet; try again.")
        return False

    def transact(self, parts: Sequence[Part]) -> None:
        """One transaction over parts that stores built. Raises TransactionFailed, NotApplied, NoAnswer."""
        self.patient.transact(parts)

    def tries(self, parts: Sequence[Part]) -> bool:
        """The same; False if a condition refused it."""
        return self.patient.tries(parts)

    def read_together(self, wanted: Sequence[Wanted[Any]]) -> Together:
        """Items that stores want, in one request. Raises Busy."""
        return read_together(self.patient, wanted)

    @property
    def event_source(self) -> str:
        """The `source` of an event: this installation, by its stage."""
        return f"urn:coupon-season:{self.settings['STAGE']}"

    @property
    def draw_chain(self) -> DrawChain:
        """The random beacon of lotteries that are published here."""
        return "local" if self.settings.get("STAGE") == "local" else "quicknet"

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


def running_services() -> list[Services]:
    """Those of this process; none before its first request, or before it is prepared."""
    return list(_process)


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
