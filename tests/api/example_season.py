"""The examples of the OpenAPI document: a small Beijing season is played, and what is asked and answered is kept.

    python -m tests.api.example_season        # `make openapi` does it; writes infra/openapi/examples.json

The first request of a route that succeeds is its example, and so are its first answer of each successful status, and
the first problem of each slug. A route that is added needs a request here; a refusal that is added needs a case.
"""

from __future__ import annotations

import copy
import json
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from unittest.mock import patch

from infra.openapi.examples import EXAMPLES
from infra.playing import gateway
from tests.api.common import Throttled
from tests.api.example_draw import entered, loaded
from tests.api.example_programme import SMALL_PROGRAMME, missed, reserved, rewarded
from tests.api.example_rations import rationed
from tests.api.seasons import beijing, meal, season
from tests.api.stage import Stage, stage
from tests.bus import Stream
from tests.world import OPENING, Answered, Person, event

BATCH, CAMPAIGN, DAY = {"batch_id": "special-0606"}, {"campaign_id": "beijing-2020"}, {"day": "2020-06-06"}
ACTION, BOOKING = "POST /admin/batches/{batch_id}/", "/batches/{batch_id}/booking"
DOCUMENT, HOLD = "PUT /admin/campaigns/{campaign_id}", "PUT /orders/{order_no}/hold"
PROGRAMME, MERCHANT = f"{DOCUMENT}/programme", "PUT /admin/merchants/{merchant_id}"
NANLUO = {"en": "12 Nanluoguxiang", "zh": "南锣鼓巷12号"}
NOODLES = {
    "title": {"en": "Nanluo Noodles", "zh": "南锣面馆"},
    "category": "catering",
    "channels": ["offline"],
    "stores": [{"store_id": "nanluo-noodles", "region": "beijing", "district": "dongcheng", "address": NANLUO}],
    "campaigns": ["beijing-2020"],
}
SWEEP = {"sweep": "5c1f09d2a7b34e68"}
"""Given, because a count draws its own name at random."""


@dataclass
class Examples:
    """`operations`: by route, the `path`, `query` and `body` of a request, and `answers` by status and media type."""

    operations: dict[str, dict[str, Any]] = field(default_factory=dict)
    problems: dict[str, dict[str, Any]] = field(default_factory=dict)

    def keep(self, made: dict[str, Any], answered: Answered) -> None:
        if answered.slug:
            self.problems.setdefault(answered.slug, answered.json)
            return
        assert answered.status < 400, answered.text
        route = made["routeKey"]
        if route == "GET /openapi.json":
            return  # it is its own example
        body = json.loads(made["body"]) if "body" in made else None
        parts = {"path": made.get("pathParameters"), "query": made.get("queryStringParameters"), "body": body}
        kept = self.operations.setdefault(route, {name: part for name, part in parts.items() if part is not None})
        media = answered.headers["content-type"].partition(";")[0]
        answers = kept.setdefault("answers", {}).setdefault(str(answered.status), {})
        answers.setdefault(media, answered.json if media.endswith("json") else answered.text)

    def as_json(self) -> dict[str, Any]:
        return {"operations": dict(sorted(self.operations.items())), "problems": dict(sorted(self.problems.items()))}


def small_season(**changes: Any) -> dict[str, Any]:
    """The Beijing season with two of its batches, two of its terms and the diner. `changes`: of `special-0606`."""
    whole = copy.deepcopy(season("beijing-2020"))
    kept = {"sections": ["coupons"], "merchants": ["qianmen-diner"], "terms": ["meal-50-10", "meal-100-20"]}
    kept["batches"] = ["special-0606", "care-2020"]
    for name, ids in kept.items():
        whole[name] = [one for one in whole[name] if next(value for key, value in one.items() if "_id" in key) in ids]
    for batch in whole["batches"]:
        batch["terms"] = kept["terms"]
    whole["batches"][0] |= changes
    return whole


def li(s: Stage) -> Person:
    return s.citizen("li-hua", region="beijing")


def diner(s: Stage) -> Person:
    return s.merchant("qianmen-diner")


def declared(s: Stage, document: dict[str, Any]) -> None:
    """An operator declares the season, plans an edit, names members and publishes."""
    operator = s.operator()
    for _ in range(2):
        operator.send(DOCUMENT, CAMPAIGN, body=document)
    operator.send("GET /admin/campaigns/{campaign_id}", CAMPAIGN)
    later = copy.deepcopy({**document, "revision": 1})
    later["batches"][1]["quantity"] = 600_000
    operator.send("POST /admin/campaigns/{campaign_id}/plan", CAMPAIGN, body=later)
    for _ in range(2):
        operator.send(PROGRAMME, CAMPAIGN, body=SMALL_PROGRAMME)
    operator.send(PROGRAMME.replace("PUT", "GET"), CAMPAIGN)
    members = {"add": ["li-hua", "wang-fang"], "remove": []}
    operator.send("PUT /admin/groups/{group_id}/members", {"group_id": "care-2020"}, body=members)
    for batch in document["batches"]:
        operator.send(ACTION + "publish", {"batch_id": batch["batch_id"]}, body={})


