"""A case as a MongoDB document and back: each field by its type, so that a new field of a case needs nothing here."""

import re
from collections import abc
from collections.abc import Callable, Mapping
from dataclasses import MISSING, Field, dataclass, fields, is_dataclass
from datetime import datetime
from enum import StrEnum
from functools import cache
from types import NoneType, UnionType
from typing import Any, NewType, Union, get_args, get_origin, get_type_hints

from pydantic import BaseModel

from chassis.mongo.client import Document
from event_schemas import Location
from intake.case.clocks import ClockView
from intake.case.model import Case, TimelineEntry, Trace

_UNSAFE = re.compile(r"[^A-Za-z0-9_-]")
_PLAIN = frozenset({int, bool, float, datetime, Any})
# What the document calls a field otherwise; None: it is not written, as the case's own id stands beside.
_RENAMED: Mapping[type, Mapping[str, str | None]] = {
    Case: {"case_id": "_id"},
    TimelineEntry: {"event_id": "id", "case_id": None},
}
# The key of a mapping is a field of its records, the first; of these it stands beside their fields, under this name.
_KEY_BESIDE: Mapping[type, str] = {ClockView: "clock_id"}
# Lists of a case that are written when they are empty too: updates push to them, indexes and readers expect them.
_ALWAYS = frozenset({"due", "history"})


@dataclass(frozen=True, slots=True)
class Codec:
    """How values of one type are written and read; None stays None and never gets here."""

    write: Callable[[Any], Any]
    read: Callable[[Any], Any]


@dataclass(frozen=True, slots=True)
class _Member:
    """A field of a record: its name here and in the document, its codec, and whether an absent one must be filled."""

    name: str
    stored: str
    codec: Codec
    fill: bool
    always: bool


def safe_key(key: str) -> str:
    """A name MongoDB takes for a field in a path: ids hold ':', '.', '$'. One to one, so no two keys meet."""
    return _UNSAFE.sub(lambda match: "".join(f"%{byte:02x}" for byte in match.group().encode()), key)


def to_document(case: Case) -> Document:
    """The document of a case, without its outbox."""
    return dict(codec_of(Case).write(case))


def from_document(document: Mapping[str, Any]) -> Case:
    case_id = document["_id"]
    history = [{**entry, "case_id": case_id} for entry in document.get("history", ())]
    case: Case = codec_of(Case).read({**document, "history": history})
    return case


def document_of(record: Any) -> Document:
    """A record inside a case, such as a hearing or an assignment, without what is None."""
    kind: Any = type(record)
    return dict(codec_of(kind).write(record))


def entry_from(document: Mapping[str, Any], case_id: str) -> TimelineEntry:
    entry: TimelineEntry = codec_of(TimelineEntry).read({**document, "case_id": case_id})
    return entry


def trace_of(document: Mapping[str, Any]) -> Trace:
    location = document.get("location")
    return Trace(
        document["_id"],
        document["filed_at"],
        frozenset(document.get("desk_keys", ())),
        None if location is None else Location(**location),
    )


@cache
def codec_of(kind: Any) -> Codec:
    """The codec of a type that a case is made of. TypeError for any other."""
    origin, arguments = get_origin(kind), get_args(kind)
    if origin in (Union, UnionType):
        (one,) = (argument for argument in arguments if argument is not NoneType)
        return codec_of(one)
    if origin is tuple:
        return _list_codec(codec_of(arguments[0]))
    if origin is abc.Mapping:
        return _records_codec(arguments[1]) if is_dataclass(arguments[1]) else Codec(dict, _same)
    return _record_codec(kind) if is_dataclass(kind) else _value_codec(kind)


def _value_codec(kind: Any) -> Codec:
    if kind is str or isinstance(kind, NewType):
        return Codec(str, _same)
    if kind in _PLAIN:
        return Codec(_same, _same)
    if issubclass(kind, StrEnum):
        return Codec(str, kind)
    if issubclass(kind, BaseModel):
        return Codec(lambda value: value.model_dump(exclude_none=True), lambda document: kind(**document))
    raise TypeError(f"{kind} cannot be kept in a case")


def _same(value: Any) -> Any:
    return value


def _list_codec(item: Codec) -> Codec:
    return Codec(
        lambda values: [item.write(value) for value in values],
        lambda documents: tuple([item.read(document) for document in documents]),
    )


def _records_codec(kind: Any) -> Codec:
    """Records by a key: in the document by a form of it that is safe in a path, and read by the key in the record."""
    record, beside, first = codec_of(kind), _KEY_BESIDE.get(kind), fields(kind)[0].name
    key_name = beside or (first if first.endswith("_id") else None)

    def written(key: str, value: Any) -> Document:
        return {beside: key, **record.write(value)} if beside else record.write(value)

    def key_of(stored: str, document: Mapping[str, Any]) -> str:
        return stored if key_name is None else document[key_name]

    return Codec(
        lambda values: {safe_key(key): written(key, value) for key, value in values.items()},
        lambda documents: {key_of(stored, one): record.read(one) for stored, one in documents.items()},
    )


def _record_codec(kind: Any) -> Codec:
    hints, renamed = get_type_hints(kind), _RENAMED.get(kind, {})
    members = tuple(_member(kind, one, hints[one.name], renamed.get(one.name, one.name)) for one in fields(kind))
    kept = tuple(member for member in members if renamed.get(member.name, "") is not None)

    def write(value: Any) -> Document:
        document: Document = {}
        for member in kept:
            content = getattr(value, member.name)
            if content is not None and (content or member.always or not isinstance(content, tuple | abc.Mapping)):
                document[member.stored] = member.codec.write(content)
        return document

    def read(document: Mapping[str, Any]) -> Any:
        found = {}
        for member in members:
            content = document.get(member.stored)
            if content is not None:
                found[member.name] = member.codec.read(content)
            elif member.fill:
                found[member.name] = None
        return kind(**found)

    return Codec(write, read)


def _member(kind: type, field: "Field[Any]", hint: Any, stored: str | None) -> _Member:
    is_list = get_origin(hint) is tuple
    return _Member(
        name=field.name,
        stored=stored or field.name,
        codec=codec_of(hint),
        fill=field.default is MISSING and field.default_factory is MISSING and NoneType in get_args(hint),
        always=field.name in _ALWAYS or (is_list and kind is not Case),
    )
