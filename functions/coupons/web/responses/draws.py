"""The draw of a lottery, as everybody may read it."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import Field

from coupons.drand import CHAINS
from coupons.fields import Title
from coupons.model import batches, draw_state, shown_draws
from coupons.model.batches import PublishedBatch
from coupons.model.draw_state import Cohort
from coupons.model.draw_terms import rules_hash
from coupons.model.draws import DrawShare, DrawWeight
from coupons.model.shown_draws import ShownDraw
from coupons.times import epoch_s, rfc3339
from coupons.web.responses.base import Moment, ResponseBody

Hex32 = Annotated[str, Field(json_schema_extra={"pattern": "^[0-9a-f]{64}$"})]
"""32 bytes as lower-case hexadecimal digits."""
Hex48 = Annotated[str, Field(json_schema_extra={"pattern": "^[0-9a-f]{96}$"})]
"""48 bytes."""
Hex64 = Annotated[str, Field(json_schema_extra={"pattern": "^[0-9a-f]{128}$"})]
"""64 bytes."""


class DrawTermsView(ResponseBody):
    """How a lottery is drawn. All of it is fixed since the batch was published."""

    at: Moment
    """When it is drawn."""
    round: int
    """The round of the random beacon that it is drawn by: the first that is due at or after that."""
    chain: batches.DrawChain
    """The beacon. `local` is a test, which anybody can sign."""
    receipt_key: Hex32
    """The public Ed25519 key of receipts and of the commitment."""
    rules_hash: Hex32
    """SHA-256 of the rules, which each receipt states. It is final half a minute before booking opens."""
    claim_for_s: int
    """Seconds that the winners, and the next in line, have to claim."""
    rounds: int
    """How often packs are offered: to the winners, then to the next in line."""
    shares: list[DrawShare]
    """Packs for some people first."""
    weights: list[DrawWeight]
    """People with more tickets than one."""
    credit: bool
    """The winners get their packs without a claim."""

    @classmethod
    def of(cls, batch: PublishedBatch, quantity: int) -> Self | None:
        """None for a batch that is not drawn. `quantity`: its packs now."""
        draw = batch.document.draw
        if draw is None or batch.draw is None:
            return None
        at, key = rfc3339(epoch_s(draw.at), batch.timezone), batch.draw.receipt_key.hex()
        hashed = rules_hash(batch, quantity).hex()
        return cls.copied(batch.draw, draw, at=at, receipt_key=key, rules_hash=hashed)


class CommitmentView(ResponseBody):
    """The list of entries, fixed before the beacon's round."""

    hash: Hex32
    """SHA-256 of the commitment file: what the press, a notary and a time-stamp authority witness."""
    signature: Hex64
    """Ed25519, by the receipt key, over `cs-commit-1`, the batch and the hash."""
    committed_at: Moment
    """When it was fixed."""


class BeaconView(ResponseBody):
    """The randomness of the draw."""

    round: int
    """The beacon's number of it."""
    signature: Hex48
    """Of the round, by the chain's key."""
    received_at: Moment
    """When it came here."""
    by: draw_state.BeaconAuthor
    """Who brought it; they could choose nothing."""


class CutoffView(ResponseBody):
    """The highest score that a share admits."""

    share: int
    """Its number, from 1."""
    title: Title
    """Of the share."""
    cutoff: Hex32 | None
    """Null: it admits nobody."""
    winners: int
    """How many it admits."""


class CohortView(ResponseBody):
    """People who may claim from one moment on: the winners of the draw, or the next in line."""

    cohort: int
    """1: the winners; 2 and 3: the next in line."""
    cutoffs: list[CutoffView]
    """Of the shares; the next in line have none."""
    cutoff_rest: Hex32 | None
    """The highest score that is admitted whatever its share; null: nobody's."""
    admitted: int
    """How many people may claim, that could not before."""
    recorded_at: Moment
    """When they were drawn."""
    claim_by: Moment
    """The first second in which they can claim no more."""
    claims: int | None
    """Claims that were counted before these people were drawn; null for the winners."""

    @classmethod
    def of(cls, cohort: Cohort, batch: PublishedBatch) -> Self:
        shares = batch.document.draw.shares if batch.document.draw else []
        found = zip(shares, cohort.cutoffs, cohort.winners, strict=False)
        return cls.copied(
            cohort,
            cohort=cohort.number,
            cutoffs=[
                CutoffView(share=number, title=share.title, cutoff=cutoff.hex() or None, winners=winners)
                for number, (share, cutoff, winners) in enumerate(found, 1)
            ],
            cutoff_rest=cohort.cutoff_rest.hex() or None,
            recorded_at=rfc3339(cohort.recorded_at_s, batch.timezone),
            claim_by=rfc3339(cohort.claim_until_s, batch.timezone),
            claims=cohort.claims_before,
        )


