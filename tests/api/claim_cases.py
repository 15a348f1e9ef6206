"""Claim, wallet, code."""

from __future__ import annotations

from tests.api.booking_cases import bookable
from tests.api.cases import FIRST, REPLAY, case, coupon, opened
from tests.api.stage import Stage
from tests.world import OPENING, Answered, Person, a_batch

PACK = {"batch_id": "pack"}
ANNS = "AWxrKPqrYdOWoE2hSsmovtR8CygvawqNS3hRCnfxSaya8se4yPs"
"""The id of Ann's coupon of `pack`; sealing is deterministic."""
COUPON = {
    "coupon_id": ANNS,
    "batch_id": "pack",
    "terms_id": "ten-off",
    "title": "10 off 50",
    "status": "available",
    "valid_from": OPENING,
    "expires_at": "2020-06-20T10:00:00+08:00",
    "held_until": None,
    "used": None,
}
CLAIM = {"batch_id": "pack", "claimed_at": OPENING, "coupons": [COUPON]}


@case("PUT /batches/{batch_id}/claim", 201, body=CLAIM, headers=FIRST)
def the_first_claim(s: Stage) -> Answered:
    return opened(s).citizen("ann").put_claim("pack")


@case("PUT /batches/{batch_id}/claim", 201, body=CLAIM, headers=FIRST)
def a_claim_without_a_body(s: Stage) -> Answered:
    return opened(s).citizen("ann").send("PUT /batches/{batch_id}/claim", PACK)


@case("PUT /batches/{batch_id}/claim", 200, body=CLAIM, headers=REPLAY)
def the_same_claim_a_minute_later(s: Stage) -> Answered:
    opened(s).citizen("ann").put_claim("pack")
    s.clock.advance(60)
    return s.citizen("ann").put_claim("pack")


@case("PUT /batches/{batch_id}/claim", 200, body=CLAIM, headers=REPLAY)
def the_second_account_of_one_person(s: Stage) -> Answered:
    opened(s).citizen("ann").put_claim("pack")
    return s.citizen("ann-at-work", person_id="ann").put_claim("pack")


@case("PUT /batches/{batch_id}/claim", 404, "not-found", detail="No published batch 'none'.")
def claiming_what_is_not_there(s: Stage) -> Answered:
    return s.citizen("ann").put_claim("none")


@case(
    "PUT /batches/{batch_id}/claim",
    409,
    "not-open",
    facts={"opens_at": OPENING, "retry_after_s": range(1, 4)},
    detail="'pack' has not opened.",
)
def claiming_in_the_last_second_before(s: Stage) -> Answered:
    opened(s).clock.advance(-1)
    return s.citizen("ann").put_claim("pack")


@case(
    "PUT /batches/{batch_id}/claim",
    409,
    "closed",
    facts={"closed_at": "2020-06-07T10:00:00+08:00"},
    detail="'pack' has closed.",
)
def claiming_at_the_second_of_its_end(s: Stage) -> Answered:
    opened(s).clock.set("2020-06-07T10:00:00+08:00")
    return s.citizen("ann").put_claim("pack")


def operated(s: Stage, action: str) -> Answered:
    """An operator's action is in force within two seconds, also where the batch was just read."""
    opened(s).citizen("bob").put_claim("pack")
    s.operator().send("POST /admin/batches/{batch_id}/" + action, PACK, body={})
    s.clock.advance(2)
    return s.citizen("ann").put_claim("pack")


@case("PUT /batches/{batch_id}/claim", 409, "paused", detail="'pack' is paused by its operator.")
def claiming_while_paused(s: Stage) -> Answered:
    return operated(s, "pause")


@case("PUT /batches/{batch_id}/claim", 409, "stopped", detail="'pack' was stopped by its operator.")
def claiming_once_stopped(s: Stage) -> Answered:
    return operated(s, "stop")


@case("PUT /batches/{batch_id}/claim", 403, "not-eligible", facts={"reason": "region"})
def claiming_from_another_region(s: Stage) -> Answered:
    opened(s, a_batch(eligibility={"regions": ["beijing"]}))
    return s.citizen("ann", region="hubei").put_claim("pack")


@case("PUT /batches/{batch_id}/claim", 201, body=CLAIM)
def claiming_without_a_region_counts_as_eligible(s: Stage) -> Answered:
    return opened(s, a_batch(eligibility={"regions": ["beijing"]})).citizen("ann").put_claim("pack")


@case("PUT /batches/{batch_id}/claim", 403, "not-eligible", facts={"reason": "group"})
def claiming_outside_the_group(s: Stage) -> Answered:
    return opened(s, a_batch(eligibility={"group_id": "nurses"})).citizen("ann").put_claim("pack")


@case("PUT /batches/{batch_id}/claim", 201, body=CLAIM)
def claiming_as_a_member(s: Stage) -> Answered:
    opened(s, a_batch(mode="granted", eligibility={"group_id": "nurses"}))
    s.operator().send("PUT /admin/groups/{group_id}/members", {"group_id": "nurses"}, body={"add": ["ann"]})
    return s.citizen("ann").put_claim("pack")


LIMIT = {"kind": "count", "limit_id": "one", "per": "household", "period": "week", "packs_max": 1}


@case("PUT /batches/{batch_id}/claim", 201, body=CLAIM)
def claiming_the_first_of_a_household(s: Stage) -> Answered:
    opened(s, a_batch(limits=["one"]), limits=[LIMIT])
    return s.citizen("ann", household_id="h1").put_claim("pack")


