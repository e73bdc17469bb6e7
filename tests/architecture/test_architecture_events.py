"""Topics as reviewed data: who is declared to consume has handlers, and no event is forgotten by everybody."""

import importlib
from collections.abc import Iterable, Iterator, Mapping

import pytest
from deploy.k8s.tools.services import SERVICES, package_of

from chassis.settings import load_yaml
from event_schemas import EVENT_CLASSES, policies
from event_schemas.topics import TOPICS, Topic
from sla_monitor.domain.facts import relevant_types

# Events that stand in the log and on the timeline, and to which no service reacts beyond that.
NOBODY_REACTS = frozenset(
    {
        "BeatVisitConfirmed",
        "DocumentsCompleted",
        "EvidenceAdded",
        "FIRPublished",
        "HearingDisputed",
    }
)


# Where a service names what it handles, if not in its `handlers.TYPES`.
HANDLED_IN = {"intake": ("intake.case.derived", "DERIVED_TYPES")}


def handled_by(service: str) -> frozenset[str]:
    if service == "sla-monitor":
        # Its handlers are the policies: what they name is what it reads.
        return relevant_types(policies.load(load_yaml(policies.DEFAULT_PATH)))
    module, name = HANDLED_IN.get(service, (f"{package_of(service)}.handlers", "TYPES"))
    types = getattr(importlib.import_module(module), name)
    assert isinstance(types, frozenset)
    return types


def unknown_types(handled: Mapping[str, Iterable[str]], topics: Iterable[Topic]) -> Iterator[str]:
    """A type that no topic the service reads can carry."""
    topics = list(topics)
    for service, types in handled.items():
        carried = {event for topic in topics if service in topic.consumers for event in topic.events}
        yield from (f"{service} handles {name}, which it never reads" for name in sorted(set(types) - carried))


def idle_consumers(handled: Mapping[str, Iterable[str]], topics: Iterable[Topic]) -> Iterator[str]:
    """A service that is declared as a consumer of a topic and handles nothing of it."""
    for topic in topics:
        for service in topic.consumers:
            if not set(handled.get(service, ())) & set(topic.events) and set(topic.events) & EVENT_CLASSES.keys():
                yield f"{service} is declared to consume {topic.name} and handles none of its events"


def forgotten(handled: Mapping[str, Iterable[str]], topics: Iterable[Topic], nobody: frozenset[str]) -> Iterator[str]:
    """An event of a consumed topic that no service handles, and that nobody declared so."""
    read = {event for topic in topics if topic.consumers for event in topic.events if event in EVENT_CLASSES}
    reacted = {name for types in handled.values() for name in types}
    yield from (f"nobody handles {name}" for name in sorted(read - reacted - nobody))
    yield from (f"{name} is handled and declared as not" for name in sorted(nobody & reacted))


def _handled() -> dict[str, frozenset[str]]:
    return {service: handled_by(service) for service in SERVICES}


def test_a_service_handles_what_it_can_read() -> None:
    """No handler waits for an event that its topics never carry."""
    assert list(unknown_types(_handled(), TOPICS)) == []


def test_a_declared_consumer_consumes() -> None:
    """The registry's consumers are true: each handles something of its topic."""
    assert list(idle_consumers(_handled(), TOPICS)) == []


def test_no_event_is_forgotten() -> None:
    """Each event class has a handler in a declared consumer, or stands in the list of those that need none."""
    assert list(forgotten(_handled(), TOPICS, NOBODY_REACTS)) == []


def test_every_event_travels_on_a_topic() -> None:
    """An event class that no topic lists could never be published."""
    carried = {event for topic in TOPICS for event in topic.events}
    assert sorted(EVENT_CLASSES.keys() - carried) == []


@pytest.mark.parametrize("service", ["routing"])
def test_the_checks_find_planted_faults(service: str) -> None:
    """A handler too many, one too few, and an event nobody wants are each found."""
    handled = {name: frozenset(EVENT_CLASSES) - {"NotificationDelivered", "NotificationFailed"} for name in SERVICES}
    assert list(unknown_types(handled | {service: frozenset({"NotificationFailed"})}, TOPICS))
    assert list(idle_consumers(handled | {service: frozenset()}, TOPICS))
    silent = {name: types - {"ComplaintFiled"} for name, types in handled.items()}
    assert list(forgotten(silent, TOPICS, frozenset())) == ["nobody handles ComplaintFiled"]
    assert list(forgotten(handled, TOPICS, frozenset({"ComplaintFiled"}))) == [
        "ComplaintFiled is handled and declared as not"
    ]
