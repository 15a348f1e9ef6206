"""What is played: every write of claim, hold, release, redemption and reversal, and what must be true of it afterwards.

An operation prepares its case around the proxy and gives a `Play`: the request that goes through it, and the oracle,
which reads the tables and says what is wrong. Whatever the proxy did, each must be answered as if nothing had happened.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from coupons.model.orders import order_key
from coupons.stores import keys
from coupons.stores.attributes import encode
from tests.faults.scene import DAY, GROUP_SIZE, LATER, MERCHANT, Scene
from tests.world import KEYS, Answered, Person, order

PAYABLE_MINOR, LAPSE_S = 4000, 60
CLAIM = "GET /batches/{batch_id}/claim"
REDEMPTION = "GET /orders/{order_no}/redemption"
HOLD = "/orders/{order_no}/hold"
Faults = Iterator[str]
"""What an oracle finds wrong, in words."""


@dataclass(frozen=True)
class Play:
    send: Callable[[], Answered]
    wrong: Callable[[Answered], Faults]


@dataclass(frozen=True)
class Operation:
    name: str
    writes: int
    """As many as it sends when nothing goes wrong."""
    prepare: Callable[[Scene], Play]
    is_late: bool = False
    """Played after every coupon has expired; prepared before."""


def _claim(scene: Scene, batch_id: str, name: str, *, again: bool = False, **claims: str) -> Play:
    citizen, left = scene.citizen(name, **claims), scene.left(batch_id)

    def wrong(answer: Answered) -> Faults:
        yield from status(answer, again=again)
        if left - scene.left(batch_id) < (0 if again or batch_id == "granted" else 1):
            yield "doubled: the stock has a pack that was claimed"
        claim = scene.claim_of(batch_id, name)
        if claim is None:
            yield "lost: acknowledged and not there"
            return
        if scene.tokens.setdefault(claim.token, f"{batch_id} {name}") != f"{batch_id} {name}":
            yield f"doubled: {scene.tokens[claim.token]} has the same pack"
        if [coupon.state for coupon in claim.coupons] != ["available"] * 3:
            yield "doubled: a coupon was used"
        if citizen.send(CLAIM, {"batch_id": batch_id}).json != answer.json:
            yield "falsely acknowledged: another claim than the stored one"

    return Play(lambda: citizen.put_claim(batch_id), wrong)


def status(answer: Answered, *, again: bool = False, first: int = 201) -> Faults:
    """The first answer or the repeat's; a refusal would be false."""
    fitting = (200,) if again else (first, 200)
    if answer.status not in fitting:
        yield f"falsely refused: {answer.status} {answer.text[:160]}"


def first_claim(scene: Scene) -> Play:
    return _claim(scene, "plain", scene.name())


def granted_claim(scene: Scene) -> Play:
    """Members are as many as plays; each number is drawn once."""
    number = int(scene.name().removeprefix("n-")) % GROUP_SIZE
    while scene.claim_of("granted", f"member-{number}"):
        number = (number + 1) % GROUP_SIZE
    return _claim(scene, "granted", f"member-{number}")


def limited_claim(scene: Scene) -> Play:
    name, household = scene.name(), scene.name()
    play = _claim(scene, "limited", name, household_id=household)

    def wrong(answer: Answered) -> Faults:
        yield from play.wrong(answer)
        counted = (("weekly", KEYS.person(name)), ("home", KEYS.household(household)))
        wanted = [keys.limit("season", limit_id, subject, "2020-W23") for limit_id, subject in counted]
        if [item.get("c") for item in scene.world.services.limits.read(wanted)] != [1, 1]:
            yield "doubled: a limit counts more, or less, than one claim"

    return Play(play.send, wrong)


def claim_of_a_group(scene: Scene) -> Play:
    return _claim(scene, "online", scene.name())


def repeated_claim(scene: Scene) -> Play:
    """By a process that leases a pack for it and gives it back."""
    return _claim(scene, "plain", scene.claimed(), again=True)


