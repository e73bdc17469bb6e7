"""Encode a case's record as a table entry and decode it: two short lines read without parsing, then compact JSON.

A million of them are held in memory, so: the case id only in the key, UUIDs in 22 characters, common names as numbers,
times as differences from what they follow from, defaults left out. A case with one running clock takes 110 bytes.
"""

from binascii import a2b_base64, b2a_base64
from typing import Any, Final

import orjson

from sla_monitor.domain.model import (
    Assignment,
    Breach,
    CaseRecord,
    EmittedClock,
    EmittedState,
    Fact,
    FactRole,
    Transition,
)

VERSION: Final = 2
_UUID: Final = 36
_SHORT: Final = 22
_NEVER: Final = b"-"
# Append only: what was written stays readable. A name that isn't here is written out.
_NAMES: Final = (
    "inquiry",
    "dial112_response",
    "hearing",
    "certificate",
    "verification",
    "e-complaint",
    "emergency-112",
    "e-fir",
    "lost-property",
    "character-certificate",
    "passport-verification",
    "tenant-verification",
    "officer-appointment",
    "missing-person",
    "police",
    "ambulance",
    "fire",
)
_NUMBERS: Final[dict[str, int | str]] = {name: number for number, name in enumerate(_NAMES)}
_ROLES: Final = {role.value: role for role in FactRole}
_TRANSITIONS: Final = {transition.value: transition for transition in Transition}


class UnreadableRecord(Exception):
    """A table entry that this code can't read: never skipped, the worker stops."""

    safe_to_log = True


def dump(record: CaseRecord, wake: int | None) -> bytes:
    """Bytes that own exactly their length: orjson's own result would hold on to an over-allocated buffer.

    First line: ``wake``, the time of the next ``fire`` (epoch ms). Second line: the open clocks, for the gauges.
    """
    district = record.current_district
    body = [
        VERSION,
        _NUMBERS.get(record.service_code, record.service_code),
        0 if record.district == district else record.district,
        [[one.number, one.at, one.station, one.district, one.police_district] for one in record.assignments],
        [_fact_row(fact) for fact in record.facts],
        [_clock_row(clock, record) for clock in record.clocks],
    ]
    if record.trimmed_at is not None:
        body.append(record.trimmed_at)
    counts: list[Any] = [district]
    for clock in record.clocks:
        if not clock.ended:
            counts += [_NUMBERS.get(clock.name, clock.name), 2 * coarse_due(clock) + is_overdue(clock)]
    front = _NEVER if wake is None else b"%d" % wake
    return b"%b\n%b\n%b" % (front, orjson.dumps(counts), orjson.dumps(body))


def load(case_id: str, value: bytes) -> CaseRecord:
    """Read an entry. Raises UnreadableRecord."""
    try:
        _wake, counts, document = value.split(b"\n", 2)
        version, service_code, district, assignments, fact_rows, clock_rows, *rest = orjson.loads(document)
        if version != VERSION:
            raise UnreadableRecord(f"table entry of version {version}, this code reads {VERSION}")
        facts = tuple([_fact(*row) for row in fact_rows])
        return CaseRecord(
            case_id=case_id,
            service_code=_named(service_code),
            district=orjson.loads(counts)[0] if district == 0 else district,
            assignments=tuple([Assignment(*row) for row in assignments]),
            facts=facts,
            clocks=tuple([_clock(facts, *row) for row in clock_rows]),
            trimmed_at=rest[0] if rest else None,
        )
    except (ValueError, TypeError, IndexError, KeyError) as error:
        raise UnreadableRecord(f"table entry of {len(value)} bytes") from error


def wake_of(value: bytes) -> int | None:
    """The entry's wake (epoch ms), None if it has none. Raises UnreadableRecord."""
    try:
        return int(value[: value.index(b"\n")])
    except ValueError as error:
        if value.startswith(b"-\n"):
            return None
        raise UnreadableRecord(f"table entry of {len(value)} bytes") from error


def head_of(value: bytes) -> tuple[int | None, bytes]:
    """The wake, and the line of open clocks, unparsed: equal bytes count alike. Raises UnreadableRecord."""
    try:
        wake, counts, _body = value.split(b"\n", 2)
        return (None if wake == _NEVER else int(wake)), counts
    except ValueError as error:
        raise UnreadableRecord(f"table entry of {len(value)} bytes") from error


def read_counts(counts: bytes) -> tuple[tuple[str, str, bool, int], ...]:
    """(clock, district, overdue, due in s) of each open clock; entries of an earlier writer have 0 for the due time."""
    district, *pairs = orjson.loads(counts)
    return tuple(
        (_named(name), district, bool(number & 1), number >> 1)
        for name, number in zip(pairs[::2], pairs[1::2], strict=True)
    )


