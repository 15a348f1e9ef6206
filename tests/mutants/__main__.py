"""`make mutants`: changes one condition or guard of the functions at a time, and expects a test to fail.

Exit code 1 if a mutant survives that `equivalent.toml` does not list, or an entry of that list is stale.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from tests.mutants import equivalents, source
from tests.mutants.children import import_shared
from tests.mutants.source import Module, Mutant
from tests.mutants.trials import Trials, Verdict, reach


def main() -> int:
    arguments = _arguments()
    began_s = time.monotonic()
    modules = source.read(arguments.root)
    entries = equivalents.load(arguments.root)
    listed = {entry.mutant for entry in entries}
    mutants = [m for module in modules for m in module.mutants if _is_wanted(m, arguments)]
    if not mutants:
        sys.exit("no such module, or it has no mutant")
    import_shared()
    tests = reach(arguments.root, modules, arguments.jobs, _say)
    kept = arguments.root / ".mutants" / "verdicts.json"
    last = json.loads(kept.read_text("utf-8")) if kept.exists() else {}
    verdicts: list[Verdict] = []
    for verdict in Trials(tests, {name: told["test"] for name, told in last.items()}, arguments.jobs).of(
        mutants, listed
    ):
        verdicts.append(verdict)
        word = "red" if verdict.is_red else "listed" if verdict.mutant.name in listed else "SURVIVES"
        _say(f"{len(verdicts)}/{len(mutants)} {time.monotonic() - began_s:.0f} s {verdict.mutant.name} {word}")
    kept.write_text(json.dumps(last | _facts(modules, verdicts), indent=1), "utf-8")
    survivors = [v for v in verdicts if not v.is_red and v.mutant.name not in listed]
    faults = [f"stale: {fault}" for fault in equivalents.stale(entries, modules)]
    faults += [f"stale: {v.mutant.name} is red, by {v.test}" for v in verdicts if v.is_red and v.mutant.name in listed]
    faults += [f"proves nothing: {v.mutant.name}: {v.fault}" for v in verdicts if v.fault]
    told = [*_table(modules, verdicts, listed), *_told(modules, survivors), *faults]
    told.append(f"{len(mutants)} mutants in {time.monotonic() - began_s:.0f} s, {len(survivors)} survive")
    sys.stdout.write("\n".join(told) + "\n")
    return 1 if survivors or faults else 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser("python -m tests.mutants", description=__doc__.partition("\n")[0])
    parser.add_argument("modules", nargs="*", help="rooms or modules to limit it to: stores, claims, till.redeem")
    parser.add_argument("--all", action="store_true", help="guards and borders too, not only the stores' conditions")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--root", type=Path, default=source.ROOT, help="another checkout")
    return parser.parse_args()


def _is_wanted(mutant: Mutant, arguments: argparse.Namespace) -> bool:
    is_kind = arguments.all or mutant.kind in ("clause", "always")
    return is_kind and (not arguments.modules or any(_is_in(mutant.module, name) for name in arguments.modules))


def _is_in(module: str, name: str) -> bool:
    return f".{name}." in f".{module}."


def _facts(modules: list[Module], verdicts: list[Verdict]) -> dict[str, dict[str, str]]:
    """What a later run may compare itself with, by the mutant's name."""
    sources = {module.name: module.source for module in modules}
    found: dict[str, dict[str, str]] = {}
    for mutant, test in ((verdict.mutant, verdict.test) for verdict in verdicts):
        text = sources[mutant.module]
        found[mutant.name] = {"was": mutant.was(text), "now": mutant.now(text), "test": test}
    return found


def _table(modules: list[Module], verdicts: list[Verdict], listed: set[str]) -> Iterator[str]:
    counts: dict[str, Counter[str]] = {module.name: Counter() for module in modules}
    for verdict in verdicts:
        word = "red" if verdict.is_red else "listed" if verdict.mutant.name in listed else "survive"
        counts[verdict.mutant.module][word] += 1
    counts["all"] = sum(counts.values(), Counter())
    yield f"{'module':32}{'mutants':>9}{'red':>6}{'listed':>8}{'survive':>9}"
    for name, found in counts.items():
        if found:
            yield f"{name:32}{found.total():>9}{found['red']:>6}{found['listed']:>8}{found['survive']:>9}"
    yield ""


def _told(modules: list[Module], survivors: list[Verdict]) -> Iterator[str]:
    sources = {module.name: module.source for module in modules}
    for verdict in sorted(survivors, key=lambda v: (v.mutant.path, v.mutant.start)):
        mutant, text = verdict.mutant, sources[verdict.mutant.module]
        seen = f"{verdict.run} of {verdict.seen_by} tests that pass it" if verdict.seen_by else "no test passes it"
        yield f"{mutant.name}  functions/coupons/{mutant.module.replace('.', '/')}.py:{mutant.line}  ({seen})"
        yield f"  - {mutant.was(text)}\n  + {mutant.now(text)}\n"


def _say(text: str) -> None:
    sys.stderr.write(text + "\n")


if __name__ == "__main__":
    sys.exit(main())
