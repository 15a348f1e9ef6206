"""Who wins a lottery: cutoffs of two bounded passes equal a sort of everybody, and weights equal tickets in a drum."""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coupons.model.scores import (
    BINS,
    NONE_ADMITTED,
    Cutoffs,
    Histogram,
    cohort_of,
    cut_bins,
    cutoffs,
    is_admitted,
    sample,
    score,
    seed,
)

Scored = list[tuple[bytes, int]]


def found(scored: Scored, quotas: Sequence[int], places: int) -> Cutoffs:
    """The cutoffs, by a histogram of two halves and a second pass over the cut bins."""
    halves = [Histogram(len(quotas)), Histogram(len(quotas))]
    for i, (score_, share) in enumerate(scored):
        halves[i % 2].add(score_, share)
    halves[0].merge(Histogram.from_bytes(halves[1].to_bytes()))
    cuts = cut_bins(halves[0], quotas, places)
    return cutoffs(cuts, ((s, share) for s, share in scored if cuts.wants(s, share)))


def sorted_winners(scored: Scored, quotas: Sequence[int], places: int) -> set[bytes]:
    """Who wins, by sorting everybody: each share's quota first, then the lowest of the others."""
    won: set[bytes] = set()
    for number, quota in enumerate(quotas, start=1):
        won |= set(sorted(s for s, share in scored if share == number)[:quota])
    return won | set(sorted(s for s, _ in scored if s not in won)[: places - len(won)])


def admitted(scored: Scored, cutoffs: Cutoffs) -> set[bytes]:
    """Who wins by comparison with the cutoffs alone."""
    return {s for s, share in scored if is_admitted(s, share, cutoffs)}


def drawn(rng: random.Random, entries: int, shares: int, bins: int = BINS) -> Scored:
    """Scores of a town, all in so many bins."""
    step = BINS // bins
    numbers = [rng.randrange(bins) * step << 244 | rng.getrandbits(244) for _ in range(entries)]
    return [(number.to_bytes(32, "big"), rng.randint(0, shares)) for number in numbers]


def town(rng: random.Random) -> tuple[Scored, list[int], int]:
    """A small lottery of any shape: no entries, fewer than places, no places, empty shares, quotas that take all."""
    shares = rng.randint(0, 4)
    quotas = [rng.choice([0, 1, 3, rng.randint(0, 30)]) for _ in range(shares)]
    places = sum(quotas) + rng.choice([0, 0, 1, rng.randint(0, 40)])
    entries = rng.choice([0, 1, rng.randint(0, 12), rng.randint(0, 90)])
    bins = rng.choice([1, 2, 16, BINS])
    return drawn(rng, entries, shares - rng.randint(0, shares > 0), bins), quotas, places


def test_cutoffs_are_those_of_a_sort() -> None:
    """2,000 small lotteries of every odd shape admit exactly those whom a sort of everybody admits."""
    rng = random.Random(18)
    for _ in range(2_000):
        scored, quotas, places = town(rng)
        assert admitted(scored, found(scored, quotas, places)) == sorted_winners(scored, quotas, places)


@given(st.data())
def test_cutoffs_are_those_of_a_sort_however_scores_lie(data: st.DataObject) -> None:
    """The same for scores that Hypothesis places, ends of bins included."""
    ends = st.sampled_from([0, 1, 2**244 - 1, 2**244, 2**256 - 2**244, 2**256 - 1])
    numbers = data.draw(st.lists(ends | st.integers(0, 2**256 - 1), unique=True, max_size=40))
    quotas = data.draw(st.lists(st.integers(0, 9), max_size=8))
    places = sum(quotas) + data.draw(st.integers(0, 20))
    scored = [(n.to_bytes(32, "big"), data.draw(st.integers(0, len(quotas)))) for n in numbers]
    assert admitted(scored, found(scored, quotas, places)) == sorted_winners(scored, quotas, places)


@pytest.mark.parametrize(
    ("shares_of_entries", "quotas", "places", "winners"),
    [
        ([], [2], 5, 0),
        ([0, 0, 0], [], 5, 3),
        ([0, 1, 2], [0, 0], 0, 0),
        ([0, 0, 0, 0], [2], 3, 3),
        ([1, 1, 1, 2, 2, 0], [2, 1], 3, 3),
    ],
    ids=["nobody", "fewer than places", "no places", "an empty share", "quotas take all"],
)
@pytest.mark.parametrize("bins", [1, BINS])
def test_the_edges(shares_of_entries: list[int], quotas: list[int], places: int, winners: int, bins: int) -> None:
    """No entries, fewer than places, no places, an empty share, and quotas that take all admit whom they should."""
    scored = [(s, share) for (s, _), share in zip(drawn(random.Random(1), 9, 0, bins), shares_of_entries, strict=False)]
    cuts = found(scored, quotas, places)
    assert admitted(scored, cuts) == sorted_winners(scored, quotas, places)
    assert len(admitted(scored, cuts)) == winners


