"""The report as one self-contained page: the sections of the table, and drawings by second.

SVG by hand: a line of 300 points is a few kilobytes, prints, needs no script, and can be read by a test.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from html import escape

from infra.rehearsal import quotas
from infra.rehearsal.report import Row, Section, clock
from infra.rehearsal.run import Run

WIDE, HIGH, LEFT, LOW = 900, 220, 90, 30
"""Of a drawing, and what its axes take."""
ROW = 22
COLOURS = ("#1b6ca8", "#c2571a", "#3d8b37", "#8a3ea8", "#a8861b", "#5a6672", "#b0305c")
"""Of lines, in the order of their names below the drawing."""
RIGHT = ' class="n"'
WORDS = {
    "drained": 'read "all handed out"',
    "sold-out": 'read "all handed out", for good',
    "lambda": "turned away by Lambda",
    "not-open": "too early",
    "busy": "busy: the tables were full",
    "repeat": "had a pack already",
    "ClaimsTable writes": "writes to the claims table",
    "ClaimsTable writes, partition": "writes to its fullest partition",
    "CatalogTable writes, partition": "writes to the fullest partition of the stock",
    "CatalogTable reads, partition": "reads of the fullest partition of the catalogue",
}
"""For what is called otherwise in the table and in the code."""
STYLE = """
:root{color-scheme:light dark}
body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#1c2126;background:#fff}
h1{font-size:1.5rem}h2{font-size:1.15rem;margin-top:2rem}
table{border-collapse:collapse;display:block;overflow-x:auto}
th,td{text-align:left;padding:.15rem .8rem .15rem 0;border-bottom:1px solid #dde2e6;font-variant-numeric:tabular-nums}
.n{text-align:right}th,td:first-child{white-space:nowrap}
figure{margin:0;overflow-x:auto}
svg{width:100%;min-width:45rem;height:auto}text{font:12px system-ui,sans-serif;fill:#40474e}
@media(prefers-color-scheme:dark){body{color:#e6e9ec;background:#16191c}text{fill:#b9c0c6}th,td{border-color:#3a4147}}
"""


def page(run: Run, sections: Sequence[Section]) -> str:
    """HTML that loads nothing."""
    title = f"{run.release.batch_id}: {run.scenario.people:,.0f} people, {run.release.packs:,} packs"
    verdict, *rest = sections
    parts = [
        *_section(verdict),
        *_drawings(run),
        *(line for section in rest for line in _section(section)),
        "<p>A rehearsal plays what AWS's pages say; it does not show that AWS behaves so.</p>",
    ]
    return "\n".join(
        [
            '<!doctype html><html lang="en"><head><meta charset="utf-8">',
            '<meta name="viewport" content="width=device-width">',
            "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">",
            f"<title>{escape(title)}</title><style>{STYLE}</style></head><body><h1>{escape(title)}</h1>",
            *parts,
            "</body></html>\n",
        ]
    )


def _section(section: Section) -> Iterator[str]:
    yield f"<h2>{escape(section.title)}</h2>"
    yield from (f"<p>{escape(sentence)}</p>" for sentence in section.sentences)
    if section.rows:
        rows = "".join(_row(section, "<td{}>{}</td>", row) for row in section.rows)
        head = _row(section, '<th scope="col"{}>{}</th>', section.header)
        yield f"<table>{head}{rows}</table>"


def _row(section: Section, form: str, row: Row) -> str:
    """Cells of this form. Numbers stand at the right, so that they can be compared."""
    cells = zip(row, section.are_numbers, strict=True)
    return f"<tr>{''.join(form.format(RIGHT if is_number else '', escape(cell)) for cell, is_number in cells)}</tr>"


def _drawings(run: Run) -> Iterator[str]:
    names = (name for name, by in run.outcomes.items() if name not in ("attempts", "gateway") and sum(by.values()) >= 1)
    answers = {WORDS.get(name, name): run.outcomes[name] for name in names}
    yield from _drawing(run, "What people are answered, a second", answers)
    turned_away = {"presses": run.outcomes["attempts"], "turned away by the gateway": run.outcomes["gateway"]}
    yield from _drawing(run, "Who presses, a second", turned_away)
    total, claimed = 0.0, dict[int, float]()
    for second in _seconds(run):
        total += run.outcomes["claimed"].get(second, 0.0)
        claimed[second] = total
    yield from _drawing(run, "Packs claimed so far", {"claimed": claimed}, max)
    yield from _bars(run)


def _seconds(run: Run) -> range:
    """While something happens."""
    seconds = [second for by in run.outcomes.values() for second, number in by.items() if number]
    return range(min(seconds), max(seconds) + 1) if seconds else range(1)


def _drawing(
    run: Run, title: str, series: Mapping[str, Mapping[int, float]], count: Callable[[Iterable[float]], float] = sum
) -> Iterator[str]:
    """A line for each of the series, all on one scale from 0. `count`: what its values come to in all."""
    seconds = _seconds(run)
    top = max((number for by in series.values() for number in by.values()), default=0.0) or 1.0
    yield f"<h2>{escape(title)}</h2>"
    yield f'<figure><svg viewBox="0 0 {WIDE} {HIGH + 18 * len(series)}" role="img" aria-label="{escape(title)}">'
    yield f'<text x="0" y="14">{top:,.0f}</text><text x="0" y="{HIGH - LOW}">0</text>'
    yield from _times(run, seconds, HIGH - LOW + 16)
    for place, (name, by) in enumerate(series.items()):
        colour = COLOURS[place % len(COLOURS)]
        points = " ".join(
            f"{_x(second, seconds):.1f},{(HIGH - LOW) * (1 - by.get(second, 0.0) / top):.1f}" for second in seconds
        )
        yield f'<polyline fill="none" stroke="{colour}" stroke-width="1.5" points="{points}"/>'
        low = HIGH + 18 * place + 10
        yield f'<rect x="{LEFT}" y="{low - 9}" width="10" height="10" fill="{colour}"/>'
        yield f'<text x="{LEFT + 16}" y="{low}">{escape(name)}, {count(by.values()):,.0f} in all</text>'
    yield "</svg></figure>"


def used(run: Run) -> dict[str, dict[int, float]]:
    """By limit, the share of it that was used in each second."""
    scenario = run.scenario
    passed = {
        second: sum(by.get(second, 0.0) for name, by in run.outcomes.items() if name not in ("attempts", "gateway"))
        for second in _seconds(run)
    }
    full = {
        "ClaimsTable writes": min(scenario.warm_writes, scenario.table_writes),
        "ClaimsTable writes, partition": quotas.PARTITION_WRITES.value,
        "CatalogTable writes, partition": quotas.PARTITION_WRITES.value,
        "CatalogTable reads, partition": quotas.PARTITION_READS.value,
    }
    shares = {name: {s: units / most for s, units in run.used[name].items()} for name, most in full.items()}
    return {"gateway": {s: number / scenario.gateway_rate for s, number in passed.items()}, **shares}


def _bars(run: Run) -> Iterator[str]:
    """A row for each limit, darker where more of it is used."""
    seconds, rows = _seconds(run), used(run)
    yield "<h2>How much of each limit is used</h2>"
    label = "A row for each limit, a column for each second; the darker, the fuller"
    yield f'<figure><svg viewBox="0 0 {WIDE} {ROW * 2 * len(rows) + 20}" role="img" aria-label="{label}">'
    each = (WIDE - LEFT) / len(seconds)
    for place, (name, by) in enumerate(rows.items()):
        low = 2 * ROW * place
        most = f"{max(by.values(), default=0.0):.0%} at most"
        yield f'<text x="{LEFT}" y="{low + 14}">{escape(WORDS.get(name, name))}, {most}</text>'
        for second in seconds:
            if (share := min(by.get(second, 0.0), 1.0)) > 0.01:
                x = _x(second, seconds)
                yield (
                    f'<rect x="{x:.1f}" y="{low + 20}" width="{each:.2f}" height="{ROW - 6}"'
                    f' fill="{COLOURS[0] if share < 0.95 else COLOURS[1]}" fill-opacity="{share:.2f}"/>'
                )
    yield from _times(run, seconds, 2 * ROW * len(rows) + 12)
    yield "</svg></figure>"


def _times(run: Run, seconds: range, y: float) -> Iterator[str]:
    for second in (seconds[0], 0, seconds[-1]):
        anchor = "start" if second == seconds[0] else "end" if second == seconds[-1] else "middle"
        yield f'<text x="{_x(second, seconds):.1f}" y="{y}" text-anchor="{anchor}">{clock(run, second)}</text>'


def _x(second: int, seconds: range) -> float:
    return LEFT + (WIDE - LEFT) * (second - seconds[0]) / max(len(seconds), 1)
