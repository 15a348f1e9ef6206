"""DynamoDB as the stores see it: pages, leftovers, retries, and which error means what."""

from __future__ import annotations

from typing import Any

import pytest
from botocore import exceptions as faults
from botocore.exceptions import ClientError
from hypothesis import given
from hypothesis import strategies as st

from coupons.stores import dynamodb
from coupons.stores.attributes import decode, encode
from coupons.stores.dynamodb import TRANSACT_ATTEMPTS, ConditionFailed, Dynamo, NoAnswer, NotApplied, TransactionFailed
from coupons.stores.parts import Part
from tests.store.faults import Faulty, answer_lost, cancelled, fault, request_lost
from tests.world import World

KEYS = [{"pk": f"p{n}", "sk": "s"} for n in range(230)]


class Scripted:
    """Answers each request of any operation with the next answer, and keeps the requests."""

    def __init__(self, *answers: Any) -> None:
        self._answers = list(answers)
        self.requests: list[dict[str, Any]] = []

    def __getattr__(self, name: str) -> Any:
        def call(**parameters: Any) -> Any:
            self.requests.append(parameters)
            answer = self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]
            if isinstance(answer, Exception):
                raise answer
            return answer

        return call


def test_many_items_are_read_by_the_hundred(world: World) -> None:
    """Each item once; absent ones are left out."""
    dynamo = Dynamo(Faulty(world.client, "none"))
    dynamo.write_many("OrdersTable", [{"PutRequest": {"Item": encode(key)}} for key in KEYS[:205]])
    found = dynamo.get_many({"OrdersTable": KEYS, "ClaimsTable": KEYS[:3]}, consistent=True)
    assert sorted(item["pk"] for item in found["OrdersTable"]) == sorted(key["pk"] for key in KEYS[:205])
    assert found["ClaimsTable"] == []


def test_unprocessed_keys_are_asked_again() -> None:
    """With the same consistency, together with those not asked yet, after a pause."""
    first, second = [encode(key) for key in KEYS[:2]]
    leftover = {"Responses": {"t": [first]}, "UnprocessedKeys": {"t": {"Keys": [second]}}}
    client, pauses = Scripted(leftover, {"Responses": {"t": [second]}}), list[float]()
    assert Dynamo(client, pause=pauses.append).get_many({"t": KEYS[:2]}, consistent=True) == {"t": KEYS[:2]}
    assert [0.01 <= pause <= 0.03 for pause in pauses] == [True]
    assert [request["RequestItems"]["t"] for request in client.requests] == [
        {"Keys": [first, second], "ConsistentRead": True},
        {"Keys": [second], "ConsistentRead": True},
    ]


def test_no_request_asks_for_more_than_a_hundred_keys() -> None:
    """DynamoDB would refuse more; leftovers count too."""
    leftover = {"Responses": {}, "UnprocessedKeys": {"t": {"Keys": [encode(KEYS[0])]}}}
    client = Scripted(leftover, leftover, {"Responses": {}})
    Dynamo(client, pause=[].append).get_many({"t": KEYS}, consistent=False)
    sizes = [len(request["RequestItems"]["t"]["Keys"]) for request in client.requests]
    assert sizes == [100, 100, 32]


def test_a_throttled_read_of_many_gives_up() -> None:
    """After a bounded number of rounds, as busy."""
    client = Scripted({"Responses": {}, "UnprocessedKeys": {"t": {"Keys": [encode(KEYS[0])]}}})
    pauses: list[float] = []
    with pytest.raises(NotApplied):
        Dynamo(client, pause=pauses.append).get_many({"t": KEYS[:1]}, consistent=False)
    assert len(client.requests) == dynamodb.BATCH_ROUNDS_MAX
    assert 0.4 < sum(pauses) < 1.2


def test_many_writes_go_by_25_and_leftovers_again() -> None:
    """A throttled table is busy, not silently written in part."""
    puts = [{"PutRequest": {"Item": encode(key)}} for key in KEYS[:30]]
    client = Scripted({"UnprocessedItems": {"t": puts[:2]}}, {})
    Dynamo(client).write_many("t", puts)
    assert [request["RequestItems"]["t"] for request in client.requests] == [puts[:25], [*puts[25:], *puts[:2]]]
    stuck = Scripted({"UnprocessedItems": {"t": puts[:1]}})
    with pytest.raises(NoAnswer):
        Dynamo(stuck).write_many("t", puts[:1])
    assert len(stuck.requests) == dynamodb.BATCH_ROUNDS_MAX


