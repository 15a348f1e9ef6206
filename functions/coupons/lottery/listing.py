"""Make the list of a lottery's entries: sorted files, in any number of calls, with memory for a small piece of it.

    buckets of bookings ──64 a run──▶ runs, each sorted ──16 parts at a time──▶ 256 parts, by the first byte of an entry

A million entries are 16 runs, ten million 256. Sorting joins runs quickly, because each is sorted. A place of a pass is
recorded after its file is there, and the first record stands: all calls go on from the same files.

**A booking that cannot be read stops its draw**, and no other. Without it the list would leave out somebody who has a
receipt, and that nobody could tell from fraud. It is told each minute as damaged. Its receipt, or a backup, says what
the item was; when it is mended, the next minute goes on. Nobody mends it in time: the draw is void.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from hashlib import sha256
from itertools import pairwise

from coupons.damage import Damaged
from coupons.lottery.steps import DrawNow
from coupons.model.commitments import PARTS, PartLine
from coupons.model.draw_runs import Run, offsets_of
from coupons.model.entries import HASH_BYTES, RECORD_BYTES
from coupons.model.pieces import Piece
from coupons.process.passes import Pass, run, side_by_side

RUN_SPAN = 64
"""Buckets a run: about 64,000 entries, four seconds of reading and 9 MB."""
PARTS_TOGETHER = 16
"""Parts that one place of the second pass makes: it reads each run once, in one piece."""


class WrongList(Exception):
    """The list contradicts itself, or the count of bookings: there is no draw."""


def list_entries(now: DrawNow) -> tuple[PartLine, ...] | None:
    """All 256 parts are files; None if time ran out, call again to resume.

    For a million entries: 50,000 read units, 32 small write units, 16 + 256 puts and 256 reads of files. Raises
    WrongList, Damaged.

    Guarded by tests/store/lottery/test_committing.py::test_a_list_that_contradicts_itself_breaks_the_draw,
    tests/store/lottery/test_committing.py::test_a_booking_that_cannot_be_read_is_never_left_out.
    """
    name = f"{now.batch.batch_id}#{now.control.booking_count}"  # a count that starts anew starts a new list
    runs = _runs(now, f"runs#{name}")
    if runs is None:
        return None
    _refuse_another_count(sum(one.count for one in runs), now.control.booked)
    parts = _parts(now, f"parts#{name}", runs)
    if parts is None:
        return None
    _refuse_another_count(sum(part.count for part in parts), now.control.booked)
    return parts


def _refuse_another_count(entries: int, booked: int) -> None:
    if entries != booked:
        raise WrongList(f"The list has {entries} entries, and {booked} people had booked.")


def _runs(now: DrawNow, sweep_id: str) -> list[Run] | None:
    services, batch = now.services, now.batch
    spans = -(-batch.booking_buckets // RUN_SPAN)

    def read(place: int, _: Piece[Run] | None) -> Piece[Run]:
        buckets = range(place * RUN_SPAN, min((place + 1) * RUN_SPAN, batch.booking_buckets))
        found = (one for bucket in buckets for one in services.entry_reads.in_bucket(batch, bucket))
        broken: list[Damaged] = []
        records = sorted(services.damages.sound(found, broken))
        if broken:
            raise broken[0]
        return Piece(Run(offsets_of(records), services.draw_files.put(b"".join(records))), to_the_end=True)

    done = run(services, services.run_folds, [Pass(sweep_id, spans, read)], deadline_s=now.deadline_s)
    return None if done is None else done[0]


def _parts(now: DrawNow, sweep_id: str, runs: Sequence[Run]) -> tuple[PartLine, ...] | None:
    services = now.services

    def merge(place: int, _: Piece[tuple[PartLine, ...]] | None) -> Piece[tuple[PartLine, ...]]:
        parts = range(place * PARTS_TOGETHER, (place + 1) * PARTS_TOGETHER)
        pieces = side_by_side(services, lambda one: _piece(services.draw_files.get, one, parts), runs)
        content = b"".join(pieces)
        records = sorted(content[at : at + RECORD_BYTES] for at in range(0, len(content), RECORD_BYTES))
        _refuse_unsorted(records)
        bounds = offsets_of(records)
        lines = tuple(_line(services.draw_files.put, records[bounds[part] : bounds[part + 1]]) for part in parts)
        return Piece(lines, to_the_end=True)

    passes = [Pass(sweep_id, PARTS // PARTS_TOGETHER, merge)]
    # One place at a time: each holds a sixteenth of the list, and reads its pieces side by side.
    done = run(services, services.part_folds, passes, deadline_s=now.deadline_s, threads=1)
    if done is None:
        return None
    recorded = services.part_folds.recorded(sweep_id, PARTS // PARTS_TOGETHER)
    return tuple(line for place in sorted(recorded) for line in recorded[place].value)


def _piece(get: Callable[[str, int, int], bytes], one: Run, parts: range) -> bytes:
    offset, length = one.place_of(parts)
    content = get(one.file, offset, length) if length else b""
    assert len(content) == length, f"the run {one.file} is not as long as it was"
    return content


def _refuse_unsorted(records: Sequence[bytes]) -> None:
    """Two bookings with one entry are one person's twice, or a copied item."""
    for one, following in pairwise(records):
        if one[:HASH_BYTES] >= following[:HASH_BYTES]:
            raise WrongList(f"The entry {one[:HASH_BYTES].hex()} is in the list twice.")


def _line(put: Callable[[bytes], str], records: Sequence[bytes]) -> PartLine:
    content = b"".join(records)
    put(content)
    return PartLine(len(records), sha256(content).digest())
