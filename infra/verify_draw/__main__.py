"""`python -m infra.verify_draw FOLDER --commitment HEX [--local] [--receipt FILE] [--sample] [--json]`."""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import asdict
from pathlib import Path

from infra.verify_draw.checks import Verification, read_receipt


def main() -> int:
    """0 if everything holds."""
    parser = argparse.ArgumentParser(prog="verify_draw", description="Recomputes a lottery's draw from its files.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--commitment", metavar="HEX", help="the 64 digits that were announced; not from these files")
    parser.add_argument("--local", action="store_true", help="accept the test chain, whose key is public")
    parser.add_argument("--receipt", type=Path, metavar="FILE", help="check one person's receipt too")
    parser.add_argument("--sample", action="store_true", help="print whom the seed picks for questions")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    receipt = read_receipt(options.receipt) if options.receipt else None
    found = Verification(
        options.folder, options.commitment, local=options.local, receipt=receipt, sample=options.sample
    ).run()
    if options.json:
        answers = [asdict(answer) for answer in found.answers]
        print(json.dumps({"is_good": found.is_good, "answers": answers, **found.facts}))
    else:
        for answer in found.answers:
            print(f"{answer.verdict:<12} {answer.check:<8} {answer.why}")
        for kind, entries in found.facts.get("sample", {}).items():
            print(f"sample of {kind}:", *entries, sep="\n  ")
    return 0 if found.is_good else 1


if __name__ == "__main__":
    sys.exit(main())
