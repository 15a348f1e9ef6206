"""The test clock: real time plus an offset, kept in a file that the functions read at each request."""

from __future__ import annotations

import json
import os
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

_BEIJING = timezone(timedelta(hours=8))

OPENING_S = int(datetime(2020, 6, 6, 9, 59, 30, tzinfo=_BEIJING).timestamp())
"""The clock of a new stack starts here: half a minute before the first batches open."""
EARLIEST_S = int(datetime(2000, 1, 1, tzinfo=UTC).timestamp())
LATEST_S = int(datetime(2100, 1, 1, tzinfo=UTC).timestamp())


@dataclass(frozen=True)
class LocalClock:
    """`path` holds `{"offset_s": seconds}`; the file is replaced as a whole, so no reader sees half of it."""

    path: Path

    def offset_s(self) -> float:
        return float(json.loads(self.path.read_bytes())["offset_s"])

    def now_s(self) -> float:
        return time.time() + self.offset_s()

    def set_now(self, now_s: float) -> None:
        """Every request that starts after this returns sees `now_s` or later; the clock runs on from there."""
        temporary = self.path.with_suffix(".new")
        temporary.write_text(json.dumps({"offset_s": now_s - time.time()}))
        os.replace(temporary, self.path)  # noqa: PTH105 - the name of the call that is atomic


def rfc3339(epoch_s: float) -> str:
    """With milliseconds, in the time zone of the seasons."""
    return datetime.fromtimestamp(epoch_s, _BEIJING).isoformat(timespec="milliseconds")
