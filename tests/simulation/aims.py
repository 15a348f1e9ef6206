"""What makes seeds meet something more often than by chance."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Aim:
    """What is left empty is left to chance."""

    kind: str = ""
    quantity: int = 0
    likely: dict[str, dict[str, float]] = field(default_factory=dict)
    """By the name of a request, the faults that it meets, with their probability."""
    late_s: tuple[float, float] | None = None
    length_s: int = 0
    """Of the rush."""
    moment: str = ""
    """The request after which an operator raises."""


ANY = Aim()
