"""The winners: those whom a sort of all scores names, found once, from the committed files alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest

from coupons.model.draw_results import cutoffs_of
from coupons.model.score_files import LowScores
from coupons.model.scores import bin_of, is_admitted
from tests.store.lottery.drawn import committed, drawn, entries, in_order, scores, state, with_beacon
from tests.store.lottery.lots import batch_of, draw
from tests.world import ManualClock, World

REGIONS = [{"title": name, "regions": [name], "quantity": quantity} for name, quantity in (("a", 3), ("b", 20))]


def winners(town: World) -> set[bytes]:
    """By the recorded cutoffs."""
    (cutoffs,) = cutoffs_of(state(town))
    found, all_scores = entries(town), scores(town)
    return {person for person, (_, _, share) in found.items() if is_admitted(all_scores[person], share, cutoffs)}


def by_a_sort(town: World, quotas: list[int], quantity: int) -> set[bytes]:
    """Each share's lowest, then the lowest of everybody else."""
    found, order = entries(town), in_order(town)
    won = {
        person
        for share, quota in enumerate(quotas, 1)
        for person in [one for one in order if found[one][2] == share][:quota]
    }
    return won | set([one for one in order if one not in won][: quantity - len(won)])


@pytest.mark.parametrize(("people", "quantity"), [(0, 10), (1, 10), (10, 10), (11, 10), (300, 10), (40, 39)])
def test_the_cutoffs_are_those_of_a_sort(people: int, quantity: int) -> None:
    """Without shares: the lowest, as many as there are packs."""
    town = drawn(people, quantity=quantity)
    assert winners(town) == by_a_sort(town, [], quantity)
    (cohort,) = state(town).cohorts
    assert (cohort.number, cohort.admitted, cohort.winners) == (1, min(people, quantity), ())


def test_shares_come_first() -> None:
    """One share fills its packs, the other has fewer people than packs; the rest goes to everybody else, by weight."""
    town = drawn(
        120,
        lambda number: (number % 3 * 15 + 1, 2 if number < 9 else number % 2),
        quantity=50,
        draw={"shares": REGIONS},
    )
    assert winners(town) == by_a_sort(town, [3, 20], 50)
    (cohort,) = state(town).cohorts
    assert (cohort.winners, cohort.admitted) == ((3, 9), 50)


def test_only_scores_that_cutoffs_depend_on_are_kept() -> None:
    """So that the second pass keeps a 4,096th of the list, and the run of who won."""
    town = drawn(300, quantity=100)
    folds = town.services.step_folds.recorded("draw#pack#1#low", 256).values()
    low = [LowScores.from_bytes(fold.value) for fold in folds]
    cutoff = state(town).cohorts[0].cutoff_rest
    wanted = [score for part in low for score, _ in part.wanted]
    assert wanted == [score for score in wanted if bin_of(score) == bin_of(cutoff)]
    assert cutoff in wanted
    assert 100 <= sum(sum(part.counts) for part in low) <= 100 + len(wanted)


def test_nobody_is_drawn_before_the_beacon() -> None:
    """The seed is not known."""
    town = committed(12)
    assert draw(town) == []
    with_beacon(town)
    assert [did["step"] for did in draw(town)] == ["drawn"]
    assert draw(town) == [], "and nobody is drawn twice"


def test_winners_may_claim_from_the_moment_of_the_record() -> None:
    """For `claim_for_s`, and no longer than the batch is open; the clock is read after the passes."""
    town = with_beacon(committed(12, draw={"claim_for_s": 7_200}))
    town.clock.advance(90.5)
    draw(town)
    (cohort,) = state(town).cohorts
    assert (cohort.recorded_at_s, cohort.claim_until_s - cohort.recorded_at_s) == (town.now_s + 1, 7_200)
    assert state(drawn(12)).cohorts[0].claim_until_s == batch_of(town).closes_at_s


def tampered(town: World, name: str) -> None:
    content = town.files.content[name]
    town.files.content[name] = content[:-1] + bytes((content[-1] ^ 1,))


def test_a_file_that_was_changed_is_never_drawn() -> None:
    """Neither a part nor the commitment file; once it is as it was, the draw goes on."""
    town = with_beacon(committed(12))
    fixed = state(town).commitment
    assert fixed is not None
    parts = [name for name, content in town.files.content.items() if len(content) == 34]
    for name in (fixed.file, *parts[:2]):
        tampered(town, name)
        (did,) = draw(town, town.new_services())
        assert did["step"] == "damaged"
        assert name in did["why"]
        assert state(town).cohorts == ()
        tampered(town, name)
    assert [did["step"] for did in draw(town)] == ["drawn"]


def test_a_file_that_was_lost_stops_its_own_draw_only() -> None:
    """It is told as damage; the draws behind it in the same minute are not held up."""
    town = with_beacon(committed(12))
    parts = [name for name, content in town.files.content.items() if len(content) == 34]
    lost = town.files.content.pop(parts[0])
    services = town.new_services()
    services.due_list.draws = lambda: ["pack", "pack"]  # type: ignore[method-assign]
    assert [did["step"] for did in draw(town, services)] == ["damaged"] * 2
    town.files.content[parts[0]] = lost
    assert [did["step"] for did in draw(town)] == ["drawn"]


def test_a_stopped_batch_is_not_drawn() -> None:
    """What was committed stays; nobody wins."""
    town = with_beacon(committed(12))
    town.operator().send("POST /admin/batches/{batch_id}/stop", {"batch_id": "pack"}, body={})
    draw(town)
    assert state(town).cohorts == ()


@dataclass
class Ticking(ManualClock):
    """Each look at the monotonic clock takes a second."""

    def monotonic_s(self) -> float:
        self.monotonic += 1
        return self.monotonic


def test_it_goes_on_where_time_ran_out() -> None:
    """Each call records what it found of some parts; in the end the cutoffs are those of a sort."""
    town = with_beacon(committed(60))
    calls, steps = 0, list[dict[str, Any]]()
    while not steps:
        calls += 1
        clock = Ticking(wall=town.clock.wall, monotonic=0)
        steps += draw(town, town.new_services(clock=clock), deadline_s=20.0)
    assert [did["step"] for did in steps] == ["drawn"]
    assert calls > 5
    assert winners(town) == by_a_sort(town, [], 10)
