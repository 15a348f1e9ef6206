"""A stack in which one item is damaged, what readers answer then, and what logs and metrics say of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.logs import everything, logged
from tests.world import Answered, World

SECRET = "a-secret-of-the-item"
BAD = {"S": SECRET}
Place = tuple[str, str, str]
"""Table, and what pk and sk begin with: the first such item."""
Look = dict[str, Any]
"""What each reader answers, in few words."""


class SpoiledWorld(World):
    """A stack whose items can be damaged."""

    def spoil(self, place: Place, changes: dict[str, Any]) -> tuple[str, str, str]:
        """Put an item back otherwise, attributes that are None left out; a new one if there is none. Table and keys."""
        variable, pk, sk = place
        table = self.settings[variable]
        items = self.client.scan(TableName=table)["Items"]
        like = (one for one in items if one["pk"]["S"].startswith(pk) and one["sk"]["S"].startswith(sk))
        item = next(like, {"pk": {"S": pk}, "sk": {"S": sk}}) | changes
        self.client.put_item(TableName=table, Item={name: value for name, value in item.items() if value is not None})
        return table, item["pk"]["S"], item["sk"]["S"]


def in_few_words(answer: Answered, words: Callable[[Any], Any]) -> Any:
    """`words` of what was answered, or the status of a refusal; neither has content of the damaged item."""
    assert SECRET not in answer.text
    return words(answer.json) if answer.status == 200 else answer.status


def assert_only_damage(
    key: tuple[str, str, str], caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    """This item alone is damaged, by log and metric; no log or trace has its content, and nothing else failed."""
    assert {one[:3] for one in logged(caplog)} == {key}
    assert [record for record in caplog.records if record.message == "surprise"] == []
    told = capsys.readouterr().out
    assert '"DamagedItems":1' in told
    assert SECRET not in told + everything(caplog)
