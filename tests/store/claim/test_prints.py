"""Printed codes: on paper, for people without a phone, and only with their PIN."""

from __future__ import annotations

from dataclasses import dataclass, replace

import pytest

from coupons.claim.codes import print_code
from coupons.model.scans import Scanned
from coupons.refusals import CodeInvalid
from coupons.sealing import CouponRef
from coupons.stores.claims import PIN_TRIES
from coupons.till.coupons import read_coupon
from coupons.till.pins import refuse_wrong_pin
from tests.store.faults import Counting
from tests.world import KEYS, Answered, Person, World, order

DESK = {"sub": "desk-1", "scope": "citizen operator", "person_id": "ann"}


@dataclass
class Paper:
    code: str
    pin: str

    @property
    def wrong(self) -> str:
        return f"{(int(self.pin) + 1) % 10**6:06}"


@pytest.fixture
def coupon_id(season: World) -> str:
    """Ann's coupon, claimed for her at the desk."""
    return str(Person(DESK).put_claim("pack").json["coupons"][0]["coupon_id"])


def ask(coupon_id: str, claims: dict[str, str] | None = None) -> Answered:
    path = {"coupon_id": coupon_id}
    return Person(claims or DESK).send("POST /coupons/{coupon_id}/code", path, body={"print": True})


@pytest.fixture
def paper(coupon_id: str) -> Paper:
    return printed(coupon_id)


def printed(coupon_id: str) -> Paper:
    answer = ask(coupon_id).json
    return Paper(answer["code"], answer["pin"])


def redeem(world: World, paper: Paper, pin: str | None = None, order_no: str = "o-1") -> Answered:
    return world.merchant().redeem(order_no, paper.code, order(), pin=pin or paper.pin)


def test_a_print_lives_as_long_as_its_coupon(season: World, coupon_id: str) -> None:
    """Until the last second, days later; the response states the end."""
    answer = ask(coupon_id)
    assert answer.json["expires_at"] == "2020-06-20T10:00:00+08:00"
    season.clock.advance(14 * 86_400 - 1)
    assert redeem(season, Paper(answer.json["code"], answer.json["pin"])).status == 201


def test_a_try_counts_for_its_own_print_of_its_own_batch(season: World, coupon_id: str) -> None:
    """A print that was replaced meanwhile, or a claim of another batch of the exclusive group, is not touched."""
    opened = KEYS.open_coupon(coupon_id)
    assert opened is not None
    ref, claims, batch = opened[0], season.services.claims, season.services.cache.batch("pack")
    other = replace(batch, number=batch.number + 1)
    for _ in range(2):
        claims.print_coupon(batch, ref)
    assert claims.try_pin(batch, ref, 1) == "replaced"
    replaced = Scanned(KEYS.seal_print(ref, 1), ref, print_no=1, pin="000000")
    with pytest.raises(CodeInvalid) as refused:
        refuse_wrong_pin(season.services, replaced, read_coupon(season.services, ref))
    assert refused.value.reason == "replaced", "whatever its PIN"
    assert claims.try_pin(other, ref, 2) == "exhausted", "refused"
    assert [claims.try_pin(batch, ref, 2) for _ in range(PIN_TRIES)] == ["counted"] * PIN_TRIES
    claims.forgive_try(other, ref, 2)
    claims.forgive_try(batch, ref, 1)
    assert claims.try_pin(batch, ref, 2) == "exhausted", "none of the five was forgiven"
    for _ in range(PIN_TRIES + 1):
        claims.forgive_try(batch, ref, 2)
    again = [claims.try_pin(batch, ref, 2) for _ in range(PIN_TRIES + 1)]
    assert again == ["counted"] * PIN_TRIES + ["exhausted"], "no more are forgiven than were counted"


def test_a_print_of_an_expired_coupon_is_refused_as_the_coupon_is(season: World, paper: Paper) -> None:
    """At the second of the coupon's expiry; the print itself has no expiry."""
    season.clock.advance(14 * 86_400)
    assert redeem(season, paper).json["coupon_status"] == "expired"


def test_a_print_is_used_once(season: World, paper: Paper) -> None:
    """Like any other code: a repeat is answered, another order refused."""
    assert redeem(season, paper).status == 201
    assert redeem(season, paper).is_replay
    assert redeem(season, paper, order_no="o-2").json["coupon_status"] == "redeemed"


def test_a_repeat_needs_no_pin(season: World, paper: Paper) -> None:
    """The first answer is given again: coupon and order are the same."""
    assert redeem(season, paper).status == 201
    again = season.merchant().redeem("o-1", paper.code, order())
    assert (again.status, again.is_replay) == (200, True)


