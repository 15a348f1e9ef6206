"""The line of metrics of each invocation: consumption, operation, and the money of a redemption."""

from __future__ import annotations

import json
from typing import Any, get_args

import pytest

import catalog
import count
import draw
import events
import expire
from coupons.money import Purse
from coupons.process.services import replace_services
from coupons.web.metrics import (
    CONSUMPTION,
    METRICS_A_CAMPAIGN,
    METRICS_MAX,
    MONEY,
    PRICE,
    BackgroundOperation,
    RedeemedMoney,
    RequestOperation,
)
from infra.virtual.store import Store
from tests import door
from tests.bus import Stream, shards
from tests.court import offer
from tests.world import FUNCTIONS, Answered, World, a_batch, campaign, event, order, send

Line = dict[str, Any]
BOOKING = "PUT /batches/{batch_id}/booking"
HOLD = "PUT /orders/{order_no}/hold"
PACK = {"batch_id": "pack"}
DAY_BEFORE = "2020-06-05T10:00:00+08:00"
UNDER_A_NAME_OF_THEIR_OWN: dict[str, RequestOperation] = {
    "PUT /batches/{batch_id}/claim": "claim",
    BOOKING: "booking",
    "DELETE /batches/{batch_id}/booking": "booking",
    **{
        f"{method} /slots/{{slot_id}}/{what}": "booking"
        for method in ("PUT", "DELETE")
        for what in ("booking", "waiting")
    },
    HOLD: "hold",
    "DELETE /orders/{order_no}/hold": "hold",
    "PUT /orders/{order_no}/redemption": "redemption",
    "PUT /orders/{order_no}/reversals/{reversal_no}": "reversal",
    "PUT /slots/{slot_id}/checkins/{checkin_no}": "check-in",
}


class Charged:
    """An engine whose responses report the scripted consumption."""

    def __init__(self, engine: Any) -> None:
        self._engine = engine
        self.units: dict[str, Any] = {"get_item": 0.5, "query": 8.0, "put_item": 1.0, "update_item": 1.0}

    def __getattr__(self, name: str) -> Any:
        real = getattr(self._engine, name)

        def call(**parameters: Any) -> Any:
            assert parameters["ReturnConsumedCapacity"] == "TOTAL"
            each = 2.0 * len(parameters.get("TransactItems", []))
            return {**real(**parameters), "ConsumedCapacity": {"CapacityUnits": self.units.get(name, each)}}

        return call if name in (*self.units, "transact_write_items", "batch_get_item", "batch_write_item") else real


class Scene(World):
    """A world with a published batch, and the lines that its functions wrote since the last look."""

    capsys: pytest.CaptureFixture[str]

    def lines(self) -> list[Line]:
        told = [json.loads(line) for line in self.capsys.readouterr().out.splitlines()]
        return [line for line in told if "_aws" in line]

    def line(self) -> Line:
        (line,) = self.lines()
        return line

    def restarted(self) -> None:
        """A new process: empty caches, the current settings."""
        self.services = self.new_services()
        replace_services(self.services)

    def code(self) -> str:
        """A code of Ann's claimed coupon; the lines so far are consumed."""
        ann = self.citizen("ann")
        code = ann.code(ann.put_claim("pack").json["coupons"][0]["coupon_id"])
        self.lines()
        return code


@pytest.fixture
def scene(capsys: pytest.CaptureFixture[str]) -> Scene:
    made = Scene(Charged(Store()))
    made.capsys = capsys
    made.publish(campaign(a_batch(booking={"opens_at": DAY_BEFORE, "closes_at": "2020-06-06T10:00:00+08:00"})))
    made.lines()
    return made


def of(line: Line) -> tuple[Any, ...]:
    """Operation, write units, read units, done."""
    return line["operation"], line["WriteUnits"], line["ReadUnits"], line["Done"]


def test_a_claim_is_measured(scene: Scene) -> None:
    """The line has the units of put, lease and reads, their list price, and Done 1 for a 201."""
    assert scene.citizen("ann").put_claim("pack").status == 201
    line = scene.line()
    assert of(line) == ("claim", 2.0, line["ReadUnits"], 1)
    assert line["MicroDollars"] == round(2 * 0.625 + line["ReadUnits"] * 0.125, 4)
    assert line["ReadUnits"] > 0


