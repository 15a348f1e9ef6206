"""Run passes over many items so that any call can be killed, and the next call resumes where the records end.

    recorded pieces ──▶ places not read to the end, shuffled ──▶ threads: read on, record ──▶ … until the deadline

A pass has numbered places, such as spans of buckets or shards of lines. What is read of a place is recorded as a
piece, by a conditional put, so any number of invocations can work side by side; shuffling keeps them apart. A killed
invocation loses only what it had not recorded, and a repeat changes nothing. The pass is complete when every place is
recorded to its end.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Generic, TypeVar

from coupons.damage import Damaged
from coupons.model.counts import Fold, total
from coupons.model.pieces import Piece
from coupons.process.services import Services
from coupons.stores.pieces import Pieces

T = TypeVar("T")
R = TypeVar("R")

SPAN = 16
"""Buckets a fold: about 16,000 claims, two seconds of reading; 65,536 buckets make 4,096 folds."""


@dataclass(frozen=True, slots=True)
class Pass(Generic[T]):
    """`read_on(place, piece)` reads a place on from its last piece, None at its beginning.

    It returns None if it ran out of time. A piece is recorded after `read_on` returned, so whatever `read_on` sent was
    sent for every recorded piece, and is sent again for a place whose worker was killed.
    """

    sweep_id: str
    places: int
    read_on: Callable[[int, Piece[T] | None], Piece[T] | None]


def run(
    services: Services,
    store: Pieces[T],
    passes: Sequence[Pass[T]],
    *,
    deadline_s: float,
    threads: int | None = None,
) -> list[list[T]] | None:
    """The values of all places of each pass; None if some were not read to the end at `deadline_s` (monotonic).

    `threads`: None for as many as the settings say; 1 if `read_on` starts threads itself, or runs in one. Raises
    Damaged if a `read_on` did, after the other places were read; when the item is mended, the next call resumes it.
    """
    recorded = [store.recorded(one.sweep_id, one.places) for one in passes]
    missing = [
        (one, pieces, place)
        for one, pieces in zip(passes, recorded, strict=True)
        for place in range(one.places)
        if place not in pieces or not pieces[place].to_the_end
    ]
    services.rng.shuffle(missing)
    broken: list[Damaged] = []

    def work(at: tuple[Pass[T], dict[int, Piece[T]], int]) -> bool:
        one, pieces, place = at
        piece = pieces.get(place)
        with services.damages.left_out(broken):
            while piece is None or not piece.to_the_end:
                read = one.read_on(place, piece) if services.clock.monotonic_s() < deadline_s else None
                if read is None:
                    return False
                piece = pieces[place] = store.record(one.sweep_id, place, piece, read)
        return True

    are_whole = side_by_side(services, work, missing, threads)
    if broken:
        raise broken[0]
    return [[piece.value for piece in pieces.values()] for pieces in recorded] if all(are_whole) else None


def fold_spans(
    services: Services,
    sweep_id: str,
    buckets: int,
    fold_of: Callable[[range], Fold],
    *,
    span: int = SPAN,
    deadline_s: float,
) -> Fold | None:
    """The sum of `fold_of` over all spans of `span` of the `buckets`, None if some are missing at `deadline_s`.

    Writes one fold a span. `fold_of` runs in several threads. Raises Damaged as `run`.
    """
    found = spans(services, services.folds, sweep_id, buckets, span, fold_of, deadline_s)
    return None if found is None else total(found)


def spans(
    services: Services,
    store: Pieces[T],
    sweep_id: str,
    buckets: int,
    span: int,
    find: Callable[[range], T | None],
    deadline_s: float,
    threads: int | None = None,
) -> list[T] | None:
    """What `find` finds in each span of `span` of the `buckets`, in no order; None if some are missing at `deadline_s`.

    A span for which it finds None is not recorded: the next call asks again. Otherwise as `run`.
    """
    places = (buckets + span - 1) // span

    def read_on(place: int, _: Piece[T] | None) -> Piece[T] | None:
        found = find(range(place * span, min((place + 1) * span, buckets)))
        return None if found is None else Piece(found, to_the_end=True)

    run(services, store, [Pass(sweep_id, places, read_on)], deadline_s=deadline_s, threads=threads)
    # Read once more: other invocations may have recorded the rest meanwhile.
    pieces = store.recorded(sweep_id, places)
    return [piece.value for piece in pieces.values()] if len(pieces) == places else None


def side_by_side(services: Services, work: Callable[[T], R], items: Sequence[T], threads: int | None = None) -> list[R]:
    """`work` on each item, in `threads` (None: as many as the settings say); results in the order of the items."""
    threads = threads or services.sweep_workers
    if threads <= 1:
        return [work(item) for item in items]
    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(work, items))
