"""Rules of the code base: imports, sizes, clocks, locked requirements, nothing that works on one machine only.

A rule is a function from the sources to its violations. Each is tested twice: the sources have no violation, and a
planted offender is seen, so no rule is one that cannot fail. `test_rooms.py` has the rule which room imports which.
"""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.unit.source_tree import ROOT, Source, Sources, edges, functions, reach, sources

LINES_MAX = 300
FUNCTION_LINES_MAX = 40
"""Of a function in functions/, without its docstring."""
EDGE = {"coupons.web.api", "coupons.web.background"}
"""Know Lambda's events; only handlers import them."""
POWERTOOLS = {*EDGE, "coupons.web.metrics"}
"""May import aws_lambda_powertools."""
REQUESTS = {"coupons.stores.table", "coupons.stores.dynamodb"}
"""May build requests to DynamoDB."""
RUNTIME = {"aws_lambda_powertools", "boto3", "botocore", "cryptography", "py_ecc", "pydantic", "pydantic_core"}
"""Packages of the deployed functions."""
AWS = {"boto3", "botocore", "mypy_boto3_dynamodb", "mypy_boto3_secretsmanager"}
CLOCKS = {"time.time", "time.time_ns", "datetime.now", "datetime.utcnow", "datetime.today", "date.today"}
SLEEPS = {"time.sleep", "asyncio.sleep"}
# Each name is in two parts; otherwise this file would break its own rule.
PLACES = re.compile(
    r"pypi\.(?:org|python)|python" + r"hosted\.org|npm" + r"js\.org|debian" + r"\.org|"
    r"(?<![\w.}])/(?:wo" + r"rk|ro" + r"ot|ho" + r"me|Us" + r"ers|opt/wh" + r"eels|tmp/w)/"
)


def functions_stand_alone(tree: Sources) -> Iterator[str]:
    """functions/ imports the packages of its requirements and itself, nothing else of the repository."""
    own = {source.module for source in functions(tree)} | {"coupons"}
    for source in functions(tree):
        for package in sorted(source.packages - own - RUNTIME - sys.stdlib_module_names):
            yield f"{source.path} imports {package}"


def nobody_imports_a_handler(tree: Sources) -> Iterator[str]:
    """Neither operations nor other handlers import a handler."""
    handlers = {source.module for source in functions(tree) if source.is_handler}
    for source in functions(tree):
        for name in sorted(source.packages & handlers):
            yield f"{source.path} imports the handler {name}"


def imports_have_no_cycle(tree: Sources) -> Iterator[str]:
    """No module imports itself through others."""
    graph = edges(tree)
    return (f"{name} imports itself through others" for name in sorted(graph) if name in reach(graph, name))


def stores_alone_know_aws(tree: Sources) -> Iterator[str]:
    """boto3 and botocore are imported by stores only."""
    for source in functions(tree):
        for package in sorted(source.packages & AWS) if not source.is_store else ():
            yield f"{source.path} imports {package}"


def events_stay_at_the_edge(tree: Sources) -> Iterator[str]:
    """Only the modules above import Powertools, and only handlers import those that know events."""
    for source in functions(tree):
        if "aws_lambda_powertools" in source.packages and source.module not in POWERTOOLS:
            yield f"{source.path} imports aws_lambda_powertools"
        for name in sorted(edges(tree)[source.module] & EDGE):
            if not source.is_handler and source.module not in EDGE:
                yield f"{source.path} imports {name}"


def one_clock(tree: Sources) -> Iterator[str]:
    """Functions read the time in coupons/clock.py only."""
    for source in functions(tree):
        for name in sorted(source.uses & CLOCKS) if source.module != "coupons.clock" else ():
            yield f"{source.path} reads {name}"


def nothing_sleeps(tree: Sources) -> Iterator[str]:
    """Time is an argument, so no test has to wait."""
    for source in tree:
        for name in sorted(source.uses & SLEEPS) if source.path.startswith("tests/") else ():
            yield f"{source.path} calls {name}"


def functions_print_nothing(tree: Sources) -> Iterator[str]:
    """Functions log: a print is not structured."""
    for source in functions(tree):
        for node in source.nodes:
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "print":
                yield f"{source.path}:{node.lineno} prints"


def modules_are_small_and_named(tree: Sources) -> Iterator[str]:
    """A file holds one idea and has a docstring that names it."""
    for source in tree:
        if not source.path.endswith(".py"):
            continue
        if Path(source.path).name in {"utils.py", "helpers.py"}:
            yield f"{source.path} has a name that says nothing"
        if (lines := source.text.count("\n")) > LINES_MAX:
            yield f"{source.path} has {lines} lines"
        if source.text.strip() and ast.get_docstring(ast.parse(source.text)) is None:
            yield f"{source.path} has no docstring"


def functions_are_short(tree: Sources) -> Iterator[str]:
    """A longer function holds a second idea: name it."""
    for source in functions(tree):
        for node in source.nodes:
            if (
                isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
                and (lines := code_lines(node)) > FUNCTION_LINES_MAX
            ):
                yield f"{source.path}:{node.lineno} {node.name} has {lines} lines"


