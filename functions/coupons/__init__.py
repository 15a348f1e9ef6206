"""Coupon Season: claim, redeem and expire coupons with DynamoDB conditional writes.

`functions/README.md` draws the rooms of this package and the allowed imports between them.
"""

import gc

gc.set_threshold(50_000)
"""Objects between two searches for garbage. At Python's 700 a cold start searches 70 times through what it loads, all
of which stays. Guarded by tests/unit/test_cold_start.py::test_a_cold_start_hardly_searches_for_garbage."""
