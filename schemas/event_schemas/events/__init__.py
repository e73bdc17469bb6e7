"""Every event there is, by its type: the classes of these modules that have one. A new event is its class alone."""

from collections.abc import Iterator
from types import MappingProxyType, ModuleType
from typing import Final

from event_schemas.base import Event
from event_schemas.events import (
    assignment,
    certificates,
    emergency,
    filing,
    hearings,
    identity,
    inquiry,
    notifications,
    sla,
    visits,
)

_MODULES: Final = (filing, identity, assignment, emergency, hearings, inquiry, visits, certificates, sla, notifications)


def events_of(module: ModuleType) -> Iterator[type[Event]]:
    """The event classes that the module defines, in their order. A base class of several events has no type."""
    classes = (one for one in vars(module).values() if isinstance(one, type) and one.__module__ == module.__name__)
    yield from (one for one in classes if issubclass(one, Event) and "type" in vars(one))


EVENT_CLASSES: Final = MappingProxyType({event.type: event for module in _MODULES for event in events_of(module)})
