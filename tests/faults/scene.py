"""The stage of the fault proxy's plays: a season on a real engine, read around the proxy, acted on through it."""

from __future__ import annotations

import io
import logging
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stdout
from dataclasses import dataclass, field
from datetime import date
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from coupons.model.claims import Claim, Coupon
from coupons.model.orders import Line, OrderRecord
from coupons.process.services import Services, replace_services
from coupons.schedule.minute import run_schedule
from coupons.sealing import CouponRef
from coupons.stores import boto
from coupons.stores.calls import CallLimits
from coupons.stores.dynamodb import Dynamo
from coupons.stores.json_client import JsonClient
from infra.local.cloud import REGION, Cloud
from infra.virtual.certificates import Authority
from tests.court import programme
from tests.faults.proxy import Proxy
from tests.points import incentives, partner
from tests.programmes import PUT, session
from tests.world import KEYS, Answered, Person, World, a_batch, campaign, order, terms

READ_S, CONNECT_S = 0.2, 0.5
"""A stall is over when the client gives up: its limit is a fifth of the functions' own."""
SENT_MAX = 8
"""What a client sends at most: more than faults of one play."""
MERCHANT, DAY, LATER = "diner", "2020-06-06", "2020-06-26"
"""Every coupon has expired by the day of late reversals."""
GROUP, GROUP_SIZE = "night-shift", 99
QUANTITY = 20_000
BATCHES = ("plain", "limited", "granted", "online", "offline", "priced")
WORK_S = 45.0


def document() -> dict[str, Any]:
    """A coupon of each refund policy in a pack; batches for each way to claim."""
    packs: dict[str, Any] = {"quantity": QUANTITY, "terms": ["full", "never", "always"]}
    limits = [
        {"kind": "count", "limit_id": "weekly", "per": "person", "period": "week", "packs_max": 1},
        {"kind": "count", "limit_id": "home", "per": "household", "period": "week", "packs_max": 1},
        {"kind": "one_at_a_time", "limit_id": "next"},
    ]
    made = campaign(
        a_batch("plain", **packs),
        a_batch("limited", **packs, limits=[limit["limit_id"] for limit in limits]),
        a_batch("granted", **packs, mode="granted", eligibility={"group_id": GROUP}),
        a_batch("online", **packs, exclusive_group="either"),
        a_batch("offline", **packs, exclusive_group="either"),
        a_batch("priced", **packs, price_points=60),
        terms=[
            terms("full"),
            terms("never", refund={"policy": "never"}),
            terms("always", refund={"policy": "always", "times_max": 2}),
        ],
        limits=limits,
    )
    for funder in made["funders"]:
        funder["budget_minor"] = 10**10
    return made


def earning_programme() -> dict[str, Any]:
    """A walk that earns 5 points, without caps, and so many that no partner's end."""
    walk = {"activity_id": "walk", "kind": "event", "title": "A walk", "sessions": [session()]}
    own = partner(activity_ids=["walk"], points_max=10**9, points_max_per_day=None)
    earns = incentives(partners=[own], budget_points=10**9, caps=[], bonuses=[])
    return programme(activities=[walk], incentives=earns)


@dataclass(frozen=True)
class Way:
    """How requests go: by which client, and whether under TLS."""

    name: str
    is_secure: bool = False

    def __str__(self) -> str:
        return f"{self.name}{', TLS' if self.is_secure else ''}"

    def client(self, proxy: Proxy) -> Any:
        """Told what the functions are told by their environment."""
        return _CLIENTS[self.name](proxy, CallLimits(CONNECT_S, READ_S, attempts=1))


def _ours(proxy: Proxy, limits: CallLimits) -> Any:
    told = {"AWS_CA_BUNDLE": str(proxy.authority.path)} if proxy.authority else {}
    keys = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"}
    return JsonClient("dynamodb", limits, {"AWS_ENDPOINT_URL": proxy.url, "AWS_REGION": REGION, **keys, **told})


def _boto(proxy: Proxy, limits: CallLimits) -> Any:
    verify = str(proxy.authority.path) if proxy.authority else None
    keys = {"aws_access_key_id": "test", "aws_secret_access_key": "test"}
    return boto.client("dynamodb", limits, endpoint_url=proxy.url, region_name=REGION, verify=verify, **keys)


_CLIENTS = {"ours": _ours, "boto3": _boto}
WAYS = tuple(Way(name, is_secure) for name in _CLIENTS for is_secure in (True, False))
"""The first is that of the functions, as they are deployed."""


