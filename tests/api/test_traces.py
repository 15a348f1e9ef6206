"""The hashes of caller and source in a function's log line: they tell callers apart and name nobody."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

import claim
from coupons.process.services import Services, replace_services
from coupons.refusals import Busy, NotFound
from coupons.sealing import Keys
from coupons.stores.calls import NotSent
from coupons.stores.dynamodb import ConditionFailed
from coupons.web.traces import causes
from infra.virtual.store import Store
from tests.world import FUNCTIONS, KEYS, World, campaign, event, send

CLAIM = "PUT /batches/{batch_id}/claim"
DAY = "GET /settlements/{day}"
PACK = {"batch_id": "pack"}
IDENTITY = "11010519491231002X"
ADDRESS = "203.0.113.77"
SCOPED = sorted(key for api in FUNCTIONS.values() for key, route in api.routes.items() if route.scope)
PUBLIC = sorted(key for api in FUNCTIONS.values() for key, route in api.routes.items() if not route.scope)

Line = dict[str, Any]
Lines = Callable[[], list[Line]]


@pytest.fixture
def lines(capsys: pytest.CaptureFixture[str]) -> Iterator[Lines]:
    """The lines that the functions of a published batch wrote since the last look."""
    world = World(Store())
    world.publish(campaign())

    def taken() -> list[Line]:
        return [json.loads(line) for line in capsys.readouterr().out.splitlines()]

    taken()
    yield taken
    replace_services(None)


def claimed(sub: str, *, forwarded: str = ADDRESS, **claims: str) -> None:
    """A claim that is refused as `not-drawn`."""
    told = {"sub": sub, "scope": "citizen", **claims}
    send(event(CLAIM, {"batch_id": "none"}, claims=told, headers={"x-forwarded-for": forwarded}))


def told(lines: Lines, field: str) -> list[str | None]:
    return [line.get(field) for line in lines()]


def test_refusals_of_one_person_are_told_from_those_of_many(lines: Lines) -> None:
    """Accounts and spellings of one person are one caller; accounts without an identity are different."""
    for number in range(20):
        claimed(f"account-{number}", person_id=IDENTITY if number % 2 else IDENTITY.lower())
    one = told(lines, "caller")
    for number in range(20):
        claimed(f"account-{number}")
    many = told(lines, "caller")
    assert (len(one), len(set(one)), len(set(many)), len({*one, *many})) == (20, 1, 20, 21)


@pytest.mark.parametrize(
    ("claims", "status"),
    [({"scope": "merchant"}, 403), ({"person_id": "[a b]"}, 403), ({"person_id": "\ud800"}, 403)],
)
def test_who_is_turned_away_is_counted_too(lines: Lines, claims: dict[str, str], status: int) -> None:
    """Without the scope, or with an identity that is not valid, the caller is the account."""
    claimed("mallory", **claims)
    claimed("mallory")
    first, second = lines()
    assert first["status"] == status
    assert first["caller"] == second["caller"]


def test_a_token_that_names_nobody_has_no_caller(lines: Lines) -> None:
    """It is refused, and the line has its source."""
    send(event(CLAIM, PACK, claims={"scope": "citizen"}, headers={"x-forwarded-for": ADDRESS}))
    (line,) = lines()
    assert (line["status"], "caller" in line, "source" in line) == (401, False, True)


def test_malformed_requests_of_a_process_that_has_done_nothing_else_are_counted(lines: Lines) -> None:
    """The first token loads the keys."""
    for name in ("ann", "ann", "bob"):
        send(event(CLAIM, PACK, claims={"sub": name, "scope": "citizen"}, raw="{"))
    found = lines()
    assert [line["status"] for line in found] == [400] * 3
    assert len({line["caller"] for line in found}) == 2


def test_the_last_address_is_the_source(lines: Lines) -> None:
    """The gateway appends it; earlier entries change nothing."""
    for forwarded in (ADDRESS, f"198.51.100.1, {ADDRESS}", f"unknown,,{ADDRESS} ", f"{ADDRESS}, 198.51.100.1", "", ","):
        claimed("ann", forwarded=forwarded)
    direct, forged, garbage, elsewhere, *unknown = told(lines, "source")
    assert direct == forged == garbage
    assert elsewhere not in (direct, None)
    assert unknown == [None, None]


def test_caller_and_source_are_of_one_kind_each(lines: Lines) -> None:
    """Equal texts as address, account and person have different hashes, and none is an item's key."""
    claimed("ann", person_id=ADDRESS)
    (line,) = lines()
    assert line["caller"] != line["source"]
    person = World(Store()).services.keys.person(f"sub:{ADDRESS}")
    claimed(ADDRESS)
    (line,) = lines()
    assert line["caller"] != line["source"]
    assert len(line["caller"]) == len(line["source"]) == 16
    assert line["caller"] not in person.hex()


