"""One person has one pack under every spelling of the identity, and no account can pose as another person."""

from __future__ import annotations

from typing import Any

import pytest

from coupons.web.api import Api
from tests.api.cases import opened
from tests.api.stage import Stage
from tests.unit.test_identities import ONE_PERSON
from tests.world import KEYS, Person, a_batch

LOOKUP = "POST /admin/persons/lookup"
WEEKLY = {"kind": "count", "limit_id": "home", "per": "household", "period": "week", "packs_max": 1}
MEMBERS = "PUT /admin/groups/{group_id}/members"


def citizen(sub: str, **claims: Any) -> Person:
    return Person({"sub": sub, "scope": "citizen", **claims})


def statuses(s: Stage, *tokens: Person) -> list[int]:
    return [token.put_claim("pack").status for token in tokens]


def looked_up(s: Stage, name: str) -> int:
    """The number of coupons that the hotline sees."""
    return len(s.operator().send(LOOKUP, body={"person_id": name}).json["coupons"])


def test_every_spelling_is_one_person(fresh: Stage) -> None:
    """Every account and spelling of one identity finds the same pack, and so does the hotline."""
    s = opened(fresh)
    people = [citizen(f"account-{number}", person_id=spelling) for number, spelling in enumerate(ONE_PERSON)]
    assert statuses(s, *people) == [201, *[200] * (len(people) - 1)]
    assert {looked_up(s, spelling) for spelling in ONE_PERSON if "\t" not in spelling} == {1}


def test_every_spelling_is_one_household(fresh: Stage) -> None:
    """The first spelling uses up the limit of the household."""
    s = opened(fresh, a_batch(limits=["home"]), limits=[WEEKLY])
    people = [s.citizen(f"p{number}", household_id=home) for number, home in enumerate(ONE_PERSON)]
    assert statuses(s, *people) == [201, *[403] * (len(people) - 1)]


@pytest.mark.parametrize("nothing", ["null", "", None])
def test_strangers_without_an_identity_are_strangers(fresh: Stage, nothing: Any) -> None:
    """People without an identity have a pack each and no household in common."""
    s = opened(fresh, a_batch(limits=["home"]), limits=[WEEKLY])
    people = [citizen(name, person_id=nothing, household_id=nothing) for name in ("li", "wang", "LI")]
    assert statuses(s, *people, *people) == [201] * 3 + [200] * 3


def test_an_account_is_nobodys_identity(fresh: Stage) -> None:
    """An account named like somebody's identity is another person."""
    s = opened(fresh)
    number = "110105194912310021"
    assert statuses(s, citizen("li", person_id=number), citizen(number)) == [201, 201]
    assert [looked_up(s, name) for name in (number, f"sub:{number}", "sub:li", "li")] == [1, 1, 0, 0]
    for forged in (f"sub:{number}", f"SUB:{number}", f"\uff53\uff55\uff42:{number}"):
        answered = citizen("eve", person_id=forged).put_claim("pack")
        assert (answered.status, answered.slug) == (403, "forbidden")
        assert number not in answered.text


def test_members_are_compared_by_who_they_are(fresh: Stage) -> None:
    """Spellings of one person count once, in both lists; the response counts who joined and left."""
    s = opened(fresh, a_batch(mode="granted", eligibility={"group_id": "care"}))

    def members(**lists: list[str]) -> Any:
        answered = s.operator().send(MEMBERS, {"group_id": "care"}, body=lists)
        facts = answered.json
        return answered.slug or (facts["added"], facts["removed"], facts["entitled"])

    assert members(add=["1002X", "1002\uff38", "sub:Li", "sub:li"]) == (3, 0, 3)
    assert members(add=["1002x", "sub:Li", "bo"], remove=["eve"]) == (1, 0, 4)
    assert members(add=["1002x"], remove=[" 1002X"]) == "malformed"
    assert members(remove=["1002\uff38", "1002x", "sub:Li"]) == (0, 2, 4)
    assert members(add=["1002x"], remove=["sub:Li"]) == (1, 0, 4)
    assert statuses(s, citizen("a", person_id="1002X"), citizen("li"), citizen("Li")) == [201, 201, 403]


def test_the_hotline_sees_bookings_too(fresh: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """It sees bookings of campaigns that have not ended; the log has operator and key, never the identity."""
    days = [("b", "2020-06-01T00:00:00+08:00"), ("a", "2020-06-01T00:00:00+08:00"), ("c", "2020-06-01T00:00:00+08:00")]
    closes_at = "2020-06-06T10:00:00+08:00"
    booked = [a_batch(name, booking={"opens_at": opens_at, "closes_at": closes_at}) for name, opens_at in days]
    s = opened(fresh, *booked, a_batch())
    s.clock.set("2020-06-02T10:00:00+08:00")
    li = citizen("li", person_id="1002X")
    for name in ("b", "a"):
        assert li.send("PUT /batches/{batch_id}/booking", {"batch_id": name}, body={}).status == 201
        s.clock.advance(60)
    logged: list[dict[str, str]] = []
    monkeypatch.setattr(Api, "log", lambda _self, _message, **facts: logged.append(facts))
    found = s.operator().send(LOOKUP, body={"person_id": " 1002x"}).json
    assert [(one["batch_id"], one["booked_at"]) for one in found["bookings"]] == [
        ("b", "2020-06-02T10:00:00+08:00"),
        ("a", "2020-06-02T10:01:00+08:00"),
    ]
    assert logged == [{"operator": "op", "person": KEYS.person("1002x").hex()}]
    s.clock.set("2020-10-01T00:00:00+08:00")
    assert s.operator().send(LOOKUP, body={"person_id": "1002x"}).json["bookings"] == []


@pytest.mark.parametrize(
    "name", ["", " ", "a\u200bb", "null", "[a b]", "1.10105E+17", "sub:", "SUB:a", "a" * 129, "a\nb", "\ue000"]
)
def test_nobody_is_looked_up_or_admitted(fresh: Stage, name: str) -> None:
    """A text that identifies nobody is 400 with its place, and is not repeated."""
    for route, path, body, place in (
        (LOOKUP, None, {"person_id": name}, "body.person_id"),
        (MEMBERS, {"group_id": "care"}, {"remove": ["bo", name]}, "body.remove.1"),
    ):
        answered = fresh.operator().send(route, path, body=body)
        assert answered.slug == "malformed"
        assert [error["place"] for error in answered.json["errors"]] == [place]
