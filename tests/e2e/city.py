"""A season of the city over HTTP: people, tills, partners and operators, and its own books from beginning to end."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.e2e.local_stack import LocalStack
from tests.world import Answered

FOLLOWS_WITHIN_S = 30
FENCE_S = 31
"""The schedule counts half a minute after the last moment at which something could still be under way."""


_PROGRAM = """
import sys
from datetime import datetime
from infra.local import kept, run, stack

load_season, (campaign_id, began) = stack.load_season, sys.argv[1:]
kept.OPENING_S = int(datetime.fromisoformat(began).timestamp())
stack.load_season = lambda api, path: load_season(api, path) if path.stem == campaign_id else []
sys.exit(run.main())
"""
"""The stack of `make run` with one season, whose clock begins there: what had closed before would never be open."""


class City:
    """One campaign of a stack. Everybody has a name; what else their token says is `about`, by name."""

    def __init__(self, stack: LocalStack, campaign_id: str, region: str) -> None:
        self.stack, self.campaign_id = stack, campaign_id
        self._region = region
        self.about: dict[str, dict[str, str]] = {}
        self._tokens: dict[tuple[str, str], str] = {}

    def citizen(self, name: str, method: str, path: str, body: Any = None) -> Answered:
        return self._send(name, "citizen", method, path, body)

    def desk(self, name: str, method: str, path: str, body: Any = None) -> Answered:
        """For a person without a phone, at the community's office."""
        return self._send(name, "citizen operator", method, path, body)

    def shop(self, merchant_id: str, method: str, path: str, body: Any = None) -> Answered:
        return self._send(merchant_id, "merchant", method, path, body)

    def partner(self, merchant_id: str, method: str, path: str, body: Any = None) -> Answered:
        return self._send(merchant_id, "partner", method, path, body)

    def operator(self, method: str, path: str, body: Any = None) -> Answered:
        return self._send("op", "operator", method, path, body)

    def _send(self, name: str, scope: str, method: str, path: str, body: Any) -> Answered:
        if (name, scope) not in self._tokens:
            is_person = scope.startswith("citizen")
            who = {"person_id": name, "region": self._region} if is_person else {"merchant_id": name}
            self._tokens[name, scope] = self.stack.token(name, scope, **who, **self.about.get(name, {}))
        with self.stack.caller(self._tokens[name, scope]) as caller:
            return caller.send(method, path, body if body is not None or method == "GET" else {})

    def code(self, name: str, batch_id: str, place: int = 0) -> str:
        """Of the person's coupon of the batch."""
        coupons = self.citizen(name, "GET", f"/batches/{batch_id}/claim").json["coupons"]
        return str(self.citizen(name, "POST", f"/coupons/{coupons[place]['coupon_id']}/code").json["code"])

    def announced(self, placement: str, district: str = "") -> list[str]:
        where = f"&region={self._region}" + (f"&district={district}" if district else "")
        path = f"/campaigns/{self.campaign_id}/announcements?placement={placement}{where}"
        return [one["announcement_id"] for one in self.operator("GET", path).json["announcements"]]

    def at(self, moment: str) -> None:
        self.stack.set_clock(moment)

    def through(self, moment: str) -> None:
        """The schedule has done all that is due there, and what that made due."""
        self.at(moment)
        for _ in range(3):
            self.stack.tick()
            self.stack.advance(FENCE_S)

    def follows(self, read: Any, wanted: Any) -> None:
        """`read()` is `wanted` as soon as the streams are counted."""
        deadline_s = time.monotonic() + FOLLOWS_WITHIN_S
        while (found := read()) != wanted:
            assert time.monotonic() < deadline_s, f"{found} instead of {wanted}"
            self.stack.advance(1)  # what a process has read is a second old

    def assert_audited(self) -> None:
        """Each batch, and the campaign with all its days: complete, and every equation is true."""
        path = f"/admin/campaigns/{self.campaign_id}"
        batches = [batch["batch_id"] for batch in self.operator("GET", path).json["batches"]]
        audits = [self.operator("GET", f"/admin/batches/{batch_id}/audit").json for batch_id in batches]
        audits.append(self.operator("GET", f"{path}/budgets?audit=campaign").json["audit"])
        for audit in audits:
            broken = [one for one in audit["equations"] if not one["holds"]]
            assert (audit["complete"], audit["ok"], broken) == (True, True, []), audit

    def budgets(self) -> dict[str, Any]:
        return dict(self.operator("GET", f"/admin/campaigns/{self.campaign_id}/budgets").json)

    def assert_only_spent_is_reserved(self) -> dict[str, int]:
        """Nothing is on its way, and each batch has reserved what was spent of it; the sum of each funder."""
        told, reserved = self.budgets(), dict[str, int]()
        for batch in told["batches"]:
            still = {one["funder_id"]: one["amount_minor"] for one in batch["reserved"]}
            for one in batch["released"]:
                still[one["funder_id"]] -= one["amount_minor"]
            spent = {one["funder_id"]: one["amount_minor"] for one in batch["spent"]}
            assert {f: n for f, n in still.items() if n} == {f: n for f, n in spent.items() if n}, batch
            for funder_id, amount_minor in spent.items():
                reserved[funder_id] = reserved.get(funder_id, 0) + amount_minor
        for one in told["funders"]:
            spent_minor = reserved.get(one["funder_id"], 0)
            assert one["reserved_minor"] == spent_minor == one["budget_minor"] - one["left_minor"], one
        return reserved

    def settled(self, merchant_id: str, day: str) -> dict[str, Any]:
        """The merchant's day, which is final; its sums are those of its lines."""
        told = self.shop(merchant_id, "GET", f"/settlements/{day}").json
        assert told["final"] is True, told
        for name in ("discount_minor", "payable_minor"):
            assert sum(one[name] for one in told["day_sums"]) == sum(line[name] for line in told["lines"]), told
        return dict(told)


@contextmanager
def city_of(directory: Path, campaign_id: str, region: str, began: str) -> Iterator[City]:
    """A stack of this season alone, that began at this moment."""
    stack = LocalStack(directory, ("-c", _PROGRAM, campaign_id, began))
    try:
        stack.start(fresh=True)
        yield City(stack, campaign_id, region)
        assert stack.interrupt() == 0, "".join(stack.output)
    finally:
        stack.kill()


def order(
    store_id: str, total_minor: int, region: str = "hubei", channel: str = "offline", **item: Any
) -> dict[str, Any]:
    """Of one item at this store."""
    goods = {"sku": "goods", "category": "goods", "tags": [], "price_minor": total_minor, "quantity": 1, **item}
    place = {"store_id": store_id, "channel": channel, "region": region}
    return {"total_minor": total_minor, **place, "items": [goods]}
