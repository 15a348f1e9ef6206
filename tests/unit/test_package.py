"""What `make build` leaves out of the package is used by no function."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import botocore
import py_ecc
import pytest
from botocore.loaders import Loader
from botocore.session import Session

from infra.trim import SERVICES, trim
from tests.unit.source_tree import ROOT

CALLED = {
    service
    for path in (ROOT / "functions" / "coupons" / "stores").glob("*.py")
    for service in re.findall(r'remote\.client\("(\w+)"', path.read_text("utf-8"))
}


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory) -> Session:
    """botocore with the data that is left in the package."""
    data, package = Path(botocore.__file__).parent / "data", tmp_path_factory.mktemp("package")
    left = package / "botocore" / "data"
    (left / "ec2").mkdir(parents=True)
    for path in data.iterdir():
        if path.is_file():
            shutil.copy(path, left)
        elif path.name in SERVICES:
            shutil.copytree(path, left / path.name)
    trim(package)
    assert not (left / "ec2").exists()
    made = Session()
    made.register_component("data_loader", Loader(extra_search_paths=[str(left)], include_default_search_paths=False))
    return made


@pytest.mark.parametrize("service", sorted(CALLED))
def test_the_package_keeps_what_describes_each_service_that_a_store_calls(service: str, session: Session) -> None:
    """A client is made of it alone."""
    assert session.create_client(service, region_name="cn-north-1").meta.service_model.service_name == service


def test_a_beacon_is_verified_without_what_is_left_out(tmp_path: Path) -> None:
    """The trimmed package holds no code for Ethereum, and its py_ecc signs and verifies a round."""
    site = Path(py_ecc.__file__).parent.parent
    for path in (site / "py_ecc", site / "eth_utils", *site.glob("py_ecc-*.dist-info")):
        shutil.copytree(path, tmp_path / path.name, ignore=shutil.ignore_patterns("__pycache__"))
    trim(tmp_path)
    assert {path.name for path in tmp_path.iterdir() if "." not in path.name} == {"py_ecc"}
    program = "from coupons import drand; drand.verified('local', 7, drand.sign_local(7))"
    env = {"PYTHONPATH": f"{tmp_path}:{ROOT / 'functions'}"}
    subprocess.run([sys.executable, "-S", "-c", program], env=env, check=True)