def claim_of_the_other_batch(scene: Scene) -> Play:
    name = scene.claimed("online")
    before, left = scene.claim_of("online", name), scene.left("offline")

    def wrong(answer: Answered) -> Faults:
        if (answer.status, answer.slug) != (409, "already-claimed-group"):
            yield f"falsely acknowledged: {answer.status} {answer.text[:160]}"
        if scene.claim_of("online", name) != before:
            yield "lost: the claim that was stored"
        if scene.left("offline") > left:
            yield "doubled: the stock has a pack more than before"

    return Play(lambda: scene.citizen(name).put_claim("offline"), wrong)


def five_claims(scene: Scene, batch_id: str = "plain") -> Play:
    """In a row by one process, so that its leases grow."""
    plays = [_claim(scene, batch_id, scene.name()) for _ in range(5)]
    left = scene.left(batch_id)
    answers: list[Answered] = []

    def send() -> Answered:
        while len(answers) < len(plays):
            answer = plays[len(answers)].send()
            if answer.status >= 500:
                return answer
            answers.append(answer)
        return answers[-1]

    def wrong(last: Answered) -> Faults:
        if len(answers) < len(plays):
            yield from status(last)
            return
        if left - scene.left(batch_id) < len(plays):
            yield "doubled: the stock has packs that were claimed"
        for play, answer in zip(plays, answers, strict=True):
            yield from play.wrong(answer)

    return Play(send, wrong)


def _hold(scene: Scene, name: str, order_no: str, *, ttl_s: int = 600) -> Answered:
    body = {"code": scene.code(name), "order": order(), "ttl_s": ttl_s}
    return scene.till.send(f"PUT {HOLD}", {"order_no": order_no}, body=body)


def _coupon(scene: Scene, name: str, order_no: str, state: str, index: int = 0) -> Faults:
    coupon = scene.coupon(name, index)
    owner = order_key(MERCHANT, order_no) if order_no else None
    if coupon.state != state or (owner and coupon.order != owner):
        yield f"lost or doubled: the coupon is {coupon.state}, not {state} by its order"


def hold(scene: Scene) -> Play:
    name, order_no = scene.claimed(), scene.name()

    def wrong(answer: Answered) -> Faults:
        yield from status(answer)
        found = scene.order(order_no)
        if found is None or found.state != "held":
            yield "lost: no hold"
        yield from _coupon(scene, name, order_no, "held")

    return Play(lambda: _hold(scene, name, order_no), wrong)


def _release(scene: Scene, name: str, order_no: str, coupon: str, by: str = "") -> Play:
    def wrong(answer: Answered) -> Faults:
        yield from status(answer, first=200)
        found = scene.order(order_no)
        if found is None or found.state != "released":
            yield "lost: not released"
        yield from _coupon(scene, name, by, coupon)

    return Play(lambda: scene.till.send(f"DELETE {HOLD}", {"order_no": order_no}), wrong)


def release(scene: Scene) -> Play:
    name, order_no = scene.claimed(), scene.name()
    assert _hold(scene, name, order_no).status == 201
    return _release(scene, name, order_no, "available")


def release_before_the_order(scene: Scene) -> Play:
    return _release(scene, scene.claimed(), scene.name(), "available")


def release_of_a_lapsed_hold(scene: Scene) -> Play:
    """Another order has taken the coupon since: its hold stays."""
    name, order_no, other = scene.claimed(), scene.name(), scene.name()
    assert _hold(scene, name, order_no, ttl_s=LAPSE_S).status == 201
    scene.world.clock.advance(LAPSE_S)
    assert _hold(scene, name, other).status == 201
    return _release(scene, name, order_no, "held", by=other)


def _redeem(scene: Scene, name: str, order_no: str, send: Callable[[], Answered]) -> Play:
    def wrong(answer: Answered) -> Faults:
        yield from status(answer)
        yield from _coupon(scene, name, order_no, "redeemed")
        lines = scene.lines(order_no, DAY)
        if [line.amounts.payable_minor for line in lines] != [PAYABLE_MINOR]:
            yield f"lost or doubled: {len(lines)} lines"
        if scene.till.send(REDEMPTION, {"order_no": order_no}).json != answer.json:
            yield "falsely acknowledged: another redemption than the stored one"

    return Play(send, wrong)


