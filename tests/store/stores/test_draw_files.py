"""The files of draws: named by their content, kept for good, and read in pieces; in a folder, a bucket and memory."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import boto3
import pytest
from botocore.exceptions import ClientError, ReadTimeoutError
from moto import mock_aws

from coupons.refusals import Busy, NotFound
from coupons.stores import draw_files
from coupons.stores.draw_files import BucketFiles, DrawFiles, FolderFiles
from infra.virtual.files import MemoryFiles

CONTENT = bytes(range(200))
NAME = hashlib.sha256(CONTENT).hexdigest()


@pytest.fixture
def bucket() -> Iterator[Any]:
    """A bucket as template.yaml has it: with versions and a lock of 30 days."""
    with mock_aws():
        client = boto3.client("s3")
        where: Any = {"LocationConstraint": client.meta.region_name}
        client.create_bucket(Bucket="draws", ObjectLockEnabledForBucket=True, CreateBucketConfiguration=where)
        rule = {"DefaultRetention": {"Mode": "GOVERNANCE", "Days": 30}}
        client.put_object_lock_configuration(
            Bucket="draws", ObjectLockConfiguration={"ObjectLockEnabled": "Enabled", "Rule": rule}
        )
        yield client


@pytest.fixture(params=["folder", "s3", "memory"])
def files(request: pytest.FixtureRequest, tmp_path: Path) -> DrawFiles:
    """Each place of files."""
    if request.param == "memory":
        return MemoryFiles()
    if request.param == "folder":
        return draw_files.draw_files(f"folder:{tmp_path / 'draws'}")
    request.getfixturevalue("bucket")
    return draw_files.draw_files("s3:draws")


def test_a_file_is_named_by_its_content(files: DrawFiles) -> None:
    """A repeat changes nothing, and an empty file is one too."""
    assert files.put(CONTENT) == files.put(CONTENT) == NAME
    assert files.get(NAME) == CONTENT
    assert files.get(files.put(b"")) == b""


def test_a_file_is_read_in_pieces(files: DrawFiles) -> None:
    """From an offset, to a length or to its end."""
    files.put(CONTENT)
    assert files.get(NAME, 10) == CONTENT[10:]
    assert files.get(NAME, 34, 34) == CONTENT[34:68]
    assert files.get(NAME, 190, 34) == CONTENT[190:]
    assert files.get(NAME, 200, 34) == files.get(NAME, 200) == files.get(NAME, 10, 0) == b""


@pytest.mark.parametrize("name", ["0" * 64, "", "../secret", NAME.upper(), f"{NAME}\n"])
def test_another_name_is_not_found(files: DrawFiles, name: str) -> None:
    """Neither an absent file nor what is no name."""
    files.put(CONTENT)
    with pytest.raises(NotFound):
        files.get(name)


def test_a_folder_keeps_the_first_file_of_a_name_and_nothing_else(tmp_path: Path) -> None:
    """A link never replaces a file, and a put leaves no temporary file."""
    (tmp_path / NAME).write_bytes(b"what stands")
    files = FolderFiles(tmp_path)
    assert files.put(CONTENT) == NAME
    assert files.get(NAME) == b"what stands"
    assert [path.name for path in tmp_path.iterdir()] == [NAME]
    assert files.link(NAME) is None


def test_a_bucket_locks_a_file_and_gives_a_link(bucket: Any) -> None:
    """One version, which the lock keeps, and an address at the bucket's own host that ends."""
    files = draw_files.draw_files("s3:draws")
    files.put(CONTENT)
    files.put(CONTENT)
    versions = bucket.list_object_versions(Bucket="draws")["Versions"]
    assert [version["Key"] for version in versions] == [NAME]
    assert bucket.head_object(Bucket="draws", Key=NAME)["ObjectLockMode"] == "GOVERNANCE"
    link = urlsplit(files.link(NAME) or "")
    assert (link.hostname or "").startswith("draws.s3")
    assert link.path == f"/{NAME}"
    assert "X-Amz-Expires=900" in link.query


class Scripted:
    """A client of S3 that answers `put_object` with these errors, and then well."""

    def __init__(self, *errors: Exception) -> None:
        self.errors = list(errors)
        self.asked: list[dict[str, Any]] = []

    def put_object(self, **request: Any) -> None:
        self.asked.append(request)
        if self.errors:
            raise self.errors.pop(0)


def refused(code: str, status: int) -> ClientError:
    return ClientError(
        {"Error": {"Code": code, "Message": ""}, "ResponseMetadata": {"HTTPStatusCode": status}},  # type: ignore[typeddict-item]
        "PutObject",
    )


CONFLICT = refused("ConditionalRequestConflict", 409)


@pytest.mark.parametrize("code", ["NoSuchKey", "AccessDenied"])
def test_a_lost_file_is_not_found(code: str) -> None:
    """S3 says so to whoever may list the bucket, which no function may: others it denies what is not there.

    https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html
    """

    class Empty:
        def get_object(self, **_: Any) -> None:
            raise refused(code, 403)

    with pytest.raises(NotFound):
        BucketFiles(Empty(), "draws").get(NAME)


def test_a_put_under_way_elsewhere_is_sent_again() -> None:
    """409: again; 412: the file is there. Each request says that it replaces nothing, and what the content must be."""
    client = Scripted(CONFLICT, refused("PreconditionFailed", 412))
    assert BucketFiles(client, "draws").put(CONTENT) == NAME
    assert len(client.asked) == 2
    assert {request["IfNoneMatch"] for request in client.asked} == {"*"}
    assert all(request["ChecksumSHA256"] for request in client.asked)


@pytest.mark.parametrize(
    "errors",
    [[refused("SlowDown", 503)], [ReadTimeoutError(endpoint_url="")], [CONFLICT] * 5],
    ids=["throttled", "unanswered", "always under way"],
)
def test_a_put_that_may_succeed_later_is_busy(errors: list[Exception]) -> None:
    """The next minute repeats it."""
    with pytest.raises(Busy):
        BucketFiles(Scripted(*errors), "draws").put(CONTENT)


def test_a_missing_permission_is_raised() -> None:
    """A repeat would fail too."""
    with pytest.raises(ClientError):
        BucketFiles(Scripted(refused("AccessDenied", 403)), "draws").put(CONTENT)


@pytest.mark.parametrize("setting", ["", "folder:", "s3:", "disk:/tmp", "draws"])
def test_a_setting_says_where_files_are(setting: str) -> None:
    """Anything else is refused by name."""
    with pytest.raises(ValueError, match="DRAW_FILES"):
        draw_files.draw_files(setting)
