"""A case's record as the bytes of the table: compact JSON arrays, defaults left out, the case id only in the key."""

from typing import Any, Final

import orjson

from sla_monitor.engine.model import Assignment, Breach, CaseRecord, Clock, Fact, Role, Said, Word

VERSION: Final = 1
_PREFIX: Final = f"[{VERSION},".encode()


class UnreadableRecord(Exception):
    """A table entry that this code can't read: never skipped, the worker stops."""

    safe_to_log = True


def dump(record: CaseRecord, wake: int | None) -> bytes:
    """Bytes that own exactly their length: orjson's own result would hold on to an over-allocated buffer.

    ``wake`` stands in front, where ``wake_of`` finds it without parsing.
    """
    body = [
        VERSION,
        wake,
        record.service_code,
        record.district,
        [[one.number, one.at, one.station, one.district, one.police_district] for one in record.assignments],
        [_fact_row(fact) for fact in record.facts],
        [_clock_row(clock) for clock in record.clocks],
        record.trimmed_at,
    ]
    return bytes(memoryview(orjson.dumps(body)))


def load(case_id: str, value: bytes) -> CaseRecord:
    """Read an entry. Raises UnreadableRecord."""
    try:
        version, _wake, service_code, district, assignments, facts, clocks, trimmed_at = orjson.loads(value)
        if version != VERSION:
            raise UnreadableRecord(f"table entry of version {version}, this code reads {VERSION}")
        return CaseRecord(
            case_id=case_id,
            service_code=service_code,
            district=district,
            assignments=tuple(Assignment(*row) for row in assignments),
            facts=tuple(_fact(*row) for row in facts),
            clocks=tuple(_clock(*row) for row in clocks),
            trimmed_at=trimmed_at,
        )
    except (ValueError, TypeError) as error:
        raise UnreadableRecord(f"table entry of {len(value)} bytes") from error


def wake_of(value: bytes) -> int | None:
    """When the entry wants to be looked at next (epoch ms). Raises UnreadableRecord."""
    begin = len(_PREFIX)
    if not value.startswith(_PREFIX):
        raise UnreadableRecord(f"table entry of {len(value)} bytes")
    wake = value[begin : value.index(b",", begin)]
    return None if wake == b"null" else int(wake)


def _fact_row(fact: Fact) -> list[Any]:
    late = fact.seen - fact.at
    row: list[Any] = [fact.role, fact.clock, fact.key, fact.at, fact.event_id, late, fact.reason, fact.until]
    return _without_tail(row, (0, "", None))


def _fact(
    role: str, clock: str, key: str, at: int, event_id: str, late: int = 0, reason: str = "", until: int | None = None
) -> Fact:
    return Fact(Role(role), clock, key, at, at + late, event_id, reason, until)


def _clock_row(clock: Clock) -> list[Any]:
    said = [
        _without_tail([s.word, s.cause, s.at, s.started, s.due, s.state, s.stopped, s.paused, s.reason], (None, 0, ""))
        for s in clock.said
    ]
    breaches = [_without_tail([b.level, b.due, b.standing, b.times], (True, 1)) for b in clock.breaches]
    row: list[Any] = [clock.clock_id, clock.name, clock.target, said, breaches, clock.warned, clock.dropped]
    return _without_tail(row, ([], (), 0))


def _clock(
    clock_id: str,
    name: str,
    target: int,
    said: list[list[Any]],
    breaches: list[list[Any]] | None = None,
    warned: list[list[Any]] | None = None,
    dropped: int = 0,
) -> Clock:
    return Clock(
        clock_id=clock_id,
        name=name,
        target=target,
        said=tuple(Said(Word(row[0]), *row[1:]) for row in said),
        breaches=tuple(Breach(*row) for row in breaches or ()),
        warned=tuple((row[0], row[1]) for row in warned or ()),
        dropped=dropped,
    )


def _without_tail(row: list[Any], defaults: tuple[Any, ...]) -> list[Any]:
    """Drop trailing values that are the defaults of the row's last fields."""
    for default in reversed(defaults):
        if row[-1] != default or type(row[-1]) is not type(default):
            break
        row.pop()
    return row
