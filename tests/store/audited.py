"""A season with everything an audit looks at, played through the handlers; and how an operator asks for one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from coupons.process.services import replace_services
from coupons.schedule.minute import run_schedule
from coupons.stores import keys
from coupons.stores.attributes import decode, encode
from tests.editing import edit_merchant
from tests.world import Answered, Person, World, a_batch, campaign, order, terms

SEASON, PACK = {"campaign_id": "season"}, {"batch_id": "pack"}
BATCH_AUDIT = "GET /admin/batches/{batch_id}/audit"
BUDGETS = "GET /admin/campaigns/{campaign_id}/budgets"
DAYS = ["2020-06-06", "2020-06-08", "2020-06-21"]
"""On which somebody had lines; the last one is not closed."""
NOON = "2020-06-21T12:00:00+08:00"
MORROW = "2020-06-22T00:00:30+08:00"
"""When its day is closed."""
BAKERY: dict[str, Any] = {
    "title": "Bakery",
    "category": "catering",
    "channels": ["offline", "online"],
    "stores": [{"store_id": "diner", "region": "beijing"}],
}


def document() -> dict[str, Any]:
    """Two packs of two coupons, one of them a percentage, of which the first rolls over to the second.

    Two of the three merchants stand in one bucket of a day.
    """
    percent = terms(
        "tenth-off",
        discount={"kind": "percent_off", "threshold_minor": 0, "basis_points": 1000, "cap_minor": 1001},
        refund={"policy": "always", "times_max": 2},
    )
    both = {"terms": ["ten-off", "tenth-off"]}
    later = {"opens_at": "2020-06-08T10:00:00+08:00", "closes_at": "2020-06-30T10:00:00+08:00", **both}
    made = campaign(a_batch(rollover_to="later", **both), a_batch("later", **later), terms=[terms(), percent])
    made["merchants"] += [{"merchant_id": merchant_id, **BAKERY} for merchant_id in ("bakery", "tea-house")]
    return made


def play(world: World) -> None:
    """Redemptions, reversals of all kinds, lines withheld and refused, closed days, expiry and rollover, until noon of
    21 June, when a day is under way.
    """
    world.publish(document())
    coupons = {name: claim(world, name) for name in ("ann", "bob", "cat", "dan", "eve")}
    diner, bakery, tea_house = (world.merchant(merchant_id) for merchant_id in ("diner", "bakery", "tea-house"))
    for till, name in ((diner, "ann"), (diner, "bob"), (bakery, "cat"), (bakery, "dan"), (bakery, "eve")):
        redeem(world, till, f"o-{name}", name, coupons[name][0])
    redeem(world, tea_house, "o-tenth", "ann", coupons["ann"][1], 3333)
    assert diner.reverse("o-bob", "r-1", 1000).status == 201
    assert diner.reverse("o-bob", "r-2", 500).status == 201
    assert tea_house.reverse("o-tenth", "r-1", 700).json["coupon_returned"]
    assert bakery.reverse("o-cat", "r-1", 4000).json["coupon_returned"]
    world.clock.advance(6)
    redeem(world, bakery, "o-cat-2", "cat", coupons["cat"][0])
    withhold(world, {"order_no": "o-dan"}, {"order_no": "o-eve", "decision": "refused"})
    to(world, "2020-06-07T10:00:00+08:00", ticks=4)
    to(world, "2020-06-08T12:00:00+08:00")
    later = claim(world, "ann", "later")
    redeem(world, diner, "o-later", "ann", later[0])
    to(world, "2020-06-09T00:01:00+08:00", ticks=2)
    to(world, "2020-06-21T11:00:00+08:00", ticks=4)
    assert not diner.reverse("o-ann", "r-1", 4000).json["coupon_returned"]
    redeem(world, bakery, "o-fay", "fay", claim(world, "fay", "later")[0])
    to(world, NOON)


def claim(world: World, name: str, batch_id: str = "pack") -> list[str]:
    return [coupon["coupon_id"] for coupon in world.citizen(name).put_claim(batch_id).json["coupons"]]


def redeem(world: World, till: Person, order_no: str, name: str, coupon_id: str, total_minor: int = 6000) -> None:
    answer = till.redeem(order_no, world.citizen(name).code(coupon_id), order(total_minor))
    assert answer.status == 201, answer.text


def withhold(world: World, *changes: dict[str, Any]) -> None:
    withheld = [{"day": DAYS[0], "reason": "no goods", **change} for change in changes]
    assert edit_merchant(world.operator(), "bakery", withheld=withheld).status == 200


def to(world: World, moment: str, ticks: int = 0) -> None:
    """The clock shows that time in functions that have just started, after some minutes of the schedule."""
    world.clock.set(moment)
    for _ in range(ticks):
        run_schedule(world.new_services(), world.now_s, float("inf"))
        world.clock.advance(60)
    replace_services(world.new_services())


def ask(world: World, of: str, sweep: str = "") -> dict[str, Any]:
    """An audit of a batch, a day or the campaign."""
    query = {"sweep": sweep} if sweep else {}
    answer: Answered
    if of != "campaign" and not of.startswith("2020"):
        answer = world.operator().send(BATCH_AUDIT, {"batch_id": of}, query=query)
        found: dict[str, Any] = answer.json
    else:
        answer = world.operator().send(BUDGETS, SEASON, query={"audit": of, **query})
        found = answer.json["audit"]
    assert answer.status == 200, answer.text
    return found


def wrong(report: dict[str, Any]) -> list[str]:
    """The equations that fail; an audit is good if it is complete and there is none."""
    failed = [one["equation"] for one in report["equations"] if not one["holds"]]
    assert report["ok"] == (report["complete"] and not failed)
    return failed


def edit(world: World, table: str, pk: str, sk: str, **changes: Any) -> None:
    """One item in another state than it was left in; a change is a value or a function of the old one."""
    item = get(world, table, pk, sk)
    made = {field: change(item[field]) if callable(change) else change for field, change in changes.items()}
    put(world, table, item | made, pk, sk)


def get(world: World, table: str, pk: str, sk: str) -> dict[str, Any]:
    found: dict[str, Any] = world.client.get_item(TableName=world.settings[table], Key=encode({"pk": pk, "sk": sk}))
    return decode(found["Item"])


def put(world: World, table: str, item: dict[str, Any], pk: str, sk: str) -> None:
    """The item under that key, whatever its own is."""
    world.client.put_item(TableName=world.settings[table], Item=encode({**item, "pk": pk, "sk": sk}))


def drop(world: World, table: str, pk: str, sk: str) -> None:
    """One item gone."""
    gone = {"TableName": world.settings[table], "Key": encode({"pk": pk, "sk": sk})}
    assert "Item" in world.client.get_item(**gone)
    world.client.delete_item(**gone)


def flip(world: World, name: str, place: int, batch_id: str = "pack", **fields: Any) -> None:
    """One coupon of somebody's pack in another state than it was left in."""

    def flipped(coupons: list[dict[str, Any]]) -> list[dict[str, Any]]:
        return [{**coupon, **fields} if index == place else coupon for index, coupon in enumerate(coupons)]

    edit(world, "CLAIMS_TABLE", *claim_place(world, name, batch_id), c=flipped)


