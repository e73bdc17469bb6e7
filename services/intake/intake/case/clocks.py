"""The clocks of a case as intake keeps them: what was promised, what sla-monitor emitted since, what is due next."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final

# Owner and state of a clock that counts as due; NEVER_DUE sorts behind every due time; MongoDB keeps it as it is.
POLICE, RUNNING = "police", "running"
NEVER_DUE: Final = datetime(9999, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Due:
    """A promise made in an answer; status shows it until sla-monitor's own event arrives."""

    clock: str
    clock_id: str
    owner: str
    target_s: int
    due_at: datetime
    started_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class ClockRecord:
    """A clock as of the newest `rev` of sla-monitor's events."""

    clock: str
    clock_id: str
    rev: int
    owner: str
    state: str
    target_s: int
    due_at: datetime
    started_at: datetime | None = None
    stopped_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Breach:
    breach_id: str
    level: int | None = None
    revoked: bool = False


@dataclass(frozen=True, slots=True)
class ClockView:
    """A clock's record and its breaches, which arrive in any order."""

    record: ClockRecord | None = None
    breaches: Mapping[str, Breach] = field(default_factory=dict)


def police_due(due: Iterable[Due]) -> datetime:
    """The first of what the police promised; NEVER_DUE if they promised nothing."""
    return min((one.due_at for one in due if one.owner == POLICE), default=NEVER_DUE)


def next_due(clocks: Mapping[str, ClockView]) -> datetime:
    """The first due time of the police's running clocks; a paused one has none."""
    records = (view.record for view in clocks.values() if view.record is not None)
    return min((one.due_at for one in records if one.owner == POLICE and one.state == RUNNING), default=NEVER_DUE)


def displayed_state(clock: ClockView) -> str:
    """running, paused, met, breached or cancelled: an unrevoked breach shows at once, a final outcome holds."""
    if clock.record is None:
        return "running"
    if clock.record.state in ("met", "cancelled", "breached"):
        return clock.record.state
    breached = any(breach.level == 0 and not breach.revoked for breach in clock.breaches.values())
    return "breached" if breached else clock.record.state
