"""The catalogue of requests cannot go out of date unseen."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from tests.engine import complete
from tests.engine.shapes import WATCH, Watch, Watched

PUT = {"TableName": "ClaimsTable", "Item": {}, "ConditionExpression": "c[7].#s = :new"}
NAMES = {"ExpressionAttributeNames": {"#s": "s"}}


def test_a_request_of_an_unknown_shape_is_named_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever becomes of it; one that the catalogue knows is not named."""
    watch = Watch()
    monkeypatch.setattr("tests.engine.shapes.WATCH", watch)
    client = Watched(SimpleNamespace(put_item=lambda **_: {}, get_item=lambda **_: {}), None)
    client.get_item(TableName="ClaimsTable", Key={}, ReturnConsumedCapacity="TOTAL")
    client.put_item(**PUT, **NAMES)
    assert watch.take_unknown() == {"put_item | Condition=c[0].#s = :new | #s=s"}
    assert watch.take_unknown() == set()


@pytest.mark.parametrize(
    ("args", "unsent", "status"),
    [
        (complete.SUITES, {"put_item | gone"}, 1),
        (complete.SUITES, set(), 0),
        (("tests/store/", "tests/api", "tests/season", "tests/unit"), {"put_item | gone"}, 1),
        (("tests/store",), {"put_item | gone"}, 0),
    ],
)
def test_a_shape_that_nobody_sends_fails_a_whole_run(
    monkeypatch: pytest.MonkeyPatch, args: tuple[str, ...], unsent: set[str], status: int
) -> None:
    """A run of fewer suites says nothing: it may have sent less."""
    monkeypatch.setattr(WATCH, "known", WATCH.seen | unsent)
    lines: list[Any] = []
    reporter = SimpleNamespace(write_line=lambda line, **_: lines.append(line))
    plugins = SimpleNamespace(get_plugin=lambda _name: reporter)
    config = SimpleNamespace(args=args, option=SimpleNamespace(keyword=""), pluginmanager=plugins)
    session: Any = SimpleNamespace(config=config, exitstatus=0)
    complete.pytest_sessionfinish(session)
    assert (session.exitstatus, len(lines)) == (status, status)
