"""The rules of who may book and claim, row by row, each at its limit."""

from __future__ import annotations

from typing import Any

from tests.api.drawing import draw, step
from tests.api.rules import Play, desk, plays, refused, table, told
from tests.world import OPENING, a_batch, order, seconds, terms

MIDNIGHT = "2020-06-06T00:00:00+08:00"
WINDOW = {"opens_at": MIDNIGHT, "closes_at": OPENING}
LIMITED = "n packs a person, in the campaign, a month, week or day"
LONG: dict[str, Any] = {"opens_at": "2020-06-01T00:00:00+08:00", "closes_at": "2020-10-01T00:00:00+08:00"}
"""A window that outlasts a month, and the campaign's first and last second with it."""


@plays("booking, optional")
def test_a_booking_window(p: Play) -> None:
    """People book and cancel within the window only; people who did not book can claim too."""
    p.opened(a_batch(**p.line(0, MIDNIGHT, OPENING)))
    p.s.clock.set("2020-06-05T23:59:59+08:00")
    assert p.booking("PUT", "ann") == "409 not-open"
    p.s.clock.advance(1)
    assert [p.booking("PUT", "ann"), p.booking("PUT", "bob")] == ["201", "201"]
    p.s.clock.set("2020-06-06T09:59:59+08:00")
    assert p.booking("DELETE", "ann") == "200"
    p.s.clock.advance(1)
    assert [p.booking("DELETE", "bob"), p.booking("PUT", "ann")] == ["409 closed", "409 closed"]
    assert p.claim("ann") == "201"


@plays("booking, required")
def test_a_booking_that_a_claim_takes(p: Play) -> None:
    """Only people with a booking that is not cancelled can claim."""
    p.opened(a_batch(**p.line(0, WINDOW)))
    p.s.clock.advance(-1)
    assert [p.booking("PUT", "ann"), p.booking("PUT", "bob"), p.booking("DELETE", "bob")] == ["201", "201", "200"]
    p.s.clock.advance(1)
    assert [p.claim(name) for name in ("ann", "bob", "cat")] == ["201", *[refused("booking-required")] * 2]


@plays("entry list of a lottery")
def test_the_entry_list_of_a_lottery(p: Play) -> None:
    """Booking closes two hours before the draw, or earlier, and is required; nobody claims before they are drawn."""
    lottery = {**p.line(0), **p.line(1, WINDOW)}
    assert p.declared(batches=[a_batch(**lottery)]) == "400 malformed", "it lacks a draw"
    lottery |= p.line(2, "2020-06-06T09:00:00+08:00")
    lottery["booking"]["closes_at"] = "2020-06-06T07:00:01+08:00"
    assert p.declared(batches=[a_batch(**lottery)]) == "400 malformed"
    lottery["booking"]["closes_at"] = "2020-06-06T07:00:00+08:00"
    lottery["draw"]["claim_for_s"] = 3_600
    p.opened(a_batch(**lottery, quantity=2)).clock.set("2020-06-06T06:59:59+08:00")
    path = {"batch_id": "pack"}
    assert p.s.citizen("ann").send("GET /batches/{batch_id}", path).json["booking"]["required"] is True
    entered = ("ann", "bob", "cat")
    assert [p.booking("PUT", name) for name in entered] == ["201"] * 3
    assert (p.booking("DELETE", "ann"), p.claim("ann")) == ("409 closed", "409 not-open")
    step(p.s, "2020-06-06T07:01:00+08:00")
    draw(p.s, "pack", "2020-06-06T09:01:00+08:00")
    results = {
        p.s.citizen(name).send("GET /batches/{batch_id}/draw/mine", path).json["result"]: name for name in entered
    }
    p.s.clock.set(OPENING)
    assert [p.claim("eve"), p.claim(results["not-drawn"])] == [refused("booking-required"), refused("not-drawn")]
    p.s.clock.set("2020-06-06T10:01:00+08:00")
    assert p.claim(results["won"]) == refused("late")


@plays("bookings counted")
def test_how_many_booked(p: Play) -> None:
    """`booked` is null while bookings can still arrive; an audit counts what is stored."""
    p.opened(a_batch(booking=WINDOW)).clock.advance(-1)
    assert [p.booking("PUT", name) for name in ("ann", "bob", "cat")] == ["201"] * 3
    assert p.booking("DELETE", "cat") == "200"
    assert p.operate("GET", "audit").json["booked"] == 2
    for at, booked in (("2020-06-06T10:00:29+08:00", None), ("2020-06-06T10:00:30+08:00", 2)):
        p.s.clock.set(at)
        p.s.tick()
        p.s.restart("catalog")
        assert p.s.citizen("ann").send("GET /batches/{batch_id}", {"batch_id": "pack"}).json["booked"] == booked


