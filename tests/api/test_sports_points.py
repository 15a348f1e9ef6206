"""Beijing's sports season: points are earned by what people do there, and buy a swim and a jersey to the door."""

from __future__ import annotations

from typing import Any

from coupons.model.points_accounts import Account, AccountChange, Lot
from coupons.model.points_entries import Entry
from infra.couponctl.campaign_files import read_campaign
from infra.local.settings import checkout
from tests.api.seasons import season
from tests.api.stage import Stage, stage
from tests.world import KEYS, Answered, Person, order, seconds

RUN = {"activity_id": "open-run-0808", "session_id": "morning"}
JD = Person({"sub": "jd", "scope": "partner", "merchant_id": "jd-sports"})
EARN = "PUT /points/earnings/{event_id}"


def opened(s: Stage) -> Stage:
    """The season with its programme, on 8 August."""
    file = read_campaign(checkout() / "infra" / "seasons" / "beijing-sports.yaml")
    path = {"campaign_id": "beijing-sports"}
    s.clock.set("2022-01-01T00:00:00+08:00")
    document = season("beijing-sports")
    operator = s.operator()
    assert operator.send("PUT /admin/campaigns/{campaign_id}", path, body=document).status == 201
    applied = operator.send("PUT /admin/campaigns/{campaign_id}/programme", path, body=file.programme)
    assert applied.status == 201, applied.text
    for batch in document["batches"]:
        published = operator.send("POST /admin/batches/{batch_id}/publish", {"batch_id": batch["batch_id"]}, body={})
        assert published.status == 200, published.text
    s.clock.set("2022-08-08T12:00:00+08:00")
    return s


def visit(event_id: str, **changes: Any) -> Answered:
    body = {"person_id": "ann", **RUN, "kind": "event", "quantity": 1, "occurred_at": "2022-08-08T09:00:00+08:00"}
    return JD.send(EARN, {"event_id": event_id}, body={**body, **changes})


def test_points_buy_a_swim_to_the_door() -> None:
    """Earned under the day's cap, claimed, shown and redeemed; the double day and the first of its kind count."""
    with stage() as s:
        opened(s)
        first = visit("first", session_id="morning")
        assert first.json["points"] == 60 + 50  # 30, doubled on 8 August, and the first event
        has = 110 + earned_later(s, 390)
        ann = s.citizen("ann", region="beijing")
        claimed = ann.put_claim("points-swim-pass")
        assert claimed.status == 201, claimed.text
        used = use(s, ann, claimed, "north-lake-pool", "offline", "swim-pass-single", 5_000)
        assert used.status == 201, used.text
        found = ann.send("GET /points").json
        assert found["balance"] == has - 500 == sum(entry["points"] for entry in found["entries"])
        assert found["by_expiry"] == [{"expires_at": "2024-01-01T00:00:00+08:00", "points": has - 500}]


def test_points_buy_a_jersey_online_and_a_voided_batch_gives_them_back() -> None:
    """2,000 points are claimed for; what was not used comes back."""
    with stage() as s:
        opened(s)
        for name in ("ann", "bob"):
            given(s, name, 2_100)
            claimed = s.citizen(name, region="beijing").put_claim("points-jersey")
            assert claimed.status == 201, claimed.text
            if name == "ann":
                ann = s.citizen("ann", region="beijing")
                assert use(s, ann, claimed, "jd-sports", "online", "jersey-2022", 19_900).status == 201
        operator, path = s.operator(), {"batch_id": "points-jersey"}
        assert operator.send("POST /admin/batches/{batch_id}/stop", path, body={"issued": "void"}).status == 200
        s.clock.advance(30)
        s.tick()
        balances = [s.citizen(name).send("GET /points").json["balance"] for name in ("ann", "bob")]
        assert balances == [100, 2_100]


def given(s: Stage, name: str, points: int) -> None:
    """As after months of visits, under the caps of days and months."""
    services = s.new_services()
    person, account = KEYS.person(name), Account(1, {"2022": Lot(seconds("2024-01-01T00:00:00+08:00"), points)})
    entry = Entry("earlier", s.now_s - 1, "earn", points, {"2022": points})
    parts = services.points.change("beijing-sports-points", person, Account(), AccountChange(account, [entry]))
    assert services.tries([*parts])


def use(s: Stage, ann: Person, claimed: Answered, merchant_id: str, channel: str, sku: str, minor: int) -> Answered:
    item = {"sku": sku, "category": "sport", "tags": [], "price_minor": minor, "quantity": 1}
    place = {"store_id": merchant_id, "channel": channel, "region": "beijing", "items": [item]}
    code = ann.code(claimed.json["coupons"][0]["coupon_id"])
    return s.merchant(merchant_id).redeem("o-1", code, order(minor, **place))


def earned_later(s: Stage, most: int) -> int:
    """Ann visits an event on each of the next days until she has so many points more."""
    has, day = 0, 9
    while has < most:
        s.clock.advance(86_400)
        answered = visit(
            f"e-{day}", session_id=f"day-{day}", occurred_at=f"2022-08-{day:02}T09:00:00+08:00", quantity=2
        )
        assert answered.status == 201, answered.text
        assert answered.json["points"] == 60
        has, day = has + 60, day + 1
    return has
