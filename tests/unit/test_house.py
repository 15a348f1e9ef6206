"""The house keeps its own rules: dependency direction, sizes, clocks, locks, and nothing of one machine.

A rule is a function from the sources to what offends it. Each is tried twice: the sources offend none, and a sample
offends it, so no rule is one that cannot fail. Which room imports which: test_rooms.py.
"""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LINES_MAX = 300
HTTP = {"coupons.web.api"}
"""Knows HTTP events; imported by handlers only."""
POWERTOOLS = {*HTTP, "coupons.web.metrics", "expire", "events"}
"""May import aws_lambda_powertools; `expire` answers the schedule and `events` the streams, and log by themselves."""
RUNTIME = {"aws_lambda_powertools", "boto3", "botocore", "cryptography", "pydantic", "pydantic_core"}
"""Is there when a deployed function runs."""
AWS = {"boto3", "botocore", "mypy_boto3_dynamodb", "mypy_boto3_secretsmanager"}
CLOCKS = {"time.time", "time.time_ns", "datetime.now", "datetime.utcnow", "datetime.today", "date.today"}
SLEEPS = {"time.sleep", "asyncio.sleep"}
# Put together from halves, or this file would offend its own rule.
PLACES = re.compile(
    r"pypi\.(?:org|python)|python" + r"hosted\.org|npm" + r"js\.org|debian" + r"\.org|"
    r"(?<![\w.}])/(?:wo" + r"rk|ro" + r"ot|ho" + r"me|Us" + r"ers|opt/wh" + r"eels|tmp/w)/"
)


@dataclass(frozen=True)
class Source:
    """One file of the repository: `path` relative to its top."""

    path: str
    text: str

    @property
    def module(self) -> str:
        """The dotted name it is imported by."""
        name = self.path.removeprefix("functions/").removesuffix(".py").removesuffix("/__init__")
        return name.replace("/", ".")

    @property
    def is_handler(self) -> bool:
        return self.path.startswith("functions/") and self.path.count("/") == 1 and self.path.endswith(".py")

    @property
    def is_store(self) -> bool:
        return self.module.startswith("coupons.stores")

    @cached_property
    def nodes(self) -> list[ast.AST]:
        return list(ast.walk(ast.parse(self.text))) if self.path.endswith(".py") else []

    @cached_property
    def imports(self) -> set[str]:
        """Dotted names, with what is taken from a module as if it were a module of it; those in functions too."""
        names: set[str] = set()
        for node in self.nodes:
            if isinstance(node, ast.Import):
                names |= {alias.name for alias in node.names}
            elif isinstance(node, ast.ImportFrom):
                names |= {f"{node.module}.{alias.name}" for alias in node.names}
        return names

    @property
    def packages(self) -> set[str]:
        return {name.partition(".")[0] for name in self.imports}

    @property
    def uses(self) -> set[str]:
        """What is called or named as `a.b`, and imported as `from a import b`."""
        dotted = {ast.unparse(node) for node in self.nodes if isinstance(node, ast.Attribute)}
        return {".".join(name.split(".")[-2:]) for name in dotted | self.imports}


Sources = list[Source]


