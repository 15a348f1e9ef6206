"""Coupon Season: claim, redeem and expire coupons with DynamoDB conditional writes.

`functions/README.md` draws the rooms of this package and the allowed imports between them.
"""