def members(p: Play, group_id: str, *add: str) -> str:
    path = {"group_id": group_id}
    return told(p.s.operator().send("PUT /admin/groups/{group_id}/members", path, body={"add": list(add)}))


@plays("granted to a group")
def test_a_batch_for_a_group(p: Play) -> None:
    """All its members can claim, and the stock is not touched."""
    granted = {**p.line(0), **p.line(1)}
    p.opened(a_batch(**granted, quantity=2))
    assert members(p, granted["eligibility"]["group_id"], "ann", "bob") == "200"
    shards = [item for item in p.s.items()["CatalogTable"] if item["pk"]["S"].startswith("STOCK#")]
    assert shards
    assert [p.claim(name) for name in ("ann", "bob", "cat")] == ["201", "201", refused("group")]
    assert [item for item in p.s.items()["CatalogTable"] if item["pk"]["S"].startswith("STOCK#")] == shards


@plays("the group does not outgrow it")
def test_a_member_too_many(p: Play) -> None:
    """The row's 10,000 are scaled down to three."""
    quantity = p.line(0)["quantity"]
    assert f"member {quantity + 1:,}" in p.row.answer
    p.opened(a_batch(mode="granted", eligibility={"group_id": "nurses"}, quantity=3))
    assert [members(p, "nurses", *names) for names in (("p1", "p2"), ("p3",), ("p4",))] == [
        "200",
        "200",
        "409 terms-frozen",
    ]


@plays("region")
def test_people_of_a_region(p: Play) -> None:
    """People of other regions are refused; a token without a region is not."""
    p.opened(a_batch(**p.line(0)))
    assert p.claim("ann", region="beijing") == "201"
    assert p.claim("bob", region="hubei") == refused("region")
    assert p.claim("cat") == "201"


@plays("one of several batches")
def test_one_batch_of_an_exclusive_group(p: Play) -> None:
    """The second batch is refused and names the first; a batch outside the group can be claimed."""
    group = p.line(0)
    p.opened(a_batch(**group), a_batch("other", **group), a_batch("free"))
    assert [p.claim("ann"), p.claim("ann", "other"), p.claim("ann", "free")] == [
        "201",
        "409 already-claimed-group",
        "201",
    ]
    assert p.s.citizen("ann").put_claim("other").json["claimed_batch_id"] == "pack"


@plays(LIMITED)
def test_packs_a_person(p: Play) -> None:
    """A person gets as many packs a period as the limit says; the period ends at the campaign's midnight."""
    (weekly,) = p.line(0)["limits"]
    assert p.line(1) == {"limits": [weekly["limit_id"]]}
    periods = ("week", "day", "month", "campaign")
    limits = [{**weekly, "limit_id": period, "period": period} for period in periods]
    limits.append({**weekly, "limit_id": "two", "period": "campaign", "packs_max": 2})
    names = [(limit["limit_id"], number) for limit in limits for number in (1, 2, 3)]
    p.opened(*[a_batch(f"{name}-{number}", limits=[name], **LONG) for name, number in names], limits=limits)
    for period, last_second in (
        ("week", "2020-06-07T23:59:59+08:00"),
        ("day", "2020-06-07T23:59:59+08:00"),
        ("month", "2020-06-30T23:59:59+08:00"),
    ):
        p.s.clock.set(last_second)
        assert [p.claim("ann", f"{period}-1"), p.claim("ann", f"{period}-2")] == ["201", refused("limit")]
        p.s.clock.advance(1)
        assert [p.claim("ann", f"{period}-2"), p.claim("ann", f"{period}-3")] == ["201", refused("limit")]
    assert [p.claim("ann", f"two-{number}") for number in (1, 2, 3)] == ["201", "201", refused("limit")]
    p.s.clock.set(LONG["opens_at"])
    assert p.claim("ann", "campaign-1") == "201"
    p.s.clock.set("2020-09-30T23:59:59+08:00")
    assert p.claim("ann", "campaign-2") == refused("limit")


@plays("n packs in N days")
def test_packs_in_a_cycle(p: Play) -> None:
    """Fourteen days from midnight to midnight, one after the other, and none that a batch opens before."""
    cycle = p.line(0)
    limit = {"kind": "count", "limit_id": "cycle", "per": "person", "packs_max": 1, **cycle}
    first = {**LONG, "opens_at": "2020-06-08T00:00:00+08:00", "limits": ["cycle"]}
    early = {**first, "opens_at": "2020-06-07T23:59:59+08:00"}
    assert p.declared(batches=[a_batch(**early)], limits=[limit]) == "400 malformed"
    p.opened(*[a_batch(f"pack-{number}", **first) for number in (1, 2, 3)], limits=[limit])
    for number, last_second in ((1, "2020-06-21T23:59:59+08:00"), (2, "2020-07-05T23:59:59+08:00")):
        p.s.clock.set(last_second)
        claims = [p.claim("ann", f"pack-{number}"), p.claim("ann", f"pack-{number + 1}")]
        assert claims == ["201", refused("limit")]
        p.s.clock.advance(1)
    assert p.claim("ann", "pack-3") == "201"


