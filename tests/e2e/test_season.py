"""The Beijing season over HTTP, in the order in which it happens: each test goes on where the one before it ended."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any

import pytest

from infra.client import Citizen, ProblemError
from infra.client.session import Session
from tests.e2e.caller import from_many_clients
from tests.e2e.local_stack import LocalStack
from tests.world import Answered

PACK = {"meal-50-10": 1000, "meal-100-20": 2000, "meal-200-30": 3000}
DAYS_14_S = 14 * 86_400
DINER = "qianmen-diner"
SETTLEMENT = "/settlements/2020-06-06"
PEOPLE = [f"citizen-{number}" for number in range(200)]


def meal(total_minor: int) -> dict[str, Any]:
    item = {"sku": "noodles", "category": "meal", "tags": [], "price_minor": total_minor, "quantity": 1}
    place = {"store_id": DINER, "channel": "offline", "region": "beijing"}
    return {"total_minor": total_minor, **place, "items": [item]}


def seconds(moment: str) -> float:
    return datetime.fromisoformat(moment).timestamp()


def coupons_of(person: Citizen) -> dict[str, Any]:
    """The person's coupons of the special batch, by terms."""
    return {coupon["terms_id"]: coupon for coupon in person.my_claim("special-0606")["coupons"]}


def answer_of(asked: Session) -> tuple[int, bool]:
    """Status of the latest good answer, and whether it was a replay."""
    assert asked.last is not None
    return asked.last.status, asked.last.replayed


def refusal(ask: Callable[[], object]) -> tuple[int, str, dict[str, Any]]:
    """Status, slug and facts."""
    with pytest.raises(ProblemError) as caught:
        ask()
    return caught.value.status, caught.value.slug, caught.value.problem


def test_before_the_opening_the_claim_is_refused_with_the_time_to_come_back(stack: LocalStack) -> None:
    """`not-open` with `opens_at` and Retry-After; Date is the test clock's, for clients count down by it."""
    stack.set_clock("2020-06-06T09:59:50+08:00")
    with stack.citizen("early") as early:
        answer = early.claim("special-0606")
    assert (answer.status, answer.slug) == (409, "not-open")
    assert answer.json["opens_at"] == "2020-06-06T10:00:00+08:00"
    told = parsedate_to_datetime(answer.headers["date"])
    assert 0 <= (told - datetime(2020, 6, 6, 1, 59, 50, tzinfo=UTC)).total_seconds() < 5
    opens_in_s = seconds("2020-06-06T10:00:00+08:00") - told.timestamp()
    assert opens_in_s <= int(answer.headers["retry-after"]) <= opens_in_s + 4


def test_two_hundred_people_claim_from_sixteen_clients(stack: LocalStack) -> None:
    """Each holds 10, 20 and 30 yuan for fourteen days from the second of the claim; a repeat shows the same ones."""
    stack.set_clock("2020-06-06T10:00:01+08:00")
    with stack.caller() as anybody:
        shown = anybody.send("GET", "/batches/special-0606").json
    assert {terms["terms_id"]: terms["discount"]["amount_minor"] for terms in shown["coupons"]} == PACK

    def claim_twice(name: str) -> tuple[Answered, int, Answered, Answered]:
        with stack.citizen(name) as person:
            first, was_busy = person.claim("special-0606"), person.was_busy
            return first, was_busy, person.claim("special-0606"), person.send("GET", "/wallet")

    seen = set()
    for first, was_busy, again, wallet in from_many_clients(claim_twice, PEOPLE):
        assert first.status == 201 or (was_busy and first.is_replay), first.text
        assert (again.status, again.is_replay) == (200, True), again.text
        assert again.json == first.json
        assert wallet.json["coupons"] == first.json["coupons"]
        assert {coupon["terms_id"] for coupon in first.json["coupons"]} == PACK.keys()
        for coupon in first.json["coupons"]:
            assert coupon["status"] == "available"
            assert seconds(coupon["expires_at"]) == seconds(first.json["claimed_at"]) + DAYS_14_S
            seen.add(coupon["coupon_id"])
    assert len(seen) == 3 * len(PEOPLE)


def test_online_or_offline_not_both(stack: LocalStack) -> None:
    """The second smart batch of the group is refused and names the first."""
    with stack.app("smart") as person:
        person.claim("smart-online-0606")
        status, slug, facts = refusal(lambda: person.claim("smart-offline-0606"))
        wallet = person.wallet()["coupons"]
    assert (status, slug, facts["claimed_batch_id"]) == (409, "already-claimed-group", "smart-online-0606")
    assert [coupon["batch_id"] for coupon in wallet] == ["smart-online-0606"]


