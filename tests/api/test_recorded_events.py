"""Gateway events recorded from the local gateway (tests/events/), on the Beijing season."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest

from tests.api.seasons import beijing
from tests.api.stage import Stage

FOLDER = Path(__file__).parents[1] / "events"
OTHERS = {"schedule-minute", "options-preflight", "stream-claim", "post-code", "put-redemption-of-a-code"}
"""Not of the gateway, or with a field of an earlier answer: `test_invoke.py` plays them."""
EXPECTED: dict[str, tuple[int, str]] = {
    "default-cookie": (404, "not-found"),
    "default-other-method": (405, "method-not-allowed"),
    "default-unknown": (404, "not-found"),
    "get-batch-encoded": (200, ""),
    "get-campaign": (200, ""),
    "get-settlement-csv": (200, ""),
    "get-wallet": (200, ""),
    "get-wallet-repeated-query": (400, "malformed"),
    "post-publish": (200, ""),
    "put-claim": (201, ""),
    "put-claim-binary": (400, "malformed"),
    "put-claim-broken-utf8": (400, "malformed"),
    "put-claim-json-without-content-type": (201, ""),
    "put-claim-two-scopes": (201, ""),
    "put-claim-without-body": (201, ""),
    "put-redemption": (400, "code-invalid"),
    "put-reversal": (404, "not-found"),
}


def recorded(name: str) -> dict[str, Any]:
    event: dict[str, Any] = json.loads((FOLDER / f"{name}.json").read_text("utf-8"))
    return event


def test_every_recorded_event_is_played() -> None:
    """Each recording has an entry in the table."""
    assert {path.stem for path in FOLDER.glob("*.json")} == EXPECTED.keys() | OTHERS


@pytest.mark.parametrize("name", EXPECTED)
def test_a_recorded_event_is_answered(fresh: Stage, name: str) -> None:
    """Status and slug are as expected and declared; a refusal changes nothing and names the path."""
    before = beijing(fresh).items()
    event = recorded(name)
    answered = fresh.send(event)
    assert (answered.status, answered.slug) == EXPECTED[name], answered.text
    if answered.slug:
        assert fresh.items() == before
        assert unquote(answered.json["instance"]) == event["rawPath"]


def test_the_recorded_claim_is_li_huas(fresh: Stage) -> None:
    """The person is `person_id` of the token, with any account."""
    beijing(fresh).send(recorded("put-claim"))
    held = fresh.citizen("another account", person_id="person-li-hua").send("GET /wallet").json["coupons"]
    assert [coupon["terms_id"] for coupon in held] == ["meal-50-10", "meal-100-20", "meal-200-30"]


def test_the_recorded_settlement_is_a_file(fresh: Stage) -> None:
    """The event's lower-case header `accept: text/csv` asks for the file."""
    answered = beijing(fresh).send(recorded("get-settlement-csv"))
    assert answered.headers["content-type"] == "text/csv; charset=utf-8"
    assert answered.text.startswith("kind,order_no,reversal_no,coupon_id,")
