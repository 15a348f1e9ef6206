"""The client of citizens' apps and merchants' tills; README.md beside it states the rules that it follows."""

from infra.client.api import ApiError, Device, ProblemError, UnreachableError
from infra.client.catalogue import Catalogue
from infra.client.citizen import Citizen, OpensLaterError
from infra.client.reactions import line_of, reaction_to
from infra.client.till import Settled, Till, UnansweredError

__all__ = [
    "ApiError",
    "Catalogue",
    "Citizen",
    "Device",
    "OpensLaterError",
    "ProblemError",
    "Settled",
    "Till",
    "UnansweredError",
    "UnreachableError",
    "line_of",
    "reaction_to",
]
