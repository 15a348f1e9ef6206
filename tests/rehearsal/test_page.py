"""The page is one file that loads nothing, and draws what the run says."""

from __future__ import annotations

import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from infra.rehearsal.page import page, used
from infra.rehearsal.report import report
from infra.rehearsal.run import Run


class Tags(HTMLParser):
    """Counts what is opened and closed."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: object) -> None:
        if tag not in ("meta", "rect", "polyline"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in ("rect", "polyline"):
            assert self.open.pop() == tag


def test_the_page_stands_alone(run: Run) -> None:
    """No script, no address, every tag closed, and at most 100 KB."""
    made = page(run, report([run]))
    tags = Tags()
    tags.feed(made)
    assert tags.open == []
    assert not re.search(r"<script|src=|href=|url\(|@import|https?://", made)
    assert "default-src 'none'" in made
    assert len(made) < 100_000


def test_the_page_says_what_the_table_says(run: Run) -> None:
    """One list of sections makes both; what an input is called cannot become markup."""
    sections = report([run])
    made = page(run, [*sections, sections[0]._replace(title="<b>", sentences=("1 < 2",))])
    assert all(f"<h2>{one.title}</h2>" in made for one in sections)
    assert "&lt;b&gt;" in made
    assert "1 &lt; 2" in made


def test_packs_in_all_are_those_that_were_claimed(run: Run) -> None:
    """Below the drawing by second, and below that of their running total."""
    assert page(run, report([run])).count(f">claimed, {run.claimed:,.0f} in all<") == 2


def test_a_limit_that_refuses_is_full_in_that_second(run: Run) -> None:
    """The gate and the cold table; none is fuller than full, but for the gate's burst."""
    shares = used(run)
    assert shares["gateway"][0] == pytest.approx(1 + run.scenario.burst / run.scenario.gateway_rate, rel=0.6)
    assert all(share <= 1.001 for name, by in shares.items() if name != "gateway" for share in by.values())
    assert max(shares["ClaimsTable writes, partition"].values()) > 0.9


def test_a_day_without_people_is_drawn_too(run: Run) -> None:
    """Rather than a division by zero."""
    empty = Run(run.release, replace(run.scenario), 1, people={"claimed": 0.0, "left": 0.0, "gave up": 0.0})
    assert "<svg" in page(empty, report([empty]))