def test_a_print_takes_its_pin(season: World, paper: Paper) -> None:
    """Quote, hold and redemption need it; without one no try is counted."""
    before = season.items()
    body = {"code": paper.code, "order": order()}
    for answer in (
        season.merchant().send("POST /quotes", body=body),
        season.merchant().send("PUT /orders/{order_no}/hold", {"order_no": "o"}, body={**body, "ttl_s": 60}),
        season.merchant().redeem("o", paper.code, order()),
    ):
        assert (answer.status, answer.slug, answer.json["reason"]) == (400, "code-invalid", "pin-required")
    assert season.items() == before


def test_quote_hold_and_redeem_by_print(season: World, paper: Paper) -> None:
    """As an online order does, with the PIN each time, and no try is used up."""
    body = {"code": paper.code, "pin": paper.pin, "order": order()}
    for _ in range(9):
        assert season.merchant().send("POST /quotes", body=body).json["eligible"]
    hold = season.merchant().send("PUT /orders/{order_no}/hold", {"order_no": "o"}, body={**body, "ttl_s": 60})
    assert hold.status == 201
    assert season.merchant().redeem("o", None, order()).status == 201


def test_a_print_has_five_wrong_tries(season: World, paper: Paper) -> None:
    """After four the right PIN still works; after five nothing works until it is printed again."""
    for _ in range(4):
        refused = redeem(season, paper, paper.wrong).json
        assert (refused["reason"], refused["detail"]) == ("pin-wrong", "The PIN is wrong.")
    body = {"code": paper.code, "pin": paper.pin, "order": order()}
    assert season.merchant().send("POST /quotes", body=body).status == 200
    assert redeem(season, paper, paper.wrong).json["detail"] == "The PIN is wrong."
    for pin in (paper.pin, paper.wrong):
        refused = redeem(season, paper, pin).json
        spoiled = "Too many wrong PINs; have the coupon printed again."
        assert (refused["reason"], refused["detail"]) == ("pin-spoiled", spoiled)


def test_a_new_print_replaces_the_old_one(season: World, coupon_id: str, paper: Paper) -> None:
    """The old print cannot be used; the new one has five tries of its own."""
    for _ in range(5):
        redeem(season, paper, paper.wrong)
    newer = printed(coupon_id)
    assert newer.code != paper.code
    refused = redeem(season, paper).json
    assert (refused["reason"], refused["detail"]) == (
        "replaced",
        "This print was replaced by a newer one, or by its coupon's return.",
    )
    assert redeem(season, newer).status == 201


def test_a_try_is_counted_before_the_pin_is_looked_at(season: World, paper: Paper) -> None:
    """Many tills have five tries together: each counts its try before it compares the PIN."""
    batch = season.services.cache.batch("pack")
    ref = CouponRef(batch.number, KEYS.person("ann"), 0)
    outcomes = [season.services.claims.try_pin(batch, ref, 1) for _ in range(7)]
    assert outcomes == ["counted"] * 5 + ["exhausted"] * 2
    assert season.services.claims.try_pin(batch, ref, 2) == "replaced"
    season.services.claims.forgive_try(batch, ref, 2)
    assert season.services.claims.try_pin(batch, ref, 1) == "exhausted"
    season.services.claims.forgive_try(batch, ref, 1)
    assert season.services.claims.try_pin(batch, ref, 1) == "counted"


def test_a_pardon_is_not_a_credit(season: World, paper: Paper) -> None:
    """Right PINs add no tries: five wrong ones spoil the print."""
    batch = season.services.cache.batch("pack")
    ref = CouponRef(batch.number, KEYS.person("ann"), 0)
    for _ in range(3):
        season.services.claims.forgive_try(batch, ref, 1)
    assert [season.services.claims.try_pin(batch, ref, 1) for _ in range(6)] == ["counted"] * 5 + ["exhausted"]


def test_a_print_costs_one_write(season: World, coupon_id: str) -> None:
    """The number of the print is stored; code and PIN are derived from it."""
    counting = Counting(season.client)
    services = season.new_services(client=counting)

    print_code(services, coupon_id, KEYS.person("ann"))
    assert counting.requests["update_item"] == 1


@pytest.mark.parametrize(
    ("claims", "status"),
    [
        ({"sub": "ann", "scope": "citizen"}, 403),
        ({"sub": "desk-1", "scope": "operator", "person_id": "ann"}, 403),
        ({"sub": "desk-1", "scope": "citizen operator", "person_id": "bob"}, 404),
        ({"sub": "desk-1", "scope": "citizen operator"}, 404),
    ],
)
def test_who_may_not_print(season: World, coupon_id: str, claims: dict[str, str], status: int) -> None:
    """A citizen alone, an operator alone, and an operator for another person are refused; nothing is written."""
    before = season.items()
    assert ask(coupon_id, claims).status == status
    assert season.items() == before


def test_a_print_of_no_claim_is_not_found(season: World) -> None:
    """The id is ours, and its claim was never written."""
    batch = season.services.cache.batch("pack")
    stray = KEYS.seal_coupon(CouponRef(batch.number, KEYS.person("ann"), 0), 1)
    assert ask(stray).status == 404
