"""The functions' client puts every request on the wire and reads every answer as it is, bytes and refusals included."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from coupons.stores import remote
from infra.local.tables import create_tables
from infra.virtual.server import local
from infra.virtual.store import Store
from infra.virtual.writes import Place
from tests.engine.elsewhere import client_at
from tests.engine.shapes import Sample, load

SAMPLES = load()
ASKS = {"ReturnConsumedCapacity": "TOTAL"}
"""As the stores ask of every request."""


@pytest.fixture(scope="module")
def stores() -> tuple[Store, Store]:
    """One that is asked in memory, and one over HTTP."""
    made = Store(), Store()
    for store in made:
        create_tables(store)
    return made


@pytest.fixture(scope="module")
def client(stores: tuple[Store, Store]) -> Iterator[Any]:
    with local(stores[1]) as url:
        made = client_at(url)
        yield made
        made.close()


def played(client: Any, store: Store, sample: Sample) -> list[Any]:
    """What the sample is answered and leaves: on its items, once more on what it left, and on no items."""
    told: list[Any] = []
    starts: list[dict[Place, Any] | None] = [sample.items, None, {}]
    for items in starts:
        if items is not None:
            store.restore(items)
        told += [answer(getattr(client, sample.operation), sample.parameters), store.snapshot()]
    return told


def answer(send: Any, parameters: dict[str, Any]) -> Any:
    """All of it, but what botocore says of the transport."""
    try:
        answered = send(**parameters, **ASKS)
    except remote.failures() as refused:
        answered = remote.response(refused) or {"not answered": refused}
    return {name: value for name, value in answered.items() if name not in ("ResponseMetadata", "message")}


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: f"{sample.operation}-{SAMPLES.index(sample)}")
def test_an_answer_is_the_same_over_the_wire(sample: Sample, stores: tuple[Store, Store], client: Any) -> None:
    """Every shape that the functions send: the same items are stored, and the same answer comes."""
    in_memory, served = stores
    assert played(client, served, sample) == played(in_memory, in_memory, sample)