def booked(s: Stage) -> None:
    for _ in range(2):
        li(s).send("PUT " + BOOKING, BATCH, body={})
    li(s).send("GET " + BOOKING, BATCH)
    s.citizen("wang-fang", region="beijing").send("PUT " + BOOKING, BATCH, body={})
    s.citizen("wang-fang", region="beijing").send("DELETE " + BOOKING, BATCH)


def joined(s: Stage) -> None:
    """A merchant joins the season by its own record."""
    for body in (NOODLES, {"revision": 1, "late_scans_per_day": 20}):
        s.operator().send(MERCHANT, {"merchant_id": "nanluo-noodles"}, body=body)
    s.operator().send("GET /admin/merchants/{merchant_id}", {"merchant_id": "nanluo-noodles"})


def claimed(s: Stage) -> list[str]:
    """Li Hua's coupons."""
    for _ in range(2):
        claim = li(s).put_claim("special-0606")
    li(s).send("GET /batches/{batch_id}/claim", BATCH)
    li(s).send("GET /wallet", query={"status": "available"})
    for route, path in (("", None), ("/{campaign_id}", CAMPAIGN)):
        s.citizen("anybody").send(f"GET /campaigns{route}", path)
    s.citizen("anybody").send("GET /batches/{batch_id}", BATCH)
    asked = {"terms_id": "meal-50-10", "category": "catering"}
    s.citizen("anybody").send("GET /campaigns/{campaign_id}/merchants", CAMPAIGN, query=asked)
    day = {"day": "2020-06-06", "district": "dongcheng"}
    listed = {"activities": day, "facilities": {"sport": "cooking"}, "announcements": {"placement": "home"}}
    for name, query in listed.items():
        s.citizen("anybody").send(f"GET /campaigns/{{campaign_id}}/{name}", CAMPAIGN, query=query)
    return [coupon["coupon_id"] for coupon in claim.json["coupons"]]


def used(s: Stage, coupons: list[str]) -> None:
    """At the till: a quote, a hold that is released, a redemption of a late scan's kind, its reversal, the day."""
    code = li(s).code(coupons[0])
    diner(s).send("POST /quotes", body={"code": code, "order": meal(6000)})
    held = {"code": li(s).code(coupons[1]), "order": meal(12000), "ttl_s": 600}
    for _ in range(2):
        diner(s).send(HOLD, {"order_no": "20200606-0001"}, body=held)
    diner(s).send("DELETE /orders/{order_no}/hold", {"order_no": "20200606-0001"})
    for _ in range(2):
        diner(s).redeem("20200606-0002", code, meal(6000))
    diner(s).send("GET /orders/{order_no}/redemption", {"order_no": "20200606-0002"})
    for _ in range(2):
        diner(s).reverse("20200606-0002", "20200606-0002-r1", 4000)
    diner(s).send("GET /merchant")
    for accept in ("application/json", "text/csv"):
        diner(s).send("GET /settlements/{day}", DAY, headers={"accept": accept})


def operated(s: Stage) -> None:
    operator = s.operator()
    operator.send("POST /admin/persons/lookup", body={"person_id": "li-hua"})
    operator.send("GET /admin/batches/{batch_id}/audit", BATCH, query=SWEEP)
    operator.send("GET /admin/campaigns/{campaign_id}/budgets", CAMPAIGN, query={"audit": "campaign", **SWEEP})
    operator.send("GET /admin/campaigns/{campaign_id}/venues", CAMPAIGN, query={"year": "2020"})
    for action, body in (("pause", {}), ("resume", {}), ("extend", {"days": 7})):
        operator.send(ACTION + action, BATCH, body=body)
    operator.send("PUT /admin/batches/{batch_id}/quantity", BATCH, body={"quantity": 2_100_000})
    operator.send(ACTION + "stop", BATCH, body={"issued": "keep"})


def successes(s: Stage) -> None:
    s.clock.set("2020-06-05T09:00:00+08:00")
    declared(s, small_season())
    joined(s)
    reserved(s, li(s), s.citizen("wang-fang", region="beijing"), diner(s))
    booked(s)
    s.clock.set(OPENING)
    stream = Stream(s)
    used(s, claimed(s))
    s.count(stream.records())
    asked = {"by": "category", "from": "2020-06-06T00:00:00+08:00", "to": "2020-06-07T00:00:00+08:00"}
    s.citizen("anybody").send("GET /campaigns/{campaign_id}/stats", CAMPAIGN, query=asked)
    operated(s)
    missed(s, li(s), s.citizen("wang-fang", region="beijing"), diner(s))
    rewarded(s, li(s))


