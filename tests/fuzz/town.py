"""The seasons as a fuzzer needs them: a token a scope, identifiers that exist, codes that can be scanned now."""

from __future__ import annotations

import copy
import time
from typing import Any

from tests.api.example_programme import SMALL_PROGRAMME
from tests.e2e.local_stack import LocalStack
from tests.world import a_lottery, campaign

LOTS = "town-lots"
"""A lottery that was drawn before all else."""
ENTERED, ROUND_DUE = "2020-06-09T10:00:00+08:00", "2020-06-10T20:00:00+08:00"
NOON = "2020-06-12T12:00:00+08:00"
"""`special-0606` can be claimed until midnight, and `special-0613` booked."""
MORNING = "2020-06-12T08:50:00+08:00"
"""The day's first slots are booked, and people are checked in."""
DINER = "qianmen-diner"
CITIZEN = "li-hua"
PEOPLE = [f"guest-{number}" for number in range(20)]
CODE_LIFE_S = 20.0
"""A code is good for a minute of the stack's clock, which ticks in real time."""
ORDERS = [f"paid-{number}" for number in range(12)]
SEASONS = ("beijing-2020", "beijing-sports", "hubei-2020", "night-2020")
PLAYED = tuple(f"played-{number}" for number in range(12))
"""Campaigns that are declared, for programmes of their own."""
COURT = "town-court"
"""One place an hour, of `night-2020`: its slots can be booked from now on."""
HOURS = range(11, 21)
DOOR, MISSED, VISIT = "town-door", "town-door.2020-06-12.0900", "visit-1"
"""A table beside it, whose only slot of the day was over at noon; the citizen missed it, and a guest came."""

PROGRAM = "points-night-2020"
"""Its points are earned by visits of the court, which the diner reports too."""
VISITED = {"activity_id": COURT, "kind": "venue_booking"}


def slots(day: str) -> tuple[str, ...]:
    """The court's slots of a day."""
    return tuple(f"{COURT}.{day}.{hour}00" for hour in HOURS)


FREE_SLOTS, TAKEN_SLOTS, VENUES_SLOTS = slots("2020-06-13"), slots("2020-06-14"), slots("2020-06-15")
"""Those that the citizen books; those that guests have, for the waiting list; those about which the venue decides."""


def document_for(campaign_id: str) -> dict[str, Any]:
    """A small campaign of this name, whose batch no other has."""
    whole = campaign(campaign_id=campaign_id, suspended_districts=[])
    whole["batches"][0]["batch_id"] = f"pack-{campaign_id}"[:64]
    return whole


def programme_for(campaign_id: str, facility_id: str = "") -> dict[str, Any]:
    """The small programme for any campaign of that summer, with a facility that no other has."""
    whole = copy.deepcopy(SMALL_PROGRAMME)
    whole["facilities"][0]["facility_id"] = facility_id or f"court-{campaign_id}"[:47]
    whole["incentives"]["program_id"] = f"points-{campaign_id}"[:64]
    del whole["activities"][0]["section_id"]
    whole["announcements"][0]["image"] = "noodles"
    return whole