def redemption(scene: Scene) -> Play:
    name, order_no = scene.claimed(), scene.name()
    code = scene.code(name)
    return _redeem(scene, name, order_no, lambda: scene.till.redeem(order_no, code, order()))


def first_redemption_of_a_day(scene: Scene) -> Play:
    """The day and its merchant are not marked yet."""
    play = redemption(scene)
    for key in (keys.day(DAY), keys.merchant_day(DAY, MERCHANT)):
        scene.world.client.delete_item(TableName=scene.world.settings["ORDERS_TABLE"], Key=encode(key))

    def wrong(answer: Answered) -> Faults:
        yield from play.wrong(answer)
        if None in scene.world.services.days.of_merchant(DAY, MERCHANT):
            yield "lost: a line on a day that is not marked"

    return Play(play.send, wrong)


def redemption_of_a_hold(scene: Scene) -> Play:
    name, order_no = scene.claimed(), scene.name()
    assert _hold(scene, name, order_no).status == 201
    return _redeem(scene, name, order_no, lambda: scene.till.redeem(order_no, None, order()))


def redemption_of_a_print(scene: Scene) -> Play:
    name, order_no = scene.claimed(), scene.name()
    desk = Person({"sub": "desk", "scope": "citizen operator", "person_id": name})
    coupon_id = desk.send(CLAIM, {"batch_id": "plain"}).json["coupons"][0]["coupon_id"]
    sheet = desk.send("POST /coupons/{coupon_id}/code", {"coupon_id": coupon_id}, body={"print": True}).json
    code, pin = sheet["code"], sheet["pin"]
    return _redeem(scene, name, order_no, lambda: scene.till.redeem(order_no, code, order(), pin=pin))


def _reverse(scene: Scene, index: int, amount_minor: int, coupon: str, day: str = DAY) -> Play:
    """`coupon` is what the reversal of the redeemed coupon at `index` makes of it."""
    name, order_no = scene.redeemed(index)

    def wrong(answer: Answered) -> Faults:
        yield from status(answer)
        yield from _coupon(scene, name, "" if coupon == "available" else order_no, coupon, index)
        found = scene.order(order_no)
        if found is None or [part.amounts.payable_minor for part in found.reversals] != [amount_minor]:
            yield "lost or doubled: the order's reversals"
        lines = [line for line in scene.lines(order_no, day) if line.kind == "reversal"]
        if [line.amounts.payable_minor for line in lines] != [-amount_minor]:
            yield f"lost or doubled: {len(lines)} lines of the reversal"

    return Play(lambda: scene.till.reverse(order_no, "back", amount_minor), wrong)


OF_COUPONS: tuple[Operation, ...] = (
    Operation("claim, with a lease", 2, first_claim),
    Operation("five claims, larger leases", 8, five_claims),
    Operation("claim, limited", 2, limited_claim),
    Operation("claim, granted to a group", 1, granted_claim),
    Operation("claim, exclusive group", 2, claim_of_a_group),
    Operation("claim of the group's other batch", 3, claim_of_the_other_batch),
    Operation("claim repeated elsewhere", 3, repeated_claim),
    Operation("hold", 1, hold),
    Operation("release", 1, release),
    Operation("release before the order", 1, release_before_the_order),
    Operation("release of a lapsed hold", 2, release_of_a_lapsed_hold),
    Operation("redemption by code", 1, redemption),
    Operation("redemption, first of the day", 3, first_redemption_of_a_day),
    Operation("redemption of a hold", 1, redemption_of_a_hold),
    Operation("redemption of a print", 3, redemption_of_a_print),
    Operation("reversal of a part", 1, lambda s: _reverse(s, 0, 1500, "redeemed")),
    Operation("reversal, the coupon comes back", 1, lambda s: _reverse(s, 0, PAYABLE_MINOR, "available")),
    Operation("reversal of a part, it comes back", 1, lambda s: _reverse(s, 2, 1500, "available")),
    Operation("reversal, it does not come back", 1, lambda s: _reverse(s, 1, PAYABLE_MINOR, "voided")),
    Operation("reversal after the expiry", 1, lambda s: _reverse(s, 0, PAYABLE_MINOR, "voided", LATER), is_late=True),
)
