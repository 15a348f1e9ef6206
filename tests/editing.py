"""Edits as an operator makes them: read, change, and put with the revision that was read."""

from __future__ import annotations

from typing import Any

from tests.world import Answered, Person

MERCHANT = "/admin/merchants/{merchant_id}"


def edit_merchant(operator: Person, merchant_id: str, **changes: Any) -> Answered:
    """The merchant's record with `changes`; created if there is none."""
    path = {"merchant_id": merchant_id}
    read = operator.send(f"GET {MERCHANT}", path)
    revision = {"revision": read.json["revision"]} if read.status == 200 else {}
    return operator.send(f"PUT {MERCHANT}", path, body={**revision, **changes})
