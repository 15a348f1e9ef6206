"""A record that can never become an event is named in the queue of failures, and holds up no other."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from typing import Any

import pytest

import events
from coupons.clock import SKEW_S
from coupons.process.services import replace_services
from coupons.refusals import Busy
from coupons.stores.bus import NotPut
from coupons.stores.failed_records import FailedRecords
from infra.virtual.store import Store
from tests.bus import Heard, Record, Stream
from tests.logs import everything, logged
from tests.world import OPENING, World, campaign, order

Image = dict[str, Any]
Plant = Callable[[Image], Any]
SECRET = "a-secret-of-the-item"
CLAIM, LINE = "CLAIM#", "o-1"
PLANTED: list[tuple[str, Plant, str]] = [
    (CLAIM, lambda i: i.pop("n"), "lacks 'n' in coupons.stores.claims.from_item"),
    (CLAIM, lambda i: i.pop("c"), "lacks 'c' in coupons.stores.claims.from_item"),
    (CLAIM, lambda i: i.update(n={"N": "99"}), "its batch is not published"),
    (CLAIM, lambda i: i.update(n={"S": SECRET}), "Claim.batch_number is of another type"),
    (CLAIM, lambda i: i.update(t={"N": "1.5"}), "Claim.token is of another type"),
    (CLAIM, lambda i: i["c"]["L"][0]["M"].update(s={"S": SECRET}), "KeyError in coupons.stores.claims._coupon"),
    (CLAIM, lambda i: i["c"]["L"].clear(), "ValueError in coupons.model.events.claimed"),
    (CLAIM, lambda i: i.update(a={"N": "99999999999999"}), "ValueError in coupons.times.wall_clock"),
    (CLAIM, lambda i: i.update(v={"N": "256"}, a={"N": "1591408000"}), "there is no key of its version"),
    (LINE, lambda i: i.pop("funding"), "lacks 'funding' in coupons.stores.orders._amounts"),
    (LINE, lambda i: i.update(batch_id={"S": "nobodys"}), "its batch is not published"),
    (LINE, lambda i: i.update(discount_minor={"N": "-5"}), "ValidationError in coupons.model.events.moved"),
    (LINE, lambda i: i.update(order_no={"S": SECRET + "/"}), "ValidationError in coupons.model.events.moved"),
    (LINE, lambda i: i.update(at_s={"S": SECRET}), "TypeError in coupons.times.wall_clock"),
]


@pytest.fixture
def world() -> World:
    """An empty stack."""
    return World(Store())


@pytest.fixture
def records(world: World) -> list[Record]:
    """The records of two claims and a redemption, as they were inserted."""
    world.publish(campaign())
    stream, ann = Stream(world), world.citizen("ann")
    world.citizen("bo").put_claim("pack")
    code = ann.code(ann.put_claim("pack").json["coupons"][0]["coupon_id"])
    world.merchant().redeem("o-1", code, order())
    found = [record for record in stream.records() if record["eventName"] == "INSERT"]
    for number, record in enumerate(found):
        record["dynamodb"]["SequenceNumber"] = str(number)
    # The claim that is damaged comes first.
    return sorted(found, key=lambda record: record["dynamodb"]["NewImage"].get("n") is None)


def damaged(records: list[Record], sort_key: str, plant: Plant) -> tuple[list[Record], Record]:
    """A copy of the records in which the first of a kind is damaged, and that record."""
    made = copy.deepcopy(records)
    spoiled = next(r for r in made if r["dynamodb"]["Keys"]["sk"]["S"].startswith(sort_key))
    plant(spoiled["dynamodb"]["NewImage"])
    return made, spoiled


@pytest.mark.parametrize(("sort_key", "plant", "reason"), PLANTED)
def test_what_can_never_be_told_is_named_and_the_others_are_told(
    world: World,
    records: list[Record],
    sort_key: str,
    plant: Plant,
    reason: str,
    caplog: pytest.LogCaptureFixture,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Queue and log name keys, sequence number and reason, the metric counts it; none shows the item's content."""
    made, spoiled = damaged(records, sort_key, plant)
    capsys.readouterr()
    assert events.handler({"Records": made}, None) == {"put": 2, "failed": 1}
    assert len(world.heard.take()) == 2
    keys = {name: value["S"] for name, value in spoiled["dynamodb"]["Keys"].items()}
    named = {"table": spoiled["eventSourceARN"].split("/")[1], "keys": keys, "reason": reason}
    assert world.heard.failures == [{**named, "sequence_number": spoiled["dynamodb"]["SequenceNumber"]}]
    assert logged(caplog) == [(named["table"], keys["pk"], keys["sk"], reason)]
    text = capsys.readouterr().out
    assert [json.loads(line)["DamagedItems"] for line in text.splitlines() if "_aws" in line] == [1]
    assert SECRET not in text + everything(caplog) + json.dumps(world.heard.failures)


