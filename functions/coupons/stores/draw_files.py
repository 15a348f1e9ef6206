"""The files of draws, each named by the SHA-256 of its content: a name says what it must contain, for good.

| setting | place |
|---|---|
| `s3:BUCKET` | a bucket with versions and object lock: nobody can replace or delete a file before its time |
| `folder:PATH` | a folder, on the local stage and in tests |

A put needs `s3:PutObject`, a read and a link `s3:GetObject`. boto3 is loaded when a file is first asked for.
https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html
"""

from __future__ import annotations

import base64
import hashlib
import os
import re
import tempfile
from pathlib import Path
from typing import Any, Protocol

from coupons.refusals import Busy, NotFound
from coupons.stores import remote
from coupons.stores.calls import CallLimits

LINK_S = 900
"""So long a link works. An answer that holds one must not be cached for longer than half of it."""
NAME = re.compile(r"[0-9a-f]{64}")
_ATTEMPTS = 5
_LIMITS = CallLimits(connect_s=0.5, read_s=3.0, attempts=2)
"""A winner's claim reads a piece of the list within its function's 10 s, and is told to try again if S3 is silent.

A long file takes longer: `read_s` is for each piece of an answer.
"""


class DrawFiles(Protocol):
    """Each method may raise Busy: repeat it."""

    def put(self, content: bytes) -> str:
        """The file is there, for good; its name. A repeat changes nothing."""
        ...

    def get(self, name: str, offset: int = 0, length: int | None = None) -> bytes:
        """The file, or `length` bytes of it from `offset` on; fewer at its end. Raises NotFound."""
        ...

    def link(self, name: str) -> str | None:
        """An address from which anybody can load the file for `LINK_S`; None: answer the bytes yourself.

        It is not checked whether the file exists. Raises NotFound for what cannot be a name.
        """
        ...


def draw_files(setting: str) -> DrawFiles:
    """What `DRAW_FILES` says."""
    kind, _, place = setting.partition(":")
    if kind == "folder" and place:
        return FolderFiles(Path(place))
    if kind == "s3" and place:
        return BucketFiles(client(), place)
    raise ValueError(f"DRAW_FILES is {setting!r}; it must be s3:BUCKET or folder:PATH")


def client() -> Any:
    # For links: version 4 signatures, and the bucket in the name of its region's own host, which never redirects.
    return remote.client("s3", _LIMITS, options={"signature_version": "s3v4", "s3": {"addressing_style": "virtual"}})


class FolderFiles:
    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def put(self, content: bytes) -> str:
        name = hashlib.sha256(content).hexdigest()
        path = self._folder / name
        if path.exists():
            return name
        self._folder.mkdir(parents=True, exist_ok=True)
        handle, made = tempfile.mkstemp(dir=self._folder, prefix=".")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            try:
                os.link(made, path)  # unlike a rename, it never replaces a file
            except FileExistsError:
                return name
        finally:
            os.unlink(made)  # noqa: PTH108
        self._keep_names()
        return name

    def _keep_names(self) -> None:
        folder = os.open(self._folder, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)

    def get(self, name: str, offset: int = 0, length: int | None = None) -> bytes:
        try:
            with (self._folder / _sound(name)).open("rb") as file:
                file.seek(offset)
                return file.read(-1 if length is None else length)
        except FileNotFoundError:
            raise NotFound(detail="No such file.") from None

    def link(self, name: str) -> str | None:
        _sound(name)
        return None


class BucketFiles:
    def __init__(self, client: Any, bucket: str) -> None:
        self._client = client
        self._bucket = bucket

    def put(self, content: bytes) -> str:
        """S3 itself compares the content with the SHA-256 that names it, and keeps the first file of a name.

        409: another put of the name is under way, so this one is sent again. 412: the file is there.
        """
        digest = hashlib.sha256(content)
        for _ in range(_ATTEMPTS):
            try:
                self._client.put_object(
                    Bucket=self._bucket,
                    Key=digest.hexdigest(),
                    Body=content,
                    IfNoneMatch="*",
                    ChecksumAlgorithm="SHA256",
                    ChecksumSHA256=base64.b64encode(digest.digest()).decode(),
                )
            except remote.failures() as error:
                if remote.code(error) == "ConditionalRequestConflict":
                    continue
                if remote.code(error) != "PreconditionFailed":
                    raise _told(error) from error
            return digest.hexdigest()
        raise Busy(detail="The same file is being put by others; try again.")

    def get(self, name: str, offset: int = 0, length: int | None = None) -> bytes:
        if length == 0:
            return b""
        more = {}
        if offset or length is not None:
            more["Range"] = f"bytes={offset}-{'' if length is None else offset + length - 1}"
        try:
            answer = self._client.get_object(Bucket=self._bucket, Key=_sound(name), **more)
            content: bytes = answer["Body"].read()
        except remote.failures() as error:
            # Whoever may not list a bucket is denied what is not there.
            if remote.code(error) in ("NoSuchKey", "AccessDenied"):
                raise NotFound(detail="No such file.") from error
            if remote.code(error) == "InvalidRange":  # it begins where the file ends
                return b""
            raise _told(error) from error
        return content

    def link(self, name: str) -> str | None:
        wanted = {"Bucket": self._bucket, "Key": _sound(name)}
        link: str = self._client.generate_presigned_url("get_object", Params=wanted, ExpiresIn=LINK_S)
        return link


def _sound(name: str) -> str:
    if not NAME.fullmatch(name):
        raise NotFound(detail="A file's name is 64 hexadecimal digits.")
    return name


def _told(error: Exception) -> Exception:
    """Busy if a repeat may succeed, else the error itself."""
    if remote.outcome(error) is None and remote.code(error) not in ("SlowDown", "RequestTimeTooSkewed"):
        return error
    return Busy(detail="The files are throttled, or did not answer in time.")
