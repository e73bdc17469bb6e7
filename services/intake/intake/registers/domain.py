"""What may stand in a register, for how long, and what becomes of an entry. Pure."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Any, Final

from chassis.http.problems import FieldError
from chassis.visible import is_blank
from event_schemas import ids
from event_schemas.calendars import INDIA, india_date
from intake.case.scope import DISTRICT_ROLES, STATION_ROLES, Actor
from intake.case.states import Role
from intake.catalogue.answers import spelt
from intake.registers.keys import keys_of, place_of, sounds_of
from intake.registers.kinds import Registers
from intake.registers.model import SEARCH, Change, Entry, Kind, Searched, Source

ADDED, CORRECTED, ENDED, PHOTO = "added", "corrected", "ended", "photo"
FIRST_DAY: Final = date(1950, 1, 1)
MOST_CHANGES: Final = 200
_DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Draft:
    """An entry as an officer or a file gives it. Without `ends_on` it ends when its register says so."""

    station: str | None
    district: str
    since: date
    source: Source
    attributes: Mapping[str, Any]
    ends_on: date | None = None


NO_SUCH_STATION: Final = FieldError("unknown", "is no police office", "पुलिस कार्यालय नहीं है", "/station")


def faults_of(registers: Registers, kind: Kind, draft: Draft, now: datetime) -> list[FieldError]:
    """What keeps a draft out of its register, each with a JSON pointer; first the form, then the law."""
    found = [
        FieldError("attribute", message.en, message.hi, f"/attributes{pointer}")
        for pointer, message in registers.questions[kind.kind].errors(draft.attributes, now)
    ]
    found += [
        FieldError("blank", "shows no letter or digit", "इसमें कोई अक्षर या अंक नहीं दिखता", f"/attributes/{name}")
        for name, field in kind.fields.items()
        if field.get(SEARCH) == Searched.NAME and name in draft.attributes and is_blank(draft.attributes[name])
    ]
    found += [*_source_faults(kind, draft), *_day_faults(kind, draft, india_date(now))]
    if not found:
        found += [
            FieldError(never.code, never.en, never.hi, f"/attributes/{never.field}")
            for never in kind.never
            if never.holds(draft.attributes)
        ]
    return found


def is_forbidden(kind: Kind, faults: list[FieldError]) -> bool:
    """Whether the form is right and the law keeps it out."""
    return bool(faults) and {one.code for one in faults} <= {never.code for never in kind.never}


def new_entry(kind: Kind, draft: Draft, now: datetime, change: Change) -> Entry:
    """The entry of a draft without faults."""
    ends_on = draft.ends_on or latest_end(kind, draft.since)
    return _with_keys(
        kind,
        Entry(
            entry_id=ids.new_event_id(now),
            kind=kind.kind,
            station=draft.station,
            district=draft.district,
            place=place_of(draft.district),
            since=draft.since,
            ends_on=ends_on,
            expires_at=end_of(ends_on),
            source=draft.source,
            attributes=dict(draft.attributes),
            keys=(),
            fingerprint="",
            history=(change,),
        ),
    )


def corrected(kind: Kind, entry: Entry, draft: Draft, change: Change) -> Entry:
    """The entry with a draft's values in its place; its history is kept."""
    ends_on = draft.ends_on or entry.ends_on
    changed = replace(
        entry,
        since=draft.since,
        ends_on=ends_on,
        expires_at=end_of(ends_on),
        source=draft.source,
        attributes=dict(draft.attributes),
    )
    return _with_change(_with_keys(kind, changed), change)


def ended(entry: Entry, reason: str, now: datetime, change: Change) -> Entry:
    """It leaves at once."""
    return _with_change(replace(entry, ended=reason, expires_at=now), change)


def with_photo(entry: Entry, photo: str | None, change: Change) -> Entry:
    return _with_change(replace(entry, photo=photo), change)


