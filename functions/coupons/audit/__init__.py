"""Recount everything from the items."""
