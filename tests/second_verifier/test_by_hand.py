"""The page of the format says how a receipt is checked with a shell, sha256sum and openssl: its commands do that."""

from __future__ import annotations

import re
import subprocess
from hashlib import sha256
from pathlib import Path

from coupons.model.entries import entry
from coupons.model.scores import score, seed
from tests.published_draw import TRUE, Lottery
from tests.unit.source_tree import ROOT

PAGE = ROOT / "infra" / "verify_draw" / "README.md"
PERSON, NONCE = "110101199003071234", b"n" * 16


def test_the_commands_of_the_page(tmp_path: Path) -> None:
    """They print the entry, that the receipt is signed, the record of the list, and the score."""
    own = (entry("night-draw", PERSON, NONCE), 32, 2)
    lottery = Lottery(entries=(*TRUE.entries, own))
    commitment = lottery.publish(tmp_path)
    receipt = lottery.receipt(*own)
    seed_ = seed(bytes.fromhex(commitment), bytes.fromhex(lottery.beacon))
    values = {
        "BATCH": "night-draw",
        "PERSON": PERSON,
        "NONCE": NONCE.hex(),
        "ENTRY": receipt["entry"],
        "WEIGHT": receipt["weight"],
        "SHARE": receipt["share"],
        "RULES": receipt["rules_hash"],
        "BOOKED_AT_S": receipt["booked_at_s"],
        "SIGNATURE": receipt["signature"],
        "KEY": receipt["receipt_key"],
        "COMMITMENT": commitment,
        "SEED": seed_.hex(),
    }
    found = re.search(r"```bash\n(.+?)\n(.+?)```", PAGE.read_text("utf-8"), re.DOTALL)
    assert found is not None
    assert re.findall(r"(\w+)=…", found[1]) == list(values)
    program = "\n".join([*(f"{name}={value}" for name, value in values.items()), found[2]])
    ran = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", program], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0, ran.stderr
    part = sha256(b"".join(sorted(one[0] + bytes(one[1:]) for one in lottery.entries if one[0][0] == own[0][0])))
    assert [line.split()[0] for line in ran.stdout.splitlines()] == [
        own[0].hex(),
        "Signature",
        commitment,
        part.hexdigest(),
        f"{own[0].hex()}2002",
        score(seed_, own[0], 32).hex(),
    ]
    assert "Signature Verified Successfully" in ran.stdout
