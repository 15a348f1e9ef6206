"""Audits: count everything again from the stored items, and compare."""
