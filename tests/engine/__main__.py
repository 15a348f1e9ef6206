"""Write the catalogue of request shapes: play the suites that send all of them, and keep a sample of each."""

from __future__ import annotations

import sys

import pytest

from tests.engine.complete import SUITES
from tests.engine.shapes import CATALOGUE, WATCH, save


def main() -> int:
    WATCH.samples = {}
    code = pytest.main(["-q", "-p", "no:xdist", "-p", "no:cacheprovider", "--durations=40", *SUITES])
    chosen, covered = [], set[str]()
    for shape, sample in sorted(WATCH.samples.items()):
        if shape not in covered:
            chosen.append(sample)
            covered |= sample.shapes
    save(chosen)
    print(f"{len(covered)} shapes in {len(chosen)} requests: {CATALOGUE}")  # noqa: T201 - a command prints
    return int(code)


if __name__ == "__main__":
    sys.exit(main())