def spelled(kind: Kind, attributes: Mapping[str, Any]) -> dict[str, Any]:
    """Codes in their plain spelling, texts without the spaces around them, and nothing that is empty."""
    tidy = {
        name: " ".join(value.split()) if isinstance(value, str) else value
        for name, value in spelt(kind.attributes, attributes).items()
    }
    return {name: value for name, value in tidy.items() if value not in (None, "")}


def latest_end(kind: Kind, since: date) -> date:
    """The last day on which an entry that began then may be public."""
    return since + kind.longest


def end_of(day: date) -> datetime:
    """The first instant after a day in India."""
    return datetime.combine(day + _DAY, time(), INDIA)


def may_keep(kind: Kind, actor: Actor) -> bool:
    return actor.role in kind.kept_by


def is_of(entry: Entry, actor: Actor) -> bool:
    """Whether an entry is of the officer's own charge: his station's, his district's, or any at headquarters."""
    return in_charge(actor, entry.station, entry.district)


def in_charge(actor: Actor, station: str | None, district: str) -> bool:
    if actor.role is Role.HQ:
        return True
    if actor.role in STATION_ROLES:
        return actor.station is not None and station == actor.station
    return (
        actor.role in DISTRICT_ROLES and actor.district is not None and place_of(district) == place_of(actor.district)
    )


def _with_keys(kind: Kind, entry: Entry) -> Entry:
    return replace(entry, keys=keys_of(kind, entry.attributes), fingerprint=fingerprint_of(kind, entry))


def _with_change(entry: Entry, change: Change) -> Entry:
    return replace(entry, history=(*entry.history, change)[-MOST_CHANGES:], version=entry.version + 1)


def fingerprint_of(kind: Kind, entry: Entry) -> str:
    """The same for entries that are the same: of one office, one paper and one name or thing."""
    named = {
        name: sounds_of(value) if field[SEARCH] != Searched.CODE else value
        for name, field in sorted(kind.fields.items())
        if SEARCH in field and isinstance(value := entry.attributes.get(name), str)
    }
    same = [
        kind.kind,
        entry.station,
        entry.place,
        entry.since.isoformat(),
        entry.source.kind,
        entry.source.number,
        named,
    ]
    return hashlib.sha256(json.dumps(same, ensure_ascii=False).encode()).hexdigest()[:32]


def _source_faults(kind: Kind, draft: Draft) -> Iterator[FieldError]:
    rule = kind.sources.get(draft.source.kind)
    if rule is None:
        names_en = ", ".join(one.names.en for one in kind.sources.values())
        names_hi = ", ".join(one.names.hi for one in kind.sources.values())
        yield FieldError(
            "source_not_accepted",
            f"an entry of this register rests on one of: {names_en}",
            f"इस पंजी की प्रविष्टि का आधार इनमें से एक हो: {names_hi}",
            "/source/kind",
        )
        return
    if rule.numbered and not draft.source.number:
        yield FieldError("missing", "is required", "आवश्यक है", "/source/number")


def _day_faults(kind: Kind, draft: Draft, today: date) -> Iterator[FieldError]:
    if not FIRST_DAY <= draft.since <= today:
        yield FieldError("since", "lies in the future, or long ago", "आगे का या बहुत पुराना दिन है", "/since")
        return
    if not FIRST_DAY <= draft.source.dated <= today:
        yield FieldError("dated", "lies in the future, or long ago", "आगे का या बहुत पुराना दिन है", "/source/dated")
    if draft.ends_on is not None and draft.ends_on < draft.since:
        yield FieldError("ends_before_it_begins", "ends before it begins", "शुरू होने से पहले समाप्त होती है", "/ends_on")
    elif draft.ends_on is not None and draft.ends_on > max(today, draft.since) + kind.longest:
        yield FieldError(
            "ends_too_late",
            f"an entry stays {kind.longest.days} days at most, then it is looked at again",
            f"प्रविष्टि अधिकतम {kind.longest.days} दिन रहती है, फिर देखी जाती है",
            "/ends_on",
        )
    elif draft.ends_on is None and latest_end(kind, draft.since) < today:
        yield FieldError(
            "ended_already", "began so long ago that it has ended", "इतनी पुरानी है कि समाप्त हो चुकी", "/since"
        )
