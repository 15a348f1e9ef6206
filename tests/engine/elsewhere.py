"""The engine that the worlds of a suite work on, as ENGINE= names it: in memory unless it says `http` or `ministack`.

    ENGINE=http .venv/bin/python -m pytest tests/store          # memory, but each request goes over HTTP
    ENGINE=ministack .venv/bin/python -m pytest tests/store

On both, requests go by the functions' own client (`stores/remote.py`). What a test does to its store directly stays
direct: snapshots, and reading or planting items.
"""

from __future__ import annotations

import os
import weakref
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from itertools import count
from pathlib import Path
from typing import Any

from coupons.stores.calls import CallLimits
from coupons.stores.json_client import JsonClient
from infra.local.cloud import REGION, Cloud
from infra.local.engine import dynamodb_engine
from infra.local.tables import scanned, table_definitions
from infra.virtual.client import READS, WRITES
from infra.virtual.server import local
from infra.virtual.store import Store
from infra.virtual.writes import Place, place_of

ENGINE = os.environ.get("ENGINE", "memory")
SENT = (READS | WRITES) - {"scan"}
"""Operations that the functions use."""
_PAGE = 25
_accounts = count(100_000_000_000)
_replace: list[Callable[[Store], Any]] = []


def here(client: Any) -> Any:
    """What a world works on that was given `client`: a store in memory may be elsewhere."""
    return _replace[-1](client) if _replace and isinstance(client, Store) else client


@contextmanager
def elsewhere(directory: Path, engine: str = ENGINE) -> Iterator[None]:
    """Worlds that are made in this block work on that engine."""
    with ExitStack() as opened:
        if engine == "http":
            _replace.append(OverHttp)
        elif engine == "ministack":
            cloud = opened.enter_context(dynamodb_engine(directory))
            _replace.append(lambda store: OnMinistack(cloud))
        elif engine != "memory":
            raise ValueError(f"ENGINE={engine}")
        if engine != "memory":
            opened.callback(_replace.pop)
        yield


LIMITS = CallLimits(connect_s=60, read_s=600, attempts=1)
"""On a busy machine an answer may take minutes, and here nobody is late on purpose."""


def client_at(url: str, key_id: str = "test") -> Any:
    """The functions' client, told its endpoint by variables as a function is."""
    told = {"AWS_ENDPOINT_URL": url, "AWS_ACCESS_KEY_ID": key_id, "AWS_DEFAULT_REGION": REGION}
    return JsonClient("dynamodb", LIMITS, {**os.environ, **told})


class Client:
    """`sent` takes the operations of the functions; all else is `direct`'s."""

    def __init__(self, sent: Any, direct: Any) -> None:
        self._sent = sent
        self._direct = direct

    def __getattr__(self, name: str) -> Any:
        return getattr(self._sent if name in SENT else self._direct, name)

    def close(self) -> None:
        self._sent.close()
        self._direct.close()


class OverHttp(Client):
    """A store of this process, asked over HTTP."""

    def __init__(self, store: Store) -> None:
        opened = ExitStack()
        client = client_at(opened.enter_context(local(store)))
        super().__init__(client, store)
        opened.callback(client.close)
        weakref.finalize(self, opened.close)


class OnMinistack(Client):
    """An account of its own, so that worlds share no table."""

    def __init__(self, cloud: Cloud) -> None:
        account = str(next(_accounts))
        super().__init__(client_at(cloud.url, account), cloud.client("dynamodb", account))
        weakref.finalize(self, self._sent.close)
        weakref.finalize(self, self._direct.close)

    @property
    def items(self) -> dict[Place, Any]:
        tables = sorted(table_definitions())
        found = ((table, item) for table in tables for item in scanned(self._direct, table))
        return {place_of("", {"TableName": table, "Item": item}): item for table, item in found}

    def snapshot(self) -> dict[Place, Any]:
        return self.items

    def restore(self, items: Mapping[Place, Any]) -> None:
        requests = [(at.table, {"DeleteRequest": {"Key": _key(at)}}) for at in self.items.keys() - items.keys()]
        requests += [(at.table, {"PutRequest": {"Item": item}}) for at, item in items.items()]
        for begin in range(0, len(requests), _PAGE):
            page: dict[str, Any] = {}
            for table, request in requests[begin : begin + _PAGE]:
                page.setdefault(table, []).append(request)
            self._direct.batch_write_item(RequestItems=page)


def _key(place: Place) -> dict[str, Any]:
    return {"pk": {"S": place.pk}, "sk": {"S": place.sk}}
