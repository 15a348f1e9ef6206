"""Read YAML's core schema, with the line of each node.

Only the core schema of YAML 1.2 is read: `true`/`false`, `null`, decimal numbers, and strings. PyYAML's own rules are
YAML 1.1, where `no` is false, `10:00` is 600 and `2020-06-06` is a date; a season must not be read like that. Anchors
may repeat a part; foreign tags, merge keys and duplicate keys are refused. JSON files are read too.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import yaml

from infra.couponctl import full_width
from infra.couponctl.output import BadFileError

if TYPE_CHECKING:
    from pathlib import Path

BYTES_MAX = 1_000_000
DEPTH_MAX = 32
NODES_MAX = 100_000

_NULLS = ("", "~", "null")
_BOOLEANS = {"true": True, "false": False}
# Longer numbers stay strings: the model reports them by name, while Python would refuse to convert them.
_INTEGER = re.compile(r"-?(0|[1-9][0-9]{0,30})")
_FLOAT = re.compile(r"-?(0|[1-9][0-9]{0,30})(\.[0-9]{1,30})?([eE][-+]?[0-9]{1,3})?")
_CORE_TAG_PREFIX = "tag:yaml.org,2002:"
_MERGE_TAG = f"{_CORE_TAG_PREFIX}merge"
# An explicit `!!set` or `!!binary` has no counterpart in JSON.
_CORE_TAGS = frozenset(
    f"{_CORE_TAG_PREFIX}{name}"
    for name in ("str", "int", "float", "bool", "null", "timestamp", "map", "seq", "value", "merge")
)


_ADVICE = {
    "character '\\t'": "YAML indents with spaces, never with a tab",
    "that cannot start any token": "put the text in quotes",
    "mapping values are not allowed here": "put a text with a colon in quotes, or indent the line as its neighbours",
    "while scanning a quoted scalar": "a quote is not closed",
    "but found '<scalar>'": "look for a quote above that is not closed, or that ends inside a text",
    "while parsing a flow mapping": "check the commas and the closing }, and put a text that holds either in quotes",
    "while parsing a flow sequence": "check the commas and the closing ], and put a text that holds either in quotes",
    "could not find expected ':'": "a key needs a colon and a space after it",
    "while parsing a block mapping": "indent the keys of one object alike",
    "while parsing a block collection": "indent the entries of one list alike",
}
"""What to do about a syntax error of PyYAML, by a part of its words; the first that fits."""


class DocumentFileError(BadFileError):
    """A file without a valid document: `problems` are lines `file:line: [place: ]message`."""


def line_of(node: yaml.Node) -> int:
    """The line where a node starts, counted from 1."""
    return int(node.start_mark.line) + 1


def parse(path: Path) -> tuple[yaml.Node, Any]:
    """The node tree of a YAML or JSON file, and the same as dicts, lists and scalars.

    Raises:
        OSError: the file cannot be read.
        DocumentFileError: not UTF-8, a syntax error, a duplicate key, or too large.
    """
    raw = path.read_bytes()
    if len(raw) > BYTES_MAX:
        raise DocumentFileError([f"{path.name}:1: larger than {BYTES_MAX} bytes"])
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise DocumentFileError([f"{path.name}:{line}: not UTF-8: save the file with this encoding"]) from None
    if path.suffix.lower() == ".json":
        text = _json_as_yaml(path.name, text)
    root = _compose(path.name, text)
    reader = _Reader(path.name)
    value = reader.value(root, 1)
    if reader.problems:
        raise DocumentFileError(reader.problems)
    return root, value


def _compose(name: str, text: str) -> yaml.Node:
    try:
        root = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        raise DocumentFileError([f"{name}:{_full_width(error, text) or _syntax(error)}"]) from None
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        raise DocumentFileError([f"{name}:{line}: a control character"]) from None
    except RecursionError:
        raise DocumentFileError([f"{name}:1: nested too deeply"]) from None
    if root is None:
        raise DocumentFileError([f"{name}:1: the file is empty"])
    return root


def _full_width(error: yaml.MarkedYAMLError, text: str) -> str | None:
    """`line: advice`, if a full-width sign in the error's line, or in the one before it, explains the error."""
    last = error.problem_mark.line if error.problem_mark else 0
    lines = dict(enumerate(text.splitlines(), 1))
    said = ((number, full_width.beside_a_key(lines.get(number, ""))) for number in (last, last + 1))
    return next((f"{number}: {advice}" for number, advice in said if advice), None)


def _syntax(error: yaml.MarkedYAMLError) -> str:
    """`line: problem, context (from line n)`: a quote that is not closed is found at the end of the file only."""
    line = error.problem_mark.line + 1 if error.problem_mark else 1
    context = f", {error.context}" if error.context else ""
    if error.context_mark and error.context_mark.line + 1 != line:
        context += f" (from line {error.context_mark.line + 1})"
    advice = next((text for problem, text in _ADVICE.items() if problem in f"{error.problem}{context}"), "")
    return f"{line}: {error.problem}{context}{advice and f': {advice}'}"


def _json_as_yaml(name: str, text: str) -> str:
    """The same JSON without tabs between tokens, which YAML forbids."""
    try:
        json.loads(text)
    except json.JSONDecodeError as error:
        raise DocumentFileError([f"{name}:{error.lineno}: {error.msg}"]) from None
    except (RecursionError, ValueError):
        raise DocumentFileError([f"{name}:1: nested too deeply, or a number too long"]) from None
    return text.replace("\t", " ")


@dataclass
class _Reader:
    """Turns nodes into values and collects every problem instead of stopping at the first."""

    name: str
    problems: list[str] = field(default_factory=list)
    nodes: int = 0

    def value(self, node: yaml.Node, depth: int) -> Any:
        # An alias counts each time it is used, so that a few lines cannot expand without limit.
        self.nodes += 1
        if depth > DEPTH_MAX or self.nodes > NODES_MAX:
            self._refuse(node, "nested too deeply, or too large")
            raise DocumentFileError(self.problems)
        if node.tag not in _CORE_TAGS:
            self._refuse(node, f"the tag {node.tag} is not supported")
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, depth)
        if isinstance(node, yaml.SequenceNode):
            return [self.value(item, depth + 1) for item in node.value]
        assert isinstance(node, yaml.ScalarNode)
        return _scalar(node)

    def _mapping(self, node: yaml.MappingNode, depth: int) -> dict[str, Any]:
        read: dict[str, Any] = {}
        lines: dict[str, int] = {}
        for key_node, value_node in node.value:
            if not isinstance(key_node, yaml.ScalarNode) or key_node.tag == _MERGE_TAG:
                self._refuse(key_node, "a key must be a plain word; merge keys (<<) are not supported")
                continue
            key = str(key_node.value)
            if key in read:
                self._refuse(key_node, f"the key {key!r} appears twice, first in line {lines[key]}")
                continue
            lines[key] = line_of(key_node)
            read[key] = self.value(value_node, depth + 1)
        return read

    def _refuse(self, node: yaml.Node, what: str) -> None:
        self.problems.append(f"{self.name}:{line_of(node)}: {what}")


def _scalar(node: yaml.ScalarNode) -> Any:
    text = str(node.value)
    if node.style is not None:
        # JSON writes characters beyond U+FFFF as two \u escapes, which YAML reads as two surrogates.
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if text in _NULLS:
        return None
    if text in _BOOLEANS:
        return _BOOLEANS[text]
    if _INTEGER.fullmatch(text):
        return int(text)
    return float(text) if _FLOAT.fullmatch(text) else text
