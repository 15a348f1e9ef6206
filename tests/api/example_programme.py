"""The programme of the example season, and what people do with one of its slots."""

from __future__ import annotations

from typing import Any

from coupons.model.slot_records import CheckInMark
from coupons.slots.days import slot_of
from tests.api.stage import Stage
from tests.bus import Stream
from tests.world import KEYS, Person

SLOT = {"slot_id": "kitchen-table.2020-06-07.1000"}

SMALL_PROGRAMME: dict[str, Any] = {
    "venues": [
        {
            "venue_id": "qianmen-kitchen",
            "title": {"en": "Qianmen teaching kitchen", "zh": "前门教学厨房"},
            "merchant_id": "qianmen-diner",
            "store_id": "qianmen-diner",
            "district": "dongcheng",
            "geo": "39.8996,116.3979",
            "accessible": True,
        }
    ],
    "facilities": [
        {
            "facility_id": "kitchen-table",
            "venue_id": "qianmen-kitchen",
            "title": {"en": "Kitchen table", "zh": "料理台"},
            "sport": "cooking",
            "units": 8,
            "schedule": [
                {
                    "weekdays": ["sat", "sun"],
                    "from": "09:00",
                    "to": "21:00",
                    "slot_minutes": 60,
                    "first_day": "2020-06-06",
                    "last_day": "2020-08-30",
                }
            ],
            "closed": [{"from": "2020-06-27", "to": "2020-06-28", "reason": {"en": "Repairs", "zh": "维修"}}],
            "price_minor": 6000,
            "booking_rule": "by-the-hour",
        }
    ],
    "booking_rules": [
        {
            "booking_rule_id": "by-the-hour",
            "opens_days_ahead": 7,
            "opens_at": "07:00",
            "per_person": {"upcoming_max": 4, "per_day_minutes": 120},
            "waiting_max": 20,
            "promote_until_minutes": 120,
            "cancel_until_minutes": 60,
            "check_in": {"opens_minutes_before": 30, "grace_minutes": 15},
            "no_show": {"strikes": 3, "window_days": 30, "ban_days": 14},
        }
    ],
    "activities": [
        {
            "activity_id": "noodle-festival",
            "kind": "event",
            "section_id": "coupons",
            "title": {"en": "Noodle festival", "zh": "面食节"},
            "venue_id": "qianmen-kitchen",
            "sessions": [
                {
                    "session_id": "opening",
                    "starts_at": "2020-06-06T18:00:00+08:00",
                    "ends_at": "2020-06-06T21:00:00+08:00",
                }
            ],
            "live": {
                "url": "https://example.org/live/noodles",
                "starts_at": "2020-06-06T19:00:00+08:00",
                "ends_at": "2020-06-06T20:00:00+08:00",
            },
            "banner": {"image": "noodles", "alt": {"en": "A bowl of noodles", "zh": "一碗面"}},
        }
    ],
    "incentives": {
        "program_id": "noodle-points",
        "unit_value_minor": 10,
        "expires": {"kind": "end_of_year", "years": 1},
        "budget_points": 100_000,
        "rules": [{"kind": "event", "points": 30}, {"kind": "venue_booking", "points": 10}],
        "bonuses": [{"kind": "first_of_kind", "points": 50}],
        "caps": [{"per": "day", "max": 60, "from": "2020-01-01"}],
        "partners": [
            {
                "partner_id": "qianmen-diner",
                "activity_ids": ["noodle-festival"],
                "kinds": ["event", "venue_booking"],
                "points_max": 50_000,
            }
        ],
    },
    "announcements": [
        {
            "announcement_id": "night-buses",
            "placement": "home",
            "kind": "announcement",
            "title": {"en": "Night buses run until two", "zh": "夜班公交运营至凌晨两点"},
            "link": "/help/",
            "audience": {"districts": ["dongcheng"]},
            "starts_at": "2020-06-05T08:00:00+08:00",
            "ends_at": "2020-06-08T02:00:00+08:00",
            "priority": 50,
        }
    ],
}


