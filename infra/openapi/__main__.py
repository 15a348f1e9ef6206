"""Write functions/coupons/openapi.json.

    python -m infra.openapi [--check]

`--check` writes nothing and exits 1 if the committed document is not current.
"""

from __future__ import annotations

import json
import sys

from infra.openapi.document import DOCUMENT, document


def main(arguments: list[str]) -> int:
    text = json.dumps(document(), indent=1, ensure_ascii=False) + "\n"
    if "--check" not in arguments:
        DOCUMENT.write_text(text, encoding="utf-8")
        return 0
    if DOCUMENT.read_text(encoding="utf-8") == text:
        return 0
    print("functions/coupons/openapi.json is not current; run: make openapi", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
