"""The memory that `couponctl members` takes does not grow with its file.

    MEMBERS_LINES=1200000 .venv/bin/python -m pytest -s tests/unit/test_couponctl_members_size.py

prints the peak of a city's file.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from tests.unit.scripted_stack import Asked, Reply, Stack, scripted_stack

LINES = int(os.environ.get("MEMBERS_LINES", "60000"))
PEAK_MAX_BYTES = 200_000_000
ROOT = Path(__file__).parents[2]


class Counting(Stack):
    """Keeps the number of people, not their names."""

    people = 0

    def reply(self, asked: Asked) -> Reply:
        self.people += len(asked.body["add"])
        return Reply(body={"added": len(asked.body["add"]), "removed": 0, "entitled": self.people})


def test_a_file_of_any_length_takes_bounded_memory(tmp_path: Path) -> None:
    """As the system counts it, of the whole command, with one quoted name after another."""
    file = tmp_path / "people.csv"
    with file.open("w", encoding="utf-8") as text:
        text.write("name,Person_ID\n")
        text.writelines(f'"Li, \u534e {place}",{110105_1949_0000_0000 + place}X\n' for place in range(LINES))
    with scripted_stack(Counting) as stack:
        command = [sys.executable, "-m", "infra.couponctl", "--url", stack.url, "--token", "operators"]
        with (tmp_path / "told").open("w+") as told:
            process = subprocess.Popen([*command, "members", "nurses", str(file)], cwd=ROOT, stdout=told, stderr=told)
            _, status, used = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
            told.seek(0)
            lines = told.read().splitlines()
    peak_bytes = used.ru_maxrss * (1 if sys.platform == "darwin" else 1_024)
    used_s = used.ru_utime + used.ru_stime
    sys.stdout.write(f"{LINES:,} lines: peak {peak_bytes / 1e6:.0f} MB, {used_s:.0f} s of processor\n")
    assert (process.returncode, stack.people) == (0, LINES), lines[-3:]
    assert lines[-1] == f"nurses: {LINES:,} of {LINES:,} people joined, 0 bad lines"
    assert len(lines) >= LINES // 1_000, "progress at each call"
    assert peak_bytes < PEAK_MAX_BYTES
