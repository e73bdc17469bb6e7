"""The servers and the running suite that integration and end-to-end tests share.

KAFKA_BOOTSTRAP and MONGO_URI, if set, name servers to use for `kafka_bootstrap` and `mongo_uri` instead of starting
some. Tests share them: give topics and databases names of their own.
"""

import logging
import os
from collections.abc import AsyncIterator, Generator, Iterator
from contextlib import AsyncExitStack
from enum import Enum, auto
from pathlib import Path
from typing import Any, Protocol

import pytest
import pytest_asyncio
import structlog
import yaml
from hypothesis import HealthCheck, settings

from chassis.policy_file import read_policies
from chassis.settings import load_yaml
from event_schemas.policies import DEFAULT_PATH, FOLLOWING
from janseva_local.folder import ROOT
from janseva_local.servers import KafkaServer, MongoServer
from janseva_local.services import NAMES
from janseva_local.stack import Stack

# How long an example takes says more about the machine than about the code.
settings.register_profile("unhurried", settings(), deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("unhurried")

LONG_AGO = "2026-01-01T00:00:00+05:30"
DEMO_POLICIES = ROOT / "deploy" / "local" / "policies.demo.yaml"


# Data that no checkout has within it, and a history without a revision before this one.
MAY_BE_ABSENT = ("is not beside this checkout", "lies beside the project", "the base revision has no manifest")


class MakeStack(Protocol):
    """`await make_stack(...)`: a suite of its own for a test that breaks things; stopped when the test ends."""

    async def __call__(
        self, *, policies: Path | None = None, services: tuple[str, ...] = NAMES, supervised: bool = False
    ) -> Stack: ...


@pytest.fixture(autouse=True)
def _logs_as_they_were() -> Iterator[None]:
    """A command that a test runs in this process sets up logging for it; not for the tests that follow."""
    config, root = structlog.get_config(), logging.getLogger()
    level = root.level
    yield
    if structlog.get_config() != config:
        structlog.configure(**config)
        root.setLevel(level)
        formatter = structlog.stdlib.ProcessorFormatter
        root.handlers[:] = [handler for handler in root.handlers if not isinstance(handler.formatter, formatter)]


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def kafka_bootstrap(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[str]:
    """The bootstrap address of a real Kafka, started for this session."""
    existing = os.environ.get("KAFKA_BOOTSTRAP")
    if existing:
        yield existing
        return
    server = KafkaServer(tmp_path_factory.mktemp("kafka"))
    await server.start()
    yield server.bootstrap
    await server.stop()


@pytest_asyncio.fixture(loop_scope="session")
async def own_kafka(tmp_path: Path) -> AsyncIterator[str]:
    """A broker of the test's own, for a whole service on the suite's topics: nobody else's events lie there."""
    server = KafkaServer(tmp_path / "kafka")
    await server.start()
    try:
        yield server.bootstrap
    finally:
        await server.stop()


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def mongo_uri(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[str]:
    """The URI of a real MongoDB replica set, started for this session."""
    existing = os.environ.get("MONGO_URI")
    if existing:
        yield existing
        return
    server = MongoServer(tmp_path_factory.mktemp("mongo"))
    await server.start()
    yield server.uri
    await server.stop()


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def stack(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stack]:
    """The whole suite on servers of its own, shared by all tests: break nothing here.

    The shipped policies' latest edition is in force in it, so that no test depends on the day.
    """
    folder = tmp_path_factory.mktemp("suite")
    async with Stack(folder, policies=latest_edition(folder / "policies.yaml")) as running:
        yield running


def latest_edition(path: Path) -> Path:
    """Writes the latest shipped edition as one that has long been in force."""
    latest = read_policies(DEFAULT_PATH).latest.version
    shipped = (load_yaml(one) for one in (DEFAULT_PATH, *DEFAULT_PATH.with_suffix(FOLLOWING).iterdir()))
    (edition,) = (one for one in shipped if one["version"] == latest)
    path.write_text(yaml.safe_dump(edition | {"effective_from": LONG_AGO}, allow_unicode=True), encoding="utf-8")
    return path


@pytest_asyncio.fixture(loop_scope="session")
async def make_stack(tmp_path: Path) -> AsyncIterator[MakeStack]:
    """Makes suites of the test's own, to stop and kill parts of; `policies=DEMO_POLICIES` has targets of seconds."""
    async with AsyncExitStack() as running:
        count = 0

        async def make(
            *, policies: Path | None = None, services: tuple[str, ...] = NAMES, supervised: bool = False
        ) -> Stack:
            nonlocal count
            count += 1
            stack = Stack(tmp_path / f"suite{count}", policies=policies, services=services, supervised=supervised)
            return await running.enter_async_context(stack)

        yield make


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Generator[None, Any, Any]:
    """Where CI runs everything is tested: a skip is a failure there, but for data that may be absent."""
    report = yield
    reason = str(call.excinfo.value) if call.excinfo is not None else ""
    if report.skipped and not hasattr(report, "wasxfail") and _is_ci() and not reason.endswith(MAY_BE_ABSENT):
        report.outcome, report.longrepr = "failed", f"{item.nodeid} was skipped in CI: {reason}"
    return report


def _is_ci() -> bool:
    return os.environ.get("CI") == "true"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Files that start servers are spread among those that only compute: while one waits, the other worker computes.

    Last of them come those of the shared suite, which runs on from then. The end is fast files: workers stop together.
    """
    files: dict[Path, list[pytest.Item]] = {}
    for item in items:
        files.setdefault(item.path, []).append(item)
    kinds = {path: _kind(tests) for path, tests in files.items()}
    fast, servers, own_suite, shared_suite = (
        [path for path, kind in kinds.items() if kind is wanted] for wanted in Kind
    )
    waiting = [*_spread(own_suite, servers), *shared_suite]
    at_the_end = len(fast) // 10
    order = [*_spread(waiting, fast[at_the_end:]), *fast[:at_the_end]]
    items[:] = [item for path in order for item in files[path]]


class Kind(Enum):
    FAST = auto()
    SERVERS = auto()
    OWN_SUITE = auto()
    SHARED_SUITE = auto()


def _kind(tests: list[pytest.Item]) -> Kind:
    if any("stack" in getattr(test, "fixturenames", ()) for test in tests):
        return Kind.SHARED_SUITE
    parts = Path(tests[0].path).parts
    return Kind.OWN_SUITE if "e2e" in parts else Kind.SERVERS if "integration" in parts else Kind.FAST


def _spread(few: list[Path], many: list[Path]) -> list[Path]:
    """Both in their order, with the few at even distances among the many."""
    placed = [(number / max(len(few), 1), 0, path) for number, path in enumerate(few)]
    placed += [(number / max(len(many), 1), 1, path) for number, path in enumerate(many)]
    return [path for _, _, path in sorted(placed, key=lambda one: one[:2])]
