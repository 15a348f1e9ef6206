"""Ranks: exact up to the last cutoff, by ranges of the score files; beyond it about, and never among the admitted."""

from __future__ import annotations

from unittest.mock import patch

import pytest

from coupons.clock import FENCE_S
from coupons.damage import Damaged
from coupons.lottery import ranks
from coupons.lottery.ranks import rank_of
from coupons.model.scores import Histogram
from tests.store.lottery.drawn import LONG, advance_to, claims, committed, drawn, in_order, scores, state
from tests.store.lottery.lots import draw


@pytest.mark.parametrize("window", [2, 3, 512])
def test_ranks_are_those_of_a_sort(window: int) -> None:
    """Of three cohorts; who was not admitted has about their rank, behind all who were."""
    town = drawn(300, quantity=90, **LONG)
    claims(town, *in_order(town)[:30])
    draw(advance_to(town, state(town).cohorts[-1].claim_until_s + FENCE_S))
    claims(town, *in_order(town)[100:140])
    draw(advance_to(town, state(town).cohorts[-1].claim_until_s + FENCE_S))
    now, services = state(town), town.services
    admitted = sum(cohort.admitted for cohort in now.cohorts)
    assert [cohort.admitted for cohort in now.cohorts] == [90, 60, 20]
    with patch.object(ranks, "WINDOW", window):
        for rank, score in enumerate(scores(town).values(), 1):
            found = rank_of(services, "pack", now, score)
            assert found is not None
            if rank <= admitted:
                assert found == (rank, False)
            else:
                assert found.is_about
                assert abs(found.number - rank) <= 3
                assert found.number > admitted


def test_the_files_end_at_the_cutoff() -> None:
    """Scores that are in a cut bin and above the cutoff are the next cohort's: no rank counts them twice."""
    town = drawn(2_000, quantity=90, **LONG)
    draw(advance_to(town, state(town).cohorts[-1].claim_until_s + FENCE_S))
    assert [cohort.ranked for cohort in state(town).cohorts] == [90, 90]
    found = [rank_of(town.services, "pack", state(town), score) for score in list(scores(town).values())[:180]]
    assert found == [(rank, False) for rank in range(1, 181)]


def test_a_share_that_reaches_far_has_exact_ranks() -> None:
    """The last cutoff is that of the share; whoever is below it and was not admitted has an exact rank too."""
    share = {"title": "a", "regions": ["a"], "quantity": 9}
    town = drawn(200, lambda n: (1, int(n < 10)), draw={"shares": [share]})
    now, order = state(town), scores(town)
    last = max(now.cohorts[0].cutoffs[0], now.cohorts[0].cutoff_rest)
    for rank, score in enumerate(order.values(), 1):
        found = rank_of(town.services, "pack", now, score)
        assert found is not None
        assert (found.number == rank and not found.is_about) if score <= last else found.is_about


def test_weights_do_not_mislead_the_first_guess() -> None:
    """Scores of heavy entries are crowded at the low end."""
    town = drawn(200, lambda n: (32 if n % 2 else 1, 0), quantity=150)
    with patch.object(ranks, "WINDOW", 4):
        found = [rank_of(town.services, "pack", state(town), score) for score in list(scores(town).values())[:150]]
    assert found == [(rank, False) for rank in range(1, 151)]


def test_a_rank_that_is_about_is_behind_all_that_are_exact() -> None:
    """Whatever the histogram says of a bin: nobody who was not drawn reads a rank that won."""
    town = drawn(40)
    town.services.draws.put_histogram("pack", Histogram(0))
    assert rank_of(town.services, "pack", state(town), b"\xff" * 32) == (11, True)


def test_there_is_no_rank_before_the_draw() -> None:
    """Nothing is kept of that: the next moment may have one."""
    town = committed(12)
    assert rank_of(town.services, "pack", state(town), b"\0" * 32) is None


def test_a_rank_that_is_about_reads_no_file() -> None:
    """Whoever was not drawn costs one read of the histogram in an hour."""
    town = drawn(40)
    highest = list(scores(town).values())[-1]
    now = state(town)
    town.files.content.clear()
    services = town.new_services()
    assert rank_of(services, "pack", now, highest) is not None
    services.meter.take()
    assert rank_of(services, "pack", now, highest) is not None
    assert services.meter.take().requests == 0


def test_a_score_file_that_is_gone_is_damage() -> None:
    """And not an answer that there is no such batch."""
    town = drawn(40)
    del town.files.content[state(town).cohorts[0].scores]
    with pytest.raises(Damaged, match="is not there"):
        rank_of(town.services, "pack", state(town), next(iter(scores(town).values())))
