"""Write infra/seasons/campaign.schema.json and fields.md: what a season's document can say.

    python -m infra.seasons [--check]

`--check` writes nothing and exits 1 if the committed files are not what the models say.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from infra.seasons.reference import page, schema

SEASONS = Path(__file__).parent


def texts() -> dict[str, str]:
    """The files' contents by name."""
    return {
        "campaign.schema.json": json.dumps(schema(), indent=1, ensure_ascii=False) + "\n",
        "fields.md": page(),
    }


def main(arguments: list[str]) -> int:
    stale = [name for name, text in texts().items() if _committed(name) != text]
    if "--check" not in arguments:
        for name in stale:
            (SEASONS / name).write_text(texts()[name], "utf-8")
        return 0
    for name in stale:
        print(f"infra/seasons/{name} is not what the models say; run: make openapi", file=sys.stderr)
    return 1 if stale else 0


def _committed(name: str) -> str | None:
    path = SEASONS / name
    return path.read_text("utf-8") if path.exists() else None


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