TONIGHT = {"slot_id": "kitchen-table.2020-06-06.1800"}


def missed(s: Stage, first: Person, second: Person, shop: Person) -> None:
    """Two book a table of the same evening, one comes; the other's strike is excused, and they come next day."""
    for person in (first, second):
        person.send("PUT /slots/{slot_id}/booking", TONIGHT, body={})
    services = s.new_services()
    slot = slot_of(services, TONIGHT["slot_id"])
    record = services.slots.get(slot)
    marked = record.marked(KEYS.person("wang-fang"), CheckInMark(b"order", slot.starts_at_s))
    assert services.slots.tries(services.slots.replace(slot, record, marked, slot.starts_at_s))
    s.clock.set("2020-06-06T20:15:30+08:00")
    s.tick()
    excused = {"person_id": "li-hua", **TONIGHT, "excused": True}
    for _ in range(2):
        s.operator().send("PUT /admin/strikes", body=excused)
    let_in(s, first, shop)


def rewarded(s: Stage, person: Person) -> None:
    """A visit of the festival's opening earns, its double does not, and one that was reported by mistake is void.

    The operator asks what the points come to.
    """
    stream = Stream(s)
    partner = Person({"sub": "diner", "scope": "partner", "merchant_id": "qianmen-diner"})
    visit = {"person_id": "li-hua", "activity_id": "noodle-festival", "session_id": "opening", "kind": "event"}
    body = {**visit, "quantity": 1, "occurred_at": "2020-06-06T18:10:00+08:00"}
    for _ in range(2):
        partner.send("PUT /points/earnings/{event_id}", {"event_id": "gate-1"}, body=body)
    for _ in range(2):
        path, why = {"event_id": "gate-2"}, {"reason": "Scanned at the exit"}
        partner.send("PUT /points/corrections/{event_id}", path, body=why)
    person.send("GET /points", query={"program_id": "noodle-points"})
    s.count(stream.records())
    asked = {"recount": "accounts", "sweep": "0123456789abcdef"}
    s.operator().send("GET /admin/programs/{program_id}/points", {"program_id": "noodle-points"}, query=asked)


def reserved(s: Stage, first: Person, second: Person, shop: Person) -> None:
    """A table is booked, waited for, given back; its merchant looks at the day, and its venue decides about it."""
    table, day = {"facility_id": "kitchen-table"}, {"day": "2020-06-07"}
    for _ in range(2):
        s.operator().send("PUT /admin/slots/{slot_id}", SLOT, body={"units": 1})
        first.send("PUT /slots/{slot_id}/booking", SLOT, body={})
    first.send("GET /slots/{slot_id}/booking", SLOT)
    first.send("POST /slots/{slot_id}/code", SLOT, body={})
    second.send("PUT /slots/{slot_id}/booking", SLOT, body={})
    for _ in range(2):
        second.send("PUT /slots/{slot_id}/waiting", SLOT, body={})
    s.clock.advance(1)
    second.send("GET /facilities/{facility_id}/slots", table, query=day)
    shop.send("GET /facilities/{facility_id}/bookings", table, query=day)
    first.send("DELETE /slots/{slot_id}/booking", SLOT)
    second.send("GET /bookings")
    second.send("DELETE /slots/{slot_id}/waiting", SLOT)


def let_in(s: Stage, person: Person, shop: Person) -> None:
    """On the day, the person shows the code of a slot, and the venue checks them in, twice."""
    slot = {"slot_id": "kitchen-table.2020-06-07.1100"}
    person.send("PUT /slots/{slot_id}/booking", slot, body={})
    s.clock.set("2020-06-07T10:55:00+08:00")
    code = person.send("POST /slots/{slot_id}/code", slot, body={}).json["code"]
    path = {**slot, "checkin_no": "20200607-0001"}
    for _ in range(2):
        shop.send("PUT /slots/{slot_id}/checkins/{checkin_no}", path, body={"code": code})
    shop.send("GET /slots/{slot_id}/checkins/{checkin_no}", path)
