"""A person's own part in the draw of a lottery, as the person sees it."""

from __future__ import annotations

from typing import Self

from coupons.model.draw_results import DrawResult, ListedEntry, OwnDraw, Sentence
from coupons.times import rfc3339
from coupons.web.responses.base import Hex, Moment, ResponseBody
from coupons.web.responses.claims import ReceiptView


class ListedView(ResponseBody):
    """Where an entry stands in the committed list."""

    name: Hex
    """The part's file, by its SHA-256."""
    number: int
    """Of the part: the first byte of its entries."""
    index: int
    """Of the record in the file, from 0; each has 34 bytes."""

    @classmethod
    def of(cls, listed: ListedEntry) -> Self:
        return cls(name=listed.file, number=listed.part, index=listed.at)


class SentenceView(ResponseBody):
    """One sentence for the person."""

    en: str
    """In English."""
    zh: str
    """In Chinese."""

    @classmethod
    def of(cls, sentence: Sentence) -> Self:
        return cls(en=sentence.en, zh=sentence.zh)


class OwnDrawView(ResponseBody):
    """What only the person sees of a draw: with the nonce anybody can recompute the entry from their identity."""

    batch_id: str
    entry: Hex
    """What stands for the person in the published list."""
    nonce: Hex
    """What hides the person in the entry. Who shows it shows which entry is theirs."""
    weight: int
    """Tickets."""
    share: int
    """The share whose packs the person is drawn for first, from 1; 0: none."""
    receipt: ReceiptView | None
    """What proves the entry; null for one that the list does not have."""
    score: Hex | None
    """The lowest win; null before the draw."""
    rank: int | None
    """The place among all entries by score, from 1; null before the draw."""
    rank_is_about: bool
    """Whether the rank is read from a histogram: it is exact up to the last who was drawn."""
    result: DrawResult
    """What became of the person."""
    cohort: int | None
    """1 for a winner of the draw, 2 and 3 for a reserve; null for everybody else."""
    claim_by: Moment | None
    """Until when a winner can claim."""
    part: ListedView | None
    """Where the entry stands in the committed list; null before there is one."""
    sentence: SentenceView
    """What became of the person, to be shown as it is."""

    @classmethod
    def of(cls, own: OwnDraw) -> Self:
        cohort = own.drawn.cohort if own.drawn else None
        return cls(
            batch_id=own.batch.batch_id,
            entry=own.entry.hex(),
            nonce=own.nonce.hex(),
            weight=own.weight,
            share=own.share,
            receipt=ReceiptView.of(own.receipt) if own.receipt else None,
            score=own.drawn.score.hex() if own.drawn else None,
            rank=own.rank,
            rank_is_about=own.rank_is_about,
            result=own.result,
            cohort=cohort.number if cohort else None,
            claim_by=rfc3339(cohort.claim_until_s, own.batch.timezone) if cohort else None,
            part=ListedView.of(own.listed) if own.listed else None,
            sentence=SentenceView.of(own.sentence),
        )
