"""The equations of an audit: true numbers hold, a planted wrong one does not."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coupons.model.findings import BatchAudit

TRUE = BatchAudit(
    sweep="0" * 16,
    complete=True,
    quantity=10,
    remaining=3,
    claims=5,
    astray=0,
    coupons={"available": 12, "redeemed": 3},
    pack_size=3,
    reclaimed=False,
    booked=7,
    booked_on_record=-1,
    refused={"drained": 5},
)


def broken(audit: BatchAudit) -> list[str]:
    return [text for text, holds in audit.equations() if not holds]


def test_true_numbers_hold() -> None:
    """All equations hold and state their numbers; two packs are leased or stranded."""
    assert broken(TRUE) == []
    assert [text for text, _ in TRUE.equations()] == [
        "claims 5 <= quantity 10",
        "quantity 10 = remaining 3 + claims 5 + unclaimed 2, unclaimed >= 0",
        "claims 5 x 3 coupons = 12 available + 3 redeemed",
        "0 of 5 claims under another key than their person's",
    ]


@pytest.mark.parametrize(
    ("planted", "equation"),
    [
        ({"quantity": 4, "remaining": 0}, "claims 5 <= quantity 4"),
        ({"remaining": 6}, "quantity 10 = remaining 6 + claims 5 + unclaimed -1"),
        ({"coupons": {"available": 12, "redeemed": 4}}, "claims 5 x 3 coupons = 12 available + 4 redeemed"),
        ({"coupons": {}}, "claims 5 x 3 coupons = 0"),
        ({"claims": 4}, "claims 4 x 3 coupons = 12 available + 3 redeemed"),
        ({"pack_size": 2}, "claims 5 x 2 coupons"),
        ({"astray": 1}, "1 of 5 claims under another key than their person's"),
        ({"reclaimed": True}, "after the reclaim unclaimed 2 = 0"),
        ({"booked_on_record": 8}, "bookings 7 = 8 on record"),
        ({"booked_on_record": 0}, "bookings 7 = 0 on record"),
    ],
)
def test_a_planted_wrong_number_does_not_hold(planted: dict[str, object], equation: str) -> None:
    """The equation that fails states the numbers."""
    assert any(text.startswith(equation) for text in broken(replace(TRUE, **planted)))  # type: ignore[arg-type]


def test_after_a_reclaim_every_pack_is_accounted_for() -> None:
    """No pack is leased or stranded."""
    assert broken(replace(TRUE, remaining=5, reclaimed=True)) == []


def test_an_empty_batch_holds() -> None:
    """A batch without claims satisfies every equation."""
    assert broken(replace(TRUE, remaining=10, claims=0, coupons={}, reclaimed=True)) == []


@given(st.integers(0, 100), st.integers(0, 100), st.integers(0, 100), st.integers(1, 8))
def test_any_true_numbers_hold(remaining: int, claims: int, unclaimed: int, pack_size: int) -> None:
    """No false alarm."""
    quantity = remaining + claims + unclaimed
    coupons = {"available": claims * pack_size} if claims else {}
    counted = {"quantity": quantity, "remaining": remaining, "claims": claims, "coupons": coupons}
    audit = replace(TRUE, **counted, pack_size=pack_size, reclaimed=unclaimed == 0)  # type: ignore[arg-type]
    assert broken(audit) == []
