"""Live statistics: what the function `count` added, as everybody reads it."""

from __future__ import annotations

import re
from typing import Any

from tests.api.cases import case, coupon, opened
from tests.api.slot_cases import book, court, wait
from tests.api.stage import Stage
from tests.bus import Stream, record
from tests.world import Answered, a_batch, order

STATS, SEASON, PACK = "GET /campaigns/{campaign_id}/stats", {"campaign_id": "season"}, {"batch_id": "pack"}
NOTHING = {
    "bookings": 0,
    "claims": 0,
    "redemptions": 0,
    "reversals": 0,
    "discount_minor": 0,
    "merchant_match_minor": 0,
    "consumption_minor": 0,
    "slot_bookings": 0,
    "slot_waits": 0,
    "slot_promotions": 0,
    "slot_cancellations": 0,
    "no_shows": 0,
    "check_ins": 0,
    "points_earned": 0,
    "points_spent": 0,
}
USED = {
    **NOTHING,
    "claims": 1,
    "redemptions": 1,
    "discount_minor": 1000,
    "merchant_match_minor": 1000,
    "consumption_minor": 6000,
}
IN_SLOTS = {**NOTHING, "slot_bookings": 2, "slot_waits": 1, "slot_promotions": 1, "slot_cancellations": 1}
HEAD = {"campaign_id": "season", "timezone": "Asia/Shanghai", "currency": "CNY"}
AT_TEN = "2020-06-06T10:00:00+08:00"


def leave(s: Stage, name: str) -> Answered:
    return book(s, name, "DELETE")


def asked(s: Stage, **query: str) -> Answered:
    return s.citizen("anybody").send(STATS, SEASON, query=query)


@case(
    STATS,
    200,
    body={
        **HEAD,
        "by": "hour",
        "starts_at": "2020-06-05T10:00:01+08:00",
        "ends_at": "2020-06-06T10:00:01+08:00",
        "total": NOTHING,
        "rows": [],
        "seconds": [],
        "packs": [{"batch_id": "pack", "quantity": 10, "claims": 0, "left": 10}],
        "claims_as_of": None,
        "refusals_as_of": None,
    },
)
def nothing_is_counted_yet(s: Stage) -> Answered:
    return asked(opened(s))


@case(
    STATS,
    200,
    body={
        **HEAD,
        "by": "minute",
        "starts_at": "2020-06-06T09:59:00+08:00",
        "ends_at": "2020-06-06T10:01:00+08:00",
        "total": USED,
        "rows": [{"name": AT_TEN, **USED}],
        "seconds": [],
        "packs": [{"batch_id": "pack", "quantity": 10, "claims": 1, "left": 9}],
        "claims_as_of": AT_TEN,
        "refusals_as_of": None,
    },
)
def a_claim_and_its_redemption_by_minute(s: Stage) -> Answered:
    """The minute is that of the items, however often their records arrive."""
    records = used(s)
    for _ in range(2):
        s.count(records)
    return asked(s, by="minute", **{"from": "2020-06-06T09:59:00+08:00", "to": "2020-06-06T10:01:00+08:00"})


def used(s: Stage) -> list[dict[str, Any]]:
    """The records of one claim and its redemption."""
    opened(s)
    stream = Stream(s)
    _, code = coupon(s)
    assert s.merchant().redeem("o-1", code, order()).status == 201
    return stream.records()


@case(
    STATS,
    200,
    body=lambda text: '"rows":[{"bookings":0,"claims":0,"redemptions":1,' in text and '"name":"catering"}]' in text,
)
def a_redemption_by_category_after_its_hour_was_folded(s: Stage) -> Answered:
    """The record comes late, and once more after the fold; one that cannot be read is left out."""
    records = used(s)
    s.count([record({"pk": {"S": "B#pack#0"}, "sk": {"S": "CLAIM#a"}})], "another")
    s.clock.set("2020-06-06T11:10:00+08:00")
    s.restart()
    s.tick()
    s.count(records)
    s.clock.set("2020-06-06T12:10:00+08:00")
    s.restart()
    s.tick()
    s.tick()
    s.count(records)
    return asked(s, by="category")


