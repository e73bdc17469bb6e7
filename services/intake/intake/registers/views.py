"""Entries as their readers see them: titles and texts in their language, and no more than they may read."""

from collections.abc import Mapping
from datetime import datetime
from functools import cache, lru_cache
from typing import Any, Final

from chassis.bilingual import Bilingual, Language
from intake.catalogue.questions import label, title
from intake.registers.kinds import load_registers
from intake.registers.model import SHOWN, Entry, Kind, Visibility

_YES_NO: Final = {True: Bilingual(hi="हाँ", en="Yes"), False: Bilingual(hi="नहीं", en="No")}
_TAIL: Final = 4


def path_of(kind: Kind) -> str:
    return f"/v1/registers/{kind.kind}"


def info_view(kind: Kind, form: Mapping[str, Any], language: Language) -> Mapping[str, Any]:
    return {
        "kind": kind.kind,
        "name": kind.names.in_(language),
        "note": _text(kind.note, language),
        "login": kind.login,
        "path": path_of(kind),
        "begins": kind.begins.in_(language),
        "asks_one_of": list(kind.asks_one_of),
        "window_days": kind.window.days if kind.window else None,
        "filters": list(kind.filters),
        "fields": {
            name: one for name, one in form["properties"].items() if kind.fields[name].get(SHOWN) != Visibility.DESK
        },
    }


def entry_view(kind: Kind, entry: Entry, language: Language, base: str, *, desk: bool = False) -> dict[str, Any]:
    """`base` is what links begin with."""
    has_photo = entry.photo is not None and kind.photo is not None
    shown = has_photo and (desk or not (kind.photo and kind.photo.is_for_desk(entry.attributes)))
    prefix = f"/v1/desk/registers/{kind.kind}" if desk else path_of(kind)
    return {
        "entry_id": entry.entry_id,
        "kind": kind.kind,
        "station": entry.station,
        "district": entry.district,
        "since": entry.since,
        "ends_on": entry.ends_on,
        "source": {
            "kind": entry.source.kind,
            "kind_text": kind.sources[entry.source.kind].names.in_(language),
            "number": entry.source.number,
            "dated": entry.source.dated,
        },
        "fields": [
            _field(kind, name, entry.attributes[name], language, desk=desk)
            for name, field in kind.fields.items()
            if name in entry.attributes and (desk or field.get(SHOWN) != Visibility.DESK)
        ],
        "photo_url": f"{base.rstrip('/')}{prefix}/{entry.entry_id}/photo" if shown else None,
    }


def desk_view(kind: Kind, entry: Entry, language: Language, base: str, now: datetime) -> dict[str, Any]:
    return {
        **entry_view(kind, entry, language, base, desk=True),
        "state": "current" if entry.is_public(now) else "ended",
        "version": entry.version,
        "ended": entry.ended and {"code": entry.ended, "text": kind.ends_by[entry.ended].in_(language)},
        "history": [
            {"at": one.at, "act": one.act, "by_post": one.by_post, "reason": one.reason} for one in entry.history
        ],
    }


def _field(kind: Kind, name: str, value: Any, language: Language, *, desk: bool) -> Mapping[str, Any]:
    if not desk and kind.fields[name].get(SHOWN) == Visibility.TAIL:
        value = f"…{str(value)[-_TAIL:]}"
    named = _title(kind.kind, name)
    chosen = _YES_NO[value] if isinstance(value, bool) else _label(kind.kind, name, str(value))
    return {
        "field": name,
        "title": named.in_(language) if named else name,
        "value": value,
        "text": chosen.in_(language) if chosen else str(value),
    }


@cache
def _title(kind: str, name: str) -> Bilingual | None:
    found = load_registers().get(kind)
    return None if found is None else title(found.attributes, f"/{name}")


@lru_cache(maxsize=4_096)
def _label(kind: str, name: str, value: str) -> Bilingual | None:
    found = load_registers().get(kind)
    if found is None or "enum" not in found.fields[name]:
        return None
    return label(found.attributes, f"/{name}", value)


def _text(text: Bilingual | None, language: Language) -> str | None:
    return None if text is None else text.in_(language)
