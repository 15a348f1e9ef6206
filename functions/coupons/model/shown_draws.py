"""What everybody may see of a lottery's draw: its steps, its files, and whom the seed picks for questions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, NamedTuple

from coupons.model.batches import DrawTerms, PublishedBatch
from coupons.model.draw_state import DrawState

FileKind = Literal["rules", "commitment", "part", "scores", "final"]
"""The rules, the commitment, a part of the list of entries, the scores of a cohort, the entries that claimed."""
ListedFiles = Literal["parts", "scores"]
"""Which of the many files are listed: the parts of the list of entries, or the cohorts' score files."""
DrawStepName = Literal[
    "published",
    "opened",
    "closed",
    "committed",
    "beacon",
    "drawn",
    "reserve-2",
    "reserve-3",
    "final",
    "void",
    "abandoned",
    "broken",
]
"""The batch was published; its booking opened, closed; the list was committed; the beacon came; the winners were drawn,
the reserves; how the draw ended."""
StepAuthor = Literal["operator", "partner", "local", "system"]
"""Who did it: an operator, a partner such as a notary, the test chain, or this system by itself when it was due."""


@dataclass(frozen=True, slots=True)
class DrawFile:
    """`number`: of the part, or of the cohort. `count`: entries in it."""

    name: str
    kind: FileKind
    number: int | None = None
    count: int | None = None


class DrawStep(NamedTuple):
    step: DrawStepName
    at_s: int
    by: StepAuthor


class DrawSample(NamedTuple):
    """Places from 0: among the winners of the draw, the lowest score first, and in the whole list, sorted."""

    winners: list[int]
    entries: list[int]


class ShownDraw(NamedTuple):
    batch: PublishedBatch
    terms: DrawTerms
    state: DrawState
    rules_hash: bytes
    seed: bytes | None
    steps: list[DrawStep]
    files: list[DrawFile]
    sample: DrawSample | None
