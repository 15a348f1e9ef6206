"""Read a campaign document from a file, and report each error with its line.

beijing-2020.yaml:57: terms[2].discount.cap_minor: must be a whole number
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from coupons.faults import explained
from coupons.model.seasons import Season
from infra.couponctl import full_width
from infra.couponctl.core_yaml import DocumentFileError, line_of, parse

_IDS = (
    *("announcement_id", "activity_id", "session_id", "facility_id", "venue_id", "booking_rule_id"),
    *("batch_id", "terms_id", "funder_id", "merchant_id", "store_id", "limit_id", "section_id"),
)
"""What items are called by; batches and terms name sections too."""
_DIGITS = re.compile(r"\d{3}")
"""What follows a comma in a number."""
_STEPS = re.compile(r"([^.\[\]]+)|\[([^\]]+)\]")
_TWICE = re.compile(r"(\w+): '(.+)' appears twice")
_OWNED = re.compile(r"(terms|batch) ([a-z0-9-]+): (?:\w+ '(.+)' is not declared )?.*")


@dataclass(frozen=True)
class CampaignFile:
    """A file as it was read: the validated document, and its nodes, which know their lines."""

    name: str
    document: dict[str, Any]
    """The campaign document, as it can be sent as JSON."""
    programme: dict[str, Any] | None
    """The programme document, if the file has one."""
    root: yaml.Node

    def located(self, places: list[dict[str, Any]], *inside: str) -> list[dict[str, Any]]:
        """Adds its line to each place of the sent document that the stack reported; `inside`: the key it is under.

        `body.batches.0.title` and `batches[first].title` are the same place; the first is written as
        `batches[0].title`.
        """
        found = []
        for one in places:
            place = str(one.get("place", ""))
            steps = [item or (int(step) if step.isdecimal() else step) for step, item in _STEPS.findall(place)]
            by_number = steps[:1] == ["body"]
            _, line, where = _locate(self.root, (*inside, *(steps[1:] if by_number else steps)))
            found.append({"line": line, **one, **({"place": where} if where and by_number else {})})
        return found


def read_campaign(path: str | Path) -> CampaignFile:
    """A YAML or JSON file with a valid document.

    Raises:
        OSError: the file cannot be read.
        DocumentFileError: all errors, each with its line.
    """
    path = Path(path)
    root, document = parse(path)
    try:
        Season.model_validate(document)
    except ValidationError as error:
        raise DocumentFileError(_problems(path.name, root, error)) from None
    assert isinstance(document, dict)  # the model accepts nothing else
    campaign = {name: value for name, value in document.items() if name != "programme"}
    return CampaignFile(path.name, campaign, document.get("programme"), root)


def load_campaign(path: str | Path) -> dict[str, Any]:
    """The document of `read_campaign` alone. Raises as it does."""
    return read_campaign(path).document


def _problems(name: str, root: yaml.Node, error: ValidationError) -> list[str]:
    problems: set[tuple[int, str]] = set()
    for steps, told in explained(error, Season):
        node, line, where = _locate(root, steps)
        message = _full_width(node, steps) or _cut(root, steps) or told
        line = _line_of_name(node, message) or line
        problems.add((line, f"{where}: {message}" if where else message))
    return [f"{name}:{line}: {text}" for line, text in sorted(problems)]


def _full_width(node: yaml.Node, steps: tuple[int | str, ...]) -> str | None:
    """What to write in place of a full-width sign beside the place's key or around its value."""
    value = str(node.value) if isinstance(node, yaml.ScalarNode) and node.style is None else ""
    return full_width.beside_a_key(str(steps[-1]) if steps else "") or full_width.around(value)


def _cut(root: yaml.Node, steps: tuple[int | str, ...]) -> str | None:
    """What to write in place of a comma that YAML reads as the end of a text, or of a number."""
    if not _is_cut_by_a_comma(root, steps):
        return None
    if _DIGITS.fullmatch(str(steps[-1])):
        return "the comma before it ends the number: write the number without commas"
    return "the comma before it ends the text: put the whole text in quotes"


def _is_cut_by_a_comma(root: yaml.Node, steps: tuple[int | str, ...]) -> bool:
    """`{en: Meals, and sports}` is a text `Meals` and a key `and sports` without a value."""
    owner = _locate(root, steps[:-1])[0] if steps else root
    child = _child(owner, str(steps[-1])) if steps else None
    if child is None or not isinstance(owner, yaml.MappingNode) or not owner.flow_style:
        return False
    ends, begins = child[0].end_mark, child[1].start_mark
    return child[1].value == "" and ":" not in (ends.buffer or ":")[ends.pointer : begins.pointer]


def _locate(root: yaml.Node, loc: tuple[int | str, ...]) -> tuple[yaml.Node, int, str]:
    """The node, line and readable path of a place.

    A missing field has no node and is reported at the start of the object that lacks it.
    """
    node, line, where = root, line_of(root), ""
    for step in loc:
        if isinstance(step, int):
            if isinstance(node, yaml.SequenceNode) and step < len(node.value):
                node = node.value[step]
                line = line_of(node)
            where = f"{where}[{step}]"
            continue
        if isinstance(node, yaml.SequenceNode):
            node = next((item for item in node.value if _id_of(item) == step), node)
            line = line_of(node)
        elif (child := _child(node, step)) is not None:
            key, node = child
            # A block starts in the line below its key, but people look for it at the key.
            line = line_of(node) if isinstance(node, yaml.ScalarNode) else line_of(key)
        where = f"{where}.{step}" if where else step
    return node, line, where


def _id_of(item: yaml.Node) -> str | None:
    """`first` of an item with `batch_id: first`."""
    named = [child for name in _IDS if (child := _child(item, name))]
    return str(named[0][1].value) if named else None


def _child(node: yaml.Node, name: str) -> tuple[yaml.Node, yaml.Node] | None:
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            if key.value == name:
                return key, value
    return None


def _line_of_name(node: yaml.Node, message: str) -> int | None:
    """The line of the name that a rule over several places reports (`'x' appears twice`, `'x' is not declared`).

    Without such a name, the line of the batch or terms that the rule names.
    """
    if twice := _TWICE.fullmatch(message):
        section, name = twice.groups()
        items = _items(node, section)
        named = [scalar for item in items for scalar in _scalars(item) if scalar.value == name]
        return line_of(named[1]) if len(named) > 1 else None
    if owned := _OWNED.fullmatch(message):
        kind, owner, name = owned.groups()
        for item in _items(node, "terms" if kind == "terms" else "batches"):
            if (child := _child(item, f"{kind}_id")) and child[1].value == owner:
                named = [scalar for scalar in _scalars(item, deep=True) if scalar.value == name]
                return line_of(named[0] if named else child[1])
    return None


def _items(node: yaml.Node, section: str) -> list[yaml.Node]:
    child = _child(node, section)
    return list(child[1].value) if child and isinstance(child[1], yaml.SequenceNode) else []


def _scalars(node: yaml.Node, *, deep: bool = False) -> list[yaml.ScalarNode]:
    """The scalar values of a mapping, without its keys; with `deep` also all scalar values below it."""
    if isinstance(node, yaml.ScalarNode):
        return [node]
    mapping = isinstance(node, yaml.MappingNode)
    values = [value for _, value in node.value] if mapping else list(node.value)
    return [
        scalar
        for value in values
        if deep or isinstance(value, yaml.ScalarNode)
        for scalar in _scalars(value, deep=deep)
    ]
