"""`make mutants`: changes one condition or guard of the functions at a time, and expects a test to fail.

Exit code 1 if a mutant survives that `equivalent.toml` does not list, or an entry of that list is stale.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from tests.mutants import equivalents, source
from tests.mutants.children import import_shared
from tests.mutants.kept import Kept, Verdict
from tests.mutants.source import Module, Mutant
from tests.mutants.trials import Trials, reach


def main() -> int:
    arguments = _arguments()
    began_s = time.monotonic()
    modules = source.read(arguments.root)
    entries = equivalents.load(arguments.root)
    listed = {entry.mutant for entry in entries}
    mutants = [m for module in modules for m in module.mutants if _is_wanted(m, arguments)]
    if not mutants:
        sys.exit("no such module, or it has no mutant")
    kept = Kept(arguments.root)
    verdicts = {m.name: v for m in mutants if (v := kept.verdicts.get(m.name)) and v.is_short <= (m.name in listed)}
    ahead = [mutant for mutant in mutants if mutant.name not in verdicts]
    for mutant, verdict in _judged(arguments, kept, modules, ahead, listed):
        verdicts[mutant.name] = verdict
        kept.add(mutant.name, verdict)
        word = "red" if verdict.test else "listed" if mutant.name in listed else "SURVIVES"
        _say(f"{len(verdicts)}/{len(mutants)} {time.monotonic() - began_s:.0f} s {mutant.name} {word}")
    survivors = [m for m in mutants if not verdicts[m.name].test and m.name not in listed]
    faults = [f"stale: {fault}" for fault in equivalents.stale(entries, modules)]
    faults += [f"stale: {n} is red, by {v.test}" for n, v in verdicts.items() if v.test and n in listed]
    faults += [f"proves nothing: {n}: {v.fault}" for n, v in verdicts.items() if v.fault]
    told = [*_table(mutants, verdicts, listed), *_told(survivors, verdicts), *faults]
    told.append(f"{len(mutants)} mutants in {time.monotonic() - began_s:.0f} s, {len(survivors)} survive")
    sys.stdout.write("\n".join(told) + "\n")
    return 1 if survivors or faults else 0


def _judged(
    arguments: argparse.Namespace, kept: Kept, modules: list[Module], ahead: list[Mutant], listed: set[str]
) -> Iterator[tuple[Mutant, Verdict]]:
    if not ahead:
        return
    import_shared()
    tests = kept.reach()
    if tests is None:
        _say("running the suites once, to see which test passes what …")
        tests = reach(arguments.root, modules, arguments.jobs)
        kept.write_reach(tests)
    yield from Trials(tests, kept.last, arguments.jobs).of(ahead, listed)


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


def _table(mutants: list[Mutant], verdicts: dict[str, Verdict], listed: set[str]) -> Iterator[str]:
    counts: dict[str, Counter[str]] = {mutant.module: Counter() for mutant in mutants}
    for mutant in mutants:
        word = "red" if verdicts[mutant.name].test else "listed" if mutant.name in listed else "survive"
        counts[mutant.module][word] += 1
    counts["all"] = sum(counts.values(), Counter())
    yield f"{'module':32}{'mutants':>9}{'red':>6}{'listed':>8}{'survive':>9}"
    for name, found in counts.items():
        yield f"{name:32}{found.total():>9}{found['red']:>6}{found['listed']:>8}{found['survive']:>9}"
    yield ""


def _told(survivors: list[Mutant], verdicts: dict[str, Verdict]) -> Iterator[str]:
    for mutant in survivors:
        verdict = verdicts[mutant.name]
        seen = f"{verdict.run} of {verdict.seen_by} tests that pass it" if verdict.seen_by else "no test passes it"
        yield f"{mutant.name}  functions/coupons/{mutant.module.replace('.', '/')}.py:{mutant.line}  ({seen})"
        yield f"  - {mutant.was}\n  + {mutant.now}\n"


def _say(text: str) -> None:
    sys.stderr.write(text + "\n")


if __name__ == "__main__":
    sys.exit(main())
