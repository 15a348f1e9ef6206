"""The count of bookings: no counter while people book, one exact count after the window has closed."""

from __future__ import annotations

from typing import Any

import pytest

from coupons.process.services import Services, replace_services
from coupons.schedule.minute import run_schedule
from tests.store.faults import Faulty, KilledError, Mortal, answer_lost, first
from tests.world import World, a_batch, campaign

BOOKING = "PUT /batches/{batch_id}/booking"
PACK = {"batch_id": "pack"}
CLOSES = "2020-06-06T11:00:00+08:00"
FENCED = "2020-06-06T11:00:30+08:00"


@pytest.fixture
def booked(world: World) -> World:
    """Three people have a booking: of five requests one was a repeat, and one was cancelled."""
    window = {"opens_at": "2020-06-06T09:00:00+08:00", "closes_at": CLOSES, "expected_people": 40_000}
    times = {"opens_at": "2020-06-06T12:00:00+08:00", "closes_at": "2020-06-07T12:00:00+08:00"}
    world.publish(campaign(a_batch(booking=window, **times), a_batch("other", **times)))
    for name in ("ann", "bob", "cat", "dan", "ann"):
        assert world.citizen(name).send(BOOKING, PACK, body={}).status in (200, 201)
    assert world.citizen("dan").send("DELETE /batches/{batch_id}/booking", PACK).status == 200
    return world


def tick(world: World, services: Services | None = None, deadline_s: float = float("inf")) -> list[dict[str, Any]]:
    return run_schedule(services or world.new_services(), world.now_s, deadline_s).did


def shown(world: World) -> int | None:
    world.clock.advance(1)
    found = world.citizen("ann").send("GET /batches/{batch_id}", PACK).json["booked"]
    world.clock.advance(-1)
    return found  # type: ignore[no-any-return]


def audit(world: World) -> dict[str, Any]:
    return world.operator().send("GET /admin/batches/{batch_id}/audit", PACK).json  # type: ignore[no-any-return]


def test_bookings_are_counted_a_fence_after_their_window(booked: World) -> None:
    """Not a second earlier, since a late booking may still arrive; then once."""
    booked.clock.set("2020-06-06T11:00:29+08:00")
    assert (tick(booked), shown(booked)) == ([], None)
    booked.clock.set(FENCED)
    assert tick(booked) == [{"batch_id": "pack", "step": "booked", "bookings": 3}]
    assert shown(booked) == 3
    assert tick(booked) == []


def test_a_cancel_whose_answer_is_lost_is_no_stranger(booked: World) -> None:
    """Its second attempt finds no booking and succeeds; the next request is refused."""
    replace_services(booked.new_services(client=Faulty(booked.client, "delete_item", answer_lost)))
    answers = [booked.citizen("ann").send("DELETE /batches/{batch_id}/booking", PACK) for _ in range(2)]
    assert [answer.status for answer in answers] == [200, 404]


def test_nothing_is_read_when_nothing_is_due(booked: World) -> None:
    """The control item shows that the count is recorded."""
    booked.clock.set(FENCED)
    tick(booked)
    asked: list[str] = []
    real = booked.client.query

    def query(**parameters: Any) -> Any:
        asked.append(parameters["TableName"])
        return real(**parameters)

    client = Faulty(booked.client, "query", *[lambda _real, parameters: query(**parameters)] * 9)
    tick(booked, booked.new_services(client=client))
    assert "ClaimsTable" not in asked


def test_a_killed_count_is_finished_by_the_next(booked: World) -> None:
    """Killed at the second fold or at the record, the number is the same."""
    booked.clock.set(FENCED)
    for nth_write in (2, 3):
        with pytest.raises(KilledError):
            tick(booked, booked.new_services(client=Mortal(booked.client, nth_write, applied=False)))
    assert tick(booked) == [{"batch_id": "pack", "step": "booked", "bookings": 3}]


def test_a_count_without_time_asks_for_more(booked: World) -> None:
    """Half a count is not recorded."""
    booked.clock.set(FENCED)
    clock = iter([0.0, 0.0, *[9.0] * 99])
    services = booked.new_services()
    services.clock = type("Clock", (), {"wall_s": booked.clock.wall_s, "monotonic_s": lambda _self: next(clock)})()
    report = run_schedule(services, booked.now_s, 5.0)
    assert (report.did, report.more) == ([], True)
    assert shown(booked) is None


def test_two_counts_side_by_side_are_one(booked: World) -> None:
    """The slower one finds the count recorded."""
    booked.clock.set(FENCED)
    services = booked.new_services(client=Faulty(booked.client, "update_item", first(lambda: tick(booked))))
    assert tick(booked, services) == []
    assert shown(booked) == 3


def test_a_clock_set_back_into_the_window_takes_the_count_back(booked: World) -> None:
    """People book again and are counted again, without any fold of the first count."""
    booked.clock.set(FENCED)
    tick(booked)
    booked.clock.wall -= 31
    assert (tick(booked), shown(booked)) == ([], None)
    assert booked.citizen("eve").send(BOOKING, PACK, body={}).status == 201
    booked.clock.wall += 31
    assert tick(booked) == [{"batch_id": "pack", "step": "booked", "bookings": 4}]


def test_after_the_window_the_count_stands(booked: World) -> None:
    """If the clock is set back to the end of the window, nobody can book and nothing is counted again."""
    booked.clock.set(FENCED)
    tick(booked)
    booked.clock.wall -= 30
    assert (tick(booked), shown(booked)) == ([], 3)


def test_the_audit_recounts_bookings(booked: World) -> None:
    """While people book, and later against the recorded number; a planted booking breaks the equation."""
    assert (audit(booked)["booked"], audit(booked)["ok"]) == (3, True)
    booked.clock.set(FENCED)
    tick(booked)
    booked.clock.advance(1)
    found = audit(booked)
    assert {"equation": "bookings 3 = 3 on record", "holds": True} in found["equations"]
    batch = booked.services.cache.batch("pack")
    booked.services.bookings.put(batch, b"x" * 16, booked.now_s)
    found = audit(booked)
    assert {"equation": "bookings 4 = 3 on record", "holds": False} in found["equations"]
    assert not found["ok"]


def test_a_batch_without_booking_counts_none(booked: World) -> None:
    """It has no number and no equation."""
    found = booked.operator().send("GET /admin/batches/{batch_id}/audit", {"batch_id": "other"}).json
    assert (found["booked"], found["ok"]) == (None, True)
    assert not any("bookings" in equation["equation"] for equation in found["equations"])
