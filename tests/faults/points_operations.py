"""Points under faults: every write of a report, of its correction, of an exchange, and of points that go back."""

from __future__ import annotations

from coupons.model.points_accounts import balance
from tests.faults.operations import OF_COUPONS, Faults, Operation, Play, status
from tests.faults.scene import Scene
from tests.world import KEYS, Answered, Person

PROGRAM, WORTH, PRICE = "sports-points", 100, 60
PARTNER = Person({"sub": "club", "scope": "partner", "merchant_id": "diner"})
EARN, CORRECT = "PUT /points/earnings/{event_id}", "PUT /points/corrections/{event_id}"


def earn(event_id: str, name: str) -> Answered:
    told = {"person_id": name, "activity_id": "walk", "session_id": "first", "kind": "attendance", "quantity": 20}
    body = {**told, "occurred_at": "2020-06-06T09:00:00+08:00"}
    return PARTNER.send(EARN, {"event_id": event_id}, body=body)


def _points(scene: Scene, name: str, *moved: tuple[str, int]) -> Faults:
    """The entries are these, and the balance is what they add up to."""
    store, person = scene.world.services.points, KEYS.person(name)
    account = store.account(PROGRAM, person)
    entries, _ = store.entries(PROGRAM, person, account.version, "", 50)
    found = sorted((entry.kind, entry.points) for entry in scene.world.services.damages.sound(entries))
    if found != sorted(moved):
        yield f"lost or doubled: the entries {found}"
    if balance(account, scene.world.now_s) != sum(points for _, points in moved):
        yield "lost or doubled: the balance"


def report(scene: Scene) -> Play:
    name, event_id = scene.name(), scene.name()
    before = scene.world.services.points.allotment("diner", PROGRAM).total

    def wrong(answer: Answered) -> Faults:
        yield from status(answer)
        yield from _points(scene, name, ("earn", WORTH))
        if scene.world.services.points.allotment("diner", PROGRAM).total != before + WORTH:
            yield "lost or doubled: the partner's points"

    return Play(lambda: earn(event_id, name), wrong)


def correction(scene: Scene) -> Play:
    name, event_id = scene.name(), scene.name()
    assert earn(event_id, name).status == 201

    def wrong(answer: Answered) -> Faults:
        yield from status(answer)
        yield from _points(scene, name, ("earn", WORTH), ("correct", -WORTH))

    return Play(lambda: PARTNER.send(CORRECT, {"event_id": event_id}, body={"reason": "mistaken"}), wrong)


def exchange(scene: Scene) -> Play:
    name, left = scene.name(), scene.left("priced")
    assert earn(scene.name(), name).status == 201

    def wrong(answer: Answered) -> Faults:
        yield from status(answer)
        yield from _points(scene, name, ("earn", WORTH), ("exchange", -PRICE))
        if scene.claim_of("priced", name) is None:
            yield "lost: acknowledged and not there"
        if left - scene.left("priced") != 1:
            yield "lost or doubled: the stock"

    return Play(lambda: scene.citizen(name).put_claim("priced"), wrong)


OPERATIONS: tuple[Operation, ...] = (
    *OF_COUPONS,
    Operation("report of a visit", 1, report),
    Operation("correction of a visit", 1, correction),
    Operation("exchange of points", 1, exchange),
)
