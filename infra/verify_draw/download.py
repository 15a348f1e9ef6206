"""Loads what was published of a draw into a folder; what is there already is not loaded again."""

from __future__ import annotations

from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from urllib.request import Request, urlopen

from infra.verify_draw.published import Published, committed, want

TIMEOUT_S = 30
_NOTHING = sha256().hexdigest()


def download(address: str, folder: Path, progress: Callable[[int, int], None]) -> None:
    """`folder` holds `draw.json` as it is now, and every file that the draw names.

    `address`: that of `GET /batches/{id}/draw`. Raises Fault for a file with another content, OSError.
    """
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "draw.json").write_bytes(_loaded(address))
    files = Published(folder)
    if files.draw["commitment"] is None:
        return
    name = files.draw["commitment"]["hash"]
    _keep(address, folder, name)
    # Where its rules stand; `committed` reads them, so they come before the parts.
    rest = files.file(name, "the commitment").removeprefix(b"cs-commitment-1\0").partition(b"\0")[2]
    _keep(address, folder, rest[:32].hex())
    parts = [name for count, name in committed(files, name).parts if count]
    names = [*parts, *(one["name"] for one in files.draw["files"] if one["kind"] == "final")]
    for done, wanted in enumerate(names, start=1):
        _keep(address, folder, wanted)
        progress(done, len(names))


def _keep(address: str, folder: Path, name: str) -> None:
    want(len(name) == len(_NOTHING) and name.isalnum(), f"{name[:80]!r} is no file's name")
    if (folder / name).exists():
        return
    content = _loaded(f"{address}/files/{name}")
    want(sha256(content).hexdigest() == name, f"{name} has another content than its name says")
    made = folder / f"{name}.part"
    made.write_bytes(content)
    made.rename(folder / name)


def _loaded(address: str) -> bytes:
    """The content, wherever its route points to."""
    want(address.startswith(("http://", "https://")), f"{address} is no address of the web")
    with urlopen(Request(address, headers={"User-Agent": "verify-draw"}), timeout=TIMEOUT_S) as answer:  # noqa: S310
        content: bytes = answer.read()
    return content
