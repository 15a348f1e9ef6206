"""The draw of a lottery as everybody may see it: how far it has come, when and by whom, and the files that prove it."""

from __future__ import annotations

from collections.abc import Iterator

from coupons.model import scores
from coupons.model.batches import DrawTerms, PublishedBatch
from coupons.model.draw_results import seed_of
from coupons.model.draw_state import DrawState
from coupons.model.draw_terms import rules_hash
from coupons.model.score_files import ScoreIndex
from coupons.model.shown_draws import DrawFile, DrawSample, DrawStep, DrawStepName, ListedFiles, ShownDraw
from coupons.process.services import Services
from coupons.refusals import NotFound
from coupons.times import epoch_s

SAMPLE = 300
"""Entries, and winners, that the seed names for those who ask people whether they took part."""


def shown_draw(services: Services, batch_id: str, listed: ListedFiles | None, now_s: int) -> ShownDraw:
    """The draw at most a second ago. Raises NotFound (no such batch, or no lottery), Damaged, Busy.

    Half a read unit a second; `listed` reads one file more, or one a cohort.
    """
    batch, terms = _lottery(services, batch_id)
    state = services.draw_states.get(batch_id)
    found = shown_now(services, batch, terms, state, now_s)
    if listed == "parts":
        found.files.extend(_parts(services, state))
    elif listed == "scores":
        found.files.extend(_score_files(services, state))
    return found


def shown_now(services: Services, batch: PublishedBatch, terms: DrawTerms, state: DrawState, now_s: int) -> ShownDraw:
    """The same of a state that was read, without parts and score files."""
    fixed = state.commitment.rules_hash if state.commitment else None
    return ShownDraw(
        batch,
        terms,
        state,
        rules_hash=fixed or rules_hash(batch, services.cache.control(batch.batch_id).quantity),
        seed=seed_of(state),
        steps=list(_steps(batch, state, now_s)),
        files=list(_files(state)),
        sample=_sample(state),
    )


def draw_file(services: Services, batch_id: str, name: str) -> str | bytes:
    """Where everybody can load a file of this draw, or, on the local stage, the file. Raises NotFound, Damaged, Busy.

    Only what `shown_draw` lists: runs of entries that are not committed yet are nobody's.
    """
    _lottery(services, batch_id)
    state = services.draw_states.get(batch_id)
    if not any(name in {file.name for file in files} for files in _all_files(services, state)):
        raise NotFound(detail="No such file of this draw.")
    return services.draw_files.link(name) or services.draw_files.get(name)


def _lottery(services: Services, batch_id: str) -> tuple[PublishedBatch, DrawTerms]:
    batch = services.cache.claimed_batch(batch_id)
    if batch.draw is None:
        raise NotFound(detail=f"{batch_id!r} has no draw.")
    return batch, batch.draw


def _all_files(services: Services, state: DrawState) -> Iterator[list[DrawFile]]:
    """What is known without a read comes first."""
    yield list(_files(state))
    yield list(_parts(services, state))
    yield list(_score_files(services, state))


def _files(state: DrawState) -> Iterator[DrawFile]:
    if state.commitment is not None:
        yield DrawFile(state.commitment.rules_file, "rules")
        yield DrawFile(state.commitment.file, "commitment", count=state.commitment.entries)
    for cohort in state.cohorts:
        if cohort.scores:
            yield DrawFile(cohort.scores, "scores", cohort.number, cohort.admitted)
    if state.end is not None and state.end.file:
        yield DrawFile(state.end.file, "final", count=state.end.claims)


def _parts(services: Services, state: DrawState) -> Iterator[DrawFile]:
    committed = services.entry_lists.commitment(state.commitment).parts if state.commitment else ()
    for number, line in enumerate(committed):
        yield DrawFile(line.sha256.hex(), "part", number, line.count)


def _score_files(services: Services, state: DrawState) -> Iterator[DrawFile]:
    for cohort in state.cohorts:
        index = ScoreIndex.from_bytes(services.draw_files.get(cohort.scores)) if cohort.scores else ScoreIndex(())
        for line in index.lines:
            if line.count:
                yield DrawFile(line.sha256.hex(), "scores", cohort.number, line.count)


def _steps(batch: PublishedBatch, state: DrawState, now_s: int) -> Iterator[DrawStep]:
    """What has happened, in its order."""
    yield DrawStep("published", batch.published_at_s, "operator")
    booking = batch.document.booking
    assert booking is not None, "a lottery has a booking"
    if (opened_s := epoch_s(booking.opens_at)) <= now_s:
        yield DrawStep("opened", opened_s, "system")
    if (closed_s := epoch_s(booking.closes_at)) <= now_s:
        yield DrawStep("closed", closed_s, "system")
    if state.commitment is not None:
        yield DrawStep("committed", state.commitment.committed_at_s, "system")
    if state.beacon is not None:
        yield DrawStep("beacon", state.beacon.received_at_s, state.beacon.by)
    for cohort in state.cohorts:
        name: DrawStepName = "drawn" if cohort.number == 1 else "reserve-2" if cohort.number == 2 else "reserve-3"
        yield DrawStep(name, cohort.recorded_at_s, "system")
    if state.end is not None:
        yield DrawStep(state.end.state, state.end.at_s, "operator" if state.end.state == "abandoned" else "system")


def _sample(state: DrawState) -> DrawSample | None:
    seed = seed_of(state)
    if seed is None or state.commitment is None or not state.cohorts:
        return None
    counts = (state.cohorts[0].admitted, state.commitment.entries)
    return DrawSample(*([scores.sample(seed, i, count) for i in range(SAMPLE)] if count else [] for count in counts))
