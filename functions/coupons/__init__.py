"""Coupon Season: release, claim, verify and expire coupons with DynamoDB conditional writes.

Dependencies point one way: handler → operation → domain; `stores` alone know DynamoDB, `api` alone knows HTTP events.
"""
