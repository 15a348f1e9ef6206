"""The draw of a lottery as everybody may read it, and its files."""

from __future__ import annotations

import json
import tempfile
from hashlib import sha256
from pathlib import Path
from typing import Any

from coupons.model.draw_terms import rules_text
from tests.api.cases import case, opened
from tests.api.catalog_cases import Anybody
from tests.api.draw_cases import PEOPLE, booked_lottery
from tests.api.stage import Stage
from tests.world import Answered

DRAW, FILE = "GET /batches/{batch_id}/draw", "GET /batches/{batch_id}/draw/files/{name}"
PACK = {"batch_id": "pack"}
NEVER = "ab" * 32


def shown(s: Stage, **query: str) -> dict[str, Any]:
    found: dict[str, Any] = Anybody().send(DRAW, PACK, query=query or None).json
    return found


def drawing(text: str) -> bool:
    """Nothing is fixed yet but the rules, and the window of booking has passed."""
    found = json.loads(text)
    steps = [(one["step"], one["by"]) for one in found["steps"]]
    nothing = ("entries", "commitment", "beacon", "seed", "end", "sample")
    return (
        (found["state"], found["at"], found["chain"]) == ("collecting", "2020-06-05T20:00:00+08:00", "quicknet")
        and steps == [("published", "operator"), ("opened", "system"), ("closed", "system")]
        and {found[name] for name in nothing} == {None}
        and found["cohorts"] == found["files"] == []
    )


@case(DRAW, 200, body=drawing)
def a_draw_before_its_list_is_fixed(s: Stage) -> Answered:
    booked_lottery(s)
    return Anybody().send(DRAW, PACK)


def fixed(text: str) -> bool:
    """The commitment names the rules and, if they are asked for, the parts."""
    found = json.loads(text)
    rules, commitment, *parts = found["files"]
    return (
        (found["state"], found["entries"]) == ("committed", 4)
        and found["commitment"]["hash"] == commitment["name"]
        and (rules["kind"], rules["name"]) == ("rules", found["rules_hash"])
        and [(one["kind"], one["number"]) for one in parts] == [("part", number) for number in range(256)]
        and sum(one["count"] for one in parts) == 4
        and found["steps"][-1]["step"] == "committed"
    )


@case(DRAW, 200, body=fixed)
def a_draw_with_the_parts_of_its_list(s: Stage) -> Answered:
    booked_lottery(s, *PEOPLE).draw()
    return Anybody().send(DRAW, PACK, query={"files": "parts"})


@case(DRAW, 404, "not-found", detail="'pack' has no draw.")
def a_draw_of_no_lottery(s: Stage) -> Answered:
    return opened(s).citizen("ann").send(DRAW, PACK)


@case(DRAW, 404, "not-found", detail="No published batch 'pack'.")
def a_draw_of_no_batch(_: Stage) -> Answered:
    return Anybody().send(DRAW, PACK)


@case(
    FILE,
    307,
    body=lambda text: not text,
    headers={"content-type": "text/plain", "cache-control": "public, max-age=300"},
)
def where_a_part_is_loaded(s: Stage) -> Answered:
    booked_lottery(s).draw()
    name = shown(s, files="parts")["files"][-1]["name"]
    found = Anybody().send(FILE, {**PACK, "name": name})
    assert found.headers["location"] == f"https://draws.example/{name}?X-Amz-Signature=signed"
    return found


def is_the_rules(text: str) -> bool:
    return json.loads(text)["format"] == "cs-rules-1"


@case(
    FILE,
    200,
    body=is_the_rules,
    headers={"content-type": "application/octet-stream", "cache-control": "public, max-age=31536000, immutable"},
)
def the_rules_on_the_local_stack(s: Stage) -> Answered:
    """There is no bucket, so the route has the bytes."""
    with tempfile.TemporaryDirectory() as folder:
        booked_lottery(s).vary(DRAW_FILES=f"folder:{Path(folder)}")
        s.draw()
        rules = rules_text(s.environments["catalog"].cache.batch("pack"), 10)
        name = shown(s)["rules_hash"]
        assert sha256(rules).hexdigest() == name
        found = Anybody().send(FILE, {**PACK, "name": name})
        assert found.text.encode() == rules
        return found


@case(FILE, 404, "not-found", detail="No such file of this draw.")
def a_file_that_is_not_of_the_draw(s: Stage) -> Answered:
    """Also if it is there: a run of entries that are not committed yet is nobody's."""
    booked_lottery(s).draw()
    (name,) = {s.environments["draw"].draw_files.put(b"a run")}
    return Anybody().send(FILE, {**PACK, "name": name})


@case(FILE, 404, "not-found", detail="'pack' has no draw.")
def a_file_of_no_lottery(s: Stage) -> Answered:
    return opened(s).citizen("ann").send(FILE, {**PACK, "name": NEVER})
