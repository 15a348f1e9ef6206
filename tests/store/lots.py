"""A lottery that is drawn by hand: the list of what is stored, and cutoffs by sorting all scores.

Nothing here asks the code that commits or draws, so that what it says of a winner is an answer of its own.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from coupons.model.batches import PublishedBatch
from coupons.model.claims import BookingRecord
from coupons.model.commitments import PARTS, Commitment, PartLine
from coupons.model.draw_state import Beacon, Cohort, Committed, DrawEnd
from coupons.model.draw_terms import rules_hash
from coupons.model.entries import record
from coupons.model.scores import score, seed
from coupons.process.services import Services
from coupons.times import DAY_S
from infra.virtual.store import Store
from tests.world import KEYS, OPENING, World, a_lottery
from tests.world import campaign as a_campaign

BOOKING = "2020-06-02T10:00:00+08:00"
CLOSED = "2020-06-05T10:00:00+08:00"
FENCED = "2020-06-05T10:01:00+08:00"
COMMITTED = "2020-06-05T12:00:00+08:00"
DRAWN = "2020-06-05T20:01:00+08:00"
SIGNATURE = bytes(range(48))


@dataclass
class Lots:
    """The lottery `pack` of a world, of two packs: booked, committed, drawn."""

    world: World
    files: Path

    @property
    def services(self) -> Services:
        return self.world.services

    @property
    def batch(self) -> PublishedBatch:
        return self.services.cache.batch("pack")

    def book(self, *names: str, at: str = BOOKING, **claims: str) -> None:
        self.world.clock.set(at)
        for name in names:
            answer = self.world.citizen(name, **claims).send("PUT /batches/{batch_id}/booking", PATH, body={})
            assert answer.status == 201, answer.text

    def booking(self, name: str) -> BookingRecord:
        found = self.services.bookings.get(self.batch, KEYS.person(name))
        assert found is not None
        return found

    def records(self) -> list[tuple[bytes, int, int]]:
        """Of all bookings that are stored now, sorted."""
        found = [
            one.entered
            for bucket in range(self.batch.booking_buckets)
            for one in self.services.bookings.in_bucket(self.batch, bucket)
            if isinstance(one, BookingRecord) and one.entered is not None
        ]
        return sorted((one.entry, one.weight, one.share) for one in found)

    def commit(self) -> Commitment:
        """The list of what is stored now is fixed."""
        self.world.clock.set(COMMITTED)
        batch, records = self.batch, self.records()
        lines = []
        for part in range(PARTS):
            mine = [record(*one) for one in records if one[0][0] == part]
            self.services.draw_files.put(b"".join(mine))
            lines.append(PartLine(len(mine), hashlib.sha256(b"".join(mine)).digest()))
        rules = rules_hash(batch, self.services.cache.control_now("pack").quantity)
        made = Commitment("pack", rules, b"c" * 32, 7, tuple(lines))
        name = self.services.draw_files.put(made.to_bytes())
        fact = Committed(bytes.fromhex(name), b"s" * 64, len(records), self.world.now_s, rules)
        assert self.services.draws.put_commitment("pack", fact)
        self.world.clock.advance(2)
        return made

    @property
    def ranking(self) -> list[bytes]:
        """All listed entries by their scores: the first is the first to win."""
        found = self.services.draws.state("pack", consistent=True).commitment
        assert found is not None
        of = seed(found.hash, SIGNATURE)
        return [entry for entry, *_ in sorted(self.records(), key=lambda one: score(of, one[0], one[1]))]

    def draw(self, *, admits: int = 2, at: str = DRAWN, claim_for_s: int = 3 * DAY_S) -> None:
        """The `admits` lowest scores are admitted, whatever their share."""
        self.world.clock.set(at)
        now_s, draws = self.world.now_s, self.services.draws
        state = draws.state("pack", consistent=True)
        assert state.commitment is not None
        if state.beacon is None:
            assert draws.put_beacon("pack", Beacon(7, SIGNATURE, now_s, "local"))
        of, before = seed(state.commitment.hash, SIGNATURE), sum(one.admitted for one in state.cohorts)
        scores = sorted(score(of, entry, weight) for entry, weight, _ in self.records())[: before + admits]
        cohort = Cohort(
            number=len(state.cohorts) + 1,
            cutoffs=(),
            cutoff_rest=scores[-1] if scores else b"",
            winners=(),
            admitted=len(scores) - before,
            recorded_at_s=now_s,
            claim_until_s=min(now_s + claim_for_s, self.batch.closes_at_s),
        )
        assert draws.put_cohort("pack", cohort)
        self.world.clock.advance(2)

    def end(self, state: Any, **more: Any) -> None:
        """The draw ends."""
        assert self.services.draws.put_end("pack", DrawEnd(state, self.world.now_s, "", **more))
        self.world.clock.advance(2)

    def open(self) -> None:
        """The first second in which winners can claim."""
        self.world.clock.set(OPENING)

    def name_of(self, entry: bytes, *names: str) -> str:
        """Whose entry it is."""
        return next(name for name in names if self.entry(name) == entry)

    def entry(self, name: str) -> bytes:
        entered = self.booking(name).entered
        assert entered is not None
        return entered.entry


PATH = {"batch_id": "pack"}
PEOPLE = tuple(f"p{number}" for number in range(6))


def lots(files: Path, *, others: Sequence[Any] = (), campaign: Any = None, **changes: Any) -> Lots:
    """A lottery of two packs, published; beside `others`, in a campaign with these changes."""
    world = World(Store(), settings={"DRAW_FILES": f"folder:{files}"})
    world.clock.set("2020-06-01T00:00:00+08:00")
    world.publish(a_campaign(a_lottery(**{"quantity": 2, **changes}), *others, **(campaign or {})))
    return Lots(world, files)


def drawn(files: Path, *, claim_for_s: int = 3 * DAY_S, **changes: Any) -> Lots:
    """The same, booked by six people, drawn, and open."""
    made = lots(files, **changes)
    made.book(*PEOPLE)
    made.commit()
    made.draw(claim_for_s=claim_for_s)
    made.open()
    return made


def winners(made: Lots) -> list[str]:
    """Who was drawn, by the sort."""
    return [made.name_of(entry, *PEOPLE) for entry in made.ranking[:2]]


def losers(made: Lots) -> list[str]:
    return [made.name_of(entry, *PEOPLE) for entry in made.ranking[2:]]
