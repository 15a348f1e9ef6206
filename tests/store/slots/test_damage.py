"""A damaged slot, diary or programme stops those who need it; all others are served, and its content is not shown."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

import events
from coupons.process.services import replace_services
from infra.virtual.store import Store
from tests.bus import Stream
from tests.court import DAY, facility, offer, programme
from tests.logs import everything, logged
from tests.programmes import PUT, alert
from tests.spoiled import BAD, SECRET, Look, Place, SpoiledWorld, assert_only_damage, in_few_words
from tests.world import Answered, a_batch, campaign

CATALOG, CLAIMS = "CATALOG_TABLE", "CLAIMS_TABLE"
NINE, TEN, POOL = f"court.{DAY}.0900", f"court.{DAY}.1000", f"pool.{DAY}.1200"


class Town(SpoiledWorld):
    """The court of `season` and the pool of `fair`. Ann is booked at the court at nine and ten and at the pool."""

    def act(self, name: str, slot_id: str, method: str = "PUT", what: str = "booking") -> Answered:
        body = {"body": {}} if method == "PUT" else {}
        return self.citizen(name).send(f"{method} /slots/{{slot_id}}/{what}", {"slot_id": slot_id}, **body)

    def look(self) -> Look:
        """What each reader answers, in few words; from a process that remembers nothing."""
        replace_services(self.new_services())
        ann, diner = self.citizen("ann"), self.merchant()
        seen: Look = {}
        answer = ann.send("GET /bookings")
        seen["own"] = in_few_words(answer, lambda a: ([one["slot_id"] for one in a["bookings"]], a["damaged"]))
        for name in ("court", "pool"):
            asked: dict[str, Any] = {"path": {"facility_id": name}, "query": {"day": DAY}}
            answer = ann.send("GET /facilities/{facility_id}/slots", **asked)
            seen[name] = in_few_words(answer, taken)
            answer = diner.send("GET /facilities/{facility_id}/bookings", **asked)
            seen[f"the diner's {name}"] = in_few_words(answer, taken)
        for campaign_id in ("season", "fair"):
            answer = ann.send("GET /campaigns/{campaign_id}/announcements", {"campaign_id": campaign_id})
            seen[campaign_id] = in_few_words(answer, lambda a: [one["announcement_id"] for one in a["announcements"]])
        return seen


def taken(answer: Any) -> tuple[int, list[str]]:
    """How many slots are shown, and which of them are taken."""
    return len(answer["slots"]), [one["slot_id"] for one in answer["slots"] if one["booked"]]


@pytest.fixture(scope="module")
def played() -> Town:
    made = Town(Store())
    made.publish(campaign())
    offer(made, announcements=[alert()])
    made.publish(campaign(a_batch("toys"), campaign_id="fair"))
    pool = programme(facilities=[facility(facility_id="pool")], announcements=[alert(announcement_id="sun")])
    assert made.operator().send(PUT, {"campaign_id": "fair"}, body=pool).status == 201
    assert [made.act("ann", slot_id).status for slot_id in (NINE, TEN, POOL)] == [201, 201, 201]
    return made


@pytest.fixture
def town(played: Town) -> Iterator[Town]:
    kept = dict(played.client.items)
    yield played
    played.client.restore(kept)


HEALTHY: Look = {
    "own": ([NINE, TEN, POOL], 0),
    "court": (13, [NINE, TEN]),
    "the diner's court": (13, [NINE, TEN]),
    "pool": (13, [POOL]),
    "the diner's pool": (13, [POOL]),
    "season": ["rain"],
    "fair": ["sun"],
}
SLOT, DIARY = (CLAIMS, "SLOTS#court", "0900"), (CLAIMS, "DIARY#season", "")
CHUNK, HEAD = (CATALOG, "PROGRAMME#season", "CHUNK"), (CATALOG, "PROGRAMME#season", "HEAD")
WITHOUT_NINE: Look = {"own": ([TEN, POOL], 1), "court": (12, [TEN]), "the diner's court": (12, [TEN])}
WITHOUT_COURT: Look = {"own": ([POOL], 2), "court": 500, "the diner's court": 500}
DAMAGED: list[tuple[Place, dict[str, Any], Look]] = [
    (SLOT, {"taken": BAD}, WITHOUT_NINE),
    (SLOT, {"taken": {"N": "2"}}, WITHOUT_NINE),
    (SLOT, {"cancelled": {"N": "1"}}, WITHOUT_NINE),
    (DIARY, {"s": BAD}, {"own": ([POOL], 1)}),
    (DIARY, {"s": {"M": {SECRET: {"L": [{"N": "1"}, {"N": "2"}]}}}}, {"own": ([POOL], 1)}),
    (DIARY, {"x": {"M": {NINE: BAD}}}, {"own": ([POOL], 1)}),
    (CHUNK, {"part": BAD}, {**WITHOUT_COURT, "season": 500}),
    (HEAD, {"chunks": BAD}, {**WITHOUT_COURT, "season": 500}),
    (HEAD, {"chunks": {"N": "2"}}, {**WITHOUT_COURT, "season": 500}),
    ((CATALOG, "FACILITY#court", "OWNER"), {"campaign_id": {"N": "1"}}, WITHOUT_COURT),
]


def test_nothing_is_damaged_where_nothing_was_spoiled(town: Town, caplog: pytest.LogCaptureFixture) -> None:
    """Without this the table below would prove nothing."""
    assert town.look() == HEALTHY
    assert logged(caplog) == []


@pytest.mark.parametrize(("place", "changes", "otherwise"), DAMAGED)
def test_one_damaged_item_is_named_and_the_rest_is_served(
    town: Town,
    place: Place,
    changes: dict[str, Any],
    otherwise: Look,
    caplog: pytest.LogCaptureFixture,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """By its keys, in log and metric; no log, trace or answer has its content."""
    key = town.spoil(place, changes)
    seen = town.look()
    assert {name: seen[name] for name in seen if seen[name] != HEALTHY[name]} == otherwise
    assert_only_damage(key, caplog, capsys)


@pytest.mark.parametrize(
    ("place", "changes", "refused"),
    [
        (SLOT, {"taken": BAD}, {("ann", NINE), ("bob", NINE)}),
        (DIARY, {"s": BAD}, {("ann", NINE), ("ann", TEN)}),
        (CHUNK, {"part": BAD}, {("ann", NINE), ("bob", NINE), ("ann", TEN), ("bob", TEN)}),
    ],
)
def test_only_what_is_damaged_cannot_be_booked_or_given_back(
    town: Town, place: Place, changes: dict[str, Any], refused: set[tuple[str, str]]
) -> None:
    """500 for it; also who is in a damaged slot books and gives back their others."""
    town.spoil(place, changes)
    replace_services(town.new_services())
    pairs = [(name, slot_id) for slot_id in (NINE, TEN, POOL) for name in ("bob", "ann")]
    for method in ("PUT", "DELETE"):
        found = {(name, slot_id): town.act(name, slot_id, method).status for name, slot_id in pairs}
        assert {pair for pair, status in found.items() if status == 500} == refused
        assert set(found.values()) <= {200, 201, 500}


def test_a_damaged_diary_keeps_nobody_else_from_moving_up(town: Town) -> None:
    """A promotion writes the slot alone, so also the person of the diary moves up."""
    assert town.act("bob", NINE).status == 201
    for name in ("cyd", "dan"):
        assert town.act(name, NINE, what="waiting").json["status"] == "waiting"
    for one in town.client.scan(TableName=town.settings[CLAIMS])["Items"]:
        if one["pk"]["S"].startswith("DIARY#season"):
            town.client.put_item(TableName=town.settings[CLAIMS], Item={**one, "s": BAD})
    answer = town.operator().send("PUT /admin/slots/{slot_id}", {"slot_id": NINE}, body={"units": 3})
    assert answer.status == 200
    assert [town.act(name, NINE, "GET").json["status"] for name in ("ann", "bob", "cyd", "dan")] == [
        "booked",
        "booked",
        "booked",
        "waiting",
    ]


@pytest.mark.parametrize("changes", [{"part": BAD}, {"part": {"B": b"no document"}}])
def test_an_event_of_a_damaged_programme_is_named_by_its_record(
    town: Town, changes: dict[str, Any], caplog: pytest.LogCaptureFixture
) -> None:
    """So that it can be told when the programme is mended; those of another programme are told at once."""
    stream = Stream(town)
    for campaign_id in ("season", "fair"):
        path = {"campaign_id": campaign_id}
        document = town.operator().send("GET /admin/campaigns/{campaign_id}/programme", path).json
        assert town.operator().send(PUT, path, body={**document, "announcements": [alert(title="Storm")]}).status == 200
    assert [town.act("eve", slot_id).status for slot_id in (TEN, POOL)] == [201, 201]
    records = stream.records()
    for item in town.client.scan(TableName=town.settings[CATALOG])["Items"]:
        if item["pk"]["S"] == "PROGRAMME#season" and item["sk"]["S"].startswith("CHUNK"):
            town.client.put_item(TableName=town.settings[CATALOG], Item={**item, **changes})
    replace_services(town.new_services())
    town.heard.failures.clear()
    assert events.handler({"Records": records}, None) == {"put": 2, "failed": 2}
    assert [one["type"] for one in town.heard.take()] == ["announcement.published.v1", "slot.booked.v1"]
    named = [(one["keys"]["pk"], one["reason"].rpartition(": ")[0]) for one in town.heard.failures]
    assert named == [
        ("ANNOUNCED#season", "its programme is damaged"),
        (f"SLOTS#court#{DAY}", "its programme is damaged"),
    ]
    assert SECRET not in everything(caplog)
