"""The page for authors of apps: its example runs, and its table and numbers are those of the client."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from coupons.web.problems import PROBLEMS
from infra.client.api import ATTEMPTS_MAX, BACKOFF_S, PATIENCE_S
from infra.client.catalogue import FRESH_S
from infra.client.citizen import RENEW_BEFORE_S
from infra.client.reactions import REACTIONS
from infra.client.session import COME_BACK_S, JITTER_S
from infra.client.till import CUT_OFF_MAX_S
from tests.api.stage import Stage
from tests.device import StillDevice
from tests.served import served
from tests.world import a_batch, campaign, order

PAGE = (Path(__file__).parents[2] / "infra" / "client" / "README.md").read_text("utf-8")


def example() -> str:
    (block,) = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    return str(block)


def run(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """Run the example of the page against the functions."""
    monkeypatch.setattr("infra.client.api.Device", lambda: StillDevice(stage.clock))
    with served(stage) as town:
        names = {
            "URL": town.url,
            "CITIZEN_TOKEN": town.token(stage.citizen("ann")),
            "TILL_TOKEN": town.token(stage.merchant()),
            "ORDER": order(),
        }
        exec(compile(example(), "README.md", "exec"), names)


def test_the_example_claims_and_pays(
    fresh: Stage, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The example runs from half a minute before the opening to the amount at the till."""
    fresh.published(campaign(a_batch("special-0606")))
    fresh.clock.advance(-30)
    run(fresh, monkeypatch)
    # The functions log between the lines.
    printed = [line for line in capsys.readouterr().out.splitlines() if not line.startswith("{")]
    assert printed == ["opens in 30 s", "4000 fen to pay"]


def test_the_example_says_why_not(
    fresh: Stage, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A refusal is explained in the person's language."""
    fresh.published(campaign(a_batch("special-0606")))
    fresh.clock.advance(86_400)
    with pytest.raises(SystemExit):
        run(fresh, monkeypatch)
    assert "已过截止时间。" in capsys.readouterr().out


def test_the_example_is_short() -> None:
    """The example has at most fifteen lines."""
    assert len(example().strip().splitlines()) <= 15


def test_the_page_shows_what_the_client_says() -> None:
    """The page has every slug and word with its reaction and both texts, in the client's order."""
    wanted = []
    for slug, reaction in REACTIONS.items():
        wanted.append(f"| `{slug}` | | {reaction.kind} | {reaction.line.en} | {reaction.line.zh} |")
        wanted += [f"| | `{word}` | | {line.en} | {line.zh} |" for word, line in reaction.cases.items()]
    shown = PAGE.partition("**What to show**")[2]
    assert [line for line in shown.splitlines() if line.startswith("| ")][1:] == wanted


def test_the_page_lists_every_problem_with_its_status() -> None:
    """The page has each slug of the API once, under its status."""
    table = PAGE.partition("**Problems**")[2].partition("**What to show**")[0]
    listed = {}
    for slugs, statuses in re.findall(r"^\| (`[a-z`, -]+) \| ([\d, ]+) \|", table, re.MULTILINE):
        names, codes = re.findall(r"[a-z-]+", slugs), [int(code) for code in re.findall(r"\d+", statuses)]
        listed |= dict(zip(names, codes * (len(names) if len(codes) == 1 else 1), strict=True))
    assert listed == {refusal.slug: problem.status for refusal, problem in PROBLEMS.items()}


def test_the_pages_numbers_are_the_clients() -> None:
    """Each number of seconds or tries on the page is a constant of the client."""
    pauses = ", ".join(f"{BACKOFF_S * 2**attempt:.1f}" for attempt in range(1, ATTEMPTS_MAX))
    text = " ".join(PAGE.split())
    assert f"up to {JITTER_S:.0f} s more by chance" in text
    assert f"up to {JITTER_S:.0f} s more, as long as" in text
    assert f"else after {COME_BACK_S:.0f} s)" in text
    assert f"between 0 and {pauses} s." in text
    assert f"get a new one {RENEW_BEFORE_S:.0f} s before" in text
    assert (ATTEMPTS_MAX, PATIENCE_S, FRESH_S, CUT_OFF_MAX_S) == (5, 60, 1, 600)
    assert all(
        said in text
        for said in ("at most five times within a minute", "at most once a second", "for ten minutes after")
    )
