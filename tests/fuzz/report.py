"""A run of schemathesis over two stacks at once, and what came of it, operation by operation."""

from __future__ import annotations

import os
import signal
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from importlib import import_module
from multiprocessing import get_context
from pathlib import Path

import schemathesis
from schemathesis import Case, Config
from schemathesis.auths import AuthContext
from schemathesis.engine import Status, events, from_schema

from tests.e2e.local_stack import LocalStack
from tests.fuzz.fitting import DOCUMENTS, is_own, is_sent, put_right
from tests.fuzz.rules import listed_rules
from tests.fuzz.town import Town

PHASES = ("examples", "coverage", "fuzzing", "stateful")
HALVES = (("examples", "coverage"), ("examples", "fuzzing", "stateful"))
"""Phases that share a stack. Fuzzing draws from what the examples were answered, so these are in both."""
BULKY = (
    "POST /quotes",
    "PUT /orders/{order_no}/hold",
    "PUT /orders/{order_no}/redemption",
    "PUT /admin/merchants/{merchant_id}",
    "PUT /admin/groups/{group_id}/members",
    "POST /admin/batches/{batch_id}/extend",
    "GET /admin/campaigns/{campaign_id}/budgets",
    "GET /admin/campaigns/{campaign_id}/venues",
    "PUT /admin/batches/{batch_id}/draw",
    "PUT /admin/slots/{slot_id}",
    "PUT /admin/strikes",
    "PUT /slots/{slot_id}/checkins/{checkin_no}",
    "PUT /points/earnings/{event_id}",
)
TOKENS = {"with-security-parameters": False}
"""They are the suite's own; the check `ignored_auth` tries without, and with a wrong one."""
SETTINGS = {
    "seed": 20200606,
    "continue-on-failure": True,
    "request-timeout": 35,
    "generation": {"deterministic": True, "no-shrink": True, "database": "none", **TOKENS},
    "checks": {"positive_data_acceptance": {"enabled": False}},
    "phases": {
        "fuzzing": {"generation": {"max-examples": 30}},
        "stateful": {"generation": {"max-examples": 20}, "max-steps": 6},
    },
    "operations": [
        # Drawing whole campaigns takes long.
        *({"include-name": name, "phases": {"fuzzing": {"generation": {"max-examples": 10}}}} for name in DOCUMENTS),
        # Coverage alone sends many that are wrong.
        *(
            {"include-name": name, "phases": {"fuzzing": {"generation": {"max-examples": 70, "mode": "positive"}}}}
            for name in BULKY
        ),
    ],
}


@dataclass
class Report:
    statuses: dict[str, Counter[int]] = field(default_factory=lambda: defaultdict(Counter))
    """Operation → status → its cases, but those that ask by another method."""
    phases: Counter[str] = field(default_factory=Counter)
    """Phase that came to its end → its cases."""
    failures: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    operations: list[str] = field(default_factory=list)

    def passed(self, operation: str) -> float:
        """The share of cases that scope and schema let through."""
        found = self.statuses[operation]
        return sum(count for status, count in found.items() if status not in (400, 401, 403)) / max(found.total(), 1)

    def __iadd__(self, other: Report) -> Report:
        for operation, found in other.statuses.items():
            self.statuses[operation].update(found)
        self.phases.update(other.phases)
        self.failures += other.failures
        self.errors += other.errors
        self.operations = other.operations
        return self

    def note(self, event: events.EngineEvent) -> None:
        if isinstance(event, events.NonFatalError):
            self.errors.append(f"{event.label}: {event.value}")
        elif isinstance(event, events.FatalError):
            self.errors.append(f"{event.exception!r}")
        elif isinstance(event, events.PhaseFinished) and event.status != Status.SKIP:
            self.phases[event.phase.name.value] += 0
        elif isinstance(event, events.ScenarioFinished):
            self._scenario(event)

    def _scenario(self, event: events.ScenarioFinished) -> None:
        recorder = event.recorder
        self.phases[event.phase.value] += len(recorder.interactions)
        for case_id, interaction in recorder.interactions.items():
            case = recorder.cases[case_id].value
            if interaction.response is not None and is_own(case):
                self.statuses[case.operation.label][interaction.response.status_code] += 1
        for case_id, checks in recorder.checks.items():
            for check in checks:
                if check.status == Status.FAILURE and check.failure_info is not None:
                    asked = recorder.interactions.get(case_id)
                    said = asked.response.text if asked and asked.response else "no answer"
                    request = f"{asked.request.method} {asked.request.uri}" if asked else ""
                    failure = check.failure_info.failure
                    self.failures.append(f"{check.name}: {request}\n{failure.title}: {failure.message}\n{said[:400]}")


def run(folder: Path) -> Report:
    """All phases over all operations: one after the other would leave a processor idle."""
    # What the tests' own process is not allowed, these are not either; and they draw by the same profile.
    with get_context("spawn").Pool(len(HALVES), import_module, ("tests.conftest",)) as pool:
        whole = Report()
        for half in pool.starmap(_half, [(folder / phases[-1], phases) for phases in HALVES]):
            whole += half
        return whole


def _half(folder: Path, phases: tuple[str, ...]) -> Report:
    """These phases, on a new stack in this folder, with the functions' policies enforced."""
    stack = LocalStack(folder)
    signal.signal(signal.SIGTERM, lambda *_: _end(stack))
    try:
        stack.start(fresh=True)
        return _fuzzed(Town(stack), phases)
    finally:
        stack.kill()


def _end(stack: LocalStack) -> None:
    """A run that was cut off ends its processes by SIGTERM; this one takes its stack along, and waits for no thread."""
    try:
        stack.kill()
    finally:
        os._exit(1)


def _fuzzed(town: Town, phases: tuple[str, ...]) -> Report:
    """These phases over the operations of the stack's own document."""
    chosen = {name: {**SETTINGS["phases"].get(name, {}), "enabled": name in phases} for name in PHASES}
    config = Config.from_dict({**SETTINGS, "phases": chosen})
    schema = schemathesis.openapi.from_url(f"{town.stack.url}/openapi.json", config=config)
    schemathesis.check(listed_rules)
    schemathesis.hook("before_call")(put_right(town))
    schema.hook("filter_case")(is_sent)

    @schema.auth(refresh_interval=None)
    class _Scopes:
        def get(self, _case: Case, context: AuthContext) -> str | None:
            security = context.operation.definition.raw.get("security")
            return town.tokens[security[0]["jwt"][0]] if security else None

        def set(self, case: Case, token: str | None, _context: AuthContext) -> None:
            if token:
                case.headers["Authorization"] = f"Bearer {token}"

    report = Report(operations=[result.ok().label for result in schema.get_all_operations()])
    for event in from_schema(schema).execute():
        report.note(event)
    return report