@case(STATS, 200, body=lambda text: re.findall(r'"claims":(\d+),"redemptions":(\d+)', text)[1:] == [("1", "1")] * 3)
def a_claim_counts_for_each_funder_of_its_batch(s: Stage) -> Answered:
    """The three of the terms: each pays a part of the pack."""
    s.count(used(s))
    return asked(s, by="funder")


@case(
    STATS,
    200,
    body={
        **HEAD,
        "by": "district",
        "starts_at": AT_TEN,
        "ends_at": "2020-06-06T10:00:01+08:00",
        "total": IN_SLOTS,
        "rows": [{"name": "east", **IN_SLOTS}],
        "seconds": [],
        "packs": [{"batch_id": "pack", "quantity": 10, "claims": 0, "left": 10}],
        "claims_as_of": AT_TEN,
        "refusals_as_of": None,
    },
)
def slots_by_district(s: Stage) -> Answered:
    """Ann and Bob book the two places, Cem waits, Ann gives hers back and Cem moves up."""
    court(s)
    stream, records = Stream(s), list[dict[str, Any]]()
    for act, name in ((book, "ann"), (book, "bob"), (wait, "cem"), (leave, "ann")):
        assert act(s, name).status in (200, 201)
        records += stream.records()
    s.count(records)
    return asked(s, by="district")


@case(
    STATS,
    200,
    body={
        **HEAD,
        "by": "second",
        "starts_at": "2020-06-06T09:57:09+08:00",
        "ends_at": "2020-06-06T10:00:09+08:00",
        "total": {**NOTHING, "claims": 1},
        "rows": [],
        "seconds": [
            {"batch_id": "pack", "at": AT_TEN, "claims": 1, "refused": {}},
            {"batch_id": "pack", "at": "2020-06-06T10:00:02+08:00", "claims": 0, "refused": {"paused": 1}},
        ],
        "packs": [{"batch_id": "pack", "quantity": 10, "claims": 1, "left": 9}],
        "claims_as_of": AT_TEN,
        "refusals_as_of": "2020-06-06T10:00:02+08:00",
    },
)
def a_release_by_second(s: Stage) -> Answered:
    """A claim, and a refusal that its process wrote with a later request."""
    opened(s)
    stream, ann = Stream(s), s.citizen("ann")
    assert ann.put_claim("pack").status == 201
    s.count(stream.records())
    s.operator().send("POST /admin/batches/{batch_id}/pause", PACK, body={})
    s.clock.advance(2)
    assert s.citizen("bo").put_claim("pack").slug == "paused"
    s.operator().send("POST /admin/batches/{batch_id}/resume", PACK, body={})
    for _ in range(2):
        s.clock.advance(3)
        ann.put_claim("pack")
    return asked(s, by="second")


@case(STATS, 200, body=lambda text: '"bookings":1' in text and '"bookings":2' not in text)
def bookings_that_stand(s: Stage) -> Answered:
    """Of two bookings one is cancelled."""
    booking = {"opens_at": "2020-06-01T10:00:00+08:00", "closes_at": "2020-06-07T10:00:00+08:00"}
    opened(s, a_batch(booking=booking))
    stream = Stream(s)
    for name in ("ann", "bo"):
        s.citizen(name).send("PUT /batches/{batch_id}/booking", PACK)
    s.count(stream.records())
    s.citizen("bo").send("DELETE /batches/{batch_id}/booking", PACK)
    s.count(stream.records())
    return asked(s, by="batch")


@case(STATS, 404, "not-found", detail="No published campaign 'season'.")
def statistics_of_a_draft(s: Stage) -> Answered:
    return asked(s)


@case(
    STATS,
    400,
    "malformed",
    facts={"errors": [{"place": "query.from", "message": "is more than 86400 seconds before to"}]},
)
def more_minutes_than_a_day_has(s: Stage) -> Answered:
    return asked(opened(s), by="minute", **{"from": "2020-06-01T00:00:00+08:00"})


@case(STATS, 400, "malformed", facts={"errors": [{"place": "query.from", "message": "is not before to"}]})
def a_span_that_ends_before_it_begins(s: Stage) -> Answered:
    return asked(opened(s), **{"from": AT_TEN, "to": AT_TEN})