@case(
    "PUT /batches/{batch_id}/claim",
    403,
    "not-eligible",
    facts={"reason": "limit", "until": "2020-06-08T00:00:00+08:00"},
    detail="Your household has claimed 1 of 1 packs a week.",
)
def claiming_the_second_of_a_household(s: Stage) -> Answered:
    claiming_the_first_of_a_household(s)
    return s.citizen("bob", household_id="h1").put_claim("pack")


HOUSEHOLDS = {"eligibility": {"requires": ["household"]}}
NO_HOUSEHOLD = "This batch is for people whose token names their household."


@case("PUT /batches/{batch_id}/claim", 403, "not-eligible", facts={"reason": "household"}, detail=NO_HOUSEHOLD)
def claiming_without_the_household_it_takes(s: Stage) -> Answered:
    return opened(s, a_batch(**HOUSEHOLDS)).citizen("ann").put_claim("pack")


@case("PUT /batches/{batch_id}/claim", 201, body=CLAIM)
def claiming_with_the_household_it_takes(s: Stage) -> Answered:
    return opened(s, a_batch(**HOUSEHOLDS)).citizen("ann", household_id="h1").put_claim("pack")


@case("PUT /batches/{batch_id}/claim", 403, "not-eligible", facts={"reason": "booking-required"})
def claiming_without_the_booking_it_takes(s: Stage) -> Answered:
    return bookable(s, OPENING, required=True).citizen("ann").put_claim("pack")


@case(
    "PUT /batches/{batch_id}/claim",
    409,
    "already-claimed-group",
    facts={"claimed_batch_id": "pack"},
    detail="You hold 'pack', another batch of the same exclusive group.",
)
def claiming_the_second_of_an_exclusive_group(s: Stage) -> Answered:
    opened(s, a_batch(exclusive_group="either"), a_batch("other", exclusive_group="either"))
    s.citizen("ann").put_claim("pack")
    return s.citizen("ann").put_claim("other")


@case(
    "PUT /batches/{batch_id}/claim",
    409,
    "drained",
    facts={"returns_at": "2020-06-06T10:02:00+08:00", "retry_after_s": range(120, 150)},
    detail="All packs are handed out; those that were not claimed return then.",
)
def claiming_when_all_are_handed_out(s: Stage) -> Answered:
    opened(s, a_batch(quantity=1)).citizen("bob").put_claim("pack")
    return s.citizen("ann").put_claim("pack")


@case("PUT /batches/{batch_id}/claim", 409, "sold-out", detail="All 1 packs are claimed.")
def claiming_when_all_are_counted(s: Stage) -> Answered:
    claiming_when_all_are_handed_out(s)
    assert s.tick()["did"] == [{"batch_id": "pack", "step": "sealing"}, {"batch_id": "pack", "step": "sealed"}]
    s.clock.advance(30)
    assert s.tick()["did"] == [{"batch_id": "pack", "step": "sold_out"}]
    return s.citizen("ann").put_claim("pack")


@case(
    "PUT /batches/{batch_id}/claim",
    409,
    "insufficient-points",
    facts={"balance": 0, "price": 500},
    detail="This pack costs 500 points; you have 0.",
)
def claiming_for_points(s: Stage) -> Answered:
    return opened(s, a_batch(price_points=500)).citizen("ann").put_claim("pack")


@case("GET /batches/{batch_id}/claim", 200, body=CLAIM)
def reading_the_claim_after_a_lost_answer(s: Stage) -> Answered:
    opened(s).citizen("ann").put_claim("pack")
    return s.citizen("ann").send("GET /batches/{batch_id}/claim", PACK)


@case("GET /batches/{batch_id}/claim", 404, "not-found", detail="You have not claimed 'pack'.")
def reading_another_persons_claim(s: Stage) -> Answered:
    opened(s).citizen("bob").put_claim("pack")
    return s.citizen("ann").send("GET /batches/{batch_id}/claim", PACK)


@case(
    "POST /coupons/{coupon_id}/code",
    200,
    body={
        "code": "cAbu1m_r4UB_YqP8UqwSviQNqwAi5Yrcq9x1MnBtPaF-FxhZa5eS6mzRZSg",
        "expires_at": "2020-06-06T10:01:00+08:00",
        "pin": None,
    },
    headers=FIRST,
)
def a_code_for_a_minute(s: Stage) -> Answered:
    coupon(opened(s))
    return s.citizen("ann").send("POST /coupons/{coupon_id}/code", {"coupon_id": ANNS}, body={})


DESK = Person({"sub": "desk-1", "scope": "citizen operator", "person_id": "ann"})
CODE = "POST /coupons/{coupon_id}/code"


@case(
    CODE,
    200,
    body={
        "code": "pAQ3i6I0w47HlgblNpo6Asg0DLvO5uRJpRHGhu9uThRsy5S8PlPvVUQ",
        "expires_at": "2020-06-20T10:00:00+08:00",
        "pin": "940975",
    },
)
def a_code_on_paper(s: Stage) -> Answered:
    coupon(opened(s))
    return DESK.send(CODE, {"coupon_id": ANNS}, body={"print": True})


@case(CODE, 403, "forbidden", detail="Codes are printed at an operator's desk: this needs the scope 'operator' too.")
def a_code_on_paper_without_a_desk(s: Stage) -> Answered:
    coupon(opened(s))
    return s.citizen("ann").send(CODE, {"coupon_id": ANNS}, body={"print": True})


@case("POST /coupons/{coupon_id}/code", 404, "not-found", detail="You have no such coupon.")
def a_code_for_another_persons_coupon(s: Stage) -> Answered:
    coupon(opened(s))
    return s.citizen("bob").send("POST /coupons/{coupon_id}/code", {"coupon_id": ANNS}, body={})