@cache
def sources() -> Sources:
    """Every text file that git tracks or would track."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=True,
    )
    paths = sorted(set(listed.stdout.decode().split("\0")) - {""})
    return [Source(path, (ROOT / path).read_text("utf-8")) for path in paths if (ROOT / path).is_file()]


def functions(tree: Sources) -> Sources:
    return [source for source in tree if source.path.startswith("functions/") and source.path.endswith(".py")]


def edges(tree: Sources) -> dict[str, set[str]]:
    """Module → modules of functions/ that it imports."""
    known = {source.module for source in functions(tree)}
    return {
        source.module: {
            name if name in known else name.rpartition(".")[0]
            for name in source.imports
            if {name, name.rpartition(".")[0]} & known
        }
        - {source.module, "coupons"}
        for source in functions(tree)
    }


def reach(graph: dict[str, set[str]], start: str) -> set[str]:
    """All that `start` imports, and what that imports."""
    found: set[str] = set()
    ahead = set(graph.get(start, ()))
    while ahead:
        found |= ahead
        ahead = {later for name in ahead for later in graph.get(name, ())} - found
    return found


def functions_stand_alone(tree: Sources) -> Iterator[str]:
    """What is deployed imports run-time packages and itself, nothing from around it."""
    own = {source.module for source in functions(tree)} | {"coupons"}
    for source in functions(tree):
        for package in sorted(source.packages - own - RUNTIME - sys.stdlib_module_names):
            yield f"{source.path} imports {package}"


def nobody_imports_a_handler(tree: Sources) -> Iterator[str]:
    """Handlers are the top: neither operations nor other handlers know them."""
    handlers = {source.module for source in functions(tree) if source.is_handler}
    for source in functions(tree):
        for name in sorted(source.packages & handlers):
            yield f"{source.path} imports the handler {name}"


def imports_have_no_cycle(tree: Sources) -> Iterator[str]:
    """Dependencies point one way, so no module reaches itself."""
    graph = edges(tree)
    return (f"{name} imports itself in the end" for name in sorted(graph) if name in reach(graph, name))


def stores_alone_know_aws(tree: Sources) -> Iterator[str]:
    """boto3 and botocore are imported by stores only."""
    for source in functions(tree):
        for package in sorted(source.packages & AWS) if not source.is_store else ():
            yield f"{source.path} imports {package}"


def http_stays_at_the_border(tree: Sources) -> Iterator[str]:
    """Powertools is imported by the modules named above; HTTP modules by handlers only."""
    for source in functions(tree):
        if "aws_lambda_powertools" in source.packages and source.module not in POWERTOOLS:
            yield f"{source.path} imports aws_lambda_powertools"
        for name in sorted(edges(tree)[source.module] & HTTP):
            if not source.is_handler and source.module not in HTTP:
                yield f"{source.path} imports {name}"


def one_clock(tree: Sources) -> Iterator[str]:
    """Functions read the time in coupons/clock.py only."""
    for source in functions(tree):
        for name in sorted(source.uses & CLOCKS) if source.module != "coupons.clock" else ():
            yield f"{source.path} reads {name}"


def nothing_sleeps(tree: Sources) -> Iterator[str]:
    """Time is an argument, so a test has nothing to wait for."""
    for source in tree:
        for name in sorted(source.uses & SLEEPS) if source.path.startswith("tests/") else ():
            yield f"{source.path} calls {name}"


def functions_print_nothing(tree: Sources) -> Iterator[str]:
    """A function logs; a print would bypass the log's structure."""
    for source in functions(tree):
        for node in source.nodes:
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "print":
                yield f"{source.path}:{node.lineno} prints"


def modules_are_small_and_named(tree: Sources) -> Iterator[str]:
    """A file holds one idea, says which, and is not a drawer."""
    for source in tree:
        if not source.path.endswith(".py"):
            continue
        if Path(source.path).name in {"utils.py", "helpers.py"}:
            yield f"{source.path} is a drawer, not an idea"
        if (lines := source.text.count("\n")) > LINES_MAX:
            yield f"{source.path} has {lines} lines"
        if source.text.strip() and ast.get_docstring(ast.parse(source.text)) is None:
            yield f"{source.path} has no docstring"


def each_test_says_what_it_shows(tree: Sources) -> Iterator[str]:
    """Each test has one sentence as its docstring."""
    for source in tree:
        for node in source.nodes if source.path.startswith("tests/") else ():
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test_") and not ast.get_docstring(node):
                yield f"{source.path}:{node.lineno} {node.name} has no docstring"


def nothing_of_one_machine(tree: Sources) -> Iterator[str]:
    """No registry's host name and no path of somebody's machine."""
    for source in tree:
        for number, line in enumerate(source.text.splitlines(), start=1):
            if found := PLACES.search(line):
                yield f"{source.path}:{number} names {found.group()}"


def requirements_carry_hashes(tree: Sources) -> Iterator[str]:
    """Each requirement is one version with its hashes; options and addresses are refused."""
    exact = re.compile(r"[a-z0-9.-]+(\[[a-z, -]+\])?==[^ ;]+( ; [^\\]+?)?( +--hash=sha256:[0-9a-f]{64})+ *")
    for source in tree:
        if re.fullmatch(r"requirements.*\.txt", Path(source.path).name):
            text = re.sub(r"^ *#.*\n", "", source.text, flags=re.MULTILINE).replace("\\\n", " ")
            loose = [line for line in text.splitlines() if not exact.fullmatch(line)]
            yield from (f"{source.path} has the loose line {line[:80]!r}" for line in loose)


