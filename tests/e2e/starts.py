"""Times starts of the local stack, new and with kept data, beside busy processes.

`python -m tests.e2e.starts --busy 16 --times 5` prints a line for each start: its seconds, and its longest step. The
exit code is 1 if one failed or took longer than --within seconds. Each busy process is a session of its own, because
Linux shares the processors between sessions first.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path
from time import monotonic

from tests.e2e.local_stack import LocalStack

_BUSY = "import time; until_s = time.monotonic() + {limit_s}\nwhile time.monotonic() < until_s: pass"
_BUSY_S_MAX = 3_600
"""A busy process ends by itself then, should this program be killed."""


@contextmanager
def busy(count: int) -> Iterator[None]:
    """So many processes do nothing but keep a processor busy; each is ended by its own id."""
    command = [sys.executable, "-c", _BUSY.format(limit_s=_BUSY_S_MAX)]
    started = [subprocess.Popen(command, start_new_session=True) for _ in range(count)]
    try:
        yield
    finally:
        for process in started:
            process.kill()
            process.wait()


def timed_start(stack: LocalStack, *, fresh: bool, within_s: float) -> tuple[bool, str]:
    """Whether a start was good, and a line about it."""
    kind = "new " if fresh else "kept"
    begun_at_s = monotonic()
    try:
        stack.start(fresh=fresh, within_s=within_s)
        ready_at_s = monotonic()
        code = stack.interrupt(within_s=within_s)
    except (AssertionError, subprocess.TimeoutExpired) as error:
        return False, f"{kind}  failed after {monotonic() - begun_at_s:.1f} s: {error}"
    took_s, ended_s = ready_at_s - begun_at_s, monotonic() - ready_at_s
    text = f"{kind}  ready in {took_s:5.1f} s, ended in {ended_s:4.1f} s with {code}; longest: {longest_step(stack)}"
    return code == 0 and took_s <= within_s, text


def longest_step(stack: LocalStack) -> str:
    """The step whose line stood longest before the next line of a step."""
    steps = [(at_s, line.strip(" …\n")) for at_s, line in stack.times if line.rstrip().endswith("…") or "ready" in line]
    seconds, name = max((after - at_s, name) for (at_s, name), (after, _) in pairwise(steps))
    return f"{name}, {seconds:.1f} s"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--busy", type=int, default=0, help="processes to keep busy meanwhile")
    parser.add_argument("--times", type=int, default=3, help="starts of each kind")
    parser.add_argument("--within", type=float, default=300, help="seconds within which a start is good")
    asked = parser.parse_args()
    good = True
    with tempfile.TemporaryDirectory() as directory, busy(asked.busy):
        for number in range(1, asked.times + 1):
            stack = LocalStack(Path(directory) / str(number))
            try:
                for fresh in (True, False):
                    was_good, line = timed_start(stack, fresh=fresh, within_s=asked.within)
                    sys.stdout.write(f"{number}  {line}\n")
                    sys.stdout.flush()
                    good = good and was_good
            finally:
                stack.kill()
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