def test_a_query_follows_every_page(world: World) -> None:
    """To the last key, without other prefixes and partitions."""
    dynamo = Dynamo(world.client)
    mine = [{"pk": "p", "sk": f"CLAIM#{n:03}"} for n in range(30)]
    rest = [{"pk": "p", "sk": "BOOKING#1"}, {"pk": "q", "sk": "CLAIM#1"}]
    dynamo.write_many("ClaimsTable", [{"PutRequest": {"Item": encode(key)}} for key in mine + rest])
    for limit in (7, 10, 30, 31):
        assert list(dynamo.query("ClaimsTable", "p", "CLAIM#", consistent=True, Limit=limit)) == mine
    assert list(dynamo.query("ClaimsTable", "p", consistent=True)) == [rest[0], *mine]


def test_every_page_of_a_strong_query_is_strong() -> None:
    """A count may not become eventual on its second page."""
    client = Scripted({"Items": [], "LastEvaluatedKey": encode(KEYS[0])}, {"Items": [encode(KEYS[1])]})
    assert list(Dynamo(client).query("t", "p", consistent=True)) == [KEYS[1]]
    assert [r["ConsistentRead"] for r in client.requests] == [True, True]
    assert client.requests[1]["ExclusiveStartKey"] == encode(KEYS[0])


ITEM = {"pk": {"S": "p"}, "n": {"N": "5"}}
PART, OTHER = Part("order", "Put", {}), Part("budget", "Update", {}, "city")


def test_a_refusal_carries_the_item_that_refused() -> None:
    """With the part in a transaction; None where there is none."""
    with pytest.raises(ConditionFailed) as single:
        Dynamo(Scripted(fault("ConditionalCheckFailedException", Item=ITEM))).call("put_item")
    assert single.value.item == {"pk": "p", "n": 5}
    with pytest.raises(TransactionFailed) as whole:
        Dynamo(Scripted(cancelled("None", "ConditionalCheckFailed", item=ITEM))).transact([PART, OTHER])
    assert whole.value.refused == [(OTHER, {"pk": "p", "n": 5})]
    assert (whole.value.kinds, whole.value.which("budget")) == ({"budget"}, ["city"])
    assert whole.value.item("budget") == {"pk": "p", "n": 5}
    with pytest.raises(TransactionFailed) as absent:
        Dynamo(Scripted(cancelled("ConditionalCheckFailed", "None"))).transact([PART, OTHER])
    assert absent.value.refused == [(PART, None)]


def test_a_conflicting_transaction_is_tried_again() -> None:
    """After a longer pause each time; the third attempt succeeds."""
    pauses: list[float] = []
    conflict = cancelled("TransactionConflict")
    client = Scripted(conflict, conflict, {})
    Dynamo(client, pause=pauses.append).transact([PART])
    assert [request["TransactItems"] for request in client.requests] == [[{"Put": {}}]] * 3
    assert len(pauses) == 2
    assert 0.01 <= pauses[0] <= 0.03
    assert 0.02 <= pauses[1] <= 0.06


def test_a_transaction_gives_up_after_six_conflicts() -> None:
    """Busy; no pause after the last."""
    pauses: list[float] = []
    client = Scripted(cancelled("TransactionConflict"))
    with pytest.raises(NotApplied):
        Dynamo(client, pause=pauses.append).transact([])
    assert (len(client.requests), len(pauses)) == (TRANSACT_ATTEMPTS, TRANSACT_ATTEMPTS - 1)
    assert [0.01 * 2**n <= pause <= 0.03 * 2**n for n, pause in enumerate(pauses)] == [True] * len(pauses)


LOST, IN_PROGRESS = faults.ReadTimeoutError(endpoint_url="x"), fault("TransactionInProgressException")
CONFLICT = cancelled("TransactionConflict")