COUPONS, STORES = "functions/coupons", "functions/coupons/stores"
RULES_AND_OFFENDERS: list[tuple[Callable[[Sources], Iterator[str]], dict[str, str]]] = [
    (functions_stand_alone, {"functions/claim.py": "def f():\n    from infra.local import cloud\n"}),
    (functions_stand_alone, {f"{COUPONS}/money.py": "import yaml\n"}),
    (nobody_imports_a_handler, {"functions/claim.py": "", f"{COUPONS}/a.py": "from claim import handler\n"}),
    (nobody_imports_a_handler, {"functions/claim.py": "", "functions/verify.py": "import claim\n"}),
    (imports_have_no_cycle, {f"{COUPONS}/a.py": "import coupons.b", f"{COUPONS}/b.py": "import coupons.a"}),
    (stores_alone_know_aws, {f"{COUPONS}/claiming.py": "from botocore.config import Config\n"}),
    (http_stays_at_the_border, {f"{COUPONS}/money.py": "import aws_lambda_powertools\n"}),
    (http_stays_at_the_border, {f"{COUPONS}/a.py": "from coupons.web.api import b", f"{COUPONS}/web/api.py": ""}),
    (one_clock, {f"{COUPONS}/a.py": "import datetime as d\nd.datetime.now()\n"}),
    (one_clock, {f"{STORES}/a.py": "from time import time\n"}),
    (nothing_sleeps, {"tests/e2e/test_a.py": "import time\ntime.sleep(1)\n"}),
    (functions_print_nothing, {"functions/claim.py": "print(1)\n"}),
    (modules_are_small_and_named, {"infra/utils.py": '"""Things."""\n'}),
    (modules_are_small_and_named, {"infra/a.py": '"""Long."""\n' + "x = 1\n" * LINES_MAX}),
    (modules_are_small_and_named, {"tests/unit/test_a.py": "x = 1\n"}),
    (each_test_says_what_it_shows, {"tests/unit/test_a.py": "class TestA:\n    def test_b(self):\n        pass\n"}),
    (nothing_of_one_machine, {"README.md": "see https://py" + "pi.org/\n"}),
    (nothing_of_one_machine, {"infra/a.py": 'P = "/wo' + 'rk/main"\n'}),
    (requirements_carry_hashes, {"requirements.txt": "six==1.17.0\n"}),
    (requirements_carry_hashes, {"requirements.txt": "--index-url x\n"}),
    (requirements_carry_hashes, {"functions/requirements.txt": "six>=1 --hash=sha256:" + "0" * 64}),
]
RULES = list(dict.fromkeys(rule for rule, _ in RULES_AND_OFFENDERS))


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_the_house_keeps_the_rule(rule: Callable[[Sources], Iterator[str]]) -> None:
    """No source offends it."""
    assert "\n".join(rule(sources())) == ""


@pytest.mark.parametrize(("rule", "offender"), RULES_AND_OFFENDERS)
def test_the_rule_sees_an_offender(rule: Callable[[Sources], Iterator[str]], offender: dict[str, str]) -> None:
    """A sample that offends it is named."""
    assert list(rule([Source(path, text) for path, text in offender.items()]))


def test_every_suite_is_run_by_make_test_or_by_make_e2e_and_demanded_by_ci() -> None:
    """A folder of tests that no target runs, or that CI would not miss, cannot be."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    end_to_end = re.search(r"^e2e:.*\n.*\n.* -m pytest (.+)$", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE)
    assert end_to_end is not None
    run = {*settings["tool"]["pytest"]["ini_options"]["testpaths"], *end_to_end[1].split()}
    demanded = re.search(r"^for suite in (.+); do$", (ROOT / ".ci" / "run").read_text("utf-8"), re.MULTILINE)
    assert demanded is not None
    assert {f"tests/{suite}" for suite in demanded[1].split()} == run
    assert {"/".join(path.relative_to(ROOT).parts[:2]) for path in ROOT.glob("tests/**/test_*.py")} <= run


def test_what_is_deployed_is_locked_to_what_is_tested() -> None:
    """functions/requirements.txt pins nothing that requirements.txt does not pin alike."""
    pin = re.compile(r"^[a-z0-9.-]+==\S+", re.MULTILINE)
    tested = set(pin.findall((ROOT / "requirements.txt").read_text("utf-8")))
    deployed = set(pin.findall((ROOT / "functions" / "requirements.txt").read_text("utf-8")))
    assert deployed
    assert deployed <= tested
