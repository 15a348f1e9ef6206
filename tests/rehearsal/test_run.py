"""A rehearsal as a whole: nobody and nothing is lost, and no limit is exceeded."""

from __future__ import annotations

import pytest

from infra.rehearsal.run import Run, rehearsed
from infra.rehearsal.scenario import Release, Scenario, UnsuitedError
from infra.rehearsal.stack import Stack
from infra.virtual.hub import Hub
from tests.rehearsal.conftest import PACKS, PEOPLE, release, tight
from tests.world import a_batch, campaign


def test_each_second_every_press_has_an_outcome_and_everybody_is_somewhere(run: Run) -> None:
    """Attempts = outcomes + under way; people = claimed + left + gave up + waiting."""
    assert len(run.balance) > 60
    assert max(abs(attempts) for attempts, _ in run.balance) < 1e-3
    assert max(abs(people) for _, people in run.balance) < 1e-3
    assert sum(run.people.values()) == pytest.approx(PEOPLE, abs=run.weight)


def test_what_is_promised_holds_in_a_rehearsal_too(run: Run) -> None:
    """Every pack is claimed once, and who has one was told so."""
    assert run.claimed == PACKS
    assert run.people["claimed"] == pytest.approx(PACKS, abs=0.01 * PACKS)
    assert run.gone_s is not None


def test_no_second_shows_more_than_a_limit(run: Run) -> None:
    """The gate, the cold table and each of its partitions."""
    scenario, passed = run.scenario, dict[int, float]()
    for name, by_second in run.outcomes.items():
        for second, requests in by_second.items() if name not in ("attempts", "gateway") else ():
            passed[second] = passed.get(second, 0.0) + requests
    assert max(passed.values()) <= scenario.gateway_rate + scenario.burst
    assert max(run.used["ClaimsTable writes"].values()) <= 4_000 * 1.001
    assert max(run.used["ClaimsTable writes, partition"].values()) <= 1_000 * 1.001


def test_the_gate_decides_when_nothing_else_does() -> None:
    """A narrow gate alone: all packs are gone when it has let so many claims through; within 2 %."""
    scenario = tight(gateway_rate=400, gateway_burst=400, early=0, other=0, again=0, lost=0, rps_ramp=0)
    run = rehearsed(release(4_000), scenario.but(people=8_000, patience_s=300))
    last_s = sorted(run.claims_s)[int(len(run.claims_s) * 0.9)]
    assert last_s == pytest.approx((0.9 * 4_000 - 400) / 400, rel=0.02)


def test_the_code_that_runs_consumes_what_the_benchmark_says(run: Run) -> None:
    """About one write a claim, and a lease of some packs."""
    assert 1.0 < run.units.write_units / (PACKS / run.weight) < 1.35


def test_the_same_seed_is_the_same_day() -> None:
    """Twice the same; another seed is another one."""
    small = tight(people=3_000, patience_s=20, weight=1)
    one, two, other = (rehearsed(release(1_000), small.but(seed=seed)) for seed in (1, 1, 2))
    assert one.claims_s == two.claims_s != other.claims_s


def test_an_early_press_is_refused_by_the_real_code(run: Run) -> None:
    """`not-open` before the opening, never after it."""
    assert set(run.outcomes["not-open"]) <= set(range(-60, 1))
    assert sum(run.outcomes["not-open"].values()) >= 0.2 * PEOPLE


def test_weights_leave_enough_to_count() -> None:
    """20 environments and 5,000 packs at least; a stated weight that does not is refused."""
    scenario = Scenario.of({"people": 10_000_000})
    assert [scenario.weight_for(packs) for packs in (2_000_000, 30_000, 12_000, 4_000)] == [10, 5, 2, 1]
    assert scenario.but(concurrency=150).weight_for(2_000_000) == 5
    with pytest.raises(UnsuitedError, match="weight 50"):
        scenario.but(weight=50).weight_for(2_000_000)


def test_inputs_say_where_they_come_from() -> None:
    """Given, documented with a page, or assumed."""
    origins = {one.name: one.origin for one in Scenario.of({"people": 5, "warm_writes": 9_000}).inputs}
    assert (origins["people"], origins["warm_writes"], origins["cpu_s"]) == ("given", "given", "assumed")
    assert all(one.page for one in Scenario.of({"people": 5}).inputs if one.origin == "documented")
    with pytest.raises(UnsuitedError, match="no such input: peple"):
        Scenario.of({"peple": 5})


def test_a_release_that_cannot_be_played_is_refused() -> None:
    """Rather than played as another one: no such batch, or packs of a group."""
    with pytest.raises(UnsuitedError, match="no batch 'other'; there are pack"):
        Release.of(campaign(a_batch("pack")), "other")
    with pytest.raises(UnsuitedError, match="in order of arrival"):
        release(mode="granted", eligibility={"group_id": "all"})


def test_a_scaled_stock_is_charged_to_as_many_shards_as_the_whole() -> None:
    """Two shards stand for fifteen; unscaled, each for itself; other keys are their own."""
    hub, day = Hub(), release(100_000)
    scaled, whole = (Stack(hub, day, tight(), weight, 60) for weight in (10, 1))
    assert (scaled.batch.shards, whole.batch.shards) == (2, 15)
    assert scaled.batch.buckets == whole.batch.buckets == 128
    charged = set()
    for step in range(100):
        hub.now_s = step * 1e-5 + 1e-6
        charged |= {scaled._shard_charged(f"STOCK#pack#{shard}") for shard in (0, 1)}
    assert charged == {f"STOCK#pack#{shard}" for shard in range(15)}
    assert whole._shard_charged("STOCK#pack#14") == "STOCK#pack#14"
    assert scaled._shard_charged("BATCH#pack") == "BATCH#pack"
