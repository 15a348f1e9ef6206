"""Limits that count packs or uses, counted anew: by person or household, and by period."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from typing import Any

from coupons.times import day_of
from infra.playing.oracle import Document


class Rations:
    """Raises AssertionError at one too many."""

    def __init__(self, document: Document) -> None:
        self._limits = [one for one in document.get("limits", []) if one["kind"] == "count"]
        self._timezone = str(document["timezone"])
        self._taken: Counter[tuple[str, str, str]] = Counter()

    def claimed(self, claims: dict[str, str], batch: Document, now_s: int) -> None:
        """A pack. A token that names no household is not counted by a household's limit."""
        for limit in self._of(batch, "claims"):
            party = claims.get("household_id") if limit["per"] == "household" else claims["person_id"]
            if party:
                self._count(limit, party, now_s, 1)

    def used(self, name: str, batch: Document, moment_s: int, *, times: int = 1) -> None:
        """A coupon; `times` -1: a reversal undid the use."""
        for limit in self._of(batch, "redemptions"):
            self._count(limit, name, moment_s, times)

    def _count(self, limit: Document, party: str, moment_s: int, times: int) -> None:
        at = (limit["limit_id"], party, _period(limit["period"], day_of(moment_s, self._timezone)))
        self._taken[at] += times
        assert self._taken[at] <= limit["packs_max"], f"{at} has {self._taken[at]} of {limit['packs_max']}"

    def _of(self, batch: Document, counted: str) -> list[Document]:
        mine = batch.get("limits") or []
        return [one for one in self._limits if one["limit_id"] in mine and one.get("counts", "claims") == counted]


def _period(period: Any, day: date) -> str:
    """The first day of the period that the day is in."""
    if isinstance(period, dict):
        first = date.fromisoformat(str(period["from"]))
        return str(day - timedelta(days=(day - first).days % period["days"]))
    first_days = {"campaign": "all", "month": str(day.replace(day=1)), "day": str(day)}
    return first_days.get(period) or str(day - timedelta(days=day.weekday()))
