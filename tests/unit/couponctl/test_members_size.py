"""The memory that `couponctl members` takes does not grow with its file.

    MEMBERS_LINES=1200000 .venv/bin/python -m pytest -s tests/unit/couponctl/test_members_size.py

prints the peak of a city's file.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from tests.unit.couponctl.scripted_stack import Asked, Reply, Stack, scripted_stack

LINES = int(os.environ.get("MEMBERS_LINES", "60000"))
PEAK_MAX_BYTES = 200_000_000
ROOT = Path(__file__).parents[3]
MEASURED = """
import json, resource, subprocess, sys
done = subprocess.run(sys.argv[1:], stdout=sys.stderr)
used = resource.getrusage(resource.RUSAGE_CHILDREN)
print(json.dumps([done.returncode, used.ru_maxrss, used.ru_utime + used.ru_stime]))
"""
"""Runs a command from a small process: until a child has its own program, its parent's memory counts as the child's."""


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
        measured = [sys.executable, "-c", MEASURED, *command, "members", "nurses", str(file)]
        ran = subprocess.run(measured, cwd=ROOT, capture_output=True, text=True, check=True)
        exit_code, peak, used_s = json.loads(ran.stdout)
        lines = ran.stderr.splitlines()
    peak_bytes = peak * (1 if sys.platform == "darwin" else 1_024)
    sys.stdout.write(f"{LINES:,} lines: peak {peak_bytes / 1e6:.0f} MB, {used_s:.0f} s of processor\n")
    assert (exit_code, stack.people) == (0, LINES), lines[-3:]
    assert lines[-1] == f"nurses: {LINES:,} of {LINES:,} people joined, 0 bad lines"
    assert len(lines) >= LINES // 1_000, "progress at each call"
    assert peak_bytes < PEAK_MAX_BYTES
