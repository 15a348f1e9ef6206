"""Merchants' own records, as operators put them."""

from __future__ import annotations

from typing import Any

from tests.world import Person, campaign

ROUTE = "/admin/merchants/{merchant_id}"
OPERATOR = Person({"sub": "op", "scope": "operator"})


def register(merchant_id: str, **changes: Any) -> None:
    """A record with the facts of the diner of `campaign()`, and `changes` to it."""
    facts = {name: value for name, value in campaign()["merchants"][0].items() if name != "merchant_id"}
    answered = OPERATOR.send(f"PUT {ROUTE}", {"merchant_id": merchant_id}, body={**facts, **changes})
    assert answered.status == 201, answered.text


def allow_late_scans(late_scans_per_day: int, merchant_id: str = "diner") -> None:
    """An edit of the record that there is."""
    path = {"merchant_id": merchant_id}
    revision = OPERATOR.send(f"GET {ROUTE}", path).json["revision"]
    body = {"revision": revision, "late_scans_per_day": late_scans_per_day}
    answered = OPERATOR.send(f"PUT {ROUTE}", path, body=body)
    assert answered.status == 200, answered.text
