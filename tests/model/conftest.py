"""Searches run two at a time, ahead of the tests that ask for them, and end in a table."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.model.spin import Found, Search, Searches, run

AT_A_TIME = 2
SEARCHES = pytest.StashKey[Searches]()


@pytest.fixture(scope="session")
def searches(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Searches]:
    """All searches that the collected tests want, begun in their order; each `Future` ends with what was found."""
    wanted = {
        search: None
        for item in request.session.items
        if (call := getattr(item, "callspec", None)) and isinstance(search := call.params.get("search"), Search)
    }
    with ThreadPoolExecutor(AT_A_TIME) as pool:
        begun = {search: pool.submit(run, search, tmp_path_factory.mktemp("spin")) for search in wanted}
        request.config.stash[SEARCHES] = begun
        yield begun
        pool.shutdown(cancel_futures=True)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """The state counts, and which scope caught which mutant by which property."""
    begun = config.stash.get(SEARCHES, {})
    done = {search: future for search, future in begun.items() if future.done() and not future.cancelled()}
    ended = {search: future.result() for search, future in done.items() if not future.exception()}
    if not ended:
        return
    for model in dict.fromkeys(search.model for search in ended):
        _summarise(terminalreporter, model, {search: found for search, found in ended.items() if search.model == model})


def _summarise(terminalreporter: pytest.TerminalReporter, model: str, ended: dict[Search, Found]) -> None:
    terminalreporter.section(f"{model}.pml, every interleaving")
    scopes = {search: found for search, found in ended.items() if not search.rule}
    for search, found in scopes.items():
        terminalreporter.line(
            f"{search.name:<24}{found.states:>11,} states{found.depth:>6,} deep{found.seconds:>7.1f} s"
            f"  {found.errors} errors"
        )
    if scopes:
        total = sum(found.states for found in scopes.values())
        terminalreporter.line(f"{f'{len(scopes)} scopes':<24}{total:>11,} states")
    for search, found in ended.items():
        if search.rule:
            caught = f"caught: {search.caught_by}" if found.errors else "changes nothing"
            terminalreporter.line(f"{search.rule:<32}{caught:<24}{search.name}, {found.states:,} states")
