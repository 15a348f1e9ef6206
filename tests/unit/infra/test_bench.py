"""The bench's pure parts: who comes when, what is counted, and goals that can be missed."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import Any

import pytest

from infra.bench.__main__ import size_of
from infra.bench.goals import GOALS, judged, lost, missed
from infra.bench.people import Size, dealt, key_of, latecomers, spike
from infra.bench.report import ours_in_words, spike_table, trickle_table
from infra.bench.spike import Row, relative
from infra.bench.store import StoreError, endpoint_of
from infra.bench.tally import Played, Spent, needless, together
from infra.bench.trickle import Trickled, trickles
from infra.bench.watch import Growth, kind_of, read_units_of
from infra.bench.worker import ALLOWED

FULL = Size(10_000)


def row(**changes: Any) -> Row:
    """A row that meets every goal exactly."""
    steady = {"steady": Spent(1_000, 1_050, 1_050.0, 10.0), **changes.pop("spent", {})}["steady"]
    spent = {"claim": steady, "ramp": Spent(100, 130, 120.0, 4.0)}
    met = Row(
        way="ours",
        packs=10_000,
        spike=Played(spent, claimed=[1, 2, 3]),
        late=Played({"refusal": Spent(2, 1, 0.0, 0.5)}, refused=[4, 5]),
        counted=10_000,
        tokens=10_000,
        unsold_after=0,
        paces=[90.0, 100.0],
        pace=0.9,
    )
    return replace(met, **changes)


def test_a_row_at_every_limit_meets_all_goals() -> None:
    """The limits themselves are good enough."""
    assert missed(row(), GOALS) == []


@pytest.mark.parametrize(
    ("bad", "goal"),
    [
        (row(spent={"steady": Spent(1_000, 1_050, 1_051.0, 0.0)}), "write units a claim: 1.051"),
        (row(spent={"steady": Spent(1_000, 1_051, 1_000.0, 0.0)}), "requests a claim: 1.051"),
        (row(late=Played(refused=[4], needless=1)), "within a cache second: 1"),
        (row(late=Played()), "within a cache second: inf"),
        (row(counted=10_001, tokens=10_001), "oversold: 1"),
        (row(tokens=9_999), "double: 1"),  # one pack in two claims
        (row(back=Played(claimed=[3])), "double: 1"),  # one person told twice
        (row(counted=9_999, tokens=9_999), "unsold after the reclaim: 1"),
        (row(pace=0.899), "pace: 0.899"),
    ],
)
def test_each_goal_can_be_missed(bad: Row, goal: str) -> None:
    """One fact past its limit misses that goal, by name and number, and no other."""
    (miss,) = missed(bad, GOALS)
    assert miss.endswith(goal)


def test_nothing_measured_meets_no_goal_of_cost() -> None:
    """A steady spike without claims is no proof."""
    assert len(missed(row(spent={"steady": Spent()}), GOALS)) == 2


def test_a_small_bench_judges_what_it_can() -> None:
    """Units, requests and pace need 1,000 packs an environment; exactness never does."""
    small = {goal.name for goal in judged(row(packs=7_999), 8)}
    assert {goal.name for goal in judged(row(packs=8_000), 8)} - small == {
        "at most 1.05 write units a claim",
        "at most 1.05 requests a claim",
        "at least 0.9 of the floor's pace",
    }


def test_a_trickle_whose_packs_stay_away_is_a_miss() -> None:
    """Named by its interval."""
    first, second, *_ = (Trickled(trickle, Played(), stranded=3, lost=0) for trickle in trickles(0, 10_000))
    assert lost([first, replace(second, lost=2)]) == ["every pack back after a claim each 0.2 s: 2 are not"]


def test_the_line_holds_everybody_once_and_a_fifth_twice_in_an_order_that_a_seed_decides() -> None:
    """And those who come late are others."""
    line = [person for people in spike(FULL, 6) for person in people]
    assert Counter(Counter(line).values()) == {1: 9_600, 2: 2_400}
    assert set(line) == set(range(12_000))
    assert spike(FULL, 6) == spike(FULL, 6) != spike(FULL, 7)
    assert set(latecomers(FULL)).isdisjoint(line)
    assert len(latecomers(FULL)) == 10_000


def test_the_line_is_dealt_in_turn() -> None:
    """Nobody is lost, and no environment has two more than another."""
    assert dealt([1, 2, 3, 4, 5], 2) == [[1, 3, 5], [2, 4]]


def test_keys_are_distinct() -> None:
    """Two people are two."""
    assert len({key_of(number) for number in range(2_000)}) == 2_000


@pytest.mark.parametrize(
    ("requests", "count"),
    [
        ([(0.0, "control"), (1.0, "control"), (2.5, "control"), (0.4, "totals"), (2.9, "seconds"), (5.4, "totals")], 0),
        ([(0.0, "control"), (0.999, "control")], 1),
        ([(0.0, "totals"), (4.999, "totals")], 1),
        ([(0.0, "seconds"), (4.999, "seconds")], 1),
        ([(0.0, "control"), (0.1, "lease")], 1),
        ([(0.0, "batch_get_item")], 1),
    ],
)
def test_a_refusal_may_ask_for_the_control_item_once_a_second(requests: list[tuple[float, str]], count: int) -> None:
    """And write each of both counts once in five; all else is needless."""
    assert needless(requests, ALLOWED) == count


@pytest.mark.parametrize(
    ("leases", "ramping"),
    [([1], True), ([1, 2, 4, 8], True), ([1, 2, 4, 4], False), ([1, 2, 1, 2, 4], False), ([1, 1], False)],
)
def test_the_ramp_ends_with_the_first_lease_that_is_not_larger(leases: list[int], ramping: bool) -> None:
    """1, 2, 4 … grows until the pace, 64, or what is left stops it."""
    growth = Growth()
    for packs in leases:
        growth.lease(packs)
    assert growth.ramping is ramping


@pytest.mark.parametrize(
    ("operation", "parameters", "kind"),
    [
        ("update_item", {"Key": {"sk": {"S": "STOCK"}}, "ExpressionAttributeValues": {":k": {"N": "4"}}}, "lease"),
        ("update_item", {"Key": {"pk": {"S": "REFUSED#pack"}, "sk": {"S": "REFUSED"}}}, "totals"),
        ("update_item", {"Key": {"pk": {"S": "SECONDS#pack#0060#1"}, "sk": {"S": "REFUSED"}}}, "seconds"),
        ("update_item", {"Key": {"sk": {"S": "CONTROL"}}, "ExpressionAttributeValues": {}}, "update_item"),
        ("get_item", {}, "control"),
        ("put_item", {}, "put_item"),
    ],
)
def test_requests_are_told_apart(operation: str, parameters: dict[str, Any], kind: str) -> None:
    """By what they ask for."""
    assert kind_of(operation, parameters) == kind


def item(size: int) -> dict[str, Any]:
    """Of so many bytes, its name included."""
    return {"x": {"S": "x" * (size - 1)}}


@pytest.mark.parametrize(
    ("operation", "asked", "answer", "units"),
    [
        ("get_item", {}, {}, 0.5),
        ("get_item", {"ConsistentRead": True}, {"Item": item(4_096)}, 1),
        ("get_item", {}, {"Item": item(4_097)}, 1),
        ("query", {}, {"Items": []}, 0.5),
        ("query", {"ConsistentRead": True}, {"Items": [item(100)] * 41}, 2),
        ("batch_get_item", {}, {"Responses": {"t": [item(100), item(4_097)]}}, 2),
        ("batch_get_item", {"ConsistentRead": True}, {"Responses": {}, "UnprocessedKeys": {"t": {"Keys": [1]}}}, 2),
        ("put_item", {}, {}, None),
        ("transact_write_items", {}, {}, None),
    ],
)
def test_reads_are_counted_by_bytes(operation: str, asked: Any, answer: Any, units: float | None) -> None:
    """Whatever the engine says: half a unit each 4 KB, one if strong, of three keys or a page."""
    if operation == "batch_get_item":
        asked = {"RequestItems": {"t": {"Keys": [1, 2, 3], **asked}}}
    assert read_units_of(operation, asked, answer) == units


def test_what_environments_did_adds_up() -> None:
    """Outcome by outcome; the parts stay as they were."""
    part = Played({"claim": Spent(2, 3, 2.5, 0.5)}, [1], [2], 1, 1)
    assert together([part, part]) == Played({"claim": Spent(4, 6, 5.0, 1.0)}, [1, 1], [2, 2], 2, 2)
    assert part.spent["claim"].attempts == 2


def test_pace_is_the_median_of_the_turns() -> None:
    """One noisy turn decides nothing; no turn is no pace."""
    assert relative([9.0, 10.0, 1.0], [10.0, 10.0, 10.0, 10.0]) == 0.9
    assert relative([], [10.0]) == 0.0


@pytest.mark.parametrize(
    ("variables", "endpoint"),
    [
        ({}, None),
        ({"ENGINE": "ministack", "ENDPOINT": "http://192.0.2.1"}, None),
        ({"ENGINE": "dynamodb-local"}, "http://127.0.0.1:8000"),
        ({"ENGINE": "dynamodb-local", "ENDPOINT": "http://localhost:9000"}, "http://localhost:9000"),
    ],
)
def test_the_engine_is_named_by_the_variables(variables: dict[str, str], endpoint: str | None) -> None:
    """One of our own unless somebody has a DynamoDB Local."""
    assert endpoint_of(variables) == endpoint


@pytest.mark.parametrize(
    "variables",
    [
        {"ENGINE": "aws"},
        {"ENGINE": "dynamodb-local", "ENDPOINT": "http://192.0.2.1:8000"},
        {"ENGINE": "dynamodb-local", "ENDPOINT": "https://dynamodb.us-east-1.amazonaws.com"},
    ],
)
def test_only_loopback_is_loaded(variables: dict[str, str]) -> None:
    """Anything else is refused before a request is sent."""
    with pytest.raises(StoreError):
        endpoint_of(variables)


@pytest.mark.parametrize("variables", [{"PACKS": "99"}, {"PACKS": "1e4"}, {"ATTEMPT_MS": "0"}, {"ATTEMPT_MS": "-1"}])
def test_a_size_that_cannot_be_meant_is_refused(variables: dict[str, str]) -> None:
    """Small, whole and positive; nothing given is the full size."""
    assert size_of({}) == FULL
    with pytest.raises(StoreError):
        size_of(variables)


def test_the_tables_say_each_row() -> None:
    """Also rows in which something never happened."""
    text = spike_table([row(), Row("floor", 100, Played(), Played())], FULL, 6)
    assert [line.split()[0] for line in text.splitlines()[-2:]] == ["ours", "floor"]
    assert "1.050" in ours_in_words(row())
    assert "0.02 s" in trickle_table([Trickled(trickles(0, 100)[0], Played(), 20, 0)])