def cohorts_played(rng: random.Random, scored: Scored, quotas: Sequence[int], quantity: int) -> None:
    """Three cohorts of which some claim: each reserve is the lowest of those not drawn before."""
    claimed: set[bytes] = set()
    before: set[bytes] = set()
    cohorts: list[Cutoffs] = []
    for number in (1, 2, 3):
        places = len(before) + quantity - len(claimed)
        cohorts.append(found(scored, quotas, places))
        won = admitted(scored, cohorts[-1])
        if number == 1:
            assert won == sorted_winners(scored, quotas, quantity)
        else:
            others = sorted(s for s, _ in scored if s not in before)
            assert won == before | set(others[: quantity - len(claimed)])
        assert {s for s, share in scored if cohort_of(s, share, cohorts) == number} == won - before
        claimed |= {s for s in won - before if rng.random() < 0.6}
        before = won


def test_reserves_are_the_lowest_that_were_not_drawn() -> None:
    """In 300 lotteries of three cohorts with partial claims, whatever the share of those who are left."""
    rng = random.Random(19)
    for _ in range(300):
        cohorts_played(rng, *town(rng))


def test_a_weight_is_so_many_tickets_in_a_drum() -> None:
    """Over 1,000 draws the winners' weights are those of a drum with as many tickets as a person weighs.

    χ² of two samples with 3 degrees of freedom; 16.27 is exceeded once in 1,000 times.
    """
    rng = random.Random(20)
    weights = [1, 2, 8, 32] * 8
    entries = [rng.randbytes(32) for _ in weights]
    ours, drums = [0] * 4, [0] * 4
    for _ in range(1_000):
        seed_ = rng.randbytes(32)
        ranked = sorted(range(len(weights)), key=lambda i: score(seed_, entries[i], weights[i]))
        tickets = [i for i, weight in enumerate(weights) for _ in range(weight)]
        rng.shuffle(tickets)
        for won, counts in ((ranked[:10], ours), (list(dict.fromkeys(tickets))[:10], drums)):
            for i in won:
                counts[i % 4] += 1
    assert sum(ours) == sum(drums) == 10_000
    assert sum((a - b) ** 2 / (a + b) for a, b in zip(ours, drums, strict=True)) < 16.27
    assert ours[3] > 3 * ours[0]


def test_draws_are_even() -> None:
    """Over 1,000 draws of 10 of 40 equal entries, each wins equally often: χ² of 39 degrees of freedom."""
    rng = random.Random(21)
    entries = [rng.randbytes(32) for _ in range(40)]
    counts = [0] * 40
    for _ in range(1_000):
        seed_ = rng.randbytes(32)
        for i in sorted(range(40), key=lambda i: score(seed_, entries[i], 1))[:10]:
            counts[i] += 1
    # Ten of forty without putting back vary less than tickets one by one: 39/40 × χ² is divided by 30/40.
    assert sum((count - 250) ** 2 / 250 for count in counts) * (39 / 40) / (30 / 40) < 72.1


def test_a_score_is_the_lowest_of_its_hashes(subtests: pytest.Subtests) -> None:
    """More weight never raises a score, and the full 32 bytes count."""
    scores = [score(b"s" * 32, b"e" * 32, weight) for weight in range(1, 33)]
    assert scores == sorted(scores, reverse=True)
    assert len(set(scores)) > 1
    assert {len(s) for s in scores} == {32}
    with subtests.test("known bytes, as infra/verify_draw/README.md states them"):
        assert seed(b"\1" * 32, b"\2" * 48).hex() == "58c4a70bef86716830e0231ef66ae1daf5ac2de2ae1f3804d88532fef06a56d3"
        assert scores[0].hex() == "f7ee4ee581b7693f69d094676d4151e129de9acc1af1cfab3c57e929a4b147ea"
        assert scores[31].hex() == "02cf9dcd85f5d831b5e55eea4fc03bfb3dc1694dd390bf28fc30089c9dfba76c"


def test_nobody_is_below_no_cutoff() -> None:
    """Neither a cutoff that admits nobody nor another share's cutoff lets anybody in."""
    nobody = Cutoffs((NONE_ADMITTED, b"\xff" * 32), NONE_ADMITTED)
    assert not is_admitted(b"\0" * 32, 0, nobody)
    assert not is_admitted(b"\0" * 32, 1, nobody)
    assert is_admitted(b"\0" * 32, 2, nobody)


def ranks(scored: Iterable[tuple[bytes, int]]) -> list[bytes]:
    """All scores, the lowest first."""
    return sorted(s for s, _ in scored)


def test_a_rank_is_exact_to_its_bin() -> None:
    """A rank that the histogram tells differs from the true one by fewer than its bin holds."""
    scored = drawn(random.Random(22), 20_000, 2)
    histogram = Histogram(2)
    for score_, share in scored:
        histogram.add(score_, share)
    assert histogram.entries == 20_000
    for rank, score_ in enumerate(ranks(scored), start=1):
        assert abs(histogram.about_rank(score_) - rank) < 20


def test_samples_cover_a_list() -> None:
    """The indices that a seed picks lie in the list and are all reached."""
    assert {sample(b"s" * 32, i, 7) for i in range(100)} == set(range(7))
