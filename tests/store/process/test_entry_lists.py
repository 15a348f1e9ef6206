"""Where an entry stands in a committed list: one read of a file, and every way in which a file can be wrong."""

from __future__ import annotations

import hashlib
import random
from pathlib import Path
from typing import Any

import pytest

from coupons.damage import Damaged
from coupons.model.commitments import PARTS, Commitment, PartLine
from coupons.model.draw_state import Committed
from coupons.model.entries import record
from coupons.process.entry_lists import WINDOW, EntryLists
from coupons.stores.draw_files import FolderFiles

RNG = random.Random(7)


class Counted(FolderFiles):
    """Files that count their reads."""

    reads = 0

    def get(self, *given: Any) -> bytes:
        self.reads += 1
        return super().get(*given)


def committed(files: FolderFiles, entries: list[bytes]) -> Committed:
    """The list of these entries, each of weight 3 and share 2."""
    lines = []
    for part in range(PARTS):
        mine = b"".join(record(entry, 3, 2) for entry in sorted(entries) if entry[0] == part)
        files.put(mine)
        lines.append(PartLine(len(mine) // 34, hashlib.sha256(mine).digest()))
    name = files.put(Commitment("pack", b"r" * 32, b"c" * 32, 7, tuple(lines)).to_bytes())
    return Committed(bytes.fromhex(name), b"", len(entries), 0, b"r" * 32)


@pytest.mark.parametrize("count", [0, 1, 2, WINDOW - 1, WINDOW, WINDOW + 1, 5 * WINDOW])
@pytest.mark.parametrize("is_even", [True, False])
def test_each_entry_is_found_and_no_other(tmp_path: Path, count: int, *, is_even: bool) -> None:
    """In a part of any length, spread evenly or all in one place; alone or together with others."""
    spread = 31 if is_even else 2
    entries = sorted({b"\7" + bytes(31 - spread) + RNG.randbytes(spread) for _ in range(count)})
    files = Counted(tmp_path)
    fact, lists = committed(files, entries), EntryLists(lambda: files)
    picked = sorted({*entries[:3], *entries[-3:], *RNG.sample(entries, min(len(entries), 20))})
    found = [lists.find(fact, entry) for entry in picked]
    assert [one and (one.part, one.at, one.weight, one.share) for one in found] == [
        (7, entries.index(entry), 3, 2) for entry in picked
    ]
    beside = [bytes(32), b"\7" + bytes(31), b"\7" + b"\xff" * 31, b"\7" + RNG.randbytes(31), b"\xff" * 32]
    absent = [entry for entry in beside if entry not in entries]
    assert [lists.find(fact, entry) for entry in absent] == [None] * len(absent)
    assert lists.find_all(fact, [*picked, *absent]) == dict(zip(picked, found, strict=True))
    few = {entry: one for entry, one in zip(picked, found, strict=True) if entry in picked[:1]}
    assert lists.find_all(fact, picked[:1]) == few


def test_an_entry_costs_one_read(tmp_path: Path) -> None:
    """Of a part of 40,000, as of a list of ten millions; the commitment is read once a process."""
    files = Counted(tmp_path)
    entries = [b"\7" + RNG.randbytes(31) for _ in range(40_000)]
    fact, lists = committed(files, entries), EntryLists(lambda: files)
    lists.commitment(fact)
    files.reads = 0
    for entry in entries[:100]:
        assert lists.find(fact, entry) is not None
    assert files.reads <= 101


def test_a_file_that_is_not_what_its_name_says_is_damage(tmp_path: Path) -> None:
    """The commitment is compared with its name; a part that is missing or cut off is named."""
    files = FolderFiles(tmp_path)
    entry = b"\7" + bytes(31)
    fact = committed(files, [entry])
    part = EntryLists(lambda: files).commitment(fact).parts[7].sha256.hex()
    (tmp_path / part).write_bytes(b"short")
    with pytest.raises(Damaged, match="ends before record 1"):
        EntryLists(lambda: files).find(fact, entry)
    (tmp_path / part).unlink()
    with pytest.raises(Damaged, match="No such file"):
        EntryLists(lambda: files).find(fact, entry)
    (tmp_path / fact.file).write_bytes(b"another")
    with pytest.raises(Damaged, match="another hash than its name"):
        EntryLists(lambda: files).commitment(fact)
