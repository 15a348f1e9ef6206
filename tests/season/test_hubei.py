"""Thirty days of Hubei: each night the equations are true, and masks, medicine and money are where the books say."""

from __future__ import annotations

import pytest

from tests.season.hubei import Hubei


@pytest.mark.timeout(600)
def test_masks_medicine_and_money_of_a_month_in_hubei() -> None:
    """Two rounds by store and household, refills that are sent and come back; in the end all the rest is back."""
    month = Hubei(seed=1)
    month.play("2020-05-20T00:01:00", "2020-07-01T00:01:00", "2020-07-02T00:01:00")
    assert {"a second of a household", "a second refill", "masks collected", "refills"} <= month.told.keys()
    print(dict(month.told), f"{month.equations:,} equations")  # noqa: T201 - for `pytest -s`