def refused_callers(s: Stage) -> None:
    """Before the opening: no token, another scope, wrong input, wrong addresses, too soon."""
    beijing(s).clock.advance(-30)
    s.send(event("GET /wallet"))
    s.merchant("qianmen-diner").put_claim("special-0606")
    bad = {"code": "AbCdEf", "order": {**meal(6000), "total_minor": "60.00", "channel": "phone"}}
    diner(s).send("POST /quotes", body=bad)
    s.send(event("GET /batches/{batch_id}", {"batch_id": "special-0607"}))
    unknown = event("$default")
    unknown["rawPath"], unknown["requestContext"]["http"]["method"] = "/wallet", "DELETE"
    s.send(unknown)
    li(s).put_claim("special-0606")
    s.restart("catalog", client=Throttled())
    s.send(event("GET /campaigns"))


def refused_citizens(s: Stage) -> None:
    beijing(s)
    for batch_id in ("smart-online-0606", "smart-offline-0606", "care-2020"):
        li(s).put_claim(batch_id)
    for action in ("pause", "stop"):
        s.operator().send(ACTION + action, BATCH, body={})
        s.clock.advance(2)
        li(s).put_claim("special-0606")
    s.clock.set("2020-06-13T00:00:00+08:00")
    li(s).put_claim("smart-online-0606")


def refused_tills(s: Stage) -> None:
    coupon_id = li(beijing(s)).put_claim("special-0606").json["coupons"][0]["coupon_id"]
    diner(s).redeem("20200606-0002", "AbCdEf", meal(6000))
    diner(s).redeem("20200606-0002", li(s).code(coupon_id), meal(4900))
    old = li(s).code(coupon_id)
    s.clock.advance(61)
    diner(s).redeem("20200606-0002", old, meal(6000))
    diner(s).redeem("20200606-0002", li(s).code(coupon_id), meal(6000))
    diner(s).redeem("20200606-0002", li(s).code(coupon_id), meal(7000))
    diner(s).redeem("20200606-0003", li(s).code(coupon_id), meal(6000))
    diner(s).reverse("20200606-0002", "20200606-0002-r1", 4001)


def refused_operators(s: Stage) -> None:
    operator = beijing(s).operator()
    document = operator.send("GET /admin/campaigns/{campaign_id}", CAMPAIGN).json
    cheaper = copy.deepcopy(document)
    cheaper["terms"][0]["discount"]["amount_minor"] = 500
    operator.send(DOCUMENT, CAMPAIGN, body=cheaper)
    operator.send(DOCUMENT, CAMPAIGN, body={**document, "title": "Season", "revision": 7})
    operator.send("PUT /admin/batches/{batch_id}/quantity", BATCH, body={"quantity": 90_000_000})


def refused_by_the_stock(s: Stage) -> None:
    s.publish(small_season(quantity=1))
    li(s).put_claim("special-0606")
    other = s.citizen("wang-fang", region="beijing")
    other.put_claim("special-0606")
    s.tick()
    s.clock.advance(30)
    s.tick()
    other.put_claim("special-0606")


def refused_by_points(s: Stage) -> None:
    s.published(season("beijing-sports")).clock.set("2022-08-08T10:00:00+08:00")
    li(s).put_claim("points-swim-pass")


PLAYS: tuple[Callable[[Stage], None], ...] = (
    *(successes, rationed, entered, loaded, refused_callers, refused_citizens),
    *(refused_tills, refused_operators, refused_by_the_stock, refused_by_points),
)


@contextmanager
def kept_by(examples: Examples) -> Iterator[Stage]:
    """An empty stage whose requests and answers are kept."""
    with stage() as s:
        send = s.send

        def kept(made: dict[str, Any]) -> Answered:
            answered = send(made)
            examples.keep(made, answered)
            return answered

        with patch.object(s, "send", kept), patch.object(gateway, "send", kept):
            yield s


def played() -> dict[str, Any]:
    """The examples, each play on a stage of its own."""
    examples = Examples()
    for play in PLAYS:
        with kept_by(examples) as s:
            play(s)
    return examples.as_json()


def main() -> int:
    os.environ.setdefault("POWERTOOLS_METRICS_NAMESPACE", "CouponSeason")
    EXAMPLES.write_text(json.dumps(played(), indent=1, ensure_ascii=False) + "\n", "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
