"""The suite the demo runs against: the one that is running, or one of its own with targets of seconds."""

import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psutil

from chassis.http.access.tokens import issue_officer_token
from chassis.policy_file import read_policies
from event_schemas.officers import DISTRICT_ROLES, OfficerRole
from event_schemas.policies import DEFAULT_PATH, PolicySet
from intake.auth.devtoken import officer_of
from janseva_local import secured
from janseva_local.folder import ROOT, DataFolder, RunRecord
from janseva_local.keys import load_or_create
from janseva_local.stack import Stack

DEMO_POLICIES = ROOT / "deploy" / "local" / "policies.demo.yaml"
TOKEN_TTL = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Target:
    """Where the suite answers, what it promises, and how to reach its processes and keys."""

    urls: dict[str, str]
    kafka_bootstrap: str
    mongo_uri: str
    logs: Path
    policies: PolicySet
    officer_key: Path
    sms_password: str
    pid_of: Callable[[str], int | None]
    # How to audit the suite; one that has lived under other policies can't be judged by these.
    audit: tuple[str, ...] | None = None

    def officer_token(self, role: str, place: str | None) -> str:
        """The place is the police district of who stands above stations; else the station, if any."""
        station, district = (None, place) if OfficerRole(role) in DISTRICT_ROLES else (place, None)
        claims = officer_of(OfficerRole(role), station, district, post=None, sub=f"demo-{role}")
        return issue_officer_token(self.officer_key.read_text(), claims, "janseva-local", datetime.now(UTC), TOKEN_TTL)

    def post_token(self, post: str) -> str:
        """Of headquarters, in a post of its own."""
        claims = officer_of(OfficerRole.HQ, None, None, post=post, sub="demo-post")
        return issue_officer_token(self.officer_key.read_text(), claims, "janseva-local", datetime.now(UTC), TOKEN_TTL)

    def targets_s(self) -> dict[str, float]:
        return {clock.clock: clock.target.total_seconds() for clock in self.policies.clocks}


@asynccontextmanager
async def find_or_start(folder: DataFolder, show: Callable[[str], None]) -> AsyncIterator[Target]:
    """The running suite of the data folder; without one, a suite of its own that ends with the demo."""
    record = folder.running()
    if record is not None and record.state == "ready":
        show(f"using the running suite (intake {record.urls['intake']})")
        if record.secured:
            secured.adopt(secured.Secured(folder.wire))
        yield _running(folder, record)
        return
    show("no suite is running: starting one with the demo's policies (targets of seconds)")
    async with Stack(
        folder.root / "demo-suite",
        policies=DEMO_POLICIES,
        ports="free",
        # What a real suite waits for three days, the demo waits for a moment.
        extra_env={"ERASURE_WAIT": "PT2S"},
        supervised=True,
        progress=show,
    ) as stack:
        yield replace(target_of(stack), audit=_audit(stack))


def target_of(stack: Stack) -> Target:
    """A started stack as the demo sees it."""
    return Target(
        urls=stack.urls,
        kafka_bootstrap=stack.kafka_bootstrap,
        mongo_uri=stack.mongo_uri,
        logs=stack.folder.logs,
        policies=read_policies(stack.policies or DEFAULT_PATH),
        officer_key=stack.keys.officer_key,
        sms_password=stack.keys.secrets["SMS_PASSWORD"],
        pid_of=stack.pid,
    )


def _audit(stack: Stack) -> tuple[str, ...]:
    places = ("--bootstrap", stack.kafka_bootstrap, "--mongo", stack.mongo_uri, "--policies", str(stack.policies))
    return (sys.executable, "-m", "sla_monitor", "audit", *places)


def _running(folder: DataFolder, record: RunRecord) -> Target:
    def pid_of(name: str) -> int | None:
        # The record is written anew whenever a process is restarted.
        current = folder.running()
        process = current.processes[name].find() if current and name in current.processes else None
        return process.pid if isinstance(process, psutil.Process) else None

    keys = load_or_create(folder.keys)
    return Target(
        urls=record.urls,
        kafka_bootstrap=record.kafka_bootstrap,
        mongo_uri=record.mongo_uri,
        logs=folder.logs,
        policies=read_policies(Path(record.policies) if record.policies else DEFAULT_PATH),
        officer_key=keys.officer_key,
        sms_password=keys.secrets["SMS_PASSWORD"],
        pid_of=pid_of,
    )