def coarse_due(clock: EmittedClock) -> int:
    """When an open clock is due, in s, to a hundredth of its target: so that many clocks count alike."""
    width = max(1, clock.target // 128_000)
    return clock.last.due // 1000 // width * width


def is_overdue(clock: EmittedClock) -> bool:
    return bool(clock.breaches) and clock.overdue


def _short(event_id: str) -> str:
    """A UUID in base 64. Anything else unchanged, marked with "=" if it could be read as one."""
    if len(event_id) == _UUID:
        try:
            raw = bytes.fromhex(event_id.replace("-", ""))
        except ValueError:
            return event_id
        short = b2a_base64(raw)[:_SHORT].decode()
        return short if _long(short) == event_id else event_id
    return f"={event_id}" if len(event_id) == _SHORT or event_id.startswith("=") else event_id


def _long(short: str) -> str:
    if short.startswith("="):
        return short[1:]
    if len(short) != _SHORT:
        return short
    text = a2b_base64(short + "==").hex()
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


def _fact_row(fact: Fact) -> list[Any]:
    late = fact.seen - fact.at
    clock, key = _NUMBERS.get(fact.clock, fact.clock), _NUMBERS.get(fact.key, fact.key)
    row = [fact.role, clock, key, fact.at, _short(fact.event_id)]
    return _with_tail(row, (late, fact.reason, fact.until, fact.wording), (0, "", None, ""))


def _fact(
    role: str,
    clock: str | int,
    key: str | int,
    at: int,
    event_id: str,
    late: int = 0,
    reason: str = "",
    until: int | None = None,
    wording: str = "",
) -> Fact:
    return Fact(_ROLES[role], _named(clock), _named(key), at, at + late, _long(event_id), reason, until, wording)


def _clock_row(clock: EmittedClock, record: CaseRecord) -> list[Any]:
    """A round that a kept fact started is named by the index of the fact; so is the state emitted at its start."""
    states: Any = [_state_row(one, clock.target, record.facts) for one in clock.states]
    breaches = [_with_tail([b.level, b.due], (b.standing, b.times), (True, 1)) for b in clock.breaches]
    name: Any = [clock.clock_id, clock.name]
    for number, fact in enumerate(record.facts):
        if fact.role is FactRole.START and fact.clock == clock.name and clock.clock_id == f"{fact.clock}:{fact.key}":
            name = number
            if states == [["S", number]]:
                states = 0
            break
    return _with_tail([name, clock.target], (states, breaches, clock.warned, clock.dropped), (0, [], (), 0))


def _clock(
    facts: tuple[Fact, ...],
    named: int | list[str],
    target: int,
    states: list[list[Any]] | int = 0,
    breaches: list[list[Any]] | None = None,
    warned: list[list[Any]] | None = None,
    dropped: int = 0,
) -> EmittedClock:
    if isinstance(named, int):
        name, number = facts[named].clock, named
        clock_id = f"{name}:{facts[named].key}"
    else:
        (clock_id, name), number = named, 0
    rows = [["S", number]] if isinstance(states, int) else states
    return EmittedClock(
        clock_id=clock_id,
        name=name,
        target=target,
        states=tuple([_state(facts, target, *row) for row in rows]),
        breaches=tuple([Breach(*row) for row in breaches or ()]),
        warned=tuple([(row[0], row[1]) for row in warned or ()]),
        dropped=dropped,
    )


def _named(name: str | int) -> str:
    return _NAMES[name] if isinstance(name, int) else name


def _state_row(state: EmittedState, target: int, facts: tuple[Fact, ...]) -> list[Any]:
    """The cause as the number of its fact, if it left one; times as what they differ by from what is usual."""
    number = next((i for i, fact in enumerate(facts) if fact.event_id == state.cause), None)
    cause, base = (_short(state.cause), 0) if number is None else (number, facts[number].seen)
    times = state.at - base, state.started - state.at, state.due - state.started - target
    stopped = None if state.stopped is None else state.stopped - state.at
    tail = *times, state.state, stopped, state.paused, state.reason
    return _with_tail([state.transition, cause], tail, (0, 0, 0, "running", None, 0, ""))


def _state(
    facts: tuple[Fact, ...],
    target: int,
    transition: str,
    cause: str | int,
    late: int = 0,
    before: int = 0,
    moved: int = 0,
    state: str = "running",
    stopped: int | None = None,
    paused: int = 0,
    reason: str = "",
) -> EmittedState:
    if isinstance(cause, int):
        at = facts[cause].seen + late
        event_id = facts[cause].event_id
    else:
        at, event_id = late, _long(cause)
    started = at + before
    ended = None if stopped is None else at + stopped
    return EmittedState(
        _TRANSITIONS[transition], event_id, at, started, started + target + moved, state, ended, paused, reason
    )


def _with_tail(row: list[Any], tail: tuple[Any, ...], defaults: tuple[Any, ...]) -> list[Any]:
    """The row with the tail behind it, up to the last value that is no default: mostly there is none."""
    if tail == defaults:
        return row
    last = max(index for index, (value, default) in enumerate(zip(tail, defaults, strict=True)) if value != default)
    row += tail[: last + 1]
    return row
