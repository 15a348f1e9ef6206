"""The rules of when a coupon can be used, row by row, one second to each side."""

from __future__ import annotations

from tests.api.rules import Play, plays, table, told
from tests.editing import allow_late_scans
from tests.world import OPENING, a_batch, order, seconds, terms

MIDNIGHT = "2020-06-07T00:00:00+08:00"
WINDOW = ["window"]


def claimed(p: Play, *names: str, **rules: object) -> None:
    """These people, or Ann and Bob, have a coupon of these terms from Saturday at ten on."""
    p.opened(terms=[terms(**rules)])
    assert {p.claim(name) for name in names or ("ann", "bob")} == {"201"}


@plays("N days after the claim")
def test_days_after_the_claim(p: Play) -> None:
    """The coupon ends with the second of the claim."""
    validity = p.line(0)
    claimed(p, **validity)
    expires_at = p.coupon()["expires_at"]
    assert seconds(expires_at) - seconds(OPENING) == validity["validity"]["days"] * 86_400 == 14 * 86_400
    p.s.clock.set("2020-06-20T09:59:59+08:00")
    assert p.redeem("o-1", "ann") == "201"
    p.s.clock.advance(1)
    assert p.redeem("o-2", "bob") == "409 coupon-not-usable expired"


@plays("delayed start")
def test_a_delayed_start(p: Play) -> None:
    """It starts at midnight of the next day in the campaign's zone; the end stays the claim's second."""
    claimed(p, **p.line(0, table()["N days after the claim"].document(0)["validity"]))
    assert (p.coupon()["valid_from"], p.coupon()["expires_at"]) == (MIDNIGHT, "2020-06-20T10:00:00+08:00")
    p.s.clock.set("2020-06-06T23:59:59+08:00")
    assert p.redeem("o-1") == "422 order-not-eligible not-yet-valid"
    p.s.clock.advance(1)
    assert p.redeem("o-1") == "201"


@plays("fixed window")
def test_a_fixed_window(p: Play) -> None:
    """It ends at the same second for every claim; then the coupon is expired."""
    claimed(p, **p.line(0, "2020-06-10T00:00:00+08:00", "2020-06-12T00:00:00+08:00"))
    p.s.clock.set("2020-06-09T23:59:59+08:00")
    assert p.redeem("o-1") == "422 order-not-eligible not-yet-valid"
    p.s.clock.advance(1)
    assert p.redeem("o-1") == "201"
    p.s.clock.set("2020-06-11T23:59:59+08:00")
    assert p.reasons("bob") == []
    p.s.clock.advance(1)
    assert p.redeem("o-2", "bob") == "409 coupon-not-usable expired"


@plays("weekdays and hours")
def test_hours_of_the_week(p: Play) -> None:
    """Opening hours may last beyond midnight, into a day that has none."""
    claimed(p, **p.line(0))
    for at, reasons in (
        ("2020-06-12T17:59:59+08:00", WINDOW),
        ("2020-06-12T18:00:00+08:00", []),
        ("2020-06-14T01:59:59+08:00", []),
        ("2020-06-14T02:00:00+08:00", WINDOW),
        ("2020-06-14T18:00:00+08:00", WINDOW),
    ):
        p.s.clock.set(at)
        assert p.reasons() == reasons, at
    p.s.clock.set("2020-06-13T01:59:59+08:00")
    assert p.redeem("o-1", "ann") == "201"
    p.s.clock.advance(1)
    assert p.redeem("o-2", "bob") == "422 order-not-eligible window"


@plays("blackout dates")
def test_a_blackout_date(p: Play) -> None:
    """All of that day by the campaign's clock is blocked, and no second of another."""
    claimed(p, **p.line(0), validity={"kind": "days_after_claim", "days": 60})
    for at, reasons in (
        ("2020-07-06T23:59:59+08:00", []),
        ("2020-07-07T00:00:00+08:00", WINDOW),
        ("2020-07-07T23:59:59+08:00", WINDOW),
        ("2020-07-08T00:00:00+08:00", []),
    ):
        p.s.clock.set(at)
        assert p.reasons() == reasons, at


@plays("a till that was cut off")
def test_a_late_scan(p: Play) -> None:
    """A scan less than ten minutes old counts as of its own time, twice a day."""
    names = ("ann", "bob", "cat")
    claimed(p, *names, usable=[{"weekdays": ["sat"], "starts": "10:00", "ends": "10:05"}])
    ann, bob, cat = [p.code(name) for name in names]

    def send(code: str, age_s: int, order_no: str) -> str:
        p.s.clock.set(OPENING)
        p.s.clock.advance(age_s)
        return told(p.s.merchant().redeem(order_no, code, order(), scanned_at=OPENING))

    assert send(ann, 599, "o-599") == "409 code-expired late-not-allowed"
    allow_late_scans(**p.line(1))
    assert [send(ann, 600, "o-600"), send(ann, 599, "o-599")] == ["409 code-expired", "201"]
    assert [send(bob, 299, "o-299"), send(cat, 299, "o-cat")] == ["201", "409 code-expired late-limit"]
    redeemed = p.s.merchant().send("GET /orders/{order_no}/redemption", {"order_no": "o-599"}).json
    assert (redeemed["late"], redeemed["redeemed_at"]) == (True, "2020-06-06T10:09:59+08:00")


@plays("reminder")
def test_a_reminder(p: Play) -> None:
    """From midnight two days before its last day an available coupon is announced, once."""
    p.opened(a_batch(**p.line(0)))
    assert [p.claim("ann"), p.claim("bob"), p.redeem("o-1", "bob")] == ["201", "201", "201"]
    p.s.clock.set("2020-06-17T23:59:59+08:00")
    assert p.heard() == []
    p.s.clock.advance(1)
    (event,) = p.heard()
    assert event["type"] == "coupon.expiring.v1"
    assert [coupon["coupon_id"] for coupon in event["data"]["coupons"]] == [p.coupon("ann")["coupon_id"]]
    assert event["data"]["expires_at"] == p.coupon("ann")["expires_at"]
    for at in ("2020-06-18T00:01:00+08:00", "2020-06-19T00:00:00+08:00", "2020-06-20T00:00:00+08:00"):
        p.s.clock.set(at)
        assert p.heard() == [], at
