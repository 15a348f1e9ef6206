"""The events' committed schemas, and what the event of a check-in says."""

from __future__ import annotations

from typing import Any

import pytest

from coupons.model.orders import LineAmounts
from infra.events.__main__ import SCHEMAS, documents, main
from tests.unit.model.test_events import EVERY, checked_in, shown


def test_the_committed_schemas_are_what_the_code_says(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    """One file a type; the check finds a changed and an extra file, and the program corrects both."""
    assert main(["--check"]) == 0
    assert {path.stem for path in SCHEMAS.iterdir()} == set(documents()) == {event.type for event in EVERY}
    monkeypatch.setattr("infra.events.__main__.SCHEMAS", tmp_path)
    assert main([]) == 0
    (tmp_path / "coupon.lost.v1.json").write_text("{}")
    assert main(["--check"]) == 1
    assert "make openapi" in capsys.readouterr().err
    assert main([]) == 0
    assert main(["--check"]) == 0


def test_a_check_in_says_what_the_venue_is_paid() -> None:
    """The slot's facts, the order and its money; nothing if no batch pays, with the reason."""
    data = shown(checked_in())["data"]
    assert (data["slot_id"], data["facility_id"], data["checked_in_at"]) == (
        "court.2020-06-10.0900",
        "court",
        "2020-06-06T10:01:00+08:00",
    )
    assert (data["merchant_id"], data["checkin_no"], data["batch_id"], data["reasons"]) == ("diner", "v-1", "pack", [])
    assert (data["subsidy_minor"], data["payable_minor"]) == (1000, 4500)
    unpaid = shown(checked_in(batch_id="", amounts=LineAmounts(0, 0, 6000, ()), reasons=("no-subsidy",)))["data"]
    assert (unpaid["batch_id"], unpaid["subsidy_minor"], unpaid["reasons"]) == (None, 0, ["no-subsidy"])