@pytest.mark.parametrize(
    ("answers", "tokens"),
    [
        ([CONFLICT, CONFLICT, {}], "abc"),
        ([LOST, {}], "aa"),
        ([IN_PROGRESS, IN_PROGRESS, {}], "aaa"),
        ([CONFLICT, LOST, CONFLICT, {}], "abbb"),
        ([LOST, cancelled("ConditionalCheckFailed")], "aa"),
    ],
)
def test_attempts_after_an_unknown_one_are_the_same_transaction(answers: list[Any], tokens: str) -> None:
    """DynamoDB then applies it once. After a known cancellation the next attempt is a new transaction."""
    client = Scripted(*answers)
    try:
        Dynamo(client, attempts=3, pause=lambda _s: None).transact([PART])
    except TransactionFailed:
        assert isinstance(answers[-1], ClientError)
    sent = [request["ClientRequestToken"] for request in client.requests]
    names = dict(zip(dict.fromkeys(sent), "abc", strict=False))
    assert "".join(names[token] for token in sent) == tokens
    assert all(16 <= len(token) <= 36 for token in sent), "as DynamoDB takes them, and long enough to be nobody else's"


@pytest.mark.parametrize(
    ("answers", "raised", "sent"),
    [
        ([LOST, LOST, LOST], NoAnswer, 3),
        ([LOST, fault("ThrottlingException"), fault("ThrottlingException")], NoAnswer, 3),
        ([fault("ThrottlingException"), LOST, fault("ThrottlingException")], NoAnswer, 3),
        ([fault("ThrottlingException")], NotApplied, 3),
        ([LOST, fault("ConditionalCheckFailedException")], ConditionFailed, 2),
        ([fault("ThrottlingException"), fault("ValidationException")], ClientError, 2),
        ([fault("InternalServerError", 500), {}], None, 2),
    ],
)
def test_no_attempt_hides_an_earlier_one(answers: list[Any], raised: type[Exception] | None, sent: int) -> None:
    """One unknown attempt makes the call unknown, whatever the last one says; nothing is sent more than three times."""
    client = Scripted(*answers)
    dynamo = Dynamo(client, attempts=3, pause=lambda _s: None)
    if raised is None:
        assert dynamo.call("put_item") == {}
    else:
        with pytest.raises(raised) as caught:
            dynamo.call("put_item")
        assert type(caught.value) is raised
    assert len(client.requests) == sent


def test_a_transaction_is_unknown_after_three_silences() -> None:
    """Conflicts are tried six times, lost answers as often as for other requests, because each costs a second."""
    client = Scripted(CONFLICT, LOST, LOST, LOST)
    with pytest.raises(NoAnswer):
        Dynamo(client, attempts=3, pause=lambda _s: None).transact([])
    assert len(client.requests) == 4


@pytest.mark.parametrize("lost", [answer_lost, request_lost])
def test_a_transaction_of_one_attempt_is_not_tried_again(world: World, lost: Any) -> None:
    """It may have been applied; the caller repeats the whole request and finds what happened."""
    client = Faulty(world.client, "transact_write_items", lost)
    with pytest.raises(NoAnswer):
        Dynamo(client).transact([Part("order", "Put", {"TableName": "OrdersTable", "Item": encode(KEYS[0])})])
    assert client.calls == 1


values = st.recursive(
    st.none() | st.booleans() | st.text(max_size=9) | st.integers(-(10**37), 10**37) | st.binary(max_size=9),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(min_size=1, max_size=4), inner, max_size=4),
    max_leaves=6,
)


@given(st.dictionaries(st.text(min_size=1, max_size=9), values, max_size=3))
def test_what_is_stored_is_what_is_read(item: dict[str, Any]) -> None:
    """Booleans stay booleans, bytes bytes, integers exact."""
    assert decode(encode(item)) == item
    assert repr(decode(encode(item))) == repr(item)


@pytest.mark.parametrize("value", [1.5, {1, 2}, object()])
def test_what_has_no_exact_attribute_is_refused(value: object) -> None:
    """Money in floats would not add up."""
    with pytest.raises(TypeError, match="no attribute for a"):
        encode({"a": value})
