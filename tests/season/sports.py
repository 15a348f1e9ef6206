"""August 2022 on the sports platform: courts, points and what they buy, with the month's own books of all three."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import date, timedelta
from typing import Any

from tests.season.month import Month
from tests.season.points_book import RULES, PointsBook
from tests.world import Answered, order

HALL, POOL, JD = "east-gate-badminton", "north-lake-pool", "jd-sports"
COURT, PROGRAM, SWIM = "east-gate-court", "beijing-sports-points", "points-swim-pass"
PEOPLE = [f"p{number:02}" for number in range(20)]
HOURS = ("0900", "1000", "1100")
UNITS = 3
"""So that people wait."""
REPORTS = {
    # Partner → what it reports: activity and kind.
    JD: (("street-basketball", "event"), ("open-run-0808", "attendance"), ("online-rope-skipping", "event")),
    POOL: (("swimming-course", "training"),),
}
LATE_DAYS = 7
VOIDED_ON = date(2022, 8, 26)
"""The pool closes: passes that nobody used are void."""
BOOKING, CLAIM = "/slots/{slot_id}/booking", "PUT /batches/{batch_id}/claim"


class Sports(Month):
    campaign_id, region, first = "beijing-sports", "beijing", date(2022, 8, 1)

    def __init__(self, seed: int) -> None:
        super().__init__(seed)
        self.points = PointsBook()
        self.visits = Counter[str]()
        """Day → check-ins at the court."""
        self.strikes: dict[str, set[str]] = defaultdict(set)
        self._post: dict[date, list[tuple[str, str, dict[str, Any] | None]]] = defaultdict(list)
        """Day on which they arrive → reports and corrections: partner, event, body; None: a correction."""
        self._corrected, self._reported = set[str](), set[str]()
        self._swims: dict[str, str] = {}
        """Person → `held`, `used`, `void`."""
        self._number = 0

    def live(self, day: date) -> None:
        self.at(day, "07:00:00")
        self._book(day + timedelta(days=7))
        self._let_in(day)
        self._report(day)
        self._swim(day)
        self.tick(day, "21:16:00")
        self._missed(day)

    # Courts

    def _book(self, day: date) -> None:
        """Three courts an hour; who finds none free waits, and a few give theirs back."""
        if str(day) in ("2022-08-20", "2022-08-21"):
            assert self._put("p00", f"{COURT}.{day}.0900").slug == "not-found", "the floor is new on these days"
            return
        for hour in HOURS:
            slot_id = f"{COURT}.{day}.{hour}"
            assert self.operator("PUT /admin/slots/{slot_id}", {"slot_id": slot_id}, {"units": UNITS}).status == 200
            names = self.rng.sample(PEOPLE, 5)
            for name in names:
                answer = self._put(name, slot_id)
                if answer.slug == "full":
                    self._put(name, slot_id, "waiting")
                assert answer.slug in ("", "full") or answer.json["reason"] in ("banned", "quota"), answer.text
                self.told[f"asked for a court: {answer.slug or 'booked'}"] += 1
            if self.chance(50):
                self.citizen(names[0], f"DELETE {BOOKING}", {"slot_id": slot_id})

    def _put(self, name: str, slot_id: str, what: str = "booking") -> Answered:
        return self.citizen(name, f"PUT /slots/{{slot_id}}/{what}", {"slot_id": slot_id}, {})

    def _let_in(self, day: date) -> None:
        """Four of five come; some of their visits are undone at once."""
        booked: dict[str, list[str]] = {}
        for hour in HOURS:
            self.at(day, f"{int(hour[:2]) - 1:02}:55:00")
            slot_id = f"{COURT}.{day}.{hour}"
            booked[slot_id] = [name for name in PEOPLE if self._is_booked(name, slot_id)]
            assert len(booked[slot_id]) <= UNITS, slot_id
            for name in booked[slot_id]:
                if self.chance(80):
                    self._arrive(name, slot_id, day)
                else:
                    self.strikes[name].add(slot_id)
        if not self.visits[str(day)]:  # the hall let nobody in
            for slot_id, names in booked.items():
                for name in names:
                    self.strikes[name].discard(slot_id)

    def _is_booked(self, name: str, slot_id: str) -> bool:
        answer = self.citizen(name, f"GET {BOOKING}", {"slot_id": slot_id})
        return answer.status == 200 and answer.json["status"] == "booked"

    def _arrive(self, name: str, slot_id: str, day: date) -> None:
        code = self.citizen(name, "POST /slots/{slot_id}/code", {"slot_id": slot_id}, {}).json["code"]
        path = {"slot_id": slot_id, "checkin_no": f"{name}-{slot_id[-9:]}"}
        came = self.merchant(HALL, "PUT /slots/{slot_id}/checkins/{checkin_no}", path, {"code": code})
        assert came.status == 201, came.text
        is_free = str(day) == "2022-08-08"
        paid = (came.json["subsidy_minor"], came.json["payable_minor"])
        assert paid == ((6_000, 0) if is_free else (3_000, 3_000)), came.text
        self.filed(HALL, came)
        self.visits[str(day)] += 1
        self.points.visits[name][slot_id] = ("venue_booking", str(day), 1)
        if self.chance(8):
            undo, body = {"order_no": path["checkin_no"], "reversal_no": "r-1"}, {"amount_minor": paid[1]}
            undone = self.merchant(HALL, "PUT /orders/{order_no}/reversals/{reversal_no}", undo, body)
            assert undone.status == 201, undone.text
            self.filed(HALL, undone, -1)
            del self.points.visits[name][slot_id]
            self.told["check-ins undone"] += 1

    def _missed(self, day: date) -> None:
        """Each person reads their strikes; now and then one is excused, and then counts again."""
        for name in self.rng.sample(PEOPLE, 5):
            told = self.citizen(name, "GET /bookings").json["strikes"]
            assert {one["slot_id"] for one in told} == self.strikes[name], (name, day)
            if told and self.chance(30):
                body = {"person_id": name, "slot_id": told[0]["slot_id"], "excused": not told[0]["excused"]}
                assert self.operator("PUT /admin/strikes", None, body).status == 200
                self.told["strikes excused, or counted again"] += 1

    # Points

    def _report(self, day: date) -> None:
        """What partners saw today comes now or in the next ten days, now and then twice, or with its correction."""
        for partner, activities in REPORTS.items():
            for name in self.rng.sample(PEOPLE, 8):
                activity_id, kind = self.rng.choice(activities)
                self._number += 1
                event, session = f"e-{self._number}", f"s-{self._number}"
                quantity = self.rng.choice([1, 1, 2, 4])
                body = {"person_id": name, "activity_id": activity_id, "session_id": session, "kind": kind}
                body |= {"quantity": quantity, "occurred_at": f"{day}T11:30:00+08:00"}
                for _ in range(2 if self.chance(20) else 1):
                    self._post[day + timedelta(days=self.rng.choice([0, 0, 0, 1, 3, 9]))].append((partner, event, body))
                if self.chance(12):
                    self._post[day + timedelta(days=self.rng.choice([0, 1, 4]))].append((partner, event, None))
        self.at(day, "12:00:00")
        due = self._post.pop(day, [])
        self.rng.shuffle(due)
        for one in due:
            self._send(*one, day)

    def _send(self, partner: str, event: str, body: dict[str, Any] | None, day: date) -> None:
        path, key = {"event_id": event}, f"{partner}.{event}"
        if body is None:
            told = self.partner(partner, "PUT /points/corrections/{event_id}", path, {"reason": "not there"})
            assert told.status in (200, 201), told.text
            for mine in self.points.visits.values():
                mine.pop(key, None)
            self._corrected.add(key)
            self.told["visits corrected"] += 1
            return
        told = self.partner(partner, "PUT /points/earnings/{event_id}", path, body)
        assert told.status == (200 if key in self._reported else 201), told.text
        visited = date.fromisoformat(body["occurred_at"][:10])
        if key not in self._reported:
            is_late, is_void = (day - visited).days > LATE_DAYS, key in self._corrected
            reason = "late" if is_late else "voided" if is_void else None
            assert told.json["admitted"] == (reason is None), told.text
            assert reason is None or (told.json["reason"], told.json["points"]) == (reason, 0), told.text
            self.told[f"visits reported: {reason or 'admitted'}"] += 1
            if reason is None:
                assert body["kind"] in RULES
                self.points.visits[body["person_id"]][key] = (body["kind"], str(visited), body["quantity"])
        self._reported.add(key)

    def _swim(self, day: date) -> None:
        """Who has 500 points buys a swim, from the 8th at ten on; half of them go at once."""
        for name in self.rng.sample(PEOPLE, 6):
            has, answer = self.points.balance(name), self.citizen(name, CLAIM, {"batch_id": SWIM}, {})
            if day < date(2022, 8, 8):
                assert answer.slug == "not-open", answer.text
            elif day > VOIDED_ON:
                assert answer.slug == "stopped", answer.text
            elif name in self._swims:
                assert answer.status == 200, answer.text
            elif has >= 500:
                assert answer.status == 201, answer.text
                self._swims[name] = "held"
                self.points.spent[name] += 500
                self.told["swims for points"] += 1
            else:
                assert (answer.slug, answer.json["balance"], answer.json["price"]) == ("insufficient-points", has, 500)
        for name, state in list(self._swims.items()):
            if state == "held" and self.chance(30):
                self._use_the_pass(name, day)
        if day == VOIDED_ON:
            self._void()

    def _use_the_pass(self, name: str, day: date) -> None:
        item = {"sku": "swim-pass-single", "category": "visit", "tags": [], "price_minor": 5_000, "quantity": 1}
        body = {"code": self.code(name, SWIM), "order": order(5_000, store_id=POOL, items=[item])}
        path = {"order_no": f"swim-{name}"}
        used = self.merchant(POOL, "PUT /orders/{order_no}/redemption", path, body)
        assert (used.status, used.json["payable_minor"]) == (201, 0), used.text
        self.filed(POOL, used)
        self._swims[name] = "used"

    def _void(self) -> None:
        path = {"batch_id": SWIM}
        assert self.operator("POST /admin/batches/{batch_id}/stop", path, {"issued": "void"}).status == 200
        for name, state in self._swims.items():
            if state == "held":
                self._swims[name] = "void"
                self.points.spent[name] -= 500
                self.told["passes voided"] += 1

    # The reckoning

    def reckon(self, day: date) -> None:
        super().reckon(day)
        self._points_of_all()
        told = self.merchant(HALL, "GET /settlements/{day}", {"day": str(day)}).json
        assert sum(one["visits"] for one in told["uses"]) == self.visits[str(day)], told

    def _points_of_all(self) -> None:
        """Each person's entries, lots and debt; all accounts together are the liability, which is counted apart."""
        lots, debts = Counter[str](), 0
        for name in PEOPLE:
            shown, entries = self._account(name)
            assert shown["balance"] == self.points.balance(name), (name, shown)
            assert sum(one["points"] for one in entries) == shown["balance"], (name, shown)
            assert sum(one["points"] for one in shown["by_expiry"]) == shown["balance"] + shown["debt"], shown
            assert not (shown["debt"] and shown["by_expiry"]), "debt beside points"
            earned = sum(one["points"] for one in entries if one["kind"] in ("earn", "correct"))
            assert earned == self.points.earned(name), (name, shown)
            lots.update({one["expires_at"]: one["points"] for one in shown["by_expiry"]})
            debts += shown["debt"]
        path = {"program_id": PROGRAM}
        told = self.operator("GET /admin/programs/{program_id}/points", path, recount="accounts", sweep="a" * 16).json
        assert {one["expires_at"]: one["points"] for one in told["liability"]} == dict(lots), told
        assert all(one["amount_minor"] == 10 * one["points"] for one in told["liability"]), told
        assert (told["debt"], told["earned"] - told["spent"]) == (debts, sum(map(self.points.balance, PEOPLE))), told
        self._hold(told["audit"])
        assert [one for one in told["equations"] if not one["holds"]] == [], told

    def _account(self, name: str) -> tuple[dict[str, Any], list[dict[str, Any]]]:
        """As shown, and the entries of all pages."""
        query, entries = {"program_id": PROGRAM}, list[dict[str, Any]]()
        while True:
            shown = self.world.citizen(name).send("GET /points", query=query).json
            entries += shown["entries"]
            if shown["cursor"] is None:
                return shown, entries
            query["cursor"] = shown["cursor"]
