"""The registry of topics agrees with the events and with itself."""

from collections import Counter
from datetime import timedelta

import pytest

from event_schemas import EVENT_CLASSES, Lane, topics
from event_schemas.generate import RECORD_CLASSES
from event_schemas.topics import TOPICS, Topic

SERVICES = {"intake", "routing", "sla-monitor", "notifier", "certificate"}
BY_NAME = {topic.name: topic for topic in TOPICS}


def test_the_topics_are_those_of_the_contract() -> None:
    """The eight topics, each with its dead letters, each named once."""
    sources = {
        "cases.emergency",
        "cases.routine",
        "sla.ticks.emergency",
        "sla.ticks.routine",
        "directory.posts",
        "notifications",
        "audit.heads",
        "hearing.windows",
    }
    assert Counter(topic.name for topic in TOPICS) == Counter([*sources, *(f"{name}.dlq" for name in sources)])
    assert {topic.name for topic in TOPICS if topic.dead_letter} == {f"{name}.dlq" for name in sources}


def test_every_event_has_a_topic_and_every_topic_knows_its_events() -> None:
    """No event without a way, no name in the registry without a class."""
    listed = {event for topic in TOPICS for event in topic.events}
    assert listed == RECORD_CLASSES.keys()


@pytest.mark.parametrize("topic", [topic for topic in TOPICS if not topic.dead_letter], ids=lambda topic: topic.name)
def test_producers_of_a_topic_are_those_of_its_events(topic: Topic) -> None:
    """The producer stands with the event; the registry only repeats it."""
    assert set(topic.producers) == {RECORD_CLASSES[event].producer for event in topic.events}
    assert set(topic.producers) | set(topic.consumers) <= SERVICES


def test_lanes_are_alike_and_never_repartitioned() -> None:
    """A case's partition, and its ticks', is the same for ever: 4 locally, 24 in production."""
    for name in ("cases.emergency", "cases.routine", "sla.ticks.emergency", "sla.ticks.routine"):
        assert (BY_NAME[name].partitions_local, BY_NAME[name].partitions_production) == (4, 24)
    assert BY_NAME["cases.emergency"].events == BY_NAME["cases.routine"].events
    assert set(BY_NAME["cases.routine"].events) == EVENT_CLASSES.keys() - {
        "NotificationDelivered",
        "NotificationFailed",
    }


def test_nothing_sealed_outlives_its_case() -> None:
    """Cases stay 120 days, dead letters no longer; ticks minutes; posts and heads of trails for ever, compacted."""
    assert BY_NAME["cases.routine"].config["retention.ms"] == str(120 * 24 * 3600 * 1000)
    for topic in TOPICS:
        if topic.dead_letter:
            assert topic.retention is not None
            assert topic.retention <= timedelta(days=120)
    assert BY_NAME["sla.ticks.routine"].retention == timedelta(minutes=10)
    for kept in ("directory.posts", "audit.heads"):
        assert dict(BY_NAME[kept].config) == {"cleanup.policy": "compact", "segment.ms": "86400000"}


def test_a_lane_names_its_topics_and_back() -> None:
    """Lane and topic lead to each other, dead letters included."""
    for lane in Lane.known():
        assert topics.lane_of(topics.case_topic(lane)) is lane
        assert topics.lane_of(topics.dead_letter(f"sla.ticks.{lane.value}")) is lane


@pytest.mark.parametrize("lane", ["unknown", "express", ""])
def test_a_lane_without_topics_is_refused(lane: str) -> None:
    """A case read with an unknown lane is never sent anywhere by guess."""
    with pytest.raises(ValueError, match="lane"):
        topics.case_topic(lane)


def test_topics_beside_the_lanes_have_none() -> None:
    """directory.posts and notifications serve both lanes."""
    for name in ("directory.posts", "notifications", "elsewhere"):
        with pytest.raises(ValueError, match="no lane"):
            topics.lane_of(name)


def test_a_dead_letter_that_fails_again_stays() -> None:
    """There is no .dlq.dlq."""
    assert topics.dead_letter("cases.routine") == "cases.routine.dlq"
    assert topics.dead_letter("cases.routine.dlq") == "cases.routine.dlq"
