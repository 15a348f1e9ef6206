"""A run in words and rows: one list, of which the table and the page are made."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from math import ceil
from typing import NamedTuple
from zoneinfo import ZoneInfo

from infra.rehearsal import verdict
from infra.rehearsal.run import Run

Row = tuple[str, ...]
EVERY_S = 5
HALF_A_CENT = 0.005
EVERYBODY = 0.999
_ANSWERS = (
    "Presses of the claim button, by what became of them. claimed: a pack; repeat: they had one; not-open: too early;",
    "drained, sold-out: all packs are handed out; gateway, lambda: turned away there; busy: the tables were full.",
)
_AWS = "docs.aws.amazon.com/"


class Section(NamedTuple):
    title: str
    sentences: tuple[str, ...] = ()
    header: Row = ()
    rows: tuple[Row, ...] = ()

    @property
    def are_numbers(self) -> list[bool]:
        """By column, as the first row has it."""
        return [_is_number(cell) for cell in self.rows[0]] if self.rows else [False] * len(self.header)


def report(runs: Sequence[Run], more: Sequence[Section] = (), target: Sequence[str] = ()) -> list[Section]:
    """In the order of the questions. `runs`: the same day in several placements of keys, the first one told in full.

    `target`: what became of it, after what happens. `more`: what is to be raised, after what binds.
    """
    run = runs[0]
    return [
        Section("Verdict", (*_verdict(runs), *target)),
        Section("What binds", *_binds(run)),
        *more,
        Section("What people see", _ANSWERS, *_seconds(run)),
        Section("Dollars", ("At the list prices of us-east-1; a range where AWS does not say.",), *_dollars(run)),
        Section("Inputs", (), ("input", "value", "origin", "what it is"), tuple(_inputs(run))),
    ]


def _verdict(runs: Sequence[Run]) -> Iterator[str]:
    yield _origins(runs[0])
    yield _gone(runs)
    yield _of_100(verdict.seen(runs[0]))
    parts = verdict.costs(runs[0])
    least, most = sum(one.least for one in parts), sum(one.most for one in parts)
    or_more = f", and up to {most:,.2f} if AWS bills what it refuses" if most - least >= HALF_A_CENT else ""
    yield f"The opening costs {least:,.2f} dollars{or_more}."


def _gone(runs: Sequence[Run]) -> str:
    """When, or what is left and why; of several placements, how many and from when to when."""
    run, people = runs[0], runs[0].scenario.people
    gone = sorted(one.gone_s for one in runs if one.gone_s is not None)
    among = f" ({clock(run, gone[0])} to {clock(run, gone[-1])} over {len(runs)} placements)" if gone[1:] else ""
    if len(gone) < len(runs) > 1:
        among = f" (in {len(gone)} of {len(runs)} placements they are gone)"
    if run.gone_s is not None:
        return f"Gone at {clock(run, run.gone_s)}{among}."
    packs = (
        f"{run.claimed:,.0f} of {run.release.packs:,} packs are claimed, {run.release.packs - run.claimed:,.0f} left"
    )
    if run.people["claimed"] > EVERYBODY * people:
        return f"Enough for everybody who came: {packs}{among}."
    wanted = "1 person wants" if people == 1 else f"{people:,.0f} people want"
    fewer = f"; only {wanted} one" if people < run.release.packs else ""
    return f"Never gone: {packs} when the last of those who wait gives up{fewer}{among}."


def _of_100(seen: verdict.Seen) -> str:
    none = (
        f'{_some(seen.none)} read "all handed out", half of them within {ceil(seen.none_median_s)} s; '
        if seen.none
        else ""
    )
    soon = f", {_some(seen.soon)} of them within {verdict.SOON_S:.0f} s" if seen.pack else ""
    return f"Of 100 people: {_some(seen.pack)} have a pack{soon}; {none}{_some(seen.gave_up)} gave up."


def _some(of_100: float) -> str:
    return "fewer than 1" if 0 < of_100 < 0.5 else f"{of_100:.0f}"


def _origins(run: Run) -> str:
    assumed = [one.name for one in run.scenario.inputs if one.origin == "assumed"]
    latency = {"cpu_s", "write_s", "read_s"} & set(assumed)
    if latency:
        return "Latency and processor time are assumed, not measured: --measured FILE takes them from your account."
    return f"{len(assumed)} inputs are assumed."


def _binds(run: Run) -> tuple[tuple[str, ...], Row, tuple[Row, ...]]:
    found = verdict.findings(run)
    if not found:
        return ("No limit refuses one press in a thousand.",), (), ()
    rows = [
        (
            one.remedy.called,
            clock(run, one.first_s),
            f"{one.share:.1%}",
            f"{one.refused:,.0f}",
            _remedy(one.remedy),
        )
        for one in found
    ]
    return (), ("limit", "from", "share at most", "refused", "raise"), tuple(rows)


def _remedy(remedy: verdict.Remedy) -> str:
    quota = f"{remedy.quota.service} {remedy.quota.code}" if remedy.quota else ""
    return ", then ".join(filter(None, (quota, remedy.parameter)))


def _seconds(run: Run) -> tuple[Row, tuple[Row, ...]]:
    """Sums of every five seconds, while something happens."""
    names = [name for name in run.outcomes if name != "attempts"]
    last = max((second for by in run.outcomes.values() for second in by), default=0)
    rows = []
    for first in range(-(-60 // EVERY_S) * -EVERY_S, last + 1, EVERY_S):
        sums = [sum(run.outcomes[name].get(first + n, 0.0) for n in range(EVERY_S)) for name in ("attempts", *names)]
        if max(sums) >= 1:
            rows.append((clock(run, first), *(f"{round(number):,}" for number in sums)))
    return ("from", "presses", *names), tuple(rows)


def _dollars(run: Run) -> tuple[Row, tuple[Row, ...]]:
    parts = verdict.costs(run)
    parts.append(verdict.Part("all", sum(one.least for one in parts), sum(one.most for one in parts)))
    return ("part", "dollars"), tuple((one.name, _range(one)) for one in parts)


def _range(part: verdict.Part) -> str:
    return f"{part.least:.2f}" if part.most - part.least < HALF_A_CENT else f"{part.least:.2f} to {part.most:.2f}"


def _inputs(run: Run) -> Iterator[Row]:
    for one in run.scenario.inputs:
        about = f"{one.about} ({one.page.removeprefix(_AWS)})" if one.origin == "documented" else one.about
        yield one.name, f"{one.value:,.10g}", one.origin, about


def clock(run: Run, after_s: float) -> str:
    """The time of day so long after the opening, in the campaign's time zone."""
    zone = ZoneInfo(run.release.document["timezone"])
    return datetime.fromtimestamp(run.release.opens_at_s + int(after_s // 1), zone).strftime("%H:%M:%S")


def lines(sections: Sequence[Section]) -> Iterator[str]:
    """As a terminal shows them."""
    for section in sections:
        yield section.title
        yield from (f"  {sentence}" for sentence in section.sentences)
        table = [row for row in (section.header, *section.rows) if row]
        wide = [max(len(row[column]) for row in table) for column in range(len(section.header))]
        for row in table:
            cells = (
                cell.rjust(w) if right else cell.ljust(w)
                for cell, w, right in zip(row, wide, section.are_numbers, strict=True)
            )
            yield "  " + "  ".join(cells).rstrip()
        yield ""


def _is_number(cell: str) -> bool:
    return bool(cell) and cell.replace(",", "").replace(".", "").replace("%", "").isdigit()