def test_ten_yuan_off_a_meal_of_sixty(stack: LocalStack) -> None:
    """10.00 off, 10.00 by the merchant, 40.00 payable, three funders; the order again is the same answer, no other."""
    with stack.app(PEOPLE[0]) as person, stack.till(DINER) as till:
        coupon = coupons_of(person)["meal-50-10"]
        code = person.code(coupon["coupon_id"])["code"]
        quote = till.quote(code, meal(6000))
        first, told = till.redeem("meal-1", meal(6000), code=code), answer_of(till)
        again, told_again = till.redeem("meal-1", meal(6000), code=code), answer_of(till)
        other_order = refusal(lambda: till.redeem("meal-2", meal(6000), code=code))
        other_content = refusal(lambda: till.redeem("meal-1", meal(6100), code=code))
        read = till.redemption("meal-1")
        status = coupons_of(person)["meal-50-10"]["status"]
    amounts = {"discount_minor": 1000, "merchant_match_minor": 1000, "payable_minor": 4000}
    assert told == (201, False)
    assert first.items() >= {**amounts, "coupon_id": coupon["coupon_id"]}.items()
    assert sum(line["amount_minor"] for line in first["funding"]) == 1000
    assert quote == {"eligible": True, "reasons": [], "missing_minor": 0, **amounts, "hold_max_s": 1800}
    assert (told_again, again) == ((200, True), first)
    assert other_order[:2] == (409, "coupon-not-usable")
    assert other_order[2]["coupon_status"] == "redeemed"
    assert other_content[:2] == (409, "order-conflict")
    assert (read, status) == (first, "redeemed")


def test_a_code_lives_sixty_seconds_and_terms_hold(stack: LocalStack) -> None:
    """A code 61 s old is `code-expired`; 49.00 is below the threshold; a code that is not ours is `code-invalid`."""
    with stack.app(PEOPLE[1]) as person, stack.till(DINER) as till:
        coupon_id = coupons_of(person)["meal-50-10"]["coupon_id"]
        old = person.code(coupon_id)["code"]
        stack.advance(61)
        expired = refusal(lambda: till.redeem("old-1", meal(6000), code=old))
        # By this answer the app knows that a minute has passed: no real clock jumps.
        status = coupons_of(person)["meal-50-10"]["status"]
        fresh = person.code(coupon_id)["code"]
        small = refusal(lambda: till.redeem("small-1", meal(4900), code=fresh))
        forged = refusal(lambda: till.redeem("forged-1", meal(6000), code="A" * 58))
    assert fresh != old
    assert expired[:2] == (409, "code-expired")
    assert small[:2] == (422, "order-not-eligible")
    assert small[2]["reasons"] == ["min-spend"]
    assert forged[:2] == (400, "code-invalid")
    assert status == "available"


def test_twelve_orders_race_for_one_coupon(stack: LocalStack) -> None:
    """One wins; eleven are told that the coupon is redeemed."""
    with stack.app(PEOPLE[2]) as person:
        code = person.code(coupons_of(person)["meal-100-20"]["coupon_id"])["code"]
    token = stack.token("till", "merchant", merchant_id=DINER)

    def redeem(number: int) -> Answered:
        with stack.caller(token) as till:
            return till.redeem(f"race-{number}", code, meal(12000))

    answers = from_many_clients(redeem, range(12))
    assert [answer.slug for answer in answers].count("coupon-not-usable") == 11
    assert sum(answer.status in (200, 201) for answer in answers) == 1


def test_a_full_reversal_gives_the_coupon_back(stack: LocalStack) -> None:
    """All of the payable goes back with each funder's share; the coupon is available with the same expiry."""
    with stack.app(PEOPLE[0]) as person, stack.till(DINER) as till:
        before = coupons_of(person)["meal-50-10"]
        answer, told = till.reverse("meal-1", "back-1", 4000), answer_of(till)
        again, told_again = till.reverse("meal-1", "back-1", 4000), answer_of(till)
        more = refusal(lambda: till.reverse("meal-1", "back-2", 1))
        after = coupons_of(person)["meal-50-10"]
    assert (told, answer["coupon_returned"]) == ((201, False), True)
    assert sum(line["amount_minor"] for line in answer["funding"]) == 1000
    assert (told_again, again) == ((200, True), answer)
    assert more[:2] == (409, "reversal-not-allowed")
    assert (before["status"], before["used"]["merchant_id"]) == ("redeemed", DINER)
    assert after == before | {"status": "available", "used": None}


