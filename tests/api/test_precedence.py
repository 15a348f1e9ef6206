"""Which refusal is given where several apply: a replay comes first, then the contract's table downwards."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.api.cases import coupon, opened
from tests.api.claim_cases import ANNS
from tests.api.redeem_cases import HOLD, REDEEM, hold, quote, release
from tests.api.stage import Stage
from tests.editing import edit_merchant
from tests.world import Answered, a_batch, order


def late(s: Stage) -> None:
    """A month later, when every window has closed and every code and coupon has expired."""
    s.clock.advance(30 * 86_400)


def code_of(s: Stage) -> str:
    """The code that the till scanned for ann, used again and again."""
    if not hasattr(s, "scanned"):
        s.citizen("ann").put_claim("pack")
        s.scanned = s.citizen("ann").code(ANNS)  # type: ignore[attr-defined]
    return str(s.scanned)  # type: ignore[attr-defined]


def used(s: Stage) -> Stage:
    s.merchant().redeem("o", code_of(s), order())
    return s


def suspend(s: Stage) -> None:
    assert edit_merchant(s.operator(), "diner", suspended=True).status == 200


def close_district(s: Stage) -> None:
    stores = [{"store_id": "diner", "region": "beijing", "district": "old-town"}]
    assert edit_merchant(s.operator(), "diner", stores=stores).status == 200
    path = {"campaign_id": "season"}
    existing = s.operator().send("GET /admin/campaigns/{campaign_id}", path).json
    changed = {**existing, "suspended_districts": ["old-town"]}
    assert s.operator().send("PUT /admin/campaigns/{campaign_id}", path, body=changed).status == 200
    s.clock.advance(1)
    assert quote(s, s.citizen("bob").code(coupon(s, "bob")[0])).json["reasons"] == ["region"]


Write = Callable[[Stage], Answered]
REPLAYS: dict[str, tuple[Write, Callable[[Stage], Any]]] = {
    "claim": (lambda s: s.citizen("ann").put_claim("pack"), suspend),
    "redemption, expired": (lambda s: s.merchant().redeem("o", code_of(s), order()), late),
    "redemption, suspended merchant": (lambda s: s.merchant().redeem("o", code_of(s), order()), suspend),
    "redemption, suspended district": (lambda s: s.merchant().redeem("o", code_of(s), order()), close_district),
    "redemption, reversed": (
        lambda s: s.merchant().redeem("o", code_of(s), order()),
        lambda s: s.merchant().reverse("o", "r", 4000),
    ),
    "hold, code expired": (lambda s: hold(s, code_of(s)), lambda s: s.clock.advance(120)),
    "hold, suspended merchant": (lambda s: hold(s, code_of(s)), suspend),
    "hold, suspended district": (lambda s: hold(s, code_of(s)), close_district),
    "release": (release, late),
    "reversal": (lambda s: used(s).merchant().reverse("o", "r", 4000), late),
}


@pytest.mark.parametrize("name", REPLAYS)
def test_a_replay_comes_before_any_refusal(fresh: Stage, name: str) -> None:
    """A repeat that would be refused now gets 200 with the first body, and changes nothing."""
    write, meanwhile = REPLAYS[name]
    first = write(opened(fresh))
    meanwhile(fresh)
    before = fresh.items()
    again = write(fresh)
    assert (again.status, again.is_replay, again.json) == (200, True, first.json)
    assert not first.is_replay
    # A claim's replay leases a pack and gives it back; the sum over the shards is what it was.
    assert fresh.items()["OrdersTable"] == before["OrdersTable"]
    assert fresh.items()["ClaimsTable"] == before["ClaimsTable"]


BOOKING = {"opens_at": "2020-06-06T09:00:00+08:00", "closes_at": "2020-06-06T11:00:00+08:00", "required": True}


def member(s: Stage, is_in: bool) -> None:
    key, path = "PUT /admin/groups/{group_id}/members", {"group_id": "care"}
    assert s.operator().send(key, path, body={"add" if is_in else "remove": ["ann", "bob"]}).status == 200


def moved(s: Stage, region: str) -> None:
    s.region = region  # type: ignore[attr-defined]


def booked(s: Stage, is_in: bool) -> None:
    for name in ("ann", "bob"):
        key = ("PUT" if is_in else "DELETE") + " /batches/{batch_id}/booking"
        assert s.citizen(name).send(key, {"batch_id": "pack"}).status in (200, 201)


LOST: dict[str, tuple[dict[str, Any], Callable[[Stage, bool], object]]] = {
    "group": ({"eligibility": {"group_id": "care"}}, member),
    "region": ({"eligibility": {"regions": ["beijing"]}}, lambda s, fits: moved(s, "beijing" if fits else "hubei")),
    "booking-required": ({"booking": BOOKING}, booked),
}


@pytest.mark.parametrize("reason", LOST)
def test_a_claims_replay_comes_before_a_look_at_the_person(fresh: Stage, reason: str) -> None:
    """A person who is not eligible any more keeps the claim; one without a claim is refused."""
    changes, fit = LOST[reason]

    def put(name: str) -> Answered:
        return fresh.citizen(name, region=getattr(fresh, "region", "beijing")).put_claim("pack")

    fit(opened(fresh, a_batch(**changes)), True)
    first = put("ann")
    fit(fresh, False)
    again, refused = put("ann"), put("bob")
    assert (first.status, again.status, again.is_replay, again.json) == (201, 200, True, first.json)
    assert (refused.slug, refused.json["reason"]) == ("not-eligible", reason)


def test_time_and_operators_come_before_the_earlier_claim(fresh: Stage) -> None:
    """Refusals by time do not look for a claim: after the end a holder is told `closed`."""
    opened(fresh).citizen("ann").put_claim("pack")
    late(fresh)
    assert fresh.citizen("ann").put_claim("pack").slug == "closed"


def test_the_window_comes_before_the_operator_before_the_person(fresh: Stage) -> None:
    """The order is not-open, closed, stopped, paused, not-eligible."""
    opened(fresh, a_batch(eligibility={"regions": ["beijing"]}))
    stranger = fresh.citizen("eve", region="hubei")
    seen = [stranger.put_claim("pack").slug]
    for action in ("pause", "stop"):
        fresh.operator().send("POST /admin/batches/{batch_id}/" + action, {"batch_id": "pack"}, body={})
        fresh.clock.advance(2)
        seen.append(stranger.put_claim("pack").slug)
    fresh.clock.set("2020-06-06T09:00:00+08:00")
    seen.append(stranger.put_claim("pack").slug)
    fresh.clock.set("2020-06-07T10:00:00+08:00")
    seen.append(stranger.put_claim("pack").slug)
    assert seen == ["not-eligible", "paused", "stopped", "not-open", "closed"]


@pytest.mark.parametrize(("key", "extra"), [(HOLD, {"ttl_s": 60}), (REDEEM, {})], ids=["hold", "redemption"])
def test_the_table_of_a_till_from_the_top(fresh: Stage, key: str, extra: dict[str, Any]) -> None:
    """The order is code-invalid, code-expired, order-conflict, coupon-not-usable, order-not-eligible."""
    code = code_of(opened(fresh))
    fresh.merchant().redeem("taken", code, order())
    fresh.clock.advance(60)
    ann = fresh.citizen("ann")
    small = order(100)

    def put(order_no: str, code: str, bill: dict[str, Any]) -> str:
        body = {"code": code, "order": bill, **extra}
        return fresh.merchant().send(key, {"order_no": order_no}, body=body).slug

    assert put("taken", "x" * 58, small) == "code-invalid"
    assert put("taken", code, small) == "code-expired"
    assert put("taken", ann.code(ANNS), small) == "order-conflict"
    assert put("free", ann.code(ANNS), small) == "coupon-not-usable"
    fresh.merchant().reverse("taken", "r", 4000)
    fresh.clock.advance(6)
    assert put("free", ann.code(ANNS), small) == "order-not-eligible"
    assert put("free", ann.code(ANNS), order()) == ""


def test_an_end_comes_before_what_is_frozen(fresh: Stage) -> None:
    """After the expiry is recorded, a shorter extension is refused as closed like a longer one."""
    key, path = "POST /admin/batches/{batch_id}/extend", {"batch_id": "pack"}
    opened(fresh).operator().send(key, path, body={"days": 7})
    seen = [fresh.operator().send(key, path, body={"days": 6}).slug]
    late(fresh)
    for _ in range(2):
        fresh.tick()
        fresh.clock.advance(60)
    seen += [fresh.operator().send(key, path, body={"days": days}).slug for days in (6, 7, 8)]
    assert seen == ["terms-frozen", "closed", "", "closed"]
