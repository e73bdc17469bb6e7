"""A new event is its class and its examples: every list of events is made from the classes."""

import ast
from pathlib import Path
from types import ModuleType
from typing import ClassVar, Literal

import pytest

import event_schemas
from event_schemas import events
from event_schemas.base import IntakeEvent
from event_schemas.topics import CASES_EMERGENCY, NOTIFICATIONS, TOPICS

FOLDER = Path(events.__file__).parent
MODULES = sorted(path.stem for path in FOLDER.glob("*.py") if path.stem != "__init__")


def classes_in(text: str) -> set[str]:
    """The event classes of a module's text: those that set `type`."""
    return {
        node.name
        for node in ast.parse(text).body
        if isinstance(node, ast.ClassDef)
        and any(isinstance(one, ast.AnnAssign) and ast.unparse(one.target) == "type" for one in node.body)
    }


@pytest.mark.parametrize("module", MODULES)
def test_every_event_of_a_module_is_known_and_exported(module: str) -> None:
    """Its module's `__all__` names it, the package exports it, and it is read by its type."""
    text = (FOLDER / f"{module}.py").read_text(encoding="utf8")
    names = classes_in(text)
    assert names == set(getattr(events, module).__all__)
    assert names <= set(event_schemas.__all__)
    assert names <= set(events.EVENT_CLASSES)


def test_an_event_is_found_by_its_class_alone() -> None:
    """A class with a type is an event; the base of several events, and an imported class, are none."""

    class _Base(IntakeEvent):
        amount: int

    class FeePaid(_Base):
        type: ClassVar[Literal["FeePaid"]] = "FeePaid"

    module = ModuleType("event_schemas.events.fees")
    for one in (_Base, FeePaid):
        one.__module__ = module.__name__
        setattr(module, one.__name__, one)
    module.IntakeEvent = IntakeEvent  # type: ignore[attr-defined]
    assert list(events.events_of(module)) == [FeePaid]


def test_a_topic_carries_what_its_producers_emit() -> None:
    """By the `producer` of each class: no topic lists events by hand."""
    carried = {topic.name: set(topic.events) for topic in TOPICS}
    by_notifier = {name for name, event in events.EVENT_CLASSES.items() if event.producer == "notifier"}
    assert carried[NOTIFICATIONS] == by_notifier == {"NotificationDelivered", "NotificationFailed"}
    assert carried[CASES_EMERGENCY] == set(events.EVENT_CLASSES) - by_notifier


def test_every_producer_has_a_topic() -> None:
    """An event of a producer that no topic of cases or notifications knows would be published nowhere."""
    producers = {name for topic in TOPICS if not topic.dead_letter for name in topic.producers}
    assert {event.producer for event in events.EVENT_CLASSES.values()} <= producers
