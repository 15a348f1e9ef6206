"""Points: partners report visits, some late, twice or corrected; who has enough buys a pack with them."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from functools import partial

from coupons.times import DAY_S, day_of, rfc3339
from infra.playing.books import Books
from infra.playing.cast import Cast
from infra.playing.diary import Diary
from infra.playing.gateway import Person, seconds
from infra.playing.oracle import Document
from infra.playing.stack import Stack

A_DAY = 4
"""Per cent of the people whom a partner reports each day, at most MOST of them."""
MOST = 60
TWICE, CORRECTED = 10, 5


class Visits:
    """`tally`: what became of the reports."""

    def __init__(self, stack: Stack, books: Books, cast: Cast, diary: Diary) -> None:
        self._stack, self._books, self._cast, self._diary = stack, books, cast, diary
        self._number = 0
        self.tally: Counter[str] = Counter()

    def appoint(self, first: date, last: date) -> None:
        """Of partners whose activities were visited without a slot."""
        incentives = (self._cast.programme or {}).get("incentives") or {}
        activities = {one["activity_id"]: one for one in (self._cast.programme or {}).get("activities", [])}
        for number in range((last - first).days + 1):
            day = first + timedelta(days=number)
            for partner in incentives.get("partners", []):
                for activity_id in partner.get("activity_ids", []):
                    kind = activities[activity_id].get("points_kind") or "attendance"
                    if kind in partner["kinds"]:
                        self._see(day, partner["partner_id"], activity_id, kind)

    def _see(self, day: date, partner_id: str, activity_id: str, kind: str) -> None:
        rng = self._stack.rng
        for _ in range(min(max(len(self._cast.residents) * A_DAY // 100, 1), MOST)):
            self._number += 1
            name, event_id = rng.choice(self._cast.residents).name, f"e-{self._number}"
            seen_s = seconds(f"{day}T12:00:00+00:00") + rng.randrange(3_600)
            body = {"person_id": name, "activity_id": activity_id, "session_id": f"s-{self._number}", "kind": kind}
            body |= {"occurred_at": rfc3339(seen_s, str(self._cast.document["timezone"]))}
            report = {**body, "quantity": rng.choice([1, 1, 2, 4])}
            for _ in range(2 if self._stack.chance(TWICE) else 1):
                late_s = rng.choice([60, 60, 60, DAY_S, 9 * DAY_S])
                self._stack.at(seen_s + late_s, partial(self._report, partner_id, event_id, report))
            if self._stack.chance(CORRECTED):
                self._stack.at(seen_s + rng.choice([0, 1, 4]) * DAY_S, partial(self._correct, partner_id, event_id))

    def _report(self, partner_id: str, event_id: str, body: Document) -> None:
        path = {"event_id": event_id}
        told = self._stack.ask(_partner(partner_id), "PUT /points/earnings/{event_id}", path, body)
        if told.status >= 300:
            self.tally[f"refused: {told.reason}"] += 1
            return
        today = day_of(self._stack.now_s, str(self._cast.document["timezone"]))
        self._books.points.heard(f"{partner_id}.{event_id}", body, told.json, today)
        if told.status == 200:
            self.tally["repeated"] += 1
        elif told.json["admitted"]:
            self.tally["admitted"] += 1
            words = f"earned {told.json['points']} points at {body['activity_id']}"
            self._diary.note(body["person_id"], self._stack.now_s, words)
        else:
            self.tally[f"not admitted: {told.json['reason']}"] += 1

    def _correct(self, partner_id: str, event_id: str) -> None:
        """It may come before its report."""
        path, why = {"event_id": event_id}, {"reason": "not there"}
        told = self._stack.ask(_partner(partner_id), "PUT /points/corrections/{event_id}", path, why)
        assert told.status < 300, f"{partner_id} {event_id}: {told.text}"
        self._books.points.corrected(f"{partner_id}.{event_id}")
        self.tally["corrected"] += 1


def _partner(partner_id: str) -> Person:
    return Person({"sub": partner_id, "scope": "partner", "merchant_id": partner_id})