def test_the_settlement_adds_up_as_pages_file_and_statement(stack: LocalStack, tmp_path: Path) -> None:
    """Lines are what happened, sums are their sums, the CSV says the same, and the merchant's own list reconciles."""
    with stack.merchant(DINER) as till:
        day = till.send("GET", SETTLEMENT).json
        file = till.send("GET", SETTLEMENT, headers={"Accept": "text/csv"})
    with stack.till("jd-mall") as other:
        assert list(other.settlement_lines("2020-06-06")) == []
    names = ("discount_minor", "merchant_match_minor", "payable_minor")
    lines = {(line["order_no"], line["reversal_no"]): tuple(line[name] for name in names) for line in day["lines"]}
    (race,) = (order_no for order_no, _ in lines if order_no.startswith("race-"))
    expected = {("meal-1", None): (1000, 1000, 4000), ("meal-1", "back-1"): (-1000, -1000, -4000)}
    assert lines == expected | {(race, None): (2000, 2000, 8000)}
    (sums,) = day["sums"]
    assert (sums["campaign_id"], sums["currency"]) == ("beijing-2020", "CNY")
    assert [sums[name] for name in ("lines", *names)] == [3, 2000, 2000, 8000]
    assert sum(part["amount_minor"] for part in sums["funding"]) == 2000
    for line in day["lines"]:
        assert sum(part["amount_minor"] for part in line["funding"]) == line["discount_minor"]
    rows = list(csv.DictReader(io.StringIO(file.text)))
    assert file.headers["content-type"].startswith("text/csv")
    assert {(row["order_no"], row["reversal_no"] or None): tuple(int(row[n]) for n in names) for row in rows} == lines

    statement = tmp_path / "diner.csv"
    statement.write_text(file.text)
    ours = stack.couponctl("reconcile", str(statement), "--day", "2020-06-06", "--merchant", DINER)
    assert ours.returncode == 0, ours.stdout + ours.stderr
    statement.write_text(file.text.replace("8000", "8001"))
    assert stack.couponctl("reconcile", str(statement), "--day", "2020-06-06", "--merchant", DINER).returncode == 1


def test_on_day_fifteen_the_coupons_are_expired(stack: LocalStack) -> None:
    """By the clock alone, before any schedule ran: the till and the wallet both say `expired`."""
    stack.set_clock("2020-06-21T10:00:00+08:00")
    with stack.app(PEOPLE[0]) as person, stack.till(DINER) as till:
        coupon = coupons_of(person)["meal-50-10"]
        code = person.code(coupon["coupon_id"])["code"]
        status, slug, facts = refusal(lambda: till.redeem("late-1", meal(6000), code=code))
        wallet = person.wallet("expired")["coupons"]
    assert (status, slug) == (409, "coupon-not-usable")
    assert (facts["coupon_status"], facts["expires_at"]) == ("expired", coupon["expires_at"])
    assert {c["terms_id"] for c in wallet} == PACK.keys()


def test_the_schedule_records_the_expiry_once(stack: LocalStack) -> None:
    """After the last coupon's date the ticks reclaim the batch and record its counts; a further tick does nothing."""
    stack.set_clock("2020-06-27T00:01:00+08:00")
    did = stack.tick()
    stack.advance(31)
    did += stack.tick()
    special = [done for done in did if done.get("batch_id") == "special-0606"]
    report = audit(stack, "special-0606")
    counts = {"claims": 200, "expired": 599, "redeemed": 1}
    assert report["ok"] is True
    assert (report["claims"], report["unclaimed"], report["expired"]) == (200, 0, counts)
    # The minute's own schedule may have been first with some of it.
    assert [done["counts"] for done in special if done["step"] == "expired"] in ([counts], [])
    assert stack.tick() == []
    assert stack.tick() == []
    assert audit(stack, "special-0606") | {"sweep": ""} == report | {"sweep": ""}


def test_the_day_of_the_redemptions_is_closed(stack: LocalStack) -> None:
    """Final, and the whole day's sums are those of its one page; the next day is not over for those who had no line."""
    with stack.till(DINER) as till, stack.till("jd-mall") as other:
        day = till.settlement("2020-06-06")
        theirs = other.settlement("2020-06-06")
    assert (day["final"], day["day_sums"]) == (True, day["sums"])
    (sums,) = day["sums"]
    assert sums["due"]["lines"] == sums["lines"] == 3
    assert (theirs["final"], theirs["lines"]) == (True, [])


def audit(stack: LocalStack, batch_id: str) -> dict[str, Any]:
    """By the operator's own command, which ends with 0 only where every equation holds."""
    done = stack.couponctl("audit", batch_id)
    assert done.returncode == 0, done.stdout + done.stderr
    return dict(json.loads(done.stdout))