@pytest.mark.parametrize(
    ("sk", "attribute", "put", "reason"),
    [
        ("RELEASE", "number", 0, "lacks 'number'"),
        ("CONTROL", "extended_s", 1, "lacks 'extended_s'"),
    ],
)
def test_a_batch_that_is_damaged_is_named_with_each_of_its_records(
    world: World,
    records: list[Record],
    caplog: pytest.LogCaptureFixture,
    sk: str,
    attribute: str,
    put: int,
    reason: str,
) -> None:
    """The log names its item once; log and queue name its records, to be sent by their keys when it is mended."""
    key = {"pk": {"S": "BATCH#pack"}, "sk": {"S": sk}}
    world.client.update_item(
        TableName=world.settings["CATALOG_TABLE"],
        Key=key,
        UpdateExpression="REMOVE #n",
        ExpressionAttributeNames={"#n": attribute},
    )
    replace_services(world.new_services())
    caplog.clear()
    assert events.handler({"Records": records}, None) == {"put": put, "failed": 3 - put}
    assert {failure["reason"] for failure in world.heard.failures} == {f"its batch is damaged: BATCH#pack {sk}"}
    assert "BATCH#pack" not in {failure["keys"]["pk"] for failure in world.heard.failures}
    assert [one for one in logged(caplog) if one[1] == "BATCH#pack"] == [
        (world.settings["CATALOG_TABLE"], "BATCH#pack", sk, reason)
    ]


def test_a_queue_that_does_not_answer_fails_the_invocation(world: World, records: list[Record]) -> None:
    """The stream sends all records again, under the same ids."""

    class Deaf:
        def send_message(self, **_: Any) -> None:
            raise ConnectionError

    made, _ = damaged(records, CLAIM, lambda i: i.pop("n"))
    services = world.new_services()
    services.failed_records = FailedRecords(Deaf(), "queue")
    replace_services(services)
    with pytest.raises(ConnectionError):
        events.handler({"Records": made}, None)
    first = [event["id"] for event in world.heard.take()]
    replace_services(world.services)
    assert events.handler({"Records": made}, None) == {"put": 2, "failed": 1}
    assert [event["id"] for event in world.heard.take()] == first


def test_nothing_is_named_before_the_others_are_put(world: World, records: list[Record]) -> None:
    """Otherwise it would be named again with each retry while the bus is away."""

    class Away(Heard):
        def put_events(self, **_: Any) -> dict[str, Any]:  # type: ignore[override]
            return {"FailedEntryCount": 1, "Entries": [{"ErrorCode": "ThrottlingException"}]}

    made, _ = damaged(records, CLAIM, lambda i: i.pop("n"))
    replace_services(world.new_services(bus=Away()))
    with pytest.raises(NotPut):
        events.handler({"Records": made}, None)
    assert world.heard.failures == []


def test_keys_that_are_not_loaded_yet_are_waited_for(world: World, records: list[Record]) -> None:
    """For two minutes a claim with a newer key version is no damage, and the stream sends it again."""
    made, _ = damaged(records, CLAIM, lambda i: i.update(v={"N": "2"}))
    for age_s in (-SKEW_S, 0, 119):
        world.clock.set(OPENING)
        world.clock.advance(age_s)
        with pytest.raises(Busy):
            events.handler({"Records": made}, None)
        assert world.heard.failures == []
    for age_s in (-SKEW_S - 1, 120):
        world.clock.set(OPENING)
        world.clock.advance(age_s)
        assert events.handler({"Records": made}, None) == {"put": 2, "failed": 1}


def test_a_control_item_that_a_replica_does_not_know_is_no_damage(world: World, records: list[Record]) -> None:
    """It is read again, strongly."""

    class Lagging:
        def __init__(self, client: Any) -> None:
            self._client = client

        def __getattr__(self, name: str) -> Any:
            return getattr(self._client, name)

        def get_item(self, **asked: Any) -> Any:
            return self._client.get_item(**asked) if asked["ConsistentRead"] else {}

    replace_services(world.new_services(client=Lagging(world.client)))
    assert events.handler({"Records": records}, None) == {"put": 3, "failed": 0}
