"""The two ways to try a handler that tests/README.md shows: `python -m tests.invoke`, and a world under moto."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.api.test_recorded_events import FOLDER
from tests.invoke import main


@pytest.mark.parametrize(
    ("event", "moment", "code", "status", "said"),
    [
        ("put-claim", "2020-06-06T10:00:00+08:00", 0, "201", '"terms_id":"meal-50-10"'),
        ("put-claim", "2020-06-06T09:59:59+08:00", 1, "409", "/problems/not-open"),
        ("get-settlement-csv", "2020-06-06T10:00:00+08:00", 0, "200", "kind,order_no,reversal_no"),
    ],
)
def test_an_event_is_answered(
    capsys: pytest.CaptureFixture[str], event: str, moment: str, code: int, status: str, said: str
) -> None:
    """The event's handler runs at the given time, and the exit code says whether it succeeded."""
    assert main([str(FOLDER / f"{event}.json"), "--at", moment]) == code
    printed = capsys.readouterr().out.splitlines()
    assert status in printed
    assert said in printed[-1] + printed[printed.index("") + 1]


def test_the_pages_world_claims_a_pack() -> None:
    """The lines of the page run as they are written."""
    (lines,) = re.findall(
        r"```python\n(.*?)```", (Path(__file__).parents[1] / "README.md").read_text("utf-8"), re.DOTALL
    )
    names: dict[str, object] = {}
    exec(compile(lines, "README.md", "exec"), names)
    assert getattr(names["answered"], "status", None) == 201