@dataclass
class Scene:
    """`world` reads and prepares around the proxy; `act` goes through it."""

    world: World
    proxy: Proxy
    client: Any
    tokens: dict[str, str] = field(default_factory=dict)
    """Token of each claim that was looked at → batch and person."""
    surprises: list[str] = field(default_factory=list)
    _numbers: Iterator[int] = field(default_factory=count)

    def name(self) -> str:
        """Somebody, or an order, that nobody has heard of."""
        return f"n-{next(self._numbers):05}"

    def new_services(self) -> Services:
        """A process that has just started, behind the proxy."""
        made = self.world.new_services(client=self.client, seed=next(self._numbers))
        made.spike, made.patient = (
            Dynamo(self.client, attempts=attempts, pause=lambda _s: None) for attempts in (1, 3)
        )
        assert made.limits._table.dynamo is made.patient
        return made

    def ask(self, send: Callable[[], Answered], *, anew: bool) -> Answered:
        """As the client page says: the same again while the answer is `busy`; `anew` by another process each time."""
        services = self.new_services()
        for _ in range(SENT_MAX):
            replace_services(services)
            answer = send()
            self.proxy.deliver()
            if answer.status == 500:
                self.surprises.append(answer.text)
            if answer.status < 500:
                break
            services = self.new_services() if anew else services
        replace_services(self.world.services)
        return answer

    def citizen(self, name: str, **claims: str) -> Person:
        return self.world.citizen(name, person_id=name, **claims)

    @property
    def till(self) -> Person:
        return self.world.merchant(MERCHANT)

    def claimed(self, batch_id: str = "plain") -> str:
        """The name of somebody who holds a pack."""
        name = self.name()
        assert self.citizen(name).put_claim(batch_id).status == 201
        return name

    def left(self, batch_id: str) -> int:
        """Packs in the batch's shards."""
        batch = self.world.services.cache.batch(batch_id)
        return sum(shard.remaining for shard in self.world.services.stock.shards(batch_id, batch.shards))

    def claim_of(self, batch_id: str, name: str) -> Claim | None:
        batch = self.world.services.cache.batch(batch_id)
        found = self.world.services.claims.get(batch, KEYS.person(name), consistent=True)
        return found if found and found.batch_number == batch.number else None

    def coupon(self, name: str, index: int = 0) -> Coupon:
        claim = self.claim_of("plain", name)
        assert claim is not None
        return claim.coupons[index]

    def code(self, name: str, index: int = 0) -> str:
        ref = CouponRef(self.world.services.cache.batch("plain").number, KEYS.person(name), index)
        return KEYS.seal_code(ref, self.world.now_s)

    def order(self, order_no: str) -> OrderRecord | None:
        return self.world.services.orders.get(MERCHANT, order_no)

    def lines(self, order_no: str, day: str) -> list[Line]:
        return self.world.services.orders.lines_of_order(MERCHANT, day, order_no)

    def redeemed(self, index: int = 0) -> tuple[str, str]:
        """Somebody, and the order that has used their coupon."""
        name, order_no = self.claimed(), self.name()
        assert self.till.redeem(order_no, self.code(name, index), order()).status == 201
        return name, order_no

    def tick(self) -> None:
        for _ in range(40):
            if not run_schedule(self.world.services, self.world.now_s, self.world.clock.monotonic_s() + WORK_S).more:
                return

    def wait(self, by_s: float) -> None:
        self.world.clock.advance(by_s)
        self.tick()


@contextmanager
def proxied(url: str, way: Way) -> Iterator[Proxy]:
    """A proxy before the engine, with certificates of its own if the way is under TLS."""
    parts = urlsplit(url)
    assert parts.hostname is not None
    assert parts.port is not None
    with tempfile.TemporaryDirectory() as directory:
        authority = Authority(Path(directory)) if way.is_secure else None
        with Proxy((parts.hostname, parts.port), authority) as proxy:
            yield proxy


@contextmanager
def scene(cloud: Cloud, prefix: str, way: Way = WAYS[0]) -> Iterator[Scene]:
    """A season just opened, behind a proxy; without the functions' log and metrics, of which there are thousands."""
    logging.disable(logging.CRITICAL)
    with proxied(cloud.url, way) as proxy, redirect_stdout(io.StringIO()):
        client = way.client(proxy)
        try:
            world = World(cloud.client("dynamodb"), prefix=prefix)
            made = Scene(world, proxy, client)
            members = {"add": [f"member-{number}" for number in range(GROUP_SIZE)], "remove": []}
            added = world.operator().send("PUT /admin/groups/{group_id}/members", {"group_id": GROUP}, body=members)
            assert added.status == 200, added.text
            world.publish(document())
            path = {"campaign_id": "season"}
            applied = world.operator().send(PUT, path, body=earning_programme())
            assert applied.status == 201, applied.text
            world.services.day_marks.mark(MERCHANT, date.fromisoformat(DAY), "Asia/Shanghai")
            yield made
        finally:
            client.close()
            replace_services(None)
            logging.disable(logging.NOTSET)
