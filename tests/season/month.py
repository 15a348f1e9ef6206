"""Thirty days of a sample season: the real handlers on the in-memory engine, and a clock that goes from hour to hour.

Several environments serve, and now and then an answer is lost, so the same request comes again. After each day all that
is told is held against the month's own books.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

import count
import expire
from coupons.process.services import replace_services
from infra.couponctl.campaign_files import read_campaign
from infra.local.settings import checkout
from infra.virtual.store import Store
from tests.bus import Stream, shards
from tests.logs import quiet
from tests.world import Answered, Person, World

DAYS = 30
ENVIRONMENTS = 3
FENCE_S = 30
CALLS_MAX = 40
"""Of the schedule, until nothing is due."""


class Month:
    """The season is published on the evening before `first`; then `play` lets one day after the other happen."""

    campaign_id = ""
    region = ""
    first = date.min

    def __init__(self, seed: int) -> None:
        self.rng = random.Random(seed)
        self.world = World(Store(), settings={"CLAIMS_PER_BUCKET": "100000"})
        self._environments = [self.world.new_services(seed=seed + place) for place in range(ENVIRONMENTS)]
        self.world.clock.set(f"{self.first - timedelta(days=1)}T20:00:00+08:00")
        file = read_campaign(checkout() / "infra" / "seasons" / f"{self.campaign_id}.yaml")
        self.document = file.document
        route, path = "/admin/campaigns/{campaign_id}", {"campaign_id": self.campaign_id}
        assert self.operator(f"PUT {route}", path, file.document).status == 201
        assert self.operator(f"PUT {route}/programme", path, file.programme).status == 201
        for batch_id in self.batches:
            assert self.operator("POST /admin/batches/{batch_id}/publish", {"batch_id": batch_id}, {}).status == 200
        self._stream = Stream(self.world)
        self.spent = Counter[str]()
        """Funder → what tills and doors were told that it pays, less reversals."""
        self.lines = Counter[tuple[str, str]]()
        """Merchant and day → lines that were answered."""
        self.told = Counter[str]()
        """What happened, for `pytest -s`."""
        self.equations = 0

    @property
    def batches(self) -> list[str]:
        return [batch["batch_id"] for batch in self.document["batches"]]

    def play(self, *after: str) -> None:
        """Thirty days; then all comes to its end at the moments `after`."""
        with quiet():
            for number in range(DAYS):
                day = self.first + timedelta(days=number)
                self.live(day)
                self.tick(day + timedelta(days=1), "00:01:00")
                self.reckon(day)
            self._end(after)

    def live(self, day: date) -> None:
        """What people do on this day."""
        raise NotImplementedError

    # Time

    def at(self, day: date, clock: str) -> None:
        """Never back: what people do takes no time, and lost answers a few seconds."""
        moment_s = datetime.fromisoformat(f"{day}T{clock}+08:00").timestamp()
        self.world.clock.advance(max(moment_s - self.world.clock.wall, 0))

    def tick(self, day: date, clock: str) -> None:
        """The schedule has done what is due there, and half a minute later."""
        self.at(day, clock)
        for _ in range(2):
            calls = 0
            while self._minute()["more"]:
                calls += 1
                assert calls < CALLS_MAX, "the schedule comes to no end"
            self.world.clock.advance(FENCE_S + 1)

    def _minute(self) -> dict[str, Any]:
        self._serve()
        return expire.handler({}, None)

    # Requests

    def citizen(self, name: str, route: str, path: dict[str, str] | None = None, body: Any = None) -> Answered:
        return self._ask(self.world.citizen(name, **self.claims_of(name)), route, path, body)

    def claims_of(self, name: str) -> dict[str, str]:
        return {"region": self.region}

    def merchant(self, merchant_id: str, route: str, path: dict[str, str] | None = None, body: Any = None) -> Answered:
        return self._ask(self.world.merchant(merchant_id), route, path, body)

    def partner(self, merchant_id: str, route: str, path: dict[str, str], body: Any) -> Answered:
        return self._ask(
            Person({"sub": merchant_id, "scope": "partner", "merchant_id": merchant_id}), route, path, body
        )

    def operator(self, route: str, path: dict[str, str] | None = None, body: Any = None, **query: str) -> Answered:
        return self._ask(self.world.operator(), route, path, body, query)

    def chance(self, percent: float) -> bool:
        return self.rng.random() * 100 < percent

    def _ask(
        self, who: Person, route: str, path: dict[str, str] | None, body: Any, query: dict[str, str] | None = None
    ) -> Answered:
        """Of a PUT some answers are lost; the repeat must find what was written."""
        self._serve()
        answer = who.send(route, path, body=body, query=query)
        assert answer.status < 500, f"{route} {path} {body}: {answer.text}"
        if route.startswith("PUT ") and answer.status == 201 and self.chance(5):
            self._serve()
            self.world.clock.advance(self.rng.choice([0, 1, 3]))
            again = who.send(route, path, body=body, query=query)
            assert (again.status, again.is_replay, again.json) == (200, True, answer.json), again.text
            self.told["answers lost"] += 1
        return answer

    def _serve(self) -> None:
        replace_services(self.rng.choice(self._environments))

    def code(self, name: str, batch_id: str, place: int = 0) -> str:
        """Of the person's coupon of the batch."""
        coupons = self.citizen(name, "GET /batches/{batch_id}/claim", {"batch_id": batch_id}).json["coupons"]
        path = {"coupon_id": coupons[place]["coupon_id"]}
        return str(self.citizen(name, "POST /coupons/{coupon_id}/code", path, {}).json["code"])

    def filed(self, merchant_id: str, answer: Answered, sign: int = 1) -> None:
        """A line that a till or a door was answered is in the books."""
        self.lines[merchant_id, str(datetime.fromtimestamp(self.world.now_s, _BEIJING).date())] += 1
        for one in answer.json["funding"]:
            self.spent[one["funder_id"]] += sign * one["amount_minor"]

    # The reckoning

    def reckon(self, day: date) -> None:
        """After midnight: audits of day, campaign and batches, each merchant's day, each funder's money."""
        self._count()
        for batch_id in self.batches if day.day % 5 == 0 else self.rng.sample(self.batches, 2):
            self._hold(self.operator("GET /admin/batches/{batch_id}/audit", {"batch_id": batch_id}).json)
        for of in (str(day), "campaign"):
            self._hold(self.budgets(audit=of)["audit"])
        for merchant in self.document["merchants"]:
            merchant_id = merchant["merchant_id"]
            told = self.merchant(merchant_id, "GET /settlements/{day}", {"day": str(day)}).json
            assert len(told["lines"]) == self.lines[merchant_id, str(day)], (merchant_id, day)
            assert told["final"] or not told["lines"], told
        self._money()

    def _count(self) -> None:
        """What the streams brought since yesterday is counted, some of it twice."""
        for event in shards(self._stream.records()):
            for _ in range(2 if self.chance(10) else 1):
                self._serve()
                assert count.handler(event, None) == {"state": {}}

    def _hold(self, audit: dict[str, Any]) -> None:
        broken = [one for one in audit["equations"] if not one["holds"]]
        assert (audit["complete"], audit["ok"], broken) == (True, True, []), audit
        self.equations += len(audit["equations"])

    def budgets(self, **query: str) -> dict[str, Any]:
        path = {"campaign_id": self.campaign_id}
        return dict(self.operator("GET /admin/campaigns/{campaign_id}/budgets", path, **query).json)

    def _money(self) -> None:
        """Each funder: budget = left + reserved; what batches have reserved is that; what closed days spent is ours."""
        told, reserved, spent = self.budgets(), Counter[str](), Counter[str]()
        for batch in told["batches"]:
            for name, sums, sign in (("reserved", reserved, 1), ("released", reserved, -1), ("spent", spent, 1)):
                for one in batch[name]:
                    sums[one["funder_id"]] += sign * one["amount_minor"]
        for one in told["funders"]:
            funder_id = one["funder_id"]
            assert one["budget_minor"] == one["left_minor"] + one["reserved_minor"], one
            assert one["reserved_minor"] == reserved[funder_id] >= spent[funder_id], one
        assert spent == self.spent, f"{spent} is told, {self.spent} was answered"

    def _end(self, moments: Sequence[str]) -> None:
        """After the last moment what is reserved is what was spent: all else went back."""
        for moment in moments:
            day, _, clock = moment.partition("T")
            self.tick(date.fromisoformat(day), clock)
        self.reckon(date.fromisoformat(moments[-1][:10]) - timedelta(days=1))
        for one in self.budgets()["funders"]:
            assert one["reserved_minor"] == self.spent[one["funder_id"]], one


_BEIJING = datetime.fromisoformat("2020-01-01T00:00:00+08:00").tzinfo