class DrawEndView(ResponseBody):
    """How the draw ended."""

    state: draw_state.EndWord
    """`final`: all claims are counted; `void`: no list or no beacon came in time; `abandoned`: the batch was stopped;
    `broken`: the list does not add up."""
    at: Moment
    """Since when."""
    why: str | None
    """In words; null: as the rules say."""
    claims: int | None
    """Claims in all; null: there is no final file."""


class DrawStepView(ResponseBody):
    """Something that happened."""

    step: shown_draws.DrawStepName
    """What."""
    at: Moment
    """When."""
    by: shown_draws.StepAuthor
    """By whom."""


class DrawFileView(ResponseBody):
    """A file that proves a part of the draw."""

    name: Hex32
    """SHA-256 of its content."""
    kind: shown_draws.FileKind
    """What it holds."""
    number: int | None
    """Of the part, from 0, or of the cohort, from 1; null: there is only one."""
    count: int | None
    """How many entries it holds or fixes; null: it holds none."""


class DrawSampleView(ResponseBody):
    """Whom the seed picks for questions whether they took part: places from 0."""

    winners: list[int]
    """Among the winners, the lowest score first."""
    entries: list[int]
    """In the whole list, sorted."""


class DrawView(ResponseBody):
    """The draw of a lottery: how far it has come, and everything that somebody needs to check it."""

    batch_id: str
    state: draw_state.DrawWord
    """How far it has come."""
    at: Moment
    """When it is drawn."""
    round: int
    """The beacon's round that it is drawn by."""
    chain: batches.DrawChain
    """The beacon. `local` is a test, which anybody can sign."""
    chain_hash: Hex32
    """Which beacon that is. Verifiers know it, and take it from nobody."""
    rules_hash: Hex32
    """SHA-256 of the rules."""
    receipt_key: Hex32
    """The public Ed25519 key of receipts and of the commitment."""
    entries: int | None
    """How many people take part; null until the list is fixed."""
    commitment: CommitmentView | None
    """The list, fixed; null: not yet."""
    beacon: BeaconView | None
    """The randomness; null: not yet."""
    seed: Hex32 | None
    """What all scores follow from; null: not yet."""
    cohorts: list[CohortView]
    """Those who may claim, in their order."""
    end: DrawEndView | None
    """How it ended; null: it goes on."""
    steps: list[DrawStepView]
    """What has happened, in its order."""
    files: list[DrawFileView]
    """Those there are, without the 256 parts and the score files unless they are asked for."""
    sample: DrawSampleView | None
    """Null until the winners are drawn."""

    @classmethod
    def of(cls, shown: ShownDraw) -> Self:
        batch, state = shown.batch, shown.state
        return cls.copied(
            shown.terms,
            batch,
            state,
            at=_moment(shown, epoch_s(batch.document.draw.at)) if batch.document.draw else "",
            chain_hash=CHAINS[shown.terms.chain].chain_hash.hex(),
            rules_hash=shown.rules_hash.hex(),
            receipt_key=shown.terms.receipt_key.hex(),
            entries=state.commitment.entries if state.commitment else None,
            commitment=_commitment(shown),
            beacon=_beacon(shown),
            seed=shown.seed.hex() if shown.seed else None,
            cohorts=[CohortView.of(cohort, batch) for cohort in state.cohorts],
            end=_end(shown),
            steps=[DrawStepView(step=one.step, at=_moment(shown, one.at_s), by=one.by) for one in shown.steps],
            files=[DrawFileView.copied(one) for one in shown.files],
            sample=DrawSampleView.copied(shown.sample) if shown.sample else None,
        )


def _moment(shown: ShownDraw, at_s: int) -> str:
    return rfc3339(at_s, shown.batch.timezone)


def _commitment(shown: ShownDraw) -> CommitmentView | None:
    found = shown.state.commitment
    if found is None:
        return None
    at = _moment(shown, found.committed_at_s)
    return CommitmentView(hash=found.hash.hex(), signature=found.signature.hex(), committed_at=at)


def _beacon(shown: ShownDraw) -> BeaconView | None:
    found = shown.state.beacon
    if found is None:
        return None
    at = _moment(shown, found.received_at_s)
    return BeaconView(round=found.round, signature=found.signature.hex(), received_at=at, by=found.by)


def _end(shown: ShownDraw) -> DrawEndView | None:
    found = shown.state.end
    if found is None:
        return None
    return DrawEndView(state=found.state, at=_moment(shown, found.at_s), why=found.why or None, claims=found.claims)