def test_no_line_names_anybody(lines: Lines, monkeypatch: pytest.MonkeyPatch) -> None:
    """No line of any route has an identity; only assistance is logged with operator and person."""
    told = {"sub": "mallory", "person_id": IDENTITY, "household_id": "house-7", "merchant_id": "diner"}
    token = {**told, "scope": "citizen merchant operator partner"}
    headers = {"x-forwarded-for": f"198.51.100.1, {ADDRESS}"}

    def asked(key: str, body: Any) -> None:
        path = {part.strip("{}"): "pack" for part in key.split("/") if part.startswith("{")}
        send(event(key, path, claims=token, body=body, headers=headers))

    for key in SCOPED:
        for body in ({}, {"person_id": IDENTITY}):
            asked(key, body if key.startswith("P") else None)
    monkeypatch.delattr(claim.packs, "claim")
    asked(CLAIM, {})
    written = lines()
    assert {"ok", "malformed", "surprise"} <= {str(line.get("outcome")) for line in written}
    assert len({line["caller"] for line in written if "outcome" in line}) == 1
    assert [name for name in (IDENTITY, IDENTITY.lower(), "house-7", ADDRESS) if name in json.dumps(written)] == []
    assert {line["message"] for line in written if "mallory" in json.dumps(line)} <= {
        "hotline look-up",
        "assisted claim",
    }


def test_a_busy_request_says_why(lines: Lines) -> None:
    """Which failure, and where, in at most 200 characters: a distrusted certificate would else be a bare 503."""
    told = "dynamodb.example: no TLS: certificate verify failed: " + "long " * 50

    class Unreachable:
        def __getattr__(self, _operation: str) -> Callable[..., Any]:
            return self.fail

        def fail(self, **_: Any) -> Any:
            raise NotSent(told)

    world = World(Store())
    replace_services(Services(world.settings, clock=world.clock, keys=KEYS, boto_client=Unreachable()))
    send(event(CLAIM, PACK, claims={"sub": "ann", "scope": "citizen"}))
    (line,) = lines()
    assert (line["outcome"], line["cause"]) == ("busy", f"NotSent: {told}"[:200])


def test_only_a_busy_request_has_a_cause() -> None:
    """Another refusal's cause is an item that refused a write, which is nobody's business here."""
    refusal = NotFound(detail="No such coupon.")
    refusal.__cause__ = ConditionFailed(None)
    assert causes(refusal) == {}


def test_without_a_token_nobody_is_traced(lines: Lines) -> None:
    """A direct call without a token has no source and needs no keys."""
    send(event(CLAIM, PACK, headers={"x-forwarded-for": ADDRESS}))
    (line,) = lines()
    assert (line["status"], "caller" in line, "source" in line) == (401, False, False)


@pytest.mark.parametrize("key", PUBLIC)
def test_routes_for_everybody_ask_for_no_keys(lines: Lines, key: str) -> None:
    """Their function has no keys, so its line has no hashes, with a token either."""
    world = World(Store())
    replace_services(Services(world.settings, clock=world.clock, boto_client=world.client))
    path = {"campaign_id": "season", "batch_id": "pack", "facility_id": "court", "name": "ab" * 32}
    send(event(key, path, claims={"sub": "ann"}, headers={"x-forwarded-for": ADDRESS}))
    (line,) = lines()
    assert line["outcome"] in ("ok", "not-found")
    assert not {"caller", "source"} & line.keys()


class Cut(Services):
    """An environment that cannot read its keys."""

    @property
    def keys(self) -> Keys:  # type: ignore[override]
        raise Busy(detail="The keys are out of reach.")

    @keys.setter
    def keys(self, _: Keys) -> None:
        pass


def test_a_line_without_keys_refuses_nobody(lines: Lines) -> None:
    """A route that needs no keys responds."""
    world = World(Store())
    world.publish(campaign())
    lines()
    replace_services(Cut(world.settings, clock=world.clock, boto_client=world.client))
    token = {"sub": "till", "scope": "merchant", "merchant_id": "diner"}
    assert send(event(DAY, {"day": "2020-06-06"}, claims=token)).status == 200
    (line,) = lines()
    assert (line["outcome"], "caller" in line) == ("ok", False)
