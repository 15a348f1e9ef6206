"""What each client makes of each fault on the wire, plain and under TLS; and that no fault reaches the next request."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

import pytest

from coupons.stores.attributes import encode
from coupons.stores.dynamodb import Dynamo, NoAnswer, NotApplied
from infra.local.tables import create_tables
from infra.virtual.server import local
from infra.virtual.store import Store
from infra.virtual.writes import Place
from tests.faults import messages
from tests.faults.proxy import HANDSHAKES, WRITES, Fault, Proxy, faults
from tests.faults.scene import READ_S, WAYS, Way, proxied

TABLE = "OrdersTable"
OTHER = {"pk": "p", "sk": "other", "n": 7}
"""What a client reads after each fault."""
REFUSED = {"throttled", "conflict"}
"""Known not to be applied; any other fault that damages an answer leaves it unknown."""
HARMLESS = {"duplicate", "chunked", "unframed", "goodbye", "old", "twice", "continue", "hints", "cut", "reset", "torn"}
"""At least when the whole answer came."""
READ = ("GetItem",)
ENDS = ("cut", "reset", "torn")


OTHERWISE: dict[tuple[str, str], type[Exception]] = {
    # Python's http.client takes a 103 for the answer.
    ("boto3", "hints after"): NoAnswer,
    # An answer that ends where its connection does may have been cut; no AWS service sends one.
    ("ours", "unframed after"): NoAnswer,
    ("ours", "old after"): NoAnswer,
}
"""Where a client knows less than there is to know."""


def told(way: Way, fault: Fault) -> type[Exception] | None:
    """What the client raises, None if nothing."""
    if (way.name, str(fault)) in OTHERWISE:
        return OTHERWISE[way.name, str(fault)]
    if fault.stage == "handshake":
        return NotApplied if way.name == "ours" else NoAnswer  # botocore does not say when a connection failed
    if fault.kind == "duplicate" or (fault.stage == "after" and fault.kind in HARMLESS):
        return None
    return NotApplied if fault.kind in REFUSED else NoAnswer


def is_applied(fault: Fault) -> bool:
    return fault.stage in ("applied", "answer", "after")


@dataclass
class Stand:
    """A proxy before a store, and a client of it."""

    way: Way
    proxy: Proxy
    client: Any
    store: Store

    @property
    def dynamo(self) -> Dynamo:
        return Dynamo(self.client)

    def is_there(self, fault: Fault) -> bool:
        return Place(TABLE, "p", str(fault)) in self.store.items

    def meet(self, fault: Fault, *, at: tuple[str, ...] = WRITES) -> None:
        """The next request, or the next handshake, goes through it."""
        self.proxy.meets = at
        self.proxy.writes.clear()
        if fault.stage == "handshake":
            self.client.close()
            self.client = self.way.client(self.proxy)
            self.proxy.handshakes.append(fault)
        else:
            self.proxy.plan.append(fault)

    def put(self, sk: str) -> type[Exception] | None:
        """What putting an item of this name raises."""
        part = {"Put": {"TableName": TABLE, "Item": encode({"pk": "p", "sk": sk})}}
        try:
            self.dynamo.call("transact_write_items", TransactItems=[part])
        except (NoAnswer, NotApplied) as error:
            return type(error)
        return None

    def other(self) -> Any:
        """Once a connection that has ended is known to have."""
        for seen in self.proxy.writes:
            if seen.fault and seen.fault.stage == "after" and seen.fault.kind in ENDS:
                assert seen.is_over.wait(READ_S)
        return self.dynamo.get(TABLE, {"pk": "p", "sk": "other"}, consistent=True)


@pytest.fixture(scope="module")
def stands() -> Iterator[dict[Way, Stand]]:
    with ExitStack() as opened:
        made = {}
        for way in WAYS:
            create_tables(store := Store())
            store.put_item(TableName=TABLE, Item=encode(OTHER))
            proxy = opened.enter_context(proxied(opened.enter_context(local(store)), way))
            made[way] = Stand(way, proxy, way.client(proxy), store)
        yield made
        for stand in made.values():
            stand.client.close()


CASES = [
    (way, fault) for way in WAYS for fault in (*faults(is_secure=way.is_secure), *(HANDSHAKES if way.is_secure else ()))
]
READS = [
    (way, fault)
    for way, fault in CASES
    if fault.kind != "stall" and (fault.stage in ("answer", "after") or fault.kind in ("broken", "empty", "crc"))
]


@pytest.mark.parametrize(("way", "fault"), CASES, ids=str)
def test_a_write_is_told_by_what_is_known_of_it(stands: dict[Way, Stand], way: Way, fault: Fault) -> None:
    """Applied from `applied` on and never before; and the next request has its own answer."""
    stand = stands[way]
    stand.meet(fault)
    assert stand.put(str(fault)) is told(way, fault)
    assert stand.is_there(fault) == is_applied(fault)
    assert stand.other() == OTHER
    stand.proxy.deliver()
    assert stand.is_there(fault) == (is_applied(fault) or fault.kind == "late")
    assert [seen.fault for seen in stand.proxy.writes] == ([fault] if fault.stage != "handshake" else [])


@pytest.mark.parametrize(("way", "fault"), READS, ids=str)
def test_a_read_is_whole_or_fails(stands: dict[Way, Stand], way: Way, fault: Fault) -> None:
    """It never shows a part of the item, another item, or none."""
    stand = stands[way]
    stand.meet(fault, at=READ)
    if told(way, fault) is None:
        assert stand.other() == OTHER
    else:
        with pytest.raises(NoAnswer):
            stand.other()
    assert stand.other() == OTHER


@pytest.mark.parametrize("way", WAYS, ids=str)
def test_a_connection_that_ended_while_it_was_idle_costs_nothing(stands: dict[Way, Stand], way: Way) -> None:
    """Nor does a client that has been told to begin anew: a write goes out once, over another connection."""
    stand = stands[way]
    stand.proxy.meets = WRITES
    for end in (stand.proxy.drop, getattr(stand.client, "reopen", stand.proxy.drop)):
        assert stand.other() == OTHER
        end()
        before = stand.proxy.connections
        stand.proxy.writes.clear()
        assert stand.put("idle") is None
        assert stand.proxy.connections == before + 1
        assert [seen.operation for seen in stand.proxy.writes] == [messages.TRANSACTION]