def test_a_repeated_claim_is_not_done_again(scene: Scene) -> None:
    """The repeat's units count as claim, and Done is 0."""
    scene.code()
    assert scene.citizen("ann").put_claim("pack").is_replay
    assert of(scene.line())[3] == 0


def test_a_refusal_without_a_request_shows_zero(scene: Scene) -> None:
    """A refusal before the opening comes from the cache."""
    scene.citizen("bo").put_claim("pack")
    scene.lines()
    scene.clock.set(DAY_BEFORE)
    assert scene.citizen("ann").put_claim("pack").slug == "not-open"
    line = scene.line()
    assert of(line) == ("claim", 0.0, 0.0, 0)
    assert line["MicroDollars"] == 0


def test_the_first_request_of_a_process_shows_zero(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    """A request without a token is refused; the services that it built have consumed nothing."""
    replace_services(None)
    for name in FUNCTIONS["claim"].variables:
        monkeypatch.setenv(name, "any")
    monkeypatch.setenv("STAGE", "test")
    assert send(event("PUT /batches/{batch_id}/claim", PACK, body={})).status == 401
    assert of(scene.line()) == ("claim", 0.0, 0.0, 0)


def test_a_refused_write_is_on_its_own_line(scene: Scene) -> None:
    """A lease, the refused put and the returned pack are charged; the next request starts at zero."""
    scene.code()
    scene.restarted()
    assert scene.citizen("ann").put_claim("pack").is_replay
    assert of(scene.line())[:2] == ("claim", 3.0)
    assert send(event("GET /openapi.json")).status == 200
    assert of(scene.line()) == ("other", 0.0, 0.0, 1)


def test_a_surprise_is_charged_to_its_own_request(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    """The line has what the request read; Done is 0 and there is no money."""

    def fail(_found: object) -> None:
        raise RuntimeError

    monkeypatch.setattr(catalog.BatchView, "of", fail)
    scene.restarted()
    assert send(event("GET /batches/{batch_id}", PACK)).status == 500
    operation, writes, reads, done = of(scene.line())
    assert (operation, writes, done) == ("other", 0.0, 0)
    assert reads > 0


def test_a_redemption_says_its_money_once(scene: Scene) -> None:
    """Its line has the money by campaign and currency; a repeat and a refusal have none."""
    code = scene.code()
    till = scene.merchant()
    assert till.redeem("o-1", code, order()).status == 201
    first = scene.line()
    assert of(first) == ("redemption", 8.0, of(first)[2], 1)
    assert (first["DiscountMinor"], first["PayableMinor"]) == (1000, 4000)
    assert (first["Late"], first["LateDiscountMinor"]) == (0, 0)
    assert (first["campaign"], first["currency"]) == ("season", "CNY")
    by_dimensions = {
        tuple(directive["Dimensions"][0]): {metric["Name"] for metric in directive["Metrics"]}
        for directive in first["_aws"]["CloudWatchMetrics"]
    }
    assert by_dimensions[("campaign", "currency")] == {*MONEY, PRICE}
    assert len(by_dimensions[("campaign", "currency")]) == METRICS_A_CAMPAIGN
    assert by_dimensions[("operation",)] == {"Done", *CONSUMPTION}
    assert till.redeem("o-1", code, order()).is_replay
    assert till.redeem("o-2", code, order()).slug == "coupon-not-usable"
    for line in scene.lines():
        assert (line["operation"], line["Done"]) == ("redemption", 0)
        assert not {*MONEY, "campaign", "currency"} & set(line)


def test_a_late_redemption_is_counted() -> None:
    """Late is 1, so that the average is the share, and its discount is counted too."""
    redeemed = RedeemedMoney(Purse("season", "CNY"), 1000, 4000, late=True)
    assert redeemed.metrics() == {"DiscountMinor": 1000, "PayableMinor": 4000, "Late": 1, "LateDiscountMinor": 1000}


def test_what_a_route_is_measured_as() -> None:
    """Writes of citizens and merchants have their own operation, operators one, and the rest is `other`."""
    for key, route in ((key, route) for api in FUNCTIONS.values() for key, route in api.routes.items()):
        rest = "operator" if route.scope == "operator" else "other"
        assert route.operation == UNDER_A_NAME_OF_THEIR_OWN.get(key, rest), key


def test_an_unknown_route_is_one_of_the_rest(scene: Scene) -> None:
    """Its operation is `other`, with any path."""
    made = event("$default")
    made["requestContext"]["http"]["method"] = "GET"
    assert send({**made, "rawPath": "/people/ann"}).status == 404
    assert of(scene.line()) == ("other", 0.0, 0.0, 0)


def test_what_another_region_pays(scene: Scene) -> None:
    """The line has the prices of the settings."""
    scene.settings |= {"WRITE_UNIT_MICRODOLLARS": "1", "READ_UNIT_MICRODOLLARS": "100"}
    scene.restarted()
    scene.citizen("ann").put_claim("pack")
    line = scene.line()
    assert line["MicroDollars"] == line["WriteUnits"] + 100 * line["ReadUnits"]


def test_the_schedule_is_measured(scene: Scene) -> None:
    """A failed run has a line too; it has no Done."""
    expire.handler({}, None)  # it folds statistics
    scene.lines()
    expire.handler({}, None)
    line = scene.line()
    assert (line["operation"], line["WriteUnits"], "Done" in line) == ("schedule", 0, False)
    assert line["ReadUnits"] >= 8
    scene.client.units["batch_get_item"] = None
    with pytest.raises(TypeError):
        expire.handler({}, None)
    assert scene.line()["ReadUnits"] == 8


def test_events_are_measured(scene: Scene) -> None:
    """A failed invocation has a line too."""
    stream = Stream(scene)
    scene.code()
    scene.restarted()
    records = stream.records()
    assert events.handler({"Records": records}, None) == {"put": 1, "failed": 0}
    line = scene.line()
    assert (line["operation"], line["WriteUnits"], "Done" in line) == ("events", 0, False)
    assert line["ReadUnits"] > 0
    scene.restarted()
    with pytest.raises(KeyError):
        events.handler({"Records": [*records, {}]}, None)
    assert scene.line()["ReadUnits"] == line["ReadUnits"]


def metrics_of(line: Line) -> set[tuple[str, ...]]:
    """Each metric that CloudWatch makes of a line: its name, and its dimensions with their values."""
    found = set()
    for directive in line["_aws"]["CloudWatchMetrics"]:
        assert directive["Namespace"] == "CouponSeason"
        for dimensions in directive["Dimensions"]:
            values = [f"{name}={line[name]}" for name in dimensions]
            found |= {(metric["Name"], *values) for metric in directive["Metrics"]}
    return found


def test_metrics_are_few(scene: Scene) -> None:
    """One request of each operation sends `METRICS_MAX` metrics, and no dimension has an identity."""
    stream = Stream(scene)
    ann, till = scene.citizen("ann"), scene.merchant()
    coupon_id = ann.put_claim("pack").json["coupons"][0]["coupon_id"]
    hold = {"code": ann.code(coupon_id), "order": order(), "ttl_s": 60}
    assert till.send(HOLD, {"order_no": "o-2"}, body=hold).status == 201
    assert till.send("DELETE /orders/{order_no}/hold", {"order_no": "o-2"}).status == 200
    answers: list[Answered] = [
        till.redeem("o-1", ann.code(coupon_id), order()),
        till.reverse("o-1", "r-1", 4000),
        scene.operator().send("GET /admin/campaigns/{campaign_id}", {"campaign_id": "season"}),
    ]
    assert [answer.status for answer in answers] == [201, 201, 200]
    offer(scene)
    door.book(scene, "ann")
    assert door.arrive(door.at(scene)).status == 201
    scene.clock.set(DAY_BEFORE)
    assert ann.send(BOOKING, PACK, body={}).status == 201
    expire.handler({}, None)
    draw.handler({}, None)
    events.handler({"Records": (records := stream.records())}, None)
    assert all(count.handler(window, None) for window in shards(records))
    made = set[tuple[str, ...]]().union(*(metrics_of(line) for line in scene.lines()))
    counted = {metric for metric in made if metric[0] != "Requests"}
    purse = ("campaign=season", "currency=CNY")
    assert len([metric for metric in counted if metric[1:] == purse]) == METRICS_A_CAMPAIGN
    assert len(counted) == METRICS_MAX + METRICS_A_CAMPAIGN
    assert {metric[1:] for metric in counted} - {purse} == {
        (f"operation={name}",) for name in (*get_args(RequestOperation), *get_args(BackgroundOperation))
    }
    assert made - counted == {("Requests", "service=test", "outcome=ok")}
