"""Passes over claims: interrupted, repeated and resumed, they count every claim once; expiries are recorded once."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from coupons.audit.audits import audit_batch as audit
from coupons.claim.eligibility import Citizen
from coupons.claim.packs import claim
from coupons.model.batches import Control
from coupons.model.counts import Fold
from coupons.operate.controls import extend, stop
from coupons.process.claim_passes import count_coupons
from coupons.process.passes import SPAN
from coupons.process.services import Services
from coupons.schedule.due_list import read_due
from coupons.schedule.minute import run_schedule
from coupons.sealing import bucket_of
from tests.store.faults import Counting, Faulty, KilledError, Mortal, first
from tests.world import KEYS, ManualClock, World, a_batch, campaign, order

FOREVER = float("inf")
PEOPLE = [f"p{n}" for n in range(12)]


@pytest.fixture
def wide(world: World) -> World:
    """Twelve of forty packs are claimed, in 64 buckets: four folds."""
    world.settings["CLAIMS_PER_BUCKET"] = "1"
    world.publish(campaign(a_batch(quantity=40)))
    for name in PEOPLE:
        claim(world.services, "pack", Citizen(KEYS.person(name), None), world.now_s)
    return world


def sweep(world: World, services: Services, sweep_id: str = "s", deadline_s: float = FOREVER) -> Fold | None:
    control = world.services.controls.get("pack")
    assert control is not None
    batch = services.cache.batch("pack")
    return count_coupons(services, sweep_id, batch, control, now_s=world.now_s, deadline_s=deadline_s)


def claims_in(fold: Fold | None, world: World) -> int:
    assert fold is not None
    return fold.of(world.services.cache.batch("pack").number).claims


def folds(world: World, sweep_id: str = "s") -> int:
    return len(world.services.folds.recorded(sweep_id, 4))


@dataclass
class Ticking(ManualClock):
    """Each read of the monotonic clock advances it by a second."""

    def monotonic_s(self) -> float:
        self.monotonic += 1
        return self.monotonic


def test_a_sweep_counts_every_claim_once(wide: World) -> None:
    """In four folds of sixteen buckets, each with claims."""
    assert {bucket_of(KEYS.person(name), 64) // SPAN for name in PEOPLE} == {0, 1, 2, 3}
    assert claims_in(sweep(wide, wide.services), wide) == len(PEOPLE)
    assert folds(wide) == 4


def test_without_time_nothing_is_done(wide: World) -> None:
    """The pass is incomplete and no claim was read."""
    counting = Counting(wide.client)
    services = wide.new_services(client=counting)
    services.cache.batch("pack")
    assert sweep(wide, services, deadline_s=wide.clock.monotonic) is None
    assert (counting.requests["query"], folds(wide)) == (0, 0)


def test_an_interrupted_sweep_goes_on_where_it_stopped(wide: World) -> None:
    """Two folds are recorded before the deadline; the next call reads only the other two."""
    services = wide.new_services(clock=Ticking(monotonic=0))
    assert sweep(wide, services, deadline_s=3) is None
    assert folds(wide) == 2
    counting = Counting(wide.client)
    assert claims_in(sweep(wide, wide.new_services(client=counting, seed=2)), wide) == len(PEOPLE)
    assert counting.requests["query"] == 2 * SPAN


@pytest.mark.parametrize("applied", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("nth_write", [1, 3])
def test_a_killed_sweep_costs_its_span_only(wide: World, nth_write: int, applied: bool) -> None:
    """Recorded folds stay; the others are counted again."""
    with pytest.raises(KilledError):
        sweep(wide, wide.new_services(client=Mortal(wide.client, nth_write, applied=applied)))
    assert folds(wide) == nth_write - 1 + applied
    assert claims_in(sweep(wide, wide.services), wide) == len(PEOPLE)


def test_a_second_sweep_of_the_same_name_changes_nothing(wide: World) -> None:
    """A claim that came later is not in it; a pass of another name counts again."""
    sweep(wide, wide.services)
    claim(wide.services, "pack", Citizen(KEYS.person("late"), None), wide.now_s)
    before = wide.items()
    assert claims_in(sweep(wide, wide.new_services(seed=3)), wide) == len(PEOPLE)
    assert wide.items() == before
    assert claims_in(sweep(wide, wide.services, "another"), wide) == len(PEOPLE) + 1


def test_a_fold_that_a_twin_records_first_stands(wide: World) -> None:
    """Both end with the same sum, and no fold is overwritten."""
    slow = wide.new_services(
        client=Faulty(wide.client, "put_item", first(lambda: sweep(wide, wide.new_services(seed=9))))
    )
    assert claims_in(sweep(wide, slow), wide) == len(PEOPLE)
    assert folds(wide) == 4


def test_an_audit_goes_on_with_the_count_it_began(wide: World) -> None:
    """Without time it is incomplete; under the same name and with time it completes, and its equations hold."""
    begun = audit(wide.services, "pack", "", wide.now_s, wide.clock.monotonic)
    assert (begun.complete, begun.claims, len(begun.sweep)) == (False, 0, 16)
    found = audit(wide.services, "pack", begun.sweep, wide.now_s, FOREVER)
    assert (found.complete, found.sweep, found.claims, found.remaining) == (True, begun.sweep, 12, 28)
    assert found.coupons == {"available": 12}
    assert all(holds for _, holds in found.equations())


# expiry

LAST_S = 1_592_704_800
"""Fourteen days after the batch has closed; the last coupon expired in this second."""
FENCE_S = 30


def control(world: World) -> Control:
    found = world.services.controls.get("pack", consistent=True)
    assert found is not None
    return found


def tick(world: World, services: Services | None = None) -> list[dict[str, object]]:
    """The steps that were done, without those that gave money back."""
    did = run_schedule(services or world.services, world.now_s, FOREVER).did
    return [done for done in did if not done["step"].startswith("gave back")]


@pytest.fixture
def spent(season: World) -> World:
    """Three packs are claimed and one coupon is redeemed; the batch is counted; its last coupon just expired."""
    people = [season.citizen(name) for name in ("ann", "bo", "cy")]
    coupons = [person.put_claim("pack").json["coupons"][0]["coupon_id"] for person in people]
    assert season.merchant().redeem("o-1", people[0].code(coupons[0]), order()).status == 201
    season.clock.set("2020-06-07T10:00:00+08:00")
    for _ in range(3):
        tick(season)
        season.clock.advance(60)
    assert control(season).final
    season.clock.advance(LAST_S - season.now_s)
    return season


COUNTS = {"claims": 3, "expired": 2, "redeemed": 1}


def test_expiry_waits_for_the_fence_and_is_recorded_once(spent: World) -> None:
    """It is not recorded a second earlier, and repeats change nothing."""
    before = spent.items()
    spent.clock.advance(FENCE_S - 1)
    assert tick(spent) == []
    assert spent.items() == before
    spent.clock.advance(1)
    assert tick(spent) == [{"batch_id": "pack", "step": "expired", "counts": COUNTS}]
    assert (control(spent).expired_counts, control(spent).expired_at_s) == (COUNTS, LAST_S + FENCE_S)
    before = spent.items()
    for seed in range(3):
        spent.clock.advance(60)
        assert tick(spent, spent.new_services(seed=seed)) == []
    assert spent.items() == before


def test_two_expiries_side_by_side_are_one(spent: World) -> None:
    """The slower one records nothing and reports nothing."""
    spent.clock.advance(FENCE_S)
    fast: list[object] = []
    slow = Faulty(spent.client, "update_item", first(lambda: fast.extend(tick(spent, spent.new_services(seed=2)))))
    assert (tick(spent, spent.new_services(client=slow)), len(fast)) == ([], 1)
    assert control(spent).expired_counts == COUNTS


@pytest.mark.parametrize("applied", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("nth_write", [1, 2])
def test_a_killed_expiry_is_finished_by_the_next(spent: World, nth_write: int, applied: bool) -> None:
    """Killed at the fold or at the record, the counts are the same."""
    spent.clock.advance(FENCE_S)
    with pytest.raises(KilledError):
        tick(spent, spent.new_services(client=Mortal(spent.client, nth_write, applied=applied)))
    spent.clock.advance(60)
    tick(spent)
    assert control(spent).expired_counts == COUNTS


def test_an_expiry_without_time_asks_for_more(spent: World) -> None:
    """Half a count is not recorded."""
    spent.clock.advance(FENCE_S)
    report = run_schedule(spent.services, spent.now_s, spent.clock.monotonic)
    assert (report.did, report.more, control(spent).expired_at_s) == ([], True, 0)


DAY_S = 86_400


def extend_by_a_day(world: World) -> None:
    assert not extend(world.new_services(), "pack", 1)[2]


@pytest.mark.parametrize(
    ("operation", "when"),
    [
        ("query", "before anything is read"),
        ("batch_get_item", "after the index was read, before the control item was"),
        ("put_item", "during the count"),
        ("update_item", "between the count and the record"),
    ],
)
def test_an_extension_during_the_expiry_wins(spent: World, operation: str, when: str) -> None:
    """Nothing is recorded while coupons are valid; a day later all are counted again."""
    spent.clock.advance(FENCE_S)
    services = spent.new_services(client=Faulty(spent.client, operation, first(lambda: extend_by_a_day(spent))))
    assert tick(spent, services) == [], when
    assert (control(spent).extended_s, control(spent).expired_at_s) == (DAY_S, 0)
    spent.clock.advance(DAY_S - 1)
    assert tick(spent) == []
    spent.clock.advance(1)
    assert [did["counts"] for did in tick(spent)] == [COUNTS]


def test_a_voiding_during_the_expiry_is_counted(spent: World) -> None:
    """The next count records them as voided, as the tills see them."""
    spent.clock.advance(FENCE_S)
    read_due(spent.services, spent.now_s)
    client = Faulty(
        spent.client, "update_item", first(lambda: stop(spent.new_services(), "pack", spent.now_s, void=True))
    )
    assert tick(spent, spent.new_services(client=client)) == []
    assert control(spent).expired_at_s == 0
    [did] = tick(spent)
    assert did["counts"] == {**{s: n for s, n in COUNTS.items() if s != "expired"}, "voided": COUNTS["expired"]}


def test_after_the_record_there_is_no_extension(spent: World) -> None:
    """The money was given back, so the request is refused."""
    spent.clock.advance(FENCE_S)
    tick(spent)
    path = {"batch_id": "pack"}
    answer = spent.operator().send("POST /admin/batches/{batch_id}/extend", path, body={"days": 1})
    assert answer.slug == "closed"
