"""Which known name somebody may have meant."""

from __future__ import annotations

from coupons.spelling import did_you_mean


def test_names_that_are_alike() -> None:
    """In letters of any script and case; other digits make another name."""
    assert did_you_mean("CATERNG", ["catering", "gym"]) == "catering"
    assert did_you_mean("朝阳区区", ["朝阳区", "海淀区"]) == "朝阳区"
    assert [did_you_mean(*one) for one in (("east", ["west"]), ("shop-12", ["shop-13"]), ("pool", []))] == [None] * 3
