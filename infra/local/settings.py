"""Settings of the local stack: its port, its data directory, and how it starts."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

_PORT_MAX = 65_535 - 2
_ORIGINS = re.compile(r"(\*|https?://[^\s/,]+(,https?://[^\s/,]+)*)?")
"""As the template's parameter is checked."""
_NO = {"", "0", "false", "no"}


class SettingsError(ValueError):
    """An environment variable has an invalid value."""


@dataclass(frozen=True)
class Settings:
    root: Path
    directory: Path
    """The data directory; git ignores it."""
    port: int
    fresh: bool
    enforce_policies: bool
    allowed_origins: tuple[str, ...] = ("*",)
    """Whose pages may call the API. All by default: a page under development is served on any port."""

    @property
    def cloud_port(self) -> int:
        return self.port + 1

    @property
    def issuer_port(self) -> int:
        return self.port + 2


def settings_of(environment: Mapping[str, str], root: Path) -> Settings:
    """PORT (8080), FRESH=1 (new data), ENFORCE_POLICIES=0 (functions may do anything), DATA_DIR (`.local` of `root`),
    ALLOWED_ORIGINS (`*`; as the template's parameter AllowedOrigins).

    Raises SettingsError.
    """
    port = environment.get("PORT") or "8080"
    if not (port.isascii() and port.isdecimal() and 0 < int(port[:6]) <= _PORT_MAX):
        raise SettingsError(f"PORT={port} is not a number from 1 to {_PORT_MAX}")
    origins = environment.get("ALLOWED_ORIGINS", "*")
    if not _ORIGINS.fullmatch(origins):
        raise SettingsError(f"ALLOWED_ORIGINS={origins} is not * or a list like http://a.test,http://b.test:81")
    return Settings(
        root=root,
        # Absolute, because ministack runs in another directory.
        directory=Path(environment.get("DATA_DIR") or root / ".local").absolute(),
        port=int(port),
        fresh=environment.get("FRESH", "").lower() not in _NO,
        enforce_policies=environment.get("ENFORCE_POLICIES", "1").lower() not in _NO,
        allowed_origins=tuple(origins.split(",")) if origins else (),
    )


def checkout() -> Path:
    """The directory of template.yaml."""
    return Path(os.fspath(__file__)).resolve().parents[2]
