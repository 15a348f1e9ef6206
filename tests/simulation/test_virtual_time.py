"""Virtual time and the network of infra/virtual: order, waiting, deaths, conflicts."""

from __future__ import annotations

import sys
from typing import Any

import pytest
from botocore.exceptions import ClientError, ReadTimeoutError

from infra.virtual.chance import Chance
from infra.virtual.client import Client, Course, Service
from infra.virtual.clock import VirtualClock
from infra.virtual.hub import DeadError, Hub, Killed, refuse_without_lock
from infra.virtual.store import Store

ITEM = {"pk": {"S": "p"}, "sk": {"S": "s"}}
PUT = {"TableName": "t", "Item": ITEM}


@pytest.fixture
def hub() -> Hub:
    return Hub()


def stored(hub: Hub) -> Service:
    store = Store(lambda: hub.now_s)
    keys = [{"AttributeName": name, "KeyType": "HASH"} for name in ("pk", "sk")]
    store.create_table(TableName="t", KeySchema=keys)
    return Service(hub, store)


def test_what_happens_at_one_moment_happens_as_it_was_asked_for(hub: Hub) -> None:
    """Processes and calls alike, each at its time."""
    told: list[str] = []

    def work(name: str) -> None:
        told.append(f"{name} {hub.now_s}")
        hub.sleep(2)
        told.append(f"{name} {hub.now_s}")

    hub.spawn("a", lambda: work("a"))
    hub.after(2, lambda: told.append(f"call {hub.now_s}"))
    hub.spawn("b", lambda: work("b"))
    hub.run(until_s=10)
    assert told == ["a 0.0", "b 0.0", "call 2.0", "a 2.0", "b 2.0"]
    assert hub.now_s == 10


def test_who_is_killed_runs_no_further(hub: Hub) -> None:
    """No `except` keeps it; what it sends on its way out is refused and remembered."""
    told: list[str] = []
    client = Client(hub, stored(hub), lambda _operation, _request: Course(0.1, 0.2))

    def work() -> None:
        try:
            hub.sleep(5)
            told.append("woke")
        except Exception:  # noqa: BLE001 - this is what is tested
            told.append("kept")
        finally:
            with pytest.raises(DeadError):
                client.put_item(**PUT)

    process = hub.spawn("a", work)
    hub.after(1, process.end)
    hub.run()
    assert (told, hub.undead, hub.processes) == ([], ["put_item"], set())
    assert not issubclass(Killed, Exception)


def test_who_is_frozen_goes_on_later(hub: Hub) -> None:
    """And its monotonic clock may have stood still."""
    clock, told = VirtualClock(hub, 500.0, skew_s=2.0), list[float]()
    process = hub.spawn("a", lambda: (hub.sleep(1), told.append(hub.now_s)))
    process.frozen_until_s = 30.0
    hub.run()
    before_s = clock.monotonic_s()
    clock.stop_monotonic(29)
    assert (told, clock.wall_s(), before_s - clock.monotonic_s()) == ([31.0], 533.0, 29)


def test_what_a_process_raises_ends_the_run(hub: Hub) -> None:
    """A mistake is not lost with the process that made it."""
    hub.spawn("a", lambda: {}["nothing"])
    with pytest.raises(KeyError):
        hub.run()


def test_one_more_draw_moves_no_other_stream() -> None:
    """Streams of a root are independent, and the same each time."""
    one, two = Chance(5), Chance(5)
    one.stream("latency").random()
    assert one.stream("faults").random() == two.stream("faults").random() != Chance(6).stream("faults").random()


def said(hub: Hub, service: Service, *requests: tuple[float, str, dict[str, Any]], holds_s: float = 1.0) -> list[str]:
    """The code that answers each of the requests, sent at these times; no code for one that is applied."""
    answers = dict[int, str]()

    def send(number: int, operation: str, request: dict[str, Any]) -> None:
        try:
            getattr(Client(hub, service, route), operation)(**request)
            answers[number] = ""
        except ClientError as error:
            answers[number] = error.response["Error"]["Code"]
        except ReadTimeoutError:
            answers[number] = "no answer"

    def route(operation: str, _request: Any) -> Course:
        return Course(0.1, 2.0, holds_s=holds_s)

    for number, (at_s, operation, request) in enumerate(requests):
        hub.spawn(f"{number}", lambda number=number, o=operation, r=request: send(number, o, r), after_s=at_s)
    hub.run()
    return [answers[number] for number in range(len(requests))]


def test_a_transaction_holds_its_items(hub: Hub) -> None:
    """Until it is applied another write is in conflict, its own repeat is told to wait, and reads are answered."""
    service = stored(hub)
    first, other = ({"TransactItems": [{"Put": PUT}], "ClientRequestToken": token} for token in ("one", "two"))
    codes = said(
        hub,
        service,
        (0.0, "transact_write_items", first),
        (0.2, "transact_write_items", other),
        (0.3, "transact_write_items", first),
        (0.4, "put_item", PUT),
        (0.5, "get_item", {"TableName": "t", "Key": ITEM}),
        (1.5, "put_item", PUT),
    )
    conflicts = ["TransactionCanceledException", "TransactionInProgressException", "TransactionConflictException"]
    assert codes == ["", *conflicts, "", ""]
    assert service.conflicts == 3


def test_an_answer_that_comes_too_late_is_none(hub: Hub) -> None:
    """It is applied, and its sender does not know."""
    service = stored(hub)
    begun = {"TransactItems": [{"Put": PUT}], "ClientRequestToken": "one"}
    assert said(hub, service, (0.0, "transact_write_items", begun), holds_s=5.0) == ["no answer"]
    assert len(service.store.items) == 1


def test_limits_of_throughput_refuse_what_arrives(hub: Hub) -> None:
    """`admit` stands before the store: what it refuses is not applied."""
    service = stored(hub)
    service._admit = lambda operation, _request: ClientError({"Error": {"Code": "Throttled"}}, operation)
    assert said(hub, service, (0.0, "put_item", PUT)) == ["Throttled"]
    assert not service.store.items


def test_an_interpreter_without_its_lock_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """There one thread would not be one order."""
    monkeypatch.setattr(sys, "_is_gil_enabled", lambda: False, raising=False)
    with pytest.raises(RuntimeError, match="lock"):
        refuse_without_lock()
