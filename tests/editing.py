"""Edits as an operator makes them: read, change, and put with the revision that was read."""

from __future__ import annotations

from typing import Any

from tests.world import Answered, Person, campaign

MERCHANT = "/admin/merchants/{merchant_id}"
OPERATOR = Person({"sub": "op", "scope": "operator"})


def edit_merchant(operator: Person, merchant_id: str, **changes: Any) -> Answered:
    """The merchant's record with `changes`; created if there is none."""
    path = {"merchant_id": merchant_id}
    read = operator.send(f"GET {MERCHANT}", path)
    revision = {"revision": read.json["revision"]} if read.status == 200 else {}
    return operator.send(f"PUT {MERCHANT}", path, body={**revision, **changes})


def allow_late_scans(late_scans_per_day: int, merchant_id: str = "diner") -> None:
    answered = edit_merchant(OPERATOR, merchant_id, late_scans_per_day=late_scans_per_day)
    assert answered.status == 200, answered.text


def register(merchant_id: str) -> None:
    """A record with the facts of the diner of `campaign()`."""
    facts = {name: value for name, value in campaign()["merchants"][0].items() if name != "merchant_id"}
    answered = edit_merchant(OPERATOR, merchant_id, **facts)
    assert answered.status == 201, answered.text
