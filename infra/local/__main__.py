"""`make run`; see `run.py`."""

from __future__ import annotations

import os
import signal
import sys
from types import FrameType


def _end_at_once(_number: int, _frame: FrameType | None) -> None:
    os._exit(0)


def main() -> int:
    # Nothing runs yet that would have to be ended, and Ctrl-C during an import would print a traceback.
    signal.signal(signal.SIGINT, _end_at_once)
    from infra.local.run import main as run  # noqa: PLC0415

    return run()


if __name__ == "__main__":
    sys.exit(main())
