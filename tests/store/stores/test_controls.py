"""Control items as operators and the expiry change them: each clause refuses what it is there for, alone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from coupons.model.batches import Control
from coupons.stores.controls import Controls
from tests.world import World

DAY_S = 86_400
LAST_S = 1_592_704_800
NOW_S = 1_591_408_800
OPEN = Control("open", 1, 10)
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
    """A repeat says that it was so already."""
    assert (change(controls), change(controls)) == (True, False)


def test_pause_and_resume(controls: Controls) -> None:
    """Each other's opposite, each once."""
    assert not controls.set_paused("pack", False)
    assert controls.set_paused("pack", True)
    assert control(controls).paused
    assert controls.set_paused("pack", False)
    assert control(controls) == OPEN


def test_what_was_stopped_is_not_paused_any_more(controls: Controls) -> None:
    """A stop that lands while somebody pauses is the last word, and is not told that it did."""
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
    stands = season.items()
    assert not controls.extend("pack", OPEN, DAY_S, LAST_S + DAY_S), why
    assert season.items() == stands


def voided(controls: Controls) -> None:
    assert controls.stop_and_void("pack", 1)


def test_what_was_stopped_can_still_be_voided(controls: Controls) -> None:
    """And stays stopped; a stop afterwards takes nothing back."""
    assert controls.stop("pack", 1)
    assert not control(controls).voided
    assert controls.stop_and_void("pack", 1)
    assert not controls.stop("pack", 1)
    assert (control(controls).stopped, control(controls).voided) == (True, True)


def test_what_is_accounted_for_is_not_voided(controls: Controls) -> None:
    """The recorded counts are the last word."""
    expired(controls)
    assert not controls.stop_and_void("pack", 1)
    assert not control(controls).stopped


@pytest.mark.parametrize(
    ("before", "why"),
    [(extended, "its coupons are valid for longer"), (voided, "they are void by now"), (expired, "once only")],
)
def test_an_expiry_is_not_recorded(controls: Controls, before: Before, why: str) -> None:
    """Each reason alone is enough; what stands, stands."""
    before(controls)
    stands = control(controls)
    assert not controls.record_expiry("pack", OPEN, {"claims": 99}, [99], NOW_S + 1), why
    assert control(controls) == stands


def test_an_expiry_is_recorded_with_its_counts(controls: Controls) -> None:
    """For good."""
    assert controls.record_expiry("pack", OPEN, {"claims": 3, "expired": 2, "redeemed": 1}, [2], NOW_S)
    assert control(controls) == replace(
        OPEN, expired_at_s=NOW_S, expired_counts={"claims": 3, "expired": 2, "redeemed": 1}, unused=(2,)
    )


def test_controls_of_several_batches_are_read_at_once(controls: Controls) -> None:
    """By batch; unknown ones are left out."""
    assert controls.get_many(["pack", "other"]) == {"pack": OPEN}
    assert controls.get("other") is None
