"""What an order must state, and the store at which it must be placed."""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.model.test_assessment import judge, till
from tests.world import order

PRESCRIPTION = {"prescription_no": "7", "pharmacist_id": "li"}
AT_THE_DINER = {"merchants": ["diner"], "stores": ["diner"]}
ELSEWHERE = {"merchants": ["diner"], "stores": ["second"]}
REASONS: dict[str, tuple[dict[str, Any], dict[str, Any], tuple[str, ...]]] = {
    "store of the terms": ({"scope": AT_THE_DINER}, {}, ()),
    "another store of the merchant": ({"scope": ELSEWHERE}, {}, ("merchant",)),
    "neither its merchant nor its store": ({"scope": {**ELSEWHERE, "merchants": ["cafe"]}}, {}, ("merchant",)),
    "what must be stated": ({"requires": ["fulfilment", "evidence"]}, {}, ("fulfilment", "evidence")),
    "one of both is stated": ({"requires": ["evidence", "fulfilment"]}, {"evidence": PRESCRIPTION}, ("fulfilment",)),
    "both are stated": (
        {"requires": ["evidence", "fulfilment"]},
        {"evidence": PRESCRIPTION, "fulfilment": {"mode": "pickup", "ref": "shelf 3"}},
        (),
    ),
    "nothing off, but what must be stated says why already": (
        {"requires": ["evidence"], "discount": {"kind": "exchange", "sku": "tea", "title": "Tea", "value_minor": 1}},
        {"items": [{"sku": "tea", "category": "meal", "tags": [], "price_minor": 0, "quantity": 1}]},
        ("evidence",),
    ),
}


@pytest.mark.parametrize(("term", "what", "reasons"), REASONS.values(), ids=REASONS)
def test_every_reason_is_given(term: dict[str, Any], what: dict[str, Any], reasons: object) -> None:
    """In the order of the terms, after those of place and time."""
    assert judge(term, {**order(), **what}, till()).reasons == reasons
