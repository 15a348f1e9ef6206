"""What a rehearsal assumes: each input with its origin, and the release that it is about.

An input is *documented* (a page of AWS, or a parameter of template.yaml), *assumed*, *given* by who rehearses, or
*measured* after a small release on the account itself. The page and the table name the origin beside each value.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields, replace
from math import inf
from pathlib import Path
from typing import Any, Literal, NamedTuple

from coupons.model.campaigns import Campaign
from coupons.times import epoch_s
from infra.couponctl.campaign_files import load_campaign
from infra.rehearsal import quotas
from infra.rehearsal.crowd import Habits
from infra.rehearsal.limits import Warmth

Origin = Literal["documented", "assumed", "given", "measured"]
WEIGHTS, COARSE = (10, 5, 2, 1), (50, 20, 10, 5, 2, 1)
ENVIRONMENTS_MIN, PACKS_MIN = 20, 5_000
"""So many of each are left at least: fewer are noisier than the whole."""
ABOVE_0 = (
    *("people", "gateway_rate", "concurrency", "table_writes", "table_reads", "warm_writes", "warm_reads", "by_hand_s"),
    *("expected_environments", "claims_per_bucket", "memory_gb", "window_s"),
)
SHARES = ("sharp", "early", "again", "lost", "return_for_rest")
WHOLE = ("weight", "placement", "seed", "window_s")


class UnsuitedError(ValueError):
    """A rehearsal cannot play this release, or not with these inputs."""


def _documented(quota: quotas.Quota) -> Any:
    return field(default=quota.value, metadata={"origin": "documented", "about": quota.name, "page": quota.page})


def _template(default: float, about: str) -> Any:
    return field(default=default, metadata={"origin": "documented", "about": about, "page": "template.yaml"})


def _assumed(default: float, about: str) -> Any:
    return field(default=default, metadata={"origin": "assumed", "about": about, "page": ""})


class Input(NamedTuple):
    name: str
    value: float
    origin: Origin
    about: str
    page: str


@dataclass(frozen=True)
class Scenario:
    """Numbers only, so that every input is a flag, a line of a file and a row of the table by one name."""

    people: float = field(metadata={"origin": "given", "about": "people who want a pack", "page": ""})

    gateway_rate: float = _documented(quotas.GATEWAY_RATE)
    gateway_burst: float = _assumed(0, "requests in the gateway's bucket; 0: half its rate")
    concurrency: float = _documented(quotas.CONCURRENCY)
    reserved: float = _template(0, "environments set aside for claims; 0: none")
    catalog: float = _template(50, "environments set aside for the catalogue")
    provisioned: float = _template(0, "environments of claims that are provisioned")
    rps_ramp: float = _assumed(1, "1: Lambda's scaling counts requests a second too; 0: environments alone")
    table_writes: float = _documented(quotas.TABLE_WRITES)
    table_reads: float = _documented(quotas.TABLE_READS)
    warm_writes: float = _documented(quotas.WARM_WRITES)
    warm_reads: float = _documented(quotas.WARM_READS)
    expected_environments: float = _template(1_000, "ExpectedEnvironments: 64 of them are a shard of the stock")
    claims_per_bucket: float = _template(1_000, "ClaimsPerBucket: fewer make more buckets, which lie more evenly")
    memory_gb: float = _template(1.0, "memory of a function")

    cpu_s: float = _assumed(0.002, "processor of a request")
    cold_s: float = _assumed(0.5, "start of an environment")
    write_s: float = _assumed(0.005, "a write of DynamoDB, at the median")
    read_s: float = _assumed(0.003, "a read of DynamoDB, at the median")
    network_s: float = _assumed(0.08, "between phone and gateway, both ways")
    log_bytes: float = _assumed(1_130, "logged a request")

    window_s: float = _assumed(60, "time in which everybody has pressed")
    sharp: float = _assumed(0.4, "share that presses in the first 3 s; 0: evenly")
    early: float = _assumed(0.2, "share that presses in the minute before the opening")
    patience_s: float = _assumed(180, "time after which people give up")
    by_hand_s: float = _assumed(10, "pause until somebody presses again, once the app gave up")
    again: float = _assumed(0.03, "share that presses again after success")
    lost: float = _assumed(0.005, "share of answers that never arrive")
    return_for_rest: float = _assumed(0.1, "share that comes again when packs may return")
    other: float = _assumed(1.5, "requests a person beside the claim")

    weight: float = _assumed(0, "people for whom one runs code; 0: 10, or fewer if too little is left")
    placement: float = _assumed(1, "one way in which keys lie in partitions")
    seed: float = _assumed(1, "of all chance")
    origins: Mapping[str, Origin] = field(default_factory=dict, metadata={"origin": ""})

    @classmethod
    def of(cls, stated: Mapping[str, float], origin: Origin = "given") -> Scenario:
        """From a file's or a command line's values. Raises UnsuitedError."""
        known = {one.name for one in fields(cls)} - {"origins"}
        if unknown := sorted(stated.keys() - known):
            raise UnsuitedError(f"no such input: {', '.join(unknown)}; there are {', '.join(sorted(known))}")
        if "people" not in stated:
            raise UnsuitedError("people: how many want a pack")
        if wrong := next(_impossible(stated), None):
            raise UnsuitedError(wrong)
        made = cls(**{name: float(value) for name, value in stated.items()}, origins=dict.fromkeys(stated, origin))
        if wrong := next(made._refused(), None):
            raise UnsuitedError(wrong)
        return made

    def _refused(self) -> Iterator[str]:
        """What Lambda does not let an account set aside, in words."""
        aside = max(self.concurrency - quotas.UNRESERVED.value, 0)
        if self.reserved + self.catalog > aside:
            yield f"reserved and catalog: {aside:,.0f} together at most, 100 less than concurrency"
        if self.provisioned > (most := self.reserved or aside - self.catalog):
            yield f"provisioned: {most:,.0f} at most, of the environments that claims may have"

    def but(self, origin: Origin = "given", **stated: float) -> Scenario:
        """The same with other values."""
        return replace(self, **stated, origins={**self.origins, **dict.fromkeys(stated, origin)})

    @property
    def inputs(self) -> Iterator[Input]:
        for one in fields(self):
            if one.name != "origins":
                about, page = one.metadata["about"], one.metadata["page"]
                origin = self.origins.get(one.name, one.metadata["origin"])
                yield Input(one.name, getattr(self, one.name), origin, about, page)

    @property
    def burst(self) -> float:
        return self.gateway_burst or self.gateway_rate / 2

    @property
    def environments_most(self) -> float:
        """Of the claim function: what is set aside for it, or what the account has left."""
        return self.reserved or self.concurrency - self.catalog

    @property
    def warmth(self) -> Warmth:
        return Warmth(self.warm_writes, self.warm_reads, self.table_writes, self.table_reads)

    @property
    def habits(self) -> Habits:
        return Habits(
            window_s=int(self.window_s),
            sharp=self.sharp,
            early=self.early,
            patience_s=self.patience_s,
            by_hand_s=self.by_hand_s,
            again=self.again,
            lost=self.lost,
            return_for_rest=self.return_for_rest,
        )

    def weight_for(self, packs: int) -> int:
        """People for each of whom one runs code. Raises UnsuitedError for a stated one that leaves too little."""
        if self.weight:
            weight = int(self.weight)
            if weight > 1 and not self._leaves_enough(packs, weight):
                raise UnsuitedError(f"weight {weight} leaves fewer than 20 environments or 5,000 packs")
            return weight
        return next((weight for weight in WEIGHTS if self._leaves_enough(packs, weight)), 1)

    def coarse(self, packs: int) -> Scenario:
        """The same with the largest weight that leaves enough: quicker, and packs are gone a few per cent later."""
        weight = self.weight or next((one for one in COARSE if self._leaves_enough(packs, one)), 1)
        return self.but("assumed", weight=weight)

    def _leaves_enough(self, packs: int, weight: int) -> bool:
        return self.environments_most >= ENVIRONMENTS_MIN * weight and packs >= PACKS_MIN * weight


def _impossible(stated: Mapping[str, float]) -> Iterator[str]:
    """Inputs that no day can have, in words."""
    for name, value in stated.items():
        if not 0 <= value < inf:
            yield f"{name}: a number from 0 on, not {value:g}"
        elif value == 0 and name in ABOVE_0:
            yield f"{name}: more than 0"
        elif value > 1 and name in SHARES:
            yield f"{name}: a share is 1 at most, not {value:g}"
        elif name in WHOLE and value % 1:
            yield f"{name}: a whole number, not {value:g}"


@dataclass(frozen=True)
class Release:
    """A batch of a season, as its file has it."""

    document: dict[str, Any]
    batch_id: str
    packs: int
    opens_at_s: int

    @classmethod
    def read(cls, path: str | Path, batch_id: str, packs: int | None = None) -> Release:
        """`packs`: as if the batch had so many. Raises UnsuitedError, and as `load_campaign` does."""
        found = cls.of(load_campaign(path), batch_id)
        if packs is not None and packs > found.packs:
            raise UnsuitedError(f"{packs:,} packs: the season's funders pay for {found.packs:,} of {batch_id}")
        return replace(found, packs=packs or found.packs)

    @classmethod
    def of(cls, document: dict[str, Any], batch_id: str) -> Release:
        """Raises UnsuitedError."""
        campaign = Campaign.model_validate(document, strict=False)
        batch = next((one for one in campaign.batches if one.batch_id == batch_id), None)
        if batch is None:
            raise UnsuitedError(f"no batch {batch_id!r}; there are {', '.join(b.batch_id for b in campaign.batches)}")
        if batch.mode != "first_come" or batch.eligibility.group_id or batch.price_points:
            raise UnsuitedError(f"{batch_id}: only packs that are free for everybody in order of arrival are rehearsed")
        if batch.booking is not None and batch.booking.required:
            raise UnsuitedError(f"{batch_id}: who must book before is not rehearsed yet")
        return cls(document, batch_id, batch.quantity, epoch_s(batch.opens_at))

    def scaled(self, weight: int) -> dict[str, Any]:
        """The season with this batch alone, so many times smaller."""
        batch = next(one for one in self.document["batches"] if one["batch_id"] == self.batch_id)
        return {**self.document, "batches": [{**batch, "quantity": self.packs // weight}]}
