"""A merchant's own record: the body of `PUT /admin/merchants/{id}`."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from coupons.model.merchants import MerchantEdit, MerchantRecord
from tests.world import campaign, parsed


def test_a_merchants_stores_are_distinct_in_its_own_record_too() -> None:
    """The body of PUT /admin/merchants/{id} follows the document's rule: a store id names one region."""
    record = {"title": "D", "category": "c", "channels": ["offline"]}
    stores = [{"store_id": "s", "region": "a"}, {"store_id": "s", "region": "b"}]
    assert MerchantRecord.model_validate({**record, "stores": stores[:1]})
    with pytest.raises(ValidationError, match="appears twice"):
        MerchantRecord.model_validate({**record, "stores": stores})


@pytest.mark.parametrize(("late_scans", "fits"), [(-1, False), (0, True), (1_000, True), (1_001, False), (True, False)])
def test_late_scans_are_the_records_word_alone(late_scans: int, fits: bool) -> None:
    """Up to a thousand a day, and none by default; a campaign document cannot set it."""
    record = {**campaign()["merchants"][0], "late_scans_per_day": late_scans}
    with pytest.raises(ValidationError, match="late_scans_per_day"):
        parsed(campaign(merchants=[record]))
    del record["merchant_id"]
    if fits:
        assert MerchantRecord.model_validate(record).late_scans_per_day == late_scans
    else:
        with pytest.raises(ValidationError, match="late_scans_per_day"):
            MerchantRecord.model_validate(record)
    del record["late_scans_per_day"]
    assert MerchantRecord.model_validate(record).late_scans_per_day == 0


@pytest.mark.parametrize("name", sorted(MerchantEdit.model_fields))
def test_null_is_as_absent_in_an_edit(name: str) -> None:
    """A null changes nothing; only an empty list empties."""
    facts = {name: value for name, value in campaign()["merchants"][0].items() if name != "merchant_id"}
    withheld = [{"day": "2020-06-06", "reason": "no goods"}]
    more = {"tags": ["noodles"], "campaigns": ["season"], "withheld": withheld, "suspended": True}
    existing = MerchantRecord.model_validate({**facts, **more, "late_scans_per_day": 3, "revision": 2})
    assert MerchantEdit.model_validate({name: None}).merged(existing) == existing
    if name in ("tags", "campaigns", "withheld"):
        assert getattr(MerchantEdit.model_validate({name: []}).merged(existing), name) == []