def claim_place(world: World, name: str, batch_id: str = "pack") -> tuple[str, str]:
    batch = world.services.cache.batch(batch_id)
    key = keys.claim(batch.claim_key, batch.buckets, world.services.keys.person(name))
    return key["pk"], key["sk"]


def line_place(merchant_id: str, order_no: str, reversal_no: str = "", day: str = DAYS[0]) -> tuple[str, str]:
    key = keys.line(merchant_id, day, order_no, reversal_no)
    return key["pk"], key["sk"]


def more(funder_id: str = "city", by: int = 1) -> Callable[[dict[str, int]], dict[str, int]]:
    """So much more for a funder."""
    return lambda amounts: {**amounts, funder_id: amounts[funder_id] + by}


def texts(report: dict[str, Any]) -> list[str]:
    return [one["equation"] for one in report["equations"]]


class Acting:
    """A client before whose first requests of an operation that name `word` somebody else acts.

    After so many of them, and so many `times`.
    """

    def __init__(
        self, world: World, operation: str, word: str, act: Callable[[], object], *, after: int = 0, times: int = 1
    ) -> None:
        self._world, self._operation, self._word, self._act = world, operation, word, act
        self._after, self.times = after, times

    def __getattr__(self, name: str) -> Any:
        real = getattr(self._world.client, name)

        def call(**parameters: Any) -> Any:
            if name == self._operation and self._word in str(parameters):
                self._after -= 1
                if self._after < 0 < self.times:
                    self.times -= 1
                    replace_services(self._world.new_services())
                    self._act()
            return real(**parameters)

        return call