def code_lines(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """From `def` to the end, without the docstring."""
    first = node.body[0]
    says = ast.get_docstring(node) is not None and first.end_lineno is not None
    return (node.end_lineno or 0) - node.lineno + 1 - (first.end_lineno - first.lineno + 1 if says else 0)


def a_class_name_means_one_thing(tree: Sources) -> Iterator[str]:
    """No two modules of functions/ define a public class of one name."""
    places: dict[str, str] = {}
    for source in functions(tree):
        for node in source.nodes:
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                first = places.setdefault(node.name, source.path)
                if first != source.path:
                    yield f"{source.path} and {first} both define {node.name}"


def the_table_helper_builds_every_request(tree: Sources) -> Iterator[str]:
    """Only `Table` and `Dynamo` name the table of a request."""
    for source in functions(tree):
        for node in source.nodes if source.module not in REQUESTS else ():
            if (isinstance(node, ast.Constant) and node.value == "TableName") or (
                isinstance(node, ast.keyword) and node.arg == "TableName"
            ):
                yield f"{source.path}:{node.lineno} builds a request"


def each_test_says_what_it_shows(tree: Sources) -> Iterator[str]:
    """Each test has a docstring."""
    for source in tree:
        for node in source.nodes if source.path.startswith("tests/") else ():
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test_") and not ast.get_docstring(node):
                yield f"{source.path}:{node.lineno} {node.name} has no docstring"


def nothing_of_one_machine(tree: Sources) -> Iterator[str]:
    """No host name of a package registry and no path of one machine."""
    for source in tree:
        for number, line in enumerate(source.text.splitlines(), start=1):
            if found := PLACES.search(line):
                yield f"{source.path}:{number} names {found.group()}"


def requirements_carry_hashes(tree: Sources) -> Iterator[str]:
    """Each requirement is one version with its hashes; options and URLs are violations."""
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
    (stores_alone_know_aws, {f"{COUPONS}/claim/packs.py": "from botocore.config import Config\n"}),
    (events_stay_at_the_edge, {f"{COUPONS}/money.py": "import aws_lambda_powertools\n"}),
    (events_stay_at_the_edge, {f"{COUPONS}/a.py": "from coupons.web.api import b", f"{COUPONS}/web/api.py": ""}),
    (one_clock, {f"{COUPONS}/a.py": "import datetime as d\nd.datetime.now()\n"}),
    (one_clock, {f"{STORES}/a.py": "from time import time\n"}),
    (nothing_sleeps, {"tests/e2e/test_a.py": "import time\ntime.sleep(1)\n"}),
    (functions_print_nothing, {"functions/claim.py": "print(1)\n"}),
    (modules_are_small_and_named, {"infra/utils.py": '"""Things."""\n'}),
    (modules_are_small_and_named, {"infra/a.py": '"""Long."""\n' + "x = 1\n" * LINES_MAX}),
    (modules_are_small_and_named, {"tests/unit/test_a.py": "x = 1\n"}),
    (functions_are_short, {"functions/claim.py": "def f():\n" + "    x = 1\n" * FUNCTION_LINES_MAX}),
    (a_class_name_means_one_thing, {f"{COUPONS}/a.py": "class A: pass\n", f"{STORES}/b.py": "class A: pass\n"}),
    (the_table_helper_builds_every_request, {f"{STORES}/a.py": 'R = {"TableName": "orders"}\n'}),
    (the_table_helper_builds_every_request, {f"{STORES}/a.py": "dynamo.call(TableName=1)\n"}),
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
    """The sources have no violation."""
    assert "\n".join(rule(sources())) == ""


@pytest.mark.parametrize(("rule", "offender"), RULES_AND_OFFENDERS)
def test_the_rule_sees_an_offender(rule: Callable[[Sources], Iterator[str]], offender: dict[str, str]) -> None:
    """The planted offender is reported."""
    assert list(rule([Source(path, text) for path, text in offender.items()]))


def test_every_suite_is_run_by_a_target_of_make_and_demanded_by_ci() -> None:
    """Every folder of tests is run by a make target and is required by CI."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    makefile = (ROOT / "Makefile").read_text("utf-8")
    own = [
        re.search(rf"^{name}:.*\n.*\n.* -m pytest (.+)$", makefile, re.MULTILINE)
        for name in ("e2e", "browser", "contract")
    ]
    run = {
        *settings["tool"]["pytest"]["ini_options"]["testpaths"],
        *(path for one in own if one for path in one[1].split() if path.startswith("tests/")),
    }
    demanded = re.search(r"^for suite in (.+); do$", (ROOT / ".ci" / "run").read_text("utf-8"), re.MULTILINE)
    assert demanded is not None
    assert {f"tests/{suite}" for suite in demanded[1].split()} == run
    assert {"/".join(path.relative_to(ROOT).parts[:2]) for path in ROOT.glob("tests/**/test_*.py")} <= run


def test_what_is_deployed_is_locked_to_what_is_tested() -> None:
    """Every pin of functions/requirements.txt is in requirements.txt too."""
    pin = re.compile(r"^[a-z0-9.-]+==\S+", re.MULTILINE)
    tested = set(pin.findall((ROOT / "requirements.txt").read_text("utf-8")))
    deployed = set(pin.findall((ROOT / "functions" / "requirements.txt").read_text("utf-8")))
    assert deployed
    assert deployed <= tested
