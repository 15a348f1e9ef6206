"""Control items as operators and the expiry change them: each clause alone refuses what it must."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from coupons.model.batches import Control
from coupons.stores import keys
from coupons.stores.attributes import encode
from coupons.stores.controls import Controls
from coupons.stores.dynamodb import TransactionFailed
from coupons.stores.values import fields_of
from tests.world import World

DAY_S = 86_400
LAST_S = 1_592_704_800
NOW_S = 1_591_408_800
OPEN = Control("open", 1, 10)
COUNTED = Control(
    "open", 2, 10, final=True, expired_at_s=NOW_S, given_back=1, rest_through="2020-06-20", booking_count=3
)
"""Closed, expired and counted; one step of giving back is done."""
COUNTED_ANEW: list[dict[str, Any]] = [{"given_back": 2}, {"final": False}, {"round": 3}, {"expired_at_s": NOW_S + 1}]
Before = Callable[[Controls], None]


@pytest.fixture
def controls(season: World) -> Controls:
    """One batch of ten packs, round 1."""
    return season.services.controls


def control(controls: Controls) -> Control:
    found = controls.get("pack", consistent=True)
    assert found is not None
    return found


def last_expiry_s(world: World) -> int:
    [line] = world.services.catalog.published()
    return line.last_expiry_s


@pytest.mark.parametrize(
    "change",
    [
        lambda controls: controls.set_paused("pack", True),
        lambda controls: controls.stop("pack", 1),
        lambda controls: controls.stop_and_void("pack", 1),
    ],
    ids=["pause", "stop", "void"],
)
def test_an_operators_word_is_written_once(controls: Controls, change: Callable[[Controls], bool]) -> None:
    """A repeat changes nothing and says so."""
    assert (change(controls), change(controls)) == (True, False)


def test_pause_and_resume(controls: Controls) -> None:
    """One undoes the other, and each is done once."""
    assert not controls.set_paused("pack", False)
    assert controls.set_paused("pack", True)
    assert control(controls).paused
    assert controls.set_paused("pack", False)
    assert control(controls) == OPEN


def test_what_was_stopped_is_not_paused_any_more(controls: Controls) -> None:
    """A stop that comes between reading and pausing is final, and the pause changes nothing."""
    assert controls.stop("pack", NOW_S)
    assert not controls.set_paused("pack", True)
    assert not control(controls).paused


def test_an_extension_moves_the_last_expiry_too(controls: Controls, season: World) -> None:
    """Control item and index together."""
    assert last_expiry_s(season) == LAST_S
    assert controls.extend("pack", OPEN, DAY_S, LAST_S + DAY_S)
    assert (control(controls).extended_s, last_expiry_s(season)) == (DAY_S, LAST_S + DAY_S)


def extended(controls: Controls) -> None:
    assert controls.extend("pack", OPEN, 3 * DAY_S, LAST_S + 3 * DAY_S)


def expired(controls: Controls) -> None:
    assert controls.record_expiry("pack", OPEN, {"claims": 0}, [0], NOW_S)


@pytest.mark.parametrize(("before", "why"), [(extended, "another extension came between"), (expired, "it is recorded")])
def test_an_extension_is_refused(controls: Controls, season: World, before: Before, why: str) -> None:
    """Each reason alone is enough; neither control item nor index changes."""
    before(controls)
    unchanged = season.items()
    assert not controls.extend("pack", OPEN, DAY_S, LAST_S + DAY_S), why
    assert season.items() == unchanged


def voided(controls: Controls) -> None:
    assert controls.stop_and_void("pack", 1)


def test_what_was_stopped_can_still_be_voided(controls: Controls) -> None:
    """It stays stopped, and a later stop does not undo the voiding."""
    assert controls.stop("pack", 1)
    assert not control(controls).voided
    assert controls.stop_and_void("pack", 1)
    assert not controls.stop("pack", 1)
    assert (control(controls).stopped, control(controls).voided) == (True, True)


def test_what_is_accounted_for_is_not_voided(controls: Controls) -> None:
    """The recorded counts are final."""
    expired(controls)
    assert not controls.stop_and_void("pack", 1)
    assert not control(controls).stopped


@pytest.mark.parametrize(
    ("before", "why"),
    [(extended, "its coupons are valid for longer"), (voided, "they are void by now"), (expired, "once only")],
)
def test_an_expiry_is_not_recorded(controls: Controls, before: Before, why: str) -> None:
    """Each reason alone is enough, and nothing is changed."""
    before(controls)
    unchanged = control(controls)
    assert not controls.record_expiry("pack", OPEN, {"claims": 99}, [99], NOW_S + 1), why
    assert control(controls) == unchanged


def test_a_batch_without_claims_ends_once(controls: Controls) -> None:
    """A later call moves neither its time nor its steps, and nothing expires after it."""
    assert controls.end("pack", NOW_S, given_back=2)
    ended = replace(OPEN, final=True, expired_at_s=NOW_S, unused=(0,), given_back=2)
    assert not controls.end("pack", NOW_S + 1, given_back=3)
    assert not controls.record_expiry("pack", OPEN, {"claims": 0}, [0], NOW_S + 1)
    assert control(controls) == ended


def test_an_expiry_is_recorded_with_its_counts(controls: Controls) -> None:
    """They are final."""
    assert controls.record_expiry("pack", OPEN, {"claims": 3, "expired": 2, "redeemed": 1}, [2], NOW_S)
    assert control(controls) == replace(
        OPEN, expired_at_s=NOW_S, expired_counts={"claims": 3, "expired": 2, "redeemed": 1}, unused=(2,)
    )


def test_controls_of_several_batches_are_read_at_once(controls: Controls) -> None:
    """By batch; unknown ones are left out."""
    assert controls.get_many(["pack", "other"]) == {"pack": OPEN}
    assert controls.get("other") is None


@pytest.fixture
def counted(season: World) -> World:
    """A batch that was counted after its end, as `COUNTED`."""
    store(season, COUNTED)
    return season


def store(world: World, control: Control) -> None:
    item = encode({**keys.control("pack"), **fields_of(control)})
    world.client.put_item(TableName=world.services.controls._table.name, Item=item)


def applied(world: World, part: dict[str, Any]) -> bool:
    try:
        world.services.transact([part])
    except TransactionFailed:
        return False
    return True


STEPS: dict[str, tuple[Callable[[World], bool], list[dict[str, Any]]]] = {
    "record_booked": (
        lambda world: world.services.controls.record_booked("pack", COUNTED, 7),
        [{"booked": 5}, {"booking_count": 4}],
    ),
    "recount_bookings": (
        lambda world: world.services.controls.recount_bookings("pack", COUNTED),
        [{"booking_count": 4}],
    ),
    "unraised": (
        lambda world: applied(world, world.services.controls.unraised("pack", COUNTED)),
        [{"quantity": 11}],
    ),
    "unsettling": (
        lambda world: applied(world, world.services.controls.unsettling("pack", COUNTED)),
        [{"round": 3}, {"final": False}, {"given_back": 2}],
    ),
    "giving": (
        lambda world: applied(world, world.services.controls.giving("pack", COUNTED)),
        COUNTED_ANEW,
    ),
    "giving_back": (
        lambda world: applied(world, world.services.controls.giving_back("pack", COUNTED, 2)),
        COUNTED_ANEW,
    ),
    "giving_rest": (
        lambda world: applied(world, world.services.controls.giving_rest("pack", COUNTED, "2020-06-21")),
        [*COUNTED_ANEW, {"rest_through": "2020-06-21"}],
    ),
    "mark_reminded": (
        lambda world: world.services.controls.mark_reminded("pack", COUNTED, NOW_S + 1),
        [{"reminded_until_s": 1}, {"extended_s": DAY_S}],
    ),
}
"""Steps that were decided by `COUNTED`, and what may have changed since."""


@pytest.mark.parametrize("step", STEPS)
def test_a_step_is_taken_by_what_was_read(counted: World, step: str) -> None:
    """The step is done if nothing has changed since it was decided."""
    assert STEPS[step][0](counted)


@pytest.mark.parametrize(("step", "since"), [(step, since) for step, (_, all_) in STEPS.items() for since in all_])
def test_a_step_is_refused_by_what_changed_since(counted: World, step: str, since: dict[str, Any]) -> None:
    """Each reason alone is enough, and the control item stays as it is."""
    store(counted, replace(COUNTED, **since))
    unchanged = counted.items()
    assert not STEPS[step][0](counted)
    assert counted.items() == unchanged
