"""Makes a package of the functions quick to load: `python3.13 infra/trim.py DIRECTORY ...`, as `make build` does.

It runs in the Python of Lambda, whose bytecode the package has, so it imports nothing but the standard library.
"""

from __future__ import annotations

import compileall
import shutil
import sys
from pathlib import Path
from py_compile import PycInvalidationMode

SERVICES = {"dynamodb", "events", "s3", "secretsmanager", "sqs", "sts"}
"""What the functions call through boto3; `sts` is for credentials of a role. botocore describes 400 in 22 MB."""
UNUSED = ("cytoolz", "eth_hash", "eth_typing", "eth_utils", "py_ecc/bls", "toolz")
"""What py_ecc needs for Ethereum: 15 MB. `coupons/bls.py` takes the curve from it and nothing else."""


def trim(package: Path) -> None:
    """The package has the descriptions of these services alone, no code for Ethereum, and bytecode."""
    for name in UNUSED:
        shutil.rmtree(package / name, ignore_errors=True)
    for described in (package / "botocore" / "data").glob("*/"):
        if described.is_dir() and described.name not in SERVICES:
            shutil.rmtree(described)
    add_bytecode(package)


def add_bytecode(directory: Path) -> None:
    """Without it each cold start compiles everything. Unchecked, because a zip keeps no times to check."""
    compileall.compile_dir(directory, quiet=2, invalidation_mode=PycInvalidationMode.UNCHECKED_HASH)


if __name__ == "__main__":
    for directory in sys.argv[1:]:
        trim(Path(directory))
