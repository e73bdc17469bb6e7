"""A newcomer who knows one service knows all five: the same files, a README, a list of its own dependencies."""

import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from deploy.k8s.tools.services import SERVICES, package_of

ROOT = Path(__file__).resolve().parents[2]
# Each is a file or a package of that name.
PARTS = ("__main__", "app", "settings", "domain", "handlers", "store", "api", "metrics")


# A part that stands in a room of the service, by its place there.
RENAMED = {
    ("intake", "api"): "filing/api",
    ("intake", "domain"): "filing/domain",
    ("intake", "handlers"): "case/handlers",
    ("intake", "store"): "case/store",
    ("sla_monitor", "api"): "worker/api",
    # Faust hands it batches of everything; the policies say what counts.
    ("sla_monitor", "handlers"): "worker/processor",
    ("sla_monitor", "metrics"): "worker/metrics",
    ("sla_monitor", "store"): "faust_adapter/table",
}


def missing_parts(folder: Path, package: str) -> Iterator[str]:
    """What a service's folder lacks of architecture.md's list."""
    for part in (RENAMED.get((package, part), part) for part in PARTS):
        if not (folder / package / f"{part}.py").is_file() and not (folder / package / part / "__init__.py").is_file():
            yield part
    for name in ("py.typed", "__init__.py"):
        if not (folder / package / name).is_file():
            yield name
    if not (folder / "pyproject.toml").is_file():
        yield "pyproject.toml"
    readmes = [path for path in (folder / "README.md", folder / package / "README.md") if path.is_file()]
    if len(readmes) != 1 or len(readmes[0].read_text(encoding="utf8")) < 200:
        yield "README.md"


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_has_the_files_of_the_architecture(service: str) -> None:
    """Each service has every part of the common layout, and one README that says something."""
    assert list(missing_parts(ROOT / "services" / service, package_of(service))) == []


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_is_a_package_of_its_own(service: str) -> None:
    """The folder's name is the distribution's name, and version bounds stand at the root alone."""
    project = tomllib.loads((ROOT / "services" / service / "pyproject.toml").read_text(encoding="utf8"))["project"]
    assert project["name"] == service
    assert [dependency for dependency in project["dependencies"] if any(sign in dependency for sign in "<>=~")] == []


def test_the_list_of_services_is_the_folder() -> None:
    """A sixth service is not forgotten by the manifests and these tests."""
    assert sorted(path.name for path in (ROOT / "services").iterdir() if path.is_dir()) == sorted(SERVICES)


def test_the_check_sees_what_is_missing(tmp_path: Path) -> None:
    """A planted folder with one file and an empty README is found out."""
    (tmp_path / "routing").mkdir()
    (tmp_path / "routing" / "app.py").touch()
    (tmp_path / "README.md").write_text("# Routing", encoding="utf8")
    missing = set(missing_parts(tmp_path, "routing"))
    assert missing >= {"handlers", "settings", "py.typed", "pyproject.toml", "README.md"}