class Town:
    """A citizen with a pack, twenty more whose coupons are for the till, and a diner with twelve paid orders.

    The diner has a court too. Ten of its slots are free, and ten are taken by guests.
    """

    def __init__(self, stack: LocalStack) -> None:
        self.stack = stack
        self.beacon, self.files = self._drawn()
        """Of the lottery that the citizen has won: what drew it, and the names of its files."""
        stack.set_clock(MORNING)
        region = {"region": "beijing"}
        self.tokens = {
            # At an operator's desk, so that codes can be printed too.
            "citizen": stack.token(CITIZEN, "citizen operator", person_id=CITIZEN, **region),
            "merchant": stack.token("till", "merchant", merchant_id=DINER),
            "partner": stack.token("club", "partner", merchant_id=DINER),
            "operator": stack.token("op", "operator"),
        }
        with stack.operator() as operator:
            members = operator.send("PUT", "/admin/groups/care-2020/members", {"add": [CITIZEN]})
            assert members.status == 200, members.text
            self.seasons = {name: self._read(f"/admin/campaigns/{name}") | {"revision": None} for name in SEASONS}
            """As they were published; without their revision, as a new document has none."""
            for name in PLAYED:
                declared = operator.send("PUT", f"/admin/campaigns/{name}", document_for(name))
                assert declared.status == 201, declared.text
        self._open_court()
        self._let_in()
        stack.set_clock(NOON)
        stack.tick()
        self.coupons = self._claimed(CITIZEN)
        self._owners = {coupon: name for name in PEOPLE for coupon in self._claimed(name)}
        self._codes: dict[str, tuple[str, float]] = {}
        self.kept = {"PUT hold": [f"held-{n}" for n in range(20)], "PUT redemption": [f"sold-{n}" for n in range(20)]}
        """Order numbers by what is done with them; each has a coupon of its own, so a repeat is a repeat."""
        numbers = ["", *ORDERS, *(number for kept in self.kept.values() for number in kept)]
        self._of = dict(zip(numbers, self._owners, strict=False))
        with stack.merchant(DINER) as till:
            for order_no in ORDERS:
                paid = till.redeem(order_no, self.code_for(order_no), self.order())
                assert paid.status == 201, paid.text

    def _drawn(self) -> tuple[dict[str, Any], tuple[str, ...]]:
        """The citizen alone entered; the schedule commits the list, and signs its round by the test chain."""
        self.stack.set_clock(ENTERED)
        window = {"opens_at": "2020-06-08T00:00:00+08:00", "closes_at": "2020-06-10T00:00:00+08:00"}
        lots = a_lottery(
            LOTS,
            booking=window,
            draw={"at": ROUND_DUE},
            opens_at="2020-06-11T10:00:00+08:00",
            closes_at="2020-06-14T10:00:00+08:00",
        )
        self.stack.publish(campaign(lots, campaign_id=LOTS))
        with self.stack.citizen(CITIZEN) as citizen:
            assert citizen.send("PUT", f"/batches/{LOTS}/booking", {}).status == 201
        for moment in ("2020-06-10T00:01:00+08:00", "2020-06-10T20:01:00+08:00"):
            self.stack.set_clock(moment)
            for _ in range(3):
                self.stack.tick()
                self.stack.advance(2)
        draw = self._read(f"/batches/{LOTS}/draw")
        assert draw["state"] == "drawn", draw
        return {name: draw["beacon"][name] for name in ("round", "signature")}, tuple(
            one["name"] for one in draw["files"]
        )

    def code_for(self, order_no: str) -> str:
        """Of the coupon that is kept for this order; of one that is only quoted, if none is."""
        return self.code(self._of.get(order_no, self._of[""]))

    def code(self, coupon_id: str) -> str:
        """One that is good for half a minute more."""
        code, until_s = self._codes.get(coupon_id, ("", 0.0))
        if time.monotonic() >= until_s:
            with self.stack.citizen(self._owners[coupon_id]) as owner:
                code = owner.send("POST", f"/coupons/{coupon_id}/code", {}).json["code"]
            self._codes[coupon_id] = (code, time.monotonic() + CODE_LIFE_S)
        return code

    def visit_code(self) -> str:
        """Of the guest who was checked in: with it a check-in is repeated."""
        with self.stack.citizen(PEOPLE[1]) as guest:
            return str(guest.send("POST", f"/slots/{MISSED}/code", {}).json["code"])

    def order(self) -> dict[str, Any]:
        """200.00 and more at the diner: each of the three coupons fits."""
        total_minor = 30_000
        item = {"sku": "meal", "category": "meal", "tags": [], "price_minor": total_minor, "quantity": 1}
        place = {"store_id": DINER, "channel": "offline", "region": "beijing"}
        return {"total_minor": total_minor, **place, "items": [item]}

    def revision(self, campaign_id: str) -> int | None:
        """Of the campaign's programme; None before its first."""
        found: int | None = self._read(f"/admin/campaigns/{campaign_id}/programme").get("revision")
        return found

    def _read(self, path: str) -> dict[str, Any]:
        with self.stack.operator() as operator:
            return dict(operator.send("GET", path).json)

    def _open_court(self) -> None:
        """The court's programme is there, and a guest has each slot of the second day."""
        programme = programme_for("night-2020", COURT)
        [court], [rule] = programme["facilities"], programme["booking_rules"]
        door = copy.deepcopy(court) | {"facility_id": DOOR, "closed": []}
        today = MISSED.split(".")[1]
        door["schedule"][0] |= {"weekdays": ["fri"], "to": "10:00", "first_day": today, "last_day": today}
        programme["facilities"].append(door)
        court |= {"units": 1, "closed": []}
        [row] = court["schedule"]
        row |= {"weekdays": ["sat", "sun", "mon"], "first_day": "2020-06-13", "last_day": "2020-06-15"}
        rule["per_person"] = {"upcoming_max": 50}
        programme["activities"], programme["announcements"] = [], []
        programme["incentives"]["partners"][0]["activity_ids"] = []
        with self.stack.operator() as operator:
            created = operator.send("PUT", "/admin/campaigns/night-2020/programme", programme)
            assert created.status == 201, created.text
        with self.stack.citizen(PEOPLE[0]) as guest:
            for slot_id in TAKEN_SLOTS:
                booked = guest.send("PUT", f"/slots/{slot_id}/booking", {})
                assert booked.status == 201, booked.text

    def _let_in(self) -> None:
        """The citizen and a guest have the morning's slot, and the guest is checked in."""
        for name in (CITIZEN, PEOPLE[1]):
            with self.stack.citizen(name) as person:
                assert person.send("PUT", f"/slots/{MISSED}/booking", {}).status == 201
        with self.stack.merchant(DINER) as till:
            came = till.send("PUT", f"/slots/{MISSED}/checkins/{VISIT}", {"code": self.visit_code()})
            assert came.status == 201, came.text

    def _claimed(self, name: str) -> list[str]:
        with self.stack.citizen(name) as citizen:
            claim = citizen.claim("special-0606")
        assert claim.status in (200, 201), claim.text
        return [coupon["coupon_id"] for coupon in claim.json["coupons"]]
