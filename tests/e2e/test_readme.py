"""The README's tour and season on a fresh stack: what it says you should see is what you see."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from infra.local.examples import tour
from tests.e2e.local_stack import ROOT, LocalStack, new_stack


@pytest.fixture(scope="module")
def fresh(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalStack]:
    """A stack of its own: the tour moves the clock over half a season."""
    with new_stack(tmp_path_factory.mktemp("readme")) as one:
        yield one
    assert tour(one.url) in "".join(one.output), "`make run` prints the tour with its own address"


def test_the_tour_shows_what_the_readme_says(fresh: LocalStack) -> None:
    """Pasted into bash as it is."""
    script = tour(fresh.url)
    ran = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", script], cwd=ROOT, capture_output=True, text=True, timeout=120, check=False
    )
    assert (ran.returncode, ran.stderr) == (0, "")
    answers = iter(ran.stdout.splitlines())
    promised = re.findall(r"^# → (.+)$", script, re.MULTILINE)
    assert len(promised) > 3
    for line in promised:
        pattern = re.escape(line).replace("…", ".*")
        assert any(re.fullmatch(pattern, answer) for answer in answers), f"nobody said {line}\n{ran.stdout}"


def test_the_season_is_published_and_played(fresh: LocalStack, tmp_path: Path) -> None:
    """`apply --publish` takes it; a person claims at its opening, and the café redeems 5.00 off 25.00 euros."""
    (document,) = re.findall(r"```yaml\n(.+?)```", (ROOT / "README.md").read_text("utf-8"), re.DOTALL)
    file = tmp_path / "my-season.yaml"
    file.write_text(document, "utf-8")
    applied = fresh.couponctl("apply", "--publish", str(file))
    assert applied.returncode == 0, applied.stderr
    fresh.set_clock("2020-07-01T10:00:00+02:00")
    with fresh.app("amélie") as app, fresh.till("cafe") as till:
        (coupon,) = app.claim("first-packs")["coupons"]
        item = {"sku": "menu", "category": "meal", "tags": [], "price_minor": 2500, "quantity": 1}
        order = {"total_minor": 2500, "store_id": "cafe", "channel": "offline", "region": "lyon", "items": [item]}
        sale = till.redeem("order-1", order, code=app.code(coupon["coupon_id"])["code"])
    assert (sale["discount_minor"], sale["payable_minor"]) == (500, 2000)