@plays("only people with a household")
def test_people_with_a_household(p: Play) -> None:
    """A token must name one to book and to claim; it is refused before a limit is looked at."""
    limit = {"kind": "count", "limit_id": "once", "per": "person", "period": "campaign", "packs_max": 1}
    batch = {**p.line(0), "limits": ["once"]}
    p.opened(a_batch(booking=WINDOW, **batch), a_batch("other", **batch), limits=[limit]).clock.advance(-1)
    shown = p.s.citizen("ann").send("GET /batches/{batch_id}", {"batch_id": "pack"}).json
    assert shown["eligibility"]["requires"] == ["household"]
    assert p.booking("PUT", "ann") == refused("household")
    p.s.clock.advance(1)
    assert [p.claim("ann"), p.claim("ann", household_id="h1"), p.claim("ann")] == [refused("household"), "201", "200"]
    assert [p.claim("ann", "other"), p.claim("ann", "other", household_id="h1")] == [
        refused("household"),
        refused("limit"),
    ]


@plays("n packs a household")
def test_packs_a_household(p: Play) -> None:
    """The first of a household gets the pack; other households and tokens without one are not counted with it."""
    (weekly,) = table()[LIMITED].document(0)["limits"]
    limit = {**weekly, **p.line(0)}
    p.opened(a_batch(limits=[limit["limit_id"]], **LONG), limits=[limit])
    assert p.claim("ann", household_id="h1") == "201"
    assert p.claim("bob", household_id="h1") == refused("limit")
    assert p.claim("cat", household_id="h2") == "201"
    assert [p.claim("dan"), p.claim("eve")] == ["201", "201"]
    p.s.clock.set("2020-06-07T23:59:59+08:00")
    assert p.claim("bob", household_id="h1") == refused("limit")
    p.s.clock.advance(1)
    assert p.claim("bob", household_id="h1") == "201"


@plays("next only after redeeming the last")
def test_the_next_pack(p: Play) -> None:
    """It can be claimed when the last coupon of the one before is redeemed or expired."""
    (limit,) = p.line(0)["limits"]
    both: dict[str, Any] = {"limits": [limit["limit_id"]], "terms": ["ten-off", "twenty-off"], **LONG}
    packs = [a_batch(name, **both) for name in ("first", "second", "third")]
    p.opened(*packs, limits=[limit], terms=[terms(), terms("twenty-off")])
    assert [p.claim("ann", "first"), p.claim("ann", "second")] == ["201", refused("limit")]
    assert [p.redeem("o-1", batch_id="first"), p.claim("ann", "second")] == ["201", refused("limit")]
    assert [p.redeem("o-2", batch_id="first", place=1), p.claim("ann", "second")] == ["201", "201"]
    p.s.clock.set("2020-06-20T09:59:59+08:00")
    assert p.claim("ann", "third") == refused("limit")
    p.s.clock.advance(1)
    assert p.claim("ann", "third") == "201"


@plays("for people without a phone")
def test_a_pack_on_paper(p: Play) -> None:
    """It is claimed at a desk and used with its PIN weeks later; the fifth wrong PIN spoils it."""
    p.opened()
    sheets = {}
    for name in ("ann", "bob"):
        (coupon,) = desk(name).put_claim("pack").json["coupons"]
        path = {"coupon_id": coupon["coupon_id"]}
        sheets[name] = desk(name).send("POST /coupons/{coupon_id}/code", path, body={"print": True}).json
        assert seconds(sheets[name]["expires_at"]) == seconds(coupon["expires_at"])
    p.s.clock.advance(86_400)

    def use(name: str, pin: str | None) -> str:
        more = {} if pin is None else {"pin": pin}
        return told(p.s.merchant().redeem(f"o-{name}", sheets[name]["code"], order(), **more))

    right = {name: sheet["pin"] for name, sheet in sheets.items()}
    wrong = {name: f"{(int(pin) + 1) % 1_000_000:06}" for name, pin in right.items()}
    needed, off, spoiled = (f"400 code-invalid pin-{why}" for why in ("required", "wrong", "spoiled"))
    assert [use("ann", pin) for pin in (None, *[wrong["ann"]] * 4, right["ann"])] == [needed, *[off] * 4, "201"]
    assert [use("bob", pin) for pin in (*[wrong["bob"]] * 5, right["bob"])] == [*[off] * 5, spoiled]
