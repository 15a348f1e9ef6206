"""Write infra/events/schemas/*.json: a JSON Schema (2020-12) of each event that the bus carries.

    python -m infra.events [--check]

A schema describes the whole event, as in EventBridge's `detail`; an event's `dataschema` is a place in it. `--check`
writes nothing and exits with 1 if the committed files differ from what the code says.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from coupons.model.events import TYPES

SCHEMAS = Path(__file__).with_name("schemas")


def documents() -> dict[str, dict[str, Any]]:
    """The schema of each type of event. Every attribute is required, also those with one value."""
    return {
        event_type: {
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "$id": f"urn:coupon-season:schema:{event_type}",
            **model.model_json_schema(mode="serialization"),
        }
        for event_type, model in TYPES.items()
    }


def texts() -> dict[Path, str]:
    """The contents of the files by path."""
    return {
        SCHEMAS / f"{event_type}.json": json.dumps(document, indent=1, ensure_ascii=False) + "\n"
        for event_type, document in documents().items()
    }


def main(arguments: list[str]) -> int:
    wanted, found = texts(), {path: path.read_text("utf-8") for path in SCHEMAS.glob("*.json")}
    if "--check" in arguments:
        if wanted == found:
            return 0
        print("infra/events/schemas is not what the code says; run: make openapi", file=sys.stderr)
        return 1
    SCHEMAS.mkdir(exist_ok=True)
    for path in found.keys() - wanted.keys():
        path.unlink()
    for path, text in wanted.items():
        path.write_text(text, "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
